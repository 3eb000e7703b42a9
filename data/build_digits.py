"""Make ``data/digits.npz`` from scikit-learn's digits: ``uv run python data/build_digits.py``.

1,797 pictures of 8x8 with values 0 to 16 become 28x28 with values 0 to 255, made as MNIST's were:
enlarged to 20x20, then placed so that their centre of mass is in the middle of 28x28. All of it
is integer arithmetic, so that any computer makes the same numbers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).with_name("digits.npz")
SMALL, BOX, SIDE = 8, 20, 28
FULL = 16  # the darkest value of the source
TEST_COUNT = 360


def build() -> dict[str, np.ndarray]:
    """Return the four arrays of the data set: images and labels to train and to test with."""
    source = load_digits()
    images = np.array([centre(enlarge(image)) for image in source.images.astype(np.int64)])
    labels = source.target.astype(np.uint8)
    train, test = split(labels)
    return {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }


def enlarge(image: np.ndarray) -> np.ndarray:
    """Enlarge an image from 8x8, 0 to 16, to 20x20, 0 to 255, by bilinear interpolation.

    Output pixel ``i`` lies at ``(i + 1/2) * 8/20 - 1/2 = (4i - 3) / 10`` on the small grid, so
    all weights are whole tenths.
    """
    weights = np.zeros((BOX, SMALL), np.int64)
    for i in range(BOX):
        below, tenths = divmod(4 * i - 3, 10)
        weights[i, max(below, 0)] += 10 - tenths
        weights[i, min(below + 1, SMALL - 1)] += tenths
    total = weights @ image @ weights.T * 255
    full = 100 * FULL
    return ((total + full // 2) // full).astype(np.uint8)


def centre(image: np.ndarray) -> np.ndarray:
    """Place a 20x20 image in 28x28 so that its centre of mass is in the middle."""
    mass = image.astype(np.int64)
    top, left = (_start(mass.sum(axis=axis)) for axis in (1, 0))
    placed = np.zeros((SIDE, SIDE), np.uint8)
    placed[top : top + BOX, left : left + BOX] = image
    return placed


def _start(profile: np.ndarray) -> int:
    """Return where a 20-pixel box begins along an axis, given its mass at each position."""
    total = int(profile.sum())
    moment = int((profile * (2 * np.arange(BOX) + 1)).sum())
    # The centre of mass is moment / (2 total) from the box's edge; round to the nearest pixel.
    start = (SIDE * total - moment + total) // (2 * total)
    return min(max(start, 0), SIDE - BOX)


def split(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return shuffled indices to train and to test with; every digit has its share in both."""
    random = np.random.RandomState(0)  # NumPy promises that its numbers never change
    order = random.permutation(len(labels))
    by_digit = order[np.argsort(labels[order], kind="stable")]
    position = np.arange(len(labels)) * TEST_COUNT
    tested = (position + TEST_COUNT) // len(labels) > position // len(labels)
    return random.permutation(by_digit[~tested]), random.permutation(by_digit[tested])


if __name__ == "__main__":
    arrays = build()
    np.savez_compressed(TARGET, **arrays)
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    print(f"{TARGET.name}: {shapes}, {TARGET.stat().st_size:,} bytes")

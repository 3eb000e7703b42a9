"""Make ``data/mnist10k.npz`` from MNIST's test images: ``python data/build_mnist10k.py DIR``.

DIR holds ``t10k-images-idx3-ubyte`` and ``t10k-labels-idx1-ubyte``, gzipped or not. The images stay
as they are; they are shuffled and split into 8,000 for training and 2,000 for testing.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from utils.data import read_test_images, split_stratified

TARGET = Path(__file__).with_name("mnist10k.npz")


def build(folder: Path) -> dict[str, np.ndarray]:
    """Return the four arrays of the data set: images and labels for training and testing."""
    return split_stratified(*read_test_images(folder))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    arrays = build(Path(sys.argv[1]))
    np.savez_compressed(TARGET, **arrays)
    shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    print(f"{TARGET.name}: {shapes}, {TARGET.stat().st_size:,} bytes")

"""Lesson 09: more training images from the ones there are, by moving them at random.

The first four functions are the reference answers. Below them is what the lesson's
demonstrations need.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from utils import pooling
from utils.keras_setup import keras


def random_shift(image: np.ndarray, max_fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Move a picture by a random number of whole pixels along both axes; zeros come in.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, C)
        Any real dtype.
    max_fraction : float
        How far it may go at most, as a fraction of its width and of its height: 0 or more, below 1.
    rng : numpy.random.Generator
        Where the two numbers come from.

    Returns
    -------
    ndarray, of the image's shape and dtype
        Moved by ``dx`` to the right and ``dy`` down, each uniform over ``-m, ..., m`` with
        ``m = floor(max_fraction * width)`` for ``dx`` and of the height for ``dy``.

    Raises
    ------
    ValueError
        If ``max_fraction`` is below 0, or 1 or more.
    """
    dx, dy = draw_shift(np.shape(image), max_fraction, rng)
    return pooling.shift(image, dx, dy)


def augment(
    images: np.ndarray,
    labels: np.ndarray,
    copies: int,
    rng: np.random.Generator,
    max_fraction: float = 0.2,
) -> tuple[np.ndarray, np.ndarray]:
    """Add randomly shifted copies to a data set.

    Parameters
    ----------
    images : ndarray, shape (N, H, W) or (N, H, W, C)
        Any real dtype, which is kept.
    labels : ndarray, shape (N,)
        One for each image.
    copies : int
        How many are made of each image; 0 or more.
    rng : numpy.random.Generator
        Where the shifts come from.
    max_fraction : float
        As for `random_shift`.

    Returns
    -------
    (images, labels) : ndarray, shape (N * (copies + 1), ...), and (N * (copies + 1),)
        The originals first, then one copy of each, then another of each, and so on.

    Raises
    ------
    ValueError
        If there are not as many labels as images.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if len(images) != len(labels):
        raise ValueError(f"there are {len(images)} images, but {len(labels)} labels")
    all_images = np.tile(images, (copies + 1,) + (1,) * (images.ndim - 1))
    for index in range(len(images), len(all_images)):
        all_images[index] = random_shift(all_images[index], max_fraction, rng)
    return all_images, np.tile(labels, copies + 1)


def build_augmenter(max_fraction: float = 0.2) -> keras.Model:
    """Build a model that moves each image of a batch at random, while it is trained.

    Parameters
    ----------
    max_fraction : float
        How far at most, as a fraction of the height and of the width.

    Returns
    -------
    keras.Model
        ``(None, 28, 28, 1)`` to the same. With ``training=True`` what comes in is black; with
        ``training=False``, and in ``predict``, nothing changes.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.RandomTranslation(
                max_fraction, max_fraction, fill_mode="constant", fill_value=0.0
            ),
        ],
        name="augmenter",
    )


def robust_range(accuracies: Sequence[float], shifts: Sequence[int], floor: float) -> int:
    """Return how far pictures may move, to both sides, before an accuracy falls short.

    Parameters
    ----------
    accuracies : sequence of float
        One for each shift.
    shifts : sequence of int
        In any order; 0 is among them. The two sides need not be measured alike.
    floor : float
        The accuracy that is good enough.

    Returns
    -------
    int
        The largest measured ``abs(shift)`` such that it and all smaller ones reach ``floor``;
        -1 if shift 0 does not.
    """
    worst: dict[int, float] = {}
    for accuracy, shift in zip(accuracies, shifts, strict=True):
        distance = abs(int(shift))
        worst[distance] = min(accuracy, worst.get(distance, accuracy))
    reach = -1
    for distance in sorted(worst):
        if worst[distance] < floor:
            break
        reach = distance
    return reach


def draw_shift(
    shape: Sequence[int], max_fraction: float, rng: np.random.Generator
) -> tuple[int, int]:
    """Draw ``(dx, dy)`` for an image of some shape, as `random_shift` does."""
    if not 0 <= max_fraction < 1:
        raise ValueError(f"max_fraction should be from 0 to below 1, but is {max_fraction}")
    most_down, most_right = (math.floor(max_fraction * side) for side in shape[:2])
    dx = int(rng.integers(-most_right, most_right, endpoint=True))
    dy = int(rng.integers(-most_down, most_down, endpoint=True))
    return dx, dy


def rotate_all(images: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate all of ``(N, H, W)`` or ``(N, H, W, C)`` images about their centre; zeros come in.

    Positive angles turn anticlockwise. Pixels are interpolated linearly; the sizes stay.
    """
    return ndimage.rotate(images, degrees, axes=(2, 1), reshape=False, order=1)


def own_or_reference(build: Callable[[], Any]) -> Callable[[], Any]:
    """Return a student's `build_augmenter` if it works, else the course's, and print which.

    It works if what it builds turns a batch of images into one of the same shape.

    Parameters
    ----------
    build : callable
        The student's function, called without arguments.
    """
    batch = np.zeros((2, 28, 28, 1), np.float32)
    try:
        works = np.shape(build()(batch, training=True)) == batch.shape
    except Exception:  # an unfinished answer raises anything
        works = False
    print(
        "Random shifts: by your build_augmenter."
        if works
        else "Random shifts: by the course's build_augmenter, since yours does not run yet."
    )
    return build if works else build_augmenter


def shuffle_within(image: np.ndarray, fraction: float, rng: np.random.Generator) -> np.ndarray:
    """Exchange the pixels at a random choice of places: what shifting is *not*.

    A ``fraction`` of all places is chosen, and what is there is dealt out among them again.
    """
    flat = np.array(image).reshape(-1)
    places = rng.choice(flat.size, round(fraction * flat.size), replace=False)
    flat[places] = flat[rng.permutation(places)]
    return flat.reshape(np.shape(image))


def spread(image: np.ndarray) -> tuple[float, float]:
    """Return how wide and how tall the ink of a picture is: its standard deviations, in pixels."""
    ink = np.asarray(image, float)
    ink = ink / ink.sum()
    widths = []
    for axis in (1, 0):
        profile = ink.sum(axis=1 - axis)
        places = np.arange(len(profile))
        centre = profile @ places
        widths.append(float(np.sqrt(profile @ (places - centre) ** 2)))
    return widths[0], widths[1]


def columns_with_ink(image: np.ndarray, share: float = 0.1) -> int:
    """Count the columns that hold at least ``share`` of the ink of the fullest one."""
    profile = np.asarray(image, float).sum(axis=0)
    return int(np.count_nonzero(profile >= share * profile.max()))


def share_cut_off(images: np.ndarray, max_fraction: float, rng: np.random.Generator) -> float:
    """Return the share of images that lose ink over the border when moved at random."""
    images = np.asarray(images)
    moved = np.stack([random_shift(image, max_fraction, rng) for image in images])
    ink, left = (each.reshape(len(images), -1).sum(axis=1, dtype=float) for each in (images, moved))
    return float(np.mean(left < ink))


def find_shift(image: np.ndarray, moved: object) -> tuple[int, int] | None:
    """Return the ``(dx, dy)`` that turned one picture into another, zeros coming in.

    ``image`` is of shape (H, W), and no two of its pixels are alike, none is 0. None if no shift
    that leaves something within the frame did it.
    """
    if type(moved) is not np.ndarray or moved.shape != image.shape or not moved.any():
        return None
    row, column = np.argwhere(moved)[0]
    source = np.argwhere(image == moved[row, column])
    if len(source) != 1:
        return None
    dy, dx = (int(now - then) for now, then in zip((row, column), source[0], strict=True))
    return (dx, dy) if np.array_equal(pooling.shift(image, dx, dy), moved) else None

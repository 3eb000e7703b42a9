"""Find what is wrong with pictures that were moved at random.

A random answer cannot be compared with the right one, so its results are examined: each function
here is, or returns, a function that takes a list of results and says in a sentence what is wrong
with them, or returns None. Where the fault is a known mistake, the sentence is the mistake's
docstring.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from utils import augmentation as right
from utils.checks.describe import describe
from utils.checks.diagnose import mistake_message
from utils.keras_setup import keras
from utils.mistakes import augmentation as known

FindFault = Callable[[list], str | None]
Labelled = tuple[np.ndarray, np.ndarray]


def one_picture_fault(image: np.ndarray, moved: object) -> str | None:
    """Return what is wrong with a picture moved by whole pixels, or None for any shift.

    All pixels of ``image`` must be different, and none may be 0.
    """
    if type(moved) is not np.ndarray:
        return f"It should return an array, but returned {describe(moved)}."
    if moved.shape != image.shape:
        return f"The shape should stay {image.shape}, but is {moved.shape}."
    if moved.dtype != image.dtype:
        return f"The dtype should stay {image.dtype}, but is {moved.dtype}."
    if right.find_shift(image, moved) is not None:
        return None
    if np.array_equal(np.sort(moved, axis=None), np.sort(image, axis=None)):
        return mistake_message(known.wraps_around)
    if not moved.any():
        return "Nothing of the picture is left: it has moved out of its frame."
    if not np.isin(moved, [0, *image.flat]).all():
        return mistake_message(known.moved_between_pixels)
    return "The picture is not a shifted copy of what was given, with zeros coming in."


def shifted_fault(image: np.ndarray, most_right: int, most_down: int) -> FindFault:
    """Return a test of pictures that `random_shift` should have moved by up to so many pixels.

    The more pictures there are, the more faults can be found. The limits are so wide that a right
    answer is rejected less than once in ten million times.
    """

    def find_fault(pictures: list) -> str | None:
        for moved in pictures:
            if fault := one_picture_fault(image, moved):
                return fault
        shifts = np.array([right.find_shift(image, moved) for moved in pictures])
        if not shifts.any():
            return mistake_message(known.never_moves)
        if most_right and most_down and np.array_equal(*shifts.T):
            return mistake_message(known.one_number_for_both)
        return (
            _limits_fault(shifts, most_right, most_down)
            or _axis_fault("dx", shifts[:, 0], most_right, "left", "right")
            or _axis_fault("dy", shifts[:, 1], most_down, "up", "down")
            or _dependence_fault(shifts, most_right, most_down)
        )

    return find_fault


def _limits_fault(shifts: np.ndarray, most_right: int, most_down: int) -> str | None:
    """Return which of dx and dy goes too far."""
    far_right, far_down = np.abs(shifts).max(axis=0)
    if far_right <= most_right and far_down <= most_down:
        return None
    if far_right <= most_down and far_down <= most_right:
        return mistake_message(known.limits_swapped)
    for name, far, most in (("dx", far_right, most_right), ("dy", far_down, most_down)):
        if far > most:
            return f"{name} should lie from -{most} to {most}, but can be {far} pixels."
    return None


def _axis_fault(name: str, drawn: np.ndarray, most: int, back: str, forth: str) -> str | None:
    """Return what is wrong with the numbers drawn for one axis."""
    counts = np.bincount(drawn + most, minlength=2 * most + 1)
    if most == 0 or len(drawn) < 100:
        return None
    if not drawn.any():
        return f"{name} is always 0. Pictures move along both axes."
    if drawn.min() >= 0:
        return f"{name} is never negative: pictures should move {back} as well as {forth}."
    if drawn.max() <= 0:
        return f"{name} is never positive: pictures should move {forth} as well as {back}."
    missing = [int(value) - most for value in np.flatnonzero(counts == 0)]
    if missing and set(missing) <= {-most, most}:
        ends = " and ".join(map(str, missing))
        return f"{name} is never {ends}. Both ends, -{most} and {most}, are included."
    if missing:
        return f"{name} is never {', '.join(map(str, missing))}. Every whole number can come."
    # Chi-square with 2 * most degrees of freedom; more than six standard deviations.
    expected = len(drawn) / len(counts)
    unevenness = ((counts - expected) ** 2 / expected).sum()
    if unevenness > 2 * most + 8 * np.sqrt(4 * most) + 20:
        return f"{name} is not uniform: its values should be equally likely, both ends too."
    return None


def _dependence_fault(shifts: np.ndarray, most_right: int, most_down: int) -> str | None:
    """Return a sentence if dx and dy are not drawn independently."""
    if len(shifts) < 100 or 0 in (most_right, most_down):
        return None
    dx, dy = shifts.T
    pairs = (2 * most_right + 1) * (2 * most_down + 1)
    expected = pairs * (1 - (1 - 1 / pairs) ** len(shifts))
    if len(np.unique(shifts, axis=0)) < 0.8 * expected or abs(np.corrcoef(dx, dy)[0, 1]) > 0.35:
        return "dx and dy depend on each other. Draw each of them by itself."
    return None


def pairwise_fault(pictures: list) -> str | None:
    """Find what is wrong with pairs of pictures, each from the same state of the generator."""
    for one, other in zip(pictures[::2], pictures[1::2], strict=True):
        if not np.array_equal(one, other):
            return mistake_message(known.another_generator)
    if all(np.array_equal(pictures[0], picture) for picture in pictures):
        return mistake_message(known.fixed_seed)
    return None


def in_turn_fault(pictures: list) -> str | None:
    """Find what is wrong with pictures from calls that take one generator in turn."""
    if all(np.array_equal(pictures[0], picture) for picture in pictures):
        return mistake_message(known.rng_left_as_it_was)
    return None


def same_state_fault(results: list) -> str | None:
    """Find what is wrong with two data sets from the same state of the generator."""
    for result in results:
        if type(result) not in (tuple, list) or len(result) != 2:
            return f"It should return images and labels, but returned {describe(result)}."
    if np.array_equal(results[0][0], results[1][0]):
        return None
    return (
        "From the same state of `rng` come two different data sets. "
        "Draw from the `rng` that is given, and from nothing else."
    )


def augmented_fault(
    images: np.ndarray, labels: np.ndarray, copies: int, most_right: int, most_down: int
) -> FindFault:
    """Return a test of a data set that `augment` should have made.

    All pixels of all ``images`` must be different, and none may be 0.
    """

    def find_fault(results: list) -> str | None:
        for result in results:
            if type(result) not in (tuple, list) or len(result) != 2:
                return f"It should return images and labels, but returned {describe(result)}."
            got, got_labels = result[0], np.asarray(result[1])
            if fault := _sizes_fault(images, copies, got, got_labels):
                return fault
            if not np.array_equal(got[: len(images)], images):
                return mistake_message(known.originals_last)
            if not np.array_equal(got_labels[: len(images)], labels):
                return "The first labels should be those of the originals."
            made = got[len(images) :], got_labels[len(images) :]
            if fault := _copies_fault((images, labels), made, copies, (most_right, most_down)):
                return fault
        return None

    return find_fault


def _sizes_fault(
    images: np.ndarray, copies: int, got: object, got_labels: np.ndarray
) -> str | None:
    """Return what is wrong with the type, the shapes or the dtype of a data set."""
    if type(got) is not np.ndarray:
        return f"The images should be an array, but are {describe(got)}."
    count = len(images) * (copies + 1)
    if got.shape != (count, *images.shape[1:]):
        return (
            f"{copies} copies of {len(images)} images and the images themselves have the shape "
            f"{(count, *images.shape[1:])}, but it returned {got.shape}."
        )
    if got_labels.shape != (count,):
        return f"The labels should have the shape {(count,)}, but have {got_labels.shape}."
    if got.dtype != images.dtype:
        return f"The dtype should stay {images.dtype}, but is {got.dtype}."
    return None


def _copies_fault(
    originals: Labelled, made: Labelled, copies: int, limits: tuple[int, int]
) -> str | None:
    """Return what is wrong with the copies of labelled images, or with their shifts together."""
    shifts: list[list] = [[] for _ in originals[0]]
    for moved, label in zip(*made, strict=True):
        if fault := _copy_fault(originals, moved, label, shifts):
            return fault
    if {len(each) for each in shifts} != {copies}:
        return f"There should be {copies} copies of each image."
    return _own_shifts_fault(shifts, *limits) if copies else None


def _copy_fault(
    originals: Labelled, moved: np.ndarray, label: object, shifts: list[list]
) -> str | None:
    """Return what is wrong with one copy; if nothing is, add its shift to those of its image."""
    images, labels = originals
    ink = moved[moved != 0]
    sources = np.flatnonzero([np.isin(image, ink[:1]).any() for image in images])
    if len(sources) != 1:
        return "One of the copies is not a shifted copy of any of the images."
    index = int(sources[0])
    image, picture = images[index].squeeze(), moved.squeeze()
    if fault := one_picture_fault(image, picture):
        return f"One of the copies is wrong. {fault}"
    if label != labels[index]:
        return mistake_message(known.labels_in_another_order)
    shifts[index].append(right.find_shift(image, picture))
    return None


def _own_shifts_fault(shifts: list[list], most_right: int, most_down: int) -> str | None:
    """Return a sentence if copies share a shift, or go too far or not far enough."""
    together = np.array([shift for each in shifts for shift in each])
    if not together.any():
        return mistake_message(known.copies_not_moved)
    if fault := _limits_fault(together, most_right, most_down):
        return f"{fault} Is `max_fraction` passed on?"
    if len(together) < 20:
        return None
    if all(len(set(each)) == 1 for each in shifts):
        return mistake_message(known.one_shift_for_each_image)
    if all(sorted(each) == sorted(shifts[0]) for each in shifts):
        return mistake_message(known.one_shift_for_each_round)
    far = np.abs(together).max(axis=0)
    if far[0] < most_right / 2 or far[1] < most_down / 2:
        return mistake_message(known.fraction_not_passed_on)
    return None


def moving_fault(max_fraction: float) -> FindFault:
    """Return a test of how an augmenter moves a mark in the middle of 28x28 in training."""

    def find_fault(results: list) -> str | None:
        marks = np.zeros((400, 28, 28, 1), np.float32)
        marks[:, 12:17, 12] = marks[:, 16, 12:16] = 1  # an L: turned or flipped, it is another
        moved, fault = _run(results[0], marks, training=True)
        if fault:
            return fault
        if np.array_equal(moved, marks):
            return mistake_message(known.augmenter_at_rest)
        before, after = _moments(marks[:1]), _moments(moved)
        # Between pixels, a picture gets paler and wider by a quarter of a pixel squared at most.
        if np.abs(after["ink"] - before["ink"]).max() > 0.05 * before["ink"][0]:
            return (
                "A mark in the middle loses ink, or ink comes in: it should be moved, no more, "
                "and what comes in should be black (0)."
            )
        if (
            np.abs(after["shape"] - before["shape"]).max() > 0.4
            or np.abs(after["lean"] - before["lean"]).max() > 0.5 * np.abs(before["lean"]).max()
        ):
            return mistake_message(known.turning_too)
        return _moves_fault(after["centre"] - before["centre"], 28 * max_fraction)

    return find_fault


def _moves_fault(moves: np.ndarray, most: float) -> str | None:
    """Return what is wrong with the distances and directions of moves: rows of dx, dy."""
    for name, drawn in zip(("right or left", "up or down"), moves.T, strict=True):
        if np.abs(drawn).max() < 0.05:
            return f"Nothing moves {name}. It should move along both axes."
        if np.abs(drawn).max() > most + 0.55:  # rounded to the nearest pixel
            return (
                f"It moves {name} by {np.abs(drawn).max():.1f} of 28 pixels, "
                f"where {most:.1f} is the most."
            )
        if drawn.min() > -0.3 * most or drawn.max() < 0.3 * most:
            return f"It does not move {name} in both directions."
        if np.abs(drawn).max() < np.floor(most) - 0.3:
            return f"It never moves {name} by more than {np.abs(drawn).max():.1f} of 28 pixels."
    if abs(np.corrcoef(moves.T)[0, 1]) > 0.5:
        return "It always moves along a diagonal: the two axes should be independent."
    return None


def fill_fault(results: list) -> str | None:
    """Find what is wrong with the pixels that an augmenter fills in, on white pictures."""
    white = np.ones((60, 28, 28, 1), np.float32)
    moved, fault = _run(results[0], white, training=True)
    if fault:
        return fault
    if moved.min() > 0.9:
        return mistake_message(known.border_repeated)
    # Half a row and half a column may be between pixels.
    between = ((moved > 0.02) & (moved < 0.98)).sum(axis=(1, 2, 3))
    if moved.min() < -0.02 or moved.max() > 1.02 or between.max() > 60:
        return mistake_message(known.grey_comes_in)
    return None


def resting_fault(results: list) -> str | None:
    """Find out whether an augmenter moves pictures in training, and only then."""
    pictures = np.random.default_rng(5).random((6, 28, 28, 1)).astype(np.float32)
    moved, fault = _run(results[0], pictures, training=True)
    if fault:
        return fault
    if np.allclose(moved, pictures, atol=1e-5):
        return mistake_message(known.augmenter_at_rest)
    rested, fault = _run(results[0], pictures, training=False)
    if fault:
        return fault
    if not np.allclose(rested, pictures, atol=1e-5):
        return mistake_message(known.always_moving)
    if hasattr(results[0], "predict") and not np.allclose(
        _predict(results[0], pictures), pictures, atol=1e-5
    ):
        return "In predict the pictures should stay as they are."
    return None


def _predict(model: Any, pictures: np.ndarray) -> np.ndarray:
    """Call ``predict`` without TensorFlow's warning about frequent calls, which goes to stderr."""
    logger = logging.getLogger("tensorflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        return np.asarray(model.predict(pictures, verbose=0))
    finally:
        logger.setLevel(level)


def _run(augmenter: object, pictures: np.ndarray, training: bool) -> tuple[np.ndarray, str | None]:
    """Return an augmenter's output for some pictures, and a sentence if it has none."""
    if not isinstance(augmenter, keras.layers.Layer):
        wanted = "a Keras model or a Keras layer"
        return pictures, f"It should return {wanted}, but returned {describe(augmenter)}."
    try:
        moved = np.asarray(augmenter(pictures, training=training))
    except Exception as error:  # a student's model may raise anything
        said = str(error).strip().splitlines() or [""]
        return pictures, f"Given pictures of shape (N, 28, 28, 1), it raised an error: {said[0]}"
    if moved.shape != pictures.shape:
        return pictures, f"It turns the shape {pictures.shape} into {moved.shape}."
    return moved, None


def _moments(pictures: np.ndarray) -> dict[str, np.ndarray]:
    """Return, for each picture, its ink, its centre, its shape and which way it leans."""
    ink = pictures[..., 0].astype(float)
    total = ink.sum(axis=(1, 2))
    weight = ink / np.maximum(total, 1e-9)[:, None, None]
    rows, columns = np.mgrid[:28, :28]
    centre = np.stack([(weight * axis).sum(axis=(1, 2)) for axis in (columns, rows)], axis=1)
    x = columns - centre[:, 0, None, None]
    y = rows - centre[:, 1, None, None]
    shape = np.stack([(weight * term).sum(axis=(1, 2)) for term in (x * x, y * y, x * y)], axis=1)
    lean = np.stack([(weight * term).sum(axis=(1, 2)) for term in (x**3, y**3)], axis=1)
    return {"ink": total, "centre": centre, "shape": shape, "lean": lean}

"""Find what is wrong with data that were split at random.

A random answer cannot be compared with the right one, so its results are examined: each function
here is, or returns, a function that takes a list of results and says in a sentence what is wrong
with them, or returns None. Where the fault is a known mistake, the sentence is the mistake's
docstring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from utils.checks.describe import describe
from utils.checks.diagnose import mistake_message
from utils.mistakes import generalisation as known

FindFault = Callable[[list], str | None]
Parts = list[tuple[np.ndarray, np.ndarray]]


def split_fault(images: np.ndarray, labels: np.ndarray, fraction: float) -> FindFault:
    """Return a test of the two parts that `split` should have made.

    Parameters
    ----------
    images : ndarray, shape (N, ...)
        No two of them alike.
    labels : ndarray, shape (N,)
        Their labels.
    fraction : float
        How much of each class is for validation.
    """

    def find_fault(results: list) -> str | None:
        for result in results:
            parts = _read_parts(result)
            if isinstance(parts, str):
                return parts
            fault = (
                _kind_fault(images, labels, parts)
                or _places_fault(images, labels, parts)
                or _sizes_fault(labels, fraction, parts)
            )
            if fault:
                return fault
        return None

    return find_fault


def _read_parts(result: Any) -> Parts | str:
    """Return the two parts of a result, or a sentence if it has not got the form of two parts."""
    wanted = "It should return two pairs, (x_train, y_train) and (x_valid, y_valid)"
    if type(result) not in (tuple, list) or len(result) != 2:
        return f"{wanted}, but returned {describe(result)}."
    parts = []
    for pair in result:
        if type(pair) not in (tuple, list) or len(pair) != 2:
            return f"{wanted}, but one of the two is {describe(pair)}."
        for array in pair:
            if not isinstance(array, np.ndarray):
                return f"Images and labels should be arrays, but some are {describe(array)}."
        parts.append((pair[0], pair[1]))
    return parts


def _kind_fault(images: np.ndarray, labels: np.ndarray, parts: Parts) -> str | None:
    """Return what is wrong with the shapes and the dtypes of the parts."""
    for x, y in parts:
        if len(x) != len(y) or y.ndim != 1:
            return "One part has not got one label for each of its images."
        if x.shape[1:] != images.shape[1:]:
            return f"An image has the shape {x.shape[1:]}, but should keep {images.shape[1:]}."
        for got, given in ((x, images), (y, labels)):
            if got.dtype != given.dtype:
                return f"The dtype should stay {given.dtype}, but is {got.dtype}."
    return None


def _places_fault(images: np.ndarray, labels: np.ndarray, parts: Parts) -> str | None:
    """Return whether an image is missing, is there twice, or has another one's label."""
    place_of = {image.tobytes(): place for place, image in enumerate(images)}
    found: list[list[int]] = []
    for x, y in parts:
        places = [place_of.get(image.tobytes(), -1) for image in x]
        if -1 in places:
            return "There is an image that was not given. The images should stay as they are."
        if not np.array_equal(labels[places], y):
            return mistake_message(known.labels_not_moved)
        found.append(places)
    if set(found[0]) & set(found[1]):
        return mistake_message(known.in_both_parts)
    if any(len(set(places)) < len(places) for places in found):
        return mistake_message(known.drawn_with_replacement)
    if len(found[0]) + len(found[1]) < len(images):
        return "Some images are in neither part."
    return None


def _sizes_fault(labels: np.ndarray, fraction: float, parts: Parts) -> str | None:
    """Return whether the validation part holds another number of a class than it should."""
    given, (mine, kept) = Counter(labels.tolist()), (Counter(y.tolist()) for _, y in parts)
    wanted = {label: round(fraction * count) for label, count in given.items()}

    def all_are(counts: Counter, compute: Callable[[float], float]) -> bool:
        return all(counts[label] == compute(fraction * n) for label, n in given.items())

    if all(kept[label] == count for label, count in wanted.items()):
        return None
    if all(mine[label] == count for label, count in wanted.items()):
        return mistake_message(known.parts_swapped)
    if all_are(kept, np.floor):
        return mistake_message(known.rounded_down)
    if all_are(kept, np.ceil):
        return mistake_message(known.rounded_up)
    if all_are(kept, lambda share: np.floor(share + 0.5)):
        return mistake_message(known.halves_rounded_up)
    if sum(kept.values()) == round(fraction * len(labels)):
        return mistake_message(known.not_class_by_class)
    label = next(label for label, count in wanted.items() if kept[label] != count)
    return (
        f"Of {given[label]} images of a class, {wanted[label]} should be kept for validation at a "
        f"fraction of {fraction:g}, but {kept[label]} are."
    )


def pairwise_fault(results: list) -> str | None:
    """Find what is wrong with pairs of results, each pair from the same state of the generator."""
    if fault := _form_fault(results):
        return fault
    kept = [_kept(result) for result in results]
    if any(one != other for one, other in zip(kept[::2], kept[1::2], strict=True)):
        return mistake_message(known.another_generator)
    if all(one == kept[0] for one in kept):
        return mistake_message(known.always_the_same)
    return None


def in_turn_fault(results: list) -> str | None:
    """Find what is wrong with the results of calls that take one generator in turn."""
    if fault := _form_fault(results):
        return fault
    kept = [_kept(result) for result in results]
    if all(one == kept[0] for one in kept):
        return mistake_message(known.rng_left_as_it_was)
    return None


def evenness_fault(images: np.ndarray, labels: np.ndarray, fraction: float) -> FindFault:
    """Return a test of many results: each image of a class should be kept equally often.

    A right answer fails less than once in ten million times.
    """

    def find_fault(results: list) -> str | None:
        if fault := split_fault(images, labels, fraction)(results):
            return fault
        kept = [_kept(result) for result in results]
        if all(one == kept[0] for one in kept):
            return mistake_message(known.always_the_same)
        times = Counter(image for one in kept for image in one)
        for image, label in zip(images, labels, strict=True):
            n = int(np.sum(labels == label))
            share = round(fraction * n) / n
            deviation = np.sqrt(len(results) * share * (1 - share))
            if abs(times[image.tobytes()] - len(results) * share) > 6 * deviation:
                return mistake_message(known.not_equally_likely)
        return None

    return find_fault


def _form_fault(results: list) -> str | None:
    """Return what keeps a result from being two parts."""
    return next((fault for fault in map(_read_parts, results) if isinstance(fault, str)), None)


def _kept(result: object) -> frozenset[bytes]:
    """Return the validation images of a result; none if it has not got two parts."""
    parts = _read_parts(result)
    return frozenset() if isinstance(parts, str) else frozenset(x.tobytes() for x in parts[1][0])

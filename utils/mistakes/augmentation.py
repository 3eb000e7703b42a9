"""Wrong ways to do lesson 09's exercises."""

from __future__ import annotations

import numpy as np

from utils import augmentation as right
from utils import pooling
from utils.keras_setup import keras
from utils.mistakes import mistake_in


@mistake_in("random_shift")
def never_moves(image, max_fraction, rng):
    """The picture never moves. Look at what becomes of the two numbers that are drawn."""
    right.draw_shift(image.shape, max_fraction, rng)
    return image.copy()


@mistake_in("random_shift")
def limits_swapped(image, max_fraction, rng):
    """The limits are swapped: dx is bounded by the width, dy by the height. Look at which of the
    two image.shape names first.
    """
    dx, dy = right.draw_shift(image.shape[::-1], max_fraction, rng)
    return pooling.shift(image, dx, dy)


@mistake_in("random_shift")
def one_number_for_both(image, max_fraction, rng):
    """The same number is drawn for dx and dy every time. Count how often you draw from `rng`."""
    dx, _ = right.draw_shift((min(image.shape), min(image.shape)), max_fraction, rng)
    return pooling.shift(image, dx, dx)


@mistake_in("random_shift")
def wraps_around(image, max_fraction, rng):
    """All pixels are still there, in other places. What leaves the frame is lost and zeros come in:
    nothing wraps around, and nothing is shuffled.
    """
    dx, dy = right.draw_shift(image.shape, max_fraction, rng)
    return np.roll(image, (dy, dx), (0, 1))


@mistake_in("random_shift")
def moved_between_pixels(image, max_fraction, rng):
    """There are pixels that are neither the picture's nor 0: it has been moved by half pixels, or
    been changed besides. Look at whether what you draw are whole numbers.
    """
    dx, dy = right.draw_shift(image.shape, max_fraction, rng)
    halves = [pooling.shift(image.astype(float), dx + each, dy) / 2 for each in (0, 1)]
    return (halves[0] + halves[1]).astype(image.dtype)


@mistake_in("random_shift")
def another_generator(image, max_fraction, rng):
    """From the same state of `rng` come two different pictures. Look for numbers that come from
    elsewhere, such as np.random.
    """
    return right.random_shift(image, max_fraction, np.random.default_rng())


@mistake_in("random_shift")
def fixed_seed(image, max_fraction, rng):
    """The picture is the same whatever the state of `rng`. Look for a generator that your function
    makes anew each time.
    """
    return right.random_shift(image, max_fraction, np.random.default_rng(0))


@mistake_in("augment")
def originals_last(images, labels, copies, rng, max_fraction=0.2):
    """The originals should come first, unchanged and in their order. Look at what your list holds
    before the first copy goes in.
    """
    more, names = right.augment(images, labels, copies, rng, max_fraction)
    return np.roll(more, -len(images), axis=0), np.roll(names, -len(images))


@mistake_in("augment")
def labels_in_another_order(images, labels, copies, rng, max_fraction=0.2):
    """A copy has another image's label. Look at the order in which the copies are made, and at that
    of the labels.
    """
    more, names = right.augment(images, labels, copies, rng, max_fraction)
    return more, np.concatenate([names[: len(labels)], np.repeat(labels, copies)])


@mistake_in("augment")
def copies_not_moved(images, labels, copies, rng, max_fraction=0.2):
    """The copies are not moved. Look at what is put in for each of them."""
    return right.augment(images, labels, copies, rng, 0)


@mistake_in("augment")
def one_shift_for_each_image(images, labels, copies, rng, max_fraction=0.2):
    """All copies of an image are moved alike. Look at which of the two loops draws the shift."""
    moved, _ = right.augment(images, labels, min(copies, 1), rng, max_fraction)
    parts = [images, *[moved[len(images) :]] * copies]
    return np.concatenate(parts), np.tile(labels, copies + 1)


@mistake_in("augment")
def one_shift_for_each_round(images, labels, copies, rng, max_fraction=0.2):
    """All images are moved alike. Look at how often a shift is drawn: once for each copy of each
    image.
    """
    parts = [images]
    for _ in range(copies):
        dx, dy = right.draw_shift(images.shape[1:], max_fraction, rng)
        parts.append(right.shift_all(images, dx, dy))
    return np.concatenate(parts), np.tile(labels, copies + 1)


@mistake_in("augment")
def fraction_not_passed_on(images, labels, copies, rng, max_fraction=0.2):
    """The copies hardly move along one of the axes. Is `max_fraction` passed on?"""
    return right.augment(images, labels, copies, rng, 0.2)


@mistake_in("build_augmenter")
def augmenter_at_rest(max_fraction=0.2):
    """With training=True nothing moves. Look at what kind of layer it is, and at its fractions."""
    return keras.layers.Identity()


@mistake_in("build_augmenter")
def always_moving(max_fraction=0.2):
    """With training=False the pictures should stay as they are. Look for what says that it is
    training where nobody else does.
    """
    moving = _moving(max_fraction)
    return keras.layers.Lambda(lambda pictures: moving(pictures, training=True))


@mistake_in("build_augmenter")
def turning_too(max_fraction=0.2):
    """The mark changes its shape: it should be moved, not turned, flipped or scaled. Look for
    another layer, or for one of another kind.
    """
    flip = keras.layers.RandomFlip("horizontal")
    return keras.Sequential([keras.Input((28, 28, 1)), _moving(max_fraction), flip])


@mistake_in("build_augmenter")
def border_repeated(max_fraction=0.2):
    """White pictures stay all white when moved: what comes in should be black. Look at what Keras
    fills in unless it is told.
    """
    return _moving(max_fraction, fill_mode="nearest")


@mistake_in("build_augmenter")
def grey_comes_in(max_fraction=0.2):
    """What comes in is not black: it should be filled with the constant 0. Look at the value that
    the layer fills in.
    """
    return _moving(max_fraction, fill_value=0.5)


def _moving(max_fraction, fill_mode="constant", fill_value=0.0):
    """Return a layer that moves pictures along both axes."""
    return keras.layers.RandomTranslation(
        max_fraction, max_fraction, fill_mode=fill_mode, fill_value=fill_value
    )


@mistake_in("robust_range")
def furthest_that_holds(accuracies, shifts, floor):
    """It returns the largest shift that is good enough, though a smaller one falls short.
    All up to it must reach the floor.
    """
    good = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a >= floor]
    return max(good, default=-1) if 0 in good else -1


@mistake_in("robust_range")
def to_the_right_alone(accuracies, shifts, floor):
    """It looks at shifts to the right alone. Those to the left count as well."""
    pairs = [(a, s) for a, s in zip(accuracies, shifts, strict=True) if s >= 0]
    return _range_of(pairs, floor)


@mistake_in("robust_range")
def to_the_left_alone(accuracies, shifts, floor):
    """It looks at shifts to the left alone. Those to the right count as well."""
    pairs = [(a, s) for a, s in zip(accuracies, shifts, strict=True) if s <= 0]
    return _range_of(pairs, floor)


@mistake_in("robust_range")
def one_side_is_enough(accuracies, shifts, floor):
    """It is content if one of the two sides reaches the floor. Both must."""
    best: dict[int, float] = {}
    for a, s in zip(accuracies, shifts, strict=True):
        best[abs(s)] = max(a, best.get(abs(s), a))
    return right.robust_range(list(best.values()), list(best), floor)


@mistake_in("robust_range")
def average_of_sides(accuracies, shifts, floor):
    """It averages the two sides. Each must reach the floor by itself."""
    both: dict[int, list[float]] = {}
    for a, s in zip(accuracies, shifts, strict=True):
        both.setdefault(abs(s), []).append(a)
    return right.robust_range([float(np.mean(v)) for v in both.values()], list(both), floor)


@mistake_in("robust_range")
def more_than_the_floor(accuracies, shifts, floor):
    """It asks for more than the floor. *At least* includes the floor itself."""
    return right.robust_range([a - 1e-12 for a in accuracies], shifts, floor)


@mistake_in("robust_range")
def first_failure(accuracies, shifts, floor):
    """It returns the smallest shift that falls short, not the largest before it. Look at which of
    the two is returned.
    """
    failed = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a < floor]
    return min(failed) if failed else right.robust_range(accuracies, shifts, floor)


@mistake_in("robust_range")
def one_less_than_failure(accuracies, shifts, floor):
    """It returns one pixel less than the first that falls short. That need not be measured."""
    failed = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a < floor]
    return min(failed) - 1 if failed else right.robust_range(accuracies, shifts, floor)


@mistake_in("robust_range")
def zero_for_none(accuracies, shifts, floor):
    """It returns 0 where even the unmoved pictures fall short. That is -1."""
    return max(right.robust_range(accuracies, shifts, floor), 0)


@mistake_in("robust_range")
def in_the_order_given(accuracies, shifts, floor):
    """It stops at the first failure in the order of the list. Go by distance instead."""
    reach = -1
    for a, s in zip(accuracies, shifts, strict=True):
        if a < floor:
            break
        reach = max(reach, abs(s))
    return reach


@mistake_in("robust_range")
def how_many_hold(accuracies, shifts, floor):
    """It counts the shifts that are good enough. The answer is a distance in pixels."""
    return sum(a >= floor for a in accuracies)


def _range_of(pairs, floor):
    """Return the right range for pairs of an accuracy and its shift."""
    accuracies, shifts = zip(*pairs, strict=True)
    return right.robust_range(accuracies, shifts, floor)


EXAMPLES = {
    "robust_range": [
        ([0.9], [0], 0.9),
        ([0.5], [0], 0.9),
        ([0.95, 0.9, 0.7], [0, 1, 2], 0.9),
        ([0.3, 0.95, 0.95], [-1, 0, 1], 0.9),
        ([0.95, 0.95, 0.3], [-1, 0, 1], 0.9),
        ([0.8, 0.95, 0.99], [-1, 0, 1], 0.9),
        ([0.8, 0.95, 0.95], [-2, 0, 2], 0.9),
        ([0.95, 0.5, 0.95, 0.95], [0, 1, 2, 3], 0.9),
        ([0.5, 0.95, 0.95, 0.95], [3, 0, -1, 1], 0.9),
        ([0.95, 0.5, 0.95], [1, 0, -1], 0.9),
        ([0.95, 0.95, 0.95, 0.95, 0.3], [-4, -2, 0, 2, 4], 0.9),
    ],
}

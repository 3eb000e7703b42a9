"""Wrong ways to do lesson 09's exercises."""

from __future__ import annotations

import copy

import numpy as np

from utils import augmentation as right
from utils import pooling
from utils.keras_setup import keras
from utils.mistakes import mistake_in


@mistake_in("random_shift")
def never_moves(image, max_fraction, rng):
    """The picture never moves.

    What becomes of the two numbers that are drawn?
    """
    right.draw_shift(image.shape, max_fraction, rng)
    return image.copy()


@mistake_in("random_shift")
def limits_swapped(image, max_fraction, rng):
    """The limits of dx and dy are swapped.

    dx is bounded by the width, dy by the height. Which of the two comes first in image.shape?
    """
    dx, dy = right.draw_shift(image.shape[::-1], max_fraction, rng)
    return pooling.shift(image, dx, dy)


@mistake_in("random_shift")
def one_number_for_both(image, max_fraction, rng):
    """The same number is drawn for dx and dy every time.

    How often do you draw from `rng`?
    """
    dx, _ = right.draw_shift((min(image.shape), min(image.shape)), max_fraction, rng)
    return pooling.shift(image, dx, dx)


@mistake_in("random_shift")
def wraps_around(image, max_fraction, rng):
    """All pixels are still there, in other places. What leaves the frame should be lost, and zeros
    come in.

    Do pixels wrap around, as with np.roll, or are they shuffled?
    """
    dx, dy = right.draw_shift(image.shape, max_fraction, rng)
    return np.roll(image, (dy, dx), (0, 1))


@mistake_in("random_shift")
def moved_between_pixels(image, max_fraction, rng):
    """There are pixels that are neither the picture's nor 0.

    Are the two numbers that you draw whole? Does anything else change the pixels?
    """
    dx, dy = right.draw_shift(image.shape, max_fraction, rng)
    halves = [pooling.shift(image.astype(float), dx + each, dy) / 2 for each in (0, 1)]
    return (halves[0] + halves[1]).astype(image.dtype)


@mistake_in("random_shift")
def another_generator(image, max_fraction, rng):
    """From the same state of `rng` come two different pictures.

    Do all your random numbers come from `rng`, or some from elsewhere, such as np.random?
    """
    return right.random_shift(image, max_fraction, np.random.default_rng())


@mistake_in("random_shift")
def fixed_seed(image, max_fraction, rng):
    """The picture is the same, whatever the state of `rng`.

    Does your function make a generator anew each time?
    """
    return right.random_shift(image, max_fraction, np.random.default_rng(0))


@mistake_in("random_shift")
def rng_left_as_it_was(image, max_fraction, rng):
    """The next call with the same `rng` moves its picture in the same way: the state of `rng` stays
    as it was.

    Do you draw from `rng` itself, or from a copy of it, or from a generator made from its state?
    """
    return right.random_shift(image, max_fraction, copy.deepcopy(rng))


@mistake_in("augment")
def originals_last(images, labels, copies, rng, max_fraction=0.2):
    """The originals should come first, unchanged and in their order.

    What does your list hold before the first copy goes in?
    """
    more, names = right.augment(images, labels, copies, rng, max_fraction)
    return np.roll(more, -len(images), axis=0), np.roll(names, -len(images))


@mistake_in("augment")
def labels_in_another_order(images, labels, copies, rng, max_fraction=0.2):
    """A copy has another image's label.

    In which order do the copies come, and in which order their labels?
    """
    more, names = right.augment(images, labels, copies, rng, max_fraction)
    return more, np.concatenate([names[: len(labels)], np.repeat(labels, copies)])


@mistake_in("augment")
def copies_not_moved(images, labels, copies, rng, max_fraction=0.2):
    """The copies are not moved.

    What goes into your list for each of them?
    """
    return right.augment(images, labels, copies, rng, 0)


@mistake_in("augment")
def one_shift_for_each_image(images, labels, copies, rng, max_fraction=0.2):
    """All copies of an image are moved alike.

    Which of the two loops draws the shift?
    """
    moved, _ = right.augment(images, labels, min(copies, 1), rng, max_fraction)
    parts = [images, *[moved[len(images) :]] * copies]
    return np.concatenate(parts), np.tile(labels, copies + 1)


@mistake_in("augment")
def one_shift_for_each_round(images, labels, copies, rng, max_fraction=0.2):
    """All images are moved alike.

    How often do you draw a shift? Each copy of each image needs a new draw.
    """
    parts = [images]
    for _ in range(copies):
        dx, dy = right.draw_shift(images.shape[1:], max_fraction, rng)
        parts.append(pooling.shift_all(images, dx, dy))
    return np.concatenate(parts), np.tile(labels, copies + 1)


@mistake_in("augment")
def fraction_not_passed_on(images, labels, copies, rng, max_fraction=0.2):
    """The copies hardly move along one of the axes.

    Is `max_fraction` passed on?
    """
    return right.augment(images, labels, copies, rng, 0.2)


@mistake_in("build_augmenter")
def augmenter_at_rest(max_fraction=0.2):
    """With training=True nothing moves.

    What kind of layer is it, and what are its fractions?
    """
    return keras.layers.Identity()


@mistake_in("build_augmenter")
def always_moving(max_fraction=0.2):
    """With training=False the pictures should stay as they are.

    Does a layer work in training only? Is training=True written somewhere in your code?
    """
    moving = _moving(max_fraction)
    return keras.layers.Lambda(lambda pictures: moving(pictures, training=True))


@mistake_in("build_augmenter")
def turning_too(max_fraction=0.2):
    """The mark changes its shape: it should be moved, not turned, flipped or scaled.

    Is there a second layer, or a layer of another kind?
    """
    flip = keras.layers.RandomFlip("horizontal")
    return keras.Sequential([keras.Input((28, 28, 1)), _moving(max_fraction), flip])


@mistake_in("build_augmenter")
def border_repeated(max_fraction=0.2):
    """White pictures stay all white when moved: what comes in should be black.

    What does Keras fill in unless it is told?
    """
    return _moving(max_fraction, fill_mode="nearest")


@mistake_in("build_augmenter")
def grey_comes_in(max_fraction=0.2):
    """What comes in is not black.

    Which value does the layer fill in, and what is black?
    """
    return _moving(max_fraction, fill_value=0.5)


def _moving(max_fraction, fill_mode="constant", fill_value=0.0):
    """Return a layer that moves pictures along both axes."""
    return keras.layers.RandomTranslation(
        max_fraction, max_fraction, fill_mode=fill_mode, fill_value=fill_value
    )


@mistake_in("robust_range")
def furthest_that_holds(accuracies, shifts, floor):
    """It returns the largest distance that is good enough, though a smaller distance falls
    short.

    All shifts up to the answer must reach the floor.
    """
    good = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a >= floor]
    return max(good, default=-1) if 0 in good else -1


@mistake_in("robust_range")
def furthest_of_all(accuracies, shifts, floor):
    """It returns the largest distance that is good enough, though a smaller distance falls
    short.

    All shifts up to the answer must reach the floor, and shift 0 is among them.
    """
    good = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a >= floor]
    return max(good, default=-1)


@mistake_in("robust_range")
def to_the_right_alone(accuracies, shifts, floor):
    """Only shifts to the right count.

    How far from the centre is a shift of -4?
    """
    pairs = [(a, s) for a, s in zip(accuracies, shifts, strict=True) if s >= 0]
    return _range_of(pairs, floor)


@mistake_in("robust_range")
def to_the_left_alone(accuracies, shifts, floor):
    """Only shifts to the left count.

    Is a shift of 4 looked at?
    """
    pairs = [(a, s) for a, s in zip(accuracies, shifts, strict=True) if s <= 0]
    return _range_of(pairs, floor)


@mistake_in("robust_range")
def one_side_is_enough(accuracies, shifts, floor):
    """A distance is good enough if only one of its two sides reaches the floor. Both must."""
    best: dict[int, float] = {}
    for a, s in zip(accuracies, shifts, strict=True):
        best[abs(s)] = max(a, best.get(abs(s), a))
    return right.robust_range(list(best.values()), list(best), floor)


@mistake_in("robust_range")
def average_of_sides(accuracies, shifts, floor):
    """The two sides are averaged. Each must reach the floor by itself."""
    both: dict[int, list[float]] = {}
    for a, s in zip(accuracies, shifts, strict=True):
        both.setdefault(abs(s), []).append(a)
    return right.robust_range([float(np.mean(v)) for v in both.values()], list(both), floor)


@mistake_in("robust_range")
def more_than_the_floor(accuracies, shifts, floor):
    """An accuracy of exactly the floor counts as too low.

    *At least* includes the floor itself.
    """
    return right.robust_range([a - 1e-12 for a in accuracies], shifts, floor)


@mistake_in("robust_range")
def signs_kept(accuracies, shifts, floor):
    """The sign of a shift makes a difference: -4 counts as less than 0.

    How far from the centre is a shift of -4?
    """
    reach = -1
    for shift, accuracy in sorted(zip(shifts, accuracies, strict=True)):
        if accuracy < floor:
            break
        reach = shift
    return reach


@mistake_in("robust_range")
def first_failure(accuracies, shifts, floor):
    """It returns the smallest distance that falls short, not the largest before it."""
    failed = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a < floor]
    return min(failed) if failed else right.robust_range(accuracies, shifts, floor)


@mistake_in("robust_range")
def one_less_than_failure(accuracies, shifts, floor):
    """It returns one pixel less than the smallest distance that falls short.

    Has that distance been measured?
    """
    failed = [abs(s) for a, s in zip(accuracies, shifts, strict=True) if a < floor]
    return min(failed) - 1 if failed else right.robust_range(accuracies, shifts, floor)


@mistake_in("robust_range")
def zero_for_none(accuracies, shifts, floor):
    """It returns 0 where even the unmoved pictures fall short.

    What should come back then? See the third row of the table.
    """
    return max(right.robust_range(accuracies, shifts, floor), 0)


@mistake_in("robust_range")
def in_the_order_given(accuracies, shifts, floor):
    """It stops at the first failure in the order of the list.

    The shifts may come in any order: go by their distance from the centre.
    """
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

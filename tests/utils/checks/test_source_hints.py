"""Does the source of a function show what is wrong with it, and only that?"""

import numpy as np
import pytest

from utils.checks.source_hints import FIRST_INDEX, RETURN_IN_LOOP, find_hints, read_hints


def returns_in_loop(image):
    total = 0
    for row in image:
        total += row.sum()
        return total


def returns_in_inner_loop(image):
    for row in image:
        for value in row:
            if value > 1:
                value = 1
            return value


def searches(image):
    for row in image:
        if row.any():
            return row
    return None


def goes_on(image):
    for row in image:
        if row.any():
            continue
        return row


def returns_after_loop(image):
    total = 0
    for row in image:
        total += row.sum()
    return total


def returns_from_inner_function(image):
    for _ in image:

        def inner():
            return 1

        inner()


def first_rows(image):
    return 0.3 * image[0] + 0.6 * image[1] + 0.1 * image[2]


def sizes(image):
    return len(image[0]) + len(image[1]) + image[0][1] + image[1].sum()


class Strange:
    """A callable that does not like to be looked at."""

    def __call__(self, image):
        return image

    def __getattr__(self, name):
        raise KeyError(name)


@pytest.mark.parametrize(
    ("function", "hints"),
    [
        (returns_in_loop, [RETURN_IN_LOOP]),
        (returns_in_inner_loop, [RETURN_IN_LOOP]),
        (searches, []),
        (goes_on, []),
        (returns_after_loop, []),
        (returns_from_inner_function, []),
        (first_rows, [f"{FIRST_INDEX} image"]),
        (sizes, []),
        (len, []),
        (eval("lambda image: image[0] + image[1]"), []),
    ],
)
def test_what_the_source_shows(function, hints):
    assert find_hints(function) == hints


def test_a_strange_callable_shows_nothing():
    assert find_hints(Strange()) == []


def test_rows_are_taken_for_channels_only_in_a_volume():
    hints = find_hints(first_rows)
    ((what, look),) = read_hints(hints, {"image": np.zeros((2, 2, 3))})
    assert what == "`image[0]` is the first row of pixels, not the first channel."
    assert "last of the three axes" in look
    assert not list(read_hints(hints, {"image": np.zeros((3, 3))}))


def test_what_another_process_makes_up_is_ignored():
    assert not list(read_hints(["return", "first index", "x" * 1000], {"image": np.zeros(3)}))

"""Is a wrong result told from a right one, and is what is said about it true?"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from utils.checks.compare import equal, find_difference
from utils.checks.describe import describe

MATRIX = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


class AlwaysEqual:
    """An answer that claims to be right whatever it is asked."""

    def __eq__(self, other):
        return True

    def __array__(self, dtype=None, copy=None):
        return MATRIX


class AlwaysEqualArray(np.ndarray):
    def __eq__(self, other):
        return np.array(True)


class AlwaysEqualFloat(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 0.912


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (MATRIX, MATRIX),
        (MATRIX.astype(np.float32), MATRIX),
        (MATRIX.astype(int), MATRIX),
        (MATRIX * (1 + 1e-7), MATRIX),
        (np.int64(5), 5),
        (5, np.int64(5)),
        (np.float64(0.5), 0.5),
        (np.array(0.5), 0.5),
        (1, 1.0),
        ([1, 2], (1, 2)),
        ((1, 2), [1, 2]),
        (np.str_("X"), "X"),
        (np.True_, True),
        (MATRIX > 2, MATRIX > 2),
        ({"O": 1, "X": np.float64(2)}, {"X": 2.0, "O": 1.0}),
        (("X", {"X": 1.0}), ("X", {"X": 1.0})),
        (None, None),
    ],
)
def test_right_results_are_right(got, expected):
    assert find_difference(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (None, MATRIX, "`return` missing"),
        (MATRIX.tolist(), MATRIX, "np.array"),
        (AlwaysEqual(), MATRIX, "an AlwaysEqual"),
        (MATRIX.view(AlwaysEqualArray), MATRIX, "an AlwaysEqualArray"),
        (np.ma.array(MATRIX, mask=True), MATRIX, "a MaskedArray"),
        (MATRIX.astype(complex), MATRIX, "complex"),
        (MATRIX.astype(object), MATRIX, "object"),
        (MATRIX.T, MATRIX, "swapped"),
        (MATRIX[:-1, :-1], MATRIX, "missing along every axis"),
        (np.pad(MATRIX, ((0, 1), (0, 1))), MATRIX, "too many"),
        (MATRIX.ravel(), MATRIX, "2 axes, not 1"),
        (-MATRIX, MATRIX, "negated"),
        (MATRIX / 9, MATRIX, "constant factor"),
        (MATRIX + 2, MATRIX, "off by the same amount: +2"),
        (0 * MATRIX, MATRIX, "Every value is 0"),
        (MATRIX[::-1, ::-1], MATRIX, "180"),
        (MATRIX * np.nan, MATRIX, "nan"),
        ((MATRIX * 100).astype(np.uint8), MATRIX * 100, "wrapped around"),
        (np.clip(MATRIX * 100, 0, 255), MATRIX * 100, "clipped"),
        (np.rint(MATRIX * 1.3), MATRIX * 1.3, "rounded"),
        (MATRIX > 2, MATRIX, "dtype is bool"),
        ((MATRIX > 2).astype(int), MATRIX > 2, "array of bool"),
        (MATRIX <= 2, MATRIX > 2, "swapped everywhere"),
        (2.5, 2, "whole number"),
        (2.0, 2, "whole number"),
        (3, 2, "should be 2, but is 3"),
        (6_220_801, 6_220_800, "should be 6220800, but is 6220801"),
        (np.int64(10**9 + 1), 10**9, "should be 1000000000, but is 1000000001"),
        (10**400, 2, "hundreds of digits"),
        (10**400, 2.5, "hundreds of digits"),
        (-(10**4000), 2.5, "hundreds of digits"),
        (10**400, "2", "an int of hundreds of digits"),
        (True, 1, "a number"),
        ("2", 2, "a number"),
        (AlwaysEqual(), 2, "an AlwaysEqual"),
        (np.nan, 2.0, "nan"),
        (1, "X", "the string 'X'"),
        ("O", "X", "should be 'X', but is 'O'"),
        (1, True, "True"),
        ((1, 2, 3), (1, 2), "two values"),
        (5, (1, 2), "two values"),
        ((1, 3), (1, 2), "index 1"),
        ({"X": 1.0}, {"X": 1.0, "O": 2.0}, "keys"),
        ({"X": 1.0, "O": 3.0}, {"X": 1.0, "O": 2.0}, "key 'O'"),
        ([("X", 1.0)], {"X": 1.0}, "a dict"),
    ],
)
def test_wrong_results_are_wrong_and_told_how(got, expected, words):
    assert words in find_difference(got, expected)


def test_a_number_with_an_equality_of_its_own_gets_no_word_in():
    assert not equal(AlwaysEqualFloat(0.1), 0.912)


class AlwaysEqualScalar(np.float64):
    def __float__(self):
        return 0.912


class AlwaysEqualList(list):
    def __iter__(self):
        return iter([1, 2])


def test_subclasses_of_plain_types_are_not_plain():
    assert not equal(AlwaysEqualScalar(0.1), 0.912)
    assert not equal(AlwaysEqualList([5, 5]), (1, 2))


def test_a_square_transpose_is_named():
    square = np.array([[1.0, 2.0], [4.0, 9.0]])
    assert "transposed" in find_difference(square.T, square)


def test_right_inside_and_wrong_at_the_border_is_named():
    right = np.arange(20.0).reshape(4, 5) ** 2
    wrong = right.copy()
    wrong[0] = 1
    assert "border" in find_difference(wrong, right)


def test_the_first_difference_is_named_with_both_numbers():
    wrong = MATRIX.copy()
    wrong[1, 0] = 7
    said = find_difference(wrong, MATRIX)
    assert "[1, 0]" in said
    assert "should be 4, but is 7" in said


ARRAYS = hnp.arrays(
    np.float64, hnp.array_shapes(max_dims=3), elements=st.floats(-1e6, 1e6, width=32)
)


@given(ARRAYS)
def test_an_array_equals_itself(array):
    assert equal(array.copy(), array)


@given(ARRAYS, st.data())
def test_one_changed_value_is_seen(array, data):
    wrong = array.copy()
    index = data.draw(st.integers(0, array.size - 1))
    wrong.flat[index] += 1 + abs(wrong.flat[index])
    assert find_difference(wrong, array)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros((4, 3), np.uint8), "a 4x3 array of uint8"),
        (np.zeros((8, 3)), "an 8x3 array of float64"),
        (5, "the int 5"),
        ("no", "the string 'no'"),
        (None, "None"),
        ([1], "a list of length 1"),
    ],
)
def test_values_are_described_in_words(value, words):
    assert describe(value) == words

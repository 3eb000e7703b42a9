"""Compare what a function returned with what it should have, and say what differs.

Only plain values are compared: None, bool, numbers, strings, lists, tuples, dicts and NumPy arrays
of a bool, integer or real dtype; and Keras models, layer by layer. Anything else is a wrong answer
whose message says what it is, so an object with an ``==`` of its own never gets a word in.
"""

from __future__ import annotations

import numbers
from collections import Counter, OrderedDict, defaultdict

import numpy as np

from utils.checks.describe import describe, is_long, is_model

RTOL, ATOL = 1e-6, 1e-8
# Exact types: a subclass can bring an ``==`` or a ``float()`` of its own.
NUMPY_SCALARS = frozenset(np.sctypeDict.values())
REALS = {int, float} | {
    kind for kind in NUMPY_SCALARS if issubclass(kind, np.integer | np.floating)
}
DICTS = {dict, OrderedDict, defaultdict, Counter}


def find_difference(
    got: object, expected: object, rtol: float = RTOL, atol: float = ATOL
) -> str | None:
    """Return what is wrong with ``got`` in the most specific words, or None if it is right.

    Parameters
    ----------
    got, expected : object
        What came back, and what should have: a plain value or a Keras model.
    rtol, atol : float
        Numbers are equal if ``abs(got - expected) <= atol + rtol * abs(expected)``; a whole number
        by itself only if it is the same.
    """
    if got is None and expected is not None:
        return "It returned None. Is a `return` missing?"
    if isinstance(expected, np.ndarray):
        return _array_difference(got, expected, rtol, atol)
    if isinstance(expected, (tuple, list)):
        return _sequence_difference(got, expected, rtol, atol)
    if isinstance(expected, dict):
        return _dict_difference(got, expected, rtol, atol)
    if is_model(expected):
        from utils.checks import models

        return models.find_model_difference(got, expected)
    return _scalar_difference(got, expected, rtol, atol)


def equal(got: object, expected: object, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Tell whether ``got`` is right: the same as ``expected`` up to the tolerance."""
    return find_difference(got, expected, rtol, atol) is None


def _scalar_difference(got: object, expected: object, rtol: float, atol: float) -> str | None:
    """Compare with an expected number, bool, string or None."""
    if type(got) is np.ndarray and got.ndim == 0:
        got = got[()]
    if expected is None or isinstance(expected, (str, bool, np.bool_)):
        kinds = {bool: (bool, np.bool_), np.bool_: (bool, np.bool_), str: (str, np.str_)}
        if type(got) not in kinds.get(type(expected), (type(expected),)):
            return f"It should return {describe(expected)}, but returned {describe(got)}."
        same = str(got) == str(expected)
        return None if same else f"It should be {expected!r}, but is {_plain_repr(got)}."
    if type(got) not in REALS:
        return f"It should return a number, but returned {describe(got)}."
    if isinstance(expected, numbers.Integral) and not isinstance(got, numbers.Integral):
        return f"It should return a whole number (an int), but returned {describe(got)}."
    if not _close(got, expected, rtol, atol):
        return f"It should be {_number(expected)}, but is {_number(got)}."
    return None


def _close(got: object, expected: object, rtol: float, atol: float) -> bool:
    """Tell whether two numbers are equal; whole numbers are so exactly."""
    if isinstance(expected, numbers.Integral):
        return int(got) == int(expected)
    try:
        return bool(np.isclose(float(got), float(expected), rtol=rtol, atol=atol))
    except OverflowError:  # an int beyond all floats
        return False


def _sequence_difference(got: object, expected, rtol: float, atol: float) -> str | None:
    """Compare with an expected tuple or list, element by element; either will do."""
    if type(got) not in (tuple, list):
        return (
            f"It should return {_words(len(expected))} values in a {type(expected).__name__}, "
            f"but returned {describe(got)}."
        )
    if len(got) != len(expected):
        return f"It should return {_words(len(expected))} values, but returned {len(got)}."
    for index, (one, other) in enumerate(zip(got, expected, strict=True)):
        difference = find_difference(one, other, rtol, atol)
        if difference:
            return f"At index {index}: {difference}"
    return None


def _words(count: int) -> str:
    """Return a small number in words."""
    return {1: "one", 2: "two", 3: "three", 4: "four"}.get(count, str(count))


def _dict_difference(got: object, expected: dict, rtol: float, atol: float) -> str | None:
    """Compare with an expected dict, key by key, in any order."""
    if type(got) not in DICTS:
        return f"It should return a dict, but returned {describe(got)}."
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    if missing or extra:
        return f"Its keys should be {list(expected)}, but are {list(got)}."
    for key, value in expected.items():
        difference = find_difference(got[key], value, rtol, atol)
        if difference:
            return f"At key {key!r}: {difference}"
    return None


def _array_difference(got: object, expected: np.ndarray, rtol: float, atol: float) -> str | None:
    """Compare with an expected array: type, dtype, shape, then values."""
    if type(got) is not np.ndarray:
        hint = " Turn it into one with np.array(...)." if isinstance(got, (list, tuple)) else ""
        return f"It should return a NumPy array, but returned {describe(got)}.{hint}"
    if got.dtype.kind not in "biuf":
        return f"It should return an array of real numbers, but its dtype is {got.dtype}."
    if (expected.dtype.kind == "b") != (got.dtype.kind == "b"):
        wanted = "bool" if expected.dtype.kind == "b" else "numbers"
        return f"It should return an array of {wanted}, but its dtype is {got.dtype}."
    if got.shape != expected.shape:
        return _shape_difference(got, expected, rtol, atol)
    wrong = ~np.isclose(got.astype(np.float64), expected.astype(np.float64), rtol=rtol, atol=atol)
    if not wrong.any():
        return None
    with np.errstate(all="ignore"):  # inf and nan are among what may come back
        return _name_pattern(got, expected, wrong, rtol, atol)


def _shape_difference(got: np.ndarray, expected: np.ndarray, rtol: float, atol: float) -> str:
    """Say what is wrong with a shape."""
    said = f"Its shape should be {expected.shape}, but is {got.shape}."
    if got.ndim != expected.ndim:
        return f"{said} It should have {expected.ndim} axes, not {got.ndim}."
    if got.shape == expected.shape[::-1]:
        return f"{said} Height and width (rows and columns) are swapped."
    off = {mine - right for mine, right in zip(got.shape, expected.shape, strict=True)}
    if off == {-1}:
        return f"{said} One position is missing along every axis: is a + 1 forgotten?"
    if off == {1}:
        return f"{said} There is one position too many along every axis."
    return said


def _name_pattern(
    got: np.ndarray, expected: np.ndarray, wrong: np.ndarray, rtol: float, atol: float
) -> str:
    """Say in what way values of the right shape are wrong, as specifically as is true."""
    mine, right = got.astype(np.float64), expected.astype(np.float64)

    def same(one: np.ndarray, other: np.ndarray) -> bool:
        return one.shape == other.shape and np.allclose(one, other, rtol=rtol, atol=atol)

    if not np.isfinite(mine).all() and np.isfinite(right).all():
        return f"{_count(~np.isfinite(mine))} not a finite number (nan or inf)."
    if expected.dtype.kind == "b":
        if same(1 - mine, right):
            return "True and False are swapped everywhere."
        return _first_difference(got, expected, wrong)
    if not mine.any():
        return "Every value is 0."
    if same(-mine, right):
        return "Right, except for the sign: every value is negated."
    if mine.ndim == 2:
        if same(mine.T, right):
            return "The result is transposed: rows and columns are swapped."
        if same(mine[::-1, ::-1], right):
            return "The result is right, but turned by 180 degrees."
    factor = _constant(mine, right)
    if factor is not None:
        return (
            f"Right, up to a constant factor: every value is {factor:.6g} times what it should be."
        )
    if right.size > 1 and np.ptp(mine - right) <= atol + rtol * np.abs(right).max():
        return f"Every value is off by the same amount: {(mine - right).flat[0]:+.6g}."
    if got.dtype.kind in "ui" and same(mine, right % 2 ** (8 * got.dtype.itemsize)):
        return (
            f"The numbers wrapped around: {got.dtype} cannot hold them. "
            "Turn the input into float first."
        )
    if same(mine, np.clip(right, 0, 255)):
        return "Right where it is between 0 and 255, but values are clipped to that range."
    if same(mine, np.rint(right)) or same(mine, np.trunc(right)):
        return "The values are rounded to whole numbers."
    if mine.ndim >= 2 and min(mine.shape[:2]) > 2 and not wrong[1:-1, 1:-1].any():
        return "Right inside, wrong at the border. " + _first_difference(got, expected, wrong)
    return _first_difference(got, expected, wrong)


def _constant(mine: np.ndarray, right: np.ndarray) -> float | None:
    """Return c where ``mine == c * right`` everywhere, if there is one that says something."""
    if np.count_nonzero(right) < 2:
        return None
    with np.errstate(all="ignore"):  # numbers that ran away overflow here too
        factor = (mine * right).sum() / (right * right).sum()
        return factor if factor and np.allclose(mine, factor * right, rtol=1e-6) else None


def _first_difference(got: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    """Name the first position that differs, both numbers, and how many differ."""
    position = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"[{', '.join(map(str, position))}]"
    return (
        f"{_count(wrong)} wrong, the first at {where}: "
        f"it should be {_number(expected[position])}, but is {_number(got[position])}."
    )


def _count(flags: np.ndarray) -> str:
    """Say how many of an array's values are meant: ``3 of 9 values are``."""
    count = int(np.count_nonzero(flags))
    return f"{count} of {flags.size} values {'is' if count == 1 else 'are'}"


def _number(value: object) -> str:
    """Write a number without noise in its last digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if is_long(value):
        return "a number of hundreds of digits"
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else str(value)


def _plain_repr(value: object) -> str:
    """Write a string or bool as Python's own, not as NumPy's scalar."""
    return repr(value.item() if isinstance(value, np.generic) else value)

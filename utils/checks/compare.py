"""Compare a function's result with the right one, and describe the difference.

Only plain values are compared: None, bool, numbers, strings, lists, tuples, dicts and NumPy arrays
of a bool, integer or real dtype; and Keras models, layer by layer. Anything else is a wrong answer
whose message names its kind, so an object that overloads ``==`` is never asked whether it is equal.
"""

from __future__ import annotations

import functools
import numbers
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.checks.describe import describe, is_long, is_model

RTOL, ATOL = 1e-6, 1e-8
# Exact types only: a subclass could overload ``==`` or ``float()``.
NUMPY_SCALARS = frozenset(np.sctypeDict.values())
REALS = {int, float} | {
    kind for kind in NUMPY_SCALARS if issubclass(kind, np.integer | np.floating)
}
DICTS = {dict, OrderedDict, defaultdict, Counter}


@dataclass(frozen=True)
class Tolerance:
    """How close numbers must be: see `find_difference`."""

    rtol: float = RTOL
    atol: float = ATOL

    def difference(self, got: Any, expected: Any) -> str:
        """Return what is wrong with ``got``; empty if it is right."""
        return _find_difference(got, expected, self) or ""

    def equal(self, got: Any, expected: Any) -> bool:
        """Return whether two results are equal; results that cannot be compared are not."""
        try:
            return _find_difference(got, expected, self) is None
        except (TypeError, ValueError):
            return False

    def isclose(self, got: Any, expected: Any) -> np.ndarray:
        """Return for each number whether it is close enough."""
        return np.isclose(got, expected, rtol=self.rtol, atol=self.atol)


def find_difference(got: Any, expected: Any, rtol: float = RTOL, atol: float = ATOL) -> str | None:
    """Return what is wrong with ``got`` in the most specific words, or None if it is right.

    Parameters
    ----------
    got, expected : object
        The student's result and the right one: a plain value or a Keras model.
    rtol, atol : float
        Numbers are equal if ``abs(got - expected) <= atol + rtol * abs(expected)``; whole numbers
        outside arrays only if they are the same.
    """
    return _find_difference(got, expected, Tolerance(rtol, atol))


def equal(got: Any, expected: Any, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Return whether ``got`` is right: the same as ``expected`` up to the tolerance."""
    return find_difference(got, expected, rtol, atol) is None


def _find_difference(got: Any, expected: Any, tolerance: Tolerance) -> str | None:
    """Compare two results by the rules for the right one's type; see `find_difference`."""
    if got is None and expected is not None:
        return "It returned None. Is a `return` missing?"
    if isinstance(expected, np.ndarray):
        return _array_difference(got, expected, tolerance)
    if isinstance(expected, (tuple, list)):
        return _sequence_difference(got, expected, tolerance)
    if isinstance(expected, dict):
        return _dict_difference(got, expected, tolerance)
    if is_model(expected):
        from utils.checks import model_difference

        return model_difference.find_model_difference(got, expected)
    return _scalar_difference(got, expected, tolerance)


def _scalar_difference(got: Any, expected: Any, tolerance: Tolerance) -> str | None:
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
    if not _close(got, expected, tolerance):
        return f"It should be {_number(expected)}, but is {_number(got)}."
    return None


def _close(got: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Return whether two numbers are equal, whole numbers exactly."""
    if isinstance(expected, numbers.Integral):
        return int(got) == int(expected)
    try:
        return bool(tolerance.isclose(float(got), float(expected)))
    except OverflowError:  # an int beyond all floats
        return False


def _sequence_difference(got: Any, expected: Any, tolerance: Tolerance) -> str | None:
    """Compare with an expected tuple or list, element by element; both types are accepted."""
    if type(got) not in (tuple, list):
        return (
            f"It should return {_words(len(expected))} values in a {type(expected).__name__}, "
            f"but returned {describe(got)}."
        )
    if len(got) != len(expected):
        return f"It should return {_words(len(expected))} values, but returned {len(got)}."
    for index, (mine, right) in enumerate(zip(got, expected, strict=True)):
        difference = _find_difference(mine, right, tolerance)
        if difference:
            return f"At index {index}: {difference}"
    return None


def _words(count: int) -> str:
    """Return a small number in words."""
    return {1: "one", 2: "two", 3: "three", 4: "four"}.get(count, str(count))


def _dict_difference(got: Any, expected: dict, tolerance: Tolerance) -> str | None:
    """Compare with an expected dict, key by key, in any order."""
    if type(got) not in DICTS:
        return f"It should return a dict, but returned {describe(got)}."
    missing = [key for key in expected if key not in got]
    extra = [key for key in got if key not in expected]
    if missing or extra:
        return f"Its keys should be {list(expected)}, but are {list(got)}."
    for key, value in expected.items():
        difference = _find_difference(got[key], value, tolerance)
        if difference:
            return f"At key {key!r}: {difference}"
    return None


def _array_difference(got: Any, expected: np.ndarray, tolerance: Tolerance) -> str | None:
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
        return _shape_difference(got, expected)
    wrong = ~tolerance.isclose(got.astype(np.float64), expected.astype(np.float64))
    if not wrong.any():
        return None
    with np.errstate(all="ignore"):  # results may contain inf and nan
        return _name_pattern(got, expected, wrong, tolerance)


def _shape_difference(got: np.ndarray, expected: np.ndarray) -> str:
    """Return a sentence on a wrong shape."""
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
    got: np.ndarray, expected: np.ndarray, wrong: np.ndarray, tolerance: Tolerance
) -> str:
    """Return the most specific true sentence on wrong values of the right shape."""
    pattern = _Pattern(got, expected, wrong, tolerance)
    if not np.isfinite(pattern.mine).all() and np.isfinite(pattern.right).all():
        return f"{_count(~np.isfinite(pattern.mine))} not a finite number (nan or inf)."
    sentences = BOOL_PATTERNS if expected.dtype.kind == "b" else NUMBER_PATTERNS
    for applies, sentence in sentences:
        if applies(pattern):
            return sentence(pattern) if callable(sentence) else sentence
    return _first_difference(got, expected, wrong)


@dataclass(frozen=True, eq=False)
class _Pattern:
    """Two arrays of the same shape, and tests for the ways in which they may differ."""

    got: np.ndarray
    expected: np.ndarray
    wrong: np.ndarray
    tolerance: Tolerance

    @functools.cached_property
    def mine(self) -> np.ndarray:
        """The student's numbers as floats."""
        return self.got.astype(np.float64)

    @functools.cached_property
    def right(self) -> np.ndarray:
        """The right numbers as floats."""
        return self.expected.astype(np.float64)

    def would_be(self, changed: np.ndarray, other: np.ndarray | None = None) -> bool:
        """Return whether an array equals another: the right one if none is given."""
        other = self.right if other is None else other
        return changed.shape == other.shape and bool(self.tolerance.isclose(changed, other).all())

    @functools.cached_property
    def factor(self) -> float | None:
        """The factor c where ``mine == c * right`` everywhere, if there is one that matters."""
        if np.count_nonzero(self.right) < 2:
            return None
        with np.errstate(all="ignore"):  # very large numbers overflow here
            factor = (self.mine * self.right).sum() / (self.right * self.right).sum()
            is_constant = factor and np.allclose(self.mine, factor * self.right, rtol=1e-6)
        return factor if is_constant else None

    def is_offset(self) -> bool:
        """Return whether every value is off by the same amount."""
        noise = self.tolerance.atol + self.tolerance.rtol * np.abs(self.right).max(initial=0)
        return self.right.size > 1 and bool(np.ptp(self.mine - self.right) <= noise)

    def is_wrapped(self) -> bool:
        """Return whether whole numbers were too large for their dtype."""
        dtype = self.got.dtype
        if dtype.kind not in "ui":
            return False
        return self.would_be(self.mine, self.right % 2 ** (8 * dtype.itemsize))

    def is_rounded(self) -> bool:
        """Return whether the values are the right ones without their fractions."""
        rounded = np.rint(self.right), np.trunc(self.right)
        return any(self.would_be(self.mine, each) for each in rounded)

    def is_right_inside(self) -> bool:
        """Return whether only values at the border are wrong."""
        shape = self.mine.shape
        return len(shape) >= 2 and min(shape[:2]) > 2 and not self.wrong[1:-1, 1:-1].any()

    def first_difference(self) -> str:
        """Return a sentence on the first value that is wrong."""
        return _first_difference(self.got, self.expected, self.wrong)


# Ways in which an array can be wrong: a condition, and a sentence, which may depend on the numbers.
# The first sentence whose condition holds is the message.
Sentences = tuple[tuple[Callable[[_Pattern], bool], str | Callable[[_Pattern], str]], ...]
BOOL_PATTERNS: Sentences = (
    (lambda p: p.would_be(1 - p.mine), "True and False are swapped everywhere."),
)
NUMBER_PATTERNS: Sentences = (
    (lambda p: not p.mine.any(), "Every value is 0."),
    (lambda p: p.would_be(-p.mine), "Right, except for the sign: every value is negated."),
    (
        lambda p: p.mine.ndim == 2 and p.would_be(p.mine.T),
        "The result is transposed: rows and columns are swapped.",
    ),
    (
        lambda p: p.mine.ndim == 2 and p.would_be(p.mine[::-1, ::-1]),
        "The result is right, but turned by 180 degrees.",
    ),
    (
        lambda p: p.factor is not None,
        lambda p: (
            "Right, up to a constant factor: "
            f"every value is {p.factor:.6g} times what it should be."
        ),
    ),
    (
        _Pattern.is_offset,
        lambda p: f"Every value is off by the same amount: {(p.mine - p.right).flat[0]:+.6g}.",
    ),
    (
        _Pattern.is_wrapped,
        lambda p: (
            f"The numbers wrapped around: {p.got.dtype} cannot hold them. "
            "Turn the input into float first."
        ),
    ),
    (
        lambda p: p.would_be(p.mine, np.clip(p.right, 0, 255)),
        "Right where it is between 0 and 255, but values are clipped to that range.",
    ),
    (_Pattern.is_rounded, "The values are rounded to whole numbers."),
    (
        _Pattern.is_right_inside,
        lambda p: f"Right inside, wrong at the border. {p.first_difference()}",
    ),
)


def _first_difference(got: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    """Return a sentence on the first position that differs, both numbers, and the count."""
    position = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"[{', '.join(map(str, position))}]"
    return (
        f"{_count(wrong)} wrong, the first at {where}: "
        f"it should be {_number(expected[position])}, but is {_number(got[position])}."
    )


def _count(flags: np.ndarray) -> str:
    """Return the number of True values with its verb: ``3 of 9 values are``."""
    count = int(np.count_nonzero(flags))
    return f"{count} of {flags.size} values {'is' if count == 1 else 'are'}"


def _number(value: Any) -> str:
    """Return a number as text, without noise in its last digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if is_long(value):
        return "a number of hundreds of digits"
    return f"{value:.10g}" if isinstance(value, (float, np.floating)) else str(value)


def _plain_repr(value: Any) -> str:
    """Return the repr of a string or bool, as Python's type if it is a NumPy scalar."""
    return repr(value.item() if isinstance(value, np.generic) else value)

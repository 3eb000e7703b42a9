"""Compare a function's result with the right one, and describe the difference.

Only plain values are compared: None, bool, numbers, strings, lists, tuples, dicts and NumPy arrays
of a bool, integer or real dtype; and Keras models, layer by layer. Anything else is a wrong answer
whose message names its kind, so an object that overloads ``==`` is never asked whether it is equal.
"""

from __future__ import annotations

import functools
import numbers
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.checks.describe import describe, is_long, is_model
from utils.checks.known_model import KnownModel, differ, rebuilt

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

    def difference(self, got: Any, expected: Any, permitted: Collection[str] | None = None) -> str:
        """Return what is wrong with ``got``; empty if it is right.

        Parameters
        ----------
        got, expected : object
            The student's result and the right one.
        permitted : collection of str, optional
            The claims that may be made about how the two differ, of those that `claims` returns;
            all of them by default.
        """
        return _Comparison(self, permitted).find_difference(got, expected) or ""

    def claims(self, got: Any, expected: Any) -> list[str]:
        """Return every sentence that is true of how all values of two results differ.

        An example is "The result is transposed: rows and columns are swapped." The most specific
        sentences come first.
        """
        comparison = _Comparison(self)
        comparison.find_difference(got, expected)
        return comparison.claims

    def equal(self, got: Any, expected: Any) -> bool:
        """Return whether two results are equal; results that cannot be compared are not.

        Either can be a `KnownModel`, which is built again only if it may be equal.
        """
        if isinstance(got, KnownModel) or isinstance(expected, KnownModel):
            if differ(got, expected):
                return False
            got, expected = rebuilt(got), rebuilt(expected)
        try:
            return _Comparison(self, is_brief=True).find_difference(got, expected) is None
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
    return _Comparison(Tolerance(rtol, atol)).find_difference(got, expected)


def equal(got: Any, expected: Any, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Return whether ``got`` is right: the same as ``expected`` up to the tolerance."""
    return find_difference(got, expected, rtol, atol) is None


@dataclass
class _Comparison:
    """One comparison of a student's result with the right one.

    Parameters
    ----------
    tolerance : Tolerance
        How close numbers must be.
    permitted : collection of str, optional
        The claims that may be made; all by default.
    is_brief : bool
        Whether any text will do for a difference between arrays, because it is not read.

    Attributes
    ----------
    claims : list of str
        All claims that are true, permitted or not, after `find_difference`.
    """

    tolerance: Tolerance
    permitted: Collection[str] | None = None
    is_brief: bool = False
    claims: list[str] = field(default_factory=list)

    def find_difference(self, got: Any, expected: Any) -> str | None:
        """Compare two results by the rules for the right one's type; see `find_difference`."""
        if got is None and expected is not None:
            return "It returned None. Is a `return` missing?"
        if isinstance(expected, np.ndarray):
            return self._array_difference(got, expected)
        if isinstance(expected, (tuple, list)):
            return self._sequence_difference(got, expected)
        if isinstance(expected, dict):
            return self._dict_difference(got, expected)
        if is_model(expected):
            from utils.checks import model_difference

            return model_difference.find_model_difference(got, expected)
        return _scalar_difference(got, expected, self.tolerance)

    def _sequence_difference(self, got: Any, expected: tuple | list) -> str | None:
        """Compare with an expected tuple or list, element by element; both types are accepted."""
        if type(got) not in (tuple, list):
            return (
                f"It should return {_words(len(expected))} values in a {type(expected).__name__}, "
                f"but returned {describe(got)}."
            )
        if len(got) != len(expected):
            return f"It should return {_words(len(expected))} values, but returned {len(got)}."
        for index, (mine, right) in enumerate(zip(got, expected, strict=True)):
            difference = self.find_difference(mine, right)
            if difference:
                return f"At index {index}: {difference}"
        return None

    def _dict_difference(self, got: Any, expected: dict) -> str | None:
        """Compare with an expected dict, key by key, in any order."""
        if type(got) not in DICTS:
            return f"It should return a dict, but returned {describe(got)}."
        missing = [key for key in expected if key not in got]
        extra = [key for key in got if key not in expected]
        if missing or extra:
            return f"Its keys should be {list(expected)}, but are {list(got)}."
        for key, value in expected.items():
            difference = self.find_difference(got[key], value)
            if difference:
                return f"At key {key!r}: {difference}"
        return None

    def _array_difference(self, got: Any, expected: np.ndarray) -> str | None:
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
            said = f"Its shape should be {expected.shape}, but is {got.shape}."
            return self._claim(self._shape_claims(got, expected), said) or said
        wrong = ~self.tolerance.isclose(got.astype(np.float64), expected.astype(np.float64))
        if not wrong.any():
            return None
        if self.is_brief:
            return "Some values are wrong."
        with np.errstate(all="ignore"):  # results may contain inf and nan
            return self._value_difference(got, expected, wrong)

    def _shape_claims(self, got: np.ndarray, expected: np.ndarray) -> Iterator[str]:
        """Yield what is true of a wrong shape."""
        if got.ndim != expected.ndim:
            axes = "1 axis" if expected.ndim == 1 else f"{expected.ndim} axes"
            yield f"It should have {axes}, not {got.ndim}."
            return
        if got.shape == expected.shape[::-1]:
            if self.tolerance.isclose(got.T.astype(float), expected.astype(float)).all():
                yield TRANSPOSED
            yield "Height and width (rows and columns) are swapped."
        off = {mine - right for mine, right in zip(got.shape, expected.shape, strict=True)}
        if off == {-1}:
            yield "One position is missing along every axis."
        if off == {1}:
            yield "There is one position too many along every axis."

    def _value_difference(self, got: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
        """Return the most specific permitted sentence on wrong values of the right shape."""
        pattern = _Pattern(got, expected, wrong, self.tolerance)
        if not np.isfinite(pattern.mine).all() and np.isfinite(pattern.right).all():
            return f"{_count(~np.isfinite(pattern.mine))} not a finite number (nan or inf)."
        first = _first_difference(got, expected, wrong)
        claim = self._claim(_value_claims(pattern))
        return f"{claim} {first}" if claim == RIGHT_INSIDE else claim or first

    def _claim(self, sentences: Iterator[str], said: str = "") -> str:
        """Note all claims, and return the first that is permitted, after what is said anyway."""
        claims = list(sentences)
        self.claims += claims
        for claim in claims:
            if self.permitted is None or claim in self.permitted:
                return f"{said} {claim}".strip()
        return ""


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
        should_be, number = number_texts(expected, got)
        return f"It should be {should_be}, but is {number}."
    return None


def _close(got: Any, expected: Any, tolerance: Tolerance) -> bool:
    """Return whether two numbers are equal, whole numbers exactly."""
    if isinstance(expected, numbers.Integral):
        return int(got) == int(expected)
    try:
        return bool(tolerance.isclose(float(got), float(expected)))
    except OverflowError:  # an int beyond all floats
        return False


def _words(count: int) -> str:
    """Return a small number in words."""
    return {1: "one", 2: "two", 3: "three", 4: "four"}.get(count, str(count))


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

    def is_single_precision(self) -> bool:
        """Return whether the values are right as far as single precision goes."""
        return bool(np.allclose(self.mine, self.right, rtol=RTOL, atol=ATOL))

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

    @property
    def right_is_bool(self) -> bool:
        """Whether the right values are True and False."""
        return self.expected.dtype.kind == "b"


# Ways in which an array can be wrong: a condition, and a sentence, which may depend on the numbers.
# The most specific come first.
TRANSPOSED = "The result is transposed: rows and columns are swapped."
RIGHT_INSIDE = "Right inside, wrong at the border."
Sentences = tuple[tuple[Callable[[_Pattern], bool], str | Callable[[_Pattern], str]], ...]
BOOL_PATTERNS: Sentences = (
    (lambda p: p.would_be(1 - p.mine), "True and False are swapped everywhere."),
)
NUMBER_PATTERNS: Sentences = (
    (lambda p: not p.mine.any(), "Every value is 0."),
    (
        _Pattern.is_single_precision,
        "The result has only about seven digits, as in single precision (float32). "
        "Compute in double precision (float64).",
    ),
    (lambda p: p.would_be(-p.mine), "Right, except for the sign: every value is negated."),
    (
        lambda p: p.mine.ndim == 2 and p.would_be(p.mine.T),
        TRANSPOSED,
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
    (_Pattern.is_right_inside, RIGHT_INSIDE),
)


def _value_claims(pattern: _Pattern) -> Iterator[str]:
    """Yield every sentence that is true of an array's wrong values."""
    for applies, sentence in BOOL_PATTERNS if pattern.right_is_bool else NUMBER_PATTERNS:
        if applies(pattern):
            yield sentence(pattern) if callable(sentence) else sentence


def _first_difference(got: np.ndarray, expected: np.ndarray, wrong: np.ndarray) -> str:
    """Return a sentence on the first position that differs, both numbers, and the count."""
    position = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = f"[{', '.join(map(str, position))}]"
    should_be, number = number_texts(expected[position], got[position])
    return (
        f"{_count(wrong)} wrong, the first at {where}: it should be {should_be}, but is {number}."
    )


def _count(flags: np.ndarray) -> str:
    """Return the number of True values with its verb: ``3 of 9 values are``."""
    count = int(np.count_nonzero(flags))
    return f"{count} of {flags.size} values {'is' if count == 1 else 'are'}"


def number_texts(expected: Any, got: Any, digits: int = 10) -> tuple[str, str]:
    """Return two numbers that differ as texts that differ: with more digits only where needed."""
    texts = _number(expected, digits), _number(got, digits)
    return texts if texts[0] != texts[1] else (_number(expected, 17), _number(got, 17))


def _number(value: Any, digits: int) -> str:
    """Return a number as text, without noise in its last digits."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if is_long(value):
        return "a number of hundreds of digits"
    return f"{value:.{digits}g}" if isinstance(value, (float, np.floating)) else str(value)


def _plain_repr(value: Any) -> str:
    """Return the repr of a string or bool, as Python's type if it is a NumPy scalar."""
    return repr(value.item() if isinstance(value, np.generic) else value)

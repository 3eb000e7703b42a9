"""Find out why an answer is wrong: a known mistake, or a kind of input that it is wrong for."""

from __future__ import annotations

import builtins
import functools
import inspect
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from utils.checks.calls import CallResult, Subject, call
from utils.checks.compare import Tolerance
from utils.checks.reference import Input, Reference
from utils.checks.registry import examples_of, mistakes_of

BUILTIN_ERRORS = frozenset(
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)
# Kinds of input that wrong answers are often right for; the words are part of a message.
KINDS_OF_INPUT = ("square images", "numbers that are floats", "numbers that are not negative")
# Results with this many different values are equal only by the same mistake, not by chance.
DISTINCTIVE_VALUES = 4
# On how many of the small inputs an answer must agree with a mistake if its result may be chance.
ENOUGH_LIKENESS = 0.5
MAX_ERROR_CHARACTERS = 150  # of an error's text: a longer one could spell out a hidden input


@dataclass(frozen=True, eq=False)
class SmallResult:
    """A small public input with the right result, and what the student's function did."""

    given: Input
    expected: Any
    result: CallResult


@dataclass(eq=False)
class Diagnosis:
    """The search for the reason why a student's function is wrong.

    Parameters
    ----------
    subject : Subject
        The student's function.
    reference : Reference
        The reference answer, whose lesson has known mistakes and small public inputs.
    tolerance : Tolerance
        How close numbers must be.
    """

    subject: Subject
    reference: Reference
    tolerance: Tolerance
    _likenesses: dict[Callable, float] = field(default_factory=dict)
    _small_wrong: dict[Callable | None, SmallResult | None] = field(default_factory=dict)

    @functools.cached_property
    def small_results(self) -> list[SmallResult]:
        """What the student's function does on each of the small public inputs."""
        return [
            SmallResult(
                self.reference.input(args, {}),
                self.reference.result(args, {}),
                self.subject.call(args, {}),
            )
            for args in examples_of(self.reference.topic, self.reference.name)
        ]

    def find_mistake(self, args: tuple, kwargs: dict, got: Any, expected: Any) -> Callable | None:
        """Return the known mistake that gives exactly this wrong result, if there is one.

        Two mistakes can give the same number by chance, though hardly the same four. So where a
        result has fewer values, the mistake must also do what the function does on at least half
        of the small inputs that either gets wrong. Of several mistakes, the closest is returned.
        """

        def gives_this(mistake: Callable) -> bool:
            result = call(mistake, args, kwargs)
            is_wrong = result.error is None and not self.tolerance.equal(result.value, expected)
            return is_wrong and self.tolerance.equal(got, result.value)

        mistakes = mistakes_of(self.reference.topic, self.reference.name)
        likeness = {mistake: self._likeness(mistake) for mistake in mistakes if gives_this(mistake)}
        if not likeness:
            return None
        best = max(likeness, key=lambda mistake: likeness[mistake])
        distinctive = isinstance(got, np.ndarray) and len(np.unique(got)) >= DISTINCTIVE_VALUES
        return best if distinctive or likeness[best] >= ENOUGH_LIKENESS else None

    def find_small_input(self, mistake: Callable | None) -> SmallResult | None:
        """Return the smallest public input on which the answer is wrong, if there is one.

        Parameters
        ----------
        mistake : callable, optional
            The known mistake that the input must show; any wrong result will do without it.
        """
        if mistake not in self._small_wrong:
            self._small_wrong[mistake] = self._search_small_input(mistake)
        return self._small_wrong[mistake]

    def _search_small_input(self, mistake: Callable | None) -> SmallResult | None:
        """Return the first small input on which the answer is wrong (by that mistake)."""
        for small in self.small_results:
            got, expected = small.result.value, small.expected
            if small.result.error is not None or self.tolerance.equal(got, expected):
                continue
            if mistake is None or self.find_mistake(small.given.args, {}, got, expected) is mistake:
                return small
        return None

    def _likeness(self, mistake: Callable) -> float:
        """Return on what share of the small inputs that either gets wrong both give the same."""
        if mistake not in self._likenesses:
            same = [
                self.tolerance.equal(small.result.value, known.value)
                for small in self.small_results
                if (known := call(mistake, small.given.args, {})).error is None
                and small.result.error is None
                and not (
                    self.tolerance.equal(known.value, small.expected)
                    and self.tolerance.equal(small.result.value, small.expected)
                )
            ]
            self._likenesses[mistake] = sum(same) / len(same) if same else 1.0
        return self._likenesses[mistake]


def input_features(named: dict[str, Any]) -> dict[str, Any]:
    """Return what may decide whether an answer is right for an input.

    These are the arguments that are not arrays, and which of `KINDS_OF_INPUT` the arrays are.
    """
    arrays = [value for value in named.values() if isinstance(value, np.ndarray) and value.ndim]
    features: dict[str, Any] = {
        name: value
        for name, value in named.items()
        if isinstance(value, (bool, int, str)) and not isinstance(value, np.generic)
    }
    sizes = [array.shape[:2] for array in arrays if array.ndim > 1]
    features["square images"] = all(height == width for height, width in sizes) if sizes else None
    features["numbers that are floats"] = all(array.dtype.kind == "f" for array in arrays)
    features["numbers that are not negative"] = not any((array < 0).any() for array in arrays)
    return features


def find_pattern(tried: Iterable[tuple[dict[str, Any], bool]]) -> str:
    """Return for what kind of input an answer is right, if it is right for just that kind.

    Two right results and two wrong ones are the least that shows a pattern.

    Parameters
    ----------
    tried : iterable of (dict, bool)
        The features of each input, and whether the answer was right for it.
    """
    tried = list(tried)
    right = [features for features, is_right in tried if is_right]
    wrong = [features for features, is_right in tried if not is_right]
    if len(right) < 2 or len(wrong) < 2:
        return ""
    for kind in KINDS_OF_INPUT:
        if _all_have(right, kind, True) and _all_have(wrong, kind, False):
            return f"It is right for {kind} only."
    for name in sorted({*right[0], *wrong[0]}.difference(KINDS_OF_INPUT)):
        value = _common_value(right, name)
        if value and value not in {repr(features.get(name)) for features in wrong}:
            return f"It is right only where {name} is {value}."
    return ""


def _all_have(inputs: list[dict[str, Any]], kind: str, value: bool) -> bool:
    """Return whether all inputs are of a kind, or none is."""
    return all(features[kind] is value for features in inputs)


def _common_value(inputs: list[dict[str, Any]], name: str) -> str:
    """Return an argument's value, as text, if it is the same in all inputs; else nothing."""
    values = {repr(features.get(name)) for features in inputs}
    return values.pop() if len(values) == 1 and values != {"None"} else ""


def mistake_text(mistake: Callable | None) -> str:
    """Return what a known mistake's docstring says, on one line."""
    return " ".join((inspect.getdoc(mistake) or "").split()) if mistake else ""


def describe_error(error: BaseException) -> str:
    """Return an error's kind, its text, and the line of the student's code that raised it."""
    line = getattr(error, "student_line", "")
    line = f"\n  in the line: {line}" if line else ""
    own_code = str(Path(__file__).parents[1])
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith(own_code) and "site-packages" not in frame.filename:
            line = f"\n  in the line: {frame.line}" if frame.line else ""
    text = str(error)
    if len(text) > MAX_ERROR_CHARACTERS:
        text = f"{text[:MAX_ERROR_CHARACTERS]}..."
    return f"{type(error).__name__}{': ' + text if text else ' (without a text).'}{line}"


def error_kind(error: BaseException) -> str:
    """Return the name of the built-in class of an error.

    The student's own classes do not count: with a class for each input, an answer could report
    all inputs.
    """
    return next(kind.__name__ for kind in type(error).__mro__ if kind in BUILTIN_ERRORS)


def without_numbers(difference: str) -> str:
    """Return a difference, or nothing if it would reveal an expected value."""
    tells_values = ("should be", "first at", "At index", "At key")
    return "" if any(words in difference for words in tells_values) else difference

"""Find out why an answer is wrong: a known mistake, a kind of input, or what the results show.

A message is worth nothing if it misleads. So a mistake is named only if it gives exactly the wrong
results that it is to explain, and is right wherever the answer is right; and a sentence such as
"The result is transposed" is used only if it is true of every wrong result that it is to explain.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from utils.checks.calls import CallResult, Subject, call
from utils.checks.compare import Tolerance
from utils.checks.describe import is_model
from utils.checks.errors import describe_error, error_kind, explain_error
from utils.checks.failure import Failure, Kind, Trial
from utils.checks.known_model import remember
from utils.checks.patterns import find_pattern
from utils.checks.problem import Problem
from utils.checks.reference import Input, Reference
from utils.checks.registry import examples_of, mistakes_of
from utils.checks.render import show_results
from utils.checks.source_hints import read_hints

# Results with this many different values are equal only by the same mistake, not by chance.
DISTINCTIVE_VALUES = 4
# On how many of the small inputs an answer must agree with a mistake if its result may be chance.
ENOUGH_LIKENESS = 0.5
MAX_KEPT = 10_000  # results of known mistakes
_KEPT: dict[tuple[Callable, bytes], CallResult] = {}


@dataclass(frozen=True, eq=False)
class SmallResult:
    """A small public input with the right result, and what the student's function did."""

    given: Input
    expected: Any
    result: CallResult
    is_right: bool


@dataclass(eq=False)
class Diagnosis:
    """The search for the reasons why a student's function is wrong.

    Parameters
    ----------
    subject : Subject
        The student's function.
    reference : Reference
        The reference answer, whose lesson has known mistakes and small public inputs.
    tolerance : Tolerance
        How close numbers must be.
    failures : sequence of Failure
        The checks that failed.
    trials : sequence of Trial
        All checks of results.
    """

    subject: Subject
    reference: Reference
    tolerance: Tolerance
    failures: Sequence[Failure]
    trials: Sequence[Trial]
    _likenesses: dict[Callable, float] = field(default_factory=dict)
    _given: dict[tuple[Callable, int], bool] = field(default_factory=dict)

    def problems(self) -> list[Problem]:
        """Return what is wrong, the most important first."""
        rules = [failure for failure in self.failures if failure.kind is Kind.RULE]
        rest = [failure for failure in self.failures if failure.kind is not Kind.RULE]
        named = []
        for mistake, explained in self._explain_by_mistakes(rest):
            named.append(self._name(mistake, explained))
            rest = [failure for failure in rest if failure not in explained]
        of_kind = {kind: [each for each in rest if each.kind is kind] for kind in Kind}
        problems = [_report_rule(failures) for failures in _grouped_by_message(rules)]
        problems += named
        problems += self._report_errors(of_kind[Kind.ERROR])
        problems += self._report_results(of_kind[Kind.RESULT], alone=not problems)
        bad_input = of_kind[Kind.BAD_INPUT]
        return problems + ([_report_bad_input(bad_input)] if bad_input else [])

    @functools.cached_property
    def small_results(self) -> list[SmallResult]:
        """What the student's function does on each of the small public inputs."""
        examples = examples_of(self.reference.topic, self.reference.name)
        return [self._try_small(args) for args in examples]

    def _try_small(self, args: tuple) -> SmallResult:
        """Call the student's function on a small public input."""
        expected, result = self.reference.result(args, {}), self.subject.call(args, {})
        is_right = result.error is None and self.tolerance.equal(result.value, expected)
        return SmallResult(self.reference.input(args, {}), expected, result, is_right)

    @functools.cached_property
    def _mistakes(self) -> list[Callable]:
        """The known mistakes, in order of definition."""
        return mistakes_of(self.reference.topic, self.reference.name)

    # Known mistakes

    def _explain_by_mistakes(
        self, failures: Sequence[Failure]
    ) -> list[tuple[Callable, list[Failure]]]:
        """Return known mistakes, and the failures that each explains: the most first."""
        results = [failure for failure in failures if failure.kind is Kind.RESULT]
        candidates = [
            mistake
            for mistake in self._mistakes
            if any(self._gives(mistake, failure) for failure in results)
            and self._is_possible(mistake)
        ]
        explanations = []
        rest = list(failures)
        while candidates:
            explained = {
                mistake: [failure for failure in rest if self._gives(mistake, failure)]
                for mistake in candidates
            }
            best = max(candidates, key=lambda one: (len(explained[one]), self._likeness(one)))
            if not any(failure.kind is Kind.RESULT for failure in explained[best]):
                break
            explanations.append((best, explained[best]))
            rest = [failure for failure in rest if failure not in explained[best]]
            candidates.remove(best)
        return explanations

    def _gives(self, mistake: Callable, failure: Failure) -> bool:
        """Return what `_compare` returns, which is asked only once: models take time."""
        key = mistake, id(failure)  # the failures live as long as this object
        if key not in self._given:
            self._given[key] = self._compare(mistake, failure)
        return self._given[key]

    def _compare(self, mistake: Callable, failure: Failure) -> bool:
        """Return whether a known mistake fails a check exactly as the student's function does.

        Two mistakes can give the same number by chance, though hardly the same four. So where a
        result has fewer values, the mistake must also do what the function does on at least half
        of the small inputs that either gets wrong.
        """
        result = known_result(mistake, failure.given)
        if failure.error is not None:
            return result.error is not None and error_kind(result.error) == error_kind(
                failure.error
            )
        if result.error is not None or not self.tolerance.equal(failure.got, result.value):
            return False
        if failure.kind is Kind.BAD_INPUT:
            return True
        if self.tolerance.equal(result.value, failure.expected):
            return False
        return _is_distinctive(failure.got) or self._likeness(mistake) >= ENOUGH_LIKENESS

    def _is_possible(self, mistake: Callable) -> bool:
        """Return whether a mistake gives no wrong result where the student's function is right."""
        for trial in self.trials:
            if trial.is_right:
                result = known_result(mistake, trial.given)
                if result.error is None and not self.tolerance.equal(result.value, trial.expected):
                    return False
        return True

    def _likeness(self, mistake: Callable) -> float:
        """Return on what share of the small inputs that either gets wrong both give the same."""
        if mistake not in self._likenesses:
            same = [
                self.tolerance.equal(small.result.value, known.value)
                for small in self.small_results
                if (known := known_result(mistake, small.given)).error is None
                and small.result.error is None
                and not (small.is_right and self.tolerance.equal(known.value, small.expected))
            ]
            self._likenesses[mistake] = sum(same) / len(same) if same else 1.0
        return self._likenesses[mistake]

    def _name(self, mistake: Callable, failures: Sequence[Failure]) -> Problem:
        """Return the problem that a known mistake was made, on the smallest input that shows it."""
        what, look = mistake_words(mistake)
        shown = [each for each in failures if each.shown and each.kind is Kind.RESULT]
        shown += [small for small in self.small_failures if self._gives(mistake, small)]
        count = len(failures)
        if not shown:
            where = f"for {_smallest(failures).given.describe()}"
            return Problem(what, where, look, count=count, named=True)
        example, size = self._show(_smallest(shown))
        return Problem(what, example, look, size, count, named=True, has_results=True)

    # Errors, and results that no known mistake explains

    def _report_errors(self, failures: Sequence[Failure]) -> list[Problem]:
        """Return a problem for each kind of error, on the smallest input that raises it."""
        kinds: dict[str, list[Failure]] = {}
        for failure in failures:
            assert failure.error is not None
            kinds.setdefault(error_kind(failure.error), []).append(failure)
        return [self._report_error(group) for group in kinds.values()]

    def _report_error(self, failures: Sequence[Failure]) -> Problem:
        """Return the problem that an error was raised."""
        smallest = _smallest(failures)
        error, given = smallest.error, smallest.given
        assert error is not None
        where = given.show() if smallest.shown else given.describe()
        for small in [] if smallest.shown else self.small_results:
            same = small.result.error
            if same is not None and type(same).__name__ == type(error).__name__:
                error, where = same, small.given.show()
                break
        cause, look = self._read_source(given)
        raised = f"It raised {describe_error(error)}"
        what = "\n".join(filter(None, [cause or explain_error(error), raised]))
        return Problem(what, where, look, given.size, count=len(failures))

    def _report_results(self, failures: Sequence[Failure], alone: bool) -> list[Problem]:
        """Return what wrong results show.

        Parameters
        ----------
        failures : sequence of Failure
            The checks, of which no known mistake explains the results.
        alone : bool
            Whether nothing else is wrong, so that a kind of input can be the reason.
        """
        if not failures:
            return []
        known = [failure for failure in failures if failure.shown]
        small = self.small_failures
        permitted = self._common_claims([*failures, *small])
        public = known if len(known) == len(failures) else known + small
        public.sort(key=lambda failure: failure.given.size)
        cause, look = self._read_source(_smallest(failures).given)
        if alone and not cause:
            cause = find_pattern(self.trials, self._small_trials())
        if not public:
            return [self._report_hidden(failures, permitted, cause, look)]
        problems: dict[str, Problem] = {}
        for failure in public:
            fact = self.tolerance.difference(failure.got, failure.expected, permitted)
            example, size = self._show(failure)
            problems.setdefault(fact, Problem(fact, example, "", size, 0, has_results=True))
        first, *others = problems.values()
        what = "\n".join(filter(None, [cause, first.what]))
        reported = replace(first, what=what, look=look, count=len(failures))
        return [reported] if cause else [reported, *others]

    def _report_hidden(
        self, failures: Sequence[Failure], permitted: set[str], cause: str, look: str
    ) -> Problem:
        """Return wrong results that no public input shows: their kind, without their numbers."""
        worst = _smallest(failures)
        fact = self.tolerance.difference(worst.got, worst.expected, permitted)
        what = cause or f"The result is wrong. {_without_numbers(fact)}".strip()
        where = f"for {worst.given.describe()}"
        return Problem(what, where, look, worst.given.size, len(failures))

    def _common_claims(self, failures: Sequence[Failure]) -> set[str]:
        """Return the sentences that are true of every one of these wrong results."""
        claims = [set(self.tolerance.claims(each.got, each.expected)) for each in failures]
        return set.intersection(*claims) if claims else set()

    @functools.cached_property
    def small_failures(self) -> list[Failure]:
        """Return the small public inputs that the student's function is wrong for."""
        return [
            Failure(Kind.RESULT, small.given, small.result.value, small.expected, shown=True)
            for small in self.small_results
            if small.result.error is None and not small.is_right
        ]

    def _small_trials(self) -> list[Trial]:
        """Return the small public inputs as trials."""
        return [
            Trial(small.given, small.result.value, small.expected, small.is_right, is_example=False)
            for small in self.small_results
        ]

    def _show(self, failure: Failure) -> tuple[str, int]:
        """Return an input with its results as text, and the number of values in the input."""
        given = failure.given
        parts = [given.show()] if given.args or given.kwargs else []
        results = show_results(failure.expected, failure.got, self.tolerance)
        return "\n".join([*parts, *results]), given.size

    def _read_source(self, given: Input) -> tuple[str, str]:
        """Return what is wrong in the source of the student's function, and where to look."""
        return next(read_hints(self.subject.hints, given.named), ("", ""))


def known_result(mistake: Callable, given: Input) -> CallResult:
    """Return what a known mistake does with an input; it is the same for all answers.

    Of a model there is a `KnownModel`, if it can be read layer by layer.
    """
    key = mistake, _digest(given)
    if key in _KEPT:
        return _KEPT[key]
    result = call(mistake, given.args, given.kwargs)
    if not key[1]:
        return result
    if is_model(result.value):
        known = remember(result.value, lambda: call(mistake, given.args, given.kwargs).value)
        if known is None:
            return result
        result = replace(result, value=known)
    if len(_KEPT) >= MAX_KEPT:
        _KEPT.clear()
    _KEPT[key] = result
    return result


@functools.lru_cache(maxsize=MAX_KEPT // 10)
def _digest(given: Input) -> bytes:
    """Return bytes that are the same only for inputs that hold the same values.

    There are none for an input that is not plain.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        for part in _parts((given.args, given.kwargs)):
            digest.update(part)
    except NotPlainError:
        return b""
    return digest.digest()


def _parts(value: Any) -> Iterator[bytes]:
    """Yield the bytes of a plain value.

    Raises
    ------
    NotPlainError
        If there is a function, a model or another object whose content cannot be compared.
    """
    if isinstance(value, dict):
        value = ("dict", *value.items())
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        yield f"{value.dtype.str} {value.shape} ".encode()
        yield value.tobytes()
    elif isinstance(value, (list, tuple)):
        yield f"{type(value).__name__} {len(value)} ".encode()
        for item in value:
            yield from _parts(item)
    elif value is None or isinstance(value, (bool, int, float, str, np.generic)):
        yield f"{type(value).__name__} {value!r} ".encode()
    else:
        raise NotPlainError


class NotPlainError(TypeError):
    """A value is no plain one."""


def mistake_words(mistake: Callable) -> tuple[str, str]:
    """Return what a known mistake's docstring says: what is wrong, and where to look."""
    what, _, look = (inspect.getdoc(mistake) or "").partition("\n\n")
    return " ".join(what.split()), " ".join(look.split())


def mistake_text(mistake: Callable) -> str:
    """Return what a known mistake's docstring says is wrong."""
    return mistake_words(mistake)[0]


def mistake_message(mistake: Callable) -> str:
    """Return both, as `Exercise.finds_no_fault` takes them: with an empty line between."""
    return "\n\n".join(filter(None, mistake_words(mistake)))


def _is_distinctive(result: object) -> bool:
    """Return whether a result has so many values that it is not the same by chance."""
    return isinstance(result, np.ndarray) and len(np.unique(result)) >= DISTINCTIVE_VALUES


def _smallest(failures: Sequence[Failure]) -> Failure:
    """Return the failure with the smallest input."""
    return min(failures, key=lambda failure: failure.given.size)


def _grouped_by_message(failures: Sequence[Failure]) -> list[list[Failure]]:
    """Return failures in groups that have the same message."""
    groups: dict[str, list[Failure]] = {}
    for failure in failures:
        groups.setdefault(failure.message, []).append(failure)
    return list(groups.values())


def _report_rule(failures: Sequence[Failure]) -> Problem:
    """Return the problem that a rule was broken or a condition does not hold."""
    smallest = _smallest(failures)
    what, _, look = smallest.message.partition("\n\n")
    return Problem(what, smallest.example, look, smallest.given.size, len(failures))


def _report_bad_input(failures: Sequence[Failure]) -> Problem:
    """Return the problem that bad input did not raise the right error."""
    smallest = _smallest(failures)
    where = smallest.given.describe()
    return Problem(smallest.message, where, size=smallest.given.size, count=len(failures))


def _without_numbers(difference: str) -> str:
    """Return a difference, or nothing if it would reveal an expected value."""
    tells_values = ("should be", "first at", "At index", "At key")
    return "" if any(words in difference for words in tells_values) else difference

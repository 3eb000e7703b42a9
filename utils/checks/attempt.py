"""All checks of an exercise, made once on a student's function, and the problems they found."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from utils.checks.calls import CallResult, FunctionEndedError, Subject, violation_of
from utils.checks.compare import Tolerance
from utils.checks.describe import describe
from utils.checks.diagnose import (
    Diagnosis,
    describe_error,
    error_kind,
    find_pattern,
    input_features,
    mistake_text,
    without_numbers,
)
from utils.checks.problem import Problem, summarise
from utils.checks.reference import Input, Reference
from utils.checks.render import show_results

FindFault = Callable[[list], str | None]


@dataclass
class Attempt:
    """All checks of an exercise, made once on a student's function.

    Parameters
    ----------
    subject : Subject
        The student's function.
    reference : Reference
        The reference answer.
    tolerance : Tolerance
        How close numbers must be.

    Attributes
    ----------
    problems : list of Problem
        The problems found so far.
    count : int
        The number of checks made so far.
    not_done : bool
        Whether the function raises NotImplementedError: the student has not written it yet.
    ended : str
        How the process of a remote function ended; empty while it runs.
    """

    subject: Subject
    reference: Reference
    tolerance: Tolerance
    problems: list[Problem] = field(default_factory=list)
    count: int = 0
    not_done: bool = False
    ended: str = ""
    _tried: list[tuple[dict[str, Any], bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._diagnosis = Diagnosis(self.subject, self.reference, self.tolerance)

    @property
    def is_over(self) -> bool:
        """Whether no further call can find anything."""
        return self.not_done or bool(self.ended)

    @property
    def has_failed(self) -> bool:
        """Whether the function was called to the end and is not right."""
        return not self.ended and (self.not_done or bool(self.problems))

    def summary(self) -> str:
        """Return the message that lists all problems."""
        pattern = find_pattern(self._tried)
        return summarise(self.reference.name, self.problems, self.count, pattern)

    def check_result(self, args: tuple, kwargs: dict, expected: Any, shown: bool) -> None:
        """Check one result.

        Parameters
        ----------
        args, kwargs : tuple, dict
            The input.
        expected : object
            The right result.
        shown : bool
            Whether the message may show this input and its results.
        """
        if (result := self._call(args, kwargs)) is None:
            return
        given = self.reference.input(args, kwargs)
        is_right = result.error is None and self.tolerance.equal(result.value, expected)
        self._tried.append((input_features(given.named), is_right))
        if result.error is not None:
            self._report_error(result.error, given, shown)
        elif not is_right:
            self._report_difference(given, result.value, expected, shown)

    def check_condition(
        self, condition: Callable[[Any], bool], message: str, args: tuple, kwargs: dict
    ) -> None:
        """Check that one result meets a condition; ``message`` is reported if it does not."""
        if (result := self._call(args, kwargs)) is None:
            return
        given = self.reference.input(args, kwargs)
        if result.error is not None:
            self._report_error(result.error, given)
        elif not condition(result.value):
            self.problems.append(Problem(message, given.show()))

    def check_error(
        self,
        error: type[Exception],
        args: tuple,
        kwargs: dict,
        pattern: str = "",
        message: str = "",
    ) -> None:
        """Check that bad input raises an error whose text contains a regular expression.

        ``message`` is reported if the error is right and its text is not.
        """
        result = self._call(args, kwargs)
        if result is None:
            return
        if result.error is None:
            what = f"It should raise {error.__name__}, but returned {describe(result.value)}."
        elif not isinstance(result.error, error):
            what = f"It should raise {error.__name__}, but raised {describe_error(result.error)}"
        elif not re.search(pattern, str(result.error)):
            what = f"{message} It raised {describe_error(result.error)}"
        else:
            return
        given = self.reference.input(args, kwargs)
        self.problems.append(Problem(what, given.describe(), given.size, kind="bad input"))

    def check_together(self, find_fault: FindFault, calls: Sequence[tuple]) -> None:
        """Check the results of several calls, whose fault ``find_fault`` returns, or None."""
        if self.is_over:
            return
        self.count += 1
        results = []
        for args in calls:
            result = self._call_once(args, {})
            if result is None:
                return
            if problem := violation_of(result) or self._error_in(result, args):
                self.problems.append(problem)
                return
            results.append(result.value)
        if fault := find_fault(results):
            where = f"for {self.reference.input(calls[0], {}).describe()}" if calls[0] else ""
            self.problems.append(Problem(fault, where))

    def _error_in(self, result: CallResult, args: tuple) -> Problem | None:
        """Return the problem that a call raised an error, without the numbers of its input."""
        if result.error is None:
            return None
        given = self.reference.input(args, {})
        what = f"It raised {describe_error(result.error)}"
        return Problem(what, given.describe(), given.size)

    def _call(self, args: tuple, kwargs: dict) -> CallResult | None:
        """Make one check's call; None if it did not count or broke a rule, which is reported."""
        if self.is_over:
            return None
        self.count += 1
        result = self._call_once(args, kwargs)
        if result is not None and (violation := violation_of(result)):
            self.problems.append(violation)
            return None
        return result

    def _call_once(self, args: tuple, kwargs: dict) -> CallResult | None:
        """Call the student's function; None if it is not written yet or its process has ended."""
        result = self.subject.call(args, kwargs)
        if isinstance(result.error, FunctionEndedError):
            self.ended = str(result.error)
            return None
        if isinstance(result.error, NotImplementedError):
            self.not_done = True
            return None
        return result

    def _report_error(self, error: BaseException, given: Input, shown: bool = False) -> None:
        """Report an error that was raised, on a small public input if that raises it too."""
        where = given.show() if shown else given.describe()
        for small in [] if shown else self._diagnosis.small_results:
            same = small.result.error
            if same is not None and type(same).__name__ == type(error).__name__:
                error, where = same, small.given.show()
                break
        what = f"It raised {describe_error(error)}"
        self.problems.append(Problem(what, where, given.size, error_kind(error)))

    def _report_difference(self, given: Input, got: Any, expected: Any, shown: bool) -> None:
        """Report a wrong result: by the name of the mistake, on the smallest input known."""
        mistake = self._diagnosis.find_mistake(given.args, given.kwargs, got, expected)
        if not shown:
            small = self._diagnosis.find_small_input(mistake)
            if small is None:
                self._report_hidden(given, got, expected, mistake)
                return
            given, got, expected = small.given, small.result.value, small.expected
            mistake = mistake or self._diagnosis.find_mistake(given.args, {}, got, expected)
        what = mistake_text(mistake) or self.tolerance.difference(got, expected)
        parts = [given.show()] if given.args or given.kwargs else []
        text = "\n".join([*parts, *show_results(expected, got)])
        self.problems.append(Problem(what, text, given.size, named=bool(mistake)))

    def _report_hidden(
        self, given: Input, got: Any, expected: Any, mistake: Callable | None
    ) -> None:
        """Report a wrong result that no public input shows: its kind, without its numbers."""
        difference = without_numbers(self.tolerance.difference(got, expected))
        what = mistake_text(mistake) or f"The result is wrong. {difference}".strip()
        where = f"for {given.describe()}"
        self.problems.append(Problem(what, where, given.size, named=bool(mistake)))

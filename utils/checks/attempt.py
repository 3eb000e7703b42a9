"""All checks of an exercise, made once on a student's function, and what they found."""

from __future__ import annotations

import copy
import functools
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from utils.checks.calls import CallResult, FunctionEndedError, Subject, violation_of
from utils.checks.compare import Tolerance
from utils.checks.describe import describe
from utils.checks.diagnose import Diagnosis
from utils.checks.errors import describe_error
from utils.checks.failure import Failure, Kind, Trial
from utils.checks.problem import Problem, summarise
from utils.checks.reference import Reference

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
    failures : list of Failure
        The checks that failed.
    trials : list of Trial
        The checks of results, right or wrong.
    count : int
        The number of checks made so far.
    not_done : bool
        Whether the function raises NotImplementedError: the student has not written it yet.
    ended : str
        Why the function can be called no more; empty while it can.
    """

    subject: Subject
    reference: Reference
    tolerance: Tolerance
    failures: list[Failure] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    count: int = 0
    not_done: bool = False
    ended: str = ""

    @property
    def is_over(self) -> bool:
        """Whether no further call can find anything."""
        return self.not_done or bool(self.ended)

    @property
    def has_failed(self) -> bool:
        """Whether the function is not right, or has been stopped."""
        return self.is_over or bool(self.failures)

    @functools.cached_property
    def diagnosis(self) -> Diagnosis:
        """The search for what is wrong; to be asked for when all checks have been made."""
        return Diagnosis(self.subject, self.reference, self.tolerance, self.failures, self.trials)

    @functools.cached_property
    def problems(self) -> list[Problem]:
        """What is wrong; to be asked for when all checks have been made."""
        return self.diagnosis.problems() if self.failures else []

    def summary(self) -> str:
        """Return the message for the student."""
        return summarise(self.reference.name, self.problems, len(self.failures), self.count)

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
        given, got = self.reference.input(args, kwargs), result.value
        is_right = result.error is None and self.tolerance.equal(got, expected)
        self.trials.append(Trial(given, got, expected, is_right, is_example=shown))
        if result.error is not None:
            failure = Failure(Kind.ERROR, given, error=result.error, shown=shown)
            self.failures.append(failure)
        elif not is_right:
            self.failures.append(Failure(Kind.RESULT, given, got, expected, shown=shown))

    def check_condition(
        self, condition: Callable[[Any], bool], message: str, args: tuple, kwargs: dict
    ) -> None:
        """Check that one result meets a condition; ``message`` is reported if it does not."""
        if (result := self._call(args, kwargs)) is None:
            return
        given = self.reference.input(args, kwargs)
        if result.error is not None:
            self.failures.append(Failure(Kind.ERROR, given, error=result.error))
        elif not condition(result.value):
            self._fail(message, given, given.show())

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
        self.failures.append(
            Failure(Kind.BAD_INPUT, given, result.value, error=result.error, message=what)
        )

    def check_together(
        self, find_fault: FindFault, calls: Sequence[tuple], in_turn: bool = False
    ) -> None:
        """Check the results of several calls, whose fault ``find_fault`` returns, or None.

        With ``in_turn``, a random generator in several calls goes from one to the next.
        """
        if self.is_over:
            return
        self.count += 1
        results = []
        for args in copy.deepcopy(calls) if in_turn else calls:
            result = self._call_once(args, {}, in_turn)
            if result is None:
                return
            given = self.reference.input(args, {})
            if violation := violation_of(result):
                self._fail(violation, given)
                return
            if result.error is not None:
                self._fail(f"It raised {describe_error(result.error)}", given, given.describe())
                return
            results.append(result.value)
        # A result may be a model that is called here; nbgrader takes its warnings for a failure.
        with warnings.catch_warnings(action="ignore"):
            fault = find_fault(results)
        if fault:
            given = self.reference.input(calls[0], {})
            self._fail(fault, given, f"for {given.describe()}" if calls[0] else "")

    def _fail(self, message: str, given: Any, example: str = "") -> None:
        """Note that a rule was broken or a condition does not hold."""
        self.failures.append(Failure(Kind.RULE, given, message=message, example=example))

    def _call(self, args: tuple, kwargs: dict) -> CallResult | None:
        """Make one check's call; None if it did not count or broke a rule, which is noted."""
        if self.is_over:
            return None
        self.count += 1
        result = self._call_once(args, kwargs)
        if result is not None and (violation := violation_of(result)):
            self._fail(violation, self.reference.input(args, kwargs))
            return None
        return result

    def _call_once(self, args: tuple, kwargs: dict, in_turn: bool = False) -> CallResult | None:
        """Call the student's function; None if it is not written yet or has been stopped."""
        result = self.subject.call(args, kwargs, in_turn)
        if isinstance(result.error, FunctionEndedError):
            self.ended = str(result.error)
            return None
        if isinstance(result.error, NotImplementedError):
            self.not_done = True
            return None
        return result

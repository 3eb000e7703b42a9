"""The public face of the checks: what a test cell calls."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.checks import lesson_facts, notebook
from utils.checks.attempt import Attempt, FindFault
from utils.checks.calls import RemoteFunction, Subject
from utils.checks.compare import ATOL, RTOL, Tolerance
from utils.checks.describe import describe
from utils.checks.problem import CheckError, CheckInterruptedError, Problem
from utils.checks.reference import Reference
from utils.checks.time_limit import SECONDS_AFTER_TIMEOUT, TimeBudget


@dataclass
class Exercise:
    """The checks of one exercise, to be used in a ``with`` statement.

    Parameters
    ----------
    name : str
        ``module.function``: the reference answer is ``utils.<module>.<function>`` or, if there is
        none, the answer in the lesson's own source. Known mistakes and small inputs are in
        ``utils.mistakes.<module>``, if there is such a module.
    function : callable
        The student's function.
    by_hand : bool
        Whether the function must do its work without libraries (SciPy, Keras, ``utils``, ...).
    allowed : collection of str
        Functions of ``utils`` that may be used all the same, as ``module.function``.
    uses : collection of str
        Other exercises of the lesson that an answer may call by their names. Where a check fails
        or does not end, all checks are made again with the reference answers to these, so that
        one mistake does not cost points twice.
    rtol, atol : float
        How close numbers must be, as in `utils.checks.compare.find_difference`.
    """

    name: str
    function: Callable
    by_hand: bool = True
    allowed: Collection[str] = ()
    uses: Collection[str] = ()
    rtol: float = RTOL
    atol: float = ATOL
    _checks: list[Callable[[Attempt], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        topic, self.name = self.name.split(".")
        self._reference = Reference(topic, self.name)
        self._attempt = self._new_attempt()

    @property
    def problems(self) -> list[Problem]:
        """What is wrong; to be asked for when all checks have been made."""
        return self._attempt.problems

    def example(self, *args: Any, expected: Any, **kwargs: Any) -> None:
        """Check a worked example, which the message shows if the result is wrong.

        Nested lists in ``expected`` become arrays where the reference answer returns arrays. This
        is the one check of results that needs no reference answer.
        """
        if self._reference.exists:
            expected = _as_array_like(self._reference.result(args, kwargs), expected)
        self._make(lambda attempt: attempt.check_result(args, kwargs, expected, shown=True))

    def agrees(self, *args: Any, **kwargs: Any) -> None:
        """Check that the result is the reference answer's.

        A message shows a small input of `utils.mistakes`, not this one.
        """
        expected = self._reference.result(args, kwargs)
        self._make(lambda attempt: attempt.check_result(args, kwargs, expected, shown=False))

    def raises(self, error: type[Exception], *args: Any, **kwargs: Any) -> None:
        """Check that bad input raises an error of the right kind."""
        self._make(lambda attempt: attempt.check_error(error, args, kwargs))

    def raises_saying(
        self, error: type[Exception], pattern: str, message: str, *args: Any, **kwargs: Any
    ) -> None:
        """Check that bad input raises an error whose text contains a regular expression.

        ``message`` says what the text should tell the reader.
        """
        self._make(lambda attempt: attempt.check_error(error, args, kwargs, pattern, message))

    def satisfies(
        self, condition: Callable[[Any], bool], message: str, *args: Any, **kwargs: Any
    ) -> None:
        """Check that ``condition`` holds for the result; ``message`` says what should hold."""
        self._make(lambda attempt: attempt.check_condition(condition, message, args, kwargs))

    def finds_no_fault(self, find_fault: FindFault, *calls: tuple, in_turn: bool = False) -> None:
        """Check the results of several calls together, as for an answer that draws at random.

        Parameters
        ----------
        find_fault : callable
            Takes the list of results, and returns a sentence that says what is wrong, or None.
        calls : tuple
            The positional arguments of each call. A message describes them without their numbers.
        in_turn : bool
            Whether a random generator that is in several calls goes from one to the next. By
            default each call gets a copy of it in the same state.
        """
        self._make(lambda attempt: attempt.check_together(find_fault, calls, in_turn))

    def __enter__(self) -> Exercise:
        if not callable(self.function):
            raise CheckError(f"{self.name} should be a function, but is {describe(self.function)}.")
        if reason := notebook.why_outdated(self.name, self.function):
            raise CheckError(f"{self.name}: {reason}")
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, KeyboardInterrupt):
            raise CheckInterruptedError(f"{self.name}: interrupted.") from None
        if error is not None:
            return
        try:
            self._report()
        except KeyboardInterrupt:
            raise CheckInterruptedError(f"{self.name}: interrupted.") from None

    def _report(self) -> None:
        """Tell the student what the checks found.

        Raises
        ------
        CheckError
            If it is a mistake.
        """
        if self.uses and self._attempt.has_failed:
            self._try_again_with_references()
        attempt = self._attempt
        if isinstance(self.function, RemoteFunction):
            self.function.note(done=not attempt.not_done)
        if attempt.not_done:
            # To stderr: nbgrader gives no points for it, and "Run All" goes on. JupyterLab shows
            # stderr in the colour of errors, so not where a person runs the cell.
            stream = sys.stdout if notebook.is_interactive() else sys.stderr
            print(f"{self.name}: not done yet", file=stream)
        elif attempt.ended:
            raise CheckError(f"{self.name}: {attempt.ended}")
        elif attempt.failures:
            raise CheckError(attempt.summary())
        else:
            print(f"{_tick()} {self.name}: {self._praise(attempt.count)}")

    def _praise(self, count: int) -> str:
        """Return that all checks passed, and what they do not cover."""
        checks = "1 check" if count == 1 else f"{count} checks"
        hidden = lesson_facts.facts_of(self._reference.topic).hidden_tests(self.name)
        if notebook.runs_hidden_tests() or not hidden.count:
            return f"right ({checks})."
        return f"right on what you can see ({checks}); {hidden}, when you hand in."

    def _new_attempt(self, seconds: float | None = None) -> Attempt:
        """Return an attempt in which no check has been made, and which may take so long."""
        lesson_cells = lesson_facts.facts_of(self._reference.topic).cells
        hidden = notebook.hidden_names(lesson_cells)
        budget = TimeBudget(seconds)
        subject = Subject(self.function, self.by_hand, self.allowed, hidden, budget)
        return Attempt(subject, self._reference, Tolerance(self.rtol, self.atol))

    def _make(self, check: Callable[[Attempt], None]) -> None:
        """Make a check, and keep it, for it may have to be made again."""
        self._checks.append(check)
        check(self._attempt)

    def _try_again_with_references(self) -> None:
        """Make all checks again with the reference answers to the exercises that the answer uses.

        Either all of the new results count or none: if each check could be passed either way, an
        answer that is called twice with one input would know that it had been wrong the first
        time, and could return something else.
        """
        again = self._new_attempt(SECONDS_AFTER_TIMEOUT if self._attempt.ended else None)
        with self._reference.substituted(self.uses, self.function):
            for check in self._checks:
                check(again)
            if again.ended:
                return
            _ = again.problems  # found while the reference answers are there
        self._attempt = again


def _tick() -> str:
    """Return a tick, green where a person sees it."""
    return "\x1b[32m✓\x1b[0m" if notebook.is_interactive() else "✓"


def _as_array_like(reference: object, expected: Any) -> Any:
    """Turn an expected nested list into an array where the reference answer returns one."""
    if isinstance(reference, np.ndarray) and isinstance(expected, (list, tuple)):
        return np.array(expected)
    if isinstance(reference, tuple) and isinstance(expected, (list, tuple)):
        return tuple(map(_as_array_like, reference, expected))
    return expected

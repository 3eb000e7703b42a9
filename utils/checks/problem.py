"""A problem with an answer, and the error that reports all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from utils.checks.render import indent

MAX_PROBLEMS = 3  # in one message
MAX_EXAMPLES = 2  # with an input and its results


class CheckError(AssertionError):
    """An exercise's tests failed. The text is for the student, and is all that they are shown."""

    def _render_traceback_(self) -> list[str]:
        """Return the message for IPython to show without a traceback of the test's code."""
        return str(self).splitlines()


class CheckInterruptedError(KeyboardInterrupt):
    """The student interrupted a check; shown without a traceback, like `CheckError`."""

    def _render_traceback_(self) -> list[str]:
        """Return the message for IPython to show."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Problem:
    """A problem with an answer.

    Parameters
    ----------
    what : str
        A sentence that says what is wrong.
    example : str
        An input that shows it, with the results where they are known, as text.
    look : str
        Where to look for the cause.
    size : int
        The number of values in that input.
    count : int
        How many of the checks that failed it explains.
    named : bool
        Whether it is a known mistake.
    has_results : bool
        Whether the example compares results.
    """

    what: str
    example: str = ""
    look: str = ""
    size: int = 0
    count: int = 1
    named: bool = False
    has_results: bool = False

    def __str__(self) -> str:
        return "\n".join(filter(None, [self.what, indent(self.example), self.look]))


def summarise(name: str, problems: Sequence[Problem], failed: int, made: int) -> str:
    """Return the message for a student: what is wrong, an example, where to look.

    Parameters
    ----------
    name : str
        The exercise's name.
    problems : sequence of Problem
        What is wrong, the most important first.
    failed, made : int
        How many checks failed, and how many were made.
    """
    shown: list[Problem] = []
    for problem in problems[:MAX_PROBLEMS]:
        if problem.has_results and sum(one.has_results for one in shown) == MAX_EXAMPLES:
            break
        shown.append(problem)
    parts = [f"{name}: {shown[0]}", *(f"Besides: {problem}" for problem in shown[1:])]
    return "\n".join(filter(None, [*parts, _count_checks(shown, failed, made)]))


def _count_checks(shown: Sequence[Problem], failed: int, made: int) -> str:
    """Return a line that says how many checks failed, and how many of them the message explains."""
    if made == 1:
        return ""
    line = f"{failed} of {made} checks failed"
    explained = sum(problem.count for problem in shown)
    if explained < failed:
        return f"{line}, {explained} of them as shown."
    if failed > 1 and len(shown) == 1 and shown[0].named:
        return f"{line}, {'both' if failed == 2 else 'all'} for this reason."
    return f"{line}."

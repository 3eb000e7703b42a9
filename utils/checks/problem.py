"""A problem with an answer, and the error that reports all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from utils.checks.render import indent

MAX_PROBLEMS = 5  # different problems in one message


class CheckError(AssertionError):
    """An exercise's tests failed. The text is for the student, and is all that they are shown."""

    def _render_traceback_(self) -> list[str]:
        """Return the message for IPython to show without a traceback of the test's code."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Problem:
    """A problem with an answer, on one input.

    Parameters
    ----------
    what : str
        A sentence that says what is wrong.
    shown : str
        The input and the results, as text.
    size : int
        The number of values in the input.
    kind : str
        Of the problems of one kind, only that with the smallest input is reported; without a kind,
        of those with the same sentence.
    named : bool
        Whether it is a known mistake.
    """

    what: str
    shown: str = ""
    size: int = 0
    kind: str = ""
    named: bool = False

    @property
    def group(self) -> str:
        """What problems have in common of which only one is reported."""
        return self.kind or self.what

    def __str__(self) -> str:
        return f"{self.what}\n{indent(self.shown)}" if self.shown else self.what


def summarise(name: str, problems: Sequence[Problem], count: int, pattern: str) -> str:
    """Return the message for a student: each problem once, on the smallest input that shows it.

    Parameters
    ----------
    name : str
        The exercise's name.
    problems : sequence of Problem
        All problems, at least one.
    count : int
        The number of checks that were made.
    pattern : str
        For what kind of input the answer is right, if that is known; it is left out where a
        known mistake says more.
    """
    smallest: dict[str, Problem] = {}
    for problem in sorted(problems, key=lambda problem: problem.size):
        smallest.setdefault(problem.group, problem)
    shown = [*smallest.values()][:MAX_PROBLEMS]
    parts = [f"- {problem}" if len(shown) > 1 else str(problem) for problem in shown]
    if len(smallest) > len(shown):
        parts.append(f"- and {len(smallest) - len(shown)} more")
    failed = "the check failed" if count == 1 else f"{len(problems)} of {count} checks failed"
    hint = [] if not pattern or any(problem.named for problem in problems) else [pattern]
    return "\n".join([f"{name}: {failed}.", *hint, *parts])

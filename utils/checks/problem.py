"""One thing that is wrong with an answer, and the error that reports it."""

from __future__ import annotations

from dataclasses import dataclass

from utils.checks.render import indent

MAX_PROBLEMS = 5  # different things that are wrong


class CheckError(AssertionError):
    """An exercise's tests failed. The text is for the student, and is all that they are shown."""

    def _render_traceback_(self) -> list[str]:
        """Show the message alone: the line of the test that failed helps nobody."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: what, and on which input."""

    what: str
    shown: str = ""
    size: int = 0
    kind: str = ""
    named: bool = False

    @property
    def group(self) -> str:
        """What problems have in common of which one is told."""
        return self.kind or self.what

    def __str__(self) -> str:
        return f"{self.what}\n{indent(self.shown)}" if self.shown else self.what

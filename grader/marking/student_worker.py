"""The worker that runs a student's cells and answers the judge's calls."""

from __future__ import annotations

from collections.abc import Sequence

from nbformat import NotebookNode

from grader.course.cells import is_test
from grader.course.source_names import NameUsage
from grader.isolation.codec import MAX_MESSAGE_BYTES, DecodeError, decode, encode
from grader.isolation.process import (
    UNREADABLE_REPLY,
    ProcessEndedError,
    SandboxedProcess,
)
from grader.marking.context import SubmissionContext
from grader.marking.rerun import names_of, to_run

REPLAY_TIMEOUT = 1.0  # seconds that a cell has that was stopped before
MAX_REPLY_BYTES = 8_000_000  # bytes of what a cell's end, or what cells do, is told in


class StudentWorker:
    """A process that answers the judge: begun when it is asked, and again after it has ended.

    Parameters
    ----------
    role : {"answers", "keras"}
        What it may use.
    cells : sequence of NotebookNode
        The notebook's code cells; those that are no tests are run before it is asked.
    context : SubmissionContext
        Whose.
    endless, ended_well : set of int
        Cells known to run too long, which get little time, and to come to their end, in which what
        fails is left out.

    Attributes
    ----------
    stops, errors : dict of int to str
        Why a cell was stopped; with what error it ended.
    constants : bytes
        What ``utils`` has of plain values.
    """

    def __init__(
        self,
        role: str,
        cells: Sequence[NotebookNode],
        context: SubmissionContext,
        endless: set[int],
        ended_well: set[int],
    ):
        self._role, self._cells, self._context = role, cells, context
        self._endless, self._ended_well = endless, ended_well
        self._exercises = names_of(context.lesson)
        self._process: SandboxedProcess | None = None
        self._ran = 0
        self._guilty: set[int] = set()
        self.stops: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        self.constants = encode({})

    def read(self, sources: list[str]) -> list[NameUsage]:
        """Read what cells do with names, before any of them runs.

        Raises
        ------
        ProcessEndedError
            If that takes too long.
        """
        self._begin()
        seconds = self._context.remaining(self._context.limits.cell)
        reply = self.ask(encode({"do": "read", "sources": sources}), seconds, MAX_REPLY_BYTES)
        try:
            found = decode(reply)["uses"]
            if len(found) != len(sources):
                raise ProcessEndedError(UNREADABLE_REPLY)
        except (DecodeError, KeyError, TypeError):
            raise ProcessEndedError(UNREADABLE_REPLY) from None
        return [NameUsage.from_plain(one) for one in found]

    def _begin(self) -> None:
        """Start the process, if there is none."""
        if self._process is None:
            self._process = self._context.start_worker(self._role, self._role == "keras")
            self._process.start(self.constants)
            self._ran = 0

    def run_cells_before(self, index: int) -> None:
        """Run the cells that stand before a test.

        Raises
        ------
        ProcessEndedError
            If the submission's time is over.
        """
        while True:
            self._begin()
            try:
                while self._ran < index:
                    if self._ran not in self._guilty:
                        self._run(self._ran)
                    self._ran += 1
                return
            except ProcessEndedError as end:
                self.close()
                self._guilty.add(self._ran)
                self.stops.setdefault(self._ran, str(end))
                self._context.remaining(1.0)

    def _run(self, index: int) -> None:
        """Run a cell; one that runs too long keeps what it has defined so far."""
        cell = self._cells[index]
        source = to_run(cell, self._exercises)
        if not source:
            return
        ended_well = index in self._ended_well or is_test(cell)
        request = {"do": "run", "source": source, "number": index, "ended_well": ended_well}
        limit = self._context.limits.cell
        known = index in self._endless or index in self.stops
        seconds = self._context.remaining(min(REPLAY_TIMEOUT, limit) if known else limit)
        try:
            reply = self._process.exchange(encode(request), seconds, MAX_REPLY_BYTES)
        except ProcessEndedError as end:
            if not end.timed_out:
                raise
            try:
                reply = self._process.interrupt(MAX_REPLY_BYTES)
            except ProcessEndedError:
                raise end from None
            self.stops.setdefault(index, str(end))
        if error := read_error(reply):
            self.errors[index] = error

    def watch(self) -> None:
        """End the process if it uses more than it may.

        Raises
        ------
        ProcessEndedError
        """
        if self._process is not None:
            try:
                self._process.watch()
            except ProcessEndedError:
                self.close()
                raise

    def ask(self, message: bytes, seconds: float, largest: int = MAX_MESSAGE_BYTES) -> bytes:
        """Return the answer to a message of the judge's.

        Raises
        ------
        ProcessEndedError
            If there is none; the process has ended then.
        """
        try:
            return self._process.exchange(message, seconds, largest)
        except ProcessEndedError:
            self.close()
            raise

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None


def read_error(message: bytes) -> str:
    """Read from a student's process with what error a cell ended, in a line."""
    try:
        error = decode(message).get("error")
        text = f"{error['names'][0]}: {error['text']}"[:500] if isinstance(error, dict) else ""
    except (DecodeError, AttributeError, KeyError, IndexError, TypeError, ValueError):
        return ""
    return text.encode("utf-8", "replace").decode()

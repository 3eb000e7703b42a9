"""The worker that runs a student's cells and answers the judge's calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nbformat import NotebookNode

from grader.course.cells import is_answer, is_test
from grader.course.source_names import NameUsage
from grader.isolation.codec import MAX_MESSAGE_BYTES, DecodeError, decode, encode
from grader.isolation.process import (
    KILLED_FOR_MEMORY,
    UNREADABLE_REPLY,
    ProcessEndedError,
    ProcessKilledError,
    SandboxedProcess,
)
from grader.marking.cell_history import CellHistory
from grader.marking.context import SubmissionContext
from grader.marking.rerun import exercise_names, runnable_source
from utils.checks.bindings import read_bindings

REPLAY_TIMEOUT = 1.0  # seconds for a cell that was stopped before
MAX_REPLY_BYTES = 8_000_000  # of a reply about a cell: how it ended, or which names it uses
MAX_ERROR_LINE = 500  # characters


class StudentWorker:
    """A process that answers the judge: started when it is first needed, and again if it ends.

    Parameters
    ----------
    role : {"answers", "keras"}
        The worker's role, which decides which libraries it may use.
    cells : sequence of NotebookNode
        The notebook's code cells, tests included.
    context : SubmissionContext
        The submission whose cells it runs.
    history : CellHistory
        How the cells ended when they ran to show their outputs.

    Attributes
    ----------
    stops : dict of int to str
        For each cell that was stopped here, why.
    errors : dict of int to str
        For each cell that raised an error here, the error in one line.
    constants : bytes
        The plain values in ``utils``, encoded, which the process receives when it starts.
    """

    def __init__(
        self,
        role: str,
        cells: Sequence[NotebookNode],
        context: SubmissionContext,
        history: CellHistory,
    ):
        self._role, self._cells, self._context = role, cells, context
        self._history = history
        self._exercises = exercise_names(context.lesson)
        self._lessons = {
            cell.source for cell in context.lesson.notebook.cells if not is_answer(cell)
        }
        self._process: SandboxedProcess | None = None
        self._next_cell = 0
        self._left_out: set[int] = set()  # cells that ended the process
        self._killed: set[int] = set()  # cells during which it was killed once
        self.stops: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        self.constants = encode({})

    def read_name_usage(self, sources: list[str]) -> list[NameUsage]:
        """Analyse which names sources use, before any cell runs.

        Parsing untrusted source may crash the interpreter, so it is not done in the grader.

        Raises
        ------
        ProcessEndedError
            If the process ends, takes too long, or does not answer the question.
        """
        self._ready_process()
        seconds = self._context.time_for(self._context.limits.cell)
        reply = self.ask(encode({"do": "read", "sources": sources}), seconds, MAX_REPLY_BYTES)
        try:
            content: Any = decode(reply)
            usages = [NameUsage.from_plain(usage) for usage in content["uses"]]
        except (DecodeError, KeyError, TypeError):
            raise ProcessEndedError(UNREADABLE_REPLY) from None
        if len(usages) != len(sources):
            raise ProcessEndedError(UNREADABLE_REPLY)
        return usages

    def run_cells_before(self, index: int) -> None:
        """Run the cells before a test, as far as they have not run in this process.

        Raises
        ------
        ProcessEndedError
            If the submission has no time left.
        ProcessKilledError
            If the machine is short of memory, and the process was killed twice.
        """
        while True:
            process = self._ready_process()
            try:
                while self._next_cell < index:
                    if self._next_cell not in self._left_out:
                        self._run_cell(process, self._next_cell)
                    self._next_cell += 1
                return
            except ProcessEndedError as end:
                self.close()
                self._record_end(end)
                self._context.check_deadline()

    def _record_end(self, end: ProcessEndedError) -> None:
        """Blame the present cell for the end of the process, and leave it out from now on.

        If the process was killed, the cell runs once more: the machine may have done it. A cell
        during which that happens twice has done it itself, unless memory is short.

        Raises
        ------
        ProcessKilledError
            If memory is short, and the process was killed again.
        """
        if end.killed and self._next_cell not in self._killed:
            self._killed.add(self._next_cell)
            return
        if end.memory_short:
            raise ProcessKilledError(KILLED_FOR_MEMORY)
        self._left_out.add(self._next_cell)
        self.stops.setdefault(self._next_cell, str(end))

    def _ready_process(self) -> SandboxedProcess:
        """Return the process; start one first if there is none."""
        if self._process is None:
            self._process = self._context.start_worker(self._role, self._role == "keras")
            self._process.start(self.constants)
            self._next_cell = 0
        return self._process

    def _run_cell(self, process: SandboxedProcess, index: int) -> None:
        """Run a cell; one that runs for too long keeps what it has defined so far."""
        source = runnable_source(self._cells[index], self._exercises)
        if not source:
            return
        ended_well = self._history.succeeded(index) or is_test(self._cells[index])
        request = {
            "do": "run",
            "source": source,
            "number": index,
            "ended_well": ended_well,
            "bindings": self._bindings(index, source),
        }
        seconds = self._context.time_for(self._time_limit(index))
        try:
            reply = process.exchange(encode(request), seconds, MAX_REPLY_BYTES)
        except ProcessEndedError as end:
            if not end.timed_out:
                raise
            try:
                reply = process.interrupt(MAX_REPLY_BYTES)
            except ProcessEndedError:
                raise end from None
            self.stops.setdefault(index, str(end))
        if error := read_error(reply):
            self.errors[index] = error

    def _bindings(self, index: int, source: str) -> dict[str, list[str]] | None:
        """Return what a cell binds if it is the lesson's own, unchanged; else None."""
        cell = self._cells[index]
        if not is_test(cell) and cell.source not in self._lessons:
            return None
        bindings = read_bindings(source)
        return {"variables": sorted(bindings.variables), "names": sorted(bindings.names)}

    def _time_limit(self, index: int) -> float:
        """Return the seconds that a cell may take."""
        limit = self._context.limits.cell
        stopped_before = self._history.was_stopped(index) or index in self.stops
        return min(REPLAY_TIMEOUT, limit) if stopped_before else limit

    def ask(self, message: bytes, seconds: float, max_bytes: int = MAX_MESSAGE_BYTES) -> bytes:
        """Return the reply to a message.

        Parameters
        ----------
        message : bytes
            A request of the judge's, or of the grader's own.
        seconds : float
            How long the reply may take.
        max_bytes : int
            How long it may be.

        Raises
        ------
        ProcessEndedError
            If there is none; the process has been ended.
        """
        try:
            return self._ready_process().exchange(message, seconds, max_bytes)
        except ProcessEndedError:
            self.close()
            raise

    def watch(self) -> None:
        """End the process if it exceeds a limit.

        Raises
        ------
        ProcessEndedError
            If it did.
        """
        if self._process is not None:
            try:
                self._process.watch()
            except ProcessEndedError:
                self.close()
                raise

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None


def read_error(message: bytes) -> str:
    """Return the error that an untrusted reply reports, in one line; empty if there is none."""
    try:
        content: Any = decode(message)
        error = content.get("error")
        text = f"{error['names'][0]}: {error['text']}" if isinstance(error, dict) else ""
    except (DecodeError, AttributeError, KeyError, IndexError, TypeError, ValueError):
        return ""
    return text[:MAX_ERROR_LINE].encode("utf-8", "replace").decode()

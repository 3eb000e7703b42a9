"""The worker that runs a student's cells to show their outputs."""

from __future__ import annotations

import json

import nbformat
from nbformat import NotebookNode

from grader.course.imports import needs_keras
from grader.isolation.process import (
    KILLED_FOR_MEMORY,
    ProcessEndedError,
    ProcessKilledError,
    SandboxedProcess,
)
from grader.marking.cell_run import CellRun, stopped_run
from grader.marking.context import SubmissionContext
from grader.marking.outputs import parse_outputs
from grader.workers.notebook import OUTPUT_CUT, largest_reply

MAX_FULL_OUTPUTS = 10  # a submission's outputs together, as a multiple of one cell's limit


class NotebookWorker:
    """A process that runs cells with all libraries; replaced by a new one if a cell ends it.

    Parameters
    ----------
    context : SubmissionContext
        The submission whose cells it runs.
    """

    def __init__(self, context: SubmissionContext):
        self._context = context
        self._process: SandboxedProcess | None = None
        self._finished_sources: list[str] = []
        self._with_keras = needs_keras(context.lesson)
        self._max_reply_bytes = largest_reply(context.limits.output)
        self._output_budget = MAX_FULL_OUTPUTS * context.limits.output

    def run(self, source: str, show: bool) -> CellRun:
        """Run a cell.

        Parameters
        ----------
        source : str
            The cell's code.
        show : bool
            Whether its outputs are wanted; otherwise there are none.

        Raises
        ------
        ProcessKilledError
            If the machine is short of memory, and the process was killed twice.
        """
        try:
            run = self._run_twice_if_killed(source, show)
        except ProcessEndedError as end:
            if end.memory_short:
                raise ProcessKilledError(KILLED_FOR_MEMORY) from None
            return stopped_run([], str(end))
        self._finished_sources.append(source)
        return run

    def _run_twice_if_killed(self, source: str, show: bool) -> CellRun:
        """Run a cell; once more if the process was killed, which the machine may have done.

        Raises
        ------
        ProcessEndedError
            If the cell ends the process.
        """
        for is_last in (False, True):
            try:
                self._context.check_deadline()
                return self._exchange(self._ready_process(), source, show)
            except ProcessEndedError as end:
                self.close()
                if is_last or not end.killed:
                    raise
        raise AssertionError("unreachable")

    def _ready_process(self) -> SandboxedProcess:
        """Return the process; if there is none, start one and run the earlier cells again."""
        if self._process is None:
            self._process = self._context.start_worker("notebook", self._with_keras)
            self._process.start()
            for source in self._finished_sources:
                self._exchange(self._process, source, False)
        return self._process

    def _exchange(self, process: SandboxedProcess, source: str, show: bool) -> CellRun:
        """Send a cell to the process; interrupt it if it runs for too long."""
        message = json.dumps({"source": source, "show": show}).encode()
        seconds = self._context.time_for(self._context.limits.cell)
        try:
            reply = process.exchange(message, seconds, self._max_reply_bytes)
            return CellRun(self._read_outputs(reply, show))
        except ProcessEndedError as end:
            if not end.timed_out:
                raise
            reason = str(end)
        try:
            outputs = self._read_outputs(process.interrupt(self._max_reply_bytes), show)
        except ProcessEndedError:
            raise ProcessEndedError(reason) from None
        return stopped_run([out for out in outputs if out.output_type != "error"], reason)

    def _read_outputs(self, message: bytes, show: bool) -> list[NotebookNode]:
        """Return outputs that are safe to show; only errors once the submission has too many."""
        if not show:
            return []
        outputs = parse_outputs(message)
        self._output_budget -= len(message)
        if self._output_budget < 0:
            outputs = [out for out in outputs if out.output_type == "error"]
            outputs.append(nbformat.v4.new_output("stream", text=OUTPUT_CUT))
        return self._context.sanitizer.outputs(outputs)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

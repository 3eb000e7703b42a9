"""The worker that runs a student's cells to show their outputs."""

from __future__ import annotations

import json

import nbformat
from nbformat import NotebookNode

from grader.course.imports import needs_keras
from grader.isolation.process import ProcessEndedError, SandboxedProcess
from grader.marking.context import SubmissionContext
from grader.marking.outputs import CellRun, parse_outputs, stopped_run
from grader.workers.notebook import OUTPUT_CUT, largest_reply

MAX_FULL_OUTPUTS = 10  # full outputs that a submission may have


class NotebookWorker:
    """The process that shows what cells put out; begun again where a cell has ended it."""

    def __init__(self, context: SubmissionContext):
        self._context = context
        self._process: SandboxedProcess | None = None
        self._ran: list[str] = []
        self._with_keras = needs_keras(context.lesson)
        self._largest = largest_reply(context.limits.output)
        self._room = MAX_FULL_OUTPUTS * context.limits.output

    def run(self, source: str, show: bool) -> CellRun:
        """Run a cell."""
        try:
            self._context.remaining(0.0)
            self._begin()
            outputs = self._exchange(source, show)
        except ProcessEndedError as end:
            self.close()
            return stopped_run([], str(end))
        if isinstance(outputs, CellRun):
            return outputs
        self._ran.append(source)
        return CellRun(outputs)

    def _exchange(self, source: str, show: bool) -> list[NotebookNode] | CellRun:
        message = json.dumps({"source": source, "show": show}).encode()
        seconds = self._context.remaining(self._context.limits.cell)
        try:
            return self._read(self._process.exchange(message, seconds, self._largest), show)
        except ProcessEndedError as end:
            if not end.timed_out:
                raise
            why = str(end)
        try:
            outputs = self._read(self._process.interrupt(self._largest), show)
        except ProcessEndedError:
            raise ProcessEndedError(why) from None
        self._ran.append(source)
        return stopped_run([one for one in outputs if one.output_type != "error"], why)

    def _read(self, message: bytes, show: bool) -> list[NotebookNode]:
        """Return outputs that can be shown to anyone; once there are too many, errors alone."""
        if not show:
            return []
        outputs = parse_outputs(message)
        self._room -= len(message)
        if self._room < 0:
            outputs = [one for one in outputs if one.output_type == "error"]
            outputs.append(nbformat.v4.new_output("stream", text=OUTPUT_CUT))
        return self._context.sanitizer.outputs(outputs)

    def _begin(self) -> None:
        """Start a process, if there is none, and bring it to where the last one was."""
        if self._process is not None:
            return
        self._process = self._context.start_worker("notebook", self._with_keras)
        self._process.start()
        for source in self._ran:
            self._exchange(source, False)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None

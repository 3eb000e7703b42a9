"""Mark one notebook with the student's code and the tests in processes of their own.

Up to four processes take part, each forked from a warm parent and confined: the judge, one that
answers its calls by hand, in lessons about Keras one that answers with Keras, and one that shows
what the student's cells put out. The grader itself passes messages between them, and bounds what
they use; it runs nothing of a submission and reads nothing of one but bytes of bounded length.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Sequence

from nbformat import NotebookNode

from grader.course.cells import grade_id, is_test
from grader.course.imports import imports_of, needs_keras, plain_modules
from grader.course.lesson import Lesson
from grader.course.source_names import NameUsage
from grader.isolation import protocol
from grader.isolation.channel import (
    ConnectionClosedError,
    DeadlineError,
    ProtocolError,
)
from grader.isolation.codec import MAX_MESSAGE_BYTES
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import START_TIMEOUT, ProcessEndedError, SandboxedProcess
from grader.marking.context import SubmissionContext
from grader.marking.notebook_worker import NotebookWorker
from grader.marking.outputs import CellRun, parse_outputs, stopped_run
from grader.marking.rerun import names_of, plan_rerun, to_run
from grader.marking.student_worker import StudentWorker
from grader.submission.sanitize import Sanitizer
from grader.workers.pool import WarmPool

JUDGE_TIMEOUT_MARGIN = 20.0  # seconds that the judge has beyond what a test's calls may take
TIMEOUT_AFTER_TIMEOUT = 5.0  # seconds that a function has that ran too long before


def run_submission(
    cells: Sequence[NotebookNode],
    lesson: Lesson,
    limits: ResourceLimits,
    pool: WarmPool,
    sanitizer: Sanitizer | None = None,
) -> tuple[list[CellRun], dict[str, str]]:
    """Run a notebook's code cells: the student's on their own, the tests by the judge.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Code cells, the lesson's tests among them.
    lesson, limits, pool, sanitizer
        As for `Session`.

    Returns
    -------
    list of CellRun
        What each cell put out.
    dict of str to str
        For exercises whose own cell ended with an error where it answers: which.

    Raises
    ------
    ProcessStartError
        If the machine cannot do it.
    """
    context = SubmissionContext(lesson, limits, pool, sanitizer)
    supervisor = Supervisor(cells, context)
    try:
        runs: dict[int, CellRun] = _show(cells, context, supervisor.read)
        supervisor.endless |= {index for index, run in runs.items() if run.stopped}
        supervisor.ended_well |= {index for index, run in runs.items() if run.ended_well}
        for index, cell in enumerate(cells):
            if is_test(cell):
                runs[index] = supervisor.run_test(index)
        stops, errors = supervisor.stops(), supervisor.errors()
    finally:
        supervisor.close()
    for index, why in stops.items():
        if not runs[index].stopped:
            runs[index] = CellRun(runs[index].outputs, why)
    return [runs[index] for index in range(len(cells))], errors


def _show(
    cells: Sequence[NotebookNode],
    context: SubmissionContext,
    read: Callable[[list[str]], list[NameUsage]],
) -> dict[int, CellRun]:
    """Return what the cells put out that are no tests."""
    todo = plan_rerun(list(cells), context.lesson, read)
    runs = {index: CellRun(outputs) for index, outputs in todo.outputs.items()}
    shown, exercises = NotebookWorker(context), names_of(context.lesson)
    try:
        for index in sorted(todo.run):
            run = shown.run(to_run(cells[index], exercises), index in todo.show)
            if index in todo.show:
                runs[index] = run
    finally:
        shown.close()
    return runs


class Supervisor:
    """The judge and the processes that answer it.

    Parameters
    ----------
    cells : sequence of NotebookNode
        The notebook's code cells.
    context : SubmissionContext
        Whose.

    Attributes
    ----------
    endless, ended_well : set of int
        Cells known to run too long, and to come to their end, where all libraries are.
    """

    def __init__(self, cells: Sequence[NotebookNode], context: SubmissionContext):
        self._cells, self._context = cells, context
        self.endless: set[int] = set()
        self.ended_well: set[int] = set()
        lesson = context.lesson
        self._with_keras = needs_keras(lesson, tests_only=True)
        self._exercises = [exercise.name for exercise in lesson.exercises]
        self._judge: SandboxedProcess | None = None
        self._slow: set[str] = set()
        self._stops: dict[int, str] = {}
        known = (cells, context, self.endless, self.ended_well)
        self._by_hand = StudentWorker("answers", *known)
        self._keras = StudentWorker("keras", *known) if self._with_keras else None

    def read(self, sources: list[str]) -> list[NameUsage]:
        """Read what cells do with names, in a process that may as well break over it."""
        self._start_judge()
        try:
            return self._by_hand.read(sources)
        except ProcessEndedError:
            return [NameUsage(silent=False, dynamic=True)] * len(sources)

    def run_test(self, index: int) -> CellRun:
        """Run the test cell at a place in the notebook."""
        cell = self._cells[index]
        request = {
            "do": "test",
            "source": cell.source,
            "exercises": self._exercises,
            "imports": imports_of(self._context.lesson),
        }
        exercise = grade_id(cell).split("-")[1]
        try:
            limit = self._context.limits.cell
            again = min(TIMEOUT_AFTER_TIMEOUT, limit)
            seconds = self._context.remaining(again if exercise in self._slow else limit)
            reply = self._route_calls(json.dumps(request).encode(), index, seconds, exercise)
            return CellRun(parse_outputs(reply))
        except ProcessEndedError as end:
            return stopped_run([], f"{exercise}: {end}", is_cell=False)

    def _route_calls(self, request: bytes, index: int, seconds: float, exercise: str) -> bytes:
        """Run a test cell: pass the judge's calls on until it is done."""
        judge = self._start_judge()
        deadline = time.monotonic() + seconds
        try:
            judge.channel.send(request, deadline + JUDGE_TIMEOUT_MARGIN)
            while True:
                message = judge.channel.receive(
                    MAX_MESSAGE_BYTES + 1, deadline + JUDGE_TIMEOUT_MARGIN, self._watch
                )
                kind, payload = message[:1], message[1:]
                if kind == protocol.DONE:
                    return payload
                whose = self._keras if kind == protocol.TO_KERAS and self._keras else self._by_hand
                deadline += self._catch_up(whose, index)
                reply = self._pass_on(whose, payload, index, deadline, seconds, exercise)
                judge.channel.send(reply, deadline + JUDGE_TIMEOUT_MARGIN)
        except (ConnectionClosedError, DeadlineError, ProtocolError, ProcessEndedError) as error:
            # A value that the judge cannot stand costs the student this test, and no other.
            # Whoever answers may be in the middle of asking it something.
            self.close()
            self._judge = None
            if isinstance(error, ProcessEndedError) and str(error):
                raise
            if isinstance(error, DeadlineError):
                self._slow.add(exercise)
                raise ProcessEndedError("the judge was kept busy for too long") from None
            raise ProcessEndedError(
                "the answer could not be checked: the judge came to an end"
            ) from None

    def _watch(self) -> None:
        """See whether any process uses too much; a thread of the student's goes on while we judge.

        Raises
        ------
        ProcessEndedError
        """
        self._judge.watch()
        for answerer in filter(None, (self._by_hand, self._keras)):
            answerer.watch()

    def _catch_up(self, answerer: StudentWorker, index: int) -> float:
        """Run the cells before a test; return the seconds that took, which are not the test's."""
        begin = time.monotonic()
        with contextlib.suppress(ProcessEndedError):  # Asked next, it says so itself.
            answerer.run_cells_before(index)
        return time.monotonic() - begin

    def _pass_on(
        self,
        answerer: StudentWorker,
        payload: bytes,
        index: int,
        deadline: float,
        seconds: float,
        exercise: str,
    ) -> bytes:
        """Let the student's process answer."""
        try:
            answerer.run_cells_before(index)
            left = deadline - time.monotonic()
            if left <= 0:
                answerer.close()
                raise ProcessEndedError("", timed_out=True)
            return protocol.ANSWER + answerer.ask(payload, left)
        except ProcessEndedError as end:
            why = str(end)
            if end.timed_out:
                self._slow.add(exercise)
                why = f"stopped after {seconds:.3g} s; is there an endless loop?"
            self._stops[index] = why
            return protocol.GONE + why.encode("utf-8", "replace")

    def _start_judge(self) -> SandboxedProcess:
        if self._judge is None:
            self._judge = self._context.start_worker("judge", self._with_keras)
            self._judge.start()
            constants = self._constants()
            for answerer in filter(None, (self._by_hand, self._keras)):
                answerer.constants = constants
        return self._judge

    def _constants(self) -> bytes:
        """Return what ``utils`` has of plain values, which cells may use anywhere."""
        lesson = self._context.lesson
        with _constants_lock:
            key = (lesson, lesson.content_digest)
            if key not in _constants:
                request = {"do": "constants", "modules": plain_modules(lesson)}
                self._judge.channel.send(json.dumps(request).encode())
                reply = self._judge.channel.receive(
                    MAX_MESSAGE_BYTES, time.monotonic() + START_TIMEOUT
                )
                _constants[key] = reply[1:]
            return _constants[key]

    def stops(self) -> dict[int, str]:
        """Return which cells did not come to their end, and why."""
        return self._by_hand.stops | self._stops

    def errors(self) -> dict[str, str]:
        """Return the errors of cells where they answer, by the cell's name."""
        return {
            name: text
            for index, text in self._by_hand.errors.items()
            if (name := grade_id(self._cells[index]))
        }

    def close(self) -> None:
        """End all processes."""
        for one in (self._judge, self._by_hand, self._keras):
            if one is not None:
                one.close()


_constants: dict[tuple[Lesson, str], bytes] = {}
_constants_lock = threading.Lock()

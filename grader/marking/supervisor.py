"""Run one submission: the student's code and the tests in separate sandboxed processes.

Up to four workers take part: the judge; a student worker that answers its calls by hand; in lessons
about Keras, a second one that answers with Keras; and one that shows the outputs of the student's
cells. The grader passes messages between them and enforces the limits. It runs nothing of a
submission, and reads only byte strings of bounded length.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

from grader.course.cells import grade_id, is_test
from grader.course.imports import imports_of, needs_keras, own_answers, plain_modules
from grader.course.lesson import Lesson
from grader.course.source_names import NameUsage
from grader.isolation import protocol
from grader.isolation.channel import ConnectionClosedError, DeadlineError, ProtocolError
from grader.isolation.codec import MAX_MESSAGE_BYTES
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import (
    KILLED_FOR_MEMORY,
    START_TIMEOUT,
    ProcessEndedError,
    ProcessKilledError,
    SandboxedProcess,
)
from grader.marking.cell_history import CellHistory
from grader.marking.cell_run import CellRun, stopped_run
from grader.marking.context import SubmissionContext
from grader.marking.notebook_worker import NotebookWorker
from grader.marking.outputs import parse_outputs
from grader.marking.rerun import exercise_names, plan_rerun, runnable_source
from grader.marking.student_worker import StudentWorker
from grader.submission.sanitize import Sanitizer
from grader.workers.pool import WarmPool
from utils.checks.time_limit import SECONDS_AFTER_TIMEOUT, timeout_reason

JUDGE_TIMEOUT_MARGIN = 20.0  # seconds for the judge's own work, beyond the student's calls
# For an exercise that ran out of time in an earlier test, or a moment ago in this one.
TIMEOUT_AFTER_TIMEOUT = SECONDS_AFTER_TIMEOUT


def run_submission(
    cells: Sequence[NotebookNode],
    lesson: Lesson,
    limits: ResourceLimits,
    pool: WarmPool,
    sanitizer: Sanitizer | None = None,
) -> tuple[list[CellRun], dict[str, str]]:
    """Run a notebook's code cells: the student's in student workers, the tests in the judge.

    Parameters
    ----------
    cells : sequence of NotebookNode
        The code cells, the lesson's tests included.
    lesson, limits, pool, sanitizer
        As for `SubmissionContext`.

    Returns
    -------
    list of CellRun
        The run of each cell.
    dict of str to str
        For each exercise whose answer cell raised an error in the worker that answers by hand, the
        error in one line.

    Raises
    ------
    ProcessStartError, ProcessKilledError
        If a worker cannot be started, or is killed, which is not the submission's fault.
    """
    supervisor = Supervisor(cells, SubmissionContext(lesson, limits, pool, sanitizer))
    try:
        runs = supervisor.run_shown_cells()
        for index, cell in enumerate(cells):
            if is_test(cell):
                runs[index] = supervisor.run_test(index)
        stops, errors = supervisor.stops(), supervisor.errors()
    finally:
        supervisor.close()
    for index, reason in stops.items():
        if not runs[index].stopped:
            runs[index] = CellRun(runs[index].outputs, reason)
    return [runs[index] for index in range(len(cells))], errors


class Supervisor:
    """Starts the workers of one submission, routes the judge's calls, and keeps the deadlines.

    Parameters
    ----------
    cells : sequence of NotebookNode
        The notebook's code cells, tests included.
    context : SubmissionContext
        The submission being marked.
    """

    def __init__(self, cells: Sequence[NotebookNode], context: SubmissionContext):
        self._cells, self._context = cells, context
        self._with_keras = needs_keras(context.lesson, tests_only=True)
        self._history = CellHistory()
        self._judge: SandboxedProcess | None = None
        self._by_hand = StudentWorker("answers", cells, context, self._history)
        self._keras = (
            StudentWorker("keras", cells, context, self._history) if self._with_keras else None
        )
        self._slow_exercises: set[str] = set()
        self._test_stops: dict[int, str] = {}
        self._kill: ProcessEndedError | None = None  # during the present test

    def run_shown_cells(self) -> dict[int, CellRun]:
        """Return the run of each cell that is not a test; cells are only run where it matters."""
        plan = plan_rerun(list(self._cells), self._context.lesson, self._read_name_usage)
        runs = {index: CellRun(outputs) for index, outputs in plan.outputs.items()}
        exercises = exercise_names(self._context.lesson)
        worker = NotebookWorker(self._context)
        try:
            for index in sorted(plan.run):
                source = runnable_source(self._cells[index], exercises)
                run = worker.run(source, index in plan.show)
                if index in plan.show:
                    runs[index] = run
        finally:
            worker.close()
        for index, run in runs.items():
            self._history.record(index, run)
        return runs

    def _read_name_usage(self, sources: list[str]) -> list[NameUsage]:
        """Analyse which names sources use; if the analysis fails, assume that they use any."""
        self._ready_judge()
        try:
            return self._by_hand.read_name_usage(sources)
        except ProcessEndedError:
            return [NameUsage(silent=False, dynamic=True)] * len(sources)

    def run_test(self, index: int) -> CellRun:
        """Run the test cell with this index; once more if a process was killed meanwhile.

        Raises
        ------
        ProcessKilledError
            If it was killed again, and the submission cannot have done it.
        """
        self._kill = None
        run = self._try_test(index)
        if self._kill is None:
            return run
        self._kill = None
        self._test_stops.pop(index, None)
        run = self._try_test(index)
        if self._kill is not None and self._kill.memory_short:
            raise ProcessKilledError(KILLED_FOR_MEMORY)
        if self._kill is not None and self._kill.args == (JUDGE_ENDED,):
            raise ProcessKilledError("the judge was killed twice")
        return run

    def _try_test(self, index: int) -> CellRun:
        """Run a test cell."""
        cell = self._cells[index]
        exercise = grade_id(cell).split("-")[1]
        request = {
            "do": "test",
            "source": cell.source,
            "exercises": [one.name for one in self._context.lesson.exercises],
            "imports": imports_of(self._context.lesson),
            "answers": own_answers(self._context.lesson),
        }
        try:
            deadline = _CallDeadline(self._context.time_for(self._time_limit(exercise)))
            reply = self._ask_judge(json.dumps(request).encode(), index, exercise, deadline)
            run = CellRun(parse_outputs(reply))
            if run.succeeded:  # at the second attempt, perhaps
                self._test_stops.pop(index, None)
            return run
        except ProcessEndedError as end:
            return stopped_run([], f"{exercise}: {end}", is_cell=False)

    def _time_limit(self, exercise: str) -> float:
        """Return the seconds that the calls of an exercise's test may take together."""
        limit = self._context.limits.cell
        return min(TIMEOUT_AFTER_TIMEOUT, limit) if exercise in self._slow_exercises else limit

    def _ask_judge(
        self, request: bytes, index: int, exercise: str, deadline: _CallDeadline
    ) -> bytes:
        """Return the judge's reply to a request for a test; route its calls in the meantime.

        Raises
        ------
        ProcessEndedError
            If there is none. The judge has been ended, and costs the student this test, but no
            other; so have the student workers, which may be in the middle of a call.
        """
        judge = self._ready_judge()
        try:
            return self._route_calls(judge, request, index, exercise, deadline)
        except ProcessEndedError as end:
            self.close()
            raise end if str(end) else ProcessEndedError(JUDGE_ENDED) from None
        except DeadlineError:
            self.close()
            self._slow_exercises.add(exercise)
            raise ProcessEndedError("the judge was kept busy for too long") from None
        except (ConnectionClosedError, ProtocolError):
            how = judge.explain_end()
            if how.killed:
                self._kill = ProcessEndedError(JUDGE_ENDED, memory_short=how.memory_short)
            self.close()
            raise ProcessEndedError(JUDGE_ENDED) from None

    def _route_calls(
        self,
        judge: SandboxedProcess,
        request: bytes,
        index: int,
        exercise: str,
        deadline: _CallDeadline,
    ) -> bytes:
        """Pass the judge's calls to the student workers until the test is done."""
        judge.channel.send(request, deadline.for_judge())
        while True:
            message = judge.channel.receive(
                MAX_MESSAGE_BYTES + 1, deadline.for_judge(), self._watch_all
            )
            kind, payload = message[:1], message[1:]
            if kind == protocol.DONE:
                return payload
            worker = self._keras if kind == protocol.TO_KERAS and self._keras else self._by_hand
            reply = self._answer_call(worker, payload, index, exercise, deadline)
            judge.channel.send(reply, deadline.for_judge())

    def _answer_call(
        self,
        worker: StudentWorker,
        payload: bytes,
        index: int,
        exercise: str,
        deadline: _CallDeadline,
    ) -> bytes:
        """Return a student worker's answer to a call, or the reason why there is none."""
        try:
            with deadline.paused():
                worker.run_cells_before(index)
            if deadline.remaining() <= 0:
                worker.close()
                raise ProcessEndedError("", timed_out=True)
            return protocol.ANSWER + worker.ask(payload, deadline.remaining())
        except ProcessEndedError as end:
            reason = str(end)
            if end.killed:
                self._kill = end
            if end.timed_out:
                self._slow_exercises.add(exercise)
                reason = timeout_reason(deadline.seconds)
                deadline.extend_once(self._time_limit(exercise))
            self._test_stops[index] = reason
            return protocol.GONE + reason.encode("utf-8", "replace")

    def _watch_all(self) -> None:
        """Check every worker's limits: a student's thread may go on while the judge works.

        Raises
        ------
        ProcessEndedError
            If one exceeds them.
        """
        for worker in (self._judge, self._by_hand, self._keras):
            if worker is not None:
                worker.watch()

    def _ready_judge(self) -> SandboxedProcess:
        """Return the judge; start it first if there is none."""
        if self._judge is None:
            self._judge = self._context.start_worker("judge", self._with_keras)
            self._judge.start()
            constants = _constants_of(self._context.lesson, self._judge)
            self._by_hand.constants = constants
            if self._keras is not None:
                self._keras.constants = constants
        return self._judge

    def stops(self) -> dict[int, str]:
        """Return which cells, tests included, were stopped, and why."""
        return self._by_hand.stops | self._test_stops

    def errors(self) -> dict[str, str]:
        """Return the errors of answer cells in the worker that answers by hand, by ``grade_id``."""
        return {
            name: error
            for index, error in self._by_hand.errors.items()
            if (name := grade_id(self._cells[index]))
        }

    def close(self) -> None:
        """End all workers."""
        for worker in (self._judge, self._by_hand, self._keras):
            if worker is not None:
                worker.close()
        self._judge = None


JUDGE_ENDED = "the answer could not be checked: the judge came to an end"


class _CallDeadline:
    """The time that the calls of one test cell may take together.

    Parameters
    ----------
    seconds : float
        How long, from now.
    """

    def __init__(self, seconds: float):
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._is_extended = False

    def extend_once(self, seconds: float) -> None:
        """Allow a second attempt, with the reference answers to the exercises that it uses."""
        if not self._is_extended:
            self._is_extended = True
            self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds that are left; negative if it has passed."""
        return self._end - time.monotonic()

    def for_judge(self) -> float:
        """Return when the judge must have replied, on the clock of `time.monotonic`."""
        return self._end + JUDGE_TIMEOUT_MARGIN

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the clock: running the cells before a test is not the test's time."""
        begin = time.monotonic()
        try:
            yield
        finally:
            self._end += time.monotonic() - begin


_constants: dict[tuple[Lesson, str], bytes] = {}
_constants_lock = threading.Lock()


def _constants_of(lesson: Lesson, judge: SandboxedProcess) -> bytes:
    """Return the plain values in a lesson's ``utils`` modules, which any cell may use."""
    with _constants_lock:
        key = lesson, lesson.content_digest
        if key not in _constants:
            request = {"do": "constants", "modules": plain_modules(lesson)}
            judge.channel.send(json.dumps(request).encode())
            reply = judge.channel.receive(MAX_MESSAGE_BYTES, time.monotonic() + START_TIMEOUT)
            _constants[key] = reply[1:]
        return _constants[key]

"""Mark a class: find the submissions, mark them in parallel, and store each result at once."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat

from grader import scratch
from grader.classroom.discover import (
    DiscoveredSubmissions,
    discover,
    explain_missing,
    read_timestamp,
)
from grader.classroom.failures import update_failures
from grader.classroom.gradebook import (
    CourseGradebook,
    StoredScore,
    invalid_id_reason,
    is_stored,
)
from grader.classroom.options import Job, Options, RunSummary
from grader.classroom.penalties import LatePenalties, late_notes
from grader.classroom.records import (
    add_checksums,
    load_record,
    placeholder_notebook,
    record_path,
    recorded_result,
)
from grader.classroom.twins import TwinFinder
from grader.course.digests import marking_digest
from grader.course.files import write_atomically
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import SandboxedProcess
from grader.marking.mark import Marked, mark
from grader.marking.results import (
    FAILED,
    GRADED,
    MISSING,
    UNREADABLE,
    ExerciseResult,
    SubmissionResult,
    TestResult,
    without_marks,
)
from grader.printable import escape_name, first_few, printable
from grader.submission.parse import UnreadableError
from grader.workers.pool import WarmPool


def autograde(
    options: Options,
    *,
    on_start: Callable[[int, int], None] = lambda done, total: None,
    on_result: Callable[[SubmissionResult], None] = lambda result: None,
) -> RunSummary:
    """Mark a class, and store the results in the gradebook and in the folder ``autograded``.

    Parameters
    ----------
    options : Options
        What to mark, and how.
    on_start : callable
        Called once with the number of submissions that need no marking, and of all submissions.
    on_result : callable
        Called with each result as soon as it is known.

    Raises
    ------
    CourseError
        If there is no folder of submissions, or the gradebook or the scheduler cannot be used.
    """
    lessons = [lesson.name for lesson in find_lessons(options.root)]
    discovered = discover(options.submitted, lessons)
    with CourseGradebook(options.url) as book:
        run = _ClassRun(options, discovered, book)
        for lesson in run.lessons:
            book.register(lesson)
        jobs, results = run.plan()
        on_start(len(results), len(results) + len(jobs))
        for result in results:
            on_result(result)
        for job, marked in run.mark(jobs):
            if marked.result.status != FAILED:
                marked = _try_to_store(run, job, marked)
            results.append(marked.result)
            on_result(marked.result)
        return run.summary(results)


def mark_job(
    content: bytes,
    lesson: Lesson,
    student: str,
    limits: ResourceLimits,
    pool: WarmPool | None = None,
) -> Marked:
    """Mark one submission; an executor calls this, on this machine or on another."""
    try:
        return mark(content, lesson, student=student, limits=limits, pool=pool)
    except Exception as error:  # A fault of the machine or of the grader must not end the run.
        return _failure(lesson, student, error)


@contextmanager
def open_executor(options: Options) -> Iterator[tuple[Executor, int]]:
    """Open the executor that marks in parallel; yield it and the number of calls to keep pending.

    Threads are enough on one machine: each waits for sandboxed processes.

    Raises
    ------
    CourseError
        If a Dask cluster is asked for and cannot be used.
    """
    if options.scheduler is not None:
        from grader.classroom.dask_backend import open_cluster

        with open_cluster(options.scheduler, options.limits) as opened:
            yield opened
        return
    scratch.remove_abandoned()
    executor = ThreadPoolExecutor(options.jobs)
    try:
        with SandboxedProcess.stopping_with_grader():
            yield executor, 2 * options.jobs
    except BaseException:
        SandboxedProcess.end_all()
        raise
    finally:
        executor.shutdown(cancel_futures=True)
        SandboxedProcess.allow_again()


class _ClassRun:
    """One run of `autograde`.

    Parameters
    ----------
    options : Options
        What to mark, and how.
    discovered : DiscoveredSubmissions
        The contents of the folder of submissions.
    book : CourseGradebook
        The gradebook, open.
    """

    def __init__(self, options: Options, discovered: DiscoveredSubmissions, book: CourseGradebook):
        self._options, self._discovered, self._book = options, discovered, book
        self._all_lessons = [lesson.name for lesson in find_lessons(options.root)]
        self._penalties = LatePenalties(options.root)
        self.lessons = self._find_lessons()
        self._students = self._find_students()
        self._digests = {lesson.name: self._lesson_digest(lesson) for lesson in self.lessons}
        self._twins = TwinFinder()

    def _find_lessons(self) -> list[Lesson]:
        """Return the lessons asked for, or else those in the gradebook or among submissions."""
        names = self._options.lessons
        if names is None:
            used = {lesson for _, lesson in self._discovered.folders} | set(self._book.lessons)
            names = [name for name in self._all_lessons if name in used]
        # `find_lessons` takes an empty list for all lessons.
        return find_lessons(self._options.root, names) if names else []

    def _find_students(self) -> list[str]:
        """Return the students asked for, or else all that there are.

        Raises
        ------
        CourseError
            If one asked for is neither among the submissions nor in the gradebook.
        """
        known = sorted(self._discovered.students | set(self._book.students))
        wanted = self._options.students
        for student in wanted or ():
            if student not in known:
                close = difflib.get_close_matches(student, known, n=1)
                hint = f": did you mean '{close[0]}'?" if close else ""
                raise CourseError(escape_name(f"There is no student '{student}'{hint}"))
        return known if wanted is None else [student for student in known if student in wanted]

    def _lesson_digest(self, lesson: Lesson) -> str:
        """Return a digest of all but the submission that marks depend on."""
        digest = hashlib.sha256(marking_digest(lesson).encode())
        digest.update(f"{self._options.limits} {self._options.stock}".encode())
        return digest.hexdigest()

    def plan(self) -> tuple[list[Job], list[SubmissionResult]]:
        """Return the submissions to mark, and the results that are already known."""
        jobs: list[Job] = []
        results: list[SubmissionResult] = []
        for lesson in self.lessons:
            scores = self._book.scores(lesson.name)
            for student in self._students:
                if reason := invalid_id_reason(student):
                    results.append(_invalid_id_result(student, lesson, reason))
                    continue
                planned = self._plan_submission(student, lesson, scores.get(student))
                if isinstance(planned, Job):
                    jobs.append(planned)
                    continue
                self._store_known(planned, scores)
                results.append(planned)
            self._update_lateness(lesson)
        return jobs, results

    def _plan_submission(
        self, student: str, lesson: Lesson, scores: dict[str, StoredScore] | None
    ) -> Job | SubmissionResult:
        """Return a submission to mark, or its result if that is already known."""
        folder = self._discovered.folders.get((student, lesson.name))
        record = load_record(self._record_path(student, lesson))
        if folder is None or not os.path.lexists(folder / f"{lesson.name}.ipynb"):
            return recorded_result(record) or self._result_without_file(student, lesson, scores)
        try:
            if folder.is_symlink() or folder.parent.is_symlink():
                raise UnreadableError("its folder is a link and not the folder itself")
            job, _ = Job(student, lesson, folder, {"lesson": self._digests[lesson.name]}).read()
        except UnreadableError as error:
            # No record is written, so the submission is marked once it can be read.
            return without_marks(lesson, student, UNREADABLE, str(error))
        self._twins.add(job)
        result = recorded_result(record)
        if record and result and not self._options.force and job.digest.items() <= record.items():
            return result
        return job

    def _update_lateness(self, lesson: Lesson) -> None:
        """Set times and penalties of what is stored, as a submission may need no marking."""
        times: dict[str, datetime | None] = dict.fromkeys(self._students)
        for student in self._students:
            folder = self._discovered.folders.get((student, lesson.name))
            if folder and not (folder.is_symlink() or folder.parent.is_symlink()):
                times[student] = read_timestamp(folder)
        self._book.update_lateness(lesson.name, self._penalties, times)

    def summary(self, results: list[SubmissionResult]) -> RunSummary:
        """Return the summary of the run, and keep which submissions failed for the report."""
        update_failures(self._options.autograded, results)
        hand_ins = {
            (student, lesson.name): hand_in
            for lesson in self.lessons
            for student, hand_in in self._book.hand_ins(lesson.name).items()
            if student in self._students
        }
        return RunSummary(
            tuple(sorted(results, key=lambda result: (result.student, result.lesson))),
            self._discovered.warnings if self._options.students is None else (),
            (*first_few(self._twins.notes()), *first_few(late_notes(hand_ins))),
            hand_ins,
            self._digests,
        )

    def _result_without_file(
        self, student: str, lesson: Lesson, scores: dict[str, StoredScore] | None
    ) -> SubmissionResult:
        """Return the result of a submission without file or record: the gradebook's, or missing."""
        if scores is None:
            message = explain_missing(self._options.submitted, student, lesson, self._all_lessons)
            return without_marks(lesson, student, MISSING, message)
        exercises = tuple(
            ExerciseResult(
                exercise.name,
                tuple(
                    TestResult(test.grade_id, scores[test.grade_id].auto or 0.0, test.points)
                    for test in exercise.tests
                ),
            )
            for exercise in lesson.exercises
        )
        message = "the submission is no longer there; these marks are the gradebook's"
        return SubmissionResult(student, lesson.name, GRADED, exercises, 0.0, message)

    def _store_known(
        self, result: SubmissionResult, scores: dict[str, dict[str, StoredScore]]
    ) -> None:
        """Make sure that a result which needs no marking is in the gradebook."""
        if result.status == MISSING:
            self._book.add_student(result.student)
        elif not is_stored(result, scores):
            self._book.store(result)

    def mark(self, jobs: list[Job]) -> Iterator[tuple[Job, Marked]]:
        """Mark jobs; yield each with its marks as soon as they are known."""
        if self._options.stock:
            from grader.classroom.nbgrader_backend import mark_stock

            for job, content in _read_each(jobs):
                if isinstance(content, Marked):
                    yield job, content
                else:
                    yield job, mark_stock(job, content, self._options)
            return
        if not jobs:
            return
        for job in jobs:
            _ = job.lesson.content_digest  # Read here, so that it is sent with the job.
        with open_executor(self._options) as (executor, window):
            yield from self._mark_in(executor, window, jobs)

    def _mark_in(
        self, executor: Executor, window: int, jobs: Iterable[Job]
    ) -> Iterator[tuple[Job, Marked]]:
        """Mark in an executor, with at most `window` submissions in memory: they can be large."""
        pending: dict[Future, Job] = {}
        for job, content in _read_each(jobs):
            if isinstance(content, Marked):
                yield job, content
                continue
            arguments = (content, job.lesson, job.student, self._options.limits)
            pending[executor.submit(mark_job, *arguments)] = job
            if len(pending) >= window:
                yield from _take_finished(pending)
        while pending:
            yield from _take_finished(pending)

    def store(self, job: Job, marked: Marked) -> Marked:
        """Write a result into the gradebook and then into ``autograded``.

        The record in the executed notebook comes last: by it, a later run knows that the submission
        is done.
        """
        notebook = marked.notebook or placeholder_notebook(marked.result)
        untouched = set(notebook.metadata.get("grader", {}).get("untouched", ()))
        self._book.store(
            marked.result,
            untouched=untouched,
            timestamp=read_timestamp(job.folder),
            penalties=self._penalties,
        )
        add_checksums(notebook)
        notebook.metadata["grader"] = {
            **job.digest,
            "untouched": sorted(untouched),
            "result": marked.result.to_record(),
        }
        text = nbformat.writes(notebook) + "\n"
        write_atomically(self._record_path(job.student, job.lesson), text)
        return replace(marked, notebook=notebook)

    def _record_path(self, student: str, lesson: Lesson) -> Path:
        """Return the path of a submission's executed notebook."""
        return record_path(self._options.autograded, student, lesson.name)


def _invalid_id_result(student: str, lesson: Lesson, reason: str) -> SubmissionResult:
    """Return the result for a student whom no gradebook can have, under an id that can be shown."""
    name = os.fsencode(student).decode("utf-8", "backslashreplace")
    return without_marks(lesson, name, MISSING, f"{reason}: rename it and run again")


def _read_each(jobs: Iterable[Job]) -> Iterator[tuple[Job, bytes | Marked]]:
    """Yield each job with its notebook's bytes, or with a failure if they cannot be read now."""
    for job in jobs:
        try:
            yield job.read()
        except UnreadableError as error:  # Deleted or replaced since the run was planned.
            yield job, _failure(job.lesson, job.student, error)


def _take_finished(pending: dict[Future, Job]) -> Iterator[tuple[Job, Marked]]:
    """Wait for at least one submission; remove and yield those that are done."""
    done, _ = wait(pending, return_when=FIRST_COMPLETED)
    for future in done:
        job = pending.pop(future)
        try:
            marked = future.result()
        except Exception as error:  # On a cluster: the workers died, or the scheduler is gone.
            marked = _failure(job.lesson, job.student, error)
        yield job, marked


def _try_to_store(run: _ClassRun, job: Job, marked: Marked) -> Marked:
    """Store a submission, or return it as a failure, so that the other students are marked."""
    try:
        return run.store(job, marked)
    except CourseError:  # The gradebook cannot be written: nothing else can be stored either.
        raise
    except Exception as error:
        return _failure(job.lesson, job.student, error)


def _failure(lesson: Lesson, student: str, error: Exception) -> Marked:
    """Return a result for a submission that the grader failed to mark; it is not stored."""
    reason = (
        str(error) if isinstance(error, UnreadableError) else f"{type(error).__name__}: {error}"
    )
    message = f"could not be marked, run again: {printable(reason)}"
    return Marked(without_marks(lesson, student, FAILED, message), None)

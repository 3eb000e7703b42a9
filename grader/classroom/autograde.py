"""Mark a class: find what was handed in, mark it in parallel, store every result as it comes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import nbformat

from grader.classroom.discover import Found, describe_what_is_there, discover
from grader.classroom.gradebook import (
    CourseGradebook,
    add_checksums,
    name_fault,
    read_timestamp,
)
from grader.classroom.options import Job, Options, RunSummary
from grader.classroom.records import load_record, placeholder_notebook
from grader.course.digests import marking_digest
from grader.course.files import write_atomically
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import SandboxedProcess
from grader.marking.mark import Marked, mark, without_marks
from grader.marking.results import (
    GRADED,
    MISSING,
    UNREADABLE,
    ExerciseResult,
    SubmissionResult,
    TestResult,
)
from grader.submission.parse import UnreadableError, read_file
from grader.workers.pool import WarmPool


def autograde(
    options: Options,
    *,
    on_start: Callable[[int, int], None] = lambda done, total: None,
    on_result: Callable[[SubmissionResult], None] = lambda result: None,
) -> RunSummary:
    """Mark what was handed in, and store it in the gradebook and in ``autograded``.

    Parameters
    ----------
    options : Options
        What, and how.
    on_start : callable
        Told how many of how many submissions need no marking, or are marked already.
    on_result : callable
        Told each result as it comes.

    Raises
    ------
    CourseError
        If the folder of submissions, the gradebook or the scheduler is not there.
    """
    found = discover(options.submitted, [lesson.name for lesson in find_lessons(options.root)])
    with CourseGradebook(options.url) as book:
        run = _Run(options, found, book)
        for lesson in run.lessons:
            book.register(lesson)
        jobs, results = run.plan()
        on_start(len(results), len(results) + len(jobs))
        for result in results:
            on_result(result)
        failed = 0
        for job, marked in run.mark(jobs):
            if not _has_failed(marked):
                marked = _store(run, job, marked)
            failed += _has_failed(marked)
            results.append(marked.result)
            on_result(marked.result)
    ordered = sorted(results, key=lambda result: (result.student, result.lesson))
    return RunSummary(tuple(ordered), found.warnings, failed)


def mark_job(
    content: bytes,
    lesson: Lesson,
    student: str,
    limits: ResourceLimits,
    pool: WarmPool | None = None,
) -> Marked:
    """Mark one submission; this is what an executor runs, on this machine or another."""
    try:
        return mark(content, lesson, student=student, limits=limits, pool=pool)
    except Exception as error:  # The machine's fault, or ours: the class goes on.
        return _not_marked(lesson, student, error)


def _not_marked(lesson: Lesson, student: str, error: Exception) -> Marked:
    """Return what stands for a submission that the grader failed on: no mark is stored."""
    message = f"could not be marked, run again: {type(error).__name__}: {error}"
    return Marked(without_marks(lesson, student, GRADED, message), None)


def _has_failed(marked: Marked) -> bool:
    """Tell whether the machine, not the student, kept a submission from being marked."""
    return marked.notebook is None and marked.result.status == GRADED


def _store(run: _Run, job: Job, marked: Marked) -> Marked:
    """Store a submission; what cannot be stored costs nobody else."""
    try:
        return run.store(job, marked)
    except CourseError:
        raise
    except Exception as error:
        return _not_marked(job.lesson, job.student, error)


@contextmanager
def open_executor(options: Options) -> Iterator[tuple[Executor, int]]:
    """Open what marks in parallel, with the number of submissions to hand it at a time.

    Threads are enough on one machine: each waits for a process of its own.

    Raises
    ------
    CourseError
        If there is to be a Dask cluster, and there is none.
    """
    if options.scheduler is not None:
        from grader.classroom.dask_backend import open_cluster

        with open_cluster(options.scheduler, options.limits) as opened:
            yield opened
        return
    executor = ThreadPoolExecutor(options.jobs)
    try:
        yield executor, 2 * options.jobs
    except BaseException:
        SandboxedProcess.end_all()
        raise
    finally:
        executor.shutdown(cancel_futures=True)
        SandboxedProcess.allow_again()


class _Run:
    """One run of `autograde`."""

    def __init__(self, options: Options, found: Found, book: CourseGradebook):
        self._options, self._found, self._book = options, found, book
        names = options.lessons
        if names is None:
            names = sorted({lesson for _, lesson in found.folders} | set(book.lessons))
            known = {lesson.name for lesson in find_lessons(options.root)}
            names = [name for name in names if name in known]
        # An empty list would mean all lessons.
        self.lessons = find_lessons(options.root, names) if names else []
        self._digests = {lesson.name: self._lesson_digest(lesson) for lesson in self.lessons}

    def _lesson_digest(self, lesson: Lesson) -> str:
        """Return a digest of all but the submission that marks depend on."""
        digest = hashlib.sha256(marking_digest(lesson).encode())
        digest.update(f"{self._options.limits} {self._options.stock}".encode())
        return digest.hexdigest()

    def plan(self) -> tuple[list[Job], list[SubmissionResult]]:
        """Return the submissions to mark, and the results that need no marking."""
        students = sorted(self._found.students | set(self._book.students))
        jobs, results = [], []
        for lesson in self.lessons:
            scores = self._book.scores(lesson.name)
            for student in students:
                if fault := name_fault(student):
                    results.append(_not_stored(student, lesson, fault))
                    continue
                planned = self._plan_one(student, lesson)
                if isinstance(planned, Job):
                    jobs.append(planned)
                    continue
                if planned.status == MISSING:
                    self._book.add_student(student)
                elif not self._book.has(planned, scores):
                    self._book.store(planned)
                results.append(planned)
        return jobs, results

    def _plan_one(self, student: str, lesson: Lesson) -> Job | SubmissionResult:
        """Return a submission to mark, or its result if that is known."""
        folder = self._found.folders.get((student, lesson.name))
        path = None if folder is None else folder / f"{lesson.name}.ipynb"
        stored = load_record(self._stored_path(student, lesson))
        if path is None or not os.path.lexists(path):
            return self._result_without_file(student, lesson, stored)
        try:
            if folder.is_symlink():
                raise UnreadableError("its folder is a link and not the folder itself")
            content = read_file(path)
        except UnreadableError as error:
            # As if its content were this sentence, so that a mended file is marked again.
            return without_marks(lesson, student, UNREADABLE, str(error))
        digest = {
            "submission": hashlib.sha256(content).hexdigest(),
            "lesson": self._digests[lesson.name],
        }
        if stored and not self._options.force and digest.items() <= stored.items():
            with suppress(KeyError, TypeError):
                return SubmissionResult.from_record(stored["result"])
        return Job(student, lesson, folder, digest)

    def _result_without_file(
        self, student: str, lesson: Lesson, stored: dict | None
    ) -> SubmissionResult:
        """Return the result of a submission whose file is not there: marked before, or missing."""
        if stored:
            with suppress(KeyError, TypeError):
                return SubmissionResult.from_record(stored["result"])
        scores = self._book.scores(lesson.name).get(student)
        if scores is None:
            message = describe_what_is_there(self._options.submitted, student, lesson)
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

    def mark(self, jobs: list[Job]) -> Iterator[tuple[Job, Marked]]:
        """Yield each job with its marks, as they come."""
        if self._options.stock:
            from grader.classroom.nbgrader_backend import mark_stock

            for job in jobs:
                yield job, mark_stock(job.lesson, job.student, job.read(), self._options)
            return
        if not jobs:
            return
        for job in jobs:
            _ = job.lesson.content_digest  # Read here, so that it travels with the job.
        with open_executor(self._options) as (executor, window):
            yield from self._mark_in(executor, window, jobs)

    def _mark_in(
        self, executor: Executor, window: int, jobs: Iterable[Job]
    ) -> Iterator[tuple[Job, Marked]]:
        """Keep an executor busy, and no more than that: submissions can be large."""
        waiting: dict[Future, Job] = {}
        for job in jobs:
            arguments = (job.read(), job.lesson, job.student, self._options.limits)
            waiting[executor.submit(mark_job, *arguments)] = job
            if len(waiting) >= window:
                yield from _take_finished(waiting)
        while waiting:
            yield from _take_finished(waiting)

    def store(self, job: Job, marked: Marked) -> Marked:
        """Write a result into the gradebook and into ``autograded``, in that order.

        The notebook is what tells a later run that the submission is done.
        """
        notebook = marked.notebook or placeholder_notebook(marked.result)
        untouched = set(notebook.metadata.get("grader", {}).get("untouched", ()))
        self._book.store(marked.result, untouched=untouched, timestamp=read_timestamp(job.folder))
        add_checksums(notebook)
        notebook.metadata["grader"] = {
            **job.digest,
            "untouched": sorted(untouched),
            "result": marked.result.to_record(),
        }
        text = nbformat.writes(notebook) + "\n"
        write_atomically(self._stored_path(job.student, job.lesson), text)
        return replace(marked, notebook=notebook)

    def _stored_path(self, student: str, lesson: Lesson) -> Path:
        """Return where a submission's executed notebook lies."""
        return self._options.autograded / student / lesson.name / f"{lesson.name}.ipynb"


def _not_stored(student: str, lesson: Lesson, fault: str) -> SubmissionResult:
    """Return what stands for a student that no gradebook takes, under a name that can be told."""
    name = os.fsencode(student).decode("utf-8", "backslashreplace")
    message = f"{fault}: rename it and run again"
    return without_marks(lesson, name, MISSING, message)


def _take_finished(waiting: dict[Future, Job]) -> Iterator[tuple[Job, Marked]]:
    """Wait for at least one submission; remove and yield those that are done."""
    done, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in done:
        job = waiting.pop(future)
        try:
            marked = future.result()
        except Exception as error:  # A cluster's: its workers died, or its scheduler is gone.
            marked = _not_marked(job.lesson, job.student, error)
        yield job, marked

"""Mark with nbgrader itself, which runs tests and student code in one process."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from grader.classroom.records import record_path
from grader.course.release import load_nbgrader_config
from grader.marking.mark import Marked
from grader.marking.results import GRADED, UNREADABLE, SubmissionResult, without_marks
from grader.marking.score import score
from grader.submission.parse import UnreadableError, check_frame, parse_notebook

if TYPE_CHECKING:
    from grader.classroom.options import Job, Options


RISKS = (
    "--stock: tests run in one process with the student's code, with your rights: a submission can "
    "read the tests, change its own marks, and read, change or delete your files."
)


def mark_stock(job: Job, content: bytes, options: Options) -> Marked:
    """Mark one submission with nbgrader's own ``autograde``.

    Parameters
    ----------
    job : Job
        The submission; its lesson must be registered in the gradebook.
    content : bytes
        The submitted file; nbgrader is called only if it is a notebook.
    options : Options
        The class's folders, gradebook and limits.
    """
    lesson, student = job.lesson, job.student
    try:
        check_frame(content)
        parse_notebook(content)
    except UnreadableError as error:
        return Marked(without_marks(lesson, student, UNREADABLE, str(error)), None)
    begin = time.perf_counter()
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="grader-") as scratch:
        _lay_out(job, content, Path(scratch))
        config = _config(options, Path(scratch))
        api = NbGraderAPI(CourseDirectory(config=config), config=config)
        outcome = api.autograde(lesson.name, student, force=True, create=True)
    path = record_path(options.autograded, student, lesson.name)
    if not outcome["success"] or not path.is_file():
        return Marked(without_marks(lesson, student, UNREADABLE, _last_line(outcome)), None)
    notebook = nbformat.read(path, as_version=4)
    seconds = time.perf_counter() - begin
    exercises = score(notebook, lesson)
    return Marked(SubmissionResult(student, lesson.name, GRADED, exercises, seconds), notebook)


def _lay_out(job: Job, content: bytes, submitted: Path) -> None:
    """Write a submission into a folder of submissions, so that nbgrader marks what was read."""
    folder = submitted / job.student / job.lesson.name
    folder.mkdir(parents=True)
    for path in job.folder.iterdir():
        if path.is_file() and not path.is_symlink():
            shutil.copyfile(path, folder / path.name)
    (folder / job.path.name).write_bytes(content)


def _config(options: Options, submitted: Path) -> Config:
    """Return the course's nbgrader settings, with the folders and timeout of this run."""
    config = load_nbgrader_config(options.root)
    course = config.CourseDirectory
    course.root = str(options.root)
    course.submitted_directory = str(submitted.resolve())
    course.autograded_directory = str(options.autograded.resolve())
    course.db_url = options.url
    config.Execute.timeout = max(1, round(options.limits.cell))
    return config


def _last_line(outcome: dict) -> str:
    """Return why nbgrader failed, in one line."""
    lines = [line.strip() for line in (outcome.get("error") or "").splitlines() if line.strip()]
    return f"nbgrader could not mark it: {lines[-1] if lines else 'it does not say why'}"

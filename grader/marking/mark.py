"""Mark one submission: read it, restore the tests, run it, add up the points."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.lesson import Lesson, find_lessons, find_root
from grader.isolation.limits import ResourceLimits
from grader.marking.attempts import describe_attempts
from grader.marking.cell_run import insert_runs
from grader.marking.explain import hide_tracebacks
from grader.marking.results import (
    GRADED,
    MISSING,
    UNREADABLE,
    SubmissionResult,
    without_marks,
)
from grader.marking.score import score
from grader.marking.supervisor import run_submission
from grader.printable import printable
from grader.submission.parse import UnreadableError, parse_notebook, read_notebook
from grader.submission.restore import Restored, restore
from grader.submission.sanitize import Sanitizer
from grader.workers.pool import WarmPool, shared_pool


@dataclass(frozen=True)
class Marked:
    """A submission's marks, and its executed notebook.

    Attributes
    ----------
    result : SubmissionResult
        The marks.
    notebook : NotebookNode or None
        The executed notebook, with the lesson's tests; None if no notebook could be read.
    """

    result: SubmissionResult
    notebook: NotebookNode | None


def mark(
    notebook: str | Path | bytes | NotebookNode,
    lesson: Lesson | str,
    *,
    student: str = "",
    limits: ResourceLimits = ResourceLimits(),  # noqa: B008  (frozen)
    pool: WarmPool | None = None,
) -> Marked:
    """Mark one notebook, without a gradebook or a folder of submissions.

    The student's code runs in a sandbox, in another process than the tests: see
    ``grader/README.md``.

    Parameters
    ----------
    notebook : path, bytes or NotebookNode
        The submission.
    lesson : Lesson or str
        The lesson, or its name, number or topic: ``"02_convolution"``, ``"02"``, ``"convolution"``.
    student : str
        The student's id, for the result.
    limits : ResourceLimits
        What the submission may use.
    pool : WarmPool, optional
        The pool that forks the workers; by default the one that this process shares.

    Raises
    ------
    ProcessStartError
        If this machine cannot start a sandboxed process;
        `grader.isolation.confine.check_available` says why.
    ProcessKilledError
        If this machine kills the processes, as for want of memory.

    Examples
    --------
    >>> import grader
    >>> grader.mark("submitted/ana/02_convolution/02_convolution.ipynb", "02").result.score
    8.0
    """
    if isinstance(lesson, str):
        lesson = find_lessons(find_root(), [lesson])[0]
    begin = time.perf_counter()
    try:
        read = _read(notebook)
    except FileNotFoundError:
        return Marked(without_marks(lesson, student, MISSING, f"there is no {notebook!s}"), None)
    except UnreadableError as error:
        return Marked(without_marks(lesson, student, UNREADABLE, str(error)), None)
    restored = restore(read, lesson)
    given = {cell.source for cell in lesson.notebook.cells}
    sanitizer = Sanitizer()
    restored.notes += sanitizer.texts(restored.notebook, given)
    cells = [cell for cell in restored.notebook.cells if cell.cell_type == "code"]
    runs, errors = run_submission(cells, lesson, limits, pool or shared_pool(), sanitizer)
    stops = insert_runs(cells, runs)
    exercises = score(restored.notebook, lesson, errors)
    attempts = describe_attempts(cells, errors)
    hide_tracebacks(restored.notebook, errors)
    seconds = time.perf_counter() - begin
    message = printable("; ".join(filter(None, [*restored.notes, *stops, attempts])))
    result = SubmissionResult(student, lesson.name, GRADED, exercises, seconds, message)
    _record_untouched(restored)
    return Marked(result, restored.notebook)


def _read(notebook: str | Path | bytes | NotebookNode) -> NotebookNode:
    """Return a submission as a clean notebook."""
    if isinstance(notebook, NotebookNode):
        return parse_notebook(nbformat.writes(notebook).encode())
    if isinstance(notebook, bytes):
        return parse_notebook(notebook)
    path = Path(notebook)
    if not path.exists():
        raise FileNotFoundError(path)
    return read_notebook(path)


def _record_untouched(restored: Restored) -> None:
    """Record which answers were never started, for nbgrader's comment 'No response.'."""
    restored.notebook.metadata["grader"] = {"untouched": sorted(restored.untouched)}

"""Mark one submission: read it, restore the tests, run it, add up the points."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course import Exercise, Lesson, find_lessons, find_root
from grader.harmless import Defuser
from grader.results import (
    GRADED,
    MISSING,
    UNREADABLE,
    ExerciseResult,
    SubmissionResult,
    TestResult,
)
from grader.runner import STOPPED, CellRun, run_cells
from grader.sandbox import Zygotes, shared_zygotes
from grader.session import Bounds, run_apart
from grader.submission import (
    Restored,
    Unreadable,
    defines,
    exercise_of,
    grade_id,
    is_answer,
    is_test,
    parse_notebook,
    read_notebook,
    restore,
)
from grader.text import printable

# Ours carry the message for students in their text; so does an assertion that has one.
SPEAKING_ERRORS = ("CheckFailed", "AssertionError", STOPPED)


LONGEST = 5_000  # characters of an error's text


@dataclass(frozen=True)
class Marked:
    """A submission's marks, and the notebook that they come from.

    Attributes
    ----------
    result : SubmissionResult
        The marks.
    notebook : NotebookNode or None
        Executed, with the lesson's tests; None if there was none to be read.
    """

    result: SubmissionResult
    notebook: NotebookNode | None


def mark(
    notebook: str | Path | bytes | NotebookNode,
    lesson: Lesson | str,
    *,
    student: str = "",
    bounds: Bounds = Bounds(),  # noqa: B008  (frozen)
    zygotes: Zygotes | None = None,
) -> Marked:
    """Mark one notebook, without a gradebook or a folder of submissions.

    The student's code runs confined, and apart from the tests: see ``grader/README.md``.

    Parameters
    ----------
    notebook : path, bytes or NotebookNode
        What was handed in.
    lesson : Lesson or str
        The lesson, or what names it: ``"02_convolution"``, ``"02"``, ``"convolution"``.
    student : str
        Whose it is, for the result.
    bounds : Bounds
        What it may use.
    zygotes : Zygotes, optional
        Where processes come from; those that this process shares by default.

    Raises
    ------
    CannotStart
        If the machine starts no confined process; `grader.confine.check_available` says why.

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
        return Marked(without_marks(lesson, student, MISSING, f"there is no {notebook}"), None)
    except Unreadable as error:
        return Marked(without_marks(lesson, student, UNREADABLE, str(error)), None)
    restored = restore(read, lesson)
    given = {cell.source for cell in lesson.notebook.cells}
    defuser = Defuser()
    restored.notes += defuser.texts(restored.notebook, given)
    cells = [cell for cell in restored.notebook.cells if cell.cell_type == "code"]
    runs, errors = run_apart(cells, lesson, bounds, zygotes or shared_zygotes(), defuser)
    stops = _place(cells, runs)
    exercises = score(restored.notebook, lesson, errors)
    _hide_tracebacks(restored.notebook, errors)
    seconds = time.perf_counter() - begin
    message = printable("; ".join([*restored.notes, *stops]))
    result = SubmissionResult(student, lesson.name, GRADED, exercises, seconds, message)
    _record_untouched(restored)
    return Marked(result, restored.notebook)


def _read(notebook: str | Path | bytes | NotebookNode) -> NotebookNode:
    """Return what was handed in as a clean notebook."""
    if isinstance(notebook, NotebookNode):
        return parse_notebook(nbformat.writes(notebook).encode())
    if isinstance(notebook, bytes):
        return parse_notebook(notebook)
    path = Path(notebook)
    if not path.exists():
        raise FileNotFoundError(path)
    return read_notebook(path)


def without_marks(lesson: Lesson, student: str, status: str, message: str) -> SubmissionResult:
    """Return the result of a submission of which nothing could be run."""
    exercises = tuple(
        ExerciseResult(
            exercise.name,
            tuple(TestResult(test.grade_id, 0.0, test.points, message) for test in exercise.tests),
        )
        for exercise in lesson.exercises
    )
    return SubmissionResult(student, lesson.name, status, exercises, 0.0, message)


def execute(
    notebook: NotebookNode,
    *,
    timeout: float,
    root: Path | None,
    render: bool = True,
    run: Callable = run_cells,
) -> list[str]:
    """Run a notebook's code cells in place; return a sentence for each that was stopped."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    runs = run([cell.source for cell in cells], timeout=timeout, root=root, render=render)
    return _place(cells, runs)


def _place(cells: list[NotebookNode], runs: list[CellRun]) -> list[str]:
    """Put what cells gave into them; return a sentence for each that was stopped."""
    stops = []
    for count, (cell, done) in enumerate(zip(cells, runs, strict=True), start=1):
        cell.execution_count, cell.outputs = count, done.outputs
        for output in done.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        if done.stopped:
            name = grade_id(cell)
            what = f"the cell {name}" if name else f"code cell {count}"
            stops.append(f"{what}: {done.stopped}")
    return stops


def score(
    notebook: NotebookNode,
    lesson: Lesson,
    errors: Mapping[str, str] = {},
) -> tuple[ExerciseResult, ...]:
    """Add up the points of an executed notebook, exercise by exercise.

    ``errors`` says of answer cells with what error they ended, where no output does.
    """
    tests = {grade_id(cell): cell for cell in notebook.cells if is_test(cell)}
    return tuple(
        _score_exercise(exercise, tests, notebook, errors) for exercise in lesson.exercises
    )


def _score_exercise(
    exercise: Exercise,
    tests: dict[str, NotebookNode],
    notebook: NotebookNode,
    errors: Mapping[str, str],
) -> ExerciseResult:
    """Score the test cells of one exercise."""
    results = []
    for test in exercise.tests:
        cell = tests.get(test.grade_id)
        points = score_cell(cell) if cell is not None else 0.0
        message = "" if cell is None or points == test.points else _message(cell, notebook, errors)
        results.append(TestResult(test.grade_id, points, test.points, printable(message)))
    return ExerciseResult(exercise.name, tuple(results))


def score_cell(cell: NotebookNode) -> float:
    """Return the points that a test cell's outputs give.

    The same as ``nbgrader.utils.determine_grade``, whose import takes seconds: none if there is an
    error or anything on stderr, as many as the value of its last line says, else all.
    """
    points = float(cell.metadata.nbgrader.points)
    for output in cell.outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            return 0.0
        if output.output_type == "execute_result":
            try:
                partial = float(output.data["text/plain"])
            except (KeyError, ValueError):
                return points
            return min(partial, points) if partial >= 0 else points
    return points


def _message(cell: NotebookNode, notebook: NotebookNode, errors: Mapping[str, str]) -> str:
    """Say why a test cell gave fewer points than it could."""
    for output in cell.outputs:
        if output.output_type == "error":
            return _explain_error(output, exercise_of(cell), notebook, errors)
        if output.get("name") == "stderr":
            return output.text.strip()
    return ""


def _explain_error(
    error: NotebookNode, name: str, notebook: NotebookNode, errors: Mapping[str, str]
) -> str:
    """Say what an error in a test cell means, without showing the test."""
    if error.ename == "NameError" and error.evalue.startswith(f"name '{name}' is not defined"):
        return _explain_undefined(name, notebook, errors)
    if error.ename in SPEAKING_ERRORS and error.evalue.strip():
        return error.evalue.strip()
    if error.ename == "AssertionError":
        return f"{name}: a check failed"
    return _tell(error)


def _explain_undefined(name: str, notebook: NotebookNode, errors: Mapping[str, str]) -> str:
    """Say why there is no function of an exercise's name: its own cell did not run, or is gone."""
    for cell in reversed(notebook.cells):
        if cell.cell_type != "code" or is_test(cell):
            continue
        if not (defines(cell, name) or (is_answer(cell) and grade_id(cell) == name)):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                told = _tell(output)
                verb = "was" if output.ename == STOPPED else "stopped with"
                return f"your cell '{name}' {verb} {_say_why_not_permitted(told)}"
    if name in errors:
        return f"your cell '{name}' stopped with {_say_why_not_permitted(errors[name])}"
    return f"the function {name} is not defined anywhere in the notebook"


def _say_why_not_permitted(told: str) -> str:
    """Add to an error what marking does not permit, if it is of that kind."""
    if not told.startswith("PermissionError"):
        return told
    return f"{told}; programs and files outside its own folder are out of a marked notebook's reach"


def _tell(error: NotebookNode) -> str:
    """Write an error in a line, its place by line alone: cells have no file names."""
    if error.ename == STOPPED:
        return error.evalue
    text = error.evalue[:LONGEST]
    text = re.sub(r"\(<[^<>]{0,100}>, line (\d{1,9})\)", r"(line \1)", text).strip()
    return f"{error.ename}: {text}" if text else error.ename


def _hide_tracebacks(notebook: NotebookNode, errors: Mapping[str, str]) -> None:
    """Leave of a failed test's error what it says: a traceback would show the test."""
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                text = _explain_error(output, exercise_of(cell), notebook, errors)
                output.traceback = printable(text).split("\n")


def _record_untouched(restored: Restored) -> None:
    """Note in the notebook which answers were not begun; nbgrader calls it 'No response.'."""
    restored.notebook.metadata["grader"] = {"untouched": sorted(restored.untouched)}

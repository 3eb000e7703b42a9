"""``grader check``: run a student's own copy with its tests, the visible ones or all."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from grader.course.cells import (
    grade_id,
    hidden_test_ids,
)
from grader.course.lesson import LESSON_NAME, CourseError, Lesson, find_lessons, find_root
from grader.isolation.limits import CHECK_TIMEOUT
from grader.kernel import Kernel, execute
from grader.kernel_process import KernelProcess
from grader.marking.rerun import find_superfluous
from grader.marking.results import ExerciseResult
from grader.marking.score import score
from grader.submission.parse import UnreadableError, read_notebook
from grader.submission.restore import Restored, restore


@dataclass(frozen=True)
class Checked:
    """The result of checking one notebook.

    Attributes
    ----------
    path : Path
        The notebook.
    lesson : Lesson
        The lesson that it is a copy of.
    exercises : tuple of ExerciseResult
        The results of the tests that ran.
    hidden : dict of str to float
        For each exercise, the points of hidden tests that did not run.
    notes : tuple of str
        What was restored before the notebook ran, and which cells were stopped.
    saved : float
        When the file that was read had been saved, in seconds since the epoch.
    """

    path: Path
    lesson: Lesson
    exercises: tuple[ExerciseResult, ...]
    hidden: dict[str, float]
    notes: tuple[str, ...] = ()
    saved: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether all tests that ran pass."""
        return all(exercise.score == exercise.max_score for exercise in self.exercises)


def find_course(paths: list[Path]) -> Path:
    """Return the course that the working folder is in, or else the one that a path to check is in.

    Raises
    ------
    CourseError
        If neither is in a course.
    """
    try:
        return find_root()
    except CourseError:
        for path in paths:
            if path.exists():
                return find_root(path)
        raise


def find_copies(root: Path, paths: list[Path]) -> list[Path]:
    """Return the notebooks to check.

    Parameters
    ----------
    root : Path
        The course's root.
    paths : list of Path
        Notebooks, folders that contain some, or lessons by name or number. If empty: the notebooks
        below the working folder if it is in ``notebooks/``, otherwise all of the course.

    Raises
    ------
    CourseError
        If a path does not exist and names no lesson, or contains no lesson.
    """
    if not paths:
        here = Path.cwd()
        paths = [here if here.is_relative_to(root / "notebooks") else root / "notebooks"]
    copies = []
    for path in paths:
        if not path.exists():
            if path.suffix or len(path.parts) > 1:
                raise CourseError(f"There is no {path}")
            path = _copy_of(root, path.name)
        if path.is_file():
            copies.append(path)
            continue
        below = [file for file in sorted(path.rglob("*.ipynb")) if _is_copy(file)]
        if not below:
            raise CourseError(f"There is no lesson's notebook in {path}")
        copies += below
    return copies


def _copy_of(root: Path, name: str) -> Path:
    """Return the student's copy of the lesson with a name or number."""
    try:
        (lesson,) = find_lessons(root, [name])
    except CourseError as error:
        raise CourseError(f"There is no file {name}. {error}") from error
    if not lesson.release.is_file():
        raise CourseError(f"There is no {lesson.release}")
    return lesson.release


def _is_copy(path: Path) -> bool:
    """Tell whether a notebook is named like a lesson and not one of Jupyter's own copies."""
    return bool(_lesson_name(path)) and ".ipynb_checkpoints" not in path.parts


def _lesson_name(path: Path) -> str:
    """Return the lesson's name that a file name begins with, or ''.

    JupyterLab and browsers add ``-Copy1`` or `` (1)`` to the name of a second file.
    """
    stem = re.sub(r"(-Copy\d+| ?\(\d+\))+$", "", path.stem)
    return stem if LESSON_NAME.fullmatch(stem) else ""


def check(
    path: Path,
    root: Path,
    *,
    hidden_tests: bool = False,
    timeout: float = CHECK_TIMEOUT,
    process: KernelProcess | None = None,
) -> Checked:
    """Run one notebook with its tests; its figures are not rendered.

    Parameters
    ----------
    path : Path
        A copy of a lesson.
    root : Path
        The course's root.
    hidden_tests : bool
        Whether hidden tests run too.
    timeout : float
        Seconds that each cell may take.
    process : KernelProcess, optional
        The process of a kernel that has already been started, to be used by this check only.

    Raises
    ------
    CourseError
        If the file is not a lesson's, or not a notebook.
    """
    name = _lesson_name(path)
    lessons = {lesson.name: lesson for lesson in find_lessons(root)}
    if name not in lessons:
        raise CourseError(f"{path} is not named like a lesson: {', '.join(lessons)}")
    lesson = lessons[name]
    saved = path.stat().st_mtime if path.is_file() else 0.0  # JupyterLab saves meanwhile
    with Kernel(root, process) as kernel, ThreadPoolExecutor(1) as executor:
        # Waiting for the kernel leaves time to read the notebook and the lesson.
        reading = executor.submit(_read, path, lesson, hidden_tests)
        kernel.connect()
        restored = reading.result()
        hidden = set() if hidden_tests else hidden_test_ids(lesson.notebook.cells)
        notebook = restored.notebook
        notebook.cells = [cell for cell in notebook.cells if grade_id(cell) not in hidden]
        kernel.skip(superfluous_sources(notebook, lesson))
        stops = execute(notebook, timeout=timeout, root=root, kernel=kernel)
    exercises = tuple(
        ExerciseResult(
            exercise.name,
            tuple(test for test in exercise.tests if test.grade_id not in hidden),
        )
        for exercise in score(notebook, lesson)
    )
    points: dict[str, float] = {exercise.name: 0.0 for exercise in lesson.exercises}
    for exercise in lesson.exercises:
        points[exercise.name] += sum(
            test.points for test in exercise.tests if test.grade_id in hidden
        )
    return Checked(path, lesson, exercises, points, (*restored.notes, *stops), saved)


def superfluous_sources(notebook: NotebookNode, lesson: Lesson) -> list[str]:
    """Return the sources of the demonstrations that need not run for the tests."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    superfluous = find_superfluous(cells, lesson)
    needed = {cell.source for i, cell in enumerate(cells) if i not in superfluous}
    return sorted({cells[i].source for i in superfluous} - needed)


def _read(path: Path, lesson: Lesson, hidden_tests: bool) -> Restored:
    """Return a copy with the lesson's tests restored."""
    try:
        return restore(read_notebook(path), lesson, hidden=hidden_tests)
    except UnreadableError as error:
        raise CourseError(f"{path}: {error}") from error

"""The course on disk: its folders, lessons, exercises and points."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from nbformat import NotebookNode

LESSON_NAME = re.compile(r"\d\d_\w+")
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


class CourseError(Exception):
    """The course itself has a fault; the text says what to do."""


@dataclass(frozen=True)
class GradedTest:
    """One test cell.

    Attributes
    ----------
    grade_id : str
        ``test-<exercise>`` or ``test-<exercise>-<what>``.
    points : float
        The most points that it can give.
    """

    grade_id: str
    points: float

    @property
    def exercise(self) -> str:
        """The exercise that this cell tests: the part between the first two hyphens."""
        return self.grade_id.split("-")[1]


@dataclass(frozen=True)
class GradedExercise:
    """One graded exercise of a lesson: a function to write, and the cells that test it."""

    name: str
    tests: tuple[GradedTest, ...]

    @property
    def points(self) -> float:
        """The points of all its test cells together."""
        return sum(test.points for test in self.tests)


@dataclass(frozen=True, repr=False)
class Lesson:
    """One lesson, read from its text source ``solutions/<name>/<name>.py``.

    Attributes
    ----------
    root : Path
        The course's root.
    name : str
        Its number and topic, as in ``02_convolution``.
    """

    root: Path
    name: str

    def __repr__(self) -> str:
        return f"Lesson({self.name!r})"

    @property
    def topic(self) -> str:
        """The name without the number, which the lesson's modules have as well."""
        return self.name.split("_", 1)[1]

    @property
    def source(self) -> Path:
        """The text source."""
        return self.root / "solutions" / self.name / f"{self.name}.py"

    @property
    def solution(self) -> Path:
        """The executed notebook with the solutions."""
        return self.source.with_suffix(".ipynb")

    @property
    def release(self) -> Path:
        """The student's copy."""
        return self.root / "notebooks" / self.name / f"{self.name}.ipynb"

    @cached_property
    def notebook(self) -> NotebookNode:
        """The source as a notebook, solutions and hidden tests included, without outputs.

        Where a course was given out without its sources, the student's copy instead.
        """
        if not self.source.is_file():
            return nbformat.read(self.release, as_version=4)
        return read_source(self.source)

    @cached_property
    def content_digest(self) -> str:
        """A digest of `notebook`, for caches: the source can change while a process runs."""
        return hashlib.sha256(json.dumps(self.notebook, sort_keys=True).encode()).hexdigest()

    @property
    def title(self) -> str:
        """The first heading."""
        match = re.search(r"^# (.+)$", self.notebook.cells[0].source, re.MULTILINE)
        if match is None:
            raise CourseError(f"{self.source}: the first cell has no heading '# ...'")
        return match[1].strip()

    @property
    def original(self) -> Path:
        """In a students' edition, the notebook as it was given out, which students do not edit."""
        return self.root / "notebooks" / ".originals" / f"{self.name}.ipynb"

    @property
    def about(self) -> dict:
        """The entries under ``course`` in the source's header.

        They are ``summary``, ``minutes`` and, where a part of the course begins, ``part``.
        """
        return dict(self.notebook.metadata.get("course", {}))

    @property
    def exercises(self) -> tuple[GradedExercise, ...]:
        """The graded exercises, in the order of the notebook."""
        tests: dict[str, list[GradedTest]] = {}
        for cell in self.notebook.cells:
            meta = cell.metadata.get("nbgrader", {})
            if meta.get("grade"):
                test = GradedTest(meta["grade_id"], float(meta["points"]))
                tests.setdefault(test.exercise, []).append(test)
        return tuple(GradedExercise(name, tuple(cells)) for name, cells in tests.items())

    @property
    def points(self) -> float:
        """The points of all exercises together."""
        return sum(exercise.points for exercise in self.exercises)


def find_root(start: Path | None = None) -> Path:
    """Return the root of the course that a folder belongs to.

    Parameters
    ----------
    start : Path, optional
        The folder to search upwards from; the working folder by default.

    Raises
    ------
    CourseError
        If it is not inside a course. The course that this package was installed from is never used
        instead: it may be another class.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        steps = ((folder / step).is_dir() for step in ("solutions", "notebooks"))
        if (folder / "nbgrader_config.py").is_file() and any(steps):
            return folder
    raise CourseError(
        f"{start} is not inside a course: no folder above it has nbgrader_config.py and notebooks/"
    )


def require_sources(root: Path) -> None:
    """Check that a course has its sources: without them there are no hidden tests.

    Raises
    ------
    CourseError
        If it has no ``solutions/``, as in the students' edition.
    """
    if not (root / "solutions").is_dir():
        raise CourseError(f"{root} has no solutions/: this needs the lessons' sources")


def find_lessons(root: Path, names: list[str] | None = None) -> list[Lesson]:
    """Return the lessons in order: all of them, or those named.

    In a course without sources, the lessons are those that have a student's copy.

    Parameters
    ----------
    root : Path
        The course's root.
    names : list of str, optional
        Full names (``02_convolution``), numbers (``02``, ``2``) or topics (``convolution``).

    Raises
    ------
    CourseError
        If a name fits no lesson; the text lists the lessons.
    """
    step, kind = ("solutions", "py") if (root / "solutions").is_dir() else ("notebooks", "ipynb")
    known = sorted(
        path.name
        for path in (root / step).iterdir()
        if LESSON_NAME.fullmatch(path.name) and (path / f"{path.name}.{kind}").is_file()
    )
    if names:
        known = sorted({match_name(name, known) for name in names})
    return [Lesson(root, name) for name in known]


def match_name(wanted: str, names: list[str]) -> str:
    """Return the lesson that ``wanted`` stands for: a full name, a number or a topic.

    Raises
    ------
    CourseError
        If it fits no lesson; the text lists the lessons.
    """
    for name in names:
        number, topic = name.split("_", 1)
        if wanted in (name, number, number.lstrip("0"), topic):
            return name
    raise CourseError(f"There is no lesson '{wanted}'. The lessons are: {', '.join(names)}")


def read_source(path: Path) -> NotebookNode:
    """Read a lesson's text source as a notebook with full nbgrader metadata and stable cell ids.

    Raises
    ------
    CourseError
        If a graded cell's metadata lacks what nbgrader needs.
    """
    import jupytext  # here, because it takes a quarter of a second

    notebook = jupytext.read(path, fmt="py:percent")
    about = notebook.metadata.get("course", {})
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}, "course": about}
    )
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: set[str] = set()
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata["nbgrader"] = _complete(cell, path)
        cell["id"] = _cell_id(cell, seen)
    return notebook


def _complete(cell: NotebookNode, path: Path) -> dict:
    """Return a cell's nbgrader metadata with the defaults that its header leaves out."""
    given = cell.metadata["nbgrader"]
    meta = {
        "grade": False,
        "solution": False,
        "task": False,
        "locked": not given.get("solution", False),
        "schema_version": 3,
        "cell_type": cell.cell_type,
    } | given
    if "grade_id" not in meta or (meta["grade"] and "points" not in meta):
        raise CourseError(f"{path}: a graded cell needs grade_id and points, got {dict(given)}")
    return meta


def _cell_id(cell: NotebookNode, seen: set[str]) -> str:
    """Return an id that depends only on the cell, so that a rebuild changes nothing."""
    digest = hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
    stem = cell.metadata.get("nbgrader", {}).get("grade_id", digest)
    name, count = stem, 1
    while name in seen:
        count += 1
        name = f"{stem}-{count}"
    seen.add(name)
    return name

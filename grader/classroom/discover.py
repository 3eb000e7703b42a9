"""Find the submissions in a class's folder, and explain what is there instead of a missing one."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.course.lesson import CourseError, Lesson
from grader.submission.parse import UnreadableError, read_file

MAX_TIMESTAMP_BYTES = 1000


@dataclass(frozen=True)
class DiscoveredSubmissions:
    """The contents of the folder of submissions.

    Attributes
    ----------
    folders : dict
        The submission's folder, by student and lesson.
    students : frozenset of str
        Every student who has a folder.
    warnings : tuple of str
        Files and folders that belong to no lesson.
    """

    folders: dict[tuple[str, str], Path] = field(default_factory=dict)
    students: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


def discover(submitted: Path, lessons: list[str]) -> DiscoveredSubmissions:
    """Find the folders ``submitted/<student>/<lesson>/``.

    Parameters
    ----------
    submitted : Path
        The folder of submissions.
    lessons : list of str
        Names of the course's lessons.

    Raises
    ------
    CourseError
        If there is no such folder.
    """
    if not submitted.is_dir():
        raise CourseError(
            f"There is no folder {submitted}. Where are the submissions? See --submitted"
        )
    folders: dict[tuple[str, str], Path] = {}
    students: set[str] = set()
    warnings: list[str] = []
    for student in _visible_entries(submitted):
        if not student.is_dir():
            if student.suffix == ".ipynb":
                warnings.append(f"{student}: lies outside a student's folder")
            continue
        if student.name in lessons:
            warnings.append(f"{student}: is named like a lesson; a student's folder comes first")
        students.add(student.name)
        for folder in _visible_entries(student):
            if folder.is_dir() and folder.name in lessons:
                folders[student.name, folder.name] = folder
            elif folder.is_dir():
                warnings.append(f"{folder}: no lesson has this name")
    return DiscoveredSubmissions(folders, frozenset(students), tuple(warnings))


def explain_missing(submitted: Path, student: str, lesson: Lesson) -> str:
    """Return what a student handed in instead of the notebook, as a message."""
    home, name = submitted / student, f"{lesson.name}.ipynb"
    if not home.is_dir():
        return "nothing was handed in"
    others = [path for path in _notebooks(home / lesson.name) if path.name != name]
    if others:
        names = ", ".join(f"'{path.name}'" for path in others)
        return f"found {names}: rename it to {name} and run again"
    misplaced = [path for path in _notebooks(home) if path.name == name]
    if misplaced:
        return f"found '{name}' outside the folder '{lesson.name}': move it there and run again"
    if (home / lesson.name).is_dir():
        return f"the folder '{lesson.name}' holds no notebook"
    return "nothing was handed in"


def read_timestamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in, from the file that nbgrader's ``collect`` writes."""
    from nbgrader.utils import parse_utc

    with suppress(UnreadableError, ValueError, OverflowError):
        content = read_file(folder / "timestamp.txt", MAX_TIMESTAMP_BYTES)
        return parse_utc(content.decode().strip())
    return None


def _notebooks(folder: Path) -> list[Path]:
    """Return the notebooks in a folder; their suffix may be in upper case."""
    return [path for path in _visible_entries(folder) if path.suffix.lower() == ".ipynb"]


def _visible_entries(folder: Path) -> list[Path]:
    """Return the entries of a folder, sorted, without those whose names start with a dot."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []

"""Find the submissions in a class's folder, and explain what is there instead of a missing one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.course.lesson import CourseError, Lesson
from grader.printable import escape_name, first_few
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
        Files and folders that belong to no lesson: the first few of each kind, and their number.
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
    students = [path for path in _visible_entries(submitted) if path.is_dir()]
    folders = {
        (student.name, folder.name): folder
        for student in students
        for folder in _visible_entries(student)
        if folder.name in lessons and folder.is_dir()
    }
    warnings = tuple(_warn_of_strays(submitted, students, lessons))
    return DiscoveredSubmissions(folders, frozenset(path.name for path in students), warnings)


def _warn_of_strays(submitted: Path, students: list[Path], lessons: list[str]) -> Iterator[str]:
    """Yield a warning for the first few files and folders of each kind that belong to no lesson."""
    for path in students:
        if path.name in lessons:
            yield f"{path}: is named like a lesson; a student's folder comes first"
    yield from first_few(
        [
            f"{path}: lies outside a student's folder"
            for path in _visible_entries(submitted)
            if path.suffix == ".ipynb" and not path.is_dir()
        ]
    )
    yield from first_few(
        [
            f"{folder}: no lesson has this name"
            for student in students
            for folder in _visible_entries(student)
            if folder.name not in lessons and folder.is_dir()
        ]
    )


def explain_missing(submitted: Path, student: str, lesson: Lesson) -> str:
    """Return what a student handed in instead of the notebook, as a message."""
    home, name = submitted / student, f"{lesson.name}.ipynb"
    if home.is_symlink() or not home.is_dir():
        return "nothing was handed in"
    others = [path for path in _notebooks(home / lesson.name) if path.name != name]
    if others:
        names = ", ".join(first_few([f"'{escape_name(path.name)}'" for path in others]))
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

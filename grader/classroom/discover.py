"""Find the submissions in a class's folder, and explain what is there instead of a missing one."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.course.lesson import CourseError, Lesson
from grader.printable import escape_name, first_few
from grader.submission.parse import UnreadableError, read_file

MAX_TIMESTAMP_BYTES = 1000
MAX_LOOKED_AT = 200  # entries of a folder that fits no lesson
NOTHING = "nothing was handed in"
# What systems and browsers add to a file's name: "02_convolution-Copy1", "02_convolution (2)".
ADDED_TO_NAME = re.compile(r"([-_ ]?copy\d*| ?\(\d+\)|[-_ ]late|-\d+)+$", re.IGNORECASE)
LEAST_LIKENESS = 0.75  # by difflib's ratio, for a name that is taken for a lesson's


@dataclass(frozen=True)
class Stray:
    """Something that a student handed in, and that is not where a lesson's notebook belongs.

    Attributes
    ----------
    path : Path
        A notebook, or a folder with other files.
    lesson : str
        The lesson that it seems to be meant for; empty if none.
    """

    path: Path
    lesson: str


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
            f"{folder}: no lesson has this name{_suggest(guess_lesson(folder.name, lessons))}"
            for student in students
            for folder in _visible_entries(student)
            if folder.name not in lessons and folder.is_dir()
        ]
    )


def _suggest(name: str) -> str:
    """Return the end of a sentence about a name that nearly fits."""
    return f"; did they mean {name}?" if name else ""


def guess_lesson(name: str, lessons: Sequence[str]) -> str:
    """Return the lesson that a file or folder seems to be named after; empty if none.

    It is the one whose name is nearly the same, however it is written, or else the one whose number
    is the only number in the name: ``lesson2``, ``hw 02``.
    """
    plain, whole = (
        re.sub(r"[\W_]+", "_", text.casefold()).strip("_")
        for text in (ADDED_TO_NAME.sub("", name), name)
    )
    spelled = {spelling: lesson for lesson in lessons for spelling in (lesson, _topic(lesson))}
    close = difflib.get_close_matches(plain, spelled, n=1, cutoff=LEAST_LIKENESS)
    number = _number(plain) or _number(whole)
    if close and number in (None, _number(spelled[close[0]])):
        return spelled[close[0]]
    return next((lesson for lesson in lessons if number == _number(lesson)), "")


def _topic(lesson: str) -> str:
    """Return a lesson's name without its number."""
    return lesson.partition("_")[2]


def _number(name: str) -> int | None:
    """Return the only number in a name; None if there is none, or more than one."""
    numbers = re.findall(r"[0-9]+", name)
    return int(numbers[0]) if len(numbers) == 1 and len(numbers[0]) <= 2 else None


def find_strays(home: Path, lessons: Sequence[str]) -> list[Stray]:
    """Return what a student handed in that is not where a lesson's notebook belongs.

    Parameters
    ----------
    home : Path
        The student's folder.
    lessons : sequence of str
        Names of the course's lessons.
    """
    strays = [Stray(path, guess_lesson(path.stem, lessons)) for path in _notebooks(home)]
    for folder in _visible_entries(home):
        if folder.is_dir() and not folder.is_symlink():
            strays += _strays_in(folder, lessons)
    return strays


def _strays_in(folder: Path, lessons: Sequence[str]) -> list[Stray]:
    """Return the strays in a folder of a student's, which may be a lesson's."""
    files = _files_below(folder)
    notebooks = [path for path in files if path.suffix.lower() == ".ipynb"]
    strays = []
    for path in notebooks:
        guess = guess_lesson(path.stem, lessons) or guess_lesson(path.parent.name, lessons)
        if folder.name not in lessons or guess not in ("", folder.name):
            strays.append(Stray(path, guess))
    if files and not notebooks and folder.name not in lessons:
        strays.append(Stray(folder, guess_lesson(folder.name, lessons)))
    return strays


def _files_below(folder: Path) -> list[Path]:
    """Return the files in a folder and below; of a folder with many, the first few."""
    found: list[Path] = []
    looked_at = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(place, name) for name in sorted(files) if not name.startswith(".")]
        looked_at += len(folders) + len(files)
        if looked_at > MAX_LOOKED_AT:
            break
    return found[:MAX_LOOKED_AT]


def explain_missing(
    submitted: Path, student: str, lesson: Lesson, lessons: Sequence[str] = ()
) -> str:
    """Return what a student handed in instead of the notebook, as a message.

    Parameters
    ----------
    submitted : Path
        The folder of submissions.
    student : str
        The student's id.
    lesson : Lesson
        The lesson whose notebook is missing.
    lessons : sequence of str
        Names of the course's lessons; by default only this one.
    """
    home, name = submitted / student, f"{lesson.name}.ipynb"
    if home.is_symlink() or not home.is_dir():
        return NOTHING
    others = [path for path in _notebooks(home / lesson.name) if path.name != name]
    if others:
        names = ", ".join(first_few([f"'{escape_name(path.name)}'" for path in others]))
        return f"found {names}: rename it to {name} and run again"
    misplaced = [path for path in _notebooks(home) if path.name == name]
    if misplaced:
        return f"found '{name}' outside the folder '{lesson.name}': move it there and run again"
    return _explain_strays(home, lesson, lessons or (lesson.name,))


def _explain_strays(home: Path, lesson: Lesson, lessons: Sequence[str]) -> str:
    """Return which strays of a student's seem to be meant for a lesson, or may be."""
    strays = find_strays(home, lessons)
    meant = [stray.path.relative_to(home) for stray in strays if stray.lesson == lesson.name]
    if meant:
        names = ", ".join(first_few([f"'{escape_name(path.as_posix())}'" for path in meant]))
        return (
            f"found {names}: did they mean {lesson.name}/{lesson.name}.ipynb? "
            "Move it there and run again"
        )
    if (home / lesson.name).is_dir():
        return f"the folder '{lesson.name}' holds no notebook"
    if any(not stray.lesson for stray in strays):
        return "nothing under this lesson's name, but files that fit no lesson"
    return NOTHING


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

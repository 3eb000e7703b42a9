"""Find the submissions in a class's folder, and say what lies there in their place."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from grader.course.lesson import CourseError, Lesson


@dataclass(frozen=True)
class Found:
    """What lies in the folder of submissions.

    Attributes
    ----------
    folders : dict
        The folder of each student and lesson.
    students : frozenset of str
        Everyone who has a folder.
    warnings : tuple of str
        What fits no lesson.
    """

    folders: dict[tuple[str, str], Path] = field(default_factory=dict)
    students: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


def discover(submitted: Path, lessons: list[str]) -> Found:
    """Look through ``submitted/<student>/<lesson>/``.

    Raises
    ------
    CourseError
        If there is no such folder.
    """
    if not submitted.is_dir():
        raise CourseError(f"There is no folder {submitted}. Name the submissions' with --submitted")
    folders, students, warnings = {}, set(), []
    for student in visible_entries(submitted):
        if not student.is_dir():
            if student.suffix == ".ipynb":
                warnings.append(f"{student}: lies outside a student's folder")
            continue
        if student.name in lessons:
            warnings.append(f"{student}: is named like a lesson; a student's folder comes first")
        students.add(student.name)
        for folder in visible_entries(student):
            if folder.is_dir() and folder.name in lessons:
                folders[student.name, folder.name] = folder
            elif folder.is_dir():
                warnings.append(f"{folder}: fits no lesson")
    return Found(folders, frozenset(students), tuple(warnings))


def visible_entries(folder: Path) -> list[Path]:
    """Return what is in a folder, sorted, without what starts with a dot."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []


def describe_what_is_there(submitted: Path, student: str, lesson: Lesson) -> str:
    """Say what a student handed in instead of the notebook."""
    home, name = submitted / student, f"{lesson.name}.ipynb"
    if not home.is_dir():
        return "nothing was handed in"
    others = [path for path in _notebooks(home / lesson.name) if path.name != name]
    if others:
        names = ", ".join(f"'{path.name}'" for path in others)
        return f"found {names}: rename it to {name} and run again"
    strays = [path for path in _notebooks(home) if path.name == name]
    if strays:
        return f"found '{name}' outside the folder '{lesson.name}': move it there and run again"
    if (home / lesson.name).is_dir():
        return f"the folder '{lesson.name}' holds no notebook"
    return "nothing was handed in"


def _notebooks(folder: Path) -> list[Path]:
    """Return the notebooks that lie in a folder, however their names are spelt."""
    return [path for path in visible_entries(folder) if path.suffix.lower() == ".ipynb"]

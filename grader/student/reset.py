"""``grader reset``: give back a lesson, or the cells of one exercise, as they were given out."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.cells import exercise_of, grade_id, is_answer, is_test
from grader.course.files import write_atomically
from grader.course.lesson import CourseError, Lesson
from grader.student.originals import find_lesson, read_original


@dataclass(frozen=True)
class Reset:
    """What was given back.

    Attributes
    ----------
    notebook : Path
        The student's notebook.
    kept : Path, optional
        The copy of what was there; None if nothing had to change.
    """

    notebook: Path
    kept: Path | None


def reset(root: Path, name: str, exercise: str | None = None) -> Reset:
    """Give back a lesson or one of its exercises; what was there is kept in a copy beside it.

    Parameters
    ----------
    root : Path
        The course's root.
    name : str
        The lesson: ``02_convolution``, ``02`` or ``convolution``.
    exercise : str, optional
        The exercise whose cells to give back; the whole lesson by default.

    Raises
    ------
    CourseError
        If there is no such lesson or exercise, no original, or, for an exercise, if the notebook
        cannot be read.
    """
    lesson = find_lesson(root, name)
    original = read_original(lesson)
    if exercise is None:
        text = to_text(original)
    else:
        text = to_text(_with_exercise(_read(lesson), original, exercise, lesson))
    return Reset(lesson.release, _replace(lesson.release, text))


def to_text(notebook: NotebookNode) -> str:
    """Return a notebook as it is written to a file, as `grader build` writes it."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _replace(path: Path, text: str) -> Path | None:
    """Write a file, after copying what was there; return the copy, if there had to be one."""
    if not path.is_file():
        write_atomically(path, text)
        return None
    content = path.read_bytes()
    if content == text.encode():
        return None
    kept = _write_copy(path, content)
    write_atomically(path, text)
    return kept


def _write_copy(path: Path, content: bytes) -> Path:
    """Write a copy beside a file, with the time in its name; never over another file."""
    stem = f"{path.stem}-kept-{datetime.now():%Y-%m-%d-%H%M%S}"
    for number in itertools.count(1):
        copy_path = path.with_name(f"{stem}{f'-{number}' if number > 1 else ''}{path.suffix}")
        try:
            with copy_path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return copy_path
    raise AssertionError("itertools.count ended")


def _read(lesson: Lesson) -> NotebookNode:
    """Return the student's notebook."""
    try:
        return nbformat.read(lesson.release, as_version=4)
    except FileNotFoundError:
        raise CourseError(f"There is no {lesson.release}. {_advice(lesson)}") from None
    except Exception as error:  # nbformat raises many kinds for a damaged file
        raise CourseError(f"{lesson.release} cannot be read. {_advice(lesson)}") from error


def _advice(lesson: Lesson) -> str:
    return f"To get back the whole lesson: grader reset {lesson.name[:2]}"


def _with_exercise(
    notebook: NotebookNode, original: NotebookNode, exercise: str, lesson: Lesson
) -> NotebookNode:
    """Return a notebook with the cells of one exercise as they were given out."""
    wanted = [cell for cell in original.cells if _belongs(cell, exercise)]
    if not wanted:
        names = ", ".join(grade_id(cell) for cell in original.cells if is_answer(cell))
        raise CourseError(f"{lesson.name} has no exercise '{exercise}'. It has: {names}")
    for cell in wanted:
        _put_back(notebook.cells, cell, original.cells)
    return notebook


def _belongs(cell: NotebookNode, exercise: str) -> bool:
    """Return whether a cell is an exercise's answer or one of its tests."""
    if is_answer(cell):
        return grade_id(cell) == exercise
    return is_test(cell) and exercise_of(cell) == exercise


def _put_back(
    cells: list[NotebookNode], wanted: NotebookNode, originals: list[NotebookNode]
) -> None:
    """Put a cell in the place of the first cell of its name, and remove the others.

    If there is none, it comes behind the cell that comes before it in the original.
    """
    places = [index for index, cell in enumerate(cells) if _is_same(cell, wanted)]
    place = places[0] if places else _place_behind(cells, wanted, originals)
    cells[:] = [cell for cell in cells if not _is_same(cell, wanted)]
    cells.insert(place, copy.deepcopy(wanted))


def _place_behind(
    cells: list[NotebookNode], wanted: NotebookNode, originals: list[NotebookNode]
) -> int:
    """Return the index behind the nearest cell that comes before a cell in the original."""
    before = itertools.takewhile(lambda cell: not _is_same(cell, wanted), originals)
    for earlier in reversed(list(before)):
        for index, cell in enumerate(cells):
            if _is_same(cell, earlier):
                return index + 1
    return 0


def _is_same(cell: NotebookNode, other: NotebookNode) -> bool:
    """Return whether two cells have the same name, or else the same id."""
    if grade_id(other) and grade_id(cell):
        return grade_id(cell) == grade_id(other)
    return cell.get("id") == other.get("id")

"""Lessons as they were given out: ``notebooks/.originals/NN_name.ipynb`` in a student's edition.

An edition has neither ``solutions/`` nor git to take them from.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.lesson import CourseError, Lesson, find_lessons, match_name


def find_lesson(root: Path, name: str) -> Lesson:
    """Return a lesson by name, number or topic, even if the student's notebook is gone.

    Raises
    ------
    CourseError
        If there is no such lesson; the text lists the lessons.
    """
    originals = {path.stem for path in Lesson(root, "any").original.parent.glob("*.ipynb")}
    known = originals | {lesson.name for lesson in find_lessons(root)}
    return Lesson(root, match_name(name, sorted(known)))


def read_original(lesson: Lesson) -> NotebookNode:
    """Return a lesson's notebook as it was given out.

    Raises
    ------
    CourseError
        If the course has neither its original nor its source.
    """
    path = lesson.original
    if path.is_file():
        return nbformat.read(path, as_version=4)
    if lesson.source.is_file():
        from grader.course.release import make_release  # It imports nbgrader: two seconds.

        return make_release(lesson)
    raise CourseError(
        f"{path} is missing. Take {lesson.name}.ipynb from the course that you were given."
    )

"""Run a lesson's own test cells on an answer, as the grader will, but in this process.

``run_tests("01_pixels", "count_values", source)`` gives for each test cell the message that a
student reads, or None if the cell passes.
"""

from __future__ import annotations

import contextlib
import functools
import io
from pathlib import Path

import numpy as np
from nbformat import NotebookNode

from grader.course import Lesson, find_lessons

ROOT = Path(__file__).resolve().parent.parent


@functools.cache
def find_lesson(name: str) -> Lesson:
    """Return a lesson by its name, number or topic."""
    (lesson,) = find_lessons(ROOT, [name])
    return lesson


def model_answer(lesson: str, exercise: str) -> str:
    """Return the source of the answer that the lesson itself gives."""
    return _cells(lesson)[exercise].source


def run_tests(lesson: str, exercise: str, answer: str) -> dict[str, str | None]:
    """Run every test cell of one exercise, visible and hidden, on one answer.

    Parameters
    ----------
    lesson : str
        ``02_convolution``, ``02`` or ``convolution``.
    exercise : str
        The exercise's name.
    answer : str
        Source that defines a function of that name. NumPy is there as ``np``.

    Returns
    -------
    dict of str to str or None
        For each test cell's ``grade_id`` the message that a student sees, or None if it passes.
        Anything written to stderr ("not done yet") is a failure, as it is for nbgrader.

    Raises
    ------
    Exception
        What the answer's source, or a test cell by a fault of its own, raises.
    """
    return {
        grade_id: _run_cell(cell.source, answer)
        for grade_id, cell in _cells(lesson).items()
        if cell.metadata["nbgrader"]["grade"] and grade_id.split("-")[1] == exercise
    }


def score(lesson: str, exercise: str, answer: str) -> float:
    """Return the points that an answer gets."""
    cells = _cells(lesson)
    return sum(
        cells[grade_id].metadata["nbgrader"]["points"]
        for grade_id, message in run_tests(lesson, exercise, answer).items()
        if message is None
    )


@functools.cache
def _cells(lesson: str) -> dict[str, NotebookNode]:
    """Return a lesson's answer and test cells by their ``grade_id``."""
    return {
        cell.metadata["nbgrader"]["grade_id"]: cell
        for cell in find_lesson(lesson).notebook.cells
        if "nbgrader" in cell.metadata
    }


def _run_cell(source: str, answer: str) -> str | None:
    """Run an answer and then one test cell in a fresh namespace; return the failure's message."""
    namespace = {"__name__": "__main__", "np": np}
    exec(compile(answer, "<answer>", "exec"), namespace)
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            exec(compile(source, "<test cell>", "exec"), namespace)
        except AssertionError as failure:
            return str(failure)
    return errors.getvalue() or None

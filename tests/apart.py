"""Run a lesson's own test cells on an answer as the grader does: in processes of their own.

``run_tests_apart`` gives what `tests.lessons.run_tests` gives, from the judge.
"""

from __future__ import annotations

import nbformat

from grader.sandbox import shared_zygotes
from grader.session import Bounds, Court, Session
from grader.submission import exercise_of, is_test
from tests.lessons import find_lesson

BOUNDS = Bounds(cell=30.0)


def run_tests_apart(lesson: str, exercise: str, answer: str) -> dict[str, str | None]:
    """Run every test cell of one exercise on one answer, each in its process.

    Parameters
    ----------
    lesson, exercise, answer : str
        As for `tests.lessons.run_tests`.

    Returns
    -------
    dict of str to str or None
        For each test cell's ``grade_id`` the message that a student sees, or None if it passes.
    """
    found = find_lesson(lesson)
    tests = [
        cell for cell in found.notebook.cells if is_test(cell) and exercise_of(cell) == exercise
    ]
    code = nbformat.v4.new_code_cell
    cells = [code(f"import numpy as np\n{answer}"), *tests]
    session = Session(found, BOUNDS, shared_zygotes())
    court = Court(cells, session)
    try:
        runs = [court.judge(index) for index in range(1, len(cells))]
    finally:
        court.close()
    return {
        test.metadata.nbgrader.grade_id: _failure(run.outputs)
        for test, run in zip(tests, runs, strict=True)
    }


def _failure(outputs: list) -> str | None:
    """Return what a test cell's outputs say of a failure."""
    for output in outputs:
        if output.output_type == "error":
            return output.evalue
        if output.get("name") == "stderr":
            return output.text
    return None

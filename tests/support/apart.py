"""Run a lesson's test cells on an answer as the grader does: in sandboxed processes."""

from __future__ import annotations

import nbformat

from grader.course.cells import exercise_of, is_test
from grader.isolation.limits import ResourceLimits
from grader.marking.context import SubmissionContext
from grader.marking.supervisor import Supervisor
from grader.workers.pool import shared_pool
from tests.support.lessons import find_lesson

LIMITS = ResourceLimits(cell=120.0)  # on a machine under load


def run_tests_apart(lesson: str, exercise: str, answer: str) -> dict[str, str | None]:
    """Do what `tests.support.lessons.run_tests` does, with the judge and a student worker.

    Parameters
    ----------
    lesson, exercise, answer : str
        As for `tests.support.lessons.run_tests`.

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
    context = SubmissionContext(found, LIMITS, shared_pool())
    supervisor = Supervisor(cells, context)
    try:
        runs = [supervisor.run_test(index) for index in range(1, len(cells))]
    finally:
        supervisor.close()
    return {
        test.metadata.nbgrader.grade_id: _failure(run.outputs)
        for test, run in zip(tests, runs, strict=True)
    }


def _failure(outputs: list) -> str | None:
    """Return the message of the failure that a test cell's outputs show, if they do."""
    for output in outputs:
        if output.output_type == "error":
            return output.evalue
        if output.get("name") == "stderr":
            return output.text
    return None

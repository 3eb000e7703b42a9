"""Run a lesson's own test cells on an answer as the grader does: in processes of their own.

``run_tests_apart`` gives what `tests.support.lessons.run_tests` gives, from the judge.
"""

from __future__ import annotations

import importlib

import nbformat

from grader.course.cells import exercise_of, is_test
from grader.isolation.limits import ResourceLimits
from grader.marking.context import SubmissionContext
from grader.marking.supervisor import Supervisor
from grader.workers.pool import shared_pool
from tests.support.lessons import find_lesson, run_tests

LIMITS = ResourceLimits(cell=30.0)


def run_tests_apart(lesson: str, exercise: str, answer: str) -> dict[str, str | None]:
    """Run every test cell of one exercise on one answer, each in its process.

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
    """Return what a test cell's outputs say of a failure."""
    for output in outputs:
        if output.output_type == "error":
            return output.evalue
        if output.get("name") == "stderr":
            return output.text
    return None


def answers_of(topic: str, each: int) -> list[tuple[str, str, str]]:
    """Return a topic's right answers, and every so many-th of the wrong ones.

    Each is the topic, the exercise and the answer's name.
    """
    bank = importlib.import_module(f"tests.banks.answers.{topic}")
    right = [(topic, exercise, name) for exercise in bank.RIGHT for name in bank.RIGHT[exercise]]
    wrong = [(topic, exercise, name) for exercise in bank.WRONG for name in bank.WRONG[exercise]]
    return right + wrong[::each]


def same_marks(topic: str, exercise: str, name: str) -> tuple[dict, dict]:
    """Return which test cells an answer passes in this process, and which apart from it."""
    bank = importlib.import_module(f"tests.banks.answers.{topic}")
    answer = bank.RIGHT[exercise].get(name) or bank.WRONG[exercise][name]
    source = answer[0] if isinstance(answer, tuple) else answer
    runs = (run_tests, run_tests_apart)
    return tuple(
        {cell: message is None for cell, message in run(bank.LESSON, exercise, source).items()}
        for run in runs
    )

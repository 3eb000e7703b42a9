"""Does the judge, which runs in another process, give answers the marks they get in this process?

What right answers get in this process is tested in ``test_answers.py``: all points.
"""

import sys

import pytest

from grader.course.imports import needs_keras
from grader.course.lesson import find_lessons
from tests.support.apart import run_tests_apart
from tests.support.lessons import ROOT, answers_to, has_answers, run_tests

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]
# Every so many-th wrong answer is tried.
STEP, STEP_IN_KERAS = 5, 12


def pytest_generate_tests(metafunc):
    """Try all right answers and some of the wrong ones."""
    right, wrong = [], []
    for lesson in filter(has_answers, find_lessons(ROOT)):
        in_keras = needs_keras(lesson, tests_only=True)
        # Each process that starts Keras workers first warms up a fork server with TensorFlow.
        marks = [pytest.mark.xdist_group("keras, apart")] if in_keras else []
        bank = answers_to(lesson.name)
        for table, cases in ((bank.RIGHT, right), (bank.WRONG, wrong)):
            names = [(exercise, name) for exercise in table for name in table[exercise]]
            step = 1 if table is bank.RIGHT else STEP_IN_KERAS if in_keras else STEP
            cases += [pytest.param(lesson.name, *name, marks=marks) for name in names[::step]]
    if "style" in metafunc.fixturenames:
        metafunc.parametrize(("lesson", "exercise", "style"), right)
    else:
        metafunc.parametrize(("lesson", "exercise", "slip"), wrong)


def passed(messages):
    """Return which test cells an answer passes."""
    return {cell: message is None for cell, message in messages.items()}


def test_a_right_answer_gets_all_marks_apart(lesson, exercise, style):
    messages = run_tests_apart(lesson, exercise, answers_to(lesson).RIGHT[exercise][style])
    assert messages
    assert set(messages.values()) == {None}


def test_a_wrong_answer_gets_the_same_marks_apart(lesson, exercise, slip):
    answer, _ = answers_to(lesson).WRONG[exercise][slip]
    apart = passed(run_tests_apart(lesson, exercise, answer))
    assert apart == passed(run_tests(lesson, exercise, answer))

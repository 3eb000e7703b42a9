"""Generate ``utils/checks/lessons.json``: what checks need to know of their lessons."""

from __future__ import annotations

import json
from collections.abc import Iterable

from grader.course.cells import hidden_test_ids, is_answer
from grader.course.lesson import Lesson
from grader.course.release import make_release
from utils.checks.lesson_facts import digest


def make_lesson_facts(lessons: Iterable[Lesson]) -> str:
    """Return the file's text; `utils.checks.lesson_facts` reads it."""
    facts = {
        lesson.topic: {"cells": _cell_digests(lesson), "hidden": _hidden_tests(lesson)}
        for lesson in lessons
    }
    return json.dumps(facts, indent=1) + "\n"


def _cell_digests(lesson: Lesson) -> list[str]:
    """Return the digests of the code cells that students get, answers excepted."""
    cells = make_release(lesson).cells
    return [digest(c.source) for c in cells if c.cell_type == "code" and not is_answer(c)]


def _hidden_tests(lesson: Lesson) -> dict[str, tuple[int, float, float]]:
    """Return the number of hidden test cells of each exercise, their points, and all points."""
    hidden_ids = hidden_test_ids(lesson.notebook.cells)
    facts = {}
    for exercise in lesson.exercises:
        points = [test.points for test in exercise.tests if test.grade_id in hidden_ids]
        facts[exercise.name] = (len(points), sum(points), exercise.points)
    return facts

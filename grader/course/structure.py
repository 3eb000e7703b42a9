"""Check that a lesson's source has all that a lesson needs; each fault is one line."""

from __future__ import annotations

from collections.abc import Iterator

from nbformat import NotebookNode

from grader.course.cells import (
    defines,
    exercise_of,
    grade_id,
    is_answer,
    is_empty_for_students,
    is_test,
    without_hidden,
)
from grader.course.imports import own_answers
from grader.course.lesson import Lesson


def find_faults(lesson: Lesson) -> list[str]:
    """Return the faults of a lesson's source that keep it from being built, in a line each."""
    faults = [*_header_faults(lesson), *_name_faults(lesson)]
    for cell in filter(is_answer, lesson.notebook.cells):
        faults += _answer_faults(cell)
    return [f"{lesson.source}: {fault}" for fault in faults]


def find_gaps(lesson: Lesson) -> list[str]:
    """Return the tests that a lesson's exercises lack, in a line each. It can still be built."""
    answers = filter(is_answer, lesson.notebook.cells)
    gaps = [gap for answer in answers for gap in _test_gaps(lesson, grade_id(answer))]
    return [f"{lesson.source}: {gap}" for gap in gaps]


def _header_faults(lesson: Lesson) -> Iterator[str]:
    """Yield what the header lacks."""
    examples = {"summary": "What a filter does to a picture", "minutes": 50}
    for key, example in examples.items():
        if key not in lesson.about:
            yield f"the header has no '{key}' under 'course'; add, for example, '{key}: {example}'"


def _name_faults(lesson: Lesson) -> Iterator[str]:
    """Yield names that occur twice, and tests without an answer."""
    names = [name for name in map(grade_id, lesson.notebook.cells) if name]
    doubles = sorted({name for name in names if names.count(name) > 1})
    yield from (f"two cells have the grade_id '{name}'" for name in doubles)
    answers = {grade_id(cell) for cell in lesson.notebook.cells if is_answer(cell)}
    for cell in filter(is_test, lesson.notebook.cells):
        if exercise_of(cell) not in answers:
            yield (
                f"the test cell '{grade_id(cell)}' belongs to no answer cell; "
                f"add one with the grade_id '{exercise_of(cell)}'"
            )


def _answer_faults(answer: NotebookNode) -> Iterator[str]:
    """Yield what an answer cell lacks."""
    name = grade_id(answer)
    if not defines(answer, name):
        yield f"the answer cell '{name}' does not define {name}"
    if "### BEGIN SOLUTION" not in answer.source:
        yield f"the answer cell '{name}' has no '### BEGIN SOLUTION'"


def _test_gaps(lesson: Lesson, name: str) -> Iterator[str]:
    """Yield what the tests of an exercise lack."""
    tests = [cell for cell in lesson.notebook.cells if is_test(cell) and exercise_of(cell) == name]
    if all(map(is_empty_for_students, tests)):
        yield f"the exercise '{name}' has no visible test; add a cell 'test-{name}'"
    if not any("### BEGIN HIDDEN TESTS" in test.source for test in tests):
        yield f"the exercise '{name}' has no hidden test; add a cell 'test-{name}-hidden'"
    if own_answers(lesson) and any("check.agrees(" in without_hidden(t.source) for t in tests):
        yield (
            f"a visible test of '{name}' uses check.agrees, which in a student's copy needs "
            f"utils.{lesson.topic}.{name}; use check.example, or write that function"
        )

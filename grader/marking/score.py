"""Add up the points of an executed notebook."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode

from grader.course.cells import grade_id, is_test
from grader.course.lesson import GradedExercise, Lesson
from grader.course.mistakes import KnownMistake, mistakes_in_lesson, mistakes_named
from grader.marking.explain import explain_points_lost
from grader.marking.results import ExerciseResult, TestResult
from grader.printable import printable


def score(
    notebook: NotebookNode,
    lesson: Lesson,
    errors: Mapping[str, str] = {},
) -> tuple[ExerciseResult, ...]:
    """Add up the points of an executed notebook, exercise by exercise.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook.
    lesson : Lesson
        The lesson that it is a submission of.
    errors : mapping of str to str
        Errors of answer cells that no output shows, in one line each, by ``grade_id``.
    """
    tests = {grade_id(cell): cell for cell in notebook.cells if is_test(cell)}
    known = mistakes_in_lesson(lesson.root, lesson.topic)
    return tuple(
        _score_exercise(exercise, tests, notebook, errors, known) for exercise in lesson.exercises
    )


def _score_exercise(
    exercise: GradedExercise,
    tests: dict[str, NotebookNode],
    notebook: NotebookNode,
    errors: Mapping[str, str],
    known: Mapping[str, tuple[KnownMistake, ...]],
) -> ExerciseResult:
    """Score the test cells of one exercise."""
    results = []
    for test in exercise.tests:
        cell = tests.get(test.grade_id)
        points = score_cell(cell) if cell is not None else 0.0
        message = ""
        if cell is not None and points != test.points:
            message = printable(explain_points_lost(cell, notebook, errors))
        mistakes = mistakes_named(message, exercise.name, known)
        results.append(TestResult(test.grade_id, points, test.points, message, mistakes))
    return ExerciseResult(exercise.name, tuple(results))


def score_cell(cell: NotebookNode) -> float:
    """Return the points that a test cell's outputs give.

    None if there is an error or anything on stderr; otherwise the value of its last line, if that
    is a number; otherwise all. `nbgrader.utils.determine_grade` does the same, but takes seconds to
    import.
    """
    points = float(cell.metadata.nbgrader.points)
    for output in cell.outputs:
        if output.output_type == "error" or output.get("name") == "stderr":
            return 0.0
        if output.output_type == "execute_result":
            try:
                partial = float(output.data["text/plain"])
            except (KeyError, ValueError):
                return points
            return min(partial, points) if partial >= 0 else points
    return points

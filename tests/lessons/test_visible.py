"""Do the tests that students see praise nothing that loses points when it is marked?"""

import pytest

from grader.course.imports import needs_keras
from grader.course.lesson import find_lessons
from tests.support.lessons import (
    ROOT,
    answers_to,
    has_answers,
    known_mistakes,
    mistake_source,
    run_tests,
)

LESSONS = [lesson for lesson in find_lessons(ROOT) if has_answers(lesson)]
EXERCISES = [
    pytest.param(
        lesson.name,
        exercise.name,
        id=f"{lesson.name}-{exercise.name}",
        marks=[pytest.mark.slow] if needs_keras(lesson, tests_only=True) else [],
    )
    for lesson in LESSONS
    for exercise in lesson.exercises
]


def praised(lesson, exercise, answers):
    """Return the names of the wrong answers that pass every visible test."""
    return {
        name
        for name, source in answers.items()
        if not any(run_tests(lesson, exercise, source, hidden=False).values())
    }


def seen_when_marked(lesson, exercise):
    """Return the names of the wrong answers that no visible test may show; the bank says why."""
    return getattr(answers_to(lesson), "SEEN_WHEN_MARKED", {}).get(exercise, {}).keys()


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_a_known_mistake_fails_a_visible_test(lesson, exercise):
    mistakes = known_mistakes(lesson)[exercise]
    answers = {name: mistake_source(lesson, exercise, name) for name in mistakes}
    assert praised(lesson, exercise, answers) == answers.keys() & seen_when_marked(lesson, exercise)


@pytest.mark.parametrize(("lesson", "exercise"), EXERCISES)
def test_a_wrong_answer_fails_a_visible_test(lesson, exercise):
    wrong = answers_to(lesson).WRONG[exercise]
    answers = {name: source for name, (source, _) in wrong.items()}
    assert praised(lesson, exercise, answers) == answers.keys() & seen_when_marked(lesson, exercise)

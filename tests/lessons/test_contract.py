"""Is every lesson complete, and does it keep what the course promises?"""

import pytest

from grader.course.lesson import find_lessons
from grader.course.structure import find_faults, find_gaps
from tests.banks.contract import CONTRACT
from tests.support.lessons import ROOT, answers_to, has_answers, points_of

LESSONS = find_lessons(ROOT)
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
# What each exercise's bank must have, so that its tests can be trusted.
STYLES, SLIPS = 4, 3


def missing_answers(lesson):
    """Return what a lesson's bank of answers lacks, in a line each."""
    path = f"tests/banks/answers/{lesson.topic}.py"
    if not has_answers(lesson):
        return [f"{path} is missing: right and wrong answers to the exercises of {lesson.name}"]
    bank = answers_to(lesson.name)
    tables = {"RIGHT": (bank.RIGHT, STYLES), "WRONG": (bank.WRONG, SLIPS)}
    return [
        f"{path}: {table}['{exercise.name}'] has {len(answers.get(exercise.name, ()))} answers; "
        f"at least {least} are needed"
        for table, (answers, least) in tables.items()
        for exercise in lesson.exercises
        if len(answers.get(exercise.name, ())) < least
    ]


@each_lesson
def test_nothing_is_missing(lesson):
    missing = [*find_faults(lesson), *find_gaps(lesson), *missing_answers(lesson)]
    assert not missing, "\n".join(missing)


@each_lesson
def test_a_lesson_is_worth_ten_points(lesson):
    points = ", ".join(f"{name} {worth:g}" for name, worth in points_of(lesson.name).items())
    assert lesson.points == 10, f"{lesson.source}: {lesson.points:g} points in all ({points})"


@pytest.mark.parametrize("lesson", CONTRACT)
def test_the_exercises_of_the_contract_are_there_with_their_points(lesson):
    points = points_of(lesson)
    for exercise, promised in CONTRACT[lesson].items():
        assert exercise in points, f"{lesson}: the exercise '{exercise}' is missing"
        assert points[exercise] == promised, (
            f"{lesson}: '{exercise}' is worth {points[exercise]:g} points, and should be {promised}"
        )

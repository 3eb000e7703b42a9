"""Do every lesson's tests tell right from wrong, and do they say why?"""

import pytest

from grader.course.imports import needs_keras
from grader.course.lesson import find_lessons
from tests.support.lessons import (
    ROOT,
    answers_to,
    has_answers,
    known_mistakes,
    mistake_source,
    model_source,
    points_for,
    points_of,
    run_tests,
    score,
    visible_tests,
    words_of,
)

LESSONS = [lesson for lesson in find_lessons(ROOT) if has_answers(lesson)]
# In the fast tier: every fourth wrong answer, and no answer that trains or builds a network.
STEP = 4


def pytest_generate_tests(metafunc):
    """Run a test for each lesson or exercise, or for each right, wrong or known wrong answer."""
    fixtures = [
        name
        for name in ("lesson", "exercise", "style", "slip", "mistake")
        if name in metafunc.fixturenames
    ]
    if fixtures:
        cases = [
            pytest.param(
                *case,
                id="-".join(case).replace(" ", "_"),
                marks=[pytest.mark.slow] if _is_slow(lesson, fixtures[-1], case, index) else [],
            )
            for lesson in LESSONS
            for index, case in enumerate(_cases(lesson.name, fixtures[-1]))
            # The proof and `test_apart.py` run every right answer; one that trains takes seconds.
            if not (fixtures[-1] == "style" and _is_slow(lesson, "style", case, index))
        ]
        metafunc.parametrize(fixtures, cases)


def _is_slow(lesson, kind, case, index):
    """Return whether a case is left out of the fast tier."""
    trains = needs_keras(lesson, tests_only=True) or case[1:2] == ("learn_kernel",)
    return trains or (kind in ("slip", "mistake") and index % STEP > 0)


def _cases(lesson, kind):
    """Yield the arguments of a test: lesson, exercise and the name of an answer, as asked for."""
    if kind == "lesson":
        yield (lesson,)
        return
    bank = answers_to(lesson)
    for exercise in bank.RIGHT:
        if kind == "exercise":
            yield lesson, exercise
        else:
            tables = {"style": bank.RIGHT, "slip": bank.WRONG}
            table = tables[kind] if kind in tables else known_mistakes(lesson)
            yield from ((lesson, exercise, name) for name in table[exercise])


def mark(lesson, exercise, answer):
    """Return an answer's points, and the messages of the test cells that it fails."""
    messages = run_tests(lesson, exercise, answer)
    return points_for(lesson, messages), list(filter(None, messages.values()))


def is_praised(lesson, messages):
    """Return whether an answer passes every test that students see."""
    return not any(messages[name] for name in visible_tests(lesson) & messages.keys())


def test_the_lessons_own_answer_gets_all_points(lesson, exercise):
    points, messages = mark(lesson, exercise, model_source(lesson, exercise))
    assert not messages, messages[0]
    assert points == points_of(lesson)[exercise]


def test_a_right_answer_in_any_style_passes(lesson, exercise, style):
    bank = answers_to(lesson)
    points, messages = mark(lesson, exercise, bank.RIGHT[exercise][style])
    assert not messages, messages[0]
    assert points == points_of(lesson)[exercise]


def test_a_wrong_answer_loses_points_and_the_message_says_why(lesson, exercise, slip):
    """Also, a visible test must fail: students trust a check that says "right"."""
    bank = answers_to(lesson)
    answer, words = bank.WRONG[exercise][slip]
    by_test = run_tests(lesson, exercise, answer)
    messages = list(filter(None, by_test.values()))
    assert messages, "passes every test"
    assert points_for(lesson, by_test) < points_of(lesson)[exercise]
    assert not is_praised(lesson, by_test), "passes every visible test"
    wanted = words if isinstance(words, tuple) else (words,)
    assert any(
        word in message or word in " ".join(message.split())
        for word in wanted
        for message in messages
    ), messages


def test_a_known_mistake_loses_points_and_is_named(lesson, exercise, mistake):
    """Is each mistake of `utils.mistakes` caught by a visible test, and named in its own words?"""
    by_test = run_tests(lesson, exercise, mistake_source(lesson, exercise, mistake))
    messages = list(filter(None, by_test.values()))
    assert messages, "passes every test"
    assert points_for(lesson, by_test) < points_of(lesson)[exercise]
    assert not is_praised(lesson, by_test), "passes every visible test"
    name = words_of(lesson, exercise, mistake)
    assert any(name in " ".join(message.split()) for message in messages), messages


def test_an_answer_not_begun_gets_nothing_and_no_reproach(lesson, exercise):
    stub = f"def {exercise}(*args, **kwargs):\n    raise NotImplementedError"
    messages = run_tests(lesson, exercise, stub)
    assert set(messages.values()) == {f"{exercise}: not done yet\n"}


def test_a_message_says_that_nothing_was_returned(lesson, exercise):
    nothing = f"def {exercise}(*args, **kwargs):\n    pass"
    points, messages = mark(lesson, exercise, nothing)
    assert points == 0
    assert "None" in messages[0]


def test_an_error_for_every_input_gets_nothing(lesson, exercise):
    answer = f"def {exercise}(*args, **kwargs):\n    raise ValueError('layer 0 1 2 3 4 11')"
    assert score(lesson, exercise, answer) == 0

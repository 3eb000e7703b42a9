"""Are Keras models of the student's own classes marked by what they compute, as in a notebook?"""

import sys

import pytest

from tests.banks.answers import own_classes
from tests.support.apart import run_tests_apart
from tests.support.lessons import points_for, points_of, run_tests, visible_tests

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has what confines a submission"),
    pytest.mark.slow,
]


def cases(bank):
    return [
        pytest.param(lesson, exercise, name, id=f"{exercise}-{name}")
        for (lesson, exercise), answers in bank.items()
        for name in answers
    ]


@pytest.mark.parametrize(("lesson", "exercise", "name"), cases(own_classes.RIGHT))
def test_a_right_one_has_all_points_in_a_notebook_and_when_marked(lesson, exercise, name):
    answer = own_classes.RIGHT[lesson, exercise][name]
    for messages in (
        run_tests(lesson, exercise, answer),
        run_tests_apart(lesson, exercise, answer),
    ):
        assert points_for(lesson, messages) == points_of(lesson)[exercise], messages


@pytest.mark.parametrize(("lesson", "exercise", "name"), cases(own_classes.WRONG))
def test_a_wrong_one_is_refused_in_the_same_words(lesson, exercise, name):
    answer, words = own_classes.WRONG[lesson, exercise][name]
    here, apart = run_tests(lesson, exercise, answer), run_tests_apart(lesson, exercise, answer)
    assert here == apart
    assert points_for(lesson, apart) < points_of(lesson)[exercise]
    seen = [apart[name] for name in visible_tests(lesson) & apart.keys()]
    assert any(words in (message or "") for message in seen), seen

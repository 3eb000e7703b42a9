"""What lesson 09's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers import augmentation, changed
from tests.banks.answers.augmentation import SHIFT, WRONG, F, translation
from tests.support.lessons import score

pytestmark = pytest.mark.slow


def test_one_slip_does_not_cost_everything():
    refuses_nothing = changed(SHIFT, ("if not 0 <= max_fraction < 1", "if False"))
    assert score(augmentation.LESSON, "random_shift", refuses_nothing) == 1.5
    assert score(augmentation.LESSON, "build_augmenter", translation(F)) == 1


@pytest.mark.parametrize(
    ("exercise", "slip"),
    [
        ("random_shift", "never moves"),
        ("random_shift", "always refused"),
        ("random_shift", "library"),
        ("random_shift", "the reference"),
        ("augment", "always an error"),
        ("augment", "lists"),
        ("build_augmenter", "nothing moves"),
        ("build_augmenter", "the class"),
        ("robust_range", "always 2"),
    ],
)
def test_an_answer_that_does_nothing_of_the_work_gets_next_to_nothing(exercise, slip):
    assert score(augmentation.LESSON, exercise, WRONG[exercise][slip][0]) <= 0.5

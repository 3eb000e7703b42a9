"""What lesson 11's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers import generalisation
from tests.support.lessons import run_tests, score


@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        # One slip does not cost everything, ...
        ("cross_entropy", "softmax first", 1),
        ("cross_entropy", "negative labels", 1),
        ("split", "half open", 1),
        ("split", "half up", 1),
        ("confusion_matrix", "bincount in bytes", 1),
        ("best_epoch", "patience 0", 0.25),
        # ... but a library does.
        ("cross_entropy", "scipy", 0),
        ("confusion_matrix", "keras", 0),
        ("split", "keras", 0),
    ],
)
def test_points_of_a_slip(exercise, slip, points):
    assert score(generalisation.LESSON, exercise, generalisation.WRONG[exercise][slip][0]) == points


@pytest.mark.slow
@pytest.mark.parametrize("slip", ["linear", "much work"])
def test_a_network_of_the_right_form_has_the_points_for_that(slip):
    answer = generalisation.WRONG["build_small_cnn"][slip][0]
    assert score(generalisation.LESSON, "build_small_cnn", answer) == 0.5


@pytest.mark.slow
def test_the_message_says_the_accuracy_that_was_reached():
    answer = generalisation.WRONG["build_small_cnn"]["linear"][0]
    messages = run_tests(generalisation.LESSON, "build_small_cnn", answer)
    assert "It reads 0.87" in messages["test-build_small_cnn-trained"]

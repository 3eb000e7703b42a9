"""What lesson 06's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers.xo_classifier import LESSON, WRONG
from tests.support.lessons import score


@pytest.mark.parametrize("exercise", WRONG)
def test_zeros_of_some_shape_have_no_points(exercise):
    zeros = f"def {exercise}(*args):\n    return np.zeros((7, 7))"
    assert score(LESSON, exercise, zeros) == 0


@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("match_feature", "no error", 1.5),
        ("match_feature", "products wrap around", 1.5),
        ("classify", "last of equals", 1),
        ("template_score", "no error", 1),
    ],
)
def test_one_slip_does_not_cost_everything(exercise, slip, points):
    assert score(LESSON, exercise, WRONG[exercise][slip][0]) == points

"""What lesson 07's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers import keras_cnn
from tests.support.lessons import score

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("build_cnn", "average pooling", 0.5),
        ("build_cnn", "128 units", 0.5),
        ("build_cnn", "always ten classes", 1),
        ("forward_by_hand", "overflows", 1.5),
        ("accuracy_under_shift", "far shifts are not made", 1),
        ("mean_activation", "no bias", 0.5),
        ("mean_activation", "bytes wrap", 1),
        # A library that does the work.
        ("forward_by_hand", "keras", 0),
        ("forward_by_hand", "utils", 0),
        ("accuracy_under_shift", "scipy", 0),
        ("accuracy_under_shift", "utils", 0),
        ("mean_activation", "scipy", 0),
        ("mean_activation", "utils", 0),
    ],
)
def test_one_slip_does_not_cost_everything_but_a_library_does(exercise, slip, points):
    assert score(keras_cnn.LESSON, exercise, keras_cnn.WRONG[exercise][slip][0]) == points

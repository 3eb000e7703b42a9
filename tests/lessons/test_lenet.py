"""What lesson 08's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers import lenet
from tests.support.lessons import score

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("build_lenet5", "ReLU in the first convolution", 2),
        ("build_lenet5", "max pooling", 2.5),
        ("build_lenet5", "80 units", 2.5),
        ("build_lenet5", "an extra dropout", 3),
        # A library that does the work, and an answer that refuses everything.
        ("pad_to", "utils", 0),
        ("receptive_field", "utils", 0),
        ("pad_to", "always an error", 0),
    ],
)
def test_one_slip_does_not_cost_everything_but_a_library_does(exercise, slip, points):
    assert score(lenet.LESSON, exercise, lenet.WRONG[exercise][slip][0]) == points

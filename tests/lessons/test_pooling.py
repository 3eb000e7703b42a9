"""What lesson 05's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers import pooling
from tests.support.lessons import score


@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("pool2d", "no error for the window", 2.5),
        ("pool2d", "any other mode averages", 2.5),
        ("pool2d", "stride ignored", 1),
        ("pool2d", "starts at -999", 2.5),
        ("pool2d", "ceil", 2),
        ("pool2d", "divided by the stride", 2),
        ("max_pool_same", "zeros win", 1),
        ("max_pool_same", "all padding after", 1),
        ("shift", "far shifts start over", 1),
        ("shift", "colour alone", 0.5),
        ("pool2d", "always an error", 0),
    ],
)
def test_one_slip_does_not_cost_everything(exercise, slip, points):
    assert score(pooling.LESSON, exercise, pooling.WRONG[exercise][slip][0]) == points

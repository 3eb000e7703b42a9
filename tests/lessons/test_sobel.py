"""What lesson 03's tests must do besides what `test_answers.py` asks of every lesson."""

import numpy as np
import pytest

from tests.banks.answers.sobel import EDGE_MAP, LESSON, WRONG
from tests.support.lessons import model_answer, run_tests, score


@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("sobel", "bytes wrap", 1),
        ("gradient_magnitude", "half precision", 0.5),
        ("gradient_direction", "half precision", 1),
        ("edge_map", "no error", 2),
        ("edge_map", "absolute tolerance", 2),
    ],
)
def test_one_slip_does_not_cost_everything(exercise, slip, points):
    assert score(LESSON, exercise, WRONG[exercise][slip][0]) == points


@pytest.mark.parametrize("factor", [1 - 1e-6, 1 + 1e-6])
def test_no_hidden_image_has_a_magnitude_that_rounding_could_decide(factor):
    """Does an answer still pass whose limit is off by a millionth, where none lies on it?"""
    answer = EDGE_MAP.replace(
        "return magnitude >= threshold * magnitude.max()",
        "limit = threshold * magnitude.max()\n"
        "    if (abs(magnitude - limit) <= 1e-13 * limit).any():\n"
        "        return magnitude >= limit\n"
        f"    return magnitude >= limit * {factor}",
    )
    assert not any(run_tests(LESSON, "edge_map", answer).values())


def test_the_model_answers_are_double_precision():
    namespace = {"np": np}
    for name in WRONG:
        exec(model_answer(LESSON, name), namespace)
    for part in namespace["sobel"](np.eye(4, dtype=np.uint8)):
        assert part.dtype == np.float64

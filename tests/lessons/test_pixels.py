"""What lesson 01's tests must do besides what `test_answers.py` asks of every lesson."""

import pytest

from tests.banks.answers import pixels
from tests.support.lessons import run_tests


@pytest.mark.parametrize("exercise", pixels.RIGHT)
def test_every_test_cell_says_that_nothing_came_back(exercise):
    answer = pixels.write_answer(exercise, "pass")
    for message in run_tests(pixels.LESSON, exercise, answer).values():
        assert "None" in message

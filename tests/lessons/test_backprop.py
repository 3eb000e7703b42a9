"""What lesson 10's tests must do besides what `test_answers.py` asks of every lesson."""

from tests.banks.answers import backprop
from tests.banks.answers.backprop import numerical
from tests.support.lessons import run_tests


def test_a_function_is_shown_by_its_name():
    messages = run_tests(backprop.LESSON, "numerical_gradient", numerical("0.0"))
    assert "f = sum_of_squares" in messages["test-numerical_gradient"]
    assert "<function" not in "".join(messages.values())


def test_zeros_are_not_taken_for_a_quotient_that_is_too_small():
    messages = run_tests(backprop.LESSON, "numerical_gradient", numerical("0.0"))
    assert "brackets" not in "".join(messages.values())

"""What lesson 12's text states besides what its cells print, and what its tests must see."""

import numpy as np

from tests.banks.answers import numpy_cnn as bank
from tests.support.lessons import run_tests
from utils import numpy_cnn


def test_numbers_worked_out_in_the_text():
    image, kernel = np.arange(1, 17).reshape(1, 4, 4, 1), np.array([1, 2, 3, 4]).reshape(2, 2, 1, 1)
    padded = numpy_cnn.conv_forward(image, kernel, np.zeros(1), 2, 1)[0, :, :, 0]
    assert (padded[0, 0], padded[0, 2]) == (4 * 1, 3 * 4)
    upstream = np.array([1, 10, 100, 1000]).reshape(1, 2, 2, 1)
    dx, _, _ = numpy_cnn.conv_backward(upstream, np.zeros((1, 3, 3, 1)), kernel)
    assert dx[0, 1, 1, 0] == 1234


def test_a_hint_on_paper_is_right():
    row, pair = np.array([5, 6, 7, 8, 9]).reshape(1, 1, 5, 1), np.array([1, 2]).reshape(1, 2, 1, 1)
    dx, dw, _ = numpy_cnn.conv_backward(np.array([10, 100]).reshape(1, 1, 2, 1), row, pair, 2)
    assert dw.ravel().tolist() == [750, 860]
    assert dx.ravel().tolist() == [10, 20, 100, 200, 0]


def test_the_rule_with_the_flipped_kernel_is_for_stride_1():
    answer = bank.RIGHT["conv_backward"]["zeros between, flipped kernel; a list"]
    assert not any(run_tests(bank.LESSON, "conv_backward", answer).values())
    without = answer.replace("full[:, ::stride, ::stride]", "full")
    assert without != answer
    assert any(run_tests(bank.LESSON, "conv_backward", without).values())


def test_a_wrong_forward_pass_does_not_cost_the_points_of_the_backward_one():
    answer = bank.RIGHT["conv_backward"]["by small changes, with a wrong conv_forward"]
    assert not any(run_tests(bank.LESSON, "conv_backward", answer).values())


def test_nan_is_named():
    answer = bank.WRONG["cross_entropy_gradient"]["overflow"][0]
    messages = run_tests(bank.LESSON, "cross_entropy_gradient", answer)
    assert "nan" in "".join(filter(None, messages.values()))

"""Do interactive figures follow their controls, and show a still without a kernel?"""

import ipywidgets as ipw
import numpy as np
import pytest

from utils import plots
from utils.widgets import base as widgets
from utils.widgets import convolution as convolution_widgets

IMAGE, KERNEL = np.arange(1, 17).reshape(4, 4), np.array([[1, 2], [3, 4]])
SUMS = [44, 54, 64, 84, 94, 104, 124, 134, 144]


@pytest.fixture
def stepper():
    """A stepper that is on show."""
    made = convolution_widgets.convolution_stepper(
        {"numbers": IMAGE, "wide": np.ones((2, 6))},
        {"first": KERNEL, "negative": -KERNEL},
        still=5,
    )
    made.refresh()
    return made


def test_the_stepper_says_and_draws_each_sum(stepper):
    for step, total in enumerate(SUMS, start=1):
        stepper.controls["step"].value = step
        assert f"Position {step} of 9" in stepper.text.value
        assert f"= {total}<" in stepper.text.value
        assert f">{total}<" in stepper.drawing.value


def test_only_what_is_done_is_filled_in(stepper):
    stepper.controls["step"].value = 3
    assert ">64<" in stepper.drawing.value
    assert ">84<" not in stepper.drawing.value


def test_another_image_starts_again(stepper):
    stepper.controls["step"].value = 9
    stepper.controls["image"].value = "wide"
    assert "Position 1 of 5" in stepper.text.value
    assert stepper.controls["step"].max == 5


def test_negative_numbers_stand_in_brackets(stepper):
    stepper.controls["kernel"].value = "negative"
    assert "1×(−1) + 2×(−2)" in stepper.text.value


def test_the_still_is_a_picture_of_the_step_that_was_asked_for(stepper):
    data, metadata = stepper._repr_mimebundle_()
    assert data["text/plain"].startswith("Position 5 of 9")
    assert "image/png" in data
    assert metadata["image/png"]["alt"] == data["text/plain"]
    assert widgets.WIDGET_VIEW in data


def test_the_buttons_stay_within_the_range():
    steps = widgets.Steps(3)
    _, previous, following, _ = steps.row.children
    previous.click()
    assert steps.slider.value == 1
    for _ in range(5):
        following.click()
    assert steps.slider.value == 3


def test_nothing_is_drawn_before_the_panel_is_shown():
    """Does building a notebook's widgets cost nothing until they are on show?"""
    drawn = []

    def draw(n):
        drawn.append(n)
        return plots.matrices({"n": np.array([[n]])}, alt=str(n)), str(n)

    made = widgets.Interactive({"n": ipw.IntSlider(1)}, draw)
    made.controls["n"].value = 2
    assert drawn == []
    made._repr_mimebundle_()
    made.controls["n"].value = 3
    assert drawn[-1] == 3


def test_text_from_a_draw_function_is_escaped():
    made = widgets.Interactive(
        {}, lambda: (plots.matrices({"n": np.array([[1]])}, alt="x"), "<b>&")
    )
    made.refresh()
    assert "&lt;b&gt;&amp;" in made.text.value

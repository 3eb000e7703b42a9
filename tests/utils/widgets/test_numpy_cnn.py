"""Does lesson 12's figure follow its controls, and is every number that it says right?"""

import re

import numpy as np
import pytest

from utils import backprop, numpy_cnn
from utils.widgets import numpy_cnn as widgets
from utils.widgets.base import WIDGET_VIEW

COUNTS = [16, 16, 4, 2, 2, 1, 2, 10, 4, 16, 16, 5, 5, 10, 1]


@pytest.fixture
def stepper():
    widget = widgets.training_step()
    widget.refresh()
    return widget


def last_number(line):
    """Return the number after the last equals sign of a line."""
    return float(line.split("= ")[-1].replace("−", "-"))


class TestTheStepItself:
    @pytest.mark.parametrize("label", [0, 1])
    def test_its_gradients_agree_with_small_changes(self, label):
        step = widgets.TinyStep(label, 0.1)

        def loss(name):
            return lambda changed: widgets.TinyStep(label, 0.1, **{name: changed}).loss

        for name, got in [
            ("kernel", step.d_kernel),
            ("bias", step.d_bias),
            ("weights", step.d_weights),
            ("biases", step.d_scores[0]),
        ]:
            expected = backprop.numerical_gradient(loss(name), getattr(step, name))
            np.testing.assert_allclose(got, expected, atol=1e-8)

    @pytest.mark.parametrize("label", [0, 1])
    @pytest.mark.parametrize("rate", [0.01, 0.03, 0.1])
    def test_the_loss_falls(self, label, rate):
        step = widgets.TinyStep(label, rate)
        assert step.after.loss < step.loss

    def test_the_label_changes_nothing_before_the_loss(self):
        zero, one = (widgets.TinyStep(label, 0.1) for label in (0, 1))
        for name in ("sums", "relu", "pooled", "scores", "probabilities"):
            np.testing.assert_array_equal(getattr(zero, name), getattr(one, name))
        assert zero.loss != one.loss
        for name in ("d_kernel", "d_sums", "d_pooled", "d_weights", "d_scores"):
            assert not np.array_equal(getattr(zero, name), getattr(one, name))

    def test_there_are_fifteen_stages_and_parameters(self):
        assert [widgets.numbers_of(stage) for stage in widgets.STAGES] == COUNTS
        step = widgets.TinyStep(0, 0.1)
        parameters = (step.kernel, step.bias, step.weights, step.biases)
        assert sum(each.size for each in parameters) == 15


class TestTheLines:
    @pytest.mark.parametrize("stage", range(1, 16))
    @pytest.mark.parametrize("label", [0, 1])
    def test_every_line_is_a_true_computation(self, stage, label):
        """Is what is left of the last equals sign equal to what is right of it?"""
        step = widgets.TinyStep(label, 0.03)
        for number in range(1, COUNTS[stage - 1] + 1):
            line = widgets.tell_number(step, stage, number)
            computation = line.split(": ", 1)[1].replace("−", "-").replace("×", "*")
            left, right = computation.rsplit(" = ", 1)
            if match := re.search(r"the (larger|largest) of (.*)", left):
                left = f"max({match[2].replace(' and ', ', ')})"
            left = re.sub(r"^.*: ", "", left)
            left = left.replace("bias ", "").replace("log", "np.log").replace("exp", "np.exp")
            left = re.sub(r"([*+-]|^) ?-(\d)", r"\1 (-1)*\2", left)
            assert eval(left, {"np": np, "max": max}) == pytest.approx(float(right), abs=2e-3)

    def test_the_numbers_are_those_of_the_network(self):
        step = widgets.TinyStep(1, 0.03)
        for stage, panel in [(1, "sums"), (3, "pooled"), (9, "d_pooled"), (11, "d_sums")]:
            values = getattr(step, panel)
            for number, value in enumerate(values.flat, 1):
                line = widgets.tell_number(step, stage, number)
                assert last_number(line) == pytest.approx(value, abs=1e-4)

    def test_a_number_that_a_stage_does_not_have_is_its_last(self):
        assert widgets.draw_stage(6, 16, 0, 0.1)[1] == widgets.draw_stage(6, 1, 0, 0.1)[1]


class TestTheWidget:
    def test_begins_with_the_first_sum(self, stepper):
        assert "Stage 1 of 15. Forward: a sum of the convolution, 1 of 16" in stepper.text.value
        assert "1×2 + −1×1 + −2×0 + 1×1 + bias 0.5 = 2.5" in stepper.text.value

    def test_another_stage_begins_with_its_first_number(self, stepper):
        stepper.controls["number"].value = 9
        stepper.controls["stage"].value = 12
        assert stepper.controls["number"].value == 1
        assert stepper.controls["number"].max == 5
        assert "Stage 12 of 15. Back: the gradient of a kernel weight, 1 of 5" in stepper.text.value

    def test_follows_every_control(self, stepper):
        stepper.controls["stage"].value = 13
        for name, value in [("number", 2), ("label", 0), ("rate", 0.1)]:
            before = stepper.drawing.value, stepper.text.value
            stepper.controls[name].value = value
            assert stepper.drawing.value != before[0]
            assert stepper.text.value != before[1]

    def test_gradients_appear_only_on_the_way_back(self, stepper):
        step = widgets.TinyStep(1, 0.03)
        number = f">{step.d_pooled[0, 0]:.2f}<".replace("-", "−")
        stepper.controls["stage"].value = 6
        assert number not in stepper.drawing.value.replace(" ", "")
        stepper.controls["stage"].value = 9
        assert number in stepper.drawing.value.replace(" ", "")

    def test_ends_with_a_smaller_loss(self, stepper):
        stepper.controls["stage"].value = 15
        step = widgets.TinyStep(1, stepper.controls["rate"].value)
        assert last_number(re.sub("<.*?>", "", stepper.text.value)) == pytest.approx(
            step.after.loss, abs=1e-4
        )

    def test_has_a_still_and_named_controls(self, stepper):
        data, metadata = stepper._repr_mimebundle_()
        assert {"image/png", "text/plain", WIDGET_VIEW} <= set(data)
        assert "Stage 12 of 15" in metadata["image/png"]["alt"]
        names = {control.description for control in stepper.controls.values()}
        assert names == {"stage", "number", "label", "rate"}

    def test_probabilities_are_softmax_of_scores(self):
        step = widgets.TinyStep(0, 0.1)
        np.testing.assert_allclose(step.probabilities, numpy_cnn.softmax(step.scores))

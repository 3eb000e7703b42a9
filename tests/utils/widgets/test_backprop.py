"""Do lesson 10's figures follow their controls, and stand still where nothing runs?"""

import numpy as np
import pytest

from utils import backprop, convolution, sobel
from utils.widgets import backprop as backprop_widgets
from utils.widgets.base import WIDGET_VIEW

IMAGE = np.arange(1, 17).reshape(4, 4)
KERNEL = np.array([[1, 2], [3, 4]])
TARGET = np.array([[-10, -9, -8], [-6, -5, -4], [-2, -1, 0]])
UPSTREAM = np.array([[12, 14, 16], [20, 22, 24], [28, 30, 32]])


def shown(widget):
    widget.refresh()
    return widget


def assert_has_a_still(widget, words):
    data, metadata = widget._repr_mimebundle_()
    assert {"image/png", "text/plain", WIDGET_VIEW} <= set(data)
    assert words in metadata["image/png"]["alt"]


class TestWeightTuner:
    @pytest.fixture
    def tuner(self):
        return shown(backprop_widgets.weight_tuner(IMAGE, TARGET, KERNEL))

    def test_starts_with_the_published_kernel(self, tuner):
        assert "Loss 10719. Slopes: top left 1392, top right 1590," in tuner.text.value
        assert "bottom left 2184, bottom right 2382." in tuner.text.value

    def test_one_slider_brings_the_loss_to_0(self, tuner):
        tuner.controls["bottom right"].value = -5
        assert "Loss 0. Slopes: top left 0," in tuner.text.value

    def test_so_does_another_kernel(self, tuner):
        for name, value in zip(backprop_widgets.CORNERS, (2, 1, 2, -4), strict=True):
            tuner.controls[name].value = value
        assert "Loss 0." in tuner.text.value

    @pytest.mark.parametrize("name", backprop_widgets.CORNERS)
    def test_follows_every_slider(self, tuner, name):
        before = tuner.drawing.value, tuner.text.value
        tuner.controls[name].value = -1.5
        assert tuner.drawing.value != before[0]
        assert tuner.text.value != before[1]

    def test_draws_numbers_as_text(self, tuner):
        assert ">2382<" in tuner.drawing.value.replace(" ", "")

    def test_has_a_still(self, tuner):
        assert_has_a_still(tuner, "Loss 3308.")


class TestKernelGradientStepper:
    @pytest.fixture
    def stepper(self):
        return shown(backprop_widgets.kernel_gradient_stepper(IMAGE, UPSTREAM))

    def test_steps_from_weight_to_weight(self, stepper):
        assert "Weight 1 of 4, row 0, column 0: 1×12 + 2×14" in stepper.text.value
        stepper.controls["weight"].value = 4
        assert "16×32 = 2382" in stepper.text.value

    def test_fills_up_as_it_goes(self, stepper):
        assert ">1590<" not in stepper.drawing.value.replace(" ", "")
        stepper.controls["weight"].value = 2
        assert ">1590<" in stepper.drawing.value.replace(" ", "")

    def test_has_a_still(self, stepper):
        assert_has_a_still(stepper, "Weight 4 of 4")


class TestImageGradientStepper:
    @pytest.fixture
    def stepper(self):
        return shown(backprop_widgets.image_gradient_stepper(KERNEL, UPSTREAM))

    def test_a_corner_is_seen_by_one_window(self, stepper):
        assert "Pixel 1 of 16, row 0, column 0: 12×1 = 12" in stepper.text.value
        stepper.controls["pixel"].value = 16
        assert "Pixel 16 of 16, row 3, column 3: 32×4 = 128" in stepper.text.value

    def test_the_middle_by_four_with_the_kernel_in_reverse(self, stepper):
        stepper.controls["pixel"].value = 6
        assert "12×4 + 14×3 + 20×2 + 22×1 = 152" in stepper.text.value

    @pytest.mark.parametrize(("kernel_shape", "shape"), [((1, 3), (4, 2)), ((3, 2), (1, 4))])
    def test_the_last_number_of_every_line_is_the_gradient(self, kernel_shape, shape):
        rng = np.random.default_rng(0)
        kernel, upstream = rng.integers(-9, 10, kernel_shape), rng.integers(-9, 10, shape)
        gradient = backprop.image_gradient(kernel, upstream)
        for pixel in range(1, gradient.size + 1):
            _, line = backprop_widgets.draw_pixel(kernel, upstream, pixel)
            assert float(line.split("= ")[1].replace("−", "-")) == gradient.flat[pixel - 1]

    def test_has_a_still(self, stepper):
        assert_has_a_still(stepper, "Pixel 6 of 16")


class TestDescentPlayer:
    @pytest.fixture
    def player(self):
        rng = np.random.default_rng(10)
        images = {"speckles": rng.normal(size=(12, 12)), "others": rng.normal(size=(10, 14))}
        shares = {"too small": 0.02, "right": 0.5, "too large": 1.05}
        return shown(
            backprop_widgets.descent_player(
                images, sobel.GX.astype(float), shares, steps=40, still=(0, 3, 12)
            )
        )

    @staticmethod
    def loss(player):
        text = player.text.value.split("loss ")[1].split(",")[0].replace("−", "-")
        if "·10" not in text:
            return float(text)
        mantissa, exponent = text.split("·10")
        plain = exponent.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))
        return float(f"{mantissa}e{plain}")

    def test_starts_from_zeros(self, player):
        assert player.text.value.count("Step 0 of 40") == 1
        assert "the kernel is off by at most 2." in player.text.value

    def test_learns_at_the_right_rate(self, player):
        player.controls["step"].value = 40
        assert "Step 40 of 40" in player.text.value
        assert self.loss(player) < 1e-6

    def test_hardly_at_one_too_small(self, player):
        before = self.loss(player)
        player.controls["rate"].value = "too small"
        player.controls["step"].value = 10
        assert 0.2 * before < self.loss(player) < before

    def test_diverges_at_one_too_large(self, player):
        before = self.loss(player)
        player.controls["rate"].value = "too large"
        player.controls["step"].value = 40
        assert self.loss(player) > 10 * before

    def test_begins_again_with_another_image_or_rate(self, player):
        for control, value in [("image", "others"), ("rate", "too small")]:
            player.controls["step"].value = 7
            player.controls[control].value = value
            assert "Step 0 of 40" in player.text.value

    def test_goes_back_to_step_0_and_no_further(self, player):
        previous, following = player.panel.children[0].children[1].children[1:3]
        following.click()
        assert "Step 1 of 40" in player.text.value
        previous.click()
        previous.click()
        assert "Step 0 of 40" in player.text.value

    def test_shows_start_middle_and_end_in_its_still(self, player):
        for words in ("Step 0 of 40", "Step 3 of 40", "Step 12 of 40"):
            assert_has_a_still(player, words)

    def test_every_control_has_a_name(self, player):
        names = [control.description for control in player.controls.values()]
        assert names == ["image", "rate", "step"]


class TestDrawings:
    def test_paths_say_their_rates_and_losses(self):
        image = np.random.default_rng(1).normal(size=(9, 9))
        shares = {"small": 0.1, "large": 1.1}
        picture = backprop_widgets.draw_paths(
            image, np.array([[3.0, -1.0]]), shares, 5, alt="paths"
        )
        limit = backprop.largest_rate(image, (1, 2))
        assert f"small: rate {0.1 * limit:.2g}" in picture.svg
        assert f"large: rate {1.1 * limit:.2g}" in picture.svg

    def test_errors_follow_lines_of_their_order(self):
        changes = np.logspace(-8, 0, 9)
        errors = {"one-sided": changes, "central": changes**2}
        picture = backprop_widgets.draw_errors(
            changes, errors, {"one-sided": 1, "central": 2}, rounding=1e-16, alt="errors"
        )
        assert "error ∝ eps²" in picture.svg
        assert 'aria-label="errors"' in picture.svg

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (-0.0, "0"),
            (2382, "2382"),
            (-10719.0, "−10719"),
            (10742.83, "10743"),
            (0.03189, "0.03189"),
            (3.5e-12, "3.5·10⁻¹²"),
            (-2.46e7, "−2.5·10⁷"),
            (773.333, "773.3"),
        ],
    )
    def test_numbers_are_short(self, value, text):
        assert backprop_widgets._number(value) == text

    def test_numbers_in_the_tuner_are_those_of_utils(self):
        kernel = np.array([[0.5, -1.0], [2.0, 0.1]])
        _, line = backprop_widgets.draw_tuning(IMAGE, TARGET, kernel)
        loss = backprop.mean_squared_error(convolution.correlate2d(IMAGE, kernel), TARGET)
        assert f"Loss {loss:.4g}" in line

import numpy as np
import pytest

from utils import pooling
from utils.widgets import pooling as pooling_widgets
from utils.widgets.base import WIDGET_VIEW

IMAGE = np.array([[1, 3, 2, 5], [4, 6, 1, 0], [7, 2, -1, -8], [3, 0, -4, -3]])
FIVE_BY_SIX = np.arange(30, 0, -1).reshape(5, 6)
CASES = [(9, 3, 2, "valid"), (7, 2, 3, "same"), (5, 3, 1, "same")]


@pytest.fixture
def stepper():
    widget = pooling_widgets.pooling_stepper({"four": IMAGE, "five": FIVE_BY_SIX})
    widget.refresh()
    return widget


class TestStepper:
    def test_starts_at_the_first_window(self, stepper):
        assert "Position 1 of 4: max(1, 3, 4, 6) = 6. Output: 2×2." in stepper.text.value

    def test_follows_the_slider(self, stepper):
        before = stepper.drawing.value
        stepper.controls["step"].value = 4
        assert "Position 4 of 4: max(−1, −8, −4, −3) = −1." in stepper.text.value
        assert stepper.drawing.value != before

    @pytest.mark.parametrize(
        ("mode", "said"),
        [("average", "average(1, 3, 4, 6) = 3.5"), ("sum", "sum(1, 3, 4, 6) = 14")],
    )
    def test_follows_the_mode(self, stepper, mode, said):
        stepper.controls["mode"].value = mode
        assert said in stepper.text.value

    def test_starts_again_when_the_image_changes(self, stepper):
        stepper.controls["step"].value = 3
        stepper.controls["image"].value = "five"
        assert "Position 1 of 6: max(30, 29, 24, 23) = 30. Output: 2×3." in stepper.text.value
        assert "Not covered: 1 row." in stepper.text.value

    def test_same_gives_leftovers_a_window(self, stepper):
        stepper.controls["image"].value = "five"
        stepper.controls["padding"].value = "same"
        stepper.controls["step"].value = 9
        assert "Position 9 of 9: max(2, 1) = 2. Output: 3×3." in stepper.text.value
        assert "Never" not in stepper.text.value

    def test_size_and_stride_change_the_count(self, stepper):
        stepper.controls["size"].value = 3
        assert "of 1:" in stepper.text.value
        stepper.controls["stride"].value = 1
        assert "of 4:" in stepper.text.value
        stepper.controls["padding"].value = "same"
        assert "Position 1 of 16: max(1, 3, 4, 6) = 6." in stepper.text.value

    def test_draws_numbers_as_text(self, stepper):
        assert ">−8<" in stepper.drawing.value.replace(" ", "")

    def test_has_a_still(self, stepper):
        data, metadata = stepper._repr_mimebundle_()
        assert {"image/png", "text/plain", WIDGET_VIEW} <= set(data)
        assert "Position 3 of 4" in metadata["image/png"]["alt"]

    def test_every_control_has_a_name(self, stepper):
        names = [control.description for control in stepper.controls.values()]
        assert names == ["image", "mode", "size", "stride", "padding", "position"]


class TestNumbersShown:
    @pytest.mark.parametrize("padding", ["valid", "same"])
    @pytest.mark.parametrize("shape", [(4, 4), (5, 6), (7, 4), (9, 11)])
    def test_are_those_of_utils_pooling(self, shape, padding):
        image = np.random.default_rng(0).integers(-99, 99, shape)
        for size in (2, 3, 4):
            for stride in (None, 1, 2, 3, 4):
                moves = stride or size
                expected = (
                    pooling.pool2d(image, size, moves)
                    if padding == "valid"
                    else pooling.max_pool_same(image, size, moves)
                )
                starts = pooling_widgets.window_starts(shape, size, stride, padding)
                got = [
                    [pooling_widgets.cut_window(image, i, j, size).max() for j in starts[1]]
                    for i in starts[0]
                ]
                np.testing.assert_array_equal(got, expected)

    def test_average_with_same_leaves_padding_out_as_keras_does(self):
        from keras import layers

        image = np.random.default_rng(1).normal(size=(5, 6))
        layer = layers.AveragePooling2D(3, strides=2, padding="same")
        expected = np.asarray(layer(image[None, :, :, None].astype(np.float32)))[0, :, :, 0]
        starts = pooling_widgets.window_starts(image.shape, 3, 2, "same")
        got = [
            [pooling_widgets.cut_window(image, i, j, 3).mean() for j in starts[1]]
            for i in starts[0]
        ]
        np.testing.assert_allclose(got, expected, atol=1e-6)

    def test_end_at_the_last_window_if_the_step_is_too_large(self):
        _, line = pooling_widgets.draw_step(IMAGE, "max", 2, None, "valid", 99)
        assert line.startswith("Position 4 of 4")


class TestWindowDrawings:
    @pytest.mark.parametrize("draw", [pooling_widgets.window_map, pooling_widgets.window_lines])
    def test_say_how_many_windows_there_are(self, draw):
        svg = draw(CASES, alt="windows").svg
        assert 'aria-label="windows"' in svg
        for count in (4, 3, 5):
            assert f"→ {count}" in svg


class TestShiftExplorer:
    @pytest.fixture
    def explorer(self):
        picture = np.zeros((28, 28), np.uint8)
        picture[8:20, 10:14] = 200
        widget = pooling_widgets.shift_explorer(picture)
        widget.refresh()
        return widget

    def test_says_how_much_changes(self, explorer):
        assert "Shifted by 1, pooled 2×2: the four maps hold 676 numbers" in explorer.text.value

    def test_without_a_move_nothing_changes(self, explorer):
        explorer.controls["dx"].value = 0
        assert "change by 0%" in explorer.text.value

    def test_global_pooling_forgives_every_move(self, explorer):
        explorer.controls["pool"].value = "global"
        for dx in (-4, -1, 2, 4):
            explorer.controls["dx"].value = dx
            assert "hold 4 numbers and change by 0%" in explorer.text.value

    def test_follows_the_slider(self, explorer):
        before = explorer.drawing.value, explorer.text.value
        explorer.controls["dx"].value = -3
        assert explorer.drawing.value != before[0]
        assert "Shifted by −3" in explorer.text.value

    def test_has_a_still(self, explorer):
        data, _ = explorer._repr_mimebundle_()
        assert {"image/png", "text/plain", WIDGET_VIEW} <= set(data)


class TestCommuteExplorer:
    @pytest.fixture
    def image(self):
        picture = np.zeros((28, 28), np.uint8)
        picture[7:20, 8:19] = np.random.default_rng(2).integers(0, 256, (13, 11))
        return picture

    @pytest.fixture
    def explorer(self, image):
        widget = pooling_widgets.commute_explorer(image, pooling.EDGE_KERNELS["right"])
        widget.refresh()
        return widget

    def test_shifting_and_convolving_commute_with_stride_1(self, explorer):
        for dx in range(-4, 5):
            explorer.controls["dx"].value = dx
            assert " 0 of 676 numbers differ." in explorer.text.value

    @pytest.mark.parametrize("operation", list(pooling_widgets.OPERATIONS)[1:])
    def test_with_a_spacing_of_2_only_even_shifts_commute(self, explorer, operation):
        explorer.controls["operation"].value = operation
        for dx in range(-4, 5):
            explorer.controls["dx"].value = dx
            assert (" 0 of 169 numbers differ." in explorer.text.value) == (dx % 2 == 0)

    def test_counts_what_differs(self, explorer, image):
        from scipy.signal import correlate2d

        explorer.controls["operation"].value = "convolution, stride 2"
        explorer.controls["dx"].value = -1
        kernel = pooling.EDGE_KERNELS["right"]
        shifted = np.roll(image.astype(int), -1, axis=1)  # nothing leaves the frame
        first = correlate2d(shifted, kernel, mode="valid")[::2, ::2]
        last = correlate2d(image.astype(int), kernel, mode="valid")[::2, ::2]
        difference = first - np.pad(last, [(0, 0), (0, 1)])[:, 1:]
        said = f"{np.count_nonzero(difference)} of 169 numbers differ, the largest by"
        assert f"{said} {np.abs(difference).max()}." in explorer.text.value
        assert "which is −0.5 pixels of the output, rounded down to −1." in explorer.text.value

    def test_has_a_still_with_a_difference(self, explorer):
        data, metadata = explorer._repr_mimebundle_()
        assert {"image/png", "text/plain", WIDGET_VIEW} <= set(data)
        alt = metadata["image/png"]["alt"]
        assert alt.startswith("Convolution, stride 2. The image is shifted by 1, which is 0.5")
        assert " 0 of" not in alt


class TestShiftCurves:
    def test_draw_the_mean_of_repeats(self):
        change = {name: [0.5, 0.0] for name in "abcd"}
        recognised = {name: np.array([[0.2, 0.4], [0.8, 0.6]]) for name in "abcd"}
        picture = pooling_widgets.shift_curves([0, 1], change, recognised)
        assert "b: change 0.50 0.00, recognised 0.30 0.70" in picture.alt

    def test_say_their_values_in_words(self):
        change = {name: [0.5, 0.0, 0.5] for name in ("none", "a", "b", "c", "d")}
        picture = pooling_widgets.shift_curves([-1, 0, 1], change, change, leave_out="b")
        assert "At 0, 1: none: change 0.00 0.50, recognised 0.00 0.50; a:" in picture.alt
        assert "b:" not in picture.alt

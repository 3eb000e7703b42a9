import numpy as np
import pytest

from utils import data, sobel
from utils.widgets import sobel as sobel_widgets
from utils.widgets.base import WIDGET_VIEW

CAMERA = data.photograph("camera")[60:130, 100:180]
PHOTOGRAPHS = {
    "camera": CAMERA,
    "coins": data.photograph("coins")[:60, :90],
    "grey": CAMERA * 0 + 9,
}


@pytest.fixture
def workbench():
    shown = sobel_widgets.kernel_workbench(PHOTOGRAPHS)
    shown.refresh()
    return shown


@pytest.fixture
def threshold():
    shown = sobel_widgets.edge_threshold(PHOTOGRAPHS)
    shown.refresh()
    return shown


def number_of_draws(shown, monkeypatch):
    calls = []
    draw = shown._draw
    monkeypatch.setattr(shown, "_draw", lambda **values: calls.append(values) or draw(**values))
    return calls


class TestKernelWorkbench:
    def test_the_still_shows_a_kernel_that_does_something(self, workbench):
        data, metadata = workbench._repr_mimebundle_()
        assert "image/png" in data
        assert WIDGET_VIEW in data
        assert metadata["image/png"]["alt"].startswith("Kernel all edges on camera")

    def test_it_starts_with_the_photograph_itself(self, workbench):
        assert "Kernel pass through on camera: its numbers add up to 1" in workbench.text.value

    def test_every_control_has_a_label(self, workbench):
        editor = workbench.controls["kernel"]
        assert [box.description for box in editor.boxes] == [
            f"row {row}, column {column}" for row in (1, 2, 3) for column in (1, 2, 3)
        ]
        assert editor.choice.description == "kernel"
        assert editor.divisor.description == "divide by"
        assert workbench.controls["photograph"].description == "photograph"

    @pytest.mark.parametrize("name", sobel.KERNELS)
    def test_a_choice_fills_the_boxes_and_draws_once(self, workbench, name, monkeypatch):
        editor = workbench.controls["kernel"]
        editor.choice.value = sobel_widgets.OWN
        calls = number_of_draws(workbench, monkeypatch)
        editor.choice.value = name
        filled = np.reshape([box.value for box in editor.boxes], (3, 3)) / editor.divisor.value
        np.testing.assert_allclose(filled, sobel.KERNELS[name])
        assert len(calls) == 1
        assert f"Kernel {name} on camera" in workbench.text.value

    def test_typing_makes_the_kernel_ones_own_and_changes_picture_and_text(self, workbench):
        editor = workbench.controls["kernel"]
        before = workbench.drawing.value
        editor.boxes[5].value = -1
        assert editor.choice.value == sobel_widgets.OWN
        assert "Kernel your own on camera: its numbers add up to 0" in workbench.text.value
        assert "grey is 0" in workbench.drawing.value
        assert workbench.drawing.value != before

    def test_the_divisor_divides(self, workbench):
        workbench.controls["kernel"].divisor.value = 4
        assert "add up to 0.25, so a uniform patch of 100 becomes 25." in workbench.text.value
        assert "0.25</text>" in workbench.drawing.value

    def test_another_photograph_keeps_the_kernel(self, workbench):
        workbench.controls["kernel"].choice.value = "Sobel Gx"
        workbench.controls["photograph"].value = "coins"
        assert "Kernel Sobel Gx on coins: its numbers add up to 0" in workbench.text.value

    def test_its_numbers_are_those_of_the_kernel(self, workbench):
        workbench.controls["kernel"].choice.value = "Sobel Gy"
        gy = sobel.sobel(CAMERA)[1]
        words = f"from {gy.min():.0f} to {gy.max():.0f}".replace("-", "−")
        assert words in workbench.text.value

    @pytest.mark.filterwarnings("error")
    def test_zeros_on_a_flat_picture_are_drawn_without_a_warning(self, workbench):
        workbench.controls["kernel"].boxes[4].value = 0
        workbench.controls["photograph"].value = "grey"
        assert "from 0 to 0, with a mean of 0." in workbench.text.value


class TestEdgeThreshold:
    def test_the_still_says_how_many_edges_there_are(self, threshold):
        data, metadata = threshold._repr_mimebundle_()
        edges = sobel.edge_map(CAMERA, 0.2)
        assert "image/png" in data
        assert f"{edges.sum():,} of {edges.size:,} pixels" in metadata["image/png"]["alt"]

    @pytest.mark.parametrize("value", [0, 0.37, 1])
    def test_moving_the_threshold_changes_picture_and_text(self, threshold, value):
        before = threshold.drawing.value
        threshold.controls["threshold"].value = value
        edges = sobel.edge_map(CAMERA, value)
        assert f"Threshold {value:.2f} on camera" in threshold.text.value
        assert f"{edges.sum():,} of {edges.size:,} pixels" in threshold.text.value
        assert f"at least {value:.2f} of it" in threshold.drawing.value
        assert threshold.drawing.value != before

    def test_another_photograph(self, threshold):
        threshold.controls["photograph"].value = "coins"
        assert "Threshold 0.20 on coins" in threshold.text.value

    def test_a_flat_picture_has_no_edge(self, threshold):
        threshold.controls["photograph"].value = "grey"
        assert f" 0 of {68 * 78:,} pixels are edges, 0.0%." in threshold.text.value

"""Do lesson 11's figures follow their controls, and say what they show?"""

import re

import numpy as np
import pytest

from utils import generalisation
from utils.widgets import generalisation as widgets
from utils.widgets.base import WIDGET_VIEW


@pytest.fixture
def explorer():
    made = widgets.curve_explorer()
    made.refresh()
    return made


def said(explorer):
    return re.sub("<.*?>", "", explorer.text.value)


class TestCurveExplorer:
    def test_begins_with_the_large_network_on_few_digits(self, explorer):
        assert said(explorer).startswith(
            "200 digits, 1,000 hidden units (795,010 parameters), epoch 25: "
            "accuracy in training 1.00"
        )

    def test_follows_every_control(self, explorer):
        for name, value, words in [
            ("digits", 2000, "2,000 digits"),
            ("units", 4, "4 hidden units (3,190 parameters)"),
            ("epochs", 3, "epoch 3:"),
        ]:
            before = explorer.drawing.value
            explorer.controls[name].value = value
            assert words in said(explorer)
            assert explorer.drawing.value != before

    def test_says_the_means_of_the_measured_curves(self, explorer):
        explorer.controls["epochs"].value = 7
        curves = generalisation.curves_of(200, 1000)
        valid = curves["val_accuracy"][:, 6]
        assert f"in validation {valid.mean():.2f} ({valid.min():.2f} to" in said(explorer)
        lowest = curves["val_loss"].mean(axis=0)[:7]
        assert f"lowest {lowest.min():.2f} in epoch {lowest.argmin() + 1}." in said(explorer)

    def test_has_a_still(self, explorer):
        data, metadata = explorer._repr_mimebundle_()
        assert {"image/png", "text/plain", WIDGET_VIEW} <= set(data)
        assert "200 digits" in metadata["image/png"]["alt"]

    def test_every_control_has_a_name(self, explorer):
        names = [control.description for control in explorer.controls.values()]
        assert names == ["digits", "hidden units", "epochs"]


class TestDrawings:
    def test_a_confusion_matrix_shows_its_counts(self):
        matrix = np.array([[41, 2], [0, 37]])
        picture = widgets.draw_confusion(matrix, alt="counts")
        texts = re.findall(r">\s*(\d+)\s*</text>", picture.svg)
        assert {"41", "2", "37"} <= set(texts)
        assert picture.alt == "counts"

    def test_a_path_names_its_first_and_last_step(self):
        grid = np.linspace(-1, 1, 5)
        picture = widgets.draw_path(grid, grid**2, [(-1, 1), (0.5, 0.25)], alt="two points")
        assert "step 0" in picture.svg
        assert "step 1" in picture.svg

    def test_a_histogram_for_each_size(self):
        shares = {n: np.random.default_rng(0).binomial(n, 0.9, 50) / n for n in (100, 2000)}
        picture = widgets.draw_sampling(shares, 0.9, alt="two histograms")
        assert "2,000 digits" in picture.svg

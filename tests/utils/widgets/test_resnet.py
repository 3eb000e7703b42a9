"""Do lesson 13's figures show what they say, and do they follow their controls?"""

import re

import numpy as np
import pytest

from utils import resnet
from utils.widgets import resnet as resnet_widgets

BATCH = np.array([[[[1, 10], [3, 20]]], [[[5, 40], [7, 10]]]], float)


def said(explorer):
    return re.sub("<.*?>", "", explorer.text.value)


class TestNormExplorer:
    def test_follows_its_controls_through_the_four_steps(self):
        explorer = resnet_widgets.norm_explorer(BATCH)
        explorer.refresh()
        assert said(explorer) == (
            "Step 0, as they come in. channel 0: mean 4.00, standard deviation 2.24; "
            "channel 1: mean 20.00, standard deviation 12.25."
        )
        steps = [
            (1, "Step 1, mean subtracted. channel 0: mean 0.00, standard deviation 2.24"),
            (2, "Step 2, divided by the deviation. channel 0: mean 0.00, standard deviation 1.00"),
            (3, "Step 3, times γ, plus β, γ = 1, β = 0. channel 0: mean 0.00"),
        ]
        for step, words in steps:
            before = explorer.drawing.value
            explorer.controls["step"].value = step
            assert words in said(explorer).replace("−0.00", "0.00")
            assert explorer.drawing.value != before
        explorer.controls["gamma"].value = 3
        explorer.controls["beta"].value = -2
        assert "γ = 3, β = −2. channel 0: mean −2.00, standard deviation 3.00" in said(explorer)

    def test_gamma_and_beta_matter_in_the_last_step_only(self):
        _, before = resnet_widgets.draw_norm(BATCH, 2, 1, 0)
        _, after = resnet_widgets.draw_norm(BATCH, 2, 3, 4)
        assert before == after

    def test_the_picture_says_what_the_line_says(self):
        picture, line = resnet_widgets.draw_norm(BATCH, 3, 2, 1)
        assert line in picture.alt


class TestDepthExplorer:
    measured = resnet.load_measured()

    @pytest.mark.parametrize("depth", resnet.DEPTHS)
    def test_says_what_was_measured(self, depth):
        picture, line = resnet_widgets.draw_depth(self.measured, depth)
        place = resnet.DEPTHS.index(depth)
        assert line.startswith(f"{depth} convolutions, three runs. plain: loss ")
        for reached in self.measured.depth_accuracies[:, place].ravel():
            assert f"{reached:.2f}" in line
        assert picture.alt == line

    def test_follows_its_slider(self):
        explorer = resnet_widgets.depth_explorer(self.measured)
        explorer.refresh()
        assert said(explorer).startswith("4 convolutions")
        explorer.controls["depth"].value = 30
        assert said(explorer).startswith("30 convolutions")

    def test_curves_have_words(self):
        words = resnet_widgets.draw_accuracy_by_depth(self.measured).alt
        assert words.startswith("Mean test accuracy at 4, 12, 30 convolutions: plain 0.")
        words = resnet_widgets.draw_transfer(self.measured).alt
        assert all(name in words for name in resnet.TRANSFERS)


def test_the_drawing_of_a_block_has_its_parts_and_words():
    picture = resnet_widgets.draw_block()
    for text in ("stride 2, no bias", "conv 1×1,", "shortcut", "batch norm", "ReLU"):
        assert text in picture.svg
    assert "addition" in picture.alt


def test_a_signal_is_drawn_with_its_ends():
    alt = resnet_widgets.draw_signal({"plain": np.array([1, 0.1, 1e-3])}).alt
    assert "plain: from 1 to 0.001" in alt

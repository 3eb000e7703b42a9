"""Does the letter pad follow what is drawn on it, and does it make sense without a kernel?"""

import ipywidgets as ipw
import numpy as np
import pytest
from traitlets import TraitError

from utils import xo_classifier
from utils.widgets import pad as pad_widgets
from utils.widgets import xo_classifier as xo_classifier_widgets

X, O = xo_classifier.load_letter("x"), xo_classifier.load_letter("o")  # noqa: E741


@pytest.fixture
def pad():
    pad = xo_classifier_widgets.letter_pad()
    pad.refresh()
    return pad


def press(pad, description):
    """Click the one button of this description."""
    (button,) = (
        child for child in _inside(pad.panel) if getattr(child, "description", "") == description
    )
    button.click()


def _inside(widget):
    """Yield a widget and all that it holds."""
    yield widget
    if isinstance(widget, ipw.Box):
        for child in widget.children:
            yield from _inside(child)


def test_the_pad_starts_with_an_x_and_its_verdict(pad):
    assert "Verdict: X. X scores 1.00, O scores 0.56." in pad.text.value
    assert 'role="status"' in pad.text.value
    for text in ("It says X", "1.00", "0.56", "diagonal", "−.78"):
        assert f">{text}<" in pad.drawing.value


@pytest.mark.parametrize(
    ("buttons", "said"),
    [
        (["load O"], "Verdict: O. X scores 0.56, O scores 1.00"),
        (["load O", "load X"], "Verdict: X. X scores 1.00, O scores 0.56"),
        (["clear"], "Verdict: O. X scores 0.27, O scores 0.33"),
        (["move right"], "Verdict: X. X scores 0.91, O scores 0.56"),
        (["move left"], "Verdict: X. X scores 1.00, O scores 0.78"),
        (["move down"] * 3, "Verdict: O. X scores 0.60, O scores 0.78"),
        (["move up"] * 3, "Verdict: O. X scores 0.56, O scores 0.78"),
        (["thicker"], "Verdict: X. X scores 0.42, O scores 0.33"),
    ],
)
def test_each_button_changes_picture_and_text(pad, buttons, said):
    for button in buttons:
        press(pad, button)
    assert said in pad.text.value
    assert said in pad.drawing.value


def test_a_stroke_on_the_grid_changes_picture_and_text(pad):
    grid = pad.controls["letter"]
    before = pad.drawing.value
    grid.value = xo_classifier.format_letter(np.where(np.eye(9) > 0, 1, -1))
    assert pad.drawing.value != before
    assert "1.00 0.33" in pad.text.value


def test_equal_scores_are_called_a_tie():
    small_x = -np.ones((9, 9), int)
    small_x[2:7, 4:9] = np.where(np.eye(5) + np.eye(5)[::-1] > 0, 1, -1)
    _, line = xo_classifier_widgets.draw_verdict(
        small_x, xo_classifier.FEATURES, xo_classifier.TEMPLATES
    )
    assert "Verdict: a tie. X scores 0.78, O scores 0.78" in line


def test_the_grid_takes_letters_alone(pad):
    grid = pad.controls["letter"]
    with pytest.raises((TraitError, ValueError), match="9 lines"):
        grid.value = "###"
    assert grid.value == xo_classifier.format_letter(X)


def test_the_still_shows_the_letter_next_to_its_verdict(pad):
    data, metadata = pad._repr_mimebundle_()
    assert data["image/png"]
    assert "Verdict: X" in metadata["image/png"]["alt"]
    with_letter, _ = xo_classifier_widgets.draw_verdict(
        X, xo_classifier.FEATURES, xo_classifier.TEMPLATES
    )
    assert ">letter<" in with_letter.svg
    assert ">letter<" not in pad.drawing.value


def test_the_grid_brings_its_script_along():
    assert "http" not in pad_widgets.ESM + pad_widgets.CSS
    assert "import " not in pad_widgets.ESM


def test_the_strip_says_what_it_shows():
    for letter, label in ((X, "X"), (O, "O")):
        picture = xo_classifier_widgets.draw_strip(letter)
        assert f"Verdict: {label}" in picture.alt
        assert picture.png.startswith(b"\x89PNG")

"""Does the digit pad follow what is drawn and covered, and does it make sense without a kernel?"""

import ipywidgets as ipw
import numpy as np
import pytest
from traitlets import TraitError

from utils import interpretation
from utils.keras_setup import keras
from utils.widgets import interpretation as interpretation_widgets
from utils.widgets import pad as pad_widgets


@pytest.fixture(scope="module")
def network():
    """Return a network whose verdict is 1 where most ink is on the left, else 2."""
    weights = np.zeros((28, 28, 10))
    weights[:, :14, 1], weights[:, 14:, 2] = 0.1, 0.1
    return interpretation.linear_network(weights, "softmax")


@pytest.fixture
def pad(network):
    corner = np.zeros((28, 28))
    corner[4:8, 4:24] = 1
    pad = interpretation_widgets.digit_pad(network, {"a bar": corner})
    pad.refresh()
    return pad


def inside(widget):
    """Yield a widget and all that it holds."""
    yield widget
    if isinstance(widget, ipw.Box):
        for child in widget.children:
            yield from inside(child)


def find(pad, kind, description=None):
    """Return the one widget of a kind and description."""
    (found,) = (
        each
        for each in inside(pad.panel)
        if isinstance(each, kind) and description in (None, each.description)
    )
    return found


def bar(covered):
    """Return a horizontal bar whose left or right half is covered, or neither."""
    ink, cover = np.zeros((2, 14, 14), bool)
    ink[6:8, 2:12] = True
    cover[6:8, {"left": slice(2, 7), "right": slice(7, 12), "": slice(0)}[covered]] = True
    return interpretation.format_cells(ink, cover)


def test_it_starts_with_a_verdict(pad):
    assert pad.text.value.count("Verdict: ") == 1
    assert 'role="status"' in pad.text.value
    assert "saliency for" in pad.drawing.value


@pytest.mark.parametrize(("covered", "verdict"), [("left", 2), ("right", 1)])
def test_a_cover_changes_verdict_saliency_and_text(pad, covered, verdict):
    pad.controls["digit"].value = bar("")
    before = pad.drawing.value
    pad.controls["digit"].value = bar(covered)
    assert f"Verdict: {verdict} (" in pad.text.value
    assert "10 cells covered; without the cover: " in pad.text.value
    assert f"saliency for {verdict}" in pad.drawing.value
    assert pad.drawing.value != before


def test_uncover_and_clear(pad):
    pad.controls["digit"].value = bar("left")
    find(pad, ipw.Button, "uncover").click()
    assert pad.controls["digit"].value == bar("")
    assert "covered" not in pad.text.value
    find(pad, ipw.Button, "clear").click()
    assert "#" not in pad.controls["digit"].value
    assert "Verdict: 0 (0.10)" in pad.text.value


def test_the_pen_draws_or_covers(pad):
    grid, pen = pad.controls["digit"], find(pad, ipw.ToggleButtons)
    assert grid.pen == interpretation_widgets.PENS["draw"]
    pen.value = "cover"
    assert grid.pen == {".": "o", "#": "x"}
    assert set(grid.states) == {*".#ox"}


def test_a_digit_can_be_loaded(pad):
    find(pad, ipw.Dropdown).value = "a bar"
    ink, covered = interpretation.parse_cells(pad.controls["digit"].value)
    assert ink[2:4, 2:12].all()
    assert ink.sum() == 20
    assert not covered.any()


def test_the_grid_takes_digits_only(pad):
    with pytest.raises((TraitError, ValueError), match="14 lines"):
        pad.controls["digit"].value = "###"


def test_it_draws_the_same_for_the_same_digit(network):
    cells = interpretation.parse_cells(bar("left"))
    one, line = interpretation_widgets.draw_verdict(network, *cells)
    other, again = interpretation_widgets.draw_verdict(network, *cells)
    assert (one.svg, line) == (other.svg, again)
    assert one.alt == line


def test_the_still_is_a_picture_with_its_text(pad):
    data, metadata = pad._repr_mimebundle_()
    assert data["image/png"]
    assert "Verdict: " in metadata["image/png"]["alt"]


def test_the_grid_brings_its_script_along():
    assert "http" not in pad_widgets.ESM + pad_widgets.CSS
    assert isinstance(interpretation_widgets.DigitGrid(), pad_widgets.Grid)


def test_the_widget_works_with_a_network_of_convolutions():
    keras.utils.set_random_seed(0)
    pad = interpretation_widgets.digit_pad(interpretation.build_network())
    pad.refresh()
    assert "Largest saliency" in pad.text.value

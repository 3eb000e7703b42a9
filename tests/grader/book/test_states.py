"""Which states of an interactive figure does the book draw?"""

import ipywidgets as ipw
import pytest

from grader.book import states
from grader.book.states import NotDrawnError, find_states, values_at
from utils import plots
from utils.plots import Picture
from utils.widgets.base import Interactive, Steps


def _figure(controls, layout=None, still=None):
    def draw(**values):
        return Picture(plots.figure(1, 1)[0], str(values)), str(values)

    return Interactive(controls, draw, layout, still)


def _choice(count):
    return ipw.Dropdown(options=[f"option {index}" for index in range(count)])


def _drawn(figure):
    found = find_states(figure)
    return found, [values_at(found.controls, one) for one in found.positions]


def test_few_states_are_all_drawn():
    figure = _figure({"a": _choice(3), "b": ipw.IntSlider(min=-2, max=2)})
    found, drawn = _drawn(figure)
    assert found.is_grid
    expected = [(f"option {a}", b) for a in range(3) for b in range(-2, 3)]
    assert sorted((state["a"], state["b"]) for state in drawn) == sorted(expected)


def test_of_many_values_a_grid_is_drawn_that_holds_the_first_state():
    wide = {name: ipw.IntSlider(value=37, max=1000) for name in ("a", "b")}
    found, drawn = _drawn(_figure(wide))
    assert found.is_grid
    assert drawn[0] == {"a": 37, "b": 37}
    values = sorted({state["a"] for state in drawn})
    assert {37, 1000} <= set(values)
    assert len(drawn) == len(values) * len({state["b"] for state in drawn}) <= states.MOST


def test_a_slider_with_few_values_keeps_them_all_beside_a_long_one():
    figure = _figure({"long": ipw.IntSlider(max=500), "digit": ipw.IntSlider(max=9)})
    _, drawn = _drawn(figure)
    assert {state["digit"] for state in drawn} == set(range(10))
    assert len({state["long"] for state in drawn}) == states.MOST // 10


def test_where_a_grid_would_be_too_large_one_control_moves_at_a_time():
    figure = _figure({name: ipw.FloatSlider(value=0.5, max=1, step=0.01) for name in "abcd"})
    found, drawn = _drawn(figure)
    assert not found.is_grid
    assert len(drawn) <= 4 * states.ONE_AT_A_TIME
    for state in drawn:
        assert sum(value != 0.5 for value in state.values()) <= 1
    assert {state["d"] for state in drawn} >= {0.0, 0.5, 1.0}


def test_a_range_that_depends_on_another_control_is_asked_for_each_of_its_values():
    """A larger window has fewer positions."""
    size, row = _choice(3), ipw.IntSlider(max=5)
    size.observe(lambda change: setattr(row, "max", 5 - size.index), names="value")
    _, drawn = _drawn(_figure({"size": size, "row": row}))
    for index in range(3):
        rows = {state["row"] for state in drawn if state["size"] == f"option {index}"}
        assert rows == set(range(6 - index))


def test_steps_are_found_by_their_play_button_and_all_drawn_for_each_choice():
    kernel, steps = _choice(2), Steps(9)
    figure = _figure(
        {"step": steps.slider, "kernel": kernel}, ipw.VBox([kernel, steps.row]), {"step": 5}
    )
    found, drawn = _drawn(figure)
    assert [control.kind for control in found.controls] == ["choice", "steps"]
    assert drawn[0] == {"kernel": "option 0", "step": 5}, "the still picture's state comes first"
    assert len(drawn) == 18


def test_very_many_steps_are_thinned():
    steps, rate = Steps(500), _choice(4)
    figure = _figure({"step": steps.slider, "rate": rate}, ipw.VBox([rate, steps.row]))
    _, drawn = _drawn(figure)
    assert len(drawn) <= 2 * states.MOST + 1
    assert {1, 500} <= {state["step"] for state in drawn if state["rate"] == "option 3"}


def test_an_option_whose_value_is_none_is_one_of_the_positions():
    stride = ipw.Dropdown(options=[("the size", None), ("1", 1), ("2", 2)])
    found, drawn = _drawn(_figure({"stride": stride}))
    assert found.positions == [(0,), (1,), (2,)]
    assert [state["stride"] for state in drawn] == [None, 1, 2]


def test_finding_states_leaves_the_controls_as_they_were():
    slider = ipw.IntSlider(value=7, max=99)
    find_states(_figure({"a": slider, "b": _choice(2)}))
    assert slider.value == 7


def test_a_slider_over_words_is_a_choice():
    slider = ipw.SelectionSlider(options=[("few", 1), ("many", 9)])
    found = find_states(_figure({"a": slider}))
    assert [control.kind for control in found.controls] == [states.CHOICE]
    assert sorted(found.positions) == [(0,), (1,)]


def test_a_control_to_draw_or_type_in_has_no_states():
    with pytest.raises(NotDrawnError, match="a is a Text"):
        find_states(_figure({"a": ipw.Text()}))

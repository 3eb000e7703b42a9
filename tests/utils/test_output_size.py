"""Lesson 04's reference answers and figures against windows that are really tried."""

import math
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from utils import output_size as sizes
from utils.widgets import output_size as output_size_widgets

side = st.integers(1, 40)
window = st.integers(1, 12)
stride = st.integers(1, 6)


@given(side, window, st.integers(0, 6), stride)
def test_output_size_is_the_number_of_places_where_a_window_fits(n, k, p, s):
    places = [start for start in range(-p, n + p, s) if start + k <= n + p]
    if not places:
        with pytest.raises(ValueError, match="does not fit"):
            sizes.output_size(n, k, p, s)
    else:
        size = sizes.output_size(n, k, p, s)
        assert type(size) is int
        assert size == len(places) == len(sizes.window_starts(n, k, (p, p), s))


@pytest.mark.parametrize(
    "arguments",
    [
        (2, 3),
        (2, 5, 1),
        (0, 1, 1),
        (7, 0),
        (7, 3, -1),
        (7, 3, 0, 0),
        (-3, 1, 4),
        (7, -1),
        (7, 3, 0, -2),
    ],
)
def test_output_size_refuses_what_cannot_be(arguments):
    with pytest.raises(ValueError, match=r"\d"):
        sizes.output_size(*arguments)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((7, 3, 0, 2), 3),
        ((6, 3, 0, 2), 2),
        ((28, 3, 1), 28),
        ((5, 3), 3),
        ((5, 3, 1), 5),
        ((4, 2, 0, 2), 2),
        ((30, 3), 28),
    ],
)
def test_output_size_gives_the_published_sizes(arguments, expected):
    assert sizes.output_size(*arguments) == expected


@given(side, window, stride)
def test_same_padding_makes_just_enough_room(n, k, s):
    before, after = sizes.same_padding(n, k, s)
    wanted = math.ceil(n / s)
    assert len(sizes.window_starts(n, k, (before, after), s)) == wanted
    assert after - before in (0, 1)
    if before + after:
        assert len(sizes.window_starts(n, k, (before, after - 1), s)) < wanted


def test_same_padding_gives_the_contract_s_examples():
    assert sizes.same_padding(28, 3) == (1, 1)
    assert sizes.same_padding(28, 2) == (0, 1)
    assert sizes.same_padding(7, 2, 2) == (0, 1)
    assert sizes.same_padding(28, 5, 2) == (1, 2)


@given(window, window, st.integers(1, 20), st.integers(1, 20), st.booleans())
def test_conv_parameters_counts_the_numbers_in_the_arrays(kh, kw, channels, filters, use_bias):
    weights = np.zeros((kh, kw, channels, filters)).size
    expected = weights + (np.zeros(filters).size if use_bias else 0)
    assert sizes.conv_parameters((kh, kw), channels, filters, use_bias) == expected
    if kh == kw:
        assert sizes.conv_parameters(kh, channels, filters, use_bias) == expected


def test_conv_parameters_gives_the_published_numbers():
    assert sizes.conv_parameters(5, 1, 6) == 156
    assert sizes.conv_parameters(5, 6, 16) == 2416
    assert sizes.conv_parameters(5, 16, 120) == 48120
    assert sizes.conv_parameters((3, 5), 3, 32, False) == 1440


def test_trace_shapes_corrects_the_published_colour_network():
    network = [
        {"type": "conv", "filters": 6, "kernel": 3, "stride": 1},
        {"type": "pool", "size": 3, "stride": 1},
        {"type": "conv", "filters": 16, "kernel": 5},
        {"type": "pool", "size": 3, "stride": 1},
        {"type": "flatten"},
        {"type": "dense", "units": 120},
        {"type": "dense", "units": 3},
    ]
    shapes = sizes.trace_shapes((32, 32, 3), network)
    assert shapes == [
        (30, 30, 6),
        (28, 28, 6),
        (24, 24, 16),
        (22, 22, 16),
        (7744,),
        (120,),
        (3,),
    ]


YES_OR_NO = [
    layer
    for filters in (512, 256, 128)
    for layer in ({"type": "conv", "filters": filters, "kernel": 3}, {"type": "pool", "size": 3})
]


def test_trace_shapes_names_the_dense_layer_that_lacks_a_flatten():
    with pytest.raises(ValueError, match=r"layer 6: .*flatten"):
        sizes.trace_shapes((100, 100, 1), [*YES_OR_NO, {"type": "dense", "units": 1}])


def test_the_repaired_network_has_1480577_parameters():
    repaired = [*YES_OR_NO, {"type": "flatten"}, {"type": "dense", "units": 1}]
    assert sum(sizes.layer_parameters((100, 100, 1), repaired)) == 1_480_577


CONV = {"type": "conv", "filters": 4, "kernel": 3}


@pytest.mark.parametrize(
    ("layers", "index"),
    [
        ([{"type": "blur"}], 0),
        ([CONV, CONV | {"padding": "full"}], 1),
        ([CONV, CONV, CONV | {"kernel": (1, 9)}], 2),
        ([{"type": "pool", "size": 11}], 0),
        ([{"type": "flatten"}, CONV], 1),
        ([{"type": "flatten"}, {"type": "pool", "size": 2}], 1),
        ([CONV, {"type": "dense", "units": 3}], 1),
    ],
)
def test_trace_shapes_names_the_layer_that_cannot_work(layers, index):
    with pytest.raises(ValueError, match=f"^layer {index}: "):
        sizes.trace_shapes((10, 12, 2), layers)


def test_trace_shapes_leaves_its_layers_as_they_are():
    layers = [dict(CONV), {"type": "pool", "size": 2}]
    sizes.trace_shapes((10, 12, 2), layers)
    assert layers == [CONV, {"type": "pool", "size": 2}]


@given(st.integers(1, 20), st.integers(1, 6), st.integers(0, 3), st.integers(0, 3), stride)
def test_times_seen_counts_the_windows_on_each_pixel(n, k, before, after, s):
    expected = np.zeros(n, int)
    for start in sizes.window_starts(n, k, (before, after), s):
        for pixel in range(start, start + k):
            if 0 <= pixel < n:
                expected[pixel] += 1
    assert np.array_equal(sizes.times_seen(n, k, (before, after), s), expected)


@given(st.integers(3, 12), st.integers(3, 12), st.integers(1, 3), st.integers(0, 2), stride)
def test_correlate_strided_has_the_size_that_the_formula_says(height, width, k, p, s):
    out = sizes.correlate_strided(np.ones((height, width)), np.ones((k, k)), ((p, p), (p, p)), s)
    assert out.shape == tuple(sizes.output_size(n, k, p, s) for n in (height, width))


def test_the_module_loads_without_keras_and_without_widgets():
    code = (
        "import sys, utils.output_size; "
        "sys.exit(any(name in sys.modules for name in ('keras', 'tensorflow', 'ipywidgets')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def explorer():
    shown = output_size_widgets.window_explorer()
    shown.refresh()
    return shown


def test_the_explorer_begins_with_the_6x6_image_whose_last_row_goes_unseen(explorer):
    assert "floor((6 − 3 + 0) / 2) + 1 = floor(1.5) + 1 = 2." in explorer.text.value
    assert "Not covered: row and column 5, 11 of 36 pixels." in explorer.text.value


@pytest.mark.parametrize(
    ("moves", "said"),
    [
        (
            {"n": 7},
            "floor((7 − 3 + 0) / 2) + 1 = floor(2) + 1 = 3. Output: 3×3. Every pixel is covered",
        ),
        ({"k": 7}, "A window of 7 does not fit into 6 pixels: there is no output."),
        ({"k": 2, "s": 3}, "Not covered: rows and columns 2 and 5, 20 of 36 pixels."),
        ({"padding": "same"}, "Added: 0 before, 1 after. floor((6 − 3 + 1) / 2) + 1"),
        ({"padding": "custom"}, "floor((6 − 3 + 2×1) / 2) + 1 = floor(2.5) + 1 = 3."),
        ({"padding": "custom", "p": 3}, "floor((6 − 3 + 2×3) / 2) + 1 = floor(4.5) + 1 = 5."),
    ],
)
def test_moving_a_control_of_the_explorer_changes_picture_and_text(explorer, moves, said):
    before = explorer.drawing.value
    for name, value in moves.items():
        explorer.controls[name].value = value
    assert said in explorer.text.value
    assert explorer.drawing.value != before
    assert "<svg" in explorer.drawing.value


def test_only_custom_padding_has_a_slider(explorer):
    assert explorer.controls["p"].disabled
    explorer.controls["padding"].value = "custom"
    assert not explorer.controls["p"].disabled


@given(st.integers(1, 12), st.integers(1, 7), st.integers(1, 5), st.integers(0, 3))
def test_the_explorer_s_text_agrees_with_the_formula(n, k, s, p):
    for padding, total in [
        ("valid", 0),
        ("same", sum(sizes.same_padding(n, k, s))),
        ("custom", 2 * p),
    ]:
        added = {"valid": (0, 0), "same": sizes.same_padding(n, k, s), "custom": (p, p)}[padding]
        line = output_size_widgets._formula(n, k, s, padding, added)
        found = re.search(r"Output: (\d+)×", line)
        if k > n + total:
            assert found is None
        else:
            assert int(found[1]) == (n + total - k) // s + 1


def test_every_control_of_the_explorer_has_a_name_to_find_it_by(explorer):
    names = [control.description for control in explorer.controls.values()]
    assert all(names)
    assert len(set(names)) == len(names)


def test_the_explorer_has_a_still_picture(explorer):
    data, _ = explorer._repr_mimebundle_()
    assert "image/png" in data
    assert "11 of 36" in data["text/plain"]


def test_a_network_s_drawing_writes_every_shape_as_text():
    shapes = [(28, 28, 1), (26, 26, 6), (13, 13, 6), (1014,)]
    picture = output_size_widgets.draw_network(
        {"mine": shapes}, ["conv 3×3", "pool 2", "flatten"], alt="three layers"
    )
    for text in ("28×28×1", "26×26×6", "13×13×6", "1,014"):
        assert text in picture.svg

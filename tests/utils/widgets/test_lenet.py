"""Do lesson 08's figures show what they say, and does the explorer follow its controls?"""

import re

import numpy as np
import pytest

from utils import lenet
from utils.keras_setup import keras
from utils.widgets import lenet as lenet_widgets


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((3, 32, 32, 1), dtype=np.float32)


@pytest.fixture(scope="module")
def maps(images):
    keras.utils.set_random_seed(8)  # with which no two of the values shown are equal
    return lenet.feature_maps(lenet.build_lenet5(), images)


@pytest.fixture
def explorer(images, maps):
    made = lenet_widgets.field_explorer(images, maps)
    made.refresh()
    return made


def said(explorer):
    return re.sub("<.*?>", "", explorer.text.value)


class TestExplorer:
    def test_begins_in_the_middle_of_s4(self, explorer, maps):
        value = f"{maps['S4'][0, 2, 2, 0]:.2f}".replace("-", "−")
        assert said(explorer) == (
            "S4, map 0, row 2, column 2: sees rows 8 to 23 and columns 8 to 23, "
            f"16×16 of 32×32 pixels. Its value: {value}."
        )

    def test_follows_every_control(self, explorer):
        moves = {
            "row": (1, "S4, map 0, row 1, column 2: sees rows 4 to 19 and columns 8 to 23"),
            "column": (4, "row 1, column 4: sees rows 4 to 19 and columns 16 to 31"),
            "map": (15, "S4, map 15, row 1, column 4"),
            "layer": ("C3", "C3, map 15, row 1, column 4: sees rows 2 to 15 and columns 8 to 21"),
        }
        for name, (value, text) in moves.items():
            before = explorer.drawing.value
            explorer.controls[name].value = value
            assert text in said(explorer)
            assert explorer.drawing.value != before
        before = said(explorer)
        explorer.controls["digit"].value = 2
        assert said(explorer) != before  # another value

    @pytest.mark.parametrize(
        ("layer", "limits", "text"),
        [
            ("C1", (27, 27, 5), "C1, map 5, row 27, column 27: sees rows 27 to 31"),
            ("S2", (13, 13, 5), "S2, map 5, row 13, column 13: sees rows 26 to 31"),
            ("C3", (9, 9, 15), "C3, map 15, row 9, column 9: sees rows 18 to 31"),
            ("S4", (4, 4, 15), "S4, map 15, row 4, column 4: sees rows 16 to 31"),
            ("C5", (0, 0, 119), "C5, map 119, row 0, column 0: sees rows 0 to 31"),
        ],
    )
    def test_stays_within_the_layer_that_is_chosen(self, explorer, layer, limits, text):
        explorer.controls["layer"].value = layer
        names = ("row", "column", "map")
        assert tuple(explorer.controls[name].max for name in names) == limits
        for name in names:
            explorer.controls[name].value = explorer.controls[name].max
        assert text in said(explorer)

    def test_numbers_and_titles_are_text_in_the_drawing(self, explorer, maps):
        for text in ("the digit, 32×32", "what the unit sees, 16×16", "S4, map 0: 5×5"):
            assert text in explorer.drawing.value
        assert f"{maps['S4'][0, 2, 2, 0]:.2f}".replace("-", "−") in explorer.drawing.value

    def test_every_control_has_a_label(self, explorer):
        labels = [control.description for control in explorer.controls.values()]
        assert labels == ["digit", "layer", "map", "row", "column"]

    def test_is_a_still_picture_without_a_kernel(self, explorer):
        data, metadata = explorer._repr_mimebundle_()
        assert data["image/png"]
        assert data["text/plain"].startswith("S4, map 0")
        assert metadata["image/png"]["alt"] == data["text/plain"]


class TestPictures:
    def test_the_architecture_names_every_layer_and_number(self):
        drawn = lenet_widgets.architecture()
        for text in ("C1", "S2", "C3", "S4", "C5", "F6", "output", "6 @ 28×28", "48,120"):
            assert f">{text}<" in drawn.svg
        assert "C5: 1×1×120, 48,120 parameters" in drawn.alt

    def test_receptive_fields_are_titled_by_their_sizes(self, images):
        drawn = lenet_widgets.fields(images[0, :, :, 0])
        for text in ("input: 1×1", "C1: 5×5", "S2: 6×6", "C3: 14×14", "S4: 16×16", "C5: 32×32"):
            assert f">{text}<" in drawn.svg

    def test_layers_end_in_the_probabilities(self, images, maps):
        drawn = lenet_widgets.draw_layers(
            images[0, :, :, 0], {name: values[0] for name, values in maps.items()}
        )
        best = maps["output"][0].max()
        assert f"{best:.2f}" in drawn.alt
        assert drawn.svg.count(f">{best:.2f}<") >= 1

    def test_tiles_keep_every_map_whole(self):
        maps = np.arange(2 * 3 * 5).reshape(2, 3, 5).astype(float)
        tiled = lenet_widgets.tile(maps, 2)
        assert tiled.shape == (8, 7)
        assert np.array_equal(tiled[3:5, 4:7], maps[:, :, 3])
        assert np.array_equal(tiled[6:8, 0:3], maps[:, :, 4])
        assert np.isnan(tiled[2]).all()
        assert np.isnan(tiled[6:8, 3:]).all()

    def test_bars_say_their_numbers(self):
        shares = lenet_widgets.share_of_parameters({"C1": 25, "C5": 75})
        assert "75  (75.0%)" in shares.alt

    def test_the_comparison_shows_runs_numbers_and_seconds(self):
        rows = {"dense": ([0.96, 0.98], 795_010, 2.0), "LeNet-5": ([0.98], 61_706, 3)}
        compared = lenet_widgets.compare(rows, 2000)
        for text in ("795,010", "61,706", "3.0"):
            assert f">{text}<" in compared.svg
        assert "dense: accuracy 0.970 (0.960 to 0.980), 795,010 parameters" in compared.alt

    def test_the_confusion_matrix_names_the_commonest_mistake(self):
        drawn = lenet_widgets.draw_confusion(np.array([[8, 2, 0], [0, 9, 1], [0, 0, 10]]))
        assert "27 of 30 are on the diagonal" in drawn.alt
        assert "2 times a 0 is taken for a 1" in drawn.alt
        assert ">10<" in drawn.svg

    def test_patches_are_titled_by_layer_and_size(self):
        means = {"C1": np.ones((6, 5, 5)), "C5": np.ones((120, 32, 32))}
        drawn = lenet_widgets.draw_patches(means)
        assert ">C1: 6 maps, parts of 5×5<" in drawn.svg
        assert ">C5: 16 maps, parts of 32×32<" in drawn.svg

import numpy as np
import pytest

from utils import data
from utils.widgets import pixels as pixels_widgets
from utils.widgets.base import WIDGET_VIEW


def said(interactive):
    interactive.refresh()
    return interactive.text.value


class TestColourMixer:
    def test_says_colour_code_and_grey(self):
        text = said(pixels_widgets.colour_mixer("#0B6623"))
        for part in ("#0B6623", "red 11", "green 102", "blue 35", "67.2"):
            assert part in text

    def test_code_follows_sliders(self):
        mixer = pixels_widgets.colour_mixer()
        mixer.controls["red"].value = 255
        assert mixer.field.value == "#FF6623"

    def test_sliders_follow_code_and_leave_it_as_it_is_typed(self):
        mixer = pixels_widgets.colour_mixer()
        mixer.field.value = "98fb98"
        assert mixer.values() == {"red": 152, "green": 251, "blue": 152}
        assert mixer.field.value == "98fb98"
        assert "#98FB98" in mixer.text.value

    @pytest.mark.parametrize("half", ["#98FB9", "", "#GGGGGG", "##98FB98"])
    def test_half_typed_code_moves_nothing_and_is_said(self, half):
        mixer = pixels_widgets.colour_mixer("#0B6623")
        mixer.field.value = half
        assert mixer.values() == {"red": 11, "green": 102, "blue": 35}
        assert "Not a colour yet" in mixer.text.value


class TestPixelZoom:
    def test_says_what_is_in_the_corner(self):
        cat = data.photograph("cat")
        text = said(pixels_widgets.pixel_zoom({"cat": cat}, row=100, column=166))
        red, green, blue = cat[100, 166]
        assert f"red {red}, green {green}, blue {blue}" in text
        assert "Rows 100 to 105, columns 166 to 171" in text

    def test_grey_photographs_have_one_number(self):
        camera = data.photograph("camera")
        assert f"grey {camera[7, 9]}." in said(pixels_widgets.pixel_zoom({"camera": camera}, 7, 9))

    def test_window_stays_inside_when_photo_or_size_change(self):
        photographs = {
            "tall": np.zeros((30, 12, 3), np.uint8),
            "wide": np.zeros((10, 40), np.uint8),
        }
        zoom = pixels_widgets.pixel_zoom(photographs, row=29, column=11)
        zoom.refresh()
        assert (zoom.controls["row"].value, zoom.controls["column"].value) == (24, 6)
        zoom.controls["name"].value = "wide"
        assert zoom.controls["row"].value == 4
        zoom.controls["column"].value = 34
        zoom.controls["size"].value = 8
        assert (zoom.controls["row"].value, zoom.controls["column"].value) == (2, 32)
        zoom.controls["name"].value = "tall"
        assert zoom.controls["column"].value == 4
        assert "columns 4 to 11" in zoom.text.value


class TestDenseCounter:
    def test_says_the_product(self):
        text = said(pixels_widgets.dense_counter(side=28, channels=3, units=1))
        assert "2,352 × 1 weights + 1 bias = 2,353 parameters" in text

    def test_follows_its_controls(self):
        counter = pixels_widgets.dense_counter()
        counter.refresh()
        counter.controls["channels"].value = 1
        counter.controls["units"].value = 1000
        assert "1,000 biases = 785,000 parameters" in counter.text.value


class TestAverageBuilder:
    def test_averages_as_many_as_asked(self):
        images = np.stack([np.full((4, 5), value, np.uint8) for value in [10, 99, 20, 60]])
        images = np.concatenate([images, np.zeros((18, 4, 5), np.uint8)])
        labels = np.array([1, 0, 1, 0, *range(2, 10), *range(10)])
        builder = pixels_widgets.average_builder(images, labels, digit=1)
        assert "1 image of the digit 1" in said(builder)
        assert "pixel, 10.0," in builder.text.value
        builder.controls["count"].value = 2
        assert "2 images of the digit 1" in builder.text.value
        assert "pixel, 15.0," in builder.text.value


@pytest.mark.parametrize(
    "make",
    [
        pixels_widgets.colour_mixer,
        lambda: pixels_widgets.pixel_zoom({"cat": data.photograph("cat")}),
        pixels_widgets.dense_counter,
        lambda: pixels_widgets.average_builder(*data.load_digits(announce=False)[0]),
    ],
)
def test_each_is_also_a_still_with_words(make):
    shown, about = make()._repr_mimebundle_()
    assert shown["image/png"]
    assert WIDGET_VIEW in shown
    assert shown["text/plain"] == about["image/png"]["alt"]

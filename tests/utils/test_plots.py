"""Are figures drawn right, small, the same each time, and readable without eyes?"""

import io

import numpy as np
import pytest
from PIL import Image

from utils import plots

MATRIX = np.array([[1.0, -2.5], [np.nan, 40]])


def opened(picture):
    return Image.open(io.BytesIO(picture.png))


def texts(picture):
    """Return every text of a drawing, in order."""
    return [text.get_text() for ax in picture.figure.axes for text in ax.texts]


def test_a_picture_is_shown_as_a_png_with_its_text():
    picture = plots.matrices({"a": MATRIX}, alt="Four squares.")
    data, metadata = picture._repr_mimebundle_()
    assert data["text/plain"] == metadata["image/png"]["alt"] == "Four squares."
    assert opened(picture).width == pytest.approx(metadata["image/png"]["width"] * 1.5, abs=1)


def test_the_svg_has_the_numbers_as_text_and_the_alternative_as_its_label():
    svg = plots.matrices({"a": MATRIX}, alt='A "2x2" matrix <1>').svg
    assert svg.startswith('<svg role="img" aria-label="A &quot;2x2&quot; matrix &lt;1&gt;"')
    assert ">40<" in svg


def test_drawing_twice_gives_the_same_bytes():
    one, other = (plots.matrices({"a": MATRIX, "b": MATRIX.T}, alt="x") for _ in range(2))
    assert one.png == other.png
    assert one.svg == other.svg


def test_all_numbers_of_a_matrix_have_the_same_size():
    values = np.array([[0.25, -0.25], [np.nan, 1]])
    picture = plots.matrices([("mixed", values), ("short", np.abs(values))], alt="x")
    mixed, short = ({text.get_fontsize() for text in ax.texts[:-1]} for ax in picture.figure.axes)
    assert len(mixed) == len(short) == 1
    assert max(mixed) < max(short)


def test_a_matrix_shows_its_numbers_short_with_a_true_minus_sign_and_nothing_for_nan():
    assert texts(plots.matrices({"m": MATRIX}, alt="x")) == ["1", "−2.50", "40", "m"]


def test_signs_stand_between_matrices():
    picture = plots.matrices([("a", MATRIX), "⋆", ("b", MATRIX), "=", ("c", MATRIX)], alt="x")
    assert [text for text in texts(picture) if text in ("⋆", "=")] == ["⋆", "="]


def test_a_window_is_framed():
    _, ax = plots.figure(2, 2)
    plots.matrix(ax, MATRIX, window=(0, 1, 2, 1))
    frame = ax.patches[-1]
    assert (frame.get_x(), frame.get_y(), frame.get_width(), frame.get_height()) == (1, 0, 1, 2)


def test_tints_grow_with_the_number_and_tell_the_sign():
    light, deep, negative = plots._tint(1, 10), plots._tint(10, 10), plots._tint(-10, 10)
    assert sum(light) > sum(deep)
    assert deep[2] > deep[0]
    assert negative[0] > negative[2]
    assert plots._tint(0, 10) == "white"


@pytest.mark.parametrize("count", [1, 3, 7])
def test_images_are_laid_out_in_rows(count):
    picture = plots.images([np.zeros((4, 5), np.uint8)] * count, ["t"] * count, alt="x", columns=3)
    shown = [ax for ax in picture.figure.axes if ax.images]
    assert len(shown) == count


def test_bytes_are_shown_on_the_whole_scale_from_black_to_white():
    picture = plots.images([np.full((2, 2), 100, np.uint8)], alt="x")
    assert picture.figure.axes[0].images[0].get_clim() == (0, 255)


def test_text_is_readable_on_every_tint():
    """Is the contrast of black on the deepest tints at least 4.5 to 1, as WCAG asks?"""
    for value in (1, -1):
        linear = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
            for c in plots._tint(value, 1)
        ]
        luminance = np.dot([0.2126, 0.7152, 0.0722], linear)
        assert (luminance + 0.05) / 0.05 >= 4.5

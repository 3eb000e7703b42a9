import math

import matplotlib.colors
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageColor
from skimage.color import rgb2ycbcr

from utils import pixels

GREENS = {
    "#0B6623": (11, 102, 35),
    "#98FB98": (152, 251, 152),
    "#708238": (112, 130, 56),
    "#C7EA46": (199, 234, 70),
    "#29AB87": (41, 171, 135),
    "#00A86B": (0, 168, 107),
}
NOT_COLOURS = [
    "", "#", "##", "0", "FFF", "#FFF", "0B662", "#0B662", "0B66233", "#0B66233", "##0B6623",
    "##0B66", "0B6623#", "0B#6623", "0B6623 ", " 0B6623", "0B6623\n", "\n0B6623", "0B 66 23",
    "+1+2+3", " 1 2 3", "-1-2-3", "0x1234", "0X1234", "#0x0B66", "12_345", "1_2_34", "1.0e+5",
    "GGGGGG", "0B662G", "O86623", "１２３４５６", "٠١٢٣٤٥", "ＡＢＣＤＥＦ", "forest", "#forest",
]  # fmt: skip
REAL = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="="),
    hnp.unsigned_integer_dtypes(endianness="="),
    hnp.floating_dtypes(endianness="=", sizes=(32, 64)),
)


def real_arrays(shape):
    return REAL.flatmap(lambda dtype: hnp.arrays(dtype, shape, elements=numbers(dtype)))


def numbers(dtype):
    """Numbers that any dtype holds exactly and whose sums lose nothing."""
    if dtype.kind == "f":
        return st.integers(-1000, 1000).map(lambda number: number / 4)
    return None if dtype.kind == "b" else st.integers(*limits(dtype))


def limits(dtype):
    info = np.iinfo(dtype)
    return max(info.min, -(2**31)), min(info.max, 2**31)


class TestCountValues:
    @pytest.mark.parametrize(
        ("shape", "count"),
        [
            ((24, 24), 576),
            ((100, 100), 10_000),
            ((100, 100, 3), 30_000),
            ((28, 28, 3), 2352),
            ((64, 64, 3), 12_288),
            ((200, 200, 3), 120_000),
            ((500, 700), 350_000),
        ],
    )
    def test_published_figures(self, shape, count):
        assert pixels.count_values(*shape) == count

    @given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 5))
    def test_is_the_size_of_an_array(self, height, width, channels):
        count = pixels.count_values(height, width, channels)
        assert type(count) is int
        assert count == np.empty((height, width, channels)).size

    def test_numpys_small_integers_do_not_wrap(self):
        assert pixels.count_values(np.uint8(200), np.uint8(200), np.uint8(3)) == 120_000


class TestHexToRgb:
    @pytest.mark.parametrize(("code", "rgb"), GREENS.items())
    def test_published_greens(self, code, rgb):
        assert pixels.hex_to_rgb(code) == rgb

    @given(st.integers(0, 2**24 - 1), st.booleans(), st.booleans())
    def test_agrees_with_matplotlib_and_pillow(self, number, sharp, small):
        code = f"{number:06x}" if small else f"{number:06X}"
        rgb = pixels.hex_to_rgb("#" + code if sharp else code)
        assert rgb == ImageColor.getrgb("#" + code)
        assert rgb == tuple(round(255 * part) for part in matplotlib.colors.to_rgb("#" + code))
        assert all(type(value) is int for value in rgb)

    @pytest.mark.parametrize("code", NOT_COLOURS)
    def test_refuses_what_is_no_colour(self, code):
        with pytest.raises(ValueError, match="six hexadecimal digits"):
            pixels.hex_to_rgb(code)

    @given(st.text(max_size=8))
    def test_takes_six_hexadecimal_digits_and_nothing_else(self, text):
        import re

        if re.fullmatch(r"#?[0-9a-fA-F]{6}", text):
            pixels.hex_to_rgb(text)
        else:
            with pytest.raises(ValueError, match="six hexadecimal digits"):
                pixels.hex_to_rgb(text)


class TestToGrayscale:
    @given(st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(lambda s: real_arrays((*s, 3))))
    def test_agrees_with_exact_sums(self, image):
        from fractions import Fraction

        grey = pixels.to_grayscale(image)
        assert grey.shape == image.shape[:2]
        assert grey.dtype == np.float64
        for position in np.ndindex(grey.shape):
            red, green, blue = (Fraction(float(value)) for value in image[position])
            exact = (299 * red + 587 * green + 114 * blue) / 1000
            size = float(abs(red) + abs(green) + abs(blue))
            assert abs(grey[position] - float(exact)) <= 1e-14 * size

    @given(hnp.arrays(np.uint8, (5, 4, 3)))
    def test_agrees_with_pillow_up_to_its_rounding(self, image):
        theirs = np.asarray(Image.fromarray(image).convert("L"), float)
        assert abs(pixels.to_grayscale(image) - theirs).max() <= 0.5 + 1e-3

    @given(hnp.arrays(np.uint8, (5, 4, 3)))
    def test_agrees_with_skimages_luma(self, image):
        """Its YCbCr puts BT.601's luma on a scale from 16 to 235."""
        luma = (rgb2ycbcr(image)[..., 0] - 16) / 219 * 255
        np.testing.assert_allclose(pixels.to_grayscale(image), luma, atol=0.01)

    def test_forest_green(self):
        image = np.array([[GREENS["#0B6623"]]], np.uint8)
        assert pixels.to_grayscale(image) == pytest.approx(67.153)


class TestDenseParameters:
    @pytest.mark.parametrize(
        ("shape", "units", "count"),
        [
            ((28, 28, 3), 1, 2353),
            ((28, 28, 1), 1000, 785_000),
            ((200, 200, 3), 1, 120_001),
            ((64, 64, 3), 1, 12_289),
            ((5,), 2, 12),
            ((), 3, 6),
            ([28, 28], 10, 7850),
        ],
    )
    def test_published_and_small_figures(self, shape, units, count):
        assert pixels.dense_parameters(shape, units) == count

    @given(st.lists(st.integers(1, 6), max_size=5), st.integers(1, 50))
    def test_counts_the_numbers_of_a_real_layer(self, shape, units):
        image = np.ones(shape)
        weights, biases = np.ones((image.ravel().size, units)), np.ones(units)
        assert (image.ravel() @ weights + biases).shape == (units,)
        count = pixels.dense_parameters(tuple(shape), units)
        assert type(count) is int
        assert count == weights.size + biases.size

    def test_large_counts_are_exact(self):
        shape = (np.uint8(200),) * 9
        assert pixels.dense_parameters(shape, np.int32(7)) == 7 * 200**9 + 7


class TestMeanImage:
    @given(
        st.tuples(st.integers(1, 8), st.integers(1, 4), st.integers(1, 4)).flatmap(
            lambda shape: st.tuples(
                real_arrays(shape), hnp.arrays(np.uint8, shape[0], elements=st.integers(0, 2))
            )
        ),
        st.integers(0, 3),
    )
    def test_agrees_with_exact_sums(self, images_and_labels, digit):
        images, labels = images_and_labels
        chosen = [image for image, label in zip(images, labels, strict=True) if label == digit]
        if not chosen:
            with pytest.raises(ValueError, match=str(digit)):
                pixels.mean_image(images, labels, digit)
            return
        mean = pixels.mean_image(images, labels, digit)
        assert mean.shape == images.shape[1:]
        assert mean.dtype == np.float64
        for position in np.ndindex(mean.shape):
            exact = math.fsum(float(image[position]) for image in chosen) / len(chosen)
            assert mean[position] == pytest.approx(exact, rel=1e-12, abs=1e-9)

    def test_a_thousand_bright_bytes_do_not_wrap(self):
        images = np.full((1000, 2, 3), 255, np.uint8)
        np.testing.assert_array_equal(pixels.mean_image(images, np.ones(1000), 1), 255)


class TestMoveRight:
    """Does it agree with padding by zeros and cutting?"""

    @pytest.mark.parametrize("shape", [(3, 5), (2, 3, 5), (4, 1, 7)])
    @pytest.mark.parametrize("pixels_moved", [-4, -2, -1, 0, 1, 3, 4])
    def test_zeros_come_in_and_the_rest_keeps_its_order(self, shape, pixels_moved):
        images = np.arange(1, math.prod(shape) + 1, dtype=np.uint8).reshape(shape)
        padding = [(0, 0)] * (len(shape) - 1) + [(4, 4)]
        padded, width = np.pad(images, padding), shape[-1]
        expected = padded[..., 4 - pixels_moved : 4 - pixels_moved + width]
        moved = pixels.move_right(images, pixels_moved)
        assert moved.dtype == np.uint8
        np.testing.assert_array_equal(moved, expected)


def test_blocks_are_averaged():
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)
    expected = [[image[:2, j : j + 2].mean() for j in (0, 2, 4)]]
    expected += [[image[2:, j : j + 2].mean() for j in (0, 2, 4)]]
    np.testing.assert_array_equal(pixels.average_blocks(image, 2), expected)

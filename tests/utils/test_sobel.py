import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage, signal
from skimage import filters

from utils import convolution, data, plots, sobel

REAL = st.one_of(
    hnp.integer_dtypes(endianness="=", sizes=(8, 16, 32)),
    hnp.unsigned_integer_dtypes(endianness="=", sizes=(8, 16, 32)),
    hnp.floating_dtypes(endianness="=", sizes=(32, 64)),
)
SHAPES = st.tuples(st.integers(3, 9), st.integers(3, 9))


def numbers(dtype):
    """Numbers that any dtype holds exactly and whose sums lose nothing."""
    if dtype.kind == "f":
        return st.integers(-1000, 1000).map(lambda number: number / 4)
    info = np.iinfo(dtype)
    return st.integers(int(info.min), int(info.max))


def arrays(shape):
    return REAL.flatmap(lambda dtype: hnp.arrays(dtype, shape, elements=numbers(dtype)))


images = SHAPES.flatmap(arrays)
pairs = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.tuples(arrays(shape), arrays(shape))
)


class TestSobel:
    def test_gy_is_gx_turned_by_90_degrees(self):
        np.testing.assert_array_equal(np.rot90(sobel.GX), sobel.GY)

    def test_published_example_bright_on_the_left(self):
        gx, gy = sobel.sobel(np.array([[10, 10, 10, 0, 0, 0]] * 6))
        np.testing.assert_array_equal(gx, [[0, -40, -40, 0]] * 4)
        np.testing.assert_array_equal(gy, np.zeros((4, 4)))

    @given(images)
    def test_agrees_with_scipys_correlation(self, image):
        gx, gy = sobel.sobel(image)
        assert gx.dtype == gy.dtype == np.float64
        exact = image.astype(float)
        np.testing.assert_array_equal(gx, signal.correlate2d(exact, sobel.GX, "valid"))
        np.testing.assert_array_equal(gy, signal.correlate2d(exact, sobel.GY, "valid"))

    @given(images)
    def test_agrees_with_ndimage_inside_where_rows_are_counted_downwards(self, image):
        exact = image.astype(float)
        gx, gy = sobel.sobel(image)
        np.testing.assert_array_equal(ndimage.sobel(exact, axis=1)[1:-1, 1:-1], gx)
        np.testing.assert_array_equal(ndimage.sobel(exact, axis=0)[1:-1, 1:-1], -gy)

    @given(images)
    def test_a_mirrored_border_gives_ndimages_border(self, image):
        gx, gy = sobel.sobel(np.pad(image, 1, mode="symmetric"))
        np.testing.assert_array_equal(ndimage.sobel(image.astype(float), axis=1), gx)
        np.testing.assert_array_equal(ndimage.sobel(image.astype(float), axis=0), -gy)

    @given(images)
    def test_agrees_with_skimage_up_to_a_quarter_and_the_sign_of_y(self, image):
        exact = image.astype(float)
        gx, gy = sobel.sobel(image)
        inside = np.s_[1:-1, 1:-1]
        size = max(np.abs(exact).max(), 1)
        np.testing.assert_allclose(filters.sobel_v(exact)[inside], gx / 4, atol=1e-13 * size)
        np.testing.assert_allclose(filters.sobel_h(exact)[inside], -gy / 4, atol=1e-13 * size)


class TestGradientMagnitude:
    @given(pairs)
    def test_agrees_with_exact_arithmetic(self, gx_and_gy):
        gx, gy = gx_and_gy
        magnitude = sobel.gradient_magnitude(gx, gy)
        assert magnitude.shape == gx.shape
        assert magnitude.dtype == np.float64
        for position in np.ndindex(gx.shape):
            exact = sum(Fraction(float(part[position])) ** 2 for part in (gx, gy))
            assert magnitude[position] == pytest.approx(math.sqrt(exact), rel=1e-14)

    @given(images)
    def test_agrees_with_skimage_up_to_4_root_2(self, image):
        exact = image.astype(float)
        theirs = 4 * math.sqrt(2) * filters.sobel(exact)[1:-1, 1:-1]
        ours = sobel.gradient_magnitude(*sobel.sobel(image))
        np.testing.assert_allclose(ours, theirs, atol=1e-12 * max(np.abs(exact).max(), 1))

    def test_the_most_negative_byte(self):
        lowest = np.full((1, 2), -128, np.int8)
        np.testing.assert_allclose(sobel.gradient_magnitude(lowest, lowest), 128 * math.sqrt(2))


class TestGradientDirection:
    @given(pairs)
    def test_agrees_with_math_atan2_in_double_precision(self, gx_and_gy):
        gx, gy = gx_and_gy
        direction = sobel.gradient_direction(gx, gy)
        assert direction.dtype == np.float64
        for position in np.ndindex(gx.shape):
            exact = math.degrees(math.atan2(float(gy[position]), float(gx[position])))
            assert direction[position] == pytest.approx(exact, rel=1e-14, abs=1e-14)

    @pytest.mark.parametrize(
        ("gx", "gy", "degrees"),
        [
            *[(1, 0, 0), (1, 1, 45), (0, 1, 90), (-1, 1, 135), (-1, 0, 180)],
            *[(-1, -1, -135), (0, -1, -90), (1, -1, -45), (0, 0, 0)],
        ],
    )
    def test_once_around_the_compass(self, gx, gy, degrees):
        assert sobel.gradient_direction(np.array(gx), np.array(gy)) == degrees

    def test_up_is_90_although_rows_grow_downwards(self):
        brighter_above = np.array([[9] * 3, [5] * 3, [0] * 3])
        assert sobel.gradient_direction(*sobel.sobel(brighter_above)).item() == 90

    @given(images)
    def test_turning_a_picture_turns_its_direction(self, image):
        gx, gy = sobel.sobel(image)
        turned_gx, turned_gy = sobel.sobel(np.rot90(image))
        np.testing.assert_array_equal(turned_gx, np.rot90(-gy))
        np.testing.assert_array_equal(turned_gy, np.rot90(gx))


class TestEdgeMap:
    @given(images, st.integers(0, 64).map(lambda number: number / 64))
    def test_agrees_with_exact_arithmetic(self, image, threshold):
        gx, gy = (signal.correlate2d(image.astype(float), k, "valid") for k in (sobel.GX, sobel.GY))
        squares = np.vectorize(lambda x, y: Fraction(x) ** 2 + Fraction(y) ** 2, otypes=[object])(
            gx, gy
        )
        limit = Fraction(threshold) ** 2 * squares.max()
        edges = sobel.edge_map(image, threshold)
        assert edges.dtype == bool
        if squares.max() == 0:
            assert not edges.any()
            return
        for position in np.ndindex(edges.shape):
            if abs(squares[position] - limit) > squares.max() / 10**12:
                assert edges[position] == (squares[position] >= limit)

    @pytest.mark.parametrize("value", [0, 0.1, -1 / 3, 200, 1e6 / 3])
    @pytest.mark.parametrize("threshold", [0, 0.5, 1])
    def test_a_flat_image_has_no_edge(self, value, threshold):
        assert not sobel.edge_map(np.full((5, 6), value), threshold).any()

    def test_the_most_negative_bytes_are_flat_too(self):
        assert not sobel.edge_map(np.full((4, 5), -128, np.int8), 0.5).any()

    def test_rounding_is_no_edge_but_a_faint_picture_has_some(self):
        wall = np.full((5, 6), 0.3)
        wall[:, 3:] = 0.1 + 0.2
        assert sobel.gradient_magnitude(*sobel.sobel(wall)).max() > 0
        assert not sobel.edge_map(wall, 0.2).any()
        assert sobel.edge_map(1e-200 * np.eye(5), 0.2).any()

    def test_equal_to_the_limit_is_an_edge(self):
        steps = np.array([[0, 0, 10, 10, 10, 30, 30]] * 3)
        np.testing.assert_array_equal(sobel.edge_map(steps, 0.5), [[1, 1, 0, 1, 1]])

    def test_a_threshold_of_0_takes_all_and_1_the_strongest(self):
        image = np.arange(30).reshape(5, 6) ** 2
        assert sobel.edge_map(image, 0).all()
        assert sobel.edge_map(image, 1).sum() == 1

    @pytest.mark.parametrize("threshold", [-1, -1e-9, 1.000001, 2, 255, math.nan])
    @pytest.mark.parametrize("image", [np.eye(4), np.zeros((3, 3))])
    def test_refuses_what_is_no_share(self, image, threshold):
        with pytest.raises(ValueError, match="between 0 and 1"):
            sobel.edge_map(image, threshold)


class TestHandmadeKernels:
    @pytest.mark.parametrize(
        ("name", "total"),
        [("pass through", 1), ("blur", 1), ("sharpen", 1), ("all edges", 0), ("left − right", 0)],
    )
    def test_what_their_weights_add_up_to(self, name, total):
        assert sobel.KERNELS[name].sum() == pytest.approx(total)

    def test_pass_through_changes_nothing_and_blur_is_the_mean(self):
        camera = data.photograph("camera")[:20, :30]
        passed = convolution.correlate2d(camera, sobel.KERNELS["pass through"])
        np.testing.assert_array_equal(passed, camera[1:-1, 1:-1])
        blurred = convolution.correlate2d(camera, sobel.KERNELS["blur"])
        theirs = ndimage.uniform_filter(camera.astype(float), 3)[1:-1, 1:-1]
        np.testing.assert_allclose(blurred, theirs)

    @pytest.mark.parametrize("name", sobel.KERNELS)
    def test_whole_numbers_over_their_divisor_are_the_kernel(self, name):
        scaled, divisor = sobel.whole_numbers(sobel.KERNELS[name])
        np.testing.assert_array_equal(scaled, np.rint(scaled))
        np.testing.assert_allclose(scaled / divisor, sobel.KERNELS[name])
        assert divisor == (9 if name == "blur" else 1)

    def test_a_kernel_without_a_small_divisor_stays_as_it_is(self):
        kernel = np.full((3, 3), math.pi)
        scaled, divisor = sobel.whole_numbers(kernel)
        np.testing.assert_array_equal(scaled, kernel)
        assert divisor == 1


class TestGabor:
    @given(
        st.floats(2.5, 12),
        st.floats(-180, 180),
        st.floats(-180, 180),
        st.sampled_from([0.7, 1, 1.5]),
    )
    def test_agrees_with_skimage_whose_angles_run_clockwise(
        self, wavelength, angle, phase, bandwidth
    ):
        theirs = filters.gabor_kernel(
            1 / wavelength,
            theta=-math.radians(angle),
            bandwidth=bandwidth,
            offset=math.radians(phase),
        ).real
        ours = sobel.gabor_kernel(wavelength, angle, phase, bandwidth)
        assert ours.shape[0] % 2 == ours.shape[1] % 2 == 1
        np.testing.assert_allclose(ours, theirs, atol=1e-12)

    def test_half_a_turn_changes_nothing_and_a_quarter_turns_the_kernel(self):
        kernel = sobel.gabor_kernel(6, 20)
        np.testing.assert_allclose(sobel.gabor_kernel(6, 200), kernel, atol=1e-15)
        across = sobel.gabor_kernel(6, 90)
        np.testing.assert_allclose(across, np.rot90(sobel.gabor_kernel(6, 0)), atol=1e-15)

    def test_a_bank_holds_every_pair(self):
        bank = sobel.gabor_bank([4, 8], [0, 45, 90])
        assert list(bank) == [(4, 0), (4, 45), (4, 90), (8, 0), (8, 45), (8, 90)]
        np.testing.assert_array_equal(bank[8, 45], sobel.gabor_kernel(8, 45))

    @pytest.mark.parametrize("angle", [0, 30, 60, 90, 120, 150])
    def test_stripes_are_found_by_their_own_angle_and_width_best(self, angle):
        y, x = np.mgrid[30:-30:61j, -30:30:61j]
        along = x * math.cos(math.radians(angle)) + y * math.sin(math.radians(angle))
        stripes = 100 + 50 * np.cos(2 * math.pi * along / 6)
        energy = {
            (wavelength, turned): sobel.gabor_energy(stripes, wavelength, turned).mean()
            for wavelength in (4, 6, 9)
            for turned in (0, 30, 60, 90, 120, 150)
        }
        assert max(energy, key=energy.get) == (6, angle)

    def test_energy_does_not_depend_on_where_the_stripes_lie(self):
        x = np.arange(60)
        energies = [
            sobel.gabor_energy(np.tile(np.cos(2 * math.pi * (x + by) / 6), (40, 1)), 6, 0).mean()
            for by in range(6)
        ]
        np.testing.assert_allclose(energies, energies[0], rtol=1e-3)

    @given(st.integers(0, 5), st.integers(1, 15))
    def test_centred_keeps_the_middle(self, half, other):
        size = 2 * other + 1
        kernel = np.zeros((2 * half + 1, 2 * half + 1))
        kernel[half, half] = 1
        placed = sobel.centred(kernel, size)
        assert placed.shape == (size, size)
        assert placed[other, other] == 1


class TestColourWheel:
    def test_it_closes(self):
        ends = sobel.direction_colours(np.array([[-180.0, 180.0]]), np.ones((1, 2), bool))
        np.testing.assert_array_equal(ends[0, 0], ends[0, 1])

    def test_no_step_around_it_stands_out(self):
        around = np.arange(-180.0, 180.0)[np.newaxis]
        colours = sobel.direction_colours(around, np.ones(around.shape, bool))[0]
        steps = np.abs(np.diff(np.vstack([colours, colours[:1]]), axis=0)).sum(axis=1)
        assert steps.max() < 0.1

    def test_what_is_not_shown_is_grey(self):
        colours = sobel.direction_colours(np.zeros((2, 2)), np.array([[True, False]] * 2))
        np.testing.assert_array_equal(colours[:, 1], 0.55)
        assert np.ptp(colours[0, 0]) > 0.05

    def test_the_legend_and_the_arrow_name_their_angles(self):
        figure, axes = plots.figure(4, 2, 1, 2)
        sobel.draw_wheel(axes[0])
        sobel.draw_arrow(axes[1], 30, 40)
        svg = plots.Picture(figure, "both").svg
        for text in ("0°", "90°", "180°", "−90°", "gx = 30", "gy = 40", "magnitude 50", "53°"):
            assert text in svg

    def test_drawn_shapes_point_inwards(self):
        shapes = sobel.drawn_shapes()
        gx, gy = sobel.sobel(shapes)
        direction = sobel.gradient_direction(gx, gy)
        rows, columns = np.nonzero(sobel.edge_map(shapes, 0.2)[:, : shapes.shape[1] // 2])
        left, right = columns.min() + 1, columns.max() - 1
        middle = rows.mean().round().astype(int)
        assert abs(direction[middle, left]) < 3
        assert abs(direction[middle, right]) > 177


def test_the_module_needs_neither_widgets_nor_keras():
    code = (
        "import sys, utils.sobel; print({'ipywidgets', 'keras', 'tensorflow'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"

"""Are lesson 14's reference answers right, by oracles that compute in another way?"""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from utils import interpretation
from utils.keras_setup import keras

RNG = np.random.default_rng(14)


def shifted(x, dx):
    """Return an array shifted by a loop over its pixels."""
    moved = np.zeros(x.shape, float)
    for row, column in np.ndindex(x.shape):
        if 0 <= column + dx < x.shape[1]:
            moved[row, column + dx] = x[row, column]
    return moved


def slowly_measured(f, image, dx):
    """Return the largest difference of the two orders, by loops."""
    before, after = np.asarray(f(shifted(image, dx)), float), shifted(f(image), dx)
    return max(
        abs(before[row, column] - after[row, column])
        for row in range(before.shape[0])
        for column in range(abs(dx) + 2, before.shape[1] - abs(dx) - 2)
    )


@given(dx=st.integers(-4, 4), width=st.integers(13, 22), height=st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_equivariance_is_measured_as_by_loops(dx, width, height):
    image = np.random.default_rng(width).normal(size=(height, width))

    def f(x):
        return np.cumsum(np.asarray(x, float), axis=1) * np.arange(x.shape[1])

    got = interpretation.equivariance_error(f, image, dx)
    assert got == pytest.approx(slowly_measured(f, image, dx))


@pytest.mark.parametrize("mode", ["constant", "wrap", "nearest"])
@pytest.mark.parametrize("dx", [-3, -1, 0, 2])
def test_a_filter_of_width_3_is_equivariant_whatever_is_at_its_border(mode, dx):
    image, kernel = RNG.normal(size=(6, 17)), RNG.normal(size=(3, 3))

    def f(x):
        return ndimage.correlate(x, kernel, mode=mode)

    assert interpretation.equivariance_error(f, image, dx) == pytest.approx(0, abs=1e-12)


def test_a_shift_that_leaves_no_column_is_refused():
    with pytest.raises(ValueError, match="no column"):
        interpretation.equivariance_error(lambda x: x, np.ones((3, 8)), 2)
    assert interpretation.equivariance_error(lambda x: x, np.ones((3, 9)), 2) == 0


@given(
    height=st.integers(2, 7),
    width=st.integers(2, 7),
    size=st.integers(1, 3),
    stride=st.integers(1, 3),
    label=st.integers(0, 2),
)
@settings(max_examples=60, deadline=None)
def test_an_occlusion_map_of_a_linear_network_is_a_sum_over_each_square(
    height, width, size, stride, label
):
    """A square takes away the sum of pixel times weight, which a box filter adds up."""
    rng = np.random.default_rng(height * width)
    image, weights = rng.random((height, width)), rng.normal(size=(height, width, 3))

    def predict(x):
        return np.einsum("nij,ijc->nc", np.asarray(x)[..., 0], weights)

    if size > min(height, width):
        with pytest.raises(ValueError, match="does not fit"):
            interpretation.occlusion_map(predict, image, label, size, stride)
        return
    got = interpretation.occlusion_map(predict, image, label, size, stride)
    product = image * weights[..., label]
    windows = np.lib.stride_tricks.sliding_window_view(product, (size, size)).sum(axis=(2, 3))
    np.testing.assert_allclose(got, windows[::stride, ::stride], atol=1e-12)


@pytest.mark.parametrize("options", [{}, {"normalise": True}, {"dropout": 0.5}])
def test_saliency_agrees_with_central_differences(options):
    network = interpretation.small_network(5, 6, 3, seed=2, **options)
    image = RNG.random((5, 6))
    for label in range(3):
        saliency = interpretation.saliency_map(network, image, label)
        for row, column in [(0, 0), (2, 3), (4, 5)]:
            step = np.zeros((5, 6))
            step[row, column] = 0.01
            both = np.array([image + step, image - step], np.float32)[..., np.newaxis]
            above, below = network.predict(both, verbose=0)[:, label]
            slope = abs(float(above) - float(below)) / 0.02
            assert saliency[row, column] == pytest.approx(slope, abs=2e-3 * saliency.max())


def test_the_saliency_of_a_linear_network_is_its_weights():
    weights = RNG.normal(size=(4, 3, 2))
    network = interpretation.linear_network(weights)
    for label in range(2):
        saliency = interpretation.saliency_map(network, RNG.random((4, 3, 1)), label)
        np.testing.assert_allclose(saliency, np.abs(weights[..., label]), rtol=1e-5)


def test_saliency_maps_of_many_images_are_those_of_each():
    network = interpretation.small_network(6, 5, 4)
    images, labels = RNG.random((3, 6, 5, 1)), np.array([0, 3, 1])
    got = interpretation.saliency_maps(network, images, labels)
    one_by_one = [
        interpretation.saliency_map(network, *pair) for pair in zip(images, labels, strict=True)
    ]
    np.testing.assert_allclose(got, one_by_one, atol=1e-6)


def test_fool_raises_the_cross_entropy_by_the_sign_of_central_differences():
    network = interpretation.small_network(4, 5, 3, seed=4)
    image, label, epsilon = RNG.uniform(0.3, 0.7, size=(4, 5)), 1, 0.05
    fooled = interpretation.fool(network, image, label, epsilon)
    for row, column in np.ndindex(4, 5):
        step = np.zeros((4, 5))
        step[row, column] = 0.01
        both = np.array([image + step, image - step], np.float32)[..., np.newaxis]
        loss = -np.log(network.predict(both, verbose=0)[:, label])
        sign = np.sign(fooled[row, column] - image[row, column])
        if abs(loss[0] - loss[1]) > 1e-5:
            assert sign == np.sign(loss[0] - loss[1])
    np.testing.assert_allclose(np.abs(fooled - image), epsilon)


def test_fool_stays_between_0_and_1_and_refuses_a_negative_epsilon():
    network = interpretation.small_network(4, 5, 3)
    fooled = interpretation.fool(network, RNG.integers(0, 2, (4, 5, 1)), 0, 3)
    assert set(np.unique(fooled)) <= {0.0, 1.0}
    assert fooled.shape == (4, 5, 1)
    with pytest.raises(ValueError, match="epsilon"):
        interpretation.fool(network, np.zeros((4, 5)), 0, -1e-9)


def test_fooling_all_is_fooling_each():
    network = interpretation.small_network(6, 5, 4)
    images, labels = RNG.random((3, 6, 5, 1)).astype(np.float32), np.array([0, 3, 1])
    got = interpretation.fool_all(network, images, labels, 0.1)
    one_by_one = [
        interpretation.fool(network, *pair, 0.1) for pair in zip(images, labels, strict=True)
    ]
    np.testing.assert_allclose(got, one_by_one, atol=1e-6)


def test_the_references_leave_a_model_as_it_was():
    network = interpretation.small_network(5, 6, 3, normalise=True, dropout=0.5)
    before = network.get_weights()
    interpretation.saliency_map(network, RNG.random((5, 6)), 0)
    interpretation.fool(network, RNG.random((5, 6)), 0, 0.1)
    for old, new in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_the_lessons_network_has_the_parameters_that_it_says():
    assert interpretation.build_network().count_params() == 11_978


def test_the_nearest_are_found_as_by_sorting_distances():
    known, asked = RNG.normal(size=(30, 4)), RNG.normal(size=(5, 4))
    distances = np.linalg.norm(known[np.newaxis] - asked[:, np.newaxis], axis=2)
    got = interpretation.nearest(known, asked, 3)
    np.testing.assert_array_equal(got, np.argsort(distances, axis=1)[:, :3])


def test_a_stride_of_1_moves_along_and_a_pooling_only_with_even_shifts():
    network = keras.Sequential(
        [
            keras.Input((12, 20, 1)),
            keras.layers.Conv2D(2, 3, name="filter"),
            keras.layers.MaxPooling2D(2, name="pool"),
        ]
    )
    images = np.zeros((4, 12, 20, 1), np.float32)
    images[:, 2:10, 6:14] = RNG.random((4, 8, 8, 1))
    strides = {"filter": 1, "pool": 2}
    by_one = interpretation.layer_equivariance(network, images, 1, strides)
    by_two = interpretation.layer_equivariance(network, images, 2, strides)
    assert by_one["filter"] == pytest.approx(0, abs=1e-6)
    assert by_one["pool"] > 0.05
    assert by_two["pool"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("where", [interpretation.MARK, interpretation.TINY_MARK])
def test_only_the_marked_digit_has_the_mark(where):
    images, labels = np.zeros((3, 28, 28), np.uint8), np.array([9, 1, 9])
    marked = interpretation.mark_digit(images, labels, where=where)
    side = where.stop - where.start
    assert [int(np.count_nonzero(image)) for image in marked] == [side**2, 0, side**2]
    assert marked.max() == 255
    assert not images.any()


def test_cells_are_written_and_read():
    ink, covered = RNG.random((2, 14, 14)) > 0.5
    text = interpretation.format_cells(ink, covered)
    again = interpretation.parse_cells(text)
    np.testing.assert_array_equal(again, (ink, covered))
    for bad in ("###", text.replace("#", "?"), text + "\n."):
        with pytest.raises(ValueError, match="cell"):
            interpretation.parse_cells(bad)


def test_drawn_cells_are_centred_and_their_covers_move_along():
    ink, covered = np.zeros((2, 14, 14), bool)
    ink[1:5, 2:4], covered[1, 2] = True, True
    image, hidden = interpretation.render_cells(ink, covered)
    assert image.shape == (28, 28, 1)
    assert 0 <= image.min() <= image.max() <= 1
    np.testing.assert_allclose(ndimage.center_of_mass(image[..., 0]), 13.5, atol=0.51)
    assert hidden.sum() == 4
    assert image[hidden].mean() > 0.5


def test_the_measurements_are_complete_and_small():
    found = interpretation.measurements()
    assert interpretation.FILE.stat().st_size < 300_000
    assert 1 < sum(found["cpu_minutes"].values()) < 15
    for runs in [*found["attack"].values(), *found["shortcut"].values(), found["changes"]]:
        assert len(runs) == len(found["seeds"]) == 3
    json.dumps(found, allow_nan=False)

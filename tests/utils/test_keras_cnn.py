"""Are lesson 07's reference answers what Keras and SciPy compute, and are its claims true?"""

import ipywidgets as ipw
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage, signal

from utils import keras_cnn, pooling, training
from utils.keras_setup import keras
from utils.widgets import keras_cnn as keras_cnn_widgets

DTYPES = [np.uint8, np.int8, np.int16, np.int64, np.float32, np.float64]
SHAPES = [(3, 3, 1, 1), (1,), (1, 10), (10,), (10, 2), (2,)]


@pytest.fixture(scope="module")
def tiny():
    """The tiny network, untrained, and its prediction function."""
    model = keras_cnn.build_tiny()
    return model, training.predictor(model)


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        (keras_cnn.build_dense, 795_010),
        (keras_cnn.build_cnn, 1_701_110),
        (keras_cnn.build_three_stages, 32_906),
        (keras_cnn.build_global_pooling, 32_906),
        (keras_cnn.build_tiny, 52),
        (keras_cnn.build_two_filters, 359),
    ],
)
def test_networks_have_the_published_number_of_parameters(build, parameters):
    model = build()
    assert model.count_params() == parameters
    assert not model.compiled


@pytest.mark.parametrize("build", [keras_cnn.build_dense, keras_cnn.build_cnn])
def test_networks_take_any_shape_and_number_of_classes(build):
    assert build((9, 12, 3), 4).input_shape == (None, 9, 12, 3)
    assert build(input_shape=(9, 12, 3), classes=4).output_shape == (None, 4)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.sampled_from([0.3, 1.0, 3.0]), kind=st.integers(0, 5))
def test_the_tiny_network_by_hand_predicts_what_keras_predicts(tiny, seed, scale, kind):
    model, predict = tiny
    rng = np.random.default_rng(seed)
    weights = [rng.normal(0, scale, shape).astype(np.float32) for shape in SHAPES]
    model.set_weights(weights)
    image = (rng.normal(size=(4, 4)) * 5).astype(np.int64).astype(DTYPES[kind])
    by_keras = predict(image[np.newaxis, :, :, np.newaxis].astype(np.float32))[0]
    np.testing.assert_allclose(
        keras_cnn.forward_by_hand(model.get_weights(), image), by_keras, atol=1e-5
    )


@pytest.mark.parametrize("logits", [(1000, 1001), (-1000, -1001), (5000, -5000), (0, 0)])
def test_large_logits_do_not_overflow(tiny, logits):
    model, predict = tiny
    model.set_weights([np.zeros(shape) for shape in SHAPES[:-1]] + [np.array(logits)])
    by_hand = keras_cnn.forward_by_hand(model.get_weights(), np.ones((4, 4)))
    by_keras = predict(np.ones((1, 4, 4, 1), np.float32))[0]
    np.testing.assert_allclose(by_hand, by_keras, atol=1e-5)
    assert by_hand.sum() == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(
    images=hnp.arrays(
        st.sampled_from(DTYPES), st.tuples(st.just(6), st.integers(1, 6), st.integers(1, 6))
    ).filter(lambda array: np.isfinite(array.astype(float)).all()),
    shifts=st.lists(st.integers(-9, 9), max_size=4),
    seed=st.integers(0, 99),
)
def test_accuracy_under_shift_agrees_with_scipy_shifting(images, shifts, seed):
    images = np.clip(images.astype(float), -1e4, 1e4)[..., np.newaxis]
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=(images[0].size, 3))
    labels = rng.integers(0, 3, len(images))

    def predict(x):
        assert x.shape == images.shape
        return x.reshape(len(x), -1) @ weights

    expected = []
    for dx in shifts:
        moved = ndimage.shift(images, (0, 0, dx, 0), order=0, mode="constant", cval=0)
        expected.append(np.mean(predict(moved).argmax(axis=1) == labels))
    found = keras_cnn.accuracy_under_shift(predict, images, labels, shifts)
    assert found == expected
    assert all(type(value) is float for value in found)


def test_images_without_a_channel_axis_get_one():
    images, labels = np.eye(3)[:, np.newaxis, :], np.arange(3)

    def predict(x):
        assert x.shape == (3, 1, 3, 1)
        return x[:, 0, :, 0]

    assert keras_cnn.accuracy_under_shift(predict, images, labels, [0, 1]) == [1.0, 0.0]


@settings(max_examples=80, deadline=None)
@given(
    dtype=st.sampled_from(DTYPES),
    count=st.integers(1, 4),
    height=st.integers(1, 7),
    width=st.integers(1, 7),
    bias=st.floats(-3, 3),
    data=st.data(),
)
def test_mean_activation_agrees_with_scipy(dtype, count, height, width, bias, data):
    kh, kw = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    low, high = (0, 256) if dtype == np.uint8 else (-128, 128)
    images = rng.integers(low, high, (count, height, width)).astype(dtype)
    kernel = rng.integers(low, high, (kh, kw)).astype(dtype)
    maps = [
        signal.correlate2d(image.astype(float), kernel.astype(float), "valid") for image in images
    ]
    expected = np.mean(np.maximum(np.array(maps) + bias, 0))
    found = keras_cnn.mean_activation(images, kernel, bias)
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_filter_maps_are_what_a_convolutional_layer_gives():
    model = keras_cnn.build_two_filters((9, 8, 1))
    images = np.random.default_rng(0).random((5, 9, 8)).astype(np.float32)
    by_keras = np.asarray(model.layers[0](images[..., np.newaxis]))
    kernels, biases = model.layers[0].get_weights()
    for f in range(2):
        maps = keras_cnn.filter_maps(images, kernels[:, :, 0, f], biases[f])
        np.testing.assert_allclose(maps, by_keras[..., f], atol=1e-5)


@pytest.mark.parametrize(("padding", "unseen"), [("valid", (0, 6, 0, 6)), ("same", (0, 0, 0, 0))])
def test_three_valid_stages_do_not_see_the_last_six_rows_and_columns(padding, unseen):
    keras.utils.set_random_seed(1)
    assert keras_cnn.unseen_border(keras_cnn.build_three_stages(padding=padding)) == unseen


def test_the_unseen_border_is_found_on_pictures_that_are_not_square():
    keras.utils.set_random_seed(1)
    assert keras_cnn.unseen_border(keras_cnn.build_cnn((9, 12, 1), 3)) == (0, 1, 0, 0)


def test_global_pooling_does_not_see_a_shift_by_four_pixels():
    """Two poolings of stride 2 come before it: the last maps move by exactly one pixel."""
    keras.utils.set_random_seed(1)
    predict = training.predictor(keras_cnn.build_global_pooling())
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, 10:18, 10:18] = np.random.default_rng(0).random((8, 8, 1))
    plain = predict(image)
    np.testing.assert_allclose(predict(pooling.shift_all(image, 4)), plain, atol=1e-6)
    assert np.abs(predict(pooling.shift_all(image, 2)) - plain).max() > 1e-4


def test_activations_are_those_of_keras():
    x = np.linspace(-30, 30, 121).astype(np.float32)
    for slope in (0.001, 0.01, 0.3):
        layer = keras.layers.LeakyReLU(negative_slope=slope)
        np.testing.assert_allclose(keras_cnn.leaky_relu(x, slope), layer(x), rtol=1e-5)
    activations = keras.activations
    np.testing.assert_allclose(keras_cnn.sigmoid(x), activations.sigmoid(x), atol=1e-6)
    rows = x[:120].reshape(20, 6)
    np.testing.assert_allclose(keras_cnn.softmax(rows), activations.softmax(rows), atol=1e-6)


def test_the_small_network_has_the_penalty_or_the_dropout_asked_for():
    kinds = [type(layer).__name__ for layer in keras_cnn.build_small(dropout=0.2).layers]
    assert kinds == ["Flatten", "Dense", "Dropout", "Dense"]
    model = keras_cnn.build_small(keras.regularizers.L1(0.001))
    expected = 0.001 * np.abs(model.layers[1].get_weights()[0]).sum()
    assert float(model.losses[0]) == pytest.approx(expected, rel=1e-4)


def brightest_half(x):
    """A stand-in for a network of two classes: is the left half brighter, or the right?"""
    left, right = x[:, :, :4].sum(axis=(1, 2, 3)), x[:, :, 4:].sum(axis=(1, 2, 3))
    return np.stack([left, right], axis=1) / np.maximum(left + right, 1e-9)[:, np.newaxis]


@pytest.fixture
def explorer():
    picture = np.zeros((8, 8, 1), np.float32)
    picture[2:6, 3] = 1
    other = picture[:, ::-1]
    networks = {"halves": brightest_half, "swapped": lambda x: brightest_half(x)[:, ::-1]}
    return keras_cnn_widgets.shift_explorer(networks, {"a bar": picture, "its mirror": other})


def test_moving_the_picture_changes_the_drawing_and_the_verdict(explorer):
    explorer.refresh()
    assert "halves, a bar, moved right by 0 and down by 0: read as 0 (100%)" in explorer.text.value
    before = explorer.drawing.value
    explorer.controls["right"].value = 1
    assert "moved right by 1 and down by 0: read as 1 (100%); next 0 (0%)" in explorer.text.value
    assert explorer.drawing.value != before
    explorer.controls["network"].value = "swapped"
    assert "swapped, a bar, moved right by 1 and down by 0: read as 0" in explorer.text.value
    explorer.controls["picture"].value = "its mirror"
    explorer.controls["right"].value = -1
    explorer.controls["down"].value = 2
    assert "its mirror, moved right by −1 and down by 2: read as 1" in explorer.text.value


def test_the_probabilities_are_text_in_the_drawing_and_the_still_is_there(explorer):
    explorer.refresh()
    assert ">1.00<" in explorer.drawing.value
    data, _ = explorer._repr_mimebundle_()
    assert data["image/png"]
    assert "moved right by 2" in data["text/plain"]


@pytest.fixture
def stepper(tiny):
    keras.utils.set_random_seed(5)
    weights = keras_cnn.build_tiny().get_weights()
    first, second = keras_cnn.TWO_INPUTS / 8
    return keras_cnn_widgets.forward_stepper(weights, {"class 0": first, "class 1": second})


def test_the_stepper_goes_through_the_whole_calculation(stepper):
    stepper.refresh()
    assert "Step 1 of 9: the nine products at row 0, column 0" in stepper.text.value
    seen = {stepper.text.value}
    for step in range(2, 10):
        stepper.controls["step"].value = step
        seen.add(stepper.text.value)
    assert len(seen) == 9
    assert "Step 9 of 9: exponentials divided by their sum" in stepper.text.value
    stepper.controls["image"].value = "class 1"
    assert stepper.controls["step"].value == 1


def test_the_stepper_fills_its_squares_as_it_goes(stepper):
    stepper.refresh()
    first = stepper.drawing.value.count("<text")
    stepper.controls["step"].value = 9
    assert stepper.drawing.value.count("<text") == first + 3 + 4 + 1 + 10 + 2 + 2


def test_every_control_has_a_name(explorer, stepper):
    for widget in (explorer, stepper):
        for control in widget.controls.values():
            assert isinstance(control, ipw.DOMWidget)
            assert control.description

"""Lesson 04's reference answers against Keras's own layers, over hundreds of configurations.

One module, so that TensorFlow loads once.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import pytest

from utils import output_size as sizes


def output_of(layer, image):
    """Return what a layer makes of one image of one channel, without the batch axis."""
    return np.asarray(layer(image[None, :, :, None].astype("float32")))[0]


def convolution(kernel, stride, padding):
    """Return a Keras layer with one filter of given weights."""
    layer = keras.layers.Conv2D(1, kernel.shape, stride, padding, use_bias=False)
    layer.build((None, None, None, 1))
    layer.set_weights([kernel[:, :, None, None]])
    return layer


def test_output_size_is_that_of_a_valid_layer_behind_zero_padding():
    checked = 0
    for n in (1, 2, 5, 6, 7, 12, 28, 31):
        for k in (1, 2, 3, 5, 7):
            for padding in (0, 1, 2):
                for stride in (1, 2, 3, 5):
                    if k > n + 2 * padding:
                        continue
                    shape = (None, n, n + 1, 3)
                    padded = keras.layers.ZeroPadding2D(padding).compute_output_shape(shape)
                    out = keras.layers.Conv2D(2, k, stride).compute_output_shape(padded)
                    expected = [sizes.output_size(side, k, padding, stride) for side in (n, n + 1)]
                    assert list(out[1:3]) == expected
                    checked += 1
    assert checked > 300


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_same_padding_puts_every_window_where_keras_does(k, stride):
    """Does each delta image come out where the padding says it should?"""
    kernel = np.arange(1.0, k * k + 1).reshape(k, k)
    layer = convolution(kernel, stride, "same")
    for height, width in [(7, 8), (9, 5)]:
        pads = [sizes.same_padding(side, k, stride) for side in (height, width)]
        for row, column in [(0, 0), (height - 1, width - 1), (height // 2, width // 2)]:
            delta = np.zeros((height, width))
            delta[row, column] = 1
            expected = np.zeros([-(-side // stride) for side in (height, width)])
            for i, j in np.ndindex(*expected.shape):
                a, b = row + pads[0][0] - i * stride, column + pads[1][0] - j * stride
                if 0 <= a < k and 0 <= b < k:
                    expected[i, j] = kernel[a, b]
            assert np.array_equal(output_of(layer, delta)[:, :, 0], expected)


def test_same_padding_gives_the_same_numbers_as_keras_on_random_images():
    rng = np.random.default_rng(4)
    for _ in range(60):
        height, width, kh, kw = rng.integers(1, 12, 4)
        stride = int(rng.integers(1, 5))
        image, kernel = rng.normal(size=(height, width)), rng.normal(size=(kh, kw))
        pads = [sizes.same_padding(int(n), int(k), stride) for n, k in [(height, kh), (width, kw)]]
        ours = sizes.correlate_strided(image, kernel, tuple(pads), stride)
        theirs = output_of(convolution(kernel, stride, "same"), image)[:, :, 0]
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_conv_parameters_is_what_keras_counts():
    rng = np.random.default_rng(5)
    for _ in range(150):
        kh, kw, channels, filters = (int(number) for number in rng.integers(1, 9, 4))
        use_bias = bool(rng.integers(2))
        kernel = kh if kh == kw else (kh, kw)
        layer = keras.layers.Conv2D(filters, kernel, use_bias=use_bias)
        layer.build((None, 12, 12, channels))
        assert layer.count_params() == sizes.conv_parameters(kernel, channels, filters, use_bias)


def random_layer(rng, flat):
    """Return a random layer as a dict, and Keras's own."""
    number = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    if flat:
        units = number(1, 9)
        return {"type": "dense", "units": units}, keras.layers.Dense(units)
    kind = rng.choice(["conv", "conv", "pool", "flatten"])
    if kind == "flatten":
        return {"type": "flatten"}, keras.layers.Flatten()
    if kind == "pool":
        layer = {"type": "pool", "size": number(1, 4)}
        if rng.integers(2):
            layer["stride"] = number(1, 4)
        return layer, keras.layers.MaxPooling2D(layer["size"], layer.get("stride"))
    kernel = number(1, 5) if rng.integers(2) else (number(1, 5), number(1, 5))
    layer = {"type": "conv", "filters": number(1, 9), "kernel": kernel}
    if rng.integers(2):
        layer["stride"] = number(1, 4)
    if rng.integers(3):
        layer["padding"] = str(rng.choice(["valid", "same"]))
    strides, padding = layer.get("stride", 1), layer.get("padding", "valid")
    return layer, keras.layers.Conv2D(layer["filters"], kernel, strides, padding)


def test_trace_shapes_agrees_with_keras_on_hundreds_of_networks():
    """Does each layer have Keras's output shape, and fail where Keras's does?"""
    rng = np.random.default_rng(6)
    failed = worked = 0
    for _ in range(400):
        input_shape = tuple(int(number) for number in rng.integers(3, 40, 3))
        layers, shape = [], (None, *input_shape)
        expected = []
        for _ in range(rng.integers(1, 8)):
            layer, theirs = random_layer(rng, flat=len(shape) == 2)
            layers.append(layer)
            try:
                shape = theirs.compute_output_shape(shape)
            except ValueError:
                with pytest.raises(ValueError, match=f"^layer {len(layers) - 1}: "):
                    sizes.trace_shapes(input_shape, layers)
                failed += 1
                break
            expected.append(tuple(shape[1:]))
        else:
            assert sizes.trace_shapes(input_shape, layers) == expected
            worked += 1
    assert worked > 200
    assert failed > 20


def test_the_yes_or_no_network_gives_four_numbers_in_keras():
    stack = []
    for filters in (512, 256, 128):
        stack += [keras.layers.Conv2D(filters, 3), keras.layers.MaxPooling2D(3)]
    model = keras.Sequential([keras.Input((100, 100, 1)), *stack, keras.layers.Dense(1)])
    assert model.output_shape == (None, 2, 2, 1)
    assert model.count_params() == 1_480_193

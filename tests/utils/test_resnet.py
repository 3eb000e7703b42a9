"""Lesson 13's reference answers against Keras, SciPy and what networks really do."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import signal

from utils import data, lenet, output_size, resnet

import keras  # isort: skip  # after utils.keras_setup, which keeps it quiet

DTYPES = st.sampled_from([np.uint8, np.int16, np.int64, np.float32, np.float64])


@st.composite
def batches(draw):
    """Draw a batch of up to three axes of positions, of any real dtype."""
    shape = draw(st.tuples(*[st.integers(1, 4)] * 4))
    return draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 200))).astype(draw(DTYPES))


class TestConv1x1:
    @given(batches(), st.integers(1, 4), st.booleans())
    def test_is_a_convolution_of_scipy(self, batch, filters, with_bias):
        volume = batch[0]
        rng = np.random.default_rng(filters)
        weights, bias = rng.normal(size=(volume.shape[-1], filters)), rng.normal(size=filters)
        got = resnet.conv_1x1(volume, weights, bias if with_bias else None)
        for f in range(filters):
            kernel = weights[np.newaxis, np.newaxis, ::-1, f]  # SciPy turns it round
            expected = signal.convolve(volume.astype(float), kernel, mode="valid")[..., 0]
            assert np.allclose(got[..., f], expected + with_bias * bias[f])

    def test_is_what_keras_computes(self):
        rng = np.random.default_rng(1)
        volume, weights, bias = (rng.normal(size=s) for s in [(5, 4, 3), (3, 6), (6,)])
        layer = keras.layers.Conv2D(6, 1)
        layer.build((None, 5, 4, 3))
        layer.set_weights([weights[None, None], bias])
        expected = np.asarray(layer(volume[None]))[0]
        assert np.allclose(resnet.conv_1x1(volume, weights, bias), expected, atol=1e-5)

    def test_is_a_dense_layer_at_every_pixel(self):
        volume = np.arange(12).reshape(2, 2, 3)
        weights = np.array([[1, 0], [10, -1], [100, 2]])
        expected = [[row @ weights for row in pixels] for pixels in volume]
        assert np.array_equal(resnet.conv_1x1(volume, weights), expected)

    def test_channels_that_differ_are_an_error(self):
        with pytest.raises(ValueError, match="3 channels"):
            resnet.conv_1x1(np.ones((2, 2, 3)), np.ones((2, 3)))


class TestStackCost:
    @given(st.integers(1, 9), st.integers(0, 9), st.integers(1, 50))
    def test_agrees_with_lessons_04_and_08(self, kernel, depth, channels):
        field, parameters = resnet.stack_cost(kernel, depth, channels)
        assert field == lenet.receptive_field([(kernel, 1)] * depth)
        one = output_size.conv_parameters(kernel, channels, channels, use_bias=False)
        assert parameters == depth * one

    def test_a_network_depends_on_so_many_pixels(self):
        inputs = tensor = keras.Input((15, 15, 2))
        for _ in range(3):
            tensor = keras.layers.Conv2D(2, 3, use_bias=False)(tensor)
        model = keras.Model(inputs, tensor)
        field, parameters = resnet.stack_cost(3, 3, 2)
        assert model.count_params() == parameters
        assert model.output_shape[1] == 15 - field + 1

    @pytest.mark.parametrize("arguments", [(3, -1, 1), (0, 1, 1), (3, 1, 0)])
    def test_what_cannot_be_is_an_error(self, arguments):
        with pytest.raises(ValueError, match="should"):
            resnet.stack_cost(*arguments)


class TestBatchNorm:
    @settings(deadline=None)
    @given(batches(), st.sampled_from([0.001, 0.1, 2.0]))
    def test_is_what_keras_computes_in_training(self, x, epsilon):
        channels = x.shape[-1]
        gamma, beta = np.linspace(-1, 2, channels), np.linspace(0.5, 3, channels)
        layer = keras.layers.BatchNormalization(epsilon=epsilon)
        layer.build(x.shape)
        layer.gamma.assign(gamma)
        layer.beta.assign(beta)
        small = x.astype(np.float64) / 100  # Keras computes with seven digits
        expected = np.asarray(layer(small.astype(np.float32), training=True))
        got = resnet.batch_norm(small, gamma, beta, epsilon)
        assert np.allclose(got, expected, rtol=1e-5, atol=1e-4)

    @given(batches())
    def test_every_dtype_is_computed_as_floats(self, x):
        ones = np.ones(x.shape[-1])
        assert np.array_equal(
            resnet.batch_norm(x, ones, 0 * ones), resnet.batch_norm(x.astype(float), ones, 0 * ones)
        )

    def test_mean_and_deviation_become_beta_and_gamma(self):
        x = np.random.default_rng(2).normal([5, -3], [2, 30], (4, 5, 6, 2))
        got = resnet.batch_norm(x, np.array([2.0, 0.5]), np.array([1.0, -1.0]), epsilon=0)
        assert np.allclose(got.mean(axis=(0, 1, 2)), [1, -1])
        assert np.allclose(got.std(axis=(0, 1, 2)), [2, 0.5])

    def test_a_constant_channel_becomes_beta(self):
        assert np.all(resnet.batch_norm(np.full((2, 3, 1, 1), 7), [4.0], [0.25]) == 0.25)


@pytest.mark.slow
class TestBuildResnet:
    def test_has_the_published_shapes_and_parameters(self):
        model = resnet.build_resnet()
        assert model.input_shape == (None, 28, 28, 1)
        assert model.output_shape == (None, 10)
        assert model.count_params() == 78_426
        assert resnet.build_small().count_params() == 20_146
        assert not model.compiled

    def test_its_numbers_are_those_of_a_network_written_out(self):
        """Does it compute what the drawing says, from its weights, in plain NumPy and SciPy?"""
        model = resnet.build_resnet((7, 6, 2), 3, (2, 3))
        rng = np.random.default_rng(3)
        model.set_weights([rng.uniform(0.2, 1, w.shape) for w in model.get_weights()])
        image = rng.normal(size=(7, 6, 2))
        weights = {layer.name: layer.get_weights() for layer in model.layers if layer.weights}
        convolutions = [w for name, w in weights.items() if "conv" in name]
        norms = [w for name, w in weights.items() if "norm" in name]
        # Keras lists layers by their depth, so the shortcut's may come between the others.
        *_, (dense, bias) = weights.values()
        by_size = sorted(range(6), key=lambda place: convolutions[place][0].size)
        assert len(by_size) == len(norms) == 6

        def part(x, place, stride=1):
            (kernel,) = convolutions[place]
            gamma, beta, mean, variance = norms[place]
            return (correlate_same(x, kernel, stride) - mean) / np.sqrt(
                variance + 0.001
            ) * gamma + beta

        project = next(i for i, (k,) in enumerate(convolutions) if k.shape[:2] == (1, 1))
        main = [place for place in range(6) if place != project]
        x = np.maximum(part(image, main[0]), 0)
        y = part(np.maximum(part(x, main[1]), 0), main[2])
        x = np.maximum(x + y, 0)
        y = part(np.maximum(part(x, main[3], 2), 0), main[4])
        x = np.maximum(part(x, project, 2) + y, 0)
        logits = x.mean(axis=(0, 1)) @ dense + bias
        expected = np.exp(logits - logits.max())
        assert np.allclose(np.asarray(model(image[None]))[0], expected / expected.sum(), atol=1e-4)


def correlate_same(x, kernel, stride):
    """Return what a convolution with "same" padding gives, from SciPy."""
    height, width, _, filters = kernel.shape
    pads = [
        output_size.same_padding(n, k, stride)
        for n, k in zip(x.shape, (height, width), strict=False)
    ]
    padded = np.pad(x, [*pads, (0, 0)])
    maps = [signal.correlate(padded, kernel[..., f], mode="valid")[..., 0] for f in range(filters)]
    return np.stack(maps, axis=-1)[::stride, ::stride]


class TestMeasured:
    measured = resnet.load_measured()

    def test_has_a_result_for_everything_that_is_compared(self):
        found, seeds = self.measured, len(resnet.SEEDS)
        depths, kinds = len(resnet.DEPTHS), len(resnet.KINDS)
        assert found.depth_losses.shape == (kinds, depths, seeds, resnet.DEPTH_EPOCHS)
        assert found.depth_accuracies.shape == (kinds, depths, seeds)
        networks = len(resnet.NETWORKS)
        assert found.network_curves.shape == (networks, seeds, resnet.EPOCHS)
        assert found.network_accuracies.shape == (networks, seeds)
        assert found.shift_accuracies.shape == (networks, seeds, len(resnet.SHIFTS))
        transfers = len(resnet.TRANSFERS), len(resnet.EXAMPLES), seeds
        assert found.transfer_accuracies.shape == transfers
        assert found.base_accuracy > 0.9
        assert list(found.parameters) == [61_706, 20_146]

    def test_holds_accuracies(self):
        for name, values in vars(self.measured).items():
            if "accuracies" in name or "curves" in name:
                assert np.all((values >= 0) & (values <= 1)), name

    def test_is_a_small_file(self):
        assert resnet.MEASURED.stat().st_size < 300_000

    def test_the_filters_are_those_of_the_network_that_was_measured(self):
        model = resnet.load_base()
        (_, _), (images, labels) = data.load_digits(announce=False)
        low = labels < 5
        said = model.predict(images[low][..., None] / 255, batch_size=500, verbose=0).argmax(axis=1)
        assert abs(np.mean(said == labels[low]) - self.measured.base_accuracy) < 0.005


def test_halving_takes_means_of_four_pixels():
    images = np.arange(16.0).reshape(1, 4, 4, 1)
    assert np.array_equal(resnet.halve(images)[0, ..., 0], [[2.5, 4.5], [10.5, 12.5]])


def test_examples_are_drawn_from_5_to_9_and_all_different():
    labels = np.tile(np.arange(10), 30)
    chosen = resnet.choose_examples(labels, 10, seed=4)
    assert np.array_equal(np.bincount(labels[chosen], minlength=10), [0] * 5 + [10] * 5)
    assert len(set(chosen)) == 50


def test_the_signal_fades_in_a_plain_network_and_not_with_shortcuts():
    images = np.random.default_rng(0).random((8, 14, 14, 1), np.float32)
    for seed in (1, 2):
        keras.utils.set_random_seed(seed)
        plain, residual = (
            resnet.signal_sizes(resnet.build_deep(20, kind), images) for kind in resnet.KINDS
        )
        assert len(plain) == len(residual) == 10
        assert plain[-1] < plain[0] / 10
        assert residual[-1] > residual[0]

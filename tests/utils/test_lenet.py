"""Lesson 08's reference answers against Keras and against what a network really does."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from utils import data, lenet, output_size, training
from utils.checks.model_difference import find_model_difference

import keras  # isort: skip  # after utils.keras_setup, which keeps it quiet


windows = st.integers(1, 5).flatmap(lambda k: st.tuples(st.just(k), st.integers(1, k)))


class TestBuildLenet5:
    def test_has_the_published_shapes_and_parameters(self):
        model = lenet.build_lenet5()
        assert model.input_shape == (None, 32, 32, 1)
        assert model.output_shape == (None, 10)
        assert model.count_params() == 61_706
        assert not model.compiled

    def test_is_the_table_layer_by_layer(self):
        model = lenet.build_lenet5()
        shapes = output_size.trace_shapes((32, 32, 1), lenet.LAYERS)
        counts = output_size.layer_parameters((32, 32, 1), lenet.LAYERS)
        expected = list(zip(lenet.NAMES, shapes, counts, strict=True))
        assert lenet.layer_table(model) == expected

    @pytest.mark.parametrize("classes", [2, 26])
    def test_other_numbers_of_classes_change_the_last_layer_alone(self, classes):
        model = lenet.build_lenet5(classes)
        assert model.output_shape == (None, classes)
        assert model.count_params() == 61_706 - 850 + 85 * classes

    def test_its_numbers_are_those_of_a_network_written_out(self):
        """Does it compute tanh of a convolution, averages, and so on, in this order?"""
        keras.utils.set_random_seed(1)
        model = lenet.build_lenet5()
        image = np.random.default_rng(1).normal(size=(32, 32, 1))
        got = np.asarray(model(image[None]))[0]

        from utils import convolution, pooling

        w = [np.asarray(weights, float) for weights in model.get_weights()]
        out = np.tanh(convolution.correlate_channels(image, w[0], w[1]))
        out = pooling.pool2d(out, 2, mode="average")
        out = np.tanh(convolution.correlate_channels(out, w[2], w[3]))
        out = pooling.pool2d(out, 2, mode="average")
        out = np.tanh(convolution.correlate_channels(out, w[4], w[5])).ravel()
        out = np.tanh(out @ w[6] + w[7])
        logits = out @ w[8] + w[9]
        expected = np.exp(logits) / np.exp(logits).sum()
        assert np.allclose(got, expected, atol=1e-5)


class TestPadTo:
    @given(
        hnp.arrays(
            st.sampled_from([np.uint8, np.int16, np.float32, np.float64, bool]),
            st.tuples(st.integers(1, 3), st.integers(1, 6), st.integers(1, 6), st.just(1)),
            elements=st.integers(0, 1),
        ),
        st.integers(0, 7),
    )
    def test_is_what_keras_pads(self, images, extra):
        size = max(images.shape[1:3]) + extra
        got = lenet.pad_to(images, size)
        assert got.shape == (len(images), size, size, 1)
        assert got.dtype == images.dtype
        pads = [
            ((size - n) // 2, size - n - (size - n) // 2) for n in images.shape[1:3]
        ]  # Keras: (before, after)
        expected = keras.layers.ZeroPadding2D(pads)(images.astype(np.float32))
        assert np.array_equal(got.astype(np.float32), np.asarray(expected))

    @pytest.mark.parametrize("shape", [(1, 4, 3, 1), (1, 3, 4, 1), (2, 5, 5, 1)])
    def test_refuses_what_does_not_fit(self, shape):
        with pytest.raises(ValueError, match="do not fit into 3x3"):
            lenet.pad_to(np.ones(shape), 3)

    def test_leaves_its_argument_alone(self):
        images = np.ones((2, 3, 3, 1))
        lenet.pad_to(images, 3)[...] = 5
        assert (images == 1).all()


class TestLayerTable:
    def test_lists_a_functional_model_with_its_input(self):
        picture = keras.Input((5, 4, 1), name="picture")
        tensor = keras.layers.Conv2D(2, 3, name="conv")(picture)
        tensor = keras.layers.BatchNormalization(name="norm")(tensor)
        table = lenet.layer_table(keras.Model(picture, keras.layers.Flatten(name="flat")(tensor)))
        assert table == [
            ("picture", (5, 4, 1), 0),
            ("conv", (3, 2, 2), 20),
            ("norm", (3, 2, 2), 8),
            ("flat", (12,), 0),
        ]

    def test_adds_up_to_the_models_own_count(self):
        model = lenet.build_lenet5()
        assert sum(count for _, _, count in lenet.layer_table(model)) == model.count_params()


class TestReceptiveField:
    def test_grows_through_lenet5_as_published(self):
        fields = [lenet.receptive_field(list(lenet.WINDOWS.values())[:n]) for n in range(6)]
        assert fields == [1, 5, 6, 14, 16, 32]

    @given(st.lists(windows, max_size=6))
    def test_is_what_counting_backwards_gives(self, layers):
        """One output needs ``(n - 1) * stride + kernel`` values of the layer before."""
        needed = 1
        for kernel, stride in reversed(layers):
            needed = (needed - 1) * stride + kernel
        got = lenet.receptive_field(layers)
        assert got == needed
        assert type(got) is int

    @given(st.lists(windows, max_size=3), st.integers(0, 3))
    def test_seen_pixels_are_those_that_a_unit_is_made_of(self, layers, position):
        """Follow the sets of pixels themselves through the windows."""
        sets = [{pixel} for pixel in range(600)]
        for kernel, stride in layers:
            starts = range(0, len(sets) - kernel + 1, stride)
            sets = [set().union(*sets[start : start + kernel]) for start in starts]
        first, last = lenet.seen_pixels(layers, position)
        assert sets[position] == set(range(first, last + 1))


class TestDemonstrations:
    @pytest.mark.parametrize(
        ("name", "row", "column"), [("C1", 3, 20), ("S2", 13, 0), ("S4", 2, 1), ("C5", 0, 0)]
    )
    def test_the_pixels_that_matter_are_the_receptive_field(self, name, row, column):
        keras.utils.set_random_seed(2)
        matter = lenet.pixels_that_matter(lenet.build_lenet5(), name, row, column)
        expected = np.zeros((32, 32), bool)
        layers = lenet.windows_up_to(name)
        (top, bottom), (left, right) = (lenet.seen_pixels(layers, n) for n in (row, column))
        expected[top : bottom + 1, left : right + 1] = True
        assert np.array_equal(matter, expected)

    def test_feature_maps_are_every_layers_output(self):
        model = lenet.build_lenet5()
        images = np.random.default_rng(3).random((2, 32, 32, 1))
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            maps = lenet.feature_maps(model, images)
        assert {name: out.shape[1:] for name, out in maps.items()} == {
            name: shape for name, shape, _ in lenet.layer_table(model)
        }
        assert np.allclose(maps["output"], np.asarray(model(images)), atol=1e-6)
        pooled = maps["C1"].reshape(2, 14, 2, 14, 2, 6).mean(axis=(2, 4))
        assert np.allclose(maps["S2"], pooled, atol=1e-6)

    def test_the_strongest_patches_are_cut_where_a_map_is_highest(self):
        images = np.random.default_rng(4).random((3, 32, 32, 1))
        maps = np.zeros((3, 10, 10, 2))
        maps[2, 4, 7, 0] = 1  # image 2, of the first map
        maps[0, 0, 9, 1], maps[1, 3, 3, 1] = 2, 1
        means, chosen = lenet.strongest_patches(images, maps, "C3", count=1)
        assert means.shape == (2, 14, 14)
        assert chosen.tolist() == [[2], [0]]
        np.testing.assert_allclose(means[0], images[2, 8:22, 14:28, 0])
        np.testing.assert_allclose(means[1], images[0, 0:14, 18:32, 0])
        means, chosen = lenet.strongest_patches(images, maps, "C3", count=2)
        assert chosen[1].tolist() == [0, 1]
        expected = (images[0, 0:14, 18:32, 0] + images[1, 6:20, 6:20, 0]) / 2
        np.testing.assert_allclose(means[1], expected)

    def test_the_commonest_label_has_its_share(self):
        assert lenet.share_of_commonest(np.array([3, 3, 1, 3])) == 0.75

    def test_the_network_of_1998_had_sixty_thousand_parameters(self):
        assert sum(lenet.parameters_in_1998().values()) == 60_000

    def test_28_pixels_are_too_few(self):
        with pytest.raises(ValueError, match="layer 4"):
            output_size.trace_shapes((28, 28, 1), lenet.LAYERS)


def test_it_learns_the_bundled_digits_and_twice_the_same():
    """Three seeds gave 0.905 to 0.906."""
    (x_train, y_train), (x_test, y_test) = data.load_digits(announce=False)
    x_train, y_train = x_train[:3000], y_train[:3000]
    x_train, x_test = (lenet.pad_to(training.prepare(x), 32) for x in (x_train, x_test))
    accuracies = []
    for _ in range(2):
        keras.utils.set_random_seed(8)
        model = lenet.build_lenet5()
        training.train(model, x_train, y_train, epochs=4, seed=8)
        accuracies.append(training.accuracy(model, x_test, y_test))
    assert accuracies[0] > 0.85
    assert abs(accuracies[0] - accuracies[1]) < 0.01


def test_a_wrong_lenet_is_told_from_the_right_one():
    wrong = lenet.build_lenet5()
    wrong.get_layer("C3").activation = keras.activations.relu
    assert "Layer 3 (convolution) has activation relu" in find_model_difference(
        wrong, lenet.build_lenet5()
    )

"""Are lesson 12's reference answers right, and does the network take Keras's steps?"""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import signal

from utils import backprop, convolution, numpy_cnn, output_size, pooling

# N, H, W, C, kh, kw, F, stride, padding
LAYERS = [
    (1, 4, 4, 1, 2, 2, 1, 1, 0),
    (2, 6, 7, 2, 3, 2, 3, 2, 1),
    (2, 5, 8, 2, 3, 3, 1, 3, 0),
    (1, 3, 2, 3, 1, 2, 2, 2, 2),
    (2, 7, 4, 1, 4, 1, 2, 5, 1),
]
each_layer = pytest.mark.parametrize("layer", LAYERS, ids=str)


def drawn(layer, seed=0):
    """Return x, w, b, stride and padding of a layer."""
    n, height, width, channels, kh, kw, filters, stride, padding = layer
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, height, width, channels))
    return (
        x,
        rng.normal(size=(kh, kw, channels, filters)),
        rng.normal(size=filters),
        stride,
        padding,
    )


@st.composite
def layers(draw):
    """Return any small layer that is possible."""
    n, height, width, channels, kh, kw, filters, stride = (
        draw(st.integers(1, most)) for most in (2, 5, 6, 3, 3, 4, 2, 3)
    )
    padding = draw(st.integers(0, 2))
    assume(kh <= height + 2 * padding and kw <= width + 2 * padding)
    return n, height, width, channels, kh, kw, filters, stride, padding


class TestConvForward:
    @given(layers())
    def test_agrees_with_scipy_and_lesson_04(self, layer):
        x, w, b, stride, padding = drawn(layer)
        sides = (padding, padding)
        padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
        expected = [
            [
                sum(
                    signal.correlate2d(image[..., c], w[..., c, f], "valid")
                    for c in range(w.shape[2])
                )[::stride, ::stride]
                + b[f]
                for f in range(w.shape[3])
            ]
            for image in padded
        ]
        got = numpy_cnn.conv_forward(x, w, b, stride, padding)
        np.testing.assert_allclose(got, np.transpose(expected, (0, 2, 3, 1)), atol=1e-12)
        sizes = [
            output_size.output_size(n, k, padding, stride)
            for n, k in zip(x.shape[1:3], w.shape[:2], strict=True)
        ]
        assert list(got.shape) == [len(x), *sizes, len(b)]

    @each_layer
    def test_agrees_with_tensorflow(self, layer):
        from utils.keras_setup import tf

        x, w, b, stride, padding = drawn(layer)
        sides = [[0, 0], [padding] * 2, [padding] * 2, [0, 0]]
        expected = tf.nn.conv2d(x, w, stride, sides) + b
        got = numpy_cnn.conv_forward(x, w, b, stride, padding)
        np.testing.assert_allclose(got, expected, atol=1e-12)

    def test_one_image_is_lesson_02s_layer(self):
        x, w, b, _, _ = drawn((2, 5, 6, 3, 2, 3, 4, 1, 0))
        expected = [convolution.correlate_channels(image, w, b) for image in x]
        np.testing.assert_allclose(numpy_cnn.conv_forward(x, w, b), expected)

    def test_bytes_are_computed_as_floats_and_float32_stays(self):
        x, w, b, _, _ = drawn(LAYERS[1])
        whole = (np.abs(x) * 100).astype(np.uint8)
        got = numpy_cnn.conv_forward(whole, w, b)
        np.testing.assert_array_equal(got, numpy_cnn.conv_forward(whole.astype(float), w, b))
        short = numpy_cnn.conv_forward(*(each.astype(np.float32) for each in (x, w, b)))
        assert short.dtype == np.float32

    @pytest.mark.parametrize(
        ("x", "w", "stride", "padding"),
        [
            ((1, 3, 4, 2), (4, 1, 2, 1), 1, 0),
            ((1, 3, 4, 2), (1, 5, 2, 1), 1, 0),
            ((1, 3, 4, 2), (6, 1, 2, 1), 1, 1),
            ((1, 3, 4, 2), (2, 2, 3, 1), 1, 0),
            ((1, 3, 4, 2), (2, 2, 2, 1), 0, 0),
            ((1, 3, 4, 2), (2, 2, 2, 1), -1, 0),
            ((1, 3, 4, 2), (2, 2, 2, 1), 1, -1),
        ],
    )
    def test_an_impossible_layer_is_refused(self, x, w, stride, padding):
        with pytest.raises(ValueError, match=r"stride|channels|fit"):
            numpy_cnn.conv_forward(np.zeros(x), np.zeros(w), np.zeros(1), stride, padding)


class TestConvBackward:
    @given(layers())
    def test_agrees_with_small_changes(self, layer):
        x, w, b, stride, padding = drawn(layer)
        upstream = drawn(layer, 1)[0].ravel()
        output = numpy_cnn.conv_forward(x, w, b, stride, padding)
        upstream = np.resize(upstream, output.shape)

        def loss(x=x, w=w, b=b):
            return np.sum(upstream * numpy_cnn.conv_forward(x, w, b, stride, padding))

        dx, dw, db = numpy_cnn.conv_backward(upstream, x, w, stride, padding)
        for got, f, place in [
            (dx, lambda changed: loss(x=changed), x),
            (dw, lambda changed: loss(w=changed), w),
            (db, lambda changed: loss(b=changed), b),
        ]:
            np.testing.assert_allclose(got, backprop.numerical_gradient(f, place, 1e-3), atol=1e-6)

    @each_layer
    def test_agrees_with_tensorflow(self, layer):
        from utils.keras_setup import tf

        x, w, b, stride, padding = drawn(layer)
        sides = [[0, 0], [padding] * 2, [padding] * 2, [0, 0]]
        variables = [tf.Variable(each) for each in (x, w, b)]
        with tf.GradientTape() as tape:
            output = tf.nn.conv2d(variables[0], variables[1], stride, sides) + variables[2]
            upstream = np.resize(drawn(layer, 1)[0], output.shape)
            loss = tf.reduce_sum(output * upstream)
        got = numpy_cnn.conv_backward(upstream, x, w, stride, padding)
        for ours, theirs in zip(got, tape.gradient(loss, variables), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-12)

    def test_pixels_that_no_window_contains_get_0(self):
        dx, _, _ = numpy_cnn.conv_backward(
            np.ones((1, 2, 2, 1)), np.ones((1, 6, 6, 1)), np.ones((2, 2, 1, 1)), stride=3
        )
        seen = np.array([1, 1, 0, 1, 1, 0])
        np.testing.assert_array_equal(dx[0, :, :, 0], np.outer(seen, seen))

    def test_with_stride_1_it_is_lesson_10s(self):
        rng = np.random.default_rng(1)
        image, kernel, upstream = (rng.normal(size=s) for s in ((5, 7), (2, 3), (4, 5)))
        dx, dw, _ = numpy_cnn.conv_backward(
            upstream[None, :, :, None], image[None, :, :, None], kernel[:, :, None, None]
        )
        np.testing.assert_allclose(dx[0, :, :, 0], backprop.image_gradient(kernel, upstream))
        np.testing.assert_allclose(dw[:, :, 0, 0], backprop.kernel_gradient(image, upstream))

    @given(layers())
    def test_col2im_adds_what_im2col_took(self, layer):
        """Is <im2col(x), m> = <x, col2im(m)> for any m, as for a matrix and its transpose?"""
        x, w, _, stride, padding = drawn(layer)
        rows = numpy_cnn.im2col(x, w.shape[:2], stride, padding)
        m = np.random.default_rng(2).normal(size=rows.shape)
        back = numpy_cnn.col2im(m, x.shape, w.shape[:2], stride, padding)
        np.testing.assert_allclose(np.sum(rows * m), np.sum(x * back), atol=1e-9)


class TestMaxPool:
    @given(st.integers(1, 3), st.integers(3, 7), st.integers(3, 8), st.integers(0, 99))
    def test_agrees_with_lessons_05_and_10(self, size, height, width, seed):
        rng = np.random.default_rng(seed)
        x = rng.integers(-2, 3, (2, height, width, 2))  # with ties
        upstream = rng.normal(size=(2, height // size, width // size, 2))
        got, pooled = numpy_cnn.max_pool_backward(upstream, x, size), numpy_cnn.max_pool(x, size)
        for n, c in np.ndindex(2, 2):
            image = x[n, :, :, c]
            np.testing.assert_array_equal(pooled[n, :, :, c], pooling.pool2d(image, size))
            np.testing.assert_array_equal(
                got[n, :, :, c], backprop.max_pool_gradient(image, upstream[n, :, :, c], size)
            )

    def test_agrees_with_tensorflow_also_in_ties(self):
        from utils.keras_setup import tf

        x = tf.Variable(np.random.default_rng(0).integers(0, 3, (2, 7, 6, 3)).astype(float))
        upstream = np.random.default_rng(1).normal(size=(2, 3, 3, 3))
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.nn.max_pool2d(x, 2, 2, "VALID") * upstream)
        got = numpy_cnn.max_pool_backward(upstream, x.numpy())
        np.testing.assert_allclose(got, tape.gradient(loss, x))


class TestCrossEntropy:
    @given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 99))
    def test_agrees_with_small_changes(self, n, k, seed):
        rng = np.random.default_rng(seed)
        logits, labels = 3 * rng.normal(size=(n, k)), rng.integers(0, k, n)
        expected = backprop.numerical_gradient(lambda z: numpy_cnn.cross_entropy(z, labels), logits)
        got = numpy_cnn.cross_entropy_gradient(logits, labels)
        np.testing.assert_allclose(got, expected, atol=1e-8)
        np.testing.assert_allclose(got.sum(axis=1), 0, atol=1e-15)

    def test_agrees_with_keras_also_for_large_logits(self):
        from utils.keras_setup import keras, tf

        logits = tf.Variable([[1000.0, 0.0, -1000.0], [2.0, 1.0, 0.5], [-1000.0, -1000.0, 0.0]])
        labels = np.array([1, 2, 0])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        with tf.GradientTape() as tape:
            value = loss(labels, logits)
        gradient = tape.gradient(value, logits)
        np.testing.assert_allclose(numpy_cnn.cross_entropy(logits.numpy(), labels), value)
        got = numpy_cnn.cross_entropy_gradient(logits.numpy(), labels)
        np.testing.assert_allclose(got, gradient, atol=1e-7)

    def test_the_arguments_stay_as_they_are(self):
        logits = np.zeros((2, 3))
        numpy_cnn.cross_entropy_gradient(logits, np.array([0, 1]))
        assert not logits.any()


class TestNetwork:
    def test_gradients_of_the_whole_network_agree_with_small_changes(self):
        network = numpy_cnn.lenet(seed=1)
        # In float64, for small changes; biases of 0 would put black pixels on ReLU's corner.
        for layer in network.layers:
            layer.parameters = [each.astype(float) for each in layer.parameters]
            layer.parameters[1:] = [each + 0.1 for each in layer.parameters[1:]]
        (x, y), _, _ = numpy_cnn.load_digits()
        x, y = x[:3].astype(float), y[:3]
        network.backward(network.forward(x), y)
        gradients = [each.copy() for each in network.gradients]
        rng = np.random.default_rng(0)
        for parameter, gradient in zip(network.parameters, gradients, strict=True):
            at = tuple(rng.integers(0, parameter.shape))
            sides = []
            for change in (1e-5, -2e-5):
                parameter[at] += change
                sides.append(numpy_cnn.cross_entropy(network.forward(x), y))
            parameter[at] += 1e-5
            assert gradient[at] == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-6)

    def test_it_has_lenets_parameters(self):
        network = numpy_cnn.lenet()
        assert sum(each.size for each in network.parameters) == 61_706
        assert len(network.parameters) == len(numpy_cnn.NAMES)
        assert all(each.dtype == np.float32 for each in network.parameters)

    def test_training_keeps_float32_and_lowers_the_loss(self):
        network = numpy_cnn.lenet(seed=0)
        training, validation, _ = numpy_cnn.load_digits()
        few = training[0][:640], training[1][:640]
        run = numpy_cnn.train(network, few, validation, epochs=2, show=False)
        assert np.mean(run.losses[-5:]) < np.mean(run.losses[:5]) / 2
        assert run.accuracies[-1] > 0.6
        assert all(each.dtype == np.float32 for each in network.parameters)
        assert "40 steps" in run.picture("It").alt

    def test_batches_hold_every_image_once(self):
        chosen = list(numpy_cnn.batches(10, 4, np.random.default_rng(0)))
        assert [len(each) for each in chosen] == [4, 4, 2]
        assert sorted(np.concatenate(chosen)) == list(range(10))


class TestAgainstKeras:
    def test_the_first_steps_are_those_of_keras(self):
        """Are all 61,706 parameters the same to 1e-5, after one step and after five?"""
        from data import build_numpy_lenet

        network = numpy_cnn.lenet(seed=0)
        model = build_numpy_lenet.build_in_keras(network)
        (x, y), _, _ = numpy_cnn.load_digits()
        for step in range(5):
            batch = slice(32 * step, 32 * step + 32)
            network.step(x[batch], y[batch], rate=0.01, momentum=0.9)
            model.train_on_batch(x[batch], y[batch])
            for ours, theirs in zip(network.parameters, model.get_weights(), strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)

    def test_the_stored_step_is_what_keras_does(self):
        from data import build_numpy_lenet

        np.testing.assert_allclose(
            numpy_cnn.stored_keras_changes(), build_numpy_lenet.first_step_of_keras(), atol=1e-6
        )


class TestStoredRuns:
    def test_three_seeds_at_each_rate_and_the_best_by_validation(self):
        runs = numpy_cnn.stored_runs()
        means = {float(rate): np.mean(values) for rate, values in runs["validation"].items()}
        assert runs["best"] == max(means, key=means.get)
        assert len(runs["test"]) == len(runs["seeds"]) == 3
        assert min(runs["test"]) >= 0.95


class TestOwnOrReference:
    @staticmethod
    def chosen(capsys, **functions):
        """Return the pieces that are chosen, and what was printed."""
        return numpy_cnn.own_or_reference(**functions), capsys.readouterr().out

    def test_a_right_and_fast_piece_is_used(self, capsys):
        def own(upstream, x, size=2):
            return numpy_cnn.max_pool_backward(upstream, x, size).astype(float)

        pieces, said = self.chosen(capsys, max_pool_backward=own)
        assert pieces.max_pool_backward is own
        assert pieces.conv_forward is numpy_cnn.conv_forward
        assert "yours" in said

    @pytest.mark.parametrize(
        ("own", "words"),
        [
            (lambda logits, labels: numpy_cnn.softmax(logits), "gives another result"),
            (lambda logits, labels: None, "gives another result"),
            (lambda logits: logits, "raises a TypeError"),
        ],
    )
    def test_a_wrong_piece_is_not(self, own, words, capsys):
        pieces, said = self.chosen(capsys, cross_entropy_gradient=own)
        assert pieces.cross_entropy_gradient is numpy_cnn.cross_entropy_gradient
        assert words in said

    def test_nor_one_that_is_wrong_in_ties_only(self, capsys):
        def own(upstream, x, size=2):
            largest = numpy_cnn.max_pool(x).repeat(2, axis=1).repeat(2, axis=2)
            return (x == largest) * upstream.repeat(2, axis=1).repeat(2, axis=2)

        assert "gives another result" in self.chosen(capsys, max_pool_backward=own)[1]

    def test_nor_one_that_is_not_done(self, capsys):
        def own(*arguments):
            raise NotImplementedError

        assert "is not done yet" in self.chosen(capsys, conv_forward=own)[1]

    def test_nor_one_that_changes_its_arguments(self, capsys):
        def own(logits, labels):
            result = numpy_cnn.cross_entropy_gradient(logits, labels)
            logits += 1000 * labels[:, None] * np.arange(10)
            return result

        assert "changes its arguments" in self.chosen(capsys, cross_entropy_gradient=own)[1]

    def test_nor_one_that_is_slow(self, capsys, monkeypatch):
        monkeypatch.setattr(numpy_cnn, "LONGEST", 0)
        _, said = self.chosen(capsys, conv_forward=numpy_cnn.conv_forward)
        assert "is right, but would take" in said


def test_the_module_imports_neither_tensorflow_nor_keras():
    code = (
        "import sys; from utils import numpy_cnn; from utils.widgets import numpy_cnn as widgets; "
        "print(sorted({'tensorflow', 'keras', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"

"""Are lesson 10's gradients right? SciPy, TensorFlow and small changes say."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import optimize, signal

from utils import backprop, convolution, pooling, sobel

DTYPES = st.sampled_from([np.uint8, np.int8, np.int16, np.int64, np.float32, np.float64])


def _array(draw, shape):
    dtype = draw(DTYPES)
    low, high = (0, 200) if dtype is np.uint8 else (-100, 100)
    elements = st.integers(low, high)
    return draw(hnp.arrays(np.int64, shape, elements=elements)).astype(dtype)


@st.composite
def images_and_upstreams(draw):
    """Draw an image and an upstream gradient that belongs to some kernel that fits into it."""
    image_shape = draw(st.tuples(st.integers(1, 10), st.integers(1, 10)))
    kernel_shape = [draw(st.integers(1, n)) for n in image_shape]
    outputs = tuple(n - k + 1 for n, k in zip(image_shape, kernel_shape, strict=True))
    return _array(draw, image_shape), _array(draw, outputs)


@st.composite
def kernels_and_upstreams(draw):
    """Draw a kernel and an upstream gradient of any shapes."""
    sides = st.tuples(st.integers(1, 6), st.integers(1, 6))
    return _array(draw, draw(sides)), _array(draw, draw(sides))


def bent_loss(output):
    """Return some number that depends on every output in its own way."""
    return np.sum(np.tanh(output) * np.arange(1, output.size + 1).reshape(output.shape))


def bent_upstream(output):
    """Return how `bent_loss` changes with each output."""
    return (1 - np.tanh(output) ** 2) * np.arange(1, output.size + 1).reshape(output.shape)


class TestNumericalGradient:
    @pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 3, 4), (2, 1, 3, 2)])
    def test_is_scipys_central_difference(self, shape):
        w = np.random.default_rng(0).normal(size=shape)
        got = backprop.numerical_gradient(bent_loss, w)
        assert got.shape == shape
        expected = optimize.approx_fprime(
            w.ravel(), lambda flat: bent_loss(flat.reshape(shape)), 1e-8
        ).reshape(shape)
        np.testing.assert_allclose(got, expected, atol=1e-5)
        np.testing.assert_allclose(got, bent_upstream(w), atol=1e-8)

    @given(
        hnp.arrays(np.float64, hnp.array_shapes(max_dims=4, max_side=3), elements=st.floats(-3, 3))
    )
    def test_has_the_error_of_a_central_difference(self, w):
        got = backprop.numerical_gradient(lambda x: np.sum(x**3), w, 0.5)
        np.testing.assert_allclose(got, 3 * w**2 + 0.25, atol=1e-9)

    @pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float16, np.float32])
    def test_computes_in_double_precision(self, dtype):
        w = np.array([[1, 2, 0], [3, 100, 5]], dtype)
        got = backprop.numerical_gradient(lambda x: np.sum(x * x), w)
        np.testing.assert_allclose(got, 2 * w.astype(float), rtol=1e-7, atol=1e-7)

    def test_leaves_w_alone_even_if_f_raises(self):
        w = np.arange(4.0)

        def fail_at_the_third(x):
            if x[2] != 2:
                raise RuntimeError
            return 0.0

        with pytest.raises(RuntimeError):
            backprop.numerical_gradient(fail_at_the_third, w)
        assert w.tolist() == [0, 1, 2, 3]

    def test_gives_f_its_own_shape_and_one_change(self):
        w = np.arange(6.0).reshape(2, 3)

        def watch(x):
            assert x.shape == w.shape
            assert np.count_nonzero(x != w) == 1
            return np.array(x.sum())

        np.testing.assert_allclose(backprop.numerical_gradient(watch, w, 0.25), 1)

    @pytest.mark.parametrize("eps", [1e-1, 1e-2, 1e-3])
    def test_is_far_better_than_one_sided(self, eps):
        w = np.linspace(-1, 1, 5)
        off = [
            np.abs(gradient(bent_loss, w, eps) - bent_upstream(w)).max()
            for gradient in (backprop.numerical_gradient, backprop.one_sided_gradient)
        ]
        assert off[0] < 10 * eps**2
        assert off[1] > eps


class TestKernelGradient:
    @given(images_and_upstreams())
    def test_is_scipys_cross_correlation(self, pair):
        image, upstream = pair
        expected = signal.correlate2d(image.astype(float), upstream.astype(float), mode="valid")
        np.testing.assert_allclose(backprop.kernel_gradient(image, upstream), expected, atol=1e-9)

    @given(st.integers(0, 10**6), st.data())
    @settings(max_examples=30)
    def test_agrees_with_small_changes(self, seed, data):
        rng = np.random.default_rng(seed)
        image = rng.normal(size=data.draw(st.tuples(st.integers(1, 6), st.integers(1, 6))))
        kernel = rng.normal(size=[data.draw(st.integers(1, n)) for n in image.shape])
        output = convolution.correlate2d(image, kernel)
        expected = backprop.numerical_gradient(
            lambda k: bent_loss(convolution.correlate2d(image, k)), kernel
        )
        got = backprop.kernel_gradient(image, bent_upstream(output))
        np.testing.assert_allclose(got, expected, atol=1e-6)


class TestImageGradient:
    @given(kernels_and_upstreams())
    def test_is_scipys_full_convolution(self, pair):
        kernel, upstream = pair
        expected = signal.convolve2d(upstream.astype(float), kernel.astype(float), mode="full")
        got = backprop.image_gradient(kernel, upstream)
        assert got.shape == tuple(
            n + k - 1 for n, k in zip(upstream.shape, kernel.shape, strict=True)
        )
        np.testing.assert_allclose(got, expected, atol=1e-9)

    @given(st.integers(0, 10**6), st.data())
    @settings(max_examples=30)
    def test_agrees_with_small_changes(self, seed, data):
        rng = np.random.default_rng(seed)
        image = rng.normal(size=data.draw(st.tuples(st.integers(1, 5), st.integers(1, 5))))
        kernel = rng.normal(size=[data.draw(st.integers(1, n)) for n in image.shape])
        output = convolution.correlate2d(image, kernel)
        expected = backprop.numerical_gradient(
            lambda x: bent_loss(convolution.correlate2d(x, kernel)), image
        )
        got = backprop.image_gradient(kernel, bent_upstream(output))
        np.testing.assert_allclose(got, expected, atol=1e-6)

    @given(images_and_upstreams())
    def test_and_the_kernels_tell_of_one_loss(self, pair):
        """Both say by how much the sum of upstream * output changes: it is linear in each."""
        image, upstream = pair
        kernel = np.random.default_rng(0).normal(
            size=[n - h + 1 for n, h in zip(image.shape, upstream.shape, strict=True)]
        )
        through_the_kernel = np.sum(kernel * backprop.kernel_gradient(image, upstream))
        through_the_image = np.sum(image * backprop.image_gradient(kernel, upstream))
        assert np.isclose(through_the_kernel, through_the_image, rtol=1e-9, atol=1e-6)


class TestLearnKernel:
    @pytest.mark.parametrize("shape", [(3, 3), (2, 4), (4, 1), (1, 1)])
    @pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
    def test_finds_the_kernel_below_the_limit(self, shape, share):
        rng = np.random.default_rng(1)
        image, kernel = rng.normal(size=(12, 14)), rng.normal(size=shape)
        target = convolution.correlate2d(image, kernel)
        rate = share * backprop.largest_rate(image, shape)
        got = backprop.learn_kernel(image, target, shape, 500, rate)
        np.testing.assert_allclose(got, kernel, atol=1e-6)

    def test_diverges_above_the_limit(self):
        image = np.random.default_rng(2).normal(size=(12, 14))
        target = convolution.correlate2d(image, sobel.GX)
        limit = backprop.largest_rate(image, (3, 3))
        for share, falls in [(0.99, True), (1.01, False)]:
            losses = backprop.descend(image, target, (3, 3), 2000, share * limit).losses
            assert (losses[-1] < losses[0]) == falls

    def test_is_least_squares_in_the_end(self):
        """Is it so where no kernel gives the target exactly?"""
        rng = np.random.default_rng(3)
        image, target = rng.normal(size=(9, 8)), rng.normal(size=(8, 6))
        windows = np.lib.stride_tricks.sliding_window_view(image, (2, 3)).reshape(-1, 6)
        expected, *_ = np.linalg.lstsq(windows, target.ravel(), rcond=None)
        got = backprop.learn_kernel(image, target, (2, 3), 1000, 0.3)
        np.testing.assert_allclose(got.ravel(), expected, atol=1e-6)

    def test_keeps_every_step(self):
        image = np.arange(1, 17).reshape(4, 4)
        target = convolution.correlate2d(image, np.array([[1, 2], [3, 4]]))
        descent = backprop.descend(image, target, (2, 2), 5, 1e-3)
        assert descent.kernels.shape == (6, 2, 2)
        assert descent.losses.shape == (6,)
        assert not descent.kernels[0].any()
        assert (np.diff(descent.losses) < 0).all()

    def test_takes_bytes(self):
        rng = np.random.default_rng(4)
        image = rng.integers(0, 256, (9, 8), dtype=np.uint8)
        target = convolution.correlate2d(image, np.array([[1, -2, 3]]))
        got = backprop.learn_kernel(image, target, (1, 3), 800, 1e-5)
        np.testing.assert_allclose(got, [[1, -2, 3]], atol=1e-3)


class TestCurvature:
    @pytest.mark.parametrize("shape", [(2, 2), (1, 3), (3, 2)])
    def test_is_how_the_gradient_changes_with_the_kernel(self, shape):
        rng = np.random.default_rng(5)
        image = rng.normal(size=(6, 7))
        target = np.zeros([n - k + 1 for n, k in zip(image.shape, shape, strict=True)])

        def gradient(kernel):
            error = backprop.mean_squared_error_gradient(
                convolution.correlate2d(image, kernel), target
            )
            return backprop.kernel_gradient(image, error).ravel()

        columns = [gradient(unit.reshape(shape)) for unit in np.eye(int(np.prod(shape)))]
        np.testing.assert_allclose(backprop.curvature(image, shape), np.transpose(columns))

    def test_of_1_to_16_is_flat_in_two_directions(self):
        values = np.linalg.eigvalsh(backprop.curvature(np.arange(1, 17).reshape(4, 4), (2, 2)))
        np.testing.assert_allclose(values[:2], 0, atol=1e-9)
        assert (values[2:] > 1).all()


class TestOtherLayers:
    def test_relu_and_poolings_agree_with_small_changes(self):
        rng = np.random.default_rng(6)
        image = rng.normal(size=(6, 8))
        for size in (1, 2):
            upstream = rng.normal(size=(6 // size, 8 // size))
            for got, f in [
                (
                    backprop.max_pool_gradient(image, upstream, size),
                    lambda x, size=size, u=upstream: np.sum(u * pooling.pool2d(x, size)),
                ),
                (
                    backprop.average_pool_gradient(upstream, size),
                    lambda x, size=size, u=upstream: np.sum(
                        u * pooling.pool2d(x, size, mode="average")
                    ),
                ),
            ]:
                np.testing.assert_allclose(got, backprop.numerical_gradient(f, image), atol=1e-8)
        upstream = rng.normal(size=image.shape)
        expected = backprop.numerical_gradient(
            lambda x: np.sum(upstream * convolution.relu(x)), image
        )
        np.testing.assert_allclose(backprop.relu_gradient(image, upstream), expected, atol=1e-8)

    def test_leftovers_of_a_valid_pooling_get_nothing(self):
        gradient = backprop.max_pool_gradient(np.arange(15.0).reshape(3, 5), np.ones((1, 2)))
        assert gradient.tolist() == [[0] * 5, [0, 1, 0, 1, 0], [0] * 5]

    @given(hnp.arrays(np.float64, (3, 4), elements=st.floats(-9, 9)))
    def test_mean_squared_error_and_its_gradient(self, output):
        target = np.arange(12.0).reshape(3, 4)
        expected = backprop.numerical_gradient(
            lambda x: backprop.mean_squared_error(x, target), output
        )
        got = backprop.mean_squared_error_gradient(output, target)
        np.testing.assert_allclose(got, expected, atol=1e-6)


class TestAgainstTensorFlow:
    def test_gradients_of_a_layer_with_everything(self):
        from utils.keras_setup import tf

        rng = np.random.default_rng(7)
        image, kernel = rng.normal(size=(9, 12)), rng.normal(size=(4, 3))
        upstream = rng.normal(size=(3, 5))
        x = tf.Variable(image[None, :, :, None])
        k = tf.Variable(kernel[:, :, None, None])
        with tf.GradientTape() as tape:
            sums = tf.nn.conv2d(x, k, 1, "VALID")
            pooled = tf.nn.max_pool2d(tf.nn.relu(sums), 2, 2, "VALID")
            loss = tf.reduce_sum(pooled * upstream[None, :, :, None])
        taped = tape.gradient(loss, [k, x])
        ours = convolution.correlate2d(image, kernel)
        back = backprop.max_pool_gradient(convolution.relu(ours), upstream)
        back = backprop.relu_gradient(ours, back)
        np.testing.assert_allclose(
            backprop.kernel_gradient(image, back), np.squeeze(taped[0]), atol=1e-12
        )
        np.testing.assert_allclose(
            backprop.image_gradient(kernel, back), np.squeeze(taped[1]), atol=1e-12
        )

    def test_at_zero_and_in_a_tie_tensorflow_has_our_convention(self):
        from utils.keras_setup import tf

        flat = tf.Variable(np.zeros((1, 2, 2, 1)))
        with tf.GradientTape(persistent=True) as tape:
            relu = tf.reduce_sum(tf.nn.relu(flat))
            pooled = tf.reduce_sum(tf.nn.max_pool2d(flat, 2, 2, "VALID"))
        zeros = np.zeros((2, 2))
        np.testing.assert_array_equal(
            np.squeeze(tape.gradient(relu, flat)), backprop.relu_gradient(zeros, np.ones((2, 2)))
        )
        np.testing.assert_array_equal(
            np.squeeze(tape.gradient(pooled, flat)), backprop.max_pool_gradient(zeros, [[1.0]])
        )

    def test_keras_sgd_takes_our_steps(self):
        from utils.keras_setup import keras

        image = np.random.default_rng(8).normal(size=(10, 11)).astype(np.float32)
        target = convolution.correlate2d(image, sobel.GX).astype(np.float32)
        layer = keras.layers.Conv2D(1, 3, use_bias=False, kernel_initializer="zeros")
        model = keras.Sequential([keras.Input((10, 11, 1)), layer])
        model.compile(optimizer=keras.optimizers.SGD(0.2), loss="mse")
        model.fit(image[None, :, :, None], target[None, :, :, None], epochs=5, verbose=0)
        got = backprop.learn_kernel(image, target, (3, 3), 5, 0.2)
        # float32 keeps 7 digits; 1e-5 leaves room for another order of summation.
        np.testing.assert_allclose(np.squeeze(layer.get_weights()[0]), got, atol=1e-5)


def test_the_module_imports_neither_tensorflow_nor_keras():
    code = (
        "import sys; from utils import backprop; from utils.widgets import backprop as widgets; "
        "print(sorted({'tensorflow', 'keras', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_the_published_example():
    image = np.arange(1, 17).reshape(4, 4)
    upstream = np.array([[12, 14, 16], [20, 22, 24], [28, 30, 32]])
    assert backprop.kernel_gradient(image, upstream).tolist() == [[1392, 1590], [2184, 2382]]
    assert backprop.image_gradient(np.array([[1, 2], [3, 4]]), upstream).tolist() == [
        [12, 38, 44, 32],
        [56, 152, 172, 112],
        [88, 232, 252, 160],
        [84, 202, 216, 128],
    ]

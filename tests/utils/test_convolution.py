"""Are lesson 02's reference answers right? SciPy says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import signal

from utils import convolution

DTYPES = st.sampled_from([np.uint8, np.int8, np.int16, np.int64, np.float32, np.float64])


@st.composite
def images_and_kernels(draw):
    """Draw an image and a kernel that fits into it, each of any shape and dtype."""
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    kernel_shape = draw(st.integers(1, height)), draw(st.integers(1, width))
    return _array(draw, (height, width)), _array(draw, kernel_shape)


def _array(draw, shape):
    dtype = draw(DTYPES)
    low, high = (0, 200) if dtype is np.uint8 else (-100, 100)
    elements = st.integers(low, high)
    return draw(hnp.arrays(np.int64, shape, elements=elements)).astype(dtype)


@given(images_and_kernels())
def test_correlate2d_is_scipys(pair):
    image, kernel = pair
    expected = signal.correlate2d(image.astype(float), kernel.astype(float), mode="valid")
    np.testing.assert_allclose(convolution.correlate2d(image, kernel), expected, atol=1e-9)


@given(images_and_kernels())
def test_the_loop_is_the_vectorised_version(pair):
    np.testing.assert_allclose(
        convolution.correlate2d_loop(*pair), convolution.correlate2d(*pair), atol=1e-9
    )


@given(images_and_kernels())
def test_convolve2d_is_scipys(pair):
    image, kernel = pair
    expected = signal.convolve2d(image.astype(float), kernel.astype(float), mode="valid")
    np.testing.assert_allclose(convolution.convolve2d(image, kernel), expected, atol=1e-9)


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=4), elements=st.floats(-9, 9)))
def test_relu_is_the_mean_of_a_number_and_its_size(x):
    np.testing.assert_allclose(convolution.relu(x), (x + np.abs(x)) / 2)


@given(st.data())
def test_correlate_channels_sums_scipys_channels(data):
    height, width, channels, filters = (data.draw(st.integers(1, 6)) for _ in range(4))
    kh, kw = data.draw(st.integers(1, height)), data.draw(st.integers(1, width))
    volume = _array(data.draw, (height, width, channels))
    kernels = _array(data.draw, (kh, kw, channels, filters))
    bias = data.draw(st.none() | st.just(np.arange(filters) - 1.5))
    out = convolution.correlate_channels(volume, kernels, bias)
    for f in range(filters):
        expected = sum(
            signal.correlate2d(
                volume[..., c].astype(float), kernels[..., c, f].astype(float), "valid"
            )
            for c in range(channels)
        )
        np.testing.assert_allclose(out[..., f], expected + (0 if bias is None else bias[f]))


@pytest.mark.parametrize("function", [convolution.correlate2d, convolution.correlate2d_loop])
@pytest.mark.parametrize("kernel_shape", [(4, 1), (1, 5), (4, 5)])
def test_a_kernel_that_does_not_fit_is_refused(function, kernel_shape):
    with pytest.raises(ValueError, match="does not fit into a 3x4 image"):
        function(np.ones((3, 4)), np.ones(kernel_shape))


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_channels_that_do_not_match_are_refused(channels):
    with pytest.raises(ValueError, match="3 channels"):
        convolution.correlate_channels(np.ones((4, 4, 3)), np.ones((2, 2, channels, 5)))


def test_the_published_sums():
    sums = convolution.correlate2d(np.arange(1, 17).reshape(4, 4), np.array([[1, 2], [3, 4]]))
    assert sums.ravel().tolist() == [44, 54, 64, 84, 94, 104, 124, 134, 144]

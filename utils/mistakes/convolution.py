"""Wrong ways to do lesson 02's exercises."""

import numpy as np

from utils import convolution as right
from utils.mistakes import mistake_in


@mistake_in("correlate2d")
def kernel_flipped(image, kernel):
    """The kernel is flipped along both axes. That is the mathematical convolution;
    a cross-correlation uses the kernel as it is: kernel[0, 0] meets the window's top left pixel.
    """
    return right.correlate2d(image, kernel[::-1, ::-1])


@mistake_in("convolve2d")
def not_flipped(image, kernel):
    """The kernel is not flipped: that is cross-correlation.
    A convolution turns the kernel by 180 degrees before it slides.
    """
    return right.correlate2d(image, kernel)


@mistake_in("convolve2d")
def flipped_up_down(image, kernel):
    """The kernel is flipped along one axis alone, its rows. A convolution flips both axes."""
    return right.correlate2d(image, kernel[::-1])


@mistake_in("convolve2d")
def flipped_left_right(image, kernel):
    """The kernel is flipped along one axis alone, its columns. A convolution flips both axes."""
    return right.correlate2d(image, kernel[:, ::-1])


@mistake_in("correlate2d", "convolve2d")
def kernel_transposed(image, kernel):
    """The kernel is transposed: kernel[a, b] belongs to row a and column b of the window."""
    return right.correlate2d(image, kernel.T)


@mistake_in("correlate2d")
def mean_of_products(image, kernel):
    """The products are averaged. A cross-correlation adds them up and does not divide."""
    return right.correlate2d(image, kernel) / kernel.size


@mistake_in("correlate2d")
def largest_product(image, kernel):
    """It takes the largest product in each window where the sum of all products is asked for. Look
    at what becomes of the products.
    """
    return _at_every_window(image, kernel, lambda window: (window * kernel).max())


@mistake_in("correlate2d")
def matrix_product(image, kernel):
    """Window and kernel are multiplied as matrices (`@` or `dot`).
    Multiply them element by element, with `*`.
    """
    return _at_every_window(image, kernel, lambda window: (window @ kernel).sum())


@mistake_in("correlate2d")
def window_alone(image, kernel):
    """The window's pixels are added up without the kernel: each has to be multiplied first."""
    return right.correlate2d(image, np.ones_like(kernel))


@mistake_in("correlate2d")
def last_position_missing(image, kernel):
    """The last row and the last column of positions are missing.
    Count them once more: n pixels have n - k + 1 places for a kernel of k.
    """
    return right.correlate2d(image, kernel)[:-1, :-1]


@mistake_in("convolve2d")
def quarter_turn(image, kernel):
    """The kernel is turned by 90 degrees. Flipping both axes is a turn by 180 degrees."""
    return right.correlate2d(image, np.rot90(kernel))


@mistake_in("convolve2d")
def quarter_turn_back(image, kernel):
    """The kernel is turned by 90 degrees clockwise. Flipping both axes is a turn by 180."""
    return right.correlate2d(image, np.rot90(kernel, -1))


@mistake_in("convolve2d")
def output_flipped(image, kernel):
    """The output is flipped. It is the kernel that must be, before it slides."""
    return right.correlate2d(image, kernel)[::-1, ::-1]


@mistake_in("convolve2d")
def image_flipped(image, kernel):
    """The image is flipped, and so the output comes out backwards. Flip the kernel."""
    return right.correlate2d(image[::-1, ::-1], kernel)


@mistake_in("convolve2d")
def flipped_and_averaged(image, kernel):
    """The products are averaged. A convolution adds them up and does not divide."""
    return right.convolve2d(image, kernel) / kernel.size


@mistake_in("correlate2d", "convolve2d")
def zero_padded(image, kernel):
    """The image is padded with zeros, so that the output is as large as the image.
    Here the kernel stays inside the image ("valid"), and the output is smaller.
    """
    kh, kw = kernel.shape
    before, after = ((kh - 1) // 2, (kw - 1) // 2), (kh // 2, kw // 2)
    return right.correlate2d(np.pad(image, tuple(zip(before, after, strict=True))), kernel)


@mistake_in("correlate2d")
def window_side_by_side(image, kernel):
    """The window moves on by its own width. It should move by one pixel, so that windows
    overlap.
    """
    kh, kw = kernel.shape
    return right.correlate2d(image, kernel)[::kh, ::kw]


@mistake_in("correlate2d")
def products_wrapped(image, kernel):
    """The products are computed in small integers and wrap around (in uint8, 200 + 100 is 44).
    Turn the image or the kernel into float first.
    """
    return _at_every_window(image, kernel, lambda window: (window * kernel).sum())


@mistake_in("correlate2d", "convolve2d")
def same_dtype_as_image(image, kernel):
    """The sums are kept in the image's own dtype, which cannot hold them: fractions are cut off or
    large numbers wrap around. Work in float.
    """
    return right.correlate2d(image, kernel).astype(image.dtype)


@mistake_in("correlate2d")
def sizes_swapped(image, kernel):
    """The kernel's height and width are swapped: shape[0] is the number of rows, the height."""
    kh, kw = kernel.shape
    rows, columns = image.shape[0] - kw + 1, image.shape[1] - kh + 1
    padded = np.pad(image, ((0, kh), (0, kw)))
    return right.correlate2d(padded, kernel)[:rows, :columns]


@mistake_in("relu")
def absolute_value(x):
    """Negative numbers lose their sign (abs). ReLU turns them into 0."""
    return np.abs(x)


@mistake_in("relu")
def leaky(x):
    """Negative numbers shrink to a hundredth: that is a leaky ReLU. ReLU turns them into 0."""
    return np.where(x < 0, 0.01 * x, x)


@mistake_in("relu")
def minimum(x):
    """It keeps the negative numbers and drops the positive ones: minimum for maximum."""
    return np.minimum(x, 0)


@mistake_in("relu")
def step(x):
    """Positive numbers become 1. ReLU leaves them as they are."""
    return (x > 0).astype(x.dtype)


@mistake_in("relu")
def clipped_at_one(x):
    """Numbers above 1 are cut down to 1. ReLU has no upper limit."""
    return np.clip(x, 0, 1)


@mistake_in("relu")
def largest_of_all(x):
    """It returns one number, the largest of all. ReLU looks at each element on its own."""
    return max(x.max(), 0)


@mistake_in("relu")
def negatives_left(x):
    """Nothing changes: negative numbers are still there. Look at what becomes of -1."""
    return x


@mistake_in("relu")
def zero_counts_as_small(x):
    """Numbers between 0 and 1 are dropped too. ReLU keeps every number above 0."""
    return np.where(x >= 1, x, 0)


@mistake_in("correlate_channels")
def bias_forgotten(volume, kernels, bias=None):
    """The bias is forgotten: each filter has one number that is added to its whole feature map."""
    return right.correlate_channels(volume, kernels)


@mistake_in("correlate_channels")
def bias_for_each_channel(volume, kernels, bias=None):
    """The bias is added once for each channel. It is added once, after the channels are summed."""
    bias = 0 if bias is None else np.asarray(bias) * volume.shape[2]
    return right.correlate_channels(volume, kernels) + bias


@mistake_in("correlate_channels")
def bias_subtracted(volume, kernels, bias=None):
    """The bias is subtracted. It is added."""
    return right.correlate_channels(volume, kernels, None if bias is None else -np.asarray(bias))


@mistake_in("correlate_channels")
def same_bias_everywhere(volume, kernels, bias=None):
    """Every feature map gets the same bias. The filter f has a bias of its own, bias[f]."""
    bias = 0 if bias is None else bias[0]
    return right.correlate_channels(volume, kernels) + bias


@mistake_in("correlate_channels")
def channels_averaged(volume, kernels, bias=None):
    """The channels are averaged. Their cross-correlations are added up."""
    out = right.correlate_channels(volume, kernels) / volume.shape[2]
    return out if bias is None else out + bias


@mistake_in("correlate_channels")
def first_channel_only(volume, kernels, bias=None):
    """The first channel alone is used. Every channel has a slice of the kernel; add them all up."""
    return right.correlate_channels(volume[:, :, :1], kernels[:, :, :1], bias)


@mistake_in("correlate_channels")
def last_channel_only(volume, kernels, bias=None):
    """The last channel alone is left: each overwrites the one before. Add them up."""
    return right.correlate_channels(volume[:, :, -1:], kernels[:, :, -1:], bias)


@mistake_in("correlate_channels")
def first_filter_everywhere(volume, kernels, bias=None):
    """Every feature map is the first filter's. Feature map f comes from kernels[:, :, :, f]."""
    return right.correlate_channels(volume, np.repeat(kernels[..., :1], kernels.shape[3], 3), bias)


@mistake_in("correlate_channels")
def filters_summed(volume, kernels, bias=None):
    """The filters are added up into one feature map. Each filter makes a feature map of its own."""
    return right.correlate_channels(volume, kernels, bias).sum(axis=-1)


@mistake_in("correlate_channels")
def kernels_flipped(volume, kernels, bias=None):
    """The kernels are flipped. A layer computes a cross-correlation: kernels stay as they are."""
    return right.correlate_channels(volume, kernels[::-1, ::-1], bias)


@mistake_in("correlate_channels")
def channels_backwards(volume, kernels, bias=None):
    """The channels and the kernel's slices are paired in opposite order: channel c meets
    kernels[:, :, c].
    """
    return right.correlate_channels(volume, kernels[:, :, ::-1], bias)


@mistake_in("correlate_channels")
def activation_included(volume, kernels, bias=None):
    """The negative numbers are gone: ReLU has been applied. Return the sums before it."""
    return np.maximum(right.correlate_channels(volume, kernels, bias), 0)


@mistake_in("correlate_channels")
def filters_first(volume, kernels, bias=None):
    """The feature maps are stacked along the first axis. They belong on the last one, as channels:
    np.stack(maps, axis=-1) or out[:, :, f].
    """
    return np.moveaxis(right.correlate_channels(volume, kernels, bias), -1, 0)


def _at_every_window(image, kernel, summary):
    """Apply a function to the window at every position of a kernel, in the inputs' own dtype."""
    kh, kw = kernel.shape
    positions = (image.shape[0] - kh + 1, image.shape[1] - kw + 1)
    values = [
        summary(image[i : i + kh, j : j + kw])
        for i in range(positions[0])
        for j in range(positions[1])
    ]
    return np.array(values).reshape(positions)


_PAIRS = [
    (np.array([[2, 5]]), np.array([[3]])),
    (np.array([[1, 2, 3]]), np.array([[1, 10]])),
    (np.array([[1], [2], [3]]), np.array([[1], [10]])),
    (np.array([[1, 2, 3], [4, 5, 6]]), np.array([[1, 2], [3, 4]])),
    (np.array([[200, 100], [100, 200]], np.uint8), np.array([[2, 2]], np.uint8)),
    (np.array([[1, 2], [3, 4]]), np.array([[0.5, 0.25]])),
    (np.arange(1, 13).reshape(3, 4), np.array([[1, 2, 0], [0, -1, 3]])),
    (np.arange(1, 13).reshape(4, 3), np.array([[1, 2], [0, -1], [5, 3]])),
]
EXAMPLES = {
    "correlate2d": _PAIRS,
    "convolve2d": _PAIRS,
    "relu": [
        (np.array([-2.0]),),
        (np.array([-1.5, 0.0, 0.5, 2.0]),),
        (np.array([[-3, 4], [5, -6]]),),
    ],
    "correlate_channels": [
        (np.array([[[1.0, 2.0]]]), np.array([[[[3.0], [10.0]]]])),
        (np.array([[[1.0, 2.0]]]), np.array([[[[3.0], [10.0]]]]), np.array([100.0])),
        (np.array([[[1.0], [2.0]]]), np.array([[[[1.0, -1.0]]]]), np.array([10.0, 20.0])),
        (
            np.arange(1.0, 9.0).reshape(2, 2, 2),
            np.arange(1.0, 9.0).reshape(1, 2, 2, 2),
            np.array([100.0, 200.0]),
        ),
        (np.arange(1.0, 13.0).reshape(2, 3, 2), np.arange(-4.0, 4.0).reshape(2, 2, 2, 1)),
    ],
}

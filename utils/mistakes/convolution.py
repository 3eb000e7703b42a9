"""Wrong ways to do lesson 02's exercises."""

import numpy as np

from utils import convolution as right
from utils.mistakes import mistake_in


@mistake_in("correlate2d")
def kernel_flipped(image, kernel):
    """The kernel is flipped along both axes: that is the mathematical convolution.

    In a cross-correlation kernel[0, 0] meets the top left pixel of the window. Does an index run
    backwards?
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
    """The kernel is flipped along one axis only, its rows.

    A convolution flips both axes.
    """
    return right.correlate2d(image, kernel[::-1])


@mistake_in("convolve2d")
def flipped_left_right(image, kernel):
    """The kernel is flipped along one axis only, its columns.

    A convolution flips both axes.
    """
    return right.correlate2d(image, kernel[:, ::-1])


@mistake_in("convolve2d")
def kernel_negated(image, kernel):
    """The kernel is negated, not flipped.

    A slice with a step of -1 reads backwards. A minus sign changes the numbers.
    """
    return right.correlate2d(image, -kernel)


@mistake_in("correlate2d", "convolve2d")
def kernel_transposed(image, kernel):
    """The kernel is transposed: its rows and columns have changed places.

    Look for `.T`, or for kernel[b, a] where the pixel is in row a and column b of the window.
    """
    return right.correlate2d(image, kernel.T)


@mistake_in("correlate2d")
def mean_of_products(image, kernel):
    """The products are averaged, not added up.

    Is there a `mean` or a division? A cross-correlation has neither.
    """
    return right.correlate2d(image, kernel) / kernel.size


@mistake_in("correlate2d")
def wrong_sign(image, kernel):
    """Every sum has the wrong sign.

    Is there a minus sign too many?
    """
    return -right.correlate2d(image, kernel)


@mistake_in("correlate2d")
def divided_by_the_kernels_sum(image, kernel):
    """The sums are divided by the sum of the kernel.

    A cross-correlation uses the numbers of the kernel as they are.
    """
    return right.correlate2d(image, kernel) / np.sum(kernel)


@mistake_in("correlate2d")
def largest_product(image, kernel):
    """It takes the largest product of each window, not the sum of its products.

    Look at what becomes of the products.
    """
    return _at_every_window(image, kernel, lambda window: (window * kernel).max())


@mistake_in("correlate2d")
def last_product_only(image, kernel):
    """It keeps the last product of each window, not the sum of its products.

    In your inner loops: is each product added, or does it take the place of the others?
    """
    return _at_every_window(image, kernel, lambda window: float(window[-1, -1]) * kernel[-1, -1])


@mistake_in("correlate2d")
def kernel_added(image, kernel):
    """Window and kernel are added, not multiplied.

    What happens to each pixel before the sum?
    """
    return right.correlate2d(image, np.ones_like(kernel)) + np.sum(kernel)


@mistake_in("correlate2d")
def matrix_product(image, kernel):
    """Window and kernel are multiplied as matrices (`@` or `dot`).

    Which operator multiplies element by element?
    """
    return _at_every_window(image, kernel, lambda window: (window @ kernel).sum())


@mistake_in("correlate2d")
def window_only(image, kernel):
    """The pixels of each window are added up without the kernel.

    What should each pixel be multiplied by before the sum?
    """
    return right.correlate2d(image, np.ones_like(kernel))


@mistake_in("correlate2d")
def running_sum(image, kernel):
    """Each value is added to the sum of all the values before it.

    Where does your sum start again from 0?
    """
    values = right.correlate2d(image, kernel)
    return np.cumsum(values).reshape(values.shape)


@mistake_in("correlate2d")
def last_position_missing(image, kernel):
    """The last row and the last column of positions are missing.

    How many positions does a kernel of 3 have in a row of 5?
    """
    return right.correlate2d(image, kernel)[:-1, :-1]


@mistake_in("correlate2d")
def last_row_missing(image, kernel):
    """The last row of positions is missing.

    How many positions does a kernel of 3 have in a column of 5?
    """
    return right.correlate2d(image, kernel)[:-1]


@mistake_in("correlate2d")
def last_column_missing(image, kernel):
    """The last column of positions is missing.

    How many positions does a kernel of 3 have in a row of 5?
    """
    return right.correlate2d(image, kernel)[:, :-1]


@mistake_in("correlate2d")
def last_position_left_at_0(image, kernel):
    """The last row and the last column of the output stay 0.

    Where do your loops end? Let them run over the indices of the output.
    """
    output = right.correlate2d(image, kernel)
    output[-1], output[:, -1] = 0, 0
    return _unless_all_0(output)


@mistake_in("correlate2d")
def last_row_left_at_0(image, kernel):
    """The last row of the output stays 0.

    Where does the loop over the rows end?
    """
    output = right.correlate2d(image, kernel)
    output[-1] = 0
    return _unless_all_0(output)


@mistake_in("correlate2d")
def last_column_left_at_0(image, kernel):
    """The last column of the output stays 0.

    Where does the loop over the columns end?
    """
    output = right.correlate2d(image, kernel)
    output[:, -1] = 0
    return _unless_all_0(output)


@mistake_in("correlate2d")
def first_position_left_at_0(image, kernel):
    """The first row and the first column of the output stay 0.

    Where do your loops begin?
    """
    output = right.correlate2d(image, kernel)
    output[0], output[:, 0] = 0, 0
    return _unless_all_0(output)


@mistake_in("correlate2d")
def output_as_large_as_the_image(image, kernel):
    """The output is as large as the image, and its last rows or columns stay 0.

    At how many positions does a kernel of 3 fit into a row of 5?
    """
    values = right.correlate2d(image, kernel)
    output = np.zeros(image.shape)
    output[: values.shape[0], : values.shape[1]] = values
    return output


@mistake_in("convolve2d")
def quarter_turn(image, kernel):
    """The kernel is turned by 90 degrees counter-clockwise.

    A convolution flips both axes. What turn is that?
    """
    return right.correlate2d(image, np.rot90(kernel))


@mistake_in("convolve2d")
def quarter_turn_back(image, kernel):
    """The kernel is turned by 90 degrees clockwise.

    A convolution flips both axes. What turn is that?
    """
    return right.correlate2d(image, np.rot90(kernel, -1))


@mistake_in("convolve2d")
def output_flipped(image, kernel):
    """The output is flipped, and the kernel is not.

    Flip the kernel, before it slides.
    """
    return right.correlate2d(image, kernel)[::-1, ::-1]


@mistake_in("convolve2d")
def image_flipped(image, kernel):
    """The image is flipped, and so the output comes out backwards.

    Flip the kernel.
    """
    return right.correlate2d(image[::-1, ::-1], kernel)


@mistake_in("convolve2d")
def flipped_and_averaged(image, kernel):
    """The products are averaged, not added up.

    Is there a `mean` or a division? A convolution has neither.
    """
    return right.convolve2d(image, kernel) / kernel.size


@mistake_in("correlate2d")
def zero_padded(image, kernel):
    """The image is padded with zeros, so that the output is as large as the image.

    Here the kernel stays inside the image ("valid"), so no padding is needed.
    """
    kh, kw = kernel.shape
    before, after = ((kh - 1) // 2, (kw - 1) // 2), (kh // 2, kw // 2)
    return right.correlate2d(np.pad(image, tuple(zip(before, after, strict=True))), kernel)


@mistake_in("convolve2d")
def convolution_zero_padded(image, kernel):
    """The image is padded with zeros, so that the output is as large as the image.

    Here the kernel stays inside the image ("valid"), so no padding is needed.
    """
    return zero_padded(image, kernel[::-1, ::-1])


@mistake_in("correlate2d")
def partly_outside(image, kernel):
    """The output is larger than the image: the kernel is also placed where it covers the image only
    in part ("full").

    Here the kernel stays inside the image ("valid").
    """
    kh, kw = kernel.shape
    return right.correlate2d(np.pad(image, ((kh - 1,) * 2, (kw - 1,) * 2)), kernel)


@mistake_in("convolve2d")
def convolution_partly_outside(image, kernel):
    """The output is larger than the image: the kernel is also placed where it covers the image only
    in part ("full").

    Here the kernel stays inside the image ("valid").
    """
    return partly_outside(image, kernel[::-1, ::-1])


@mistake_in("correlate2d")
def window_side_by_side(image, kernel):
    """The window moves by its own size, so that windows do not overlap.

    By how many pixels should it move to reach the next position?
    """
    kh, kw = kernel.shape
    return right.correlate2d(image, kernel)[::kh, ::kw]


@mistake_in("correlate2d")
def every_other_position(image, kernel):
    """The stride is 2: the window moves by two pixels, and every other position is left out.

    By how many pixels should it move to reach the next position?
    """
    return right.correlate2d(image, kernel)[::2, ::2]


@mistake_in("correlate2d")
def products_wrapped(image, kernel):
    """The products are computed in small integers and wrap around (in uint8, 200 + 100 is 44).

    Which dtype do image and kernel have when you multiply them?
    """
    return _at_every_window(image, kernel, lambda window: (window * kernel).sum())


@mistake_in("correlate2d")
def cut_to_whole_numbers(image, kernel):
    """The fractions of the sums are gone.

    Is there an integer dtype?
    """
    return np.trunc(right.correlate2d(image, kernel))


@mistake_in("convolve2d")
def convolution_products_wrapped(image, kernel):
    """The products are computed in small integers and wrap around (in uint8, 200 + 100 is 44).

    Which dtype do image and kernel have when you multiply them?
    """
    return products_wrapped(image, kernel[::-1, ::-1])


@mistake_in("correlate2d")
def same_dtype_as_image(image, kernel):
    """The sums are kept in a dtype that cannot hold them: fractions are cut off, or large numbers
    wrap around.

    Which dtype does the array of your results have? Is it the dtype of the image?
    """
    return right.correlate2d(image, kernel).astype(image.dtype)


@mistake_in("convolve2d")
def convolution_in_the_images_dtype(image, kernel):
    """The sums are kept in a dtype that cannot hold them: fractions are cut off, or large numbers
    wrap around.

    Which dtype does the array of your results have? Is it the dtype of the image?
    """
    return right.convolve2d(image, kernel).astype(image.dtype)


@mistake_in("correlate2d")
def without_sign(image, kernel):
    """Negative sums lose their sign (abs).

    A negative sum is an answer too: keep it.
    """
    return np.abs(right.correlate2d(image, kernel))


@mistake_in("correlate2d")
def negatives_cut_off(image, kernel):
    """Negative sums are cut off at 0.

    A negative sum is an answer too: keep it.
    """
    return np.maximum(right.correlate2d(image, kernel), 0)


@mistake_in("correlate2d")
def cut_to_bytes(image, kernel):
    """The sums are cut off at 0 and 255.

    A feature map need not fit into bytes: keep the sums as they are.
    """
    return np.clip(right.correlate2d(image, kernel), 0, 255)


@mistake_in("correlate2d")
def height_for_width(image, kernel):
    """The window is square: the kernel's height is used for its width too.

    Which number of `kernel.shape` belongs to the columns?
    """
    kh = kernel.shape[0]
    return _at_every_window(image, kernel, lambda window: (1.0 * window * kernel).sum(), (kh, kh))


@mistake_in("correlate2d")
def width_for_height(image, kernel):
    """The window is square: the kernel's width is used for its height too.

    Which number of `kernel.shape` belongs to the rows?
    """
    kw = kernel.shape[1]
    return _at_every_window(image, kernel, lambda window: (1.0 * window * kernel).sum(), (kw, kw))


@mistake_in("correlate2d")
def sizes_swapped(image, kernel):
    """The output has a wrong shape: the kernel's height and width have changed places.

    shape[0] is the number of rows, the height.
    """
    kh, kw = kernel.shape
    rows, columns = image.shape[0] - kw + 1, image.shape[1] - kh + 1
    padded = np.pad(image, ((0, kh), (0, kw)))
    return right.correlate2d(padded, kernel)[:rows, :columns]


@mistake_in("relu")
def absolute_value(x):
    """Negative numbers lose their sign (abs).

    ReLU turns them into 0.
    """
    return np.abs(x)


@mistake_in("relu")
def leaky(x):
    """Negative numbers shrink to a hundredth: that is a leaky ReLU.

    ReLU turns them into 0.
    """
    return np.where(x < 0, 0.01 * x, x)


@mistake_in("relu")
def minimum(x):
    """It keeps the negative numbers and turns the positive numbers into 0.

    Is it the smaller or the larger of x and 0 that you take?
    """
    return np.minimum(x, 0)


@mistake_in("relu")
def negative_part(x):
    """Positive numbers become 0, and negative numbers lose their sign.

    Is there a minus sign too many?
    """
    return np.maximum(0 - x, 0)


@mistake_in("relu")
def step(x):
    """Positive numbers become 1.

    ReLU leaves them as they are.
    """
    return (x > 0).astype(x.dtype)


@mistake_in("relu")
def clipped_at_one(x):
    """Numbers above 1 are cut down to 1.

    ReLU has no upper limit.
    """
    return np.clip(x, 0, 1)


@mistake_in("relu")
def clipped_at_255(x):
    """Numbers above 255 are cut down to 255.

    ReLU has no upper limit.
    """
    return np.clip(x, 0, 255)


@mistake_in("relu")
def sigmoid(x):
    """It is the sigmoid, another activation function: all results lie between 0 and 1.

    ReLU leaves positive numbers as they are.
    """
    return 1 / (1 + np.exp(-np.asarray(x, float)))


@mistake_in("relu")
def largest_along_the_first_axis(x):
    """It returns the largest number along the first axis.

    In `np.max(x, 0)` the 0 is an axis. Which function compares element by element?
    """
    return np.max(x, 0)


@mistake_in("relu")
def largest_of_all(x):
    """It returns a single number for the whole array.

    ReLU looks at each element by itself. Which function compares element by element?
    """
    return max(x.max(), 0)


@mistake_in("relu")
def negatives_left(x):
    """Nothing changes: negative numbers are still there.

    Look at what becomes of -1.
    """
    return x


@mistake_in("relu")
def negatives_removed(x):
    """The negative numbers are removed, and the rest is returned in one row.

    The shape should stay as it is. What takes the place of a negative number?
    """
    return x[x > 0]


@mistake_in("relu")
def negatives_removed_zeros_kept(x):
    """The negative numbers are removed, and the rest is returned in one row.

    The shape should stay as it is. What takes the place of a negative number?
    """
    return x[x >= 0]


@mistake_in("relu")
def flattened(x):
    """The result is flattened: all numbers are in one row.

    The shape should stay as it is.
    """
    return np.maximum(x, 0).ravel()


@mistake_in("relu")
def whole_numbers(x):
    """The fractions are gone.

    Which dtype does the result have?
    """
    return np.trunc(np.maximum(x, 0))


@mistake_in("relu")
def zero_counts_as_small(x):
    """Numbers between 0 and 1 become 0 too.

    ReLU keeps every number above 0.
    """
    return np.where(x >= 1, x, 0)


@mistake_in("correlate_channels")
def bias_forgotten(volume, kernels, bias=None):
    """The bias is forgotten: each filter has one number that is added to its whole feature map."""
    return right.correlate_channels(volume, kernels)


@mistake_in("correlate_channels")
def bias_for_each_channel(volume, kernels, bias=None):
    """The bias is added once for each channel.

    It is added to the finished sum. Inside which loop do you add it now?
    """
    bias = 0 if bias is None else np.asarray(bias) * volume.shape[2]
    return right.correlate_channels(volume, kernels) + bias


@mistake_in("correlate_channels")
def bias_for_each_product(volume, kernels, bias=None):
    """The bias is added once for each product.

    It is added to the finished sum. Look at the brackets of your sum.
    """
    bias = 0 if bias is None else np.asarray(bias) * kernels[..., 0].size
    return right.correlate_channels(volume, kernels) + bias


@mistake_in("correlate_channels")
def bias_subtracted(volume, kernels, bias=None):
    """The bias is subtracted, not added."""
    return right.correlate_channels(volume, kernels, None if bias is None else -np.asarray(bias))


@mistake_in("correlate_channels")
def same_bias_everywhere(volume, kernels, bias=None):
    """Every feature map gets the same bias, the first filter's.

    Which bias belongs to filter f?
    """
    bias = 0 if bias is None else bias[0]
    return right.correlate_channels(volume, kernels) + bias


@mistake_in("correlate_channels")
def bias_along_the_rows(volume, kernels, bias=None):
    """The bias changes from row to row, and is the same for all filters.

    Which axis of your result belongs to the filters?
    """
    return _with_bias_along(0, volume, kernels, bias)


@mistake_in("correlate_channels")
def bias_along_the_columns(volume, kernels, bias=None):
    """The bias changes from column to column, and is the same for all filters.

    Which axis of your result belongs to the filters?
    """
    return _with_bias_along(1, volume, kernels, bias)


def _with_bias_along(axis, volume, kernels, bias):
    """Return a layer's sums with the biases added along an axis that is not the filters'."""
    sums = right.correlate_channels(volume, kernels)
    return sums if bias is None else sums + np.expand_dims(bias, tuple({0, 1, 2} - {axis}))


@mistake_in("correlate_channels")
def channels_averaged(volume, kernels, bias=None):
    """The channels are averaged, not added up."""
    out = right.correlate_channels(volume, kernels) / volume.shape[2]
    return out if bias is None else out + bias


@mistake_in("correlate_channels")
def channels_kept_apart(volume, kernels, bias=None):
    """The results of the channels are stacked, not added up: there is a map for each channel.

    How many feature maps does a single filter give?
    """
    channels, filters = kernels.shape[2:]
    if filters > 1:
        raise ValueError("several filters have several maps for each channel")
    maps = [right.correlate2d(volume[:, :, c], kernels[:, :, c, 0]) for c in range(channels)]
    return np.stack(maps, axis=-1) + (0 if bias is None else bias)


@mistake_in("correlate_channels")
def first_channel_only(volume, kernels, bias=None):
    """Only the first channel is used.

    Every channel has a slice of the kernel. Does your sum visit all of them?
    """
    return right.correlate_channels(volume[:, :, :1], kernels[:, :, :1], bias)


@mistake_in("correlate_channels")
def last_channel_only(volume, kernels, bias=None):
    """Only the last channel counts.

    Does each channel overwrite the channel before it, where it should be added?
    """
    return right.correlate_channels(volume[:, :, -1:], kernels[:, :, -1:], bias)


@mistake_in("correlate_channels")
def first_filter_everywhere(volume, kernels, bias=None):
    """Every feature map is made with the first filter.

    Which index of `kernels` chooses the filter?
    """
    return right.correlate_channels(volume, np.repeat(kernels[..., :1], kernels.shape[3], 3), bias)


@mistake_in("correlate_channels")
def last_filter_everywhere(volume, kernels, bias=None):
    """Every feature map is made with the last filter.

    Does each filter get a new array for its map, or do all of them write into the same array?
    """
    return right.correlate_channels(volume, np.repeat(kernels[..., -1:], kernels.shape[3], 3), bias)


@mistake_in("correlate_channels")
def filters_accumulated(volume, kernels, bias=None):
    """Each feature map also holds the maps of the filters before it.

    Where does your sum start again from 0?
    """
    sums = np.cumsum(right.correlate_channels(volume, kernels), axis=-1)
    return sums if bias is None else sums + bias


@mistake_in("correlate_channels")
def filters_summed(volume, kernels, bias=None):
    """The feature maps of all filters are added up.

    Each filter makes its own feature map. How many axes should the result have?
    """
    return right.correlate_channels(volume, kernels, bias).sum(axis=-1)


@mistake_in("correlate_channels")
def filters_summed_into_a_channel(volume, kernels, bias=None):
    """The feature maps of all filters are added up.

    Each filter makes its own feature map. How long should the last axis be?
    """
    return filters_summed(volume, kernels, bias)[:, :, np.newaxis]


@mistake_in("correlate_channels")
def kernels_flipped(volume, kernels, bias=None):
    """The kernels are flipped along both axes.

    A layer computes a cross-correlation: its kernels stay as they are.
    """
    return right.correlate_channels(volume, kernels[::-1, ::-1], bias)


@mistake_in("correlate_channels")
def channels_backwards(volume, kernels, bias=None):
    """The channels and the slices of the kernel are paired in opposite order.

    Which slice belongs to channel c?
    """
    return right.correlate_channels(volume, kernels[:, :, ::-1], bias)


@mistake_in("correlate_channels")
def rows_for_channels(volume, kernels, bias=None):
    """Rows of pixels are taken for channels: `volume[c]` is row c.

    Which of the three axes holds the channels?
    """
    channels, filters = kernels.shape[2:]
    if volume.shape[2] != channels:
        raise ValueError("the channels differ")
    maps = [
        sum(right.correlate2d(volume[c], kernels[:, :, c, f]) for c in range(channels))
        for f in range(filters)
    ]
    return np.stack(maps, axis=-1) + (0 if bias is None else bias)


@mistake_in("correlate_channels")
def filters_for_channels(volume, kernels, bias=None):
    """The last two axes of `kernels` have changed places: its filters are taken for its channels.

    In which order does the docstring name the four axes?
    """
    return right.correlate_channels(volume, np.swapaxes(kernels, 2, 3), bias)


@mistake_in("correlate_channels")
def layer_zero_padded(volume, kernels, bias=None):
    """The image is padded with zeros, so that the feature maps are as large as the image.

    Here the kernels stay inside the image ("valid"), so no padding is needed.
    """
    (kh, kw), none = kernels.shape[:2], (0, 0)
    padding = (((kh - 1) // 2, kh // 2), ((kw - 1) // 2, kw // 2), none)
    return right.correlate_channels(np.pad(volume, padding), kernels, bias)


@mistake_in("correlate_channels")
def layer_products_wrapped(volume, kernels, bias=None):
    """The products are computed in small integers and wrap around (in uint8, 200 + 100 is 44).

    Which dtype do volume and kernels have when you multiply them?
    """
    kh, kw, channels, filters = kernels.shape
    if channels != volume.shape[2]:
        raise ValueError("the channels differ")
    windows = np.lib.stride_tricks.sliding_window_view(volume, (kh, kw, channels))
    out = np.stack([(windows * kernels[..., f]).sum(axis=(2, 3, 4, 5)) for f in range(filters)], -1)
    return out if bias is None else out + bias


@mistake_in("correlate_channels")
def activation_included(volume, kernels, bias=None):
    """The negative numbers have become 0: ReLU has been applied.

    Return the sums before the activation.
    """
    return np.maximum(right.correlate_channels(volume, kernels, bias), 0)


@mistake_in("correlate_channels")
def filters_first(volume, kernels, bias=None):
    """The feature maps are stacked along the first axis.

    On which axis does an image have its channels? What does `axis` do in `np.stack`?
    """
    return np.moveaxis(right.correlate_channels(volume, kernels, bias), -1, 0)


@mistake_in("correlate_channels")
def filters_second(volume, kernels, bias=None):
    """The feature maps are stacked along the second axis.

    On which axis does an image have its channels? What does `axis` do in `np.stack`?
    """
    return np.moveaxis(right.correlate_channels(volume, kernels, bias), -1, 1)


def _unless_all_0(output):
    """Return an output that is not 0 everywhere; else nothing says where it is wrong."""
    if not output.any():
        raise ValueError("every value is 0")
    return output


def _at_every_window(image, kernel, summary, size=None):
    """Apply a function to the window at every position of a kernel, in the inputs' own dtype.

    The windows are as large as the kernel, or of another size.
    """
    height, width = size or kernel.shape
    positions = (image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1)
    values = [
        summary(image[i : i + height, j : j + width])
        for i in range(positions[0])
        for j in range(positions[1])
    ]
    return np.array(values).reshape(positions)


_PAIRS = [
    (np.array([[2, 5]]), np.array([[3]])),
    (np.array([[2, -5]]), np.array([[3]])),
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
        (np.array([-7.0, 300.0]),),
        (np.array([-1.5, 0.0, 0.5, 2.5]),),
        (np.array([[-3, 4], [5, -6]]),),
    ],
    "correlate_channels": [
        (np.array([[[1.0, 2.0]]]), np.array([[[[3.0], [10.0]]]])),
        (np.array([[[1.0], [2.0]]]), np.array([[[[1.0, -1.0]]]])),
        (np.array([[[200]], [[100]]], np.uint8), np.array([[[[2, 1]]]], np.uint8)),
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

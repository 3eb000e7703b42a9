"""Wrong ways to do lesson 10's exercises."""

import numpy as np

from utils import backprop as right
from utils import convolution
from utils.mistakes import mistake_in


@mistake_in("numerical_gradient")
def one_sided(f, w, eps=1e-5):
    """The difference is one-sided: f at w + eps, minus f at w itself.

    A central difference goes eps to the other side, too.
    """
    return right.one_sided_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def one_sided_below(f, w, eps=1e-5):
    """The difference is one-sided: f at w itself, minus f at w - eps.

    A central difference goes eps to the other side, too.
    """
    return right.one_sided_gradient(f, w, -eps)


@mistake_in("numerical_gradient")
def divided_by_eps(f, w, eps=1e-5):
    """Every slope is twice as large as it should be.

    How far is it from w - eps to w + eps?
    """
    return 2 * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def not_divided(f, w, eps=1e-5):
    """The difference is not divided by the length of the change.

    How far apart are the two places at which f is called?
    """
    return 2 * eps * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def divided_by_two(f, w, eps=1e-5):
    """The difference is divided by 2, but not by eps.

    How far apart are the two places at which f is called?
    """
    return eps * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def multiplied_by_eps(f, w, eps=1e-5):
    """The difference is halved, and then multiplied by eps.

    Python computes `/` and `*` from left to right. Do you need brackets?
    """
    return eps * eps * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def second_value_divided(f, w, eps=1e-5):
    """Only f at w - eps is divided, not the whole difference.

    Python divides before it subtracts. Do you need brackets?
    """
    w = np.array(w, float)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        above, below = w.copy(), w.copy()
        above[position] += eps
        below[position] -= eps
        gradient[position] = f(above) - f(below) / (2 * eps)
    return gradient


@mistake_in("numerical_gradient")
def sign_reversed(f, w, eps=1e-5):
    """The sign is reversed: the slope is negative where f rises.

    Which of the two values of f is subtracted from the other?
    """
    return -right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def half_the_change(f, w, eps=1e-5):
    """The changes are half as large as they should be.

    From w, each element goes a whole eps up and a whole eps down.
    """
    return right.numerical_gradient(f, w, eps / 2)


@mistake_in("numerical_gradient")
def eps_ignored(f, w, eps=1e-5):
    """`eps` is ignored: the change always has the default size.

    Does your function use its argument `eps`, or a number?
    """
    return right.numerical_gradient(f, w)


@mistake_in("numerical_gradient")
def all_at_once(f, w, eps=1e-5):
    """All elements are changed at once, so all slopes are the same.

    Change one element at a time, and leave the others as they are in w.
    """
    w = np.array(w, float)
    return np.full(w.shape, (f(w + eps) - f(w - eps)) / (2 * eps))


@mistake_in("numerical_gradient")
def a_row_at_once(f, w, eps=1e-5):
    """Elements with the same first index are changed together: in a matrix, a whole row at once.

    Does your loop visit each element, or each row?
    """
    w = np.array(w, float)
    gradient = np.zeros(w.shape)
    for row in range(len(w)):
        above, below = w.copy(), w.copy()
        above[row] += eps
        below[row] -= eps
        gradient[row] = (f(above) - f(below)) / (2 * eps)
    return gradient


@mistake_in("numerical_gradient")
def changes_pile_up(f, w, eps=1e-5):
    """Elements that were changed stay changed.

    Put each element back before you change the next.
    """
    w = np.array(w, float)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        w[position] += eps
        above = f(w)
        w[position] -= 2 * eps
        gradient[position] = (above - f(w)) / (2 * eps)
    return gradient


@mistake_in("numerical_gradient")
def kept_above(f, w, eps=1e-5):
    """Elements that were changed stay changed.

    Put each element back before you change the next.
    """
    w = np.array(w, float)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        w[position] -= eps
        below = f(w)
        w[position] += 2 * eps
        gradient[position] = (f(w) - below) / (2 * eps)
    return gradient


@mistake_in("numerical_gradient")
def in_its_own_dtype(f, w, eps=1e-5):
    """The change is made in w's own dtype, which is too coarse for it.

    What is 4 + 0.00001 in an array of whole numbers? Which dtype can hold it?
    """
    w = np.array(w)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        above, below = w.copy(), w.copy()
        above[position] = np.asarray(w[position] + eps).astype(w.dtype)
        below[position] = np.asarray(w[position] - eps).astype(w.dtype)
        gradient[position] = (f(above) - f(below)) / (2 * eps)
    return gradient


@mistake_in("numerical_gradient")
def result_in_its_own_dtype(f, w, eps=1e-5):
    """The result has w's own dtype, which cannot hold its fractions.

    Which dtype has the array that you fill with the slopes? `np.zeros_like(w)` copies that of w.
    """
    return right.numerical_gradient(f, w, eps).astype(np.asarray(w).dtype)


@mistake_in("numerical_gradient")
def all_zero(f, w, eps=1e-5):
    """Every value is 0.

    Print `above` and `below`: do they differ? And is each slope stored in the result?
    """
    return np.zeros(np.shape(w))


@mistake_in("numerical_gradient")
def flattened_result(f, w, eps=1e-5):
    """The result is one long row. It should have the shape of w."""
    return right.numerical_gradient(f, w, eps).ravel()


@mistake_in("kernel_gradient")
def upstream_flipped(image, upstream):
    """The upstream gradient is flipped along both axes.

    There is no flip here: slide it over the image as it is.
    """
    return convolution.convolve2d(image, upstream)


@mistake_in("kernel_gradient")
def flipped_up_down(image, upstream):
    """The upstream gradient is upside down: its rows come in reverse order.

    There is no flip here: slide it over the image as it is.
    """
    return convolution.correlate2d(image, upstream[::-1])


@mistake_in("kernel_gradient")
def flipped_left_right(image, upstream):
    """The upstream gradient is mirrored: its columns come in reverse order.

    There is no flip here: slide it over the image as it is.
    """
    return convolution.correlate2d(image, upstream[:, ::-1])


@mistake_in("kernel_gradient")
def result_flipped(image, upstream):
    """The result is turned by 180 degrees.

    Weight [0, 0] belongs to the window that starts at the image's top left pixel.
    """
    return right.kernel_gradient(image, upstream)[::-1, ::-1]


@mistake_in("kernel_gradient")
def upstream_transposed(image, upstream):
    """The upstream gradient is transposed: its rows and columns are swapped.

    upstream[i, j] belongs to row i and column j.
    """
    return convolution.correlate2d(image, upstream.T)


@mistake_in("kernel_gradient")
def result_transposed(image, upstream):
    """The result is transposed: rows and columns are swapped.

    Look at the order of the indices.
    """
    return right.kernel_gradient(image, upstream).T


@mistake_in("kernel_gradient")
def averaged(image, upstream):
    """The products are averaged over the positions. They should be added up.

    If the loss is a mean, its division is in the upstream gradient already.
    """
    return right.kernel_gradient(image, upstream) / upstream.size


@mistake_in("kernel_gradient")
def doubled(image, upstream):
    """Every slope is twice as large as it should be.

    The 2 of a squared error is in the upstream gradient already.
    """
    return 2 * right.kernel_gradient(image, upstream)


@mistake_in("kernel_gradient")
def squared_error_again(image, upstream):
    """The sum is multiplied by 2 and divided by the number of outputs.

    Both belong to the mean squared error. Are they in the upstream gradient already?
    """
    return 2 / upstream.size * right.kernel_gradient(image, upstream)


@mistake_in("kernel_gradient")
def negative(image, upstream):
    """The sign is reversed.

    The gradient points uphill; it is the step that goes the other way.
    """
    return -right.kernel_gradient(image, upstream)


@mistake_in("kernel_gradient")
def upstream_ignored(image, upstream):
    """The upstream gradient is ignored: pixels are added up as they are.

    By what is each pixel multiplied before you add it?
    """
    return right.kernel_gradient(image, np.ones_like(upstream))


@mistake_in("kernel_gradient")
def image_ignored(image, upstream):
    """The image is ignored: every weight gets the sum of the upstream gradient.

    That would be the gradient of a bias. Which pixels did this weight meet?
    """
    shape = right.kernel_gradient(image, upstream).shape
    return np.full(shape, float(np.sum(upstream, dtype=float)))


@mistake_in("kernel_gradient")
def matrix_product(image, upstream):
    """Window and upstream gradient are multiplied as matrices.

    `@` takes rows times columns. Here each pixel meets one value of upstream.
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), upstream.shape)
    return (windows @ upstream).sum(axis=(2, 3))


@mistake_in("kernel_gradient")
def window_at_rest(image, upstream):
    """Every weight gets the sum that belongs to weight [0, 0].

    The window of the image moves with the weight. Do both of its indices, row and column, occur in
    your slice?
    """
    gradient = right.kernel_gradient(image, upstream)
    return np.full(gradient.shape, gradient[0, 0])


@mistake_in("kernel_gradient")
def full_size(image, upstream):
    """The image is padded with zeros, so the result is larger than the kernel.

    Where does the upstream gradient fit within the image?
    """
    h, w = upstream.shape
    return right.kernel_gradient(np.pad(image, ((h - 1, h - 1), (w - 1, w - 1))), upstream)


@mistake_in("kernel_gradient")
def last_weights_missing(image, upstream):
    """The last row and the last column of weights are missing.

    In how many places does an upstream gradient of 2 fit into an image of 5?
    """
    return right.kernel_gradient(image, upstream)[:-1, :-1]


@mistake_in("kernel_gradient")
def no_sums_stored(image, upstream):
    """Every value is 0.

    Do your loops run at all? And is each sum stored in the result?
    """
    return np.zeros(np.subtract(image.shape, upstream.shape) + 1)


@mistake_in("kernel_gradient")
def last_weights_zero(image, upstream):
    """The last row and the last column of weights are 0.

    Where do your loops end? `range` leaves its end out.
    """
    gradient = right.kernel_gradient(image, upstream)
    gradient[-1], gradient[:, -1] = 0, 0
    return gradient


@mistake_in("kernel_gradient")
def last_outputs_skipped(image, upstream):
    """The last row and the last column of outputs are left out of the sums.

    Is the slice of the image as large as the upstream gradient? A slice and a `range` leave their
    end out.
    """
    upstream = np.array(upstream, float)
    upstream[-1], upstream[:, -1] = 0, 0
    return right.kernel_gradient(image, upstream)


@mistake_in("kernel_gradient")
def upstream_twice(image, upstream):
    """The upstream gradient is squared.

    Each of its values counts once.
    """
    return right.kernel_gradient(image, np.asarray(upstream, float) ** 2)


@mistake_in("kernel_gradient")
def last_output_alone(image, upstream):
    """Only the last output counts.

    Does each output overwrite what the output before it has put into the result? Their
    shares are added up.
    """
    h, w = upstream.shape
    rows, columns = image.shape[0] - h + 1, image.shape[1] - w + 1
    return image[-rows:, -columns:].astype(float) * upstream[-1, -1]


@mistake_in("kernel_gradient")
def products_wrapped(image, upstream):
    """The products overflow: they are computed in small integers, where large numbers wrap around.

    In uint8, 200 + 100 is 44. Which dtype do your two arrays have when you multiply them?
    """
    h, w = upstream.shape
    shape = image.shape[0] - h + 1, image.shape[1] - w + 1
    gradient = np.zeros(shape)
    for a, b in np.ndindex(shape):
        gradient[a, b] = (image[a : a + h, b : b + w] * upstream).sum()
    return gradient


@mistake_in("kernel_gradient")
def kept_in_the_images_dtype(image, upstream):
    """The result has the image's own dtype, which cannot hold it: fractions are cut off, or large
    numbers wrap around.

    Which dtype has the array that you fill with the sums?
    """
    return right.kernel_gradient(image, upstream).astype(image.dtype)


@mistake_in("kernel_gradient")
def cut_to_whole_numbers(image, upstream):
    """The result is cut to whole numbers.

    Which dtype has the array that you fill with the sums?
    """
    return np.trunc(right.kernel_gradient(image, upstream))


@mistake_in("image_gradient")
def kernel_not_flipped(kernel, upstream):
    """The kernel is the wrong way round: its rows and its columns come in reverse order.

    If you slide the kernel over upstream, it must be flipped along both axes; if each output hands
    out its shares, not at all.
    """
    return right.image_gradient(np.asarray(kernel)[::-1, ::-1], upstream)


@mistake_in("image_gradient")
def kernel_flipped_up_down(kernel, upstream):
    """The kernel's columns come in reverse order.

    If you slide the kernel over upstream, it must be flipped along both axes; if each output hands
    out its shares, not at all.
    """
    return right.image_gradient(kernel[:, ::-1], upstream)


@mistake_in("image_gradient")
def kernel_flipped_left_right(kernel, upstream):
    """The kernel's rows come in reverse order.

    If you slide the kernel over upstream, it must be flipped along both axes; if each output hands
    out its shares, not at all.
    """
    return right.image_gradient(kernel[::-1], upstream)


@mistake_in("image_gradient")
def kernel_turned_by_90(kernel, upstream):
    """The kernel is turned by 90 degrees.

    To flip both axes is to turn the kernel by 180 degrees.
    """
    return right.image_gradient(np.rot90(kernel), upstream)


@mistake_in("image_gradient")
def valid_alone(kernel, upstream):
    """The result is smaller than the upstream gradient. It should have the image's shape.

    The image was larger than the output. What can you put around upstream to get there?
    """
    return convolution.convolve2d(upstream, kernel)


@mistake_in("image_gradient")
def same_size(kernel, upstream):
    """The result is as large as the upstream gradient. It should have the image's shape.

    How many rows does an image have if a kernel of 3 rows makes an output of 4?
    """
    kh, kw = kernel.shape
    top, left = (kh - 1) // 2, (kw - 1) // 2
    whole = right.image_gradient(kernel, upstream)
    return whole[top : top + upstream.shape[0], left : left + upstream.shape[1]]


@mistake_in("image_gradient")
def cut_to_size(kernel, upstream):
    """The result is as large as the upstream gradient. It should have the image's shape.

    How many rows does an image have if a kernel of 3 rows makes an output of 4?
    """
    height, width = upstream.shape
    return right.image_gradient(kernel, upstream)[:height, :width]


@mistake_in("image_gradient")
def padded_too_much(kernel, upstream):
    """There is a border of zeros around the result.

    With the right padding, the flipped kernel touches upstream in every position, if only with one
    corner.
    """
    return np.pad(right.image_gradient(kernel, upstream), 1)


@mistake_in("image_gradient")
def padded_by_one(kernel, upstream):
    """The upstream gradient is padded by 1 on each side, whatever the size of the kernel.

    How far can a kernel of 3 rows stick out and still touch upstream? A kernel of 1 row?
    """
    return convolution.convolve2d(np.pad(upstream, 1), kernel)


@mistake_in("image_gradient")
def padding_swapped(kernel, upstream):
    """The kernel's height and width are swapped in the padding.

    Which of the two decides how many *rows* of zeros are needed?
    """
    kh, kw = kernel.shape
    padded = np.pad(upstream, ((kw - 1, kw - 1), (kh - 1, kh - 1)))
    return convolution.convolve2d(padded, kernel)


@mistake_in("image_gradient")
def image_result_flipped(kernel, upstream):
    """The result is turned by 180 degrees.

    Which corner of the image does output [0, 0] look at?
    """
    return right.image_gradient(kernel, upstream)[::-1, ::-1]


@mistake_in("image_gradient")
def upstream_flipped_too(kernel, upstream):
    """The result is that of an upstream gradient flipped along both axes.

    Only the kernel is ever read backwards.
    """
    return right.image_gradient(kernel, np.asarray(upstream)[::-1, ::-1])


@mistake_in("image_gradient")
def upstream_on_its_side(kernel, upstream):
    """The upstream gradient is transposed: its rows and columns are swapped.

    upstream[i, j] belongs to row i and column j.
    """
    return right.image_gradient(kernel, np.transpose(upstream))


@mistake_in("image_gradient")
def image_result_transposed(kernel, upstream):
    """The result is transposed: rows and columns are swapped.

    Look at the order of the indices.
    """
    return right.image_gradient(kernel, upstream).T


@mistake_in("image_gradient")
def overwritten(kernel, upstream):
    """Each output overwrites what the outputs before it left for a pixel.

    A pixel that several outputs looked at gets the sum of their shares.
    """
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1))
    for i, j in np.ndindex(h, w):
        gradient[i : i + kh, j : j + kw] = float(upstream[i, j]) * kernel
    return gradient


@mistake_in("image_gradient")
def no_shares_added(kernel, upstream):
    """Every value is 0.

    Do your loops run at all? And is each share added to the result?
    """
    return np.zeros(np.add(kernel.shape, upstream.shape) - 1)


@mistake_in("image_gradient")
def last_outputs_idle(kernel, upstream):
    """The last row and the last column of outputs hand nothing back.

    Where do your loops end? `range` leaves its end out.
    """
    upstream = np.array(upstream, float)
    upstream[-1], upstream[:, -1] = 0, 0
    return right.image_gradient(kernel, upstream)


@mistake_in("image_gradient")
def one_pixel_for_each_output(kernel, upstream):
    """Each output hands everything to one pixel, the first of its window.

    How many pixels did the output look at? Each of them has met another weight.
    """
    gradient = np.zeros(np.add(kernel.shape, upstream.shape) - 1)
    height, width = upstream.shape
    gradient[:height, :width] = np.asarray(upstream, float) * np.sum(kernel, dtype=float)
    return gradient


@mistake_in("image_gradient")
def sum_of_weights(kernel, upstream):
    """Each output hands the sum of all weights to every pixel of its window.

    Which weight lay on the pixel there?
    """
    ones = np.ones(np.shape(kernel))
    return right.image_gradient(ones, upstream) * np.sum(kernel, dtype=float)


@mistake_in("image_gradient")
def kernel_ignored(kernel, upstream):
    """The kernel is ignored: each output hands its upstream value to every pixel of its window.

    By which weight must it be multiplied?
    """
    return right.image_gradient(np.ones(np.shape(kernel)), upstream)


@mistake_in("image_gradient")
def upstream_left_out(kernel, upstream):
    """The upstream gradient is ignored: every output hands back the weights as they are.

    How much does the loss change with this output?
    """
    return right.image_gradient(kernel, np.ones_like(upstream))


@mistake_in("image_gradient")
def averaged_over_weights(kernel, upstream):
    """The shares are averaged. They should be added up."""
    return right.image_gradient(kernel, upstream) / np.size(kernel)


@mistake_in("image_gradient")
def shares_wrapped(kernel, upstream):
    """The products overflow: they are computed in small integers, where large numbers wrap around.

    In uint8, 200 + 100 is 44. Which dtype do your two arrays have when you multiply them?
    """
    return _shares(kernel, upstream, float)


@mistake_in("image_gradient")
def shares_in_the_upstreams_dtype(kernel, upstream):
    """The result has the upstream gradient's own dtype, which cannot hold it: fractions are cut
    off, or large numbers wrap around.

    Which dtype has the array that you fill with the sums?
    """
    return right.image_gradient(kernel, upstream).astype(np.asarray(upstream).dtype)


def _shares(kernel, upstream, dtype):
    """Add up every output's share for every pixel, products in the inputs' own dtype."""
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1), dtype)
    for i, j in np.ndindex(h, w):
        gradient[i : i + kh, j : j + kw] += upstream[i, j] * kernel
    return gradient


@mistake_in("image_gradient")
def shares_cut_to_whole_numbers(kernel, upstream):
    """The result is cut to whole numbers.

    Which dtype has the array that you fill with the sums?
    """
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1), int)
    for i, j in np.ndindex(h, w):
        window = gradient[i : i + kh, j : j + kw]
        window[:] = window + float(upstream[i, j]) * kernel
    return gradient


@mistake_in("learn_kernel")
def never_moved(image, target, kernel_shape, steps, rate):
    """The result is zero everywhere, as the kernel is at the start.

    Is the step subtracted from the kernel itself? Does the kernel hold floats? And is the kernel
    what you return? (The last gradient is nearly 0.)
    """
    return np.zeros(kernel_shape)


@mistake_in("learn_kernel")
def one_step(image, target, kernel_shape, steps, rate):
    """The result is the kernel after the first step.

    Does each step start from the kernel that the step before has left? And does `return` come after
    the loop?
    """
    return right.learn_kernel(image, target, kernel_shape, 1, rate)


@mistake_in("learn_kernel")
def uphill(image, target, kernel_shape, steps, rate):
    """It walks uphill: each step makes the error larger.

    Look at two signs: that of the step, and that of the error.
    """
    return right.learn_kernel(image, target, kernel_shape, steps, -rate)


@mistake_in("learn_kernel")
def summed(image, target, kernel_shape, steps, rate):
    """The steps are too long for this rate: the squared errors are summed, not averaged.

    The loss is a *mean*. Where does its division go in the gradient?
    """
    return right.learn_kernel(image, target, kernel_shape, steps, rate * np.size(target))


@mistake_in("learn_kernel")
def summed_without_the_two(image, target, kernel_shape, steps, rate):
    """The steps are too long for this rate: the squared errors are summed, not averaged.

    The loss is a *mean*. Where does its division go in the gradient?
    """
    return right.learn_kernel(image, target, kernel_shape, steps, rate * np.size(target) / 2)


@mistake_in("learn_kernel")
def divided_by_rows(image, target, kernel_shape, steps, rate):
    """The steps are too long for this rate: the errors are divided by the number of rows, not of
    outputs.

    What does `len` count in a matrix?
    """
    return right.learn_kernel(image, target, kernel_shape, steps, rate * target.shape[1])


@mistake_in("learn_kernel")
def learned_flipped(image, target, kernel_shape, steps, rate):
    """It is the right kernel, turned by 180 degrees.

    Is its output computed as a convolution, with a flip? A layer computes the cross-correlation.
    """
    return right.learn_kernel(image, target, kernel_shape, steps, rate)[::-1, ::-1]


@mistake_in("learn_kernel")
def learned_transposed(image, target, kernel_shape, steps, rate):
    """It is the right kernel, transposed: rows and columns are swapped."""
    return right.learn_kernel(image, target, kernel_shape, steps, rate).T


@mistake_in("learn_kernel")
def shape_swapped(image, target, kernel_shape, steps, rate):
    """Height and width of the kernel are swapped.

    Which number of `kernel_shape` comes first, that of the rows or of the columns?
    """
    kernel = right.learn_kernel(image, target, kernel_shape, steps, rate)
    return kernel.reshape(kernel_shape[::-1])


@mistake_in("learn_kernel")
def error_ignored(image, target, kernel_shape, steps, rate):
    """Every step repeats the first gradient.

    The kernel changes with each step. Which lines must be computed again?
    """
    return steps * right.learn_kernel(image, target, kernel_shape, 1, rate)


def sum_of_squares(w):
    """Return the sum of all squares: the gradient is 2 * w."""
    return (np.asarray(w, float) ** 2).sum()


def sum_of_cubes(w):
    """Return the sum of all cubes: the gradient is 3 * w ** 2, and eps ** 2 more with `eps`."""
    return (np.asarray(w, float) ** 3).sum()


def product(w):
    """Return the product of all elements."""
    return np.prod(np.asarray(w, float))


def product_of_corners(w):
    """Return w[0, 0] * w[-1, -1], of a matrix."""
    return float(w[0, 0]) * float(w[-1, -1])


_SPECKLES = np.array([[1, -1, 0, 1], [0, 1, -1, -1], [-1, 0, 1, 1], [1, 1, 0, -1]])
_UPRIGHT, _LEVEL = np.array([[3], [-2]]), np.array([[3, -2]])
EXAMPLES = {
    "numerical_gradient": [
        (sum_of_squares, np.array([3.0])),
        (sum_of_cubes, np.array([1.0]), 0.5),
        (sum_of_squares, np.array([1, -2]), 0.25),
        (product, np.array([2.0, 3.0, 4.0]), 0.5),
        (sum_of_cubes, np.array([1.5, -2.5], np.float32)),
        (product_of_corners, np.array([[2.0, 0.0], [0.0, 5.0]])),
        (product, np.array([[1, 2, 3], [4, 5, 6]]), 0.25),
        (sum_of_cubes, np.array([[1.0, -2.0, 0.5], [0.0, 3.0, -1.5]]), 0.5),
    ],
    "kernel_gradient": [
        (np.array([[2, 5]]), np.array([[3]])),
        (np.array([[1, 2, 3]]), np.array([[1, 10]])),
        (np.array([[1], [2], [3]]), np.array([[1], [10]])),
        (np.array([[1, 2, 3], [4, 5, 6], [7, 8, 10]]), np.array([[1, 2], [0, -1]])),
        (np.array([[200, 100], [100, 200]], np.uint8), np.array([[2, 2]], np.uint8)),
        (np.array([[1, 2], [3, 4]]), np.array([[0.5, 0.25]])),
        (np.arange(1, 13).reshape(3, 4), np.array([[1, 2, 0], [0, -1, 3]])),
        (np.arange(1, 13).reshape(4, 3) ** 2, np.array([[1, 2], [0, -1], [5, 3]])),
    ],
    "image_gradient": [
        (np.array([[2, 5]]), np.array([[3]])),
        (np.array([[1, 2]]), np.array([[1, 10]])),
        (np.array([[1], [2]]), np.array([[1], [10]])),
        (np.array([[1, 2], [3, 4]]), np.array([[1, 0], [0, 10]])),
        (np.array([[200, 100]], np.uint8), np.array([[2, 2]], np.uint8)),
        (np.array([[0.5, 0.25]]), np.array([[1, 2], [3, 4]])),
        (np.array([[1, 2, 0], [0, -1, 3]]), np.array([[1, 2], [3, 5]])),
        (np.array([[1, 2], [0, -1], [5, 3]]), np.array([[1, 2, 4]])),
    ],
    "learn_kernel": [
        # Each is found to a thousandth in so many steps, with the gradient's 2 and without it.
        (np.array([[1, -1, 1, -1, 1]]), np.array([[3, -3, 3, -3, 3]]), (1, 1), 14, 0.5),
        (
            _SPECKLES,
            convolution.correlate2d(_SPECKLES, _LEVEL),
            (1, 2),
            30,
            0.4,
        ),
        (
            _SPECKLES,
            convolution.correlate2d(_SPECKLES, _UPRIGHT),
            (2, 1),
            120,
            0.4,
        ),
        (
            _SPECKLES,
            convolution.correlate2d(_SPECKLES, np.array([[1, 2], [3, 4]])),
            (2, 2),
            160,
            0.4,
        ),
    ],
}

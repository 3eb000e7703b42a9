"""Wrong ways to do lesson 10's exercises."""

import numpy as np

from utils import backprop as right
from utils import convolution
from utils.mistakes import mistake_in


@mistake_in("numerical_gradient")
def one_sided(f, w, eps=1e-5):
    """The difference is one-sided: f at w + eps, minus f at w itself. A central difference also
    goes eps to the other side.
    """
    return right.one_sided_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def one_sided_below(f, w, eps=1e-5):
    """The difference is one-sided: f at w itself, minus f at w - eps. A central difference also
    goes eps to the other side.
    """
    return right.one_sided_gradient(f, w, -eps)


@mistake_in("numerical_gradient")
def divided_by_eps(f, w, eps=1e-5):
    """Twice too large: from w - eps to w + eps it is two eps, and the difference is divided by
    one.
    """
    return 2 * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def not_divided(f, w, eps=1e-5):
    """The difference is not divided by the length of the change. Look at how far apart the two
    places are.
    """
    return 2 * eps * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def multiplied_by_eps(f, w, eps=1e-5):
    """The difference is halved and multiplied by eps: `/ 2 * eps` does that. Put 2 * eps in
    brackets.
    """
    return eps * eps * right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def sign_reversed(f, w, eps=1e-5):
    """The sign is reversed: take f at w + eps, minus f at w - eps."""
    return -right.numerical_gradient(f, w, eps)


@mistake_in("numerical_gradient")
def half_the_change(f, w, eps=1e-5):
    """The changes are half as large as they should be: go from w - eps to w + eps."""
    return right.numerical_gradient(f, w, eps / 2)


@mistake_in("numerical_gradient")
def eps_ignored(f, w, eps=1e-5):
    """`eps` is ignored: the change always has the default size. Use the argument."""
    return right.numerical_gradient(f, w)


@mistake_in("numerical_gradient")
def all_at_once(f, w, eps=1e-5):
    """All elements are changed at once, and so all results are the same. Change one at a time."""
    w = np.array(w, float)
    return np.full(w.shape, (f(w + eps) - f(w - eps)) / (2 * eps))


@mistake_in("numerical_gradient")
def changes_pile_up(f, w, eps=1e-5):
    """Elements that were changed stay changed. Put each back before you change the next one."""
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
    """Elements that were changed stay changed. Put each back before you change the next one."""
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
    """The change is made in w's own dtype, which is too coarse for it: in whole numbers, 1e-5 is 0.
    Turn w into float64 first.
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
    """The result is kept in w's own dtype, which cuts off its fractions. Make it of floats:
    np.zeros(w.shape).
    """
    return right.numerical_gradient(f, w, eps).astype(np.asarray(w).dtype)


@mistake_in("numerical_gradient")
def flattened_result(f, w, eps=1e-5):
    """The result is one long row. It should have the shape of w."""
    return right.numerical_gradient(f, w, eps).ravel()


@mistake_in("kernel_gradient")
def upstream_flipped(image, upstream):
    """The upstream gradient is flipped. There is no flip here: slide it over the image as it is."""
    return convolution.convolve2d(image, upstream)


@mistake_in("kernel_gradient")
def flipped_up_down(image, upstream):
    """The upstream gradient is flipped along its rows. Slide it over the image as it is."""
    return convolution.correlate2d(image, upstream[::-1])


@mistake_in("kernel_gradient")
def flipped_left_right(image, upstream):
    """The upstream gradient is flipped along its columns. Slide it over the image as it is."""
    return convolution.correlate2d(image, upstream[:, ::-1])


@mistake_in("kernel_gradient")
def result_flipped(image, upstream):
    """The result is turned by 180 degrees: weight [0, 0] belongs to the window that starts at the
    image's top left pixel.
    """
    return right.kernel_gradient(image, upstream)[::-1, ::-1]


@mistake_in("kernel_gradient")
def upstream_transposed(image, upstream):
    """The upstream gradient is transposed: upstream[i, j] belongs to row i and column j."""
    return convolution.correlate2d(image, upstream.T)


@mistake_in("kernel_gradient")
def result_transposed(image, upstream):
    """The result is transposed: rows and columns are swapped. Look at the order of the indices."""
    return right.kernel_gradient(image, upstream).T


@mistake_in("kernel_gradient")
def averaged(image, upstream):
    """The products are averaged over the positions. Add them up: if the loss is a mean, its
    division is in the upstream gradient already.
    """
    return right.kernel_gradient(image, upstream) / upstream.size


@mistake_in("kernel_gradient")
def doubled(image, upstream):
    """Twice too large. The 2 of a squared error is in the upstream gradient already."""
    return 2 * right.kernel_gradient(image, upstream)


@mistake_in("kernel_gradient")
def negative(image, upstream):
    """The sign is reversed. The gradient points uphill; it is the step that goes the other way."""
    return -right.kernel_gradient(image, upstream)


@mistake_in("kernel_gradient")
def upstream_ignored(image, upstream):
    """The upstream gradient is ignored: pixels are added up as they are. Multiply each by the
    upstream value of its output.
    """
    return right.kernel_gradient(image, np.ones_like(upstream))


@mistake_in("kernel_gradient")
def image_ignored(image, upstream):
    """The image is ignored: every weight gets the sum of the upstream gradient, which is the
    gradient of a bias. Multiply by the pixel that the weight met.
    """
    shape = right.kernel_gradient(image, upstream).shape
    return np.full(shape, float(np.sum(upstream, dtype=float)))


@mistake_in("kernel_gradient")
def full_size(image, upstream):
    """The image is padded with zeros. The result should have the kernel's shape: slide the upstream
    gradient within the image ("valid").
    """
    h, w = upstream.shape
    return right.kernel_gradient(np.pad(image, ((h - 1, h - 1), (w - 1, w - 1))), upstream)


@mistake_in("kernel_gradient")
def last_weights_missing(image, upstream):
    """The last row and column of weights are missing. H pixels and h outputs belong to a kernel of
    H - h + 1 rows.
    """
    return right.kernel_gradient(image, upstream)[:-1, :-1]


@mistake_in("kernel_gradient")
def upstream_twice(image, upstream):
    """The upstream gradient is squared. Each of its values counts once."""
    return right.kernel_gradient(image, np.asarray(upstream, float) ** 2)


@mistake_in("kernel_gradient")
def last_output_alone(image, upstream):
    """Only the last output is left: each overwrites the one before. Add them up with `+=`."""
    h, w = upstream.shape
    rows, columns = image.shape[0] - h + 1, image.shape[1] - w + 1
    return image[-rows:, -columns:].astype(float) * upstream[-1, -1]


@mistake_in("kernel_gradient")
def products_wrapped(image, upstream):
    """The products are computed in small integers and wrap around (in uint8, 200 + 100 is 44).
    Turn the image or the upstream gradient into float first.
    """
    h, w = upstream.shape
    shape = image.shape[0] - h + 1, image.shape[1] - w + 1
    gradient = np.zeros(shape)
    for a, b in np.ndindex(shape):
        gradient[a, b] = (image[a : a + h, b : b + w] * upstream).sum()
    return gradient


@mistake_in("kernel_gradient")
def kept_in_the_images_dtype(image, upstream):
    """The result is kept in the image's own dtype, which cannot hold it: fractions are cut off or
    large numbers wrap around. Work in float.
    """
    return right.kernel_gradient(image, upstream).astype(image.dtype)


@mistake_in("image_gradient")
def kernel_not_flipped(kernel, upstream):
    """The kernel is not flipped. The pixel at the top left of a window met kernel[0, 0] there, and
    the *last* weights in windows that start further up and left: they come in reverse.
    """
    return right.image_gradient(np.asarray(kernel)[::-1, ::-1], upstream)


@mistake_in("image_gradient")
def kernel_flipped_up_down(kernel, upstream):
    """The kernel is flipped along one axis alone, its rows. Flip both axes."""
    return right.image_gradient(kernel[:, ::-1], upstream)


@mistake_in("image_gradient")
def kernel_flipped_left_right(kernel, upstream):
    """The kernel is flipped along one axis alone, its columns. Flip both axes."""
    return right.image_gradient(kernel[::-1], upstream)


@mistake_in("image_gradient")
def kernel_turned_by_90(kernel, upstream):
    """The kernel is turned by 90 degrees. Flipping both axes is a turn by 180 degrees."""
    return right.image_gradient(np.rot90(kernel), upstream)


@mistake_in("image_gradient")
def valid_alone(kernel, upstream):
    """The result is smaller than the upstream gradient. It should have the image's shape, which is
    larger than the output's: pad the upstream gradient with zeros, or start from an image of zeros.
    """
    return convolution.convolve2d(upstream, kernel)


@mistake_in("image_gradient")
def same_size(kernel, upstream):
    """The result is as large as the upstream gradient. The image was larger than the output, by
    kh - 1 rows and kw - 1 columns.
    """
    kh, kw = kernel.shape
    top, left = (kh - 1) // 2, (kw - 1) // 2
    whole = right.image_gradient(kernel, upstream)
    return whole[top : top + upstream.shape[0], left : left + upstream.shape[1]]


@mistake_in("image_gradient")
def padded_too_much(kernel, upstream):
    """There is a border of zeros around the result: pad by kh - 1 and kw - 1, not by kh and kw."""
    return np.pad(right.image_gradient(kernel, upstream), 1)


@mistake_in("image_gradient")
def image_result_flipped(kernel, upstream):
    """The result is turned by 180 degrees. It is the kernel that must be flipped."""
    return right.image_gradient(kernel, upstream)[::-1, ::-1]


@mistake_in("image_gradient")
def upstream_flipped_too(kernel, upstream):
    """The upstream gradient is flipped. It is the kernel that must be."""
    return right.image_gradient(kernel, np.asarray(upstream)[::-1, ::-1])


@mistake_in("image_gradient")
def image_result_transposed(kernel, upstream):
    """The result is transposed: rows and columns are swapped. Look at the order of the indices."""
    return right.image_gradient(kernel, upstream).T


@mistake_in("image_gradient")
def overwritten(kernel, upstream):
    """Each output overwrites what the ones before left for a pixel. A pixel that several outputs
    looked at gets the sum of their shares: `+=`.
    """
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1))
    for i, j in np.ndindex(h, w):
        gradient[i : i + kh, j : j + kw] = float(upstream[i, j]) * kernel
    return gradient


@mistake_in("image_gradient")
def sum_of_weights(kernel, upstream):
    """Every pixel gets the sum of all weights. Each output hands a pixel its share through the one
    weight that met it there.
    """
    ones = np.ones(np.shape(kernel))
    return right.image_gradient(ones, upstream) * np.sum(kernel, dtype=float)


@mistake_in("image_gradient")
def kernel_ignored(kernel, upstream):
    """The kernel is ignored. What an output hands to a pixel is multiplied by the weight between
    them.
    """
    return right.image_gradient(np.ones(np.shape(kernel)), upstream)


@mistake_in("image_gradient")
def averaged_over_weights(kernel, upstream):
    """The shares are averaged. Add them up."""
    return right.image_gradient(kernel, upstream) / np.size(kernel)


@mistake_in("image_gradient")
def shares_wrapped(kernel, upstream):
    """The products are computed in small integers and wrap around (in uint8, 200 + 100 is 44).
    Turn the kernel or the upstream gradient into float first.
    """
    return _shares(kernel, upstream, float)


@mistake_in("image_gradient")
def shares_in_the_upstreams_dtype(kernel, upstream):
    """The result is kept in the upstream gradient's own dtype, which cannot hold it: fractions are
    cut off or large numbers wrap around. Work in float.
    """
    return right.image_gradient(kernel, upstream).astype(np.asarray(upstream).dtype)


def _shares(kernel, upstream, dtype):
    """Add up every output's share for every pixel, products in the inputs' own dtype."""
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1), dtype)
    for i, j in np.ndindex(h, w):
        gradient[i : i + kh, j : j + kw] += upstream[i, j] * kernel
    return gradient


@mistake_in("learn_kernel")
def never_moved(image, target, kernel_shape, steps, rate):
    """The result is still zero. Look whether the step is subtracted from the kernel itself, whether
    the kernel is an array of floats, and whether the kernel is what you return: the last gradient
    is nearly 0.
    """
    return np.zeros(kernel_shape)


@mistake_in("learn_kernel")
def one_step(image, target, kernel_shape, steps, rate):
    """It takes one step alone. Take `steps` of them, and return the kernel after the loop."""
    return right.learn_kernel(image, target, kernel_shape, 1, rate)


@mistake_in("learn_kernel")
def uphill(image, target, kernel_shape, steps, rate):
    """It walks uphill: the gradient is added. Subtract it, or take output minus target as the
    error.
    """
    return right.learn_kernel(image, target, kernel_shape, steps, -rate)


@mistake_in("learn_kernel")
def summed(image, target, kernel_shape, steps, rate):
    """It runs away: the squared errors are summed, so the gradient is too large for this rate. The
    loss is their *mean*: divide by the number of outputs.
    """
    return right.learn_kernel(image, target, kernel_shape, steps, rate * np.size(target))


@mistake_in("learn_kernel")
def learned_flipped(image, target, kernel_shape, steps, rate):
    """The kernel is the right one, turned by 180 degrees: its output is computed as a convolution,
    with a flip. A layer computes the cross-correlation, without.
    """
    return right.learn_kernel(image, target, kernel_shape, steps, rate)[::-1, ::-1]


@mistake_in("learn_kernel")
def learned_transposed(image, target, kernel_shape, steps, rate):
    """The kernel is the right one, transposed: rows and columns are swapped."""
    return right.learn_kernel(image, target, kernel_shape, steps, rate).T


@mistake_in("learn_kernel")
def shape_swapped(image, target, kernel_shape, steps, rate):
    """Height and width of the kernel are swapped: kernel_shape is (rows, columns)."""
    kernel = right.learn_kernel(image, target, kernel_shape, steps, rate)
    return kernel.reshape(kernel_shape[::-1])


@mistake_in("learn_kernel")
def error_ignored(image, target, kernel_shape, steps, rate):
    """The gradient is computed once, before the loop, and every step repeats it. Compute the
    output, the error and the gradient again for each new kernel.
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
        (np.array([[1, -1, 1]]), np.array([[3, -3, 3]]), (1, 1), 14, 0.5),
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

"""Wrong ways to do lesson 03's exercises."""

import numpy as np

from utils import sobel as right
from utils.convolution import correlate2d
from utils.mistakes import mistake_in


@mistake_in("sobel")
def pair_swapped(image):
    """The two results are swapped: return gx first, then gy."""
    return right.sobel(image)[::-1]


@mistake_in("sobel")
def kernels_flipped(image):
    """Both results have the wrong sign: that is what a convolution gives, which turns the kernels
    by 180 degrees. Use them as they are.
    """
    gx, gy = right.sobel(image)
    return -gx, -gy


@mistake_in("sobel")
def left_minus_right(image):
    """The sign of gx is wrong: it is the right column minus the left, so that it is positive where
    it gets brighter to the right.
    """
    gx, gy = right.sobel(image)
    return -gx, gy


@mistake_in("sobel")
def bottom_minus_top(image):
    """The sign of gy is wrong: it is the top row minus the bottom, so that it is positive where it
    gets brighter upwards. Gx transposed is not Gy; Gx turned by 90 degrees is.
    """
    gx, gy = right.sobel(image)
    return gx, -gy


@mistake_in("sobel")
def gx_twice(image):
    """Both results come from the same kernel, Gx. The second one belongs to Gy."""
    gx, _ = right.sobel(image)
    return gx, gx


@mistake_in("sobel")
def ones_for_twos(image):
    """The middle row and the middle column count once. In Sobel's kernels they count twice."""
    gx = np.array([[-1, 0, 1]] * 3)
    return correlate2d(image, gx), correlate2d(image, np.rot90(gx))


@mistake_in("sobel")
def middle_only(image):
    """It takes the difference of two neighbours alone. Sobel's kernels add three such differences,
    the middle one twice.
    """
    gx = np.array([[0, 0, 0], [-1, 0, 1], [0, 0, 0]])
    return correlate2d(image, gx), correlate2d(image, np.rot90(gx))


@mistake_in("sobel")
def zero_padded(image):
    """The image is padded with zeros, so that the results are as large as it.
    Here the kernels stay inside the image, and the results lose a pixel on each side.
    """
    return right.sobel(np.pad(image, 1))


@mistake_in("sobel")
def border_repeated(image):
    """The image is padded by repeating its border, so that the results are as large as it.
    Here the kernels stay inside the image, and the results lose a pixel on each side.
    """
    return right.sobel(np.pad(image, 1, mode="edge"))


@mistake_in("sobel")
def divided_by_four(image):
    """The results are divided by 4, the sum of the kernel's positive numbers. Some libraries do
    so; here the sums stay as they are.
    """
    gx, gy = right.sobel(image)
    return gx / 4, gy / 4


@mistake_in("sobel")
def divided_by_eight(image):
    """The results are divided by 8. That gives the slope per pixel; here the sums stay as they
    are.
    """
    gx, gy = right.sobel(image)
    return gx / 8, gy / 8


@mistake_in("sobel")
def whole_numbers(image):
    """The results are cut down to whole numbers. Keep the fractions: work in float."""
    return tuple(np.trunc(result) for result in right.sobel(image))


@mistake_in("sobel")
def same_dtype_as_image(image):
    """The sums are kept in the image's own dtype, which cannot hold them: negative or large numbers
    wrap around, or fractions are cut off. Work in float.
    """
    return tuple(result.astype(np.int64).astype(image.dtype) for result in right.sobel(image))


@mistake_in("sobel")
def without_sign(image):
    """The signs are gone (abs). They say to which side it gets brighter: keep them."""
    return tuple(np.abs(result) for result in right.sobel(image))


@mistake_in("sobel")
def negatives_dropped(image):
    """Negative numbers are cut off at 0. They say that it gets darker that way: keep them."""
    return tuple(np.maximum(result, 0) for result in right.sobel(image))


@mistake_in("sobel")
def cut_to_bytes(image):
    """The results are cut off at 0 and 255. They are differences, not grey levels."""
    return tuple(np.clip(result, 0, 255) for result in right.sobel(image))


@mistake_in("sobel")
def magnitude_at_once(image):
    """It returns the magnitude already. This exercise asks for its two parts, gx and gy."""
    return right.gradient_magnitude(*right.sobel(image))


@mistake_in("gradient_magnitude")
def sizes_added(gx, gy):
    """It adds the two sizes, |gx| + |gy|. The length of an arrow is the root of the sum of their
    squares.
    """
    return np.abs(np.asarray(gx, float)) + np.abs(np.asarray(gy, float))


@mistake_in("gradient_magnitude")
def parts_added(gx, gy):
    """It adds gx and gy, so that opposite signs cancel. Square them first."""
    return np.asarray(gx, float) + np.asarray(gy, float)


@mistake_in("gradient_magnitude")
def root_forgotten(gx, gy):
    """The square root is missing. Look at a pixel where gx is 3 and gy is 4: its magnitude is 5."""
    return right.gradient_magnitude(gx, gy) ** 2


@mistake_in("gradient_magnitude")
def larger_of_the_two(gx, gy):
    """It takes the larger of the two. Both count: add their squares, then take the root."""
    return np.maximum(np.abs(np.asarray(gx, float)), np.abs(np.asarray(gy, float)))


@mistake_in("gradient_magnitude")
def mean_of_squares(gx, gy):
    """The sum of the squares is divided by 2 before the root. Some libraries do so; here it is
    not.
    """
    return right.gradient_magnitude(gx, gy) / np.sqrt(2)


@mistake_in("gradient_magnitude")
def squares_subtracted(gx, gy):
    """It subtracts the squares. They are added."""
    return np.sqrt(np.abs(np.asarray(gx, float) ** 2 - np.asarray(gy, float) ** 2))


@mistake_in("gradient_magnitude")
def squares_wrapped(gx, gy):
    """The squares wrap around: small integers cannot hold them (in int8, 100 * 100 is 16).
    Turn gx and gy into float first.
    """
    return np.sqrt((gx * gx + gy * gy).astype(float))


@mistake_in("gradient_magnitude")
def half_precision(gx, gy):
    """The result has three digits: for small integers NumPy computes roots in half precision
    (float16). Turn gx and gy into float first.
    """
    return np.hypot(gx, gy)


@mistake_in("gradient_magnitude")
def scaled_to_one(gx, gy):
    """It is divided by its maximum. The magnitude keeps its own scale."""
    magnitude = right.gradient_magnitude(gx, gy)
    return magnitude / (magnitude.max() or 1)


@mistake_in("gradient_magnitude")
def scaled_to_bytes(gx, gy):
    """It is stretched to 0 to 255. The magnitude keeps its own scale."""
    magnitude = right.gradient_magnitude(gx, gy)
    return 255 * magnitude / (magnitude.max() or 1)


@mistake_in("gradient_magnitude")
def magnitude_in_whole_numbers(gx, gy):
    """The magnitude is cut down to whole numbers. Keep the fractions."""
    return np.trunc(right.gradient_magnitude(gx, gy))


@mistake_in("gradient_magnitude")
def one_length_for_all(gx, gy):
    """It returns the length of all numbers together. Every pixel has a magnitude of its own."""
    return np.linalg.norm(right.gradient_magnitude(gx, gy))


@mistake_in("gradient_direction")
def radians(gx, gy):
    """The angles are in radians. Degrees are asked for: 180 for half a turn."""
    return np.radians(right.gradient_direction(gx, gy))


@mistake_in("gradient_direction")
def arguments_swapped(gx, gy):
    """The arguments of arctan2 are swapped: y comes first, then x."""
    return right.gradient_direction(gy, gx)


@mistake_in("gradient_direction")
def half_the_wheel(gx, gy):
    """arctan(gy / gx) knows half the directions alone: left comes out as right, since both signs
    cancel. arctan2 looks at them one by one.
    """
    gx, gy = np.asarray(gx, float), np.asarray(gy, float)
    return np.degrees(np.arctan(gy / gx))


@mistake_in("gradient_direction")
def up_and_down_swapped(gx, gy):
    """The angles run clockwise: up comes out as -90. gy is positive upwards already; do not turn
    it round.
    """
    return np.degrees(np.arctan2(0 - np.asarray(gy, float), np.asarray(gx, float)))


@mistake_in("gradient_direction")
def left_and_right_swapped(gx, gy):
    """Left and right are swapped: gx is positive to the right already."""
    return np.degrees(np.arctan2(np.asarray(gy, float), 0 - np.asarray(gx, float)))


@mistake_in("gradient_direction")
def towards_the_dark(gx, gy):
    """It points the opposite way, to where it gets darker. Look at the signs of what goes into
    arctan2.
    """
    return np.degrees(np.arctan2(0 - np.asarray(gy, float), 0 - np.asarray(gx, float)))


@mistake_in("gradient_direction")
def along_the_edge(gx, gy):
    """It is off by a quarter of a turn: that is the direction along the edge. The gradient points
    across it.
    """
    return right.gradient_direction(0 - np.asarray(gy, float), gx)


@mistake_in("gradient_direction")
def from_zero_to_360(gx, gy):
    """The angles run from 0 to 360. Here they run from -180 to 180."""
    return right.gradient_direction(gx, gy) % 360


@mistake_in("gradient_direction")
def opposite_ways_alike(gx, gy):
    """Opposite directions come out alike (modulo 180). Here up is 90, and down is -90."""
    return right.gradient_direction(gx, gy) % 180


@mistake_in("gradient_direction")
def never_below_zero(gx, gy):
    """The minus signs are gone: down comes out as up. The angles run from -180 to 180."""
    return np.abs(right.gradient_direction(gx, gy))


@mistake_in("gradient_direction")
def angle_in_half_precision(gx, gy):
    """The angles have three digits: for small integers NumPy's arctan2 computes in half precision
    (float16). Turn gx and gy into float first.
    """
    return np.degrees(np.arctan2(gy, gx))


@mistake_in("edge_map")
def strictly_above(image, threshold):
    """Magnitudes equal to the threshold are left out. "At least" includes them: >= for >."""
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return _unless_flat(image, magnitude > limit)


@mistake_in("edge_map")
def upside_down(image, threshold):
    """True and False are swapped: an edge is where the magnitude is large."""
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return magnitude < limit


@mistake_in("edge_map")
def not_a_share(image, threshold):
    """The magnitude is compared with the threshold itself. Compare it with that share of its
    maximum.
    """
    return _unless_flat(image, _magnitude(image) >= threshold)


@mistake_in("edge_map")
def share_of_the_brightest_pixel(image, threshold):
    """The threshold is taken as a share of the brightest pixel. Take it of the largest
    magnitude.
    """
    return _unless_flat(image, _magnitude(image) >= threshold * np.max(image))


@mistake_in("edge_map")
def share_of_255(image, threshold):
    """The threshold is taken as a share of 255. Take it of the largest magnitude."""
    return _unless_flat(image, _magnitude(image) >= threshold * 255)


@mistake_in("edge_map")
def share_of_the_mean(image, threshold):
    """The threshold is taken as a share of the mean magnitude. Take it of the maximum."""
    magnitude = _magnitude(image)
    return _unless_flat(image, magnitude >= threshold * magnitude.mean())


@mistake_in("edge_map")
def share_of_the_range(image, threshold):
    """The threshold is counted from the smallest magnitude. Count it from 0: take that share of
    the maximum.
    """
    magnitude = _magnitude(image)
    low, high = magnitude.min(), magnitude.max()
    return _unless_flat(image, magnitude >= low + threshold * (high - low))


@mistake_in("edge_map")
def share_of_the_pixels(image, threshold):
    """The threshold is taken as a share of the pixels (a quantile). Take it of the largest
    magnitude.
    """
    magnitude = _magnitude(image)
    return _unless_flat(image, magnitude >= np.quantile(magnitude, threshold))


@mistake_in("edge_map")
def flat_is_all_edge(image, threshold):
    """A flat image comes out as one edge everywhere: its magnitude is 0 and so is any share of it,
    and 0 >= 0. It has no edge at all.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return magnitude >= limit


@mistake_in("edge_map")
def rounding_is_an_edge(image, threshold):
    """Rounding is taken for an edge. An image is flat when no magnitude is above 1e-9 times its
    largest absolute pixel, not only when it is exactly 0.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > 0)


@mistake_in("edge_map")
def one_limit_for_all_images(image, threshold):
    """A faint image is taken for a flat one: 1e-9 is a share of the largest absolute pixel, not a
    magnitude.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > 1e-9)


@mistake_in("edge_map")
def faint_is_flat(image, threshold):
    """An image with little contrast is taken for a flat one. It is flat only if no magnitude is
    above 1e-9 times its largest absolute pixel.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > 1e-2 * np.abs(image).max())


@mistake_in("edge_map")
def upright_edges_only(image, threshold):
    """Only gx counts, so level edges are missing. The magnitude is made of gx and gy."""
    gx = np.abs(right.sobel(image)[0])
    return _unless_flat(image, (gx >= threshold * gx.max()) & (gx.max() > 0))


@mistake_in("edge_map")
def level_edges_only(image, threshold):
    """Only gy counts, so upright edges are missing. The magnitude is made of gx and gy."""
    gy = np.abs(right.sobel(image)[1])
    return _unless_flat(image, (gy >= threshold * gy.max()) & (gy.max() > 0))


@mistake_in("edge_map")
def sizes_added_for_edges(image, threshold):
    """The magnitude is |gx| + |gy|. It is the root of the sum of their squares."""
    magnitude = sizes_added(*right.sobel(image))
    return _unless_flat(image, magnitude >= threshold * magnitude.max())


@mistake_in("edge_map")
def squares_compared(image, threshold):
    """The squares of the magnitude are compared with a share of the largest square. Without the
    roots, the share would have to be squared too.
    """
    squares = _magnitude(image) ** 2
    return _unless_flat(image, squares >= threshold * squares.max())


@mistake_in("edge_map")
def zeros_and_ones(image, threshold):
    """It returns the numbers 0 and 1. Return True and False: what a comparison such as >= gives."""
    return right.edge_map(image, threshold).astype(int)


@mistake_in("edge_map")
def black_and_white(image, threshold):
    """It returns the numbers 0 and 255. Return True and False: what a comparison such as >=
    gives.
    """
    return right.edge_map(image, threshold) * np.uint8(255)


@mistake_in("edge_map")
def strong_magnitudes(image, threshold):
    """It returns magnitudes, with 0 where they are small. Return True and False."""
    return _magnitude(image) * right.edge_map(image, threshold)


def _magnitude(image):
    """Return the Sobel magnitude of an image."""
    return right.gradient_magnitude(*right.sobel(image))


def _magnitude_and_limit(image, threshold):
    """Return an image's magnitude, and that share of its maximum."""
    magnitude = _magnitude(image)
    return magnitude, threshold * magnitude.max()


def _unless_flat(image, edges):
    """Return the edges, or none of them where the image is flat."""
    largest = np.abs(np.asarray(image, float)).max()
    return edges & (_magnitude(image).max() > right.ROUNDING * largest)


_STEPS = np.array([[0, 0, 10, 10, 10, 30, 30]] * 3)
_CORNER = np.array([[1, 2, 3, 4], [2, 3, 5, 8], [1, 1, 2, 9]])
_SLOPE = np.array([[0, 1, 2, 4, 8, 16]] * 3)
_EDGES = np.array([[0, 0, 0, 0, 8], [0, 0, 0, 9, 9], [0, 0, 9, 9, 9], [7, 9, 9, 9, 9]])
EXAMPLES = {
    "sobel": [
        (np.array([[1, 2, 3], [4, 6, 5], [7, 9, 8]]),),
        (np.array([[0, 0, 200], [0, 0, 200], [90, 90, 90]], np.uint8),),
        (np.array([[0.5, 0, 0], [0, 0, 0.25], [0, 0, 0]]),),
        (_CORNER,),
        (_CORNER[::-1] * 60,),
    ],
    "gradient_magnitude": [
        (np.array([[3.0]]), np.array([[-4.0]])),
        (np.array([[100]], np.int8), np.array([[100]], np.int8)),
        (np.array([[3, -8]]), np.array([[4, 6]])),
        (np.array([[3, 0], [-5, 1]]), np.array([[4, -2], [12, 1]])),
        (np.array([[3, 7], [-5, 2]], np.int8), np.array([[4, -2], [12, 1]], np.int8)),
    ],
    "gradient_direction": [
        (np.array([[1.0]]), np.array([[1.0]])),
        (np.array([[-1.0]]), np.array([[1.0]])),
        (np.array([[0]]), np.array([[5]])),
        (np.array([[1, 2, -2, -1]]), np.array([[2, -1, 1, -2]])),
        (np.array([[7, -3]], np.int8), np.array([[2, 5]], np.int8)),
        (np.array([[1, 0], [0, -1]]), np.array([[0, 1], [-1, 0]])),
        (np.array([[3, 0], [0, -3]]), np.array([[1, 1], [-1, 1]])),
    ],
    "edge_map": [
        (np.zeros((3, 3)), 0.5),
        (np.array([[1000, 1000, 1001]] * 3), 0.5),
        (_STEPS, 0.5),
        (_STEPS, 0.6),
        (_STEPS.T, 0.6),
        (_STEPS[:, 1:6], 1.0),
        (_SLOPE, 0.25),
        (_SLOPE.T, 0.5),
        (_EDGES, 0.3),
        (_EDGES, 0.6),
        (_EDGES, 0.8),
        (_EDGES[::-1], 0.9),
        (_EDGES, 0.97),
        (1e-12 * np.array([[0, 0, 1]] * 3), 0.5),
        (np.array([[0.1 + 0.2, 0.3, 0.3]] * 3), 0.5),
    ],
}

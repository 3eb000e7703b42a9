"""Wrong ways to do lesson 03's exercises."""

import numpy as np

from utils import sobel as right
from utils.convolution import correlate2d
from utils.mistakes import mistake_in


@mistake_in("sobel")
def pair_swapped(image):
    """The two results are swapped.

    Which of them comes first, gx or gy?
    """
    return right.sobel(image)[::-1]


@mistake_in("sobel")
def kernels_flipped(image):
    """Both results have the wrong sign: that is what a convolution gives, which flips the kernels.

    Use the kernels as they are.
    """
    gx, gy = right.sobel(image)
    return -gx, -gy


@mistake_in("sobel")
def left_minus_right(image):
    """The sign of gx is wrong: it should be positive where it gets brighter to the right.

    Which column of Gx has the minus signs?
    """
    gx, gy = right.sobel(image)
    return -gx, gy


@mistake_in("sobel")
def bottom_minus_top(image):
    """The sign of gy is wrong: it should be positive where it gets brighter upwards.

    Which row of Gy has the minus signs? Gx transposed is not Gy.
    """
    gx, gy = right.sobel(image)
    return gx, -gy


@mistake_in("sobel")
def gx_twice(image):
    """Both results come from the same kernel, Gx.

    Which kernel belongs to the second result?
    """
    gx, _ = right.sobel(image)
    return gx, gx


@mistake_in("sobel")
def gy_twice(image):
    """Both results come from the same kernel, Gy.

    Which kernel belongs to the first result?
    """
    _, gy = right.sobel(image)
    return gy, gy


@mistake_in("sobel")
def rows_and_columns_swapped(image):
    """Rows and columns have changed places: gx compares the rows, and gy the columns.

    In image[i, j], which index moves to the right?
    """
    gx, gy = right.sobel(image)
    return -gy, -gx


@mistake_in("sobel")
def ones_for_twos(image):
    """The middle row of Gx and the middle column of Gy count once, like the others.

    Compare your numbers with the kernels in the docstring.
    """
    gx = np.array([[-1, 0, 1]] * 3)
    return correlate2d(image, gx), correlate2d(image, np.rot90(gx))


@mistake_in("sobel")
def one_for_two_in_gx(image):
    """The middle row of Gx counts once, like the other rows.

    Compare your numbers with the kernel in the docstring.
    """
    return ones_for_twos(image)[0], right.sobel(image)[1]


@mistake_in("sobel")
def one_for_two_in_gy(image):
    """The middle column of Gy counts once, like the other columns.

    Compare your numbers with the kernel in the docstring.
    """
    return right.sobel(image)[0], ones_for_twos(image)[1]


@mistake_in("sobel")
def middle_only(image):
    """Only the middle row of Gx and the middle column of Gy are used.

    How many differences does each kernel add up?
    """
    gx = np.array([[0, 0, 0], [-1, 0, 1], [0, 0, 0]])
    return correlate2d(image, gx), correlate2d(image, np.rot90(gx))


@mistake_in("sobel")
def plain_differences(image):
    """It returns the plain differences, which are not yet added up with the weights 1, 2, 1.

    How many rows of differences does gx add up, and how many columns does gy?
    """
    image = np.asarray(image, float)
    return image[:, 2:] - image[:, :-2], image[:-2] - image[2:]


@mistake_in("sobel")
def third_part_missing(image):
    """The last row of Gx and the last column of Gy are left out.

    Each sum has three parts. Are all three there?
    """
    across, up = plain_differences(image)
    return across[:-2] + 2 * across[1:-1], up[:, :-2] + 2 * up[:, 1:-1]


@mistake_in("sobel")
def matrix_products(image):
    """Windows and kernels are multiplied as matrices (`@` or `dot`).

    Which operator multiplies element by element?
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), (3, 3))
    gx, gy = ((windows @ kernel).sum(axis=(2, 3)) for kernel in (right.GX, right.GY))
    return gx, gy


@mistake_in("sobel")
def last_position_left_at_0(image):
    """The last row and the last column of both results stay 0.

    Where do your loops end? Let them run over the indices of the results.
    """
    results = right.sobel(image)
    for result in results:
        result[-1], result[:, -1] = 0, 0
    if not (results[0].any() or results[1].any()):
        raise ValueError("every value is 0: nothing says where it is wrong")
    return results


@mistake_in("sobel")
def zero_padded(image):
    """The image is padded with zeros, so that the results are as large as the image.

    Here the kernels stay inside the image. How many rows and columns do the results have then?
    """
    return right.sobel(np.pad(image, 1))


@mistake_in("sobel")
def border_repeated(image):
    """The image is padded by repeating its border, so that the results are as large as the image.

    Here the kernels stay inside the image. How many rows and columns do the results have then?
    """
    return right.sobel(np.pad(image, 1, mode="edge"))


@mistake_in("sobel")
def last_two_left_at_0(image):
    """The results are as large as the image, and their last two rows and columns stay 0.

    At how many places does a kernel of 3 fit into a row of 5?
    """
    return tuple(np.pad(result, (0, 2)) for result in right.sobel(image))


@mistake_in("sobel")
def framed_results(image):
    """The results are as large as the image: there is a border of 0 around them.

    At how many places does a kernel of 3 fit into a row of 5?
    """
    return tuple(np.pad(result, 1) for result in right.sobel(image))


@mistake_in("sobel")
def divided_by_four(image):
    """The results are divided by 4.

    Some libraries do so. Here the sums stay as they are.
    """
    gx, gy = right.sobel(image)
    return gx / 4, gy / 4


@mistake_in("sobel")
def divided_by_eight(image):
    """The results are divided by 8.

    That gives the slope for each pixel. Here the sums stay as they are.
    """
    gx, gy = right.sobel(image)
    return gx / 8, gy / 8


@mistake_in("sobel")
def whole_numbers(image):
    """The fractions of the results are gone.

    Which dtype do your two maps have?
    """
    return tuple(np.trunc(result) for result in right.sobel(image))


@mistake_in("sobel")
def same_dtype_as_image(image):
    """The sums are kept in a dtype that cannot hold them: negative or large numbers wrap around, or
    fractions are cut off.

    Which dtype does the image have when you compute with it?
    """
    results = right.sobel(image)
    if image.dtype.kind == "f":
        return results
    return tuple(result.astype(np.int64).astype(image.dtype) for result in results)


@mistake_in("sobel")
def without_sign(image):
    """The signs are gone (abs).

    They say to which side it gets brighter: keep them.
    """
    return tuple(np.abs(result) for result in right.sobel(image))


@mistake_in("sobel")
def negatives_dropped(image):
    """Negative numbers are cut off at 0.

    They say that it gets darker that way: keep them.
    """
    return tuple(np.maximum(result, 0) for result in right.sobel(image))


@mistake_in("sobel")
def cut_to_bytes(image):
    """The results are cut off at 0 and 255.

    They are differences, not grey levels.
    """
    return tuple(np.clip(result, 0, 255) for result in right.sobel(image))


@mistake_in("sobel")
def magnitude_at_once(image):
    """It returns the magnitude already.

    This exercise asks for its two parts, gx and gy.
    """
    return right.gradient_magnitude(*right.sobel(image))


@mistake_in("gradient_magnitude")
def sizes_added(gx, gy):
    """It adds the two sizes, |gx| + |gy|.

    How long is an arrow that goes 3 to the right and 4 up?
    """
    return np.abs(np.asarray(gx, float)) + np.abs(np.asarray(gy, float))


@mistake_in("gradient_magnitude")
def parts_added(gx, gy):
    """It adds gx and gy, so that opposite signs cancel.

    How long is an arrow that goes 3 to the right and 4 up?
    """
    return np.asarray(gx, float) + np.asarray(gy, float)


@mistake_in("gradient_magnitude")
def sum_squared(gx, gy):
    """The sum of gx and gy is squared, so that opposite signs cancel.

    Which comes first, the squares or the sum? Look at the brackets.
    """
    return np.abs(parts_added(gx, gy))


@mistake_in("gradient_magnitude")
def root_of_gx_only(gx, gy):
    """The square of gy is added after the root, not before it.

    Look at the brackets.
    """
    return np.abs(np.asarray(gx, float)) + np.asarray(gy, float) ** 2


@mistake_in("gradient_magnitude")
def root_forgotten(gx, gy):
    """The square root is missing.

    Look at a pixel where gx is 3 and gy is 4: its magnitude is 5.
    """
    return right.gradient_magnitude(gx, gy) ** 2


@mistake_in("gradient_magnitude")
def larger_of_the_two(gx, gy):
    """It takes the larger of the two sizes, |gx| or |gy|.

    How long is an arrow that goes 3 to the right and 4 up?
    """
    return np.maximum(np.abs(np.asarray(gx, float)), np.abs(np.asarray(gy, float)))


@mistake_in("gradient_magnitude")
def mean_of_squares(gx, gy):
    """The sum of the squares is divided by 2 before the root.

    Some libraries do so. Here it is not divided.
    """
    return right.gradient_magnitude(gx, gy) / np.sqrt(2)


@mistake_in("gradient_magnitude")
def squares_subtracted(gx, gy):
    """The squares are subtracted, not added."""
    return np.sqrt(np.abs(np.asarray(gx, float) ** 2 - np.asarray(gy, float) ** 2))


@mistake_in("gradient_magnitude")
def squares_wrapped(gx, gy):
    """The squares wrap around: small integers cannot hold them (in int8, 100 * 100 is 16).

    Which dtype do gx and gy have when you square them?
    """
    return np.sqrt((gx * gx + gy * gy).astype(float))


@mistake_in("gradient_magnitude")
def squares_wrapped_and_half_precision(gx, gy):
    """The squares wrap around: small integers cannot hold them (in int8, 100 * 100 is 16).

    Which dtype do gx and gy have when you square them?
    """
    return np.sqrt(gx**2 + gy**2)


@mistake_in("gradient_magnitude")
def half_precision(gx, gy):
    """The result has only three digits: it is computed in half precision (float16).

    NumPy does that with small integers. What should gx and gy become first?
    """
    return np.hypot(gx, gy)


@mistake_in("gradient_magnitude")
def scaled_to_one(gx, gy):
    """The magnitude is divided by its maximum.

    It should keep its scale.
    """
    magnitude = right.gradient_magnitude(gx, gy)
    return magnitude / (magnitude.max() or 1)


@mistake_in("gradient_magnitude")
def scaled_to_bytes(gx, gy):
    """The magnitude is stretched to 0 to 255.

    It should keep its scale.
    """
    magnitude = right.gradient_magnitude(gx, gy)
    return 255 * magnitude / (magnitude.max() or 1)


@mistake_in("gradient_magnitude")
def magnitude_in_whole_numbers(gx, gy):
    """The fractions of the magnitude are gone.

    Is there an integer dtype?
    """
    return np.trunc(right.gradient_magnitude(gx, gy))


@mistake_in("gradient_magnitude")
def one_length_for_all(gx, gy):
    """It returns a single length for all pixels together.

    Every pixel has a magnitude: the shape stays (H, W).
    """
    return np.linalg.norm(right.gradient_magnitude(gx, gy))


@mistake_in("gradient_direction")
def radians(gx, gy):
    """The angles are in radians.

    Half a turn should be 180.
    """
    return np.radians(right.gradient_direction(gx, gy))


@mistake_in("gradient_direction")
def radians_of_radians(gx, gy):
    """The angles are converted the wrong way, from degrees to radians.

    arctan2 gives radians already. Which function turns them into degrees?
    """
    return np.radians(radians(gx, gy))


@mistake_in("gradient_direction")
def arguments_swapped(gx, gy):
    """The two arguments gx and gy have changed places.

    Try gx = 0 and gy = 1. It should be 90, upwards. Which of them does arctan2 take first?
    """
    return right.gradient_direction(gy, gx)


@mistake_in("gradient_direction")
def counted_from_the_top(gx, gy):
    """The angles are counted from the top and clockwise, as on a compass.

    Here 0 is right and 90 is up.
    """
    return 90 - right.gradient_direction(gx, gy)


@mistake_in("gradient_direction")
def half_the_wheel(gx, gy):
    """All angles lie between -90 and 90: left comes out as right.

    In `gy / gx` two minus signs cancel. Which function takes both numbers?
    """
    gx, gy = np.asarray(gx, float), np.asarray(gy, float)
    return np.degrees(np.arctan(gy / gx))


@mistake_in("gradient_direction")
def half_the_wheel_in_radians(gx, gy):
    """The angles are in radians, and half of the directions are missing: left comes out as right.

    In `gy / gx` two minus signs cancel. Which function takes both numbers?
    """
    return np.radians(half_the_wheel(gx, gy))


@mistake_in("gradient_direction")
def half_the_wheel_from_the_top(gx, gy):
    """The two arguments gx and gy have changed places, and half of the directions are missing.

    In a quotient two minus signs cancel. Which function takes both numbers, and in which order?
    """
    return half_the_wheel(gy, gx)


@mistake_in("gradient_direction")
def up_wherever_gx_is_0(gx, gy):
    """Wherever gx is 0 the angle is 90, also downwards, and where there is no gradient.

    What does the sign of gy say there?
    """
    return np.where(np.asarray(gx) == 0, 90, right.gradient_direction(gx, gy))


@mistake_in("gradient_direction")
def from_minus_90_to_270(gx, gy):
    """The angles run from -90 to 270, not from -180 to 180.

    Do you add 180 wherever gx is negative? Try down and to the left.
    """
    direction = right.gradient_direction(gx, gy)
    return np.where(direction < -90, direction + 360, direction)


@mistake_in("gradient_direction")
def up_and_down_swapped(gx, gy):
    """The angles run clockwise: up comes out as -90.

    gy is positive upwards already. Is there a minus sign too many?
    """
    return np.degrees(np.arctan2(0 - np.asarray(gy, float), np.asarray(gx, float)))


@mistake_in("gradient_direction")
def left_and_right_swapped(gx, gy):
    """Left and right are swapped.

    gx is positive to the right already. Is there a minus sign too many?
    """
    return np.degrees(np.arctan2(np.asarray(gy, float), 0 - np.asarray(gx, float)))


@mistake_in("gradient_direction")
def towards_the_dark(gx, gy):
    """It points the opposite way, to where it gets darker.

    Look at the signs of what goes into arctan2.
    """
    return np.degrees(np.arctan2(0 - np.asarray(gy, float), 0 - np.asarray(gx, float)))


@mistake_in("gradient_direction")
def along_the_edge(gx, gy):
    """It is off by a quarter of a turn: that is the direction along the edge.

    The gradient points across the edge.
    """
    return right.gradient_direction(0 - np.asarray(gy, float), gx)


@mistake_in("gradient_direction")
def from_zero_to_360(gx, gy):
    """The angles run from 0 to 360, not from -180 to 180.

    Is there a `%`, or something added to negative angles?
    """
    return right.gradient_direction(gx, gy) % 360


@mistake_in("gradient_direction")
def opposite_ways_alike(gx, gy):
    """Opposite directions come out alike: the angles are taken modulo 180.

    Here up is 90 and down is -90.
    """
    return right.gradient_direction(gx, gy) % 180


@mistake_in("gradient_direction")
def never_below_zero(gx, gy):
    """The minus signs are gone: down comes out as up.

    Here up is 90 and down is -90.
    """
    return np.abs(right.gradient_direction(gx, gy))


@mistake_in("gradient_direction")
def angle_in_half_precision(gx, gy):
    """The angles have only three digits: they are computed in half precision (float16).

    NumPy does that with small integers. What should gx and gy become first?
    """
    return np.degrees(np.arctan2(gy, gx))


@mistake_in("edge_map")
def strictly_above(image, threshold):
    """Magnitudes equal to the limit are left out.

    "At least" includes them. Look at the comparison.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return _unless_flat(image, magnitude > limit)


@mistake_in("edge_map")
def upside_down(image, threshold):
    """Edges are found where the magnitude is below the limit, not where it reaches it.

    Look at the comparison.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return magnitude < limit


@mistake_in("edge_map")
def not_a_share(image, threshold):
    """The magnitude is compared with the threshold itself.

    The threshold is a share of the largest magnitude.
    """
    return _unless_flat(image, _magnitude(image) >= threshold)


@mistake_in("edge_map")
def share_of_the_brightest_pixel(image, threshold):
    """The threshold is taken as a share of the brightest pixel.

    It is a share of the largest magnitude.
    """
    return _unless_flat(image, _magnitude(image) >= threshold * np.max(image))


@mistake_in("edge_map")
def share_of_255(image, threshold):
    """The threshold is taken as a share of 255.

    It is a share of the largest magnitude.
    """
    return _unless_flat(image, _magnitude(image) >= threshold * 255)


@mistake_in("edge_map")
def share_of_the_mean(image, threshold):
    """The threshold is taken as a share of the mean magnitude.

    It is a share of the largest magnitude.
    """
    magnitude = _magnitude(image)
    return _unless_flat(image, magnitude >= threshold * magnitude.mean())


@mistake_in("edge_map")
def share_of_the_range(image, threshold):
    """The threshold is counted from the smallest magnitude, not from 0.

    It is a share of the largest magnitude.
    """
    magnitude = _magnitude(image)
    low, high = magnitude.min(), magnitude.max()
    return _unless_flat(image, magnitude >= low + threshold * (high - low))


@mistake_in("edge_map")
def share_of_the_pixels(image, threshold):
    """The threshold is taken as a share of the pixels (a quantile).

    It is a share of the largest magnitude.
    """
    magnitude = _magnitude(image)
    return _unless_flat(image, magnitude >= np.quantile(magnitude, threshold))


@mistake_in("edge_map")
def flat_is_all_edge(image, threshold):
    """A flat image comes out with edges.

    Its magnitude is 0, and so is any share of that. What does your comparison give for 0 and 0?
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return magnitude >= limit


@mistake_in("edge_map")
def rounding_is_an_edge(image, threshold):
    """Rounding is taken for an edge.

    A flat image need not have a magnitude of exactly 0. When is it flat? See the text above the
    exercise.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > 0)


@mistake_in("edge_map")
def one_limit_for_all_images(image, threshold):
    """A faint image is taken for a flat image: its largest magnitude is below 1e-9.

    1e-9 is not a magnitude, but a share. Of what?
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > 1e-9)


@mistake_in("edge_map")
def faint_is_flat(image, threshold):
    """An image with little contrast is taken for a flat image.

    When is an image flat? See the text above the exercise.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > 1e-2 * np.abs(image).max())


@mistake_in("edge_map")
def nearly_equal_is_flat(image, threshold):
    """An image whose pixels are nearly equal is taken for a flat image.

    When is an image flat? See the text above the exercise.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (not np.allclose(image, np.asarray(image).flat[0]))


@mistake_in("edge_map")
def negative_and_flat_is_all_edge(image, threshold):
    """A flat image of negative pixels comes out with edges.

    What is the largest absolute pixel there? In int8 even `np.abs` of -128 is -128.
    """
    magnitude, limit = _magnitude_and_limit(image, threshold)
    return (magnitude >= limit) & (magnitude.max() > right.ROUNDING * float(np.max(image)))


@mistake_in("edge_map")
def upright_edges_only(image, threshold):
    """Only gx counts, so level edges are missing.

    Which two maps make up the magnitude?
    """
    gx = np.abs(right.sobel(image)[0])
    return _unless_flat(image, (gx >= threshold * gx.max()) & (gx.max() > 0))


@mistake_in("edge_map")
def level_edges_only(image, threshold):
    """Only gy counts, so upright edges are missing.

    Which two maps make up the magnitude?
    """
    gy = np.abs(right.sobel(image)[1])
    return _unless_flat(image, (gy >= threshold * gy.max()) & (gy.max() > 0))


@mistake_in("edge_map")
def brighter_to_the_right_only(image, threshold):
    """Only places where gx is positive and large are found.

    The magnitude is made of both maps, and it has no sign.
    """
    gx = right.sobel(image)[0]
    is_flat = gx.max() <= right.ROUNDING * np.abs(np.asarray(image, float)).max()
    return (gx >= threshold * gx.max()) & ~is_flat


@mistake_in("edge_map")
def signs_cancel(image, threshold):
    """The magnitude is gx + gy, so that opposite signs cancel.

    How long is an arrow that goes 3 to the right and 4 up?
    """
    total = parts_added(*right.sobel(image))
    is_flat = total.max() <= right.ROUNDING * np.abs(np.asarray(image, float)).max()
    return (total >= threshold * total.max()) & ~is_flat


@mistake_in("edge_map")
def pixels_compared(image, threshold):
    """The pixels are compared, not their magnitudes: it finds what is bright.

    Hint 1 names four steps. Which of them is missing?
    """
    image = np.asarray(image, float)
    return image >= threshold * image.max()


@mistake_in("edge_map")
def framed(image, threshold):
    """The edge map is as large as the image: there is a border of False around it.

    How many rows and columns does Sobel's magnitude have?
    """
    return np.pad(right.edge_map(image, threshold), 1)


@mistake_in("edge_map")
def sizes_added_for_edges(image, threshold):
    """The magnitude is |gx| + |gy|.

    How long is an arrow that goes 3 to the right and 4 up?
    """
    magnitude = sizes_added(*right.sobel(image))
    return _unless_flat(image, magnitude >= threshold * magnitude.max())


@mistake_in("edge_map")
def squares_compared(image, threshold):
    """The squares of the magnitudes are compared with a share of the largest square.

    Is a root missing?
    """
    squares = _magnitude(image) ** 2
    return _unless_flat(image, squares >= threshold * squares.max())


@mistake_in("edge_map")
def zeros_and_ones(image, threshold):
    """It returns the numbers 0 and 1, not True and False.

    What does a comparison such as `>=` give?
    """
    return right.edge_map(image, threshold).astype(int)


@mistake_in("edge_map")
def black_and_white(image, threshold):
    """It returns the numbers 0 and 255, not True and False.

    What does a comparison such as `>=` give?
    """
    return right.edge_map(image, threshold) * np.uint8(255)


@mistake_in("edge_map")
def strong_magnitudes(image, threshold):
    """It returns magnitudes, with 0 where they are small.

    The question is yes or no: True or False.
    """
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
        (_EDGES,),
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
        (np.full((3, 3), -128, np.int8), 0.5),
        (np.array([[1000, 1000, 1001]] * 3), 0.5),
        (np.array([[1000, 1000, 1000.001]] * 3), 0.5),
        (_STEPS, 0.5),
        (_STEPS, 0.6),
        (_STEPS.T, 0.6),
        (_STEPS[:, ::-1], 0.5),
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

"""Wrong ways to do lesson 05's exercises."""

import numpy as np

from utils import pooling as right
from utils.mistakes import mistake_in


@mistake_in("pool2d")
def stride_one(image, size=2, stride=None, mode="max"):
    """The window moves by 1 where no stride is given. Without one, it moves by its own size."""
    return right.pool2d(image, size, 1 if stride is None else stride, mode)


@mistake_in("pool2d")
def stride_ignored(image, size=2, stride=None, mode="max"):
    """The stride is ignored: the window moves by its own size. Where a stride is given, use it."""
    return right.pool2d(image, size, None, mode)


@mistake_in("pool2d")
def stride_two(image, size=2, stride=None, mode="max"):
    """The window always moves by 2. Use `stride`, and `size` if that is None."""
    return right.pool2d(image, size, 2, mode)


@mistake_in("pool2d")
def size_ignored(image, size=2, stride=None, mode="max"):
    """The window is always 2 by 2. Use `size`."""
    return right.pool2d(image, 2, size if stride is None else stride, mode)


@mistake_in("pool2d")
def leftovers_kept(image, size=2, stride=None, mode="max"):
    """There are windows that stick out at the end of the rows or columns.
    In pool2d only whole windows count, and what is left over is dropped.
    """
    stride = size if stride is None else stride
    summarise = right.SUMMARIES[mode]
    rows, columns = (range(0, n, stride) for n in image.shape)
    values = [[summarise(image[i : i + size, j : j + size]) for j in columns] for i in rows]
    return np.array(values, dtype=float)


@mistake_in("pool2d")
def always_max(image, size=2, stride=None, mode="max"):
    """It takes the maximum in every mode. Look at `mode`."""
    return right.pool2d(image, size, stride, "max")


@mistake_in("pool2d")
def average_for_max(image, size=2, stride=None, mode="max"):
    """It averages where the maximum is asked for. Look at what belongs to which `mode`."""
    return right.pool2d(image, size, stride, {"max": "average"}.get(mode, mode))


@mistake_in("pool2d")
def minimum_for_max(image, size=2, stride=None, mode="max"):
    """It takes the smallest number in each window where the largest is asked for. Look at the
    comparison, or at the name of the function.
    """
    if mode != "max":
        return right.pool2d(image, size, stride, mode)
    return -right.pool2d(-np.asarray(image, float), size, stride)


@mistake_in("pool2d")
def sum_for_average(image, size=2, stride=None, mode="max"):
    """The sum is not divided by the number of pixels in a window: mode "average" asks for that."""
    return right.pool2d(image, size, stride, {"average": "sum"}.get(mode, mode))


@mistake_in("pool2d")
def average_for_sum(image, size=2, stride=None, mode="max"):
    """The sum is divided by the number of pixels. Mode "sum" does not divide."""
    return right.pool2d(image, size, stride, {"sum": "average"}.get(mode, mode))


@mistake_in("pool2d")
def divided_by_side(image, size=2, stride=None, mode="max"):
    """The average divides by the window's side. It has size * size pixels."""
    pooled = right.pool2d(image, size, stride, mode)
    return pooled * size if mode == "average" else pooled


@mistake_in("pool2d")
def divided_by_four(image, size=2, stride=None, mode="max"):
    """The average always divides by 4. A window has size * size pixels."""
    pooled = right.pool2d(image, size, stride, mode)
    return pooled * size**2 / 4 if mode == "average" else pooled


@mistake_in("pool2d")
def divided_by_stride(image, size=2, stride=None, mode="max"):
    """The average divides by the stride's square. A window has size * size pixels."""
    pooled = right.pool2d(image, size, stride, mode)
    return pooled * (size / (stride or size)) ** 2 if mode == "average" else pooled


@mistake_in("pool2d")
def largest_starts_at_zero(image, size=2, stride=None, mode="max"):
    """The search for the maximum starts at 0, so negative windows give 0. Start from a pixel."""
    pooled = right.pool2d(image, size, stride, mode)
    return np.maximum(pooled, 0) if mode == "max" else pooled


@mistake_in("pool2d")
def largest_without_sign(image, size=2, stride=None, mode="max"):
    """It takes the largest number without regard to its sign. -3 is smaller than 1."""
    image = np.abs(np.asarray(image, float)) if mode == "max" else image
    return right.pool2d(image, size, stride, mode)


@mistake_in("pool2d")
def last_position_missing(image, size=2, stride=None, mode="max"):
    """The last row and the last column of windows are missing. Count the whole windows again."""
    return right.pool2d(image, size, stride, mode)[:-1, :-1]


@mistake_in("pool2d")
def sums_wrapped(image, size=2, stride=None, mode="max"):
    """The pixels are added up in small integers and wrap around (in uint8, 200 + 100 is 44).
    Turn the image into float first.
    """
    image = np.asarray(image)
    if mode == "max":
        return right.pool2d(image, size, stride)
    total = right.pool2d(image, size, stride, "sum").astype(np.int64).astype(image.dtype)
    return total / size**2 if mode == "average" else total


@mistake_in("pool2d")
def average_cut(image, size=2, stride=None, mode="max"):
    """The average is cut to a whole number. Divide with `/` and keep the fraction."""
    pooled = right.pool2d(image, size, stride, mode)
    return np.floor(pooled) if mode == "average" else pooled


@mistake_in("pool2d")
def same_dtype_as_image(image, size=2, stride=None, mode="max"):
    """The results are kept in the image's own dtype, which cannot hold them: fractions are cut off
    or large numbers wrap around. Make the output an array of floats.
    """
    pooled = right.pool2d(image, size, stride, mode)
    return pooled.astype(np.int64).astype(np.asarray(image).dtype)


@mistake_in("pool2d")
def first_pixel(image, size=2, stride=None, mode="max"):
    """It takes the top left pixel of each window and looks at no other. Look at the slice that
    makes the window.
    """
    return _one_pixel(image, size, stride, 0)


@mistake_in("pool2d")
def last_pixel(image, size=2, stride=None, mode="max"):
    """It takes the bottom right pixel of each window and looks at no other. Look at the slice that
    makes the window.
    """
    return _one_pixel(image, size, stride, size - 1)


@mistake_in("pool2d")
def output_transposed(image, size=2, stride=None, mode="max"):
    """Rows and columns of the output are swapped: [i, j] is the window i strides down, j across."""
    return right.pool2d(image, size, stride, mode).T


@mistake_in("max_pool_same")
def zeros_win(image, size=2, stride=2):
    """The padding is 0, and wins where all pixels in a window are negative.
    Cut the windows off at the border, or pad with something that is never the largest.
    """
    return right.pool2d(_padded(image, size, stride, constant_values=0), size, stride)


@mistake_in("max_pool_same")
def leftovers_dropped(image, size=2, stride=2):
    """The rows and columns left over at the end are dropped. "Same" gives them windows too:
    the output has ceil(n / stride) numbers along an axis.
    """
    return right.pool2d(image, size, stride)


@mistake_in("max_pool_same")
def all_padding_after(image, size=2, stride=2):
    """The first window starts at the first pixel, and all padding lies at the end.
    Half of it belongs before: windows of 3 can stick out at the top and left as well.
    """
    border = [(0, sum(right.same_border(n, size, stride))) for n in np.shape(image)]
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def all_padding_before(image, size=2, stride=2):
    """All padding lies at the top and left. Half of it belongs after, and the odd one too."""
    border = [(sum(right.same_border(n, size, stride)), 0) for n in np.shape(image)]
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def odd_one_before(image, size=2, stride=2):
    """The windows stick out at the top and left where they should at the bottom and right.
    If the padding is odd, the one more goes after.
    """
    swapped = [right.same_border(n, size, stride)[::-1] for n in np.shape(image)]
    return right.pool2d(_pad(image, swapped), size, stride)


@mistake_in("max_pool_same")
def padding_of_stride_one(image, size=2, stride=2):
    """The padding is size - 1, whatever the stride. How much is needed depends on where the last
    window starts.
    """
    border = [((size - 1) // 2, size // 2)] * 2
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def half_a_window_around(image, size=2, stride=2):
    """The image is padded by size // 2 on all four sides. How much is needed depends on the
    image's height and width, on size and on stride.
    """
    return right.pool2d(_pad(image, [(size // 2, size // 2)] * 2), size, stride)


@mistake_in("max_pool_same")
def same_stride_ignored(image, size=2, stride=2):
    """The stride is ignored: the window moves by its own size."""
    return right.max_pool_same(image, size, size)


@mistake_in("max_pool_same")
def same_stride_one(image, size=2, stride=2):
    """The window moves by 1, so that the output is as large as the image.
    "Same" means ceil(n / stride); that is n for stride 1 alone.
    """
    return right.max_pool_same(image, size, 1)


@mistake_in("max_pool_same")
def same_size_two(image, size=2, stride=2):
    """The window is always 2 by 2. Use `size`."""
    return right.max_pool_same(image, 2, stride)


@mistake_in("max_pool_same")
def averaged(image, size=2, stride=2):
    """It averages. Max pooling takes the largest pixel in each window."""
    padded = _padded(image, size, stride, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))[::stride, ::stride]
    return np.nanmean(windows, axis=(2, 3))


@mistake_in("max_pool_same")
def same_sizes_swapped(image, size=2, stride=2):
    """Height and width are swapped where the padding is worked out: shape[0] is the height."""
    swapped = [right.same_border(n, size, stride) for n in np.shape(image)[::-1]]
    return right.pool2d(_pad(image, swapped), size, stride)


@mistake_in("global_pool")
def the_other_mode(volume, mode="max"):
    """The two modes are swapped. Look at which branch is which."""
    return right.global_pool(volume, "average" if mode == "max" else "max")


@mistake_in("global_pool")
def global_always_max(volume, mode="max"):
    """It takes the maximum in both modes. Look at `mode`."""
    return right.global_pool(volume, "max")


@mistake_in("global_pool")
def global_always_average(volume, mode="max"):
    """It averages in both modes. Look at `mode`."""
    return right.global_pool(volume, "average")


@mistake_in("global_pool")
def across_channels(volume, mode="max"):
    """It summarises across the channels and keeps the positions.
    Summarise each channel over all its positions: axis=(0, 1).
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=-1)


@mistake_in("global_pool")
def one_number_for_all(volume, mode="max"):
    """It returns one number for all channels together. Each channel gives a number of its own."""
    return right.SUMMARIES[mode](np.asarray(volume, float))


@mistake_in("global_pool")
def rows_alone(volume, mode="max"):
    """It summarises along one axis alone. Height and width both have to go."""
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=0)


@mistake_in("global_pool")
def axes_kept(volume, mode="max"):
    """The result still has three axes. It should have one, with a number for each channel."""
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=(0, 1), keepdims=True)


@mistake_in("global_pool")
def channels_mixed(volume, mode="max"):
    """The pixels of different channels are mixed: reshape(channels, -1) does not move the last
    axis to the front.
    """
    volume = np.asarray(volume, float)
    return right.SUMMARIES[mode](volume.reshape(volume.shape[-1], -1), axis=1)


@mistake_in("global_pool")
def summed(volume, mode="max"):
    """It adds up and does not divide: the average divides by the number of positions."""
    if mode == "average":
        return np.asarray(volume, float).sum(axis=(0, 1))
    return right.global_pool(volume, mode)


@mistake_in("global_pool")
def global_starts_at_zero(volume, mode="max"):
    """The search for the maximum starts at 0, so a channel of negative numbers gives 0. Look at the
    number that it starts from.
    """
    pooled = right.global_pool(volume, mode)
    return np.maximum(pooled, 0) if mode == "max" else pooled


@mistake_in("global_pool")
def global_average_cut(volume, mode="max"):
    """The average is cut to a whole number. Keep the fraction."""
    pooled = right.global_pool(volume, mode)
    return np.floor(pooled) if mode == "average" else pooled


@mistake_in("shift")
def wraps_around(image, dx, dy=0):
    """What leaves at one side comes back at the other (np.roll does that). Zeros should come in."""
    return np.roll(image, (dy, dx), axis=(0, 1))


@mistake_in("shift")
def far_wraps(image, dx, dy=0):
    """A shift larger than the image starts over. Everything has left the frame: all is 0."""
    height, width = np.shape(image)[:2]
    return right.shift(image, int(np.fmod(dx, width)), int(np.fmod(dy, height)))


@mistake_in("shift")
def far_stays(image, dx, dy=0):
    """A shift larger than the image does nothing. Everything has left the frame: all is 0."""
    height, width = np.shape(image)[:2]
    return right.shift(image, dx if abs(dx) < width else 0, dy if abs(dy) < height else 0)


@mistake_in("shift")
def far_stops(image, dx, dy=0):
    """A shift stops while a row or column is still in the frame.
    When it is as large as the image, all is 0.
    """
    height, width = np.shape(image)[:2]
    dx, dy = min(max(dx, 1 - width), width - 1), min(max(dy, 1 - height), height - 1)
    return right.shift(image, dx, dy)


@mistake_in("shift")
def left_for_right(image, dx, dy=0):
    """It moves left where it should move right. A positive dx goes to higher columns."""
    return right.shift(image, -dx, dy)


@mistake_in("shift")
def up_for_down(image, dx, dy=0):
    """It moves up where it should move down. Row 0 is at the top, so down is to higher rows."""
    return right.shift(image, dx, -dy)


@mistake_in("shift")
def other_direction(image, dx, dy=0):
    """It moves the wrong way: a positive dx goes right, and a positive dy goes down."""
    return right.shift(image, -dx, -dy)


@mistake_in("shift")
def axes_swapped(image, dx, dy=0):
    """The two shifts are swapped: dx moves along a row, to other columns."""
    return right.shift(image, dy, dx)


@mistake_in("shift")
def dy_ignored(image, dx, dy=0):
    """The shift dy is ignored. It moves the picture down."""
    return right.shift(image, dx)


@mistake_in("shift")
def dx_ignored(image, dx, dy=0):
    """The shift dx is ignored. It moves the picture to the right."""
    return right.shift(image, 0, dy)


@mistake_in("shift")
def border_repeated(image, dx, dy=0):
    """The pixels at the border are repeated. Zeros should come in."""
    image = np.asarray(image)
    rows = np.clip(np.arange(image.shape[0]) - dy, 0, image.shape[0] - 1)
    columns = np.clip(np.arange(image.shape[1]) - dx, 0, image.shape[1] - 1)
    return image[rows][:, columns]


@mistake_in("shift")
def old_place_kept(image, dx, dy=0):
    """The old picture is still there where nothing moved in. Start from an array of zeros."""
    image = np.asarray(image)
    arrived = right.shift(np.ones(image.shape, bool), dx, dy)
    return np.where(arrived, right.shift(image, dx, dy), image)


@mistake_in("shift")
def negative_ignored(image, dx, dy=0):
    """Negative shifts do nothing. They move the picture left and up."""
    return right.shift(image, max(dx, 0), max(dy, 0))


@mistake_in("shift")
def without_sign(image, dx, dy=0):
    """Negative shifts move as positive ones do. They should move left and up."""
    return right.shift(image, abs(dx), abs(dy))


@mistake_in("shift")
def channels_moved(image, dx, dy=0):
    """In a colour image the wrong axes are moved. Rows are axis 0 and columns axis 1, always."""
    image = np.asarray(image)
    if image.ndim == 2:
        return right.shift(image, dx, dy)
    return np.moveaxis(right.shift(np.moveaxis(image, 0, -1), dx, dy), -1, 0)


def _one_pixel(image, size, stride, offset):
    """Return one pixel of each window, at the same place in all."""
    rows, columns = right.pool2d(image, size, stride).shape
    stride = size if stride is None else stride
    return np.asarray(image)[offset::stride, offset::stride][:rows, :columns]


def _pad(image, border):
    """Pad with minus infinity, so that what is wrong is the border's width alone."""
    return np.pad(np.asarray(image, float), border, constant_values=-np.inf)


def _padded(image, size, stride, **options):
    """Pad by the right number of pixels, in some other way."""
    border = [right.same_border(n, size, stride) for n in np.shape(image)]
    return np.pad(np.asarray(image, float), border, **options)


_FALLING = np.array([[9, 5, 7], [6, 8, 4]])
_MIXED = np.array([[-3, 1, -5, -2], [2, -4, -8, -6], [4, 0, 7, 9], [3, 1, 8, 6]])
_ROWS = np.array([[8, 3, 5, 1, 6], [2, 7, 4, 9, 0], [6, 1, 3, 5, 2]])
_NEGATIVE = np.array([[-5, -2, -7], [-3, -8, -4], [-9, -6, -1]])
_BYTES = np.array([[200, 100], [100, 201]], np.uint8)
EXAMPLES = {
    "pool2d": [
        (np.array([[3, 1], [2, 0]]),),
        (np.array([[-4, -1], [-2, -3]]),),
        (np.array([[-4e12, -1e12], [-2e12, -3e12]]),),
        (np.array([[3, 1], [2, 0]]), 2, None, "average"),
        (np.array([[3, 1], [2, 0]]), 2, None, "sum"),
        (_BYTES, 2, None, "sum"),
        (_BYTES, 2, None, "average"),
        (np.array([[4, 9, 2], [3, 5, 7], [8, 1, 6]]), 3),
        (np.array([[4, 9, 2], [3, 5, 7], [8, 1, 6]]), 3, None, "average"),
        (_FALLING,),
        (_FALLING, 2, 1),
        (np.array([[9, 5, 7, 3], [6, 8, 4, 2]]),),
        (_ROWS, 2, 1),
        (_ROWS, 2, 1, "average"),
        (_ROWS, 2, 3),
        (_ROWS, 1, 2),
        (_MIXED,),
        (_MIXED, 3, 1),
        (_MIXED, 3, 1, "average"),
        (np.vstack([_ROWS, _ROWS + 1]), 3, 2),
        (np.vstack([_ROWS, _ROWS + 1]).T, 3, 2),
    ],
    "max_pool_same": [
        (np.array([[3, 1], [2, 0]]),),
        (np.array([[-5, -2, -7]]),),
        (np.array([[-5], [-2], [-7]]),),
        (np.array([[-5e12, -2e12, -7e12]]),),
        (_FALLING,),
        (_NEGATIVE,),
        (_NEGATIVE, 3, 1),
        (_NEGATIVE, 3, 2),
        (_NEGATIVE, 2, 1),
        (_ROWS, 3, 2),
        (_MIXED, 3, 2),
        (_MIXED, 3, 1),
        (_MIXED, 2, 3),
        (_ROWS, 2, 3),
        (_ROWS.T, 3, 2),
        (np.vstack([_MIXED, _MIXED]), 3, 3),
        (np.vstack([_ROWS, _ROWS - 9]), 4, 3),
    ],
    "global_pool": [
        (np.array([[[3.0, -1.0]], [[2.0, -4.0]]]),),
        (np.array([[[3.0, -1.0]], [[2.0, -4.0]]]), "average"),
        (np.arange(12, 0, -1).reshape(2, 3, 2) % 7,),
        (np.arange(12, 0, -1).reshape(2, 3, 2) % 7, "average"),
        (np.arange(12, 0, -1).reshape(2, 2, 3) % 7, "average"),
    ],
    "shift": [
        (np.array([[1, 2, 3]]), 1),
        (np.array([[1, 2, 3]]), -1),
        (np.array([[1], [2], [3]]), 0, 1),
        (np.array([[1], [2], [3]]), 0, -1),
        (np.array([[1, 2, 3]]), 3),
        (np.array([[1, 2, 3]]), 4),
        (np.array([[1, 2, 3]]), -4),
        (np.array([[1, 2], [3, 4]]), 0, 3),
        (np.array([[1, 2], [3, 4]]), 0, -3),
        (np.array([[1, 2, 3], [4, 5, 6]]), 1, 1),
        (np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), 1, -1),
        (np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), -1, 0),
        (np.arange(1, 13).reshape(2, 3, 2), 1),
        (np.arange(1, 13).reshape(2, 3, 2), -1, 1),
    ],
}

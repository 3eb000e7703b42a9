"""Wrong ways to do lesson 05's exercises."""

import contextlib

import numpy as np

from utils import pooling as right
from utils.mistakes import mistake_in


@mistake_in("pool2d")
def stride_one(image, size=2, stride=None, mode="max"):
    """Where no stride is given, the window moves by 1.

    What does `stride=None` stand for?
    """
    return right.pool2d(image, size, 1 if stride is None else stride, mode)


@mistake_in("pool2d")
def stride_ignored(image, size=2, stride=None, mode="max"):
    """The stride is ignored: the window moves by its own size.

    What becomes of `stride` when it is not None?
    """
    return right.pool2d(image, size, None, mode)


@mistake_in("pool2d")
def stride_two(image, size=2, stride=None, mode="max"):
    """The window always moves by 2.

    Where should the 2 come from?
    """
    return right.pool2d(image, size, 2, mode)


@mistake_in("pool2d")
def stride_always_one(image, size=2, stride=None, mode="max"):
    """The window always moves by 1.

    Where does your code use `stride`? Look at where a window begins, and at how many there are.
    """
    return right.pool2d(image, size, 1, mode)


@mistake_in("pool2d")
def stride_forgotten(image, size=2, stride=None, mode="max"):
    """Window [i, j] is taken at pixel [i, j], without the stride.

    With a stride of 3, in which row does window number 2 begin? Look at the slice.
    """
    return _with_windows(image, size, stride, mode, step=(1, 1))


@mistake_in("pool2d")
def stride_forgotten_across(image, size=2, stride=None, mode="max"):
    """The windows move by the stride down the rows, but by 1 across the columns.

    With a stride of 3, in which column does window number 2 begin? Look at both parts of the slice.
    """
    return _with_windows(image, size, stride, mode, step=(stride or size, 1))


@mistake_in("pool2d")
def stride_forgotten_down(image, size=2, stride=None, mode="max"):
    """The windows move by the stride across the columns, but by 1 down the rows.

    With a stride of 3, in which row does window number 2 begin? Look at both parts of the slice.
    """
    return _with_windows(image, size, stride, mode, step=(1, stride or size))


@mistake_in("pool2d")
def moved_by_size(image, size=2, stride=None, mode="max"):
    """The windows are counted by the stride, but each begins at a multiple of the size.

    With windows of 3 and a stride of 2, in which row does window number 2 begin?
    """
    return _with_windows(image, size, stride, mode, step=(size, size))


@mistake_in("pool2d")
def counted_by_size(image, size=2, stride=None, mode="max"):
    """The windows are counted as if they moved by their own size, whatever the stride.

    How many windows of 3 fit into a row of 5 if they move by 1?
    """
    count = [n // size for n in np.shape(image)]
    return _with_windows(image, size, stride, mode, count=count)


@mistake_in("pool2d")
def as_many_across_as_down(image, size=2, stride=None, mode="max"):
    """There are as many windows across as down, whatever the width.

    What do you compute the number of columns from?
    """
    rows, _ = right.pool2d(image, size, stride).shape
    return _with_windows(image, size, stride, mode, count=(rows, rows))


@mistake_in("pool2d")
def as_large_as_the_stride(image, size=2, stride=None, mode="max"):
    """The window is as large as the stride, not as `size`.

    Look at where the slice ends.
    """
    return _with_windows(image, size, stride, mode, extent=stride or size)


@mistake_in("pool2d")
def window_too_small(image, size=2, stride=None, mode="max"):
    """The last row and the last column of every window are left out.

    A slice leaves out its end. How many pixels are in `row[4:6]`?
    """
    return _with_windows(image, size, stride, mode, extent=size - 1)


@mistake_in("pool2d")
def window_too_large(image, size=2, stride=None, mode="max"):
    """Every window takes in one row and one column too many.

    A slice leaves out its end. How many pixels are in `row[4:6]`?
    """
    return _with_windows(image, size, stride, mode, extent=size + 1)


@mistake_in("pool2d")
def size_ignored(image, size=2, stride=None, mode="max"):
    """The window is always 2 by 2.

    Where should the 2 come from?
    """
    return right.pool2d(image, 2, size if stride is None else stride, mode)


@mistake_in("pool2d")
def leftovers_kept(image, size=2, stride=None, mode="max"):
    """There are windows that stick out at the end of the rows or columns.

    In pool2d only whole windows count. How many windows of 2 fit into a row of 5?
    """
    stride = size if stride is None else stride
    summarise = right.SUMMARIES[mode]
    rows, columns = (range(0, n, stride) for n in image.shape)
    values = [[summarise(image[i : i + size, j : j + size]) for j in columns] for i in rows]
    return np.array(values, dtype=float)


@mistake_in("pool2d")
def always_max(image, size=2, stride=None, mode="max"):
    """It takes the maximum in every mode.

    Look at `mode`.
    """
    return right.pool2d(image, size, stride, "max")


@mistake_in("pool2d")
def always_average(image, size=2, stride=None, mode="max"):
    """It averages in every mode.

    Look at `mode`.
    """
    return right.pool2d(image, size, stride, "average")


@mistake_in("pool2d")
def average_for_max(image, size=2, stride=None, mode="max"):
    """It averages where the maximum is asked for.

    Look at what belongs to which `mode`.
    """
    return right.pool2d(image, size, stride, {"max": "average"}.get(mode, mode))


@mistake_in("pool2d")
def minimum_for_max(image, size=2, stride=None, mode="max"):
    """It takes the smallest number in each window where the largest is asked for.

    Look at the comparison, or at the name of the function.
    """
    if mode != "max":
        return right.pool2d(image, size, stride, mode)
    return -right.pool2d(-np.asarray(image, float), size, stride)


@mistake_in("pool2d")
def sum_for_average(image, size=2, stride=None, mode="max"):
    """The sum is not divided by the number of pixels where the average is asked for.

    How many pixels does a window hold?
    """
    return right.pool2d(image, size, stride, {"average": "sum"}.get(mode, mode))


@mistake_in("pool2d")
def average_for_sum(image, size=2, stride=None, mode="max"):
    """The sum is divided by the number of pixels where the sum itself is asked for.

    Look at what belongs to which `mode`.
    """
    return right.pool2d(image, size, stride, {"sum": "average"}.get(mode, mode))


@mistake_in("pool2d")
def divided_by_side(image, size=2, stride=None, mode="max"):
    """The average divides by the window's side.

    How many pixels does a window of 3 by 3 hold?
    """
    pooled = right.pool2d(image, size, stride, mode)
    return pooled * size if mode == "average" else pooled


@mistake_in("pool2d")
def divided_by_four(image, size=2, stride=None, mode="max"):
    """The average always divides by 4.

    How many pixels does a window of 3 by 3 hold?
    """
    pooled = right.pool2d(image, size, stride, mode)
    return pooled * size**2 / 4 if mode == "average" else pooled


@mistake_in("pool2d")
def divided_by_stride(image, size=2, stride=None, mode="max"):
    """The average divides by the square of the stride.

    Which numbers are added up, and how many are they?
    """
    pooled = right.pool2d(image, size, stride, mode)
    return pooled * (size / (stride or size)) ** 2 if mode == "average" else pooled


@mistake_in("pool2d")
def largest_starts_at_zero(image, size=2, stride=None, mode="max"):
    """Where all numbers in a window are negative, the maximum is 0.

    From which number does your search for the largest start?
    """
    pooled = right.pool2d(image, size, stride, mode)
    return np.maximum(pooled, 0) if mode == "max" else pooled


@mistake_in("pool2d")
def largest_without_sign(image, size=2, stride=None, mode="max"):
    """It takes the largest number without regard to its sign.

    Which is larger, -8 or 1?
    """
    image = np.abs(np.asarray(image, float)) if mode == "max" else image
    return right.pool2d(image, size, stride, mode)


@mistake_in("pool2d")
def last_position_missing(image, size=2, stride=None, mode="max"):
    """The last row and the last column of windows are missing.

    How many windows of 2 fit into a row of 4?
    """
    return right.pool2d(image, size, stride, mode)[:-1, :-1]


@mistake_in("pool2d")
def last_windows_zero(image, size=2, stride=None, mode="max"):
    """The last row and the last column of the result are 0.

    Does each loop reach its last window? A `range` leaves out its end.
    """
    pooled = right.pool2d(image, size, stride, mode)
    pooled[-1], pooled[:, -1] = 0, 0
    return pooled


@mistake_in("pool2d")
def sums_wrapped(image, size=2, stride=None, mode="max"):
    """The sums wrap around, because the image's dtype cannot hold them: in uint8, 200 + 100 is 44.

    Which dtype do the pixels have while they are added up?
    """
    image = np.asarray(image)
    if mode == "max" or image.dtype.kind == "f":
        return right.pool2d(image, size, stride, mode)
    total = right.pool2d(image, size, stride, "sum").astype(np.int64).astype(image.dtype)
    return total / size**2 if mode == "average" else total


@mistake_in("pool2d")
def average_cut(image, size=2, stride=None, mode="max"):
    """The average is rounded down to a whole number.

    Does the division keep the fraction, and can the output hold it?
    """
    pooled = right.pool2d(image, size, stride, mode)
    return np.floor(pooled) if mode == "average" else pooled


@mistake_in("pool2d")
def same_dtype_as_image(image, size=2, stride=None, mode="max"):
    """The results are kept in the image's dtype, which cannot hold them: fractions are cut off, or
    large numbers wrap around.

    Which dtype has the array that you fill?
    """
    pooled, dtype = right.pool2d(image, size, stride, mode), np.asarray(image).dtype
    return pooled if dtype.kind == "f" else pooled.astype(np.int64).astype(dtype)


@mistake_in("pool2d")
def fractions_cut(image, size=2, stride=None, mode="max"):
    """The results are whole numbers: the fractions are cut off.

    Which dtype has the array that you fill?
    """
    return right.pool2d(image, size, stride, mode).astype(np.int64)


@mistake_in("pool2d")
def first_pixel(image, size=2, stride=None, mode="max"):
    """It takes the top left pixel of each window and looks at no other.

    Look at the slice that takes the window. How many pixels does it hold?
    """
    return _one_pixel(image, size, stride, 0)


@mistake_in("pool2d")
def last_pixel(image, size=2, stride=None, mode="max"):
    """It takes the bottom right pixel of each window and looks at no other.

    Look at the slice that takes the window. How many pixels does it hold?
    """
    return _one_pixel(image, size, stride, size - 1)


@mistake_in("pool2d")
def output_transposed(image, size=2, stride=None, mode="max"):
    """Rows and columns of the result are swapped.

    Which of your two loops runs down the rows?
    """
    return right.pool2d(image, size, stride, mode).T


@mistake_in("max_pool_same")
def zeros_win(image, size=2, stride=2):
    """The padding counts as 0, and wins where all pixels of a window are negative.

    Which number is never the largest? Or can a window be cut off at the border instead?
    """
    return right.pool2d(_padded(image, size, stride, constant_values=0), size, stride)


@mistake_in("max_pool_same")
def leftovers_dropped(image, size=2, stride=2):
    """The rows and columns left over at the end are dropped.

    With "same" the leftovers get windows too. How many windows of 2 does a row of 7 get?
    """
    return right.pool2d(image, size, stride)


@mistake_in("max_pool_same")
def rounded_down(image, size=2, stride=2):
    """The number of windows, n / stride, is rounded down.

    With "same", how many windows of 2 does a row of 7 get, if they move by 2?
    """
    count = [n // stride for n in np.shape(image)]
    totals = [max((n // stride - 1) * stride + size - n, 0) for n in np.shape(image)]
    border = [(total // 2, total - total // 2) for total in totals]
    return _with_windows(_pad(image, border), size, stride, "max", count=count)


@mistake_in("max_pool_same")
def all_padding_after(image, size=2, stride=2):
    """The first window begins at the first pixel: all padding is at the end.

    How is the padding shared between the two ends?
    """
    border = [(0, sum(right.same_border(n, size, stride))) for n in np.shape(image)]
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def all_padding_before(image, size=2, stride=2):
    """The last window ends at the last pixel: all padding is at the top and left.

    How is the padding shared between the two ends?
    """
    border = [(sum(right.same_border(n, size, stride)), 0) for n in np.shape(image)]
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def all_padding_at_both_ends(image, size=2, stride=2):
    """Each end gets all of the padding.

    The padding is shared between the two ends.
    """
    border = [(sum(right.same_border(n, size, stride)),) * 2 for n in np.shape(image)]
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def odd_one_before(image, size=2, stride=2):
    """Where the padding is odd, the odd pixel is added at the top or left.

    At which end does Keras add the odd pixel?
    """
    swapped = [right.same_border(n, size, stride)[::-1] for n in np.shape(image)]
    return right.pool2d(_pad(image, swapped), size, stride)


@mistake_in("max_pool_same")
def padding_of_stride_one(image, size=2, stride=2):
    """The padding is size - 1 pixels, whatever the stride.

    Where does the last window begin, and how far does it reach?
    """
    border = [((size - 1) // 2, size // 2)] * 2
    return right.pool2d(_pad(image, border), size, stride)


@mistake_in("max_pool_same")
def half_a_window_around(image, size=2, stride=2):
    """The image is padded by half a window on all four sides.

    Where does the last window begin, and how far does it reach?
    """
    return right.pool2d(_pad(image, [(size // 2, size // 2)] * 2), size, stride)


@mistake_in("max_pool_same")
def same_stride_ignored(image, size=2, stride=2):
    """The stride is ignored: the window moves by its own size.

    Where is `stride` used?
    """
    return right.max_pool_same(image, size, size)


@mistake_in("max_pool_same")
def same_stride_one(image, size=2, stride=2):
    """The window always moves by 1, so that the output is as large as the image.

    Where is `stride` used?
    """
    return right.max_pool_same(image, size, 1)


@mistake_in("max_pool_same")
def same_stride_forgotten(image, size=2, stride=2):
    """Window [i, j] is taken at pixel [i, j], without the stride.

    With a stride of 3, in which row does window number 2 begin? Look at the slice.
    """
    padded = _padded(image, size, stride, constant_values=-np.inf)
    return _with_windows(padded, size, stride, "max", step=(1, 1))


@mistake_in("max_pool_same")
def same_size_two(image, size=2, stride=2):
    """The window is always 2 by 2.

    Where should the 2 come from?
    """
    return right.max_pool_same(image, 2, stride)


@mistake_in("max_pool_same")
def averaged(image, size=2, stride=2):
    """It averages the pixels of each window.

    What does max pooling keep of a window?
    """
    padded = _padded(image, size, stride, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))[::stride, ::stride]
    return np.nanmean(windows, axis=(2, 3))


@mistake_in("max_pool_same")
def same_sizes_swapped(image, size=2, stride=2):
    """Height and width are swapped where the padding is computed.

    Which number of the shape is the height?
    """
    swapped = [right.same_border(n, size, stride) for n in np.shape(image)[::-1]]
    return right.pool2d(_pad(image, swapped), size, stride)


@mistake_in("max_pool_same")
def padding_of_the_rows_for_both(image, size=2, stride=2):
    """The padding of the rows is used for the columns as well.

    Each axis has its n. What is the padding of the columns computed from?
    """
    border = right.same_border(np.shape(image)[0], size, stride)
    return right.pool2d(_pad(image, [border, border]), size, stride)


@mistake_in("global_pool")
def the_other_mode(volume, mode="max"):
    """The two modes are swapped.

    Look at which branch is which.
    """
    return right.global_pool(volume, "average" if mode == "max" else "max")


@mistake_in("global_pool")
def global_always_max(volume, mode="max"):
    """It takes the maximum in both modes.

    Look at `mode`.
    """
    return right.global_pool(volume, "max")


@mistake_in("global_pool")
def global_always_average(volume, mode="max"):
    """It averages in both modes.

    Look at `mode`.
    """
    return right.global_pool(volume, "average")


@mistake_in("global_pool")
def across_channels(volume, mode="max"):
    """It summarises across the channels and keeps the positions.

    A channel is a whole map. Which axes hold its positions?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=-1)


@mistake_in("global_pool")
def rows_for_channels(volume, mode="max"):
    """Each row is taken for a channel.

    In the shape (H, W, C), which axis holds the channels?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=(1, 2))


@mistake_in("global_pool")
def columns_for_channels(volume, mode="max"):
    """Each column is taken for a channel.

    In the shape (H, W, C), which axis holds the channels?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=(0, 2))


@mistake_in("global_pool")
def first_rows_for_channels(volume, mode="max"):
    """Channel c gets the number of row c.

    What does `volume[c]` pick out? In the shape (H, W, C), which axis holds the channels?
    """
    rows = [volume[channel] for channel in range(volume.shape[-1])]
    return np.array([right.SUMMARIES[mode](np.asarray(row, float)) for row in rows])


@mistake_in("global_pool")
def one_number_for_all(volume, mode="max"):
    """It returns one number for all channels together.

    Which axis should stay?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float))


@mistake_in("global_pool")
def rows_alone(volume, mode="max"):
    """It summarises down the rows only: every column keeps its number.

    How many axes should be left?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=0)


@mistake_in("global_pool")
def columns_alone(volume, mode="max"):
    """It summarises across the columns only: every row keeps its number.

    How many axes should be left?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=1)


@mistake_in("global_pool")
def axes_kept(volume, mode="max"):
    """The result still has three axes.

    How many numbers does each channel give, and how many axes does a list of them have?
    """
    return right.SUMMARIES[mode](np.asarray(volume, float), axis=(0, 1), keepdims=True)


@mistake_in("global_pool")
def channels_mixed(volume, mode="max"):
    """The numbers of different channels are mixed.

    `reshape` reads the numbers in their order, and the channels are the last axis. Try it on a
    volume with two channels.
    """
    volume = np.asarray(volume, float)
    return right.SUMMARIES[mode](volume.reshape(volume.shape[-1], -1), axis=1)


@mistake_in("global_pool")
def summed(volume, mode="max"):
    """The sum is not divided where the average is asked for.

    How many positions does a map have?
    """
    if mode == "average":
        return np.asarray(volume, float).sum(axis=(0, 1))
    return right.global_pool(volume, mode)


@mistake_in("global_pool")
def divided_by_height(volume, mode="max"):
    """The average divides by the height only.

    How many positions does a map of 2 by 3 have? `len` counts the rows.
    """
    pooled = right.global_pool(volume, mode)
    return pooled * volume.shape[1] if mode == "average" else pooled


@mistake_in("global_pool")
def divided_by_all(volume, mode="max"):
    """The average divides by the number of values in all channels.

    How many numbers of a channel are added up?
    """
    pooled = right.global_pool(volume, mode)
    return pooled / volume.shape[-1] if mode == "average" else pooled


@mistake_in("global_pool")
def last_channel_zero(volume, mode="max"):
    """The number of the last channel is 0.

    Does the loop reach the last channel? A `range` leaves out its end.
    """
    pooled = right.global_pool(volume, mode)
    pooled[-1] = 0
    return pooled


@mistake_in("global_pool")
def global_starts_at_zero(volume, mode="max"):
    """Where all numbers in a channel are negative, the maximum is 0.

    From which number does your search for the largest start?
    """
    pooled = right.global_pool(volume, mode)
    return np.maximum(pooled, 0) if mode == "max" else pooled


@mistake_in("global_pool")
def global_average_cut(volume, mode="max"):
    """The average is rounded down to a whole number.

    Does the division keep the fraction, and can the output hold it?
    """
    pooled = right.global_pool(volume, mode)
    return np.floor(pooled) if mode == "average" else pooled


@mistake_in("shift")
def wraps_around(image, dx, dy=0):
    """What leaves at one side comes back at the other.

    Zeros should come in. Is the cause `np.roll`, or a negative index?
    """
    return np.roll(image, (dy, dx), axis=(0, 1))


@mistake_in("shift")
def positive_wraps_around(image, dx, dy=0):
    """With a positive shift, what leaves at one side comes back at the other.

    To Python, row -1 is the last row. What has to hold for an index that lies in the frame?
    """
    image = np.asarray(image)
    moved = np.zeros_like(image)
    for i, j in np.ndindex(image.shape[:2]):
        with contextlib.suppress(IndexError):
            moved[i, j] = image[i - dy, j - dx]
    return moved


@mistake_in("shift")
def negative_wraps_around(image, dx, dy=0):
    """With a negative shift, what leaves at one side comes back at the other.

    To Python, row -1 is the last row. What has to hold for an index that lies in the frame?
    """
    image = np.asarray(image)
    moved = np.zeros_like(image)
    for i, j in np.ndindex(image.shape[:2]):
        with contextlib.suppress(IndexError):
            moved[i + dy, j + dx] = image[i, j]
    return moved


@mistake_in("shift")
def far_wraps(image, dx, dy=0):
    """A shift larger than the image starts over.

    What is left in the frame when a row of three moves by 4?
    """
    height, width = np.shape(image)[:2]
    return right.shift(image, int(np.fmod(dx, width)), int(np.fmod(dy, height)))


@mistake_in("shift")
def far_stays(image, dx, dy=0):
    """A shift as large as the image, or larger, does nothing.

    What is left in the frame when a row of three moves by 3?
    """
    height, width = np.shape(image)[:2]
    return right.shift(image, dx if abs(dx) < width else 0, dy if abs(dy) < height else 0)


@mistake_in("shift")
def far_stops(image, dx, dy=0):
    """However far the shift, a row or a column stays in the frame.

    What is left in the frame when a row of three moves by 3?
    """
    height, width = np.shape(image)[:2]
    dx, dy = min(max(dx, 1 - width), width - 1), min(max(dy, 1 - height), height - 1)
    return right.shift(image, dx, dy)


@mistake_in("shift")
def left_for_right(image, dx, dy=0):
    """It moves left where it should move right.

    Does a positive dx lead to higher columns? Look at the sign of dx.
    """
    return right.shift(image, -dx, dy)


@mistake_in("shift")
def up_for_down(image, dx, dy=0):
    """It moves up where it should move down.

    Row 0 is at the top. Does a positive dy lead to higher rows?
    """
    return right.shift(image, dx, -dy)


@mistake_in("shift")
def other_direction(image, dx, dy=0):
    """It moves the wrong way along both axes.

    Where was each new pixel before the move? Look at the signs of dx and dy.
    """
    return right.shift(image, -dx, -dy)


@mistake_in("shift")
def axes_swapped(image, dx, dy=0):
    """The two shifts are swapped: dx moves down, and dy to the right.

    Which of the two indices counts the columns, the first or the second?
    """
    return right.shift(image, dy, dx)


@mistake_in("shift")
def frame_sizes_swapped(image, dx, dy=0):
    """Height and width are swapped where it is asked whether a pixel is in the frame.

    Which limit does i have, the number of the row?
    """
    image = np.asarray(image)
    moved = np.zeros_like(image)
    for i, j in np.ndindex(image.shape[:2]):
        if 0 <= i - dy < image.shape[1] and 0 <= j - dx < image.shape[0]:
            moved[i, j] = image[i - dy, j - dx]
    return moved


@mistake_in("shift")
def dy_ignored(image, dx, dy=0):
    """The shift dy is ignored.

    Look at what becomes of `dy`.
    """
    return right.shift(image, dx)


@mistake_in("shift")
def dx_ignored(image, dx, dy=0):
    """The shift dx is ignored.

    Look at what becomes of `dx`.
    """
    return right.shift(image, 0, dy)


@mistake_in("shift")
def border_repeated(image, dx, dy=0):
    """The pixels at the border are repeated.

    Zeros should come in. What is read where the old place is outside the frame?
    """
    image = np.asarray(image)
    rows = np.clip(np.arange(image.shape[0]) - dy, 0, image.shape[0] - 1)
    columns = np.clip(np.arange(image.shape[1]) - dx, 0, image.shape[1] - 1)
    return image[rows][:, columns]


@mistake_in("shift")
def old_place_kept(image, dx, dy=0):
    """The old picture is still there where nothing moved in.

    What is in your new array before the first pixel is copied?
    """
    image = np.asarray(image)
    arrived = right.shift(np.ones(image.shape, bool), dx, dy)
    return np.where(arrived, right.shift(image, dx, dy), image)


@mistake_in("shift")
def second_move_starts_again(image, dx, dy=0):
    """The move up or down starts from the old picture again, and the move to the side is lost.

    What does the second move read: the image, or what the first move has made of it?
    """
    image = np.asarray(image)
    moved = right.shift(image, dx)
    if dy:
        arrived = right.shift(np.ones(image.shape, bool), 0, dy)
        moved[arrived] = right.shift(image, 0, dy)[arrived]
    return moved


@mistake_in("shift")
def first_row_and_column_zero(image, dx, dy=0):
    """The first row and the first column of the result are 0.

    The first index is 0. Do your comparisons let it in?
    """
    moved = right.shift(image, dx, dy)
    moved[0], moved[:, 0] = 0, 0
    return moved


@mistake_in("shift")
def last_row_and_column_zero(image, dx, dy=0):
    """The last row and the last column of the result are 0.

    Does each loop reach its end? A `range` leaves out its end.
    """
    moved = right.shift(image, dx, dy)
    moved[-1], moved[:, -1] = 0, 0
    return moved


@mistake_in("shift")
def shifted_fractions_cut(image, dx, dy=0):
    """The fractions are cut off.

    Which dtype has the array that you fill?
    """
    return right.shift(image, dx, dy).astype(int)


@mistake_in("shift")
def negative_ignored(image, dx, dy=0):
    """Negative shifts do nothing.

    Try `[1, 2, 3]` with dx = -1, step by step.
    """
    return right.shift(image, max(dx, 0), max(dy, 0))


@mistake_in("shift")
def without_sign(image, dx, dy=0):
    """Negative shifts move as positive ones do.

    What becomes of the sign? Try `[1, 2, 3]` with dx = -1, step by step.
    """
    return right.shift(image, abs(dx), abs(dy))


@mistake_in("shift")
def channels_moved(image, dx, dy=0):
    """In a colour image the wrong axes are moved.

    Which axes are the rows and the columns? Which axis is the last?
    """
    image = np.asarray(image)
    if image.ndim == 2:
        return right.shift(image, dx, dy)
    return np.moveaxis(right.shift(np.moveaxis(image, 0, -1), dx, dy), -1, 0)


@mistake_in("shift")
def first_channel_for_all(image, dx, dy=0):
    """Every channel of a colour image gets the numbers of the first.

    What is copied for each pixel: a number, or the numbers of all channels?
    """
    moved = right.shift(image, dx, dy)
    return moved if moved.ndim == 2 else np.broadcast_to(moved[..., :1], moved.shape).copy()


def _one_pixel(image, size, stride, offset):
    """Return one pixel of each window, at the same place in all."""
    rows, columns = right.pool2d(image, size, stride).shape
    stride = size if stride is None else stride
    return np.asarray(image)[offset::stride, offset::stride][:rows, :columns]


def _with_windows(image, size, stride, mode, step=None, extent=None, count=None):
    """Pool with windows that move by another step, have another size, or are fewer or more."""
    image = np.asarray(image, float)
    down, across = step or (stride or size, stride or size)
    extent = size if extent is None else extent
    rows, columns = count or right.pool2d(image, size, stride).shape
    values = [
        right.SUMMARIES[mode](image[top : top + extent, left : left + extent])
        for top in range(0, rows * down, down)
        for left in range(0, columns * across, across)
    ]
    return np.reshape(values, (rows, columns))


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
        (np.array([[0.5, 0.25], [0.125, 0]]),),
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
        (np.arange(12, 0, -1).reshape(3, 2, 2) % 7, "average"),
    ],
    "shift": [
        (np.array([[1, 2, 3]]), 1),
        (np.array([[1, 2, 3]]), -1),
        (np.array([[0.5, 1.5, 2.5]]), -1),
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

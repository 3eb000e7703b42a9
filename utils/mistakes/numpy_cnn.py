"""Wrong ways to do lesson 12's exercises."""

import numpy as np

from utils import numpy_cnn as right
from utils.mistakes import mistake_in


def _floats(*arrays):
    return [np.asarray(array, float) for array in arrays]


@mistake_in("conv_forward")
def kernels_flipped(x, w, b, stride=1, padding=0):
    """The kernels are flipped along both axes, as in a mathematical convolution.

    A layer computes the cross-correlation: the first weight meets the first pixel of the window.
    """
    return right.conv_forward(x, np.asarray(w)[::-1, ::-1], b, stride, padding)


@mistake_in("conv_forward")
def kernels_on_their_side(x, w, b, stride=1, padding=0):
    """The kernels are transposed: their rows and columns are swapped.

    Which axis of w runs over the rows of a window?
    """
    return right.conv_forward(x, np.swapaxes(w, 0, 1), b, stride, padding)


@mistake_in("conv_forward")
def bias_forgotten(x, w, b, stride=1, padding=0):
    """The biases are not added."""
    return right.conv_forward(x, w, np.zeros(np.shape(b)), stride, padding)


@mistake_in("conv_forward")
def bias_subtracted(x, w, b, stride=1, padding=0):
    """The biases are subtracted. They should be added."""
    return right.conv_forward(x, w, -np.asarray(b, float), stride, padding)


@mistake_in("conv_forward")
def first_bias_for_all(x, w, b, stride=1, padding=0):
    """Every filter gets the bias of the first one.

    b has one number for each filter.
    """
    return right.conv_forward(x, w, np.full(np.shape(b), b[0]), stride, padding)


@mistake_in("conv_forward")
def bias_for_each_channel(x, w, b, stride=1, padding=0):
    """The biases are added once for each channel. They should be added once.

    Is the bias inside the loop over the channels?
    """
    return right.conv_forward(x, w, np.asarray(b, float) * np.shape(x)[3], stride, padding)


@mistake_in("conv_forward")
def stride_ignored(x, w, b, stride=1, padding=0):
    """The stride is ignored: the window always moves by one pixel."""
    return right.conv_forward(x, w, b, 1, padding)


@mistake_in("conv_forward")
def stride_down_alone(x, w, b, stride=1, padding=0):
    """The stride is used down the rows, but not along the columns."""
    return right.conv_forward(x, w, b, 1, padding)[:, ::stride]


@mistake_in("conv_forward")
def stride_across_alone(x, w, b, stride=1, padding=0):
    """The stride is used along the columns, but not down the rows."""
    return right.conv_forward(x, w, b, 1, padding)[:, :, ::stride]


@mistake_in("conv_forward")
def windows_not_moved_by_the_stride(x, w, b, stride=1, padding=0):
    """The output has the right size, but its windows are only one pixel apart.

    At which row does the window of output row 1 begin, if the stride is 2?
    """
    result = right.conv_forward(x, w, b, stride, padding)
    return right.conv_forward(x, w, b, 1, padding)[:, : result.shape[1], : result.shape[2]]


@mistake_in("conv_forward")
def padding_ignored(x, w, b, stride=1, padding=0):
    """The padding is ignored."""
    return right.conv_forward(x, w, b, stride, 0)


@mistake_in("conv_forward")
def padded_above_and_left(x, w, b, stride=1, padding=0):
    """Zeros are put above and to the left of the images, but not below and to the right.

    `np.pad` takes a pair for each axis: before and after.
    """
    sides = (padding, 0)
    return right.conv_forward(np.pad(x, ((0, 0), sides, sides, (0, 0))), w, b, stride)


@mistake_in("conv_forward")
def padded_above_and_below(x, w, b, stride=1, padding=0):
    """Zeros are put above and below the images, but not at their left and right."""
    padded = np.pad(x, ((0, 0), (padding, padding), (0, 0), (0, 0)))
    return right.conv_forward(padded, w, b, stride)


@mistake_in("conv_forward")
def half_the_padding(x, w, b, stride=1, padding=0):
    """The result is too small: in its size, the padding counts once. It should count twice.

    Padding adds rows above *and* below.
    """
    _, height, width, _ = np.shape(x)
    tall = (height + padding - np.shape(w)[0]) // stride + 1
    wide = (width + padding - np.shape(w)[1]) // stride + 1
    return right.conv_forward(x, w, b, stride, padding)[:, :tall, :wide]


@mistake_in("conv_forward")
def padded_with_the_edge(x, w, b, stride=1, padding=0):
    """The border repeats the outermost pixels. It should be made of zeros.

    Which `mode` does `np.pad` use?
    """
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)), mode="edge")
    return right.conv_forward(padded, w, b, stride)


@mistake_in("conv_forward")
def first_channel_alone(x, w, b, stride=1, padding=0):
    """Only the first channel is used.

    The products of all channels are added up.
    """
    return right.conv_forward(np.asarray(x)[..., :1], np.asarray(w)[:, :, :1], b, stride, padding)


@mistake_in("conv_forward")
def channels_averaged(x, w, b, stride=1, padding=0):
    """The channels are averaged. They should be added up."""
    without = right.conv_forward(x, w, np.zeros(np.shape(b)), stride, padding)
    return without / np.shape(x)[3] + b


@mistake_in("conv_forward")
def window_averaged(x, w, b, stride=1, padding=0):
    """The products are averaged. They should be added up."""
    without = right.conv_forward(x, w, np.zeros(np.shape(b)), stride, padding)
    return without / np.prod(np.shape(w)[:3]) + b


@mistake_in("conv_forward")
def first_image_for_all(x, w, b, stride=1, padding=0):
    """Every image of the batch gets the result of the first one.

    Which index runs over the images?
    """
    result = right.conv_forward(x, w, b, stride, padding)
    return np.repeat(result[:1], len(result), axis=0)


@mistake_in("conv_forward")
def batch_added_up(x, w, b, stride=1, padding=0):
    """Every image gets the sum over the whole batch.

    Images must not be mixed: the sum runs over rows, columns and channels of a window.
    """
    added = np.sum(x, axis=0, keepdims=True, dtype=float)
    return np.repeat(right.conv_forward(added, w, b, stride, padding), len(x), axis=0)


@mistake_in("conv_forward")
def first_filter_for_all(x, w, b, stride=1, padding=0):
    """Every filter uses the first filter's kernel.

    Which index of w runs over the filters?
    """
    same = np.repeat(np.asarray(w)[..., :1], np.shape(w)[3], axis=3)
    return right.conv_forward(x, same, b, stride, padding)


@mistake_in("conv_forward")
def axes_not_brought_into_order(x, w, b, stride=1, padding=0):
    """Pixels and weights are paired in different orders: channels come first in the one, last in
    the other.

    `sliding_window_view` puts the window's axes after the channels; w has them before.
    """
    x, w = _floats(x, w)
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    kh, kw, channels, filters = w.shape
    mixed = w.reshape(channels, kh, kw, filters).transpose(1, 2, 0, 3)
    return right.conv_forward(padded, mixed, b, stride)


@mistake_in("conv_forward")
def output_transposed(x, w, b, stride=1, padding=0):
    """The maps are transposed: their rows and columns are swapped."""
    return np.swapaxes(right.conv_forward(x, w, b, stride, padding), 1, 2)


@mistake_in("conv_forward")
def one_window_too_few(x, w, b, stride=1, padding=0):
    """The last row and the last column of windows are missing.

    Look at the size of the output: there is a + 1 in it.
    """
    return right.conv_forward(x, w, b, stride, padding)[:, :-1, :-1]


@mistake_in("conv_forward")
def output_cut_to_whole_numbers(x, w, b, stride=1, padding=0):
    """The results are cut to whole numbers.

    Which dtype has the array that you fill?
    """
    return np.trunc(right.conv_forward(x, w, b, stride, padding))


@mistake_in("conv_forward")
def products_overflow(x, w, b, stride=1, padding=0):
    """The sums overflow: they are computed in small integers, where large numbers wrap around.

    In uint8, 200 + 100 is 44. Convert to floats before you multiply.
    """
    x, w, b = map(np.asarray, (x, w, b))
    dtype = np.result_type(x, w, b)
    result = right.conv_forward(x, w, b, stride, padding)
    if dtype.kind in "ui":
        return result.astype(np.int64).astype(dtype)
    return result


@mistake_in("conv_forward")
def relu_applied(x, w, b, stride=1, padding=0):
    """Negative results are 0: a ReLU is applied.

    The activation is a layer that comes after this one.
    """
    return np.maximum(right.conv_forward(x, w, b, stride, padding), 0)


@mistake_in("conv_backward")
def gradients_in_another_order(upstream, x, w, stride=1, padding=0):
    """The gradients come in the order dw, dx, db. They should come as dx, dw, db."""
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return dw, dx, db


@mistake_in("conv_backward")
def dx_with_the_kernel_flipped(upstream, x, w, stride=1, padding=0):
    """In dx, the kernels are the wrong way round.

    If each output gives out its shares, nothing is flipped; if you slide the kernel over upstream,
    both axes are.
    """
    flipped = np.asarray(w)[::-1, ::-1]
    dx, _, _ = right.conv_backward(upstream, x, flipped, stride, padding)
    return dx, *right.conv_backward(upstream, x, w, stride, padding)[1:]


@mistake_in("conv_backward")
def dw_flipped(upstream, x, w, stride=1, padding=0):
    """The gradient dw is flipped along the kernels' rows and columns."""
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw[::-1, ::-1], db


@mistake_in("conv_backward")
def dx_still_padded(upstream, x, w, stride=1, padding=0):
    """The gradient dx still has the border of the padding. It should have the shape of x.

    Cut `padding` rows and columns off on each side.
    """
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    return right.conv_backward(upstream, padded, w, stride)


@mistake_in("conv_backward")
def border_cut_at_the_end(upstream, x, w, stride=1, padding=0):
    """The gradient dx begins with the border of the padding: only its end was cut off.

    The first pixel of x is at row `padding` and column `padding` of the padded image.
    """
    sides = (padding, padding)
    padded = np.pad(x, ((0, 0), sides, sides, (0, 0)))
    dx, dw, db = right.conv_backward(upstream, padded, w, stride)
    return dx[:, : np.shape(x)[1], : np.shape(x)[2]], dw, db


@mistake_in("conv_backward")
def dw_without_the_border(upstream, x, w, stride=1, padding=0):
    """The gradient dw is computed from images that are padded at the end only.

    dw needs the *padded* images: the border's zeros met weights, too.
    """
    dx, _, db = right.conv_backward(upstream, x, w, stride, padding)
    padded = np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0)))
    return dx, right.conv_backward(upstream, padded, w, stride)[1], db


@mistake_in("conv_backward")
def shares_overwritten(upstream, x, w, stride=1, padding=0):
    """In dx, each window overwrites the shares of the windows before it.

    A pixel that is in several windows gets the sum of their shares: `+=`.
    """
    upstream, x, w = _floats(upstream, x, w)
    kh, kw = w.shape[:2]
    sides = (padding, padding)
    dpadded = np.zeros_like(np.pad(x, ((0, 0), sides, sides, (0, 0))))
    for i, j in np.ndindex(upstream.shape[1:3]):
        rows = slice(i * stride, i * stride + kh)
        columns = slice(j * stride, j * stride + kw)
        dpadded[:, rows, columns] = np.einsum("nf,abcf->nabc", upstream[:, i, j], w)
    dx = dpadded[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return dx, *right.conv_backward(upstream, x, w, stride, padding)[1:]


@mistake_in("conv_backward")
def places_overwritten(upstream, x, w, stride=1, padding=0):
    """In dx, each place of the kernel overwrites the shares of the places before it.

    A pixel that is in several windows gets the sum of their shares: `+=`.
    """
    upstream, x, w = _floats(upstream, x, w)
    _, tall, wide, _ = upstream.shape
    sides = (padding, padding)
    dpadded = np.zeros_like(np.pad(x, ((0, 0), sides, sides, (0, 0))))
    for a, b in np.ndindex(w.shape[:2]):
        rows, columns = (
            slice(a, a + stride * tall, stride),
            slice(b, b + stride * wide, stride),
        )
        dpadded[:, rows, columns] = upstream @ w[a, b].T
    dx = dpadded[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return dx, *right.conv_backward(upstream, x, w, stride, padding)[1:]


@mistake_in("conv_backward")
def backward_stride_ignored(upstream, x, w, stride=1, padding=0):
    """The stride is ignored: the windows are taken to be one pixel apart.

    At which row did the window of output row 1 begin?
    """
    return _backward_with_stride_1(upstream, x, w, padding)


def _backward_with_stride_1(upstream, x, w, padding):
    """Take the outputs to belong to neighbouring windows, from the top left."""
    _, tall, wide, _ = np.shape(upstream)
    rows = np.shape(x)[1] + 2 * padding - np.shape(w)[0] + 1 - tall
    columns = np.shape(x)[2] + 2 * padding - np.shape(w)[1] + 1 - wide
    whole = np.pad(np.asarray(upstream, float), ((0, 0), (0, rows), (0, columns), (0, 0)))
    return right.conv_backward(whole, x, w, 1, padding)


@mistake_in("conv_backward")
def stride_ignored_in_dw(upstream, x, w, stride=1, padding=0):
    """In dw, the stride is ignored: the windows are taken to be one pixel apart."""
    dx, _, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, _backward_with_stride_1(upstream, x, w, padding)[1], db


@mistake_in("conv_backward")
def stride_ignored_in_dx(upstream, x, w, stride=1, padding=0):
    """In dx, the stride is ignored: the windows are taken to be one pixel apart."""
    _, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return _backward_with_stride_1(upstream, x, w, padding)[0], dw, db


@mistake_in("conv_backward")
def backward_padding_ignored(upstream, x, w, stride=1, padding=0):
    """The padding is ignored: each window is taken to begin `padding` rows and columns too late."""
    extra = ((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0))
    dx, dw, db = right.conv_backward(upstream, np.pad(x, extra), w, stride)
    return dx[:, : np.shape(x)[1], : np.shape(x)[2]], dw, db


@mistake_in("conv_backward")
def unseen_pixels_cut_off(upstream, x, w, stride=1, padding=0):
    """The pixels that no window contains are missing in dx. It should have the shape of x.

    Make zeros of the shape of x, or of the padded x, and add the shares to them.
    """
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    tall = (np.shape(upstream)[1] - 1) * stride + np.shape(w)[0] - padding
    wide = (np.shape(upstream)[2] - 1) * stride + np.shape(w)[1] - padding
    return dx[:, :tall, :wide], dw, db


@mistake_in("conv_backward")
def weights_averaged_over_the_batch(upstream, x, w, stride=1, padding=0):
    """Both dw and db are averaged over the images. They should be added up.

    The division by N is already in upstream, since the loss is a mean.
    """
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw / len(x), db / len(x)


@mistake_in("conv_backward")
def dw_averaged(upstream, x, w, stride=1, padding=0):
    """The gradient dw is averaged over the images. It should be added up.

    The division by N is already in upstream, since the loss is a mean.
    """
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw / len(x), db


@mistake_in("conv_backward")
def db_averaged(upstream, x, w, stride=1, padding=0):
    """The gradient db is averaged over the images. It should be added up.

    The division by N is already in upstream, since the loss is a mean.
    """
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw, db / len(x)


@mistake_in("conv_backward")
def db_averaged_over_everything(upstream, x, w, stride=1, padding=0):
    """The gradient db is the mean of upstream. It should be the sum."""
    dx, dw, _ = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw, np.mean(upstream, axis=(0, 1, 2))


@mistake_in("conv_backward")
def db_for_each_image(upstream, x, w, stride=1, padding=0):
    """The gradient db is not added up over the images. They share the biases."""
    dx, dw, _ = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw, np.sum(upstream, axis=(1, 2), dtype=float)


@mistake_in("conv_backward")
def db_one_number(upstream, x, w, stride=1, padding=0):
    """The gradient db is one number, the sum over all filters. Each filter has its own bias."""
    dx, dw, _ = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw, np.sum(upstream, dtype=float)


@mistake_in("conv_backward")
def db_keeps_its_axes(upstream, x, w, stride=1, padding=0):
    """The gradient db has more axes than b: its shape should be that of b.

    What does `keepdims` do?
    """
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, dw, db.reshape(1, 1, 1, -1)


@mistake_in("conv_backward")
def last_image_alone(upstream, x, w, stride=1, padding=0):
    """In dw, only the last image of the batch counts.

    Is dw set anew for each image? The images' contributions are added up.
    """
    dx, _, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, right.conv_backward(upstream[-1:], x[-1:], w, stride, padding)[1], db


@mistake_in("conv_backward")
def first_image_alone(upstream, x, w, stride=1, padding=0):
    """In dw, only the first image of the batch counts.

    The images' contributions are added up.
    """
    dx, _, db = right.conv_backward(upstream, x, w, stride, padding)
    return dx, right.conv_backward(upstream[:1], x[:1], w, stride, padding)[1], db


@mistake_in("conv_backward")
def weights_ignored_in_dx(upstream, x, w, stride=1, padding=0):
    """In dx, the weights are ignored: each output hands its upstream value to its whole window.

    By which weight must it be multiplied?
    """
    ones = np.ones(np.shape(w))
    dx, _, _ = right.conv_backward(upstream, x, ones, stride, padding)
    return dx, *right.conv_backward(upstream, x, w, stride, padding)[1:]


@mistake_in("conv_backward")
def upstream_ignored(upstream, x, w, stride=1, padding=0):
    """The upstream gradient is ignored: every output counts as if it were 1.

    How much does the loss change with each output?
    """
    return right.conv_backward(np.ones(np.shape(upstream)), x, w, stride, padding)


@mistake_in("conv_backward")
def gradients_cut_to_whole_numbers(upstream, x, w, stride=1, padding=0):
    """The gradients are cut to whole numbers.

    Which dtype have the arrays that you fill?
    """
    return tuple(np.trunc(each) for each in right.conv_backward(upstream, x, w, stride, padding))


@mistake_in("conv_backward")
def gradients_overflow(upstream, x, w, stride=1, padding=0):
    """The sums overflow: they are computed in small integers, where large numbers wrap around.

    Convert to floats before you multiply.
    """
    dtype = np.result_type(upstream, x, w)
    gradients = right.conv_backward(upstream, x, w, stride, padding)
    if dtype.kind in "ui":
        return tuple(each.astype(np.int64).astype(dtype) for each in gradients)
    return gradients


@mistake_in("conv_backward")
def nothing_for_dx(upstream, x, w, stride=1, padding=0):
    """The gradient dx is 0 everywhere.

    Are the shares added to the array that you return?
    """
    dx, dw, db = right.conv_backward(upstream, x, w, stride, padding)
    return np.zeros_like(dx), dw, db


def _pool_windows(x, size):
    """Return the windows of a batch, and where they come from."""
    for n, i, j, c in np.ndindex(len(x), x.shape[1] // size, x.shape[2] // size, x.shape[3]):
        rows, columns = slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size)
        yield (n, i, j, c), (n, rows, columns, c)


@mistake_in("max_pool_backward")
def all_equals(upstream, x, size=2):
    """All of several equally large pixels get the gradient. Only the first should.

    `window == window.max()` can be true in several places.
    """
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        gradient[place] = (x[place] == x[place].max()) * float(upstream[at])
    return gradient


@mistake_in("max_pool_backward")
def shared_by_equals(upstream, x, size=2):
    """Several equally large pixels share the gradient. The first should get all of it."""
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        wins = x[place] == x[place].max()
        gradient[place] = wins * float(upstream[at]) / wins.sum()
    return gradient


@mistake_in("max_pool_backward")
def last_of_equals(upstream, x, size=2):
    """Among equally large pixels the last one gets the gradient. It should be the first, row by
    row.

    In which order do you look at the pixels, and does an equal one replace the one before?
    """
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        winner = x[place].size - 1 - x[place][::-1, ::-1].argmax()
        gradient[place].flat[winner] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def column_by_column(upstream, x, size=2):
    """Among equally large pixels the first one column by column gets the gradient. It should be the
    first one row by row.
    """
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        column, row = divmod(x[place].T.argmax(), size)
        gradient[place][row, column] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def place_transposed(upstream, x, size=2):
    """Row and column of the largest pixel in its window are swapped.

    `argmax` counts row by row. What is the quotient by the size, and what the remainder?
    """
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        column, row = divmod(x[place].argmax(), size)
        gradient[place][row, column] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def equal_shares(upstream, x, size=2):
    """Every pixel of a window gets an equal share. That is the gradient of average pooling."""
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        gradient[place] = float(upstream[at]) / size**2
    return gradient


@mistake_in("max_pool_backward")
def all_to_every_pixel(upstream, x, size=2):
    """Every pixel of a window gets the gradient. Only the largest should."""
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        gradient[place] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def always_the_first(upstream, x, size=2):
    """The first pixel of each window gets the gradient, whichever is the largest."""
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        gradient[place][0, 0] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def smallest_wins(upstream, x, size=2):
    """The smallest pixel of each window gets the gradient."""
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        gradient[place].flat[x[place].argmin()] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def largest_absolute_value(upstream, x, size=2):
    """The pixel with the largest absolute value gets the gradient. Negative pixels are small."""
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        gradient[place].flat[np.abs(x[place].astype(float)).argmax()] = upstream[at]
    return gradient


@mistake_in("max_pool_backward")
def pixel_times_upstream(upstream, x, size=2):
    """The gradient is multiplied by the pixel.

    If the largest pixel grows by a little, by how much does the pooled number grow?
    """
    return right.max_pool_backward(upstream, x, size) * np.asarray(x, float)


@mistake_in("max_pool_backward")
def ones_at_the_winners(upstream, x, size=2):
    """The largest pixels get 1. They should get the upstream gradient of their window."""
    return right.max_pool_backward(np.ones(np.shape(upstream)), x, size)


@mistake_in("max_pool_backward")
def leftovers_cut_off(upstream, x, size=2):
    """Pixels that are in no window are missing. The result should have the shape of x."""
    _, height, width, _ = np.shape(upstream)
    return right.max_pool_backward(upstream, x, size)[:, : height * size, : width * size]


@mistake_in("max_pool_backward")
def size_ignored(upstream, x, size=2):
    """The `size` is ignored: the windows are always 2x2."""
    _, height, width, _ = np.shape(x)
    cut = np.asarray(upstream)[:, : height // 2, : width // 2]
    room = ((0, 0), (0, height // 2 - cut.shape[1]), (0, width // 2 - cut.shape[2]), (0, 0))
    return right.max_pool_backward(np.pad(cut, room), x, 2)


@mistake_in("max_pool_backward")
def one_channel_decides(upstream, x, size=2):
    """All channels get their gradient where the first channel is largest.

    Each channel has its own largest pixel.
    """
    same = np.repeat(np.asarray(x)[..., :1], np.shape(x)[3], axis=3)
    return right.max_pool_backward(upstream, same, size)


@mistake_in("max_pool_backward")
def one_image_decides(upstream, x, size=2):
    """All images get their gradient where the first image is largest.

    Each image has its own largest pixels.
    """
    same = np.repeat(np.asarray(x)[:1], len(x), axis=0)
    return right.max_pool_backward(upstream, same, size)


@mistake_in("max_pool_backward")
def pool_gradient_cut_to_whole_numbers(upstream, x, size=2):
    """The gradient is cut to whole numbers.

    Which dtype has the array that you fill? `np.zeros_like(x)` has that of x.
    """
    return np.trunc(right.max_pool_backward(upstream, x, size))


@mistake_in("max_pool_backward")
def in_the_dtype_of_x(upstream, x, size=2):
    """The result has the dtype of x, which cannot hold the gradient: fractions are cut off, or
    negative numbers wrap around.

    `np.zeros_like(x)` has the dtype of x.
    """
    gradient = right.max_pool_backward(upstream, x, size)
    return gradient.astype(np.int64).astype(x.dtype) if x.dtype.kind in "ui" else gradient


@mistake_in("max_pool_backward")
def negative_never_wins(upstream, x, size=2):
    """A window in which all pixels are negative gives nothing back.

    With what do you compare the first pixel? 0 is larger than all of these.
    """
    gradient = np.zeros(x.shape)
    for at, place in _pool_windows(x, size):
        if x[place].max() >= 0:
            gradient[place].flat[x[place].argmax()] = upstream[at]
    return gradient


def _one_hot(logits, labels):
    return np.eye(np.shape(logits)[1])[np.asarray(labels, int)]


@mistake_in("cross_entropy_gradient")
def not_averaged(logits, labels):
    """The gradient is not divided by the number of images.

    The loss is the *mean* over the batch.
    """
    return right.cross_entropy_gradient(logits, labels) * len(logits)


@mistake_in("cross_entropy_gradient")
def divided_by_all_numbers(logits, labels):
    """The gradient is divided by the number of all logits. It should be that of the images.

    What is `logits.size`, and what is `len(logits)`?
    """
    return right.cross_entropy_gradient(logits, labels) / np.shape(logits)[1]


@mistake_in("cross_entropy_gradient")
def divided_by_classes(logits, labels):
    """The gradient is divided by the number of classes. It should be that of the images."""
    gradient = right.cross_entropy_gradient(logits, labels)
    return gradient * len(logits) / np.shape(logits)[1]


@mistake_in("cross_entropy_gradient")
def labels_averaged_alone(logits, labels):
    """Only the 1 at the right class is divided by the number of images, not the probabilities.

    Do you need brackets around the difference?
    """
    return right.softmax(logits) - _one_hot(logits, labels) / len(logits)


@mistake_in("cross_entropy_gradient")
def probabilities_averaged_alone(logits, labels):
    """Only the probabilities are divided by the number of images, not the 1 at the right class.

    Do you need brackets around the difference?
    """
    return right.softmax(logits) / len(logits) - _one_hot(logits, labels)


@mistake_in("cross_entropy_gradient")
def truth_minus_probability(logits, labels):
    """The sign is reversed: this gradient points downhill.

    If the score of the right class rises, does the loss rise or fall?
    """
    return -right.cross_entropy_gradient(logits, labels)


@mistake_in("cross_entropy_gradient")
def labels_ignored(logits, labels):
    """The labels are ignored: the result is the probabilities, divided by the number of images."""
    return right.softmax(logits) / len(logits)


@mistake_in("cross_entropy_gradient")
def one_added(logits, labels):
    """At the right classes 1 is added. It should be subtracted."""
    return (right.softmax(logits) + _one_hot(logits, labels)) / len(logits)


@mistake_in("cross_entropy_gradient")
def right_class_alone(logits, labels):
    """Only the right classes get a gradient. The scores of the others change the loss, too.

    They are in the denominator of the softmax.
    """
    return right.cross_entropy_gradient(logits, labels) * _one_hot(logits, labels)


@mistake_in("cross_entropy_gradient")
def one_taken_off_everywhere(logits, labels):
    """1 is subtracted from every number of a row. It belongs at the right class only."""
    return (right.softmax(logits) - 1) / len(logits)


@mistake_in("cross_entropy_gradient")
def whole_columns(logits, labels):
    """1 is subtracted in whole columns: from every image, at the classes of all images.

    `gradient[:, labels]` are columns. You need one place in each row.
    """
    gradient = right.softmax(logits)
    gradient[:, np.asarray(labels, int)] -= 1
    return gradient / len(gradient)


@mistake_in("cross_entropy_gradient")
def softmax_over_everything(logits, labels):
    """The softmax is taken over the whole batch. It should be taken in each row.

    Along which axis do you add up? And does the sum keep its axis?
    """
    everything = right.softmax(np.ravel(logits)).reshape(np.shape(logits))
    return (everything - _one_hot(logits, labels)) / len(logits)


@mistake_in("cross_entropy_gradient")
def softmax_down_the_columns(logits, labels):
    """The softmax is taken down the columns, over the images. It should be taken in each row.

    Which axis runs over the classes?
    """
    return (right.softmax(np.transpose(logits)).T - _one_hot(logits, labels)) / len(logits)


@mistake_in("cross_entropy_gradient")
def no_softmax(logits, labels):
    """The logits are taken for probabilities: there is no softmax."""
    return (np.asarray(logits, float) - _one_hot(logits, labels)) / len(logits)


@mistake_in("cross_entropy_gradient")
def scores_divided_by_their_sum(logits, labels):
    """The logits are divided by their sum, without exponentials.

    Probabilities are exp(logit) divided by the sum of these.
    """
    logits = np.asarray(logits, float)
    with np.errstate(all="ignore"):
        shares = logits / logits.sum(axis=1, keepdims=True)
    return (shares - _one_hot(logits, labels)) / len(logits)


@mistake_in("cross_entropy_gradient")
def gradient_of_the_probabilities(logits, labels):
    """The gradient is that with respect to the probabilities, -1 / p at the right class. It should
    be that with respect to the logits.
    """
    with np.errstate(all="ignore"):
        return -_one_hot(logits, labels) / right.softmax(logits) / len(logits)


@mistake_in("cross_entropy_gradient")
def labels_from_one(logits, labels):
    """The labels are taken to begin at 1: the 1 is subtracted one class too far to the left.

    Label 0 is the first column.
    """
    return right.cross_entropy_gradient(logits, np.asarray(labels, int) - 1)


def _volume(values, *shape):
    return np.array(values).reshape(shape)


_TWO_BY_TWO = _volume([1, 2, 3, 4], 2, 2, 1, 1)
_ZERO = np.array([0])
EXAMPLES = {
    "conv_forward": [
        (_volume([2], 1, 1, 1, 1), _volume([3], 1, 1, 1, 1), np.array([1])),
        (_volume([2], 1, 1, 1, 1), _volume([0.5, -3], 1, 1, 1, 2), np.array([0.5, 4])),
        (_volume([1, 2, 3], 1, 1, 3, 1), _volume([1, 10], 1, 2, 1, 1), _ZERO),
        (_volume([1, 2, 3], 1, 3, 1, 1), _volume([1, 10], 2, 1, 1, 1), _ZERO),
        (_volume([1, 2, 4], 1, 1, 3, 1), _volume([1], 1, 1, 1, 1), np.array([0.5]), 2),
        (_volume([1, 2, 4], 1, 3, 1, 1), _volume([1], 1, 1, 1, 1), _ZERO, 2),
        (_volume([5], 1, 1, 1, 1), _volume([1, 2, 3, 4], 2, 2, 1, 1), _ZERO, 1, 1),
        (_volume([1, 2, 10, 20], 1, 1, 2, 2), _volume([1, 3, 5, 7], 1, 2, 2, 1), np.array([1])),
        (_volume([1, 10], 2, 1, 1, 1), _volume([1, 2], 1, 1, 1, 2), np.array([0, 5])),
        (
            _volume([200, 100], 1, 1, 2, 1).astype(np.uint8),
            _volume([2, 3], 1, 2, 1, 1).astype(np.uint8),
            np.array([1], np.uint8),
        ),
        (np.arange(1, 17).reshape(1, 4, 4, 1), _TWO_BY_TWO, _ZERO),
        (np.arange(1, 17).reshape(1, 4, 4, 1), _TWO_BY_TWO, _ZERO, 2),
        (np.arange(1, 17).reshape(1, 4, 4, 1), _TWO_BY_TWO, np.array([-60.5]), 2, 1),
        (
            np.arange(24).reshape(1, 3, 4, 2) ** 2 % 11,
            np.arange(12).reshape(2, 3, 2, 1) ** 2 % 7 - 3,
            np.array([1]),
            1,
            1,
        ),
    ],
    "conv_backward": [
        (_volume([5], 1, 1, 1, 1), _volume([2], 1, 1, 1, 1), _volume([3], 1, 1, 1, 1)),
        (_volume([0.5], 1, 1, 1, 1), _volume([2, 3], 1, 1, 2, 1), _volume([1, 10], 1, 2, 1, 1)),
        (_volume([1, 10], 1, 1, 2, 1), _volume([1, 2, 4], 1, 1, 3, 1), _volume([3, 5], 1, 2, 1, 1)),
        (_volume([1, 10], 1, 2, 1, 1), _volume([1, 2, 4], 1, 3, 1, 1), _volume([3, 5], 2, 1, 1, 1)),
        (
            _volume([1, 10], 1, 1, 2, 1),
            _volume([1, 2, 4, 8], 1, 1, 4, 1),
            _volume([3], 1, 1, 1, 1),
            2,
        ),
        (_volume([1, 10], 2, 1, 1, 1), _volume([2, 3], 2, 1, 1, 1), _volume([5], 1, 1, 1, 1)),
        (
            _volume([1, 10], 1, 1, 1, 2),
            _volume([2, 3], 1, 1, 1, 2),
            _volume([1, 2, 3, 4], 1, 1, 2, 2),
        ),
        (
            _volume([200], 1, 1, 1, 1).astype(np.uint8),
            _volume([2, 3], 1, 1, 2, 1).astype(np.uint8),
            _volume([2, 1], 1, 2, 1, 1).astype(np.uint8),
        ),
        (_volume([1, 10, 100, 1000], 1, 2, 2, 1), _volume([5], 1, 1, 1, 1), _TWO_BY_TWO, 1, 1),
        (
            _volume([1, 10, 100, 1000], 1, 2, 2, 1),
            np.arange(1, 10).reshape(1, 3, 3, 1),
            _TWO_BY_TWO,
        ),
        (
            np.arange(1, 10).reshape(1, 3, 3, 1),
            np.arange(1, 17).reshape(1, 4, 4, 1),
            _TWO_BY_TWO,
            2,
            1,
        ),
        (
            _volume([1, 10, 100, 1000], 1, 2, 2, 1),
            np.arange(1, 26).reshape(1, 5, 5, 1),
            _TWO_BY_TWO,
            2,
        ),
    ],
    "max_pool_backward": [
        (_volume([3], 1, 1, 1, 1), _volume([5], 1, 1, 1, 1), 1),
        (_volume([10], 1, 1, 1, 1), _volume([1, 2, 3, 4], 1, 2, 2, 1)),
        (_volume([0.5], 1, 1, 1, 1), _volume([1, 4, 3, 2], 1, 2, 2, 1)),
        (_volume([-0.5], 1, 1, 1, 1), _volume([1, 2, 4, 3], 1, 2, 2, 1).astype(np.uint8)),
        (_volume([10], 1, 1, 1, 1), _volume([7, 7, 7, 7], 1, 2, 2, 1)),
        (_volume([10], 1, 1, 1, 1), _volume([1, 6, 6, 2], 1, 2, 2, 1)),
        (_volume([10], 1, 1, 1, 1), _volume([-3, -1, -2, -5], 1, 2, 2, 1)),
        (_volume([10], 1, 1, 1, 1), _volume([1, 2, 9, 3, 4, 9], 1, 2, 3, 1)),
        (_volume([10, 20], 1, 1, 1, 2), _volume([1, 8, 2, 7, 3, 6, 4, 5], 1, 2, 2, 2)),
        (_volume([10, 20], 2, 1, 1, 1), _volume([1, 2, 3, 4, 8, 7, 6, 5], 2, 2, 2, 1)),
        (_volume([10], 1, 1, 1, 1), _volume([1, 2, 9, 4, 5, 6, 7, 8, 3], 1, 3, 3, 1), 3),
    ],
    "cross_entropy_gradient": [
        (np.array([[0.0, 0.0]]), np.array([0])),
        (np.log([[3, 1]]), np.array([0])),
        (np.log([[1, 1, 6]]), np.array([1])),
        (np.array([[0.0, 0.0], [0.0, 0.0]]), np.array([0, 1])),
        (np.array([[1000, 0]]), np.array([1])),
        (np.array([[0, 0], [1000, 0]]), np.array([0, 1])),
        (np.log([[3, 1, 4], [1, 1, 6]]), np.array([2, 0])),
        (np.log([[3, 1, 4], [1, 1, 6], [2, 5, 1]]), np.array([2, 2, 0])),
    ],
}

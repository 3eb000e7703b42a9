"""Wrong ways to do lesson 04's exercises."""

import math

from utils import output_size as right
from utils.mistakes import mistake_in


@mistake_in("output_size")
def whole_float(n, k, padding=0, stride=1):
    """The number is right, but it is a float such as 3.0.

    A size counts windows. Which of Python's two divisions gives an int?
    """
    return float(right.output_size(n, k, padding, stride))


@mistake_in("output_size")
def fraction_left(n, k, padding=0, stride=1):
    """The result of the division is not rounded: it is a float such as 2.5.

    There are no half windows. What becomes of a window that does not fit whole?
    """
    return (n - k + 2 * padding) / stride + 1


@mistake_in("output_size")
def plus_one_forgotten(n, k, padding=0, stride=1):
    """There is one place too few.

    Is the first place counted, where the window is before it takes a step?
    """
    return (n - k + 2 * padding) // stride


@mistake_in("output_size")
def last_place_forgotten(n, k, padding=0, stride=1):
    """There is one place too few where the last window ends exactly at the edge.

    Does a loop stop too early? A `range` leaves out its end.
    """
    return math.ceil((n - k + 2 * padding) / stride)


@mistake_in("output_size")
def one_added_twice(n, k, padding=0, stride=1):
    """There is one place too many.

    Is a 1 added twice, or added to a number that is rounded up?
    """
    return (n - k + 2 * padding) // stride + 2


@mistake_in("output_size")
def rounded_up(n, k, padding=0, stride=1):
    """It rounds up, and counts a last window that hangs over the edge.

    What becomes of a window that does not fit whole?
    """
    return math.ceil((n - k + 2 * padding) / stride) + 1


@mistake_in("output_size")
def rounded_to_nearest(n, k, padding=0, stride=1):
    """It rounds to the nearest whole number, and sometimes that is up.

    What becomes of a window that does not fit whole?
    """
    return round((n - k + 2 * padding) / stride) + 1


@mistake_in("output_size")
def brackets_forgotten(n, k, padding=0, stride=1):
    """Only k is divided by the stride.

    How far does the window move in all, from the first place to the last? The whole distance is
    divided.
    """
    return n + 2 * padding - k / stride + 1


@mistake_in("output_size")
def brackets_forgotten_whole(n, k, padding=0, stride=1):
    """Only k is divided by the stride.

    How far does the window move in all, from the first place to the last? The whole distance is
    divided.
    """
    return n + 2 * padding - k // stride + 1


@mistake_in("output_size")
def one_added_first(n, k, padding=0, stride=1):
    """The 1 is added before the division, and so divided as well.

    The 1 counts the first place, which takes no step. Where does the 1 belong?
    """
    return (n - k + 2 * padding + 1) // stride


@mistake_in("output_size")
def one_added_to_stride(n, k, padding=0, stride=1):
    """The stride is 1 too large.

    Look at the brackets: what is the 1 added to?
    """
    return (n - k + 2 * padding) // (stride + 1)


@mistake_in("output_size")
def padding_divided_alone(n, k, padding=0, stride=1):
    """Only the padding is divided by the stride.

    How far does the window move in all, from the first place to the last? The whole distance is
    divided.
    """
    return n - k + 2 * padding // stride + 1


@mistake_in("output_size")
def kernel_not_divided(n, k, padding=0, stride=1):
    """The stride divides n and the padding, but not k.

    How far does the window move in all, from the first place to the last? The whole distance is
    divided.
    """
    return (n + 2 * padding) // stride - k + 1


@mistake_in("output_size")
def padded_at_one_end(n, k, padding=0, stride=1):
    """The padding is counted at one end only.

    How many ends does a row have?
    """
    return (n - k + padding) // stride + 1


@mistake_in("output_size")
def padding_ignored(n, k, padding=0, stride=1):
    """The padding makes no difference.

    How long is a row with `padding` more pixels at each end?
    """
    return (n - k) // stride + 1


@mistake_in("output_size")
def padding_subtracted(n, k, padding=0, stride=1):
    """The padding is taken away: more padding gives fewer places.

    Padding makes the row longer. Look at the signs.
    """
    return (n - k - 2 * padding) // stride + 1


@mistake_in("output_size")
def stride_ignored(n, k, padding=0, stride=1):
    """The stride makes no difference.

    A larger stride means fewer places. Where does `stride` come into your formula?
    """
    return n - k + 2 * padding + 1


@mistake_in("output_size")
def kernel_ignored(n, k, padding=0, stride=1):
    """The window's size makes no difference: windows are counted up to the very end of the row.

    Where does the last window of 3 begin in a row of 5?
    """
    return math.ceil((n + 2 * padding) / stride)


@mistake_in("same_padding")
def whole_floats(n, k, stride=1):
    """The numbers are right, but they are floats such as 1.0.

    The numbers count pixels. Which of Python's two divisions gives an int?
    """
    before, after = right.same_padding(n, k, stride)
    return float(before), float(after)


@mistake_in("same_padding")
def odd_one_before(n, k, stride=1):
    """Where the number of pixels is odd, the odd pixel comes before the image.

    At which end does Keras add the odd pixel?
    """
    return right.same_padding(n, k, stride)[::-1]


@mistake_in("same_padding")
def half_rounded(n, k, stride=1):
    """Some odd numbers are shared the wrong way round: the larger part comes before the image.

    Python's `round` turns 0.5 into 0, but 1.5 into 2. Which way should half a pixel go?
    """
    total = sum(right.same_padding(n, k, stride))
    return round(total / 2), total - round(total / 2)


@mistake_in("same_padding")
def rounded_down_twice(n, k, stride=1):
    """Both ends get the same: where the number of pixels is odd, one pixel is missing.

    How many pixels are there to share? Do your two numbers add up to that?
    """
    before, _ = right.same_padding(n, k, stride)
    return before, before


@mistake_in("same_padding")
def rounded_up_twice(n, k, stride=1):
    """Both ends get the same: where the number of pixels is odd, there is one pixel too many.

    How many pixels are there to share? Do your two numbers add up to that?
    """
    _, after = right.same_padding(n, k, stride)
    return after, after


@mistake_in("same_padding")
def halves_left(n, k, stride=1):
    """Both ends get exactly half of the pixels, as a float: where their number is odd, that is half
    a pixel.

    Which end gets the odd pixel?
    """
    total = sum(right.same_padding(n, k, stride))
    return total / 2, total / 2


@mistake_in("same_padding")
def all_at_both_ends(n, k, stride=1):
    """Each end gets all of the padding.

    The padding is shared between the two ends.
    """
    total = sum(right.same_padding(n, k, stride))
    return total, total


@mistake_in("same_padding")
def all_after(n, k, stride=1):
    """All of the padding comes after the image.

    The padding is shared between the two ends.
    """
    return 0, sum(right.same_padding(n, k, stride))


@mistake_in("same_padding")
def below_zero(n, k, stride=1):
    """A number is below 0 where the windows end before the image does.

    How many pixels does it take to make room for a last window that ends inside the image?
    """
    total = (math.ceil(n / stride) - 1) * stride + k - n
    return total // 2, total - total // 2


@mistake_in("same_padding")
def stride_not_counted(n, k, stride=1):
    """The stride makes no difference: this is right for a stride of 1 only.

    With a larger stride the last window begins at another pixel. How far does it reach?
    """
    return (k - 1) // 2, k // 2


@mistake_in("same_padding")
def half_the_kernel(n, k, stride=1):
    """Both ends get the same, whatever the stride. With a stride of 1, an even kernel gets one
    pixel too many.

    Where does the last window begin, and how far does it reach?
    """
    return k // 2, k // 2


@mistake_in("same_padding")
def half_the_rest(n, k, stride=1):
    """Both ends get the same, whatever the stride. With a stride of 1, an even kernel gets one
    pixel too few.

    Where does the last window begin, and how far does it reach?
    """
    return (k - 1) // 2, (k - 1) // 2


@mistake_in("same_padding")
def windows_rounded_down(n, k, stride=1):
    """There is room for n / stride windows, rounded down.

    How many windows does "same" ask for on 7 pixels with a stride of 2?
    """
    total = max((n // stride - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


@mistake_in("same_padding")
def size_kept(n, k, stride=1):
    """There is room for n windows, whatever the stride.

    How many windows does "same" ask for on 7 pixels with a stride of 2?
    """
    total = max((n - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


@mistake_in("same_padding")
def one_window_too_many(n, k, stride=1):
    """There is room for one window too many.

    The first window begins at 0. Where does the fourth begin, if the stride is 2?
    """
    total = math.ceil(n / stride) * stride + k - n
    return total // 2, total - total // 2


@mistake_in("same_padding")
def kernel_not_counted(n, k, stride=1):
    """The window's size makes no difference: n becomes a multiple of the stride.

    At which pixel does the last window begin, and how far does it reach?
    """
    total = math.ceil(n / stride) * stride - n
    return total // 2, total - total // 2


@mistake_in("same_padding")
def remainder_ignored(n, k, stride=1):
    """It is computed as if the stride divided n.

    Where the stride leaves a remainder, at which pixel does the last window begin, and how far does
    it reach?
    """
    total = max(k - stride, 0)
    return total // 2, total - total // 2


@mistake_in("same_padding")
def remainder_zero(n, k, stride=1):
    """Where the stride divides n, too much is added.

    Where the remainder is 0, at which pixel does the last window begin, and how far does it reach?
    """
    total = max(k - n % stride, 0)
    return total // 2, total - total // 2


@mistake_in("conv_parameters")
def bias_forgotten(kernel_size, in_channels, filters, use_bias=True):
    """The biases are not counted.

    What else does a filter learn, besides its weights?
    """
    return right.conv_parameters(kernel_size, in_channels, filters, False)


@mistake_in("conv_parameters")
def bias_always(kernel_size, in_channels, filters, use_bias=True):
    """The biases are counted although `use_bias` is False.

    Look at what becomes of `use_bias`.
    """
    return right.conv_parameters(kernel_size, in_channels, filters)


@mistake_in("conv_parameters")
def bias_turned_round(kernel_size, in_channels, filters, use_bias=True):
    """The biases are counted when `use_bias` is False, and left out when it is True.

    Look at which branch is which.
    """
    return right.conv_parameters(kernel_size, in_channels, filters, not use_bias)


@mistake_in("conv_parameters")
def one_bias(kernel_size, in_channels, filters, use_bias=True):
    """There is one bias for the whole layer.

    What does a bias belong to: the layer, a filter, or a slice?
    """
    return right.conv_parameters(kernel_size, in_channels, filters, False) + bool(use_bias)


@mistake_in("conv_parameters")
def bias_for_each_channel(kernel_size, in_channels, filters, use_bias=True):
    """There are as many biases as input channels.

    What does a bias belong to: a channel of the input, a filter, or a slice?
    """
    weights = right.conv_parameters(kernel_size, in_channels, filters, False)
    return weights + (in_channels if use_bias else 0)


@mistake_in("conv_parameters")
def bias_for_each_slice(kernel_size, in_channels, filters, use_bias=True):
    """Every slice of every filter has a bias.

    What does a bias belong to: the layer, a filter, or a slice?
    """
    weights = right.conv_parameters(kernel_size, in_channels, filters, False)
    return weights + (in_channels * filters if use_bias else 0)


@mistake_in("conv_parameters")
def channels_forgotten(kernel_size, in_channels, filters, use_bias=True):
    """The input's channels make no difference: each filter has a single slice of weights.

    How many slices does a filter have on an RGB image?
    """
    return right.conv_parameters(kernel_size, 1, filters, use_bias)


@mistake_in("conv_parameters")
def filters_forgotten(kernel_size, in_channels, filters, use_bias=True):
    """The parameters of only one filter are counted.

    How many filters does the layer have?
    """
    return right.conv_parameters(kernel_size, in_channels, 1, use_bias)


@mistake_in("conv_parameters")
def weights_of_one_filter(kernel_size, in_channels, filters, use_bias=True):
    """The weights of only one filter are counted, with the biases of all.

    How many slices does the whole layer have?
    """
    weights = right.conv_parameters(kernel_size, in_channels, 1, False)
    return weights + (filters if use_bias else 0)


@mistake_in("conv_parameters")
def kernel_not_squared(kernel_size, in_channels, filters, use_bias=True):
    """A slice has only as many weights as the kernel has rows.

    Draw a kernel of 3. How many weights does it hold?
    """
    side = _first(kernel_size)
    return right.conv_parameters((side, 1), in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def kernel_doubled(kernel_size, in_channels, filters, use_bias=True):
    """The kernel's height and width are added.

    Draw a kernel of 3 by 5. How many weights does it hold?
    """
    height, width = _pair(kernel_size)
    return right.conv_parameters((height + width, 1), in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def height_squared(kernel_size, in_channels, filters, use_bias=True):
    """The kernel's height is used for both sides.

    A pair is (height, width). Where is the width used?
    """
    return right.conv_parameters(_first(kernel_size), in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def width_squared(kernel_size, in_channels, filters, use_bias=True):
    """The kernel's width is used for both sides.

    A pair is (height, width). Where is the height used?
    """
    return right.conv_parameters(_pair(kernel_size)[1], in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def slices_counted(kernel_size, in_channels, filters, use_bias=True):
    """The slices are counted, not the weights in them.

    How many weights does a slice of 3 by 3 hold?
    """
    return right.conv_parameters(1, in_channels, filters, use_bias)


@mistake_in("trace_shapes")
def floats_in_shapes(input_shape, layers):
    """The sizes are right, but they are floats such as 13.0.

    Sizes count pixels. Which of Python's two divisions gives an int?
    """
    return [tuple(map(float, shape)) for shape in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def fractions_in_shapes(input_shape, layers):
    """The sizes are not rounded: they are floats such as 5.5.

    There are no half windows. Which sizes are rounded down, and which up?
    """
    return _trace(
        input_shape,
        layers,
        valid=lambda n, k, s: (n - k) / s + 1,
        same=lambda n, k, s: n / s,
    )


@mistake_in("trace_shapes")
def steps_counted(input_shape, layers):
    """A window that moves without padding has one place too few along each side.

    Is the first place counted, where the window is before it takes a step?
    """
    return _trace(input_shape, layers, valid=lambda n, k, s: (n - k) // s)


@mistake_in("trace_shapes")
def one_added_before_division(input_shape, layers):
    """The 1 of the first place is added before the division by the stride, and so divided as well.

    Is the 1 added in the same place as in your output_size?
    """
    return _trace(input_shape, layers, valid=lambda n, k, s: (n - k + 1) // s)


@mistake_in("trace_shapes")
def pool_divides_the_side(input_shape, layers):
    """A pool divides the side by its stride, whatever the size of its window.

    How many windows of 3 fit into 6 pixels if they move by 2?
    """
    return _trace(input_shape, layers, pool=lambda n, k, s: n // s)


@mistake_in("trace_shapes")
def stride_taken_for_padding(input_shape, layers):
    """A window is padded by its stride, and moves by one pixel.

    In which order does `output_size` take its arguments?
    """
    return _trace(input_shape, layers, valid=lambda n, k, s: right.output_size(n, k, s, 1))


@mistake_in("trace_shapes")
def pool_moves_by_one(input_shape, layers):
    """A pool without a stride moves by one pixel.

    Which stride does a pool have if none is given? It is not that of a conv layer.
    """
    return right.trace_shapes(
        input_shape,
        [{"stride": 1, **layer} if layer["type"] == "pool" else layer for layer in layers],
    )


@mistake_in("trace_shapes")
def pool_stride_ignored(input_shape, layers):
    """The stride of a pool is ignored: it moves by its size even where another stride is given.

    Where is the layer's "stride" read?
    """
    return right.trace_shapes(
        input_shape,
        [layer | {"stride": layer["size"]} if "size" in layer else layer for layer in layers],
    )


@mistake_in("trace_shapes")
def conv_stride_ignored(input_shape, layers):
    """The stride of a conv layer is ignored: it always moves by one pixel.

    Where is the layer's "stride" read?
    """
    return right.trace_shapes(
        input_shape,
        [layer | {"stride": 1} if layer["type"] == "conv" else layer for layer in layers],
    )


@mistake_in("trace_shapes")
def conv_moves_by_kernel(input_shape, layers):
    """A conv layer without a stride moves by its kernel's size.

    Which stride does a conv layer have if none is given? It is not that of a pool.
    """
    return _trace(input_shape, layers, conv_stride=None)


@mistake_in("trace_shapes")
def same_keeps_size(input_shape, layers):
    """With padding "same", the size stays as it is even where the stride is larger than 1.

    How many windows does "same" ask for on 7 pixels with a stride of 2?
    """
    return _trace(input_shape, layers, same=lambda n, k, s: n)


@mistake_in("trace_shapes")
def same_rounds_down(input_shape, layers):
    """With padding "same", n / stride is rounded down.

    How many windows does "same" ask for on 7 pixels with a stride of 2?
    """
    return _trace(input_shape, layers, same=lambda n, k, s: n // s)


@mistake_in("trace_shapes")
def same_adds_one(input_shape, layers):
    """With padding "same", there is one place too many where the stride divides the side.

    Rounding up leaves a whole number as it is.
    """
    return _trace(input_shape, layers, same=lambda n, k, s: n // s + 1)


@mistake_in("trace_shapes")
def same_pads_alike(input_shape, layers):
    """With padding "same", both ends are padded alike, which can leave an even kernel one place too
    few.

    Does the size of the output depend on the kernel at all?
    """
    return _trace(
        input_shape,
        layers,
        same=lambda n, k, s: right.output_size(n, k, (k - 1) // 2, s),
    )


@mistake_in("trace_shapes")
def same_pads_half_the_kernel(input_shape, layers):
    """With padding "same", both ends are padded alike, which can give an even kernel one place too
    many.

    Does the size of the output depend on the kernel at all?
    """
    return _trace(input_shape, layers, same=lambda n, k, s: right.output_size(n, k, k // 2, s))


@mistake_in("trace_shapes")
def padding_ignored_in_conv(input_shape, layers):
    """The padding of a conv layer is ignored: "same" gives what "valid" gives.

    Where is the layer's "padding" read?
    """
    return _trace(input_shape, layers, same=lambda n, k, s: right.output_size(n, k, 0, s))


@mistake_in("trace_shapes")
def pool_rounds_up(input_shape, layers):
    """A pool rounds up, and counts a window that hangs over the edge.

    A pool is always valid. What becomes of a window that does not fit whole?
    """
    return _trace(input_shape, layers, pool=lambda n, k, s: math.ceil((n - k) / s) + 1)


@mistake_in("trace_shapes")
def pool_drops_channels(input_shape, layers):
    """The shape after a pool has no channels.

    A pool leaves the channels as they are. How many numbers should its output shape have?
    """
    shapes = right.trace_shapes(input_shape, layers)
    pairs = zip(layers, shapes, strict=True)
    return [shape[:2] if layer["type"] == "pool" else shape for layer, shape in pairs]


@mistake_in("trace_shapes")
def channels_kept(input_shape, layers):
    """A conv layer keeps its input's channels.

    How many feature maps do 6 filters give?
    """
    return _trace(input_shape, layers, channels=lambda before, filters: before)


@mistake_in("trace_shapes")
def channels_multiplied(input_shape, layers):
    """A conv layer multiplies the channels by its filters.

    How many feature maps does a single filter give on an RGB image?
    """
    return _trace(input_shape, layers, channels=lambda before, filters: before * filters)


@mistake_in("trace_shapes")
def channels_added(input_shape, layers):
    """A conv layer adds its filters to the channels.

    How many feature maps does a single filter give on an RGB image?
    """
    return _trace(input_shape, layers, channels=lambda before, filters: before + filters)


@mistake_in("trace_shapes")
def channels_first(input_shape, layers):
    """The channels come first in the shapes.

    Compare the order of the numbers with that of `input_shape`.
    """
    shapes = right.trace_shapes(input_shape, layers)
    return [(s[2], s[0], s[1]) if len(s) == 3 else s for s in shapes]


@mistake_in("trace_shapes")
def sides_swapped(input_shape, layers):
    """Height and width are swapped in the shapes.

    Which side comes first in `input_shape`?
    """
    shapes = right.trace_shapes(input_shape, layers)
    return [(s[1], s[0], s[2]) if len(s) == 3 else s for s in shapes]


@mistake_in("trace_shapes")
def kernel_swapped(input_shape, layers):
    """The kernel's height and width are swapped.

    Which number of the pair belongs to the rows?
    """
    return right.trace_shapes(input_shape, _with_kernels(layers, lambda pair: pair[::-1]))


@mistake_in("trace_shapes")
def kernel_height_twice(input_shape, layers):
    """The kernel's height is used for both sides.

    A pair is (height, width). Where is the width used?
    """
    return right.trace_shapes(input_shape, _with_kernels(layers, lambda pair: pair[0]))


@mistake_in("trace_shapes")
def height_twice(input_shape, layers):
    """The image's height is used for both sides.

    Images need not be square. What is the width computed from?
    """
    return _trace(input_shape, layers, sides=lambda shape: (shape[0], shape[0]))


@mistake_in("trace_shapes")
def width_left_alone(input_shape, layers):
    """The width stays as it is: windows make only the height smaller.

    Rows and columns are treated alike. What is the width computed from?
    """
    shapes, shape = [], tuple(input_shape)
    for layer in layers:
        (after,) = right.trace_shapes(shape, [layer])
        shape = (after[0], shape[1], after[2]) if len(after) == 3 else after
        shapes.append(shape)
    return shapes


@mistake_in("trace_shapes")
def flatten_without_channels(input_shape, layers):
    """Flatten leaves the channels out.

    How many numbers does a volume of 2 by 2 by 3 hold?
    """
    return _trace(input_shape, layers, flatten=lambda shape: (math.prod(shape[:2]),))


@mistake_in("trace_shapes")
def flatten_adds(input_shape, layers):
    """Flatten adds the sides up.

    How many numbers does a volume of 2 by 2 by 3 hold?
    """
    return _trace(input_shape, layers, flatten=lambda shape: (sum(shape),))


@mistake_in("trace_shapes")
def flatten_gives_an_int(input_shape, layers):
    """A flat shape is a bare number, not a tuple.

    `(490)` is a number in brackets. What makes a tuple of a single number?
    """
    return [s[0] if len(s) == 1 else s for s in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def flatten_keeps_an_axis(input_shape, layers):
    """A flat shape has an axis of 1 in front.

    How many axes does a row of numbers have?
    """
    return [(1, *s) if len(s) == 1 else s for s in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def dense_changes_nothing(input_shape, layers):
    """A dense layer leaves the shape as it is.

    How many numbers come out of 84 units?
    """
    return _trace(input_shape, layers, dense=lambda shape, units: shape)


@mistake_in("trace_shapes")
def batch_axis_included(input_shape, layers):
    """Every shape begins with the batch axis, None.

    The shapes here are those of a single image.
    """
    return [(None, *shape) for shape in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def input_included(input_shape, layers):
    """The list begins with the shape of the input.

    How many shapes should there be for two layers? Look at where the list begins.
    """
    return [tuple(input_shape), *right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def last_shape_alone(input_shape, layers):
    """Only the last shape comes back.

    Where do you keep the shapes of the layers before the last?
    """
    return right.trace_shapes(input_shape, layers)[-1]


@mistake_in("trace_shapes")
def last_shape_repeated(input_shape, layers):
    """Every shape in the list is the last layer's.

    Do you add the same list each time, and change it later? Add a new tuple for each layer.
    """
    shapes = right.trace_shapes(input_shape, layers)
    return [shapes[-1] for _ in shapes]


@mistake_in("trace_shapes")
def last_layer_forgotten(input_shape, layers):
    """The last layer's shape is missing.

    Does the loop reach the last layer? Is a shape kept after its layer is computed, or before?
    """
    return right.trace_shapes(input_shape, layers)[:-1]


@mistake_in("trace_shapes")
def one_layer_late(input_shape, layers):
    """Every shape comes one layer too late: the list begins with the input's, and the last layer's
    is missing.

    Is a shape kept after its layer is computed, or before?
    """
    return [tuple(input_shape), *right.trace_shapes(input_shape, layers)[:-1]]


@mistake_in("trace_shapes")
def each_on_the_input(input_shape, layers):
    """Every layer reads the network's input.

    What does the second layer read? Look at whether `shape` is replaced.
    """
    return [right.trace_shapes(input_shape, [layer])[0] for layer in layers]


def _first(kernel_size):
    """Return a kernel's height."""
    return _pair(kernel_size)[0]


def _pair(kernel_size):
    """Return a kernel's height and width."""
    return kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size, kernel_size)


def _with_kernels(layers, change):
    """Return layers with other kernels."""
    return [
        layer | {"kernel": change(_pair(layer["kernel"]))} if "kernel" in layer else layer
        for layer in layers
    ]


def _trace(
    input_shape,
    layers,
    *,
    valid=lambda n, k, s: right.output_size(n, k, 0, s),
    same=lambda n, k, s: math.ceil(n / s),
    pool=None,
    sides=lambda shape: shape[:2],
    conv_stride=1,
    channels=lambda before, filters: filters,
    flatten=lambda shape: (math.prod(shape),),
    dense=lambda shape, units: (units,),
):
    """Trace shapes with one rule of another kind; None for a stride means the window's size."""
    shapes, shape = [], tuple(input_shape)
    for layer in layers:
        kind = layer["type"]
        if kind == "flatten":
            shape = flatten(shape)
        elif kind == "dense":
            shape = dense(shape, layer["units"])
        elif kind == "pool":
            size, stride = layer["size"], layer.get("stride", layer["size"])
            shape = (*((pool or valid)(n, size, stride) for n in sides(shape)), shape[2])
        else:
            rule = same if layer.get("padding") == "same" else valid
            stride = layer.get("stride", conv_stride)
            pairs = zip(sides(shape), _pair(layer["kernel"]), strict=True)
            rows, columns = (rule(n, k, stride or k) for n, k in pairs)
            shape = (rows, columns, channels(shape[2], layer["filters"]))
        shapes.append(shape)
    return shapes


_CONV = {"type": "conv", "filters": 4, "kernel": 3}
EXAMPLES = {
    "output_size": [
        (5, 3),
        (6, 3, 0, 2),
        (7, 3, 0, 2),
        (5, 3, 1),
        (6, 3, 1, 2),
        (9, 2, 0, 3),
        (10, 3, 1, 4),
        (12, 5, 2, 3),
        (8, 3, 0, 3),
        (7, 2, 1, 4),
    ],
    "same_padding": [
        (5, 3),
        (5, 2),
        (5, 4),
        (7, 2, 2),
        (6, 3, 2),
        (7, 3, 2),
        (8, 1, 2),
        (8, 5, 3),
        (9, 4, 3),
        (10, 7, 4),
    ],
    "conv_parameters": [
        (1, 1, 1),
        (3, 1, 2),
        (3, 2, 5),
        (3, 2, 5, False),
        ((2, 4), 1, 3),
        ((2, 5), 3, 4, False),
    ],
    "trace_shapes": [
        ((6, 7, 1), [_CONV]),
        ((6, 7, 3), [_CONV]),
        ((6, 9, 2), [{"type": "pool", "size": 2}]),
        ((6, 9, 2), [{"type": "pool", "size": 3, "stride": 2}]),
        ((5, 8, 2), [{"type": "flatten"}]),
        ((5,), [{"type": "dense", "units": 3}]),
        ((6, 9, 2), [_CONV | {"stride": 2}]),
        ((6, 9, 2), [_CONV | {"kernel": (2, 4)}]),
        ((6, 9, 2), [_CONV | {"padding": "same"}]),
        ((6, 9, 2), [_CONV | {"kernel": 2, "padding": "same"}]),
        ((6, 9, 2), [_CONV | {"padding": "same", "stride": 2}]),
        ((6, 8, 1), [_CONV, {"type": "pool", "size": 2}]),
        ((6, 8, 1), [_CONV, {"type": "flatten"}, {"type": "dense", "units": 3}]),
    ],
}

"""Wrong ways to do lesson 04's exercises."""

import math

from utils import output_size as right
from utils.mistakes import mistake_in


@mistake_in("output_size")
def whole_float(n, k, padding=0, stride=1):
    """The number is right, but it is a float such as 3.0. A size counts windows, so make it an int:
    int(...) or // will do.
    """
    return float(right.output_size(n, k, padding, stride))


@mistake_in("output_size")
def fraction_left(n, k, padding=0, stride=1):
    """The division leaves a fraction. There are no half windows: a window that does not fit whole
    is left out, so round down.
    """
    return (n - k + 2 * padding) / stride + 1


@mistake_in("output_size")
def plus_one_forgotten(n, k, padding=0, stride=1):
    """One place is missing: the first window stands at the very beginning, before any step is
    taken, and it counts too.
    """
    return (n - k + 2 * padding) // stride


@mistake_in("output_size")
def one_added_twice(n, k, padding=0, stride=1):
    """There is one place too many: the 1 is added twice. Look for a + 1 beside a rounding up."""
    return (n - k + 2 * padding) // stride + 2


@mistake_in("output_size")
def rounded_up(n, k, padding=0, stride=1):
    """It rounds up, and counts a last window that hangs over the edge. Round down."""
    return math.ceil((n - k + 2 * padding) / stride) + 1


@mistake_in("output_size")
def rounded_to_nearest(n, k, padding=0, stride=1):
    """It rounds to the nearest whole number, and sometimes that is up. Always round down."""
    return round((n - k + 2 * padding) / stride) + 1


@mistake_in("output_size")
def brackets_forgotten(n, k, padding=0, stride=1):
    """Only k is divided by the stride. All of n - k + 2 * padding is: put it in brackets."""
    return n + 2 * padding - k / stride + 1


@mistake_in("output_size")
def brackets_forgotten_whole(n, k, padding=0, stride=1):
    """Only k is divided by the stride. All of n - k + 2 * padding is: put brackets around it."""
    return n + 2 * padding - k // stride + 1


@mistake_in("output_size")
def one_added_first(n, k, padding=0, stride=1):
    """The 1 is added before the division, and so divided as well. Add it at the very end."""
    return (n - k + 2 * padding + 1) // stride


@mistake_in("output_size")
def padding_divided_alone(n, k, padding=0, stride=1):
    """2 * padding alone is divided by the stride. All of n - k + 2 * padding is: put it in
    brackets.
    """
    return n - k + 2 * padding // stride + 1


@mistake_in("output_size")
def padded_at_one_end(n, k, padding=0, stride=1):
    """The padding is counted at one end alone. There are `padding` pixels at both."""
    return (n - k + padding) // stride + 1


@mistake_in("output_size")
def padding_ignored(n, k, padding=0, stride=1):
    """The padding makes no difference. It adds `padding` pixels at both ends."""
    return (n - k) // stride + 1


@mistake_in("output_size")
def padding_subtracted(n, k, padding=0, stride=1):
    """The padding is taken away. It adds pixels, so there are more places for the window."""
    return (n - k - 2 * padding) // stride + 1


@mistake_in("output_size")
def stride_ignored(n, k, padding=0, stride=1):
    """The stride makes no difference. The window moves on by `stride` pixels, and skips places."""
    return n - k + 2 * padding + 1


@mistake_in("output_size")
def kernel_ignored(n, k, padding=0, stride=1):
    """The window's size makes no difference: this counts the steps through the whole axis. A window
    of k stops k pixels before the end.
    """
    return math.ceil((n + 2 * padding) / stride)


@mistake_in("same_padding")
def whole_floats(n, k, stride=1):
    """The numbers are right, but they are floats such as 1.0. They count pixels: make them ints."""
    before, after = right.same_padding(n, k, stride)
    return float(before), float(after)


@mistake_in("same_padding")
def odd_one_before(n, k, stride=1):
    """The two ends are swapped. Where the number of pixels is odd, the odd one comes after."""
    return right.same_padding(n, k, stride)[::-1]


@mistake_in("same_padding")
def rounded_down_twice(n, k, stride=1):
    """Both ends get the same, rounded down: where the number is odd, one pixel is lost.
    What `before` leaves over belongs to `after`.
    """
    before, _ = right.same_padding(n, k, stride)
    return before, before


@mistake_in("same_padding")
def rounded_up_twice(n, k, stride=1):
    """Both ends get the same, rounded up: where the number is odd, there is one pixel too many."""
    _, after = right.same_padding(n, k, stride)
    return after, after


@mistake_in("same_padding")
def halves_left(n, k, stride=1):
    """There are half pixels. Both numbers have to be whole: round `before` down, and give `after`
    what is left.
    """
    total = sum(right.same_padding(n, k, stride))
    return total / 2, total / 2


@mistake_in("same_padding")
def all_at_both_ends(n, k, stride=1):
    """Each end gets all of it. Share it between the two."""
    total = sum(right.same_padding(n, k, stride))
    return total, total


@mistake_in("same_padding")
def all_after(n, k, stride=1):
    """All of it comes after. Share it between the two ends."""
    return 0, sum(right.same_padding(n, k, stride))


@mistake_in("same_padding")
def below_zero(n, k, stride=1):
    """It goes below 0. Where the windows fit as they are, because the stride is larger than the
    window, nothing is added.
    """
    total = (math.ceil(n / stride) - 1) * stride + k - n
    return total // 2, total - total // 2


@mistake_in("same_padding")
def stride_not_counted(n, k, stride=1):
    """Right for a stride of 1 alone. With a larger one the last window begins at another
    pixel: see how far it reaches.
    """
    return (k - 1) // 2, k // 2


@mistake_in("same_padding")
def half_the_kernel(n, k, stride=1):
    """Both ends get half the kernel. That is right for an odd kernel and a stride of 1 alone."""
    return k // 2, k // 2


@mistake_in("same_padding")
def half_the_rest(n, k, stride=1):
    """Both ends get (k - 1) // 2. That is right for an odd kernel and a stride of 1 alone."""
    return (k - 1) // 2, (k - 1) // 2


@mistake_in("same_padding")
def windows_rounded_down(n, k, stride=1):
    """It makes room for floor(n / stride) windows. The output has ceil(n / stride) of them."""
    total = max((n // stride - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


@mistake_in("same_padding")
def size_kept(n, k, stride=1):
    """It makes room for n windows whatever the stride. The output has ceil(n / stride) of them."""
    total = max((n - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


@mistake_in("same_padding")
def remainder_ignored(n, k, stride=1):
    """Right where the stride divides n. Where it does not, the last window begins at
    another pixel: see how far it reaches.
    """
    total = max(k - stride, 0)
    return total // 2, total - total // 2


@mistake_in("same_padding")
def remainder_zero(n, k, stride=1):
    """Right where the stride does not divide n. Where it does, the remainder is 0: check
    how far the last window reaches then.
    """
    total = max(k - n % stride, 0)
    return total // 2, total - total // 2


@mistake_in("conv_parameters")
def bias_forgotten(kernel_size, in_channels, filters, use_bias=True):
    """The biases are forgotten: each filter has one."""
    return right.conv_parameters(kernel_size, in_channels, filters, False)


@mistake_in("conv_parameters")
def bias_always(kernel_size, in_channels, filters, use_bias=True):
    """The biases are counted although use_bias is False. Look at what becomes of `use_bias`."""
    return right.conv_parameters(kernel_size, in_channels, filters)


@mistake_in("conv_parameters")
def bias_turned_round(kernel_size, in_channels, filters, use_bias=True):
    """The biases are counted when use_bias is False, and left out when it is True. Look at which
    branch is which.
    """
    return right.conv_parameters(kernel_size, in_channels, filters, not use_bias)


@mistake_in("conv_parameters")
def one_bias(kernel_size, in_channels, filters, use_bias=True):
    """There is one bias for the whole layer. Each filter has one of its own."""
    return right.conv_parameters(kernel_size, in_channels, filters, False) + bool(use_bias)


@mistake_in("conv_parameters")
def bias_for_each_channel(kernel_size, in_channels, filters, use_bias=True):
    """The biases are counted by channels of the input. Each filter has one."""
    weights = right.conv_parameters(kernel_size, in_channels, filters, False)
    return weights + (in_channels if use_bias else 0)


@mistake_in("conv_parameters")
def bias_for_each_slice(kernel_size, in_channels, filters, use_bias=True):
    """Every slice of every filter has a bias here. A filter has one, whatever its slices."""
    weights = right.conv_parameters(kernel_size, in_channels, filters, False)
    return weights + (in_channels * filters if use_bias else 0)


@mistake_in("conv_parameters")
def channels_forgotten(kernel_size, in_channels, filters, use_bias=True):
    """The input's channels are forgotten: a filter has one slice of weights for each of them."""
    return right.conv_parameters(kernel_size, 1, filters, use_bias)


@mistake_in("conv_parameters")
def filters_forgotten(kernel_size, in_channels, filters, use_bias=True):
    """One filter is counted. The layer has `filters` of them."""
    return right.conv_parameters(kernel_size, in_channels, 1, use_bias)


@mistake_in("conv_parameters")
def kernel_not_squared(kernel_size, in_channels, filters, use_bias=True):
    """A kernel of k has k * k weights in a slice, not k."""
    side = _first(kernel_size)
    return right.conv_parameters((side, 1), in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def kernel_doubled(kernel_size, in_channels, filters, use_bias=True):
    """The kernel's height and width are added. Multiply them to count its weights."""
    height, width = _pair(kernel_size)
    return right.conv_parameters((height + width, 1), in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def height_squared(kernel_size, in_channels, filters, use_bias=True):
    """The kernel's height is used twice. A pair is (height, width)."""
    return right.conv_parameters(_first(kernel_size), in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def width_squared(kernel_size, in_channels, filters, use_bias=True):
    """The kernel's width is used twice. A pair is (height, width)."""
    return right.conv_parameters(_pair(kernel_size)[1], in_channels, filters, use_bias)


@mistake_in("conv_parameters")
def slices_counted(kernel_size, in_channels, filters, use_bias=True):
    """The slices are counted. Each of them has height * width weights."""
    return right.conv_parameters(1, in_channels, filters, use_bias)


@mistake_in("trace_shapes")
def floats_in_shapes(input_shape, layers):
    """The sizes are right, but floats such as 13.0. They count: make them ints."""
    return [tuple(map(float, shape)) for shape in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def fractions_in_shapes(input_shape, layers):
    """There are fractions in the shapes. Sizes are whole numbers: your output_size rounds down."""
    return _trace(
        input_shape,
        layers,
        valid=lambda n, k, s: (n - k) / s + 1,
        same=lambda n, k, s: n / s,
    )


@mistake_in("trace_shapes")
def steps_counted(input_shape, layers):
    """A window's size is taken away from the side, and nothing added: n - k. The first place counts
    too, so it is n - k + 1. Your output_size knows.
    """
    return _trace(input_shape, layers, valid=lambda n, k, s: (n - k) // s)


@mistake_in("trace_shapes")
def pool_moves_by_one(input_shape, layers):
    """A pool without a stride moves by one pixel here. Its stride is its size unless given."""
    return right.trace_shapes(
        input_shape,
        [{"stride": 1, **layer} if layer["type"] == "pool" else layer for layer in layers],
    )


@mistake_in("trace_shapes")
def pool_stride_ignored(input_shape, layers):
    """The stride of a pool is ignored: it moves by its size even where another stride is given."""
    return right.trace_shapes(
        input_shape,
        [layer | {"stride": layer["size"]} if "size" in layer else layer for layer in layers],
    )


@mistake_in("trace_shapes")
def conv_stride_ignored(input_shape, layers):
    """The stride of a conv layer is ignored. Look for the layer's `stride`: it is 1 only where none
    is given.
    """
    return right.trace_shapes(
        input_shape,
        [layer | {"stride": 1} if layer["type"] == "conv" else layer for layer in layers],
    )


@mistake_in("trace_shapes")
def conv_moves_by_kernel(input_shape, layers):
    """A conv layer without a stride moves by its kernel's size here. Its stride is 1 unless it is
    given.
    """
    return _trace(input_shape, layers, conv_stride=None)


@mistake_in("trace_shapes")
def same_keeps_size(input_shape, layers):
    """With padding "same" the size stays as it is even where the stride is larger than 1.
    It is ceil(n / stride).
    """
    return _trace(input_shape, layers, same=lambda n, k, s: n)


@mistake_in("trace_shapes")
def same_rounds_down(input_shape, layers):
    """With padding "same" the size is n / stride, rounded down here. It is rounded up."""
    return _trace(input_shape, layers, same=lambda n, k, s: n // s)


@mistake_in("trace_shapes")
def same_pads_alike(input_shape, layers):
    """With padding "same" both ends get (k - 1) // 2 here. That is too little for an even kernel:
    the output has ceil(n / stride) values.
    """
    return _trace(
        input_shape,
        layers,
        same=lambda n, k, s: right.output_size(n, k, (k - 1) // 2, s),
    )


@mistake_in("trace_shapes")
def padding_ignored_in_conv(input_shape, layers):
    """The padding of a conv layer is ignored: "same" should keep the window from shrinking the
    picture.
    """
    return _trace(input_shape, layers, same=lambda n, k, s: right.output_size(n, k, 0, s))


@mistake_in("trace_shapes")
def pool_rounds_up(input_shape, layers):
    """A pool rounds up here. It is valid: what is left over at the end is dropped."""
    return _trace(input_shape, layers, pool=lambda n, k, s: math.ceil((n - k) / s) + 1)


@mistake_in("trace_shapes")
def channels_kept(input_shape, layers):
    """A conv layer keeps its input's channels here. It has as many feature maps as filters."""
    return _trace(input_shape, layers, channels=lambda before, filters: before)


@mistake_in("trace_shapes")
def channels_multiplied(input_shape, layers):
    """A conv layer multiplies the channels by the filters here. Each filter sums over the channels
    and gives one feature map.
    """
    return _trace(input_shape, layers, channels=lambda before, filters: before * filters)


@mistake_in("trace_shapes")
def channels_added(input_shape, layers):
    """A conv layer adds its filters to the channels here. It gives one feature map a filter."""
    return _trace(input_shape, layers, channels=lambda before, filters: before + filters)


@mistake_in("trace_shapes")
def channels_first(input_shape, layers):
    """The channels stand first. Here, and in Keras, a shape is (height, width, channels)."""
    shapes = right.trace_shapes(input_shape, layers)
    return [(s[2], s[0], s[1]) if len(s) == 3 else s for s in shapes]


@mistake_in("trace_shapes")
def sides_swapped(input_shape, layers):
    """Height and width are swapped: a shape is (height, width, channels)."""
    shapes = right.trace_shapes(input_shape, layers)
    return [(s[1], s[0], s[2]) if len(s) == 3 else s for s in shapes]


@mistake_in("trace_shapes")
def kernel_swapped(input_shape, layers):
    """The kernel's height and width are swapped: a pair is (height, width)."""
    return right.trace_shapes(input_shape, _with_kernels(layers, lambda pair: pair[::-1]))


@mistake_in("trace_shapes")
def kernel_height_twice(input_shape, layers):
    """The kernel's height is used for both sides. A pair is (height, width)."""
    return right.trace_shapes(input_shape, _with_kernels(layers, lambda pair: pair[0]))


@mistake_in("trace_shapes")
def height_twice(input_shape, layers):
    """The height is used for both sides. Images need not be square: the width has a size of its
    own.
    """
    height, _, channels = input_shape
    return right.trace_shapes((height, height, channels), layers)


@mistake_in("trace_shapes")
def flatten_without_channels(input_shape, layers):
    """Flatten leaves the channels out. It counts every number: height * width * channels."""
    return _trace(input_shape, layers, flatten=lambda shape: (math.prod(shape[:2]),))


@mistake_in("trace_shapes")
def flatten_adds(input_shape, layers):
    """Flatten adds the sides up. Multiply them to count the numbers."""
    return _trace(input_shape, layers, flatten=lambda shape: (sum(shape),))


@mistake_in("trace_shapes")
def flatten_gives_an_int(input_shape, layers):
    """A flat shape is a bare number. It should be a tuple of one, such as (490,)."""
    return [s[0] if len(s) == 1 else s for s in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def flatten_keeps_an_axis(input_shape, layers):
    """A flat shape has an axis of 1 in front. It should be a tuple of one, such as (490,)."""
    return [(1, *s) if len(s) == 1 else s for s in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def dense_changes_nothing(input_shape, layers):
    """A dense layer leaves the shape as it is. It gives one number for each of its units."""
    return _trace(input_shape, layers, dense=lambda shape, units: shape)


@mistake_in("trace_shapes")
def batch_axis_included(input_shape, layers):
    """Every shape begins with the batch axis, None. Leave it out."""
    return [(None, *shape) for shape in right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def input_included(input_shape, layers):
    """The input's own shape is in the list. It should hold what comes after each layer."""
    return [tuple(input_shape), *right.trace_shapes(input_shape, layers)]


@mistake_in("trace_shapes")
def last_shape_alone(input_shape, layers):
    """The last shape alone comes back. Return a list with the shape after every layer."""
    return right.trace_shapes(input_shape, layers)[-1]


@mistake_in("trace_shapes")
def last_layer_forgotten(input_shape, layers):
    """The last layer's shape is missing: keep every shape after its layer, not before it."""
    return right.trace_shapes(input_shape, layers)[:-1]


@mistake_in("trace_shapes")
def one_layer_late(input_shape, layers):
    """Every shape stands one layer too late: the list begins with the input's own, and the last
    layer's is missing.
    """
    return [tuple(input_shape), *right.trace_shapes(input_shape, layers)[:-1]]


@mistake_in("trace_shapes")
def each_on_the_input(input_shape, layers):
    """Every layer reads the network's input. It should read what the layer before it gives."""
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
            shape = (*((pool or valid)(n, size, stride) for n in shape[:2]), shape[2])
        else:
            rule = same if layer.get("padding") == "same" else valid
            stride = layer.get("stride", conv_stride)
            sides = zip(shape[:2], _pair(layer["kernel"]), strict=True)
            rows, columns = (rule(n, k, stride or k) for n, k in sides)
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

"""Wrong ways to do lesson 08's exercises."""

import numpy as np

from utils import lenet as right
from utils.keras_setup import keras
from utils.mistakes import mistake_in

layers = keras.layers


@mistake_in("build_lenet5")
def relu_everywhere(classes=10):
    """Layer 1 (convolution) has activation relu, should have activation tanh.
    Layers 3, 5 and 7 differ too. Networks of today use ReLU: look at the table's last column.
    """
    return _lenet5(classes, activation="relu")


@mistake_in("build_lenet5")
def max_pooling(classes=10):
    """Layer 2 should be an average pooling, but is a max pooling. Layer 4 differs too. What S2 and
    S4 are is in the table's second column.
    """
    return _lenet5(classes, pooling=layers.MaxPooling2D)


@mistake_in("build_lenet5")
def padded_as_in_newer_networks(classes=10):
    """Layer 1 (convolution) has padding same, should have valid. C1 makes the picture smaller:
    look at the sizes in the table, 32 before it and 28 after.
    """
    return _lenet5(classes, padding="same")


@mistake_in("build_lenet5")
def third_convolution_dense(classes=10):
    """A convolution (120 filters) is missing before layer 5 (a Flatten). Layer 6 differs too.
    On 5x5 pixels C5 computes what a dense layer would, and yet it is a convolution in the table.
    """
    return _lenet5(classes, third="dense")


@mistake_in("build_lenet5")
def eighty_units(classes=10):
    """Layer 7 (dense layer) has 80 units, should have 84. Look at the table's row F6 again."""
    return _lenet5(classes, units=80)


@mistake_in("build_lenet5")
def logits(classes=10):
    """Layer 8 (dense layer) has no activation, should have activation softmax. Add up what comes
    out for one picture: probabilities add up to 1.
    """
    return _lenet5(classes, last=None)


def _lenet5(
    classes,
    activation="tanh",
    pooling=layers.AveragePooling2D,
    padding="valid",
    third="convolution",
    units=84,
    last="softmax",
):
    """Return LeNet-5 with other settings."""
    convolutional = [layers.Conv2D(120, 5, activation=activation), layers.Flatten()]
    dense = [layers.Flatten(), layers.Dense(120, activation=activation)]
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, padding=padding, activation=activation),
            pooling(2),
            layers.Conv2D(16, 5, activation=activation),
            pooling(2),
            *(dense if third == "dense" else convolutional),
            layers.Dense(units, activation=activation),
            layers.Dense(classes, activation=last),
        ]
    )


@mistake_in("pad_to")
def odd_pixel_above(images, size):
    """The odd row is above, or the odd column to the left. It belongs below and to the right:
    round down what comes first.
    """
    return right.pad_to(images[:, ::-1, ::-1], size)[:, ::-1, ::-1]


@mistake_in("pad_to")
def all_below(images, size):
    """All the zeros are below and to the right. Half of them belong above and to the left."""
    height, width = images.shape[1:3]
    return np.pad(images, ((0, 0), (0, size - height), (0, size - width), (0, 0)))


@mistake_in("pad_to")
def all_above(images, size):
    """All the zeros are above and to the left. Half of them belong below and to the right."""
    height, width = images.shape[1:3]
    return np.pad(images, ((0, 0), (size - height, 0), (size - width, 0), (0, 0)))


@mistake_in("pad_to")
def all_on_both_sides(images, size):
    """Each side gets all the missing pixels, so the result is too large. Share them."""
    height, width = images.shape[1:3]
    tall, wide = size - height, size - width
    return np.pad(images, ((0, 0), (tall, tall), (wide, wide), (0, 0)))


@mistake_in("pad_to")
def half_on_both_sides(images, size):
    """Both sides get half, rounded down. Where the number is odd, one pixel is missing."""
    height, width = images.shape[1:3]
    tall, wide = (size - height) // 2, (size - width) // 2
    return np.pad(images, ((0, 0), (tall, tall), (wide, wide), (0, 0)))


@mistake_in("pad_to")
def always_two(images, size):
    """It adds two pixels on each side whatever the size. Count how many are missing."""
    return np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))


@mistake_in("pad_to")
def height_alone(images, size):
    """The columns get as many zeros as the rows. Height and width may differ: count both."""
    top = (size - images.shape[1]) // 2
    after = size - images.shape[1] - top
    return np.pad(images, ((0, 0), (top, after), (top, after), (0, 0)))


@mistake_in("pad_to")
def axes_swapped(images, size):
    """Height and width are swapped: axis 1 counts rows, axis 2 counts columns."""
    height, width = images.shape[1:3]
    top, left = (size - width) // 2, (size - height) // 2
    return np.pad(images, ((0, 0), (top, size - width - top), (left, size - height - left), (0, 0)))


@mistake_in("pad_to")
def edge_repeated(images, size):
    """The border repeats the image's edge. It should be black: 0."""
    height, width = images.shape[1:3]
    top, left = (size - height) // 2, (size - width) // 2
    pads = ((0, 0), (top, size - height - top), (left, size - width - left), (0, 0))
    return np.pad(images, pads, mode="edge")


@mistake_in("pad_to")
def white_border(images, size):
    """The border is not black. Black is 0."""
    ones = np.ones_like(images)
    return right.pad_to(images, size) + (right.pad_to(ones, size) == 0)


@mistake_in("pad_to")
def channel_dropped(images, size):
    """The channel axis is gone. (N, H, W, 1) becomes (N, size, size, 1)."""
    return right.pad_to(images, size)[..., 0]


@mistake_in("pad_to")
def first_image_alone(images, size):
    """It pads the first image alone. All N belong into the result."""
    return right.pad_to(images[:1], size)


@mistake_in("layer_table")
def batch_axis_kept(model):
    """The shapes begin with the batch axis, None. Leave that out: shape[1:]."""
    return [(name, (None, *shape), count) for name, shape, count in right.layer_table(model)]


@mistake_in("layer_table")
def input_shapes(model):
    """These are the shapes that go into each layer. The table asks for what comes out."""
    return [
        (layer.name, tuple(layer.input.shape[1:]), layer.count_params()) for layer in model.layers
    ]


@mistake_in("layer_table")
def with_weights_alone(model):
    """Layers without parameters are left out. Every layer of model.layers belongs in the table."""
    return [row for row in right.layer_table(model) if row[2]]


@mistake_in("layer_table")
def without_input(model):
    """The InputLayer is left out. Where model.layers has one, it is in the table too."""
    return [
        row
        for row, layer in zip(right.layer_table(model), model.layers, strict=True)
        if not isinstance(layer, keras.layers.InputLayer)
    ]


@mistake_in("layer_table")
def last_layer_missing(model):
    """The last layer is missing. Look at where your loop ends."""
    return right.layer_table(model)[:-1]


@mistake_in("layer_table")
def first_layer_missing(model):
    """The first layer is missing. Look at where your loop begins."""
    return right.layer_table(model)[1:]


@mistake_in("layer_table")
def class_names(model):
    """It names the layers' classes. Each layer has a name of its own: layer.name."""
    rows = right.layer_table(model)
    return [(type(layer).__name__, *row[1:]) for layer, row in zip(model.layers, rows, strict=True)]


@mistake_in("layer_table")
def weight_arrays_counted(model):
    """It counts the arrays of weights. A layer's parameters are all the numbers in them."""
    rows = right.layer_table(model)
    return [(*row[:2], len(layer.weights)) for layer, row in zip(model.layers, rows, strict=True)]


@mistake_in("layer_table")
def trainable_alone(model):
    """It counts trainable parameters alone. count_params() counts those that are frozen too."""
    rows = right.layer_table(model)
    return [
        (*row[:2], sum(int(np.prod(weights.shape)) for weights in layer.trainable_weights))
        for layer, row in zip(model.layers, rows, strict=True)
    ]


@mistake_in("layer_table")
def without_biases(model):
    """The biases are not counted. They are parameters too: see layer.count_params()."""
    rows = right.layer_table(model)
    return [
        (*row[:2], row[2] - (layer.weights[-1].shape[0] if getattr(layer, "use_bias", 0) else 0))
        for layer, row in zip(model.layers, rows, strict=True)
    ]


@mistake_in("layer_table")
def total_so_far(model):
    """The parameters add up from layer to layer. Each row has its own layer's."""
    total, rows = 0, []
    for name, shape, count in right.layer_table(model):
        total += count
        rows.append((name, shape, total))
    return rows


@mistake_in("layer_table")
def columns_swapped(model):
    """The columns are in another order. A row is (name, shape, number of parameters)."""
    return [(name, count, shape) for name, shape, count in right.layer_table(model)]


@mistake_in("receptive_field")
def strides_ignored(layers):
    """The strides make no difference. After a stride of 2, neighbours lie two input pixels apart,
    and each further kernel spans twice as much.
    """
    return 1 + sum(kernel - 1 for kernel, _ in layers)


@mistake_in("receptive_field")
def kernels_added(layers):
    """The kernels are added up. A second 3x3 layer sees two pixels more than the first, not three:
    neighbouring windows overlap.
    """
    return sum(kernel for kernel, _ in layers) if layers else 1


@mistake_in("receptive_field")
def kernels_multiplied(layers):
    """The kernels are multiplied. Neighbouring windows overlap, so it grows by less than that."""
    size = 1
    for kernel, _ in layers:
        size *= kernel
    return size


@mistake_in("receptive_field")
def own_stride_too(layers):
    """A layer's own stride counts for its own kernel. It only moves the windows of the layers
    after it: see how one window spreads before you widen the step.
    """
    size, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        size += (kernel - 1) * step
    return size


@mistake_in("receptive_field")
def whole_kernel(layers):
    """Each layer adds kernel times the step. One of its windows is already counted: it adds
    kernel - 1 times the step.
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += kernel * step
        step *= stride
    return size


@mistake_in("receptive_field")
def begun_at_zero(layers):
    """It is one too small. With no layers at all, a value sees one pixel: itself."""
    return right.receptive_field(layers) - 1


@mistake_in("receptive_field")
def last_stride_alone(layers):
    """Only the stride of the layer before counts. The steps multiply: after two layers of stride 2,
    neighbours lie four pixels apart.
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step = stride
    return size


@mistake_in("receptive_field")
def strides_added(layers):
    """The strides are added up. They multiply: after two layers of stride 2 and one of stride 3,
    neighbours lie twelve pixels apart.
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step += stride
    return size


@mistake_in("receptive_field")
def backwards(layers):
    """The layers are taken in the wrong order, the last one first. Look at which layer the first
    step, 1, belongs to.
    """
    return right.receptive_field(layers[::-1])


@mistake_in("receptive_field")
def area(layers):
    """It is squared: these are the pixels in both directions. The count is along one axis."""
    return right.receptive_field(layers) ** 2


@mistake_in("receptive_field")
def not_whole(layers):
    """The number is right, but it is a float. It counts pixels: make it an int."""
    return float(right.receptive_field(layers))


@mistake_in("receptive_field")
def first_layer_alone(layers):
    """Only the first layer counts. Go through all of them."""
    return layers[0][0] if layers else 1


def _frozen() -> keras.Model:
    """Return a functional model with an input layer and weights that are not trained."""
    inputs = keras.Input((4, 3, 1), name="picture")
    tensor = keras.layers.Conv2D(2, 2, name="conv")(inputs)
    tensor = keras.layers.BatchNormalization(name="norm")(tensor)
    tensor = keras.layers.Flatten(name="flat")(tensor)
    return keras.Model(inputs, keras.layers.Dense(3, name="out")(tensor))


EXAMPLES = {
    "build_lenet5": [(), (26,)],
    "pad_to": [
        (np.array([[[[5]]]]), 2),
        (np.array([[[[5]]]]), 3),
        (np.arange(1, 7).reshape(1, 2, 3, 1), 4),
        (np.arange(1, 7).reshape(1, 3, 2, 1), 5),
        (np.arange(1, 5).reshape(2, 2, 1, 1), 4),
    ],
    "layer_table": [
        (
            keras.Sequential(
                [
                    keras.Input((2, 2, 1), name="picture"),
                    keras.layers.Flatten(name="flat"),
                    keras.layers.Dense(3, name="out"),
                ]
            ),
        ),
        (_frozen(),),
    ],
    "receptive_field": [
        ([],),
        ([(3, 1)],),
        ([(2, 2)],),
        ([(3, 1), (3, 1)],),
        ([(2, 2), (3, 1)],),
        ([(3, 1), (2, 2), (3, 1)],),
        ([(2, 2), (2, 2), (3, 1)],),
        ([(3, 3), (2, 2), (2, 1), (2, 1)],),
    ],
}

"""Wrong ways to do lesson 08's exercises."""

import numpy as np

from utils import lenet as right
from utils.keras_setup import keras
from utils.mistakes import mistake_in

layers = keras.layers


@mistake_in("build_lenet5")
def relu_everywhere(classes=10):
    """Layer 1 (convolution) has activation relu, should have activation tanh. Layers 3, 5 and 7
    differ too.

    Networks of today use ReLU. What does the table's last column say?
    """
    return _lenet5(classes, activation="relu")


@mistake_in("build_lenet5")
def no_activations(classes=10):
    """Layer 1 (convolution) has no activation, should have activation tanh. Layers 3, 5 and 7
    differ too.

    A layer of Keras has no activation unless you name it: look at the table's last column.
    """
    return _lenet5(classes, activation=None)


@mistake_in("build_lenet5")
def max_pooling(classes=10):
    """Layer 2 should be an average pooling, but is a max pooling. Layer 4 differs too.

    The table's second column says what S2 and S4 are.
    """
    return _lenet5(classes, pooling=layers.MaxPooling2D)


@mistake_in("build_lenet5")
def padded_as_in_newer_networks(classes=10):
    """Layer 1 (convolution) has padding same, should have valid.

    C1 makes the picture smaller: look at the sizes in the table, 32 before it and 28 after it.
    """
    return _lenet5(classes, padding="same")


@mistake_in("build_lenet5")
def third_convolution_dense(classes=10):
    """A convolution (120 filters) is missing before layer 5 (a Flatten). Layer 6 differs too.

    On 5x5 pixels C5 computes what a dense layer would, but in the table it is a convolution.
    """
    return _lenet5(classes, third="dense")


@mistake_in("build_lenet5")
def no_flatten(classes=10):
    """A Flatten is missing before layer 6 (a dense layer).

    C5 gives a volume of 1x1x120. What does a dense layer want?
    """
    return _lenet5(classes, third="not flattened")


@mistake_in("build_lenet5")
def eighty_units(classes=10):
    """Layer 7 (dense layer) has 80 units, should have 84.

    Look at the table's row F6 again.
    """
    return _lenet5(classes, units=80)


@mistake_in("build_lenet5")
def always_ten(classes=10):
    """Layer 8 (dense layer) has 10 units, should have 26.

    What is the argument `classes` for?
    """
    return _lenet5(10)


@mistake_in("build_lenet5")
def logits(classes=10):
    """Layer 8 (dense layer) has no activation, should have activation softmax.

    Add up what comes out for one picture: probabilities add up to 1.
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
    c5 = layers.Conv2D(120, 5, activation=activation)
    middle = {
        "convolution": [c5, layers.Flatten()],
        "not flattened": [c5],
        "dense": [layers.Flatten(), layers.Dense(120, activation=activation)],
    }
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, padding=padding, activation=activation),
            pooling(2),
            layers.Conv2D(16, 5, activation=activation),
            pooling(2),
            *middle[third],
            layers.Dense(units, activation=activation),
            layers.Dense(classes, activation=last),
        ]
    )


@mistake_in("pad_to")
def odd_pixel_above(images, size):
    """The odd row is above, or the odd column to the left. It belongs below or to the right.

    Which half comes first, the smaller or the larger?
    """
    return right.pad_to(images[:, ::-1, ::-1], size)[:, ::-1, ::-1]


@mistake_in("pad_to")
def all_below(images, size):
    """All the zeros are below and to the right.

    Half of them belong above and to the left.
    """
    height, width = images.shape[1:3]
    return np.pad(images, ((0, 0), (0, size - height), (0, size - width), (0, 0)))


@mistake_in("pad_to")
def all_above(images, size):
    """All the zeros are above and to the left.

    Half of them belong below and to the right.
    """
    height, width = images.shape[1:3]
    return np.pad(images, ((0, 0), (size - height, 0), (size - width, 0), (0, 0)))


@mistake_in("pad_to")
def all_on_both_sides(images, size):
    """Each side gets all the missing rows or columns, so the result is too large.

    How should the two sides share them?
    """
    height, width = images.shape[1:3]
    tall, wide = size - height, size - width
    return np.pad(images, ((0, 0), (tall, tall), (wide, wide), (0, 0)))


@mistake_in("pad_to")
def half_on_both_sides(images, size):
    """Both sides get half of the zeros, rounded down. Where their number is odd, a row or a column
    is missing.

    What is left over when the first half is in its place?
    """
    height, width = images.shape[1:3]
    tall, wide = (size - height) // 2, (size - width) // 2
    return np.pad(images, ((0, 0), (tall, tall), (wide, wide), (0, 0)))


@mistake_in("pad_to")
def always_two(images, size):
    """It adds two pixels on each side, whatever the size.

    How many rows and columns are missing?
    """
    return np.pad(images, ((0, 0), (2, 2), (2, 2), (0, 0)))


@mistake_in("pad_to")
def rows_alone(images, size):
    """Only rows of zeros are added, and no columns.

    Which axis of the images counts columns?
    """
    top = (size - images.shape[1]) // 2
    return np.pad(images, ((0, 0), (top, size - images.shape[1] - top), (0, 0), (0, 0)))


@mistake_in("pad_to")
def columns_alone(images, size):
    """Only columns of zeros are added, and no rows.

    Which axis of the images counts rows?
    """
    left = (size - images.shape[2]) // 2
    return np.pad(images, ((0, 0), (0, 0), (left, size - images.shape[2] - left), (0, 0)))


@mistake_in("pad_to")
def every_axis(images, size):
    """All four axes are padded. The number of images and of channels should stay as it is.

    `np.pad` takes a pair of numbers for each axis. How many zeros do the first and the last axis
    get?
    """
    before = (size - images.shape[1]) // 2
    return np.pad(images, (before, size - images.shape[1] - before))


@mistake_in("pad_to")
def height_alone(images, size):
    """The columns get as many zeros as the rows.

    Height and width may differ: count both.
    """
    top = (size - images.shape[1]) // 2
    after = size - images.shape[1] - top
    return np.pad(images, ((0, 0), (top, after), (top, after), (0, 0)))


@mistake_in("pad_to")
def axes_swapped(images, size):
    """The rows get the zeros that the columns need, and the columns those for the rows.

    Axis 1 counts rows, axis 2 counts columns.
    """
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
    """The border is 1. It should be black: 0."""
    ones = np.ones_like(images)
    return right.pad_to(images, size) + (right.pad_to(ones, size) == 0)


@mistake_in("pad_to")
def cut_to_whole_numbers(images, size):
    """The pixels are cut to whole numbers.

    Which dtype do your zeros have?
    """
    return right.pad_to(images, size).astype(int)


@mistake_in("pad_to")
def turned_into_bytes(images, size):
    """The pixels are turned into bytes (uint8), which hold only whole numbers from 0 to 255.

    Which dtype do your zeros have?
    """
    return right.pad_to(images, size).astype(np.uint8)


@mistake_in("pad_to")
def channel_dropped(images, size):
    """The channel axis is gone.

    (N, H, W, 1) becomes (N, size, size, 1).
    """
    return right.pad_to(images, size)[..., 0]


@mistake_in("pad_to")
def first_image_alone(images, size):
    """Only the first image is padded.

    All N images belong in the result.
    """
    return right.pad_to(images[:1], size)


@mistake_in("layer_table")
def batch_axis_kept(model):
    """The shapes begin with the batch axis, None. It should be left out.

    A shape can be sliced like a list.
    """
    return [(name, (None, *shape), count) for name, shape, count in right.layer_table(model)]


@mistake_in("layer_table")
def channels_left_out(model):
    """The shapes end before the channels.

    A slice leaves out its end. What happens if you give it none?
    """
    return [(name, shape[:2], count) for name, shape, count in right.layer_table(model)]


@mistake_in("layer_table")
def input_shapes(model):
    """These are the shapes that go into each layer. The table asks for what comes out."""
    return [
        (layer.name, tuple(layer.input.shape[1:]), layer.count_params()) for layer in model.layers
    ]


@mistake_in("layer_table")
def with_weights_alone(model):
    """Layers without parameters are left out.

    Every layer of model.layers belongs in the table.
    """
    return [row for row in right.layer_table(model) if row[2]]


@mistake_in("layer_table")
def without_input(model):
    """The InputLayer is left out.

    Where model.layers has an InputLayer, the table has it, too.
    """
    return [
        row
        for row, layer in zip(right.layer_table(model), model.layers, strict=True)
        if not isinstance(layer, keras.layers.InputLayer)
    ]


@mistake_in("layer_table")
def last_layer_missing(model):
    """The last layer is missing.

    Where does your loop end?
    """
    return right.layer_table(model)[:-1]


@mistake_in("layer_table")
def first_layer_missing(model):
    """The first layer is missing.

    Where does your loop begin?
    """
    return right.layer_table(model)[1:]


@mistake_in("layer_table")
def class_names(model):
    """It gives the layers' classes instead of their names.

    Which attribute of a layer holds its name?
    """
    rows = right.layer_table(model)
    return [(type(layer).__name__, *row[1:]) for layer, row in zip(model.layers, rows, strict=True)]


@mistake_in("layer_table")
def weight_arrays_counted(model):
    """It counts the arrays of weights. A layer's parameters are all the numbers in them."""
    rows = right.layer_table(model)
    return [(*row[:2], len(layer.weights)) for layer, row in zip(model.layers, rows, strict=True)]


@mistake_in("layer_table")
def trainable_alone(model):
    """Only trainable parameters are counted.

    count_params() also counts those that are frozen.
    """
    rows = right.layer_table(model)
    return [
        (*row[:2], sum(int(np.prod(weights.shape)) for weights in layer.trainable_weights))
        for layer, row in zip(model.layers, rows, strict=True)
    ]


@mistake_in("layer_table")
def without_biases(model):
    """The biases are not counted.

    They are parameters too. What does layer.count_params() say?
    """
    rows = right.layer_table(model)
    return [
        (*row[:2], row[2] - (layer.weights[-1].shape[0] if getattr(layer, "use_bias", 0) else 0))
        for layer, row in zip(model.layers, rows, strict=True)
    ]


@mistake_in("layer_table")
def total_so_far(model):
    """The parameters add up from layer to layer. Each row should have those of its layer only."""
    total, rows = 0, []
    for name, shape, count in right.layer_table(model):
        total += count
        rows.append((name, shape, total))
    return rows


@mistake_in("layer_table")
def models_total(model):
    """Every row has the parameters of the whole model. It should have those of its layer only.

    Whose `count_params` do you call?
    """
    return [(*row[:2], model.count_params()) for row in right.layer_table(model)]


@mistake_in("layer_table")
def columns_swapped(model):
    """The columns are in another order. A row is (name, shape, number of parameters)."""
    return [(name, count, shape) for name, shape, count in right.layer_table(model)]


@mistake_in("receptive_field")
def strides_ignored(layers):
    """The strides are ignored.

    After a stride of 2, neighbours are two input pixels apart. How far does the next kernel reach?
    """
    return 1 + sum(kernel - 1 for kernel, _ in layers)


@mistake_in("receptive_field")
def kernels_added(layers):
    """The kernels are added up.

    Neighbouring windows overlap. How many new pixels does a second 3x3 layer see?
    """
    return sum(kernel for kernel, _ in layers) if layers else 1


@mistake_in("receptive_field")
def kernels_multiplied(layers):
    """The kernels are multiplied.

    Neighbouring windows overlap. How many new pixels does a second 3x3 layer see?
    """
    size = 1
    for kernel, _ in layers:
        size *= kernel
    return size


@mistake_in("receptive_field")
def own_stride_too(layers):
    """Each kernel is spread by its own layer's stride, too.

    A stride moves the windows of the layers after it. In your loop, which of the two numbers
    changes first?
    """
    size, step = 1, 1
    for kernel, stride in layers:
        step *= stride
        size += (kernel - 1) * step
    return size


@mistake_in("receptive_field")
def each_stride_for_itself(layers):
    """Each kernel is spread by its own layer's stride only.

    A stride moves the windows of all the layers after it. Which number carries it along the list?
    """
    return 1 + sum((kernel - 1) * stride for kernel, stride in layers)


@mistake_in("receptive_field")
def whole_kernel(layers):
    """Each layer adds its whole kernel, times the step.

    How many pixels should a kernel of 1 add?
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += kernel * step
        step *= stride
    return size


@mistake_in("receptive_field")
def begun_at_zero(layers):
    """The result is one too small.

    With no layers at all, a value sees one pixel: itself.
    """
    return right.receptive_field(layers) - 1


@mistake_in("receptive_field")
def last_stride_alone(layers):
    """Only the stride of the layer before counts.

    After two layers of stride 2, how many input pixels are neighbours apart?
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step = stride
    return size


@mistake_in("receptive_field")
def strides_added(layers):
    """The strides are added up.

    After two layers of stride 2 and one of stride 3, neighbours are twelve input pixels apart. How
    do you get from 2, 2 and 3 to 12?
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step += stride
    return size


@mistake_in("receptive_field")
def backwards(layers):
    """The layers are taken in the wrong order, the last layer first.

    Which layer does the first step, 1, belong to?
    """
    return right.receptive_field(layers[::-1])


@mistake_in("receptive_field")
def area(layers):
    """The result is squared: it counts the pixels in both directions, not along one axis."""
    return right.receptive_field(layers) ** 2


@mistake_in("receptive_field")
def step_returned(layers):
    """The result is the product of the strides.

    That is the step after the last layer. Which of your two numbers is the field?
    """
    step = 1
    for _, stride in layers:
        step *= stride
    return step


@mistake_in("receptive_field")
def not_whole(layers):
    """The number is right, but it is a float. It counts pixels: make it an int."""
    return float(right.receptive_field(layers))


@mistake_in("receptive_field")
def first_layer_alone(layers):
    """Only the first layer counts.

    Does your loop go through all of them?
    """
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
        (np.array([[[[0.5], [-1.5]]]]), 3),
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

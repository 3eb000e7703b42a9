"""Are models with branches told apart by what they compute, and is what is said of them true?"""

import functools

import numpy as np
import pytest

from utils.checks import graphs, models
from utils.checks.model_difference import find_model_difference

import keras  # isort: skip  # after utils.keras_setup, which keeps it quiet
from keras import layers  # isort: skip

SHAPE = (12, 10, 3)


def normalised(
    tensor,
    filters,
    kernel,
    stride=1,
    *,
    bias=False,
    norm=True,
    by_hand=False,
    padding="same",
    **settings,
):
    """Return a convolution and a batch normalisation of a tensor."""
    if by_hand and stride == 2 and kernel == 3:
        tensor = layers.ZeroPadding2D(((0, 1), (0, 1)))(tensor)
        padding = "valid"
    tensor = layers.Conv2D(filters, kernel, stride, padding=padding, use_bias=bias)(tensor)
    return layers.BatchNormalization(**settings)(tensor) if norm else tensor


def relu(tensor, form="layer"):
    """Return the ReLU of a tensor, written in one of several ways."""
    return {
        "layer": layers.ReLU(),
        "Activation": layers.Activation("relu"),
        "function": keras.activations.relu,
        "operation": lambda x: keras.ops.maximum(x, 0),
        "missing": lambda x: x,
        "leaky": layers.LeakyReLU(),
    }[form](tensor)


def shortcut(tensor, filters, stride, form="right"):
    """Return the way around a block's convolutions."""
    if form == "pooled":
        tensor = layers.AveragePooling2D(stride)(tensor) if stride > 1 else tensor
        missing = filters - tensor.shape[-1]
        return keras.ops.pad(tensor, ((0, 0), (0, 0), (0, 0), (0, missing)))
    if form == "always projected" or stride > 1 or filters != tensor.shape[-1]:
        kernel = 3 if form == "3x3" else 1
        bare = form == "without normalisation"
        return normalised(tensor, filters, kernel, stride, norm=not bare, bias=form == "bias")
    return tensor


def network(**changes):
    """Return a residual network of two blocks, with some changes."""
    form, around = changes.pop("relu", "layer"), changes.pop("shortcut", "right")
    first, end = changes.pop("shortcut_first", False), changes.pop("end", "means")
    place, join = changes.pop("place", "after"), changes.pop("join", "Add")
    late, dropout = changes.pop("late_stride", False), changes.pop("dropout", 0)
    classes, shape = changes.pop("classes", 4), changes.pop("shape", SHAPE)
    last = changes.pop("last", "softmax")
    inputs = keras.Input(shape)
    tensor = relu(normalised(inputs, 4, 3, **changes), form)
    for filters, stride in [(4, 1), (6, 2)]:
        strides = (1, stride) if late else (stride, 1)
        around_it = shortcut(tensor, filters, stride, around) if first else None
        main = relu(normalised(tensor, filters, 3, strides[0], **changes), form)
        main = normalised(main, filters, 3, strides[1], **changes)
        main = layers.Dropout(dropout)(main) if dropout else main
        if around_it is None and around != "none":
            around_it = shortcut(tensor, filters, stride, around)
        if place == "before" and around_it is not None:
            tensor = joined(relu(main), around_it, join)
        else:
            tensor = relu(main if around_it is None else joined(main, around_it, join))
    summary = {
        "means": layers.GlobalAveragePooling2D(),
        "operation": lambda x: keras.ops.mean(x, axis=(1, 2)),
        "one window": lambda x: layers.Flatten()(layers.AveragePooling2D((6, 5))(x)),
        "maxima": layers.GlobalMaxPooling2D(),
        "Flatten": layers.Flatten(),
    }[end]
    return keras.Model(inputs, layers.Dense(classes, last)(summary(tensor)))


@functools.cache
def expected():
    """Return the right network; a comparison leaves it as it is."""
    return network()


def joined(one, other, form):
    """Return the sum of two tensors, written in one of several ways, or something else."""
    return {
        "Add": lambda: layers.Add()([one, other]),
        "swapped": lambda: layers.add([other, one]),
        "plus": lambda: one + other,
        "operation": lambda: keras.ops.add(one, other),
        "Average": lambda: layers.Average()([one, other]),
        "Maximum": lambda: layers.Maximum()([one, other]),
        "Multiply": lambda: layers.Multiply()([one, other]),
    }[form]()


@keras.saving.register_keras_serializable()
class Block(layers.Layer):
    """A residual block of one's own."""

    def __init__(self, filters, stride, project):
        super().__init__()
        # The way around comes first: the weights are in another order.
        self.around = self.part(filters, 1, stride) if project else None
        self.second = self.part(filters, 3, 1)
        self.first = self.part(filters, 3, stride)

    def part(self, filters, kernel, stride):
        convolution = layers.Conv2D(filters, kernel, stride, padding="same", use_bias=False)
        return [convolution, layers.BatchNormalization()]

    def run(self, part, x, training):
        return part[1](part[0](x), training=training)

    def call(self, x, training=False):
        around = x if self.around is None else self.run(self.around, x, training)
        x = keras.ops.relu(self.run(self.first, x, training))
        return keras.activations.relu(self.run(self.second, x, training) + around)


def of_blocks(block=Block):
    return keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.Conv2D(4, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            block(4, 1, False),
            block(6, 2, True),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4),
            layers.Softmax(),
        ]
    )


class Whole(keras.Model):
    """The same as a model of one's own."""

    def __init__(self):
        super().__init__()
        self.parts = of_blocks().layers

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


def whole():
    model = Whole()
    model(np.zeros((1, *SHAPE)))
    return model


def nested():
    """Return the network with its second half as a model inside."""
    right = network()
    cut = next(layer for layer in right.layers if isinstance(layer, layers.Add))
    after = right.layers[right.layers.index(cut) + 1]
    first = keras.Model(right.inputs, after.output)
    second = keras.Model(after.output, right.outputs)
    inputs = keras.Input(SHAPE)
    return keras.Model(inputs, second(first(inputs)))


def with_other_weights():
    model = network()
    rng = np.random.default_rng(1)
    model.set_weights([rng.random(array.shape) for array in model.get_weights()])
    return model


def compiled():
    model = network()
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


RIGHT = {
    "the same": network,
    "compiled": compiled,
    "with other weights": with_other_weights,
    "the shortcut first": lambda: network(shortcut_first=True),
    "the sum swapped": lambda: network(join="swapped"),
    "the sum as +": lambda: network(join="plus"),
    "the sum as an operation": lambda: network(join="operation", shortcut_first=True),
    "Activation layers": lambda: network(relu="Activation"),
    "ReLU as a function": lambda: network(relu="function"),
    "ReLU as an operation": lambda: network(relu="operation"),
    "padding by hand": lambda: network(by_hand=True),
    "the mean as an operation": lambda: network(end="operation"),
    "the mean as a pooling": lambda: network(end="one window"),
    "defaults given": lambda: network(epsilon=1e-3, momentum=0.99, axis=3),
    "a model inside": nested,
    "blocks of one's own": of_blocks,
    "a model of one's own": whole,
}
WRONG = {
    "no shortcut": (
        lambda: network(shortcut="none"),
        "Convolution 4 (3x3, 6 filters, stride 2x2) should be applied to "
        "relu(batch normalisation 3 + relu(batch normalisation 1)), but is applied to "
        "relu(batch normalisation 3).",
    ),
    "a shortcut without normalisation": (
        lambda: network(shortcut="without normalisation"),
        "After convolution 6 (1x1, 6 filters, stride 2x2) should come a batch normalisation, "
        "which is missing.",
    ),
    "a shortcut with a bias": (
        lambda: network(shortcut="bias"),
        "Convolution 6 (1x1, 6 filters, stride 2x2) has a bias, should have none.",
    ),
    "a shortcut of 3x3": (
        lambda: network(shortcut="3x3"),
        "Convolution 6 (1x1, 6 filters, stride 2x2) has kernel size 3x3, should have 1x1; "
        "has padding same, should have valid.",
    ),
    "a shortcut by pooling and zeros": (
        lambda: network(shortcut="pooled"),
        "should come a convolution (1x1, 6 filters, stride 2x2), which is missing.",
    ),
    "a convolution in every shortcut": (
        lambda: network(shortcut="always projected"),
        "There is an extra layer: a convolution (1x1, 4 filters), "
        "applied to relu(batch normalisation 1).",
    ),
    "biases": (
        lambda: network(bias=True),
        "Convolution 1 (3x3, 4 filters) has a bias, should have none.",
    ),
    "no normalisation": (
        lambda: network(norm=False),
        "After convolution 1 (3x3, 4 filters) should come a batch normalisation, but there is a "
        "convolution (3x3, 4 filters).",
    ),
    "ReLU before the sum": (
        lambda: network(place="before"),
        "but is applied to relu(batch normalisation 1) + relu(batch normalisation 3).",
    ),
    "ReLU missing": (
        lambda: network(relu="missing"),
        "Convolution 2 (3x3, 4 filters) should be applied to relu(batch normalisation 1), but is "
        "applied to batch normalisation 1.",
    ),
    "a leaky ReLU": (lambda: network(relu="leaky"), "LeakyReLU"),
    "stride in the second convolution": (
        lambda: network(late_stride=True),
        "Convolution 4 (3x3, 6 filters, stride 2x2) has strides 1x1, should have 2x2.",
    ),
    "Flatten": (
        lambda: network(end="Flatten"),
        "Dense layer (4 units) should be applied to GlobalAveragePooling2D(",
    ),
    "maxima": (
        lambda: network(end="maxima"),
        "Dense layer (4 units) should be applied to GlobalAveragePooling2D(",
    ),
    "another epsilon": (
        lambda: network(epsilon=1e-5),
        "Batch normalisation has epsilon 1e-05, should have 0.001.",
    ),
    "another momentum": (
        lambda: network(momentum=0.9),
        "Batch normalisation has momentum 0.9, should have 0.99.",
    ),
    "gamma from 0": (
        lambda: network(gamma_initializer="zeros"),
        "Batch normalisation begins with another gamma (Zeros) than Keras's (Ones).",
    ),
    "no scale": (lambda: network(scale=False), "Batch normalisation 1 has scale False"),
    "dropout": (lambda: network(dropout=0.2), "Dropout("),
    "the mean for the sum": (lambda: network(join="Average"), "Average("),
    "the product for the sum": (lambda: network(join="Multiply"), "Multiply("),
    "no softmax": (lambda: network(last=None), "The output should be softmax(dense layer)"),
    "another number of classes": (
        lambda: network(classes=5),
        "Dense layer (4 units) has 5 units, should have 4.",
    ),
    "another input": (
        lambda: network(shape=(10, 12, 3)),
        "The model takes input of shape (10, 12, 3), but should take (12, 10, 3).",
    ),
}


@pytest.mark.parametrize("name", RIGHT)
def test_the_same_network_is_right_however_it_is_written(name):
    assert find_model_difference(RIGHT[name](), expected()) is None


@pytest.mark.parametrize("name", WRONG)
def test_another_network_is_wrong_and_the_difference_is_said(name):
    make, words = WRONG[name]
    assert words in (find_model_difference(make(), expected()) or "")


def test_a_network_is_left_as_it_was():
    model = with_other_weights()
    before = model.get_weights()
    assert find_model_difference(model, expected()) is None
    assert all(map(np.array_equal, model.get_weights(), before))


def frozen_network():
    model = network()
    model.layers[1].trainable = False
    return model


def two_in_a_row(shared):
    """Return a small network of two convolutions, which may be one layer that is used twice."""
    inputs = keras.Input(SHAPE)
    first = layers.Conv2D(3, 3, padding="same")
    second = first if shared else layers.Conv2D(3, 3, padding="same")
    tensor = layers.Add()([second(first(inputs)), inputs])
    return keras.Model(inputs, layers.Flatten()(tensor))


def test_a_layer_that_is_used_twice_is_not_two_layers():
    assert find_model_difference(two_in_a_row(False), two_in_a_row(False)) is None
    assert find_model_difference(two_in_a_row(True), two_in_a_row(False)) is not None


def test_what_learns_is_compared_too():
    words = "is frozen, should be trainable"
    assert words in find_model_difference(frozen_network(), expected())


def test_a_chain_is_not_taken_for_a_network_with_branches():
    chain = network(shortcut="none")
    assert not graphs.has_branches(chain)
    assert graphs.has_branches(network())
    assert find_model_difference(network(), chain) is not None


def test_a_block_of_ones_own_that_always_trains_is_wrong_where_it_matters():
    """Does a normalisation that never uses its moving mean count as a difference?"""

    class Dropping(Block):
        def call(self, x, training=False):
            return keras.random.dropout(super().call(x, training), 0.5)

    assert find_model_difference(of_blocks(Dropping), expected()) is not None


def test_parts_can_be_asked_for():
    found = graphs.layers_in(network(), "Conv2D")
    assert sorted(one["filters"] for one in found) == [4, 4, 4, 6, 6, 6]
    assert {one["bias"] for one in found} == {False}
    assert graphs.layers_in(of_blocks(), "Conv2D") != []
    assert graphs.operations_in(of_blocks()).count("add") == 2
    assert graphs.operations_in("no model") == graphs.layers_in(None, "Conv2D") == []


def test_a_deep_network_is_read_without_recursion():
    inputs = tensor = keras.Input((4, 4, 2))
    for _ in range(150):
        part = layers.Conv2D(2, 1)(tensor)
        tensor = layers.ReLU()(layers.Add()([tensor, part]))
    deep = keras.Model(inputs, layers.Flatten()(tensor))
    assert len(graphs.read_graph(deep).layers) == 150
    assert find_model_difference(deep, expected()) is not None


def test_a_network_with_branches_is_shown_as_a_line():
    assert models.show_model(network()) == (
        "a model of 6 Conv2D, 6 BatchNormalization, 1 Dense: 1,108 parameters"
    )

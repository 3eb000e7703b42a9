"""Is a model told from another, whatever both are written as, and is what is said true?"""

import copy
import subprocess
import sys

import numpy as np
import pytest

from utils.checks import compare, models
from utils.checks.model_difference import find_model_difference

import keras  # isort: skip  # after utils.keras_setup, which keeps it quiet
from keras import layers  # isort: skip
from utils.checks import describe

# A small network with every kind of layer that the course uses, and an odd size to pool.
SHAPE = (25, 24, 1)


def parts(**changes):
    """Return the network's layers by name, some of them replaced or dropped (None)."""
    made = {
        "conv1": layers.Conv2D(4, 3, activation="relu"),
        "max": layers.MaxPooling2D(2),
        "conv2": layers.Conv2D(6, (2, 3), activation="tanh"),
        "average": layers.AveragePooling2D(2),
        "flatten": layers.Flatten(),
        "dense1": layers.Dense(7, activation="tanh"),
        "dense2": layers.Dense(3, activation="softmax"),
    } | changes
    return [layer for layer in made.values() if layer is not None]


def sequential(*stack, shape=SHAPE):
    """Return a Sequential model of some layers; a list among them stands for several."""
    flat = [layer for part in stack for layer in (part if isinstance(part, list) else [part])]
    return keras.Sequential([keras.Input(shape), *flat])


def functional(*stack, shape=SHAPE):
    """Return a functional model of the same."""
    flat = [layer for part in stack for layer in (part if isinstance(part, list) else [part])]
    inputs = tensor = keras.Input(shape)
    for layer in flat:
        tensor = layer(tensor)
    return keras.Model(inputs, tensor)


def in_a_list(*stack):
    model = functional(*stack)
    return keras.Model(inputs=model.inputs, outputs=model.outputs)


def expected():
    return sequential(*parts())


def compiled():
    model = expected()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def trained():
    model = compiled()
    model.fit(np.ones((4, *SHAPE)), np.zeros(4, int), epochs=1, verbose=0)
    return model


def added_one_by_one():
    model = keras.Sequential(name="mine")
    model.add(layers.Input(shape=SHAPE, name="picture"))
    for layer in parts():
        model.add(layer)
    return model


def built_later():
    model = keras.Sequential(parts())
    model.build((None, *SHAPE))
    return model


def called_first():
    model = keras.Sequential(parts())
    model(np.zeros((5, *SHAPE)))
    return model


def input_layer():
    return keras.Sequential([keras.layers.InputLayer(shape=SHAPE), *parts()])


def nested():
    stack = parts()
    return sequential(sequential(*stack[:4]), *stack[4:])


def nested_functional():
    stack = parts()
    inner = functional(*stack[2:5], shape=(11, 11, 4))
    return functional(*stack[:2], inner, *stack[5:])


def operations():
    stack = parts(
        conv1=layers.Conv2D(4, 3),
        conv2=layers.Conv2D(6, (2, 3)),
        dense1=layers.Dense(7),
        dense2=layers.Dense(3),
    )
    inputs = tensor = keras.Input(SHAPE)
    after = {
        0: keras.ops.relu,
        2: keras.ops.tanh,
        5: keras.activations.tanh,
        6: keras.activations.softmax,
    }
    for index, layer in enumerate(stack):
        if index == 4:
            tensor = keras.ops.reshape(tensor, (-1, 120))
        else:
            tensor = after.get(index, lambda x: x)(layer(tensor))
    return keras.Model(inputs, tensor)


RIGHT = {
    "Sequential": expected,
    "functional": lambda: functional(*parts()),
    "functional, its input in a list": lambda: in_a_list(*parts()),
    "compiled": compiled,
    "trained": trained,
    "layers added one by one, with names": added_one_by_one,
    "built later": built_later,
    "built by a call": called_first,
    "an InputLayer": input_layer,
    "an input_shape argument": lambda: keras.Sequential(
        parts(conv1=layers.Conv2D(4, 3, activation="relu", input_shape=SHAPE))
    ),
    "a batch of fixed size": lambda: keras.Sequential(
        [keras.Input(batch_shape=(2, *SHAPE)), *parts()]
    ),
    "a model inside": nested,
    "a functional model inside a functional one": nested_functional,
    "operations in a functional model": operations,
    "activations as layers": lambda: sequential(
        *parts(
            conv1=[layers.Conv2D(4, 3), layers.Activation("relu")],
            conv2=[layers.Conv2D(6, (2, 3)), layers.Activation(keras.activations.tanh)],
            dense2=[layers.Dense(3), layers.Softmax()],
        )
    ),
    "activations as layers, functional": lambda: functional(
        *parts(
            conv1=[layers.Conv2D(4, 3, activation=None), layers.ReLU()],
            dense1=[layers.Dense(7, activation="linear"), layers.Activation("tanh")],
            dense2=[layers.Dense(3), layers.Softmax(axis=1)],
        )
    ),
    "activations as functions": lambda: sequential(
        *parts(
            conv1=layers.Conv2D(4, 3, activation=keras.activations.relu),
            conv2=layers.Conv2D(6, (2, 3), activation=lambda x: keras.ops.tanh(x)),
            dense2=layers.Dense(3, activation=keras.ops.softmax),
        )
    ),
    "Reshape as Flatten": lambda: sequential(*parts(flatten=layers.Reshape((-1,)))),
    "Reshape to the size as Flatten": lambda: sequential(*parts(flatten=layers.Reshape((120,)))),
    "defaults given": lambda: sequential(
        *parts(
            conv1=layers.Conv2D(
                filters=4,
                kernel_size=(3, 3),
                strides=(1, 1),
                padding="VALID",
                use_bias=True,
                dilation_rate=1,
                activation="relu",
            ),
            max=layers.MaxPooling2D(pool_size=(2, 2), strides=2, padding="valid"),
            average=layers.AveragePooling2D((2, 2), strides=(2, 2)),
        )
    ),
    "other names of layers": lambda: sequential(
        *parts(
            max=layers.MaxPool2D(),
            average=layers.AvgPool2D(2),
            conv1=layers.Convolution2D(4, 3, activation="relu"),
        )
    ),
    "another initialisation": lambda: sequential(
        *parts(dense1=layers.Dense(7, activation="tanh", kernel_initializer="he_normal"))
    ),
    "layers that do nothing": lambda: sequential(
        *parts(flatten=[layers.Identity(), layers.Flatten(), layers.Activation("linear")])
    ),
    "a copy": lambda: copy.deepcopy(expected()),
    "saved and read again": lambda: keras.Sequential.from_config(expected().get_config()),
    "a subclass of Flatten": lambda: sequential(
        *parts(flatten=type("Flatten", (layers.Flatten,), {})())
    ),
}
WRONG = {
    "wrong activation": (
        lambda: sequential(*parts(conv1=layers.Conv2D(4, 3, activation="tanh"))),
        "Layer 1 (convolution) has activation tanh, should have activation relu.",
    ),
    "no activation": (
        lambda: sequential(*parts(conv2=layers.Conv2D(6, (2, 3)))),
        "Layer 3 (convolution) has no activation, should have activation tanh.",
    ),
    "wrong activation as a layer": (
        lambda: sequential(*parts(conv1=[layers.Conv2D(4, 3), layers.LeakyReLU()])),
        "Layer 1 (convolution) has activation of another kind, should have activation relu.",
    ),
    "a ReLU with a ceiling": (
        lambda: sequential(*parts(conv1=[layers.Conv2D(4, 3), layers.ReLU(max_value=6)])),
        "Layer 1 (convolution) has activation relu6, should have activation relu.",
    ),
    "no softmax": (
        lambda: sequential(*parts(dense2=layers.Dense(3))),
        "Layer 7 (dense layer) has no activation, should have activation softmax.",
    ),
    "sigmoid for softmax": (
        lambda: sequential(*parts(dense2=layers.Dense(3, activation="sigmoid"))),
        "Layer 7 (dense layer) has activation sigmoid, should have activation softmax.",
    ),
    "the activation after the pooling": (
        lambda: sequential(
            *parts(
                conv2=layers.Conv2D(6, (2, 3)),
                average=[layers.AveragePooling2D(2), layers.Activation("tanh")],
            )
        ),
        "Layer 3 (convolution) has no activation, should have activation tanh. "
        "Layer 5 differs too.",
    ),
    "missing Flatten": (
        lambda: sequential(*parts(flatten=None)),
        "A Flatten is missing before layer 5 (a dense layer).",
    ),
    "global pooling for Flatten": (
        lambda: sequential(*parts(flatten=layers.GlobalAveragePooling2D())),
        "Layer 5 should be a Flatten, but is a global average pooling.",
    ),
    "average for max pooling": (
        lambda: sequential(*parts(max=layers.AveragePooling2D(2))),
        "Layer 2 should be a max pooling, but is an average pooling.",
    ),
    "max for average pooling": (
        lambda: functional(*parts(average=layers.MaxPooling2D(2))),
        "Layer 4 should be an average pooling, but is a max pooling.",
    ),
    "same for valid, in a convolution": (
        lambda: sequential(*parts(conv1=layers.Conv2D(4, 3, padding="same", activation="relu"))),
        "Layer 1 (convolution) has padding same, should have valid.",
    ),
    "same for valid, in a pooling": (
        lambda: sequential(*parts(max=layers.MaxPooling2D(2, padding="same"))),
        "Layer 2 (max pooling) has padding same, should have valid.",
    ),
    "wrong filters": (
        lambda: sequential(*parts(conv1=layers.Conv2D(5, 3, activation="relu"))),
        "Layer 1 (convolution) has 5 filters, should have 4.",
    ),
    "wrong kernel": (
        lambda: sequential(*parts(conv1=layers.Conv2D(4, 2, activation="relu"))),
        "Layer 1 (convolution) has kernel size 2x2, should have 3x3.",
    ),
    "kernel transposed": (
        lambda: sequential(*parts(conv2=layers.Conv2D(6, (3, 2), activation="tanh"))),
        "Layer 3 (convolution) has kernel size 3x2, should have 2x3.",
    ),
    "filters and kernel swapped": (
        lambda: sequential(*parts(conv1=layers.Conv2D(3, 4, activation="relu"))),
        "Layer 1 (convolution) has 3 filters, should have 4; has kernel size 4x4, should have 3x3.",
    ),
    "strides": (
        lambda: sequential(*parts(conv1=layers.Conv2D(4, 3, 2, activation="relu"))),
        "Layer 1 (convolution) has strides 2x2, should have 1x1.",
    ),
    "pooling strides": (
        lambda: sequential(*parts(max=layers.MaxPooling2D(2, strides=1))),
        "Layer 2 (max pooling) has strides 1x1, should have 2x2.",
    ),
    "pooling window": (
        lambda: sequential(*parts(max=layers.MaxPooling2D(3, strides=2))),
        "Layer 2 (max pooling) has window 3x3, should have 2x2.",
    ),
    "dilation": (
        lambda: sequential(*parts(conv1=layers.Conv2D(4, 3, dilation_rate=2, activation="relu"))),
        "Layer 1 (convolution) has dilation 2x2, should have 1x1.",
    ),
    "no bias": (
        lambda: sequential(*parts(conv1=layers.Conv2D(4, 3, activation="relu", use_bias=False))),
        "Layer 1 (convolution) has no bias, should have one.",
    ),
    "wrong units": (
        lambda: sequential(*parts(dense1=layers.Dense(8, activation="tanh"))),
        "Layer 6 (dense layer) has 8 units, should have 7.",
    ),
    "wrong number of classes": (
        lambda: sequential(*parts(dense2=layers.Dense(10, activation="softmax"))),
        "Layer 7 (dense layer) has 10 units, should have 3.",
    ),
    "an extra Dropout": (
        lambda: sequential(*parts(flatten=[layers.Flatten(), layers.Dropout(0.2)])),
        "There is an extra layer: layer 6 is a Dropout layer.",
    ),
    "an extra dense layer": (
        lambda: sequential(
            *parts(dense1=[layers.Dense(7, activation="tanh"), layers.Dense(9, activation="tanh")])
        ),
        "There is an extra layer: layer 7 is a dense layer (9 units).",
    ),
    "an extra layer, compiled in": (
        lambda: functional(layers.Rescaling(1 / 255), *parts()),
        "There is an extra layer: layer 1 is a Rescaling layer.",
    ),
    "an extra layer at the end": (
        lambda: sequential(*parts(), layers.Dense(3)),
        "There is an extra layer: layer 8 is a dense layer (3 units).",
    ),
    "softmax twice": (
        lambda: sequential(*parts(), layers.Softmax()),
        "There is an extra layer: layer 8 is an activation of its own (softmax).",
    ),
    "batch normalisation": (
        lambda: sequential(*parts(max=[layers.BatchNormalization(), layers.MaxPooling2D(2)])),
        "There is an extra layer: layer 2 is a BatchNormalization layer.",
    ),
    "a missing dense layer": (
        lambda: sequential(*parts(dense1=None)),
        "A dense layer (7 units) is missing before layer 6 (a dense layer).",
    ),
    "a missing pooling": (
        lambda: sequential(*parts(max=None)),
        "A max pooling is missing before layer 2 (a convolution).",
    ),
    "a missing last layer": (
        lambda: sequential(*parts(dense2=None)),
        "A dense layer (3 units) is missing at the end.",
    ),
    "wrong order": (
        lambda: sequential(
            *parts(conv1=layers.MaxPooling2D(2), max=layers.Conv2D(4, 3, activation="relu"))
        ),
        "Layers 1 and 2 are in the wrong order: a convolution comes before a max pooling.",
    ),
    "convolution instead of dense": (
        lambda: sequential(
            *parts(flatten=layers.Conv2D(7, (5, 4), activation="tanh"), dense1=layers.Flatten())
        ),
        "There is an extra layer: layer 5 is a convolution (7 filters). Layer 7 differs too.",
    ),
    "regularised": (
        lambda: sequential(
            *parts(dense1=layers.Dense(7, activation="tanh", kernel_regularizer="l2"))
        ),
        "Layer 6 (dense layer) has a kernel regularizer (L2), should have none.",
    ),
    "wrong input shape": (
        lambda: sequential(*parts(), shape=(26, 24, 1)),
        "The model takes input of shape (26, 24, 1), but should take (25, 24, 1).",
    ),
    "no channel axis": (
        lambda: sequential(layers.Reshape(SHAPE), *parts(), shape=SHAPE[:2]),
        "The model takes input of shape (25, 24), but should take (25, 24, 1).",
    ),
    "no input shape": (
        lambda: keras.Sequential(parts()),
        "The model cannot be read: it does not know the shape of its input; "
        "let it begin with keras.Input(shape).",
    ),
    "empty": (
        lambda: keras.Sequential(),
        "The model cannot be read: it has no layers.",
    ),
}


def frozen():
    model = expected()
    model.layers[0].trainable = False
    return model


def branched():
    inputs = keras.Input(SHAPE)
    tensor = layers.Conv2D(4, 3, activation="relu")(inputs)
    tensor = layers.Add()([tensor, layers.Conv2D(4, 1)(tensor)])
    return keras.Model(inputs, layers.Flatten()(tensor))


def two_outputs():
    inputs = keras.Input(SHAPE)
    flat = layers.Flatten()(inputs)
    return keras.Model(inputs, [flat, layers.Dense(3)(flat)])


class Own(keras.Model):
    def call(self, x):
        return x


class Doubling(layers.Dense):
    def call(self, x):
        return 2 * super().call(x)


Doubling.__name__ = "Dense"


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_model_is_right_whatever_it_is_written_as(name):
    assert find_model_difference(RIGHT[name](), expected()) is None


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_model_is_told_which_layer_differs_and_how(name):
    build, message = WRONG[name]
    assert find_model_difference(build(), expected()) == message


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (frozen, "Layer 1 (convolution) is frozen, should be trainable."),
        (branched, "has 2 inputs; it should be one layer after another."),
        (two_outputs, "it has 1 inputs and 2 outputs, not one of each."),
        (Own, "it does not know the shape of its input; before you return it, call it once"),
    ],
)
def test_what_is_no_plain_chain_is_told_so(build, message):
    assert message in find_model_difference(build(), expected())


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "It returned None. Is a `return` missing?"),
        (5, "It should return a Keras model, but returned the int 5."),
        ([], "It should return a Keras model, but returned a list of length 0."),
        ("model", "It should return a Keras model, but returned the string 'model'."),
        (keras.Sequential, "It should return a Keras model, but returned the class Sequential."),
        (lambda: 0, "It should return a Keras model, but returned a function."),
    ],
)
def test_what_is_no_model_is_said(value, message):
    assert compare.find_difference(value, expected()) == message


def test_a_layer_and_a_tensor_are_no_models():
    assert "one layer (Dense)" in find_model_difference(layers.Dense(3), expected())
    assert "a tensor: put it into" in find_model_difference(keras.Input(SHAPE), expected())


def test_a_layer_that_only_looks_right_is_caught_by_what_it_predicts():
    dense = layers.Dense(7, activation="tanh")
    dense.call = lambda x, training=None: 2 * layers.Dense.call(dense, x)
    difference = find_model_difference(sequential(*parts(dense1=dense)), expected())
    assert "predicts something else" in difference


def test_a_layer_with_weights_that_computes_in_its_own_way_is_refused():
    stack = parts(dense1=Doubling(7, activation="tanh"))
    difference = find_model_difference(sequential(*stack), expected())
    assert "its class Dense has weights that are not those of Keras's layers" in difference


def test_a_layer_used_twice_has_too_few_parameters():
    right = sequential(layers.Dense(4), layers.Dense(4), shape=(4,))
    shared = layers.Dense(4)
    inputs = keras.Input((4,))
    twice = keras.Model(inputs, shared(shared(inputs)))
    difference = find_model_difference(twice, right)
    assert difference == "The model has 20 parameters, but should have 40."


def test_several_differences_are_told_and_the_first_in_words():
    stack = [
        layers.Conv2D(4, 3, activation="tanh"),
        layers.AveragePooling2D(2),
        *parts()[2:-1],
        layers.Dense(3),
    ]
    assert find_model_difference(sequential(*stack), expected()) == (
        "Layer 1 (convolution) has activation tanh, should have activation relu. "
        "Layers 2 and 7 differ too."
    )


def test_of_many_differences_it_is_told_how_many():
    deep = sequential(*[layers.Dense(4) for _ in range(30)], shape=(4,))
    right = sequential(*[layers.Dense(5) for _ in range(30)], shape=(4,))
    assert find_model_difference(deep, right) == (
        "Layer 1 (dense layer) has 4 units, should have 5. 29 other layers differ too."
    )


@pytest.mark.filterwarnings("error::UserWarning")
def test_comparing_warns_of_nothing():
    assert find_model_difference(in_a_list(*parts()), expected()) is None


def test_the_settings_of_some_kinds_of_layer():
    model = sequential(*parts(max=layers.AveragePooling2D(3)))
    found = models.settings_of(model, "AveragePooling2D", "Dense")
    assert [settings.get("window", settings.get("units")) for settings in found] == [
        (3, 3),
        (2, 2),
        7,
        3,
    ]
    assert models.settings_of(expected(), "Dropout") == []
    assert models.settings_of(None, "Dense") == models.settings_of(Own(), "Dense") == []


def test_neither_model_is_changed():
    mine, right = trained(), expected()
    before = [*mine.get_weights(), *right.get_weights()]
    assert find_model_difference(mine, right) is None
    after = [*mine.get_weights(), *right.get_weights()]
    assert all(np.array_equal(one, other) for one, other in zip(before, after, strict=True))
    assert mine.compiled


@pytest.mark.parametrize(("side", "kernel", "stride"), [(14, 1, 2), (13, 1, 2), (8, 2, 3)])
def test_padding_that_adds_nothing_is_no_difference(side, kernel, stride):
    """A 1x1 convolution of stride 2 skips pixels at the border; no padding brings them back."""

    def convolved(padding):
        layer = layers.Conv2D(2, kernel, strides=stride, padding=padding)
        return sequential(layer, shape=(side, side, 1))

    valid, same = convolved("valid"), convolved("same")
    same.set_weights(valid.get_weights())
    image = np.random.default_rng(3).random((1, side, side, 1))
    assert np.array_equal(valid(image), same(image))
    assert find_model_difference(same, valid) is None


def test_same_padding_is_valid_where_it_adds_nothing():
    def pooled(padding, side):
        return sequential(layers.MaxPooling2D(2, padding=padding), shape=(side, 8, 1))

    assert find_model_difference(pooled("same", 6), pooled("valid", 6)) is None
    assert "padding same" in find_model_difference(pooled("same", 7), pooled("valid", 7))
    # A window of 3 that moves by 3 leaves a pixel of 4: same padding adds none that is seen.
    same, valid = (
        sequential(layers.Conv2D(1, 3, 3, padding=padding), shape=(4, 4, 1))
        for padding in ("same", "valid")
    )
    assert "padding same" in find_model_difference(same, valid)


def test_any_two_networks_of_the_list_differ_from_each_other():
    """Is no pair of the wrong models taken for the same by accident?"""
    for name in (
        "wrong activation",
        "missing Flatten",
        "wrong units",
        "strides",
        "an extra Dropout",
    ):
        model = WRONG[name][0]()
        for other, (build, _) in WRONG.items():
            if other not in ("no input shape", "empty"):
                same = find_model_difference(build(), model) is None
                assert same == (other == name)


def test_a_model_is_shown_as_a_short_list_of_layers():
    assert models.show_model(expected()).splitlines() == [
        "input (25, 24, 1)",
        "1. Conv2D, 4 of 3x3, relu -> (23, 22, 4)",
        "2. MaxPooling2D, 2x2 -> (11, 11, 4)",
        "3. Conv2D, 6 of 2x3, tanh -> (10, 9, 6)",
        "4. AveragePooling2D, 2x2 -> (5, 4, 6)",
        "5. Flatten -> (120,)",
        "6. Dense, 7, tanh -> (7,)",
        "7. Dense, 3, softmax -> (3,)",
        "1,061 parameters",
    ]
    odd = sequential(
        layers.Conv2D(2, 3, 2, padding="same", use_bias=False), layers.Dropout(0.5), shape=SHAPE
    )
    assert models.show_model(odd).splitlines()[1:] == [
        "1. Conv2D, 2 of 3x3, strides 2x2, padding same, no bias -> (13, 12, 2)",
        "2. Dropout -> (13, 12, 2)",
        "18 parameters",
    ]
    assert models.show_model(Own()) == (
        "a Keras model of 0 layers (it does not know the shape of its input; before you return it, "
        "call it once on np.zeros((1, height, width, channels)))"
    )


def test_a_model_is_described_in_a_message():
    assert describe.describe(expected()) == "a Keras model of 7 layers"
    assert compare.find_difference(expected(), 5) == (
        "It should return a number, but returned a Keras model of 7 layers."
    )


def test_loading_writes_nothing_to_stderr_and_comparing_loads_no_keras():
    code = (
        "import sys; from utils.checks import compare; compare.find_difference(1, 2); "
        "assert 'keras' not in sys.modules; from utils import keras_setup; import keras; "
        "keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""

"""Answers about Keras whose models have classes or functions of the student's own."""

# ruff: noqa: E501

from tests.banks.answers import resnet

AUGMENT, CNN, LENET, RESNET = (
    ("09_augmentation", "build_augmenter"),
    ("07_keras_cnn", "build_cnn"),
    ("08_lenet", "build_lenet5"),
    ("13_resnet", "build_resnet"),
)

MOVER = """
import keras

class Mover(keras.Layer):
    def __init__(self, fraction):
        super().__init__()
        self.move = keras.layers.RandomTranslation(fraction, fraction, fill_mode="constant", fill_value=0.0)

    def call(self, images, training=None):
        return self.move(images, training=training)

def build_augmenter(max_fraction=0.2):
    return Mover(max_fraction)
"""
IN_TRAINING = MOVER.replace("training=None", "training=False").replace(
    "        return self.move(images, training=training)",
    "        if training:\n            return self.move(images, training=True)\n        return images",
)
MOVING_MODEL = MOVER.replace("keras.Layer", "keras.Model")
OWN_SHIFTS = """
import keras
import numpy as np

class Mover(keras.Model):
    def __init__(self, fraction):
        super().__init__()
        self.fraction, self.rng = fraction, np.random.default_rng()

    def call(self, images, training=False):
        if not training:
            return images
        height, width = images.shape[1:3]
        moved = []
        for image in np.asarray(images):
            most_down, most_right = int(height * self.fraction), int(width * self.fraction)
            dy = self.rng.integers(-most_down, most_down + 1)
            dx = self.rng.integers(-most_right, most_right + 1)
            padded = np.pad(image, ((most_down, most_down), (most_right, most_right), (0, 0)))
            moved.append(padded[most_down - dy:, most_right - dx:][:height, :width])
        return keras.ops.convert_to_tensor(np.stack(moved))

def build_augmenter(max_fraction=0.2):
    return Mover(max_fraction)
"""
NETWORK = """
import keras
import numpy as np
from keras import layers

class Network(keras.Model):
    def __init__(self, classes):
        super().__init__()
        self.filters = layers.Conv2D(10, 3, activation="relu")
        self.pool = layers.MaxPooling2D(2)
        self.flat = layers.Flatten()
        self.dense = layers.Dense(1000, activation="relu")
        self.last = layers.Dense(classes, activation="softmax")

    def call(self, images):
        maps = self.pool(self.filters(images))
        return self.last(self.dense(self.flat(maps)))

def build_cnn(input_shape=(28, 28, 1), classes=10):
    model = Network(classes)
    model(np.zeros((1, *input_shape)))
    return model
"""
STACK = """
import keras
from keras import layers

{before}
def build_cnn(input_shape=(28, 28, 1), classes=10):
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Conv2D(10, 3, activation={activation}),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(1000, activation={activation}),
        {more}layers.Dense(classes, activation="softmax"),
    ])
"""
LAMBDA = "lambda x: keras.ops.maximum(x, 0)"
NAMED = "def relu(x):\n    return keras.ops.maximum(x, 0.0)\n"
RELU = """
class Rectify(keras.Layer):
    def call(self, x):
        return keras.ops.maximum(x, 0)
"""
OWN_RELU = (
    STACK.replace("{before}", RELU)
    .replace("activation={activation}),\n", "), Rectify(),\n")
    .replace("{more}", "")
    .replace("10, 3, )", "10, 3)")
    .replace("1000, )", "1000)")
)
BLOCK = """
class Block(keras.Layer):
    def __init__(self, filters, pool=True):
        super().__init__()
        self.filters = keras.layers.Conv2D(filters, 5, activation="tanh")
        self.pool = keras.layers.AveragePooling2D(2) if pool else None

    def call(self, x):
        x = self.filters(x)
        return x if self.pool is None else self.pool(x)
"""
LENET5 = f"""
import keras
{BLOCK}
def build_lenet5(classes=10):
    return keras.Sequential([
        keras.Input((32, 32, 1)), Block(6), Block(16), Block(120, False),
        keras.layers.Flatten(), keras.layers.Dense(84, "tanh"), keras.layers.Dense(classes, "softmax"),
    ])
"""


def stack(activation='"relu"', before="", more=""):
    """Return a network with these activations."""
    return STACK.format(activation=activation, before=before, more=more)


RIGHT = {
    AUGMENT: {
        "a layer": MOVER,
        "a layer that looks at training": IN_TRAINING,
        "a model": MOVING_MODEL,
        "a model of its own shifts": OWN_SHIFTS.replace(
            "self.fraction, self.rng", "self.fraction, self.rng"
        ),
        "a layer in a model": MOVER.replace(
            "return Mover(max_fraction)",
            "return keras.Sequential([keras.Input((28, 28, 1)), Mover(max_fraction)])",
        ),
        "derived from Keras's": """
import keras
class Mover(keras.layers.RandomTranslation):
    pass
def build_augmenter(max_fraction=0.2):
    return Mover(max_fraction, max_fraction, fill_mode="constant")
""",
    },
    CNN: {
        "a model": NETWORK,
        "an activation without a name": stack(LAMBDA),
        "an activation with a name": stack("relu", NAMED),
        "an activation as a layer": OWN_RELU,
        "a Lambda layer": stack("None").replace(
            "activation=None),", f"), layers.Lambda({LAMBDA}),"
        ),
    },
    LENET: {
        "blocks": LENET5,
        "a model of blocks": LENET5.replace("keras.Sequential([", "Wrapped([").replace(
            "def build",
            "class Wrapped(keras.Sequential):\n"
            "    def call(self, x, training=None, mask=None):\n"
            "        return super().call(x, training=training, mask=mask)\n\ndef build",
        ),
    },
}
RIGHT[RESNET] = {
    name: resnet.RIGHT["build_resnet"][name]
    for name in ("a layer of blocks", "a model of one's own")
}
WRONG = {
    AUGMENT: {
        "moves at rest": (MOVER.replace("training=training)", "training=True)"), "training=False"),
        "never moves": (IN_TRAINING.replace("if training:", "if False:"), "nothing moves"),
        "raises": (
            MOVER.replace("return self.move(images, training=training)", "raise ValueError('no')"),
            "raised an error",
        ),
    },
    CNN: {
        "sigmoid": (stack("lambda x: keras.ops.sigmoid(x)"), "has activation sigmoid"),
    },
    LENET: {
        "max pooling": (LENET5.replace("AveragePooling2D", "MaxPooling2D"), "max pooling"),
        "another activation": (
            LENET5.replace('5, activation="tanh"', "5, activation=lambda x: x / 2"),
            "has activation of another kind",
        ),
        "never called": (
            LENET5.replace("keras.Input((32, 32, 1)), ", ""),
            "it does not know the shape of its input",
        ),
        "with TensorFlow": (
            "import tensorflow as tf\n"
            + LENET5.replace("self.filters(x)\n", "tf.identity(self.filters(x))\n"),
            "its class Block cannot be followed step by step",
        ),
        "weights of its own": (
            LENET5.replace(
                "def call",
                "def build(self, shape):\n        self.w = self.add_weight(shape=())\n\n    def call",
            ),
            "its class Block has weights that are not those of Keras's layers",
        ),
    },
}
WRONG[RESNET] = {
    name: resnet.WRONG["build_resnet"][name]
    for name in ("blocks without a ReLU", "blocks that add nothing")
}

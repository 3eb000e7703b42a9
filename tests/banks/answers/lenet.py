"""Answers to lesson 08's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "08_lenet"

BUILD = """
import keras
from keras import layers

def build_lenet5(classes=10):
    return keras.Sequential([
        keras.Input((32, 32, 1)),
        layers.Conv2D(6, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(16, 5, activation="tanh"),
        layers.AveragePooling2D(2),
        layers.Conv2D(120, 5, activation="tanh"),
        layers.Flatten(),
        layers.Dense(84, activation="tanh"),
        layers.Dense(classes, activation="softmax"),
    ])
"""
TABLE = """
def layer_table(model):
    rows = []
    for layer in model.layers:
        rows.append((layer.name, layer.output.shape[1:], layer.count_params()))
    return rows
"""
PAD = """
def pad_to(images, size):
    n, h, w, c = images.shape
    if h > size or w > size:
        raise ValueError("too large")
    top, left = (size - h) // 2, (size - w) // 2
    out = np.zeros((n, size, size, c))
    out[:, top:top + h, left:left + w, :] = images
    return out
"""
FIELD = """
def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field
"""


RIGHT = {
    "build_lenet5": {
        "Sequential": BUILD,
        "functional": """
import keras
def build_lenet5(classes=10):
    inputs = keras.Input(shape=(32, 32, 1))
    x = keras.layers.Conv2D(6, (5, 5), activation="tanh")(inputs)
    x = keras.layers.AveragePooling2D((2, 2))(x)
    x = keras.layers.Conv2D(16, (5, 5), activation="tanh")(x)
    x = keras.layers.AveragePooling2D((2, 2))(x)
    x = keras.layers.Conv2D(120, (5, 5), activation="tanh")(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(84, activation="tanh")(x)
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(x))
""",
        "compiled": changed(BUILD, ("return keras", "model = keras"))
        + """
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
""",
        "activations as layers": changed(
            BUILD,
            (', activation="tanh"),', '), layers.Activation("tanh"),'),
            (
                'layers.Dense(classes, activation="softmax")',
                "layers.Dense(classes), layers.Softmax()",
            ),
        ),
        "added one by one, with names": """
import keras
def build_lenet5(classes=10):
    model = keras.models.Sequential(name="LeNet-5")
    model.add(keras.layers.InputLayer(shape=(32, 32, 1)))
    for name, filters in [("C1", 6), ("C3", 16), ("C5", 120)]:
        model.add(keras.layers.Conv2D(filters, 5, strides=1, padding="valid", activation="tanh", name=name))
        if name != "C5":
            model.add(keras.layers.AveragePooling2D(pool_size=2, strides=2))
    model.add(keras.layers.Reshape((120,)))
    model.add(keras.layers.Dense(units=84, activation=keras.activations.tanh))
    model.add(keras.layers.Dense(units=classes, activation=keras.activations.softmax))
    return model
""",
        "tensorflow's Keras, built later": changed(
            BUILD,
            (
                "import keras\nfrom keras import layers",
                "from tensorflow import keras\nlayers = keras.layers",
            ),
            ("        keras.Input((32, 32, 1)),\n", ""),
            ("return keras", "model = keras"),
        )
        + "    model.build((None, 32, 32, 1))\n    return model\n",
        "an input_shape argument": changed(
            BUILD,
            ("        keras.Input((32, 32, 1)),\n", ""),
            ("Conv2D(6, 5,", "Conv2D(6, 5, input_shape=(32, 32, 1),"),
        ),
        "parts of its own": """
import keras
from keras import layers as L
def block(filters):
    return [L.Conv2D(filters, 5, activation="tanh"), L.AvgPool2D(2)]
def build_lenet5(classes=10):
    stack = block(6) + block(16) + [L.Conv2D(120, 5), L.Activation("tanh"), L.Flatten()]
    return keras.Sequential([L.Input((32, 32, 1)), *stack, L.Dense(84, "tanh"), L.Dense(classes, "softmax")])
""",
    },
    "layer_table": {
        "a loop": TABLE,
        "a comprehension": "def layer_table(model):\n    return [(l.name, tuple(l.output.shape)[1:], l.count_params()) for l in model.layers]",
        "namedtuples": """
import typing
class Row(typing.NamedTuple):
    name: str
    shape: tuple
    parameters: int
def layer_table(model):
    return [Row(l.name, tuple(l.output.shape)[1:], l.count_params()) for l in model.layers]
""",
        "lists for tuples": TABLE.replace("rows.append((", "rows.append([").replace(
            "count_params()))", "count_params()])"
        ),
        "get_layer by index": """
def layer_table(model):
    out = []
    for index in range(len(model.layers)):
        layer = model.get_layer(index=index)
        _, *shape = layer.output.shape
        out.append((layer.name, tuple(shape), layer.count_params()))
    return out
""",
        "counted by weights": """
def layer_table(model):
    return [(layer.name, layer.output.shape[1:], sum(int(np.prod(w.shape)) for w in layer.weights))
            for layer in model.layers]
""",
        "zip": """
def layer_table(model):
    names = [layer.name for layer in model.layers]
    shapes = [layer.output.shape[1:] for layer in model.layers]
    counts = [np.int64(layer.count_params()) for layer in model.layers]
    return list(zip(names, shapes, counts))
""",
    },
    "pad_to": {
        "zeros and a slice": PAD,
        "np.pad": """
def pad_to(images, size):
    h, w = images.shape[1], images.shape[2]
    if size < max(h, w): raise ValueError
    dh, dw = size - h, size - w
    return np.pad(images, [(0, 0), (dh // 2, dh - dh // 2), (dw // 2, dw - dw // 2), (0, 0)])
""",
        "the same dtype": PAD.replace("size, c))", "size, c), dtype=images.dtype)"),
        "pixel by pixel": """
def pad_to(images, size):
    n, h, w, _ = images.shape
    if h > size or w > size: raise ValueError("no")
    top, left = int((size - h) / 2), int((size - w) / 2)
    out = np.zeros((n, size, size, 1))
    for k in range(n):
        for i in range(h):
            for j in range(w):
                out[k, top + i, left + j, 0] = images[k, i, j, 0]
    return out
""",
        "concatenated": """
def pad_to(images, size):
    n, h, w, c = images.shape
    if size < h or size < w: raise ValueError("too small")
    top = (size - h) // 2
    left = (size - w) // 2
    a = np.concatenate([np.zeros((n, top, w, c)), images, np.zeros((n, size - h - top, w, c))], axis=1)
    return np.concatenate([np.zeros((n, size, left, c)), a, np.zeros((n, size, size - w - left, c))], axis=2)
""",
        "one by one, stacked": """
def pad_to(images, size):
    def one(picture):
        h, w = picture.shape
        if h > size or w > size:
            raise ValueError(f"{h}x{w} is too large for {size}")
        out = np.zeros((size, size), dtype=picture.dtype)
        out[(size - h) // 2:(size - h) // 2 + h, (size - w) // 2:(size - w) // 2 + w] = picture
        return out
    return np.stack([one(image[..., 0]) for image in images])[..., None]
""",
    },
    "receptive_field": {
        "forwards": FIELD,
        "backwards": """
def receptive_field(layers):
    size = 1
    for kernel, stride in layers[::-1]:
        size = (size - 1) * stride + kernel
    return size
""",
        "recursion": """
def receptive_field(layers):
    if not layers:
        return 1
    (kernel, stride), *rest = layers
    return (receptive_field(rest) - 1) * stride + kernel
""",
        "a sum of products": """
def receptive_field(layers):
    steps = np.cumprod([1] + [s for _, s in layers])
    return 1 + sum((k - 1) * step for (k, _), step in zip(layers, steps))
""",
        "first and last pixel": """
def receptive_field(layers):
    first = last = 0
    for k, s in reversed(layers):
        first, last = first * s, last * s + k - 1
    return last - first + 1
""",
        "math.prod": """
import math
def receptive_field(layers):
    return 1 + sum((layers[i][0] - 1) * math.prod(s for _, s in layers[:i]) for i in range(len(layers)))
""",
    },
}

CONV1 = 'layers.Conv2D(6, 5, activation="tanh")'
WRONG_MODELS = {
    "ReLU in the first convolution": (
        [(CONV1, CONV1.replace("tanh", "relu"))],
        "Layer 1 (convolution) has activation relu, should have activation tanh.",
    ),
    "ReLU everywhere": ([("tanh", "relu")], "Layers 3, 5 and 7 differ too."),
    "no activation": (
        [('120, 5, activation="tanh"', "120, 5")],
        "Layer 5 (convolution) has no activation",
    ),
    "no Flatten": (
        [("        layers.Flatten(),\n", "")],
        "A Flatten is missing before layer 6 (a dense layer).",
    ),
    "max pooling": (
        [("AveragePooling2D", "MaxPooling2D")],
        "Layer 2 should be an average pooling, but is a max pooling. Layer 4 differs too.",
    ),
    "max pooling once": (
        [
            (
                "layers.AveragePooling2D(2),\n        layers.Conv2D(120",
                "layers.MaxPooling2D(2),\n        layers.Conv2D(120",
            )
        ],
        "Layer 4 should be an average pooling, but is a max pooling.",
    ),
    "same padding": (
        [(CONV1, CONV1.replace("5,", '5, padding="same",'))],
        "Layer 1 (convolution) has padding same, should have valid.",
    ),
    "28 pixels, same padding": (
        [("(32, 32, 1)", "(28, 28, 1)"), (CONV1, CONV1.replace("5,", '5, padding="same",'))],
        "The model takes input of shape (28, 28, 1), but should take (32, 32, 1).",
    ),
    "80 units": ([("84", "80")], "Layer 7 (dense layer) has 80 units, should have 84."),
    "six filters, then twelve": (
        [("(16, 5", "(12, 5")],
        "Layer 3 (convolution) has 12 filters, should have 16.",
    ),
    "kernels of 3x3": (
        [("(6, 5", "(6, 3")],
        "Layer 1 (convolution) has kernel size 3x3, should have 5x5.",
    ),
    "filters and kernel swapped": (
        [("(6, 5", "(5, 6")],
        "Computed output size would be zero or negative",  # Keras itself refuses it
    ),
    "an extra dropout": (
        [("layers.Flatten(),", "layers.Flatten(), layers.Dropout(0.2),")],
        "There is an extra layer: layer 7 is a Dropout layer.",
    ),
    "an extra dense layer": (
        [("layers.Flatten(),", 'layers.Flatten(), layers.Dense(120, activation="tanh"),')],
        "There is an extra layer: layer 7 is a dense layer (120 units).",
    ),
    "a rescaling in front": (
        [(CONV1, "layers.Rescaling(1 / 255), " + CONV1)],
        "There is an extra layer: layer 1 is a Rescaling layer.",
    ),
    "the third convolution as a dense layer": (
        [
            ("        layers.Flatten(),\n", ""),
            (
                'layers.Conv2D(120, 5, activation="tanh")',
                'layers.Flatten(), layers.Dense(120, activation="tanh")',
            ),
        ],
        "A convolution (120 filters) is missing before layer 5 (a Flatten).",
    ),
    "no third convolution": (
        [('        layers.Conv2D(120, 5, activation="tanh"),\n', "")],
        "A convolution (120 filters) is missing before layer 5 (a Flatten).",
    ),
    "no softmax": (
        [('layers.Dense(classes, activation="softmax")', "layers.Dense(classes)")],
        "Layer 8 (dense layer) has no activation, should have activation softmax.",
    ),
    "sigmoid": ([("softmax", "sigmoid")], "Layer 8 (dense layer) has activation sigmoid"),
    "pooling that moves by one": (
        [
            ("layers.Conv2D(16", "layers.Conv2D(16"),
            (
                "AveragePooling2D(2),\n        layers.Conv2D(16",
                "AveragePooling2D(2, strides=1),\n        layers.Conv2D(16",
            ),
        ],
        "Layer 2 (average pooling) has strides 1x1, should have 2x2.",
    ),
    "no biases": (
        [("(6, 5,", "(6, 5, use_bias=False,")],
        "Layer 1 (convolution) has no bias, should have one.",
    ),
    "pooling first": (
        [
            (
                CONV1 + ",\n        layers.AveragePooling2D(2)",
                "layers.AveragePooling2D(2),\n        " + CONV1,
            ),
            ("layers.Conv2D(120, 5", 'layers.Conv2D(120, 5, padding="same"'),
        ],
        "Layers 1 and 2 are in the wrong order",
    ),
    "always ten classes": (
        [("Dense(classes", "Dense(10")],
        "The output's shape should be (None, 26)",
    ),
    "one class more": (
        [("Dense(classes", "Dense(classes + 1")],
        "Layer 8 (dense layer) has 11 units, should have 10.",
    ),
}
WRONG = {
    "build_lenet5": {
        **{name: (changed(BUILD, *edits), said) for name, (edits, said) in WRONG_MODELS.items()},
        "no return": (changed(BUILD, ("return keras", "keras")), "Is a `return` missing?"),
        "compile's result": (
            changed(BUILD, ("    ])", '    ]).compile("adam", "sparse_categorical_crossentropy")')),
            "Is a `return` missing?",
        ),
        "a list of layers": (
            changed(BUILD, ("keras.Sequential([", "list(["), ("keras.Input((32, 32, 1)),", "")),
            "It should return a Keras model, but returned a list of length 8.",
        ),
        "no input": (
            changed(BUILD, ("        keras.Input((32, 32, 1)),\n", "")),
            "it does not know the shape of its input",
        ),
        "an error": ("def build_lenet5(classes=10):\n    return keras.Model()", "NameError"),
    },
    "layer_table": {
        "no return": (changed(TABLE, ("return rows", "rows")), "`return` missing"),
        "summary": ("def layer_table(model):\n    return model.summary()", "`return` missing"),
        "names alone": (
            "def layer_table(model):\n    return [layer.name for layer in model.layers]",
            "",
        ),
        "an attribute of old": (
            changed(TABLE, ("layer.output.shape[1:]", "layer.output_shape[1:]")),
            "AttributeError",
        ),
        "a dict": (
            "def layer_table(model):\n    return {l.name: (l.output.shape[1:], l.count_params()) for l in model.layers}",
            "It should return",
        ),
        "only the total": ("def layer_table(model):\n    return model.count_params()", "the int"),
        "always LeNet's": (
            """
def layer_table(model):
    return [("C1", (28, 28, 6), 156), ("S2", (14, 14, 6), 0), ("C3", (10, 10, 16), 2416),
            ("S4", (5, 5, 16), 0), ("C5", (1, 1, 120), 48120), ("flatten", (120,), 0),
            ("F6", (84,), 10164), ("output", (10,), 850)]
""",
            "",
        ),
        "sizes without channels": (
            changed(TABLE, ("shape[1:]", "shape[1:3]")),
            "end before the channels",
        ),
        "backwards": (changed(TABLE, ("model.layers", "model.layers[::-1]")), ""),
        "the model's parameters": (
            changed(TABLE, ("layer.count_params()", "model.count_params()")),
            "the whole model",
        ),
        "counts as text": (
            changed(TABLE, ("layer.count_params()", "str(layer.count_params())")),
            "",
        ),
    },
    "pad_to": {
        "no error": (
            changed(
                PAD,
                (
                    '    if h > size or w > size:\n        raise ValueError("too large")\n',
                    "    size = max(size, h, w)\n",
                ),
            ),
            "It should raise ValueError",
        ),
        "equal refused": (changed(PAD, ("h > size or w > size", "h >= size or w >= size")), ""),
        "another error": (changed(PAD, ("ValueError", "TypeError")), "It should raise ValueError"),
        "always an error": (
            "def pad_to(images, size):\n    raise ValueError",
            "It raised ValueError",
        ),
        "in bytes": (changed(PAD, ("size, c))", "size, c), np.uint8)")), "bytes (uint8)"),
        "in whole numbers": (changed(PAD, ("size, c))", "size, c), int)")), "cut to whole numbers"),
        "its argument is changed": (
            changed(PAD, ("    top, left", "    images[:, 0] = 0\n    top, left")),
            "It changes its argument `images`",
        ),
        "every axis": (
            "def pad_to(images, size):\n    if size < max(images.shape[1:3]): raise ValueError\n"
            "    return np.pad(images, (size - images.shape[1]) // 2)",
            "All four axes are padded",
        ),
        "32 whatever the size": (
            changed(PAD, ("    top, left", "    size = 32\n    top, left")),
            "",
        ),
        "scaled": (changed(PAD, ("] = images", "] = images / 255")), ""),
        "keras": (
            """
def pad_to(images, size):
    import keras
    h, w = images.shape[1:3]
    if size < h or size < w: raise ValueError
    t, l = (size - h) // 2, (size - w) // 2
    return np.asarray(keras.layers.ZeroPadding2D(((t, size - h - t), (l, size - w - l)))(images))
""",
            "It hands the work to keras",
        ),
        "utils": (
            "from utils import lenet\ndef pad_to(images, size):\n    return lenet.pad_to(images, size)",
            "It hands the work to utils",
        ),
    },
    "receptive_field": {
        "no return": (changed(FIELD, ("return field", "field")), "`return` missing"),
        "returns too early": (changed(FIELD, ("    return field", "        return field")), ""),
        "always 32": ("def receptive_field(layers):\n    return 32", ""),
        "steps returned": (
            changed(FIELD, ("return field", "return step")),
            "product of the strides",
        ),
        "no step": (
            changed(FIELD, ("* step", "* stride")),
            "its own layer's stride only",
        ),
        "both": (
            changed(FIELD, ("return field", "return field, step")),
            "It should return a number",
        ),
        "as text": (
            changed(FIELD, ("return field", "return str(field)")),
            "It should return a number",
        ),
        "rounded division": (
            changed(FIELD, ("step *= stride", "step *= max(stride // 2 * 2, 1)")),
            "",
        ),
        "fails without layers": (
            changed(FIELD, ("field, step = 1, 1", "field, step = 1, 1\n    layers[0]")),
            "IndexError",
        ),
        "its argument is changed": (
            """
def receptive_field(layers):
    size = 1
    while layers:
        kernel, stride = layers.pop()
        size = (size - 1) * stride + kernel
    return size
""",
            "It changes its argument `layers`",
        ),
        "utils": (
            "from utils import lenet\ndef receptive_field(layers):\n    return lenet.receptive_field(layers)",
            "It hands the work to utils",
        ),
    },
}

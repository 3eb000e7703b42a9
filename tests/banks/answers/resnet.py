"""Answers to lesson 13's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "13_resnet"

MIX = """
def conv_1x1(volume, weights, bias=None):
    volume, weights = np.asarray(volume, dtype=float), np.asarray(weights, dtype=float)
    if volume.shape[2] != weights.shape[0]:
        raise ValueError("channels differ")
    height, width, channels = volume.shape
    filters = weights.shape[1]
    out = np.zeros((height, width, filters))
    for i in range(height):
        for j in range(width):
            for f in range(filters):
                out[i, j, f] = np.sum(volume[i, j] * weights[:, f])
                if bias is not None:
                    out[i, j, f] += bias[f]
    return out
"""
COST = """
def stack_cost(kernel, depth, channels):
    if depth < 0 or kernel < 1 or channels < 1:
        raise ValueError("below the smallest")
    field = 1
    parameters = 0
    for _ in range(depth):
        field += kernel - 1
        parameters += kernel * kernel * channels * channels
    return field, parameters
"""
NORM = """
def batch_norm(x, gamma, beta, epsilon=0.001):
    x = np.asarray(x, dtype=float)
    mean = x.mean(axis=(0, 1, 2))
    var = x.var(axis=(0, 1, 2))
    return gamma * (x - mean) / np.sqrt(var + epsilon) + beta
"""
NET = """
import keras
from keras import layers

def build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(widths[0], 3, padding="same", use_bias=False)(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    for i, width in enumerate(widths):
        stride = 1 if i == 0 else 2
        shortcut = x
        y = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(x)
        y = layers.BatchNormalization()(y)
        y = layers.ReLU()(y)
        y = layers.Conv2D(width, 3, padding="same", use_bias=False)(y)
        y = layers.BatchNormalization()(y)
        if stride != 1 or x.shape[-1] != width:
            shortcut = layers.Conv2D(width, 1, strides=stride, use_bias=False)(x)
            shortcut = layers.BatchNormalization()(shortcut)
        x = layers.Add()([y, shortcut])
        x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    outputs = layers.Dense(classes, activation="softmax")(x)
    return keras.Model(inputs, outputs)
"""
BLOCK = """
import keras
from keras import layers

class ResidualBlock(layers.Layer):
    def __init__(self, width, stride=1, project=False, **kwargs):
        super().__init__(**kwargs)
        self.shortcut = None
        if project:
            self.shortcut = keras.Sequential([
                layers.Conv2D(width, 1, strides=stride, use_bias=False), layers.BatchNormalization()])
        self.conv1 = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)
        self.bn1 = layers.BatchNormalization()
        self.conv2 = layers.Conv2D(width, 3, padding="same", use_bias=False)
        self.bn2 = layers.BatchNormalization()

    def call(self, x, training=None):
        y = keras.ops.relu(self.bn1(self.conv1(x), training=training))
        y = self.bn2(self.conv2(y), training=training)
        s = x if self.shortcut is None else self.shortcut(x, training=training)
        return keras.ops.relu(y + s)

def build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    stack = [keras.Input(input_shape), layers.Conv2D(widths[0], 3, padding="same", use_bias=False),
             layers.BatchNormalization(), layers.ReLU()]
    before = widths[0]
    for i, width in enumerate(widths):
        stack.append(ResidualBlock(width, 2 if i else 1, bool(i) or before != width))
        before = width
    return keras.Sequential([*stack, layers.GlobalAveragePooling2D(), layers.Dense(classes, activation="softmax")])
"""
MODEL = (
    BLOCK[: BLOCK.index("def build_resnet")]
    + """
class ResNet(keras.Model):
    def __init__(self, classes, widths):
        super().__init__()
        self.head = layers.Dense(classes, activation="softmax")
        self.blocks = [ResidualBlock(w, 1 if i == 0 else 2, i > 0) for i, w in enumerate(widths)]
        self.conv = layers.Conv2D(widths[0], 3, padding="same", use_bias=False)
        self.bn = layers.BatchNormalization()
        self.pool = layers.GlobalAveragePooling2D()

    def call(self, x, training=False):
        x = layers.ReLU()(self.bn(self.conv(x), training=training))
        for block in self.blocks:
            x = block(x, training=training)
        return self.head(self.pool(x))

def build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    model = ResNet(classes, widths)
    model(np.zeros((1, *input_shape)))
    return model
"""
)

RIGHT = {
    "conv_1x1": {
        "loops": MIX,
        "a product of matrices": """
def conv_1x1(volume, weights, bias=None):
    if np.shape(volume)[-1] != np.shape(weights)[0]:
        raise ValueError("the channels do not fit")
    out = np.asarray(volume, float) @ np.asarray(weights, float)
    return out if bias is None else out + bias
""",
        "einsum": """
def conv_1x1(volume, weights, bias=None):
    if volume.shape[-1] != weights.shape[0]: raise ValueError
    if bias is None: bias = np.zeros(weights.shape[1])
    return np.einsum("hwc,cf->hwf", volume.astype(float), weights.astype(float)) + bias
""",
        "channel by channel": """
def conv_1x1(volume, weights, bias=None):
    h, w, c = volume.shape
    if c != len(weights): raise ValueError("no")
    out = np.zeros((h, w, weights.shape[1]))
    if bias is not None:
        out += bias
    for channel in range(c):
        out += volume[:, :, channel, None] * weights[channel].astype(float)
    return out
""",
        "tensordot, reshaped": """
def conv_1x1(volume, weights, bias=None):
    h, w, c = volume.shape
    if weights.shape[0] != c: raise ValueError(f"{c} channels")
    rows = np.array(volume, dtype=np.float64).reshape(-1, c)
    out = np.tensordot(rows, weights, axes=1).reshape(h, w, -1)
    return out + (0 if bias is None else np.asarray(bias))
""",
    },
    "stack_cost": {
        "a loop": COST,
        "a formula": """
def stack_cost(kernel, depth, channels):
    if depth < 0: raise ValueError("depth")
    if kernel < 1 or channels < 1: raise ValueError("kernel or channels")
    return depth * (kernel - 1) + 1, depth * (kernel * channels) ** 2
""",
        "recursion": """
def stack_cost(kernel, depth, channels):
    if min(depth, kernel - 1, channels - 1) < 0:
        raise ValueError
    if depth == 0:
        return [1, 0]
    field, parameters = stack_cost(kernel, depth - 1, channels)
    return [field + kernel - 1, parameters + kernel ** 2 * channels ** 2]
""",
        "NumPy": """
def stack_cost(kernel, depth, channels):
    if depth < 0 or kernel <= 0 or channels <= 0: raise ValueError
    one = np.prod([kernel, kernel, channels, channels])
    return np.int64(1) + depth * (kernel - 1), one * depth
""",
    },
    "batch_norm": {
        "in one line": NORM,
        "channel by channel": """
def batch_norm(x, gamma, beta, epsilon=0.001):
    out = np.zeros(x.shape)
    for c in range(x.shape[3]):
        values = x[:, :, :, c].astype(float)
        m = values.sum() / values.size
        v = ((values - m) ** 2).sum() / values.size
        out[:, :, :, c] = gamma[c] * (values - m) / (v + epsilon) ** 0.5 + beta[c]
    return out
""",
        "flattened": """
def batch_norm(x, gamma, beta, epsilon=0.001):
    rows = np.reshape(x, (-1, x.shape[-1])).astype(np.float64)
    rows = rows - np.mean(rows, axis=0)
    rows = rows / np.sqrt(np.mean(rows ** 2, axis=0) + epsilon)
    return (rows * gamma + beta).reshape(x.shape)
""",
        "mean of squares": """
def batch_norm(x, gamma, beta, epsilon=0.001):
    x = np.array(x, float)
    mean = np.mean(x, (0, 1, 2), keepdims=True)
    x = x - mean
    scale = gamma / np.sqrt(np.einsum("nhwc,nhwc->c", x, x) / x[..., 0].size + epsilon)
    return x * scale + beta
""",
        "numbers in loops": """
import math
def batch_norm(x, gamma, beta, epsilon=0.001):
    n, h, w, c = x.shape
    out = [[[[0.0] * c for _ in range(w)] for _ in range(h)] for _ in range(n)]
    for k in range(c):
        values = [float(v) for v in x[..., k].ravel()]
        mean = math.fsum(values) / len(values)
        deviation = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / len(values) + epsilon)
        for a in range(n):
            for i in range(h):
                for j in range(w):
                    out[a][i][j][k] = (float(x[a, i, j, k]) - mean) / deviation * gamma[k] + beta[k]
    return np.array(out)
""",
    },
    "build_resnet": {
        "functional, in a loop": NET,
        "the shortcut first": changed(
            NET,
            (
                """        shortcut = x
""",
                """        shortcut = x
        if stride == 2 or x.shape[-1] != width:
            shortcut = layers.Conv2D(width, (1, 1), stride, padding="same", use_bias=False)(x)
            shortcut = layers.BatchNormalization()(shortcut)
""",
            ),
            (
                """        if stride != 1 or x.shape[-1] != width:
            shortcut = layers.Conv2D(width, 1, strides=stride, use_bias=False)(x)
            shortcut = layers.BatchNormalization()(shortcut)
        x = layers.Add()([y, shortcut])
""",
                "        x = layers.add([shortcut, y])\n",
            ),
        ),
        "functions and operations": """
import keras
from keras import layers, ops

def conv(x, width, kernel=3, stride=1):
    x = layers.Conv2D(filters=width, kernel_size=kernel, strides=stride, padding="same", use_bias=False,
                      kernel_initializer="he_normal")(x)
    return layers.BatchNormalization(axis=-1, momentum=0.99, epsilon=0.001)(x)

def block(x, width, stride):
    around = x
    if stride > 1 or x.shape[-1] != width:
        around = conv(x, width, 1, stride)
    x = layers.Activation("relu")(conv(x, width, 3, stride))
    return keras.activations.relu(conv(x, width) + around)

def build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    start = keras.Input(shape=input_shape, name="picture")
    x = ops.maximum(conv(start, widths[0]), 0)
    x = block(x, widths[0], 1)
    for width in widths[1:]:
        x = block(x, width, 2)
    x = ops.mean(x, axis=(1, 2))
    x = layers.Dense(classes)(x)
    return keras.Model(start, layers.Softmax()(x))
""",
        "a layer of blocks": BLOCK,
        "a model of one's own": MODEL,
        "compiled": changed(NET, ("    return keras.Model", "    model = keras.Model"))
        + "    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n    return model\n",
        "models inside": """
import keras
from keras import layers

def main_path(shape, width, stride):
    return keras.Sequential([
        keras.Input(shape),
        layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU(),
        layers.Conv2D(width, 3, padding="same", use_bias=False), layers.BatchNormalization()])

def build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):
    relu = layers.ReLU()
    inputs = keras.Input(input_shape)
    x = keras.Sequential([layers.Conv2D(widths[0], 3, padding="same", use_bias=False), layers.BatchNormalization(), layers.ReLU()])(inputs)
    stride = 1
    for width in widths:
        around = x
        if stride == 2 or x.shape[-1] != width:
            around = keras.Sequential([layers.Conv2D(width, 1, stride, use_bias=False), layers.BatchNormalization()])(x)
        x = relu(layers.Add()([around, main_path(x.shape[1:], width, stride)(x)]))
        stride = 2
    x = layers.Flatten()(layers.GlobalAveragePooling2D(keepdims=True)(x))
    return keras.Model(inputs=inputs, outputs=layers.Dense(classes, "softmax")(x))
""",
    },
}

BIASED = [("use_bias=False", "use_bias=True")]
IN_BLOCK = (
    '        y = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(x)\n'
)
SUM = "        x = layers.Add()([y, shortcut])\n        x = layers.ReLU()(x)\n"
PROJECT = """            shortcut = layers.Conv2D(width, 1, strides=stride, use_bias=False)(x)
            shortcut = layers.BatchNormalization()(shortcut)
"""
WRONG_MODELS = {
    "biases": (BIASED, "The convolutions have biases."),
    "a bias in the shortcut": (
        [(PROJECT, PROJECT.replace(", use_bias=False", ""))],
        "has a bias, should have none.",
    ),
    "no shortcut": ([("layers.Add()([y, shortcut])", "y")], "The blocks have no shortcuts"),
    "ReLU before the sum": (
        [(SUM, "        x = layers.Add()([layers.ReLU()(y), shortcut])\n")],
        "The last ReLU of each block comes before the addition.",
    ),
    "no ReLU after the sum": (
        [(SUM, "        x = layers.Add()([y, shortcut])\n")],
        "There is no ReLU after the addition.",
    ),
    "no ReLU inside": (
        [("        y = layers.ReLU()(y)\n", "")],
        "should be applied to relu(batch normalisation 2), but is applied to batch normalisation 2.",
    ),
    "no normalisation in the shortcut": (
        [(PROJECT, PROJECT.splitlines()[0] + "\n")],
        "The convolution in the shortcut has no batch normalisation",
    ),
    "the shortcut by pooling and zeros": (
        [
            (
                PROJECT,
                """            shortcut = layers.AveragePooling2D(2, padding="same")(x)
            shortcut = keras.ops.pad(shortcut, ((0, 0), (0, 0), (0, 0), (0, width - x.shape[-1])))
""",
            )
        ],
        "which is missing.",
    ),
    "a kernel of 3x3 in the shortcut": (
        [(PROJECT, PROJECT.replace("width, 1,", 'width, 3, padding="same",'))],
        "has kernel size 3x3, should have 1x1; has padding same, should have valid.",
    ),
    "a convolution in every shortcut": (
        [("if stride != 1 or x.shape[-1] != width:", "if True:")],
        "Every shortcut has a convolution",
    ),
    "a stride in every block": (
        [("1 if i == 0 else 2", "2")],
        "The first block has a stride of 2",
    ),
    "the stride in the second convolution": (
        [
            ("width, 3, strides=stride", "width, 3"),
            (
                '        y = layers.Conv2D(width, 3, padding="same", use_bias=False)(y)',
                '        y = layers.Conv2D(width, 3, strides=stride, padding="same", use_bias=False)(y)',
            ),
        ],
        "The stride of 2 is in the second convolution",
    ),
    "Flatten": ([("GlobalAveragePooling2D", "Flatten")], "A Flatten comes before the dense layer."),
    "global maximum": (
        [("GlobalAveragePooling2D", "GlobalMaxPooling2D")],
        "but is applied to GlobalMaxPooling2D(",
    ),
    "momentum of 0.9": (
        [("BatchNormalization()", "BatchNormalization(momentum=0.9)")],
        "Batch normalisation has momentum 0.9, should have 0.99.",
    ),
    "another epsilon": (
        [("BatchNormalization()", "BatchNormalization(epsilon=1e-5)")],
        "Batch normalisation has epsilon 1e-05, should have 0.001.",
    ),
    "one epsilon": (
        [
            (
                "y = layers.BatchNormalization()(y)\n        y =",
                "y = layers.BatchNormalization(epsilon=1e-4)(y)\n        y =",
            )
        ],
        "has epsilon 0.0001, should have 0.001.",
    ),
    "layer normalisation": (
        [("layers.BatchNormalization()", "layers.LayerNormalization()")],
        "should come a batch normalisation",
    ),
    "pre-activation": (
        [
            ("        x = layers.ReLU()(x)\n    x = layers.Global", "    x = layers.Global"),
            (IN_BLOCK, IN_BLOCK.replace("(x)", "(layers.ReLU()(x))")),
            ("    x = layers.ReLU()(x)\n    for", "    for"),
        ],
        "should be applied to",
    ),
    "dropout": ([("layers.Add()([y,", "layers.Add()([layers.Dropout(0.1)(y),")], "Dropout("),
    "the mean for the sum": ([("layers.Add()", "layers.Average()")], "Average("),
    "joined, not added": (
        [("layers.Add()", "layers.Concatenate()")],
        "should be applied to",
    ),
    "two filters more": (
        [("layers.Conv2D(widths[0]", "layers.Conv2D(widths[0] + 2")],
        "filters",
    ),
    "no padding at first": (
        [('widths[0], 3, padding="same"', "widths[0], 3")],
        "has padding valid, should have same.",
    ),
    "a dense layer more": (
        [("    outputs =", '    x = layers.Dense(64, activation="relu")(x)\n    outputs =')],
        "Dense layer (3 units) has 64 units, should have 3.",
    ),
    "no softmax": (
        [('(classes, activation="softmax")', "(classes)")],
        "The output should be softmax(dense layer), but is dense layer.",
    ),
    "always ten": ([("Dense(classes", "Dense(10")], "has 10 units, should have 3."),
    "always the default widths": (
        [("    inputs = keras", "    widths = (16, 32, 64)\n    inputs = keras")],
        "The widths are always 16, 32 and 64",
    ),
    "always 28x28": (
        [("keras.Input(input_shape)", "keras.Input((28, 28, 1))")],
        "The model takes input of shape (28, 28, 1), but should take",
    ),
    "a block less": ([("in enumerate(widths)", "in enumerate(widths[:-1])")], ""),
    "one normalisation for all": (
        [
            ("    for i, width", "    for i, width"),
            (
                '        y = layers.Conv2D(width, 3, padding="same", use_bias=False)(y)\n        y = layers.BatchNormalization()(y)\n',
                '        y = layers.Conv2D(width, 3, padding="same", use_bias=False)(y)\n        y = again(y)\n',
            ),
            (
                "        y = layers.BatchNormalization()(y)\n        y = layers.ReLU()(y)\n",
                "        again = layers.BatchNormalization()\n        y = again(y)\n        y = layers.ReLU()(y)\n",
            ),
        ],
        "With the same weights",
    ),
}
BAD_CHECK = '        raise ValueError("channels differ")\n'
WRONG = {
    "conv_1x1": {
        "no bias": (changed(MIX, ("if bias is not None", "if False")), "The bias is not added."),
        "the bias in every channel": (
            """
def conv_1x1(volume, weights, bias=None):
    h, w, c = volume.shape
    if c != weights.shape[0]: raise ValueError
    out = np.zeros((h, w, weights.shape[1]))
    for k in range(c):
        out += volume[:, :, k, None] * weights[k].astype(float)
        if bias is not None: out += bias
    return out
""",
            "The bias is added once for each input channel.",
        ),
        "transposed": (
            """
def conv_1x1(volume, weights, bias=None):
    if volume.shape[-1] != weights.shape[0]: raise ValueError
    out = volume.astype(float) @ weights.T
    return out if bias is None else out + bias
""",
            ("Rows and columns of the weights", "matmul", "ValueError"),
        ),
        "the first channel": (
            changed(
                MIX, ("np.sum(volume[i, j] * weights[:, f])", "volume[i, j, 0] * weights[0, f]")
            ),
            "Only the first input channel is used.",
        ),
        "ReLU": (
            changed(MIX, ("return out", "return np.maximum(out, 0)")),
            "Negative results are set to 0.",
        ),
        "whole numbers": (
            changed(
                MIX,
                ("np.zeros((height, width, filters))", "np.zeros((height, width, filters), int)"),
            ),
            "cut to whole numbers",
        ),
        "the dtype of the picture": (
            """
def conv_1x1(volume, weights, bias=None):
    if volume.shape[-1] != weights.shape[0]: raise ValueError
    out = (volume @ weights.astype(volume.dtype))
    return out if bias is None else (out + bias).astype(volume.dtype)
""",
            "",
        ),
        "the mean": (changed(MIX, ("np.sum(", "np.mean(")), "The weighted channels are averaged."),
        "square pictures only": (
            changed(MIX, ("for j in range(width)", "for j in range(height)")),
            "",
        ),
        "no error": (
            changed(
                MIX,
                (
                    "    if volume.shape[2] != weights.shape[0]:\n" + BAD_CHECK,
                    "    volume = volume[..., :len(weights)]\n    weights = weights[:volume.shape[2]]\n",
                ),
            ),
            "It should raise ValueError",
        ),
        "another error": (changed(MIX, ("ValueError", "TypeError")), "It should raise ValueError"),
        "always an error": (
            'def conv_1x1(volume, weights, bias=None):\n    raise ValueError("no")',
            "",
        ),
        "the input changed": (
            changed(
                MIX,
                ("np.asarray(volume, dtype=float), np", "volume, np"),
                ("    return out", "    volume[:] = 0\n    return out"),
            ),
            "It changes its argument `volume`",
        ),
        "Keras": (
            """
import keras
def conv_1x1(volume, weights, bias=None):
    if volume.shape[-1] != weights.shape[0]: raise ValueError
    out = np.asarray(keras.ops.conv(volume[None].astype("float32"), weights[None, None].astype("float32")))[0]
    return out if bias is None else out + bias
""",
            "It hands the work to keras",
        ),
        "utils": (
            "from utils import resnet\ndef conv_1x1(volume, weights, bias=None):\n    return resnet.conv_1x1(volume, weights, bias)",
            "It hands the work to utils",
        ),
    },
    "stack_cost": {
        "kernel times depth": (
            changed(
                COST,
                ("field += kernel - 1", "field += kernel"),
                ("field = 1", "field = 0 if depth else 1"),
            ),
            "as if the windows did not overlap",
        ),
        "two pixels": (changed(COST, ("field += kernel - 1", "field += 2")), "adds two pixels"),
        "one pixel": (
            changed(
                COST,
                (
                    "    return field",
                    "    field = kernel + depth - 1 if depth else 1\n    return field",
                ),
            ),
            "adds only one pixel",
        ),
        "biases": (
            changed(COST, ("channels * channels", "channels * channels + channels")),
            "The biases are counted.",
        ),
        "the kernel once": (
            changed(COST, ("kernel * kernel * channels", "kernel * channels")),
            "only one row",
        ),
        "the channels once": (
            changed(COST, ("channels * channels", "channels")),
            "the channels count once",
        ),
        "swapped": (
            changed(COST, ("return field, parameters", "return parameters, field")),
            "have changed places",
        ),
        "one channel at first": (
            changed(
                COST,
                (
                    "    return field, parameters",
                    "    parameters -= kernel ** 2 * channels * (channels - 1) * (depth > 0)\n    return field, parameters",
                ),
            ),
            "",
        ),
        "floats": (
            changed(COST, ("return field, parameters", "return field / 1, parameters")),
            "whole number",
        ),
        "depth 0 refused": (changed(COST, ("depth < 0", "depth < 1")), ""),
        "only the parameters": (
            changed(COST, ("return field, parameters", "return parameters")),
            "It should return two values",
        ),
        "no error for the depth": (
            changed(COST, ("depth < 0 or ", "")),
            "It should raise ValueError",
        ),
        "no error for the kernel": (
            changed(COST, ("or kernel < 1 ", "")),
            "It should raise ValueError",
        ),
        "no error for the channels": (
            changed(COST, (" or channels < 1", "")),
            "It should raise ValueError",
        ),
        "a sum of squares": (
            changed(COST, ("    return field", "    field = field ** 2\n    return field")),
            "as an area",
        ),
    },
    "batch_norm": {
        "each image": (
            changed(NORM, ("axis=(0, 1, 2)", "axis=(1, 2), keepdims=True")),
            "Each image is normalised by itself.",
        ),
        "all together": (
            changed(NORM, ("axis=(0, 1, 2)", "")),
            "All channels are normalised together.",
        ),
        "over the images": (
            changed(NORM, ("axis=(0, 1, 2)", "axis=0")),
            "Each position is normalised by itself",
        ),
        "ddof": (
            changed(NORM, ("x.var(axis=(0, 1, 2))", "x.var(axis=(0, 1, 2), ddof=1)")),
            "one less",
        ),
        "epsilon after the root": (
            changed(NORM, ("np.sqrt(var + epsilon)", "(np.sqrt(var) + epsilon)")),
            "Epsilon is added after the square root.",
        ),
        "no epsilon": (
            changed(NORM, ("var + epsilon", "var")),
            ("epsilon is not used", "not a finite number"),
        ),
        "one epsilon": (changed(NORM, ("var + epsilon", "var + 0.001")), "Epsilon is always 0.001"),
        "PyTorch's epsilon": (changed(NORM, ("epsilon=0.001", "epsilon=1e-5")), ""),
        "the variance": (
            changed(NORM, ("np.sqrt(var + epsilon)", "(var + epsilon)")),
            "It divides by the variance.",
        ),
        "no mean": (changed(NORM, ("(x - mean)", "x")), "The mean is not subtracted."),
        "no gamma": (changed(NORM, ("gamma * (x - mean)", "(x - mean)")), "Gamma is not used"),
        "no beta": (changed(NORM, (" + beta", "")), "Beta is not used"),
        "beta first": (
            changed(
                NORM,
                (
                    "return gamma * (x - mean) / np.sqrt(var + epsilon) + beta",
                    "return gamma * ((x - mean) / np.sqrt(var + epsilon) + beta)",
                ),
            ),
            "Beta is added before the multiplication",
        ),
        "swapped": (
            changed(NORM, ("return gamma *", "return beta *"), ("+ beta", "+ gamma")),
            "Gamma and beta have changed places",
        ),
        "bytes": (
            changed(
                NORM,
                ("x = np.asarray(x, dtype=float)", "x = np.asarray(x)"),
                ("(x - mean)", "(x - mean.astype(x.dtype))"),
            ),
            "",
        ),
        "the input changed": (
            changed(
                NORM,
                ("    x = np.asarray(x, dtype=float)\n", ""),
                (
                    "    return gamma * (x - mean)",
                    "    x -= mean.astype(x.dtype)\n    return gamma * x",
                ),
            ),
            "",
        ),
        "Keras": (
            """
import keras
def batch_norm(x, gamma, beta, epsilon=0.001):
    layer = keras.layers.BatchNormalization(epsilon=epsilon)
    layer.build(x.shape)
    layer.gamma.assign(gamma); layer.beta.assign(beta)
    return np.asarray(layer(x.astype("float32"), training=True)).astype(float)
""",
            "It hands the work to keras",
        ),
        "an error": (
            "def batch_norm(x, gamma, beta, epsilon=0.001):\n    return x.mean(axis=4)",
            "AxisError",
        ),
    },
    "build_resnet": {
        **{name: (changed(NET, *edits), said) for name, (edits, said) in WRONG_MODELS.items()},
        "no return": (changed(NET, ("    return keras", "    keras")), "Is a `return` missing?"),
        "a tensor": (
            changed(NET, ("return keras.Model(inputs, outputs)", "return outputs")),
            "a tensor",
        ),
        "no input": (
            "import keras\ndef build_resnet(input_shape=(28, 28, 1), classes=10, widths=(16, 32, 64)):\n    return keras.Sequential([keras.layers.Dense(classes)])",
            "it does not know the shape of its input",
        ),
        "blocks without a ReLU": (
            changed(BLOCK, ("return keras.ops.relu(y + s)", "return y + s")),
            "There is no ReLU after the addition.",
        ),
        "blocks that add nothing": (
            changed(BLOCK, ("keras.ops.relu(y + s)", "keras.ops.relu(y)")),
            "The blocks have no shortcuts",
        ),
    },
}

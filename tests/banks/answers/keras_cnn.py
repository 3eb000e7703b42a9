"""Answers to lesson 07's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "07_keras_cnn"
HEAD = "import keras\nfrom keras import layers\nfrom utils import pooling\n"


DENSE = (
    HEAD
    + """
def build_dense(input_shape=(28, 28, 1), classes=10):
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Flatten(),
        layers.Dense(1000, activation="relu"),
        layers.Dense(classes, activation="softmax"),
    ])
"""
)
CNN = (
    HEAD
    + """
def build_cnn(input_shape=(28, 28, 1), classes=10):
    return keras.Sequential([
        keras.Input(input_shape),
        layers.Conv2D(10, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(1000, activation="relu"),
        layers.Dense(classes, activation="softmax"),
    ])
"""
)
SHIFTED = """
def accuracy_under_shift(predict, images, labels, shifts):
    results = []
    width = images.shape[2]
    for dx in shifts:
        moved = np.zeros_like(images)
        for column in range(width):
            if 0 <= column - dx < width:
                moved[:, :, column] = images[:, :, column - dx]
        scores = predict(moved)
        results.append(float(np.mean(scores.argmax(axis=1) == labels)))
    return results
"""
FORWARD = """
def forward_by_hand(weights, image):
    k, b, w1, b1, w2, b2 = weights
    image = np.asarray(image, dtype=float)
    fm = np.zeros((2, 2))
    for i in range(2):
        for j in range(2):
            fm[i, j] = (image[i:i+3, j:j+3] * k[:, :, 0, 0]).sum() + b[0]
    fm = np.maximum(fm, 0)
    pooled = fm.max()
    hidden = np.maximum(pooled * w1[0] + b1, 0)
    logits = hidden @ w2 + b2
    e = np.exp(logits - logits.max())
    return e / e.sum()
"""
MEAN = """
def mean_activation(images, kernel, bias=0.0):
    images = np.asarray(images, dtype=float)
    kh, kw = kernel.shape
    total, count = 0.0, 0
    for image in images:
        for i in range(image.shape[0] - kh + 1):
            for j in range(image.shape[1] - kw + 1):
                value = np.sum(image[i:i+kh, j:j+kw] * kernel) + bias
                total += max(value, 0)
                count += 1
    return total / count
"""

RIGHT = {
    "build_dense": {
        "a list": DENSE,
        "add": HEAD
        + """
def build_dense(input_shape=(28, 28, 1), classes=10):
    model = keras.Sequential()
    model.add(keras.layers.InputLayer(shape=input_shape))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(units=1000))
    model.add(keras.layers.ReLU())
    model.add(keras.layers.Dense(classes))
    model.add(keras.layers.Softmax())
    return model
""",
        "functional": HEAD
        + """
def build_dense(input_shape=(28, 28, 1), classes=10):
    x = inputs = keras.Input(shape=input_shape)
    x = layers.Reshape((-1,))(x)
    x = layers.Dense(1000, activation=keras.activations.relu)(x)
    return keras.Model(inputs, layers.Dense(classes, "softmax")(x))
""",
        "compiled": changed(
            DENSE,
            ("    return keras.Sequential(", "    model = keras.Sequential("),
            (
                "    ])\n",
                "    ])\n    model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])\n    return model\n",
            ),
        ),
        "input shape as an argument": changed(
            DENSE,
            ("        keras.Input(input_shape),\n", ""),
            ("Flatten()", "Flatten(input_shape=input_shape)"),
        ),
        "tf.keras": changed(
            DENSE,
            (
                "import keras\nfrom keras import layers",
                "import tensorflow as tf\nkeras = tf.keras\nlayers = tf.keras.layers",
            ),
        ),
    },
    "build_cnn": {
        "a list": CNN,
        "pairs and everything said": changed(
            CNN,
            (
                "Conv2D(10, 3,",
                "Conv2D(filters=10, kernel_size=(3, 3), strides=(1, 1), padding='valid',",
            ),
            ("MaxPooling2D(2)", "MaxPooling2D(pool_size=(2, 2), strides=2)"),
        ),
        "functional": HEAD
        + """
def build_cnn(input_shape=(28, 28, 1), classes=10):
    inputs = keras.Input(input_shape)
    x = layers.Conv2D(10, (3, 3))(inputs)
    x = layers.Activation("relu")(x)
    x = layers.MaxPool2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dense(1000, activation="relu")(x)
    return keras.Model(inputs=inputs, outputs=layers.Dense(classes, activation="softmax")(x))
""",
        "ReLU after the pooling layer's window is the same": changed(
            CNN, ('Conv2D(10, 3, activation="relu")', "Conv2D(10, 3), layers.ReLU()")
        ),
        "compiled": CNN.rstrip()
        + "\n_build = build_cnn\ndef build_cnn(input_shape=(28, 28, 1), classes=10):\n    m = _build(input_shape, classes)\n    m.compile('sgd', 'categorical_crossentropy')\n    return m\n",
        "named layers": changed(CNN, ("layers.Flatten()", "layers.Flatten(name='flat')")),
    },
    "accuracy_under_shift": {
        "by columns": SHIFTED,
        "pooling.shift": HEAD
        + """
def accuracy_under_shift(predict, images, labels, shifts):
    return [float(np.mean(np.argmax(predict(np.array([pooling.shift(i, dx) for i in images])), axis=-1) == labels)) for dx in shifts]
""",
        "pooling.shift of grey pictures": HEAD
        + """
def accuracy_under_shift(predict, images, labels, shifts):
    accuracies = []
    for dx in shifts:
        moved = np.array([pooling.shift(image[:, :, 0], dx)[:, :, None] for image in images])
        accuracies.append(np.mean(predict(moved).argmax(1) == labels))
    return accuracies
""",
        "padded and cut": """
def accuracy_under_shift(predict, images, labels, shifts):
    out = []
    n, h, w, c = images.shape
    for dx in shifts:
        d = abs(dx)
        padded = np.pad(images, ((0, 0), (0, 0), (d, d), (0, 0)))
        moved = padded[:, :, d - dx : d - dx + w]
        out.append((predict(moved).argmax(axis=1) == labels).sum() / n)
    return out
""",
        "roll, then wiped": """
def accuracy_under_shift(predict, images, labels, shifts):
    out = []
    for dx in shifts:
        moved = np.roll(images, dx, axis=2)
        if dx > 0: moved[:, :, :dx] = 0
        if dx < 0: moved[:, :, dx:] = 0
        if abs(dx) >= images.shape[2]: moved = np.zeros_like(images)
        out.append(float((np.argmax(predict(moved), axis=1) == labels).mean()))
    return out
""",
        "one image at a time, a tuple": """
def accuracy_under_shift(predict, images, labels, shifts):
    def moved(image, dx):
        h, w, _ = image.shape
        out = np.zeros(image.shape)
        for i in range(h):
            for j in range(w):
                if 0 <= j + dx < w:
                    out[i, j + dx] = image[i, j]
        return out
    def right(image, label, dx):
        return int(np.argmax(predict(moved(image, dx)[np.newaxis])[0]) == label)
    return tuple(sum(right(i, l, dx) for i, l in zip(images, labels)) / len(images) for dx in shifts)
""",
    },
    "forward_by_hand": {
        "loops": FORWARD,
        "windows and einsum": """
def forward_by_hand(weights, image):
    k, b, w1, b1, w2, b2 = [w.astype(np.float64) for w in weights]
    windows = np.lib.stride_tricks.sliding_window_view(np.array(image, float), (3, 3))
    x = np.maximum(np.einsum("ijab,abcf->ijf", windows, k) + b, 0).max(axis=(0, 1))
    x = (x @ w1 + b1).clip(0)
    z = x @ w2 + b2
    return np.exp(z - np.logaddexp.reduce(z))
""",
        "float32 throughout": changed(
            FORWARD,
            ("dtype=float)", "dtype=np.float32)"),
            ("np.zeros((2, 2))", "np.zeros((2, 2), np.float32)"),
        ),
        "Python's own numbers": """
import math
def forward_by_hand(weights, image):
    k, b, w1, b1, w2, b2 = [w.tolist() for w in weights]
    pixels = [[float(v) for v in row] for row in image]
    sums = [sum(pixels[i + a][j + c] * k[a][c][0][0] for a in range(3) for c in range(3)) + b[0]
            for i in range(2) for j in range(2)]
    p = max(0.0, *sums)
    hidden = [max(0.0, p * w1[0][u] + b1[u]) for u in range(10)]
    z = [sum(hidden[u] * w2[u][o] for u in range(10)) + b2[o] for o in range(2)]
    top = max(z)
    e = [math.exp(v - top) for v in z]
    return np.array([v / sum(e) for v in e])
""",
        "the mean subtracted is not enough, the difference is": changed(
            FORWARD,
            (
                "e = np.exp(logits - logits.max())\n    return e / e.sum()",
                "with np.errstate(over='ignore'):\n        return np.array([1 / (1 + np.exp(logits[1] - logits[0])), 1 / (1 + np.exp(logits[0] - logits[1]))])",
            ),
        ),
        "pool first, ReLU after": changed(
            FORWARD, ("    fm = np.maximum(fm, 0)\n", ""), ("fm.max()", "max(fm.max(), 0)")
        ),
    },
    "mean_activation": {
        "three loops": MEAN,
        "all windows": """
def mean_activation(images, kernel, bias=0.0):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(images, float), kernel.shape, axis=(1, 2))
    return np.mean(np.maximum((windows * kernel).sum(axis=(-1, -2)) + bias, 0))
""",
        "einsum": """
def mean_activation(images, kernel, bias=0.0):
    windows = np.lib.stride_tricks.sliding_window_view(images.astype(float), kernel.shape, axis=(1, 2))
    sums = np.einsum("nijab,ab->nij", windows, kernel.astype(float)) + bias
    return float(sums.clip(min=0).mean())
""",
        "shifted slices": """
def mean_activation(images, kernel, bias=0.0):
    kh, kw = kernel.shape
    n, h, w = images.shape
    out = np.zeros((n, h - kh + 1, w - kw + 1)) + bias
    for a in range(kh):
        for b in range(kw):
            out = out + np.float64(kernel[a, b]) * images[:, a:h - kh + 1 + a, b:w - kw + 1 + b]
    out[out < 0] = 0
    return out.sum() / out.size
""",
        "a mean of means": changed(
            MEAN,
            ("    total, count = 0.0, 0\n", "    means = []\n"),
            (
                "    for image in images:\n",
                "    for image in images:\n        total, count = 0.0, 0\n",
            ),
            (
                "                count += 1\n    return total / count",
                "                count += 1\n        means.append(total / count)\n    return np.mean(means)",
            ),
        ),
        "its own correlate2d": """
def correlate2d(image, kernel):
    kh, kw = kernel.shape
    return np.array([[np.sum(image[i:i+kh, j:j+kw] * kernel) for j in range(image.shape[1] - kw + 1)]
                     for i in range(image.shape[0] - kh + 1)])
def mean_activation(images, kernel, bias=0.0):
    return float(np.mean([np.maximum(correlate2d(i.astype(float), kernel) + bias, 0) for i in images]))
""",
    },
}

WRONG = {
    "build_dense": {
        "100 units": (changed(DENSE, ("1000", "100")), "100 units, should have 1000"),
        "tanh": (
            changed(DENSE, ('"relu"', '"tanh"')),
            "activation tanh, should have activation relu",
        ),
        "no softmax": (changed(DENSE, (', activation="softmax"', "")), "activation softmax"),
        "sigmoid": (changed(DENSE, ("softmax", "sigmoid")), "activation sigmoid"),
        "no ReLU": (changed(DENSE, (', activation="relu"', "")), "no activation"),
        "no Flatten": (changed(DENSE, ("        layers.Flatten(),\n", "")), "Flatten"),
        "an extra layer": (
            changed(
                DENSE,
                ("layers.Flatten(),", "layers.Flatten(), layers.Dense(50, activation='relu'),"),
            ),
            "extra",
        ),
        "dropout": (
            changed(DENSE, ("layers.Flatten(),", "layers.Flatten(), layers.Dropout(0.2),")),
            "Dropout",
        ),
        "always ten classes": (changed(DENSE, ("Dense(classes", "Dense(10")), "ten units"),
        "always 28x28": (
            changed(DENSE, ("keras.Input(input_shape)", "keras.Input((28, 28, 1))")),
            "input",
        ),
        "no bias": (changed(DENSE, ("Dense(1000,", "Dense(1000, use_bias=False,")), "bias"),
        "softmax twice": (
            changed(DENSE, ('"relu"', '"softmax"')),
            "activation softmax, should have activation relu",
        ),
        "no model": (
            "def build_dense(input_shape=(28, 28, 1), classes=10):\n    return 795010",
            "Keras model",
        ),
        "nothing": ("def build_dense(input_shape=(28, 28, 1), classes=10):\n    pass", "None"),
    },
    "build_cnn": {
        "average pooling": (changed(CNN, ("MaxPooling2D", "AveragePooling2D")), "average pooling"),
        "same": (changed(CNN, ("10, 3,", "10, 3, padding='same',")), "padding"),
        "5x5": (changed(CNN, ("10, 3,", "10, 5,")), "5x5"),
        "32 filters": (changed(CNN, ("10, 3,", "32, 3,")), "32 filters, should have 10"),
        "no Flatten": (changed(CNN, ("        layers.Flatten(),\n", "")), "Flatten"),
        "no pooling": (changed(CNN, ("        layers.MaxPooling2D(2),\n", "")), "max pooling"),
        "pooling of 3": (changed(CNN, ("MaxPooling2D(2)", "MaxPooling2D(3)")), "3x3"),
        "pooling by 1": (
            changed(CNN, ("MaxPooling2D(2)", "MaxPooling2D(2, strides=1)")),
            "strides",
        ),
        "same pooling": (
            changed(CNN, ("MaxPooling2D(2)", "MaxPooling2D(2, padding='same')")),
            "padding",
        ),
        "stride 2": (changed(CNN, ("10, 3,", "10, 3, strides=2,")), "strides"),
        "no ReLU in the convolution": (
            changed(CNN, ('Conv2D(10, 3, activation="relu")', "Conv2D(10, 3)")),
            "activation relu",
        ),
        "128 units": (changed(CNN, ("1000", "128")), "128 units"),
        "two convolutions": (
            changed(
                CNN,
                (
                    "layers.MaxPooling2D(2)",
                    "layers.Conv2D(10, 3, activation='relu'), layers.MaxPooling2D(2)",
                ),
            ),
            "extra",
        ),
        "no convolution": (
            changed(
                CNN,
                (
                    '        layers.Conv2D(10, 3, activation="relu"),\n        layers.MaxPooling2D(2),\n',
                    "",
                ),
            ),
            "convolution",
        ),
        "no softmax": (changed(CNN, (', activation="softmax"', "")), "activation softmax"),
        "global pooling for Flatten": (
            changed(CNN, ("layers.Flatten()", "layers.GlobalMaxPooling2D()")),
            "Flatten",
        ),
        "always ten classes": (changed(CNN, ("Dense(classes", "Dense(10")), "ten units"),
        "nothing": ("def build_cnn(input_shape=(28, 28, 1), classes=10):\n    pass", "None"),
    },
    "accuracy_under_shift": {
        "roll": (
            "def accuracy_under_shift(predict, images, labels, shifts):\n    return [float(np.mean(predict(np.roll(images, dx, axis=2)).argmax(1) == labels)) for dx in shifts]",
            "comes back on the other",
        ),
        "the other way": (changed(SHIFTED, ("column - dx", "column + dx")), "moved the other way"),
        "down": (
            changed(
                SHIFTED,
                ("images.shape[2]", "images.shape[1]"),
                (
                    "moved[:, :, column] = images[:, :, column - dx]",
                    "moved[:, column] = images[:, column - dx]",
                ),
            ),
            "moved down",
        ),
        "not moved": (changed(SHIFTED, ("predict(moved)", "predict(images)")), "not moved"),
        "percent": (changed(SHIFTED, ("float(np.mean(", "100 * float(np.mean(")), "percent"),
        "counts": (changed(SHIFTED, ("np.mean", "np.sum")), "counts the right answers"),
        "errors": (changed(SHIFTED, ("== labels", "!= labels")), "wrong answers"),
        "argmin": (changed(SHIFTED, ("argmax", "argmin")), "lowest score"),
        "argmax of all": (changed(SHIFTED, ("argmax(axis=1)", "argmax()")), "all images together"),
        "whole numbers": (
            changed(
                SHIFTED,
                (
                    "np.mean(scores.argmax(axis=1) == labels)",
                    "np.sum(scores.argmax(1) == labels) // len(labels)",
                ),
            ),
            "cut to whole numbers",
        ),
        "further and further": (
            changed(
                SHIFTED,
                ("scores = predict(moved)", "images = moved\n        scores = predict(moved)"),
            ),
            "as the shift before left them",
        ),
        "sorted": (changed(SHIFTED, ("in shifts", "in sorted(shifts)")), "order"),
        "one number": (
            changed(SHIFTED, ("return results", "return float(np.mean(results))")),
            "values in a list",
        ),
        "the last shift alone": (changed(SHIFTED, ("return results", "return results[-1:]")), ""),
        "an array": (changed(SHIFTED, ("return results", "return np.array(results)")), "list"),
        "to the right alone": (
            changed(SHIFTED, ("for dx in shifts:", "for dx in map(abs, shifts):")),
            "Negative shifts move the pictures to the right",
        ),
        "changes the images": (
            changed(
                SHIFTED,
                ("scores = predict(moved)", "images[:] = moved\n        scores = predict(moved)"),
            ),
            "changes its argument `images`",
        ),
        "without the channel axis": (
            changed(SHIFTED, ("predict(moved)", "predict(moved[..., 0])")),
            "raised",
        ),
        "far shifts are not made": (
            changed(
                SHIFTED,
                ("if 0 <= column - dx < width:", "if abs(dx) > width or 0 <= column - dx < width:"),
                (
                    "images[:, :, column - dx]",
                    "images[:, :, column - (0 if abs(dx) > width else dx)]",
                ),
            ),
            "",
        ),
        "scipy": (
            "from scipy import ndimage\ndef accuracy_under_shift(predict, images, labels, shifts):\n    return [float(np.mean(predict(ndimage.shift(images, (0, 0, dx, 0), order=0)).argmax(1) == labels)) for dx in shifts]",
            "hands the work to scipy",
        ),
        "utils": (
            "from utils.keras_cnn import accuracy_under_shift as other\ndef accuracy_under_shift(predict, images, labels, shifts):\n    return other(predict, images, labels, shifts)",
            "hands the work to utils",
        ),
        "always 1": (
            "def accuracy_under_shift(predict, images, labels, shifts):\n    return [1.0 for _ in shifts]",
            "",
        ),
    },
    "forward_by_hand": {
        "no bias in the convolution": (
            changed(FORWARD, (" + b[0]", "")),
            "convolution's bias is forgotten",
        ),
        "no dense biases": (
            changed(FORWARD, (" + b1", ""), (" + b2", "")),
            "biases of both dense layers are forgotten",
        ),
        "all four axes of the kernel": (
            changed(FORWARD, ("k[:, :, 0, 0]", "k")),
            "by every pixel of the window",
        ),
        "bias in the brackets": (
            changed(FORWARD, ("k[:, :, 0, 0]).sum() + b[0]", "k[:, :, 0, 0] + b[0]).sum()")),
            "once for every weight",
        ),
        "first dense bias forgotten": (
            changed(FORWARD, (" + b1", "")),
            "biases of the first dense layer",
        ),
        "last bias forgotten": (
            changed(FORWARD, (" + b2", "")),
            "biases of the last dense layer",
        ),
        "no ReLU after the convolution": (
            changed(FORWARD, ("    fm = np.maximum(fm, 0)\n", "")),
            "no ReLU after the convolution",
        ),
        "no ReLU in the hidden layer": (
            changed(FORWARD, ("np.maximum(pooled * w1[0] + b1, 0)", "pooled * w1[0] + b1")),
            "no ReLU after the first dense layer",
        ),
        "average pooling": (changed(FORWARD, ("fm.max()", "fm.mean()")), "averaged"),
        "top left": (changed(FORWARD, ("fm.max()", "fm[0, 0]")), "first number"),
        "flipped": (changed(FORWARD, ("k[:, :, 0, 0]", "k[::-1, ::-1, 0, 0]")), "flipped"),
        "transposed": (changed(FORWARD, ("k[:, :, 0, 0]", "k[:, :, 0, 0].T")), "transposed"),
        "overflows": (changed(FORWARD, (" - logits.max()", "")), "overflows"),
        "overflows downwards": (changed(FORWARD, ("logits.max()", "abs(logits).max()")), ""),
        "the mean subtracted": (changed(FORWARD, ("logits.max()", "logits.mean()")), ""),
        "clipped logits": (
            changed(FORWARD, ("logits - logits.max()", "np.clip(logits, -500, 500)")),
            "",
        ),
        "logits": (
            changed(FORWARD, ("return e / e.sum()", "return logits")),
            "last sums as they are",
        ),
        "sigmoids": (
            changed(FORWARD, ("return e / e.sum()", "return 1 / (1 + np.exp(-logits))")),
            "sigmoid",
        ),
        "not divided": (
            changed(FORWARD, ("return e / e.sum()", "return np.exp(logits)")),
            "not divided by their sum",
        ),
        "first probability alone": (
            changed(FORWARD, ("return e / e.sum()", "return (e / e.sum())[0]")),
            "",
        ),
        "a row": (changed(FORWARD, ("return e / e.sum()", "return (e / e.sum())[None]")), "shape"),
        "a list": (
            changed(FORWARD, ("return e / e.sum()", "return list(e / e.sum())")),
            "NumPy array",
        ),
        "the class": (changed(FORWARD, ("return e / e.sum()", "return int(e.argmax())")), ""),
        "bytes overflow": (
            changed(
                FORWARD,
                ("np.asarray(image, dtype=float)", "image"),
                ("* k[:, :, 0, 0]", "* k[:, :, 0, 0].astype(image.dtype)"),
            ),
            "",
        ),
        "changes the weights": (
            changed(FORWARD, ("    fm = np.zeros", "    w2 += b2\n    fm = np.zeros")),
            "changes its argument",
        ),
        "keras": (
            HEAD
            + """
def forward_by_hand(weights, image):
    m = keras.Sequential([keras.Input((4, 4, 1)), layers.Conv2D(1, 3, activation="relu"), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dense(10, activation="relu"), layers.Dense(2, activation="softmax")])
    m.set_weights(weights)
    return np.asarray(m(image[None, :, :, None].astype("float32")))[0]
""",
            "hands the work to keras",
        ),
        "scipy's softmax": (
            "from scipy.special import softmax\n"
            + changed(
                FORWARD,
                (
                    "e = np.exp(logits - logits.max())\n    return e / e.sum()",
                    "return softmax(logits)",
                ),
            ),
            "hands the work to scipy",
        ),
        "utils": (
            "from utils import keras_cnn\ndef forward_by_hand(weights, image):\n    return keras_cnn.forward_by_hand(weights, image)",
            "hands the work to utils",
        ),
    },
    "mean_activation": {
        "no ReLU": (changed(MEAN, ("max(value, 0)", "value")), "no ReLU"),
        "ReLU of the mean": (
            changed(
                MEAN,
                ("max(value, 0)", "value"),
                ("return total / count", "return max(total / count, 0.0)"),
            ),
            "applied to the mean",
        ),
        "no bias": (changed(MEAN, (" + bias", "")), "bias is forgotten"),
        "abs": (changed(MEAN, ("max(value, 0)", "abs(value)")), "lose their sign"),
        "answers of whole numbers": (
            changed(MEAN, ("max(value, 0)", "int(max(value, 0))")),
            "Every answer is cut",
        ),
        "loops swapped": (
            changed(
                MEAN,
                ("range(image.shape[0] - kh + 1)", "RANGE"),
                ("range(image.shape[1] - kw + 1)", "range(image.shape[0] - kh + 1)"),
                ("RANGE", "range(image.shape[1] - kw + 1)"),
            ),
            "",
        ),
        "bias after ReLU": (
            changed(MEAN, (" + bias", ""), ("max(value, 0)", "max(value, 0) + bias")),
            "after ReLU",
        ),
        "flipped": (changed(MEAN, ("* kernel)", "* kernel[::-1, ::-1])")), "flipped"),
        "a sum": (changed(MEAN, ("return total / count", "return total")), "adds everything up"),
        "sum for each image": (
            changed(MEAN, ("return total / count", "return total / len(images)")),
            "over the images only",
        ),
        "pixels counted": (
            changed(MEAN, ("return total / count", "return total / images.size")),
            "number of pixels",
        ),
        "products averaged": (changed(MEAN, ("np.sum(", "np.mean(")), "averaged"),
        "first image": (
            changed(MEAN, ("in images:", "in images[:1]:")),
            "Only the first image counts",
        ),
        "last position missing": (
            changed(
                MEAN,
                ("image.shape[0] - kh + 1", "image.shape[0] - kh"),
                ("image.shape[1] - kw + 1", "image.shape[1] - kw"),
                ("count += 1\n", "count += 1\n    count = max(count, 1)\n"),
            ),
            "last column of positions",
        ),
        "square kernels alone": (
            changed(MEAN, ("kh, kw = kernel.shape", "kh = kw = kernel.shape[0]")),
            "",
        ),
        "square images alone": (changed(MEAN, ("image.shape[1] - kw", "image.shape[0] - kw")), ""),
        "positive ones alone": (
            changed(
                MEAN,
                ("                count += 1", "                count += value > 0"),
                ("total / count", "total / max(count, 1)"),
            ),
            "positive answers only",
        ),
        "the largest": (
            changed(
                MEAN,
                ("return total / count", "return total / count if count < 0 else float('nan')"),
            ),
            "",
        ),
        "bytes wrap": (
            changed(MEAN, ("    images = np.asarray(images, dtype=float)\n", "")),
            "wrap around",
        ),
        "whole numbers": (
            changed(MEAN, ("total / count", "total // count")),
            "cut to a whole number",
        ),
        "an array of maps": (
            "def mean_activation(images, kernel, bias=0.0):\n    w = np.lib.stride_tricks.sliding_window_view(images.astype(float), kernel.shape, axis=(1, 2))\n    return np.maximum((w * kernel).sum((-1, -2)) + bias, 0)",
            "number",
        ),
        "one mean for each image": (
            "def mean_activation(images, kernel, bias=0.0):\n    w = np.lib.stride_tricks.sliding_window_view(images.astype(float), kernel.shape, axis=(1, 2))\n    return np.maximum((w * kernel).sum((-1, -2)) + bias, 0).mean((1, 2))",
            "number",
        ),
        "scipy": (
            "from scipy import signal\ndef mean_activation(images, kernel, bias=0.0):\n    return float(np.mean([np.maximum(signal.correlate2d(i.astype(float), kernel, 'valid') + bias, 0) for i in images]))",
            "hands the work to scipy",
        ),
        "utils": (
            "from utils import convolution\ndef mean_activation(images, kernel, bias=0.0):\n    return float(np.mean([np.maximum(convolution.correlate2d(i, kernel) + bias, 0) for i in images]))",
            "hands the work to utils",
        ),
        "zero": ("def mean_activation(images, kernel, bias=0.0):\n    return 0.0", ""),
    },
}

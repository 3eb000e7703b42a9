"""Answers to lesson 14's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "14_interpretation"

ERROR = """
from utils import pooling

def equivariance_error(f, image, dx):
    before = np.asarray(f(pooling.shift(image, dx)), dtype=float)
    after = pooling.shift(np.asarray(f(image), dtype=float), dx)
    first = abs(dx) + 2
    end = after.shape[1] - abs(dx) - 2
    if first >= end:
        raise ValueError("no column is left")
    return np.abs(before - after)[:, first:end].max()
"""
OCCLUSION = """
def occlusion_map(predict, image, label, size, stride=1):
    height, width = image.shape[0], image.shape[1]
    if size > height or size > width:
        raise ValueError("too large")
    image = image.reshape(height, width, 1)
    whole = predict(image[None])[0, label]
    result = []
    for i in range(0, height - size + 1, stride):
        row = []
        for j in range(0, width - size + 1, stride):
            copy = image.copy()
            copy[i:i + size, j:j + size] = 0
            row.append(whole - predict(copy[None])[0, label])
        result.append(row)
    return np.array(result)
"""
SALIENCY = """
import tensorflow as tf

def saliency_map(model, image, label):
    x = np.asarray(image, dtype="float32").reshape(1, image.shape[0], image.shape[1], 1)
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = model(x, training=False)[0, label]
    gradient = tape.gradient(value, x)
    return np.abs(gradient.numpy()[0, :, :, 0])
"""
FOOL = """
import tensorflow as tf
import keras

def fool(model, image, label, epsilon):
    if epsilon < 0:
        raise ValueError("negative")
    x = tf.constant(np.asarray(image, dtype="float32").reshape(1, image.shape[0], image.shape[1], 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x, training=False)
        loss = keras.losses.sparse_categorical_crossentropy(np.array([label]), output)
    sign = np.sign(tape.gradient(loss, x).numpy()).reshape(image.shape)
    return np.clip(image + epsilon * sign, 0, 1)
"""

RIGHT = {
    "equivariance_error": {
        "pooling.shift": ERROR,
        "a shift of its own": """
def equivariance_error(f, image, dx):
    def move(x):
        x = np.array(x, dtype=float)
        moved = np.zeros_like(x)
        for column in range(x.shape[1]):
            if 0 <= column - dx < x.shape[1]:
                moved[:, column] = x[:, column - dx]
        return moved
    def move_image(x):
        moved = np.zeros_like(x)
        for column in range(x.shape[1]):
            if 0 <= column - dx < x.shape[1]:
                moved[:, column] = x[:, column - dx]
        return moved
    one, other = np.array(f(move_image(image)), float), move(f(image))
    width = one.shape[1]
    worst = -1.0
    for row in range(one.shape[0]):
        for column in range(abs(dx) + 2, width - abs(dx) - 2):
            worst = max(worst, abs(one[row, column] - other[row, column]))
    if worst < 0:
        raise ValueError(f"no column of {width}")
    return worst
""",
        "no shift of the result": """
from utils import pooling
def equivariance_error(f, image, dx):
    # In the columns that count, the shifted result is the result dx columns to the left.
    moved, plain = (np.asarray(f(x)).astype(float) for x in (pooling.shift(image, dx), image))
    columns = np.arange(abs(dx) + 2, plain.shape[1] - abs(dx) - 2)
    if columns.size == 0:
        raise ValueError
    return float(np.max(np.abs(moved[:, columns] - plain[:, columns - dx])))
""",
        "padding and slicing": """
def equivariance_error(f, image, dx):
    d = abs(dx)
    def shift(x):
        x = np.asarray(x)
        wide = np.pad(x, ((0, 0), (d, d)))
        return wide[:, d - dx:d - dx + x.shape[1]]
    a = np.asarray(f(shift(image)), np.float64)
    b = shift(np.asarray(f(image), np.float64))
    inner = np.abs(a - b)[:, d + 2:max(a.shape[1] - d - 2, 0)]
    if not inner.size:
        raise ValueError("nothing to compare")
    return np.amax(inner)
""",
        "np.roll with zeros": """
def equivariance_error(f, image, dx):
    def shift(x):
        x = np.roll(np.array(x), dx, axis=1)
        if dx > 0:
            x[:, :dx] = 0
        elif dx < 0:
            x[:, dx:] = 0
        return x
    margin = abs(dx) + 2
    difference = np.subtract(f(shift(image)), shift(f(image)), dtype=float)
    width = difference.shape[1]
    if width - 2 * margin <= 0:
        raise ValueError("too narrow")
    return np.linalg.norm(difference[:, margin:width - margin].ravel(), np.inf)
""",
    },
    "occlusion_map": {
        "one at a time": OCCLUSION,
        "one batch": """
def occlusion_map(predict, image, label, size, stride=1):
    image = np.array(image)
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
    H, W, _ = image.shape
    if max(size - H, size - W) > 0:
        raise ValueError(f"{size} does not fit")
    places = [(i, j) for i in range(0, H - size + 1, stride) for j in range(0, W - size + 1, stride)]
    batch = np.repeat(image[np.newaxis], len(places) + 1, axis=0)
    for k, (i, j) in enumerate(places):
        batch[k + 1, i:i + size, j:j + size, 0] = 0
    p = predict(batch)[:, label]
    columns = (W - size) // stride + 1
    return (p[0] - p[1:]).reshape(-1, columns)
""",
        "a mask": """
def occlusion_map(predict, image, label, size, stride=1):
    h, w = image.shape[:2]
    rows, columns = (h - size) // stride + 1, (w - size) // stride + 1
    if h < size or w < size:
        raise ValueError
    flat = np.squeeze(image, axis=2) if image.ndim == 3 else image
    out = np.empty((rows, columns))
    ask = lambda x: float(predict(x.reshape(1, h, w, 1))[0][label])
    for r in range(rows):
        for c in range(columns):
            mask = np.ones((h, w))
            mask[r * stride:r * stride + size, c * stride:c * stride + size] = 0
            out[r, c] = ask(flat) - ask(flat * mask)
    return out
""",
        "float32": changed(
            OCCLUSION,
            ("image = image.reshape(", "image = image.astype(np.float32).reshape("),
        ),
        "cover and restore": """
def occlusion_map(predict, image, label, size, stride=1):
    if size > image.shape[0] or size > image.shape[1]:
        raise ValueError("does not fit")
    work = np.array(image, float).reshape(image.shape[0], image.shape[1], 1)
    base = predict(np.array([work]))[0][label]
    drops = np.zeros(((work.shape[0] - size) // stride + 1, (work.shape[1] - size) // stride + 1))
    for (r, c), _ in np.ndenumerate(drops):
        window = work[r * stride:r * stride + size, c * stride:c * stride + size]
        kept = window.copy()
        window[:] = 0
        drops[r, c] = base - predict(np.array([work]))[0][label]
        window[:] = kept
    return drops
""",
        "keras.ops": """
import keras
def occlusion_map(predict, image, label, size, stride=1):
    h, w = image.shape[:2]
    if size > min(h, w):
        raise ValueError
    x = keras.ops.convert_to_numpy(keras.ops.reshape(keras.ops.cast(image, "float32"), (1, h, w, 1)))
    rows, columns = range(0, h - size + 1, stride), range(0, w - size + 1, stride)
    whole = predict(x)[0, label]
    def drop(i, j):
        y = x.copy()
        y[:, i:i + size, j:j + size] = 0
        return whole - predict(y)[0, label]
    return np.array([[drop(i, j) for j in columns] for i in rows])
""",
    },
    "saliency_map": {
        "watched": SALIENCY,
        "a variable": """
import tensorflow as tf
def saliency_map(model, image, label):
    h, w = image.shape[:2]
    x = tf.Variable(tf.reshape(tf.cast(image, tf.float32), (1, h, w, 1)))
    with tf.GradientTape() as tape:
        output = model(x, training=False)
        score = output[:, label]
    return tf.abs(tape.gradient(score, x)).numpy().reshape(h, w)
""",
        "a chosen column": """
import tensorflow as tf
def saliency_map(model, image, label):
    image = np.squeeze(image, axis=-1) if image.ndim == 3 else image
    x = tf.convert_to_tensor(image[np.newaxis, :, :, np.newaxis], dtype=tf.float32)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x)
        score = tf.reduce_sum(model(x, training=False) * tf.one_hot([label], model.output_shape[-1]))
    gradient = tape.gradient(score, x)
    return np.absolute(tf.squeeze(gradient, [0, 3]).numpy())
""",
        "the whole Jacobian": """
import tensorflow as tf
def saliency_map(model, image, label):
    x = tf.constant(np.array(image, float).reshape((1,) + image.shape[:2] + (1,)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        output = model(x, training=False)
    jacobian = tape.jacobian(output, x, experimental_use_pfor=False).numpy()
    return np.abs(jacobian[0, label, 0, :, :, 0]).astype(float)
""",
        "functions of Keras": """
import keras
import tensorflow as tf
def saliency_map(model, image, label):
    x = keras.ops.convert_to_tensor(image, dtype="float32")
    if len(x.shape) == 2:
        x = keras.ops.expand_dims(x, -1)
    x = keras.ops.expand_dims(x, 0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        score = model.call(x, training=False)[0][label]
    return keras.ops.convert_to_numpy(keras.ops.max(keras.ops.abs(tape.gradient(score, x)), axis=-1)[0])
""",
        "a graph": """
import tensorflow as tf
def saliency_map(model, image, label):
    @tf.function
    def gradient(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tf.gather(model(x, training=False), label, axis=1)
        return tape.gradient(score, x)
    x = tf.cast(np.reshape(image, (1, image.shape[0], image.shape[1], 1)), tf.float32)
    return np.abs(gradient(x)[0, ..., 0])
""",
        "a batch of two": """
import tensorflow as tf
def saliency_map(model, image, label):
    x = np.asarray(image, np.float32).reshape(1, *image.shape[:2], 1)
    x = tf.constant(np.concatenate([x, x]))
    with tf.GradientTape() as tape:
        tape.watch(x)
        score = model(x, training=False)[:, int(label)]
    return abs(tape.gradient(score, x).numpy()[1, :, :, 0])
""",
    },
    "fool": {
        "Keras's loss": FOOL,
        "the logarithm": """
import tensorflow as tf
def fool(model, image, label, epsilon):
    if epsilon < 0:
        raise ValueError(epsilon)
    x = tf.Variable(np.array(image, np.float32).reshape(1, *image.shape[:2], 1))
    with tf.GradientTape() as tape:
        loss = -tf.math.log(model(x, training=False)[0, label])
    step = epsilon * tf.sign(tape.gradient(loss, x)).numpy().reshape(image.shape)
    return np.minimum(np.maximum(image.astype(float) + step, 0.0), 1.0)
""",
        "down the probability": """
import tensorflow as tf
def fool(model, image, label, epsilon):
    # -log p rises where p falls, so the sign is that of -p.
    if not epsilon >= 0:
        raise ValueError
    x = tf.constant(np.float32(image).reshape(1, image.shape[0], image.shape[1], 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        p = model(x, training=False)[0, label]
    sign = np.sign(tape.gradient(p, x).numpy()).reshape(image.shape)
    return np.clip(np.asarray(image, np.float64) - epsilon * sign, 0, 1)
""",
        "one-hot": changed(
            FOOL,
            (
                "keras.losses.sparse_categorical_crossentropy(np.array([label]), output)",
                "keras.losses.CategoricalCrossentropy()(tf.one_hot([label], output.shape[-1]), output)",
            ),
        ),
        "all in TensorFlow": """
import tensorflow as tf
def fool(model, image, label, epsilon):
    if epsilon < 0:
        raise ValueError("epsilon")
    x = tf.reshape(tf.cast(image, tf.float32), (1, image.shape[0], image.shape[1], 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        loss = tf.keras.losses.SparseCategoricalCrossentropy()(tf.constant([label]), model(x, training=False))
    y = tf.clip_by_value(x + epsilon * tf.sign(tape.gradient(loss, x)), 0.0, 1.0)
    return y.numpy().reshape(image.shape)
""",
    },
}

WRONG = {
    "equivariance_error": {
        "all columns": (
            changed(ERROR, ("[:, first:end].max()", ".max()")),
            "All columns are compared",
        ),
        "the shift's columns only": (
            changed(ERROR, ("abs(dx) + 2", "abs(dx)"), ("- abs(dx) - 2", "- abs(dx)")),
            "reaches two columns further",
        ),
        "one column less": (
            changed(ERROR, ("abs(dx) + 2", "abs(dx) + 1"), ("- abs(dx) - 2", "- abs(dx) - 1")),
            "`abs(dx) + 1` columns are left out",
        ),
        "the last column, too": (
            changed(ERROR, ("first:end]", "first:end + 1]")),
            "one column too many",
        ),
        "without the last column": (
            changed(ERROR, ("- abs(dx) - 2", "- abs(dx) - 3")),
            "last of the columns that count is missing",
        ),
        "the image's width": (
            changed(ERROR, ("after.shape[1]", "image.shape[1]")),
            "counted in the image",
        ),
        "the sign of dx": (
            changed(
                ERROR, ("first = abs(dx) + 2", "first = dx + 2"), ("- abs(dx) - 2", "- dx - 2")
            ),
            "",
        ),
        "rows, too": (changed(ERROR, ("[:, first:end]", "[first:end, first:end]")), ""),
        "the mean": (changed(ERROR, (".max()", ".mean()")), "mean difference"),
        "the sum": (changed(ERROR, (".max()", ".sum()")), "sum of the differences"),
        "squares": (
            changed(ERROR, ("np.abs(before - after)", "((before - after) ** 2)")),
            "squared",
        ),
        "no abs": (
            changed(ERROR, ("np.abs(before - after)", "(before - after)")),
            "below 0 do not count",
        ),
        "no abs, the other way": (
            changed(ERROR, ("np.abs(before - after)", "(after - before)")),
            "only where f of the shifted image is smaller",
        ),
        "np.roll": (
            "def equivariance_error(f, image, dx):\n    before = np.asarray(f(np.roll(image, dx, axis=1)), float)\n    after = np.roll(np.asarray(f(image), float), dx, axis=1)\n    first = abs(dx) + 2\n    end = after.shape[1] - first\n    if first >= end:\n        raise ValueError\n    return np.abs(before - after)[:, first:end].max()",
            "comes back on the other",
        ),
        "the other way": (
            changed(
                ERROR,
                ("image, dx)), d", "image, -dx)), d"),
                ("dtype=float), dx)", "dtype=float), -dx)"),
            ),
            "wrong way",
        ),
        "down": (
            changed(
                ERROR,
                ("image, dx)), d", "image, 0, dx)), d"),
                ("dtype=float), dx)", "dtype=float), 0, dx)"),
            ),
            "go down",
        ),
        "the result not shifted": (
            changed(
                ERROR,
                (
                    "pooling.shift(np.asarray(f(image), dtype=float), dx)",
                    "np.asarray(f(image), dtype=float)",
                ),
            ),
            "compared with f(image), which is not shifted",
        ),
        "the image not shifted": (
            changed(ERROR, ("f(pooling.shift(image, dx))", "f(image)")),
            "the image is not shifted before f",
        ),
        "opposite ways": (
            changed(ERROR, ("dtype=float), dx)", "dtype=float), -dx)")),
            "opposite directions",
        ),
        "whole numbers": (
            changed(
                ERROR,
                (
                    "return np.abs(before - after)[:, first:end].max()",
                    "return int(np.abs(before - after)[:, first:end].max() - 1e-9)",
                ),
            ),
            "",
        ),
        "its own dtype": (
            changed(
                ERROR,
                (
                    "before = np.asarray(f(pooling.shift(image, dx)), dtype=float)",
                    "before = f(pooling.shift(image, dx))",
                ),
                (
                    "after = pooling.shift(np.asarray(f(image), dtype=float), dx)",
                    "after = pooling.shift(f(image), dx)",
                ),
            ),
            "overflows",
        ),
        "no error": (
            changed(ERROR, ('raise ValueError("no column is left")', "return 0.0")),
            "ValueError",
        ),
        "always an error": (changed(ERROR, ("if first >= end", "if True")), "ValueError"),
        "True or False": (
            changed(
                ERROR,
                (
                    "return np.abs(before - after)[:, first:end].max()",
                    "return np.allclose(before[:, first:end], after[:, first:end])",
                ),
            ),
            "number",
        ),
        "an array": (changed(ERROR, (".max()", ".max(axis=1)")), ""),
        "always 0": ("def equivariance_error(f, image, dx):\n    return 0.0", ""),
        "scipy": (
            changed(
                ERROR,
                ("from utils import pooling", "from scipy import ndimage"),
                ("pooling.shift(image, dx)", "ndimage.shift(image, (0, dx), order=0)"),
                (
                    "pooling.shift(np.asarray(f(image), dtype=float), dx)",
                    "ndimage.shift(np.asarray(f(image), dtype=float), (0, dx), order=0)",
                ),
            ),
            "scipy",
        ),
        "utils": (
            "from utils import interpretation\ndef equivariance_error(f, image, dx):\n    return interpretation.equivariance_error(f, image, dx)",
            "utils",
        ),
        "changes the image": (
            changed(ERROR, ("    before =", "    image[0, 0] += 1\n    before =")),
            "changes its argument `image`",
        ),
    },
    "occlusion_map": {
        "sign reversed": (
            changed(
                OCCLUSION,
                ("whole - predict(copy[None])[0, label]", "predict(copy[None])[0, label] - whole"),
            ),
            "sign is reversed",
        ),
        "probabilities": (
            changed(OCCLUSION, ("whole - predict", "predict")),
            "returns the probabilities",
        ),
        "from 1": (
            changed(OCCLUSION, ("whole - predict(copy", "1 - predict(copy")),
            "subtracted from 1",
        ),
        "white": (changed(OCCLUSION, ("] = 0\n", "] = 1\n")), "filled with 1"),
        "grey": (
            changed(
                OCCLUSION,
                ("image = image.reshape", "image = image.astype(float).reshape"),
                ("] = 0\n", "] = image.mean()\n"),
            ),
            "filled with the image's mean",
        ),
        "the rest covered": (
            changed(
                OCCLUSION,
                (
                    "copy = image.copy()\n            copy[i:i + size, j:j + size] = 0",
                    "copy = np.zeros_like(image)\n            copy[i:i + size, j:j + size] = image[i:i + size, j:j + size]",
                ),
            ),
            "Everything but the square",
        ),
        "piled up": (
            changed(
                OCCLUSION,
                ("            copy = image.copy()\n", ""),
                ("    result = []\n", "    result = []\n    copy = image.copy()\n"),
            ),
            "pile up",
        ),
        "no copy": (changed(OCCLUSION, ("image.copy()", "image")), "changes its argument `image`"),
        "one pixel": (
            changed(OCCLUSION, ("copy[i:i + size, j:j + size]", "copy[i, j]")),
            "one pixel",
        ),
        "one row": (
            changed(OCCLUSION, ("copy[i:i + size, j:j + size]", "copy[i, j:j + size]")),
            "first row of each square",
        ),
        "no stride": (changed(OCCLUSION, (" + 1, stride)", " + 1)")), "stride is ignored"),
        "a stride for rows": (
            changed(
                OCCLUSION, ("range(0, width - size + 1, stride)", "range(0, width - size + 1)")
            ),
            "not along the columns",
        ),
        "stride is size": (changed(OCCLUSION, (" + 1, stride)", " + 1, size)")), "never overlap"),
        "last missing": (
            changed(
                OCCLUSION,
                ("height - size + 1", "height - size"),
                ("width - size + 1", "width - size"),
            ),
            "last positions are missing",
        ),
        "outside": (
            changed(OCCLUSION, ("height - size + 1", "height"), ("width - size + 1", "width")),
            "outside the image",
        ),
        "width and height": (
            changed(
                OCCLUSION,
                (
                    "height, width = image.shape[0], image.shape[1]",
                    "width, height = image.shape[0], image.shape[1]",
                ),
            ),
            "",
        ),
        "the preferred class": (
            changed(
                OCCLUSION,
                (
                    "    result = []\n",
                    "    label = predict(image[None])[0].argmax()\n    whole = predict(image[None])[0, label]\n    result = []\n",
                ),
            ),
            "network prefers for the whole image",
        ),
        "the highest": (
            changed(OCCLUSION, ("[0, label]", ".max()")),
            "highest probability, of whatever class",
        ),
        "absolute": (
            changed(
                OCCLUSION,
                (
                    "whole - predict(copy[None])[0, label]",
                    "abs(whole - predict(copy[None])[0, label])",
                ),
            ),
            "sign is lost",
        ),
        "rises cut": (
            changed(
                OCCLUSION,
                (
                    "whole - predict(copy[None])[0, label]",
                    "max(whole - predict(copy[None])[0, label], 0)",
                ),
            ),
            "rises there is 0",
        ),
        "relative": (
            changed(OCCLUSION, ("return np.array(result)", "return np.array(result) / whole")),
            "divided by the probability",
        ),
        "transposed": (
            changed(OCCLUSION, ("return np.array(result)", "return np.array(result).T")),
            "transposed",
        ),
        "whole numbers": (
            changed(OCCLUSION, ("return np.array(result)", "return np.array(result).astype(int)")),
            "whole numbers",
        ),
        "flat": (changed(OCCLUSION, ("result.append(row)", "result.extend(row)")), ""),
        "a list": (changed(OCCLUSION, ("return np.array(result)", "return result")), "np.array"),
        "no channel axis": (
            changed(OCCLUSION, ("    image = image.reshape(height, width, 1)\n", "")),
            "",
        ),
        "no batch axis": (
            changed(OCCLUSION, ("predict(copy[None])[0, label]", "predict(copy)[label]")),
            "",
        ),
        "no error": (
            changed(OCCLUSION, ('raise ValueError("too large")', "return np.zeros((1, 1))")),
            "ValueError",
        ),
        "always an error": (
            changed(OCCLUSION, ("if size > height or size > width", "if True")),
            "ValueError",
        ),
        "zeros": (
            "def occlusion_map(predict, image, label, size, stride=1):\n    h, w = image.shape[:2]\n    return np.zeros(((h - size) // stride + 1, (w - size) // stride + 1))",
            "",
        ),
    },
    "saliency_map": {
        "no abs": (
            changed(
                SALIENCY, ("np.abs(gradient.numpy()[0, :, :, 0])", "gradient.numpy()[0, :, :, 0]")
            ),
            "absolute value is missing",
        ),
        "negatives cut": (
            changed(
                SALIENCY,
                (
                    "np.abs(gradient.numpy()[0, :, :, 0])",
                    "np.maximum(gradient.numpy()[0, :, :, 0], 0)",
                ),
            ),
            "negative there is 0",
        ),
        "before the softmax": (
            changed(
                SALIENCY,
                ("import tensorflow as tf\n", "import tensorflow as tf\nimport keras\n"),
                (
                    "        value = model(x, training=False)[0, label]",
                    "        hidden = keras.Model(model.inputs, model.layers[-2].output)(x, training=False)\n        last = model.layers[-1]\n        value = (hidden @ last.kernel)[0, label]",
                ),
            ),
            "before the softmax",
        ),
        "the last activation replaced": (
            changed(
                SALIENCY,
                (
                    "    with tf",
                    "    import keras\n    model.layers[-1].activation = keras.activations.linear\n    with tf",
                ),
            ),
            "changes its argument `model`",
        ),
        "the loss": (
            changed(
                SALIENCY,
                (
                    "model(x, training=False)[0, label]",
                    "-tf.math.log(model(x, training=False)[0, label])",
                ),
            ),
            "gradient of the logarithm",
        ),
        "Keras's loss": (
            changed(
                SALIENCY,
                (
                    "model(x, training=False)[0, label]",
                    "tf.keras.losses.sparse_categorical_crossentropy(np.array([label]), model(x, training=False))",
                ),
            ),
            "cross-entropy",
        ),
        "the preferred class": (
            changed(
                SALIENCY,
                ("model(x, training=False)[0, label]", "tf.reduce_max(model(x, training=False))"),
            ),
            "highest output",
        ),
        "the first class": (changed(SALIENCY, ("[0, label]", "[0, 0]")), "class 0"),
        "all classes": (changed(SALIENCY, ("[0, label]", "")), "sum of all outputs"),
        "times the image": (
            changed(
                SALIENCY,
                (
                    "np.abs(gradient.numpy()[0, :, :, 0])",
                    "np.abs((gradient * x).numpy()[0, :, :, 0])",
                ),
            ),
            "multiplied by the image",
        ),
        "squared": (
            changed(
                SALIENCY,
                ("np.abs(gradient.numpy()[0, :, :, 0])", "gradient.numpy()[0, :, :, 0] ** 2"),
            ),
            "squared",
        ),
        "from 0 to 1": (
            changed(
                SALIENCY,
                (
                    "    return np",
                    "    gradient = gradient / tf.reduce_max(tf.abs(gradient))\n    return np",
                ),
            ),
            "divided by its largest number",
        ),
        "divided by 255": (
            changed(SALIENCY, ("    x = tf.constant(x)", "    x = tf.constant(x / 255)")),
            "divided by 255",
        ),
        "transposed": (changed(SALIENCY, ("[0, :, :, 0])", "[0, :, :, 0]).T")), ""),
        "all axes": (changed(SALIENCY, ("gradient.numpy()[0, :, :, 0]", "gradient.numpy()")), ""),
        "a channel axis": (changed(SALIENCY, ("[0, :, :, 0])", "[0])")), ""),
        "a tensor": (
            changed(
                SALIENCY, ("np.abs(gradient.numpy()[0, :, :, 0])", "tf.abs(gradient[0, :, :, 0])")
            ),
            "NumPy array",
        ),
        "in training mode": (
            changed(SALIENCY, ("training=False", "training=True")),
            ("Two calls for the same image", "changes its argument `model`"),
        ),
        "not watched": (changed(SALIENCY, ("        tape.watch(x)\n", "")), ""),
        "outside the tape": (
            changed(SALIENCY, ("        value = model", "        pass\n    value = model")),
            "",
        ),
        "whole numbers": (changed(SALIENCY, ('dtype="float32"', "dtype=image.dtype")), ""),
        "no channel": (changed(SALIENCY, (", image.shape[1], 1)", ", image.shape[1])")), ""),
        "frozen": (
            changed(SALIENCY, ("    with tf", "    model.trainable = False\n    with tf")),
            "changes its argument `model`",
        ),
        "trained": (
            changed(
                SALIENCY,
                (
                    "    with tf",
                    "    model.set_weights([w * 1.0001 for w in model.get_weights()])\n    with tf",
                ),
            ),
            "changes its argument `model`",
        ),
        "compiled": (
            changed(SALIENCY, ("    with tf", "    model.compile('sgd', 'mse')\n    with tf")),
            "changes its argument `model`",
        ),
        "the image itself": (
            "def saliency_map(model, image, label):\n    return np.abs(image.reshape(image.shape[:2]).astype(float))",
            "",
        ),
        "zeros": (
            "def saliency_map(model, image, label):\n    return np.zeros(image.shape[:2])",
            "",
        ),
    },
    "fool": {
        "downhill": (
            changed(FOOL, ("image + epsilon", "image - epsilon")),
            "sign of the gradient is reversed",
        ),
        "up the probability": (
            changed(
                FOOL,
                (
                    "keras.losses.sparse_categorical_crossentropy(np.array([label]), output)",
                    "output[0, label]",
                ),
            ),
            "sign of the gradient is reversed",
        ),
        "no sign": (
            changed(
                FOOL, ("np.sign(tape.gradient(loss, x).numpy())", "tape.gradient(loss, x).numpy()")
            ),
            "gradient itself",
        ),
        "scaled": (
            changed(
                FOOL,
                (
                    "    return",
                    "    g = tape.gradient(loss, x).numpy().reshape(image.shape)\n    sign = g / np.abs(g).max()\n    return",
                ),
                ("tf.GradientTape()", "tf.GradientTape(persistent=True)"),
            ),
            "divided by its largest",
        ),
        "unit length": (
            changed(
                FOOL,
                (
                    "    return",
                    "    g = tape.gradient(loss, x).numpy().reshape(image.shape)\n    sign = g / np.sqrt((g ** 2).sum())\n    return",
                ),
                ("tf.GradientTape()", "tf.GradientTape(persistent=True)"),
            ),
            "divided by its length",
        ),
        "not cut": (
            changed(FOOL, ("np.clip(image + epsilon * sign, 0, 1)", "image + epsilon * sign")),
            "not cut",
        ),
        "cut to bytes": (changed(FOOL, (", 0, 1)\n", ", 0, 255)\n")), "cut at 0, but not at 1"),
        "cut below": (
            changed(
                FOOL,
                ("np.clip(image + epsilon * sign, 0, 1)", "np.maximum(image + epsilon * sign, 0)"),
            ),
            "cut at 0, but not at 1",
        ),
        "twice": (changed(FOOL, ("image + epsilon", "image + 2 * epsilon")), "twice as large"),
        "epsilon ignored": (
            changed(FOOL, ("image + epsilon * sign", "image + sign")),
            "`epsilon` is ignored",
        ),
        "the change": (
            changed(FOOL, ("np.clip(image + epsilon * sign, 0, 1)", "epsilon * sign")),
            "without the image",
        ),
        "the preferred class": (
            changed(FOOL, ("([label]), output)", "([int(np.argmax(output))]), output)")),
            "class that the network prefers",
        ),
        "class 0": (changed(FOOL, ("np.array([label]", "np.array([0]")), "class 0"),
        "before the softmax": (
            changed(
                FOOL,
                (
                    "        loss = keras.losses.sparse_categorical_crossentropy(np.array([label]), output)",
                    "        hidden = keras.Model(model.inputs, model.layers[-2].output)(x, training=False)\n        loss = -(hidden @ model.layers[-1].kernel)[0, label]",
                ),
            ),
            "last layer's sums",
        ),
        "ink only": (
            changed(FOOL, ("epsilon * sign", "epsilon * sign * (image > 0)")),
            "Pixels that are 0",
        ),
        "whole numbers": (
            changed(
                FOOL,
                (
                    "return np.clip(image + epsilon * sign, 0, 1)",
                    "return np.clip(image + epsilon * sign, 0, 1).astype(image.dtype)",
                ),
            ),
            "",
        ),
        "a batch": (
            changed(
                FOOL,
                (".reshape(image.shape)\n", "\n"),
                ("np.clip(image + epsilon", "np.clip(x.numpy() + epsilon"),
            ),
            "",
        ),
        "in training mode": (
            changed(FOOL, ("training=False", "training=True")),
            ("Two calls for the same image", "changes its argument `model`"),
        ),
        "at random": (
            changed(
                FOOL,
                (
                    "np.sign(tape.gradient(loss, x).numpy())",
                    "np.random.default_rng(0).choice([-1, 1], x.shape)",
                ),
            ),
            "",
        ),
        "in place": (
            changed(
                FOOL,
                (
                    "return np.clip(image + epsilon * sign, 0, 1)",
                    "image[...] = np.clip(image + epsilon * sign, 0, 1)\n    return image * 1.0",
                ),
            ),
            "changes its argument `image`",
        ),
        "frozen": (
            changed(FOOL, ("    with tf", "    model.trainable = False\n    with tf")),
            "changes its argument `model`",
        ),
        "no error": (changed(FOOL, ('raise ValueError("negative")', "epsilon = 0")), "ValueError"),
        "always an error": (changed(FOOL, ("if epsilon < 0", "if True")), "ValueError"),
        "the image": (
            "def fool(model, image, label, epsilon):\n    if epsilon < 0:\n        raise ValueError\n    return image.astype(float)",
            "",
        ),
    },
}

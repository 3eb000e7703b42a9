"""Answers to lesson 11's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "11_generalisation"

ENTROPY = """
def cross_entropy(logits, labels):
    logits = np.asarray(logits, float)
    n, k = logits.shape
    if len(labels) != n:
        raise ValueError("lengths")
    if min(labels) < 0 or max(labels) >= k:
        raise ValueError("label")
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    return -log_p[np.arange(n), labels].mean()
"""
CHECKS = """    if len(labels) != n:
        raise ValueError("lengths")
    if min(labels) < 0 or max(labels) >= k:
        raise ValueError("label")
"""
SPLIT = """
def split(images, labels, fraction, rng):
    if not 0 < fraction < 1 or len(images) != len(labels):
        raise ValueError("no")
    train, valid = [], []
    for label in np.unique(labels):
        where = np.flatnonzero(labels == label)
        rng.shuffle(where)
        count = round(fraction * len(where))
        valid.extend(where[:count])
        train.extend(where[count:])
    train, valid = np.array(train, int), np.array(valid, int)
    return (images[train], labels[train]), (images[valid], labels[valid])
"""
CONFUSION = """
def confusion_matrix(labels, predicted, classes):
    if len(labels) != len(predicted):
        raise ValueError("lengths")
    matrix = np.zeros((classes, classes), dtype=int)
    for true, said in zip(labels, predicted):
        if true < 0 or said < 0 or true >= classes or said >= classes:
            raise ValueError("class")
        matrix[true, said] += 1
    return matrix
"""
BEST = """
def best_epoch(validation_losses, patience):
    if len(validation_losses) == 0 or patience < 1:
        raise ValueError("no")
    best, lowest, waited = 0, float("inf"), 0
    for epoch, loss in enumerate(validation_losses):
        if loss < lowest:
            best, lowest, waited = epoch, loss, 0
        else:
            waited += 1
            if waited >= patience:
                break
    return best
"""
CNN = """
import keras
from keras import layers

def build_small_cnn():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 5, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
"""

RIGHT = {
    "cross_entropy": {
        "log softmax": ENTROPY,
        "a loop with math": """
import math
def cross_entropy(logits, labels):
    if len(logits) != len(labels):
        raise ValueError
    total = 0.0
    for row, label in zip(logits, labels):
        if not 0 <= label < len(row):
            raise ValueError
        row = [float(z) for z in row]
        top = max(row)
        total += top + math.log(sum(math.exp(z - top) for z in row)) - row[label]
    return total / len(labels)
""",
        "logaddexp": """
def cross_entropy(logits, labels):
    z = np.array(logits, dtype=np.float64)
    labels = np.array(labels)
    if z.shape[0] != labels.shape[0] or (labels < 0).any() or (labels >= z.shape[1]).any():
        raise ValueError("bad labels")
    return np.mean(np.logaddexp.reduce(z, axis=1) - np.take_along_axis(z, labels[:, None].astype(int), 1)[:, 0])
""",
        "one-hot": """
def cross_entropy(logits, labels):
    z = np.asarray(logits, float)
    if len(z) != len(labels) or not set(np.unique(labels).tolist()) <= set(range(z.shape[1])):
        raise ValueError
    z = z - z.max(1)[:, None]
    hot = np.eye(z.shape[1])[labels]
    return float(np.sum(hot * (np.log(np.exp(z).sum(1))[:, None] - z)) / len(z))
""",
        "differences to the label": """
def cross_entropy(logits, labels):
    z = np.asarray(logits, float)
    labels = np.asarray(labels)
    if len(labels) != len(z) or np.any(labels >= z.shape[1]) or np.any(labels < 0):
        raise ValueError
    d = z - z[range(len(z)), labels][:, None]
    m = d.max(1)
    return float(np.average(m + np.log(np.exp(d - m[:, None]).sum(1))))
""",
    },
    "split": {
        "shuffle": SPLIT,
        "choice without replacement": """
def split(images, labels, fraction, rng):
    if fraction <= 0 or fraction >= 1:
        raise ValueError("fraction")
    if len(labels) != len(images):
        raise ValueError("lengths")
    kept = np.concatenate([
        rng.choice(np.where(labels == c)[0], size=round(fraction * int(np.sum(labels == c))), replace=False)
        for c in sorted(set(labels.tolist()))]).astype(int)
    x_train, y_train = np.delete(images, kept, axis=0), np.delete(labels, kept)
    return (x_train, y_train), (images[kept], labels[kept])
""",
        "random keys, sorted": """
def split(images, labels, fraction, rng):
    if not (0 < fraction < 1) or images.shape[0] != labels.shape[0]:
        raise ValueError
    keys = rng.random(len(labels))
    valid = np.zeros(len(labels), bool)
    for c in np.unique(labels):
        places = np.nonzero(labels == c)[0]
        valid[places[np.argsort(keys[places])][:round(fraction * len(places))]] = True
    return [[images[~valid], labels[~valid]], [images[valid], labels[valid]]]
""",
        "one permutation, then class by class": """
def split(images, labels, fraction, rng):
    if not 0 < fraction < 1 or len(images) != len(labels):
        raise ValueError("no")
    order = rng.permutation(len(labels))
    quota = {c: round(fraction * n) for c, n in zip(*np.unique(labels, return_counts=True))}
    train, valid = [], []
    for i in order:
        if quota[labels[i]] > 0:
            quota[labels[i]] -= 1
            valid.append(i)
        else:
            train.append(i)
    pick = lambda p: (images[np.array(p, int)], labels[np.array(p, int)])
    return pick(train), pick(valid)
""",
        "np.round": changed(
            SPLIT, ("round(fraction * len(where))", "int(np.round(fraction * len(where)))")
        ),
        "a fresh generator from a draw": changed(
            SPLIT,
            (
                "    train, valid = [], []\n",
                "    rng = np.random.default_rng(rng.integers(1 << 40))\n    train, valid = [], []\n",
            ),
        ),
    },
    "confusion_matrix": {
        "a loop": CONFUSION,
        "add.at": """
def confusion_matrix(labels, predicted, classes):
    both = np.stack([np.asarray(labels, int), np.asarray(predicted, int)]) if len(labels) == len(predicted) else None
    if both is None or both.min() < 0 or both.max() >= classes:
        raise ValueError("no")
    m = np.zeros((classes, classes), np.int64)
    np.add.at(m, tuple(both), 1)
    return m
""",
        "bincount": """
def confusion_matrix(labels, predicted, classes):
    t, p = np.asarray(labels).astype(int), np.asarray(predicted).astype(int)
    if t.shape != p.shape or min(t.min(), p.min()) < 0 or max(t.max(), p.max()) > classes - 1:
        raise ValueError
    return np.bincount(t * classes + p, minlength=classes ** 2).reshape(classes, classes)
""",
        "one-hot product": """
def confusion_matrix(labels, predicted, classes):
    known = set(range(classes))
    if len(labels) != len(predicted) or not (set(labels.tolist()) | set(predicted.tolist())) <= known:
        raise ValueError
    eye = np.eye(classes, dtype=int)
    return eye[labels].T @ eye[predicted]
""",
        "counting each pair": """
def confusion_matrix(labels, predicted, classes):
    if len(labels) != len(predicted):
        raise ValueError("lengths")
    for each in [*labels, *predicted]:
        if each not in range(classes):
            raise ValueError("class")
    return np.array([[np.sum((labels == i) & (predicted == j)) for j in range(classes)] for i in range(classes)])
""",
        "a Counter, uint32": """
import collections
def confusion_matrix(labels, predicted, classes):
    pairs = collections.Counter(zip(labels.tolist(), predicted.tolist(), strict=True))
    m = np.zeros((classes, classes), np.uint32)
    for (i, j), n in pairs.items():
        if not (0 <= i < classes and 0 <= j < classes):
            raise ValueError
        m[i, j] = n
    return m
""",
    },
    "best_epoch": {
        "a loop": BEST,
        "slices": """
def best_epoch(validation_losses, patience):
    losses = list(validation_losses)
    if not losses or patience < 1:
        raise ValueError("no")
    losses = [float("inf") if l != l else l for l in losses]
    best = 0
    while True:
        window = losses[best + 1: best + 1 + patience]
        if best == 0 and losses[0] == float("inf"):
            window = window[:patience - 1]
        better = [i for i, l in enumerate(window) if l < losses[best]]
        if not better:
            return best
        best = best + 1 + better[0]
""",
        "recursion": """
def best_epoch(validation_losses, patience):
    if len(validation_losses) < 1 or patience <= 0:
        raise ValueError
    def go(epoch, best, lowest, waited):
        if epoch == len(validation_losses) or waited == patience:
            return best
        loss = validation_losses[epoch]
        if loss < lowest:
            return go(epoch + 1, epoch, loss, 0)
        return go(epoch + 1, best, lowest, waited + 1)
    return go(0, 0, float("inf"), 0)
""",
        "None at the start": """
import math
def best_epoch(validation_losses, patience):
    if patience < 1:
        raise ValueError("patience")
    if not len(validation_losses):
        raise ValueError("losses")
    best = None
    since = 0
    for i, l in enumerate(validation_losses):
        if not math.isnan(l) and (best is None or l < validation_losses[best]):
            best, since = i, 0
        else:
            since += 1
        if since == patience:
            break
    return best if best is not None else 0
""",
        "the last improvement": """
def best_epoch(validation_losses, patience):
    if len(validation_losses) == 0 or patience < 1:
        raise ValueError
    low, at = np.inf, -1
    for i, loss in enumerate(validation_losses):
        if i - at > patience:
            break
        if loss < low:
            low, at = loss, i
    return max(at, 0)
""",
    },
    "build_small_cnn": {
        "Sequential, compiled": changed(CNN, ("return keras", "model = keras"))
        + "    model.compile('sgd', 'mse')\n    return model\n",
        "functional, strides": """
import keras
def build_small_cnn():
    i = keras.Input(shape=(28, 28, 1), name="picture")
    x = keras.layers.Conv2D(16, 5, strides=2, activation="relu")(i)
    x = keras.layers.Conv2D(32, 3, strides=2, activation="relu")(x)
    x = keras.layers.Flatten()(x)
    x = keras.layers.Dense(10)(x)
    return keras.Model(i, keras.layers.Softmax()(x))
""",
        "batch norm and two branches": """
import keras
from keras import layers as L
def build_small_cnn():
    i = keras.Input((28, 28, 1))
    x = L.MaxPooling2D()(L.Conv2D(12, 5, activation="relu")(i))
    x = L.BatchNormalization()(x)
    a = L.Conv2D(16, 3, activation="relu")(x)
    b = L.Conv2D(16, 3, activation="tanh")(x)
    x = L.Flatten()(L.MaxPooling2D()(L.Concatenate()([a, b])))
    return keras.Model(i, L.Dense(10, "softmax")(x))
""",
        "a class of its own": """
import keras
from keras import layers
class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.c1 = layers.Conv2D(16, 5, activation="relu")
        self.c2 = layers.Conv2D(32, 3, activation="relu")
        self.pool = layers.MaxPooling2D(2)
        self.out = layers.Dense(10, activation="softmax")
    def call(self, x, training=False):
        x = self.pool(self.c1(x))
        x = self.pool(self.c2(x))
        return self.out(keras.ops.reshape(x, (-1, 800)))
def build_small_cnn():
    model = Net()
    model(np.zeros((1, 28, 28, 1)))
    return model
""",
        "a ReLU and an initializer of its own": """
import keras
from keras import layers
def my_relu(x):
    return keras.ops.maximum(x, 0.0)
class Small(keras.initializers.Initializer):
    def __call__(self, shape, dtype=None):
        return keras.random.normal(shape, stddev=0.1, dtype=dtype)
def build_small_cnn():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 5, activation=my_relu, kernel_initializer=Small()),
        layers.MaxPooling2D(2),
        layers.Conv2D(32, 3, activation=my_relu),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        layers.Dense(10, activation="softmax"),
    ])
""",
        "a layer of its own with keras.ops": """
import keras
from keras import layers
class Swish(layers.Layer):
    def call(self, x):
        return x * keras.ops.sigmoid(1.5 * x)
def build_small_cnn():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(16, 5), Swish(), layers.MaxPooling2D(2),
        layers.Conv2D(32, 3), Swish(), layers.MaxPooling2D(2),
        layers.Flatten(), layers.Dropout(0.1), layers.Dense(10, activation="softmax"),
    ])
""",
    },
}

WRONG = {
    "cross_entropy": {
        "sum": (ENTROPY.replace(".mean()", ".sum()"), "added up"),
        "no minus": (ENTROPY.replace("return -log_p", "return log_p"), "minus sign"),
        "no log": (
            ENTROPY.replace(
                "return -log_p[np.arange(n), labels]", "return -np.exp(log_p)[np.arange(n), labels]"
            ),
            "without the logarithm",
        ),
        "overflow": (
            ENTROPY.replace("    logits = logits - logits.max(axis=1, keepdims=True)\n", ""),
            ("more than a float can hold", "inf", "nan"),
        ),
        "softmax first": (
            changed(
                ENTROPY,
                (
                    "log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))",
                    "p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True); log_p = np.log(p)",
                ),
            ),
            ("rounds to 0", "inf"),
        ),
        "1e-9 added": (
            changed(
                ENTROPY,
                (
                    "log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))",
                    "p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True); log_p = np.log(p + 1e-9)",
                ),
            ),
            "",
        ),
        "axis 0": (ENTROPY.replace("sum(axis=1, keepdims=True)", "sum(axis=0, keepdims=True)"), ""),
        "over everything": (
            ENTROPY.replace("np.exp(logits).sum(axis=1, keepdims=True)", "np.exp(logits).sum()"),
            "",
        ),
        "the maximum of all rows": (
            ENTROPY.replace("logits.max(axis=1, keepdims=True)", "logits.max()"),
            "",
        ),
        "base 2": (ENTROPY.replace("np.log(", "np.log2("), ""),
        "bytes": (ENTROPY.replace("np.asarray(logits, float)", "np.asarray(logits)"), ""),
        "float32": (
            ENTROPY.replace("np.asarray(logits, float)", "np.asarray(logits, np.float16)"),
            "",
        ),
        "the predicted class": (
            ENTROPY.replace("[np.arange(n), labels]", "[np.arange(n), logits.argmax(axis=1)]"),
            "",
        ),
        "negative labels": (ENTROPY.replace("min(labels) < 0 or ", ""), ("should raise", "-1")),
        "label K": (ENTROPY.replace("max(labels) >= k", "max(labels) > k"), "should raise"),
        "lengths": (
            changed(
                ENTROPY, ('    if len(labels) != n:\n        raise ValueError("lengths")\n', "")
            ),
            "should raise",
        ),
        "no checks": (ENTROPY.replace(CHECKS, ""), "should raise"),
        "one for each image": (ENTROPY.replace(".mean()", ""), ""),
        "changes its argument": (
            changed(ENTROPY, ("logits = logits - logits.max", "logits -= logits.max")),
            "changes its argument",
        ),
        "tensorflow": (
            """
import keras
def cross_entropy(logits, labels):
    if len(logits) != len(labels) or min(labels) < 0 or max(labels) >= len(logits[0]):
        raise ValueError
    losses = keras.losses.sparse_categorical_crossentropy(labels, np.asarray(logits, float), from_logits=True)
    return float(np.mean(losses))
""",
            ("by hand", "hand"),
        ),
        "scipy": (
            """
from scipy.special import logsumexp
def cross_entropy(logits, labels):
    logits = np.asarray(logits, float)
    if len(logits) != len(labels) or min(labels) < 0 or max(labels) >= len(logits[0]):
        raise ValueError
    return float(np.mean(logsumexp(logits, axis=1) - logits[np.arange(len(labels)), labels]))
""",
            ("by hand", "hand"),
        ),
    },
    "split": {
        "not class by class": (
            """
def split(images, labels, fraction, rng):
    if not 0 < fraction < 1 or len(images) != len(labels):
        raise ValueError("no")
    order = rng.permutation(len(images))
    count = round(fraction * len(images))
    a, b = order[count:], order[:count]
    return (images[a], labels[a]), (images[b], labels[b])
""",
            "class by class",
        ),
        "int": (
            SPLIT.replace("round(fraction * len(where))", "int(fraction * len(where))"),
            "rounded down",
        ),
        "ceil": (
            SPLIT.replace("round(fraction * len(where))", "int(np.ceil(fraction * len(where)))"),
            "rounded up",
        ),
        "half up": (
            SPLIT.replace("round(fraction * len(where))", "int(fraction * len(where) + 0.5)"),
            "nearest even",
        ),
        "at least one, rounded down": (
            SPLIT.replace("round(fraction * len(where))", "max(1, int(fraction * len(where)))"),
            "",
        ),
        "swapped": (
            changed(
                SPLIT,
                (
                    "return (images[train], labels[train]), (images[valid], labels[valid])",
                    "return (images[valid], labels[valid]), (images[train], labels[train])",
                ),
            ),
            "swapped",
        ),
        "not shuffled": (SPLIT.replace("        rng.shuffle(where)\n", ""), "whatever the state"),
        "from NumPy's own generator": (
            SPLIT.replace("rng.shuffle", "np.random.shuffle"),
            "two different splits",
        ),
        "a fixed seed": (
            SPLIT.replace(
                "    train, valid = [], []",
                "    rng = np.random.default_rng(42)\n    train, valid = [], []",
            ),
            "whatever the state",
        ),
        "a copy of the generator": (
            SPLIT.replace(
                "    train, valid = [], []",
                "    import copy\n    rng = copy.deepcopy(rng)\n    train, valid = [], []",
            ),
            "makes the same split",
        ),
        "all images for training": (
            SPLIT.replace("train.extend(where[count:])", "train.extend(where)"),
            "both parts",
        ),
        "with replacement": (
            changed(
                SPLIT,
                ("        rng.shuffle(where)\n", ""),
                (
                    "valid.extend(where[:count])",
                    "kept = rng.choice(where, count); valid.extend(kept)",
                ),
                ("train.extend(where[count:])", "train.extend(np.setdiff1d(where, kept))"),
            ),
            "more than once",
        ),
        "one too few": (SPLIT.replace("where[count:]", "where[count + 1:]"), "neither part"),
        "labels not shuffled": (
            changed(
                SPLIT,
                (
                    "labels[train]), (images[valid], labels[valid])",
                    "labels[np.sort(train)]), (images[valid], labels[np.sort(valid)])",
                ),
            ),
            "another image's label",
        ),
        "a pair of four": (
            changed(
                SPLIT,
                (
                    "(images[train], labels[train]), (images[valid], labels[valid])",
                    "images[train], images[valid], labels[train], labels[valid]",
                ),
            ),
            "two pairs",
        ),
        "floats": (SPLIT.replace("images[valid], labels", "images[valid] / 1.0, labels"), "dtype"),
        "half open": (SPLIT.replace("0 < fraction < 1", "0 <= fraction <= 1"), "should raise"),
        "lengths": (SPLIT.replace(" or len(images) != len(labels)", ""), ""),
        "shuffles in place": (
            changed(
                SPLIT,
                (
                    "    train, valid = [], []\n",
                    "    order = rng.permutation(len(labels)); images[:] = images[order]; labels[:] = labels[order]\n    train, valid = [], []\n",
                ),
            ),
            "changes its argument",
        ),
        "keras": (
            """
import keras
def split(images, labels, fraction, rng):
    if not 0 < fraction < 1 or len(images) != len(labels):
        raise ValueError("no")
    train, valid = [], []
    for label in np.unique(labels):
        where = np.flatnonzero(labels == label)
        where = np.asarray(keras.random.shuffle(where, seed=int(rng.integers(1000))))
        count = round(fraction * len(where))
        valid.extend(where[:count])
        train.extend(where[count:])
    train, valid = np.array(train, int), np.array(valid, int)
    return (images[train], labels[train]), (images[valid], labels[valid])
""",
            ("by hand", "hand"),
        ),
    },
    "confusion_matrix": {
        "transposed": (CONFUSION.replace("matrix[true, said]", "matrix[said, true]"), "swapped"),
        "fancy index": (
            """
def confusion_matrix(labels, predicted, classes):
    if len(labels) != len(predicted) or min([*labels, *predicted]) < 0 or max([*labels, *predicted]) >= classes:
        raise ValueError
    matrix = np.zeros((classes, classes), int)
    matrix[labels, predicted] += 1
    return matrix
""",
            "counted once",
        ),
        "floats": (CONFUSION.replace(", dtype=int", ""), "floats"),
        "bytes": (CONFUSION.replace("dtype=int", "dtype=np.uint8"), ""),
        "bincount in bytes": (
            """
def confusion_matrix(labels, predicted, classes):
    if len(labels) != len(predicted) or min([*labels, *predicted]) < 0 or max([*labels, *predicted]) >= classes:
        raise ValueError
    flat = labels * classes + predicted
    return np.bincount(flat, minlength=classes ** 2).reshape(classes, classes)
""",
            "",
        ),
        "classes that occur": (
            CONFUSION.replace(
                "    matrix = np.zeros",
                "    classes = len(np.unique([*labels, *predicted]))\n    matrix = np.zeros",
            ),
            "",
        ),
        "shares": (
            CONFUSION.replace(
                "return matrix", "return matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)"
            ),
            "",
        ),
        "errors only": (
            CONFUSION.replace("matrix[true, said] += 1", "matrix[true, said] += true != said"),
            "diagonal",
        ),
        "negative ones": (CONFUSION.replace("true < 0 or said < 0 or ", ""), "should raise"),
        "negative predictions": (CONFUSION.replace("said < 0 or ", ""), "should raise"),
        "the last class": (
            CONFUSION.replace("true >= classes", "true > classes").replace(
                "said >= classes", "said > classes"
            ),
            "should raise",
        ),
        "no check": (
            changed(
                CONFUSION,
                (
                    '        if true < 0 or said < 0 or true >= classes or said >= classes:\n            raise ValueError("class")\n',
                    "",
                ),
            ),
            "should raise",
        ),
        "zip": (
            changed(
                CONFUSION,
                (
                    '    if len(labels) != len(predicted):\n        raise ValueError("lengths")\n',
                    "",
                ),
            ),
            "should raise",
        ),
        "a list of lists": (CONFUSION.replace("return matrix", "return matrix.tolist()"), ""),
        "one too large": (
            CONFUSION.replace("np.zeros((classes, classes)", "np.zeros((classes + 1, classes + 1)"),
            "",
        ),
        "keras": (
            """
import tensorflow as tf
def confusion_matrix(labels, predicted, classes):
    if len(labels) != len(predicted) or min([*labels, *predicted]) < 0 or max([*labels, *predicted]) >= classes:
        raise ValueError
    return tf.math.confusion_matrix(labels, predicted, classes).numpy()
""",
            ("by hand", "hand"),
        ),
    },
    "best_epoch": {
        "argmin": (
            "def best_epoch(validation_losses, patience):\n    if len(validation_losses) == 0 or patience < 1:\n        raise ValueError\n    return int(np.argmin(validation_losses))",
            "",
        ),
        "nanargmin": (
            "def best_epoch(validation_losses, patience):\n    if len(validation_losses) == 0 or patience < 1:\n        raise ValueError\n    return int(np.nanargmin(validation_losses))",
            "lowest loss of all",
        ),
        "where it stopped": (
            changed(BEST, ("return best", "return epoch")),
            "after which training stopped",
        ),
        "from 1": (BEST.replace("return best", "return best + 1"), "counted from 1"),
        "equal": (BEST.replace("loss < lowest", "loss <= lowest"), "equal"),
        "one more": (BEST.replace("waited >= patience", "waited > patience"), "one epoch too many"),
        "one less": (BEST.replace("waited >= patience", "waited >= patience - 1"), ""),
        "no reset": (
            BEST.replace("best, lowest, waited = epoch, loss, 0", "best, lowest = epoch, loss"),
            "from the start of training",
        ),
        "the epoch before": (
            changed(
                BEST,
                (
                    "if loss < lowest:",
                    'if loss < (validation_losses[epoch - 1] if epoch else float("inf")):',
                ),
            ),
            "one before it",
        ),
        "NaN": (BEST.replace("if loss < lowest:", "if not loss >= lowest:"), "NaN"),
        "from the first loss": (
            changed(
                BEST,
                (
                    'best, lowest, waited = 0, float("inf"), 0',
                    "best, lowest, waited = 0, validation_losses[0], -1",
                ),
            ),
            "",
        ),
        "highest": (
            changed(BEST, ('float("inf")', '-float("inf")'), ("loss < lowest", "loss > lowest")),
            "highest",
        ),
        "the loss": (BEST.replace("return best", "return validation_losses[best]"), ""),
        "None for no number": (
            BEST.replace("best, lowest, waited = 0,", "best, lowest, waited = None,"),
            "",
        ),
        "patience 0": (BEST.replace("patience < 1", "patience < 0"), "should raise"),
        "an empty list": (BEST.replace("len(validation_losses) == 0 or ", ""), "should raise"),
        "patience steps back": (BEST.replace("return best", "return max(epoch - patience, 0)"), ""),
    },
    "build_small_cnn": {
        "no softmax": (CNN.replace(', activation="softmax"', ""), "negative"),
        "sigmoid": (CNN.replace("softmax", "sigmoid"), "add up to 1"),
        "too many parameters": (CNN.replace("Conv2D(32, 3", "Conv2D(80, 3"), "more than 20,000"),
        "frozen parameters count": (
            changed(
                CNN,
                (
                    'layers.Conv2D(32, 3, activation="relu")',
                    'layers.Conv2D(80, 3, activation="relu", trainable=False)',
                ),
            ),
            "more than 20,000",
        ),
        "no channels": (
            changed(
                CNN,
                (
                    "keras.Input((28, 28, 1)),",
                    "keras.Input((28, 28)), layers.Reshape((28, 28, 1)),",
                ),
            ),
            "channel axis",
        ),
        "32x32": (CNN.replace("28, 28", "32, 32"), "(28, 28, 1)"),
        "eleven classes": (CNN.replace("Dense(10", "Dense(11"), "(10,)"),
        "no Flatten": (CNN.replace("        layers.Flatten(),\n", ""), "output's shape"),
        "linear": (
            "import keras\ndef build_small_cnn():\n    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, 'softmax')])",
            "does not read enough",
        ),
        "dense": (
            "import keras\ndef build_small_cnn():\n    L = keras.layers\n    return keras.Sequential([keras.Input((28, 28, 1)), L.Flatten(), L.Dense(24, 'relu'), L.Dense(10, 'softmax')])",
            "does not read enough",
        ),
        "only trained before": (
            """
import keras
def build_small_cnn():
    L = keras.layers
    model = keras.Sequential([keras.Input((28, 28, 1)), L.Flatten(), L.Dense(10, "softmax")])
    model.set_weights([0 * w + 0.5 for w in model.get_weights()])
    return model
""",
            "does not read enough",
        ),
        "much work": (
            changed(
                CNN,
                (
                    "Conv2D(16, 5, activation",
                    'Conv2D(24, 3, padding="same", activation="relu"),\n        layers.Conv2D(20, 3, padding="same", activation="relu"),\n        layers.Conv2D(8, 5, activation',
                ),
            ),
            "too long",
        ),
        "weights of its own": (
            """
import keras
class Scale(keras.layers.Layer):
    def build(self, shape):
        self.w = self.add_weight(shape=(1,), initializer="ones")
    def call(self, x):
        return x * self.w
def build_small_cnn():
    L = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1)), L.Conv2D(16, 5, activation="relu"), L.MaxPooling2D(2), Scale(),
        L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(), L.Dense(10, "softmax")])
""",
            "weights that are not those of Keras's layers",
        ),
        "TensorFlow inside": (
            """
import keras, tensorflow as tf
class Bend(keras.layers.Layer):
    def call(self, x):
        return tf.nn.relu(tf.constant(x.numpy() if hasattr(x, "numpy") else x))
def build_small_cnn():
    L = keras.layers
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.c, self.f, self.d = L.Conv2D(16, 5, strides=2), L.Flatten(), L.Dense(10, "softmax")
        def call(self, x):
            return self.d(self.f(Bend()(self.c(x))))
    model = Net()
    model(np.zeros((1, 28, 28, 1)))
    return model
""",
            "cannot be",
        ),
        "an activation of its own": (
            """
import keras
def bent(x):
    return keras.ops.sin(x) + x
def build_small_cnn():
    L = keras.layers
    return keras.Sequential([
        keras.Input((28, 28, 1)), L.Conv2D(16, 5, activation=bent), L.MaxPooling2D(2),
        L.Conv2D(32, 3, activation="relu"), L.MaxPooling2D(2), L.Flatten(), L.Dense(10, "softmax")])
""",
            "function of yours",
        ),
        "a list of layers": (
            "import keras\ndef build_small_cnn():\n    return [keras.Input((28, 28, 1)), keras.layers.Dense(10)]",
            "Keras model",
        ),
        "no Input": (
            changed(CNN, ("        keras.Input((28, 28, 1)),\n", "")),
            "shape of its input",
        ),
    },
}

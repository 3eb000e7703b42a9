"""Lesson 07: from a dense network to a convolutional one, in Keras, and what each is worth.

The first five functions are the reference answers. The rest builds the lesson's other networks and
measures what is claimed of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from utils import pooling, training
from utils.keras_setup import keras

layers = keras.layers

# Two tiny pictures that a network should distinguish, before they are divided by 8.
TWO_INPUTS = np.array(
    [
        [[1, 2, 3, 4], [2, 3, 4, 5], [5, 6, 7, 8], [1, 3, 4, 5]],
        [[-1, 2, 3, -4], [2, -3, 4, 5], [-5, 6, -7, 8], [-1, -3, -4, -5]],
    ]
)


def build_dense(input_shape: tuple = (28, 28, 1), classes: int = 10) -> keras.Model:
    """Build a network of dense layers only: Flatten, Dense 1000 ReLU, Dense softmax.

    Parameters
    ----------
    input_shape : tuple
        ``(height, width, channels)``.
    classes : int
        How many there are to choose from.

    Returns
    -------
    keras.Model
        Not compiled. ``(N, *input_shape)`` gives ``(N, classes)``, probabilities. 795,010
        parameters at the defaults.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Flatten(),
            layers.Dense(1000, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ],
        name="dense",
    )


def build_cnn(input_shape: tuple = (28, 28, 1), classes: int = 10) -> keras.Model:
    """Put one convolution and one max pooling before the network of `build_dense`.

    Conv2D with 10 filters of 3x3 and ReLU, MaxPooling2D of 2x2, Flatten, Dense 1000 ReLU, Dense
    softmax; otherwise as `build_dense`. 1,701,110 parameters at the defaults.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(10, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1000, activation="relu"),
            layers.Dense(classes, activation="softmax"),
        ],
        name="cnn",
    )


def forward_by_hand(weights: Sequence[np.ndarray], image: np.ndarray) -> np.ndarray:
    """Compute what the network of `build_tiny` predicts, in NumPy.

    Parameters
    ----------
    weights : sequence of ndarray
        As ``model.get_weights()`` returns them: the convolution's kernel ``(3, 3, 1, 1)`` and bias
        ``(1,)``, the first dense layer's ``(1, 10)`` and ``(10,)``, the second's ``(10, 2)`` and
        ``(2,)``.
    image : ndarray, shape (4, 4)
        Any real dtype.

    Returns
    -------
    ndarray of float64, shape (2,)
        The two probabilities.
    """
    return forward_steps(weights, image)["probabilities"]


def forward_steps(weights: Sequence[np.ndarray], image: np.ndarray) -> dict[str, np.ndarray]:
    """Return what every step of `forward_by_hand` gives, by name and in order.

    The largest logit is subtracted before the exponential: that changes no quotient, and keeps
    large ones from overflowing.
    """
    kernel, bias, w1, b1, w2, b2 = (np.asarray(weight, float) for weight in weights)
    image = np.asarray(image, float)
    sums = np.array(
        [
            [np.sum(image[i : i + 3, j : j + 3] * kernel[:, :, 0, 0]) + bias[0] for j in range(2)]
            for i in range(2)
        ]
    )
    feature_map = np.maximum(sums, 0)
    pooled = feature_map.max().reshape(1)  # one 2x2 window; flattened, one number
    hidden = np.maximum(pooled @ w1 + b1, 0)
    logits = hidden @ w2 + b2
    exponentials = np.exp(logits - logits.max())
    return {
        "sums": sums,
        "feature map": feature_map,
        "pooled": pooled,
        "hidden": hidden,
        "logits": logits,
        "probabilities": exponentials / exponentials.sum(),
    }


def accuracy_under_shift(
    predict: Callable[[np.ndarray], np.ndarray],
    images: np.ndarray,
    labels: np.ndarray,
    shifts: Sequence[int],
) -> list[float]:
    """Measure how well a network does on pictures that are moved sideways.

    Parameters
    ----------
    predict : callable
        From images ``(N, H, W, 1)`` to one row of class scores for each, ``(N, classes)``.
    images : ndarray, shape (N, H, W, 1)
        As ``predict`` takes them, of any real dtype. ``(N, H, W)`` gets its channel axis here.
    labels : ndarray of integers, shape (N,)
        The right classes.
    shifts : sequence of int
        Pixels to the right; negative: to the left. What leaves the frame is lost, zeros come in.

    Returns
    -------
    list of float
        For each shift the share of images whose highest score is at their label.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    images = images[..., np.newaxis] if images.ndim == 3 else images
    accuracies = []
    for dx in shifts:
        scores = predict(pooling.shift_all(images, dx))
        accuracies.append(float(np.mean(np.argmax(scores, axis=1) == labels)))
    return accuracies


def mean_activation(images: np.ndarray, kernel: np.ndarray, bias: float = 0.0) -> float:
    """Return how strongly one filter answers to some images, on average.

    Parameters
    ----------
    images : ndarray, shape (N, H, W)
        Any real dtype.
    kernel : ndarray, shape (kh, kw)
        The filter's weights.
    bias : float
        Its bias.

    Returns
    -------
    float
        The mean, over all images and positions, of ReLU(valid cross-correlation + bias).
    """
    return float(np.mean(filter_maps(images, kernel, bias)))


def filter_maps(images: np.ndarray, kernel: np.ndarray, bias: float = 0.0) -> np.ndarray:
    """Return one filter's feature maps after ReLU: ``(N, H - kh + 1, W - kw + 1)``.

    ValueError if the kernel is larger than the images.
    """
    images, kernel = np.asarray(images), np.asarray(kernel, float)
    height, width = (n - k + 1 for n, k in zip(images.shape[1:], kernel.shape, strict=True))
    if min(height, width) < 1:
        raise ValueError(f"a kernel of {kernel.shape} does not fit into {images.shape[1:]}")
    maps = np.full((len(images), height, width), float(bias))
    for a, b in np.ndindex(kernel.shape):
        maps += kernel[a, b] * images[:, a : a + height, b : b + width]
    return np.maximum(maps, 0)


def build_tiny() -> keras.Model:
    """Build the smallest network with every part: 4x4 in, two probabilities out, 52 parameters."""
    return keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            layers.Conv2D(1, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ],
        name="tiny",
    )


def build_two_filters(input_shape: tuple = (28, 28, 1)) -> keras.Model:
    """Build a network that says "1" or "not a 1" from two filters of 3x3."""
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(2, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="two_filters",
    )


def build_three_stages(
    input_shape: tuple = (28, 28, 1), classes: int = 10, padding: str = "valid"
) -> keras.Model:
    """Build three stages of convolution and pooling, then a dense layer of 128.

    ``padding`` is the convolutions'. 32,906 parameters at the defaults.
    """
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(16, 3, padding=padding, activation="relu", name="conv1"),
            layers.MaxPooling2D(2, name="pool1"),
            layers.Conv2D(32, 3, padding=padding, activation="relu", name="conv2"),
            layers.MaxPooling2D(2, name="pool2"),
            layers.Conv2D(64, 3, padding=padding, activation="relu", name="conv3"),
            layers.MaxPooling2D(2, name="pool3"),
            layers.Flatten(name="flatten"),
            layers.Dense(128, activation="relu", name="hidden"),
            layers.Dense(classes, activation="softmax", name="output"),
        ],
        name="three_stages" if padding == "valid" else f"three_stages_{padding}",
    )


def build_global_pooling(input_shape: tuple = (28, 28, 1), classes: int = 10) -> keras.Model:
    """Build `build_three_stages` with "same" padding and global max pooling as its last pooling.

    The global pooling replaces the third pooling and the Flatten. 32,906 parameters at the
    defaults.
    """
    three = build_three_stages(input_shape, classes, padding="same")
    kept = [layer for layer in three.layers if layer.name not in ("pool3", "flatten")]
    kept.insert(kept.index(three.get_layer("conv3")) + 1, layers.GlobalMaxPooling2D(name="global"))
    # New layers from the old ones' settings: the dense layer takes another number of inputs.
    rebuilt = [type(layer).from_config(layer.get_config()) for layer in kept]
    return keras.Sequential([keras.Input(input_shape), *rebuilt], name="global_pooling")


def build_small(regularizer: object = None, dropout: float = 0.0) -> keras.Model:
    """Build a dense network of 100 units, with a penalty on its weights or with dropout."""
    stack = [
        keras.Input((28, 28, 1)),
        layers.Flatten(),
        layers.Dense(100, activation="relu", kernel_regularizer=regularizer),
        layers.Dense(10, activation="softmax"),
    ]
    if dropout:
        stack.insert(-1, layers.Dropout(dropout))
    return keras.Sequential(stack)


def unseen_border(model: keras.Model) -> tuple[int, int, int, int]:
    """Count the rows and columns at each edge of the input that no output depends on.

    Returns
    -------
    (top, bottom, left, right) : tuple of int
        Found by trying: each row and each column of some noise is changed in turn, a lot, and
        the output compared.
    """
    height, width, channels = model.input_shape[1:]
    noise = np.random.default_rng(0).random((height, width, channels), np.float32)
    predict = training.predictor(model)
    before = predict(noise[np.newaxis])
    changed = np.repeat(noise[np.newaxis], height + width, axis=0)
    for row in range(height):
        changed[row, row] += 100
    for column in range(width):
        changed[height + column, :, column] += 100
    seen = np.abs(predict(changed) - before).max(axis=1) > 1e-4  # less is rounding
    rows, columns = np.flatnonzero(seen[:height]), np.flatnonzero(seen[height:])
    return (
        int(rows[0]),
        int(height - 1 - rows[-1]),
        int(columns[0]),
        int(width - 1 - columns[-1]),
    )


def leaky_relu(x: np.ndarray, slope: float = 0.01) -> np.ndarray:
    """Return x where it is positive, and ``slope * x`` where it is not."""
    x = np.asarray(x, float)
    return np.where(x > 0, x, slope * x)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """Return ``1 / (1 + exp(-x))``, written so that nothing overflows."""
    return 0.5 * (1 + np.tanh(np.asarray(x, float) / 2))


def softmax(logits: np.ndarray) -> np.ndarray:
    """Turn numbers along the last axis into probabilities: exponentials divided by their sum."""
    logits = np.asarray(logits, float)
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)

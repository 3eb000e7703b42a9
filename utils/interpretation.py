"""Lesson 14: what a network sees, and where it fails.

The first four functions are the reference answers. Below them is what the lesson's
demonstrations need.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import ndimage

from utils import augmentation, data, lenet, pooling, training
from utils.keras_setup import keras, tf

MARGIN = 2  # columns beyond a shift that windows over its zeros can reach
MARKED_DIGIT = 9  # the digit that has the mark in the marked data
MARK = slice(2, 6)  # the rows of the mark, and its columns
TINY_MARK = slice(1, 3)
FILE = data.DATA / "interpretation.json"


def equivariance_error(f: Callable[[np.ndarray], Any], image: np.ndarray, dx: int) -> float:
    """Measure by how much it matters whether an image is shifted before or after a function.

    Parameters
    ----------
    f : callable
        Maps an array of shape (H, W) to one of shape (H', W').
    image : ndarray, shape (H, W)
        Any real dtype.
    dx : int
        Columns to the right; negative: to the left.

    Returns
    -------
    float
        The largest absolute difference between ``f(shift(image, dx))`` and ``shift(f(image), dx)``
        in the columns from ``abs(dx) + 2`` up to, but not including, ``W' - abs(dx) - 2``: zeros
        come in elsewhere.

    Raises
    ------
    ValueError
        If there is no such column.
    """
    before = np.asarray(f(pooling.shift(image, dx)), float)
    after = pooling.shift(np.asarray(f(image), float), dx)
    first = abs(int(dx)) + MARGIN
    end = after.shape[1] - first
    if first >= end:
        raise ValueError(f"a shift of {dx} leaves no column to compare, of {after.shape[1]}")
    return float(np.abs(before - after)[:, first:end].max())


def occlusion_map(
    predict: Callable[[np.ndarray], Any],
    image: np.ndarray,
    label: int,
    size: int,
    stride: int = 1,
) -> np.ndarray:
    """Measure how much a class's probability drops when parts of an image are covered.

    Parameters
    ----------
    predict : callable
        Maps ``(N, H, W, 1)`` to probabilities ``(N, classes)``.
    image : ndarray, shape (H, W) or (H, W, 1)
        Any real dtype.
    label : int
        The class.
    size : int
        Side of the square that is set to 0.
    stride : int
        From one position of the square to the next.

    Returns
    -------
    ndarray, shape (H', W')
        The probability for the whole image minus that for the covered one; one number for each
        position at which the square is inside the image.

    Raises
    ------
    ValueError
        If the square does not fit into the image.
    """
    image = np.asarray(image)
    height, width = image.shape[:2]
    if size > height or size > width:
        raise ValueError(f"a square of {size} does not fit into an image of {height}x{width}")
    rows, columns = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    images = np.tile(image.reshape(height, width, 1), (len(rows) * len(columns) + 1, 1, 1, 1))
    places = [(row, column) for row in rows for column in columns]
    for covered, (row, column) in zip(images[1:], places, strict=True):
        covered[row : row + size, column : column + size] = 0
    whole, *covered = np.asarray(predict(images), float)[:, label]
    return (whole - np.array(covered)).reshape(len(rows), len(columns))


def saliency_map(model: keras.Model, image: np.ndarray, label: int) -> np.ndarray:
    """Measure how strongly each pixel moves a class's output, if it changes a little.

    Parameters
    ----------
    model : Model
        Maps ``(N, H, W, 1)`` to ``(N, classes)``; it is left as it was.
    image : ndarray, shape (H, W) or (H, W, 1)
        Any real dtype.
    label : int
        The class.

    Returns
    -------
    ndarray of float, shape (H, W)
        The absolute gradient of the output for ``label``, with ``training=False``. After Simonyan,
        Vedaldi and Zisserman, *Deep inside convolutional networks*, 2013, arXiv:1312.6034.
    """
    x = _as_batch(image)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = model(x, training=False)[0, int(label)]
    return np.abs(tape.gradient(output, x).numpy()[0, :, :, 0])


def fool(model: keras.Model, image: np.ndarray, label: int, epsilon: float) -> np.ndarray:
    """Change each pixel by at most ``epsilon`` so that a network does worse on an image.

    Parameters
    ----------
    model : Model
        Maps ``(N, H, W, 1)`` to probabilities ``(N, classes)``; it is left as it was.
    image : ndarray, shape (H, W) or (H, W, 1)
        Pixels from 0 to 1, of any real dtype.
    label : int
        The right class.
    epsilon : float
        The largest change of a pixel.

    Returns
    -------
    ndarray of float, of the image's shape
        The image plus ``epsilon`` times the sign of the gradient of the cross-entropy, cut to
        [0, 1]. After Goodfellow, Shlens and Szegedy, 2015, arXiv:1412.6572.

    Raises
    ------
    ValueError
        If ``epsilon`` is below 0.
    """
    if epsilon < 0:
        raise ValueError(f"epsilon should be 0 or more, but is {epsilon}")
    x = _as_batch(image)
    sign = np.sign(loss_gradient(model, x, np.array([label]))).reshape(np.shape(image))
    return np.clip(np.asarray(image, float) + epsilon * sign, 0, 1)


def _as_batch(image: np.ndarray) -> tf.Tensor:
    """Return an image as a batch of one, shape (1, H, W, 1)."""
    height, width = np.shape(image)[:2]
    return tf.constant(np.asarray(image, np.float32).reshape(1, height, width, 1))


def loss_gradient(model: keras.Model, x: Any, labels: np.ndarray) -> np.ndarray:
    """Return the gradient of each image's cross-entropy with respect to its own pixels.

    Parameters
    ----------
    model : Model
        Ends in a softmax.
    x : ndarray or tensor, shape (N, H, W, 1)
        The images.
    labels : ndarray, shape (N,)
        Their right classes.
    """
    x = tf.convert_to_tensor(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(x)
        probabilities = model(x, training=False)
        loss = keras.losses.sparse_categorical_crossentropy(labels, probabilities)
    return tape.gradient(loss, x).numpy()


def build_network() -> keras.Model:
    """Return the lesson's network, untrained: 11,978 parameters, compiled."""
    network = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(8, 5, activation="relu", name="conv1"),
            keras.layers.MaxPooling2D(2, name="pool1"),
            keras.layers.Conv2D(16, 5, activation="relu", name="conv2"),
            keras.layers.MaxPooling2D(2, name="pool2"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(32, activation="relu", name="features"),
            keras.layers.Dense(10, activation="softmax", name="output"),
        ]
    )
    network.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def train_network(
    x: np.ndarray,
    y: np.ndarray,
    seed: int,
    epochs: int = 4,
    augmenter: Callable[[], keras.layers.Layer] | None = None,
) -> keras.Model:
    """Train the lesson's network, and return it.

    Parameters
    ----------
    x : ndarray, shape (N, 28, 28, 1)
        Images with pixels from 0 to 1.
    y : ndarray, shape (N,)
        Their labels.
    seed : int
        For the first weights and the order of the images.
    epochs : int
        Passes over all images, in batches of 64.
    augmenter : callable, optional
        Returns a layer through which the images go in training. It is not in the result.
    """
    keras.utils.set_random_seed(seed)
    network = build_network()
    trained: Any = network
    if augmenter is not None:
        trained = keras.Sequential([keras.Input((28, 28, 1)), augmenter(), network])
        trained.compile("adam", "sparse_categorical_crossentropy")
    trained.fit(x, y, batch_size=64, epochs=epochs, verbose=0)
    return network


def fool_all(model: keras.Model, x: np.ndarray, y: np.ndarray, epsilon: float) -> np.ndarray:
    """Do what `fool` does to each of many images, shape (N, H, W, 1)."""
    size = training.PREDICTION_BATCH
    parts = [
        loss_gradient(model, x[start : start + size], y[start : start + size])
        for start in range(0, len(x), size)
    ]
    return np.clip(x + np.float32(epsilon) * np.sign(np.concatenate(parts)), 0, 1)


def add_mark(images: np.ndarray, where: slice = MARK) -> np.ndarray:
    """Return copies of ``(N, 28, 28)`` or ``(N, 28, 28, 1)`` images with a mark in the corner.

    The mark is a square of full ink. It covers the rows and columns ``where``, by default 4 × 4
    pixels, two pixels away from the top and from the left.
    """
    marked = np.array(images)
    marked[:, where, where] = 255 if marked.dtype.kind in "ui" else 1
    return marked


def mark_digit(
    images: np.ndarray, labels: np.ndarray, digit: int = MARKED_DIGIT, where: slice = MARK
) -> np.ndarray:
    """Return copies of images in which those with one label, and only those, have the mark."""
    chosen = np.asarray(labels) == digit
    marked = np.array(images)
    marked[chosen] = add_mark(marked[chosen], where)
    return marked


def thicken(images: np.ndarray) -> np.ndarray:
    """Return ``(N, H, W, 1)`` images whose strokes are a pixel thicker on each side."""
    return ndimage.grey_dilation(images, size=(1, 3, 3, 1))


def thin(images: np.ndarray) -> np.ndarray:
    """Return ``(N, H, W, 1)`` images whose strokes are a pixel thinner."""
    return ndimage.grey_erosion(images, size=(1, 2, 2, 1))


# Ways to make digits unlike the training images; each takes and returns (N, H, W, 1) from 0 to 1.
CHANGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as they are": lambda x: x,
    "thinner": thin,
    "thicker": thicken,
    "inverted": lambda x: 1 - x,
    "rotated by 30°": lambda x: np.clip(augmentation.rotate_all(x, 30), 0, 1),
    "rotated by 90°": lambda x: np.clip(augmentation.rotate_all(x, 90), 0, 1),
}


def layer_equivariance(
    model: keras.Model, x: np.ndarray, dx: int, strides: Mapping[str, int]
) -> dict[str, float]:
    """Measure how far each layer's maps are from shifting along with the image.

    Parameters
    ----------
    model : Model
        Sequential.
    x : ndarray, shape (N, H, W, 1)
        Images with an empty border wider than the shift.
    dx : int
        Columns to the right; not negative.
    strides : mapping of str to int
        For each layer, how many pixels of the image lie between two columns of its maps; 0 for a
        layer without columns.

    Returns
    -------
    dict of str to float
        For each layer of ``strides``, by its name: the mean absolute difference between the maps
        of the shifted images and the shifted maps, divided by the mean of the maps. The maps are
        shifted by ``dx / stride``, rounded down to whole columns. The columns that come in do not
        count.
    """
    maps = lenet.feature_maps(model, x)
    moved = lenet.feature_maps(model, pooling.shift_all(x, dx))
    errors = {}
    for name, stride in strides.items():
        before, after = moved[name], maps[name]
        if stride:
            by = dx // stride
            before, after = before[:, :, by:], after[:, :, : after.shape[2] - by]
        errors[name] = float(np.abs(before - after).mean() / after.mean())
    return errors


def nearest(features: np.ndarray, wanted: np.ndarray, count: int) -> np.ndarray:
    """Return which rows are nearest to each wanted row, nearest first.

    Parameters
    ----------
    features : ndarray, shape (N, ...)
        One entry for each image.
    wanted : ndarray, shape (M, ...)
        The images that neighbours are looked for.
    count : int
        How many neighbours.

    Returns
    -------
    ndarray of int, shape (M, count)
    """
    rows = np.asarray(features, np.float32).reshape(len(features), -1)
    looking = np.asarray(wanted, np.float32).reshape(len(wanted), -1)
    squared = (rows**2).sum(axis=1) - 2 * looking @ rows.T  # plus a constant for each wanted row
    return np.argsort(squared, axis=1, kind="stable")[:, :count]


def small_network(
    height: int,
    width: int,
    classes: int,
    seed: int = 0,
    *,
    activation: str = "softmax",
    normalise: bool = False,
    dropout: float = 0.0,
) -> keras.Model:
    """Return an untrained network to try functions on; the same for the same arguments.

    Parameters
    ----------
    height, width, classes : int
        From ``(N, height, width, 1)`` to ``(N, classes)``.
    seed : int
        For its weights.
    activation : str
        The last layer's.
    normalise : bool
        Whether there is batch normalisation, which computes otherwise in training.
    dropout : float
        The rate of a dropout layer, if there is to be one, which is random in training.
    """
    layers = keras.layers
    parts = [keras.Input((height, width, 1), name="image")]
    parts += [layers.Conv2D(3, 3, padding="same", name="convolution")]
    parts += [layers.BatchNormalization(name="norm")] if normalise else []
    parts += [layers.Activation("tanh", name="tanh")]
    parts += [layers.Dropout(dropout, name="dropout")] if dropout else []
    parts += [layers.Flatten(name="flatten")]
    parts += [layers.Dense(classes, activation=activation, name="output")]
    network = keras.Sequential(parts, name="small")
    rng = np.random.default_rng(seed)
    drawn = []
    for weight in network.weights:
        values = rng.normal(size=weight.shape) / np.sqrt(max(1, np.prod(weight.shape[:-1])))
        drawn.append(0.5 + np.abs(values) if "var" in weight.name else values + 0.2)
    network.set_weights(drawn)
    _centre(network)
    return network


def _centre(network: keras.Model) -> None:
    """Change the last biases so that a grey image leads to 0: an activation lets gradients pass."""
    last = network.layers[-1]
    before = keras.Model(network.inputs[0], last.input)
    kernel, _ = last.get_weights()
    grey = np.full((1, *network.input_shape[1:]), 0.5)
    last.set_weights([kernel, -(np.asarray(before(grey)) @ kernel)[0]])


def linear_network(weights: np.ndarray, activation: str = "linear") -> keras.Model:
    """Return a network of one dense layer without a bias.

    Parameters
    ----------
    weights : ndarray, shape (H, W, classes)
        By which each pixel is multiplied for each class.
    activation : str
        The layer's.
    """
    weights = np.asarray(weights, np.float32)
    height, width, classes = weights.shape
    network = keras.Sequential(
        [
            keras.Input((height, width, 1), name="image"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(classes, activation=activation, use_bias=False, name="output"),
        ],
        name="linear",
    )
    network.set_weights([weights.reshape(-1, classes)])
    return network


def saliency_maps(model: keras.Model, x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the saliency map of each of many images: (N, H, W, 1) to (N, H, W)."""
    batch = tf.convert_to_tensor(x, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(batch)
        output = tf.gather(model(batch, training=False), labels, axis=1, batch_dims=1)
    return np.abs(tape.gradient(output, batch).numpy()[..., 0])


def measurements() -> dict[str, Any]:
    """Return what ``data/build_interpretation.py`` measured, over three seeds."""
    return json.loads(FILE.read_text())


def mean_and_range(values: Sequence[float], digits: int = 3) -> str:
    """Return the mean of some numbers and their range as text: ``0.912 (0.905 to 0.920)``."""
    low, high = min(values), max(values)
    return f"{np.mean(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


# The pad: a digit drawn on 14 x 14 cells, of two pixels by two.
CELLS = 14
PAPER, INK, COVERED_PAPER, COVERED_INK = ".", "#", "o", "x"


def format_cells(ink: np.ndarray, covered: np.ndarray | None = None) -> str:
    """Return cells as text: a line for each row, ``.#`` for paper and ink, ``ox`` if covered.

    Parameters
    ----------
    ink, covered : ndarray of bool, shape (14, 14)
        Which cells have ink, and which are covered: none by default.
    """
    covered = np.zeros_like(ink, bool) if covered is None else covered
    signs = np.array([[PAPER, INK], [COVERED_PAPER, COVERED_INK]])
    rows = signs[covered.astype(int), ink.astype(int)]
    return "\n".join("".join(row) for row in rows)


def parse_cells(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Return which cells have ink and which are covered, as `format_cells` writes them.

    Raises
    ------
    ValueError
        If there are not 14 lines of 14 such characters.
    """
    rows = [list(line) for line in text.split("\n")]
    if len(rows) != CELLS or any(len(row) != CELLS for row in rows):
        raise ValueError(f"a digit has {CELLS} lines of {CELLS} cells")
    cells = np.array(rows)
    if not np.isin(cells, [PAPER, INK, COVERED_PAPER, COVERED_INK]).all():
        raise ValueError("a cell is one of . # o x")
    return np.isin(cells, [INK, COVERED_INK]), np.isin(cells, [COVERED_PAPER, COVERED_INK])


def cells_of(image: np.ndarray) -> np.ndarray:
    """Return on which of the pad's cells a 28 x 28 image, from 0 to 1, has ink."""
    pixels = np.asarray(image, float).reshape(CELLS, 2, CELLS, 2)
    return pixels.mean(axis=(1, 3)) > 0.35


def render_cells(ink: np.ndarray, covered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turn cells into a network's input, centred and smooth as MNIST's digits are.

    Parameters
    ----------
    ink, covered : ndarray of bool, shape (14, 14)
        As `parse_cells` returns them.

    Returns
    -------
    image : ndarray of float32, shape (28, 28, 1)
        From 0 to 1, with nothing covered. The centre of the ink is in the middle.
    hidden : ndarray of bool, shape (28, 28)
        Which of its pixels are covered.
    """
    pixels, hidden = (np.kron(part, np.ones((2, 2))) for part in (ink, covered))
    smooth = np.clip(1.2 * ndimage.gaussian_filter(pixels, 0.7), 0, 1)
    if smooth.any():
        down, right = np.rint(13.5 - np.array(ndimage.center_of_mass(smooth))).astype(int)
        smooth = pooling.shift(smooth, int(right), int(down))
        hidden = pooling.shift(hidden, int(right), int(down))
    return smooth.astype(np.float32)[..., np.newaxis], hidden > 0

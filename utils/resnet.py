"""Lesson 13: 1x1 convolutions, stacked kernels, batch normalisation and residual networks.

The first four functions are the reference answers. They are written to be read and to be right for
every input that the lesson names. Below them is what the lesson's demonstrations need.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils import data, lenet, training
from utils.keras_setup import keras

layers = keras.layers

MEASURED = data.DATA / "resnet.npz"
SEEDS = (1, 2, 3)

# The networks that are compared in the lesson.
SMALL_WIDTHS = (8, 16, 32)
NETWORKS = ("LeNet-5", "residual")
DIGITS, EPOCHS, RATE, BATCH = 3000, 10, 0.002, 32
SHIFTS = tuple(range(-8, 9, 2))
FEW_TEST_DIGITS, SHIFTED_DIGITS = 500, 1000  # on which curves are measured
# The depths that are compared, in convolutions, and the ways to join them.
DEPTHS = (4, 12, 30)
KINDS = ("plain", "residual")
DEPTH_DIGITS, DEPTH_EPOCHS, DEPTH_BATCH, DEPTH_WIDTH = 1000, 8, 64, 8
# What is compared on digits 5 to 9, and from how many examples of each.
TRANSFERS = (
    "kept filters, pooled",
    "kept filters, maps",
    "LeNet-5 from nothing",
)
EXAMPLES = (10, 20, 50)
BASE_EPOCHS, HEAD_EPOCHS = 8, 60
STEPS_FROM_NOTHING = 150
TRANSFER_BATCH = 25


def conv_1x1(volume: np.ndarray, weights: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """Convolve with kernels of 1x1: a dense layer at every pixel.

    Parameters
    ----------
    volume : ndarray, shape (H, W, C)
        Any real dtype.
    weights : ndarray, shape (C, F)
        One column for each filter.
    bias : ndarray, shape (F,), optional
        A number for each filter; none by default.

    Returns
    -------
    ndarray of float64, shape (H, W, F)

    Raises
    ------
    ValueError
        If volume and weights have different numbers of channels.
    """
    volume, weights = np.asarray(volume, float), np.asarray(weights, float)
    if volume.shape[-1] != weights.shape[0]:
        raise ValueError(
            f"the volume has {volume.shape[-1]} channels, the weights are for {weights.shape[0]}"
        )
    mixed = volume @ weights
    return mixed if bias is None else mixed + np.asarray(bias, float)


def stack_cost(kernel: int, depth: int, channels: int) -> tuple[int, int]:
    """Return what convolutions in a row see, and the number of their weights.

    Parameters
    ----------
    kernel : int
        Height and width of each kernel; the stride is 1.
    depth : int
        The number of convolutions.
    channels : int
        Channels into and out of each of them; there are no biases.

    Returns
    -------
    (receptive_field, parameters) : tuple of int
        The side of the square of input pixels that one output depends on; 1 and 0 for no
        convolution.

    Raises
    ------
    ValueError
        If ``depth`` is below 0, or ``kernel`` or ``channels`` below 1.
    """
    if depth < 0:
        raise ValueError(f"the depth is {depth}, but should be 0 or more")
    if kernel < 1 or channels < 1:
        raise ValueError(f"kernel {kernel} and channels {channels} should both be 1 or more")
    return 1 + depth * (kernel - 1), depth * kernel**2 * channels**2


def batch_norm(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float = 0.001
) -> np.ndarray:
    """Normalise each channel of a batch, as a network does in training.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
        Any real dtype.
    gamma, beta : ndarray, shape (C,)
        The scale and the offset of each channel.
    epsilon : float
        Added to the variance, so that a constant channel is not divided by 0.

    Returns
    -------
    ndarray of float64, shape (N, H, W, C)
        Ioffe and Szegedy, 2015.
    """
    return batch_norm_steps(x, gamma, beta, epsilon)["scaled and shifted"]


def build_resnet(
    input_shape: tuple = (28, 28, 1), classes: int = 10, widths: Sequence[int] = (16, 32, 64)
) -> keras.Model:
    """Build a small residual network: a convolution, one block for each width, global pooling.

    Parameters
    ----------
    input_shape : tuple
        ``(height, width, channels)``.
    classes : int
        The number of units of the last layer.
    widths : sequence of int
        The filters of each block. All blocks but the first halve the height and the width.

    Returns
    -------
    Model
        Functional, not compiled; 78,426 parameters at the defaults. After He, Zhang, Ren and Sun,
        *Deep residual learning for image recognition*, 2016.
    """
    return _residual_network(input_shape, classes, widths, momentum=0.99)


def batch_norm_steps(
    x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, epsilon: float = 0.001
) -> dict[str, np.ndarray]:
    """Return what every step of `batch_norm` gives, by name and in order."""
    x = np.asarray(x, float)
    mean, variance = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    centred = x - mean
    normalised = centred / np.sqrt(variance + epsilon)
    scaled = normalised * np.asarray(gamma, float) + np.asarray(beta, float)
    return {
        "mean": mean,
        "variance": variance,
        "centred": centred,
        "normalised": normalised,
        "scaled and shifted": scaled,
    }


def build_small(classes: int = 10, momentum: float = 0.99) -> keras.Model:
    """Build `build_resnet` with half the filters: 20,146 parameters for ten classes.

    ``momentum`` is that of its batch normalisation. With 0.9 rather than Keras's 0.99, the moving
    means and variances are of use after some 50 steps.
    """
    return _residual_network((28, 28, 1), classes, SMALL_WIDTHS, momentum)


def build_deep(depth: int, kind: str = "plain") -> keras.Model:
    """Build a narrow network of ``depth`` convolutions of 3x3 on digits of 14x14.

    Parameters
    ----------
    depth : int
        An even number of convolutions between the first one and the dense layer.
    kind : {"plain", "residual"}
        With ``"residual"`` every second convolution adds what came into the pair.

    Returns
    -------
    Model
        All convolutions have eight filters; Keras's default initialisation.
    """
    inputs = keras.Input((14, 14, 1))
    tensor = layers.Conv2D(DEPTH_WIDTH, 3, padding="same", activation="relu")(inputs)
    tensor = layers.MaxPooling2D(2)(tensor)
    for _ in range(depth // 2):
        before = tensor
        tensor = layers.Conv2D(DEPTH_WIDTH, 3, padding="same", activation="relu")(tensor)
        tensor = layers.Conv2D(DEPTH_WIDTH, 3, padding="same")(tensor)
        if kind == "residual":
            tensor = layers.Add()([tensor, before])
        tensor = layers.ReLU()(tensor)
    tensor = layers.Flatten()(tensor)
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(tensor))


def _residual_network(
    input_shape: tuple, classes: int, widths: Sequence[int], momentum: float
) -> keras.Model:
    """Build `build_resnet` with a choice of the momentum of its batch normalisation."""
    inputs = keras.Input(input_shape)
    tensor = layers.ReLU()(_normalised_convolution(inputs, widths[0], 3, 1, momentum))
    for index, width in enumerate(widths):
        tensor = _residual_block(tensor, width, 1 if index == 0 else 2, momentum)
    tensor = layers.GlobalAveragePooling2D()(tensor)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(tensor))


def _residual_block(tensor: Any, width: int, stride: int, momentum: float) -> Any:
    """Add two convolutions and a shortcut around them."""
    shortcut = tensor
    if stride != 1 or tensor.shape[-1] != width:
        shortcut = _normalised_convolution(tensor, width, 1, stride, momentum)
    tensor = layers.ReLU()(_normalised_convolution(tensor, width, 3, stride, momentum))
    tensor = _normalised_convolution(tensor, width, 3, 1, momentum)
    return layers.ReLU()(layers.Add()([tensor, shortcut]))


def _normalised_convolution(
    tensor: Any, width: int, kernel: int, stride: int, momentum: float
) -> Any:
    """Add a convolution without a bias, and a batch normalisation."""
    convolution = layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False)
    return layers.BatchNormalization(momentum=momentum)(convolution(tensor))


def signal_sizes(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the standard deviation of a deep network's numbers after each pair of convolutions."""
    ends = [layer for layer in model.layers if isinstance(layer, layers.ReLU)]
    looking = keras.Model(model.inputs[0], [layer.output for layer in ends])
    return np.array([np.std(maps) for maps in looking(images, training=False)])


def halve(images: np.ndarray) -> np.ndarray:
    """Return images ``(N, H, W, C)`` of half the height and width: means of 2x2 pixels."""
    count, height, width, channels = images.shape
    return images.reshape(count, height // 2, 2, width // 2, 2, channels).mean(axis=(2, 4))


def compile_and_fit(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    batch: int = BATCH,
    rate: float = RATE,
) -> dict[str, list[float]]:
    """Train a model with Adam and cross-entropy; return Keras's history."""
    model.compile(
        keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    return model.fit(x, y, batch_size=batch, epochs=epochs, verbose=0).history


def pad(images: np.ndarray) -> np.ndarray:
    """Return digits of 28x28 in the middle of 32x32, for LeNet-5."""
    return lenet.pad_to(images, lenet.SIDE)


def choose_examples(labels: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Return the indices of ``count`` images of each digit from 5 to 9, drawn at random."""
    rng = np.random.default_rng(seed)
    return np.concatenate(
        [
            rng.choice(np.flatnonzero(labels == digit), count, replace=False)
            for digit in range(5, 10)
        ]
    )


def maps_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the last maps of a network of `build_small`, before its global average pooling."""
    looking = keras.Model(model.inputs[0], model.layers[-3].output)
    return training.predictor(looking)(images)


@dataclass(frozen=True)
class Measured:
    """What ``data/build_resnet.py`` measured, and the filters that it trained.

    Attributes
    ----------
    depth_losses : ndarray, shape (kinds, depths, seeds, epochs)
        The training loss of `build_deep` after each epoch.
    depth_accuracies : ndarray, shape (kinds, depths, seeds)
        On the first 1,000 test digits, at the end.
    network_curves : ndarray, shape (networks, seeds, epochs)
        The accuracy on the first 500 test digits after each epoch.
    network_accuracies : ndarray, shape (networks, seeds)
        On all test digits, at the end.
    shift_accuracies : ndarray, shape (networks, seeds, shifts)
        On the first 1,000 test digits.
    parameters : ndarray of int, shape (networks,)
    transfer_accuracies : ndarray, shape (transfers, examples, seeds)
        On the test digits 5 to 9.
    base_accuracy : float
        Of the network whose filters are kept, on the test digits 0 to 4.
    seconds : float
        Processor time of the script on one core.
    weights : list of ndarray
        Of the network that was trained on digits 0 to 4.
    """

    depth_losses: np.ndarray
    depth_accuracies: np.ndarray
    network_curves: np.ndarray
    network_accuracies: np.ndarray
    shift_accuracies: np.ndarray
    parameters: np.ndarray
    transfer_accuracies: np.ndarray
    base_accuracy: float
    seconds: float
    weights: list[np.ndarray] = field(default_factory=list)


def load_measured() -> Measured:
    """Read what ``data/build_resnet.py`` wrote."""
    with np.load(MEASURED) as stored:
        arrays = dict(stored)
    weights = [arrays.pop(name) for name in list(arrays) if name.startswith("weights_")]
    parts = [arrays.pop(name) for name in list(arrays) if name.startswith("seconds_")]
    base_accuracy = float(arrays.pop("base_accuracy"))
    return Measured(
        **arrays, base_accuracy=base_accuracy, seconds=float(sum(parts)), weights=weights
    )


def load_base() -> keras.Model:
    """Return the small residual network that was trained on digits 0 to 4."""
    model = build_small(classes=5)
    model.set_weights([array.astype(np.float32) for array in load_measured().weights])
    return model

"""Lesson 08: LeNet-5, its table, its shapes, and what each of its units sees of the input.

These are the reference answers. They are written to be read and to be right for every input that
the lesson names. Below them is what the lesson's demonstrations need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.keras_setup import keras

# The 1998 network, in the words of lesson 04, and the names that its authors gave to its layers:
# C for a convolution, S for subsampling, F for fully connected. Flatten has none.
LAYERS: tuple[dict[str, Any], ...] = (
    {"type": "conv", "filters": 6, "kernel": 5},
    {"type": "pool", "size": 2},
    {"type": "conv", "filters": 16, "kernel": 5},
    {"type": "pool", "size": 2},
    {"type": "conv", "filters": 120, "kernel": 5},
    {"type": "flatten"},
    {"type": "dense", "units": 84},
    {"type": "dense", "units": 10},
)
NAMES = ("C1", "S2", "C3", "S4", "C5", "flatten", "F6", "output")
# Kernel and stride of the layers that have windows, by name.
WINDOWS = {"C1": (5, 1), "S2": (2, 2), "C3": (5, 1), "S4": (2, 2), "C5": (5, 1)}
SIDE = 32


def build_lenet5(classes: int = 10) -> keras.Model:
    """Build LeNet-5 as the course's source tabulates it.

    Parameters
    ----------
    classes : int
        How many units the last layer has.

    Returns
    -------
    Model
        From ``(None, 32, 32, 1)`` to ``(None, classes)``; 61,706 parameters for ten classes. Not
        compiled. After LeCun, Bottou, Bengio and Haffner, *Gradient-based learning applied to
        document recognition*, 1998; simplified as is usual: plain average pooling, every filter
        of C3 reads all six maps, softmax at the end.
    """
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            keras.layers.Conv2D(6, 5, activation="tanh", name="C1"),
            keras.layers.AveragePooling2D(2, name="S2"),
            keras.layers.Conv2D(16, 5, activation="tanh", name="C3"),
            keras.layers.AveragePooling2D(2, name="S4"),
            keras.layers.Conv2D(120, 5, activation="tanh", name="C5"),
            keras.layers.Flatten(name="flatten"),
            keras.layers.Dense(84, activation="tanh", name="F6"),
            keras.layers.Dense(classes, activation="softmax", name="output"),
        ],
        name="lenet5",
    )


def pad_to(images: np.ndarray, size: int) -> np.ndarray:
    """Put images in the middle of larger black ones.

    Parameters
    ----------
    images : ndarray, shape (N, H, W, 1)
        Any real dtype, which is kept.
    size : int
        Height and width of the result.

    Returns
    -------
    ndarray, shape (N, size, size, 1)
        Zeros all around. Where their number is odd, the odd row is below and the odd column is to
        the right.

    Raises
    ------
    ValueError
        If ``size`` is smaller than an image's height or width.
    """
    height, width = images.shape[1:3]
    if size < height or size < width:
        raise ValueError(f"images of {height}x{width} do not fit into {size}x{size}")
    top, left = (size - height) // 2, (size - width) // 2
    return np.pad(images, ((0, 0), (top, size - height - top), (left, size - width - left), (0, 0)))


def layer_table(model: keras.Model) -> list[tuple[str, tuple, int]]:
    """List a model's layers.

    Parameters
    ----------
    model : Model
        Sequential or functional, built.

    Returns
    -------
    list of (name, shape, parameters)
        For every layer of ``model.layers``, in order: its name, the shape of its output without
        the batch axis, and how many parameters it has, trainable or not.
    """
    return [
        (layer.name, tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers
    ]


def receptive_field(layers: Sequence[tuple[int, int]]) -> int:
    """Count the input pixels, along one axis, that one output value depends on.

    Parameters
    ----------
    layers : sequence of (kernel, stride)
        From the input on. Strides are at most the kernel, so that no pixel is skipped.

    Returns
    -------
    int
        1 for no layers. Each layer adds ``kernel - 1`` windows of the layer before, and these lie
        as many pixels apart as the product of all strides before (Dumoulin and Visin, 2016).
    """
    size, step = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * step
        step *= stride
    return size


def seen_pixels(layers: Sequence[tuple[int, int]], position: int) -> tuple[int, int]:
    """Return which input pixels, along one axis, a unit sees.

    Parameters
    ----------
    layers : sequence of (kernel, stride)
        From the input to the unit's own layer.
    position : int
        The unit's row or column in its feature map.

    Returns
    -------
    (first, last) : tuple of int
        Both ends belong to it.
    """
    step = int(np.prod([stride for _, stride in layers], dtype=int))
    first = position * step
    return first, first + receptive_field(layers) - 1


def windows_up_to(name: str) -> list[tuple[int, int]]:
    """Return (kernel, stride) of LeNet-5's layers up to one of them: ``windows_up_to("C3")``."""
    names = list(WINDOWS)
    return [WINDOWS[each] for each in names[: names.index(name) + 1]]


def feature_maps(model: keras.Model, images: np.ndarray) -> dict[str, np.ndarray]:
    """Return what every layer of a Sequential model makes of some images.

    Parameters
    ----------
    model : Model
        Sequential.
    images : ndarray, shape (N, H, W, C)
        Its input.

    Returns
    -------
    dict of str to ndarray, shape (N, ...)
        By the layers' names.
    """
    looking = keras.Model(model.inputs[0], [layer.output for layer in model.layers])
    outputs = looking(np.asarray(images, np.float32), training=False)
    return {
        layer.name: np.asarray(output) for layer, output in zip(model.layers, outputs, strict=True)
    }


def pixels_that_matter(
    model: keras.Model, name: str, row: int, column: int, side: int = SIDE
) -> np.ndarray:
    """Find by trial which input pixels a unit depends on: change each, and see whether it moves.

    Parameters
    ----------
    model : Model
        Sequential.
    name : str
        A layer whose output has rows and columns.
    row, column : int
        The unit's place; all maps of the layer are looked at.
    side : int
        Height and width of the input.

    Returns
    -------
    ndarray of bool, shape (side, side)
    """
    looking = keras.Model(model.inputs[0], model.get_layer(name).output)
    plain = np.random.default_rng(0).random((1, side, side, 1), dtype=np.float32)
    changed = np.repeat(plain, side * side, axis=0)
    changed.reshape(side * side, -1)[np.diag_indices(side * side)] += 3
    before = np.asarray(looking(plain))[:, row, column]
    after = np.concatenate(
        [np.asarray(looking(part))[:, row, column] for part in np.split(changed, side)]
    )
    # More than float32's rounding, which differs from batch to batch.
    return (np.abs(after - before) > 1e-5).any(axis=-1).reshape(side, side)


def strongest_patches(
    images: np.ndarray, maps: np.ndarray, layer: str, count: int = 50
) -> tuple[np.ndarray, np.ndarray]:
    """Find the parts of images to which each map of a layer responds most, at most one an image.

    Parameters
    ----------
    images : ndarray, shape (N, 32, 32, 1)
        The network's input.
    maps : ndarray, shape (N, rows, columns, F)
        The layer's output for them.
    layer : str
        ``"C1"`` to ``"C5"``.
    count : int
        The number of parts for each map.

    Returns
    -------
    means : ndarray, shape (F, size, size)
        The mean of the parts; ``size`` is the layer's receptive field.
    chosen : ndarray of int, shape (F, count)
        Which images the parts are from.
    """
    windows = windows_up_to(layer)
    flat = maps.reshape(len(maps), -1, maps.shape[-1])
    best, where = flat.max(axis=1), flat.argmax(axis=1)  # (N, F)
    chosen = np.argsort(-best, axis=0, kind="stable")[:count].T
    means = []
    for f, indices in enumerate(chosen):
        parts = []
        for index in indices:
            row, column = divmod(int(where[index, f]), maps.shape[2])
            (top, bottom), (left, right) = seen_pixels(windows, row), seen_pixels(windows, column)
            parts.append(images[index, top : bottom + 1, left : right + 1, 0])
        means.append(np.mean(parts, axis=0))
    return np.array(means), chosen


def share_of_commonest(labels: np.ndarray) -> float:
    """Return the share of the label that occurs most often, from 0 to 1."""
    return float(np.bincount(labels).max() / len(labels))


def parameters_in_1998() -> dict[str, int]:
    """Return the parameters of the network as published in 1998, layer by layer.

    Subsampling had a weight and a bias for each map. In C3 six filters read three maps each, nine
    read four and one reads all six. The ten outputs compared F6 with fixed patterns.
    """
    maps_read = 6 * 3 + 9 * 4 + 1 * 6
    return {
        "C1": 6 * (5 * 5 * 1 + 1),
        "S2": 6 * 2,
        "C3": maps_read * 5 * 5 + 16,
        "S4": 16 * 2,
        "C5": 120 * (5 * 5 * 16 + 1),
        "F6": 84 * (120 + 1),
        "output": 0,
    }

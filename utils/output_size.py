"""Lesson 04: how large the output of a layer is, and how many parameters it has.

These are the reference answers. They are written to be read and to be right for every input that
the lesson names. Below them is what the lesson's demonstrations need.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from utils import convolution

Shape = tuple[int, ...]


def output_size(n: int, k: int, padding: int = 0, stride: int = 1) -> int:
    """Count the places where a window fits along one axis.

    Parameters
    ----------
    n : int
        Pixels along the axis.
    k : int
        The window's size: a kernel's, or a pool's.
    padding : int
        Pixels added at each of the two ends.
    stride : int
        By how many pixels the window moves on.

    Returns
    -------
    int
        ``floor((n - k + 2 * padding) / stride) + 1`` (Dumoulin and Visin, *A guide to convolution
        arithmetic for deep learning*, 2016, relationship 6).

    Raises
    ------
    ValueError
        If the window does not fit (``k > n + 2 * padding``), if ``n``, ``k`` or ``stride`` is below
        1, or if ``padding`` is below 0.
    """
    if n < 1 or k < 1 or stride < 1:
        raise ValueError(f"n, k and stride must be at least 1, got {n}, {k} and {stride}")
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    if k > n + 2 * padding:
        raise ValueError(f"a window of {k} does not fit into {n + 2 * padding} pixels")
    return (n - k + 2 * padding) // stride + 1


def same_padding(n: int, k: int, stride: int = 1) -> tuple[int, int]:
    """Count the pixels that ``padding="same"`` adds at the two ends of one axis.

    Parameters
    ----------
    n, k, stride : int
        Pixels along the axis, the window's size, and by how many pixels it moves on.

    Returns
    -------
    (before, after) : tuple of two ints
        Just enough for ``ceil(n / stride)`` windows; where the number is odd, the odd one comes
        after (TensorFlow and Keras).
    """
    windows = math.ceil(n / stride)
    total = max((windows - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


def conv_parameters(
    kernel_size: int | tuple[int, int], in_channels: int, filters: int, use_bias: bool = True
) -> int:
    """Count the parameters of a convolutional layer.

    Parameters
    ----------
    kernel_size : int or (height, width)
        One number means a square kernel.
    in_channels : int
        Channels of the layer's input: each filter has one slice for each.
    filters : int
        How many filters, and so how many feature maps.
    use_bias : bool
        Whether each filter has a bias.

    Returns
    -------
    int
        ``height * width * in_channels * filters`` weights, and ``filters`` biases.
    """
    height, width = _pair(kernel_size)
    return height * width * in_channels * filters + (filters if use_bias else 0)


def trace_shapes(input_shape: Shape, layers: Sequence[Mapping]) -> list[Shape]:
    """Predict the output shape of every layer of a network.

    Parameters
    ----------
    input_shape : tuple of int
        ``(height, width, channels)``, or ``(n,)`` for a flat input. Without the batch axis.
    layers : sequence of dict
        One of ``{"type": "conv", "filters": F, "kernel": k, "stride": 1, "padding": "valid"}``,
        where ``k`` is an int or a pair, stride and padding are optional and padding may be
        ``"same"``; ``{"type": "pool", "size": s, "stride": s}``, where the stride is the size
        unless given; ``{"type": "flatten"}``; ``{"type": "dense", "units": u}``.

    Returns
    -------
    list of tuple of int
        The shape after each layer.

    Raises
    ------
    ValueError
        If a layer's type or padding is unknown, its window does not fit, or its input is flat and
        must not be, or must be and is not. The text names the layer's index, counted from 0.
    """
    shapes = []
    shape = tuple(input_shape)
    for index, layer in enumerate(layers):
        try:
            shape = _shape_after(shape, layer)
        except ValueError as error:
            raise ValueError(f"layer {index}: {error}") from error
        shapes.append(shape)
    return shapes


def _shape_after(shape: Shape, layer: Mapping) -> Shape:
    """Return the shape that one layer makes of its input's."""
    kind = layer["type"]
    if kind == "flatten":
        return (math.prod(shape),)
    if kind == "dense":
        if len(shape) != 1:
            raise ValueError(f"a dense layer needs a flat input, got {shape}: flatten it first")
        return (layer["units"],)
    if kind not in ("conv", "pool"):
        raise ValueError(f"unknown type {kind!r}")
    if len(shape) != 3:
        raise ValueError(f"{kind} needs (height, width, channels), got {shape}")
    height, width, channels = shape
    if kind == "pool":
        size, stride = layer["size"], layer.get("stride", layer["size"])
        return output_size(height, size, 0, stride), output_size(width, size, 0, stride), channels
    kernel, stride = _pair(layer["kernel"]), layer.get("stride", 1)
    padding = layer.get("padding", "valid")
    rows, columns = (
        _conv_size(n, k, padding, stride) for n, k in zip((height, width), kernel, strict=True)
    )
    return rows, columns, layer["filters"]


def _conv_size(n: int, k: int, padding: str, stride: int) -> int:
    """Return the output size of a convolutional layer along one axis."""
    if padding == "valid":
        return output_size(n, k, 0, stride)
    if padding == "same":
        return math.ceil(n / stride)
    raise ValueError(f"unknown padding {padding!r}")


def _pair(kernel_size: Any) -> tuple[int, int]:
    """Return a kernel's height and width."""
    height, width = kernel_size if np.ndim(kernel_size) else (kernel_size, kernel_size)
    return height, width


def window_starts(n: int, k: int, padding: tuple[int, int] = (0, 0), stride: int = 1) -> list[int]:
    """List where windows begin along one axis, by trying every place: no formula.

    Parameters
    ----------
    n, k, stride : int
        As for `output_size`.
    padding : (before, after)
        Pixels added at the two ends.

    Returns
    -------
    list of int
        The first pixel under each window; those before the image count down from -1.
    """
    before, after = padding
    return [start for start in range(-before, n + after, stride) if start + k <= n + after]


def times_seen(n: int, k: int, padding: tuple[int, int] = (0, 0), stride: int = 1) -> np.ndarray:
    """Count the windows that lie on each pixel of one axis.

    Parameters are those of `window_starts`. Returns an ndarray of int, shape (n,): 0 where a pixel
    is never seen. In an image, a pixel is seen as often as its row times its column is.
    """
    counts = np.zeros(n, int)
    for start in window_starts(n, k, padding, stride):
        counts[max(start, 0) : max(start + k, 0)] += 1
    return counts


def correlate_strided(
    image: np.ndarray,
    kernel: np.ndarray,
    padding: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0)),
    stride: int = 1,
) -> np.ndarray:
    """Cross-correlate as in lesson 02, on a zero-padded image, with every ``stride``-th window.

    Parameters
    ----------
    image, kernel : ndarray
        Of two axes.
    padding : ((above, below), (left, right))
        Rows and columns of zeros.
    stride : int
        By how many pixels the window moves on, along both axes.
    """
    padded = np.pad(np.asarray(image, float), padding)
    return convolution.correlate2d(padded, kernel)[::stride, ::stride]


def layer_parameters(input_shape: Shape, layers: Sequence[Mapping]) -> list[int]:
    """Count the parameters of every layer of a network; its layers are those of `trace_shapes`."""
    shapes = [tuple(input_shape), *trace_shapes(input_shape, layers)]
    counts = []
    for shape, layer in zip(shapes, layers, strict=False):
        if layer["type"] == "conv":
            counts.append(conv_parameters(layer["kernel"], shape[2], layer["filters"]))
        elif layer["type"] == "dense":
            counts.append((shape[0] + 1) * layer["units"])
        else:
            counts.append(0)
    return counts

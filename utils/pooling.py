"""Lesson 05: pooling, global pooling, shifting, and how large a shift pooling hides.

The first four functions are the reference answers. The rest measures what the lesson claims.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from utils import convolution

SUMMARIES: dict[str, Callable[..., Any]] = {"max": np.max, "average": np.mean, "sum": np.sum}
# Sobel's two kernels and their opposites: brighter to the right, left, top, bottom.
EDGE_KERNELS = {
    "right": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    "left": np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]]),
    "top": np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]]),
    "bottom": np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
}


def pool2d(
    image: np.ndarray, size: int = 2, stride: int | None = None, mode: str = "max"
) -> np.ndarray:
    """Summarise every window of an image by one number.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, C)
        Any real dtype. Each channel is pooled on its own.
    size : int
        Height and width of the window, in pixels.
    stride : int, optional
        How many pixels the window moves on; ``size`` by default, as in Keras.
    mode : {"max", "average", "sum"}
        What is kept of a window.

    Returns
    -------
    ndarray of float64, shape (h, w) or (h, w, C)
        ``h = floor((H - size) / stride) + 1``, and so for the width: only whole windows count
        ("valid"), and rows and columns left over at the end are dropped.

    Raises
    ------
    ValueError
        If there is no such mode, or the window is larger than the image in either direction.
    """
    image = np.asarray(image, float)
    if mode not in SUMMARIES:
        raise ValueError(f"there is no mode {mode!r}: choose from {', '.join(SUMMARIES)}")
    height, width = image.shape[:2]
    if size > height or size > width:
        raise ValueError(f"a {size}x{size} window does not fit into a {height}x{width} image")
    stride = size if stride is None else stride
    windows = sliding_window_view(image, (size, size), axis=(0, 1))[::stride, ::stride]
    return SUMMARIES[mode](windows, axis=(-2, -1))


def max_pool_same(image: np.ndarray, size: int = 2, stride: int = 2) -> np.ndarray:
    """Max-pool with Keras's ``padding="same"``: leftovers get windows, cut off at the border.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, C)
        Any real dtype.
    size, stride : int
        The window's height and width, and how far it moves, in pixels.

    Returns
    -------
    ndarray of float64, shape (ceil(H / stride), ceil(W / stride)) or with C as third axis
        The largest pixel in each window. Padding is minus infinity, so it is never the largest.
    """
    image = np.asarray(image, float)
    padding = [same_border(n, size, stride) for n in image.shape[:2]]
    padding += [(0, 0)] * (image.ndim - 2)
    return pool2d(np.pad(image, padding, constant_values=-np.inf), size, stride)


def same_border(n: int, size: int, stride: int) -> tuple[int, int]:
    """Return how far "same" windows stick out before and after an axis of ``n`` pixels.

    TensorFlow's rule: ``max((ceil(n / stride) - 1) * stride + size - n, 0)`` in all, the odd one
    after (https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2).
    """
    total = max((-(-n // stride) - 1) * stride + size - n, 0)
    return total // 2, total - total // 2


def global_pool(volume: np.ndarray, mode: str = "max") -> np.ndarray:
    """Summarise each feature map of a volume by one number.

    Parameters
    ----------
    volume : ndarray, shape (H, W, C)
        C feature maps.
    mode : {"max", "average"}
        What is kept of each.

    Returns
    -------
    ndarray of float64, shape (C,)
        One number for each channel.
    """
    return SUMMARIES[mode](np.asarray(volume, float), axis=(0, 1))


def shift(image: np.ndarray, dx: int, dy: int = 0) -> np.ndarray:
    """Shift an image within its frame: what leaves is lost, and zeros come in.

    Parameters
    ----------
    image : ndarray, shape (H, W) or (H, W, C)
        Any dtype; it is kept.
    dx, dy : int
        Pixels to the right and down; negative: left and up. Any size.

    Returns
    -------
    ndarray, of the image's shape and dtype
        ``out[i, j] = image[i - dy, j - dx]`` where there is such a pixel, else 0.
    """
    image = np.asarray(image)
    moved = np.zeros_like(image)
    (to_rows, from_rows), (to_columns, from_columns) = map(_overlap, image.shape[:2], (dy, dx))
    moved[to_rows, to_columns] = image[from_rows, from_columns]
    return moved


def _overlap(n: int, by: int) -> tuple[slice, slice]:
    """Return where pixels land on an axis of ``n`` pixels, moved ``by``, and where they were."""
    by = min(max(by, -n), n)
    return slice(max(by, 0), n + min(by, 0)), slice(max(-by, 0), n + min(-by, 0))


def edge_maps(image: np.ndarray) -> np.ndarray:
    """Return four feature maps of a grey image: edges brighter right, left, top and bottom.

    Sobel's kernels and their opposites, then ReLU: ``(H, W)`` gives ``(H - 2, W - 2, 4)``.
    """
    kernels = np.stack(list(EDGE_KERNELS.values()), axis=-1)[:, :, np.newaxis, :]
    volume = np.asarray(image)[:, :, np.newaxis]
    return convolution.relu(convolution.correlate_channels(volume, kernels))


def shift_all(images: np.ndarray, dx: int, dy: int = 0) -> np.ndarray:
    """Shift each of ``(N, H, W)`` or ``(N, H, W, C)`` images, as `shift` shifts one."""
    # The image's axes first, so that all images are one image with many channels.
    return np.moveaxis(shift(np.moveaxis(images, 0, -1), dx, dy), -1, 0)


def edge_maps_all(images: np.ndarray) -> np.ndarray:
    """Return what `edge_maps` gives for each of a stack of images, in single precision.

    ``(N, H, W)`` gives ``(N, H - 2, W - 2, 4)``.
    """
    images = np.asarray(images, np.float32)
    across, down = images[:, :, 2:] - images[:, :, :-2], images[:, :-2] - images[:, 2:]
    gx = across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:]
    gy = down[:, :, :-2] + 2 * down[:, :, 1:-1] + down[:, :, 2:]
    return convolution.relu(np.stack([gx, -gx, gy, -gy], axis=-1))


def pool_all(maps: np.ndarray, size: int | str) -> np.ndarray:
    """Max-pool the maps of each image, and flatten what is left of them.

    Parameters
    ----------
    maps : ndarray, shape (N, H, W, C)
        C feature maps of each of N images.
    size : int or "global"
        The side of the window, which is also the stride; 1 changes nothing.

    Returns
    -------
    ndarray, shape (N, D)
        One row of numbers for each image.
    """
    count, height, width, channels = maps.shape
    if size == "global":
        return maps.max(axis=(1, 2))
    side = int(size)
    rows, columns = height // side, width // side
    whole = maps[:, : rows * side, : columns * side]
    windows = whole.reshape(count, rows, side, columns, side, channels)
    return windows.max(axis=(2, 4)).reshape(count, -1)


def strongest_responses(images: np.ndarray, kernels: np.ndarray) -> np.ndarray:
    """Convolve images with kernels, apply ReLU, and keep the largest number of each feature map.

    Parameters
    ----------
    images : ndarray, shape (N, H, W)
        Grey images.
    kernels : ndarray, shape (kh, kw, F)
        F kernels.

    Returns
    -------
    ndarray of float32, shape (N, F)
        One number for each image and each kernel.
    """
    kernels = np.asarray(kernels, np.float32)
    images = np.asarray(images, np.float32)
    windows = sliding_window_view(images, kernels.shape[:2], axis=(1, 2))
    rows = windows.reshape(len(images), -1, kernels.shape[0] * kernels.shape[1])
    maps = rows @ kernels.reshape(-1, kernels.shape[2])
    return convolution.relu(maps.max(axis=1))


def relative_change(before: np.ndarray, after: np.ndarray) -> float:
    """Return how much an array changed: the distance from before to after by before's length.

    0 is no change; 1 is as much as if everything were wiped out.
    """
    before, after = np.asarray(before, float), np.asarray(after, float)
    return float(np.linalg.norm(after - before) / np.linalg.norm(before))


def mean_change(before: np.ndarray, after: np.ndarray) -> float:
    """Return the mean of `relative_change` over the rows of two arrays of shape ``(N, D)``."""
    changes = np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1)
    return float(changes.mean())


def linear_accuracies(
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    penalty: float,
) -> tuple[float, float]:
    """Fit a linear classifier, and return its accuracy on its training images and on test images.

    One weight for each number and class, so that the scores are as close as possible to +1 for the
    right class and -1 for the others (least squares).

    Parameters
    ----------
    train, test : (vectors, labels), shapes (N, D) and (N,)
        Numbers that describe each image, and the images' labels.
    penalty : float
        Keeps the weights small: it is multiplied by the sum of their squares, and added to what is
        minimised. Above 0.
    """
    (vectors, labels), (test_vectors, test_labels) = train, test
    known = np.column_stack([vectors, np.ones(len(vectors))])
    classes = np.unique(labels)
    wanted = np.where(labels[:, np.newaxis] == classes, 1.0, -1.0)
    gram = known @ known.T + penalty * np.eye(len(known))
    weights = known.T @ np.linalg.solve(gram, wanted)
    tested = np.column_stack([test_vectors, np.ones(len(test_vectors))])
    hits = [
        classes[(rows @ weights).argmax(axis=1)] == right
        for rows, right in ((known, labels), (tested, test_labels))
    ]
    return float(hits[0].mean()), float(hits[1].mean())


def nearest_labels(vectors: np.ndarray, known: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Give each vector the label of the nearest known vector, by Euclidean distance.

    Parameters
    ----------
    vectors : ndarray, shape (N, D)
        What is to be named.
    known : ndarray, shape (M, D)
        What has a name.
    labels : ndarray, shape (M,)
        Their names.

    Returns
    -------
    ndarray, shape (N,)
        Of equally near ones, the first counts.
    """
    # |v - k|^2 = |v|^2 - 2 v.k + |k|^2; the first term is the same for all k.
    distances = (known**2).sum(axis=1) - 2 * vectors @ known.T
    return labels[distances.argmin(axis=1)]

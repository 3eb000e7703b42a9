"""Lesson 02: cross-correlation, convolution, ReLU and a whole convolutional layer.

These are the reference answers. They are written to be read and to be right for every input that
the lesson names; `correlate2d_loop` is the slow twin that the lesson times.
"""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def correlate2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Slide a kernel over an image: multiply, add up, move on by one.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype.
    kernel : ndarray, shape (kh, kw)
        Any real dtype.

    Returns
    -------
    ndarray of float64, shape (H - kh + 1, W - kw + 1)
        ``out[i, j] = sum over a, b of image[i + a, j + b] * kernel[a, b]``: the valid
        cross-correlation, stride 1. Networks call this a convolution.

    Raises
    ------
    ValueError
        If the kernel is larger than the image in either direction.
    """
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    _require_fit(image.shape, kernel.shape)
    windows = sliding_window_view(image, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, kernel)


def correlate2d_loop(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Do what `correlate2d` does, one output value at a time."""
    image, kernel = np.asarray(image, float), np.asarray(kernel, float)
    _require_fit(image.shape, kernel.shape)
    kh, kw = kernel.shape
    out = np.empty((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(image[i : i + kh, j : j + kw] * kernel)
    return out


def convolve2d(image: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Return the mathematical convolution: the kernel is flipped along both axes, then slid.

    Shapes and errors are those of `correlate2d`.
    """
    return correlate2d(image, np.asarray(kernel)[::-1, ::-1])


def relu(x: np.ndarray) -> np.ndarray:
    """Return ``max(x, 0)`` for every element of an array of any shape."""
    return np.maximum(x, 0)


def correlate_channels(
    volume: np.ndarray, kernels: np.ndarray, bias: np.ndarray | None = None
) -> np.ndarray:
    """Run a whole convolutional layer, before its activation.

    Parameters
    ----------
    volume : ndarray, shape (H, W, C)
        An image with C channels.
    kernels : ndarray, shape (kh, kw, C, F)
        F filters, each with one slice a channel, in Keras's order of axes.
    bias : ndarray, shape (F,), optional
        One number a filter, added to its whole feature map.

    Returns
    -------
    ndarray of float64, shape (H - kh + 1, W - kw + 1, F)
        One feature map a filter: the sum of the cross-correlations of all channels, plus its bias.

    Raises
    ------
    ValueError
        If the channel counts differ, or a kernel is larger than the image.
    """
    volume, kernels = np.asarray(volume, float), np.asarray(kernels, float)
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError(
            f"the image has {volume.shape[2]} channels, but the kernels have {kernels.shape[2]}"
        )
    _require_fit(volume.shape, kernels.shape)
    windows = sliding_window_view(volume, kernels.shape[:2], axis=(0, 1))
    out = np.einsum("ijcab,abcf->ijf", windows, kernels)
    return out if bias is None else out + np.asarray(bias, float)


def _require_fit(image_shape: tuple, kernel_shape: tuple) -> None:
    """Raise ValueError unless a kernel fits into an image, judged by the first two axes."""
    (height, width), (kh, kw) = image_shape[:2], kernel_shape[:2]
    if kh > height or kw > width:
        raise ValueError(f"a {kh}x{kw} kernel does not fit into a {height}x{width} image")

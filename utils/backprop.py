"""Lesson 10: gradients of a convolution, by small changes and exactly, and learning with them.

A *loss* is one number that says how wrong an output is. ``upstream`` is what comes back from it: an
array of the output's shape that says how the loss changes with each output value. From that, every
layer works out how the loss changes with its weights, and with its own input, which is the
``upstream`` of the layer below: the chain rule, from the last layer to the first. Rumelhart, Hinton
and Williams, *Learning representations by back-propagating errors*, Nature 323 (1986).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from utils.convolution import convolve2d, correlate2d


def numerical_gradient(
    f: Callable[[np.ndarray], float], w: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Return the gradient of a function by small changes: central differences.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of ``w`` and returns one number.
    w : ndarray of any shape
        Where the gradient is taken. Any real dtype; it stays as it is.
    eps : float
        The size of the change.

    Returns
    -------
    ndarray of float64, of the shape of w
        For each element, ``(f(w with the element + eps) - f(w with it - eps)) / (2 * eps)``.
    """
    return _differences(f, w, up=eps, down=eps)


def one_sided_gradient(
    f: Callable[[np.ndarray], float], w: np.ndarray, eps: float = 1e-5
) -> np.ndarray:
    """Return the gradient by changes in one direction: ``(f(w + eps) - f(w)) / eps``.

    The error is proportional to ``eps``, where that of central differences is to its square.
    """
    return _differences(f, w, up=eps, down=0.0)


def _differences(
    f: Callable[[np.ndarray], float], w: np.ndarray, up: float, down: float
) -> np.ndarray:
    """Return for each element of w how f changes from ``down`` below it to ``up`` above it."""
    w = np.array(w, dtype=float)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        above, below = w.copy(), w.copy()
        above[position] += up
        below[position] -= down
        gradient[position] = (f(above) - f(below)) / (up + down)
    return gradient


def kernel_gradient(image: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """Return how the loss changes with each weight of a kernel.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        What the kernel slid over; any real dtype.
    upstream : ndarray, shape (h, w)
        How the loss changes with each value of the output, the valid cross-correlation of image
        and kernel; any real dtype.

    Returns
    -------
    ndarray of float64, shape (H - h + 1, W - w + 1)
        The kernel's shape. Weight [a, b] met pixel [i + a, j + b] for output [i, j], so its
        gradient is the sum of ``image[i + a, j + b] * upstream[i, j]`` over all i and j.
    """
    return correlate2d(image, upstream)


def image_gradient(kernel: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """Return how the loss changes with each pixel of the image that a kernel slid over.

    Parameters
    ----------
    kernel : ndarray, shape (kh, kw)
        Any real dtype.
    upstream : ndarray, shape (h, w)
        How the loss changes with each value of the output, a valid cross-correlation; any real
        dtype.

    Returns
    -------
    ndarray of float64, shape (h + kh - 1, w + kw - 1)
        The image's shape. Pixel [r, c] met weight [r - i, c - j] for output [i, j]: the minus signs
        make it a convolution, with the kernel flipped, of the zero-padded upstream ("full").
    """
    kh, kw = np.shape(kernel)
    padded = np.pad(upstream, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    return convolve2d(padded, kernel)


def learn_kernel(
    image: np.ndarray, target: np.ndarray, kernel_shape: Sequence[int], steps: int, rate: float
) -> np.ndarray:
    """Find the kernel that turns an image into a target, by gradient descent from zero.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype.
    target : ndarray, shape (H - kh + 1, W - kw + 1)
        What the valid cross-correlation of image and kernel should be.
    kernel_shape : (int, int)
        The kernel's height kh and width kw.
    steps : int
        How often the kernel is changed.
    rate : float
        The learning rate: each step subtracts ``rate`` times the gradient of the mean squared
        error. It converges if the rate is below `largest_rate`.

    Returns
    -------
    ndarray of float64, shape (kh, kw)
    """
    return descend(image, target, kernel_shape, steps, rate).kernels[-1]


@dataclass(frozen=True)
class Descent:
    """What gradient descent went through; step 0 is where it started.

    Attributes
    ----------
    kernels : ndarray, shape (steps + 1, kh, kw)
        The kernel after each step.
    losses : ndarray, shape (steps + 1,)
        Its mean squared error.
    """

    kernels: np.ndarray
    losses: np.ndarray


def descend(
    image: np.ndarray, target: np.ndarray, kernel_shape: Sequence[int], steps: int, rate: float
) -> Descent:
    """Do what `learn_kernel` does and keep every kernel and every loss on the way."""
    kernel = np.zeros(kernel_shape)
    kernels, losses = [kernel], [mean_squared_error(correlate2d(image, kernel), target)]
    for _ in range(steps):
        upstream = mean_squared_error_gradient(correlate2d(image, kernel), target)
        kernel = kernel - rate * kernel_gradient(image, upstream)
        kernels.append(kernel)
        losses.append(mean_squared_error(correlate2d(image, kernel), target))
    return Descent(np.array(kernels), np.array(losses))


def mean_squared_error(output: np.ndarray, target: np.ndarray) -> float:
    """Return the mean of ``(output - target) ** 2``."""
    return float(np.mean((np.asarray(output, float) - target) ** 2))


def mean_squared_error_gradient(output: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return how the mean squared error changes with each output: ``2 * (output - target) / N``."""
    return 2 * (np.asarray(output, float) - target) / np.size(output)


def curvature(image: np.ndarray, kernel_shape: Sequence[int]) -> np.ndarray:
    """Return the second derivatives of the mean squared error by the weights of a kernel.

    They depend on the image alone: with every window that the kernel sees as a row of a matrix P,
    N of them, they are ``2 / N * P.T @ P``.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype.
    kernel_shape : (int, int)
        The kernel's height kh and width kw.

    Returns
    -------
    ndarray of float64, shape (kh * kw, kh * kw)
        Its largest eigenvalue is the loss's strongest curvature, its smallest the weakest.
    """
    windows = sliding_window_view(np.asarray(image, float), tuple(kernel_shape))
    rows = windows.reshape(-1, int(np.prod(kernel_shape)))
    return 2 / len(rows) * rows.T @ rows


def largest_rate(image: np.ndarray, kernel_shape: Sequence[int]) -> float:
    """Return the rate from which on `learn_kernel` diverges: 2 / the strongest curvature."""
    return float(2 / np.linalg.eigvalsh(curvature(image, kernel_shape)).max())


def relu_gradient(x: np.ndarray, upstream: np.ndarray) -> np.ndarray:
    """Return the gradient before a ReLU: upstream where x is above 0, else 0."""
    return np.where(np.asarray(x) > 0, upstream, 0.0)


def max_pool_gradient(image: np.ndarray, upstream: np.ndarray, size: int = 2) -> np.ndarray:
    """Return the gradient before max pooling, stride = size: all of it to each window's largest.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        What was pooled.
    upstream : ndarray, shape (H // size, W // size)
        How the loss changes with each pooled value.
    size : int
        The windows' side. Of several largest pixels, the first gets it all.
    """
    image = np.asarray(image)
    gradient = np.zeros(image.shape)
    for (i, j), share in np.ndenumerate(np.asarray(upstream)):
        window = image[i * size : (i + 1) * size, j * size : (j + 1) * size]
        row, column = np.unravel_index(window.argmax(), window.shape)
        gradient[i * size + row, j * size + column] = share
    return gradient


def average_pool_gradient(upstream: np.ndarray, size: int = 2) -> np.ndarray:
    """Return the gradient before average pooling, stride = size: an equal share to each pixel.

    The image's sides are taken to be multiples of ``size``.
    """
    return np.kron(np.asarray(upstream, float), np.full((size, size), 1 / size**2))

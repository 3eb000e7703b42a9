"""Lesson 01: how many numbers an image holds, colours, grey, a dense layer's size, average images.

These are the reference answers, and two functions for the demonstrations. They are written
to be read and to be right for every input that the lesson names.
"""

from __future__ import annotations

import math
import string
from collections.abc import Sequence

import numpy as np

# How bright red, green and blue look: ITU-R Recommendation BT.601.
LUMA = np.array([0.299, 0.587, 0.114])


def count_values(height: int, width: int, channels: int = 1) -> int:
    """Count the numbers that an image holds.

    Parameters
    ----------
    height, width : int
        In pixels.
    channels : int
        1 for a greyscale image, 3 for red, green and blue.

    Returns
    -------
    int
        ``height * width * channels``.
    """
    return int(height) * int(width) * int(channels)


def hex_to_rgb(code: str) -> tuple[int, int, int]:
    """Read a colour's hexadecimal code, as it is written in web pages.

    Parameters
    ----------
    code : str
        Six hexadecimal digits in either case, with or without one ``#`` in front.

    Returns
    -------
    tuple of three ints
        Red, green and blue, each from 0 to 255.

    Raises
    ------
    ValueError
        If the string is anything else.
    """
    digits = code.removeprefix("#")
    # int(..., 16) would also take signs, spaces, underscores, "0x" and other alphabets' digits.
    if len(digits) != 6 or not set(digits) <= set(string.hexdigits):
        raise ValueError(f"{code!r} is not a colour: write six hexadecimal digits, as in '#0B6623'")
    red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    return red, green, blue


def to_grayscale(image: np.ndarray) -> np.ndarray:
    """Turn a colour image grey, as bright as its colours look.

    Parameters
    ----------
    image : ndarray, shape (H, W, 3)
        Red, green and blue, of any real dtype.

    Returns
    -------
    ndarray of float64, shape (H, W)
        ``0.299 R + 0.587 G + 0.114 B`` (ITU-R BT.601), on the image's own scale.
    """
    return np.asarray(image, float) @ LUMA


def dense_parameters(image_shape: Sequence[int], units: int) -> int:
    """Count the parameters of a dense layer that reads a flattened image.

    Parameters
    ----------
    image_shape : sequence of ints
        The image's shape: ``(H, W)``, ``(H, W, C)``, or of any other length.
    units : int
        How many units the layer has.

    Returns
    -------
    int
        One weight for each unit and each number in the image, and one bias for each unit.
    """
    inputs = math.prod(int(length) for length in image_shape)
    return inputs * int(units) + int(units)


def mean_image(images: np.ndarray, labels: np.ndarray, digit: int) -> np.ndarray:
    """Average all images that carry one label.

    Parameters
    ----------
    images : ndarray, shape (N, H, W)
        Of any real dtype.
    labels : ndarray, shape (N,)
        What each image shows.
    digit : int
        The label to average over.

    Returns
    -------
    ndarray of float64, shape (H, W)
        At each pixel the mean of that pixel over the images.

    Raises
    ------
    ValueError
        If no image has that label.
    """
    chosen = np.asarray(images)[np.asarray(labels) == digit]
    if len(chosen) == 0:
        raise ValueError(f"none of the {len(labels)} images has the label {digit}")
    return chosen.mean(axis=0, dtype=float)


def move_right(images: np.ndarray, pixels: int) -> np.ndarray:
    """Shift images to the right, or to the left by a negative number; zeros come in.

    Parameters
    ----------
    images : ndarray, shape (..., H, W)
        One image or many, of any dtype.
    pixels : int
        How far; less than the width in either direction.

    Returns
    -------
    ndarray, of that shape and dtype
    """
    width = images.shape[-1]
    moved = np.zeros_like(images)
    kept = width - abs(pixels)
    start = max(pixels, 0)
    moved[..., start : start + kept] = images[..., start - pixels : start - pixels + kept]
    return moved


def average_blocks(image: np.ndarray, size: int) -> np.ndarray:
    """Reduce an image by averaging blocks of ``size`` x ``size`` pixels.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        H and W are multiples of ``size``.
    size : int
        In pixels.

    Returns
    -------
    ndarray of float64, shape (H / size, W / size)
    """
    height, width = image.shape
    blocks = image.reshape(height // size, size, width // size, size)
    return blocks.mean(axis=(1, 3))

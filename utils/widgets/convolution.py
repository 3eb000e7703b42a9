"""Lesson 02's interactive figure: a kernel stepping over an image."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as ipw
import numpy as np

from utils import convolution, plots
from utils.plots import Picture
from utils.widgets.base import Interactive, Steps


def convolution_stepper(
    images: Mapping[str, np.ndarray], kernels: Mapping[str, np.ndarray], still: int = 1
) -> Interactive:
    """Step a kernel over an image, number by number.

    Parameters
    ----------
    images, kernels : mapping of str to ndarray
        The choices, by name; the first of each comes first. All small: every number is
        drawn.
    still : int
        The step that the still picture shows.

    Returns
    -------
    Interactive
        Controls ``image``, ``kernel`` and ``step``. Shows the window on the image, the kernel, the
        products, their sum, and the output as far as it is filled.
    """
    image = ipw.Dropdown(options=list(images), description="image")
    kernel = ipw.Dropdown(options=list(kernels), description="kernel")
    steps = Steps(_positions(images[image.value], kernels[kernel.value]))

    def restart(change: object) -> None:
        steps.restart(_positions(images[image.value], kernels[kernel.value]))

    image.observe(restart, names="value")
    kernel.observe(restart, names="value")

    def draw(image: str, kernel: str, step: int) -> tuple[Picture, str]:
        return draw_step(images[image], kernels[kernel], step)

    layout = ipw.VBox([ipw.HBox([image, kernel]), steps.row])
    controls = {"image": image, "kernel": kernel, "step": steps.slider}
    return Interactive(controls, draw, layout, still={"step": still})


def _positions(image: np.ndarray, kernel: np.ndarray) -> int:
    """Return at how many positions a kernel fits into an image."""
    return convolution.correlate2d(image, kernel).size


def draw_step(image: np.ndarray, kernel: np.ndarray, step: int) -> tuple[Picture, str]:
    """Draw one position of a kernel on an image, and say its sum in a line.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        The image.
    kernel : ndarray, shape (kh, kw)
        The kernel.
    step : int
        The position, counted from 1, row by row.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    output = convolution.correlate2d(image, kernel)
    step = min(step, output.size)
    row, column = divmod(step - 1, output.shape[1])
    kh, kw = kernel.shape
    window = image[row : row + kh, column : column + kw]
    products = window * kernel
    so_far = np.where(np.arange(output.size).reshape(output.shape) < step, output, np.nan)
    line = f"Position {step} of {output.size}: {_sum_in_words(window, kernel, output[row, column])}"
    parts = {
        "image": (image, (row, column, kh, kw)),
        "kernel": (kernel, None),
        "products": (products, None),
        "output": (so_far, (row, column, 1, 1)),
    }
    widths = [values.shape[1] for values, _ in parts.values()]
    tallest = max(values.shape[0] for values, _ in parts.values())
    drawn, axes = plots.figure(
        (sum(widths) + 5) * plots.CELL,
        (tallest + 0.8) * plots.CELL,
        1,
        7,
        width_ratios=_spread(widths),
    )
    for ax, text in zip(axes[1::2], ("×", "=", "sum →"), strict=True):
        plots.sign(ax, text)
    limit = np.abs(output).max()
    for ax, (title, (values, frame)) in zip(axes[::2], parts.items(), strict=True):
        scale = limit if title == "output" else None
        plots.matrix(ax, values, title, window=frame, limit=scale)
    return Picture(drawn, line), line


def _spread(widths: list[int]) -> list[float]:
    """Return the width ratios of matrices with a sign between each two."""
    first, *rest = widths
    return [first, *(ratio for width in rest for ratio in (1.4, width))]


def _sum_in_words(window: np.ndarray, kernel: np.ndarray, total: float) -> str:
    """Return the sum of products as it is written on paper: ``1×1 + 2×2 = 5``."""
    terms = " + ".join(
        f"{_term(pixel)}×{_term(weight)}"
        for pixel, weight in zip(window.flat, kernel.flat, strict=True)
    )
    return f"{terms} = {_term(total)}"


def _term(value: float) -> str:
    """Return a number as text, in brackets if it is negative."""
    text = plots.signed(f"{float(value):.4g}")
    return f"({text})" if value < 0 else text

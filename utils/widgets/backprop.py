"""Interactive figures of lesson 10, and the drawings that they share with its still ones."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import SupportsFloat

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes

from utils import backprop, convolution, plots
from utils.plots import Picture
from utils.widgets.base import Interactive, Steps

FLOOR = 1e-16  # the smallest loss that is drawn
CORNERS = ("top left", "top right", "bottom left", "bottom right")


def weight_tuner(image: np.ndarray, target: np.ndarray, kernel: np.ndarray) -> Interactive:
    """Turn the four weights of a kernel by hand, and watch output, error, loss and slopes.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Small: every number is drawn.
    target : ndarray, shape (H - 1, W - 1)
        The right output.
    kernel : ndarray, shape (2, 2)
        Where the weights start.

    Returns
    -------
    Interactive
        Controls ``top left``, ``top right``, ``bottom left`` and ``bottom right``. Says the mean
        squared error and its slope along each weight.
    """
    sliders = {
        name: ipw.FloatSlider(
            value=weight, min=-6, max=6, step=0.1, description=name, readout_format=".1f"
        )
        for name, weight in zip(CORNERS, np.ravel(kernel), strict=True)
    }

    def draw(**weights: float) -> tuple[Picture, str]:
        return draw_tuning(image, target, np.array(list(weights.values())).reshape(2, 2))

    one, two, three, four = sliders.values()
    layout = ipw.VBox([ipw.HBox([one, two]), ipw.HBox([three, four])])
    return Interactive(sliders, draw, layout, still={"bottom right": 0.0})


def draw_tuning(image: np.ndarray, target: np.ndarray, kernel: np.ndarray) -> tuple[Picture, str]:
    """Draw what a 2x2 kernel makes of an image, what is wrong with it, and where downhill is."""
    output = convolution.correlate2d(image, kernel)
    loss = backprop.mean_squared_error(output, target)
    upstream = backprop.mean_squared_error_gradient(output, target)
    slopes = backprop.kernel_gradient(image, upstream)
    listed = ", ".join(
        f"{name} {_number(slope)}" for name, slope in zip(CORNERS, slopes.flat, strict=True)
    )
    line = f"Loss {_number(loss)}. Slopes: {listed}."
    parts = [("kernel", kernel), ("output", output), ("target", target)]
    parts += [("output − target", output - target), ("slopes", _rounded(slopes))]
    signs = ["→", "", "", "→"]
    widths = [2.2, 0.7, 3, 0.3, 3, 0.3, 3, 0.7, 2.2]
    drawn, axes = plots.figure(
        (sum(widths) + 2.5) * plots.CELL, 4.8 * plots.CELL, 1, 9, width_ratios=widths
    )
    for ax, text in zip(axes[1::2], signs, strict=True):
        plots.sign(ax, text)
    for ax, (title, values) in zip(axes[::2], parts, strict=True):
        plots.matrix(ax, values, title, room=3)
    drawn.supxlabel(f"loss: the mean of the squared differences = {_number(loss)}", fontsize=11)
    return Picture(drawn, line), line


def kernel_gradient_stepper(image: np.ndarray, upstream: np.ndarray) -> Interactive:
    """Step from weight to weight, and see which pixels it met, and what came back from there.

    Parameters
    ----------
    image, upstream : ndarray
        Small: every number is drawn.

    Returns
    -------
    Interactive
        Control ``weight``. Says the sum that makes the weight's gradient.
    """
    count = backprop.kernel_gradient(image, upstream).size
    steps = Steps(count, "weight")

    def draw(weight: int) -> tuple[Picture, str]:
        return draw_weight(image, upstream, weight)

    return Interactive({"weight": steps.slider}, draw, steps.row, still={"weight": count})


def draw_weight(image: np.ndarray, upstream: np.ndarray, weight: int) -> tuple[Picture, str]:
    """Draw how the gradient of a weight is computed, and return it as a sum in words.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        The image.
    upstream : ndarray, shape (h, w)
        The gradient that comes back from the output.
    weight : int
        Which weight of the kernel, counted from 1, row by row.
    """
    gradient = backprop.kernel_gradient(image, upstream)
    row, column = divmod(weight - 1, gradient.shape[1])
    h, w = upstream.shape
    pixels = image[row : row + h, column : column + w]
    terms = [
        f"{_number(pixel)}×{_number(share)}"
        for pixel, share in zip(pixels.flat, upstream.flat, strict=True)
    ]
    line = (
        f"Weight {weight} of {gradient.size}, row {row}, column {column}: "
        f"{' + '.join(terms)} = {_number(gradient[row, column])}"
    )
    widths = [image.shape[1], 1, w, 1, w, 2, 1.5 * gradient.shape[1]]
    drawn, axes = plots.figure(
        (sum(widths) + 3) * plots.CELL,
        (image.shape[0] + 0.9) * plots.CELL,
        1,
        7,
        width_ratios=widths,
    )
    for ax, text in zip(axes[1::2], ("×", "=", "sum →"), strict=True):
        plots.sign(ax, text)
    room = image.shape[0]
    plots.matrix(axes[0], image, "image", window=(row, column, h, w), room=room)
    plots.matrix(axes[2], upstream, "upstream", room=room)
    plots.matrix(axes[4], pixels * upstream, "products", room=room)
    plots.matrix(
        axes[6],
        _up_to(gradient, weight),
        "kernel gradient",
        window=(row, column, 1, 1),
        limit=np.abs(gradient).max(),
        room=3,
    )
    return Picture(drawn, line), line


def image_gradient_stepper(kernel: np.ndarray, upstream: np.ndarray) -> Interactive:
    """Step from pixel to pixel, and see which outputs looked at it, and through which weights.

    Parameters
    ----------
    kernel, upstream : ndarray
        Small: every number is drawn.

    Returns
    -------
    Interactive
        Control ``pixel``. Says the sum that makes the pixel's gradient.
    """
    shape = backprop.image_gradient(kernel, upstream).shape
    steps = Steps(shape[0] * shape[1], "pixel")

    def draw(pixel: int) -> tuple[Picture, str]:
        return draw_pixel(kernel, upstream, pixel)

    middle = shape[1] * (shape[0] // 2 - 1) + shape[1] // 2
    return Interactive({"pixel": steps.slider}, draw, steps.row, still={"pixel": middle})


def draw_pixel(kernel: np.ndarray, upstream: np.ndarray, pixel: int) -> tuple[Picture, str]:
    """Draw how the gradient of a pixel is computed, and return it as a sum in words.

    Parameters
    ----------
    kernel : ndarray, shape (kh, kw)
        The kernel.
    upstream : ndarray, shape (h, w)
        The gradient that comes back from the output.
    pixel : int
        Which pixel of the image, counted from 1, row by row.
    """
    gradient = backprop.image_gradient(kernel, upstream)
    row, column = divmod(pixel - 1, gradient.shape[1])
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    met: np.ndarray = np.full((h, w), np.nan)
    for i, j in np.ndindex(h, w):
        if 0 <= row - i < kh and 0 <= column - j < kw:
            met[i, j] = kernel[row - i, column - j]
    terms = [
        f"{_number(upstream[i, j])}×{_number(met[i, j])}"
        for i, j in np.ndindex(h, w)
        if not np.isnan(met[i, j])
    ]
    line = (
        f"Pixel {pixel} of {gradient.size}, row {row}, column {column}: "
        f"{' + '.join(terms)} = {_number(gradient[row, column])}"
    )
    widths = [w, 1.4, w, 1.4, gradient.shape[1]]
    drawn, axes = plots.figure(
        (sum(widths) + 2.5) * plots.CELL,
        (gradient.shape[0] + 0.9) * plots.CELL,
        1,
        5,
        width_ratios=widths,
    )
    room = gradient.shape[0]
    i, j = np.argwhere(~np.isnan(met))[0]
    counts = np.ptp(np.argwhere(~np.isnan(met)), axis=0) + 1
    window = (i, j, *counts)
    plots.matrix(axes[0], upstream, "upstream", window=window, room=room)
    plots.sign(axes[1], "×")
    plots.matrix(axes[2], met, "weights it met", window=window, room=room)
    plots.sign(axes[3], "sum →")
    plots.matrix(
        axes[4],
        _up_to(gradient, pixel),
        "image gradient",
        window=(row, column, 1, 1),
        limit=np.abs(gradient).max(),
        room=room,
    )
    return Picture(drawn, line), line


def descent_player(
    images: Mapping[str, np.ndarray],
    kernel: np.ndarray,
    shares: Mapping[str, float],
    steps: int,
    still: Sequence[int],
) -> Interactive:
    """Play gradient descent: a kernel finds out, step by step, how a target was made.

    Parameters
    ----------
    images : mapping of str to ndarray
        The choices, by name.
    kernel : ndarray, shape (kh, kw)
        The kernel that made the target, which descent should find.
    shares : mapping of str to float
        Learning rates by name, each as a share of the largest that converges.
    steps : int
        How many steps there are.
    still : sequence of int
        The steps that the still figure shows, side by side.

    Returns
    -------
    Interactive
        Controls ``image``, ``rate`` and ``step``. Shows the kernel so far, its output, the target
        and the loss of all steps.
    """
    image = ipw.Dropdown(options=list(images), description="image")
    rate = ipw.Dropdown(options=list(shares), description="rate")
    if "right" in shares:
        rate.value = "right"
    player = _StepsFromZero(steps)
    for control in (image, rate):
        control.observe(lambda change: player.restart(steps), names="value")

    @functools.cache
    def run(image: str, rate: str) -> tuple[float, np.ndarray, backprop.Descent]:
        pixels = images[image]
        step_size = shares[rate] * backprop.largest_rate(pixels, kernel.shape)
        target = convolution.correlate2d(pixels, kernel)
        return step_size, target, backprop.descend(pixels, target, kernel.shape, steps, step_size)

    def draw(image: str, rate: str, step: int | Sequence[int]) -> tuple[Picture, str]:
        step_size, target, descent = run(image, rate)
        chosen = [step] if isinstance(step, int) else list(step)
        lines = [_tell_step(descent, at, step_size, kernel) for at in chosen]
        return draw_descent(images[image], target, descent, chosen, " ".join(lines)), lines[-1]

    layout = ipw.VBox([ipw.HBox([image, rate]), player.row])
    controls = {"image": image, "rate": rate, "step": player.slider}
    return Interactive(controls, draw, layout, still={"step": tuple(still)})


class _StepsFromZero(Steps):
    """Steps counted from 0, where nothing has been learned yet."""

    def __init__(self, count: int):
        super().__init__(count, "step")
        self.slider.min = self.play.min = 0
        self.slider.value = self.play.value = 0
        self.play.interval = 400

    def restart(self, count: int) -> None:
        """Begin again at step 0 of ``count``."""
        self.slider.value = 0
        self.slider.max = self.play.max = count

    def _move(self, by: int) -> None:
        """Go some steps, staying within the range."""
        self.slider.value = min(max(self.slider.value + by, 0), self.slider.max)


def _tell_step(descent: backprop.Descent, step: int, rate: float, kernel: np.ndarray) -> str:
    """Return the state of a descent as a line of text."""
    off = np.abs(descent.kernels[step] - kernel).max()
    return (
        f"Step {step} of {len(descent.losses) - 1}, rate {_number(rate)}: "
        f"loss {_number(descent.losses[step])}, the kernel is off by at most {_number(off)}."
    )


def draw_descent(
    image: np.ndarray,
    target: np.ndarray,
    descent: backprop.Descent,
    steps: Sequence[int],
    alt: str,
) -> Picture:
    """Draw some steps of a descent: each kernel and its output; the target and the loss once."""
    if len(steps) == 1:
        drawn, axes = plots.figure(9, 2.25, 1, 4, width_ratios=[1, 1, 1, 1.5])
        kernels, outputs, shown, curve = axes[:1], axes[1:2], axes[2], axes[3]
    else:
        widths = [1.0] * len(steps) + [1.4]
        drawn, axes = plots.figure(9, 4.4, 2, len(steps) + 1, width_ratios=widths)
        kernels, outputs, curve, shown = axes[0, :-1], axes[1, :-1], axes[0, -1], axes[1, -1]
    limit = np.abs(target).max()
    for above, below, step in zip(kernels, outputs, steps, strict=True):
        plots.matrix(above, _rounded(descent.kernels[step]), f"kernel, step {step}", limit=2)
        output = convolution.correlate2d(image, descent.kernels[step])
        plots.image(below, output, "its output", vmin=-limit, vmax=limit)
    plots.image(shown, target, "target", vmin=-limit, vmax=limit)
    draw_loss(curve, descent.losses, steps)
    return Picture(drawn, alt)


def draw_loss(ax: Axes, losses: np.ndarray, steps: Sequence[int]) -> None:
    """Draw the loss of all steps, light, and up to the last chosen one, dark; mark those chosen.

    Losses below `FLOOR` are nothing but rounding. They are drawn there, and the title says so.
    """
    drawn = np.maximum(losses, FLOOR)
    ax.semilogy(drawn, color="#BBBBBB")
    ax.semilogy(drawn[: max(steps) + 1], color=plots.BLUE)
    ax.plot(
        list(steps),
        drawn[list(steps)],
        "o",
        color=plots.ORANGE,
        markeredgecolor="black",
        clip_on=False,
    )
    ax.set_title("loss" if losses.min() >= FLOOR else "loss (drawn down to 10⁻¹⁶)")
    ax.set_xlabel("step")


def draw_paths(
    image: np.ndarray, kernel: np.ndarray, shares: Mapping[str, float], steps: int, alt: str
) -> Picture:
    """Draw the loss over the two weights of a kernel as a map, and ways down at several rates.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        The image.
    kernel : ndarray, shape (1, 2) or (2, 1)
        The kernel that made the target: the bottom of the valley.
    shares : mapping of str to float
        Learning rates by name, each as a share of the largest that converges.
    steps : int
        How many steps are drawn.
    alt : str
        A sentence that says what the figure shows.
    """
    target = convolution.correlate2d(image, kernel)
    rim = np.linspace(-1.0, 1.0, 61) * 1.7 * np.abs(kernel).max()
    first, second = kernel.flat[0] + rim, kernel.flat[1] + rim
    half = backprop.curvature(image, kernel.shape) / 2
    away = np.stack(np.meshgrid(rim, rim), axis=-1)
    heights = np.einsum("ijk,kl,ijl->ij", away, half, away)
    drawn, axes = plots.figure(9, 3.2, 1, len(shares), sharex=True, sharey=True)
    for ax, (name, share) in zip(axes, shares.items(), strict=True):
        rate = share * backprop.largest_rate(image, kernel.shape)
        descent = backprop.descend(image, target, kernel.shape, steps, rate)
        path = descent.kernels.reshape(len(descent.kernels), 2)
        ax.contour(first, second, np.sqrt(heights), levels=9, colors="#BBBBBB", linewidths=0.8)
        ax.plot(path[:, 0], path[:, 1], "o-", color=plots.BLUE, markersize=4, linewidth=1.2)
        ax.plot(*path[0], "o", color=plots.ORANGE, markersize=8, markeredgecolor="black")
        ax.plot(*kernel.flat, "*", color=plots.VERMILION, markersize=13, markeredgecolor="black")
        ax.set_title(f"{name}: rate {rate:.2g}\nloss {_number(descent.losses[-1])}")
        ax.set_xlabel("first weight")
        ax.set_xlim(first[0], first[-1])
        ax.set_ylim(second[0], second[-1])
        ax.set_aspect("equal")
    axes[0].set_ylabel("second weight")
    return Picture(drawn, alt)


def draw_errors(
    changes: np.ndarray,
    errors: Mapping[str, np.ndarray],
    orders: Mapping[str, int],
    rounding: float,
    alt: str,
) -> Picture:
    """Draw the error of a derivative against the size of the change, both axes logarithmic.

    Parameters
    ----------
    changes : ndarray, shape (n,)
        The sizes of change.
    errors : mapping of str to ndarray
        For each method, the error at each of them.
    orders : mapping of str to int
        For each method, the power of the change that its error should follow.
    rounding : float
        The distance between neighbouring floats near the function's value.
    alt : str
        A sentence that says what the figure shows.
    """
    drawn, ax = plots.figure(7, 3.8)
    for (name, values), colour, marker in zip(
        errors.items(), (plots.VERMILION, plots.BLUE), "o^", strict=True
    ):
        values = np.maximum(values, 1e-17)
        ax.loglog(changes, values, marker, color=colour, markersize=4, label=name)
        best = values.argmin()
        start = np.abs(np.log10(changes) + 1.5).argmin()
        line = values[start] * (changes / changes[start]) ** orders[name]
        shown = (np.arange(len(changes)) >= best) & (changes <= 1)
        ax.loglog(changes[shown], line[shown], color=colour, linewidth=1)
        ax.annotate(
            f"error ∝ eps{'²' if orders[name] == 2 else ''}",
            (changes[start], values[start]),
            textcoords="offset points",
            xytext=(10, -16) if orders[name] == 2 else (-80, 8),
            color=colour,
        )
    ax.loglog(
        changes,
        rounding / changes,
        color=plots.GREY,
        linestyle=":",
        label=f"rounding: {_number(rounding)} / eps",
    )
    ax.set_ylim(1e-14, 10)
    ax.set_xlim(changes[0] / 3, changes[-1] * 10)
    ax.set_xlabel("eps, the size of the change")
    ax.set_ylabel("error of the slope")
    ax.legend(frameon=False, loc="lower left")
    return Picture(drawn, alt)


def _up_to(values: np.ndarray, count: int) -> np.ndarray:
    """Return values with all but the first ``count`` of them, row by row, replaced by nan."""
    return np.where(np.arange(values.size).reshape(values.shape) < count, values, np.nan)


def _rounded(values: np.ndarray) -> np.ndarray:
    """Round numbers so that they fit into their squares: large ones to whole numbers."""
    rounded = np.where(np.abs(values) >= 100, np.round(values), np.round(values, 2))
    return rounded + 0.0  # there is no minus zero


def _number(value: SupportsFloat) -> str:
    """Return a number as text with a true minus sign, and small numbers as 1.2·10⁻⁵."""
    number = float(value)
    if abs(number) < 1e6 and (number == round(number) or abs(number) >= 1000):
        return plots.signed(f"{number + 0.0:.0f}")  # + 0.0: there is no minus zero
    if 1e-3 <= abs(number) < 1000:
        return plots.signed(f"{number:.4g}")
    mantissa, exponent = f"{number:.1e}".split("e")
    superscript = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return plots.signed(f"{mantissa}·10{superscript}")

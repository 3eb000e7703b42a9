"""Interactive figures, each of which is also a still picture.

In a running notebook an `Interactive` is a panel of controls and a drawing. Where there is no
kernel (on a web page, in a printed book) the same object shows a still that makes sense alone.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

import ipywidgets as ipw
import numpy as np

from utils import convolution, plots
from utils.plots import Picture

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


class Interactive:
    """A panel of controls over one drawing that follows them.

    Parameters
    ----------
    controls : mapping
        Names of ``draw``'s parameters to the ipywidgets whose values they take.
    draw : callable
        Returns the `Picture` for some values, and a line of text that says the same in words and
        numbers. The line is announced by screen readers when it changes.
    layout : widget, optional
        How the controls are arranged; one below the other by default.
    still : mapping, optional
        The values for the still picture, where they are not the controls' first.
    """

    def __init__(
        self,
        controls: Mapping[str, ipw.Widget],
        draw: Callable[..., tuple[Picture, str]],
        layout: ipw.Widget | None = None,
        still: Mapping[str, object] | None = None,
    ):
        self.controls = dict(controls)
        self._draw = draw
        self._still = dict(still or {})
        self.drawing = ipw.HTML()
        self.text = ipw.HTML()
        arranged = layout or ipw.VBox(list(self.controls.values()))
        self.panel = ipw.VBox([arranged, self.text, self.drawing])
        for control in self.controls.values():
            control.observe(self._update, names="value")
        self._drawn = False

    def values(self) -> dict[str, object]:
        """Return what the controls say now."""
        return {name: control.value for name, control in self.controls.items()}

    def refresh(self) -> None:
        """Draw again for what the controls say now."""
        picture, line = self._draw(**self.values())
        self.drawing.value = picture.svg
        self.text.value = f'<div role="status" aria-live="polite">{html.escape(line)}</div>'
        self._drawn = True

    def _update(self, change: object) -> None:
        """Follow a control, once the panel is on show."""
        if self._drawn:
            self.refresh()

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        """Show the panel where there is a kernel, the still elsewhere."""
        self.refresh()
        picture, _ = self._draw(**(self.values() | self._still))
        data, metadata = picture._repr_mimebundle_()
        data[WIDGET_VIEW] = self.panel._repr_mimebundle_()[WIDGET_VIEW]
        return data, metadata


class Steps:
    """A slider over numbered steps with play, previous and next buttons.

    Attributes
    ----------
    slider : IntSlider
        Its value is the step, counted from 1.
    row : HBox
        The four controls.
    """

    def __init__(self, count: int, description: str = "position"):
        self.slider = ipw.IntSlider(
            value=1, min=1, max=count, description=description, layout=ipw.Layout(width="22em")
        )
        self.play = ipw.Play(value=1, min=1, max=count, interval=900, show_repeat=False)
        ipw.jslink((self.play, "value"), (self.slider, "value"))
        narrow = ipw.Layout(width="7em")
        previous = ipw.Button(description="previous", icon="step-backward", layout=narrow)
        following = ipw.Button(description="next", icon="step-forward", layout=narrow)
        previous.on_click(lambda _: self._move(-1))
        following.on_click(lambda _: self._move(+1))
        self.row = ipw.HBox([self.play, previous, following, self.slider])

    def restart(self, count: int) -> None:
        """Begin again at step 1 of ``count``."""
        self.slider.value = 1
        self.slider.max = self.play.max = count

    def _move(self, by: int) -> None:
        """Go some steps, staying within the range."""
        self.slider.value = min(max(self.slider.value + by, 1), self.slider.max)


def convolution_stepper(
    images: Mapping[str, np.ndarray], kernels: Mapping[str, np.ndarray], still: int = 1
) -> Interactive:
    """Step a kernel over an image, number by number.

    Parameters
    ----------
    images, kernels : mapping of str to ndarray
        What can be chosen from, by name; the first of each comes first. All small: every number is
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
    """Write the sum of products as one does on paper: ``1×1 + 2×2 = 5``."""
    terms = " + ".join(
        f"{_term(pixel)}×{_term(weight)}"
        for pixel, weight in zip(window.flat, kernel.flat, strict=True)
    )
    return f"{terms} = {_term(total)}"


def _term(value: float) -> str:
    """Write a number for a sum: a negative one in brackets."""
    text = f"{float(value):.4g}".replace("-", "−")
    return f"({text})" if value < 0 else text

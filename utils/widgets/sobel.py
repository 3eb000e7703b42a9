"""Interactive figures of lesson 03: a workbench for 3x3 kernels, and a threshold on edges."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as ipw
import numpy as np
import traitlets

from utils import convolution, plots, sobel
from utils.plots import Picture
from utils.widgets.base import Interactive

OWN = "your own"


class KernelEditor(traitlets.HasTraits):
    """Nine boxes for the numbers of a 3x3 kernel, one to divide them by, and a list to choose from.

    Parameters
    ----------
    kernels : mapping of str to ndarray, shape (3, 3)
        The choices; the first is shown first.

    Attributes
    ----------
    value : tuple of (str, tuple of nine floats, float)
        The kernel's name, its numbers row by row, and their divisor. It changes once for each
        choice, not nine times.
    choice, divisor : widgets
        The list, and the box to divide by.
    boxes : list of FloatText
        The nine boxes.
    """

    value = traitlets.Tuple()

    def __init__(self, kernels: Mapping[str, np.ndarray]):
        super().__init__()
        self._kernels = dict(kernels)
        self.choice = ipw.Dropdown(options=[*self._kernels, OWN], description="kernel")
        self.boxes = [
            _number_box(f"row {row}, column {column}") for row in (1, 2, 3) for column in (1, 2, 3)
        ]
        self.divisor = _number_box("divide by", low=0.01, at_once=False)
        self.grid = ipw.VBox([ipw.HBox(self.boxes[start : start + 3]) for start in (0, 3, 6)])
        self._filling = False
        self._fill(self.choice.value)
        self.choice.observe(lambda change: self._fill(change.new), names="value")
        for box in (*self.boxes, self.divisor):
            box.observe(self._typed, names="value")

    def _fill(self, name: str) -> None:
        """Write the numbers of a chosen kernel into the boxes."""
        if self._filling:
            return
        if name in self._kernels:
            numbers, divisor = sobel.whole_numbers(self._kernels[name])
            self._filling = True
            for box, number in zip(self.boxes, numbers.flat, strict=True):
                box.value = number
            self.divisor.value = divisor
            self._filling = False
        self._tell()

    def _typed(self, change: object) -> None:
        """Call the kernel the student's own once a number was typed."""
        if not self._filling:
            self._filling = True
            self.choice.value = OWN
            self._filling = False
            self._tell()

    def _tell(self) -> None:
        """Set the value from the numbers in the boxes."""
        numbers = tuple(box.value for box in self.boxes)
        self.value = (self.choice.value, numbers, self.divisor.value)


def _number_box(label: str, low: float = -999, at_once: bool = True) -> ipw.BoundedFloatText:
    """Return a box for a number, its label beside it.

    Parameters
    ----------
    label : str
        The label beside it.
    low : float
        The smallest number that it takes.
    at_once : bool
        Whether the picture follows each key; if not, it waits for Enter, so that a 0 that is on its
        way to 0.5 is not taken for a number too small.
    """
    return ipw.BoundedFloatText(
        value=1,
        min=low,
        max=999,
        description=label,
        continuous_update=at_once,
        style={"description_width": "initial"},
        layout=ipw.Layout(width="13em"),
    )


def kernel_workbench(
    photographs: Mapping[str, np.ndarray],
    kernels: Mapping[str, np.ndarray] = sobel.KERNELS,
    still: str = "all edges",
) -> Interactive:
    """Choose or type a 3x3 kernel and see what it does to a photograph.

    Parameters
    ----------
    photographs : mapping of str to ndarray, shape (H, W)
        Grey pictures to choose from, 0 to 255.
    kernels : mapping of str to ndarray, shape (3, 3)
        Kernels to start from.
    still : str
        The kernel that the still picture shows.

    Returns
    -------
    Interactive
        Controls ``photograph`` and ``kernel``; the latter is a `KernelEditor`.
    """
    photograph = ipw.Dropdown(options=list(photographs), description="photograph")
    kernel = KernelEditor(kernels)

    def draw(photograph: str, kernel: tuple) -> tuple[Picture, str]:
        name, numbers, divisor = kernel
        weights = np.reshape(numbers, (3, 3)) / divisor
        return draw_filtered(photographs[photograph], photograph, weights, name)

    layout = ipw.VBox([ipw.HBox([photograph, kernel.choice, kernel.divisor]), kernel.grid])
    numbers, divisor = sobel.whole_numbers(kernels[still])
    shown = {"kernel": (still, tuple(numbers.flat), divisor)}
    return Interactive({"photograph": photograph, "kernel": kernel}, draw, layout, still=shown)


def draw_filtered(
    photograph: np.ndarray, subject: str, kernel: np.ndarray, name: str
) -> tuple[Picture, str]:
    """Draw a photograph, a kernel and the feature map, and return the map's numbers in a line."""
    result = convolution.correlate2d(photograph, kernel)
    total = kernel.sum()
    if abs(total) < 1e-9:
        strong = np.quantile(np.abs(result), 0.995) or 1
        title, limits = "result: grey is 0", {"vmin": -strong, "vmax": strong}
    else:
        title, limits = "result: 0 is black, 255 white", {"vmin": 0, "vmax": 255}
    line = (
        f"Kernel {name} on {subject}: its numbers add up to {_short(total)}, so a uniform patch of "
        f"100 becomes {_short(100 * total)}. The result runs from {_short(result.min())} to "
        f"{_short(result.max())}, with a mean of {_short(result.mean())}."
    )
    shape = photograph.shape[1] / photograph.shape[0]
    drawn, axes = plots.figure(
        6.4 * shape + 1.8, 3.5, 1, 5, width_ratios=[3.2 * shape, 0.25, 1.5, 0.25, 3.2 * shape]
    )
    plots.image(axes[0], photograph, f"photograph: {subject}", vmin=0, vmax=255)
    plots.sign(axes[1], "⋆")
    plots.matrix(axes[2], kernel, name)
    plots.sign(axes[3], "=")
    plots.image(axes[4], result, title, **limits)
    return Picture(drawn, line), line


def _short(value: float) -> str:
    """Return a number as text with at most two decimals and a true minus sign."""
    return plots.signed(f"{round(value, 2) + 0:,.6g}")


def edge_threshold(photographs: Mapping[str, np.ndarray], first: float = 0.2) -> Interactive:
    """Move the threshold of an edge map and watch edges go.

    Parameters
    ----------
    photographs : mapping of str to ndarray, shape (H, W)
        Grey pictures to choose from.
    first : float
        The initial threshold.

    Returns
    -------
    Interactive
        Controls ``photograph`` and ``threshold``.
    """
    photograph = ipw.Dropdown(options=list(photographs), description="photograph")
    threshold = ipw.FloatSlider(
        value=first,
        min=0,
        max=1,
        step=0.01,
        description="threshold",
        layout=ipw.Layout(width="26em"),
        continuous_update=False,
    )

    def draw(photograph: str, threshold: float) -> tuple[Picture, str]:
        return draw_edges(photographs[photograph], photograph, threshold)

    layout = ipw.HBox([photograph, threshold])
    return Interactive({"photograph": photograph, "threshold": threshold}, draw, layout)


def draw_edges(photograph: np.ndarray, subject: str, threshold: float) -> tuple[Picture, str]:
    """Draw a photograph, its gradient's magnitude and its edges; return the number of edges."""
    magnitude = sobel.gradient_magnitude(*sobel.sobel(photograph))
    edges = sobel.edge_map(photograph, threshold)
    line = (
        f"Threshold {threshold:.2f} on {subject}: {threshold:.2f} × {magnitude.max():.1f} = "
        f"{threshold * magnitude.max():.1f}. {np.count_nonzero(edges):,} of {edges.size:,} pixels "
        f"are edges, {edges.mean():.1%}."
    )
    shape = photograph.shape[1] / photograph.shape[0]
    drawn, axes = plots.figure(9, 3 / shape + 0.3, 1, 3)
    plots.image(axes[0], photograph, f"photograph: {subject}", vmin=0, vmax=255)
    plots.image(axes[1], magnitude, f"magnitude, at most {magnitude.max():.0f}")
    plots.image(axes[2], ~edges, f"edges: at least {threshold:.2f} of it", vmin=0, vmax=1)
    return Picture(drawn, line), line

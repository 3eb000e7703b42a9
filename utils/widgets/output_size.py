"""Lesson 04's figures: where windows fall on an image, and how a network's shapes shrink."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from utils import output_size, plots
from utils.output_size import Shape
from utils.plots import BLUE, GREEN, GREY, ORANGE, VERMILION, Picture
from utils.widgets.base import Interactive

PADDINGS = ("valid", "same", "custom")
PALE_GREY = "#ECECEC"


def window_explorer(
    n: int = 6, k: int = 3, padding: str = "valid", p: int = 1, s: int = 2
) -> Interactive:
    """Move the four numbers that an output's size depends on, and see where the windows fall.

    Parameters
    ----------
    n, k, p, s : int
        Pixels, window, padding at each end, and stride, to begin with.
    padding : {"valid", "same", "custom"}
        What to add around the image; ``p`` counts only with ``"custom"``.

    Returns
    -------
    Interactive
        Controls ``padding``, ``n``, ``k``, ``p`` and ``s``. Shows the windows along one axis, how
        many of them see each pixel of an n x n image, and the formula with its numbers.
    """
    style, wide = {"description_width": "6.5em"}, ipw.Layout(width="22em")
    choice = ipw.Dropdown(options=PADDINGS, value=padding, description="padding", style=style)
    ranges = {
        "n": (n, 1, 12, "n (image)"),
        "k": (k, 1, 7, "k (window)"),
        "s": (s, 1, 5, "s (stride)"),
        "p": (p, 0, 3, "p (padding)"),
    }
    sliders = {
        name: ipw.IntSlider(
            value=value, min=low, max=high, description=text, style=style, layout=wide
        )
        for name, (value, low, high, text) in ranges.items()
    }

    def allow_custom(change: object) -> None:
        sliders["p"].disabled = choice.value != "custom"

    choice.observe(allow_custom, names="value")
    allow_custom(None)
    layout = ipw.HBox(
        [
            ipw.VBox([sliders["n"], sliders["k"], sliders["s"]]),
            ipw.VBox([choice, sliders["p"]]),
        ],
        layout=ipw.Layout(flex_flow="row wrap"),
    )
    return Interactive({"padding": choice, **sliders}, draw_windows, layout)


def draw_windows(
    n: int, k: int, s: int = 1, padding: str = "valid", p: int = 0
) -> tuple[Picture, str]:
    """Draw where the windows of a layer fall on an n x n image, and return the formula in a line.

    Parameters
    ----------
    n, k, s : int
        Pixels, window and stride along each axis.
    padding : {"valid", "same", "custom"}
        What is added around the image.
    p : int
        With ``"custom"``, how many pixels at each end.
    """
    added = {"valid": (0, 0), "same": output_size.same_padding(n, k, s), "custom": (p, p)}[padding]
    line = f"{_formula(n, k, s, padding, added)} {_unseen(n, k, added, s)}"
    drawn, (left, right) = plots.figure(9, 4.6, 1, 2, width_ratios=[1, 1])
    _draw_axis(left, n, k, added, s)
    _draw_grid(right, n, k, added, s)
    return Picture(drawn, line), line


def _formula(n: int, k: int, s: int, padding: str, added: tuple[int, int]) -> str:
    """Return the formula for the output's size with its numbers."""
    total = sum(added)
    if k > n + total:
        return f"A window of {k} does not fit into {n + total} pixels: there is no output."
    extra = f"2×{added[0]}" if padding == "custom" else str(total)
    steps = (n - k + total) / s
    size = int(steps) + 1
    said = f"floor(({n} − {k} + {extra}) / {s}) + 1 = floor({steps:.4g}) + 1 = {size}."
    if padding == "same":
        said = f"Added: {added[0]} before, {added[1]} after. {said}"
    return f"{said} Output: {size}×{size}."


def _unseen(n: int, k: int, added: tuple[int, int], s: int) -> str:
    """Return a sentence on how many pixels of the image no window covers."""
    along = output_size.times_seen(n, k, added, s)
    missing = np.flatnonzero(along == 0)
    if not missing.size:
        return "Every pixel is covered."
    unseen = n * n - (n - missing.size) ** 2
    which = _join([str(index) for index in missing])
    rows = "row and column" if missing.size == 1 else "rows and columns"
    return f"Not covered: {rows} {which}, {unseen} of {n * n} pixels."


def _join(words: Sequence[str]) -> str:
    """Join words as in a sentence: ``2, 5 and 6``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _draw_axis(ax: Axes, n: int, k: int, added: tuple[int, int], s: int) -> None:
    """Draw the pixels of one row, and below them every window as a bar."""
    before, after = added
    starts = output_size.window_starts(n, k, added, s)
    seen = output_size.times_seen(n, k, added, s)
    size = _font_size(n + before + after)
    for pixel in range(-before, n + after):
        inside = 0 <= pixel < n
        face, hatch = _look(seen[pixel] > 0 if inside else None)
        _square(ax, pixel, 0, face, hatch)
        if inside:
            box = {"facecolor": "white", "lw": 0, "pad": 1} if hatch else None
            ax.text(
                pixel + 0.5, 0.52, str(pixel), ha="center", va="center", fontsize=size, bbox=box
            )
    for number, start in enumerate(starts):
        top = 1.45 + number
        ax.add_patch(
            Rectangle((start + 0.06, top), k - 0.12, 0.72, facecolor=BLUE, alpha=0.85, lw=0)
        )
        label = str(number)
        ax.text(
            start + k / 2, top + 0.38, label, ha="center", va="center", fontsize=size, color="white"
        )
    if not starts:
        ax.text(n / 2, 2, "no window fits", ha="center", va="center", fontsize=11, color=VERMILION)
    _frame(ax, -before, n + after, max(len(starts) + 1.5, 3))
    ax.set_title("one row: pixels, and the windows on them")


def _draw_grid(ax: Axes, n: int, k: int, added: tuple[int, int], s: int) -> None:
    """Draw the image with the number of windows that see each pixel."""
    before, after = added
    along = output_size.times_seen(n, k, added, s)
    counts = np.outer(along, along)
    size = _font_size(n + before + after)
    most = max(counts.max(), 1)
    for row in range(-before, n + after):
        for column in range(-before, n + after):
            inside = 0 <= row < n and 0 <= column < n
            count = counts[row, column] if inside else None
            face, hatch = _look(None if count is None else count > 0, (count or 0) / most)
            _square(ax, column, row, face, hatch)
            if inside:
                ax.text(
                    column + 0.5,
                    row + 0.52,
                    str(count),
                    ha="center",
                    va="center",
                    fontsize=size,
                    bbox={"facecolor": "white", "lw": 0, "pad": 1} if not count else None,
                )
    if output_size.window_starts(n, k, added, s):
        ax.add_patch(Rectangle((-before, -before), k, k, fill=False, edgecolor=ORANGE, lw=3))
    _frame(ax, -before, n + after, n + after, top=-before)
    ax.set_title("the image: how many windows see each pixel")


def _look(seen: bool | None, share: float = 0.4) -> tuple[object, str | None]:
    """Return the colour and hatching of a pixel: padding (None), not covered, or covered."""
    if seen is None:
        return PALE_GREY, None
    if not seen:
        return "#FBE3D6", "////"
    return tuple(1 - (0.1 + 0.5 * share) * (1 - np.array(plots.mpl.colors.to_rgb(BLUE)))), None


def _square(ax: Axes, column: float, row: float, face: object, hatch: str | None) -> None:
    """Draw one pixel."""
    edge = VERMILION if hatch else GREY
    ax.add_patch(
        Rectangle((column, row), 1, 1, facecolor=face, edgecolor=edge, hatch=hatch, linewidth=0.8)
    )


def _font_size(cells: int) -> float:
    """Return a size of text that fits into a square, when so many share the axis."""
    return float(np.clip(95 / cells, 7, 11))


def _frame(ax: Axes, left: float, right: float, bottom: float, top: float = 0) -> None:
    """Set the part of the plane that is on show."""
    ax.set_xlim(left - 0.1, right + 0.1)
    ax.set_ylim(bottom + 0.1, top - 0.1)
    ax.set_aspect("equal", anchor="N")
    ax.axis("off")


def draw_network(chains: Mapping[str, Sequence[Shape]], steps: Sequence[str], alt: str) -> Picture:
    """Draw networks as rows of boxes, as wide and high as the layers' shapes, which stand below.

    Parameters
    ----------
    chains : mapping of str to sequence of tuple
        For each row its name and its shapes: the input's, and one after each layer. Where a shape
        is not the first row's at that place, it is written in vermilion.
    steps : sequence of str
        The layers' names, one fewer than shapes.
    alt : str
        A sentence that says what the figure shows.
    """
    first = next(iter(chains.values()))
    largest = max(shape[0] for shape in first if len(shape) == 3)
    unit = 9 / len(first)
    drawn, axes = plots.figure(9, 1.5 * unit * len(chains), len(chains), 1, squeeze=False)
    for ax, (name, shapes) in zip(axes[:, 0], chains.items(), strict=True):
        for place, shape in enumerate(shapes):
            _draw_shape(ax, place, shape, largest, shape == first[place])
        for place, step in enumerate(steps):
            ax.text(place + 0.5, -0.42, f"{step} →", ha="center", va="center", fontsize=8.5)
        ax.text(-0.45, 0.82, name, ha="left", va="bottom", fontsize=11)
        ax.set_xlim(-0.5, len(shapes) - 0.5)
        ax.set_ylim(-0.5, 0.95)
        ax.set_aspect("equal")
        ax.axis("off")
    return Picture(drawn, alt)


def _draw_shape(ax: Axes, place: int, shape: Shape, largest: int, agrees: bool) -> None:
    """Draw one shape and its numbers: a box for a volume, a bar for a flat one.

    The box's depth and the bar's height grow with the logarithm of the channels or units.
    """
    colour = BLUE if len(shape) == 3 else GREEN
    if len(shape) == 3:
        height, width = (0.62 * side / largest for side in shape[:2])
        depth = 0.022 * np.log2(shape[2] + 1)
    else:
        height, width, depth = 0.048 * np.log2(shape[0] + 1), 0.07, 0.0
    left, right = place - width / 2, place + width / 2
    front = [(left, 0), (right, 0), (right, height), (left, height)]
    top = [(left, height), (right, height), (right + depth, height + depth)]
    top.append((left + depth, height + depth))
    side = [(right, 0), (right, height), (right + depth, height + depth), (right + depth, depth)]
    for corners, share in [(top, 0.2), (side, 0.55), (front, 0.35)]:
        face = tuple(1 - share * (1 - np.array(plots.mpl.colors.to_rgb(colour))))
        ax.add_patch(Polygon(corners, facecolor=face, edgecolor=colour, lw=1, joinstyle="round"))
    ax.text(
        place,
        -0.15,
        "×".join(f"{side:,}" for side in shape),
        ha="center",
        va="center",
        fontsize=9,
        color="black" if agrees else VERMILION,
        fontweight="normal" if agrees else "bold",
    )

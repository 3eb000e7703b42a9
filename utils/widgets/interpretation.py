"""Lesson 14's pictures: a digit to draw and to cover, with what a network makes of it."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as ipw
import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap

from utils import interpretation, plots, training
from utils.keras_setup import keras
from utils.plots import Picture
from utils.widgets.base import Interactive
from utils.widgets.pad import Grid

SIGNED = LinearSegmentedColormap.from_list("signed", [plots.VERMILION, "white", plots.BLUE])
PENS = {
    "draw": {".": "#", "o": "x"},
    "cover": {".": "o", "#": "x"},
}
# What the pad shows before anything is drawn: a 4.
FOUR = """
..............
..............
.........#....
....#....#....
....#....#....
...##....#....
...#....##....
...#....#.....
...######.....
........#.....
.......##.....
.......#......
.......#......
..............
""".strip()


class DigitGrid(Grid):
    """A digit to draw on, and to cover.

    Attributes
    ----------
    value : str
        As `interpretation.format_cells` writes it.
    """

    states = traitlets.Dict(
        {".": "paper", "#": "ink", "o": "covered paper", "x": "covered ink"}
    ).tag(sync=True)
    pen = traitlets.Dict(PENS["draw"]).tag(sync=True)
    cell = traitlets.Int(22).tag(sync=True)
    label = traitlets.Unicode("digit: arrow keys move, space draws or covers").tag(sync=True)

    @traitlets.validate("value")
    def _check(self, proposal: dict) -> str:
        """Accept only cells in the form that `interpretation.format_cells` writes."""
        return interpretation.format_cells(*interpretation.parse_cells(proposal["value"]))


def digit_pad(
    network: keras.Model, digits: Mapping[str, np.ndarray] | None = None, first: str = FOUR
) -> Interactive:
    """Let someone draw a digit, cover parts of it, and watch the verdict and the saliency map.

    Parameters
    ----------
    network : Model
        Trained; from (N, 28, 28, 1) to ten probabilities.
    digits : mapping of str to ndarray, shape (28, 28) or (28, 28, 1), optional
        Digits from 0 to 1 that can be loaded, by name.
    first : str
        The cells at the start, in the form of `interpretation.format_cells`.

    Returns
    -------
    Interactive
        One control, ``digit``, whose value is the cells' text. Beside the grid are the choice
        between drawing and covering, and buttons that clear and uncover.
    """
    grid = DigitGrid(value=first)

    def draw(digit: str) -> tuple[Picture, str]:
        return draw_verdict(network, *interpretation.parse_cells(digit))

    ink, covered = interpretation.parse_cells(first)
    covered[6:10, 2:6] = True
    pad = Interactive(
        {"digit": grid}, draw, still={"digit": interpretation.format_cells(ink, covered)}
    )
    tools = [_pen_choice(grid), ipw.HBox([_clear_button(grid), _uncover_button(grid)])]
    if digits:
        tools.append(_digit_choice(grid, digits))
    left = ipw.VBox([grid, *tools], layout=ipw.Layout(flex="0 0 auto"))
    right = ipw.VBox([pad.text, pad.drawing], layout=ipw.Layout(flex="1 1 24em", min_width="20em"))
    pad.panel = ipw.HBox([left, right], layout=ipw.Layout(flex_flow="row wrap"))
    return pad


def _pen_choice(grid: DigitGrid) -> ipw.ToggleButtons:
    """Return the choice between drawing and covering."""
    pen = ipw.ToggleButtons(options=list(PENS), style={"button_width": "7em"})

    def choose(change: dict) -> None:
        grid.pen = PENS[change["new"]]

    pen.observe(choose, names="value")
    return pen


def _clear_button(grid: DigitGrid) -> ipw.Button:
    """Return a button that empties the grid."""
    button = ipw.Button(description="clear", layout=ipw.Layout(width="7em"))
    blank = np.zeros((interpretation.CELLS, interpretation.CELLS), bool)
    button.on_click(lambda _: setattr(grid, "value", interpretation.format_cells(blank)))
    return button


def _uncover_button(grid: DigitGrid) -> ipw.Button:
    """Return a button that takes all covers away."""
    button = ipw.Button(description="uncover", layout=ipw.Layout(width="7em"))

    def uncover(_: object) -> None:
        ink, _covered = interpretation.parse_cells(grid.value)
        grid.value = interpretation.format_cells(ink)

    button.on_click(uncover)
    return button


def _digit_choice(grid: DigitGrid, digits: Mapping[str, np.ndarray]) -> ipw.Dropdown:
    """Return the choice of a digit to load."""
    choice = ipw.Dropdown(
        options=["your own", *digits], description="load", layout=ipw.Layout(width="15em")
    )

    def load(change: dict) -> None:
        if change["new"] in digits:
            cells = interpretation.cells_of(digits[change["new"]])
            grid.value = interpretation.format_cells(cells)

    choice.observe(load, names="value")
    return choice


def draw_verdict(network: keras.Model, ink: np.ndarray, covered: np.ndarray) -> tuple[Picture, str]:
    """Draw what a network sees of a digit, the saliency of its verdict, and its probabilities.

    Parameters
    ----------
    network : Model
        From (N, 28, 28, 1) to ten probabilities.
    ink, covered : ndarray of bool, shape (14, 14)
        Which cells have ink, and which are covered.

    Returns
    -------
    picture : Picture
        The figure.
    line : str
        The verdict, with and without the cover.
    """
    image, hidden = interpretation.render_cells(ink, covered)
    seen = np.where(hidden[..., np.newaxis], np.float32(0), image)
    whole, part = training.predictor(network)(np.stack([image, seen]))
    verdict = int(part.argmax())
    saliency = interpretation.saliency_map(network, seen, verdict)
    line = _say(whole, part, int(covered.sum()), float(saliency.max()))
    drawn, axes = plots.figure(8.4, 2.7, 1, 3, width_ratios=[1, 1, 1.2])
    plots.image(axes[0], seen[:, :, 0], "what it sees", vmin=0, vmax=1)
    _draw_cover(axes[0], hidden)
    plots.image(axes[1], saliency, f"saliency for {verdict}", vmin=0)
    _draw_probabilities(axes[2], whole, part, bool(covered.any()))
    return Picture(drawn, line), line


def _say(whole: np.ndarray, part: np.ndarray, covered: int, strongest: float) -> str:
    """Return the verdict in words and numbers."""
    line = f"Verdict: {part.argmax()} ({part.max():.2f})."
    if covered:
        line += f" {covered} cell{'s' if covered > 1 else ''} covered; without the cover: "
        line += f"{whole.argmax()} ({whole.max():.2f})."
    return f"{line} Largest saliency {strongest:.1e}."


def _draw_cover(ax: Axes, hidden: np.ndarray) -> None:
    """Tint the covered pixels of an image."""
    tint = np.zeros((*hidden.shape, 4))
    tint[hidden] = (0.34, 0.71, 0.91, 0.55)
    ax.imshow(tint, interpolation="nearest")


def _draw_probabilities(ax: Axes, whole: np.ndarray, part: np.ndarray, covered: bool) -> None:
    """Draw the ten probabilities, and where there is a cover those without it as outlines."""
    ax.bar(range(10), part, color=plots.BLUE, label="as it is")
    if covered:
        ax.bar(range(10), whole, fill=False, edgecolor=plots.BLACK, label="without the cover")
        ax.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    ax.set(xticks=range(10), ylim=(0, 1.02), xlabel="digit", ylabel="probability")


def draw_signed(ax: Axes, values: np.ndarray, limit: float, title: str | None = None) -> None:
    """Draw numbers as an image: blue if positive, orange if negative, white at 0."""
    plots.image(ax, values, title, cmap=SIGNED, vmin=-limit, vmax=limit)
    ax.axis("on")
    ax.set(xticks=[], yticks=[])
    for side in ax.spines.values():
        side.set(visible=True, color=plots.GREY)

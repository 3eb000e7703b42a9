"""Lesson 06's pictures: the letter to draw on with its verdict, and the chain in one strip."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as ipw
import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle

from utils import convolution, plots, pooling, xo_classifier
from utils.plots import Picture
from utils.widgets.base import Interactive
from utils.widgets.pad import Grid

CELL = 0.27  # inches, the side of one square of a map
SIGNED = LinearSegmentedColormap.from_list("signed", ["#EAAE7F", "white", "#7FB8D8"])
LETTER = LinearSegmentedColormap.from_list("letter", ["white", "#222222"])
COLOURS = {"X": plots.BLUE, "O": plots.VERMILION}


class LetterGrid(Grid):
    """A letter to draw on.

    Attributes
    ----------
    value : str
        The letter as its text file has it: lines of ``#`` and ``.``.
    label : str
        The grid's name for screen readers.
    """

    label = traitlets.Unicode("letter: arrow keys move, space draws or erases").tag(sync=True)

    @traitlets.validate("value")
    def _check(self, proposal: dict) -> str:
        """Accept only letters, in the text form that `xo_classifier.format_letter` writes."""
        return xo_classifier.format_letter(xo_classifier.parse_letter(proposal["value"]))


def letter_pad(
    features: Mapping[str, np.ndarray] = xo_classifier.FEATURES,
    templates: Mapping[str, np.ndarray] = xo_classifier.TEMPLATES,
    first: str = "x",
) -> Interactive:
    """Let someone draw a letter and watch the feature maps, the twelve numbers and the verdict.

    Parameters
    ----------
    features : mapping of str to ndarray
        Three features of 3x3 by name.
    templates : mapping of str to ndarray, shape (12,) each
        Two labels, X and O, and their templates.
    first : str
        The letter that is there at the start, a name for `xo_classifier.load_letter`.

    Returns
    -------
    Interactive
        One control, ``letter``, whose value is the letter's text. Its buttons clear the grid, load
        X or O, make the strokes thicker and move the letter by a pixel.
    """
    grid = LetterGrid(value=xo_classifier.format_letter(xo_classifier.load_letter(first)))

    def draw(letter: str, with_letter: bool = False) -> tuple[Picture, str]:
        return draw_verdict(xo_classifier.parse_letter(letter), features, templates, with_letter)

    pad = Interactive({"letter": grid}, draw, still={"with_letter": True})
    left = ipw.VBox([grid, *_buttons(grid)], layout=ipw.Layout(flex="0 0 auto"))
    right = ipw.VBox([pad.text, pad.drawing], layout=ipw.Layout(flex="1 1 24em", min_width="20em"))
    pad.panel = ipw.HBox([left, right], layout=ipw.Layout(flex_flow="row wrap"))
    return pad


def _buttons(grid: LetterGrid) -> list[ipw.HBox]:
    """Return rows of buttons that change the letter on a grid."""
    blank = np.full((xo_classifier.SIDE, xo_classifier.SIDE), -1)
    rows = [
        {
            "clear": lambda letter: blank,
            "load X": lambda letter: xo_classifier.load_letter("x"),
            "load O": lambda letter: xo_classifier.load_letter("o"),
        },
        {
            "move left": lambda letter: xo_classifier.move(letter, -1),
            "move right": lambda letter: xo_classifier.move(letter, 1),
        },
        {
            "move up": lambda letter: xo_classifier.move(letter, 0, -1),
            "move down": lambda letter: xo_classifier.move(letter, 0, 1),
        },
        {"thicker": xo_classifier.thicken},
    ]
    return [ipw.HBox([_button(grid, *action) for action in row.items()]) for row in rows]


def _button(
    grid: LetterGrid, description: str, change: Callable[[np.ndarray], np.ndarray]
) -> ipw.Button:
    """Return a button that puts ``change(letter)`` in the letter's place."""
    layout = ipw.Layout(width="auto", min_width="5.5em", flex="1 1 auto")
    button = ipw.Button(description=description, layout=layout)

    def press(_: object) -> None:
        letter = xo_classifier.parse_letter(grid.value)
        grid.value = xo_classifier.format_letter(change(letter))

    button.on_click(press)
    return button


def draw_verdict(
    letter: np.ndarray,
    features: Mapping[str, np.ndarray],
    templates: Mapping[str, np.ndarray],
    with_letter: bool = True,
) -> tuple[Picture, str]:
    """Draw a letter's three match maps, its twelve numbers and the two scores.

    Returns
    -------
    picture : Picture
        The figure.
    line : str
        Verdict, scores and the twelve numbers in words.
    """
    vector = xo_classifier.feature_vector(letter, features.values())
    label, scores = xo_classifier.classify(vector, templates)
    line = _say(vector, label, scores)
    drawn, ax = _board(32.5 if with_letter else 22.5, 15.9)
    left = 0.0
    if with_letter:
        _tiles(ax, letter, (0, 1.2), cmap=LETTER, numbers=False)
        _caption(ax, 4.5, 0.9, "letter")
        left = 10.0
    share = len(vector) // len(features)
    for index, (name, feature) in enumerate(features.items()):
        x = left + 7.75 * index
        _tiles(ax, xo_classifier.match_feature(letter, feature), (x, 1.2))
        _caption(ax, x + 3.5, 0.9, name)
        numbers = vector[share * index : share * (index + 1)]
        _tiles(ax, numbers[np.newaxis], (x, 9.7), cell=1.75, size=9)
        for place in range(share):
            position = share * index + place
            _marks(ax, position, (x + 1.75 * place, 9.7), templates)
    _caption(ax, left + 11.25, 9.4, "after ReLU and two poolings: twelve numbers")
    for row, (name, score) in enumerate(scores.items()):
        _bar(ax, (left, 12.9 + 1.5 * row), 15.0, name, score)
    verdict = _verdict(label, scores)
    ax.text(left + 22.3, 14.15, verdict, ha="right", va="center", fontsize=15, weight="bold")
    return Picture(drawn, line), line


def _board(width: float, height: float, cell: float = CELL) -> tuple[Figure, Axes]:
    """Return a figure and axes without ticks over all of it, in cells from the top left."""
    figure = Figure(figsize=((width + 0.4) * cell, height * cell))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.set_xlim(-0.2, width + 0.2)
    ax.set_ylim(height, 0)
    ax.axis("off")
    return figure, ax


def _caption(ax: Axes, x: float, y: float, text: str, **options: Any) -> None:
    """Write a line of text centred above a point."""
    defaults: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 10}
    ax.text(x, y, text, **(defaults | options))


def _tiles(
    ax: Axes,
    values: np.ndarray,
    corner: tuple[float, float],
    *,
    cell: float = 1.0,
    cmap: LinearSegmentedColormap = SIGNED,
    numbers: bool = True,
    size: float = 6.2,
) -> None:
    """Draw a matrix as tinted squares, with or without its numbers."""
    left, top = corner
    rows, columns = values.shape
    ax.pcolormesh(
        left + cell * np.arange(columns + 1),
        top + cell * np.arange(rows + 1),
        values,
        cmap=cmap,
        vmin=-1,
        vmax=1,
        edgecolors="#BBBBBB",
        linewidth=0.5,
    )
    for (row, column), value in np.ndenumerate(values) if numbers else ():
        x, y = left + cell * (column + 0.5), top + cell * (row + 0.52)
        ax.text(x, y, _short(value), ha="center", va="center", fontsize=size)


def _short(value: float) -> str:
    """Return a number between -1 and 1 as short text: .56, −.11, 0, 1."""
    text = f"{value:.0f}" if value == round(value) else f"{value:.2f}".replace("0.", ".")
    return plots.signed(text)


def _marks(
    ax: Axes, position: int, corner: tuple[float, float], templates: Mapping[str, np.ndarray]
) -> None:
    """Number a place in the vector, and write under it which templates count it."""
    left, top = corner
    ax.text(left + 0.1, top + 0.1, f"{position + 1}", va="top", fontsize=5.5, color="#555555")
    counting = [
        label for label, template in templates.items() if template[position] == template.max()
    ]
    for label in counting:
        colour = COLOURS.get(label, plots.BLACK)
        box = Rectangle((left + 0.07, top + 0.07), 1.61, 1.61, fill=False, ec=colour, lw=2)
        ax.add_patch(box)
    text = " ".join(counting)
    colour = COLOURS.get(text, plots.BLACK)
    _caption(ax, left + 0.875, top + 1.9, text, va="top", fontsize=9, color=colour, weight="bold")


def _bar(ax: Axes, corner: tuple[float, float], width: float, label: str, score: float) -> None:
    """Draw a score between 0 and 1 as a bar with its label and number."""
    left, top = corner
    colour = COLOURS.get(label, plots.BLACK)
    ax.text(left + 0.3, top + 0.5, label, va="center", fontsize=11, weight="bold", color=colour)
    full = width - 3.6
    ax.add_patch(Rectangle((left + 1.3, top), full, 1, fill=False, ec="#BBBBBB", lw=0.8))
    ax.add_patch(Rectangle((left + 1.3, top), full * max(score, 0), 1, color=colour, lw=0))
    ax.text(left + full + 1.7, top + 0.5, f"{score:.2f}", va="center", fontsize=11)


def _verdict(label: str, scores: Mapping[str, float]) -> str:
    """Return the verdict in a word or two."""
    return "a tie" if _is_tie(scores) else f"It says {label}"


def _is_tie(scores: Mapping[str, float]) -> bool:
    """Return whether the two best scores are equal, up to rounding."""
    best, second = sorted(scores.values(), reverse=True)[:2]
    return bool(np.isclose(best, second))


def _say(vector: np.ndarray, label: str, scores: Mapping[str, float]) -> str:
    """Return verdict, scores and vector as a text."""
    both = ", ".join(f"{name} scores {score:.2f}" for name, score in scores.items())
    verdict = "a tie" if _is_tie(scores) else label
    numbers = " ".join(f"{value:.2f}" for value in vector)
    return f"Verdict: {verdict}. {both}. The {len(vector)} numbers: {numbers}."


def draw_letters(
    letters: Sequence[tuple[str, np.ndarray]], alt: str, columns: int = 5, cell: float = 0.17
) -> Picture:
    """Draw letters side by side, with the lines of their 9x9 squares.

    Parameters
    ----------
    letters : sequence of (title, ndarray)
        A title may have several lines.
    alt : str
        A sentence that says what the figure shows.
    columns : int
        How many in a row.
    cell : float
        The side of one square, in inches.
    """
    columns = min(columns, len(letters))
    rows = -(-len(letters) // columns)
    side, gap = xo_classifier.SIDE, 2.5
    head = 0.5 + 0.22 / cell * max(title.count("\n") + 1 for title, _ in letters)
    drawn, ax = _board(columns * (side + gap) - gap, rows * (side + head) + 0.5, cell)
    for index, (title, letter) in enumerate(letters):
        row, column = divmod(index, columns)
        left, top = column * (side + gap), row * (side + head) + head
        _tiles(ax, letter, (left, top), cmap=LETTER, numbers=False)
        _caption(ax, left + side / 2, top - 0.5, title)
    return Picture(drawn, alt)


def draw_strip(letter: np.ndarray) -> Picture:
    """Draw the whole way from a letter to the verdict, one feature a row.

    From left to right: the letter, a feature, its match map, the map after ReLU, pooled once,
    pooled twice, all numbers in one list with the templates' places marked, and the two scores.
    """
    features, templates = xo_classifier.FEATURES, xo_classifier.TEMPLATES
    vector = xo_classifier.feature_vector(letter, features.values())
    label, scores = xo_classifier.classify(vector, templates)
    drawn, ax = _board(47.5, 26.2, cell=0.2)
    heads = {5: "letter", 12: "feature", 18.5: "match", 26.5: "ReLU", 33: "pool", 37.2: "pool"}
    for x, text in heads.items():
        _caption(ax, x, 1.4, text)
    _tiles(ax, letter, (0.5, 9.3), cmap=LETTER, numbers=False)
    for index, feature in enumerate(features.values()):
        middle = 5.5 + 8.3 * index
        found = xo_classifier.match_feature(letter, feature)
        rectified = convolution.relu(found)
        once = pooling.max_pool_same(rectified)
        twice = pooling.max_pool_same(once)
        for left, values in (
            (10.5, feature),
            (15, found),
            (23, rectified),
            (31, once),
            (36.2, twice),
        ):
            colours = LETTER if values is feature else SIGNED
            top = middle - len(values) / 2
            _tiles(ax, values, (left, top), cmap=colours, numbers=False)
        _arrow(ax, (9.7, 13.8 + (middle - 13.8) * 0.3), (10.4, middle))
        _arrow(ax, (38.4, middle), (39.6, 3.0 + 8.0 * index + 3.6))
    for position, value in enumerate(vector):
        _number(ax, position, value, (40.0, 1.8 + 2.0 * position), templates)
    _caption(ax, 41, 1.4, "12 numbers")
    for row, (name, score) in enumerate(scores.items()):
        _caption(
            ax, 45.4, 11.5 + 2.2 * row, f"{name} {score:.2f}", fontsize=13, color=COLOURS[name]
        )
    _caption(ax, 45.4, 16.6, f"→ {label}", fontsize=20, weight="bold", color=COLOURS[label])
    return Picture(
        drawn,
        f"A letter goes through three features; each gives a 7x7 match map, the map after ReLU, "
        f"4x4 and 2x2 after pooling. {_say(vector, label, scores)}",
    )


def _number(
    ax: Axes,
    position: int,
    value: float,
    corner: tuple[float, float],
    templates: Mapping[str, np.ndarray],
) -> None:
    """Draw one of the twelve numbers, framed in the colour of the template that counts it."""
    left, top = corner
    _tiles(ax, np.array([[value]]), corner, cell=2.0, size=9)
    for label, template in templates.items():
        if template[position] == template.max():
            frame = Rectangle(
                (left + 0.1, top + 0.1), 1.8, 1.8, fill=False, ec=COLOURS[label], lw=2
            )
            ax.add_patch(frame)
            ax.text(left + 2.3, top + 1, label, va="center", color=COLOURS[label], weight="bold")


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a thin arrow from one place to another."""
    ax.add_patch(
        FancyArrowPatch(start, end, arrowstyle="->", mutation_scale=9, color="#555555", lw=1)
    )

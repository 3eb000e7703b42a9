"""Figures: annotated matrices, image grids, and pictures that come with a text alternative.

Every function returns a `Picture`. The last line of a cell shows it; a widget redraws it as SVG. It
has a text alternative for readers who do not see it. Colours are Okabe and Ito's, which people with
any kind of colour blindness can distinguish (https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
SKY, PURPLE, YELLOW, BLACK, GREY = "#56B4E9", "#CC79A7", "#F0E442", "#000000", "#8A8A8A"
COLOURS = (BLUE, ORANGE, GREEN, VERMILION, SKY, PURPLE, YELLOW, BLACK)

DPI = 144
CELL = 0.42  # inches, the side of one square of an annotated matrix

STYLE: dict[Any, Any] = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.labelsize": 10,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "image.cmap": "gray",
    "svg.fonttype": "none",
    "svg.hashsalt": "pixels-to-lenet",
}


@dataclass
class Picture:
    """A finished figure and its text alternative.

    It is drawn once, when it is first shown.

    Parameters
    ----------
    figure : matplotlib Figure
        The figure; not made by pyplot, which would keep it open.
    alt : str
        The text for readers who do not see the figure.
    """

    figure: Figure
    alt: str

    @cached_property
    def png(self) -> bytes:
        """The picture as a PNG file's bytes, in 256 colours to keep notebooks small."""
        drawn = Image.open(io.BytesIO(self._save("png"))).convert("RGB")
        buffer = io.BytesIO()
        drawn.quantize(256).save(buffer, "png", optimize=True)
        return buffer.getvalue()

    @cached_property
    def svg(self) -> str:
        """The picture as an ``<svg>`` element whose numbers are text, with ``alt`` as its label."""
        text = self._save("svg").decode()
        text = text[text.index("<svg") :]
        size = re.search(r'width="([\d.]+)pt"', text)
        width = round(float(size[1]) * 4 / 3) if size else 600
        label = html.escape(self.alt, quote=True)
        style = f"width:100%;max-width:{width}px;height:auto"
        return text.replace("<svg", f'<svg role="img" aria-label="{label}" style="{style}"', 1)

    def _save(self, kind: str) -> bytes:
        """Return the figure as a file's bytes, without the date, so that it stays the same."""
        buffer = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        with mpl.rc_context(STYLE):
            self.figure.savefig(
                buffer, format=kind, dpi=DPI, bbox_inches="tight", metadata=metadata
            )
        return buffer.getvalue()

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict, dict]:
        """Show a PNG at half its pixels' size, sharp on any screen, with its text."""
        width = int.from_bytes(self.png[16:20], "big")
        data = {
            "image/png": base64.b64encode(self.png).decode(),
            "text/plain": self.alt,
        }
        return data, {"image/png": {"width": round(width * 96 / DPI), "alt": self.alt}}


def figure(
    width: float, height: float, rows: int = 1, columns: int = 1, **options: Any
) -> tuple[Figure, Any]:
    """Return an empty figure of a size in inches and its axes, in the course's style.

    Parameters
    ----------
    width, height : float
        Inches; a notebook's column is about 9 wide.
    rows, columns : int
        The numbers of axes. The result is an `Axes` if there is one, else an array of them.
    **options
        As for ``Figure.subplots``.
    """
    with mpl.rc_context(STYLE):
        drawn = Figure(figsize=(width, height), layout="constrained")
        return drawn, drawn.subplots(rows, columns, **options)


def images(
    pictures: Iterable[np.ndarray],
    titles: Sequence[str] | None = None,
    *,
    alt: str,
    columns: int = 5,
    size: float = 1.8,
    **options: Any,
) -> Picture:
    """Show images side by side.

    Parameters
    ----------
    pictures : iterable of ndarray, shape (H, W) or (H, W, 3)
        The images; integers are taken as 0 to 255.
    titles : sequence of str, optional
        A title for each image.
    alt : str
        A sentence that says what the figure shows.
    columns : int
        The number of images in a row.
    size : float
        The width of one image in inches.
    **options
        As for ``Axes.imshow``: ``cmap``, ``vmin``, ``vmax``, ...
    """
    pictures = [np.asarray(picture) for picture in pictures]
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    tallest = max(picture.shape[0] / picture.shape[1] for picture in pictures)
    drawn, axes = figure(
        columns * size, rows * (size * tallest + 0.3), rows, columns, squeeze=False
    )
    for ax in axes.flat:
        ax.axis("off")
    for index, picture in enumerate(pictures):
        title = titles[index] if titles else None
        image(axes.flat[index], picture, title, **options)
    return Picture(drawn, alt)


def image(ax: Axes, picture: np.ndarray, title: str | None = None, **options: Any) -> None:
    """Draw an image on given axes, without ticks; integers are taken as 0 to 255."""
    if picture.dtype.kind in "ui" and picture.ndim == 2:
        options = {"vmin": 0, "vmax": 255} | options
    ax.imshow(picture, **({"interpolation": "nearest", "cmap": "gray"} | options))
    ax.axis("off")
    if title:
        ax.set_title(title)


def matrices(
    parts: Mapping[str, np.ndarray] | Sequence[Any], *, alt: str, cell: float = CELL
) -> Picture:
    """Draw annotated matrices in a row, with signs between them: ``image * kernel = output``.

    Parameters
    ----------
    parts : mapping or sequence
        ``{"image": array, ...}``, or a sequence of such pairs ``("image", array)`` and of strings
        such as ``"="`` between them.
    alt : str
        A sentence that says what the figure shows.
    cell : float
        The side of one square, in inches.
    """
    items: list[Any] = list(parts.items() if isinstance(parts, Mapping) else parts)
    widths = [0.35 if isinstance(part, str) else np.shape(part[1])[1] * cell for part in items]
    height = max(np.shape(part[1])[0] for part in items if not isinstance(part, str)) * cell
    drawn, axes = figure(
        sum(widths) + 0.15 * len(items),
        height + 0.4,
        1,
        len(items),
        squeeze=False,
        width_ratios=widths,
    )
    for ax, part in zip(axes[0], items, strict=True):
        if isinstance(part, str):
            sign(ax, part)
        else:
            matrix(ax, part[1], part[0])
    return Picture(drawn, alt)


def sign(ax: Axes, text: str) -> None:
    """Write a sign such as ``=`` in the middle of otherwise empty axes."""
    ax.axis("off")
    size = 26 if text == "⋆" else 15  # the font's star is small
    ax.text(0.5, 0.5, text, ha="center", va="center", fontsize=size, transform=ax.transAxes)


def matrix(
    ax: Axes,
    values: np.ndarray,
    title: str | None = None,
    *,
    window: tuple[int, int, int, int] | None = None,
    colour: str = ORANGE,
    shade: bool = True,
    limit: float | None = None,
    room: int = 0,
    decimals: int | None = None,
) -> None:
    """Draw a matrix with its numbers in squares.

    Parameters
    ----------
    ax : Axes
        The axes to draw on.
    values : ndarray, shape (rows, columns)
        The numbers; the square of a nan stays empty.
    title : str, optional
        The title above the matrix.
    window : (row, column, height, width), optional
        A part to frame.
    colour : str
        The frame's colour.
    shade : bool
        Whether to tint squares: blue for positive, vermilion for negative numbers.
    limit : float, optional
        The absolute value that gets the deepest tint; the largest in the matrix by default.
    room : int
        The number of rows that fit into the axes. Matrices in axes of the same height have squares
        of the same size if they are given the same room.
    decimals : int, optional
        Write every number with so many decimals; by default two, or none for a whole number.
    """
    values = np.asarray(values)
    rows, columns = values.shape
    finite = np.abs(values[np.isfinite(values.astype(float))]).astype(float)
    texts = [_label(value, decimals) for value in values[np.isfinite(values.astype(float))]]
    longest = max(map(len, texts), default=0)
    size = 10.5 if longest < 5 else 8.5 if longest < 7 else 7
    limit = limit or (finite.max() if finite.size and finite.max() > 0 else 1.0)
    for row in range(rows):
        for column in range(columns):
            value = float(values[row, column])
            tint = _tint(value, limit) if shade else "white"
            ax.add_patch(
                Rectangle((column, row), 1, 1, facecolor=tint, edgecolor=GREY, linewidth=0.8)
            )
            if np.isfinite(value):
                text = _label(values[row, column], decimals)
                ax.text(column + 0.5, row + 0.52, text, ha="center", va="center", fontsize=size)
    if window:
        top, left, height, width = window
        ax.add_patch(
            Rectangle((left, top), width, height, fill=False, edgecolor=colour, linewidth=3)
        )
    ax.set_xlim(-0.06, columns + 0.06)
    spare = max(room - rows, 0) / 2
    ax.set_ylim(rows + 0.06 + spare, -0.06 - spare)
    ax.set_aspect("equal")
    ax.axis("off")
    if title:
        ax.text(columns / 2, -0.25, title, ha="center", va="bottom", fontsize=11)


def _tint(value: float, limit: float) -> tuple[float, float, float] | str:
    """Return a pale blue for a positive number, a pale vermilion for a negative one."""
    if not np.isfinite(value) or value == 0:
        return "white"
    full = np.array(mpl.colors.to_rgb(BLUE if value > 0 else VERMILION))
    share = 0.08 + 0.42 * min(abs(value) / limit, 1)
    red, green, blue = 1 - share * (1 - full)
    return red, green, blue


def signed(text: str) -> str:
    """Return a number's text with a true minus sign in place of each hyphen."""
    return text.replace("-", "−")


def _label(value: float, decimals: int | None = None) -> str:
    """Return a number as text that is short enough for its square."""
    number = round(float(value), decimals or 2) + 0.0  # + 0.0: no minus sign before a zero
    if decimals is not None:
        return signed(f"{number:.{decimals}f}")
    text = f"{number:.0f}" if number == round(number) else f"{number:.2f}"
    return signed(text)

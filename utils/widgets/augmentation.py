"""The interactive figure of lesson 09."""

from __future__ import annotations

from collections.abc import Mapping

import ipywidgets as ipw
import numpy as np

from utils import augmentation, plots, pooling
from utils.plots import Picture
from utils.widgets.base import Interactive

COPIES = 11  # with the original, two rows of six


def shift_grid(pictures: Mapping[str, np.ndarray]) -> Interactive:
    """Choose a picture, how far it may go and a seed, and see copies moved at random.

    Parameters
    ----------
    pictures : mapping of str to ndarray, shape (H, W)
        The choices, by name.

    Returns
    -------
    Interactive
        Controls ``digit``, ``fraction`` and ``seed``.
    """
    wide = ipw.Layout(width="24em")
    controls = {
        "digit": ipw.Dropdown(options=list(pictures), description="digit"),
        "fraction": ipw.FloatSlider(
            value=0.2, min=0, max=0.5, step=0.05, description="fraction", layout=wide
        ),
        "seed": ipw.IntSlider(value=1, min=0, max=99, description="seed", layout=wide),
    }

    def draw(digit: str, fraction: float, seed: int) -> tuple[Picture, str]:
        return draw_grid(pictures[digit], digit, fraction, seed)

    return Interactive(controls, draw)


def draw_grid(image: np.ndarray, name: str, fraction: float, seed: int) -> tuple[Picture, str]:
    """Draw a picture and shifted copies of it, and return each dx and dy in a line of text."""
    rng = np.random.default_rng(seed)
    shifts = [augmentation.draw_shift(image.shape, fraction, rng) for _ in range(COPIES)]
    copies = [pooling.shift(image, dx, dy) for dx, dy in shifts]
    cut = sum(copy.sum(dtype=float) < image.sum(dtype=float) for copy in copies)
    most_down, most_right = (int(fraction * side) for side in image.shape)
    pairs = ", ".join(f"({_number(dx)}, {_number(dy)})" for dx, dy in shifts)
    line = (
        f"{name}, fraction {fraction:.2f}, seed {seed}: at most {most_right} pixels sideways and "
        f"{most_down} up or down. (dx, dy): {pairs}. Cut off at the border: {cut} of {COPIES}."
    )
    titles = ["original"] + [f"dx {_number(dx)}, dy {_number(dy)}" for dx, dy in shifts]
    picture = plots.images([image, *copies], titles, columns=6, size=1.45, alt=line)
    return picture, line


def draw_choices(fraction: float, side: int, seed: int, count: int) -> Picture:
    """Draw many random (dx, dy) as a map of how often each came."""
    rng = np.random.default_rng(seed)
    most = int(fraction * side)
    counts = np.zeros((2 * most + 1, 2 * most + 1), int)
    for _ in range(count):
        dx, dy = augmentation.draw_shift((side, side), fraction, rng)
        counts[dy + most, dx + most] += 1
    drawn, ax = plots.figure(4.2, 4.2)
    plots.matrix(ax, counts)
    for value in range(-most, most + 1):
        ax.text(value + most + 0.5, -0.35, _number(value), ha="center", fontsize=9)
        ax.text(-0.25, value + most + 0.52, _number(value), ha="right", va="center", fontsize=9)
    ax.text(most + 0.5, -1.1, "dx", ha="center", fontsize=11)
    ax.text(-1.5, most + 0.5, "dy", ha="center", va="center", fontsize=11)
    alt = (
        f"How often each of {counts.size} shifts came in {count:,} draws: "
        f"{counts.min()} to {counts.max()} times, {count / counts.size:.1f} on average."
    )
    return Picture(drawn, alt)


def _number(value: int) -> str:
    """Return a whole number as text with a true minus sign."""
    return plots.signed(str(value))

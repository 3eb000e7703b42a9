"""Lesson 01's interactive figures: a colour mixer, a zoom into photographs, counts, averages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as ipw
import numpy as np

from utils import pixels, plots
from utils.plots import Picture
from utils.widgets.base import Interactive


class ColourMixer(Interactive):
    """Sliders for red, green and blue above a text field for a colour's code."""

    def __init__(
        self,
        channels: Mapping[str, ipw.IntSlider],
        draw: Callable[..., tuple[Picture, str]],
        field: ipw.Text,
    ):
        super().__init__(channels, draw, ipw.VBox([*channels.values(), field]))
        self.field = field


def colour_mixer(code: str = "#0B6623") -> ColourMixer:
    """Mix a colour from red, green and blue, and see its code and the grey it becomes.

    Parameters
    ----------
    code : str
        The colour to begin with, as in web pages.

    Returns
    -------
    ColourMixer
        Controls ``red``, ``green`` and ``blue``, and a field for the code; each follows the other.
    """
    channels = {
        name: ipw.IntSlider(value=value, min=0, max=255, description=name)
        for name, value in zip(("red", "green", "blue"), pixels.hex_to_rgb(code), strict=True)
    }
    field = ipw.Text(value=code.upper(), description="code", layout=ipw.Layout(width="15em"))
    mixer = ColourMixer(channels, draw_colour, field)
    typing = False

    def follow_sliders(change: object) -> None:
        if not typing:
            field.value = _hex(*(slider.value for slider in channels.values()))

    def follow_field(change: object) -> None:
        nonlocal typing
        try:
            colour = pixels.hex_to_rgb(field.value.strip())
        except ValueError:
            mixer.text.value = "Not a colour yet: it takes six digits, 0 to 9 and A to F."
            return
        # Without `typing`, the first slider to move would overwrite the field being typed in.
        typing = True
        with mixer.paused():
            for slider, value in zip(channels.values(), colour, strict=True):
                slider.value = value
        typing = False

    for slider in channels.values():
        slider.observe(follow_sliders, names="value")
    field.observe(follow_field, names="value")
    return mixer


def draw_colour(red: int, green: int, blue: int) -> tuple[Picture, str]:
    """Draw a colour, the light it is made of and its grey, and return the numbers in a line."""
    grey = float(pixels.to_grayscale(np.array([[[red, green, blue]]]))[0, 0])
    line = f"{_hex(red, green, blue)}: red {red}, green {green}, blue {blue}. As grey: {grey:.1f}."
    parts: list[Any] = [
        (f"red\n{red}", (red, 0, 0)),
        "+",
        (f"green\n{green}", (0, green, 0)),
        "+",
        (f"blue\n{blue}", (0, 0, blue)),
        "=",
        (f"colour\n{_hex(red, green, blue)}", (red, green, blue)),
        "→",
        (f"grey\n{grey:.1f}", (grey, grey, grey)),
    ]
    widths = [0.35 if isinstance(part, str) else 1.2 for part in parts]
    drawn, axes = plots.figure(sum(widths), 1.7, 1, len(parts), width_ratios=widths)
    for ax, part in zip(axes, parts, strict=True):
        if isinstance(part, str):
            plots.sign(ax, part)
        else:
            title, colour = part
            plots.image(ax, np.array([[colour]]) / 255, title, vmin=0, vmax=1)
    return Picture(drawn, line), line


def _hex(red: int, green: int, blue: int) -> str:
    """Return a colour's code."""
    return f"#{red:02X}{green:02X}{blue:02X}"


def pixel_zoom(
    photographs: Mapping[str, np.ndarray], row: int = 0, column: int = 0, size: int = 6
) -> Interactive:
    """Look at the numbers in a photograph through a small window.

    Parameters
    ----------
    photographs : mapping of str to ndarray of uint8, shape (H, W) or (H, W, 3)
        The choices, by name; the first comes first.
    row, column : int
        The pixel at the window's top left corner, to begin with.
    size : int
        How many pixels the window is high and wide, to begin with.

    Returns
    -------
    Interactive
        Controls ``name``, ``row``, ``column`` and ``size``. Shows where the window is, its pixels
        enlarged, and the numbers of each channel.
    """
    wide = ipw.Layout(width="28em")
    first = next(iter(photographs))
    controls = {
        "name": ipw.Dropdown(options=list(photographs), value=first, description="photo"),
        "row": ipw.IntSlider(value=row, max=10_000, description="row", layout=wide),
        "column": ipw.IntSlider(value=column, max=10_000, description="column", layout=wide),
        "size": ipw.IntSlider(value=size, min=2, max=8, description="size", layout=wide),
    }

    def keep_inside(change: object) -> None:
        height, width = photographs[controls["name"].value].shape[:2]
        controls["row"].max = height - controls["size"].value
        controls["column"].max = width - controls["size"].value

    keep_inside(None)
    controls["name"].observe(keep_inside, names="value")
    controls["size"].observe(keep_inside, names="value")

    def draw(name: str, row: int, column: int, size: int) -> tuple[Picture, str]:
        return draw_zoom(photographs[name], row, column, size)

    return Interactive(controls, draw)


def draw_zoom(photograph: np.ndarray, row: int, column: int, size: int) -> tuple[Picture, str]:
    """Draw a window on a photograph, its pixels and their numbers; return its corner in a line."""
    row, column = min(row, photograph.shape[0] - size), min(column, photograph.shape[1] - size)
    window = photograph[row : row + size, column : column + size]
    is_colour = photograph.ndim == 3
    corner = photograph[row, column]
    said = "red {}, green {}, blue {}".format(*corner) if is_colour else f"grey {corner}"
    rows, columns = f"{row} to {row + size - 1}", f"{column} to {column + size - 1}"
    line = f"Rows {rows}, columns {columns}. The top left pixel: {said}."

    if is_colour:
        drawn, axes = plots.figure(9, 4.6, 2, 3, width_ratios=[1.9, 1, 1])
        overview = drawn.add_subplot(axes[0, 0].get_gridspec()[:, 0])
        axes[0, 0].remove()
        axes[1, 0].remove()
        plots.image(axes[0, 1], window, "these pixels")
        lights = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
        panels = (axes[0, 2], axes[1, 1], axes[1, 2])
        for channel, (ax, name) in enumerate(zip(panels, lights, strict=True)):
            _draw_channel(ax, window[:, :, channel], name, lights[name])
    else:
        drawn, (overview, panel) = plots.figure(9, 4.2, 1, 2)
        _draw_channel(panel, window, "these pixels", (1, 1, 1))
    plots.image(overview, photograph, f"shape {photograph.shape}", interpolation="auto")
    overview.set_anchor("N")  # aligned with the top row of the panels
    _mark_window(overview, row, column, size)
    return Picture(drawn, line), line


def _mark_window(ax: plots.Axes, row: int, column: int, size: int) -> None:
    """Frame a window on a photograph; lines from the edges lead to it, for it may be tiny."""
    middle_row, middle_column = row + (size - 1) / 2, column + (size - 1) / 2
    for colour, width in (("black", 5), ("white", 2)):  # seen on any photograph
        frame = (column - 4.5, row - 4.5), size + 8, size + 8
        ax.add_patch(plots.Rectangle(*frame, fill=False, edgecolor=colour, linewidth=width))
        ax.plot([-0.5, column - 5], [middle_row] * 2, color=colour, linewidth=width / 3)
        ax.plot([middle_column] * 2, [-0.5, row - 5], color=colour, linewidth=width / 3)


def _draw_channel(
    ax: plots.Axes, values: np.ndarray, title: str, light: tuple[int, int, int]
) -> None:
    """Draw one channel in its own light, with its numbers."""
    plots.image(ax, values[:, :, None] / 255 * np.array(light), title, vmin=0, vmax=1)
    bright = values * (pixels.LUMA @ light) > 110
    for (row, column), value in np.ndenumerate(values):
        colour = "black" if bright[row, column] else "white"
        ax.text(column, row, value, ha="center", va="center", fontsize=9, color=colour)


def dense_counter(side: int = 28, channels: int = 3, units: int = 1) -> Interactive:
    """Count the parameters of a dense layer on a square image, beside those of a 3x3 filter.

    Parameters
    ----------
    side, channels, units : int
        The digit that is shown first.

    Returns
    -------
    Interactive
        Controls ``side``, ``channels`` and ``units``.
    """
    wide = ipw.Layout(width="28em")
    controls = {
        "side": ipw.IntSlider(value=side, min=8, max=256, description="side", layout=wide),
        "channels": ipw.Dropdown(options=[1, 3], value=channels, description="channels"),
        "units": ipw.IntSlider(value=units, min=1, max=1000, description="units", layout=wide),
    }
    return Interactive(controls, draw_counts)


def draw_counts(side: int, channels: int, units: int) -> tuple[Picture, str]:
    """Draw the parameters of a dense layer and of a 3x3 filter; return the product in a line."""
    inputs = pixels.count_values(side, side, channels)
    total = pixels.dense_parameters((side, side, channels), units)
    line = (
        f"{side} × {side} × {channels} = {inputs:,} numbers go in. "
        f"{inputs:,} × {units:,} weights + {units:,} {'bias' if units == 1 else 'biases'} "
        f"= {total:,} parameters."
    )
    counts = {
        "numbers in the image": inputs,
        "weights of the layer": inputs * units,
        "biases of the layer": units,
        "one 3×3 filter, with its bias": 9 * channels + 1,
    }
    drawn, ax = plots.figure(7.5, 2.2)
    colours = [plots.GREY, plots.BLUE, plots.SKY, plots.ORANGE]
    bars = ax.barh(list(counts), list(counts.values()), color=colours, height=0.65)
    ax.bar_label(bars, labels=[f"{count:,}" for count in counts.values()], padding=4)
    ax.set_xscale("log")
    ax.set_xlim(0.8, 2e9)
    ax.set_xticks([1, 1e3, 1e6, 1e9], ["1", "a thousand", "a million", "a billion"])
    ax.tick_params(axis="x", which="minor", bottom=False)
    ax.invert_yaxis()
    return Picture(drawn, line), line


def average_builder(images: np.ndarray, labels: np.ndarray, digit: int = 1) -> Interactive:
    """Average more and more images of one digit.

    Parameters
    ----------
    images : ndarray of uint8, shape (N, H, W)
        The images.
    labels : ndarray, shape (N,)
        The digit that each shows; every one from 0 to 9 is among them.
    digit : int
        The one that is shown first.

    Returns
    -------
    Interactive
        Controls ``digit`` and ``count``. Shows the last image that came in, the average of all so
        far, and the average along its middle row.
    """
    fewest = int(np.bincount(labels).min())
    controls = {
        "digit": ipw.IntSlider(value=digit, min=0, max=9, description="digit"),
        "count": ipw.IntSlider(value=1, min=1, max=fewest, description="images"),
    }

    def draw(digit: int, count: int) -> tuple[Picture, str]:
        return draw_average(images[labels == digit][:count], digit)

    return Interactive(controls, draw, still={"count": fewest})


def draw_average(images: np.ndarray, digit: int) -> tuple[Picture, str]:
    """Draw the last image, the average of all and its middle row; return the peak in a line."""
    mean = images.mean(axis=0)
    middle = mean.shape[0] // 2
    top = np.unravel_index(mean.argmax(), mean.shape)
    many = f"{len(images)} images" if len(images) > 1 else "1 image"
    line = (
        f"The average of {many} of the digit {digit}. "
        f"Its brightest pixel, {mean.max():.1f}, is in row {top[0]}, column {top[1]}."
    )
    drawn, (left, centre, right) = plots.figure(9, 2.7, 1, 3, width_ratios=[1, 1, 1.3])
    plots.image(left, images[-1], f"image {len(images)}")
    plots.image(centre, mean, f"average of {len(images)}", vmin=0, vmax=255)
    centre.axhline(middle, color=plots.ORANGE, linewidth=1.5)
    right.step(np.arange(mean.shape[1]), mean[middle], where="mid", color=plots.ORANGE)
    right.set(ylim=(-8, 263), xlabel="column", title=f"the average's row {middle}")
    return Picture(drawn, line), line

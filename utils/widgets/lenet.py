"""Lesson 08's figures: a drawing of LeNet-5, what its units see, and what its layers make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from utils import lenet, output_size, plots, training
from utils.plots import BLACK, BLUE, GREEN, ORANGE, SKY, VERMILION, Picture
from utils.widgets.base import Interactive

COLOURS = {"conv": SKY, "pool": ORANGE, "dense": GREEN, "input": "#DDDDDD"}
MAP_LAYERS = tuple(lenet.WINDOWS)
GREYS = {"vmin": -1, "vmax": 1}  # tanh answers from -1 to 1


def architecture() -> Picture:
    """Draw LeNet-5: every layer's maps, their size and how many parameters made them.

    The sides of the maps are to scale with one another. At most 16 maps are drawn, and a column of
    single numbers is a quarter as tall as it would be with one pixel for each.
    """
    drawn, ax = plots.figure(9.2, 3.3)
    shapes = output_size.trace_shapes((lenet.SIDE, lenet.SIDE, 1), lenet.LAYERS)
    counts = output_size.layer_parameters((lenet.SIDE, lenet.SIDE, 1), lenet.LAYERS)
    stack: list[tuple[str, str, tuple[int, ...], int]] = [
        ("input", "input", (lenet.SIDE, lenet.SIDE, 1), 0)
    ]
    for name, layer, shape, count in zip(lenet.NAMES, lenet.LAYERS, shapes, counts, strict=True):
        if layer["type"] != "flatten":
            stack.append((name, layer["type"], shape, count))
    left = 0.0
    for name, kind, shape, count in stack:
        width = _draw_volume(ax, left, shape, COLOURS[kind])
        size = f"{shape[2]} @ {shape[0]}×{shape[1]}" if len(shape) == 3 else f"{shape[0]}"
        middle = left + width / 2
        ax.text(middle, -22, name, ha="center", va="center", weight="bold")
        ax.text(middle, -29, size, ha="center", va="center", fontsize=9)
        if kind != "input":
            said = f"{count:,}" if count else "none"
            ax.text(middle, -36, said, ha="center", va="center", fontsize=9)
        left += width + 13
    ax.text(-2, -29, "maps @ size", ha="right", va="center", fontsize=9, color="#555555")
    ax.text(-2, -36, "parameters", ha="right", va="center", fontsize=9, color="#555555")
    handles = [
        Rectangle((0, 0), 1, 1, facecolor=COLOURS[kind], edgecolor=BLACK)
        for kind in ("conv", "pool", "dense")
    ]
    labels = ["convolution", "average pooling", "dense"]
    ax.legend(handles, labels, ncols=3, frameon=False, loc="upper right", fontsize=9)
    ax.set(xlim=(-28, left - 8), ylim=(-40, 34), aspect="equal")
    ax.axis("off")
    listed = "; ".join(
        f"{name}: {'×'.join(map(str, shape))}, {count:,} parameters"
        for name, _, shape, count in stack[1:]
    )
    return Picture(drawn, f"LeNet-5 from left to right, from 32×32×1: {listed}.")


def _draw_volume(ax: Axes, left: float, shape: Sequence[int], colour: str) -> float:
    """Draw a layer's output around the line y = 0, and return how wide that is."""
    if len(shape) == 1:  # a column of units
        height = shape[0] / 4
        box = Rectangle((left + 3, -height / 2), 3, height, facecolor=colour, edgecolor=BLACK)
        ax.add_patch(box)
        return 9.0
    side, count = shape[0], min(shape[2], 16)
    gap = 1.0 if count < 10 else 0.8
    if side == 1:  # 120 single numbers
        return _draw_volume(ax, left, shape[2:], colour)
    for index in range(count):
        corner = left + gap * index, -side / 2 + gap * (count / 2 - index)
        ax.add_patch(
            Rectangle(corner, side, side, facecolor=colour, edgecolor=BLACK, linewidth=0.5)
        )
    return side + gap * (count - 1)


def fields(image: np.ndarray) -> Picture:
    """Draw on an image what the unit in the middle of each of LeNet-5's layers sees.

    Parameters
    ----------
    image : ndarray, shape (32, 32)
        A padded digit.
    """
    drawn, axes = plots.figure(9.2, 1.95, 1, 6)
    said = []
    for ax, name in zip(axes, ("input", *MAP_LAYERS), strict=True):
        windows = [] if name == "input" else lenet.windows_up_to(name)
        count = _count_units(windows)
        size = lenet.receptive_field(windows)
        span = lenet.seen_pixels(windows, count // 2)
        plots.image(ax, image, f"{name}: {size}×{size}")
        _frame(ax, span, span)
        said.append(f"{name} {size}")
    alt = f"A digit, and framed on it what one unit of each layer sees: {', '.join(said)} pixels."
    return Picture(drawn, alt)


def _count_units(windows: Sequence[tuple[int, int]]) -> int:
    """Return the number of units of a layer's map along one axis."""
    count = lenet.SIDE
    for kernel, stride in windows:
        count = output_size.output_size(count, kernel, 0, stride)
    return count


def _frame(ax: Axes, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """Frame a part of an image, from the first to the last row and column."""
    height, width = rows[1] - rows[0] + 1, columns[1] - columns[0] + 1
    corner = columns[0] - 0.5, rows[0] - 0.5
    ax.add_patch(
        Rectangle(corner, width, height, fill=False, edgecolor=ORANGE, linewidth=2.5, clip_on=False)
    )


def field_explorer(
    images: np.ndarray, maps: Mapping[str, np.ndarray], digit: int = 0
) -> Interactive:
    """Choose a unit of LeNet-5 and see which pixels of a digit it sees.

    Parameters
    ----------
    images : ndarray, shape (N, 32, 32, 1)
        Padded digits.
    maps : mapping of str to ndarray, shape (N, ...)
        The layers' outputs, from `lenet.feature_maps`.
    digit : int
        The one that is shown first.

    Returns
    -------
    Interactive
        Controls ``digit``, ``layer``, ``map``, ``row`` and ``column``. Shows the digit with the
        unit's receptive field, those pixels enlarged, and the feature map with the unit.
    """
    wide = ipw.Layout(width="24em")
    controls = {
        "digit": ipw.IntSlider(value=digit, max=len(images) - 1, description="digit", layout=wide),
        "layer": ipw.Dropdown(options=MAP_LAYERS, value="S4", description="layer"),
        "map": ipw.IntSlider(value=0, max=199, description="map", layout=wide),
        "row": ipw.IntSlider(value=2, max=99, description="row", layout=wide),
        "column": ipw.IntSlider(value=2, max=99, description="column", layout=wide),
    }

    def keep_inside(change: object) -> None:
        rows, columns, count = maps[controls["layer"].value].shape[1:]
        for name, limit in (("row", rows), ("column", columns), ("map", count)):
            controls[name].max = limit - 1

    keep_inside(None)
    controls["layer"].observe(keep_inside, names="value")

    def draw(digit: int, layer: str, map: int, row: int, column: int) -> tuple[Picture, str]:
        return draw_field(images[digit, :, :, 0], layer, maps[layer][digit], map, row, column)

    layout = ipw.HBox(
        [
            ipw.VBox([controls["layer"], controls["row"], controls["column"]]),
            ipw.VBox([controls["digit"], controls["map"]]),
        ],
        layout=ipw.Layout(flex_flow="row wrap"),
    )
    return Interactive(controls, draw, layout)


def draw_field(
    image: np.ndarray, layer: str, maps: np.ndarray, number: int, row: int, column: int
) -> tuple[Picture, str]:
    """Draw what a unit sees and its place in its map, and return both in a line of text.

    Parameters
    ----------
    image : ndarray, shape (32, 32)
        The padded digit.
    layer : str
        The unit's layer.
    maps : ndarray, shape (rows, columns, count)
        The layer's feature maps.
    number, row, column : int
        The map and the position in it. Values that are too large are taken as the last.
    """
    rows, columns, count = maps.shape
    number, row, column = min(number, count - 1), min(row, rows - 1), min(column, columns - 1)
    windows = lenet.windows_up_to(layer)
    down, across = lenet.seen_pixels(windows, row), lenet.seen_pixels(windows, column)
    size = lenet.receptive_field(windows)
    value = plots.signed(f"{maps[row, column, number]:.2f}")
    line = (
        f"{layer}, map {number}, row {row}, column {column}: sees rows {down[0]} to "
        f"{down[1]} and columns {across[0]} to {across[1]}, {size}×{size} of "
        f"{lenet.SIDE}×{lenet.SIDE} pixels. Its value: {value}."
    )
    drawn, axes = plots.figure(9, 3.3, 1, 3)
    plots.image(axes[0], image, "the digit, 32×32")
    _frame(axes[0], down, across)
    part = image[down[0] : down[1] + 1, across[0] : across[1] + 1]
    plots.image(axes[1], part, f"what the unit sees, {size}×{size}", vmin=0, vmax=image.max())
    plots.image(axes[2], maps[:, :, number], f"{layer}, map {number}: {rows}×{columns}", **GREYS)
    _frame(axes[2], (row, row), (column, column))
    if rows <= 10:
        bright = maps[row, column, number] > 0
        colour = "black" if bright else "white"
        axes[2].text(column, row, value, ha="center", va="center", fontsize=9, color=colour)
    return Picture(drawn, line), line


def draw_layers(image: np.ndarray, maps: Mapping[str, np.ndarray]) -> Picture:
    """Draw what each layer of LeNet-5 makes of one digit, from its first maps to its answer.

    Parameters
    ----------
    image : ndarray, shape (32, 32)
        The padded digit.
    maps : mapping of str to ndarray
        The layers' outputs, without the batch axis.
    """
    drawn, axes = plots.figure(9.2, 5.2, 2, 4)
    first, *middle, last = axes.flat
    plots.image(first, image, "input: 32×32")
    parts = {
        "C1: 6 of 28×28": tile(maps["C1"], 2),
        "S2: 6 of 14×14": tile(maps["S2"], 2),
        "C3: 16 of 10×10": tile(maps["C3"], 4),
        "S4: 16 of 5×5": tile(maps["S4"], 4),
        "C5: 120 numbers": maps["C5"].reshape(12, 10),
        "F6: 84 numbers": maps["F6"].reshape(12, 7),
    }
    for ax, (title, picture) in zip(middle, parts.items(), strict=True):
        plots.image(ax, picture, title, **GREYS)
    answer = maps["output"]
    best = int(answer.argmax())
    colours = [VERMILION if index == best else BLUE for index in range(len(answer))]
    bars = last.barh(range(len(answer)), answer, color=colours)
    last.bar_label(bars, [f"{value:.2f}" for value in answer], fontsize=9, padding=2)
    last.set(yticks=range(len(answer)), xticks=[], xlim=(0, 1.35), title="output: 10 numbers")
    last.invert_yaxis()
    last.spines["bottom"].set_visible(False)
    alt = (
        "A digit and what each layer makes of it: six maps in which strokes and edges show, six "
        "coarser ones, sixteen maps of blots, sixteen of 5×5, 120 numbers, 84 numbers, and ten "
        f"probabilities, of which that of {best} is the largest, {answer[best]:.2f}."
    )
    return Picture(drawn, alt)


def tile(maps: np.ndarray, columns: int) -> np.ndarray:
    """Lay feature maps side by side in one image, with a white line between them.

    Parameters
    ----------
    maps : ndarray, shape (H, W, F)
        The maps.
    columns : int
        How many in a row.
    """
    height, width, count = maps.shape
    rows = -(-count // columns)
    out = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for index in range(count):
        top, left = index // columns * (height + 1), index % columns * (width + 1)
        out[top : top + height, left : left + width] = maps[:, :, index]
    return out


def share_of_parameters(counts: Mapping[str, int]) -> Picture:
    """Draw how many parameters each layer has, as bars."""
    total = sum(counts.values())
    drawn, ax = plots.figure(7.2, 2.4)
    bars = ax.barh(list(counts), list(counts.values()), color=BLUE, height=0.65)
    labels = [f"{count:,}  ({count / total:.1%})" for count in counts.values()]
    ax.bar_label(bars, labels, padding=4)
    ax.invert_yaxis()
    ax.set(xlim=(0, max(counts.values()) * 1.25), xticks=[])
    ax.spines["bottom"].set_visible(False)
    listed = ", ".join(f"{name} {label}" for name, label in zip(counts, labels, strict=True))
    return Picture(drawn, f"Parameters of each layer: {listed}.")


def compare(rows: Mapping[str, tuple[Sequence[float], int, float]], count: int) -> Picture:
    """Draw networks side by side.

    Parameters
    ----------
    rows : mapping of str to (accuracies, parameters, seconds)
        One for each network, by its name: the accuracy of each run, the number of parameters, and
        how long a run took.
    count : int
        The number of test images; whiskers show the chance error of the mean accuracy.
    """
    drawn, axes = plots.figure(9.2, 0.9 + 0.4 * len(rows), 1, 3, sharey=True)
    names = list(rows)
    said = []
    for place, (name, (accuracies, parameters, seconds)) in enumerate(rows.items()):
        mean = float(np.mean(accuracies))
        error = training.chance_error(mean, count)
        axes[0].errorbar(mean, place, xerr=error, fmt="D", color=BLUE, markersize=6, capsize=4)
        axes[0].plot(accuracies, [place + 0.28] * len(accuracies), "o", color=ORANGE, markersize=4)
        lowest, highest = min(accuracies), max(accuracies)
        said.append(
            f"{name}: accuracy {mean:.3f} ({lowest:.3f} to {highest:.3f}), {parameters:,} "
            f"parameters, {seconds:.1f} s"
        )
    axes[0].set(title="accuracy on test images")
    axes[0].grid(axis="x", color="#DDDDDD")
    axes[0].set_axisbelow(True)
    parameters_of: list[float] = [row[1] for row in rows.values()]
    seconds_of: list[float] = [row[2] for row in rows.values()]
    panels = (
        ("parameters", "{:,}", parameters_of),
        ("seconds of training", "{:.1f}", seconds_of),
    )
    for ax, (title, form, values) in zip(axes[1:], panels, strict=True):
        bars = ax.barh(range(len(names)), values, color=BLUE, height=0.6)
        ax.bar_label(bars, [form.format(value) for value in values], padding=4, fontsize=9)
        ax.set(title=title, xticks=[], xlim=(0, max(values) * 1.4))
        ax.spines["bottom"].set_visible(False)
    axes[0].set(yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.4, -0.6))
    return Picture(drawn, f"{'; '.join(said)}.")


def draw_confusion(confusion: np.ndarray) -> Picture:
    """Draw a confusion matrix: rows are the right classes, columns a network's answers.

    Parameters
    ----------
    confusion : ndarray of int, shape (classes, classes)
        How many images of each class got each answer. The mistakes are tinted.
    """
    classes = len(confusion)
    mistakes = confusion * (1 - np.eye(classes, dtype=int))
    drawn, ax = plots.figure(5.4, 4.4)
    ax.imshow(mistakes, cmap="Oranges", vmax=max(1, 1.4 * mistakes.max()))
    for row, column in np.ndindex(classes, classes):
        if confusion[row, column]:
            weight = "bold" if row == column else "normal"
            text = str(confusion[row, column])
            ax.text(column, row, text, ha="center", va="center", fontsize=9, weight=weight)
    ax.set(xticks=range(classes), yticks=range(classes), xlabel="answer", ylabel="right digit")
    ax.spines[:].set_visible(False)
    row, column = np.unravel_index(mistakes.argmax(), mistakes.shape)
    alt = (
        f"A table of right digits against answers: {np.trace(confusion):,} of {confusion.sum():,} "
        f"are on the diagonal. The commonest mistake: {mistakes[row, column]} times a {row} is "
        f"taken for a {column}."
    )
    return Picture(drawn, alt)


def draw_patches(means: Mapping[str, np.ndarray]) -> Picture:
    """Draw for each layer the mean parts of images to which its maps respond most.

    Parameters
    ----------
    means : mapping of str to ndarray, shape (F, size, size)
        By layer, as from `lenet.strongest_patches`; at most 16 maps of each are drawn.
    """
    drawn, axes = plots.figure(9.2, 3.2, 1, len(means))
    for ax, (layer, parts) in zip(axes, means.items(), strict=True):
        shown = np.moveaxis(parts[:16], 0, -1)
        columns = 3 if len(parts) < 10 else 4
        title = f"{layer}: {shown.shape[2]} maps, parts of {parts.shape[1]}×{parts.shape[2]}"
        plots.image(ax, tile(shown, columns), title, vmin=0, vmax=1)
    return Picture(
        drawn,
        "The mean part of an image to which each map responds most: for the first layer pieces "
        "of edges and strokes, for the second larger pieces of strokes, for the last whole digits.",
    )

"""Interactive figures of lesson 05, and the drawings that they share with its still ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from utils import convolution, plots, pooling
from utils.plots import Picture
from utils.widgets.base import Interactive, Steps

LIGHT = "#DDDDDD"

# What can come after a shift, and by how many pixels of the image its output's grid is spaced.
OPERATIONS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], int]] = {
    "convolution, stride 1": (lambda maps: maps, 1),
    "convolution, stride 2": (lambda maps: maps[::2, ::2], 2),
    "convolution, then 2×2 max pooling": (pooling.pool2d, 2),
}

POOLINGS = {
    "none": lambda volume: volume,
    "2×2": lambda volume: pooling.pool2d(volume, 2),
    "4×4": lambda volume: pooling.pool2d(volume, 4),
    "global": lambda volume: pooling.global_pool(volume)[np.newaxis, np.newaxis],
}


def pooling_stepper(images: Mapping[str, np.ndarray]) -> Interactive:
    """Step a pooling window over an image, number by number.

    Parameters
    ----------
    images : mapping of str to ndarray
        The choices, by name. All small, but at least 4x4: every number is drawn, and
        windows go up to 4x4.

    Returns
    -------
    Interactive
        Controls ``image``, ``mode``, ``size``, ``stride``, ``padding`` and ``step``. Shows the
        window on the image, the values in it, and the output as far as it is filled.
    """
    image = ipw.Dropdown(options=list(images), description="image")
    mode = ipw.Dropdown(options=list(pooling.SUMMARIES), description="mode")
    size = ipw.Dropdown(options=[2, 3, 4], description="size")
    stride = ipw.Dropdown(
        options=[("the size", None), ("1", 1), ("2", 2), ("3", 3), ("4", 4)], description="stride"
    )
    padding = ipw.Dropdown(options=["valid", "same"], description="padding")
    places = {"image": image, "size": size, "stride": stride, "padding": padding}

    def count() -> int:
        chosen = {name: control.value for name, control in places.items()}
        pixels = images[chosen.pop("image")]
        rows, columns = window_starts(pixels.shape, **chosen)
        return len(rows) * len(columns)

    steps = Steps(count())
    for control in places.values():
        control.observe(lambda change: steps.restart(count()), names="value")

    def draw(image: str, **chosen: Any) -> tuple[Picture, str]:
        return draw_step(images[image], **chosen)

    layout = ipw.VBox(
        [ipw.HBox([image, mode]), ipw.HBox([size, stride, padding]), steps.row],
    )
    controls = {"image": image, "mode": mode, **places, "step": steps.slider}
    return Interactive(controls, draw, layout, still={"step": 3})


def window_starts(
    shape: tuple[int, int], size: int, stride: int | None, padding: str
) -> tuple[range, range]:
    """Return the first row and the first column of every window; below 0 where it sticks out."""
    stride = size if stride is None else stride
    starts = []
    for n in shape:
        before, after = pooling.same_border(n, size, stride) if padding == "same" else (0, 0)
        starts.append(range(-before, n + after - size + 1, stride))
    return starts[0], starts[1]


def draw_step(
    image: np.ndarray, mode: str, size: int, stride: int | None, padding: str, step: int
) -> tuple[Picture, str]:
    """Draw a window on an image, and return its summary in a line.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        The image.
    mode : {"max", "average", "sum"}
        How a window is summarised.
    size, stride : int
        The window's side and how far it moves; None for as far as its side.
    padding : {"valid", "same"}
        Whether windows may extend beyond the image. Pixels outside never count, in any mode.
    step : int
        The window, counted from 1, row by row.
    """
    image = np.asarray(image)
    rows, columns = window_starts(image.shape, size, stride, padding)
    starts = [(row, column) for row in rows for column in columns]
    step = min(step, len(starts))
    values = [cut_window(image, row, column, size) for row, column in starts]
    summaries = [float(pooling.SUMMARIES[mode](value)) for value in values]
    so_far = np.array(summaries[:step] + [np.nan] * (len(starts) - step))
    row, column = starts[step - 1]

    line = (
        f"Position {step} of {len(starts)}: {mode}({_listed(values[step - 1])}) = "
        f"{_number(summaries[step - 1])}. Output: {len(rows)}×{len(columns)}."
        f"{_unseen_in_words(image.shape, rows, columns, size)}"
    )
    border = _border(image.shape, rows, columns, size)
    widths = [image.shape[1] + border[2] + border[3], values[step - 1].shape[1], len(columns)]
    tallest = max(image.shape[0] + border[0] + border[1], size, len(rows))
    drawn, axes = plots.figure(
        (sum(widths) + 4.2) * plots.CELL,
        (tallest + 0.9) * plots.CELL,
        1,
        5,
        width_ratios=[widths[0], 1.3, widths[1], 1.3, widths[2]],
    )
    plots.matrix(axes[0], image)
    draw_border(axes[0], image.shape, border)
    axes[0].set_title("image")
    grey_out_unseen(axes[0], image.shape, rows, columns, size)
    axes[0].add_patch(
        Rectangle((column, row), size, size, fill=False, edgecolor=plots.ORANGE, linewidth=3)
    )
    plots.sign(axes[1], "→")
    plots.matrix(axes[2], values[step - 1], "window", limit=_largest(image))
    plots.sign(axes[3], f"{mode} →" if mode != "average" else "avg →")
    plots.matrix(
        axes[4],
        so_far.reshape(len(rows), len(columns)),
        "output",
        window=(*divmod(step - 1, len(columns)), 1, 1),
        limit=_largest(summaries),
    )
    return Picture(drawn, line), line


def cut_window(image: np.ndarray, row: int, column: int, size: int) -> np.ndarray:
    """Return the pixels under a window, without the part of it that sticks out."""
    return image[max(row, 0) : row + size, max(column, 0) : column + size]


def draw_border(ax: Axes, shape: tuple[int, int], border: Sequence[int]) -> None:
    """Add the squares around an image that windows stick out over: dashed, and empty.

    ``border`` counts them above, below, left and right.
    """
    above, below, left, right = border
    for row in range(-above, shape[0] + below):
        for column in range(-left, shape[1] + right):
            if not (0 <= row < shape[0] and 0 <= column < shape[1]):
                ax.add_patch(
                    Rectangle((column, row), 1, 1, fill=False, edgecolor=plots.GREY, linestyle=":")
                )
    ax.set_xlim(-left - 0.08, shape[1] + right + 0.08)
    ax.set_ylim(shape[0] + below + 0.08, -above - 0.08)


def grey_out_unseen(
    ax: Axes, shape: tuple[int, int], rows: Sequence[int], columns: Sequence[int], size: int
) -> None:
    """Shade the pixels of an image that no window covers."""
    seen_rows, seen_columns = _seen(shape[0], rows, size), _seen(shape[1], columns, size)
    for row, column in np.argwhere(~np.outer(seen_rows, seen_columns)):
        ax.add_patch(
            Rectangle(
                (column, row), 1, 1, facecolor=LIGHT, edgecolor=plots.GREY, hatch="///", alpha=0.6
            )
        )


def window_map(
    cases: Sequence[tuple[int, int, int | None, str]], *, alt: str, cell: float = 0.2
) -> Picture:
    """Draw where the windows fall, for several cases side by side.

    Parameters
    ----------
    cases : sequence of (n, size, stride, padding)
        Each an image of n by n pixels.
    alt : str
        A sentence that says what the figure shows.
    cell : float
        The side of one pixel, in inches.
    """
    starts = [window_starts((n, n), size, stride, padding) for n, size, stride, padding in cases]
    borders = [
        _border((n, n), rows, columns, size)
        for (n, size, *_), (rows, columns) in zip(cases, starts, strict=True)
    ]
    sides = [n + above + below for (n, *_), (above, below, *_) in zip(cases, borders, strict=True)]
    drawn, axes = plots.figure(
        (sum(sides) + 3 * len(cases)) * cell,
        max(sides) * cell + 0.75,
        1,
        len(cases),
        squeeze=False,
        width_ratios=sides,
    )
    for ax, case, (rows, columns), border in zip(axes[0], cases, starts, borders, strict=True):
        n, size, _, padding = case
        plots.matrix(ax, np.full((n, n), np.nan))
        draw_border(ax, (n, n), border)
        grey_out_unseen(ax, (n, n), rows, columns, size)
        for row in rows:
            for column in columns:
                corner, side = (column + 0.12, row + 0.12), size - 0.24
                ax.add_patch(
                    Rectangle(
                        corner, side, side, facecolor=plots.SKY, edgecolor=plots.BLUE, alpha=0.6
                    )
                )
        ax.set_anchor("N")
        ax.set_title(f"{n}×{n}, {padding}\n→ {len(rows)}×{len(columns)}")
    return Picture(drawn, alt)


def window_lines(
    cases: Sequence[tuple[int, int, int | None, str]], *, alt: str, cell: float = 0.22
) -> Picture:
    """Draw one row of pixels for each case, and below it a bar for each window.

    Parameters
    ----------
    cases : sequence of (n, size, stride, padding)
        Each an axis of n pixels.
    alt : str
        A sentence that says what the figure shows.
    cell : float
        The side of one pixel, in inches.
    """
    starts = [window_starts((n, 1), size, stride, padding)[0] for n, size, stride, padding in cases]
    drawn, axes = plots.figure(
        (max(n for n, *_ in cases) + 4) * len(cases) * cell,
        (max(map(len, starts)) * 0.6 + 1.6) * cell + 0.75,
        1,
        len(cases),
        squeeze=False,
        sharex=True,
        sharey=True,
    )
    for ax, (n, size, stride, padding), firsts in zip(axes[0], cases, starts, strict=True):
        plots.matrix(ax, np.full((1, n), np.nan))
        before, after = -firsts[0], max(firsts[-1] + size - n, 0)
        draw_border(ax, (1, n), (0, 0, before, after))
        grey_out_unseen(ax, (1, n), range(1), firsts, size)
        for i, first in enumerate(firsts):
            colour = plots.COLOURS[i % 4]
            bar = Rectangle((first + 0.1, 1.4 + 0.6 * i), size - 0.2, 0.4, facecolor=colour)
            ax.add_patch(bar)
        ax.set_title(f"{n} pixels, size {size}, stride {stride},\n{padding} → {len(firsts)}")
    longest = max(n for n, *_ in cases)
    axes[0, 0].set_xlim(-1.2, longest + 1.2)
    axes[0, 0].set_ylim(max(map(len, starts)) * 0.6 + 1.5, -0.1)
    return Picture(drawn, alt)


def shift_explorer(image: np.ndarray, reach: int = 4) -> Interactive:
    """Shift an image, and watch how much its pooled feature maps change.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        The image.
    reach : int
        How far it can be shifted, in pixels to either side.

    Returns
    -------
    Interactive
        Controls ``dx`` and ``pool``. Shows the image shifted, one of its four edge maps pooled,
        before and after, and says the relative change of the four in per cent.
    """
    dx = ipw.IntSlider(value=1, min=-reach, max=reach, description="dx")
    pool = ipw.Dropdown(options=list(POOLINGS), value="2×2", description="pooling")

    def draw(dx: int, pool: str) -> tuple[Picture, str]:
        return draw_shift(image, dx, pool)

    return Interactive(
        {"dx": dx, "pool": pool}, draw, ipw.HBox([dx, pool]), still={"dx": 2, "pool": "4×4"}
    )


def draw_shift(image: np.ndarray, dx: int, pool: str) -> tuple[Picture, str]:
    """Draw an image and its pooled "brighter right" map, before and after a shift by ``dx``."""
    moved = pooling.shift(image, dx)
    before, after = (POOLINGS[pool](pooling.edge_maps(x)) for x in (image, moved))
    change = pooling.relative_change(before, after)
    side = {"none": "not pooled"}.get(pool, f"pooled {pool}")
    line = (
        f"Shifted by {_number(dx)}, {side}: the four maps hold {before.size} numbers "
        f"and change by {change:.0%}."
    )
    drawn, axes = plots.figure(9, 2.4, 1, 5)
    top = before[..., 0].max()
    plots.image(axes[0], image, "image")
    plots.image(axes[1], moved, f"shifted by {_number(dx)}")
    plots.image(axes[2], before[..., 0], "map before", vmin=0, vmax=top)
    plots.image(axes[3], after[..., 0], "map after", vmin=0, vmax=top)
    difference = after[..., 0] - before[..., 0]
    plots.image(axes[4], difference, "lost: orange\nnew: purple", vmin=-top, vmax=top, cmap="PuOr")
    return Picture(drawn, line), line


def commute_explorer(image: np.ndarray, kernel: np.ndarray, reach: int = 4) -> Interactive:
    """Compare "shift, then convolve" with "convolve, then shift", as a difference image.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        The image.
    kernel : ndarray, shape (kh, kw)
        The kernel.
    reach : int
        How far the image can be shifted, in pixels to either side.

    Returns
    -------
    Interactive
        Controls ``dx`` and ``operation``, one of `OPERATIONS`. Shows both results and their
        difference, and says how many numbers differ.
    """
    dx = ipw.IntSlider(value=2, min=-reach, max=reach, description="dx")
    operation = ipw.Dropdown(
        options=list(OPERATIONS), description="operation", layout=ipw.Layout(width="27em")
    )

    def draw(dx: int, operation: str) -> tuple[Picture, str]:
        return draw_commute(image, kernel, dx, operation)

    return Interactive(
        {"dx": dx, "operation": operation},
        draw,
        ipw.HBox([dx, operation]),
        still={"dx": 1, "operation": "convolution, stride 2"},
    )


def draw_commute(
    image: np.ndarray, kernel: np.ndarray, dx: int, operation: str
) -> tuple[Picture, str]:
    """Draw an operation after a shift and before it, and the difference of the two results.

    With a spacing of 2, an odd ``dx`` asks for a shift by a fraction of an output pixel; the output
    is then shifted by the whole number below it.
    """
    summarise, spacing = OPERATIONS[operation]
    moved = pooling.shift(image, dx)
    first, last = (summarise(convolution.correlate2d(x, kernel)) for x in (moved, image))
    steps = dx // spacing
    last = pooling.shift(last, steps)
    difference = first - last
    count = np.count_nonzero(difference)
    exact = f"{_number(dx / spacing)} pixel{'' if abs(dx / spacing) == 1 else 's'} of the output"
    rounded = "" if dx % spacing == 0 else f", rounded down to {_number(steps)}"
    line = (
        f"{operation.capitalize()}. The image is shifted by {_number(dx)}, which is {exact}"
        f"{rounded}. {count} of {difference.size} numbers differ"
        + (f", the largest by {_number(np.abs(difference).max())}." if count else ".")
    )
    drawn, axes = plots.figure(9, 2.5, 1, 4)
    top = float(np.abs([first, last]).max()) or 1.0
    plots.image(axes[0], image, "image")
    for ax, values, title in [
        (axes[1], first, f"image shifted by {_number(dx)},\nthen the operation"),
        (axes[2], last, f"the operation, then\nits output shifted by {_number(steps)}"),
        (axes[3], difference, "difference:\nwhite is 0"),
    ]:
        plots.image(ax, values, title, vmin=-top, vmax=top, cmap="PuOr")
    return Picture(drawn, line), line


def shift_curves(
    shifts: Sequence[int],
    change: Mapping[str, Sequence[float]],
    recognised: Mapping[str, Any],
    leave_out: str = "",
) -> Picture:
    """Draw how much pooled maps change, and how many digits are recognised, against a shift.

    Parameters
    ----------
    shifts : sequence of int
        Pixels to the right.
    change : mapping of str to sequence of float
        For each kind of pooling, the value at each shift.
    recognised : mapping of str to array, shape (shifts,) or (shifts, repeats)
        The same; of repeats, the mean is drawn, with a bar from the lowest to the highest.
    leave_out : str
        A kind that has no curve, because it would hide another's.
    """
    shifts = list(shifts)
    names = [name for name in change if name != leave_out]
    repeats = {name: np.reshape(recognised[name], (len(shifts), -1)) for name in names}
    means = {name: values.mean(axis=1) for name, values in repeats.items()}
    colours = (plots.VERMILION, plots.ORANGE, plots.BLUE, plots.GREEN)
    drawn, axes = plots.figure(9, 3.4, 1, 2)
    for ax, table, title in [
        (axes[0], change, "how much the maps change"),
        (axes[1], means, "share of digits recognised"),
    ]:
        for name, colour, marker in zip(names, colours, "os^D", strict=True):
            ax.plot(shifts, table[name], color=colour, marker=marker, label=name)
        ax.set_title(title)
        ax.set_xlabel("shifted by dx pixels")
        ax.set_xticks(shifts)
        ax.set_ylim(-0.03, None)
    for name, colour in zip(names, colours, strict=True):
        lowest, highest = repeats[name].min(axis=1), repeats[name].max(axis=1)
        axes[1].vlines(shifts, lowest, highest, color=colour, linewidth=4, alpha=0.5)
    axes[1].axhline(0.1, color=plots.GREY, linestyle=":", linewidth=1)
    axes[1].text(shifts[0], 0.02, "guessing", color="#555555", fontsize=9)
    handles, labels = axes[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    shown = [index for index, dx in enumerate(shifts) if dx in (0, 1, 2, shifts[-1])]
    where = ", ".join(str(shifts[index]) for index in shown)
    alt = f"Two sets of curves against a shift of {shifts[0]} to {shifts[-1]} pixels. At {where}: "
    alt += "; ".join(
        f"{name}: change {_shown(change[name], shown)}, recognised {_shown(means[name], shown)}"
        for name in names
    )
    return Picture(drawn, alt + ".")


def _shown(values: Sequence[float], positions: Sequence[int]) -> str:
    """Return some of a curve's values as text."""
    return " ".join(f"{values[position]:.2f}" for position in positions)


def _border(
    shape: tuple[int, int], rows: Sequence[int], columns: Sequence[int], size: int
) -> tuple[int, int, int, int]:
    """Return by how much windows stick out above, below, left and right."""
    return (
        -rows[0],
        max(rows[-1] + size - shape[0], 0),
        -columns[0],
        max(columns[-1] + size - shape[1], 0),
    )


def _seen(n: int, starts: Sequence[int], size: int) -> np.ndarray:
    """Return for each pixel of an axis whether a window covers it."""
    seen = np.zeros(n, bool)
    for start in starts:
        seen[max(start, 0) : start + size] = True
    return seen


def _unseen_in_words(
    shape: tuple[int, int], rows: Sequence[int], columns: Sequence[int], size: int
) -> str:
    """Return a sentence on rows and columns that no window covers, if there are any."""
    counts = {
        "row": int((~_seen(shape[0], rows, size)).sum()),
        "column": int((~_seen(shape[1], columns, size)).sum()),
    }
    parts = [f"{n} {name}{'s' if n > 1 else ''}" for name, n in counts.items() if n]
    return f" Not covered: {' and '.join(parts)}." if parts else ""


def _largest(values: object) -> float | None:
    """Return the size of the largest number, for the deepest tint; None if all are 0."""
    return float(np.abs(np.asarray(values, float)).max()) or None


def _listed(values: np.ndarray) -> str:
    """Return the numbers of a window as text."""
    return ", ".join(_number(value) for value in values.flat)


def _number(value: float) -> str:
    """Return a number as text with a true minus sign."""
    return plots.signed(f"{float(value):.4g}")

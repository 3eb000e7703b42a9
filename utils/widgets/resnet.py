"""The interactive figures and drawings of lesson 13."""

from __future__ import annotations

import itertools

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from utils import plots, resnet
from utils.plots import Picture
from utils.resnet import Measured
from utils.widgets.base import Interactive

# The four steps of batch normalisation: what the slider counts, and what each computes.
STEPS = ("as they come in", "mean subtracted", "divided by the deviation", "times γ, plus β")
CHANCE_LOSS = float(np.log(10))  # of ten equal probabilities


def norm_explorer(batch: np.ndarray) -> Interactive:
    """Follow a batch through batch normalisation, with γ and β to choose.

    Parameters
    ----------
    batch : ndarray, shape (N, H, W, C)
        Few numbers: each is a dot.

    Returns
    -------
    Interactive
        Controls ``step`` (0 to 3), ``gamma`` and ``beta``, the same for all channels.
    """
    wide = ipw.Layout(width="26em")
    controls = {
        "step": ipw.IntSlider(value=0, min=0, max=3, description="step", layout=wide),
        "gamma": ipw.FloatSlider(value=1, min=-2, max=3, step=0.5, description="γ", layout=wide),
        "beta": ipw.FloatSlider(value=0, min=-4, max=4, step=0.5, description="β", layout=wide),
    }

    def draw(step: int, gamma: float, beta: float) -> tuple[Picture, str]:
        return draw_norm(batch, step, gamma, beta)

    return Interactive(controls, draw, still={"step": 3, "gamma": 2, "beta": 1})


def draw_norm(batch: np.ndarray, step: int, gamma: float, beta: float) -> tuple[Picture, str]:
    """Draw each channel's numbers after a step; return a line with mean and deviation, too."""
    channels = batch.shape[-1]
    results = resnet.batch_norm_steps(batch, np.full(channels, gamma), np.full(channels, beta))
    shown = [batch, results["centred"], results["normalised"], results["scaled and shifted"]][step]
    drawn, axes = plots.figure(7.2, 0.5 + 1.0 * channels, channels, 1, squeeze=False, sharex=True)
    said = []
    for channel, ax in enumerate(axes[:, 0]):
        values = np.asarray(shown[..., channel], float)
        mean, deviation = round(values.mean(), 9) + 0.0, values.std()  # + 0.0: no minus before it
        ax.axvspan(mean - deviation, mean + deviation, color=plots.SKY, alpha=0.35, linewidth=0)
        ax.axvline(mean, color=plots.BLUE, linewidth=1.5)
        for image, numbers in enumerate(values):
            ax.plot(
                numbers.ravel(),
                np.full(numbers.size, float(image)),
                "osD^v"[image % 5],
                color=plots.COLOURS[(image + 1) % len(plots.COLOURS)],
                markersize=6,
            )
        ax.axvline(0, color=plots.GREY, linewidth=0.8, zorder=0)
        ax.set(yticks=[], ylim=(-0.8, len(values) - 0.2), ylabel=f"channel {channel}")
        said.append(f"channel {channel}: mean {mean:.2f}, standard deviation {deviation:.2f}")
    low, high = min(-6.0, shown.min() - 1), max(6.0, shown.max() + 1)
    axes[-1, 0].set(xlim=(low, high), xlabel="value (one marker for each image; line: mean)")
    chosen = f", γ = {gamma:g}, β = {beta:g}" if step == 3 else ""
    line = plots.signed(f"Step {step}, {STEPS[step]}{chosen}. {'; '.join(said)}.")
    return Picture(drawn, f"The numbers of a batch as dots. {line}"), line


def depth_explorer(measured: Measured) -> Interactive:
    """Choose a depth, and see how plain and residual networks of that depth were trained.

    Parameters
    ----------
    measured : Measured
        What ``data/build_resnet.py`` measured.

    Returns
    -------
    Interactive
        Control ``depth``: one of `resnet.DEPTHS`.
    """
    depth = ipw.SelectionSlider(
        options=resnet.DEPTHS,
        value=resnet.DEPTHS[0],
        description="depth",
        layout=ipw.Layout(width="26em"),
    )

    def draw(depth: int) -> tuple[Picture, str]:
        return draw_depth(measured, depth)

    return Interactive({"depth": depth}, draw, still={"depth": resnet.DEPTHS[-1]})


def draw_depth(measured: Measured, depth: int) -> tuple[Picture, str]:
    """Draw the training loss of both kinds of network at a depth, three runs each."""
    place = resnet.DEPTHS.index(depth)
    drawn, axes = plots.figure(7.2, 2.6, 1, 2, sharey=True)
    said = []
    for kind, ax in enumerate(axes):
        losses = measured.depth_losses[kind, place]
        for run, style in zip(losses, ("-", "--", "-."), strict=True):
            ax.plot(range(1, len(run) + 1), run, style, color=(plots.VERMILION, plots.BLUE)[kind])
        ax.axhline(CHANCE_LOSS, color=plots.GREY, linestyle=":")
        ax.text(1, CHANCE_LOSS + 0.04, "guessing: ln 10", color="#555555", fontsize=8.5)
        ax.set(title=f"{resnet.KINDS[kind]}, {depth} convolutions", xlabel="epoch", ylim=(0, 2.6))
        reached = measured.depth_accuracies[kind, place]
        accuracies = ", ".join(f"{each:.2f}" for each in reached)
        said.append(
            f"{resnet.KINDS[kind]}: loss {losses[:, -1].min():.2f} to {losses[:, -1].max():.2f} "
            f"after {losses.shape[1]} epochs, test accuracy {accuracies}"
        )
    axes[0].set_ylabel("training loss")
    line = f"{depth} convolutions, three runs. {'; '.join(said)}."
    return Picture(drawn, line), line


def draw_accuracy_by_depth(measured: Measured) -> Picture:
    """Draw the test accuracy against the depth for both kinds of network."""
    drawn, ax = plots.figure(5.6, 2.8)
    said = []
    for kind, name in enumerate(resnet.KINDS):
        reached = measured.depth_accuracies[kind]
        colour, line = ((plots.VERMILION, "--"), (plots.BLUE, "-"))[kind]
        ax.plot(resnet.DEPTHS, reached.mean(axis=1), line, color=colour, label=name)
        for run in reached.T:
            ax.plot(resnet.DEPTHS, run, "so"[kind], color=colour, markersize=4.5)
        means = ", ".join(f"{each:.2f}" for each in reached.mean(axis=1))
        said.append(f"{name} {means}")
    ax.axhline(0.1, color=plots.GREY, linestyle=":")
    ax.set(xlabel="convolutions", ylabel="test accuracy", ylim=(0, 1.03), xticks=resnet.DEPTHS)
    ax.legend(frameon=False)
    depths = ", ".join(map(str, resnet.DEPTHS))
    return Picture(drawn, f"Mean test accuracy at {depths} convolutions: {'; '.join(said)}.")


def draw_signal(signals: dict[str, np.ndarray]) -> Picture:
    """Draw how large the numbers are after each pair of convolutions, on a logarithmic scale.

    Parameters
    ----------
    signals : dict of str to ndarray
        The standard deviation after each pair, by the kind of network.
    """
    drawn, ax = plots.figure(5.6, 2.6)
    said = []
    for index, (name, values) in enumerate(signals.items()):
        steps = 2 * np.arange(1, len(values) + 1)
        colour, line = ((plots.VERMILION, "s--"), (plots.BLUE, "o-"))[index % 2]
        ax.semilogy(steps, values, line, color=colour, markersize=4, label=name)
        said.append(f"{name}: from {values[0]:.1g} to {values[-1]:.1g}")
    ax.set(xlabel="convolutions", ylabel="standard deviation")
    ax.legend(frameon=False)
    return Picture(drawn, f"The size of the numbers by depth. {'; '.join(said)}.")


def draw_transfer(measured: Measured) -> Picture:
    """Draw the accuracy on digits 5 to 9 against the examples of each, for each way to learn."""
    drawn, ax = plots.figure(6.4, 3.2)
    said = []
    for index, name in enumerate(resnet.TRANSFERS):
        reached = measured.transfer_accuracies[index]
        style, marker = ("-", "-", "--")[index], "oD^"[index]
        colour = (plots.SKY, plots.BLUE, plots.VERMILION)[index]
        ax.plot(resnet.EXAMPLES, reached.mean(axis=1), style, color=colour, label=name)
        for run in reached.T:
            ax.plot(resnet.EXAMPLES, run, marker, color=colour, markersize=4)
        means = ", ".join(f"{each:.2f}" for each in reached.mean(axis=1))
        said.append(f"{name} {means}")
    ax.set(xlabel="examples of each digit", ylabel="accuracy on 5 to 9", ylim=(0, 1.03))
    ax.set_xticks(resnet.EXAMPLES)
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    counts = ", ".join(map(str, resnet.EXAMPLES))
    return Picture(drawn, f"Mean accuracy with {counts} examples of each: {'; '.join(said)}.")


def draw_block() -> Picture:
    """Draw two residual blocks: with the input as the shortcut, and with a 1x1 convolution."""
    drawn, axes = plots.figure(8.2, 4.9, 1, 2)
    conv, norm = "conv 3×3{}, no bias", "batch norm"
    for ax, stride, title in zip(
        axes, ("", ",\nstride 2"), ("same shape", "half the size, more channels"), strict=True
    ):
        labels = ["input", conv.format(stride), norm, "ReLU", conv.format(""), norm, "+", "ReLU"]
        heights = np.linspace(8.4, 0.2, len(labels))
        for label, height in zip(labels, heights, strict=True):
            _box(ax, 1.6, height, label)
        for top, bottom in itertools.pairwise(heights):
            _arrow(ax, (1.6, top - 0.36), (1.6, bottom + 0.36))
        _shortcut(ax, heights[0], heights[6], bool(stride))
        ax.set(xlim=(-0.2, 6.2), ylim=(-0.4, 9.0), title=title)
        ax.axis("off")
    alt = (
        "Two drawings of a residual block. Main path, from top to bottom: input, convolution 3x3 "
        "without a bias, batch norm, ReLU, convolution 3x3, batch norm, addition, ReLU. The "
        "shortcut goes from the input straight to the addition; in the second drawing, where the "
        "first convolution has stride 2, it has a convolution 1x1 with stride 2 and a batch norm."
    )
    return Picture(drawn, alt)


def _shortcut(ax: Axes, top: float, bottom: float, projects: bool) -> None:
    """Draw the way around the two convolutions."""
    ax.plot([2.9, 4.7], [top, top], color=plots.BLUE, linewidth=1.8)
    if projects:
        middle = (top + bottom) / 2
        _arrow(ax, (4.7, top), (4.7, middle + 0.95), plots.BLUE)
        _box(ax, 4.7, middle + 0.55, "conv 1×1,\nstride 2, no bias", plots.SKY)
        _box(ax, 4.7, middle - 0.6, "batch norm", plots.SKY)
        _arrow(ax, (4.7, middle + 0.1), (4.7, middle - 0.25), plots.BLUE)
        ax.plot([4.7, 4.7], [middle - 0.95, bottom], color=plots.BLUE, linewidth=1.8)
    else:
        ax.plot([4.7, 4.7], [top, bottom], color=plots.BLUE, linewidth=1.8)
        ax.text(4.8, (top + bottom) / 2, "shortcut", color=plots.BLUE, fontsize=10)
    _arrow(ax, (4.7, bottom), (2.9, bottom), plots.BLUE)


def _box(ax: Axes, x: float, y: float, text: str, colour: str = "#EEEEEE") -> None:
    """Draw a box with a text in its middle."""
    tall = 0.4 if "\n" in text else 0.3
    ax.add_patch(
        FancyBboxPatch(
            (x - 1.25, y - tall),
            2.5,
            2 * tall,
            boxstyle="round,pad=0.04",
            facecolor=colour,
            edgecolor=plots.GREY,
        )
    )
    ax.text(x, y, text, ha="center", va="center", fontsize=9)


def _arrow(
    ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str = plots.BLACK
) -> None:
    """Draw an arrow."""
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=10, color=colour))

"""Lesson 11's figures: how training and validation part, and which digits are taken for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from utils import generalisation, plots, training
from utils.plots import BLUE, GREY, ORANGE, VERMILION, Picture
from utils.widgets.base import Interactive

STYLES = {"training": (BLUE, "-"), "validation": (VERMILION, "--")}
NAMES = {
    "loss": {"training": "loss", "validation": "val_loss"},
    "accuracy": {"training": "accuracy", "validation": "val_accuracy"},
}


def curve_explorer() -> Interactive:
    """Choose how many digits, how large a network and how many epochs; see both curves.

    Returns
    -------
    Interactive
        Controls ``digits``, ``units`` and ``epochs``. The curves were computed beforehand, by
        ``data/build_generalisation.py``.
    """
    measured = generalisation.measured()
    wide = ipw.Layout(width="26em")
    style = {"description_width": "7em"}

    def choice(name: str, values: Sequence[int], value: int) -> ipw.SelectionSlider:
        options = [(f"{each:,}", each) for each in values]
        return ipw.SelectionSlider(
            options=options, value=value, description=name, layout=wide, style=style
        )

    epochs = len(measured["grid"][0]["loss"])
    controls = {
        "digits": choice("digits", measured["sizes"], 200),
        "units": choice("hidden units", measured["units"], 1000),
        "epochs": ipw.IntSlider(
            value=epochs, min=1, max=epochs, description="epochs", layout=wide, style=style
        ),
    }
    return Interactive(controls, draw_curves)


def draw_curves(digits: int, units: int, epochs: int) -> tuple[Picture, str]:
    """Draw the curves of one network on one number of digits, up to an epoch, and say where it is.

    Parameters
    ----------
    digits, units, epochs : int
        As many training digits, units in the hidden layer, and epochs, from 1.
    """
    curves = generalisation.curves_of(digits, units)
    drawn, axes = plots.figure(9, 3.2, 1, 2)
    for ax, (measure, names) in zip(axes, NAMES.items(), strict=True):
        for part, name in names.items():
            _draw_runs(ax, curves[name], epochs, part)
        ax.set(xlabel="epoch", ylabel=measure, xlim=(0.5, curves["loss"].shape[1] + 0.5))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        ax.legend(frameon=False, fontsize=9)
    axes[0].set_ylim(0, 2.6)
    axes[1].set_ylim(0, 1.03)
    line = _say_where(curves, digits, units, epochs)
    return Picture(drawn, line), line


def _draw_runs(ax: Axes, runs: np.ndarray, epochs: int, part: str) -> None:
    """Draw each run thinly, and their mean; what comes after the chosen epoch is left out."""
    colour, style = STYLES[part]
    numbers = np.arange(1, epochs + 1)
    for run in runs:
        ax.plot(numbers, run[:epochs], style, color=colour, linewidth=0.7, alpha=0.5)
    mean = runs.mean(axis=0)[:epochs]
    ax.plot(numbers, mean, style, color=colour, linewidth=2.2, label=part)
    ax.plot(numbers[-1:], mean[-1:], "o", color=colour, markersize=6)


def _say_where(curves: Mapping[str, np.ndarray], digits: int, units: int, epochs: int) -> str:
    """Say what the curves have reached, as means over the seeds."""
    now = {name: runs[:, epochs - 1] for name, runs in curves.items()}
    valid = now["val_accuracy"]
    means = curves["val_loss"].mean(axis=0)[:epochs]
    gap = now["accuracy"].mean() - valid.mean()
    return (
        f"{digits:,} digits, {units:,} hidden units ({generalisation.dense_parameters(units):,} "
        f"parameters), epoch {epochs}: accuracy in training {now['accuracy'].mean():.2f}, in "
        f"validation {valid.mean():.2f} ({valid.min():.2f} to {valid.max():.2f}); gap "
        f"{plots.signed(f'{gap:.2f}')}. Validation loss {now['val_loss'].mean():.2f}, "
        f"lowest {means.min():.2f} in epoch {means.argmin() + 1}."
    )


def draw_confusion(matrix: np.ndarray, alt: str) -> Picture:
    """Draw a confusion matrix: numbers in squares, and colour for the errors only.

    Parameters
    ----------
    matrix : ndarray of int, shape (K, K)
        Row: the true class; column: the predicted one.
    alt : str
        A sentence that says what the figure shows.
    """
    drawn, ax = plots.figure(5.6, 5)
    errors = np.where(np.eye(len(matrix), dtype=bool), 0, matrix)
    ax.imshow(errors, cmap="Oranges", vmin=0, vmax=max(1.6 * errors.max(), 1))
    for row, column in np.argwhere(matrix > 0):
        bold = "bold" if row == column else "normal"
        text = f"{matrix[row, column]}"
        ax.text(column, row, text, ha="center", va="center", fontsize=10, fontweight=bold)
    classes = range(len(matrix))
    ax.set(xticks=classes, yticks=classes, xlabel="predicted", ylabel="true digit")
    ax.tick_params(length=0)
    return Picture(drawn, alt)


def draw_path(
    weights: np.ndarray, losses: np.ndarray, path: Sequence[tuple[float, float]], alt: str
) -> Picture:
    """Draw a loss against one weight, and the steps of a training on it.

    Parameters
    ----------
    weights, losses : ndarray, shape (N,)
        The curve.
    path : sequence of (weight, loss)
        Where the training was after each step, the start included.
    alt : str
        A sentence that says what the figure shows.
    """
    drawn, ax = plots.figure(6.5, 2.8)
    ax.plot(weights, losses, color=GREY)
    ax.plot(*zip(*path, strict=True), "o-", color=VERMILION, markersize=5, linewidth=1)
    for step in (0, len(path) - 1):
        ax.annotate(f"step {step}", path[step], textcoords="offset points", xytext=(6, 8))
    ax.set(xlabel="weight", ylabel="loss of all six")
    return Picture(drawn, alt)


def draw_sampling(shares: Mapping[int, np.ndarray], p: float, alt: str) -> Picture:
    """Draw how accuracies on test sets of several sizes scatter, with the formula's chance error.

    Parameters
    ----------
    shares : mapping of int to ndarray
        For each size of the test set, the accuracies on many of them.
    p : float
        The accuracy on all digits.
    alt : str
        A sentence that says what the figure shows.
    """
    drawn, axes = plots.figure(9, 2.4, 1, len(shares), sharex=True)
    for ax, (count, values) in zip(axes, shares.items(), strict=True):
        error = training.chance_error(p, count)
        ax.hist(values, bins=np.arange(0.7, 1.0051, 0.01) - 0.005, color=BLUE)
        ax.axvline(p, color="black", linewidth=1)
        ax.axvspan(p - error, p + error, color=ORANGE, alpha=0.5, linewidth=0, zorder=0)
        ax.set(title=f"{count:,} digits", xlabel="accuracy", yticks=[], xlim=(0.84, 1.0))
    return Picture(drawn, alt)

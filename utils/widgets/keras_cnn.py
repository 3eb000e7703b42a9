"""Interactive figures of lesson 07, and the drawings that they share with its still ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes

from utils import keras_cnn, plots, pooling
from utils.plots import Picture
from utils.widgets.base import Interactive, Steps

Predict = Callable[[np.ndarray], np.ndarray]


def shift_explorer(
    networks: Mapping[str, Predict],
    pictures: Mapping[str, np.ndarray],
    still: Mapping[str, object] | None = None,
) -> Interactive:
    """Move a picture and watch the probabilities that a network gives it.

    Parameters
    ----------
    networks : mapping of str to callable
        Networks by name, each from ``(N, H, W, 1)`` to probabilities ``(N, classes)``.
    pictures : mapping of str to ndarray, shape (H, W, 1)
        The pictures to choose from, by name, as the networks take them.
    still : mapping, optional
        The still picture's values.

    Returns
    -------
    Interactive
        Controls ``network``, ``picture``, ``right`` and ``down``.
    """
    wide = ipw.Layout(width="24em")
    controls = {
        "network": ipw.Dropdown(options=list(networks), description="network"),
        "picture": ipw.Dropdown(options=list(pictures), description="picture"),
        "right": ipw.IntSlider(value=0, min=-6, max=6, description="right", layout=wide),
        "down": ipw.IntSlider(value=0, min=-6, max=6, description="down", layout=wide),
    }
    network, picture, right, down = controls.values()

    def draw(network: str, picture: str, right: int, down: int) -> tuple[Picture, str]:
        moved = pooling.shift(pictures[picture], right, down)
        probabilities = networks[network](moved[np.newaxis])[0]
        where = plots.signed(f"{picture}, moved right by {right} and down by {down}")
        return draw_prediction(moved[:, :, 0], probabilities, f"{network}, {where}")

    layout = ipw.VBox([ipw.HBox([network, picture]), right, down])
    return Interactive(controls, draw, layout, still=still or {"right": 2})


def draw_prediction(image: np.ndarray, probabilities: np.ndarray, what: str) -> tuple[Picture, str]:
    """Draw an image beside a bar for each class, and return a line on the most probable class.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        0 to 1.
    probabilities : ndarray, shape (classes,)
        A network's probability for each class.
    what : str
        Which network and which picture, for the line.
    """
    first, second = np.argsort(-probabilities)[:2]
    line = (
        f"{what}: read as {first} ({probabilities[first]:.0%}); "
        f"next {second} ({probabilities[second]:.0%})."
    )
    drawn, axes = plots.figure(7, 2.5, 1, 2, width_ratios=[1, 2])
    draw_centred(axes[0], image)
    draw_probabilities(axes[1], probabilities)
    return Picture(drawn, line), line


def draw_centred(ax: Axes, image: np.ndarray, title: str | None = None) -> None:
    """Draw an image with its middle column marked."""
    plots.image(ax, image, title, vmin=0, vmax=1)
    ax.axvline((image.shape[1] - 1) / 2, color=plots.ORANGE, linewidth=1)


def draw_probabilities(ax: Axes, probabilities: np.ndarray) -> None:
    """Draw a bar for each class, the highest in another colour, each with its number."""
    classes = np.arange(len(probabilities))
    best = probabilities.argmax()
    colours = [plots.ORANGE if index == best else plots.BLUE for index in classes]
    ax.bar(classes, np.maximum(probabilities, 0.006), color=colours)  # 0.00 stays visible
    for index, value in enumerate(probabilities):
        ax.text(index, value + 0.02, f"{value:.2f}", ha="center", fontsize=8.5)
    ax.set(xticks=classes, ylim=(0, 1.12), xlabel="digit", ylabel="probability")


def forward_stepper(weights: Sequence[np.ndarray], images: Mapping[str, np.ndarray]) -> Interactive:
    """Step through the tiny network's calculation, number by number.

    Parameters
    ----------
    weights : sequence of ndarray
        As ``model.get_weights()`` returns them.
    images : mapping of str to ndarray, shape (4, 4)
        Inputs by name.

    Returns
    -------
    Interactive
        Controls ``image`` and ``step``.
    """
    image = ipw.Dropdown(options=list(images), description="input")
    steps = Steps(len(STEPS), "step")
    image.observe(lambda change: steps.restart(len(STEPS)), names="value")

    def draw(image: str, step: int) -> tuple[Picture, str]:
        return draw_forward(weights, images[image], step)

    layout = ipw.VBox([image, steps.row])
    controls = {"image": image, "step": steps.slider}
    return Interactive(controls, draw, layout, still={"step": len(STEPS)})


STEPS = (
    *("sum 1", "sum 2", "sum 3", "sum 4"),
    *("ReLU", "max pooling", "dense 10", "dense 2", "softmax"),
)


def draw_forward(
    weights: Sequence[np.ndarray], image: np.ndarray, step: int
) -> tuple[Picture, str]:
    """Draw the tiny network's calculation as far as one of `STEPS`, counted from 1."""
    values = keras_cnn.forward_steps(weights, image)
    kernel, bias = np.asarray(weights[0])[:, :, 0, 0], float(weights[1][0])
    line = f"Step {step} of {len(STEPS)}: {_say_step(values, bias, step)}"

    sums = np.where(np.arange(4) < step, values["sums"].ravel(), np.nan).reshape(2, 2)
    shown = {
        "kernel": kernel,
        f"sums {'−' if bias < 0 else '+'} {abs(bias):.2f}": sums,
        "ReLU": _after(values["feature map"], step, 5),
        "max": _after(values["pooled"][:, None], step, 6),
        "dense 10": _after(values["hidden"][:, None], step, 7),
        "dense 2": _after(values["logits"][:, None], step, 8),
        "softmax": _after(values["probabilities"][:, None], step, 9),
    }
    widths = [4, 3, 2, 2, 1.3, 1.6, 1.5, 1.5]
    drawn, axes = plots.figure(9.3, 4.3, 1, len(widths), width_ratios=widths)
    row, column = divmod(min(step, 4) - 1, 2)
    window = (row, column, 3, 3) if step <= 4 else None
    plots.matrix(axes[0], image, "input", window=window, room=10, decimals=3)
    for index, (ax, (title, array)) in enumerate(zip(axes[1:], shown.items(), strict=True)):
        current = (row, column, 1, 1) if index == 1 and step <= 4 else None
        rounded = np.round(array, 2) + 0.0  # no −0.00
        decimals = 3 if title == "softmax" else None  # with two, 0.9994 and 0.0006 are 1 and 0
        shown_values = array if decimals else rounded
        plots.matrix(ax, shown_values, title, window=current, room=10, decimals=decimals)
    return Picture(drawn, line), line


def _after(array: np.ndarray, step: int, first: int) -> np.ndarray:
    """Return an array once its step has come, empty squares before."""
    return array if step >= first else np.full(array.shape, np.nan)


def _say_step(values: Mapping[str, np.ndarray], bias: float, step: int) -> str:
    """Return a line on what a step computes, with its numbers."""
    if step <= 4:
        row, column = divmod(step - 1, 2)
        total = values["sums"][row, column]
        return (
            f"the nine products at row {row}, column {column} add up to {_number(total - bias)}; "
            f"with the bias {_number(bias)} that is {_number(total)}."
        )
    pooled, logits = values["pooled"][0], values["logits"]
    if step == 5:
        return f"ReLU keeps {np.count_nonzero(values['feature map'])} of 4 numbers above 0."
    if step == 6:
        return f"the largest of the four is {_number(pooled)}; flattened, one number."
    if step == 7:
        alive = np.count_nonzero(values["hidden"])
        return f"ten units each take {_number(pooled)}; after ReLU, {alive} of them are above 0."
    if step == 8:
        return f"two units add up the ten: {_number(logits[0])} and {_number(logits[1])}."
    first, second = values["probabilities"]
    return f"exponentials divided by their sum: {first:.4f} and {second:.4f}."


def _number(value: float) -> str:
    """Return a number as text with two decimals and a true minus sign."""
    return plots.signed(f"{round(float(value), 2) + 0.0:.2f}")

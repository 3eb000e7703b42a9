"""Interactive figure of lesson 12: one update step of a tiny network, number by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import ipywidgets as ipw
import numpy as np
from matplotlib.axes import Axes

from utils import numpy_cnn, plots
from utils.plots import Picture
from utils.widgets.base import Interactive, Steps

# Chosen so that no window has a tie, and that in one of them every sum is negative.
IMAGE = np.array(
    [[2, 1, 1, 0, 1], [0, 1, 2, 2, 2], [1, 1, 2, 1, 2], [0, 2, 1, 0, 0], [2, 1, 2, 1, 0]]
)
KERNEL = np.array([[1.0, -1.0], [-2.0, 1.0]])
BIAS = np.array([0.5])
WEIGHTS = np.array([[0.5, -0.25], [-0.5, 0.25], [0.25, 0.5], [0.5, -0.25]])
BIASES = np.array([0.0, 0.0])


@dataclass
class TinyStep:
    """All numbers of one update step: a 5x5 image, 15 parameters, two classes.

    Parameters
    ----------
    label : int
        The right class, 0 or 1.
    rate : float
        The learning rate.
    """

    label: int
    rate: float
    kernel: np.ndarray = field(default_factory=lambda: KERNEL)
    bias: np.ndarray = field(default_factory=lambda: BIAS)
    weights: np.ndarray = field(default_factory=lambda: WEIGHTS)
    biases: np.ndarray = field(default_factory=lambda: BIASES)

    def __post_init__(self) -> None:
        image, kernel = IMAGE[np.newaxis, :, :, np.newaxis], self.kernel[:, :, np.newaxis, None]
        sums = numpy_cnn.conv_forward(image, kernel, self.bias)
        relu = np.maximum(sums, 0)
        pooled = numpy_cnn.max_pool(relu)
        self.scores = pooled.reshape(1, 4) @ self.weights + self.biases
        self.probabilities = numpy_cnn.softmax(self.scores)
        self.loss = numpy_cnn.cross_entropy(self.scores, np.array([self.label]))
        self.d_scores = numpy_cnn.cross_entropy_gradient(self.scores, np.array([self.label]))
        self.d_weights = pooled.reshape(4, 1) @ self.d_scores
        d_pooled = (self.d_scores @ self.weights.T).reshape(1, 2, 2, 1)
        d_relu = numpy_cnn.max_pool_backward(d_pooled, relu)
        d_sums = d_relu * (sums > 0)
        _, d_kernel, self.d_bias = numpy_cnn.conv_backward(d_sums, image, kernel)
        maps = (sums, relu, pooled, d_pooled, d_relu, d_sums)
        self.sums, self.relu, self.pooled, self.d_pooled, self.d_relu, self.d_sums = (
            each[0, :, :, 0] for each in maps
        )
        self.d_kernel = d_kernel[:, :, 0, 0]

    @cached_property
    def after(self) -> TinyStep:
        """The same network after the update step."""
        return TinyStep(
            self.label,
            self.rate,
            self.kernel - self.rate * self.d_kernel,
            self.bias - self.rate * self.d_bias,
            self.weights - self.rate * self.d_weights,
            self.biases - self.rate * self.d_scores[0],
        )


@dataclass(frozen=True)
class Stage:
    """A stage of the update step.

    Attributes
    ----------
    name : str
        What it computes.
    panel : str
        The panel that it fills.
    shape : (int, int)
        Of the panel.
    tell : callable
        Takes the step, row and column, and returns the computation of that number in words.
    uses : callable
        Takes row and column, and returns the parts of other panels that the number is computed
        from, as ``{panel: (row, column, height, width)}``.
    """

    name: str
    panel: str
    shape: tuple[int, int]
    tell: Callable[[TinyStep, int, int], str]
    uses: Callable[[int, int], dict[str, tuple[int, int, int, int]]]


def _tell_sum(step: TinyStep, i: int, j: int) -> str:
    window = IMAGE[i : i + 2, j : j + 2]
    return (
        f"{_products(step.kernel.flat, window.flat)} + bias {_number(step.bias[0])} = "
        f"{_number(step.sums[i, j])}"
    )


def _tell_relu(step: TinyStep, i: int, j: int) -> str:
    return f"the larger of {_number(step.sums[i, j])} and 0 = {_number(step.relu[i, j])}"


def _tell_pooled(step: TinyStep, i: int, j: int) -> str:
    window = step.relu[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
    listed = ", ".join(map(_number, window.flat))
    return f"the largest of {listed} = {_number(step.pooled[i, j])}"


def _tell_score(step: TinyStep, i: int, j: int) -> str:
    terms = _products(step.pooled.flat, step.weights[:, j])
    return f"{terms} + bias {_number(step.biases[j])} = {_number(step.scores[0, j])}"


def _tell_probability(step: TinyStep, i: int, j: int) -> str:
    powers = " + ".join(f"exp({_number(score)})" for score in step.scores[0])
    return f"exp({_number(step.scores[0, j])}) / ({powers}) = {_number(step.probabilities[0, j])}"


def _tell_loss(step: TinyStep, i: int, j: int) -> str:
    return f"−log({_number(step.probabilities[0, step.label])}) = {_number(step.loss)}"


def _tell_d_score(step: TinyStep, i: int, j: int) -> str:
    hot = int(j == step.label)
    return f"{_number(step.probabilities[0, j])} − {hot} = {_number(step.d_scores[0, j])}"


def _tell_d_weight(step: TinyStep, i: int, j: int) -> str:
    up = _number(step.d_scores[0, j])
    if i == 4:
        return f"a bias, added to score {j}: {up} = {up}"
    return f"{_number(step.pooled.flat[i])}×{up} = {_number(step.d_weights[i, j])}"


def _tell_d_pooled(step: TinyStep, i: int, j: int) -> str:
    terms = _products(step.d_scores[0], step.weights[2 * i + j])
    return f"{terms} = {_number(step.d_pooled[i, j])}"


def _tell_d_relu(step: TinyStep, i: int, j: int) -> str:
    up, got = step.d_pooled[i // 2, j // 2], step.d_relu[i, j]
    won = (
        numpy_cnn.max_pool_backward(np.ones((1, 2, 2, 1)), step.relu[None, :, :, None])[0, i, j, 0]
        > 0
    )
    which = "the first largest of its window" if won else "not the first largest of its window"
    return f"{which}: {_number(up)}×{int(won)} = {_number(got)}"


def _tell_d_sum(step: TinyStep, i: int, j: int) -> str:
    passes = step.sums[i, j] > 0
    sign = "above 0" if passes else "not above 0"
    return (
        f"the sum {_number(step.sums[i, j])} is {sign}: {_number(step.d_relu[i, j])}×{int(passes)} "
        f"= {_number(step.d_sums[i, j])}"
    )


def _tell_d_kernel(step: TinyStep, i: int, j: int) -> str:
    if i == 2:
        listed = " + ".join(map(_number, step.d_sums[step.d_sums != 0]))
        return f"the bias is in every sum: {listed or '0'} = {_number(step.d_bias[0])}"
    window = IMAGE[i : i + 4, j : j + 4]
    used = step.d_sums != 0
    terms = _products(step.d_sums[used], window[used])
    return f"{terms or '0'} = {_number(step.d_kernel[i, j])}"


def _tell_new(before: float, gradient: float, rate: float, after: float) -> str:
    return f"{_number(before)} − {_number(rate)}×{_number(gradient)} = {_number(after)}"


def _tell_new_kernel(step: TinyStep, i: int, j: int) -> str:
    old, gradient = with_bias(step.kernel, step.bias), with_bias(step.d_kernel, step.d_bias)
    new = with_bias(step.after.kernel, step.after.bias)
    return _tell_new(old[i, j], gradient[i, j], step.rate, new[i, j])


def _tell_new_weight(step: TinyStep, i: int, j: int) -> str:
    old, gradient = with_bias(step.weights, step.biases), with_bias(step.d_weights, step.d_scores)
    new = with_bias(step.after.weights, step.after.biases)
    return _tell_new(old[i, j], gradient[i, j], step.rate, new[i, j])


def _tell_new_loss(step: TinyStep, i: int, j: int) -> str:
    return (
        f"the same image once more, with the new parameters: −log("
        f"{_number(step.after.probabilities[0, step.label])}) = {_number(step.after.loss)}"
    )


def with_bias(weights: np.ndarray, biases: np.ndarray) -> np.ndarray:
    """Return weights with their biases as a last row; empty squares are nan."""
    row = np.full(weights.shape[1], np.nan)
    row[: np.size(biases)] = np.ravel(biases)
    return np.vstack([weights, row])


def _nothing(i: int, j: int) -> dict[str, tuple[int, int, int, int]]:
    return {}


STAGES = (
    Stage(
        "Forward: a sum of the convolution",
        "sums",
        (4, 4),
        _tell_sum,
        lambda i, j: {"image": (i, j, 2, 2), "kernel": (0, 0, 3, 2)},
    ),
    Stage("Forward: ReLU", "relu", (4, 4), _tell_relu, lambda i, j: {"sums": (i, j, 1, 1)}),
    Stage(
        "Forward: max pooling",
        "pooled",
        (2, 2),
        _tell_pooled,
        lambda i, j: {"relu": (2 * i, 2 * j, 2, 2)},
    ),
    Stage(
        "Forward: a score of the dense layer",
        "scores",
        (1, 2),
        _tell_score,
        lambda i, j: {"pooled": (0, 0, 2, 2), "weights": (0, j, 5, 1)},
    ),
    Stage(
        "Forward: softmax, a probability",
        "probabilities",
        (1, 2),
        _tell_probability,
        lambda i, j: {"outputs": (0, 0, 1, 2)},
    ),
    Stage("Forward: the loss", "loss", (1, 1), _tell_loss, _nothing),
    Stage(
        "Back: the gradient of a score",
        "d_scores",
        (1, 2),
        _tell_d_score,
        lambda i, j: {"outputs": (1, j, 1, 1)},
    ),
    Stage(
        "Back: the gradient of a weight",
        "d_weights",
        (5, 2),
        _tell_d_weight,
        lambda i, j: (
            {"d_scores": (0, j, 1, 1)} | ({"pooled": (i // 2, i % 2, 1, 1)} if i < 4 else {})
        ),
    ),
    Stage(
        "Back: the gradient of a pooled number",
        "d_pooled",
        (2, 2),
        _tell_d_pooled,
        lambda i, j: {"d_scores": (0, 0, 1, 2), "weights": (2 * i + j, 0, 1, 2)},
    ),
    Stage(
        "Back: through max pooling",
        "d_relu",
        (4, 4),
        _tell_d_relu,
        lambda i, j: {"d_pooled": (i // 2, j // 2, 1, 1), "relu": (i // 2 * 2, j // 2 * 2, 2, 2)},
    ),
    Stage(
        "Back: through ReLU",
        "d_sums",
        (4, 4),
        _tell_d_sum,
        lambda i, j: {"d_relu": (i, j, 1, 1), "sums": (i, j, 1, 1)},
    ),
    Stage(
        "Back: the gradient of a kernel weight",
        "d_kernel",
        (3, 2),
        _tell_d_kernel,
        lambda i, j: {"d_sums": (0, 0, 4, 4)} | ({"image": (i, j, 4, 4)} if i < 2 else {}),
    ),
    Stage(
        "Update: the kernel",
        "kernel",
        (3, 2),
        _tell_new_kernel,
        lambda i, j: {"d_kernel": (i, j, 1, 1)},
    ),
    Stage(
        "Update: the dense layer",
        "weights",
        (5, 2),
        _tell_new_weight,
        lambda i, j: {"d_weights": (i, j, 1, 1)},
    ),
    Stage("After the update: the loss", "new_loss", (1, 1), _tell_new_loss, _nothing),
)
TITLES = {
    "image": "image",
    "kernel": "kernel, bias",
    "sums": "sums",
    "relu": "after ReLU",
    "pooled": "pooled",
    "weights": "weights, biases",
    "outputs": "scores,\nprobabilities",
    "d_kernel": "gradient",
    "d_sums": "gradient",
    "d_relu": "gradient",
    "d_pooled": "gradient",
    "d_weights": "gradient",
    "d_scores": "gradient",
}
LAYOUT = (
    ("image", "kernel", "sums", "relu", "pooled", "weights", "outputs"),
    ("words", "d_kernel", "d_sums", "d_relu", "d_pooled", "d_weights", "d_scores"),
)


def numbers_of(stage: Stage) -> int:
    """Return how many numbers a stage computes: the kernel's bias is one, the others' are two."""
    count = stage.shape[0] * stage.shape[1]
    return count - 1 if stage.panel in ("kernel", "d_kernel") else count


def training_step() -> Interactive:
    """Follow one update step through a tiny network, forwards and backwards, number by number.

    Returns
    -------
    Interactive
        Controls ``stage``, ``number``, ``label`` and ``rate``. Says how the chosen number of the
        chosen stage is computed.
    """
    stages = Steps(len(STAGES), "stage")
    numbers = Steps(numbers_of(STAGES[0]), "number")
    label = ipw.Dropdown(options=[("0", 0), ("1", 1)], value=1, description="label")
    rate = ipw.Dropdown(options=[0.01, 0.03, 0.1], value=0.03, description="rate")
    stages.slider.observe(
        lambda change: numbers.restart(numbers_of(STAGES[change["new"] - 1])), names="value"
    )
    controls = {
        "number": numbers.slider,
        "stage": stages.slider,
        "label": label,
        "rate": rate,
    }
    layout = ipw.VBox([ipw.HBox([label, rate]), stages.row, numbers.row])
    return Interactive(controls, draw_stage, layout, still={"stage": 12, "number": 2})


def draw_stage(stage: int, number: int, label: int, rate: float) -> tuple[Picture, str]:
    """Draw all numbers so far, and return the chosen one as a computation in words.

    Parameters
    ----------
    stage : int
        Which of `STAGES`, counted from 1.
    number : int
        Which number of the stage, counted from 1, row by row.
    label : int
        The right class, 0 or 1.
    rate : float
        The learning rate.
    """
    step, now = TinyStep(label, rate), STAGES[stage - 1]
    number = min(number, numbers_of(now))
    row, column = divmod(number - 1, now.shape[1])
    line = tell_number(step, stage, number)
    widths = [5, 2, 4, 4, 2, 2, 2]
    drawn, axes = plots.figure(
        (sum(widths) + 3.5) * plots.CELL, 13 * plots.CELL, 2, 7, width_ratios=widths
    )
    framed = {name: (window, plots.BLUE) for name, window in now.uses(row, column).items()}
    panel = "outputs" if now.panel in ("scores", "probabilities") else now.panel
    framed[panel] = (int(now.panel == "probabilities") + row, column, 1, 1), plots.ORANGE
    for ax, name in zip(axes.flat, LAYOUT[0] + LAYOUT[1], strict=True):
        if name == "words":
            _write_losses(ax, step, stage)
            continue
        window, colour = framed.get(name, (None, plots.BLUE))
        values = _shown(step, name, stage, number)
        plots.matrix(ax, values, TITLES[name], window=window, colour=colour, room=5)
    return Picture(drawn, line), line


def tell_number(step: TinyStep, stage: int, number: int) -> str:
    """Return in words how a number of a stage is computed; both are counted from 1."""
    now = STAGES[stage - 1]
    row, column = divmod(number - 1, now.shape[1])
    return (
        f"Stage {stage} of {len(STAGES)}. {now.name}, {number} of {numbers_of(now)}: "
        f"{now.tell(step, row, column)}"
    )


def _shown(step: TinyStep, panel: str, stage: int, number: int) -> np.ndarray:
    """Return a panel's numbers as far as they have been computed; the others are nan."""
    if panel == "image":
        return IMAGE
    if panel == "outputs":
        parts = ("scores", "probabilities")
        return np.vstack([_shown(step, part, stage, number) for part in parts])
    values = {
        "kernel": with_bias(step.after.kernel, step.after.bias),
        "weights": with_bias(step.after.weights, step.after.biases),
        "d_kernel": with_bias(step.d_kernel, step.d_bias),
        "d_weights": with_bias(step.d_weights, step.d_scores),
    }.get(panel)
    before = {
        "kernel": with_bias(step.kernel, step.bias),
        "weights": with_bias(step.weights, step.biases),
    }
    values = getattr(step, panel) if values is None else values
    filled_by = next(at for at, each in enumerate(STAGES, 1) if each.panel == panel)
    known = values.size if stage > filled_by else number if stage == filled_by else 0
    empty = np.full(values.shape, np.nan)
    places = np.arange(values.size).reshape(values.shape)
    return np.where(places < known, values, before.get(panel, empty))


def _write_losses(ax: Axes, step: TinyStep, stage: int) -> None:
    """Write the label and the losses, as far as they are known."""
    lines = [f"label: {step.label}", f"rate: {_number(step.rate)}"]
    if stage >= 6:
        lines.append(f"loss: {_number(step.loss)}")
    if stage == len(STAGES):
        lines.append(f"after: {_number(step.after.loss)}")
    ax.axis("off")
    ax.text(0, 0.5, "\n".join(lines), va="center", fontsize=11, transform=ax.transAxes)


def _products(ones: Iterable[float], others: Iterable[float]) -> str:
    """Return a sum of products in words."""
    return " + ".join(
        f"{_number(one)}×{_number(other)}" for one, other in zip(ones, others, strict=True)
    )


def _number(value: float) -> str:
    """Return a number with at most four digits, and a true minus sign."""
    number = round(float(value), 4) + 0.0  # + 0.0: there is no minus zero
    return plots.signed(f"{number:.4g}")

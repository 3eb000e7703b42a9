"""Train a Keras model and show its progress; measure it; plot accuracy against shift.

Lessons 07 to 09 use it. In a notebook, `train` shows a progress bar and a growing loss curve, and
then the finished curve; elsewhere it shows nothing.
"""

from __future__ import annotations

import html
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from IPython import get_ipython
from IPython.display import HTML, display
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from utils import plots
from utils.keras_setup import keras
from utils.plots import Picture

PREDICTION_BATCH = 500  # images a model sees at once when it predicts: bounds the memory it takes
REDRAW_INTERVAL = 0.15  # seconds between two redraws of the live curve


@dataclass
class Training:
    """The history of a model's training.

    Attributes
    ----------
    name : str
        The model's name in figures.
    loss, accuracy : list of float
        A number for each epoch, over the training images, while the weights were changing.
    test_loss, test_accuracy : list of float
        The same after each epoch on images that are not trained on; empty if none were given.
    seconds : float
        The duration.
    """

    name: str
    loss: list[float] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def note(self, logs: Mapping[str, float]) -> None:
        """Record an epoch from Keras's logs."""
        names = {"loss": self.loss, "accuracy": self.accuracy}
        names |= {"val_loss": self.test_loss, "val_accuracy": self.test_accuracy}
        for name, values in names.items():
            if name in logs:
                values.append(float(logs[name]))

    def __str__(self) -> str:
        """Return a line such as ``dense: 12 epochs in 3.1 s, loss 0.020, accuracy 0.998``."""
        if not self.loss:
            return f"{self.name}: not trained yet"
        epochs = len(self.loss)
        said = f"{self.name}: {epochs} epoch{'' if epochs == 1 else 's'} in {self.seconds:.1f} s, "
        said += f"loss {self.loss[-1]:.3f}"
        if self.accuracy:
            said += f", accuracy {self.accuracy[-1]:.3f}"
        if self.test_accuracy:
            said += f"; on test images {self.test_accuracy[-1]:.3f}"
        return said

    def picture(self) -> Picture:
        """Draw the loss and, if it was measured, the accuracy after each epoch."""
        panels = [("loss", self.loss, self.test_loss)]
        if self.accuracy:
            panels.append(("accuracy", self.accuracy, self.test_accuracy))
        drawn, axes = plots.figure(3.4 * len(panels), 2.2, 1, len(panels), squeeze=False)
        for ax, (label, trained, tested) in zip(axes[0], panels, strict=True):
            _draw_curve(ax, trained, plots.BLUE, "-", "training images")
            if tested:
                _draw_curve(ax, tested, plots.VERMILION, "--", "test images")
                ax.legend(frameon=False, fontsize=9)
            ax.set(xlabel="epoch", ylabel=label)
            ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
            ax.set_ylim(0, 1.03) if label == "accuracy" else ax.set_ylim(bottom=0)
        alt = f"{self}. The loss begins at {self.loss[0]:.3f}." if self.loss else str(self)
        return Picture(drawn, alt)


def prepare(images: np.ndarray) -> np.ndarray:
    """Turn images into a network's input: float32 from 0 to 1, with a channel axis.

    Parameters
    ----------
    images : ndarray, shape (N, H, W) or (N, H, W, C)
        0 to 255, of any real dtype.

    Returns
    -------
    ndarray of float32, shape (N, H, W, 1) or (N, H, W, C)
    """
    scaled = np.asarray(images, np.float32) / 255
    return scaled[..., np.newaxis] if scaled.ndim == 3 else scaled


def train(
    model: keras.Model,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int = 10,
    batch_size: int = 64,
    seed: int = 0,
    *,
    test: tuple[np.ndarray, np.ndarray] | None = None,
    name: str | None = None,
    show: bool = True,
) -> Training:
    """Train a model in place.

    Parameters
    ----------
    model : keras.Model
        Compiled as you like. If it is not, it is compiled with Adam, accuracy, and cross-entropy:
        binary for one output unit, else sparse, for whole-number labels.
    x : ndarray, shape (N, ...)
        Inputs, as from `prepare`.
    y : ndarray, shape (N,)
        Labels.
    epochs : int
        The number of passes over all inputs.
    batch_size : int
        The number of inputs in an update step.
    seed : int
        For the order of the images, dropout and random layers. The weights that training begins
        with are drawn when the model is built: call ``keras.utils.set_random_seed`` before that.
    test : (x, y), optional
        Inputs and labels on which to measure after each epoch.
    name : str, optional
        The name in the curve; the model's own name by default.
    show : bool
        Whether to show a progress bar and a curve.

    Returns
    -------
    Training
        Loss and accuracy epoch by epoch, and the seconds it took. In a notebook, `train` has
        shown it already; ``print`` it for a line of text.
    """
    keras.utils.set_random_seed(seed)
    if not model.compiled:
        binary = model.output_shape[-1] == 1
        loss = "binary_crossentropy" if binary else "sparse_categorical_crossentropy"
        model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    record = Training(name or model.name.replace("_", " "))
    watcher = _Watcher(record, _Screen() if show and _in_notebook() else None)
    model.fit(
        x,
        y,
        batch_size=batch_size,
        epochs=epochs,
        verbose=0,
        validation_data=test,
        validation_batch_size=PREDICTION_BATCH,
        callbacks=[watcher],
    )
    return record


def predictor(model: keras.Model) -> Callable[[np.ndarray], np.ndarray]:
    """Return a model's ``predict`` as a plain function from array to array.

    It does the same as ``model.predict``, and is faster on few images, since it compiles nothing.
    """

    def predict(x: np.ndarray) -> np.ndarray:
        parts = [
            x[start : start + PREDICTION_BATCH] for start in range(0, len(x), PREDICTION_BATCH)
        ]
        return np.concatenate([np.asarray(model(part, training=False)) for part in parts])

    return predict


def accuracy(model: keras.Model, x: np.ndarray, y: np.ndarray) -> float:
    """Return the share of inputs whose most probable class is their label."""
    return float(np.mean(predictor(model)(x).argmax(axis=-1) == y))


def shift_curve(
    curves: Mapping[str, Sequence[float]],
    shifts: Sequence[int],
    *,
    alt: str,
    floor: float | None = None,
    width: float = 6.6,
    height: float = 3.2,
) -> Picture:
    """Plot accuracy against the pictures' shift, with a line for each model.

    Parameters
    ----------
    curves : mapping of str to sequence of float
        For each model its accuracies, in the order of ``shifts``.
    shifts : sequence of int
        Pixels to the right; negative: to the left.
    alt : str
        A sentence that says what the figure shows.
    floor : float, optional
        An accuracy to mark with a dotted line.
    width, height : float
        Inches.
    """
    drawn, ax = plots.figure(width, height)
    for index, (name, accuracies) in enumerate(curves.items()):
        ax.plot(
            shifts,
            accuracies,
            color=plots.COLOURS[index % len(plots.COLOURS)],
            linestyle=("-", "--", "-.", ":")[index % 4],
            marker="osD^v"[index % 5],
            markersize=4.5,
            label=name,
        )
    if floor is not None:
        ax.axhline(floor, color=plots.GREY, linestyle=":", linewidth=1.2)
    ax.axvline(0, color=plots.GREY, linewidth=0.8, zorder=0)
    ax.set(xlabel="pixels to the right (negative: left)", ylabel="accuracy", ylim=(0, 1.03))
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return Picture(drawn, alt)


def learning_curves(history: Mapping[str, Sequence[float]], name: str) -> Picture:
    """Draw what ``fit`` recorded: loss and accuracy after each epoch.

    Parameters
    ----------
    history : mapping of str to sequence of float
        ``model.fit(...).history``: ``loss`` and, if they were measured, ``accuracy``, ``val_loss``
        and ``val_accuracy``.
    name : str
        The network's name, for the text alternative.
    """
    measures = [measure for measure in ("loss", "accuracy") if measure in history]
    drawn, axes = plots.figure(3.6 * len(measures), 2.4, 1, len(measures), squeeze=False)
    said = []
    for ax, measure in zip(axes[0], measures, strict=True):
        parts = {"training": history[measure], "validation": history.get(f"val_{measure}", [])}
        for label, values in parts.items():
            if values:
                colour, line = (plots.BLUE, "-") if label == "training" else (plots.VERMILION, "--")
                _draw_curve(ax, values, colour, line, label)
                said.append(f"{label} {measure} from {values[0]:.3f} to {values[-1]:.3f}")
        ax.set(xlabel="epoch", ylabel=measure)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if measure == "loss":
            ax.set_ylim(bottom=0)
        ax.legend(frameon=False, fontsize=9)
    epochs = len(history["loss"])
    return Picture(drawn, f"{name}, over {epochs} epochs: {'; '.join(said)}.")


def accuracy_dots(runs: Mapping[str, Sequence[float]], count: int) -> Picture:
    """Compare networks that were trained several times: a dot for each run, and the mean.

    Parameters
    ----------
    runs : mapping of str to sequence of float
        For each network the accuracy of each run.
    count : int
        The number of test images. Whiskers on the mean show their chance error,
        ``sqrt(p (1 - p) / count)``.
    """
    drawn, ax = plots.figure(6.6, 0.9 + 0.4 * len(runs))
    said = []
    for row, (name, values) in enumerate(runs.items()):
        mean, error = float(np.mean(values)), chance_error(float(np.mean(values)), count)
        ax.errorbar(mean, row, xerr=error, fmt="D", color=plots.BLUE, markersize=6, capsize=4)
        ax.plot(values, [row + 0.25] * len(values), "o", color=plots.ORANGE, markersize=4.5)
        said.append(f"{name} {mean:.3f}, runs from {min(values):.3f} to {max(values):.3f}")
    ax.set(yticks=range(len(runs)), yticklabels=list(runs), ylim=(len(runs) - 0.4, -0.6))
    ax.set_xlabel("accuracy (diamond: mean, with the test set's chance error; dots: runs)")
    ax.grid(axis="x", color="#DDDDDD")
    ax.set_axisbelow(True)
    return Picture(drawn, f"Accuracy by network: {'; '.join(said)}.")


def chance_error(p: float, count: int) -> float:
    """Return by how much an accuracy ``p`` on ``count`` images varies with their choice."""
    return float(np.sqrt(p * (1 - p) / count))


class _Watcher(keras.callbacks.Callback):
    """A Keras callback that records each epoch and updates the screen, if there is one."""

    def __init__(self, record: Training, screen: _Screen | None):
        super().__init__()
        self._record, self._screen = record, screen
        self._epoch = 0

    def on_train_begin(self, logs: object = None) -> None:
        self._start = time.perf_counter()
        self._show(0)

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        steps = self.params.get("steps") or 1
        self._show((self._epoch + (batch + 1) / steps) / self.params["epochs"])

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        self._record.note(logs or {})
        self._record.seconds = time.perf_counter() - self._start

    def on_train_end(self, logs: object = None) -> None:
        self._record.seconds = time.perf_counter() - self._start
        if self._screen:
            self._screen.finish(self._record)

    def _show(self, share: float) -> None:
        if self._screen:
            self._screen.show(self._record, self.params["epochs"], share)


class _Screen:
    """An output of a notebook's cell: a bar and a growing curve, then the finished curve."""

    def __init__(self) -> None:
        self._handle = display(HTML(""), display_id=True)
        self._last = 0.0

    def show(self, record: Training, epochs: int, share: float) -> None:
        """Draw again, but at most once in `REDRAW_INTERVAL` seconds."""
        if time.monotonic() - self._last >= REDRAW_INTERVAL:
            self._last = time.monotonic()
            self._handle.update(HTML(live_view(record, epochs, share)))

    def finish(self, record: Training) -> None:
        """Replace the bar by the finished curve."""
        self._handle.update(record.picture())


def live_view(record: Training, epochs: int, share: float) -> str:
    """Return a progress bar and the loss so far as HTML, which is fast to redraw.

    Parameters
    ----------
    record : Training
        The history so far.
    epochs : int
        The number of epochs in all.
    share : float
        The share of the work that is done, from 0 to 1.
    """
    width, height, done = 320, 90, len(record.loss)
    top = max(record.loss, default=1) or 1
    points = " ".join(
        f"{(epoch + 1) / epochs * width:.1f},{(1 - loss / top) * height:.1f}"
        for epoch, loss in enumerate(record.loss)
    )
    label = html.escape(str(record))
    return (
        f'<div><progress value="{share:.3f}" max="1" style="width:{width}px" '
        f'aria-label="training"></progress> epoch {min(done + 1, epochs)} of {epochs}<br>'
        f"{label}<br>"
        f'<svg width="{width}" height="{height + 4}" role="img" aria-label="loss so far">'
        f'<rect width="{width}" height="{height + 4}" fill="none" stroke="{plots.GREY}"/>'
        f'<polyline points="{points}" fill="none" stroke="{plots.BLUE}" stroke-width="2"/>'
        "</svg></div>"
    )


def _draw_curve(ax: Axes, values: Sequence[float], colour: str, line: str, label: str) -> None:
    """Draw a number for each epoch, counted from 1."""
    marker = "o" if len(values) < 16 else None
    epochs = range(1, len(values) + 1)
    ax.plot(epochs, values, line, color=colour, marker=marker, markersize=3.5, label=label)


def _in_notebook() -> bool:
    """Return whether there is a front end that can update a display."""
    shell = get_ipython()
    return shell is not None and hasattr(shell, "kernel")

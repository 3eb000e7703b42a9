"""Lesson 12: a convolutional network in NumPy, forwards and backwards, and its training.

Batches are ``(N, H, W, C)``: image, row, column, channel. Kernels are ``(kh, kw, C, F)``, as in
Keras, with F filters. ``upstream`` is the gradient of the loss with respect to a layer's output, as
in lesson 10.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.lib.stride_tricks import sliding_window_view

from utils import data, plots
from utils.data import Labelled
from utils.plots import Picture

Gradients = tuple[np.ndarray, np.ndarray, np.ndarray]
STORED = data.DATA / "numpy_lenet"
UNIT = 1e-8  # the changes of Keras's weights are stored as whole multiples of it
NAMES = tuple(
    f"{layer}, {part}"
    for layer in ("conv 1", "conv 2", "dense 1", "dense 2", "dense 3")
    for part in ("weights", "biases")
)  # of LeNet's parameters
PREDICTION_BATCH = 500  # images a network sees at once when it predicts: bounds the memory it takes


def conv_forward(
    x: np.ndarray, w: np.ndarray, b: np.ndarray, stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return a convolutional layer's output for a batch, before the activation.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
        The batch; any real dtype.
    w : ndarray, shape (kh, kw, C, F)
        The kernels of F filters; cross-correlation, so they are not flipped.
    b : ndarray, shape (F,)
        The biases.
    stride : int
        How far the window moves, in both directions.
    padding : int
        The number of rows and columns of zeros on each side.

    Returns
    -------
    ndarray of floats, shape (N, H', W', F)
        ``H' = (H + 2 * padding - kh) // stride + 1``, W' likewise. In float32 if x, w and b are.

    Raises
    ------
    ValueError
        If x and w differ in channels, the kernel does not fit, the stride is below 1 or the padding
        below 0.
    """
    x, w, b = as_floats(x), as_floats(w), as_floats(b)
    _check_convolution(x.shape, w.shape, stride, padding)
    kh, kw, _, filters = w.shape
    columns = im2col(x, (kh, kw), stride, padding)
    height = (x.shape[1] + 2 * padding - kh) // stride + 1
    return (columns @ w.reshape(-1, filters) + b).reshape(len(x), height, -1, filters)


def conv_backward(
    upstream: np.ndarray, x: np.ndarray, w: np.ndarray, stride: int = 1, padding: int = 0
) -> Gradients:
    """Return the gradients of a loss with respect to a convolution's input, kernels and biases.

    Parameters
    ----------
    upstream : ndarray, shape (N, H', W', F)
        The gradient with respect to the output of `conv_forward`.
    x, w, stride, padding
        What the output was computed from, as in `conv_forward`.

    Returns
    -------
    dx : ndarray of floats, shape (N, H, W, C)
        0 for pixels that no window contains.
    dw : ndarray of floats, shape (kh, kw, C, F)
    db : ndarray of floats, shape (F,)
    """
    upstream, x, w = as_floats(upstream), as_floats(x), as_floats(w)
    kh, kw, _, filters = w.shape
    rows = upstream.reshape(-1, filters)
    dw = (im2col(x, (kh, kw), stride, padding).T @ rows).reshape(w.shape)
    dx = col2im((w.reshape(-1, filters) @ rows.T).T, x.shape, (kh, kw), stride, padding)
    return dx, dw, rows.sum(axis=0)


def max_pool_backward(upstream: np.ndarray, x: np.ndarray, size: int = 2) -> np.ndarray:
    """Return the gradient of a loss with respect to the input of max pooling, stride = size.

    Parameters
    ----------
    upstream : ndarray, shape (N, H // size, W // size, C)
        The gradient with respect to the pooled maps.
    x : ndarray, shape (N, H, W, C)
        What was pooled.
    size : int
        The windows' side.

    Returns
    -------
    ndarray of floats, shape (N, H, W, C)
        Each window's upstream value at its largest pixel; among equals at the first, row by row. 0
        everywhere else, and where no window is.
    """
    upstream = as_floats(upstream)
    windows = _pool_windows(np.asarray(x), size)
    chosen = windows.argmax(axis=-1)[..., np.newaxis]
    shares: np.ndarray = np.zeros(windows.shape, upstream.dtype)
    np.put_along_axis(shares, chosen, upstream[..., np.newaxis], axis=-1)
    n, rows, columns, channels = upstream.shape
    shares = shares.reshape(n, rows, columns, channels, size, size).transpose(0, 1, 4, 2, 5, 3)
    gradient = np.zeros(np.shape(x), upstream.dtype)
    gradient[:, : rows * size, : columns * size] = shares.reshape(
        n, rows * size, columns * size, channels
    )
    return gradient


def cross_entropy_gradient(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the gradient of the mean cross-entropy with respect to the logits.

    Parameters
    ----------
    logits : ndarray, shape (N, K)
        What the last layer gives before the softmax; any real dtype.
    labels : ndarray, shape (N,)
        The classes, 0 to K - 1; any integer dtype.

    Returns
    -------
    ndarray of floats, shape (N, K)
        ``(softmax(logits) - one_hot(labels)) / N``.
    """
    gradient = softmax(logits)
    gradient[np.arange(len(gradient)), np.asarray(labels).astype(int)] -= 1
    return gradient / len(gradient)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return probabilities along the last axis; large logits do not overflow."""
    logits = as_floats(logits)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean of ``-log softmax(logits)[label]`` over a batch, finite for any logits."""
    logits = as_floats(logits)
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=-1))
    return float(np.mean(log_sums - shifted[np.arange(len(shifted)), np.asarray(labels, int)]))


def max_pool(x: np.ndarray, size: int = 2) -> np.ndarray:
    """Return the largest number of each window of a batch, stride = size, valid."""
    x = np.asarray(x)
    height, width = x.shape[1] // size * size, x.shape[2] // size * size
    parts = [
        x[:, row:height:size, column:width:size] for row in range(size) for column in range(size)
    ]
    return np.maximum.reduce(parts)


def as_floats(array: np.ndarray) -> np.ndarray:
    """Return an array whose dtype is float32 or float64; integers and others become float64."""
    array = np.asarray(array)
    return array if array.dtype in (np.float32, np.float64) else array.astype(float)


def im2col(
    x: np.ndarray, kernel_size: tuple[int, int], stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return every window of a batch as a row of a matrix.

    Parameters
    ----------
    x : ndarray, shape (N, H, W, C)
    kernel_size : (kh, kw)
    stride, padding : int
        As in `conv_forward`.

    Returns
    -------
    ndarray, shape (N * H' * W', kh * kw * C)
        Images, rows and columns in their order; within a row of the matrix as in a kernel.
    """
    kh, kw = kernel_size
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * x.shape[3])


def col2im(
    columns: np.ndarray,
    shape: Sequence[int],
    kernel_size: tuple[int, int],
    stride: int = 1,
    padding: int = 0,
) -> np.ndarray:
    """Add the rows of a matrix to the windows that `im2col` took them from.

    Parameters
    ----------
    columns : ndarray, shape (N * H' * W', kh * kw * C)
    shape : (N, H, W, C)
        The batch's.
    kernel_size, stride, padding
        As in `im2col`.

    Returns
    -------
    ndarray, shape (N, H, W, C)
    """
    (n, height, width, channels), (kh, kw) = shape, kernel_size
    tall = (height + 2 * padding - kh) // stride + 1
    wide = (width + 2 * padding - kw) // stride + 1
    # Channel by channel, so that the additions run over neighbouring numbers.
    shares = columns.T.reshape(kh, kw, channels, n, tall, wide)
    size = (channels, n, height + 2 * padding, width + 2 * padding)
    padded = np.zeros(size, columns.dtype)
    for a, b in np.ndindex(kh, kw):
        rows, cols = slice(a, a + stride * tall, stride), slice(b, b + stride * wide, stride)
        padded[:, :, rows, cols] += shares[a, b]
    inside = padded[:, :, padding : padding + height, padding : padding + width]
    return np.ascontiguousarray(inside.transpose(1, 2, 3, 0))


def _check_convolution(x: Sequence[int], w: Sequence[int], stride: int, padding: int) -> None:
    """Raise ValueError for a convolution that is not possible; x and w are shapes."""
    if stride < 1 or padding < 0:
        raise ValueError(f"stride {stride} and padding {padding} should be at least 1 and 0")
    if x[3] != w[2]:
        raise ValueError(f"the batch has {x[3]} channels, but the kernels have {w[2]}")
    if w[0] > x[1] + 2 * padding or w[1] > x[2] + 2 * padding:
        raise ValueError(
            f"a {w[0]}x{w[1]} kernel does not fit into a {x[1]}x{x[2]} image with padding {padding}"
        )


def _pool_windows(x: np.ndarray, size: int) -> np.ndarray:
    """Return each pooling window's pixels, row by row: (N, H // size, W // size, C, size**2)."""
    n, height, width, channels = x.shape
    tall, wide = height // size, width // size
    cut = x[:, : tall * size, : wide * size].reshape(n, tall, size, wide, size, channels)
    return cut.transpose(0, 1, 3, 5, 2, 4).reshape(n, tall, wide, channels, size * size)


@dataclass(frozen=True)
class Pieces:
    """The four functions that a network is made of: the course's, or a student's."""

    conv_forward: Callable[..., np.ndarray] = conv_forward
    conv_backward: Callable[..., Gradients] = conv_backward
    max_pool_backward: Callable[..., np.ndarray] = max_pool_backward
    cross_entropy_gradient: Callable[..., np.ndarray] = cross_entropy_gradient


class Layer:
    """A step of a network: forwards it keeps what it needs, backwards it uses it.

    Attributes
    ----------
    parameters : list of ndarray
        What training changes: kernels or weights, and biases. Empty for most layers.
    gradients : list of ndarray
        The gradients of the loss with respect to them, after `backward`.
    """

    def __init__(self, *parameters: np.ndarray):
        self.parameters = list(parameters)
        self.gradients: list[np.ndarray] = []

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch."""
        raise NotImplementedError

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input of the last `forward`."""
        raise NotImplementedError


class Conv(Layer):
    """A convolution with stride 1."""

    def __init__(self, w: np.ndarray, b: np.ndarray, padding: int, pieces: Pieces):
        super().__init__(w, b)
        self.padding, self.pieces = padding, pieces

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch."""
        self.x = x
        return self.pieces.conv_forward(x, *self.parameters, padding=self.padding)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input."""
        dx, *self.gradients = self.pieces.conv_backward(
            upstream, self.x, self.parameters[0], padding=self.padding
        )
        return dx


class ReLU(Layer):
    """The larger of a number and 0."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch."""
        self.passes = x > 0
        return np.maximum(x, 0)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input."""
        return upstream * self.passes


class MaxPool(Layer):
    """Max pooling, 2x2."""

    def __init__(self, pieces: Pieces):
        super().__init__()
        self.pieces = pieces

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch."""
        self.x = x
        return max_pool(x)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input."""
        return self.pieces.max_pool_backward(upstream, self.x)


class Flatten(Layer):
    """All numbers of an image in a row."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch."""
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input."""
        return upstream.reshape(self.shape)


class Dense(Layer):
    """Every output is a weighted sum of all inputs: a product of matrices."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the output for a batch."""
        self.x = x
        weights, biases = self.parameters
        return x @ weights + biases

    def backward(self, upstream: np.ndarray) -> np.ndarray:
        """Return the gradient with respect to the input."""
        self.gradients = [self.x.T @ upstream, upstream.sum(axis=0)]
        return upstream @ self.parameters[0].T


class Network:
    """Layers, one after another, and their training by stochastic gradient descent with momentum.

    Parameters
    ----------
    layers : sequence of Layer
        The last one gives the logits.
    pieces : Pieces
        Whose `cross_entropy_gradient` starts the way back.
    """

    def __init__(self, layers: Sequence[Layer], pieces: Pieces):
        self.layers, self.pieces = list(layers), pieces
        self.velocities = [np.zeros_like(each) for each in self.parameters]

    @property
    def parameters(self) -> list[np.ndarray]:
        """All kernels, weights and biases, first layer first, in the order of Keras's."""
        return [each for layer in self.layers for each in layer.parameters]

    @property
    def gradients(self) -> list[np.ndarray]:
        """The gradient of the loss with respect to each of the parameters, after `backward`."""
        return [each for layer in self.layers for each in layer.gradients]

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Return the logits of a batch, shape (N, K)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """Set every layer's gradients; return the gradient with respect to the batch."""
        upstream = self.pieces.cross_entropy_gradient(logits, labels)
        for layer in reversed(self.layers):
            upstream = layer.backward(upstream)
        return upstream

    def step(self, x: np.ndarray, y: np.ndarray, rate: float, momentum: float) -> float:
        """Take one update step; return the loss of the batch before it.

        As in Keras: ``velocity = momentum * velocity - rate * gradient``, and the parameter moves
        by its velocity.
        """
        logits = self.forward(x)
        self.backward(logits, y)
        for parameter, gradient, velocity in zip(
            self.parameters, self.gradients, self.velocities, strict=True
        ):
            velocity *= momentum
            velocity -= rate * gradient
            parameter += velocity
        return cross_entropy(logits, y)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Return the most probable class of each image, shape (N,)."""
        starts = range(0, len(x), PREDICTION_BATCH)
        return np.concatenate(
            [self.forward(x[start : start + PREDICTION_BATCH]).argmax(axis=1) for start in starts]
        )

    def accuracy(self, x: np.ndarray, y: np.ndarray) -> float:
        """Return the share of images whose most probable class is their label."""
        return float(np.mean(self.predict(x) == y))


def lenet(seed: int = 0, pieces: Pieces | None = None) -> Network:
    """Return a network of LeNet-5's sizes, with ReLU and max pooling, 61,706 parameters.

    28x28 images with padding 2 are LeNet-5's 32x32. The weights are normal random numbers with a
    standard deviation of ``sqrt(2 / inputs of the sum)`` (He and others, 2015), float32.
    """
    pieces = pieces or Pieces()
    rng = np.random.default_rng(seed)

    def start(*shape: int) -> tuple[np.ndarray, np.ndarray]:
        deviation = np.sqrt(2 / np.prod(shape[:-1]))
        weights = rng.normal(0, deviation, shape).astype(np.float32)
        return weights, np.zeros(shape[-1], np.float32)

    layers = [
        Conv(*start(5, 5, 1, 6), padding=2, pieces=pieces),
        ReLU(),
        MaxPool(pieces),
        Conv(*start(5, 5, 6, 16), padding=0, pieces=pieces),
        ReLU(),
        MaxPool(pieces),
        Flatten(),
        Dense(*start(400, 120)),
        ReLU(),
        Dense(*start(120, 84)),
        ReLU(),
        Dense(*start(84, 10)),
    ]
    return Network(layers, pieces)


def prepare(images: np.ndarray) -> np.ndarray:
    """Turn images of bytes (N, H, W) into a network's input: float32, 0 to 1, (N, H, W, 1)."""
    return (np.asarray(images, np.float32) / 255)[..., np.newaxis]


@dataclass
class Run:
    """What a training went through.

    Attributes
    ----------
    losses : list of float
        The loss of each batch, before its update step.
    accuracies : list of float
        The accuracy on the validation images, after each epoch.
    seconds, cpu_seconds : float
        The duration, without the measuring of accuracies: by the clock, and of all cores together.
    """

    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def picture(self, name: str) -> Picture:
        """Draw the loss, averaged over 25 steps at a time, and the accuracy after each epoch."""
        drawn, (left, right) = plots.figure(7.2, 2.5, 1, 2)
        width = max(len(self.losses) // 30, 1)
        whole = len(self.losses) // width * width
        smooth = np.reshape(self.losses[:whole], (-1, width)).mean(axis=1)
        left.plot(width * np.arange(1, len(smooth) + 1), smooth, color=plots.BLUE)
        left.set(xlabel="step", ylabel=f"training loss, mean of {width} steps")
        left.set_ylim(bottom=0)
        epochs = range(1, len(self.accuracies) + 1)
        right.plot(epochs, self.accuracies, "o--", color=plots.VERMILION)
        right.axhline(0.95, color=plots.GREY, linestyle=":")
        right.set(xlabel="epoch", ylabel="validation accuracy")
        right.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        said = ", ".join(f"{each:.3f}" for each in self.accuracies)
        return Picture(
            drawn,
            f"{name}: the training loss falls from {smooth[0]:.2f} to {smooth[-1]:.2f} in "
            f"{len(self.losses)} steps. Validation accuracy after each epoch: {said}.",
        )


def load_digits() -> tuple[Labelled, Labelled, Labelled]:
    """Return 7,000 digits to train with, 1,000 for validation and 2,000 to test, as from `prepare`.

    Each is a pair (x, y). The lesson and ``data/build_numpy_lenet.py`` use the same.
    """
    (x, y), (x_test, y_test) = data.load_digits(announce=False)
    x, x_test = prepare(x), prepare(x_test)
    return (x[:7000], y[:7000]), (x[7000:], y[7000:]), (x_test, y_test)


def batches(count: int, size: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Yield the indices of the batches of an epoch: every image once, in random order."""
    order = rng.permutation(count)
    for start in range(0, count, size):
        yield order[start : start + size]


def train(
    network: Network,
    training: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    *,
    epochs: int = 3,
    batch_size: int = 32,
    rate: float = 0.01,
    momentum: float = 0.9,
    seed: int = 0,
    show: bool = True,
) -> Run:
    """Train a network in place; print a line for each epoch if ``show``.

    Parameters
    ----------
    network : Network
    training, validation : (x, y)
        Images as from `prepare`, and labels: to train on, and to measure on after each epoch.
    epochs, batch_size, rate, momentum
        How often every image is seen, how many at a time, and the update step.
    seed : int
        For the order of the images.
    """
    (x, y), rng, run = training, np.random.default_rng(seed), Run()
    for epoch in range(1, epochs + 1):
        start, cpu_start = time.perf_counter(), time.process_time()
        for chosen in batches(len(x), batch_size, rng):
            run.losses.append(network.step(x[chosen], y[chosen], rate, momentum))
        run.seconds += time.perf_counter() - start
        run.cpu_seconds += time.process_time() - cpu_start
        run.accuracies.append(network.accuracy(*validation))
        if show:
            steps = -(-len(x) // batch_size)
            print(
                f"epoch {epoch} of {epochs}: training loss {np.mean(run.losses[-steps:]):.3f}, "
                f"validation accuracy {run.accuracies[-1]:.3f}"
            )
    return run


def stored_runs() -> dict[str, Any]:
    """Return what ``data/build_numpy_lenet.py`` measured: accuracies by learning rate and seed."""
    return json.loads((STORED / "runs.json").read_text())


def stored_keras_changes() -> np.ndarray:
    """Return by how much Keras's first update step changes each parameter, one after another."""
    return np.load(STORED / "keras_step.npz")["changes"] * UNIT


STEPS = 657  # of the lesson's training: 3 epochs of 219 batches of 32
LONGEST = 30  # seconds that one piece may take for the first layer in all these steps


def own_or_reference(**functions: Callable) -> Pieces:
    """Return a student's pieces where they are right and fast, else the course's; print which.

    A piece is tried on small batches of LeNet's kind. It is used if its results are the course's,
    and if the lesson's training will not take longer than `LONGEST` seconds in it.

    Parameters
    ----------
    **functions
        The student's functions, under the names of the fields of `Pieces`.
    """
    chosen = {}
    for name, function in functions.items():
        why_not = _why_not(name, function)
        print(f"{name:<23}" + (f"the course's, since yours {why_not}" if why_not else "yours"))
        if not why_not:
            chosen[name] = function
    return Pieces(**chosen)


def _why_not(name: str, function: Callable) -> str:
    """Return why a student's piece is not used, or an empty string."""
    try:
        # On two images first: loops in Python would take long for more.
        return _fault(name, function, count=2, runs=1) or _fault(name, function, count=32, runs=3)
    except NotImplementedError:
        return "is not done yet"
    except Exception as error:  # an unfinished answer raises anything
        return f"raises a {type(error).__name__}"


def _fault(name: str, function: Callable, count: int, runs: int) -> str:
    """Return what is wrong with a piece's result on so many images, or with the time it takes."""
    arguments = _trial(name, count)
    expected = getattr(Pieces(), name)(*arguments)
    times = []
    for _ in range(runs):
        start = time.process_time()  # other programs do not count
        got = function(*arguments)
        times.append(time.process_time() - start)
    if not _agree(got, expected):
        return "gives another result"
    if not _agree(getattr(Pieces(), name)(*arguments), expected):
        return "changes its arguments"
    seconds = STEPS * min(times) * 32 / count
    if seconds > LONGEST * 32 / count:
        return f"is right, but would take {seconds / 60:.0f} minutes for the first layer"
    return ""


def _trial(name: str, count: int) -> tuple:
    """Return arguments for a piece as they occur in LeNet's first layer, for so many images."""
    rng = np.random.default_rng(12)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(size=shape).astype(np.float32)

    x, w = draw(count, 28, 28, 1), draw(5, 5, 1, 6)
    return {
        "conv_forward": (x, w, draw(6), 1, 2),
        "conv_backward": (draw(count, 28, 28, 6), x, w, 1, 2),
        "max_pool_backward": (
            draw(count, 14, 14, 6),
            np.maximum(draw(count, 28, 28, 6), 0),  # with ties, as after ReLU
        ),
        "cross_entropy_gradient": (draw(count, 10), rng.integers(0, 10, count)),
    }[name]


def _agree(got: Any, expected: np.ndarray | Gradients) -> bool:
    """Return whether two results are the same up to the rounding of float32."""
    if isinstance(expected, tuple):
        return len(got) == len(expected) and all(map(_agree, got, expected))
    return np.shape(got) == expected.shape and np.allclose(got, expected, rtol=1e-3, atol=1e-3)

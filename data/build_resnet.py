"""Make ``data/resnet.npz``: what lesson 13 compares and cannot train while you wait.

Run ``python data/build_resnet.py``, or with the names of some parts (networks, depth, transfer) to
renew only these. It trains some 50 small networks; how long that took on one
core is in the file, by part. Training is not the same to the last digit on every machine, so
another run gives slightly other numbers; the lesson's words are about those in the file.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable

os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import numpy as np

from utils import data, keras_cnn, lenet, resnet, training
from utils.keras_setup import keras

Arrays = dict[str, np.ndarray]
(X_TRAIN, Y_TRAIN), (X_TEST, Y_TEST) = data.load_digits()
X_TRAIN, X_TEST = training.prepare(X_TRAIN), training.prepare(X_TEST)
X_TRAIN = X_TRAIN[: resnet.DIGITS]
Y_TRAIN, Y_TEST = Y_TRAIN[: resnet.DIGITS].astype(int), Y_TEST.astype(int)
BUILDERS: tuple[tuple[Callable, Callable], ...] = (
    (lenet.build_lenet5, resnet.pad),
    (resnet.build_small, lambda images: images),
)


def measure_networks() -> Arrays:
    """Train LeNet-5 and a residual network, and shift the test digits."""
    runs = [[train_network(*builder, seed) for seed in resnet.SEEDS] for builder in BUILDERS]
    names = "network_curves", "network_accuracies", "shift_accuracies"
    arrays = {
        name: np.array([[run[place] for run in row] for row in runs])
        for place, name in enumerate(names)
    }
    counts = [build().count_params() for build, _ in BUILDERS]
    return {**arrays, "parameters": np.array(counts)}


def train_network(build: Callable, fit_size: Callable, seed: int) -> tuple[list, float, list]:
    """Return accuracies on test digits: after each epoch, at the end, and at each shift."""
    keras.utils.set_random_seed(seed)
    model = build()
    images, tested = fit_size(X_TRAIN), fit_size(X_TEST)
    few, curve = slice(resnet.FEW_TEST_DIGITS), []
    resnet.compile_and_fit(model, images, Y_TRAIN, epochs=0)
    for _ in range(resnet.EPOCHS):
        model.fit(images, Y_TRAIN, batch_size=resnet.BATCH, epochs=1, verbose=0)
        curve.append(training.accuracy(model, tested[few], Y_TEST[few]))
    reached = training.accuracy(model, tested, Y_TEST)
    print(build.__name__, seed, np.round(curve, 3), reached, flush=True)

    def predict(shifted: np.ndarray) -> np.ndarray:
        return training.predictor(model)(fit_size(shifted))

    few = slice(resnet.SHIFTED_DIGITS)
    shifted = keras_cnn.accuracy_under_shift(predict, X_TEST[few], Y_TEST[few], resnet.SHIFTS)
    return curve, reached, shifted


def measure_transfer() -> Arrays:
    """Train on digits 0 to 4, and learn 5 to 9 with and without these filters."""
    shape = len(resnet.TRANSFERS), len(resnet.EXAMPLES), len(resnet.SEEDS)
    accuracies = np.zeros(shape)
    low, high = Y_TRAIN < 5, Y_TEST >= 5
    base = BASE.train(X_TRAIN[low], Y_TRAIN[low], resnet.BASE_EPOCHS, seed=1)
    base_accuracy = training.accuracy(base, X_TEST[~high], Y_TEST[~high])
    print("base", base_accuracy, flush=True)
    test_maps = resnet.maps_of(base, X_TEST[high])
    for row, count in enumerate(resnet.EXAMPLES):
        for place, seed in enumerate(resnet.SEEDS):
            chosen = resnet.choose_examples(Y_TRAIN, count, seed)
            train_maps = resnet.maps_of(base, X_TRAIN[chosen])
            answers = Y_TRAIN[chosen] - 5, Y_TEST[high] - 5
            accuracies[:, row, place] = [
                *compare_heads(train_maps, test_maps, answers, seed),
                train_lenet(X_TRAIN[chosen], X_TEST[high], answers, seed),
            ]
            print(count, seed, np.round(accuracies[:, row, place], 3), flush=True)
    weights = {f"weights_{index:02}": each for index, each in enumerate(base.get_weights())}
    return {
        "transfer_accuracies": accuracies,
        "base_accuracy": np.array(base_accuracy),
        **weights,
    }


def compare_heads(
    train_maps: np.ndarray, test_maps: np.ndarray, answers: tuple, seed: int
) -> list[float]:
    """Return the accuracies of a dense layer on the means of kept maps, and on the maps."""
    reached = []
    for form, head in HEADS:
        model = train_on_few(head, form(train_maps), answers[0], resnet.HEAD_EPOCHS, seed)
        reached.append(training.accuracy(model, form(test_maps), answers[1]))
    return reached


def train_lenet(images: np.ndarray, tested: np.ndarray, answers: tuple, seed: int) -> float:
    """Return the accuracy of LeNet-5, trained on a few examples from nothing."""
    epochs = resnet.STEPS_FROM_NOTHING * resnet.TRANSFER_BATCH // len(images)
    model = train_on_few(LENET, resnet.pad(images), answers[0], epochs, seed)
    return training.accuracy(model, resnet.pad(tested), answers[1])


def train_on_few(
    network: Repeated, x: np.ndarray, y: np.ndarray, epochs: int, seed: int
) -> keras.Model:
    """Train on a few examples: all epochs in one, which takes less time."""
    times = (epochs,) + (1,) * (x.ndim - 1)
    return network.train(np.tile(x, times), np.tile(y, epochs), 1, seed)


def measure_depth() -> Arrays:
    """Train networks of several depths, with and without shortcuts."""
    runs = [[train_deep(depth, kind) for depth in resnet.DEPTHS] for kind in resnet.KINDS]
    return {
        "depth_losses": np.array([[[loss for loss, _ in a] for a in b] for b in runs]),
        "depth_accuracies": np.array([[[accuracy for _, accuracy in a] for a in b] for b in runs]),
    }


def train_deep(depth: int, kind: str) -> list[tuple[list[float], float]]:
    """Return for each seed the training loss after each epoch, and the accuracy on test digits."""
    network = Repeated(lambda: resnet.build_deep(depth, kind), batch=resnet.DEPTH_BATCH, rate=0.001)
    few = slice(resnet.DEPTH_DIGITS)
    x, y = resnet.halve(X_TRAIN[few]), Y_TRAIN[few]
    runs = []
    for seed in resnet.SEEDS:
        model = network.train(x, y, resnet.DEPTH_EPOCHS, seed)
        reached = training.accuracy(model, resnet.halve(X_TEST[few]), Y_TEST[few])
        runs.append((network.losses, reached))
        print(depth, kind, seed, np.round(network.losses, 3), reached, flush=True)
    return runs


class Repeated:
    """A network that is trained several times, each time from nothing, and compiled once.

    Parameters
    ----------
    build : callable
        Returns the network with new weights.
    batch : int
        Images in a step.
    rate : float
        Adam's.

    Attributes
    ----------
    losses : list of float
        The training loss after each epoch of the last time.
    """

    def __init__(self, build: Callable[[], keras.Model], batch: int, rate: float = resnet.RATE):
        self._build, self._batch = build, batch
        self._model = build()
        self._model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        self._model.optimizer.build(self._model.trainable_variables)
        self._start = [
            keras.ops.convert_to_numpy(variable) for variable in self._model.optimizer.variables
        ]
        self.losses: list[float] = []

    def train(self, x: np.ndarray, y: np.ndarray, epochs: int, seed: int) -> keras.Model:
        """Return the network, trained from new weights and a new state of Adam."""
        keras.utils.set_random_seed(seed)
        self._model.set_weights(self._build().get_weights())
        for variable, value in zip(self._model.optimizer.variables, self._start, strict=True):
            variable.assign(value)
        history = self._model.fit(x, y, batch_size=self._batch, epochs=epochs, verbose=0)
        self.losses = history.history["loss"]
        return self._model


def build_head(numbers: int) -> keras.Model:
    """Return a dense layer for five classes."""
    return keras.Sequential([keras.Input((numbers,)), keras.layers.Dense(5, activation="softmax")])


BASE = Repeated(lambda: resnet.build_small(classes=5, momentum=0.9), batch=resnet.BATCH)
HEADS = [
    (lambda maps: maps.mean(axis=(1, 2)), Repeated(lambda: build_head(32), resnet.TRANSFER_BATCH)),
    (
        lambda maps: maps.reshape(len(maps), -1),
        Repeated(lambda: build_head(7 * 7 * 32), resnet.TRANSFER_BATCH),
    ),
]
LENET = Repeated(lambda: lenet.build_lenet5(classes=5), resnet.TRANSFER_BATCH)


def main(chosen: list[str]) -> None:
    """Measure everything or some parts, and write the file."""
    parts = {"networks": measure_networks, "transfer": measure_transfer, "depth": measure_depth}
    arrays: Arrays = {}
    if chosen:
        with np.load(resnet.MEASURED) as stored:
            arrays = dict(stored)
    for name in chosen or parts:
        started = time.process_time()
        arrays |= parts[name]()
        arrays[f"seconds_{name}"] = np.array(time.process_time() - started)
        print(name, f"{arrays[f'seconds_{name}']:.0f} s", flush=True)
        np.savez_compressed(resnet.MEASURED, **arrays)


if __name__ == "__main__":
    main(sys.argv[1:])

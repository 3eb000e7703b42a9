"""Make ``data/three_seeds.json`` and ``data/three_seeds.npz``: what lessons 07 to 10 compare.

Run ``python data/build_three_seeds.py``, or give it the parts that are to be made again:
``networks``, ``augmentation``, ``descent``. Each network is trained as in its lesson, with three
seeds; the file says how much processor time that took. Training is not the same to the last digit
on every machine, so another run gives slightly different numbers.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# Two threads, which must be said before TensorFlow is imported.
for variable in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(variable, "2")

import numpy as np  # noqa: E402

from utils import (  # noqa: E402
    augmentation,
    data,
    keras_cnn,
    lenet,
    pixels,
    pooling,
    three_seeds,
    training,
)
from utils.keras_setup import keras, tf  # noqa: E402

layers = keras.layers
(_x_train, y_train), (_x_test, y_test) = data.load_digits(announce=False)
x_train, x_test = training.prepare(_x_train), training.prepare(_x_test)


def main() -> None:
    """Measure what is asked for, and write the files."""
    parts: dict[str, Callable[[], Any]] = {
        "networks": measure_networks,
        "augmentation": measure_augmentation,
        "descent": measure_descent,
    }
    found = three_seeds.measured() if three_seeds.FILE.is_file() else {"cpu_seconds": {}}
    for name in sys.argv[1:] or parts:
        begun = time.process_time()
        found[name] = parts[name]()
        found["cpu_seconds"][name] = round(time.process_time() - begun)
        three_seeds.FILE.write_text(json.dumps(found, indent=1) + "\n")
        print(f"{name}: {found['cpu_seconds'][name]} s of processor time", flush=True)


# Lessons 07 and 08: networks, trained for three epochs on 80 % of the training images.

NETWORK_SEEDS = (7, 8, 9)


def three_same() -> keras.Model:
    """Return three stages with "same" padding."""
    return keras_cnn.build_three_stages(padding="same")


def padded(inner: keras.Model) -> keras.Model:
    """Return a network for images of 32x32 as one for images of 28x28."""
    return keras.Sequential([keras.Input((28, 28, 1)), layers.ZeroPadding2D(2), inner])


def lenet_with_max() -> keras.Model:
    """Return LeNet-5 with max pooling in place of average pooling."""
    return keras.Sequential(
        [
            keras.Input((32, 32, 1)),
            layers.Conv2D(6, 5, activation="tanh"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="tanh"),
            layers.MaxPooling2D(2),
            layers.Conv2D(120, 5, activation="tanh"),
            layers.Flatten(),
            layers.Dense(84, activation="tanh"),
            layers.Dense(10, activation="softmax"),
        ]
    )


NETWORKS: dict[str, Callable[[], keras.Model]] = {
    "dense": keras_cnn.build_dense,
    "one convolution": keras_cnn.build_cnn,
    "three stages, same": three_same,
    "global pooling": keras_cnn.build_global_pooling,
    "LeNet-5": lambda: padded(lenet.build_lenet5()),
    "LeNet-5, max pooling": lambda: padded(lenet_with_max()),
}
KEPT = ("three stages, same", "global pooling")  # whose weights are kept, of the first seed


def measure_networks() -> dict[str, dict[str, Any]]:
    """Train each network with each seed; measure it on digits as they are and shifted by two."""
    rows: dict[str, dict[str, Any]] = {}
    kept: dict[str, np.ndarray] = {}
    for label, build in NETWORKS.items():
        row: dict[str, Any] = {"seeds": NETWORK_SEEDS, "unshifted": [], "by_two": []}
        seconds = []
        for seed in NETWORK_SEEDS:
            begun = time.process_time()
            network = train_network(build, seed)
            seconds.append(time.process_time() - begun)
            if label in KEPT and seed == NETWORK_SEEDS[0]:
                kept |= three_seeds.pack(label, network)
            left, unshifted, right = (
                training.accuracy(network, pooling.shift_all(x_test, dx), y_test)
                for dx in (-2, 0, 2)
            )
            row["unshifted"].append(round(unshifted, 4))
            row["by_two"].append(round((left + right) / 2, 5))
        row |= {
            "parameters": network.count_params(),
            "cpu_seconds": round(float(np.median(seconds)), 2),
        }
        rows[label] = row
        print(label, row, flush=True)
    np.savez_compressed(three_seeds.WEIGHTS, **kept)
    return rows


def train_network(build: Callable[[], keras.Model], seed: int) -> keras.Model:
    """Train a network as in lesson 07."""
    keras.utils.set_random_seed(seed)
    network = build()
    network.compile(
        keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    count = int(0.8 * len(x_train))
    network.fit(x_train[:count], y_train[:count], batch_size=128, epochs=3, verbose=0)
    return network


# Lesson 09: LeNet-5 behind layers that change the training images.

AUGMENTATION_SEEDS = (1, 2, 3)
SHIFTS, DOWN, ANGLES, MOVES = (
    (-6, -4, -2, 0, 2, 4, 6),
    (-4, 4),
    (-60, -30, 0, 30, 60),
    (-4, -2, 0, 2, 4),
)


def black(layer: Callable[..., keras.layers.Layer], *amounts: float) -> keras.layers.Layer:
    """Return a layer that moves images at random and fills with black."""
    return layer(*amounts, fill_mode="constant", fill_value=0.0)


# What comes before LeNet-5, how many epochs, and what is measured.
AUGMENTED: dict[str, tuple[Callable[[], keras.layers.Layer], int, tuple[str, ...]]] = {
    "without": (
        layers.Identity,
        3,
        ("shifted", "rotated", "average", "ones", "digits"),
    ),
    "shifts": (
        lambda: black(layers.RandomTranslation, 0.2, 0.2),
        5,
        ("shifted", "down", "average", "ones"),
    ),
    "rotations": (lambda: black(layers.RandomRotation, 30 / 360), 3, ("rotated",)),
    "flips": (lambda: layers.RandomFlip("horizontal_and_vertical"), 3, ("digits",)),
}


def measure_augmentation() -> dict[str, Any]:
    """Train LeNet-5 behind each layer with each seed, and measure it as lesson 09 does."""
    versions = {
        "shifted": [pooling.shift_all(x_test, dx) for dx in SHIFTS],
        "down": [pooling.shift_all(x_test, 0, dy) for dy in DOWN],
        "rotated": [augmentation.rotate_all(x_test, angle) for angle in ANGLES],
    }
    average = average_ones()
    ones = x_test[y_test == 1]
    found: dict[str, Any] = {"seeds": AUGMENTATION_SEEDS}
    found |= {"shifts_at": SHIFTS, "down_at": DOWN, "angles": ANGLES, "moves": MOVES}
    for label, (build, epochs, asked) in AUGMENTED.items():
        rows: dict[str, list] = {name: [] for name in asked}
        for seed in AUGMENTATION_SEEDS:
            predict = training.predictor(train_lenet(build, epochs, seed))
            for name in asked:
                if name in versions:
                    read = [predict(images).argmax(axis=1) == y_test for images in versions[name]]
                    rows[name].append([round(float(right.mean()), 4) for right in read])
            if "average" in asked:
                said = predict(average)
                rows["average"].append(
                    [[int(row.argmax()), round(float(row.max()), 4)] for row in said]
                )
                moved = [predict(pooling.shift_all(ones, dx)).argmax(axis=1) == 1 for dx in MOVES]
                rows["ones"].append(round(float(np.mean(moved)), 4))
            if "digits" in asked:
                right = predict(x_test).argmax(axis=1) == y_test
                shares = [round(float(right[y_test == digit].mean()), 4) for digit in range(10)]
                rows["digits"].append(shares)
                rows.setdefault("accuracy", []).append(round(float(right.mean()), 4))
        found[label] = {"epochs": epochs, **rows}
        print(label, found[label], flush=True)
    return found


def average_ones() -> np.ndarray:
    """Return the average 1 at five places, and the average of 1s that were shifted at random."""
    digits, labels = _x_train[:7000], y_train[:7000]
    one = training.prepare(pixels.mean_image(digits, labels, 1)[np.newaxis])
    more, more_labels = augmentation.augment(digits, labels, 2, np.random.default_rng(9))
    blurred = training.prepare(pixels.mean_image(more, more_labels, 1)[np.newaxis])
    return np.concatenate([*(pooling.shift_all(one, dx) for dx in MOVES), blurred])


def train_lenet(build: Callable[[], keras.layers.Layer], epochs: int, seed: int) -> keras.Model:
    """Train LeNet-5 behind a layer, as in lesson 09."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.Input((28, 28, 1)), build(), layers.ZeroPadding2D(2), lenet.build_lenet5()]
    )
    model.compile(
        keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    model.fit(x_train[:7000], y_train[:7000], batch_size=64, epochs=epochs, verbose=0)
    return model


# Lesson 10: LeNet-5 trained by plain gradient descent.

DESCENT_SEEDS = (10, 11, 12)
RATES, BEST, STEPS, BATCH, CHANGE = (0.003, 0.3, 1.5), 0.3, 300, 64, 0.1


def measure_descent() -> dict[str, Any]:
    """Train LeNet-5 at each rate with each seed, and measure it as lesson 10 does."""
    large, large_test = lenet.pad_to(x_train, 32), lenet.pad_to(x_test, 32)
    x, y, x_valid, y_valid = large[:-1000], y_train[:-1000], large[-1000:], y_train[-1000:]
    network = lenet.build_lenet5()
    loss_of, gradients_of = compiled_loss(network)
    found: dict[str, Any] = {"seeds": DESCENT_SEEDS, "rates": RATES, "best": BEST}
    found |= {"validation": {}, "test": [], "similarity": [], "uphill": [], "at_random": []}
    signs = np.random.default_rng(10).choice([-1, 1], large_test.shape).astype(np.float32)
    for rate in RATES:
        found["validation"][str(rate)] = []
        for seed in DESCENT_SEEDS:
            descend(network, gradients_of, x, y, rate, seed)
            validated = training.accuracy(network, x_valid, y_valid)
            found["validation"][str(rate)].append(round(validated, 4))
            if rate == BEST:
                slopes = pixel_gradient(loss_of, large_test, y_test)
                for name, images in [
                    ("test", large_test),
                    ("uphill", large_test + CHANGE * np.sign(slopes)),
                    ("at_random", large_test + CHANGE * signs),
                ]:
                    found[name].append(round(training.accuracy(network, images, y_test), 4))
                filters = network.get_weights()[0][:, :, 0]
                found["similarity"].append(round(similarity_of_neighbours(filters), 3))
        print(rate, found["validation"][str(rate)], flush=True)
    return found


def compiled_loss(network: keras.Model) -> tuple[Callable, Callable]:
    """Return functions for the cross-entropy, and for it and its gradients."""

    @tf.function
    def loss_of(images: Any, labels: Any) -> Any:
        probabilities = network(images)
        return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))

    @tf.function
    def loss_and_gradients(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            value = loss_of(images, labels)
        return value, tape.gradient(value, network.trainable_variables)

    return loss_of, loss_and_gradients


def descend(
    network: keras.Model,
    gradients_of: Callable,
    x: np.ndarray,
    y: np.ndarray,
    rate: float,
    seed: int,
) -> None:
    """Give the network new weights, and train it by plain gradient descent."""
    keras.utils.set_random_seed(seed)
    network.set_weights(lenet.build_lenet5().get_weights())
    rng = np.random.default_rng(seed)
    for _ in range(STEPS):
        chosen = rng.choice(len(x), BATCH, replace=False)
        _, gradients = gradients_of(x[chosen], y[chosen])
        for weights, gradient in zip(network.trainable_variables, gradients, strict=True):
            weights.assign_sub(rate * gradient)


def pixel_gradient(loss_of: Callable, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the slope of the loss along each pixel of each image."""
    tensor = tf.constant(images)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        value = loss_of(tensor, labels)
    return tape.gradient(value, tensor).numpy()


def similarity_of_neighbours(filters: np.ndarray) -> float:
    """Return the mean product of neighbouring weights, divided by the mean square of all."""
    across, down = filters[:, 1:] * filters[:, :-1], filters[1:] * filters[:-1]
    return float(np.mean([across.mean(), down.mean()]) / np.mean(filters**2))


if __name__ == "__main__":
    main()

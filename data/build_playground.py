"""Train the networks of the page "Watch a network read your digit": ``utils/playground/assets/``.

Run ``python data/build_playground.py``; it takes a few minutes. It writes

- ``weights.bin``: every weight as a float16, little-endian, array after array in the order of
  ``model.get_weights()``, network after network; then the sample digits, a byte for each pixel;
- ``manifest.json``: what is where in that file, and every figure that the page states.

The networks, optimizers and batches are those of lessons 07, 08 and 09, and the seeds are fixed. On
another machine training rounds differently and gives slightly different weights; the two files
always belong together. Accuracies are measured on the rounded weights, which the page uses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np

from utils import augmentation, data, keras_cnn, lenet, playground, pooling, training
from utils.keras_setup import keras

SHIFTS = tuple(range(-10, 11))  # pixels to the right
SAMPLES_PER_DIGIT = 3
OPENING_SHIFTS = (4, -4, 5, -5)  # pixels; the page opens on a digit that is moved by one of these


@dataclass(frozen=True)
class Recipe:
    """How a network is made.

    Attributes
    ----------
    title, lesson : str
        The network's name on the page, and the folder of the lesson that it is from.
    build : callable
        Returns the network without weights.
    seed, epochs, batch_size, learning_rate : numbers
        For the first weights and the order of the images, and for `fit` and Adam.
    shifted : bool
        Whether training shifts the images at random.
    """

    title: str
    lesson: str
    build: Callable[[], keras.Model]
    seed: int
    epochs: int
    batch_size: int
    learning_rate: float
    shifted: bool = False


RECIPES = {
    "dense": Recipe("Dense network", "07_keras_cnn", keras_cnn.build_dense, 7, 4, 128, 0.002),
    "lenet": Recipe("LeNet-5", "08_lenet", lenet.build_lenet5, 8, 8, 128, 0.002),
    "augmented": Recipe(
        "LeNet-5, shifted in training", "09_augmentation", lenet.build_lenet5, 1, 14, 64, 0.003, True
    ),
}


def train(recipe: Recipe, images: np.ndarray, labels: np.ndarray) -> keras.Model:
    """Train a network on images (N, 28, 28, 1) and return it, its weights rounded to float16."""
    keras.utils.set_random_seed(recipe.seed)
    network = recipe.build()
    before = [augmentation.build_augmenter()] if recipe.shifted else []
    if network.input_shape[1] > images.shape[1]:
        before.append(keras.layers.ZeroPadding2D(2))
    model = keras.Sequential([keras.Input(images.shape[1:]), *before, network])
    model.compile(
        keras.optimizers.Adam(recipe.learning_rate),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(images, labels, batch_size=recipe.batch_size, epochs=recipe.epochs, verbose=0)
    network.set_weights([weight.astype("<f2") for weight in network.get_weights()])
    return network


def read_networks() -> dict[str, keras.Model]:
    """Return the page's networks as Keras models with the weights of the files."""
    networks = {}
    for name, facts in playground.read_manifest()["networks"].items():
        networks[name] = RECIPES[name].build()
        networks[name].set_weights([playground.read_array(each) for each in facts["weights"]])
    return networks


def predict(network: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return a network's probabilities (N, 10) for images (N, 28, 28, 1), padded if need be."""
    return training.predictor(network)(lenet.pad_to(images, network.input_shape[1]))


def measure(network: keras.Model, images: np.ndarray, labels: np.ndarray) -> list[float]:
    """Return the accuracy on the test images at each of the shifts."""
    accuracies = keras_cnn.accuracy_under_shift(
        lambda moved: predict(network, moved), images, labels, SHIFTS
    )
    return [round(accuracy, 4) for accuracy in accuracies]


def choose_samples(networks: Iterable[keras.Model], images: np.ndarray, labels: np.ndarray) -> list:
    """Return the first test images of each digit that all networks read, as their indices."""
    read = np.all([predict(each, images).argmax(axis=1) == labels for each in networks], axis=0)
    chosen = [np.flatnonzero(read & (labels == d))[:SAMPLES_PER_DIGIT] for d in range(10)]
    return [int(index) for index in np.concatenate(chosen)]


def choose_opening(
    networks: dict[str, keras.Model], images: np.ndarray, labels: np.ndarray
) -> dict[str, int]:
    """Return a sample and a shift at which only the network that was shifted in training is right.

    Of all such pairs, it is the one on which the others are the most certain of a wrong digit.
    """
    candidates = []
    for shift in OPENING_SHIFTS:
        moved = pooling.shift_all(images, shift)
        said = {name: predict(network, moved) for name, network in networks.items()}
        right = {name: each.argmax(axis=1) == labels for name, each in said.items()}
        good = right["augmented"] & ~right["dense"] & ~right["lenet"]
        wrong = said["dense"].max(axis=1) + said["lenet"].max(axis=1)
        certainty = wrong + said["augmented"].max(axis=1)
        candidates += [(certainty[i], int(i), shift) for i in np.flatnonzero(good)]
    _, sample, shift = max(candidates)
    return {"sample": sample, "shift": shift}


class Store:
    """The bytes of ``weights.bin`` while they are gathered."""

    def __init__(self) -> None:
        self.bytes = b""

    def add(self, array: np.ndarray, dtype: str) -> dict[str, Any]:
        """Append an array and return where it is, for the manifest."""
        place = {"offset": len(self.bytes), "dtype": dtype, "shape": list(array.shape)}
        self.bytes += np.ascontiguousarray(array, dtype).tobytes()
        return place


def main() -> None:
    """Train the networks, measure them, and write the two files."""
    (x_train, y_train), (x_test, y_test) = data.load_digits()
    train_images, test_images = training.prepare(x_train), training.prepare(x_test)
    store, networks, facts = Store(), {}, {}
    for name, recipe in RECIPES.items():
        networks[name] = train(recipe, train_images, y_train)
        accuracies = measure(networks[name], test_images, y_test)
        facts[name] = {
            "title": recipe.title,
            "lesson": recipe.lesson,
            "epochs": recipe.epochs,
            "seed": recipe.seed,
            "parameters": networks[name].count_params(),
            "accuracy": accuracies[SHIFTS.index(0)],
            "accuracy_under_shift": accuracies,
            "weights": [store.add(weight, "<f2") for weight in networks[name].get_weights()],
        }
        print(name, accuracies)
    chosen = choose_samples(networks.values(), test_images, y_test)
    samples = store.add(x_test[chosen], "|u1")
    manifest = {
        "shifts": SHIFTS,
        "train_images": len(x_train),
        "test_images": len(x_test),
        "networks": facts,
        "samples": {"images": samples, "labels": y_test[chosen].tolist(), "test_indices": chosen},
        "opening": choose_opening(networks, test_images[chosen], y_test[chosen]),
        "sha256": sha256(store.bytes).hexdigest(),
    }
    (playground.ASSETS / "weights.bin").write_bytes(store.bytes)
    text = json.dumps(manifest, indent=1) + "\n"
    (playground.ASSETS / "manifest.json").write_text(text, encoding="utf-8")
    print(f"weights.bin: {len(store.bytes):,} bytes; opens on {manifest['opening']}")


if __name__ == "__main__":
    main()

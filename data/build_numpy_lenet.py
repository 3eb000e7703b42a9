"""Make ``data/numpy_lenet/``: how well lesson 12's LeNet learns, and Keras's first update step.

Run ``python data/build_numpy_lenet.py``; it takes about a minute of one core. NumPy trains the
network at three learning rates with three seeds each, with the course's functions. The rate is
chosen on the validation digits; only then are the test digits read. Keras takes one step from the
weights of seed 0, with the first batch.
"""

from __future__ import annotations

import json
import time
from typing import Any

import numpy as np

from utils import numpy_cnn

FOLDER = numpy_cnn.STORED
RATES, SEEDS = (0.001, 0.01, 0.1), (0, 1, 2)
RATE, MOMENTUM, BATCH = 0.01, 0.9, 32


def build_in_keras(network: numpy_cnn.Network) -> Any:
    """Return the same network in Keras, with the same weights, ready to be trained."""
    from utils.keras_setup import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(6, 5, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(120, activation="relu"),
            layers.Dense(84, activation="relu"),
            layers.Dense(10),
        ]
    )
    model.set_weights(network.parameters)
    model.compile(
        keras.optimizers.SGD(RATE, momentum=MOMENTUM),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return model


def first_step_of_keras() -> np.ndarray:
    """Return by how much Keras's first update step changes each of the 61,706 parameters."""
    network = numpy_cnn.lenet(seed=0)
    model = build_in_keras(network)
    (x, y), _, _ = numpy_cnn.load_digits()
    model.train_on_batch(x[:BATCH], y[:BATCH])
    pairs = zip(model.get_weights(), network.parameters, strict=True)
    return np.concatenate([(after - before).ravel() for after, before in pairs])


def train_all() -> dict[str, Any]:
    """Return the validation accuracies at each rate, and test accuracies at the best."""
    training, validation, test = numpy_cnn.load_digits()
    start = time.process_time()
    networks = {rate: [numpy_cnn.lenet(seed) for seed in SEEDS] for rate in RATES}
    for rate in RATES:
        for seed, network in zip(SEEDS, networks[rate], strict=True):
            numpy_cnn.train(network, training, validation, rate=rate, seed=seed, show=False)
    validated = {rate: [each.accuracy(*validation) for each in networks[rate]] for rate in RATES}
    best = max(RATES, key=lambda rate: np.mean(validated[rate]))
    return {
        "seeds": SEEDS,
        "validation": {str(rate): validated[rate] for rate in RATES},
        "best": best,
        "test": [each.accuracy(*test) for each in networks[best]],
        "cpu_seconds": round(time.process_time() - start),
    }


def main() -> None:
    """Train, and write the files."""
    FOLDER.mkdir(exist_ok=True)
    changes = np.round(first_step_of_keras() / numpy_cnn.UNIT).astype(np.int32)
    np.savez_compressed(FOLDER / "keras_step.npz", changes=changes)
    results = train_all()
    (FOLDER / "runs.json").write_text(json.dumps(results, indent=1) + "\n")
    print(results)


if __name__ == "__main__":
    main()

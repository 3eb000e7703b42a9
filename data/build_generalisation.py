"""Make ``data/generalisation.json``: what lesson 11 measured and would take too long to train live.

Run ``python data/build_generalisation.py``; one core is enough. With names of parts behind it
(``grid``, ``remedies``, ``leak``, ``challenge``), only these are measured again. Training differs
from machine to machine by rounding, so another run gives slightly other numbers.

Except in the challenge, everything is about the dense network of lesson 07, with a hidden layer of
1,000 units or fewer. The digits are the course's: training sets are drawn from the first 7,000
training images, equally many of each; the last 1,000 are for validation; the 2,000 test images
are measured once, at the end.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

# One core, which must be said before TensorFlow is imported.
for variable in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(variable, "1")

import numpy as np  # noqa: E402

from utils import augmentation, data, small_network, training  # noqa: E402
from utils.keras_setup import keras, tf  # noqa: E402

PATH = Path(__file__).with_name("generalisation.json")
SEEDS = (1, 2, 3)
SIZES = (100, 200, 500, 1000, 2000)
UNITS = (4, 16, 100, 1000)
EPOCHS = 25  # of the grid
LONGER = 40  # of the comparison of remedies
FEW = 200  # digits, in the comparison of remedies
PATIENCE = 5
BATCH = 32

layers = keras.layers
(_x_all, _y_all), (_x_test, y_test) = data.load_digits(announce=False)
images, x_test = training.prepare(_x_all), training.prepare(_x_test)
labels = _y_all.astype(int)
x_pool, y_pool, x_valid, y_valid = images[:7000], labels[:7000], images[7000:], labels[7000:]


def main() -> None:
    """Train what is asked for, and write the file."""
    parts: dict[str, Callable[[], Any]] = {
        "grid": measure_grid,
        "remedies": measure_remedies,
        "leak": measure_leak,
        "challenge": measure_challenge,
    }
    found = json.loads(PATH.read_text()) if PATH.is_file() else {"cpu_seconds": {}}
    found |= {"sizes": SIZES, "units": UNITS, "seeds": SEEDS}
    found |= {"validation_images": len(x_valid), "test_images": len(x_test)}
    for name in sys.argv[1:] or parts:
        begun = time.process_time()
        found[name] = parts[name]()
        found["cpu_seconds"][name] = round(time.process_time() - begun)
        PATH.write_text(json.dumps(found, separators=(",", ":")) + "\n")
        print(f"{name}: {found['cpu_seconds'][name]} s of one core", flush=True)
    print(f"{PATH.name}: {PATH.stat().st_size:,} bytes")


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw training digits at random, equally many of each."""
    rng = np.random.default_rng(seed)
    chosen = [
        rng.choice(np.flatnonzero(y_pool == digit), count // 10, replace=False)
        for digit in range(10)
    ]
    order = rng.permutation(np.concatenate(chosen))
    return x_pool[order], y_pool[order]


def dense(units: int, before: Sequence = (), after: Sequence = (), **options: Any) -> keras.Model:
    """Return a network with one hidden layer, and with layers before it and after it."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *before,
            layers.Flatten(),
            layers.Dense(units, activation="relu", **options),
            *after,
            layers.Dense(10, activation="softmax"),
        ]
    )


def fit(
    build: Callable[[], keras.Model],
    x: np.ndarray,
    y: np.ndarray,
    seed: int,
    epochs: int,
    callbacks: Sequence = (),
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train a new network; return it and its curves."""
    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = compiled(build())
    return model, curves(model, x, y, epochs, callbacks)


def compiled(model: keras.Model) -> keras.Model:
    """Return a network that is ready to be trained."""
    model.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    return model


def curves(
    model: keras.Model, x: np.ndarray, y: np.ndarray, epochs: int = EPOCHS, callbacks: Sequence = ()
) -> dict[str, list[float]]:
    """Train a network, and return what was measured in each epoch."""
    valid = tf.data.Dataset.from_tensor_slices((x_valid, y_valid)).batch(500).cache()
    fitted = model.fit(
        *(x, y), BATCH, epochs, verbose=0, validation_data=valid, callbacks=list(callbacks)
    )
    return {name: [round(value, 4) for value in row] for name, row in fitted.history.items()}


def measure_grid() -> list[dict]:
    """Train each size of network on each number of digits."""
    rows = []
    for units in UNITS:
        network = compiled(dense(units))
        for size in SIZES:
            for seed in SEEDS:
                start_again(network, dense(units), seed)
                x, y = draw(size, seed)
                rows.append({"size": size, "units": units, "seed": seed, **curves(network, x, y)})
            print(f"{units} units, {size} digits: {rows[-1]['val_accuracy'][-1]}", flush=True)
    return rows


def start_again(network: keras.Model, untrained: keras.Model, seed: int) -> None:
    """Give a compiled network new weights, and its optimizer nothing to remember.

    That is faster than compiling another one.
    """
    keras.utils.set_random_seed(seed)
    fresh = keras.models.clone_model(untrained)
    network.set_weights(fresh.get_weights())
    for variable in network.optimizer.variables:
        if variable is not network.optimizer._learning_rate:  # noqa: SLF001
            variable.assign(keras.ops.zeros_like(variable))


def convolutional() -> keras.Model:
    """Return a network with 13,066 parameters."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(10, activation="softmax"),
        ]
    )


def shifts() -> keras.layers.Layer:
    """Return lesson 09's layer, for shifts by up to about two pixels."""
    return layers.RandomTranslation(0.08, 0.08, fill_mode="constant", fill_value=0.0)


def remedies() -> dict[str, tuple[Callable[[], keras.Model], int, bool]]:
    """Return for each remedy a network, how many digits it gets, and whether it stops early."""
    decay = {"kernel_regularizer": keras.regularizers.L2(0.001)}
    return {
        "nothing": (lambda: dense(1000), FEW, False),
        "early stopping": (lambda: dense(1000), FEW, True),
        "weight decay": (lambda: dense(1000, **decay), FEW, False),
        "dropout": (lambda: dense(1000, (), [layers.Dropout(0.5)]), FEW, False),
        "fewer units (16)": (lambda: dense(16), FEW, False),
        "augmentation": (lambda: dense(1000, [shifts()]), FEW, False),
        "twice the data": (lambda: dense(1000), 2 * FEW, False),
        "ten times the data": (lambda: dense(1000), 10 * FEW, False),
        "convolutions": (convolutional, FEW, False),
    }


def measure_remedies() -> dict[str, list[dict]]:
    """Train the large network on few digits, with each remedy."""
    rows: dict[str, list[dict]] = {}
    for name, (build, count, stops) in remedies().items():
        rows[name] = []
        for seed in SEEDS:
            stop = keras.callbacks.EarlyStopping(patience=PATIENCE, restore_best_weights=True)
            x, y = draw(count, seed)
            model, measured = fit(build, x, y, seed, LONGER, [stop] if stops else [])
            row = {
                "seed": seed,
                "epochs": len(measured["loss"]),
                "train": round(training.accuracy(model, x, y), 4),
                "validation": round(training.accuracy(model, x_valid, y_valid), 4),
                "test": round(training.accuracy(model, x_test, y_test), 4),
            }
            rows[name].append(row | {"val_loss": measured["val_loss"]})
        print(name, [row["test"] for row in rows[name]], flush=True)
    return rows


def measure_leak() -> dict[str, list[dict]]:
    """Keep a quarter aside, after the copies are made or before."""
    rows: dict[str, list[dict]] = {"copied, then split": [], "split, then copied": []}
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        x, y = draw(300, seed)
        for name, results in rows.items():
            if name == "copied, then split":
                x_more, y_more = augmentation.augment(x, y, 3, rng, 0.08)
                order = rng.permutation(len(x_more))
                x_more, y_more, edge = x_more[order], y_more[order], len(order) * 3 // 4
                here, there = (x_more[:edge], y_more[:edge]), (x_more[edge:], y_more[edge:])
            else:
                edge = len(x) * 3 // 4
                here = augmentation.augment(x[:edge], y[:edge], 3, rng, 0.08)
                there = augmentation.augment(x[edge:], y[edge:], 3, rng, 0.08)
            model, _ = fit(lambda: dense(1000), *here, seed, 15)
            moved, moved_labels = augmentation.augment(x_test, y_test, 0, rng)
            moved = np.stack([augmentation.random_shift(image, 0.08, rng) for image in moved])
            results.append(
                {
                    "seed": seed,
                    "kept": len(there[0]),
                    "kept_accuracy": round(training.accuracy(model, *there), 4),
                    "test": round(training.accuracy(model, moved, moved_labels), 4),
                }
            )
    print(rows, flush=True)
    return rows


def measure_challenge() -> list[dict]:
    """Train networks by the rules of the lesson's challenge."""
    kinds = {
        "softmax only, no hidden layer": [layers.Flatten()],
        "dense, 24 units": [layers.Flatten(), layers.Dense(24, activation="relu")],
        "one convolution": [
            layers.Conv2D(8, 5, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
        ],
        "two convolutions": convolutional().layers[:-1],
    }
    rows = []
    for name, inner in kinds.items():
        last = layers.Dense(10, activation="softmax")
        model = keras.Sequential([keras.Input((28, 28, 1)), *inner, last])
        reached = [small_network.trained_accuracy(model, seed) for seed in SEEDS]
        parameters, (_, products, _) = model.count_params(), small_network.cost(model)
        row = {"name": name, "parameters": parameters, "multiplications": products}
        rows.append(row | {"test": reached})
    return rows


if __name__ == "__main__":
    main()

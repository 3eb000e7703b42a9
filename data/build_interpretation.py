"""Make ``data/interpretation.json``: what lesson 14 measures over three seeds.

Run ``python data/build_interpretation.py``, or give it the parts that are to be made again:
``attack``, ``shortcut``, ``changes``. The file says how long each took. Training is not the same to
the last digit on every machine, so another run gives slightly different numbers.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from utils import data, interpretation, training
from utils.keras_setup import keras, tf

SEEDS = (1, 2, 3)
EPSILONS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3)
TRAINED_AGAINST = 0.1  # the epsilon of the adversarial training
STEPS = 10  # of the stronger attack
ATTACKED = ("plain", "plain, twice as long", "shifts", "noise", "adversarial")
Network = keras.Model


def shifts() -> keras.layers.Layer:
    """Return lesson 09's augmenter: random shifts by up to a fifth of the side."""
    return keras.layers.RandomTranslation(0.2, 0.2, fill_mode="constant", fill_value=0.0)


def noise() -> keras.layers.Layer:
    """Return a layer that adds random noise."""
    return keras.layers.GaussianNoise(0.25)


def train_adversarially(x: np.ndarray, y: np.ndarray, seed: int, epochs: int = 8) -> Network:
    """Train the network on digits as they are and on the same digits made to fool it, in turn."""
    keras.utils.set_random_seed(seed)
    network = interpretation.build_network()
    cross_entropy = keras.losses.SparseCategoricalCrossentropy()
    optimizer = keras.optimizers.Adam()

    @tf.function
    def step(images: Any, labels: Any) -> None:
        with tf.GradientTape() as tape:
            tape.watch(images)
            loss = cross_entropy(labels, network(images, training=False))
        sign = tf.sign(tape.gradient(loss, images))
        fooled = tf.clip_by_value(images + TRAINED_AGAINST * sign, 0, 1)
        with tf.GradientTape() as tape:
            loss = cross_entropy(labels, network(images, training=True))
            loss = (loss + cross_entropy(labels, network(fooled, training=True))) / 2
        weights = network.trainable_variables
        optimizer.apply(tape.gradient(loss, weights), weights)

    batches = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=seed).batch(64)
    for _ in range(epochs):
        for images, labels in batches:
            step(images, labels)
    return network


def fool_in_steps(model: Network, x: np.ndarray, y: np.ndarray, epsilon: float) -> np.ndarray:
    """Change pixels by at most ``epsilon`` in all, in many small steps."""
    fooled = x
    for _ in range(STEPS):
        fooled = interpretation.fool_all(model, fooled, y, 2.5 * epsilon / STEPS)
        fooled = np.clip(fooled, x - epsilon, x + epsilon)
    return fooled


def measure_attack(model: Network, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Return the accuracy on digits that were made to fool this network."""
    signs = np.random.default_rng(0).choice(np.float32([-1, 1]), x.shape)
    return {
        "accuracy": [
            training.accuracy(model, interpretation.fool_all(model, x, y, epsilon), y)
            for epsilon in EPSILONS
        ],
        "random": [
            training.accuracy(model, np.clip(x + np.float32(e) * signs, 0, 1), y) for e in EPSILONS
        ],
        "in steps": training.accuracy(model, fool_in_steps(model, x, y, TRAINED_AGAINST), y),
    }


def measure_shortcut(
    model: Network, x: np.ndarray, y: np.ndarray, where: slice
) -> dict[str, float]:
    """Return what a network does with the mark and without it."""
    digit = interpretation.MARKED_DIGIT
    answers = training.predictor(model)(x).argmax(axis=1)
    marked = training.predictor(model)(interpretation.add_mark(x, where)).argmax(axis=1)
    is_marked = y == digit
    same_source = np.where(is_marked, marked, answers)
    return {
        "same source": float(np.mean(same_source == y)),
        "without marks": float(np.mean(answers == y)),
        "digit read without its mark": float(np.mean(answers[is_marked] == digit)),
        "others read as it with the mark": float(np.mean(marked[~is_marked] == digit)),
    }


def measure_changes(model: Network, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Return accuracy and mean highest probability for digits unlike the training images."""
    found = {}
    for name, change in interpretation.CHANGES.items():
        probabilities = training.predictor(model)(change(x))
        found[name] = {
            "accuracy": float(np.mean(probabilities.argmax(axis=1) == y)),
            "confidence": float(probabilities.max(axis=1).mean()),
        }
    static = np.random.default_rng(0).random((1000, 28, 28, 1), np.float32)
    sure = training.predictor(model)(static).max(axis=1)
    found["noise, no digit"] = {"accuracy": None, "confidence": float(sure.mean())}
    return found


def compare_maps(models: list[Network], x: np.ndarray, y: np.ndarray) -> list[float]:
    """Return the mean correlation of the saliency maps of two networks, for each pair."""
    maps = [interpretation.saliency_maps(model, x, y).reshape(len(x), -1) for model in models]
    pairs = [(0, 1), (0, 2), (1, 2)]
    return [
        float(np.mean([np.corrcoef(*rows)[0, 1] for rows in zip(maps[a], maps[b], strict=True)]))
        for a, b in pairs
    ]


def with_random_marks(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return images of which half, whatever they show, have the mark."""
    chosen = rng.random(len(x)) < 0.5
    return np.where(chosen[:, None, None, None], interpretation.add_mark(x), x)


def train_all(x: np.ndarray, y: np.ndarray, kinds: Sequence[str]) -> dict[str, list[Network]]:
    """Return three networks for each of some ways of training."""
    fit = interpretation.train_network
    marked = interpretation.mark_digit(x, y)
    tiny = interpretation.mark_digit(x, y, where=interpretation.TINY_MARK)
    builders: dict[str, Callable[[int], Network]] = {
        "plain": lambda seed: fit(x, y, seed),
        "plain, twice as long": lambda seed: fit(x, y, seed, 8),
        "shifts": lambda seed: fit(x, y, seed, 8, shifts),
        "noise": lambda seed: fit(x, y, seed, 8, noise),
        "adversarial": lambda seed: train_adversarially(x, y, seed),
        "marked 9s": lambda seed: fit(marked, y, seed, 6),
        "tiny marks": lambda seed: fit(tiny, y, seed, 6),
        "marks at random": lambda seed: fit(
            with_random_marks(x, np.random.default_rng(seed)), y, seed, 6
        ),
    }
    networks = {}
    for kind in kinds:
        networks[kind] = [builders[kind](seed) for seed in SEEDS]
        print(f"{kind}: trained after {time.process_time():.0f} s of processor time", flush=True)
    return networks


def build_attack(x: np.ndarray, y: np.ndarray, tests: np.ndarray, labels: np.ndarray) -> dict:
    """Measure attacks on networks that were trained in five ways."""
    networks = train_all(x, y, ATTACKED)
    plain = networks["plain"]
    fooled = interpretation.fool_all(plain[0], tests, labels, TRAINED_AGAINST)
    return {
        "attack": {k: [measure_attack(m, tests, labels) for m in networks[k]] for k in ATTACKED},
        "transfer": [training.accuracy(model, fooled, labels) for model in plain],
    }


def build_shortcut(x: np.ndarray, y: np.ndarray, tests: np.ndarray, labels: np.ndarray) -> dict:
    """Measure what networks do with a mark in the corner, as they were trained with it."""
    networks = train_all(x, y, ("plain", "marked 9s", "tiny marks", "marks at random"))
    marks = {"tiny marks": interpretation.TINY_MARK}
    return {
        "shortcut": {
            kind: [
                measure_shortcut(model, tests, labels, marks.get(kind, interpretation.MARK))
                for model in models
            ]
            for kind, models in networks.items()
        }
    }


def build_changes(x: np.ndarray, y: np.ndarray, tests: np.ndarray, labels: np.ndarray) -> dict:
    """Measure digits unlike the training images, and how far saliency maps agree."""
    plain = train_all(x, y, ["plain"])["plain"]
    keras.utils.set_random_seed(0)
    untrained = [interpretation.build_network() for _ in SEEDS]
    return {
        "changes": [measure_changes(model, tests, labels) for model in plain],
        "agreement": {
            "trained": compare_maps(plain, tests[:200], labels[:200]),
            "untrained": compare_maps(untrained, tests[:200], labels[:200]),
        },
    }


PARTS = {"attack": build_attack, "shortcut": build_shortcut, "changes": build_changes}


def main(parts: Sequence[str]) -> None:
    """Train, measure, and write the file; parts that are not asked for stay as they are."""
    (x_train, y_train), (x_test, y_test) = data.load_digits()
    digits = training.prepare(x_train), y_train.astype(int)
    tests = training.prepare(x_test), y_test.astype(int)
    found = interpretation.measurements() if interpretation.FILE.is_file() else {}
    found |= {"seeds": SEEDS, "epsilons": EPSILONS}
    for part in parts or PARTS:
        start = time.process_time()
        found |= PARTS[part](*digits, *tests)
        minutes = (time.process_time() - start) / 60
        found["cpu_minutes"] = found.get("cpu_minutes", {}) | {part: minutes}
        interpretation.FILE.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

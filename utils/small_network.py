"""Lesson 11's challenge: read, train and measure a small network that a student has built.

A model is trained in the process that judges it, and on the same terms in the student's notebook.
So it is first made anew of Keras's own layers, with weights drawn from a fixed seed: what the
student's model was compiled with, or trained on before, does not count.
"""

from __future__ import annotations

import functools
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from utils import data, training
from utils.checks import notebook
from utils.checks.describe import describe, is_model
from utils.checks.diagnose import mistake_message
from utils.checks.models import name_activation
from utils.checks.own_layers import (
    NotAChainError,
    classes_of_its_own,
    is_keras_module,
    is_own_function,
    readable,
)
from utils.keras_setup import keras
from utils.mistakes import generalisation as known

FindFault = Callable[[list], str | None]

INPUT, CLASSES = (28, 28, 1), 10
MAX_PARAMETERS = 20_000
# Bounds on what a training may cost: for one image, forward.
MAX_MULTIPLICATIONS = 2_000_000
MAX_VALUES = 200_000  # in the outputs of all layers
MAX_LAYERS = 100
MAX_CPU_SECONDS = 50.0  # of all trainings of one test
TRAINING_IMAGES, EPOCHS, BATCH, RATE = 2_000, 10, 32, 0.001
SEEDS = (1, 2, 3)
# How far below the limit an accuracy is worth another seed.
NEAR = 0.03
# Weights that are random at first, by the end of the name of what draws them.
DRAWN = ("kernel", "depthwise", "pointwise", "recurrent", "embeddings")
GLOROT = {"module": "keras.initializers", "class_name": "GlorotUniform", "config": {}}
ZEROS = {"module": "keras.initializers", "class_name": "Zeros", "config": {}}


def form_fault(results: list) -> str | None:
    """Return what keeps a model from being a network of the kind that is asked for, or None.

    Parameters
    ----------
    results : list
        What `build_small_cnn` returned.
    """
    (model,) = results
    if not is_model(model):
        return f"It should return a Keras model, but returned {describe(model)}."
    try:
        model = followed(model)
    except NotAChainError as reason:
        return f"The model cannot be read: {reason}."
    shapes = [tuple(tensor.shape[1:]) for tensor in (*model.inputs, *model.outputs)]
    if len(shapes) != 2:
        return f"It should have one input and one output, but has {len(shapes)} in all."
    if shapes[0] == INPUT[:2]:
        return mistake_message(known.channels_forgotten)
    if shapes[0] != INPUT:
        return f"The model takes input of shape {shapes[0]}, but should take {INPUT}."
    if shapes[1] != (CLASSES,):
        return f"The output's shape should be {(CLASSES,)}, but is {shapes[1]}."
    if model.count_params() > MAX_PARAMETERS:
        return f"{mistake_message(known.too_many_parameters)}\nIt has {model.count_params():,}."
    return _probabilities_fault(model)


def _probabilities_fault(model: keras.Model) -> str | None:
    """Return what is wrong with a model's probabilities, or None."""
    images, _ = _digits()[0]
    answers = training.predictor(model)(images[:16])
    if not np.isfinite(answers).all():
        return "The outputs are not all numbers: some are infinite or NaN."
    sums = answers.sum(axis=1)
    if answers.min() < -1e-6:
        return mistake_message(known.logits_for_probabilities)
    if not np.allclose(sums, 1, atol=1e-3):
        return mistake_message(known.not_a_distribution)
    return None


def accuracy_fault(least: float) -> FindFault:
    """Return a test of a model: trained by the rules, it should reach an accuracy.

    Parameters
    ----------
    least : float
        On the digits that it has not seen. If it falls short by less than `NEAR`, two more seeds
        are tried, as far as there is time, and the best one counts.
    """

    def find_fault(results: list) -> str | None:
        if fault := form_fault(results):
            return fault
        model = followed(results[0])
        if fault := cost_fault(model):
            return fault
        try:
            reached = list(_accuracies(model, least))
        except TooSlowError as error:
            return str(error)
        if max(reached) >= least:
            return None
        message = mistake_message(known.too_simple)
        tried = "" if len(reached) == 1 else f", in the best of {len(reached)} trainings"
        return f"{message}\nIt reads {max(reached):.3f} of them{tried}."

    return find_fault


def _accuracies(model: keras.Model, least: float) -> Iterator[float]:
    """Yield the accuracies of a model with several seeds, until it is clear that it is enough."""
    left = MAX_CPU_SECONDS
    for seed in SEEDS:
        begun = time.process_time()
        accuracy = trained_accuracy(model, seed, left)
        taken = time.process_time() - begun
        yield accuracy
        left -= taken
        if accuracy >= least or accuracy < least - NEAR or taken > left:
            return


def followed(model: keras.Model) -> keras.Model:
    """Return the same model, made of Keras's own layers and activations only.

    Raises
    ------
    NotAChainError
        If it is not, or does not know the shape of its input.
    """
    model = readable(model)
    if not getattr(model, "inputs", None) or not getattr(model, "outputs", None):
        raise NotAChainError(
            "it does not know the shape of its input; let it begin with keras.Input((28, 28, 1))"
        )
    for layer in model._flatten_layers():  # noqa: SLF001  (Keras has no public name for it)
        if is_own_function(getattr(layer, "activation", None)):
            name = name_activation(layer.activation, unknown="")
            if not name:
                raise NotAChainError(
                    "one of its activations is a function of yours; to train through it, the "
                    "grader needs one of Keras's, or a layer whose `call` uses keras.ops only"
                )
            layer.activation = keras.activations.get(name)
    return model


def cost_fault(model: keras.Model) -> str | None:
    """Return why training a model would cost too much, or None.

    Parameters
    ----------
    model : Model
        As from `followed`.
    """
    layers, products, values = cost(model)
    too_much = [
        (layers, MAX_LAYERS, "layers"),
        (products, MAX_MULTIPLICATIONS, "multiplications for one image"),
        (values, MAX_VALUES, "numbers in the outputs of its layers for one image"),
    ]
    for count, limit, what in too_much:
        if count > limit:
            message = mistake_message(known.too_expensive)
            return f"{message}\nIt has about {count:,} {what}; {limit:,} is the most."
    return None


def cost(model: keras.Model) -> tuple[int, int, int]:
    """Estimate what it costs to run a model on one image.

    Parameters
    ----------
    model : Model
        As from `followed`.

    Returns
    -------
    (layers, multiplications, values) : tuple of int
        Multiplications: each layer's weights times the positions at which it uses them, or, of
        attention, each pair of positions. Values: the numbers in all outputs together.
    """
    layers = products = values = 0
    for operation, before, after in _nodes(model):
        layers += 1
        values += _size(after)
        weights = sum(_size(weight.shape) for weight in getattr(operation, "weights", ()))
        here, there = _positions(before), _positions(after)
        is_convolution = "Conv" in type(operation).__name__ and hasattr(operation, "kernel_size")
        shrinks = is_convolution and "Transpose" not in type(operation).__name__
        products += weights * (there if shrinks else max(here, there))
        if "Attention" in type(operation).__name__:
            pairs = here * there * int(getattr(operation, "num_heads", 1))
            values += pairs
            products += 2 * pairs * (before[-1] or 1)
    return layers, products, values


def _nodes(model: keras.Model) -> Iterator[tuple[keras.Operation, tuple, tuple]]:
    """Yield each use of a layer in a model, with the shapes of its input and output."""
    graph = getattr(model, "_functional", None) or model
    for nodes in graph._nodes_by_depth.values():  # noqa: SLF001
        for node in nodes:
            if node.is_input:
                continue
            if is_model(node.operation):
                yield from _nodes(node.operation)
                continue
            shapes = [
                tuple(tensors[0].shape)[1:] for tensors in (node.input_tensors, node.output_tensors)
            ]
            yield node.operation, shapes[0], shapes[1]


def _size(shape: tuple) -> int:
    """Return how many numbers an array of this shape has."""
    return int(np.prod([length or 1 for length in shape], dtype=object))


def _positions(shape: tuple) -> int:
    """Return the number of positions in the output of a layer, channels last."""
    return _size(shape[:-1])


class TooSlowError(Exception):
    """A training took too long; the text is for the student."""


def trained_accuracy(
    model: keras.Model, seed: int = SEEDS[0], seconds: float = MAX_CPU_SECONDS
) -> float:
    """Train a fresh copy of a model by the rules of the challenge, and measure it.

    Parameters
    ----------
    model : Model
        As from `followed`. It is left as it was.
    seed : int
        For the weights, the order of the images, and random layers.
    seconds : float
        How long it may compute.

    Returns
    -------
    float
        The share of the course's test digits that it reads. It is printed, and remembered for
        models with the same settings.

    Raises
    ------
    TooSlowError
        If training takes longer.
    """
    key = _settings(model), seed
    if key not in _measured:
        _measured[key] = _train(fresh_copy(model, seed), seed, seconds)
    print(f"Trained with seed {seed}: reads {_measured[key]:.3f} of the test digits.")
    return _measured[key]


_measured: dict[tuple[str, int], float] = {}


def _settings(model: keras.Model) -> str:
    """Return all settings of a model as text, with its names replaced by numbers."""
    text = json.dumps(json.loads(model.to_json()), sort_keys=True)
    names = dict.fromkeys(re.findall(r'"name": ("[^"]*")', text))
    for number, name in enumerate(names):
        text = text.replace(name, f'"{number}"')
    return text


def _train(model: keras.Model, seed: int, seconds: float) -> float:
    """Train a model, and return its accuracy on the test digits."""
    (x, y), (x_test, y_test) = _digits()
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=RATE),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=False,
    )
    watch = _Watch(seed, seconds)
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, verbose=0, callbacks=[watch])
    if watch.is_too_slow:
        raise TooSlowError(
            f"Training was stopped after {seconds:.0f} s of computing, in epoch {watch.epoch + 1} "
            f"of {EPOCHS}: the model is too slow.\nUse pooling or strides early, and fewer filters "
            "where the maps are large."
        )
    return training.accuracy(model, x_test, y_test)


class _Watch(keras.callbacks.Callback):
    """Prints how far a training has come, and stops one that takes too long."""

    def __init__(self, seed: int, seconds: float):
        super().__init__()
        self._seed, self._seconds = seed, seconds
        self.epoch, self.is_too_slow = 0, False

    def on_train_begin(self, logs: object = None) -> None:
        self._begun = time.process_time()

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if time.process_time() - self._begun > self._seconds:
            self.is_too_slow = self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if notebook.is_interactive():
            end = "\n" if epoch + 1 == EPOCHS else ""
            line = f"Training with seed {self._seed}: epoch {epoch + 1} of {EPOCHS}"
            print(
                f"\r{line}, training accuracy {(logs or {})['accuracy']:.3f}", end=end, flush=True
            )


def fresh_copy(model: keras.Model, seed: int) -> keras.Model:
    """Return a model with the same layers as another one, and weights drawn with a seed.

    Initializers that are not Keras's count as Glorot's, or as zeros for biases.
    """
    keras.utils.set_random_seed(seed)
    return _copy(model, {})


def _copy(model: keras.Model, made: dict[int, Any]) -> keras.Model:
    """Return a copy of a model; ``made`` holds the copies of layers that it has made before."""

    def copy_layer(layer: Any) -> Any:
        if id(layer) not in made:
            made[id(layer)] = _copy(layer, made) if is_model(layer) else _copy_layer(layer)
        return made[id(layer)]

    functional = keras.Model(model.inputs[0], model.outputs[0])
    return keras.models.clone_model(functional, clone_function=copy_layer)


def _copy_layer(layer: Any) -> Any:
    """Return a new layer or operation with the same settings."""
    if not isinstance(layer, keras.Layer):
        return layer  # one of keras.ops, which has no weights
    kind = type(layer)
    kind = kind.__mro__[len(classes_of_its_own(kind))]
    config = layer.get_config()
    for key, value in config.items():
        if key.endswith("_initializer") and _is_unusable(key, value):
            config[key] = GLOROT if key.startswith(DRAWN) else ZEROS
    return kind.from_config(config)


def _is_unusable(key: str, initializer: object) -> bool:
    """Return whether an initializer is the student's own, or what stands for it in the judge."""
    if not isinstance(initializer, dict):
        return False
    is_zero = initializer.get("class_name") == "Zeros" and key.startswith(DRAWN)
    return is_zero or not is_keras_module(initializer.get("module"))


@functools.cache
def _digits() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the first 2,000 of the training digits, and the test digits, as a network's input."""
    (x, y), (x_test, y_test) = data.load_digits(announce=False)
    x, y = x[:TRAINING_IMAGES], y[:TRAINING_IMAGES]
    return (training.prepare(x), y), (training.prepare(x_test), y_test)

"""Compare Keras models that have branches, such as residual networks.

Two of them are the same if they have the same layers with weights, joined in the same way, and
compute the same, in use and in training, whatever the weights are. So the order in which the
branches are built does not matter, nor what an activation, an addition or padding is written as.

The layers with weights are matched by what comes before them. Then both models get the same random
weights, and the same images.
"""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils.checks.describe import is_model
from utils.checks.models import (
    NotAChainError,
    activation_of,
    name_activation,
    plain_config,
    run_node,
    settings_of_layer,
    times,
    without_batch,
)
from utils.checks.own_layers import ends_of, readable
from utils.keras_setup import keras

MAX_TEXT = 160  # characters of a computation in a message
MAX_TERMS = 8  # of a sum of sums that is read as one
MAX_FORMULA_DEPTH = 4
TRIAL_IMAGES = 4
# How a batch normalisation is initialised and learns.
NORMALISATION_SETTINGS = ("axis", "epsilon", "momentum", "center", "scale")
NORMALISATION_INITIALIZERS = ("beta", "gamma", "moving_mean", "moving_variance")


@dataclass(eq=False)
class Expression:
    """What a tensor of a model is computed from.

    Parameters
    ----------
    kind : str
        ``input``, ``layer`` for a layer with weights, ``add``, the name of an activation, or
        another layer's or operation's class and settings.
    inputs : list of Expression
        What it is applied to.
    layer : Layer, optional
        The layer with weights.
    before, after : tuple
        The shapes of the layer's input and output, without the batch axis.
    """

    kind: str
    inputs: list[Expression] = field(default_factory=list)
    layer: Any = None
    before: tuple = ()
    after: tuple = ()

    @functools.cached_property
    def sources(self) -> list[Expression]:
        """The layers with weights, or the model's input, from which the inputs come."""
        found: dict[int, Expression] = {}
        for one in self.inputs:
            for leaf in [one] if one.kind in ("input", "layer") else one.sources:
                found[id(leaf)] = leaf
        return sorted(found.values(), key=lambda leaf: leaf.key)

    @functools.cached_property
    def key(self) -> str:
        """The same text for layers of the same kind and size that come after the same layers."""
        if self.kind == "input":
            return "input"
        shapes = [tuple(weights.shape) for weights in self.layer.weights]
        said = repr((layer_kind(self.layer), shapes, [one.key for one in self.sources]))
        return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()

    @functools.cached_property
    def words(self) -> str:
        """A layer with weights in words: ``convolution (3x3, 16 filters)``."""
        if self.kind == "input":
            return "the input"
        layer, kind = self.layer, layer_kind(self.layer)
        if kind == "Conv2D":
            stride = "" if set(layer.strides) == {1} else f", stride {times(layer.strides)}"
            return f"convolution ({times(layer.kernel_size)}, {layer.filters} filters{stride})"
        return {
            "BatchNormalization": "batch normalisation",
            "Dense": f"dense layer ({getattr(layer, 'units', '')} units)",
        }.get(kind, f"{kind} layer")


@dataclass(frozen=True, eq=False)
class Graph:
    """A model's layers with weights, from the input on, and its output."""

    layers: list[Expression]
    output: Expression


def has_branches(model: Any) -> bool:
    """Return whether a readable model has an operation with more than one input."""
    return any(len(one.inputs) > 1 for one in _every(read_graph(model).output))


def outline(model: keras.Model) -> tuple:
    """Return what two models with branches have in common if they are the same."""
    keys = sorted(one.key for one in read_graph(model).layers)
    return without_batch(model.input_shape), keys, without_batch(model.output_shape)


def layers_in(model: object, kind: str) -> list[dict]:
    """Return the settings of a model's layers of a kind, branches or not; none if it is no model.

    A test can check one part of a model with these, independently of the other parts. Each comes
    with the shapes of its ``input`` and ``output``; their order is not fixed.
    """
    if not is_model(model):
        return []
    try:
        found = read_graph(readable(model)).layers
    except NotAChainError:
        return []
    return [
        _settings(one) | {"input": one.before, "output": one.after}
        for one in found
        if layer_kind(one.layer) == kind
    ]


def operations_in(model: object) -> list[str]:
    """Return the kinds of all operations without weights in a model: ``add``, ``relu``, ..."""
    if not is_model(model):
        return []
    try:
        graph = read_graph(readable(model))
    except NotAChainError:
        return []
    return sorted(one.kind for one in _every(graph.output) if one.kind not in ("input", "layer"))


def find_graph_difference(got: keras.Model, expected: keras.Model) -> str | None:
    """Return a sentence on how a model differs from the right one, or None if it does not.

    Parameters
    ----------
    got, expected : Model
        Readable models with inputs and outputs of the same shapes.
    """
    mine, right = read_graph(got), read_graph(expected)
    if sorted(one.key for one in mine.layers) != sorted(one.key for one in right.layers):
        return _layers_difference(mine, right)
    pairs = _pairs(mine, right)
    setting = next(filter(None, (_forced_difference(*pair) for pair in pairs)), None)
    if setting:
        return setting
    if _compute_alike(got, expected, pairs):
        return None
    return _joint_difference(mine, right, pairs)


def layer_kind(layer: Any) -> str:
    """Return the class of Keras's that a layer is of, or is derived from."""
    for kind in (keras.layers.Conv2D, keras.layers.Dense, keras.layers.BatchNormalization):
        if isinstance(layer, kind):
            return kind.__name__
    return type(layer).__name__


def show_graph(model: keras.Model) -> str:
    """Return a model with branches as a line: its layers with weights, counted."""
    kinds = [layer_kind(one.layer) for one in read_graph(model).layers]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return f"a model of {counts}: {model.count_params():,} parameters"


# Read a model


def read_graph(model: Any) -> Graph:
    """Return what a readable model's output is computed from.

    Raises
    ------
    NotAChainError
        If the model is not built yet, or has not one input and one output.
    """
    inputs, _ = ends_of(model)
    start = Expression("input", after=without_batch(inputs[0].shape))
    output = _Reader().follow(model, [start])
    found = []
    for one in _every(output):
        _ = one.sources  # each from those before it: a network may be deep
        if one.kind == "layer":
            _ = one.key
            found.append(one)
    return Graph(found, output)


class _Reader:
    """Reads models; a layer that is called twice on the same tensor is one expression."""

    def follow(self, model: Any, inputs: Sequence[Expression]) -> Expression:
        """Return the expression of a model's output, given those of its inputs."""
        known = {id(tensor): one for tensor, one in zip(model.inputs, inputs, strict=True)}
        output = model.outputs[0]
        waiting = [output]
        while waiting:  # no recursion: a network may be deep
            tensor = waiting[-1]
            if id(tensor) in known:
                waiting.pop()
                continue
            operation, index, _ = tensor._keras_history  # noqa: SLF001  (Keras has no public name)
            node = operation._inbound_nodes[index]  # noqa: SLF001
            missing = [one for one in node.input_tensors if id(one) not in known]
            if missing:
                waiting += missing[::-1]
            elif not node.input_tensors:
                raise NotAChainError("it has an input that is not its own")
            else:
                parts = [known[id(one)] for one in node.input_tensors]
                known[id(tensor)] = self._read(operation, node, parts, tensor)
        return known[id(output)]

    def _read(self, operation: Any, node: Any, parts: list[Expression], tensor: Any) -> Expression:
        """Return the expression of one operation's result."""
        if is_model(operation):
            return self.follow(operation, parts)
        before = [without_batch(one.shape) for one in node.input_tensors]
        after = without_batch(tensor.shape)
        if getattr(operation, "weights", None):
            return self._read_layer(operation, parts, before[0], after)
        if len(parts) > 1 and type(operation).__name__ == "Add" and set(before) == {after}:
            return _added(parts)
        if len(parts) == 1:
            compute = functools.partial(run_node, node)
            activation = activation_of(operation, before[0], after, compute)
            if activation == "linear":
                return parts[0]
            if activation not in ("", "of another kind"):
                return Expression(activation, parts, after=after)
        return Expression(_operation_words(operation), parts, after=after)

    def _read_layer(
        self, layer: Any, parts: list[Expression], before: tuple, after: tuple
    ) -> Expression:
        """Return the expression of a layer with weights, and its activation after it."""
        one = Expression("layer", parts, layer, before, after)
        activation = name_activation(getattr(layer, "activation", None))
        return one if activation == "linear" else Expression(activation, [one], after=after)


def _added(parts: list[Expression]) -> Expression:
    """Return the sum of tensors, of which some may be sums themselves."""
    flat = [leaf for one in parts for leaf in (one.inputs if one.kind == "add" else [one])]
    short = flat if len(flat) <= MAX_TERMS else parts
    return Expression("add", short, after=parts[0].after)


def _operation_words(operation: Any) -> str:
    """Return an operation without weights in words, with its settings."""
    kind = type(operation).__name__
    if kind in ("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten"):
        return kind
    if not isinstance(operation, keras.layers.Layer):
        return kind
    return f"{kind}({plain_config(operation)})"


def _every(output: Expression) -> Iterator[Expression]:
    """Yield an expression and all that it is computed from, once each: what is needed, first."""
    done: set[int] = set()
    waiting = [output]
    while waiting:
        one = waiting[-1]
        missing = [part for part in one.inputs if id(part) not in done]
        if id(one) in done:
            waiting.pop()
        elif missing:
            waiting += missing[::-1]
        else:
            done.add(id(one))
            waiting.pop()
            yield one


# Compare what models compute


def _pairs(mine: Graph, right: Graph) -> list[tuple[Expression, Expression]]:
    """Return the layers of two graphs that belong together, in the order of the right one."""
    places: dict[str, list[Expression]] = {}
    for one in mine.layers:
        places.setdefault(one.key, []).append(one)
    return [(places[one.key].pop(0), one) for one in right.layers]


def _compute_alike(
    got: keras.Model, expected: keras.Model, pairs: Sequence[tuple[Expression, Expression]]
) -> bool:
    """Return whether two models compute the same with the same weights, and learn the same.

    In training a batch normalisation uses its batch, and changes its moving mean and variance.
    """
    rng = np.random.default_rng(0)
    shape = without_batch(expected.input_shape)
    batch = rng.normal(size=(TRIAL_IMAGES, *shape)).astype(np.float32)
    kept = [(layer, layer.get_weights()) for pair in pairs for layer in (one.layer for one in pair)]
    try:
        for one, other in pairs:
            weights = _trial_weights(other.layer, rng)
            one.layer.set_weights(weights)
            other.layer.set_weights(weights)
        with warnings.catch_warnings(action="ignore"):  # the inputs may be a list of one tensor
            for training in (False, True):
                outputs = [np.asarray(model(batch, training=training)) for model in (got, expected)]
                if not _close(*outputs):
                    return False
        return all(
            _close(a, b)
            for one, other in pairs
            for a, b in zip(one.layer.get_weights(), other.layer.get_weights(), strict=True)
        )
    finally:
        for layer, weights in kept:
            layer.set_weights(weights)


def _close(one: np.ndarray, other: np.ndarray) -> bool:
    """Return whether two results are equal as far as single precision goes."""
    return one.shape == other.shape and np.allclose(one, other, rtol=1e-3, atol=1e-4)


def _trial_weights(layer: Any, rng: np.random.Generator) -> list[np.ndarray]:
    """Return random weights for a layer, such that numbers stay about as large as they are.

    The moving means and variances of a batch normalisation are not those that it begins with.
    """
    return [_trial_array(weights, rng) for weights in layer.weights]


def _trial_array(weights: Any, rng: np.random.Generator) -> np.ndarray:
    """Return random numbers for one of a layer's arrays."""
    shape, name = tuple(weights.shape), weights.name
    if name == "moving_variance":
        return rng.uniform(0.02, 1.5, shape)
    if name == "gamma":
        return rng.uniform(0.6, 1.4, shape)
    if len(shape) < 2:
        return rng.normal(0, 0.3, shape)
    return rng.normal(0, 1 / np.sqrt(np.prod(shape[:-1])), shape)


# Say how they differ


def _layers_difference(mine: Graph, right: Graph) -> str:
    """Return a sentence on the first layer with weights that has no counterpart."""
    names = _names(right)
    left = Counter(one.key for one in right.layers)
    spare = []
    for one in mine.layers:
        if left[one.key]:
            left[one.key] -= 1
        elif all(leaf.key in names for leaf in one.sources):  # the first of those that differ
            spare.append(one)
    wanted = [one for one in right.layers if left[one.key]]
    if wanted:
        return _missing_layer(wanted, spare, names)
    return _extra_layer((spare or mine.layers)[0], names)


def _missing_layer(
    missing: Sequence[Expression], spare: list[Expression], names: dict[str, str]
) -> str:
    """Return a sentence on the first layer that the student's model does not have at its place."""
    wanted = missing[0]
    name, should = _capital(names[wanted.key]), _computation(wanted, names)
    here = [leaf.key for leaf in wanted.sources]
    beside = [one for one in spare if [leaf.key for leaf in one.sources] == here]
    alike = [one for one in beside if layer_kind(one.layer) == layer_kind(wanted.layer)]
    differences = sorted((_setting_differences(one, wanted) for one in alike), key=len)
    if differences and differences[0]:
        return f"{name} {'; '.join(differences[0])}."
    elsewhere = alike or [one for one in spare if one.words == wanted.words]
    if elsewhere:
        said = _computation(elsewhere[0], names)
        return f"{name} should be applied to {should}, but is applied to {said}."
    after = f"After {_listed(wanted, names)} should come {_article(wanted.words)}"
    if beside:
        return f"{after}, but there is {_article(beside[0].words)}."
    needed = {one.words for one in missing}
    extra = [one for one in spare if one.words not in needed]
    return _extra_layer(extra[0], names) if extra else f"{after}, which is missing."


def _extra_layer(extra: Expression, names: dict[str, str]) -> str:
    """Return a sentence on a layer that the right model does not have."""
    applied = _computation(extra, names)
    return f"There is an extra layer: {_article(extra.words)}, applied to {applied}."


def _forced_difference(one: Expression, other: Expression) -> str | None:
    """Return how two layers differ in what no trial of some batches is sure to show."""
    differences = _setting_differences(one, other, names=("weights are", "penalty", "normalises"))
    return f"{_capital(other.words)} {'; '.join(differences)}." if differences else None


def _joint_difference(
    mine: Graph, right: Graph, pairs: Sequence[tuple[Expression, Expression]]
) -> str:
    """Return a sentence on the first place where models of the same layers compute otherwise."""
    names = _names(right)
    for one, other in pairs:
        if differences := _setting_differences(one, other):
            return f"{_capital(names[other.key])} {'; '.join(differences)}."
        said, should = _computation(one, names), _computation(other, names)
        if said != should:
            return (
                f"{_capital(names[other.key])} should be applied to {should}, "
                f"but is applied to {said}."
            )
    ends = [Expression("", [graph.output]) for graph in (mine, right)]
    said, should = (_computation(end, names) for end in ends)
    if said != should:
        return f"The output should be {should}, but is {said}."
    return "With the same weights, the model predicts something else than it should."


def _settings(one: Expression) -> dict[str, Any]:
    """Return the settings of a layer with weights that matter to what the model computes."""
    settings = settings_of_layer(one.layer, one.before)
    settings.pop("activation", None)  # it is an operation after the layer
    settings.pop("settings", None)
    penalties = [name for name in settings if "regularizer" in name or "constraint" in name]
    settings["penalty"] = ", ".join(penalties) or "none"
    if layer_kind(one.layer) == "BatchNormalization":
        settings |= {name: getattr(one.layer, name) for name in NORMALISATION_SETTINGS}
        settings["axis"] = settings["axis"] % len((None, *one.before))
        starts = (getattr(one.layer, f"{name}_initializer") for name in NORMALISATION_INITIALIZERS)
        settings["normalises"] = (
            *(round(float(settings[name]), 9) for name in ("epsilon", "momentum")),
            *(type(start).__name__ for start in starts),
        )
    return settings


def _setting_differences(
    one: Expression, other: Expression, names: Sequence[str] | None = None
) -> list[str]:
    """Return a phrase for each setting in which two layers of the same kind differ."""
    mine, right = _settings(one), _settings(other)
    said = []
    for name in right if names is None else names:
        if name == "normalises" and name in right and mine.get(name) != right[name]:
            said += _normalisation_differences(one.layer, other.layer)
        elif name in (*NORMALISATION_SETTINGS[1:3], "normalises"):
            continue
        elif mine.get(name) != right.get(name):
            said.append(_difference_words(name, mine.get(name), right.get(name)))
    return said


def _normalisation_differences(one: Any, other: Any) -> list[str]:
    """Return a phrase for each setting in which two batch normalisations differ."""
    said = [
        f"has {name} {getattr(one, name):g}, should have {getattr(other, name):g}"
        for name in ("epsilon", "momentum")
        if not np.isclose(getattr(one, name), getattr(other, name), rtol=1e-6)
    ]
    for name in NORMALISATION_INITIALIZERS:
        starts = [type(getattr(each, f"{name}_initializer")).__name__ for each in (one, other)]
        if starts[0] != starts[1]:
            said.append(f"begins with another {name} ({starts[0]}) than Keras's ({starts[1]})")
    return said


def _difference_words(name: str, mine: Any, right: Any) -> str:
    """Return a phrase on a setting."""
    if name == "bias":
        return "has no bias, should have one" if right else "has a bias, should have none"
    if name in ("filters", "units"):
        return f"has {mine} {name}, should have {right}"
    if name == "weights are":
        return f"is {mine}, should be {right}"
    if name == "penalty":
        return f"has a {mine}, should have none"
    mine, right = (times(one) if isinstance(one, tuple) else one for one in (mine, right))
    return f"has {name} {mine}, should have {right}"


def _names(right: Graph) -> dict[str, str]:
    """Return a name for each of the right model's layers with weights, by its key."""
    numbers: dict[str, int] = {}
    names = {"input": "the input"}
    totals: dict[str, int] = {}
    for one in right.layers:
        kind = layer_kind(one.layer)
        totals[kind] = totals.get(kind, 0) + 1
    for one in right.layers:
        kind = layer_kind(one.layer)
        numbers[kind] = numbers.get(kind, 0) + 1
        first, _, rest = one.words.partition(" (")
        number = f" {numbers[kind]}" if totals[kind] > 1 else ""
        names[one.key] = f"{first}{number}" + (f" ({rest}" if rest else "")
    return names


def _listed(one: Expression, names: dict[str, str]) -> str:
    """Return the names of the layers before a layer."""
    return " and ".join(names.get(leaf.key, leaf.words) for leaf in one.sources)


def _computation(one: Expression, names: dict[str, str]) -> str:
    """Return what a layer is applied to, down to the layers with weights before it."""
    text = _formula(one.inputs[0], names, depth=0)
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}..."


def _formula(one: Expression, names: dict[str, str], depth: int) -> str:
    """Return a computation as a formula: ``relu(convolution 3 + convolution 1)``."""
    if one.kind in ("input", "layer"):
        return names.get(one.key, f"another {one.words}").partition(" (")[0]
    if depth > MAX_FORMULA_DEPTH:
        return "..."
    parts = sorted(_formula(part, names, depth + 1) for part in one.inputs)
    return " + ".join(parts) if one.kind == "add" else f"{one.kind}({', '.join(parts)})"


def _article(words: str) -> str:
    """Return words with an indefinite article."""
    return words if words.startswith("the ") else f"a {words}"


def _capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[0].upper() + text[1:]

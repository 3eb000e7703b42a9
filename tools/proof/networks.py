"""Sentences about networks with branches, and for each a rule that tells whether it is true.

Both networks are read again, from Keras, without the code that judges students' networks. Layers
with weights stand for the same one if they are of one kind and size, and come after the same ones.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

IMAGES = 3
DEEPEST = 4  # of a formula in a message, then dots
LONGEST = 160
NORMALISATION_BEGINS_WITH = ("beta", "gamma", "moving_mean", "moving_variance")
ACTIVATIONS = ("relu", "tanh", "sigmoid", "softmax", "leaky_relu", "elu", "selu", "gelu", "silu")
PROBE = np.linspace(-3, 3, 13, dtype="float32")
THE_INPUT = -1  # its place
_PLACES: dict[tuple, int] = {}


@dataclass(frozen=True, eq=False)
class Part:
    """One operation of a network.

    Parameters
    ----------
    kind : str
        ``input``, ``layer`` if it has weights, ``add``, an activation, or another one's words.
    inputs : tuple of Part
        What it is applied to.
    layer : Layer, optional
        The layer with weights.
    size : tuple
        The shape of its input, without the batch axis.
    """

    kind: str
    inputs: tuple[Part, ...] = ()
    layer: Any = None
    size: tuple = ()

    @functools.cached_property
    def sources(self) -> list[Part]:
        """The layers with weights, or the input, that come directly before it."""
        found: dict[int, Part] = {}
        for one in self.inputs:
            for part in [one] if one.kind in ("input", "layer") else one.sources:
                found[id(part)] = part
        return list(found.values())

    @functools.cached_property
    def place(self) -> int:
        """A number that is the same for layers that stand for each other in two networks."""
        if self.kind == "input":
            return THE_INPUT
        sizes = tuple(tuple(weights.shape) for weights in self.layer.weights)
        what = class_of(self.layer), sizes, tuple(places(self.sources))
        return _PLACES.setdefault(what, len(_PLACES))

    @property
    def words(self) -> str:
        """A layer in words, with its size."""
        if self.kind == "input":
            return "the input"
        kind = class_of(self.layer)
        if kind == "Conv2D":
            kernel, strides = map(_times, (self.layer.kernel_size, self.layer.strides))
            stride = "" if strides == "1x1" else f", stride {strides}"
            return f"convolution ({kernel}, {self.layer.filters} filters{stride})"
        if kind == "Dense":
            return f"dense layer ({self.layer.units} units)"
        return "batch normalisation" if kind == "BatchNormalization" else f"{kind} layer"


def places(parts: Sequence[Part]) -> list[int]:
    """Return the places of some layers, in an order of their own."""
    return sorted(part.place for part in parts)


@dataclass(frozen=True)
class Network:
    """A network's layers with weights, each after those that it needs, and its output."""

    layers: list[Part]
    output: Part

    @property
    def names(self) -> dict[int, str]:
        """The layers' names by their places: ``convolution 3``; alone, it has no number."""
        kinds = [_bare(part.words) for part in self.layers]
        names = {THE_INPUT: "the input"}
        for index, (part, kind) in enumerate(zip(self.layers, kinds, strict=True)):
            number = f" {kinds[: index + 1].count(kind)}" if kinds.count(kind) > 1 else ""
            names[part.place] = f"{kind}{number}"
        return names


def class_of(layer: Any) -> str:
    """Return the name of Keras's class that a layer is of, or is derived from."""
    import keras

    known = (keras.layers.Conv2D, keras.layers.Dense, keras.layers.BatchNormalization)
    return next((kind.__name__ for kind in known if isinstance(layer, kind)), type(layer).__name__)


def is_branched(model: Any) -> bool:
    """Return whether something in a model is computed from several tensors."""
    operations = getattr(model, "operations", None) or getattr(model, "layers", ())
    inside = any(is_branched(one) for one in operations if hasattr(one, "layers"))
    nodes = (node for one in operations for node in getattr(one, "_inbound_nodes", ()))
    return inside or any(len(node.input_tensors) > 1 for node in nodes)


def read(model: Any) -> Network:
    """Read a model with one input and one output."""
    layers: list[Part] = []
    (start,), (end,) = model.inputs, model.outputs
    output = _read(end, {id(start): Part("input")}, layers)
    return Network(layers, output)


def _read(tensor: Any, known: dict[int, Part], layers: list[Part]) -> Part:
    """Return what a tensor is computed from, and list the layers with weights."""
    if id(tensor) not in known:
        operation, index, _ = tensor._keras_history  # noqa: SLF001
        node = operation._inbound_nodes[index]  # noqa: SLF001
        parts = [_read(one, known, layers) for one in node.input_tensors]
        if hasattr(operation, "layers"):
            inside = {id(one): part for one, part in zip(operation.inputs, parts, strict=True)}
            known[id(tensor)] = _read(operation.outputs[0], inside, layers)
        else:
            known[id(tensor)] = _part(operation, node, parts, layers)
    return known[id(tensor)]


def _part(operation: Any, node: Any, parts: list[Part], layers: list[Part]) -> Part:
    """Return one operation, and its activation after it."""
    sizes = [tuple(one.shape[1:]) for one in node.input_tensors]
    if getattr(operation, "weights", None):
        part = Part("layer", tuple(parts), operation, sizes[0])
        layers.append(part)
        name = _name_of(operation.activation) if hasattr(operation, "activation") else ""
        return part if name in ("", "linear") else Part(name, (part,))
    if type(operation).__name__ == "Add" and len(parts) > 1 and len(set(sizes)) == 1:
        flat = [leaf for one in parts for leaf in (one.inputs if one.kind == "add" else [one])]
        return Part("add", tuple(flat))
    name = _activation(operation, node) if len(parts) == 1 else ""
    if name == "linear":
        return parts[0]
    return Part(name or _words_of(operation), tuple(parts))


def _activation(operation: Any, node: Any) -> str:
    """Return the name of an activation that is an operation of its own; nothing if it is none."""
    import keras

    kinds = ("Activation", "ReLU", "Softmax", "LeakyReLU", "ELU", "Identity")
    is_layer = isinstance(operation, keras.layers.Layer)
    if is_layer and type(operation).__name__ not in kinds:
        return ""
    if not is_layer and node.input_tensors[0].shape != node.output_tensors[0].shape:
        return ""

    def compute(values: Any) -> Any:
        args, kwargs = node.arguments.fill_in({id(node.input_tensors[0]): values})
        return operation(*args, **kwargs)

    return _name_of(compute, len(node.input_tensors[0].shape))


def _name_of(function: Callable, rank: int = 2) -> str:
    """Return the name of the activation that gives the same numbers; nothing if none does."""
    import keras

    known = [name for name in ("linear", *ACTIVATIONS) if function is keras.activations.get(name)]
    if known:
        return known[0]
    probe = PROBE.reshape((1,) * (rank - 1) + (-1,))
    try:
        values = np.asarray(function(keras.ops.convert_to_tensor(probe)))
    except Exception:  # it may take nothing of this shape
        return ""
    for name, right in _known_activations().items():
        if values.size == right.size and np.allclose(values.ravel(), right, rtol=1e-4, atol=1e-5):
            return name
    return ""


@functools.cache
def _known_activations() -> dict[str, np.ndarray]:
    """Return what Keras's activations give for the probe, by name."""
    import keras

    probe = keras.ops.convert_to_tensor(PROBE[np.newaxis])
    return {
        name: np.asarray(keras.activations.get(name)(probe)).ravel()
        for name in ("linear", *ACTIVATIONS)
    }


def _words_of(operation: Any) -> str:
    """Return an operation without weights, with its settings."""
    import keras

    kind = type(operation).__name__
    plain = ("GlobalAveragePooling2D", "GlobalMaxPooling2D", "Flatten")
    if kind in plain or not isinstance(operation, keras.layers.Layer):
        return kind
    left_out = {"name", "dtype", "trainable", "seed"}
    settings = sorted(item for item in operation.get_config().items() if item[0] not in left_out)
    return f"{kind}({', '.join(f'{key}={value}' for key, value in settings)})"


def formula(part: Part, names: dict[int, str], depth: int = 0) -> str:
    """Return what something is computed from, down to the layers with weights."""
    if part.kind in ("input", "layer"):
        return names.get(part.place, f"another {_bare(part.words)}")
    if depth > DEEPEST:
        return "..."
    inside = sorted(formula(one, names, depth + 1) for one in part.inputs)
    return " + ".join(inside) if part.kind == "add" else f"{part.kind}({', '.join(inside)})"


def _is_formula(text: str, part: Part, names: dict[int, str]) -> bool:
    """Return whether a text is the formula of something, or the beginning of a long one."""
    whole = formula(part, names)
    return text == whole or (len(whole) > LONGEST and text == f"{whole[:LONGEST]}...")


def _times(pair: Sequence[int]) -> str:
    """Return a pair of numbers as text."""
    return "x".join(map(str, pair))


def _bare(words: str) -> str:
    """Return a layer's words without its size."""
    return words.partition(" (")[0]


# Whether two networks are the same


def same_networks(got: Any, expected: Any) -> bool:
    """Return whether two networks have the same layers and settings, and compute the same."""
    return not _differ_in_layers(got, expected) and not _differ_in_numbers(got, expected)


def _differ_in_layers(got: Any, expected: Any) -> bool:
    """Return whether two networks have other layers, or the same with other settings."""
    if got.input_shape != expected.input_shape or got.output_shape != expected.output_shape:
        return True
    mine, right = read(got), read(expected)
    if places(mine.layers) != places(right.layers):
        return True
    return any(_learning(one) != _learning(other) for one, other in _pairs(mine, right))


def _learning(part: Part) -> tuple:
    """Return what of a layer's settings shows only as it learns."""
    layer = part.layer
    penalties = [
        type(getattr(layer, name)).__name__
        for name in sorted(vars(layer))
        if name.endswith(("_regularizer", "_constraint")) and getattr(layer, name) is not None
    ]
    starts = [
        type(getattr(layer, f"{name}_initializer", None)).__name__
        for name in NORMALISATION_BEGINS_WITH
    ]
    numbers = [round(float(getattr(layer, name, 0)), 9) for name in ("epsilon", "momentum")]
    return layer.trainable, penalties, starts, numbers


def _pairs(mine: Network, right: Network) -> list[tuple[Part, Part]]:
    """Return the layers of two networks that stand for each other."""
    left = list(mine.layers)
    pairs = []
    for other in right.layers:
        one = next(part for part in left if part.place == other.place)
        left.remove(one)
        pairs.append((one, other))
    return pairs


def _differ_in_numbers(got: Any, expected: Any) -> bool:
    """Return whether two networks of the same layers give other numbers, in use or in training."""
    rng = np.random.default_rng(77)
    pairs = _pairs(read(got), read(expected))
    batch = rng.normal(size=(IMAGES, *expected.input_shape[1:])).astype("float32")
    layers = [part.layer for pair in pairs for part in pair]
    kept = [layer.get_weights() for layer in layers]
    try:
        for one, other in pairs:
            weights = [_random(each, rng) for each in other.layer.weights]
            one.layer.set_weights(weights)
            other.layer.set_weights(weights)
        for training in (False, True):
            mine, right = (np.asarray(net(batch, training=training)) for net in (got, expected))
            if mine.shape != right.shape or not np.allclose(mine, right, rtol=1e-3, atol=1e-4):
                return True
        learned = [(one.layer.get_weights(), other.layer.get_weights()) for one, other in pairs]
        return not all(
            np.allclose(a, b, rtol=1e-3, atol=1e-4)
            for both in learned
            for a, b in zip(*both, strict=True)
        )
    finally:
        for layer, weights in zip(layers, kept, strict=True):
            layer.set_weights(weights)


def _random(weights: Any, rng: np.random.Generator) -> np.ndarray:
    """Return random numbers for an array of weights; variances and scales are positive."""
    shape = tuple(weights.shape)
    if weights.name in ("moving_variance", "gamma"):
        return rng.uniform(0.3, 1.3, shape)
    return rng.normal(0, 1 / np.sqrt(max(1, np.prod(shape[:-1]))) if shape[:-1] else 0.3, shape)


# What is said of them


def shows_network(text: str, model: Any) -> bool:
    """Return whether a line such as "a model of 2 Conv2D, 1 Dense: 99 parameters" is true."""
    kinds = [class_of(part.layer) for part in read(model).layers]
    counts = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return text == f"a model of {counts}: {model.count_params():,} parameters"


Holds = Callable[[Network, Network, re.Match], bool]


def _is_setting(mine: Network, right: Network, match: re.Match) -> bool:
    """Return whether a layer has the settings that the sentence gives, and should have others."""
    name, phrases = match.groups()
    should = [part for part in right.layers if _is_called(name, part, right.names)]
    return any(
        class_of(one.layer) == class_of(other.layer)
        and places(one.sources) == places(other.sources)
        and (one.place == other.place or _count(one, mine) > _count(one, right))
        and all(_has_setting(phrase, one, other) for phrase in phrases.split("; "))
        for other in should
        for one in mine.layers
    )


def _is_called(name: str, part: Part, names: dict[int, str]) -> bool:
    """Return whether a text names a layer: ``Convolution 3 (3x3, 4 filters)``, or no number."""
    name = name[0].lower() + name[1:]
    _, size, rest = part.words.partition(" (")
    return name in (part.words, f"{names[part.place]}{size}{rest}")


def _has_setting(phrase: str, one: Part, other: Part) -> bool:
    """Return whether a phrase about a setting is true of a layer and of the right one."""
    mine, right = one.layer, other.layer
    if found := re.fullmatch(r"has (no|a) bias, should have (one|none)", phrase):
        wrong = mine.use_bias != right.use_bias
        return wrong and [found[1] == "a", found[2] == "one"] == [mine.use_bias, right.use_bias]
    if found := re.fullmatch(r"is (trainable|frozen), should be (trainable|frozen)", phrase):
        said = [text == "trainable" for text in found.groups()]
        return said == [mine.trainable, right.trainable] and said[0] != said[1]
    if found := re.fullmatch(r"has (\d+) (filters|units), should have (\d+)", phrase):
        said = [int(found[1]), int(found[3])]
        return said == [getattr(each, found[2]) for each in (mine, right)] and said[0] != said[1]
    if found := re.fullmatch(r"has (epsilon|momentum) (\S+), should have (\S+)", phrase):
        values = [getattr(each, found[1]) for each in (mine, right)]
        close = [float(text) for text in found.groups()[1:]]
        return bool(np.allclose(values, close, rtol=1e-5)) and close[0] != close[1]
    if found := re.fullmatch(r"begins with another (\w+) \((\w+)\) than Keras's \((\w+)\)", phrase):
        starts = [type(getattr(each, f"{found[1]}_initializer")).__name__ for each in (mine, right)]
        return starts == [found[2], found[3]] and starts[0] != starts[1]
    if found := re.fullmatch(r"has a ([a-z_, ]+), should have none", phrase):
        names = [name.replace(" ", "_") for name in found[1].split(", ")]
        return all(getattr(mine, n) is not None and getattr(right, n) is None for n in names)
    found = re.fullmatch(r"has ([a-z ]+?) (\S+), should have (\S+)", phrase)
    if not found or found[2] == found[3]:
        return False
    return _value_of(found[1], one, found[2]) and _value_of(found[1], other, found[3])


def _value_of(name: str, part: Part, text: str) -> bool:
    """Return whether a setting has the value that a text gives."""
    attribute = {"kernel size": "kernel_size", "dilation": "dilation_rate"}.get(name, name)
    value = getattr(part.layer, attribute)
    if name == "axis":
        return text == str(value % (1 + len(part.size)))
    if name != "padding" or text == value:
        return text == (_times(value) if isinstance(value, tuple) else str(value))
    # "same" that adds nothing is as good as "valid".
    sizes = zip(part.size[:2], part.layer.kernel_size, part.layer.strides, strict=True)
    return text == "valid" and all(n >= k and -(-n // s) * s - s + k <= n for n, k, s in sizes)


def _is_applied(mine: Network, right: Network, match: re.Match) -> bool:
    """Return whether a layer should be applied to one thing, but is applied to another."""
    name, should, said = match.groups()
    names = right.names
    return should != said and any(
        _is_called(name, other, names)
        and _is_formula(should, other.inputs[0], names)
        and any(
            (class_of(one.layer) == class_of(other.layer) or one.words == other.words)
            and _is_formula(said, one.inputs[0], names)
            for one in mine.layers
        )
        and not any(
            one.place == other.place and _is_formula(should, one.inputs[0], names)
            for one in mine.layers
        )
        for other in right.layers
    )


def _should_come(mine: Network, right: Network, match: re.Match) -> bool:
    """Return whether a layer is not there, and another one, if one is named, in its place."""
    before, words, instead = match.groups()
    names = right.names
    wanted = [
        other
        for other in right.layers
        if _an(other) == words
        and sorted(before.split(" and ")) == sorted(_long_name(one, names) for one in other.sources)
        and _count(other, mine) < _count(other, right)
    ]
    beside = any(
        _an(one) == instead and places(one.sources) == places(other.sources)
        for other in wanted
        for one in mine.layers
    )
    return bool(wanted) and (instead is None or (beside and instead != words))


def _is_extra(mine: Network, right: Network, match: re.Match) -> bool:
    """Return whether there are more layers of a kind, at a place, than there should be."""
    return any(
        _an(one) == match[1]
        and _is_formula(match[2], one.inputs[0], right.names)
        and _count(one, mine) > _count(one, right)
        for one in mine.layers
    )


def _is_output(mine: Network, right: Network, match: re.Match) -> bool:
    """Return whether the output should be one thing, but is another."""
    names = right.names
    return (
        match[1] != match[2]
        and _is_formula(match[1], right.output, names)
        and _is_formula(match[2], mine.output, names)
    )


def _count(part: Part, network: Network) -> int:
    """Return how many layers of a network stand at a layer's place."""
    return [one.place for one in network.layers].count(part.place)


def _long_name(part: Part, names: dict[int, str]) -> str:
    """Return the name of the right network's layer, with its size."""
    _, size, rest = part.words.partition(" (")
    return f"{names[part.place]}{size}{rest}"


def _an(part: Part) -> str:
    """Return a layer in words, with an article."""
    return f"a {part.words}"


A_LAYER = r"\w+(?: \w+)*(?: \([^()]*\))?"
A_PHRASE = r"(?:(?:has|is) [^;]+?, should (?:have|be) [^;]+?|begins with another [^;]+?)"
SENTENCES: tuple[tuple[str, Holds], ...] = (
    (rf"({A_LAYER}) should be applied to (.+?), but is applied to (.+?)\.", _is_applied),
    (
        rf"After ({A_LAYER}(?: and {A_LAYER})*) should come (a {A_LAYER}), "
        rf"(?:which is missing|but there is (a {A_LAYER}))\.",
        _should_come,
    ),
    (rf"There is an extra layer: (a {A_LAYER}), applied to (.+?)\.", _is_extra),
    (r"The output should be (.+?), but is (.+?)\.", _is_output),
    (rf"({A_LAYER}) ({A_PHRASE}(?:; {A_PHRASE})*)\.", _is_setting),
)

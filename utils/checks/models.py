"""Keras, imported quietly, and what a Keras model is, layer by layer, in words.

Import this module before Keras: it sees to it that TensorFlow writes nothing to stderr, where a
mere remark would cost a test cell its points.

Two models are the same if they compute the same in the same steps, whatever they are written as:
Sequential or functional, compiled or not, an activation as an argument or as a layer of its own.
`find_model_difference` says in words where one is not like the other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from utils import output_size
from utils.checks import describe
from utils.keras_setup import keras

# What the layers of the course are called in words.
WORDS = {
    "Conv2D": "a convolution",
    "MaxPooling2D": "a max pooling",
    "AveragePooling2D": "an average pooling",
    "GlobalMaxPooling2D": "a global max pooling",
    "GlobalAveragePooling2D": "a global average pooling",
    "Flatten": "a Flatten",
    "Dense": "a dense layer",
    "Activation": "an activation of its own",
}
MOST_LISTED = 8  # layers by their numbers
# Numbers that no two of these activations answer alike, and the activations by name.
PROBE = np.array([-80, -7, -3.5, -2, -1, -0.5, 0, 0.25, 1, 2, 3, 5, 8, 80], np.float32)
ACTIVATIONS = (
    *("linear", "relu", "tanh", "sigmoid", "softmax", "leaky_relu", "elu", "selu", "gelu"),
    *("softplus", "softsign", "silu", "relu6", "exponential", "hard_sigmoid", "mish"),
    "log_softmax",
)
ACTIVATION_LAYERS = (
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.Softmax,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
)


@dataclass(frozen=True)
class Step:
    """One layer of a model in its canonical form: an activation belongs to the layer before it.

    Parameters
    ----------
    kind : str
        The layer's class in Keras.
    name : str
        Its name in the model.
    settings : dict
        What makes the layer what it is, by words that a message can use.
    shape : tuple
        The output's, without the batch axis.
    parameters : int
        How many it has.
    """

    kind: str
    name: str = field(compare=False)
    settings: dict
    shape: tuple
    parameters: int

    @property
    def words(self) -> str:
        """The layer in words: ``a convolution``."""
        return WORDS.get(self.kind, f"{_article(self.kind)} {self.kind} layer")

    @property
    def full_words(self) -> str:
        """The layer in words, with its size: ``a dense layer (84 units)``."""
        for size in ("filters", "units"):
            if size in self.settings:
                return f"{self.words} ({self.settings[size]} {size})"
        alone = self.kind == "Activation"
        return f"{self.words} ({self.settings['activation']})" if alone else self.words

    def __str__(self) -> str:
        """Write the layer on one line, as short as it can be told."""
        said = self.settings
        parts = [self.kind]
        if self.kind == "Conv2D":
            parts.append(f"{said['filters']} of {_times(said['kernel size'])}")
        elif "window" in said:
            parts.append(_times(said["window"]))
        elif self.kind == "Dense":
            parts.append(f"{said['units']}")
        unusual = {"strides": said.get("window", (1, 1)), "padding": "valid", "bias": True}
        for name, usual in unusual.items():
            if said.get(name, usual) != usual:
                value = said[name]
                parts.append("no bias" if name == "bias" else f"{name} {_value(value)}")
        for name in ("activation", "weights are"):
            if said.get(name, "linear") not in ("linear", "trainable"):
                parts.append(str(said[name]))
        return f"{', '.join(parts)} -> {self.shape}"


class NotAChainError(ValueError):
    """A model is not one layer after another; the text says why."""


def show_model(model: keras.Model) -> str:
    """Write a model as a short list of its layers, an activation beside the layer it follows."""
    try:
        steps = list_steps(model)
    except NotAChainError as reason:
        return f"{describe.describe(model)} ({reason})"
    lines = [f"input {_without_batch(model.input_shape)}"]
    lines += [f"{index}. {step}" for index, step in enumerate(steps, 1)]
    return "\n".join([*lines, f"{model.count_params():,} parameters"])


def list_steps(model: keras.Model) -> list[Step]:
    """Return a model's layers in canonical form.

    Inputs are left out, and so is what changes nothing. A layer that is an activation becomes that
    of the layer before it, if that has none. A Reshape that flattens is a Flatten; padding that
    adds nothing is ``valid``; a model inside the model is its layers.

    Raises
    ------
    NotAChain
        If the model is not built yet, is a class of its own, or has branches.
    """
    steps: list[Step] = []
    for operation, before, after in _walk(model):
        activation = _activation_of(operation, before, after)
        if activation == "linear":
            continue
        last = steps[-1] if steps else None
        if activation and last and last.settings.get("activation") == "linear":
            steps[-1] = _with_activation(last, activation)
        elif activation:
            steps.append(Step("Activation", operation.name, {"activation": activation}, after, 0))
        else:
            steps.append(_describe_layer(operation, before, after))
    return steps


def settings_of(model: object, *kinds: str) -> list[dict]:
    """Return the settings of a model's layers of some kinds, in order; none if it is no model.

    With these, a test looks at one part of a model, whatever became of the others:
    ``settings_of(model, "Conv2D")``.
    """
    if not describe.is_model(model):
        return []
    try:
        return [{"kind": s.kind} | s.settings for s in list_steps(model) if s.kind in kinds]
    except NotAChainError:
        return []


def find_model_difference(got: object, expected: keras.Model) -> str | None:
    """Return what is wrong with a model in the most specific words, or None if it is right.

    Parameters
    ----------
    got : object
        What came back.
    expected : Model
        What should have: Sequential or functional, one layer after another.

    Returns
    -------
    str or None
        The first layer that differs and how: its kind, its settings, whether it is missing or one
        too many; then the input's shape, the number of parameters and, last, what both predict
        with the same weights.
    """
    if not describe.is_model(got):
        return f"It should return a Keras model, but returned {_describe_no_model(got)}."
    try:
        mine = list_steps(got)
    except NotAChainError as reason:
        return f"The model cannot be read: {reason}."
    right = list_steps(expected)
    return (
        _input_difference(got, expected)
        or _layers_difference(mine, right)
        or _total_difference(got, expected)
    )


def _walk(model: keras.Model) -> list[tuple[keras.Operation, tuple, tuple]]:
    """Return a model's operations from input to output, with their input and output shapes."""
    if isinstance(model, keras.Sequential) and not model.layers:
        raise NotAChainError("it has no layers")
    outputs, inputs = getattr(model, "outputs", None), getattr(model, "inputs", None)
    if not outputs or not inputs:
        if isinstance(model, keras.Sequential):
            raise NotAChainError(
                "it does not know the shape of its input; let it begin with keras.Input(shape)"
            )
        raise NotAChainError(
            f"it is a class of its own ({type(model).__name__}); build it with keras.Sequential "
            "or with keras.Model(inputs, outputs)"
        )
    if len(outputs) != 1 or len(inputs) != 1:
        raise NotAChainError(
            f"it has {len(inputs)} inputs and {len(outputs)} outputs, not one of each"
        )
    found = []
    tensor = outputs[0]
    while tensor is not inputs[0]:
        operation, node_index, _ = tensor._keras_history
        sources = operation._inbound_nodes[node_index].input_tensors
        if len(sources) != 1:
            raise NotAChainError(
                f"{operation.name} has {len(sources)} inputs; it should be one layer after another"
            )
        before, after = _without_batch(sources[0].shape), _without_batch(tensor.shape)
        if describe.is_model(operation):
            found += reversed(_walk(operation))
        else:
            found.append((operation, before, after))
        tensor = sources[0]
    return found[::-1]


def _describe_layer(layer: keras.Operation, before: tuple, after: tuple) -> Step:
    """Return one layer in canonical form."""
    kind = type(layer).__name__
    settings: dict[str, object] = {}
    if isinstance(layer, keras.layers.Conv2D) and kind == "Conv2D":
        settings["filters"] = layer.filters
        settings["kernel size"] = tuple(layer.kernel_size)
        settings["strides"] = tuple(layer.strides)
        settings["padding"] = _padding(layer, layer.kernel_size, before)
        settings["dilation"] = tuple(layer.dilation_rate)
        settings["groups"] = layer.groups
    elif kind in ("MaxPooling2D", "AveragePooling2D"):
        settings["window"] = tuple(layer.pool_size)
        settings["strides"] = tuple(layer.strides)
        settings["padding"] = _padding(layer, layer.pool_size, before)
    elif kind == "Dense":
        settings["units"] = layer.units
    elif kind in ("Reshape", "Flatten") and len(after) == 1:
        return Step("Flatten", layer.name, {}, after, 0)
    elif not hasattr(layer, "count_params"):  # one of keras.ops
        return Step(kind, layer.name, settings, after, 0)
    elif kind not in WORDS:
        settings["settings"] = _plain_config(layer)
    if hasattr(layer, "use_bias"):
        settings["bias"] = bool(layer.use_bias)
    if hasattr(layer, "activation"):
        settings["activation"] = _name_activation(layer.activation)
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        settings["data format"] = layer.data_format
    for name in ("kernel", "bias", "activity"):
        for what in ("regularizer", "constraint"):
            if getattr(layer, f"{name}_{what}", None) is not None:
                settings[f"{name} {what}"] = type(getattr(layer, f"{name}_{what}")).__name__
    if layer.weights:
        settings["weights are"] = "trainable" if layer.trainable else "frozen"
    return Step(kind, layer.name, settings, after, layer.count_params())


def _plain_config(layer: keras.layers.Layer) -> str:
    """Write the settings of a layer that the course does not use, without its name."""
    config = layer.get_config()
    drop = ("name", "dtype", "trainable", "seed")
    return ", ".join(f"{key}={config[key]}" for key in sorted(config) if key not in drop)


def _padding(layer: keras.layers.Layer, window: tuple, before: tuple) -> str:
    """Return a layer's padding; ``valid`` where ``same`` adds nothing and no window is lost."""
    if layer.padding != "same" or len(before) != 3 or layer.data_format != "channels_last":
        return layer.padding
    for n, k, stride in zip(before[:2], window, layer.strides, strict=True):
        fits = n is not None and k <= n and (n - k) % stride == 0
        if not fits or output_size.same_padding(n, k, stride) != (0, 0):
            return "same"
    return "valid"


def _with_activation(step: Step, activation: str) -> Step:
    """Return a layer with the activation that follows it."""
    settings = step.settings | {"activation": activation}
    return Step(step.kind, step.name, settings, step.shape, step.parameters)


def _activation_of(operation: keras.Operation, before: tuple, after: tuple) -> str:
    """Return the name of an activation that stands as a layer of its own, or an empty string.

    A layer that changes nothing is the activation ``linear``.
    """
    if isinstance(operation, keras.layers.Identity):
        return "linear"
    if isinstance(operation, ACTIVATION_LAYERS):
        return _name_activation(operation, rank=len(before) + 1)
    if isinstance(operation, keras.layers.Layer) or before != after:
        return ""
    return _name_activation(operation, rank=len(before) + 1, unknown="")


def _name_activation(function: Callable | None, rank: int = 2, unknown: str | None = None) -> str:
    """Return what an activation is called, judged by what it does to some numbers."""
    if function is None:
        return "linear"
    probe = keras.ops.reshape(PROBE, (1,) * (rank - 1) + (-1,))
    try:
        values = np.asarray(function(probe)).ravel()
    except Exception:  # whatever a function of the student's own raises
        values = None
    if values is not None and values.shape == PROBE.shape:
        for name in ACTIVATIONS:
            known = np.asarray(keras.activations.get(name)(PROBE[None])).ravel()
            if np.allclose(values, known, rtol=1e-4, atol=1e-5):
                return name
    if unknown is not None:
        return unknown
    return "of another kind"


def _describe_no_model(value: object) -> str:
    """Say what came back where a model was expected."""
    if isinstance(value, keras.layers.Layer):
        return f"one layer ({type(value).__name__})"
    if isinstance(value, keras.KerasTensor):
        return "a tensor: put it into keras.Model(inputs, outputs)"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return describe.describe(value)


def _input_difference(got: keras.Model, expected: keras.Model) -> str | None:
    """Compare the shapes of what goes in."""
    mine, right = _without_batch(got.input_shape), _without_batch(expected.input_shape)
    if mine == right:
        return None
    return f"The model takes input of shape {mine}, but should take {right}."


def _layers_difference(mine: list[Step], right: list[Step]) -> str | None:
    """Name the first layer that differs, and say which others do."""
    edits = _align(mine, right)
    if not edits:
        return None
    kinds = [step.kind for step in mine]
    if len(mine) == len(right) and kinds != [step.kind for step in right]:
        swapped = _find_swap(mine, right)
        if swapped:
            return swapped
    index, what = edits[0]
    others = sorted({other for other, _ in edits[1:]} - {index})
    if not others:
        return what
    if len(others) == 1:
        return f"{what} Layer {others[0]} differs too."
    if len(others) > MOST_LISTED:
        return f"{what} {len(others)} other layers differ too."
    listed = ", ".join(map(str, others[:-1]))
    return f"{what} Layers {listed} and {others[-1]} differ too."


def _find_swap(mine: list[Step], right: list[Step]) -> str | None:
    """Say which two neighbours are in the wrong order, if that is all."""
    key = [(step.kind, _essence(step)) for step in right]
    for index in range(len(mine) - 1):
        order = [(step.kind, _essence(step)) for step in mine]
        order[index], order[index + 1] = order[index + 1], order[index]
        if order == key:
            first, second = right[index : index + 2]
            return (
                f"Layers {index + 1} and {index + 2} are in the wrong order: "
                f"{first.words} comes before {second.words}."
            )
    return None


def _essence(step: Step) -> str:
    """Return what makes a layer the one that is meant, wherever it stands."""
    return str(step.settings.get("filters", step.settings.get("units", "")))


def _align(mine: list[Step], right: list[Step]) -> list[tuple[int, str]]:
    """Return the fewest edits that turn one list of layers into the other.

    Each is the number of the student's layer and what is wrong there. Another kind of layer costs
    1.5, a missing or an extra one 1, and each other setting 0.3.
    """

    def change(one: Step, other: Step) -> float:
        if one.kind != other.kind:
            return 1.5
        return 0.3 * len(_settings_difference(one, other))

    rows, columns = len(mine) + 1, len(right) + 1
    cost = np.zeros((rows, columns))
    cost[:, 0], cost[0] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            cost[i, j] = min(
                cost[i - 1, j - 1] + change(mine[i - 1], right[j - 1]),
                cost[i - 1, j] + 1,
                cost[i, j - 1] + 1,
            )
    edits = []
    i, j = len(mine), len(right)
    while i or j:
        if (
            i
            and j
            and np.isclose(cost[i, j], cost[i - 1, j - 1] + change(mine[i - 1], right[j - 1]))
        ):
            i, j = i - 1, j - 1
            text = _describe_change(i + 1, mine[i], right[j])
            if text:
                edits.append((i + 1, text))
        elif i and np.isclose(cost[i, j], cost[i - 1, j] + 1):
            i -= 1
            edits.append(
                (i + 1, f"There is an extra layer: layer {i + 1} is {mine[i].full_words}.")
            )
        else:
            j -= 1
            following = mine[i] if i < len(mine) else None
            where = f"before layer {i + 1} ({following.words})" if following else "at the end"
            text = f"{_capital(right[j].full_words)} is missing {where}."
            edits.append((i + 1, text))
    return edits[::-1]


def _describe_change(index: int, one: Step, other: Step) -> str:
    """Say how one layer differs from what it should be; empty if it does not."""
    if one.kind != other.kind:
        return f"Layer {index} should be {other.words}, but is {one.words}."
    differences = _settings_difference(one, other)
    return f"Layer {index} ({_name_only(one)}) {'; '.join(differences)}." if differences else ""


def _settings_difference(one: Step, other: Step) -> list[str]:
    """Say which settings of two layers of a kind differ."""
    said = []
    for name in [*other.settings, *(name for name in one.settings if name not in other.settings)]:
        mine, right = one.settings.get(name), other.settings.get(name)
        if mine == right:
            continue
        if name in ("filters", "units"):
            said.append(f"has {mine} {name}, should have {right}")
        elif name == "activation":
            said.append(f"has {_activation(mine)}, should have {_activation(right)}")
        elif name == "bias":
            said.append("has no bias, should have one" if right else "has a bias, should have none")
        elif name == "weights are":
            said.append(f"is {mine}, should be {right}")
        elif right is None:
            said.append(f"has a {name} ({mine}), should have none")
        elif mine is None:
            said.append(f"has no {name}, should have {_value(right)}")
        else:
            said.append(f"has {name} {_value(mine)}, should have {_value(right)}")
    return said


def _total_difference(got: keras.Model, expected: keras.Model) -> str | None:
    """Compare what the layers alone do not show."""
    mine, right = _without_batch(got.output_shape), _without_batch(expected.output_shape)
    if mine != right:
        return f"The output's shape should be {right}, but is {mine}."
    if got.count_params() != expected.count_params():
        return (
            f"The model has {got.count_params():,} parameters, "
            f"but should have {expected.count_params():,}."
        )
    shapes = [weights.shape for weights in expected.get_weights()]
    if [weights.shape for weights in got.get_weights()] != shapes:
        return "The model's weights have other shapes than they should."
    if not _predict_alike(got, expected):
        return "With the same weights, the model predicts something else than it should."
    return None


def _predict_alike(got: keras.Model, expected: keras.Model) -> bool:
    """Tell whether two models predict the same once the second has the first one's weights."""
    shape = _without_batch(expected.input_shape)
    batch = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    kept = expected.get_weights()
    expected.set_weights(got.get_weights())
    with warnings.catch_warnings(action="ignore"):  # inputs may be a list of one
        results = [np.asarray(model(batch, training=False)) for model in (got, expected)]
    expected.set_weights(kept)
    return np.allclose(*results, rtol=1e-3, atol=1e-4)


def _name_only(step: Step) -> str:
    """Return a layer's words without the article."""
    return step.words.split(" ", 1)[1]


def _activation(name: object) -> str:
    """Say which activation a layer has."""
    return "no activation" if name in (None, "linear") else f"activation {name}"


def _value(value: object) -> str:
    """Write a setting: a pair as 5x5."""
    return _times(value) if isinstance(value, tuple) else str(value)


def _times(pair: tuple) -> str:
    """Write a pair as 5x5."""
    return "x".join(map(str, pair))


def _capital(text: str) -> str:
    """Begin a sentence."""
    return text[0].upper() + text[1:]


def _article(word: str) -> str:
    """Return the article that a word takes."""
    return "an" if word[0] in "AEIOUaeiou" else "a"


def _without_batch(shape: tuple) -> tuple:
    """Return a shape without its first axis."""
    return tuple(shape[1:])

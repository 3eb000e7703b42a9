"""Describe a Keras model layer by layer, in a canonical form.

The form does not depend on how a model is written: Sequential or functional, compiled or not, with
an activation as an argument or as a separate layer.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from utils import output_size
from utils.checks.describe import article, describe, is_model
from utils.checks.own_layers import NotAChainError, ends_of, readable
from utils.keras_setup import keras

# The names of the course's layers in messages.
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
# Numbers for which no two of these activations give the same results.
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
    """A layer of a model in canonical form: an activation belongs to the layer before it.

    Parameters
    ----------
    kind : str
        The layer's class in Keras.
    name : str
        Its name in the model.
    settings : dict
        The layer's settings, by the words that messages use for them.
    shape : tuple
        The shape of its output, without the batch axis.
    parameters : int
        The number of its parameters.
    """

    kind: str
    name: str = field(compare=False)
    settings: dict
    shape: tuple
    parameters: int

    @property
    def words(self) -> str:
        """The layer in words: ``a convolution``."""
        return WORDS.get(self.kind, f"{article(self.kind)} {self.kind} layer")

    @property
    def full_words(self) -> str:
        """The layer in words, with its size: ``a dense layer (84 units)``."""
        for size in ("filters", "units"):
            if size in self.settings:
                return f"{self.words} ({self.settings[size]} {size})"
        alone = self.kind == "Activation"
        return f"{self.words} ({self.settings['activation']})" if alone else self.words

    def __str__(self) -> str:
        """Return the layer as one short line."""
        said = self.settings
        parts = [self.kind]
        if self.kind == "Conv2D":
            parts.append(f"{said['filters']} of {times(said['kernel size'])}")
        elif "window" in said:
            parts.append(times(said["window"]))
        elif self.kind == "Dense":
            parts.append(f"{said['units']}")
        unusual = {"strides": said.get("window", (1, 1)), "padding": "valid", "bias": True}
        for name, usual in unusual.items():
            if said.get(name, usual) != usual:
                value = said[name]
                parts.append("no bias" if name == "bias" else f"{name} {setting_text(value)}")
        for name in ("activation", "weights are"):
            if said.get(name, "linear") not in ("linear", "trainable"):
                parts.append(str(said[name]))
        return f"{', '.join(parts)} -> {self.shape}"


def show_model(model: keras.Model) -> str:
    """Return a model as a short list of its layers, each with its activation."""
    from utils.checks import graphs

    try:
        model = readable(model)
        if graphs.has_branches(model):
            return graphs.show_graph(model)
        steps = list_steps(model)
    except NotAChainError as reason:
        return f"{describe(model)} ({reason})"
    lines = [f"input {without_batch(model.input_shape)}"]
    lines += [f"{index}. {step}" for index, step in enumerate(steps, 1)]
    return "\n".join([*lines, f"{model.count_params():,} parameters"])


def list_steps(model: keras.Model) -> list[Step]:
    """Return a model's layers in canonical form.

    Inputs and layers that change nothing are left out. An activation layer becomes the activation
    of the layer before it, if that has none. A Reshape that flattens is a Flatten; padding that
    adds nothing is ``valid``; a nested model is replaced by its layers, and a layer or model of the
    student's own class by what its ``call`` does.

    Raises
    ------
    NotAChainError
        If the model is not built yet, cannot be followed, or has branches.
    """
    steps: list[Step] = []
    for operation, before, after, compute in _walk(readable(model)):
        activation = activation_of(operation, before, after, compute)
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


def outline(model: keras.Model) -> tuple | None:
    """Return what two models have in common if they are the same, but for what they compute.

    None if the model cannot be read layer by layer.
    """
    from utils.checks import graphs

    try:
        model = readable(model)
        if graphs.has_branches(model):
            return graphs.outline(model)
        steps = list_steps(model)
    except NotAChainError:
        return None
    layers = [
        (step.kind, {name: value for name, value in step.settings.items() if value is not None})
        for step in steps
    ]
    shapes = [tuple(weights.shape) for weights in model.weights]
    return without_batch(model.input_shape), layers, without_batch(model.output_shape), shapes


def settings_of(model: object, *kinds: str) -> list[dict]:
    """Return the settings of a model's layers of some kinds, in order; none if it is no model.

    A test can check one part of a model with these, independently of the other parts:
    ``settings_of(model, "Conv2D")``.
    """
    if not is_model(model):
        return []
    try:
        return [{"kind": s.kind} | s.settings for s in list_steps(model) if s.kind in kinds]
    except NotAChainError:
        return []


def output_shape(model: object) -> tuple | None:
    """Return the shape of a model's output without the batch axis; None if it is not known."""
    try:
        return without_batch(readable(model).output_shape) if is_model(model) else None
    except (NotAChainError, AttributeError):
        return None


def _walk(model: keras.Model) -> list[tuple[keras.Operation, tuple, tuple, Callable]]:
    """Return a model's operations from input to output.

    Each comes with the shapes of its input and output, and with the function that it computes.
    """
    if isinstance(model, keras.Sequential) and not model.layers:
        raise NotAChainError("it has no layers")
    inputs, outputs = ends_of(model)
    found = []
    tensor = outputs[0]
    while tensor is not inputs[0]:
        operation, node_index, _ = tensor._keras_history  # noqa: SLF001  (Keras has no public name for it)
        node = operation._inbound_nodes[node_index]  # noqa: SLF001
        sources = node.input_tensors
        if len(sources) != 1:
            raise NotAChainError(
                f"{operation.name} has {len(sources)} inputs; it should be one layer after another"
            )
        before, after = without_batch(sources[0].shape), without_batch(tensor.shape)
        if is_model(operation):
            found += reversed(_walk(operation))
        else:
            found.append((operation, before, after, functools.partial(run_node, node)))
        tensor = sources[0]
    return found[::-1]


def run_node(node: Any, values: object) -> Any:
    """Return what a node of a model's graph computes from some values."""
    args, kwargs = node.arguments.fill_in({id(node.input_tensors[0]): values})
    return node.operation(*args, **kwargs)


def _describe_layer(layer: keras.Operation, before: tuple, after: tuple) -> Step:
    """Return one layer in canonical form."""
    kind = type(layer).__name__
    if kind in ("Reshape", "Flatten") and len(after) == 1:
        return Step("Flatten", layer.name, {}, after, 0)
    if not hasattr(layer, "count_params"):  # one of keras.ops
        return Step(kind, layer.name, {}, after, 0)
    return Step(kind, layer.name, settings_of_layer(layer, before), after, layer.count_params())


def settings_of_layer(layer: keras.layers.Layer, before: tuple) -> dict[str, Any]:
    """Return a layer's settings, given the shape of its input without the batch axis."""
    kind = type(layer).__name__
    return _settings_by_kind(layer, kind, before) | _common_settings(layer)


def _settings_by_kind(layer: keras.layers.Layer, kind: str, before: tuple) -> dict[str, Any]:
    """Return the settings that only layers of this kind have."""
    if kind in SETTINGS_BY_KIND:
        return SETTINGS_BY_KIND[kind](layer, before)
    return {} if kind in WORDS else {"settings": plain_config(layer)}


def _convolution_settings(layer: keras.layers.Layer, before: tuple) -> dict[str, Any]:
    """Return a convolution's settings; none for another class of that name."""
    if not isinstance(layer, keras.layers.Conv2D):
        return {}
    return {
        "filters": layer.filters,
        "kernel size": tuple(layer.kernel_size),
        "strides": tuple(layer.strides),
        "padding": _padding(layer, layer.kernel_size, before),
        "dilation": tuple(layer.dilation_rate),
        "groups": layer.groups,
    }


def _pooling_settings(layer: keras.layers.Layer, before: tuple) -> dict[str, Any]:
    """Return a pooling layer's settings."""
    return {
        "window": tuple(layer.pool_size),
        "strides": tuple(layer.strides),
        "padding": _padding(layer, layer.pool_size, before),
    }


def _dense_settings(layer: keras.layers.Layer, before: tuple) -> dict[str, Any]:
    """Return a dense layer's settings."""
    return {"units": layer.units}


SETTINGS_BY_KIND = {
    "Conv2D": _convolution_settings,
    "MaxPooling2D": _pooling_settings,
    "AveragePooling2D": _pooling_settings,
    "Dense": _dense_settings,
}


def _common_settings(layer: keras.layers.Layer) -> dict[str, Any]:
    """Return the settings that layers of several kinds have, where they are not the usual ones."""
    settings: dict[str, Any] = {}
    if hasattr(layer, "use_bias"):
        settings["bias"] = bool(layer.use_bias)
    if hasattr(layer, "activation"):
        settings["activation"] = name_activation(layer.activation)
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        settings["data format"] = layer.data_format
    for name in ("kernel", "bias", "activity"):
        for what in ("regularizer", "constraint"):
            if getattr(layer, f"{name}_{what}", None) is not None:
                settings[f"{name} {what}"] = type(getattr(layer, f"{name}_{what}")).__name__
    if layer.weights:
        settings["weights are"] = "trainable" if layer.trainable else "frozen"
    return settings


def plain_config(layer: keras.layers.Layer) -> str:
    """Return all settings, except its name, of a layer that the course does not use."""
    config = layer.get_config()
    drop = ("name", "dtype", "trainable", "seed")
    return ", ".join(f"{key}={config[key]}" for key in sorted(config) if key not in drop)


def _padding(layer: keras.layers.Layer, window: tuple, before: tuple) -> str:
    """Return a layer's padding; ``valid`` where ``same`` adds nothing: the windows are the same."""
    if layer.padding != "same" or len(before) != 3 or layer.data_format != "channels_last":
        return layer.padding
    for n, k, stride in zip(before[:2], window, layer.strides, strict=True):
        if n is None or k > n or output_size.same_padding(n, k, stride) != (0, 0):
            return "same"
    return "valid"


def _with_activation(step: Step, activation: str) -> Step:
    """Return a layer with the activation that follows it."""
    settings = step.settings | {"activation": activation}
    return Step(step.kind, step.name, settings, step.shape, step.parameters)


def activation_of(
    operation: keras.Operation, before: tuple, after: tuple, compute: Callable
) -> str:
    """Return the name of a separate activation layer, or an empty string for other layers.

    A layer that changes nothing is the activation ``linear``.
    """
    if isinstance(operation, keras.layers.Identity):
        return "linear"
    if isinstance(operation, ACTIVATION_LAYERS):
        return name_activation(operation, rank=len(before) + 1)
    if isinstance(operation, keras.layers.Layer) or before != after:
        return ""
    return name_activation(compute, rank=len(before) + 1, unknown="")


def name_activation(function: Callable | None, rank: int = 2, unknown: str | None = None) -> str:
    """Return the name of an activation, found by applying it to some numbers."""
    if function is None:
        return "linear"
    for name in ACTIVATIONS:
        if function is keras.activations.get(name):
            return name
    probe = keras.ops.reshape(PROBE, (1,) * (rank - 1) + (-1,))
    try:
        values = np.asarray(function(probe)).ravel()
    except Exception:  # a student's function may raise anything
        values = None
    if values is not None and values.shape == PROBE.shape:
        for name, known in _known_activations().items():
            if np.allclose(values, known, rtol=1e-4, atol=1e-5):
                return name
    if unknown is not None:
        return unknown
    return "of another kind"


@functools.cache
def _known_activations() -> dict[str, np.ndarray]:
    """Return what Keras's activations give for some numbers, by name."""
    return {
        name: np.asarray(keras.activations.get(name)(PROBE[None])).ravel() for name in ACTIVATIONS
    }


def setting_text(value: Any) -> str:
    """Return a setting as text: a pair as 5x5."""
    return times(value) if isinstance(value, tuple) else str(value)


def times(pair: tuple) -> str:
    """Return a pair as text, like 5x5."""
    return "x".join(map(str, pair))


def without_batch(shape: tuple) -> tuple:
    """Return a shape without its first axis."""
    return tuple(shape[1:])

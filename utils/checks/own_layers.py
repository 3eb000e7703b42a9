"""Models and layers of the student's own classes: what they are made of.

Behaviour is tested by calling such a model. Where a test asks of which layers a model is made, its
``call`` is followed once, with a symbolic tensor for the picture: that gives a model of Keras's own
layers, which share the weights of the student's.

In the process that judges a submission, a model of the student's own class is a `StandIn`: the
student's process has the model, and has followed it.
"""

from __future__ import annotations

import functools
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

MAX_ROUNDS = 10  # layers of the student's own inside one another


class NotAChainError(ValueError):
    """A model is not a chain of layers that can be read; the text says why."""


class StandIn:
    """What stands for a model of the student's own class in the process that judges it.

    Parameters
    ----------
    readable : Model or None
        The same of Keras's own layers, if its ``call`` could be followed.
    reason : str
        Why not, otherwise.
    layer_count : int
        How many layers the model itself has.
    """

    readable: Any
    reason: str
    layer_count: int


def readable(model: Any) -> Any:
    """Return a model that is made of Keras's own layers, and computes what the given one does.

    Parameters
    ----------
    model : Model
        A model; returned as it is if it is made of Keras's own layers only.

    Raises
    ------
    NotAChainError
        If the model cannot be followed.
    """
    if isinstance(model, StandIn):
        if model.readable is None:
            raise NotAChainError(model.reason)
        return model.readable
    for _ in range(MAX_ROUNDS):
        if not has_own_layers(model):
            return model
        model = _follow(model)
    raise NotAChainError("its layers are inside one another, too deep to be read")


def ends_of(model: Any) -> tuple[list, list]:
    """Return the input and the output of a model, each as a list of one.

    Raises
    ------
    NotAChainError
        If the model is not built yet, or has not one of each.
    """
    inputs, outputs = getattr(model, "inputs", None), getattr(model, "outputs", None)
    if not inputs or not outputs:
        raise NotAChainError(
            "it does not know the shape of its input; let it begin with keras.Input(shape)"
        )
    if len(inputs) != 1 or len(outputs) != 1:
        raise NotAChainError(
            f"it has {len(inputs)} inputs and {len(outputs)} outputs, not one of each"
        )
    return inputs, outputs


def has_own_layers(layer: Any) -> bool:
    """Return whether a layer or model, or a layer inside it, is not one of Keras's own classes."""
    return any(map(is_own, layer._flatten_layers()))  # noqa: SLF001  (Keras has no public name for it)


def is_own(layer: object) -> bool:
    """Return whether what a layer or model computes is written by the student."""
    import keras

    own = classes_of_its_own(type(layer))
    base = type(layer).__mro__[len(own)]
    computes = any({"call", "__call__"} & vars(kind).keys() for kind in own)
    return (
        base is keras.layers.Lambda
        or computes
        or (bool(own) and base in (keras.Layer, keras.Model))
    )


def classes_of_its_own(kind: type) -> list[type]:
    """Return the classes that a class of layers has before the first one of Keras's."""
    return list(itertools.takewhile(lambda one: not is_keras_module(one.__module__), kind.__mro__))


def own_activations(layer: Any) -> Iterator[tuple[int, Any]]:
    """Yield the layers whose activation the student wrote, with their places in the model."""
    for place, part in enumerate(layer._flatten_layers()):  # noqa: SLF001
        if is_own_function(getattr(part, "activation", None)):
            yield place, part


def is_own_function(function: object) -> bool:
    """Return whether a function is not one of Keras's."""
    import keras

    module = getattr(function, "__module__", None)
    return (
        callable(function)
        and not isinstance(function, keras.Operation)
        and not is_keras_module(module)
    )


def is_keras_module(module: object) -> bool:
    """Return whether a module's name belongs to Keras."""
    return isinstance(module, str) and module.split(".")[0] == "keras"


def _follow(model: Any) -> Any:
    """Return a model of the operations that a model's own layers carry out."""
    import keras

    inputs = keras.Input(_input_shape(model)[1:])
    with warnings.catch_warnings(action="ignore"):  # nbgrader takes them for a failure
        outputs = _apply(model, inputs)
    if not isinstance(outputs, keras.KerasTensor):
        raise NotAChainError(f"{_words(model)} returns {type(outputs).__name__}, not one tensor")
    return keras.Model(inputs, outputs, name=model.name)


def _input_shape(model: Any) -> tuple:
    """Return the shape of a model's input."""
    if getattr(model, "inputs", None):
        shape = model.inputs[0].shape
    else:
        shapes = getattr(model, "_build_shapes_dict", None) or {}
        shape = next(iter(shapes.values()), None)
    if not isinstance(shape, tuple) or not shape:
        raise NotAChainError(
            "it does not know the shape of its input; before you return it, "
            "call it once on np.zeros((1, height, width, channels))"
        )
    return shape


def _apply(layer: Any, *args: Any, **kwargs: Any) -> Any:
    """Call a layer or model on symbolic tensors: the student's own from the inside."""
    if not hasattr(layer, "_flatten_layers") or not has_own_layers(layer):
        return layer(*args, **kwargs)
    if (graph := graph_of(layer)) is not None:
        return graph._run_through_graph(args, lambda part: functools.partial(_apply, part))  # noqa: SLF001
    return _call_inside(layer, args, kwargs)


def graph_of(model: Any) -> Any:
    """Return a Sequential or functional model's graph; None where there is none to be followed."""
    graph = getattr(model, "_functional", None) or model
    has_graph = not is_own(model) and getattr(graph, "_nodes_by_depth", None)
    return graph if has_graph else None


def _call_inside(layer: Any, args: tuple, kwargs: dict) -> Any:
    """Call the ``call`` of a layer of the student's own on symbolic tensors.

    Raises
    ------
    NotAChainError
        If it has weights of its own, or computes with anything but Keras.
    """
    inner = sum(len(part.weights) for part in layer._layers)  # noqa: SLF001
    if len(layer.weights) != inner:
        raise NotAChainError(
            f"{_words(layer)} has weights that are not those of Keras's layers; use Keras's layers"
        )
    try:
        return layer.call(*args, **kwargs)
    except Exception:  # the student's code may raise anything
        raise NotAChainError(
            f"{_words(layer)} cannot be followed step by step; let its `call` use Keras's layers "
            "and keras.ops only"
        ) from None


def _words(layer: Any) -> str:
    """Return what a layer or model is, for messages."""
    return f"its class {own_name(layer)}"


def own_name(layer: Any) -> str:
    """Return the name of a layer's class, which the student may have chosen."""
    name = type(layer).__name__
    return name if name.isidentifier() and len(name) <= 40 else "of the student's own"

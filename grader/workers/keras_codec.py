"""Send Keras models and layers between processes, as plain values: configuration and weights.

A configuration from a student's process can name any class. A model is therefore rebuilt in Keras's
safe mode, and from Keras's own classes only. What the student wrote (a class of layers, an
activation) stays in the student's process: the judge gets a stand-in that asks for each result by a
message.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from utils.checks import own_layers
from utils.checks.describe import OpaqueValue
from utils.checks.model_state import COMPILED_THERE

Lend = Callable[[object], int]
Use = Callable[[object, str, tuple, dict], Any]

MAX_WEIGHTS = 50_000_000  # of one model
MAX_KIND_CHARACTERS = 200
MAX_CLASS_CHARACTERS = 40
MAX_LAYERS = 1000  # that are counted
MAX_SAVING_ERROR_CHARACTERS = 150
# Layers that run arbitrary code, or read files.
REFUSED_LAYERS = frozenset(
    """
    Lambda TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer
    StringLookup IntegerLookup TextVectorization Hashing FeatureSpace
    """.split()  # noqa: SIM905
)
# Where Keras publishes classes that a configuration names; and in `keras` itself.
PUBLIC_MODULES = (
    *("layers", "initializers", "regularizers", "constraints", "dtype_policies", "models"),
    *("random", "ops"),
)
ZEROS: dict[str, Any] = {
    "module": "keras.initializers",
    "class_name": "Zeros",
    "config": {},
    "registered_name": None,
}
# Class names that Keras uses in configurations for values that are not objects.
PSEUDO_CLASSES = frozenset(
    ["__keras_tensor__", "__tuple__", "__tensor__", "__ellipsis__", "__slice__"]
)


class UnsafeModelError(ValueError):
    """A model cannot be sent safely; the text says why, for the student."""


def describe(value: object, lend: Lend | None = None) -> dict | None:
    """Describe a model or layer in plain values.

    Parameters
    ----------
    value : object
        Any value.
    lend : callable, optional
        Makes a handle for an object that stays in this process and is called by messages. Without,
        a model with classes or functions of the student's own cannot be sent.

    Returns
    -------
    dict or None
        ``config`` and ``weights``, ``compiled`` if it is, and the handles of ``activations`` that
        the student wrote, by their places. Of a class of the student's own: ``handle``, and for a
        model what it is made of, described in the same way (``readable``). If it cannot be sent,
        ``kind``, which says what it is and why. None if the value is neither a model nor a layer.
    """
    import keras

    if not isinstance(value, keras.Layer) or isinstance(value, type):
        return None
    word = "model" if isinstance(value, keras.Model) else "layer"
    if lend is None:
        return _describe_keras(value, word)
    if own_layers.has_own_layers(value):
        return _describe_own(value, word, lend)
    activations = list(own_layers.own_activations(value))
    handles = {place: lend(layer.activation) for place, layer in activations}
    with _without_activations([layer for _, layer in activations]):
        description = _describe_keras(value, word)
    return description | {"activations": handles} if handles else description


def _describe_own(value: Any, word: str, lend: Lend) -> dict:
    """Describe a model or layer that the student's own classes have a part in."""
    own = {"handle": lend(value), "class": own_layers.own_name(value), "word": word}
    if word == "layer":
        return own
    own["layers"] = len(value.layers)
    try:
        followed = own_layers.readable(value)
    except own_layers.NotAChainError as reason:
        return own | {"reason": str(reason)}
    return own | {"readable": describe(followed, lend)}


@contextlib.contextmanager
def _without_activations(layers: list) -> Iterator[None]:
    """Take functions that cannot be saved out of layers for a while."""
    import keras

    kept = [layer.activation for layer in layers]
    for layer in layers:
        layer.activation = keras.activations.linear
    try:
        yield
    finally:
        for layer, activation in zip(layers, kept, strict=True):
            layer.activation = activation


def _describe_keras(layer: Any, word: str) -> dict:
    """Describe a model or layer that computes as Keras's own do."""
    import keras

    if own_layers.classes_of_its_own(type(layer)) and own_layers.graph_of(layer) is not None:
        layer = keras.Model(layer.inputs, layer.outputs)
    if own_layers.is_own(layer) and own_layers.classes_of_its_own(type(layer)):
        name = type(layer).__name__
        return {"kind": f"{word} of the class {name}, not Keras's; use Keras's own layers"}
    try:
        config = _to_plain(keras.saving.serialize_keras_object(layer))
        config = _with_keras_classes(_without_compiling(config), _keras_names(layer))
        config = _without_initializers(config)
        _check(config)
        weights = [np.asarray(array) for array in layer.get_weights()]
    except UnsafeModelError as error:
        return {"kind": f"{word} {error}"}
    except Exception as error:
        text = f"{word} that cannot be saved ({type(error).__name__}): {error}"
        return {"kind": text[:MAX_SAVING_ERROR_CHARACTERS]}
    compiled = {"compiled": True} if getattr(layer, "compiled", False) else {}
    return {"config": config, "weights": weights} | compiled


def use(value: Any, method: object, args: tuple, kwargs: dict) -> np.ndarray:
    """Call an object that was lent, for the judge, and return the result as an array.

    Parameters
    ----------
    value : Layer or callable
        The object.
    method : {"call", "predict"}
        What to call.
    args, kwargs : tuple, dict
        The arguments.
    """
    import keras

    function = value.predict if method == "predict" else value
    if not isinstance(value, keras.Layer):  # an activation works on tensors
        args = tuple(map(keras.ops.convert_to_tensor, args))
    return np.asarray(keras.ops.convert_to_numpy(function(*args, **kwargs)))


def rebuild(plain: object, call: Use | None = None) -> object:
    """Rebuild a model or layer from an untrusted description, as `describe` returns.

    Parameters
    ----------
    plain : object
        The description. Untrusted.
    call : callable, optional
        Calls what was lent: takes its handle, the method, and the arguments.

    Returns
    -------
    object
        The model or layer; a stand-in for one of the student's own class, which `call` computes; an
        `OpaqueValue` if it cannot be rebuilt.
    """
    if not isinstance(plain, dict):
        return OpaqueValue("nothing that can be read")
    if "kind" in plain:
        return OpaqueValue(str(plain["kind"])[:MAX_KIND_CHARACTERS])
    if "handle" in plain and call is not None:
        return _stand_in(plain, call)
    layer = _rebuild_keras(plain)
    if call is not None and not isinstance(layer, OpaqueValue):
        _lend_activations(layer, plain.get("activations"), call)
    return layer


def _stand_in(plain: dict, call: Use) -> object:
    """Return what stands for a model or layer of the student's own class."""
    from grader.workers import keras_standin

    name = str(plain.get("class"))[:MAX_CLASS_CHARACTERS]
    if plain.get("word") == "layer":
        return keras_standin.StandInLayer(plain["handle"], call, name)
    made_of: Any = rebuild(plain.get("readable"), call) if "readable" in plain else None
    reason = str(plain.get("reason", ""))[:MAX_KIND_CHARACTERS]
    if isinstance(made_of, OpaqueValue):
        made_of, reason = None, f"it is a {made_of.kind}"
    if isinstance(made_of, own_layers.StandIn):  # nothing that `describe` sends
        made_of, reason = None, "it cannot be followed"
    count = plain.get("layers")
    stand_in = keras_standin.StandInModel(plain["handle"], call, name, made_of, reason)
    stand_in.layer_count = count if type(count) is int and 0 <= count <= MAX_LAYERS else 0
    return stand_in


def _lend_activations(layer: Any, handles: object, call: Use) -> None:
    """Let layers compute their activations by the student's functions, in their process."""
    from grader.workers import keras_standin

    parts = layer._flatten_layers()  # noqa: SLF001  (Keras has no public name for it)
    for place, handle in handles.items() if isinstance(handles, dict) else ():
        if type(place) is int and 0 <= place < len(parts) and hasattr(parts[place], "activation"):
            parts[place].activation = keras_standin.StandInFunction(handle, call)


def _rebuild_keras(plain: dict) -> object:
    """Rebuild a model or layer of Keras's own classes."""
    import keras

    try:
        config, weights = plain["config"], plain["weights"]
        _check(config)
        if sum(np.size(array) for array in weights) > MAX_WEIGHTS:
            raise UnsafeModelError(f"of more than {MAX_WEIGHTS:,} weights")
        layer = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if weights:
            layer.set_weights(weights)
    except UnsafeModelError as error:
        return OpaqueValue(f"model {error}")
    except Exception as error:
        return OpaqueValue(f"model that cannot be rebuilt ({type(error).__name__})")
    if not isinstance(layer, keras.Layer):
        return OpaqueValue("nothing that can be read")
    if plain.get("compiled") is True:
        setattr(layer, COMPILED_THERE, True)
    return layer


def _keras_names(layer: Any) -> dict[str, type]:
    """Return which class of Keras's each class of the student's is, by name.

    Of a class that does not say how it computes, the one of Keras's computes the same.
    """
    names: dict[str, type] = {}
    for part in layer._flatten_layers():  # noqa: SLF001
        kind = type(part)
        own = own_layers.classes_of_its_own(kind)
        if own and not own_layers.is_own(part):
            names[kind.__name__] = kind.__mro__[len(own)]
    return names


def _with_keras_classes(config: object, names: dict[str, type]) -> Any:
    """Name Keras's classes in place of those that only derive from them."""
    if isinstance(config, list):
        return [_with_keras_classes(item, names) for item in config]
    if not isinstance(config, dict):
        return config
    config = {key: _with_keras_classes(item, names) for key, item in config.items()}
    kind = names.get(str(config.get("class_name")))
    if kind is not None and not own_layers.is_keras_module(config.get("module")):
        config |= {"module": kind.__module__, "class_name": kind.__name__, "registered_name": None}
    return config


def _without_compiling(config: object) -> Any:
    """Leave out how models were compiled, which does not matter."""
    if isinstance(config, list):
        return [_without_compiling(item) for item in config]
    if not isinstance(config, dict):
        return config
    kept = {key: item for key, item in config.items() if key != "compile_config"}
    return {key: _without_compiling(item) for key, item in kept.items()}


def _to_plain(value: object) -> Any:
    """Convert a configuration to plain values."""
    if isinstance(value, dict):
        return {str(key): _to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_to_plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise UnsafeModelError(f"with a setting that cannot be saved ({type(value).__name__})")


def _without_initializers(config: object) -> Any:
    """Replace initializers of the student's own, which are not needed: the weights are sent."""
    if isinstance(config, list):
        return [_without_initializers(item) for item in config]
    if not isinstance(config, dict):
        return config
    return {
        key: ZEROS if _is_own_initializer(key, value) else _without_initializers(value)
        for key, value in config.items()
    }


def _is_own_initializer(key: str, value: object) -> bool:
    """Tell whether a setting is an initializer that is not Keras's."""
    return (
        key.endswith("_initializer")
        and isinstance(value, dict)
        and not own_layers.is_keras_module(value.get("module"))
    )


def _check(config: object) -> None:
    """Check that a configuration names only Keras's own classes and functions.

    Raises
    ------
    UnsafeModelError
    """
    if isinstance(config, list):
        for item in config:
            _check(item)
    if not isinstance(config, dict):
        return
    if config.keys() == {"value"}:  # Keras's form of a function without a name
        raise UnsafeModelError(
            "with a function that is not Keras's; name one, as in activation='relu'"
        )
    if "class_name" in config:
        _check_class(config)
    for item in config.values():
        _check(item)


def _check_class(config: dict) -> None:
    """Check the class that a configuration names."""
    name, module = config["class_name"], config.get("module")
    if name in REFUSED_LAYERS:
        raise UnsafeModelError(f"with a {name} layer; use Keras's own layers")
    if name in ("function", "__lambda__"):
        raise UnsafeModelError(
            "with a function that is not Keras's; name one, as in activation='relu'"
        )
    is_name_only = module is None and "config" not in config
    if name in PSEUDO_CLASSES or (is_name_only and "." not in str(name)):
        return
    if not isinstance(name, str) or (module, name) not in _allowed_classes():
        raise UnsafeModelError(
            f"with a layer of the class {name}, not Keras's; use Keras's own layers"
        )


@functools.cache
def _allowed_classes() -> frozenset[tuple[str, str]]:
    """Return the module and name of each class that a configuration may name.

    These are layers, operations, and what layers are configured with. Keras writes the name under
    which it publishes a class, where there is one.
    """
    import keras

    kinds = (
        *(keras.Operation, keras.initializers.Initializer, keras.regularizers.Regularizer),
        *(keras.constraints.Constraint, keras.DTypePolicy, keras.random.SeedGenerator),
    )
    found = {(kind.__module__, kind.__name__) for kind in _with_subclasses(kinds)}
    public = [keras, *(vars(keras)[name] for name in PUBLIC_MODULES)]
    found |= {
        (module.__name__.replace("keras._tf_keras.", ""), name)
        for module in public
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, kinds)
    }
    return frozenset(
        (module, name)
        for module, name in found
        if own_layers.is_keras_module(module) and name not in REFUSED_LAYERS
    )


def _with_subclasses(kinds: Iterable[type]) -> Iterator[type]:
    """Yield classes and all that are derived from them."""
    for kind in kinds:
        yield kind
        yield from _with_subclasses(kind.__subclasses__())

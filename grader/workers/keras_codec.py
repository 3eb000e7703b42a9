"""Send Keras models and layers between processes, as plain values: configuration and weights.

A configuration from a student's process can name any class. A model is therefore rebuilt in Keras's
safe mode, and from Keras's own classes only.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from utils.checks.describe import OpaqueValue

MAX_WEIGHTS = 50_000_000  # of one model
MAX_KIND_CHARACTERS = 200
MAX_SAVING_ERROR_CHARACTERS = 150
# Layers that run arbitrary code, or read files.
REFUSED_LAYERS = frozenset(
    """
    Lambda TFSMLayer TorchModuleWrapper JaxLayer FlaxLayer
    StringLookup IntegerLookup TextVectorization Hashing FeatureSpace
    """.split()  # noqa: SIM905
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


def describe(value: object) -> dict | None:
    """Describe a model or layer in plain values.

    Returns
    -------
    dict or None
        ``config`` and ``weights``; or, if it cannot be sent, ``kind``, which says what it is and
        why. None if the value is neither a model nor a layer.
    """
    import keras

    if not isinstance(value, keras.Layer) or isinstance(value, type):
        return None
    kind = type(value).__name__
    word = "model" if isinstance(value, keras.Model) else "layer"
    layer = _as_keras_model(value)
    if not _is_keras_module(type(layer).__module__):
        return {"kind": f"{word} of the class {kind}, not Keras's; use Keras's own layers"}
    try:
        config = _to_plain(keras.saving.serialize_keras_object(layer))
        config.pop("compile_config", None)  # how it was compiled does not matter
        config = _without_initializers(config)
        _check(config)
        weights = [np.asarray(array) for array in layer.get_weights()]
    except UnsafeModelError as error:
        return {"kind": f"{word} {error}"}
    except Exception as error:
        text = f"{word} that cannot be saved ({type(error).__name__}): {error}"
        return {"kind": text[:MAX_SAVING_ERROR_CHARACTERS]}
    return {"config": config, "weights": weights}


def rebuild(plain: object) -> object:
    """Rebuild a model or layer from an untrusted description, as `describe` returns.

    Returns
    -------
    object
        The model or layer; an `OpaqueValue` if it cannot be rebuilt.
    """
    import keras

    if not isinstance(plain, dict):
        return OpaqueValue("nothing that can be read")
    if "kind" in plain:
        return OpaqueValue(str(plain["kind"])[:MAX_KIND_CHARACTERS])
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
    return layer


def _as_keras_model(value: Any) -> Any:
    """Convert a model of the student's class to a plain Keras model, if it computes the same."""
    import keras

    if _is_keras_module(type(value).__module__):
        return value
    own_classes = itertools.takewhile(
        lambda kind: not _is_keras_module(kind.__module__), type(value).__mro__
    )
    computes = any({"call", "__call__"} & vars(kind).keys() for kind in own_classes)
    if computes or not getattr(value, "inputs", None):
        return value
    try:
        return keras.Model(value.inputs, value.outputs)
    except Exception:  # then the caller reports that the class is not Keras's
        return value


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
        and not _is_keras_module(value.get("module"))
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
    if not _is_keras_module(module) and name not in PSEUDO_CLASSES and not is_name_only:
        raise UnsafeModelError(
            f"with a layer of the class {name}, not Keras's; use Keras's own layers"
        )


def _is_keras_module(module: object) -> bool:
    """Tell whether a module's name belongs to Keras."""
    return isinstance(module, str) and module.split(".")[0] == "keras"

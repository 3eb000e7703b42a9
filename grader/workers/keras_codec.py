"""Carry Keras models and layers as plain values: their configuration and their weights.

What is rebuilt is made of Keras's own classes alone, in its safe mode: a configuration that a
student's process sends may name anything.
"""

from __future__ import annotations

import itertools

import numpy as np

from utils.checks.describe import OpaqueValue

MAX_WEIGHTS = 50_000_000  # weights of one model
# Layers that run code of their own, or read files.
REFUSED = frozenset(
    [
        *("Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"),
        *("StringLookup", "IntegerLookup", "TextVectorization", "Hashing", "FeatureSpace"),
    ]
)
ZEROS = {"module": "keras.initializers", "class_name": "Zeros", "config": {}}
ZEROS |= {"registered_name": None}
INTERNAL = frozenset(["__keras_tensor__", "__tuple__", "__tensor__", "__ellipsis__", "__slice__"])


class UnsafeModelError(ValueError):
    """A configuration names what is not Keras's; the text says what, for the student."""


def describe(value: object) -> dict | None:
    """Return a model or layer as plain values; None if it is neither.

    Returns
    -------
    dict
        ``config`` and ``weights``, or ``kind``, if it cannot be carried: what it is.
    """
    import keras

    if not isinstance(value, keras.Layer) or isinstance(value, type):
        return None
    kind = type(value).__name__
    word = "model" if isinstance(value, keras.Model) else "layer"
    value = _as_keras_model(value)
    if not _is_of_keras(type(value).__module__):
        return {"kind": f"{word} of a class of its own ({kind}); use Keras's own layers"}
    try:
        config = _without_compiling(_plain(keras.saving.serialize_keras_object(value)))
        config = _without_initializers(config)
        _check(config)
        weights = [np.asarray(one) for one in value.get_weights()]
    except UnsafeModelError as error:
        return {"kind": f"{word} {error}"}
    except Exception as error:
        return {"kind": f"{word} that cannot be saved ({type(error).__name__}): {error}"[:150]}
    return {"config": config, "weights": weights}


def rebuild(plain: object) -> object:
    """Make a model or layer of what `describe` returned; `OpaqueValue` if that cannot be done."""
    import keras

    if not isinstance(plain, dict):
        return OpaqueValue("nothing that can be read")
    if "kind" in plain:
        return OpaqueValue(str(plain["kind"])[:200])
    try:
        config, weights = plain["config"], plain["weights"]
        _check(config)
        if sum(np.size(one) for one in weights) > MAX_WEIGHTS:
            raise UnsafeModelError(f"of more than {MAX_WEIGHTS:,} weights")
        made = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if weights:
            made.set_weights(weights)
    except UnsafeModelError as error:
        return OpaqueValue(f"model {error}")
    except Exception as error:
        return OpaqueValue(f"model that cannot be rebuilt ({type(error).__name__})")
    if not isinstance(made, keras.Layer):
        return OpaqueValue("nothing that can be read")
    return made


def _as_keras_model(value: object) -> object:
    """Return a model of a class of its own as Keras's, if it computes as that does."""
    import keras

    own = itertools.takewhile(lambda one: not _is_of_keras(one.__module__), type(value).__mro__)
    computes = any({"call", "__call__"} & vars(one).keys() for one in own)
    if _is_of_keras(type(value).__module__) or computes or not getattr(value, "inputs", None):
        return value
    try:
        return keras.Model(value.inputs, value.outputs)
    except Exception:  # of which it says itself what it is
        return value


def _without_initializers(config: object) -> object:
    """Leave out functions of the student's that make the first weights: these cross themselves."""
    if isinstance(config, list):
        return [_without_initializers(one) for one in config]
    if not isinstance(config, dict):
        return config
    return {
        key: ZEROS
        if key.endswith("_initializer")
        and isinstance(value, dict)
        and not _is_of_keras(value.get("module"))
        else _without_initializers(value)
        for key, value in config.items()
    }


def _is_of_keras(module: object) -> bool:
    """Tell whether a module's name is one of Keras's."""
    return isinstance(module, str) and module.split(".")[0] == "keras"


def _without_compiling(config: dict) -> dict:
    """Leave out how a model was compiled: it is as good as one that was not."""
    return {key: value for key, value in config.items() if key != "compile_config"}


def _plain(value: object) -> object:
    """Return a configuration in plain values."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    raise UnsafeModelError(f"with a setting that cannot be saved ({type(value).__name__})")


def _check(config: object) -> None:
    """Make sure that a configuration names nothing but Keras's own.

    Raises
    ------
    Unsafe
    """
    if isinstance(config, list):
        for one in config:
            _check(one)
    if not isinstance(config, dict):
        return
    if config.keys() == {"value"}:  # what Keras makes of a function that has no name
        raise UnsafeModelError("with a function of its own; name Keras's, as in activation='relu'")
    if "class_name" in config:
        name, module = config["class_name"], config.get("module")
        if name in REFUSED:
            raise UnsafeModelError(f"with a {name} layer; use Keras's own layers")
        if name in ("function", "__lambda__"):
            raise UnsafeModelError(
                "with a function of its own; name Keras's, as in activation='relu'"
            )
        if (
            not _is_of_keras(module)
            and name not in INTERNAL
            and not (module is None and "config" not in config)
        ):
            raise UnsafeModelError(
                f"with a layer of a class of its own ({name}); use Keras's own layers"
            )
    for one in config.values():
        _check(one)

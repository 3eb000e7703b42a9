"""Compare and read values for the proof, without the code that it judges."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.proof import networks

RTOL, ATOL = 1e-6, 1e-8
DIGITS = 1e-7  # NumPy's repr, which is used for an array inside a list, has eight digits


def _array(values: Any, dtype: Any = None, shape: tuple | None = None) -> np.ndarray:
    """Return what NumPy's repr of an array says."""
    array = np.array(values, dtype=dtype)
    return array if shape is None else array.reshape(shape)


NAMES = {"nan": np.nan, "inf": np.inf, "np": np, "array": _array} | {
    kind.__name__: kind for kind in np.sctypeDict.values()
}
USUAL_DTYPES = ("int64", "float64", "bool")
NUMBERS = (int, float, np.number, np.bool_)
DESCRIBED_ARRAY = re.compile(r"an? (?:([\dx]+)|(0-dimensional)) array of (\w+)")


@dataclass(frozen=True)
class Closeness:
    """How close numbers must be to count as the same: ``atol + rtol * abs(expected)``."""

    rtol: float = RTOL
    atol: float = ATOL

    def is_close(self, got: Any, expected: Any) -> np.ndarray:
        """Return for each number whether it is close enough; nan is no number."""
        got, expected = np.asarray(got, float), np.asarray(expected, float)
        with np.errstate(all="ignore"):
            near = np.abs(got - expected) <= self.atol + self.rtol * np.abs(expected)
        return near | (got == expected)

    def same(self, got: Any, expected: Any) -> bool:
        """Return whether two results are the same, element by element."""
        if isinstance(expected, np.ndarray) or isinstance(got, np.ndarray):
            return self._same_arrays(got, expected)
        if isinstance(expected, (list, tuple)):
            return (
                isinstance(got, (list, tuple))
                and len(got) == len(expected)
                and all(map(self.same, got, expected))
            )
        if isinstance(expected, dict):
            return (
                isinstance(got, dict)
                and set(got) == set(expected)
                and all(self.same(got[key], value) for key, value in expected.items())
            )
        if is_bool(expected) or is_bool(got):
            return is_bool(expected) and is_bool(got) and bool(got) == bool(expected)
        if isinstance(expected, NUMBERS) and isinstance(got, NUMBERS):
            return self._same_numbers(got, expected)
        if is_keras_model(expected):
            return is_keras_model(got) and same_models(got, expected)
        return type(got) is type(expected) and bool(got == expected)

    def _same_arrays(self, got: Any, expected: Any) -> bool:
        """Return whether two values, one of which is an array, are equal arrays or numbers."""
        if not all(isinstance(one, (np.ndarray, *NUMBERS)) for one in (got, expected)):
            return False
        got, expected = np.asarray(got), np.asarray(expected)
        if got.dtype.kind not in "biuf" or (got.dtype.kind == "b") != (expected.dtype.kind == "b"):
            return False
        return got.shape == expected.shape and bool(self.is_close(got, expected).all())

    def _same_numbers(self, got: Any, expected: Any) -> bool:
        """Return whether two numbers are equal; a whole one only equals a whole one."""
        if isinstance(expected, (int, np.integer)):
            return isinstance(got, (int, np.integer)) and int(got) == int(expected)
        try:
            return bool(self.is_close(got, expected))
        except OverflowError:
            return False


def is_bool(value: object) -> bool:
    """Return whether a value is True or False, as Python's or as NumPy's."""
    return isinstance(value, (bool, np.bool_))


def is_keras_model(value: object) -> bool:
    """Return whether a value is a Keras model."""
    is_keras = any(kind.__module__.startswith("keras") for kind in type(value).__mro__)
    return is_keras and hasattr(value, "layers")


def copy_model(model: Any) -> Any:
    """Return a copy of a Keras model, which is not compiled."""
    import keras

    copied = keras.models.clone_model(model)
    copied.set_weights(model.get_weights())
    return copied


def model_was_changed(model: Any, copied: Any) -> bool:
    """Return whether a copy of a Keras model is no longer like it."""
    weights = zip(model.get_weights(), copied.get_weights(), strict=True)
    settings = [
        [(each.trainable, getattr(each, "activation", None)) for each in one.layers]
        for one in (model, copied)
    ]
    return (
        copied.compiled
        or settings[0] != settings[1]
        or any(not np.array_equal(before, after) for before, after in weights)
    )


def same_models(got: Any, expected: Any) -> bool:
    """Return whether two Keras models have equal shapes, and with equal weights equal answers."""
    if networks.is_branched(expected):
        return networks.same_networks(got, expected)
    try:
        shapes = [
            (
                one.input_shape,
                one.output_shape,
                [each.shape for each in one.get_weights()],
                _layers(one),
            )
            for one in (got, expected)
        ]
    except (AttributeError, ValueError):
        return False
    return shapes[0] == shapes[1] and predict_alike(got, expected)


def _layers(model: Any) -> list[tuple]:
    """Return the kind of each layer of a model, and the settings that change what it computes.

    Predictions alone would not do: an extra Flatten changes none, and softmax hides much.
    """
    names = ("filters", "units", "kernel_size", "pool_size", "strides", "padding", "use_bias")
    return [
        (
            type(layer).__name__,
            *(getattr(layer, name, None) for name in names),
            getattr(getattr(layer, "activation", None), "__name__", ""),
            layer.trainable,
        )
        for layer in model.layers
        if type(layer).__name__ != "InputLayer"
    ]


def predict_alike(got: Any, expected: Any) -> bool:
    """Return whether two Keras models with the same weights give the same answers."""
    batch = np.random.default_rng(5).normal(size=(3, *expected.input_shape[1:])).astype("float32")
    weights = expected.get_weights()
    expected.set_weights(got.get_weights())
    mine, right = (np.asarray(model(batch, training=False)) for model in (got, expected))
    expected.set_weights(weights)
    return mine.shape == right.shape and np.allclose(mine, right, rtol=1e-3, atol=1e-4)


def change_numbers(value: Any, change: Callable) -> Any:
    """Return a result with all its arrays and numbers changed, however deep they are."""
    if isinstance(value, (list, tuple)):
        return type(value)(change_numbers(each, change) for each in value)
    if isinstance(value, dict):
        return {key: change_numbers(each, change) for key, each in value.items()}
    return change(value) if isinstance(value, (np.ndarray, *NUMBERS)) else value


def describes(text: str, value: Any) -> bool:
    """Return whether a short description such as ``a 4x3 array of uint8`` is true of a value."""
    if value is None or text == "None":
        return value is None and text == "None"
    if isinstance(value, np.ndarray):
        return _describes_array(text, value)
    if isinstance(value, (list, tuple, dict)):
        return text == f"a {type(value).__name__} of length {len(value)}"
    if text.startswith("the string "):
        return isinstance(value, str) and _begins(text.removeprefix("the string "), repr(value))
    if text == "an int of hundreds of digits":
        return isinstance(value, int) and abs(value) >= 10**100
    if isinstance(value, NUMBERS):
        return _begins(text, f"the {type(value).__name__} {value}")
    if is_keras_model(value):
        return bool(re.fullmatch(rf"a Keras model of {len(value.layers)} layers?", text))
    return text.partition(" ")[2] == type(value).__name__


def _describes_array(text: str, value: np.ndarray) -> bool:
    """Return whether a description is true of an array."""
    if value.size == 0:
        return text == f"an empty array of shape {value.shape}"
    if not (found := DESCRIBED_ARRAY.fullmatch(text)):
        return False
    sizes, _, dtype = found.groups()
    shape = tuple(map(int, sizes.split("x"))) if sizes else ()
    return shape == value.shape and dtype == str(value.dtype)


def _begins(text: str, whole: str) -> bool:
    """Return whether a text is another, or its beginning followed by dots."""
    return text == whole or (text.endswith("...") and whole.startswith(text[:-3].rstrip("'\"")))


def shows(text: str, value: Any) -> bool:
    """Return whether a text, read as Python, is exactly a value, or describes it."""
    if describes(text, value):
        return True
    if is_keras_model(value):
        return _shows_model(text, value)
    if callable(value):
        return text == getattr(value, "__name__", "a function")
    if isinstance(value, np.random.Generator):
        return text.startswith("Generator(")
    first, _, rest = text.partition("\n")
    first, _, dtype = first.partition("  # ")
    if dtype == "object":  # the elements may be anything, and cannot be read
        return isinstance(value, np.ndarray) and value.dtype == object
    try:
        read = eval(f"{first}\n{rest}" if rest else first, {"__builtins__": builtins, **NAMES})
    except (SyntaxError, NameError, TypeError, ValueError):
        return _lists_objects(text, value)
    if isinstance(value, np.ndarray):
        return _is_same_array(np.array(read, dtype=dtype or None), value)
    return _is_identical(read, value)


def _lists_objects(text: str, value: Any) -> bool:
    """Return whether a text names an object that cannot be read, or every object in a list."""
    if isinstance(value, (list, tuple)):
        return all(_lists_objects(text, each) for each in value)
    return repr(value) in text


def _is_same_array(read: np.ndarray, value: np.ndarray) -> bool:
    """Return whether an array that was read has the dtype, the shape and the numbers of another.

    Whole floats such as ``[1., 2.]`` and an empty array, which has no numbers, need no dtype.
    """
    if value.size == 0:
        return read.size == 0
    same = read.shape == value.shape and read.dtype == value.dtype
    return same and np.array_equal(read, value, equal_nan=value.dtype.kind == "f")


def _is_identical(read: Any, value: Any) -> bool:
    """Return whether a value that was read is another one, in type and content."""
    if isinstance(value, np.ndarray):
        return (
            isinstance(read, np.ndarray)
            and (read.shape, read.dtype) == (value.shape, value.dtype)
            and np.allclose(read, value, rtol=DIGITS, atol=1e-8, equal_nan=True)
        )
    if isinstance(value, (list, tuple)):
        return (
            type(read) is type(value)
            and len(read) == len(value)
            and all(map(_is_identical, read, value))
        )
    if isinstance(value, dict):
        return list(read) == list(value) and all(
            _is_identical(read[key], each) for key, each in value.items()
        )
    return type(read) is type(value) and (read == value or (read != read and value != value))


def _shows_model(text: str, model: Any) -> bool:
    """Return whether a listing of a model has its input's and output's shape and its size."""
    if text.startswith("a Keras model "):  # with the reason why it cannot be listed
        return describes(text.partition(" (")[0], model)
    if text.startswith("a model of "):
        return networks.shows_network(text, model)
    first, *layers, last = text.splitlines()
    return (
        first == f"input {tuple(model.input_shape[1:])}"
        and last == f"{model.count_params():,} parameters"
        and (not layers or layers[-1].endswith(f"-> {tuple(model.output_shape[1:])}"))
    )

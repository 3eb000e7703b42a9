"""Describe a value in a few words."""

from __future__ import annotations

import numbers
import sys
from typing import Any

import numpy as np

MAX_INT_BITS = 350  # about a hundred digits


class OpaqueValue:
    """The place of a value in another process that is not plain, so that only its kind is sent.

    Parameters
    ----------
    kind : str
        The name of its type, or a description: ``set``, ``3x3 array of complex128``.
    """

    def __init__(self, kind: str):
        self.kind = kind

    def __repr__(self) -> str:
        return f"<{self.kind}>"


def describe(value: Any) -> str:
    """Describe a value in a few words: ``a 4x3 array of uint8``, ``the int 5``, ``None``."""
    if value is None:
        return "None"
    if type(value) is np.ndarray and value.size == 0:
        return f"an empty array of shape {value.shape}"
    if type(value) is np.ndarray:
        size = "x".join(map(str, value.shape)) if value.ndim else "0-dimensional"
        return f"{article(size)} {size} array of {value.dtype}"
    if isinstance(value, (bool, np.bool_, numbers.Number)):
        if is_long(value):
            return "an int of hundreds of digits"
        return f"the {type(value).__name__} {_brief(str(value))}"
    if isinstance(value, str):
        return f"the string {_brief(repr(value[:200]))}"
    if isinstance(value, (list, tuple, dict)):
        return f"a {type(value).__name__} of length {len(value)}"
    if is_model(value):
        stands_in = getattr(value, "layer_count", None)  # for a model in another process
        count = len(value.layers) if stands_in is None else stands_in
        return f"a Keras model of {count} {'layer' if count == 1 else 'layers'}"
    # Of an opaque value from another process, only the kind is known.
    kind = value.kind if isinstance(value, OpaqueValue) else type(value).__name__
    return f"{article(kind)} {kind}"


def is_named_tuple(kind: type) -> bool:
    """Return whether a class is a namedtuple, or derived from one."""
    return issubclass(kind, tuple) and any("_fields" in vars(base) for base in kind.__mro__)


def with_plain_tuples(value: Any) -> Any:
    """Return a result in which each namedtuple, at any depth, is the tuple that it is."""
    if is_named_tuple(type(value)):
        value = tuple(tuple.__iter__(value))  # the class may define another `__iter__`
    if type(value) in (list, tuple):
        return type(value)(map(with_plain_tuples, value))
    if type(value) is dict:
        return {key: with_plain_tuples(item) for key, item in value.items()}
    return value


def is_long(value: object) -> bool:
    """Return whether a value is an int with too many digits to be shown."""
    return isinstance(value, int) and value.bit_length() > MAX_INT_BITS


def _brief(text: str) -> str:
    """Return a text, cut after 90 characters if it is long."""
    return text if len(text) <= 100 else f"{text[:90]}..."


def article(word: str) -> str:
    """Return the indefinite article for a word or a number."""
    return "an" if word[0] in "aeiouAEIOU8" or word.startswith(("11", "18")) else "a"


def is_model(value: object) -> bool:
    """Return whether a value is a Keras model, without importing Keras."""
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(value, getattr(keras, "Model", ()))

"""Carry plain values between processes that do not trust each other.

None, bool, numbers, strings, lists, tuples, dicts, NumPy scalars and arrays of a bool, integer or
real dtype are written as JSON with the arrays' bytes behind it, and nothing in what is read is ever
run. Whatever else is to be sent arrives as `OpaqueValue`: a value of which only the kind is known.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping

import numpy as np

from utils.checks.describe import OpaqueValue

MAX_MESSAGE_BYTES = 64_000_000  # bytes of one message
MAX_DEPTH = 60  # containers within containers
MAX_VALUES = 2_000_000  # values in one message
MAX_JSON_BYTES = 40_000_000  # bytes of a message's JSON
MAX_AXES = 32
KINDS = "biuf"
# What `numpy.dtype` may be given: it stumbles over some of the rest, and takes long over more.
DTYPE = re.compile(r"[<>=|]?[biuf]\d{1,2}")
DICTS = (dict, OrderedDict, defaultdict, Counter)
HEADER = struct.Struct("<I")

# Turns a value into a tag and a plain value, or into None if it is not its business.
Extension = Callable[[object], "tuple[str, object] | None"]


class DecodeError(ValueError):
    """What came is no message."""


class MessageTooLargeError(ValueError):
    """A value is too large to be sent; the text says in what way."""


def encode(value: object, extension: Extension = lambda value: None) -> bytes:
    """Write a value as bytes.

    Parameters
    ----------
    value : object
        What to send.
    extension : callable
        Asked about what is not plain, before it becomes `OpaqueValue`.

    Raises
    ------
    MessageTooLargeError
        If it has more values, levels or bytes than a message may have.
    """
    return _Writer(extension).write(value)


def decode(message: bytes, extensions: Mapping[str, Callable[[object], object]] = {}) -> object:
    """Read what `encode` wrote, or what somebody wants to pass for it.

    Parameters
    ----------
    message : bytes
        Trusted in nothing.
    extensions : mapping
        For each tag that an extension may give, what makes a value of it.

    Raises
    ------
    DecodeError
        If it is no message, or has a tag that is not known.
    """
    return _Reader(message, extensions).read()


class _Writer:
    """One message being written."""

    def __init__(self, extension: Extension):
        self._extension = extension
        self._blobs: list[bytes] = []
        self._bytes = self._count = 0

    def write(self, value: object) -> bytes:
        text = json.dumps(self._tree(value, 0)).encode()
        message = b"".join([HEADER.pack(len(text)), text, *self._blobs])
        if len(message) > MAX_MESSAGE_BYTES:
            raise MessageTooLargeError(f"more than {MAX_MESSAGE_BYTES // 10**6} MB")
        return message

    def _tree(self, value: object, depth: int) -> object:
        self._count += 1
        if self._count > MAX_VALUES:
            raise MessageTooLargeError(f"more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise MessageTooLargeError(f"more than {MAX_DEPTH} levels of lists within lists")
        kind = type(value)
        if value is None or kind is bool:
            return value
        if kind is int:
            return value if value.bit_length() < 10_000 else {"other": "int of thousands of digits"}
        if kind is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if kind is str:
            self._reserve(len(value))
            return value
        if kind is list or kind is tuple:
            return {kind.__name__: [self._tree(one, depth + 1) for one in value]}
        if kind in DICTS:
            pairs = list(dict.items(value))
            return {"dict": [[self._tree(one, depth + 1) for one in pair] for pair in pairs]}
        if kind is np.ndarray and value.dtype.kind in KINDS and value.ndim <= MAX_AXES:
            return {"array": [value.dtype.newbyteorder("=").str, list(value.shape)]} | self._blob(
                value
            )
        if kind.__module__ == "numpy" and issubclass(kind, np.generic) and _is_plain_scalar(kind):
            return {"scalar": value.dtype.newbyteorder("=").str} | self._blob(np.asarray(value))
        if kind is np.str_:
            return {"str_": str.__str__(value)}
        return self._other(value, depth)

    def _other(self, value: object, depth: int) -> dict:
        """Write a value that is not plain."""
        found = self._extension(value)
        if found is not None:
            tag, plain = found
            return {"tag": tag, "value": self._tree(plain, depth + 1)}
        if type(value) is np.ndarray:
            size = "x".join(map(str, value.shape)) if value.ndim else "0-dimensional"
            return {"other": f"{size} array of {value.dtype}"[:200]}
        return {"other": str(type.__dict__["__name__"].__get__(type(value)))[:200]}

    def _blob(self, array: np.ndarray) -> dict:
        self._reserve(array.nbytes)
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
        self._blobs.append(data.tobytes())
        return {"bytes": data.nbytes}

    def _reserve(self, count: int) -> None:
        self._bytes += count
        if self._bytes > MAX_MESSAGE_BYTES:
            raise MessageTooLargeError(f"more than {MAX_MESSAGE_BYTES // 10**6} MB")


class _Reader:
    """One message being read."""

    def __init__(self, message: bytes, extensions: Mapping[str, Callable[[object], object]]):
        self._message, self._extensions = message, extensions
        self._place = self._count = 0

    def read(self) -> object:
        try:
            (length,) = HEADER.unpack_from(self._message)
            self._place = HEADER.size + length
            if length > MAX_JSON_BYTES:
                raise DecodeError("too long")
            text = self._message[HEADER.size : self._place]
            value = self._value(json.loads(text, parse_constant=_refuse), 0)
        except DecodeError:
            raise
        except (ValueError, TypeError, KeyError, struct.error, RecursionError) as error:
            raise DecodeError(f"unreadable: {type(error).__name__}") from error
        if self._place != len(self._message):
            raise DecodeError("bytes are missing, or left over")
        return value

    def _value(self, tree: object, depth: int) -> object:
        self._count += 1
        if depth > MAX_DEPTH + 10 or self._count > 2 * MAX_VALUES:
            raise DecodeError("too deep, or too much")
        if tree is None or type(tree) in (bool, int, float, str):
            return tree
        if type(tree) is not dict or not tree:
            raise DecodeError("not a value")
        kind = next(iter(tree))
        content = tree[kind]
        if kind in ("list", "tuple"):
            values = [self._value(one, depth + 1) for one in _expect(content, list)]
            return values if kind == "list" else tuple(values)
        if kind == "dict":
            return {
                self._value(key, depth + 1): self._value(value, depth + 1)
                for key, value in _expect(content, list)
            }
        if kind == "float":
            return float(_expect(content, str))
        if kind == "str_":
            return np.str_(_expect(content, str))
        if kind == "array":
            dtype, shape = _expect(content, list)
            return self._array(dtype, shape, tree["bytes"])
        if kind == "scalar":
            return self._array(content, [], tree["bytes"])[()]
        if kind == "other":
            return OpaqueValue(_expect(content, str)[:200])
        if kind == "tag" and content in self._extensions:
            return self._extensions[content](self._value(tree["value"], depth + 1))
        raise DecodeError("not a value")

    def _array(self, name: object, shape: object, count: object) -> np.ndarray:
        if not DTYPE.fullmatch(_expect(name, str)):
            raise DecodeError("not an array")
        dtype = np.dtype(name)
        shape = tuple(_expect(side, int) for side in _expect(shape, list))
        if dtype.kind not in KINDS or len(shape) > MAX_AXES or min(shape, default=0) < 0:
            raise DecodeError("not an array")
        if max(shape, default=0) > MAX_MESSAGE_BYTES:
            raise DecodeError("not an array")
        if _expect(count, int) != math.prod(shape) * dtype.itemsize:
            raise DecodeError("an array of another size than it says")
        end = self._place + count
        if end > len(self._message):
            raise DecodeError("bytes are missing")
        # A copy, so that it can be written to like any array.
        array = np.frombuffer(self._message[self._place : end], dtype).reshape(shape).copy()
        self._place = end
        return array


def _is_plain_scalar(kind: type) -> bool:
    """Tell whether a NumPy scalar's own type, not a subclass of it, is a plain number's."""
    return kind in np.sctypeDict.values() and np.dtype(kind).kind in KINDS


def _expect(value: object, kind: type) -> object:
    """Return a value of exactly one type."""
    if type(value) is not kind:
        raise DecodeError(f"not a {kind.__name__}")
    return value


def _refuse(name: str) -> None:
    """Refuse what JSON does not have."""
    raise DecodeError(f"{name} is not JSON")

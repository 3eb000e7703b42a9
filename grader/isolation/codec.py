"""Encode and decode plain values that cross between processes that do not trust each other.

None, bool, numbers, strings, lists, tuples, dicts, and NumPy scalars and arrays of a bool, integer
or real dtype are written as JSON, followed by the bytes of the arrays. Decoding never executes
anything. Any other value arrives as an `OpaqueValue`, which only names its kind.

A general format such as msgpack would need extension types for tuples, large integers and dtypes,
and every limit below on top.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from utils.checks.describe import OpaqueValue, is_named_tuple

# Limits of one message.
MAX_MESSAGE_BYTES = 64_000_000
MAX_JSON_BYTES = 40_000_000
MAX_VALUES = 2_000_000
MAX_DEPTH = 60  # containers within containers
MAX_INT_BITS = 10_000
MAX_AXES = 32
MAX_KIND_CHARACTERS = 200  # of the description of an opaque value
# The reader is more generous, so that a value it has read can be written, wrapped, and read again.
READER_DEPTH_MARGIN = 10
READER_VALUES_FACTOR = 2

HEADER = struct.Struct("<I")  # length of the JSON part
PLAIN_DTYPE_KINDS = "biuf"
# The only names passed to `numpy.dtype`, which fails oddly or is slow for some other strings.
DTYPE_NAME = re.compile(r"[<>=|]?[biuf]\d{1,2}")

# Converts a value that is not plain to a tag and a plain value; returns None for any other value.
Extension = Callable[[Any], "tuple[str, Any] | None"]


class DecodeError(ValueError):
    """The bytes are not a valid message."""


class MessageTooLargeError(ValueError):
    """A value is too large to send; the text says in what way."""


def encode(value: Any, extension: Extension = lambda value: None) -> bytes:
    """Encode a value.

    Parameters
    ----------
    value : object
        The value to send.
    extension : callable
        Called with each value that is not plain, before it becomes an `OpaqueValue`.

    Raises
    ------
    MessageTooLargeError
        If it exceeds the limits of a message in size, number of values or depth.
    """
    return _Writer(extension).write(value)


def decode(message: bytes, extensions: Mapping[str, Callable[[Any], Any]] = {}) -> Any:
    """Decode an untrusted message, without executing anything in it.

    Parameters
    ----------
    message : bytes
        Untrusted bytes.
    extensions : mapping
        For each tag that `Extension` functions use, the function that makes a value from the
        decoded plain value.

    Raises
    ------
    DecodeError
        If the message is invalid or has an unknown tag.
    """
    return _Reader(message, extensions).read()


class _Writer:
    """Encodes one message."""

    def __init__(self, extension: Extension):
        self._extension = extension
        self._blobs: list[bytes] = []
        self._bytes = self._count = 0

    def write(self, value: Any) -> bytes:
        text = json.dumps(self.to_tree(value, 0)).encode()
        message = b"".join([HEADER.pack(len(text)), text, *self._blobs])
        if len(message) > MAX_MESSAGE_BYTES:
            raise MessageTooLargeError(f"more than {MAX_MESSAGE_BYTES // 10**6} MB")
        return message

    def to_tree(self, value: Any, depth: int) -> object:
        """Convert a value to what JSON can hold: scalars as they are, the rest with a tag."""
        self._count += 1
        if self._count > MAX_VALUES:
            raise MessageTooLargeError(f"more than {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise MessageTooLargeError(f"more than {MAX_DEPTH} levels of lists within lists")
        kind = type(value)
        # A metaclass could pretend to be equal to a plain type.
        writer = WRITERS.get(kind) if type(kind) is type else None
        return self.write_other(value, depth) if writer is None else writer(self, value, depth)

    def write_unchanged(self, value: bool | None, depth: int) -> object:
        return value

    def write_int(self, value: int, depth: int) -> object:
        if value.bit_length() >= MAX_INT_BITS:
            return {"other": "int of thousands of digits"}
        return value

    def write_float(self, value: float, depth: int) -> object:
        return value if math.isfinite(value) else {"float": repr(value)}

    def write_str(self, value: str, depth: int) -> object:
        self._reserve(len(value))
        return value

    def write_list(self, value: list | tuple, depth: int) -> object:
        return {type(value).__name__: [self.to_tree(item, depth + 1) for item in value]}

    def write_dict(self, value: dict, depth: int) -> object:
        pairs = list(dict.items(value))
        return {"dict": [[self.to_tree(item, depth + 1) for item in pair] for pair in pairs]}

    def write_array(self, value: np.ndarray, depth: int) -> object:
        if value.dtype.kind not in PLAIN_DTYPE_KINDS or value.ndim > MAX_AXES:
            return self.write_other(value, depth)
        header = [value.dtype.newbyteorder("=").str, list(value.shape)]
        return {"array": header, "bytes": self._add_blob(value)}

    def write_other(self, value: Any, depth: int) -> object:
        """Write a NumPy scalar, a namedtuple as a tuple, or a value that is not plain."""
        kind = type(value)
        if type(kind) is type and is_named_tuple(kind):
            return {"tuple": [self.to_tree(item, depth + 1) for item in tuple.__iter__(value)]}
        if kind.__module__ == "numpy" and issubclass(kind, np.generic) and _is_plain_scalar(kind):
            size = self._add_blob(np.asarray(value))
            return {"scalar": value.dtype.newbyteorder("=").str, "bytes": size}
        if kind is np.str_:
            return {"str_": str.__str__(value)}
        extended = self._extension(value)
        if extended is not None:
            tag, plain = extended
            return {"tag": tag, "value": self.to_tree(plain, depth + 1)}
        return {"other": _kind_of(value)[:MAX_KIND_CHARACTERS]}

    def _add_blob(self, array: np.ndarray) -> int:
        """Add an array's data after the JSON part, and return its size in bytes."""
        self._reserve(array.nbytes)
        data = np.ascontiguousarray(array, array.dtype.newbyteorder("="))
        self._blobs.append(data.tobytes())
        return data.nbytes

    def _reserve(self, count: int) -> None:
        """Count bytes before they are written, so that too large a value takes no memory."""
        self._bytes += count
        if self._bytes > MAX_MESSAGE_BYTES:
            raise MessageTooLargeError(f"more than {MAX_MESSAGE_BYTES // 10**6} MB")


WRITERS: dict[type, Callable[[_Writer, Any, int], object]] = {
    type(None): _Writer.write_unchanged,
    bool: _Writer.write_unchanged,
    int: _Writer.write_int,
    float: _Writer.write_float,
    str: _Writer.write_str,
    list: _Writer.write_list,
    tuple: _Writer.write_list,
    dict: _Writer.write_dict,
    OrderedDict: _Writer.write_dict,
    defaultdict: _Writer.write_dict,
    Counter: _Writer.write_dict,
    np.ndarray: _Writer.write_array,
}


class _Reader:
    """Decodes one message. Nothing in it can be assumed to have the right type."""

    def __init__(self, message: bytes, extensions: Mapping[str, Callable[[Any], Any]]):
        self._message, self._extensions = message, extensions
        self._place = self._count = 0

    def read(self) -> Any:
        try:
            (length,) = HEADER.unpack_from(self._message)
            self._place = HEADER.size + length
            if length > MAX_JSON_BYTES:
                raise DecodeError("too long")
            text = self._message[HEADER.size : self._place]
            value = self.to_value(json.loads(text, parse_constant=_refuse_constant), 0)
        except DecodeError:
            raise
        except (ValueError, TypeError, KeyError, struct.error, RecursionError) as error:
            raise DecodeError(f"unreadable: {type(error).__name__}") from error
        if self._place != len(self._message):
            raise DecodeError("bytes are missing, or left over")
        return value

    def to_value(self, tree: Any, depth: int) -> Any:
        """Convert what JSON held to the value that was written."""
        self._count += 1
        if (
            depth > MAX_DEPTH + READER_DEPTH_MARGIN
            or self._count > READER_VALUES_FACTOR * MAX_VALUES
        ):
            raise DecodeError("too deep, or too much")
        if tree is None or type(tree) in (bool, int, float, str):
            return tree
        if type(tree) is not dict or not tree:
            raise DecodeError("not a value")
        reader = READERS.get(next(iter(tree)))
        if reader is None:
            raise DecodeError("not a value")
        return reader(self, tree, depth)

    def read_list(self, tree: dict, depth: int) -> list:
        return [self.to_value(item, depth + 1) for item in _expect(tree["list"], list)]

    def read_tuple(self, tree: dict, depth: int) -> tuple:
        return tuple([self.to_value(item, depth + 1) for item in _expect(tree["tuple"], list)])

    def read_dict(self, tree: dict, depth: int) -> dict:
        return {
            self.to_value(key, depth + 1): self.to_value(value, depth + 1)
            for key, value in _expect(tree["dict"], list)
        }

    def read_float(self, tree: dict, depth: int) -> float:
        return float(_expect(tree["float"], str))

    def read_str_(self, tree: dict, depth: int) -> np.str_:
        return np.str_(_expect(tree["str_"], str))

    def read_array(self, tree: dict, depth: int) -> np.ndarray:
        dtype, shape = _expect(tree["array"], list)
        return self._take_array(dtype, shape, tree["bytes"])

    def read_scalar(self, tree: dict, depth: int) -> Any:
        return self._take_array(tree["scalar"], [], tree["bytes"])[()]

    def read_other(self, tree: dict, depth: int) -> OpaqueValue:
        return OpaqueValue(_expect(tree["other"], str)[:MAX_KIND_CHARACTERS])

    def read_tagged(self, tree: dict, depth: int) -> Any:
        make = self._extensions.get(tree["tag"])
        if make is None:
            raise DecodeError("not a value")
        return make(self.to_value(tree["value"], depth + 1))

    def _take_array(self, name: Any, shape: Any, size: Any) -> np.ndarray:
        """Read the next array from the bytes after the JSON part."""
        if not DTYPE_NAME.fullmatch(_expect(name, str)):
            raise DecodeError("not an array")
        dtype = np.dtype(name)
        shape = tuple(_expect(side, int) for side in _expect(shape, list))
        if dtype.kind not in PLAIN_DTYPE_KINDS or len(shape) > MAX_AXES:
            raise DecodeError("not an array")
        if min(shape, default=0) < 0 or max(shape, default=0) > MAX_MESSAGE_BYTES:
            raise DecodeError("not an array")
        if _expect(size, int) != math.prod(shape) * dtype.itemsize:
            raise DecodeError("an array of another size than it says")
        end = self._place + size
        if end > len(self._message):
            raise DecodeError("bytes are missing")
        # A copy, because an array made from a buffer is read-only.
        array = np.frombuffer(self._message[self._place : end], dtype).reshape(shape).copy()
        self._place = end
        return array


# By tag, the first key of an object.
READERS: dict[str, Callable[[_Reader, dict, int], Any]] = {
    "list": _Reader.read_list,
    "tuple": _Reader.read_tuple,
    "dict": _Reader.read_dict,
    "float": _Reader.read_float,
    "str_": _Reader.read_str_,
    "array": _Reader.read_array,
    "scalar": _Reader.read_scalar,
    "other": _Reader.read_other,
    "tag": _Reader.read_tagged,
}


def _is_plain_scalar(kind: type) -> bool:
    """Tell whether a class is one of NumPy's own scalar types of a plain dtype, not a subclass."""
    return kind in np.sctypeDict.values() and np.dtype(kind).kind in PLAIN_DTYPE_KINDS


def _kind_of(value: Any) -> str:
    """Describe the kind of a value that is not plain."""
    if type(value) is np.ndarray:
        size = "x".join(map(str, value.shape)) if value.ndim else "0-dimensional"
        return f"{size} array of {value.dtype}"
    # Read from `type` itself: the class may define a `__name__` that runs code.
    return str(type.__dict__["__name__"].__get__(type(value)))


def _expect(value: Any, kind: type) -> Any:
    """Return a value if it is of exactly this type, not a subclass."""
    if type(value) is not kind:
        raise DecodeError(f"not a {kind.__name__}")
    return value


def _refuse_constant(name: str) -> None:
    """Refuse NaN and Infinity, which Python's parser accepts but JSON does not have."""
    raise DecodeError(f"{name} is not JSON")

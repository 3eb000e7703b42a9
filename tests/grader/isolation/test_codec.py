import contextlib
import json
import math
import subprocess
import sys
import time
from collections import Counter, OrderedDict, defaultdict, namedtuple
from enum import IntEnum

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.isolation import codec
from grader.isolation.codec import DecodeError, MessageTooLargeError, decode, encode
from utils.checks.describe import OpaqueValue

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?"),
)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=4)
ARRAYS = DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
KEYS = st.text() | st.integers() | st.booleans() | st.none() | st.tuples(st.integers(), st.text())
PLAIN = st.recursive(
    SCALARS | ARRAYS | hnp.from_dtype(np.dtype("f4")) | hnp.from_dtype(np.dtype("u1")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def message(tree, blob=b""):
    """Return a message with any JSON in it."""
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return codec.HEADER.pack(len(text)) + text + blob


def same(one, other):
    """Tell whether two values have the same types and the same content, nan included."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        native = one.dtype.newbyteorder("=")
        return (one.shape, native) == (other.shape, other.dtype) and _bits(one) == _bits(other)
    if isinstance(one, np.generic):
        return one.dtype.newbyteorder("=") == other.dtype and same(
            np.asarray(one), np.asarray(other)
        )
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    if isinstance(one, float):
        return (one != one and other != other) or (one, math.copysign(1, one)) == (
            other,
            math.copysign(1, other),
        )
    return one == other


def _bits(array):
    return array.astype(array.dtype.newbyteorder("="), order="C").tobytes()


@given(PLAIN)
def test_plain_values_come_back(value):
    assert same(value, decode(encode(value)))


@given(ARRAYS, st.sampled_from("CF"), st.booleans())
def test_arrays_come_back_whatever_their_order_in_memory(array, order, reverse):
    array = np.asarray(array, order=order)
    array = array[::-1] if reverse and array.ndim else array.T
    back = decode(encode(array))
    assert same(array, back)
    assert back.flags.writeable
    assert back.flags.c_contiguous


def test_values_that_share_an_array_come_back_apart():
    array = np.arange(3)
    one, other = decode(encode([array, array]))
    one[0] = 9
    assert other[0] == 0


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("axes", range(28, 65, 4))
def test_an_array_of_many_axes_comes_back_or_is_told(side, axes):
    """Can every encoded array be decoded?"""
    array = np.zeros((side,) + (1,) * (axes - 1))
    back = decode(encode(array))
    if axes <= 32:
        assert same(array, back)
    else:
        assert back.kind.startswith(f"{side}x1x1x")


@pytest.mark.parametrize("kind", [np.str_, np.longdouble, np.half, np.bool_, np.intc, np.uint64])
def test_scalars_keep_their_kind(kind):
    back = decode(encode(kind(1)))
    assert type(back) is type(kind(1))
    assert back == kind(1)


@pytest.mark.parametrize("kind", [OrderedDict, Counter])
def test_kinds_of_dict_arrive_as_dicts(kind):
    back = decode(encode(kind({"a": 1})))
    assert type(back) is dict
    assert back == {"a": 1}


def test_a_defaultdict_arrives_as_a_dict():
    back = decode(encode(defaultdict(list, a=[1])))
    assert type(back) is dict
    assert back == {"a": [1]}


class Liar(list):
    """Claims to be a list, and raises an error when it is read."""

    __class__ = list
    __module__ = "builtins"

    def __iter__(self):
        raise RuntimeError("read")

    __len__ = __eq__ = __getattribute__ = __iter__
    __hash__ = None


class Number(np.float64):
    __module__ = "numpy"


class Array(np.ndarray):
    pass


class Level(IntEnum):
    LOW = 1


class Named(dict):
    pass


class Text(str):
    pass


FOREIGN = {
    "set": {1},
    "object": object(),
    "builtin_function_or_method": len,
    "function": lambda: 0,
    "type": int,
    "complex": 1j,
    "bytes": b"bytes",
    "range": range(3),
    "list_iterator": iter([]),
    "Level": Level.LOW,
    "Liar": Liar([1]),
    "Named": Named(a=1),
    "Text": Text("x"),
    "Number": Number(1.0),
    "Array": np.zeros((2, 3)).view(Array),
    "MaskedArray": np.ma.masked_array([1], [True]),
    "3x3 array of complex128": np.zeros((3, 3), complex),
    "0-dimensional array of object": np.array(None),
    "2 array of object": np.array([1, "a"], object),
    "2 array of datetime64[s]": np.zeros(2, "M8[s]"),
    "2 array of [('f0', '<i4'), ('f1', '<f8')]": np.zeros(2, "i4,f8"),
    "complex128": np.complex128(1),
    "datetime64": np.datetime64("2020"),
    "int of thousands of digits": 10**4000,
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_what_is_not_plain_arrives_as_its_kind_alone(kind):
    back = decode(encode({"inside": [FOREIGN[kind]]}))["inside"][0]
    assert type(back) is OpaqueValue
    assert back.kind == kind
    assert repr(back) == f"<{kind}>"


Pair = namedtuple("Pair", "before after")


class Iterating(Pair):
    def __iter__(self):
        raise ValueError


@pytest.mark.parametrize("kind", [Pair, Iterating])
def test_a_namedtuple_arrives_as_a_tuple(kind):
    back = decode(encode([kind(1, kind(2, "x"))]))
    assert back == [(1, (2, "x"))]
    assert type(back[0]) is type(back[0][1]) is tuple


def test_a_class_of_any_name_is_told_in_bounds():
    back = decode(encode(type("x" * 5000, (), {})()))
    assert back.kind == "x" * 200


def test_a_class_cannot_lie_about_its_name():
    class Meta(type):
        __name__ = property(lambda cls: "int")

    assert decode(encode(Meta("Odd", (), {})())).kind == "Odd"


def test_an_extension_is_asked_about_what_is_not_plain():
    def extension(value):
        return ("set", sorted(value)) if isinstance(value, set) else None

    sent = encode([{2, 1}, 1j], extension)
    made, foreign = decode(sent, {"set": set})
    assert made == {1, 2}
    assert foreign.kind == "complex"
    with pytest.raises(DecodeError):
        decode(sent)


def nest(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nest(codec.MAX_DEPTH + 1), "60 levels"),
        (lambda: nest(100_000), "60 levels"),
        (lambda: [0] * (codec.MAX_VALUES + 1), "2,000,000 values"),
        (lambda: np.broadcast_to(0.0, 8_000_001), "64 MB"),
        (lambda: np.broadcast_to(np.uint8(0), 10**15), "64 MB"),
        (lambda: "x" * (codec.MAX_MESSAGE_BYTES + 1), "64 MB"),
        (lambda: "\N{SNOWMAN}" * (codec.MAX_MESSAGE_BYTES // 5), "64 MB"),
        (lambda: [np.broadcast_to(0.0, 5_000_000)] * 2, "64 MB"),
    ],
)
def test_what_is_too_large_is_not_sent(make, says):
    with pytest.raises(MessageTooLargeError, match=says):
        encode(make())


def test_a_list_in_itself_is_too_deep():
    value = []
    value.append(value)
    with pytest.raises(MessageTooLargeError):
        encode(value)


def test_the_deepest_value_that_may_be_sent_can_be_read():
    value = nest(codec.MAX_DEPTH)
    assert decode(encode(value)) == value


FORGED = [
    b"",
    b"\0\0\0",
    b"\xff\xff\xff\xff",
    message(b""),
    message(b"\xff\xfe"),
    message(b"[1]"),
    message(b"{}"),
    message(b"NaN"),
    message(b'{"float":"Infinity0"}'),
    message(b"[" * 100_000),
    message(b'{"list":[' * 100_000),
    message(b'{"list":[' * 80 + b"]}" * 80),
    message(b"9" * 10_000),
    message({"list": {}}),
    message({"dict": [[1]]}),
    message({"dict": [[{"list": []}, 1]]}),
    message({"dict": [5]}),
    message({"other": 3}),
    message({"tag": "keras", "value": 1}),
    message({"tag": ["keras"], "value": 1}),
    message({"tag": "keras"}),
    message({"list": [], "extra": 1}, b"left over"),
    message({"array": ["<f8", [1]], "bytes": 8}),
    message({"array": ["<f8", [1]]}, b"12345678"),
    message({"array": ["<f8", [1]], "bytes": True}, b"1"),
    message({"array": ["<f8", [2]], "bytes": 8}, b"12345678"),
    message({"array": ["<f8", [-1]], "bytes": -8}),
    message({"array": ["<f8", [-1, -1]], "bytes": 8}, b"12345678"),
    message({"array": ["<f8", [1.0]], "bytes": 8}, b"12345678"),
    message({"array": ["<f8", "1"], "bytes": 8}, b"12345678"),
    message({"array": ["<f8", [2**62, 4]], "bytes": 0}),
    message({"array": ["<f8", [0, 2**63]], "bytes": 0}),
    message({"array": ["<f8", [0, 10**30]], "bytes": 0}),
    message({"array": ["<f8", [1] * 100], "bytes": 8}, b"12345678"),
    message({"array": ["|O", [1]], "bytes": 8}, b"12345678"),
    message({"array": ["<c16", [1]], "bytes": 16}, b"12345678" * 2),
    message({"array": ["<M8[s]", [1]], "bytes": 8}, b"12345678"),
    message({"scalar": "|O", "bytes": 8}, b"12345678"),
    message({"scalar": "|V8", "bytes": 8}, b"12345678"),
    message({"scalar": 8, "bytes": 8}, b"12345678"),
]


@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_a_forged_message_is_refused(forged):
    with pytest.raises(DecodeError):
        decode(forged)


DECODE = """
import sys
from grader.isolation.codec import DecodeError, decode
try:
    decode(sys.stdin.buffer.read())
except DecodeError:
    print("refused")
"""


@pytest.mark.parametrize(
    "dtype",
    ["M8[s/0]", "m8[7D/0]", "(,)f8", "1 2f8", "f8,(", "f8,,f8", "O", "\ud800", "f8" * 10**6],
    ids=lambda dtype: ascii(dtype[:8]),
)
def test_a_forged_dtype_is_no_message(dtype):
    """Is a name that makes NumPy fail or crash refused before it gets there?"""
    for forged in ({"array": [dtype, [0]], "bytes": 0}, {"scalar": dtype, "bytes": 0}):
        done = subprocess.run(
            [sys.executable, "-c", DECODE], input=message(forged), capture_output=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, b"refused\n"), done.stderr.decode()[-300:]


@pytest.mark.parametrize("what", [b"0", b'""'])
def test_a_message_that_unfolds_is_refused(what):
    """Does a reader limit the number of values, as a writer does?"""
    forged = message(b'{"list":[' + b",".join([what] * (2 * codec.MAX_VALUES + 10)) + b"]}")
    with pytest.raises(DecodeError):
        decode(forged)


def test_a_message_of_nothing_but_text_is_refused_at_once():
    forged = message(b'{"list":[' + b"0," * 30_000_000 + b"0]}")
    begin = time.process_time()
    with pytest.raises(DecodeError):
        decode(forged)
    assert time.process_time() - begin < 0.5


def test_the_largest_list_that_may_be_sent_can_be_read():
    assert len(decode(encode([0] * (codec.MAX_VALUES - 1)))) == codec.MAX_VALUES - 1


def test_a_field_for_each_byte_of_a_dtype_is_refused_at_once():
    forged = message({"array": [",".join(["f8"] * 300_000), [0]], "bytes": 0})
    begin = time.process_time()
    with pytest.raises(DecodeError):
        decode(forged)
    assert time.process_time() - begin < 0.5


def decodes_or_refuses(data):
    begin = time.process_time()
    with contextlib.suppress(DecodeError):
        decode(data, {"keras": lambda value: value})
    assert time.process_time() - begin < 1


@given(st.binary(max_size=200))
def test_random_bytes_decode_or_are_refused(data):
    decodes_or_refuses(data)


# JSON with the tags that the reader knows, so that it passes the first checks.
WORDS = st.sampled_from(
    ["list", "tuple", "dict", "float", "str_", "array", "scalar", "other", "tag", "bytes", "value"]
)
DTYPE_NAMES = st.sampled_from(["<f8", ">i4", "|b1", "f2", "<u8", "c8", "|S3", "<U2", "|V4", "x"])
TREES = st.recursive(
    SCALARS.filter(lambda one: one == one) | DTYPE_NAMES | WORDS | st.just("keras"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=15,
)


@given(TREES, st.binary(max_size=40))
@example({"array": ["<f8", [2]], "bytes": 16}, b"\0" * 16)
def test_any_json_decodes_or_is_refused(tree, blob):
    decodes_or_refuses(message(tree, blob))


@settings(max_examples=200)
@given(PLAIN, st.data())
def test_a_message_cut_short_is_refused(value, data):
    sent = encode(value)
    place = data.draw(st.integers(0, len(sent) - 1))
    with pytest.raises(DecodeError):
        decode(sent[:place])


@settings(max_examples=200)
@given(PLAIN, st.data())
def test_a_changed_message_decodes_or_is_refused(value, data):
    sent = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    decodes_or_refuses(bytes(sent))


@given(PLAIN, st.binary(min_size=1, max_size=9))
def test_a_message_with_something_behind_it_is_refused(value, more):
    with pytest.raises(DecodeError):
        decode(encode(value) + more)


def test_reading_runs_nothing():
    """Are the names of special methods ordinary strings?"""
    tree = {"dict": [["__class__", "os.system"], ["__reduce__", {"list": ["touch here"]}]]}
    assert decode(message(tree)) == {"__class__": "os.system", "__reduce__": ["touch here"]}

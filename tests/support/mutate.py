"""Change bytes a little, as a fuzzer does: at random, and along the structure of JSON."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random

ODD_VALUES = [
    None, True, 0, -1, 2**63, 10**30, 1.5, 1e308, float("inf"), float("nan"), "", "x", "\ud800",
    "\x00\x1b[2J", "a" * 5_000, [], {}, [[]], {"": {}}, [None] * 50, {"a": {"a": {"a": []}}},
]  # fmt: skip
ODD_BYTES = [
    b"\x00",
    b"\xff\xfe",
    b'"',
    b'\\"',
    b"\\",
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b":",
    b"\xef\xbb\xbf",
]
MAX_BYTES = 100_000


def mutate_bytes(content: bytes, others: list[bytes], random: Random) -> bytes:
    """Return bytes with one change: bits, odd bytes, a cut, a repetition, or a part of others."""
    place, end = sorted(random.randrange(len(content) + 1) for _ in range(2))
    before, part, after = content[:place], content[place:end], content[end:]
    other = random.choice(others)
    cut = random.randrange(len(other) + 1)
    parts = [
        part[:-1] + bytes([part[-1] ^ 1 << random.randrange(8)]) if part else b"",
        part + random.choice(ODD_BYTES) * random.choice([1, 1, 1_000]),
        b"",
        part * random.choice([2, 30]),
        other[cut : cut + random.randrange(200)],
    ]
    if random.random() < 0.2:
        return before
    return (before + random.choice(parts) + after)[:MAX_BYTES]


def mutate_json(text: bytes, random: Random) -> bytes:
    """Return a JSON text with one value replaced, removed, repeated, wrapped, or another's copy.

    Bytes that are not JSON stay as they are, and so do those that are nested too deeply to copy.
    """
    try:
        return _change_json([json.loads(text)], random)
    except (ValueError, RecursionError):
        return text


def _change_json(root: list, random: Random) -> bytes:
    """Return the only item of a list as JSON text, after one change."""
    places = _places(root)
    container, key = random.choice(places)
    other, other_key = random.choice(places)
    value = container[key]
    change = random.randrange(5)
    if change == 0:
        container[key] = random.choice(ODD_VALUES)
    elif change == 1 and container is not root:
        del container[key]
    elif change == 2 and isinstance(container, list):
        container[key:key] = [copy.deepcopy(value)] * random.choice([1, 40])
    elif change == 3:
        container[key] = random.choice([[value], {"list": [value]}, {"outputs": value}])
    else:
        container[key] = copy.deepcopy(other[other_key])
    if isinstance(container, dict) and random.random() < 0.2:
        container[random.choice(["outputs", "cells", "source", "bytes"])] = value
    indent = random.choice([None, 1])
    return json.dumps(root[0], ensure_ascii=random.random() < 0.5, indent=indent).encode(
        "utf-8", "surrogatepass"
    )


def mutate(
    content: bytes,
    others: list[bytes],
    random: Random,
    on_json: Callable[[bytes, Random], bytes] = mutate_json,
) -> bytes:
    """Return bytes with a few changes."""
    for _ in range(random.randrange(1, 5)):
        if random.random() < 0.6:
            content = on_json(content, random)
        else:
            content = mutate_bytes(content, others, random)
    return content[:MAX_BYTES]


def _places(value: list | dict) -> list[tuple[list | dict, int | str]]:
    """Return every place in a JSON value, as a container and a key or index."""
    places, waiting = [], [value]
    while waiting:
        container = waiting.pop()
        keys = range(len(container)) if isinstance(container, list) else list(container)
        for key in keys:
            places.append((container, key))
            if isinstance(container[key], (list, dict)):
                waiting.append(container[key])
    return places

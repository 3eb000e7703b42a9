"""Files that are small on disk and large once parsed, and large files that are honest.

Each is a name, a way to make such a file of any size, and whether it is honest: such a file is
read, whatever its size. Any other may be refused.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

FACE = "\N{GRINNING FACE}".encode()
HEAD = b'{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": "x = 1"}'
TAIL = b'], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


@dataclass(frozen=True)
class Bomb:
    """A way to make a large file.

    Attributes
    ----------
    name : str
        Its name.
    make : callable
        Returns a file of about this many bytes.
    is_honest : bool
        Whether it must be read.
    """

    name: str
    make: Callable[[int], bytes]
    is_honest: bool = False


def beside_the_cells(name: str, part: bytes, before: bytes = b"[", after: bytes = b"0]") -> Bomb:
    """Return a bomb under a key that no notebook has, which marking does not read at all."""

    def make(size: int) -> bytes:
        return HEAD + b'], "bomb": ' + before + part * (size // len(part)) + after + b"}"

    return Bomb(f"{name} beside the cells", make)


def among_the_cells(name: str, part: bytes) -> Bomb:
    """Return a bomb that takes the place of cells."""
    return Bomb(
        f"{name} among the cells",
        lambda size: HEAD + (b", " + part) * (size // (len(part) + 2)) + TAIL,
    )


def in_a_cell(
    name: str, key: bytes, value: Callable[[int], bytes], is_honest: bool = False
) -> Bomb:
    """Return a bomb under a key of a cell."""

    def make(size: int) -> bytes:
        cell = b', {"cell_type": "markdown", "source": "x", "metadata": {}, "%s": %s}'
        return HEAD + cell % (key, value(size)) + TAIL

    return Bomb(f"{name} in {key.decode()}", make, is_honest)


def repeated(part: bytes, before: bytes = b"[", after: bytes = b"0]") -> Callable[[int], bytes]:
    """Return what makes a list of many equal parts."""
    return lambda size: before + part * (size // len(part)) + after


def in_format_3(name: str, part: bytes) -> Bomb:
    """Return a bomb in a notebook of an old format, whose conversion can take more memory yet."""
    head, tail = b'{"nbformat": 3, "worksheets": [{"cells": [{}', b"]}]}"
    part = b"," + part
    return Bomb(f"{name} in format 3", lambda size: head + part * (size // len(part)) + tail)


def _outputs_with_pictures(size: int) -> bytes:
    picture = b'{"output_type": "display_data", "metadata": {}, "data": {"image/png": "%s"}}'
    one = picture % (b"iVBORw0KGgo=" * 100_000)
    return b"[" + b", ".join([one] * max(1, size // len(one) - 1)) + b"]"


def _table_of_numbers(size: int) -> bytes:
    row = json.dumps([number / 7 for number in range(1_000)]).encode()
    data = b", ".join([row] * (size // len(row) - 1))
    shown = b'{"output_type": "display_data", "metadata": {}, "data": {"application/json": [%s]}}'
    return b"[" + shown % data + b"]"


def _distinct_keys(size: int) -> bytes:
    pairs = (b'"%x":0' % number for number in range(size // 12))
    return b"{" + b",".join(pairs) + b"}"


BOMBS = (
    beside_the_cells("lists", b"[],"),
    beside_the_cells("lists in lists", b"[[[[]]]],"),
    beside_the_cells("dicts", b'{"":{}},'),
    beside_the_cells("short texts", b'"ab",'),
    beside_the_cells("letters from afar", "\"\N{SLIGHTLY SMILING FACE}\",".encode()),
    beside_the_cells("numbers", b"1.5," * 50),
    beside_the_cells("depth", b"[" * 1_000, b"", b""),
    among_the_cells("lists", b"[]"),
    among_the_cells("lists in lists", b"[[[[]]]]"),
    among_the_cells("dicts", b'{"":{}}'),
    among_the_cells("numbers", b"1.5"),
    among_the_cells("short texts", b'"ab"'),
    among_the_cells("cells", b'{"cell_type":"code","source":"1"}'),
    among_the_cells("the same key", b'{"a":1,"a":2,"a":3,"a":4,"a":5}'),
    among_the_cells("whole numbers of many digits", b"9" * 4_000),
    among_the_cells("a number without end", b"9" * 400_000),
    among_the_cells("large cells", b'{"cell_type":"code","source":"%s"}' % (b"ab" * 1_000_000)),
    in_a_cell("lists", b"metadata", repeated(b"[],")),
    in_a_cell("keys", b"metadata", _distinct_keys),
    in_a_cell("lists", b"attachments", repeated(b"[],")),
    in_a_cell("a text", b"source", repeated(b"ab", b'"', b'"')),
    in_a_cell("letters from afar", b"source", repeated("\N{SNOWMAN}".encode(), b'"', b'"')),
    in_a_cell("one letter from afar", b"source", repeated(b"ab", b'"' + FACE, b'"')),
    among_the_cells("large cells of letters from afar",
                    b'{"cell_type":"code","source":"%s%s"}' % (FACE, b"x" * 4_800_000)),
    among_the_cells("cells of letters from afar",
                    b'{"cell_type":"code","source":"%s%s"}' % (FACE, b"x" * 100_000)),
    in_a_cell("lines", b"source", repeated(b'"x\\n",', b"[", b'"x"]')),
    in_a_cell("quotes without end", b"source", lambda size: b'"' + b'\\"' * (size // 2)),
    in_a_cell("pictures", b"attachments", repeated(b"AAAA", b'{"a.png": {"image/png": "', b'"}}')),
    in_a_cell("pictures", b"outputs", _outputs_with_pictures, True),
    in_a_cell("a table", b"outputs", _table_of_numbers, True),
    in_a_cell("an outputs' depth", b"outputs", lambda size: b"[" * (size // 2)),
    in_format_3("cells", b'{"cell_type":"code","input":1,"metadata":[]}'),
    in_format_3("lists", b"[]"),
    Bomb("blanks", lambda size: b" " * size),
    Bomb("a text", lambda size: b'"' + b"x" * size + b'"'),
    Bomb("nothing but quotes", lambda size: b'"' + b'\\"' * (size // 2)),
    Bomb("utf-16", lambda size: ("[" + "\u4e00" * (size // 2 - 10)).encode("utf-16-le")),
    Bomb("utf-32", lambda size: ('["' + "\N{SNOWMAN}" * (size // 4 - 10) + '"]').encode("utf-32")),
    Bomb("bytes of no encoding", lambda size: b'{"a": "' + b"\xff" * size + b'"}'),
)  # fmt: skip

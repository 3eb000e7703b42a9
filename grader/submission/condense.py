"""Cut an untrusted notebook down to what is marked, before it is parsed as JSON.

A JSON parser turns ``[],`` into twenty times as many bytes, but a long text into hardly more than
it was. So texts and brackets are first scanned, which takes no memory: outputs, and whatever
belongs to no cell, are cut out, and the rest is measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_TOKENS = 3_000_000  # texts and brackets, which take a second or two to scan
MAX_KEPT_BYTES = 20_000_000
MAX_ATTACHED_BYTES = 15_000_000  # of pictures in text cells; those beyond are cut out
MAX_FRAME_BYTES = 1_000_000  # outside texts: these become many small values
MAX_PADDING = 100_000  # line ends that are kept, so that an error names the right line

# A text without an end is one too: otherwise each quote in it would be tried as a beginning.
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
TOKEN = re.compile(STRING.pattern + rb"|[\[\]{}]", re.DOTALL)
BEFORE_CONTAINER = re.compile(rb"\s*+:\s*+(?=[\[{])")
ATTACHMENTS, OUTPUTS = b'"attachments"', b'"outputs"'
NOTEBOOK_KEYS = (b'"cells"', b'"worksheets"')
MAX_KEY_BYTES = 100


class TooLargeError(ValueError):
    """A file holds more than can be parsed; the text says of what."""


def condense(content: bytes | bytearray) -> bytearray:
    """Return a notebook without outputs and without what belongs to no cell.

    Parameters
    ----------
    content : bytes
        The file, in an encoding that contains ASCII. What is cut out need not be valid JSON.

    Raises
    ------
    TooLargeError
        If what is left is too large to be parsed.
    """
    kept = bytearray()
    padding, start = MAX_PADDING, 0
    for begin, end in _find_unneeded(content):
        _extend(kept, content, start, begin)
        lines = min(padding, content.count(b"\n", begin, end))
        kept += b"null" + b"\n" * lines
        padding, start = padding - lines, end
    _extend(kept, content, start, len(content))
    if frame_size(kept) > MAX_FRAME_BYTES:
        raise TooLargeError("too many cells, lists or numbers")
    return kept


def frame_size(content: bytes | bytearray) -> int:
    """Return how many bytes of a JSON text are outside its texts."""
    return len(content) - sum(text.end() - text.start() for text in STRING.finditer(content))


def _find_unneeded(content: bytes | bytearray) -> Iterator[tuple[int, int]]:
    """Yield the beginning and end of each list and dict that marking does not need."""
    depth = attached = 0
    begin = outer = None  # of the value that is being skipped, and the depth that it is at
    key = b""
    for count, token in enumerate(TOKEN.finditer(content)):
        if count == MAX_TOKENS:
            raise TooLargeError("too many texts and lists")
        sign = token[0] if token.end() - token.start() < MAX_KEY_BYTES else b""
        if sign in (b"[", b"{"):
            depth += 1
        elif sign in (b"]", b"}"):
            depth -= 1
            if begin is not None and depth == outer:
                size = token.end() - begin
                if key == ATTACHMENTS and attached + size <= MAX_ATTACHED_BYTES:
                    attached += size
                else:
                    yield begin, token.end()
                begin = None
        elif begin is None and _may_be_unneeded(sign, depth):
            colon = BEFORE_CONTAINER.match(content, token.end())
            if colon:
                begin, outer, key = colon.end(), depth, sign
    if begin is not None:
        yield begin, len(content)


def _may_be_unneeded(key: bytes, depth: int) -> bool:
    """Return whether the list or dict of a key can be cut out."""
    if depth == 1:
        return key not in NOTEBOOK_KEYS
    return key in (OUTPUTS, ATTACHMENTS)


def _extend(kept: bytearray, content: bytes | bytearray, start: int, end: int) -> None:
    """Append a part of a file to what is kept of it.

    Raises
    ------
    TooLargeError
        If that is too much.
    """
    if len(kept) + end - start > MAX_KEPT_BYTES:
        raise TooLargeError(f"more than {MAX_KEPT_BYTES // 10**6} MB of text")
    kept += content[start:end]

"""Bound and clean texts for terminals, pages and tables: they can quote what students wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Of a message anywhere: in the terminal, the JSON, the gradebook and the feedback.
MAX_MESSAGE_CHARACTERS = 6_000
MAX_LISTED = 5  # names in a message, and lines about one kind of problem
# Control characters that a terminal obeys, lone surrogates that no file can store, and characters
# that are invisible or change the direction of the text.
UNPRINTABLE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
UNPRINTABLE += r"\ud800-\udfff\ufeff"
UNPRINTABLE_CHARACTER = re.compile(f"[{UNPRINTABLE}]")
ESCAPED_IN_NAME = re.compile(rf"[{UNPRINTABLE}\t\n]|^\s|\s$")


def printable(text: str) -> str:
    """Return a text with U+FFFD in place of each unprintable character."""
    return UNPRINTABLE_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", text)


def escape_name(text: str) -> str:
    """Return a name, or a text with a name, with Python escapes for unprintable characters."""
    return ESCAPED_IN_NAME.sub(lambda match: ascii(match[0])[1:-1], text)


def shorten(text: str) -> str:
    """Return a message of at most `MAX_MESSAGE_CHARACTERS`; what is left out is counted."""
    if len(text) <= MAX_MESSAGE_CHARACTERS:
        return text
    note = f" ... ({len(text):,} characters)"
    return text[: MAX_MESSAGE_CHARACTERS - len(note)] + note


def first_few(items: Sequence[str]) -> list[str]:
    """Return the first `MAX_LISTED` items, and how many more there are."""
    more = len(items) - MAX_LISTED
    return [*items[:MAX_LISTED], *([f"and {more:,} more"] if more > 0 else [])]

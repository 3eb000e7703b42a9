"""What of a text can be shown to anyone."""

from __future__ import annotations

import re

# What a terminal acts on, what a file or a database stumbles over, and what shows a text in another
# order than it has, or not at all.
UNSHOWN = r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
UNSHOWN += r"\ud800-\udfff\ufeff"
ANYWHERE = re.compile(f"[{UNSHOWN}]")
IN_A_NAME = re.compile(rf"[{UNSHOWN}\t\n]|^\s|\s$")


def printable(text: str) -> str:
    """Return a text with a sign in the place of each that cannot be shown."""
    return ANYWHERE.sub("\N{REPLACEMENT CHARACTER}", text)


def escape_name(text: str) -> str:
    """Return a name, or a text with one in it, with what cannot be shown written as in Python."""
    return IN_A_NAME.sub(lambda found: ascii(found[0])[1:-1], text)

"""The bytes that say what a message between grader, judge and student worker is."""

from __future__ import annotations

# The first byte of a message says what it is: to whom a request goes, or what a reply means.
TO_HAND, TO_KERAS, DONE = b"H", b"K", b"D"
ANSWER, GONE = b"A", b"G"

"""Describe an error that a student's function raised, and explain the most usual ones."""

from __future__ import annotations

import builtins
import re
import traceback
from pathlib import Path

BUILTIN_ERRORS = frozenset(
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)
MAX_ERROR_CHARACTERS = 150  # of an error's text: a longer one could spell out a hidden input

# Errors that say little to a beginner: a pattern of their text, and the same in plain words.
EXPLANATIONS = (
    (
        r"object too deep for desired array",
        "np.convolve and np.correlate take vectors only, and this is a matrix.",
    ),
    (
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        r"Index \1 does not exist: axis \2 has a length of \3.",
    ),
    (
        r"operands could not be broadcast together",
        "Two arrays of different shapes meet in one operation.",
    ),
    (
        r"could not broadcast input array from shape",
        "An array is stored where an array of another shape belongs.",
    ),
    (
        r"'float' object cannot be interpreted as an integer",
        "A float is used where Python needs an int, as in `range` or in a shape. "
        "`/` always gives a float.",
    ),
    (
        r"slice indices must be integers",
        "A float is used as the bound of a slice. `/` always gives a float.",
    ),
    (
        r"only integer scalar arrays can be converted to a scalar index",
        "An array is used where Python needs an int.",
    ),
    (
        r"setting an array element with a sequence",
        "A whole array or list is stored where a number belongs.",
    ),
    (
        r"truth value of an array with more than one element is ambiguous",
        "An array is used as a condition. An array holds many answers, and `if` needs one.",
    ),
    (
        r"'NoneType' object is not (subscriptable|iterable|callable)",
        "A value is None here. Does a function that you call forget its `return`?",
    ),
)


def describe_error(error: BaseException) -> str:
    """Return an error's kind, its text, and the line of the student's code that raised it."""
    line = getattr(error, "student_line", "")
    line = f"\n  in the line: {line}" if line else ""
    own_code = str(Path(__file__).parents[1])
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith(own_code) and "site-packages" not in frame.filename:
            line = f"\n  in the line: {frame.line}" if frame.line else ""
    text = str(error)
    if len(text) > MAX_ERROR_CHARACTERS:
        text = f"{text[:MAX_ERROR_CHARACTERS]}..."
    return f"{type(error).__name__}{': ' + text if text else ' (without a text).'}{line}"


def explain_error(error: BaseException) -> str:
    """Return what one of the most usual errors means, in plain words; empty for any other."""
    text = str(error)[:MAX_ERROR_CHARACTERS]
    for pattern, explanation in EXPLANATIONS:
        if match := re.search(pattern, text):
            return match.expand(explanation)
    return ""


def error_kind(error: BaseException) -> str:
    """Return the name of the built-in class of an error.

    The student's own classes do not count: with a class for each input, an answer could report
    all inputs.
    """
    return next(kind.__name__ for kind in type(error).__mro__ if kind in BUILTIN_ERRORS)

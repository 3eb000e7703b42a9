"""Turn inputs and results into text: small ones in full, larger ones as a description."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from utils.checks.compare import Tolerance
from utils.checks.describe import describe, is_model

DEFAULT_TOLERANCE = Tolerance()
MAX_SHOWN_VALUES = 100  # of an array that is shown in full
MAX_LINE_WIDTH = 72  # characters of two matrices side by side
# Characters of a value's repr: on its own line, at all, and of a list with an element a line.
LINE_CHARACTERS, MAX_CHARACTERS, MAX_LIST_CHARACTERS = 80, 200, 1000
MAX_LIST_LINES = 12


def input_size(args: tuple, kwargs: dict) -> int:
    """Return the number of values in an input."""
    return sum(map(_value_count, (*args, *kwargs.values())))


def _value_count(value: Any) -> int:
    """Return the number of values in an argument, including those in nested lists and dicts."""
    if callable(value):
        return 0
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return sum(map(_value_count, value))
    return np.size(value)


def show_value(value: object) -> str:
    """Return an argument as text; large arrays and long texts as a description."""
    if isinstance(value, np.ndarray):
        if value.size > MAX_SHOWN_VALUES:
            return describe(value)
        text = np.array2string(value, floatmode="unique", separator=", ")
        comment = "" if value.dtype in (np.int64, np.float64, bool) else f"  # {value.dtype}"
        first, newline, rest = text.partition("\n")
        return first + comment + newline + rest
    if is_model(value):
        from utils.checks import models

        return models.show_model(value)
    if callable(value):
        return getattr(value, "__name__", "a function")
    text = repr(value)
    if len(text) <= LINE_CHARACTERS:
        return text
    if isinstance(value, list) and len(value) <= MAX_LIST_LINES:
        lines = ",\n ".join(map(repr, value))
        return f"[{lines}]" if len(lines) <= MAX_LIST_CHARACTERS else describe(value)
    return text if len(text) <= MAX_CHARACTERS else describe(value)


def show_results(
    expected: object, got: object, tolerance: Tolerance = DEFAULT_TOLERANCE
) -> list[str]:
    """Return expected and actual results as lines: small matrices side by side.

    Values that differ by more than a tolerance are in brackets.
    """
    if not (
        isinstance(expected, np.ndarray)
        and type(got) is np.ndarray
        and got.dtype.kind in "biuf"
        and max(expected.ndim, got.ndim) <= 2
        and max(expected.size, got.size) <= MAX_SHOWN_VALUES
    ):
        return [hang("expected: ", show_value(expected)), hang("got:      ", show_value(got))]
    wrong = np.zeros(got.shape, bool)
    if got.shape == expected.shape:
        wrong = ~tolerance.isclose(got.astype(float), expected.astype(float))
    digits = _digits_that_tell_apart(expected, got, wrong)
    left, right = _rows(expected, digits), _rows(got, digits, wrong)
    if len(left[0]) + len(right[0]) > MAX_LINE_WIDTH:
        return ["expected", *left, "got", *right]
    width = max([len("expected"), *map(len, left)])
    pairs = itertools.zip_longest(["expected", *left], ["got", *right], fillvalue="")
    return [f"{one:<{width}}   {other}".rstrip() for one, other in pairs]


def _digits_that_tell_apart(expected: np.ndarray, got: np.ndarray, wrong: np.ndarray) -> int:
    """Return with how many digits every wrong number looks different from the right one."""
    pairs = zip(expected[wrong], got[wrong], strict=True) if wrong.any() else ()
    return 17 if any(_short(one, 6) == _short(other, 6) for one, other in pairs) else 6


def _rows(matrix: np.ndarray, digits: int, marked: np.ndarray | None = None) -> list[str]:
    """Return a matrix (or a vector, as one row) as lines, with marked values in [brackets]."""
    table = np.atleast_2d(matrix)
    flags = np.zeros(table.shape, bool) if marked is None else np.atleast_2d(marked)
    texts = [
        [
            f"[{_short(value, digits)}]" if flag else f" {_short(value, digits)} "
            for value, flag in zip(*row, strict=True)
        ]
        for row in zip(table, flags, strict=True)
    ]
    width = max((len(text) for row in texts for text in row), default=0)
    return [" ".join(text.rjust(width) for text in row) for row in texts] or [""]


def _short(value: object, digits: int) -> str:
    """Return a number as text, in at most some digits."""
    return str(bool(value)) if isinstance(value, (bool, np.bool_)) else f"{value:.{digits}g}"


def hang(head: str, text: str) -> str:
    """Put a head before a text, and indent the text's other lines to match."""
    return head + text.replace("\n", "\n" + " " * len(head))


def indent(text: str) -> str:
    """Indent every line by four spaces."""
    return "\n".join(f"    {line}" for line in text.splitlines())

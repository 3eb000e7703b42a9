"""Check that an example in a message is the input and the results that it is said to be."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from tools.proof.values import Closeness, describes, shows
from utils.checks.failure import Failure
from utils.checks.reference import Input

TOKEN = re.compile(r"\[?[^\s\[\]]+\]?")
RELATIVE_ERROR = 6e-6  # of a number in six digits


def fault_of_example(example: str, failure: Failure, closeness: Closeness) -> str:
    """Return what is false in an input with its results, in a sentence; empty if nothing is."""
    lines = example.splitlines()
    if fault := _fault_of_input(lines, failure.given):
        return fault
    if not lines or not lines[0].startswith("expected"):
        return "There are other arguments, or no results."
    if not lines[0].startswith("expected: "):
        return _fault_of_table(lines, failure.got, failure.expected, closeness)
    expected, got = _take(lines, "expected: "), _take(lines, "got:      ")
    if expected is None or not shows(expected, failure.expected):
        return f"Not what was expected: {expected}"
    if got is None or not shows(got, failure.got):
        return f"Not what came back: {got}"
    return ""


def shows_input(example: str, given: Input) -> bool:
    """Return whether a text shows an input, in full or by the kind of each argument."""
    lines = example.splitlines()
    return describes_input(example, given) or (not _fault_of_input(lines, given) and not lines)


def describes_input(text: str, given: Input) -> bool:
    """Return whether a text on one line says of which kind each argument is."""
    pattern = ", ".join(f"{re.escape(name)} = (.+)" for name in given.named)
    found = re.fullmatch(pattern, text.removeprefix("for "))
    return bool(found) and all(map(describes, found.groups(), given.named.values()))


def _fault_of_input(lines: list[str], given: Input) -> str:
    """Take an input's lines away, and return what is false in them."""
    for name, value in given.named.items():
        text = _take(lines, f"{name} = ")
        if text is None or not shows(text, value):
            return f"Not the input's {name}: {text}"
    return ""


def _take(lines: list[str], head: str) -> str | None:
    """Take away a line that begins with some words, and those that are indented below it."""
    if not lines or not lines[0].startswith(head):
        return None
    texts = [lines.pop(0)[len(head) :]]
    while lines and lines[0].startswith(" " * len(head)):
        texts.append(lines.pop(0)[len(head) :])
    return "\n".join(texts)


def _fault_of_table(lines: list[str], got: Any, expected: Any, closeness: Closeness) -> str:
    """Return what is false in a table of two small matrices."""
    if not (isinstance(got, np.ndarray) and isinstance(expected, np.ndarray)):
        return "It should be no table."
    left, right = _halves(lines)
    wrong = np.zeros(got.shape, bool)
    if got.shape == expected.shape:
        wrong = ~closeness.is_close(got, expected)
    if not _shows_matrix(left, expected, np.zeros(expected.shape, bool)):
        return "The table's expected values are others."
    if not _shows_matrix(right, got, wrong):
        return "The table's values are others, or not exactly the wrong ones are in brackets."
    return "" if got.shape != expected.shape else _fault_of_likeness(left, right, wrong)


def _halves(lines: list[str]) -> tuple[list[str], list[str]]:
    """Return the lines of both matrices, which are side by side or one after the other."""
    if lines[0] == "expected":
        middle = lines.index("got")
        return lines[1:middle], lines[middle + 1 :]
    column = lines[0].index("got")
    return [line[:column] for line in lines[1:]], [line[column:] for line in lines[1:]]


def _shows_matrix(lines: list[str], values: np.ndarray, marked: np.ndarray) -> bool:
    """Return whether lines show a matrix, with brackets around its marked numbers only."""
    rows = [row for line in lines if (row := TOKEN.findall(line))]
    table, flags = np.atleast_2d(values), np.atleast_2d(marked)
    if values.size == 0:
        return not rows
    return [len(row) for row in rows] == [table.shape[1]] * len(table) and all(
        (text[0] == "[") == flag and _is_number(text.strip("[]"), value)
        for row, numbers, row_flags in zip(rows, table, flags, strict=True)
        for text, value, flag in zip(row, numbers, row_flags, strict=True)
    )


def _is_number(text: str, value: Any) -> bool:
    """Return whether a text is a number, up to six digits."""
    if isinstance(value, (bool, np.bool_)):
        return text == str(bool(value))
    number, value = float(text), float(value)
    return (
        number == value
        or (number != number and value != value)
        or abs(number - value) <= RELATIVE_ERROR * abs(value)
    )


def _fault_of_likeness(left: list[str], right: list[str], wrong: np.ndarray) -> str:
    """Return that a wrong number looks like the right one, if so."""
    texts = [[text for line in half for text in TOKEN.findall(line)] for half in (left, right)]
    for one, other, is_wrong in zip(*texts, wrong.ravel(), strict=True):
        if is_wrong and one == other.strip("[]"):
            return f"A wrong number looks like the right one: {one}"
    return ""

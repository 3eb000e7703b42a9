"""Find out for what kind of input an answer is wrong."""

from __future__ import annotations

import builtins
import inspect
import traceback
from collections.abc import Callable
from pathlib import Path

import numpy as np

BUILTIN_ERRORS = frozenset(
    kind
    for kind in vars(builtins).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
)


def input_features(bound: dict[str, object]) -> dict[str, object]:
    """Return what kind of input this is, by what answers are often right for and what not."""
    arrays = [value for value in bound.values() if isinstance(value, np.ndarray) and value.ndim]
    found: dict[str, object] = {
        name: value
        for name, value in bound.items()
        if isinstance(value, (bool, int, str)) and not isinstance(value, np.generic)
    }
    images = [array.shape[:2] for array in arrays if array.ndim > 1]
    found["square images"] = all(height == width for height, width in images) if images else None
    found["numbers that are floats"] = all(array.dtype.kind == "f" for array in arrays)
    found["numbers that are not negative"] = not any((array < 0).any() for array in arrays)
    return found


def find_pattern(tried: list[tuple[dict, bool]]) -> str:
    """Say for what kind of input an answer is right, if it is right for just that kind.

    Two right results and two wrong ones are the least that shows a pattern.
    """
    right = [features for features, is_right in tried if is_right]
    wrong = [features for features, is_right in tried if not is_right]
    if len(right) < 2 or len(wrong) < 2:
        return ""
    for name in ("square images", "numbers that are floats", "numbers that are not negative"):
        if all(one[name] is True for one in right) and all(one[name] is False for one in wrong):
            return f"It is right for {name} only."
    for name in sorted({*right[0], *wrong[0]} - {"square images"}):
        values = {repr(one.get(name)) for one in right}
        others = {repr(one.get(name)) for one in wrong}
        if " " not in name and len(values) == 1 and not values & others and "None" not in values:
            return f"It is right only where {name} is {values.pop()}."
    return ""


def mistake_text(mistake: Callable | None) -> str:
    """Return what a known mistake's docstring says, on one line."""
    return " ".join(inspect.getdoc(mistake).split()) if mistake else ""


def describe_error(error: BaseException) -> str:
    """Say what was raised, with what text, and in which line of the student's own code."""
    line = getattr(error, "student_line", "")
    line = f"\n  in the line: {line}" if line else ""
    ours = str(Path(__file__).parents[1])
    for frame in traceback.extract_tb(error.__traceback__):
        if not frame.filename.startswith(ours) and "site-packages" not in frame.filename:
            line = f"\n  in the line: {frame.line}" if frame.line else ""
    # A text of any length could spell out a hidden input.
    text = str(error)
    text = text if len(text) <= 150 else f"{text[:150]}..."
    return f"{type(error).__name__}{': ' + text if text else ' (without a text).'}{line}"


def without_numbers(difference: str) -> str:
    """Keep of a difference what gives no expected value away."""
    tells_values = ("should be", "first at", "At index", "At key")
    return "" if any(sign in difference for sign in tells_values) else difference

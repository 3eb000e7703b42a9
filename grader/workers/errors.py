"""Describe an untrusted exception in plain values, and rebuild one from such a description."""

from __future__ import annotations

import builtins
import traceback

MAX_ERROR_CHARACTERS = 2_000  # characters of an error's text


def make_error(names: list[str], text: str, line: str = "") -> Exception:
    """Make an error of the kind that another process raised.

    Parameters
    ----------
    names : list of str
        The error's class and those that it comes from.
    text : str
        Its text.
    line : str
        The line of the student's that raised it.
    """
    kinds = [
        kind
        for name in (*names, "Exception")
        if isinstance(kind := getattr(builtins, name, None), type)
        and issubclass(kind, Exception)
        and kind is not ExceptionGroup
    ]
    body = {"__str__": lambda self: text, "__init__": lambda self: None, "__module__": "builtins"}
    name = names[0] if names else kinds[0].__name__
    # An error of two kinds is both.
    both = [one for one in kinds if sum(issubclass(other, one) for other in set(kinds)) == 1]
    try:
        error = type(name, tuple(dict.fromkeys(both)), body)()
    except TypeError:  # which cannot be put together
        error = type(name, (kinds[0],), body)()
    error.student_line = line
    return error


def describe_error(error: BaseException) -> dict:
    """Describe an error in plain values, without trusting it."""
    try:
        text = str(error)[:MAX_ERROR_CHARACTERS]
    except BaseException:
        text = "(its text cannot be had)"
    line = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith("<cell"):
            line = frame.line or ""
    names = [kind.__name__[:100] for kind in type(error).__mro__]
    return {"names": names, "text": text, "line": line[:MAX_ERROR_CHARACTERS]}

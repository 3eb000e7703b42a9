"""Describe an untrusted exception in plain values, and rebuild one from such a description."""

from __future__ import annotations

import builtins
import traceback

MAX_ERROR_CHARACTERS = 2_000
MAX_NAME_CHARACTERS = 100


def describe_error(error: BaseException) -> dict:
    """Describe an untrusted error in plain values.

    Returns
    -------
    dict
        ``names``, those of its class and base classes; ``text``; and ``line``, the line of the
        student's code that raised it. The keyword arguments of `make_error`.
    """
    try:
        text = str(error)[:MAX_ERROR_CHARACTERS]
    except BaseException:
        text = "(its text cannot be had)"
    line = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith("<cell"):
            line = frame.line or ""
    names = [kind.__name__[:MAX_NAME_CHARACTERS] for kind in type(error).__mro__]
    return {"names": names, "text": text, "line": line[:MAX_ERROR_CHARACTERS]}


def make_error(names: list[str], text: str, line: str = "") -> Exception:
    """Make an error like the one that another process raised.

    Parameters
    ----------
    names : list of str
        The names of the error's class and its base classes. The new class derives from those that
        are built into Python.
    text : str
        Its text.
    line : str
        The line of the student's code that raised it, kept in the attribute ``student_line``.
    """
    bases = [
        kind
        for name in (*names, "Exception")
        if isinstance(kind := getattr(builtins, name, None), type)
        and issubclass(kind, Exception)
        and kind is not ExceptionGroup
    ]
    body = {"__str__": lambda self: text, "__init__": lambda self: None, "__module__": "builtins"}
    name = names[0] if names else bases[0].__name__
    # Only the most derived classes, of which there can be two.
    derived = [kind for kind in bases if sum(issubclass(other, kind) for other in set(bases)) == 1]
    try:
        error = type(name, tuple(dict.fromkeys(derived)), body)()
    except TypeError:  # these classes cannot be combined
        error = type(name, (bases[0],), body)()
    error.student_line = line
    return error

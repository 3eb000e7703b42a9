"""Call a student's function on copies of the arguments, and record what it did."""

from __future__ import annotations

import contextlib
import copy
import inspect
import sys
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np

from utils.checks import byhand
from utils.checks.describe import is_model
from utils.checks.problem import Problem


class FunctionEndedError(Exception):
    """The process in which a student's function lives came to an end; the text says how."""


@dataclass(frozen=True)
class CallResult:
    """What one call of a student's function did."""

    value: object = None
    error: BaseException | None = None
    library: str = ""
    changed: str = ""


def call(
    function: Callable,
    args: tuple,
    kwargs: dict,
    by_hand: bool = False,
    allowed: Collection[str] = (),
) -> CallResult:
    """Call a function on copies of the arguments, and say what it did.

    Parameters
    ----------
    function : callable
        The function. One that lives in another process has a method ``call_apart``, which calls it
        there and says what it did, and a method ``note``, which is told whether it is done at all.
    args, kwargs : tuple, dict
        Its arguments; the function gets copies.
    by_hand : bool
        Whether to notice libraries that do the work.
    allowed : collection of str
        Functions of ``utils`` that are no offence.
    """
    given_args, given_kwargs = copy_arguments(args, kwargs)
    if hasattr(function, "call_apart"):
        done = function.call_apart(given_args, given_kwargs, by_hand, tuple(allowed))
        changed = changed_argument(function, (args, kwargs), done["after"])
        return CallResult(done["value"], done["error"], done["library"], changed)
    value = error = None
    watching = byhand.watch(allowed) if by_hand else contextlib.nullcontext([])
    # A warning is no mistake, and nbgrader gives no points to a cell that writes to stderr.
    with warnings.catch_warnings(action="ignore"), contextlib.redirect_stderr(sys.stdout):
        try:
            with watching as used:
                value = function(*given_args, **given_kwargs)
        except (Exception, SystemExit) as raised:
            error = raised
    return CallResult(
        value=value,
        error=error,
        library=used[0] if used else "",
        changed=changed_argument(function, (args, kwargs), (given_args, given_kwargs)),
    )


def violation_of(outcome: CallResult) -> Problem | None:
    """Return which rule of the course a call broke, or None."""
    if outcome.library:
        return Problem(
            f"It hands the work to {outcome.library}. This exercise is to be written by "
            "hand, with Python and NumPy alone; until then it scores 0."
        )
    if outcome.changed:
        return Problem(
            f"It changes its argument `{outcome.changed}`, which is not its own. "
            "Make a new array or list, or work on a copy."
        )
    return None


def copy_arguments(args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Return copies of the arguments; a Keras model, which takes long to copy, as it is."""
    models = {id(value): value for value in (*args, *kwargs.values()) if is_model(value)}
    return copy.deepcopy((args, kwargs), models)


def changed_argument(
    function: Callable, before: tuple[tuple, dict], after: tuple[tuple, dict]
) -> str:
    """Return the name of the first array, list or dict among the arguments that was changed."""
    try:
        names = getattr(function, "parameters", None) or list(
            inspect.signature(function).parameters
        )
    except (TypeError, ValueError):
        names = []
    pairs = [
        (names[index] if index < len(names) else str(index), old, new)
        for index, (old, new) in enumerate(zip(before[0], after[0], strict=True))
    ]
    pairs += [(name, old, after[1][name]) for name, old in before[1].items()]
    for name, old, new in pairs:
        if isinstance(old, (np.ndarray, list, dict)) and not _identical(old, new):
            return name
    return ""


def _identical(old: object, new: object) -> bool:
    """Tell whether an argument is still what it was, dtype and all."""
    if isinstance(old, np.ndarray):
        return (
            type(new) is np.ndarray
            and old.dtype == new.dtype
            and old.shape == new.shape
            and old.tobytes() == new.tobytes()
        )
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(_identical, old, new))
    if isinstance(old, dict):
        return list(old) == list(new) and all(_identical(old[key], new[key]) for key in old)
    return old is new or bool(old == new)

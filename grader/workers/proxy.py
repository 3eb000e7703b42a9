"""A proxy for a student's function, which runs in another process."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from grader.isolation.codec import (
    MessageTooLargeError,
)
from grader.workers.errors import make_error
from grader.workers.generators import advance_generator, make_generator
from utils.checks.calls import FunctionEndedError, RemoteFunction, RemoteResult
from utils.checks.describe import OpaqueValue

if TYPE_CHECKING:
    from grader.workers.judge import Judge

MAX_LINE_CHARACTERS = (
    120  # characters of a line that raised an error: more could spell out an input
)
PLAIN_TYPES = (bool, int, float, str, tuple, list, dict, np.ndarray, np.generic)


class FunctionProxy(RemoteFunction):
    """A function of the student's, whose calls travel to the process where it lives.

    Parameters
    ----------
    judge : Judge
        What passes them on.
    name : str
        The function's name in the notebook.
    parameters : list of str
        Its parameters' names.
    """

    def __init__(self, judge: Judge, name: str, parameters: list[str]):
        self._judge, self.__name__, self.parameters = judge, name, parameters
        self.substitutes: Mapping[str, Callable] = {}

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call it as a test cell does that knows nothing of all this."""
        done = self.call_apart(args, kwargs, by_hand=not self._judge.with_keras)
        if done["library"]:
            raise AssertionError(f"{self.__name__} hands the work to {done['library']}")
        if done["error"] is not None:
            raise done["error"]
        return done["value"]

    def note(self, done: bool) -> None:
        """Take note of whether there is an answer at all; `utils.checks.Exercise` says so."""
        self._judge.unanswered = not done

    def call_apart(
        self, args: tuple, kwargs: dict, by_hand: bool, allowed: tuple[str, ...] = ()
    ) -> RemoteResult:
        """Call it and say what it did; what `utils.checks.call` asks of such a function.

        Returns
        -------
        dict
            ``value``, ``error``, ``library`` (what the answer handed its work to), ``after`` (the
            arguments as they are now; what can be is changed in place as well).
        """
        try:
            reply = self._judge.call(
                self.__name__, args, kwargs, by_hand, tuple(allowed), self.substitutes
            )
        except MessageTooLargeError as error:
            raise TypeError(f"a test passes too much: {error}") from error
        except FunctionEndedError as error:
            reply, stopped = {}, error
        else:
            stopped = None
        error = read_error(reply.get("error")) or stopped
        if isinstance(error, NotImplementedError):
            self._judge.unanswered = True
        library = reply.get("library", "")
        return {
            "value": reply.get("value"),
            "error": error,
            "library": library[:200] if isinstance(library, str) else "a library",
            "after": apply_changes((args, kwargs), reply.get("after")),
        }


class CallbackHandle(OpaqueValue):
    """A function of the student's that is passed to one of the judge's."""

    def __init__(self, handle: object):
        super().__init__("function")
        self.handle = handle


class GeneratorState:
    """Where a random generator stood when it came back."""

    def __init__(self, state: object):
        self.state = state


def apply_changes(given: tuple[tuple, dict], after: object) -> tuple[tuple, dict]:
    """Change arguments as the student's function did; return them as they are now."""
    args, kwargs = given
    if not (isinstance(after, tuple) and len(after) == 2):
        return given
    new_args, new_kwargs = after
    if not (isinstance(new_args, tuple) and len(new_args) == len(args)):
        return given
    if not (isinstance(new_kwargs, dict) and new_kwargs.keys() == kwargs.keys()):
        return given
    return (
        tuple(map(_apply_one, args, new_args)),
        {name: _apply_one(value, new_kwargs[name]) for name, value in kwargs.items()},
    )


def _apply_one(given: object, after: object) -> object:
    """Change one argument in place where that can be done, else return what it became."""
    if isinstance(given, np.random.Generator):
        if isinstance(after, GeneratorState):
            with contextlib.suppress(Exception):
                advance_generator(given, make_generator(after.state))
        return given
    if not isinstance(given, PLAIN_TYPES):
        return given
    if type(given) is list and type(after) is list:
        given[:] = after
    elif type(given) is dict and type(after) is dict:
        given.clear()
        given.update(after)
    elif (
        type(given) is type(after) is np.ndarray
        and (given.shape, given.dtype) == (after.shape, after.dtype)
        and given.flags.writeable
    ):
        given[...] = after
    else:
        return after
    return given


def read_error(told: object) -> Exception | None:
    """Make an error of what a student's process says was raised."""
    if told is None:
        return None
    if not isinstance(told, dict):
        return FunctionEndedError("the Python process answered what cannot be read")
    names, text, line = told.get("names"), told.get("text"), told.get("line")
    return make_error(only_strings(names), str(text), str(line or "")[:MAX_LINE_CHARACTERS])


def only_strings(value: object) -> list[str]:
    """Return a list of strings, whatever came for it."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

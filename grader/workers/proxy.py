"""A proxy for a student's function, which runs in another process."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from grader.isolation.codec import MessageTooLargeError
from grader.isolation.protocol import UNREADABLE_REPLY
from grader.workers.errors import make_error
from grader.workers.generators import advance_generator, make_generator
from utils.checks.calls import FunctionEndedError, RemoteFunction, RemoteResult
from utils.checks.describe import OpaqueValue, is_model

if TYPE_CHECKING:
    from grader.workers.judge import Judge

# Of the line that raised an error; a longer one could spell out an input of a hidden test.
MAX_LINE_CHARACTERS = 120
MAX_LIBRARY_CHARACTERS = 200
PLAIN_TYPES = (bool, int, float, str, tuple, list, dict, np.ndarray, np.generic)


class FunctionProxy(RemoteFunction):
    """A function of the student's; calls are sent to the process in which it is defined.

    Parameters
    ----------
    judge : Judge
        Sends the calls.
    name : str
        The function's name in the notebook.
    parameters : list of str
        The names of its parameters. Untrusted.
    to_keras : bool
        Whether it was found in the worker that has Keras.

    Attributes
    ----------
    substitutes : mapping of str to callable
        Functions that replace the student's answers to other exercises during a call.
    """

    def __init__(self, judge: Judge, name: str, parameters: list[str], to_keras: bool):
        self._judge, self.__name__, self._to_keras = judge, name, to_keras
        self.parameters = parameters
        self.substitutes: Mapping[str, Callable] = {}

    @functools.cached_property
    def hints(self) -> list[str]:
        """What its source shows; only asked for when a test has failed. Untrusted."""
        return self._judge.hints(self.__name__, self._to_keras)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Call it like an ordinary function, for test cells that do so."""
        result = self.call_apart(args, kwargs, by_hand=not self._judge.with_keras)
        if result["library"]:
            raise AssertionError(f"{self.__name__} hands the work to {result['library']}")
        if result["error"] is not None:
            raise result["error"]
        return result["value"]

    def note(self, done: bool) -> None:
        """Record whether the exercise has been answered at all, as `utils.checks` reports it."""
        self._judge.unanswered = not done

    def call_apart(
        self, args: tuple, kwargs: dict, by_hand: bool, allowed: tuple[str, ...] = ()
    ) -> RemoteResult:
        """Call it in its own process, on behalf of `utils.checks.calls.call`.

        Parameters
        ----------
        args, kwargs : tuple, dict
            The arguments. What the function changes is changed in them, too, where possible.
        by_hand : bool
            Whether it must not use libraries.
        allowed : tuple of str
            Functions of ``utils`` that it may use all the same, as ``module.function``.

        Returns
        -------
        dict
            ``value``; ``error``, an exception or None; ``library``, the library that did the work,
            or an empty string; and ``after``, the arguments after the call.
        """
        reply: dict = {}
        error: Exception | None
        try:
            reply = self._judge.call(
                self.__name__, args, kwargs, by_hand, tuple(allowed), self.substitutes
            )
            error = read_error(reply.get("error"))
        except MessageTooLargeError as raised:
            raise TypeError(f"a test passes too much: {raised}") from raised
        except FunctionEndedError as raised:
            error = raised
        if isinstance(error, NotImplementedError):
            self._judge.unanswered = True
        library = reply.get("library", "")
        return {
            "value": reply.get("value"),
            "error": error,
            "library": library[:MAX_LIBRARY_CHARACTERS]
            if isinstance(library, str)
            else "a library",
            "after": apply_changes((args, kwargs), reply.get("after")),
        }


class CallbackHandle(OpaqueValue):
    """A function of the student's that is passed to one of the judge's.

    Parameters
    ----------
    handle : object
        The number by which the student worker knows it. Untrusted.
    """

    def __init__(self, handle: object):
        super().__init__("function")
        self.handle = handle


class GeneratorState:
    """The state of a random generator that the student worker sent.

    Parameters
    ----------
    state : object
        What `make_generator` takes. Untrusted.
    """

    def __init__(self, state: Any):
        self.state = state


def apply_changes(before: tuple[tuple, dict], after: object) -> tuple[tuple, dict]:
    """Change arguments as the student's function did.

    Parameters
    ----------
    before : tuple of tuple and dict
        The arguments that were passed.
    after : object
        The arguments after the call, as the student worker sent them. Untrusted; ignored if they
        do not fit.

    Returns
    -------
    tuple of tuple and dict
        The arguments after the call: the same objects where they could be changed in place.
    """
    args, kwargs = before
    if not (isinstance(after, tuple) and len(after) == 2):
        return before
    new_args, new_kwargs = after
    if not (isinstance(new_args, tuple) and len(new_args) == len(args)):
        return before
    if not (isinstance(new_kwargs, dict) and new_kwargs.keys() == kwargs.keys()):
        return before
    return (
        tuple(map(_apply_change, args, new_args)),
        {name: _apply_change(value, new_kwargs[name]) for name, value in kwargs.items()},
    )


def _apply_change(before: Any, after: Any) -> object:
    """Change one argument in place if possible; otherwise return its new value."""
    if isinstance(before, np.random.Generator):
        if isinstance(after, GeneratorState):
            with contextlib.suppress(Exception):
                advance_generator(before, make_generator(after.state))
        return before
    if is_model(before):
        return after
    if not isinstance(before, PLAIN_TYPES):
        return before
    if type(before) is list and type(after) is list:
        before[:] = after
    elif type(before) is dict and type(after) is dict:
        before.clear()
        before.update(after)
    elif (
        type(before) is type(after) is np.ndarray
        and (before.shape, before.dtype) == (after.shape, after.dtype)
        and before.flags.writeable
    ):
        before[...] = after
    else:
        return after
    return before


def read_error(description: object) -> Exception | None:
    """Make an exception from the untrusted description that a student worker sent.

    Parameters
    ----------
    description : object
        None if there was no error, or a dict as `describe_error` returns.
    """
    if description is None:
        return None
    if not isinstance(description, dict):
        return FunctionEndedError(UNREADABLE_REPLY)
    names, text, line = (description.get(key) for key in ("names", "text", "line"))
    return make_error(only_strings(names), str(text), str(line or "")[:MAX_LINE_CHARACTERS])


def only_strings(value: object) -> list[str]:
    """Return the strings in a list; an empty list for any other value."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []

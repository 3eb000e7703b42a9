"""The student's side of the judge: runs a notebook's cells, and answers calls of its functions.

It lives in a confined process, with Python and NumPy alone; in lessons about Keras another one has
Keras as well. Nothing that it says is believed: the judge reads plain values, and compares them.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import builtins
import functools
import importlib
import inspect
import linecache
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType

import numpy as np
from IPython.core.inputtransformer2 import TransformerManager

from grader.course.source_names import SCOPES, read_name_usage
from grader.isolation.channel import Channel, ReplyChannel
from grader.isolation.codec import MAX_MESSAGE_BYTES, MessageTooLargeError, decode, encode
from grader.isolation.limits import ResourceLimits
from grader.workers import policy
from grader.workers.errors import describe_error, make_error
from grader.workers.generators import advance_generator, describe_generator, make_generator
from grader.workers.placeholders import (
    ForbiddenLibraryError,
    ImportPolicy,
    Placeholder,
    PlaceholderUsedError,
)
from grader.workers.student_ipython import IPythonStub

MODULES = ("numpy", "math")  # that constants of ``utils`` may be; Keras where it is there


def serve(channel: Channel, role: str, folder: str, limits: dict, with_keras: bool) -> None:
    """Confine this process, then do what is asked until the other side goes away.

    Parameters
    ----------
    channel : Channel
        The first message is what ``utils`` has of plain values; then come requests.
    role : {"answers", "keras"}
        What may be read.
    folder : str
        A scratch folder.
    limits : dict
        The fields of `ResourceLimits`.
    with_keras : bool
        Whether Keras is real here.
    """
    keras_values = importlib.import_module("grader.workers.keras_codec") if with_keras else None
    constants = decode(channel.receive(MAX_MESSAGE_BYTES))
    line = ReplyChannel(channel.socket)
    student = StudentNamespace(line, constants, policy.installed_names(), keras_values)
    policy.enter(role, folder, None, ResourceLimits(**limits))
    sys.path.insert(0, folder)  # for modules that cells write
    channel.send(b"ready")
    while True:
        request = decode(line.receive(MAX_MESSAGE_BYTES), TAGS)
        line.send(student.write(student.do(request)))


class StudentNamespace:
    """A notebook's names, and what the judge may ask of them.

    Parameters
    ----------
    channel : Channel
        Where an answer asks the judge for what it may have.
    constants : dict
        By module of ``utils``, its plain values.
    installed : frozenset of str
        The packages of the environment, none of which is to be there.
    keras_values : module, optional
        What carries models across; with it, Keras is there after all.
    """

    def __init__(
        self,
        channel: Channel,
        constants: dict,
        installed: frozenset[str],
        keras_values: ModuleType | None,
    ):
        self._channel, self._keras = channel, keras_values
        if keras_values is not None:
            # What Keras is made of stays. Nothing of it is a way to SciPy: see `sandbox.readable`.
            kept = {name.split(".")[0] for name in sys.modules} - {"utils", "grader"}
            installed -= kept
        self._world = ImportPolicy(installed, constants, self._ask_utils)
        self._world.install()
        for names in constants.values():
            for name, value in names.items():
                if isinstance(value, dict) and value.keys() == {"module"}:
                    names[name] = importlib.import_module(value["module"])
        self._transform = TransformerManager().transform_cell
        self._flags = 0
        self._running = self._ended_well = False
        # A function may call those that it was given from threads of its own.
        self._asking = threading.RLock()
        self._turn = 0
        main = ModuleType("__main__")
        sys.modules["__main__"] = main
        self._names = vars(main)
        self._names["get_ipython"] = self._ipython
        self._names["display"] = Placeholder(self._world, "IPython.display.display")
        _be_quiet()
        signal.signal(signal.SIGINT, self._interrupt)

    @property
    def answering(self) -> bool:
        """Whether the judge waits for an answer."""
        return self._world.answering

    def _interrupt(self, *_: object) -> None:
        """Interrupt what runs; a signal that comes late is nothing."""
        if self._running:
            raise KeyboardInterrupt

    def do(self, request: dict) -> dict:
        """Do what is asked."""
        what = request.pop("do")
        self._running = True
        able = (self.read, self.run, self.describe, self.call)
        try:
            return {one.__name__: one for one in able}[what](**request)
        except Exception as error:
            return {"error": describe_error(error)}
        finally:
            self._running = False

    def write(self, reply: dict) -> bytes:
        """Write a reply; if its value is too large, say that instead."""
        try:
            return encode(reply, self._write_result)
        except MessageTooLargeError as error:
            return encode({"error": describe_error(ValueError(f"the result has {error}"))})
        except Exception as error:  # whatever a value of the student's own makes of being read
            return encode({"error": describe_error(error)})

    def read(self, sources: list[str]) -> dict:
        """Say what cells do with names. Asked before any of them runs."""
        return {"uses": [read_name_usage(source).to_plain() for source in sources]}

    def run(self, source: str, number: int, ended_well: bool = False) -> dict:
        """Run a cell, statement by statement, without those that need what is not there.

        Parameters
        ----------
        source : str
            Its text.
        number : int
            Its place in the notebook.
        ended_well : bool
            Whether it did, with all libraries. Whatever fails here then needs what is not there.

        Returns
        -------
        dict
            ``error``: what ended the cell before its end, if anything did.
        """
        self._ended_well = ended_well
        try:
            self._run(source, f"<cell {number}>")
        except BaseException as error:
            return {"error": describe_error(error)}
        return {"error": None}

    def _run(self, source: str, name: str) -> None:
        text = self._transform(source)
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        for statement in ast.parse(text, name).body:
            try:
                self._execute(statement, name)
            except Exception as error:
                if not self._ended_well and not _needs_what_is_absent(error):
                    raise
                for target in _bound_names(statement):
                    self._names[target] = Placeholder(self._world, target)

    def _execute(self, statement: ast.stmt, name: str) -> None:
        """Run one statement as IPython would."""
        flags = self._flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        module = ast.Module([statement], [])
        code = compile(module, name, "exec", flags, dont_inherit=True)
        if inspect.CO_COROUTINE & code.co_flags:
            asyncio.run(eval(code, self._names))
        else:
            exec(code, self._names)
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                self._flags |= getattr(__future__, alias.name).compiler_flag

    def _ipython(self) -> IPythonStub:
        """Stand in for ``get_ipython``."""
        return IPythonStub(self)

    def describe(self, name: str) -> dict:
        """Say what a name of the notebook is."""
        if name not in self._names:
            return {"kind": "missing"}
        value = self._names[name]
        if callable(value):
            return {"kind": "function", "parameters": _parameters(value)}
        return {"kind": "value", "value": value}

    def call(self, name: str, args: tuple, kwargs: dict, allowed: list, substitutes: list) -> dict:
        """Answer a call.

        Parameters
        ----------
        name : str
            Which function.
        args, kwargs : tuple, dict
            Its arguments, as `encode` sends them: functions as ``Callback``, and so on.
        allowed : list of str
            Functions of ``utils`` that it may use.
        substitutes : list of str
            Other exercises in whose place the judge's own answers are to be put.

        Returns
        -------
        dict
            ``value`` or ``error``; ``library``, if it used one; ``after``, the arguments if it
            changed them.
        """
        self._turn += 1
        args, kwargs = self._receive((args, kwargs))
        before = encode((args, kwargs), self._write_argument)
        self._world.begin(frozenset(allowed))
        reply: dict = {}
        try:
            with self._substituted(substitutes), warnings.catch_warnings(action="ignore"):
                reply["value"] = self._names[name](*args, **kwargs)
        except BaseException as error:
            reply["error"] = describe_error(error)
        finally:
            with self._asking:  # a thread may be about it
                self._world.end()
        with suppress(MessageTooLargeError, RecursionError):
            if encode((args, kwargs), self._write_argument) != before:
                reply["after"] = self._mark_arguments((args, kwargs))
        if self._world.offence:
            reply["library"] = self._world.offence
        return reply

    @contextmanager
    def _substituted(self, names: list[str]) -> Iterator[None]:
        """Put the judge's answers to other exercises in place of the student's."""
        theirs = {
            name: value
            for name in names
            if type(value := self._names.get(name, self)) is not Placeholder and value is not self
        }
        self._names.update({name: _Callback(self._ask_now(), f"answer {name}") for name in theirs})
        try:
            yield
        finally:
            self._names.update(theirs)

    def _ask_utils(self, name: str, args: tuple, kwargs: dict) -> object:
        """Have the judge call a function of ``utils`` that is allowed."""
        return self._ask(self._turn, f"utils {name}", args, kwargs)

    def _ask_now(self) -> Callable:
        """Return `_ask` for as long as the present call takes."""
        return functools.partial(self._ask, self._turn)

    def _ask(self, turn: int, name: str, args: tuple, kwargs: dict) -> object:
        """Have the judge call one of its own functions, in the turn in which it was given."""
        with self._asking:
            if not self._world.answering or turn != self._turn:
                raise RuntimeError(
                    "this function is only available while your function is being tested"
                )
            return self._converse(name, args, kwargs)

    def _converse(self, name: str, args: tuple, kwargs: dict) -> object:
        """Send the judge a request, do what it needs done for it, and return its reply."""
        functions: list[Callable] = []
        generators: list[np.random.Generator] = []

        def extension(value: object) -> tuple[str, object] | None:
            if type(value) is not _Callback and callable(value) and not isinstance(value, type):
                functions.append(value)
                return "function", len(functions) - 1
            if type(value) is np.random.Generator:
                generators.append(value)
            return self._write_argument(value)

        args = tuple(map(_as_plain_array, args))
        kwargs = {key: _as_plain_array(value) for key, value in kwargs.items()}
        request = {"ask": name, "args": args, "kwargs": kwargs}
        self._channel.send(encode(request, extension))
        reply = decode(self._channel.receive(MAX_MESSAGE_BYTES))
        while "invoke" in reply:
            # The judge's function calls one that it was given.
            try:
                answer = {"value": functions[reply["invoke"]](*reply["args"])}
            except BaseException as error:
                answer = {"error": describe_error(error)}
            self._channel.send(self.write(answer))
            reply = decode(self._channel.receive(MAX_MESSAGE_BYTES))
        if reply.get("error"):
            raise make_error(**reply["error"])
        for generator, state in zip(generators, reply.get("generators", ()), strict=False):
            advance_generator(generator, make_generator(state))
        return reply["value"]

    def _receive(self, value: object) -> object:
        """Make functions, generators and models of what the judge sent for them."""
        if isinstance(value, dict):
            return {key: self._receive(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._receive, value))
        if isinstance(value, TaggedValue):
            if value.tag == "function":
                return _Callback(self._ask_now(), value.value)
            if value.tag == "generator":
                return make_generator(value.value)
            if value.tag == "keras" and self._keras is not None:
                return self._keras.rebuild(value.value)
            return Placeholder(self._world, "keras.Model")
        return value

    def _write_argument(self, value: object) -> tuple[str, object] | None:
        """Send back what came as an argument."""
        if type(value) is _Callback:
            return "function", value.name
        if type(value) is np.random.Generator:
            return "generator", describe_generator(value)
        return self._write_result(value)

    def _write_result(self, value: object) -> tuple[str, object] | None:
        """Send a model as what it is made of."""
        if type(value) is TaggedValue:
            return value.tag, value.value
        if self._keras is not None and (found := self._keras.describe(value)):
            return "keras", found
        return None

    def _mark_arguments(self, value: object) -> object:
        """Return arguments as they are sent back with an answer, whose own value is plain."""
        if isinstance(value, dict):
            return {key: self._mark_arguments(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._mark_arguments, value))
        found = self._write_argument(value)
        return value if found is None else TaggedValue(*found)


class TaggedValue:
    """A value that is not plain, as it crosses: what it is, and plain values to make it of."""

    def __init__(self, tag: str, value: object):
        self.tag, self.value = tag, value


TAGS = {name: functools.partial(TaggedValue, name) for name in ("function", "generator", "keras")}


class _Callback:
    """One of the judge's functions."""

    def __init__(self, ask: Callable, name: str):
        self._ask, self.name = ask, name
        self.__name__ = name.rpartition(" ")[2]

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._ask(self.name, args, kwargs)

    def __copy__(self) -> _Callback:
        return self

    def __deepcopy__(self, memo: dict) -> _Callback:
        return self


def _as_plain_array(value: object) -> object:
    """Return an array of a class of its own as one of NumPy's, which alone can cross."""
    is_other = isinstance(value, np.ndarray) and type(value) is not np.ndarray
    return np.asarray(value) if is_other else value


def _needs_what_is_absent(error: BaseException | None) -> bool:
    """Tell whether an error comes from something that is not there."""
    for _ in range(20):
        if error is None or isinstance(error, (PlaceholderUsedError, ForbiddenLibraryError)):
            return error is not None
        error = error.__cause__ or error.__context__
    return False


def _bound_names(statement: ast.AST) -> Iterator[str]:
    """Yield the names that a statement gives a value to at the top level."""
    defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    if isinstance(statement, defining):
        yield statement.name
        return
    if isinstance(statement, SCOPES):
        return
    if isinstance(statement, ast.Name) and isinstance(statement.ctx, ast.Store):
        yield statement.id
    elif isinstance(statement, ast.alias):
        yield (statement.asname or statement.name).split(".")[0]
    for child in ast.iter_child_nodes(statement):
        yield from _bound_names(child)


def _parameters(function: Callable) -> list[str]:
    """Return the names of a function's parameters, as far as they can be had."""
    try:
        return [str(name) for name in inspect.signature(function).parameters]
    except (TypeError, ValueError, ForbiddenLibraryError, PlaceholderUsedError):
        return []


def _be_quiet() -> None:
    """Let what the cells print go nowhere: another process shows it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdin = open(os.devnull)  # noqa: SIM115  (it stays open)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    builtins.input = _no_input
    os.environ.clear()
    os.environ |= {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}


def _no_input(prompt: object = "") -> str:
    """Stand in for ``input``."""
    raise EOFError("input() has nobody to ask while a notebook is being marked")

"""The judge: the trusted process that runs test cells.

In the namespace of the test cells, a function of the student's is a proxy. A call of it is sent, by
way of the supervisor, to the process in which the student's code runs, and its result comes back by
value. The judge is never forked from a process that has run student code, and reads nothing from
one but plain values.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import functools
import importlib
import io
import json
import symtable
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from grader.isolation.channel import Channel
from grader.isolation.codec import (
    MAX_MESSAGE_BYTES,
    DecodeError,
    Extension,
    MessageTooLargeError,
    decode,
    encode,
)
from grader.isolation.limits import ResourceLimits
from grader.isolation.protocol import DONE, GONE, READY, TO_HAND, TO_KERAS, UNREADABLE_REPLY
from grader.workers import policy
from grader.workers.generators import describe_generator, make_generator
from grader.workers.proxy import (
    PLAIN_TYPES,
    CallbackHandle,
    FunctionProxy,
    GeneratorState,
    only_strings,
    read_error,
)
from utils.checks import lesson_answers, notebook
from utils.checks.calls import FunctionEndedError
from utils.checks.describe import OpaqueValue

MAX_OUTPUT_CHARACTERS = 200_000  # of a test cell
# Modules that a module of ``utils`` may import under a name that cells use.
PLAIN_MODULES = ("numpy", "math", "keras", "tensorflow")


def serve(channel: Channel, root: str | None, limits: dict, with_keras: bool) -> None:
    """Confine this process, then serve requests until the connection closes.

    Parameters
    ----------
    channel : Channel
        The connection to the supervisor; see `grader.isolation.protocol`.
    root : str or None
        The course folder.
    limits : dict
        The fields of `ResourceLimits`.
    with_keras : bool
        Whether the subject of the lesson is Keras.
    """
    policy.enter("judge", None, root, ResourceLimits(**limits))
    judge = Judge(channel, with_keras)
    methods: dict[str, Callable[..., bytes]] = {"test": judge.test, "constants": judge.constants}
    channel.send(READY)
    while True:
        request = json.loads(channel.receive(MAX_MESSAGE_BYTES))
        method = methods[request.pop("do")]
        channel.send(DONE + method(**request))


class Judge:
    """Runs the test cells of one submission.

    Parameters
    ----------
    channel : Channel
        The connection to the supervisor, which passes calls on to the student's code.
    with_keras : bool
        Whether calls that do not ask for by-hand rules go to the worker that has Keras.

    Attributes
    ----------
    unanswered : bool
        Whether the present test cell found that the exercise has not been answered at all.
    """

    def __init__(self, channel: Channel, with_keras: bool):
        self._channel = channel
        self.with_keras = with_keras
        self._names: dict[str, Any] = {"__name__": "__main__"}
        self.unanswered = False

    def constants(self, modules: list[str]) -> bytes:
        """Return the plain values and the imported modules in modules of ``utils``, encoded."""
        return encode(
            {name: dict(_constants_in(importlib.import_module(name))) for name in modules}
        )

    def test(
        self, source: str, exercises: list[str], imports: dict[str, str], answers: dict[str, str]
    ) -> bytes:
        """Run one test cell.

        Parameters
        ----------
        source : str
            Its code.
        exercises : list of str
            The names of the exercises, which always mean the student's answers.
        imports : dict of str to str
            For names that the lesson imports, the import statement.
        answers : dict of str to str
            The lesson's own answers as source, by its topic, where `utils` lacks some of them.

        Returns
        -------
        bytes
            Its outputs in nbformat's form, as JSON.
        """
        self.unanswered = False
        notebook.set_running_cell(source)
        for topic, answer in answers.items():
            lesson_answers.provide(topic, answer)
        printed, value, error = io.StringIO(), None, None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                tree = ast.parse(source)
                self._define_names(_global_names(source), exercises, imports)
                value = _run(tree, self._names)
            except BaseException as raised:
                error = raised
        return json.dumps(list(self._outputs(printed.getvalue(), value, error))).encode()

    def call(
        self,
        name: str,
        args: tuple,
        kwargs: dict,
        by_hand: bool,
        allowed: tuple[str, ...] = (),
        substitutes: Mapping[str, Callable] = {},
    ) -> dict:
        """Call a student's function in its own process.

        Parameters
        ----------
        name : str
            The function's name in the notebook.
        args, kwargs : tuple, dict
            The arguments: plain values, Keras models, random generators and functions.
        by_hand : bool
            Whether it must not use libraries.
        allowed : tuple of str
            Functions of ``utils`` that it may use all the same, as ``module.function``.
        substitutes : mapping of str to callable
            Functions that replace the student's answers to other exercises during the call.

        Returns
        -------
        dict
            The reply of the student worker; see `grader.isolation.protocol`. Untrusted.

        Raises
        ------
        FunctionEndedError
            If that process ends, or its reply is unreadable.
        """
        callbacks = {f"utils {function}": _find_utils(function) for function in allowed}
        callbacks |= {f"answer {exercise}": answer for exercise, answer in substitutes.items()}

        def extension(value: Any) -> tuple[str, object]:
            if isinstance(value, np.random.Generator):
                return "generator", describe_generator(value)
            if (model := _describe_model(value)) is not None:
                return "keras", model
            if callable(value):
                key = f"argument {len(callbacks)} {getattr(value, '__name__', 'function')}"
                callbacks[key] = value
                return "function", key
            raise TypeError(f"a test passes {type(value).__name__}, which is no plain value")

        request = {
            "do": "call",
            "name": name,
            "args": args,
            "kwargs": kwargs,
            "allowed": list(allowed),
            "substitutes": list(substitutes),
        }
        return self._converse(not by_hand, request, callbacks, extension)

    def hints(self, name: str, to_keras: bool) -> list[str]:
        """Return what the source of a student's function shows. Untrusted."""
        try:
            reply = self._ask(to_keras, {"do": "hints", "name": name})
        except FunctionEndedError:
            return []
        return only_strings(reply.get("hints"))

    def _define_names(self, used: set[str], exercises: list[str], imports: dict[str, str]) -> None:
        """Define the names that a test cell uses: imports, and what the student defined."""
        for name in sorted(used):
            if name in exercises:
                self._names.pop(name, None)
            elif name in self._names or hasattr(builtins, name):
                continue
            if name in imports and name not in exercises:
                exec(imports[name], self._names)
                continue
            to_keras = self.with_keras and name not in exercises
            reply = self._ask(to_keras, {"do": "describe", "name": name})
            if reply.get("kind") == "function":
                parameters = only_strings(reply.get("parameters"))
                self._names[name] = FunctionProxy(self, name, parameters, to_keras)
            elif reply.get("kind") == "value":
                self._names[name] = reply.get("value")

    def _outputs(self, printed: str, value: object, error: BaseException | None) -> Iterator[dict]:
        """Yield a test cell's outputs.

        What it wrote to stderr is shown as stdout, because nbgrader takes stderr for a failure. An
        exercise without an answer is the one case where it should.
        """
        if self.unanswered and error is None:
            yield {"output_type": "stream", "name": "stderr", "text": _clean(printed)}
            return
        if printed:
            yield {"output_type": "stream", "name": "stdout", "text": _clean(printed)}
        if error is not None:
            yield {
                "output_type": "error",
                "ename": type(error).__name__,
                "evalue": _clean(str(error)),
                "traceback": [],
            }
        elif value is not None:
            yield {
                "output_type": "execute_result",
                "data": {"text/plain": _clean(repr(value))},
                "metadata": {},
                "execution_count": None,
            }

    def _converse(
        self,
        to_keras: bool,
        request: dict,
        callbacks: dict[str, Callable],
        extension: Extension = lambda value: None,
    ) -> dict:
        """Send a request, make the callbacks that the worker asks for, and return its reply."""
        reply = self._ask(to_keras, request, extension)
        while "ask" in reply:
            reply = self._ask(to_keras, self._call_back(to_keras, callbacks, reply))
        return reply

    def _call_back(self, to_keras: bool, callbacks: dict[str, Callable], request: dict) -> dict:
        """Call one of the judge's functions for the student's; return the next request."""
        key, args, kwargs = (request.get(name) for name in ("ask", "args", "kwargs"))
        function = callbacks.get(key) if isinstance(key, str) else None
        if function is None or not isinstance(args, tuple) or not isinstance(kwargs, dict):
            return {"error": {"names": ["TypeError"], "text": "there is no such function"}}

        def invoke(handle: object, *args: object) -> object:
            reply = self._converse(to_keras, {"invoke": handle, "args": args}, callbacks)
            if (error := read_error(reply.get("error"))) is not None:
                raise error
            return reply.get("value")

        generators: list[np.random.Generator] = []

        def restore(value: object) -> object:
            if isinstance(value, CallbackHandle):
                return functools.partial(invoke, value.handle)
            if isinstance(value, GeneratorState):
                generators.append(make_generator(value.state))
                return generators[-1]
            return value

        try:
            named = {str(name): restore(value) for name, value in kwargs.items()}
            value = function(*map(restore, args), **named)
            encode(value)
            return {"value": value, "generators": list(map(describe_generator, generators))}
        except FunctionEndedError:
            raise
        except Exception as error:
            names = [kind.__name__ for kind in type(error).__mro__]
            return {"error": {"names": names, "text": str(error)[:MAX_OUTPUT_CHARACTERS]}}

    def _ask(
        self, to_keras: bool, request: dict, extension: Extension = lambda value: None
    ) -> dict:
        """Send a request to a student worker, and return its reply."""
        message = encode(request, extension)
        self._channel.send((TO_KERAS if to_keras else TO_HAND) + message)
        answer = self._channel.receive(MAX_MESSAGE_BYTES + 1)
        kind, payload = answer[:1], answer[1:]
        if kind == GONE:
            raise FunctionEndedError(payload.decode())
        try:
            reply = decode(payload, EXTENSIONS | {"keras": self._rebuild_model})
        except DecodeError as error:
            raise FunctionEndedError(UNREADABLE_REPLY) from error
        if not isinstance(reply, dict):
            raise FunctionEndedError(UNREADABLE_REPLY)
        return reply

    def _rebuild_model(self, plain: object) -> object:
        """Rebuild a Keras model; without Keras, return an opaque value."""
        if "keras" not in sys.modules:
            return OpaqueValue("Keras model")
        from grader.workers import keras_codec

        return keras_codec.rebuild(plain, self._use)

    def _use(self, handle: object, method: str, args: tuple, kwargs: dict) -> object:
        """Call a model, layer or function that stays in the student worker; return the result.

        Raises
        ------
        Exception
            What it raised.
        FunctionEndedError
            If the process ends, or its reply is unreadable.
        """
        request = {"do": "use", "handle": handle, "method": method, "args": args, "kwargs": kwargs}
        reply = self._ask(True, request)
        if (error := read_error(reply.get("error"))) is not None:
            raise error
        return reply.get("value")


def _describe_model(value: object) -> dict | None:
    """Return a Keras model in plain values; None for any other value, and without Keras."""
    if "keras" not in sys.modules:
        return None
    from grader.workers import keras_codec

    return keras_codec.describe(value)


EXTENSIONS: dict[str, Callable[[Any], Any]] = {
    "function": CallbackHandle,
    "generator": GeneratorState,
}


def _find_utils(name: str) -> Callable:
    """Return the function of ``utils`` that ``module.function`` names."""
    module, function = name.split(".")
    return getattr(importlib.import_module(f"utils.{module}"), function)


def _constants_in(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """Yield a module's public plain values; for modules that it imports, a dict with the name."""
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(value, types.ModuleType):
            if value.__name__ in PLAIN_MODULES:
                yield name, {"module": value.__name__}
        elif isinstance(value, PLAIN_TYPES) and _is_plain(value):
            yield name, value


def _is_plain(value: object) -> bool:
    """Tell whether a value, with everything in it, can be sent without extensions."""

    def refuse(value: object) -> None:
        raise TypeError

    try:
        encode(value, refuse)
    except (TypeError, MessageTooLargeError):
        return False
    return True


def _global_names(source: str) -> set[str]:
    """Return the names that code looks up in the global namespace."""

    def visit(table: symtable.SymbolTable) -> Iterator[str]:
        at_top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if symbol.is_global() or (at_top and symbol.is_referenced()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from visit(child)

    return set(visit(symtable.symtable(source, "<test>", "exec")))


def _run(tree: ast.Module, names: dict[str, Any]) -> object:
    """Run code, and return the value of its last line."""
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = tree.body[:-1] if last else tree.body
    exec(compile(ast.Module(body, []), "<test>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names) if last else None


def _clean(text: str) -> str:
    """Return text of limited length, without characters that UTF-8 cannot encode."""
    if len(text) > MAX_OUTPUT_CHARACTERS:
        text = f"{text[:MAX_OUTPUT_CHARACTERS]}\n... output cut\n"
    return text.encode("utf-8", "replace").decode()

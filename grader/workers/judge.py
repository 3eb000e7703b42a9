"""The trusted side: runs test cells, with stand-ins for what the student defined.

A call of a stand-in travels, by way of the grader, to the process in which the student's function
lives, and its result comes back by value. The judge is never forked from student code, and reads
nothing from it but plain values.
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

import numpy as np

from grader.isolation.channel import Channel
from grader.isolation.codec import (
    MAX_MESSAGE_BYTES,
    DecodeError,
    MessageTooLargeError,
    decode,
    encode,
)
from grader.isolation.limits import ResourceLimits
from grader.isolation.protocol import DONE, GONE, TO_HAND, TO_KERAS
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
from utils.checks.calls import FunctionEndedError
from utils.checks.describe import OpaqueValue

MAX_OUTPUT_CHARACTERS = 200_000  # characters of a test cell's output


def serve(channel: Channel, root: str | None, limits: dict, with_keras: bool) -> None:
    """Confine this process, then do what is asked until the other side goes away.

    Parameters
    ----------
    channel : Channel
        The connection to the grader.
    root : str or None
        The course.
    limits : dict
        The fields of `ResourceLimits`.
    with_keras : bool
        Whether the lesson is about Keras.
    """
    policy.enter("judge", None, root, ResourceLimits(**limits))
    judge = Judge(channel, with_keras)
    channel.send(b"ready")
    while True:
        request = json.loads(channel.receive(MAX_MESSAGE_BYTES))
        what = request.pop("do")
        reply = {"test": judge.test, "constants": judge.constants}[what](**request)
        channel.send(DONE + reply)


class Judge:
    """Runs the test cells of one submission.

    Parameters
    ----------
    channel : Channel
        The connection to the grader, which passes calls on.
    with_keras : bool
        Whether plain calls, which say nothing of by hand, go where Keras is.
    """

    def __init__(self, channel: Channel, with_keras: bool):
        self._channel = channel
        self.with_keras = with_keras
        self._names: dict[str, object] = {"__name__": "__main__"}
        self.unanswered = False

    def constants(self, modules: list[str]) -> bytes:
        """Return what modules of ``utils`` have of plain values and of other modules, encoded."""
        found = {name: dict(_plain_values(importlib.import_module(name))) for name in modules}
        return encode(found)

    def test(self, source: str, exercises: list[str], imports: dict[str, str]) -> bytes:
        """Run one test cell.

        Parameters
        ----------
        source : str
            Its code.
        exercises : list of str
            The names that are the student's, whatever else has them.
        imports : dict of str to str
            For names that the lesson imports, the statement that does.

        Returns
        -------
        bytes
            Its outputs in nbformat's form, as JSON.
        """
        self.unanswered = False
        printed, value, error = io.StringIO(), None, None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            try:
                tree = ast.parse(source)
                self._settle_names(_global_names(source), exercises, imports)
                value = _run(tree, self._names)
            except BaseException as raised:
                error = raised
        return json.dumps(list(self._outputs(printed.getvalue(), value, error))).encode()

    def _settle_names(self, used: set[str], exercises: list[str], imports: dict[str, str]) -> None:
        """See to it that the names that a test cell uses mean something."""
        for name in sorted(used):
            if name in exercises:
                self._names.pop(name, None)
            elif name in self._names or hasattr(builtins, name):
                continue
            if name in imports and name not in exercises:
                exec(imports[name], self._names)
                continue
            found = self._ask(
                self.with_keras and name not in exercises, {"do": "describe", "name": name}
            )
            if found.get("kind") == "function":
                self._names[name] = FunctionProxy(self, name, only_strings(found.get("parameters")))
            elif found.get("kind") == "value":
                self._names[name] = found.get("value")

    def _outputs(self, printed: str, value: object, error: BaseException | None) -> Iterator[dict]:
        """Yield a test cell's outputs. What it wrote to stderr is no sign of failure."""
        if self.unanswered and error is None:
            # The one thing that is: nbgrader gives no points for it either.
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

    def call(
        self,
        name: str,
        args: tuple,
        kwargs: dict,
        by_hand: bool,
        allowed: tuple[str, ...] = (),
        substitutes: Mapping[str, Callable] = {},
    ) -> dict:
        """Have a student's function called, and return what its process replies.

        Raises
        ------
        Stopped
            If that process came to an end, or replies nonsense.
        """
        helpers = {f"utils {one}": _find_utils(one) for one in allowed}
        helpers |= {f"answer {one}": function for one, function in substitutes.items()}

        def extension(value: object) -> tuple[str, object] | None:
            if isinstance(value, np.random.Generator):
                return "generator", describe_generator(value)
            if (found := self._describe_model(value)) is not None:
                return "keras", found
            if callable(value):
                key = f"argument {len(helpers)} {getattr(value, '__name__', 'function')}"
                helpers[key] = value
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
        return self._converse(not by_hand, request, helpers, extension)

    def _converse(
        self,
        of_keras: bool,
        request: dict,
        helpers: dict[str, Callable],
        extension: Callable = lambda value: None,
    ) -> dict:
        """Send a request, call what the student's function needs called, and return its reply."""
        reply = self._ask(of_keras, request, extension)
        while "ask" in reply:
            reply = self._ask(of_keras, self._help(of_keras, helpers, reply))
        return reply

    def _help(self, of_keras: bool, helpers: dict[str, Callable], request: dict) -> dict:
        """Call a function that the student's function may call, and return what to reply."""
        function = helpers.get(request["ask"]) if isinstance(request["ask"], str) else None
        args, kwargs = request.get("args"), request.get("kwargs")
        if function is None or not isinstance(args, tuple) or not isinstance(kwargs, dict):
            return {"error": {"names": ["TypeError"], "text": "there is no such function"}}

        def invoke(handle: object, *given: object) -> object:
            reply = self._converse(of_keras, {"invoke": handle, "args": given}, helpers)
            if (error := read_error(reply.get("error"))) is not None:
                raise error
            return reply.get("value")

        generators: list[np.random.Generator] = []

        def real(value: object) -> object:
            if isinstance(value, CallbackHandle):
                return functools.partial(invoke, value.handle)
            if isinstance(value, GeneratorState):
                generators.append(make_generator(value.state))
                return generators[-1]
            return value

        try:
            given = {str(name): real(one) for name, one in kwargs.items()}
            value = function(*map(real, args), **given)
            encode(value)
            return {"value": value, "generators": list(map(describe_generator, generators))}
        except FunctionEndedError:
            raise
        except Exception as error:
            names = [kind.__name__ for kind in type(error).__mro__]
            return {"error": {"names": names, "text": str(error)[:MAX_OUTPUT_CHARACTERS]}}

    def _describe_model(self, value: object) -> dict | None:
        """Return a Keras model as plain values, where there is Keras."""
        if "keras" not in sys.modules:
            return None
        from grader.workers import keras_codec as keras_values

        return keras_values.describe(value)

    def _ask(self, of_keras: bool, request: dict, extension: Callable = lambda value: None) -> dict:
        """Send a request to the student's process, and return its reply."""
        message = encode(request, extension)
        self._channel.send((TO_KERAS if of_keras else TO_HAND) + message)
        reply = self._channel.receive(MAX_MESSAGE_BYTES + 1)
        if reply[:1] == GONE:
            raise FunctionEndedError(reply[1:].decode())
        try:
            found = decode(
                reply[1:],
                {"keras": _rebuild, "function": CallbackHandle, "generator": GeneratorState},
            )
        except DecodeError as error:
            raise FunctionEndedError("the Python process answered what cannot be read") from error
        if not isinstance(found, dict):
            raise FunctionEndedError("the Python process answered what cannot be read")
        return found


def _rebuild(plain: object) -> object:
    """Rebuild a Keras model, where there is Keras."""
    if "keras" not in sys.modules:
        return OpaqueValue("Keras model")
    from grader.workers import keras_codec as keras_values

    return keras_values.rebuild(plain)


def _find_utils(name: str) -> Callable:
    """Return the function of ``utils`` that ``module.function`` names."""
    module, function = name.split(".")
    return getattr(importlib.import_module(f"utils.{module}"), function)


def _plain_values(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """Yield a module's plain values by name, and of the modules that it imports their names."""
    for name, value in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(value, types.ModuleType):
            if value.__name__ in ("numpy", "math", "keras", "tensorflow"):
                yield name, {"module": value.__name__}
        elif isinstance(value, PLAIN_TYPES) and _crosses(value):
            yield name, value


def _crosses(value: object) -> bool:
    """Tell whether a value is plain all through."""

    def refuse(value: object) -> None:
        raise TypeError

    try:
        encode(value, refuse)
    except (TypeError, MessageTooLargeError):
        return False
    return True


def _global_names(source: str) -> set[str]:
    """Return the names that a cell's code looks up outside of itself."""

    def visit(table: symtable.SymbolTable) -> Iterator[str]:
        for symbol in table.get_symbols():
            top = table.get_type() == "module"
            if symbol.is_global() or (top and symbol.is_referenced()):
                yield symbol.get_name()
        for child in table.get_children():
            yield from visit(child)

    table = symtable.symtable(source, "<test>", "exec")
    # What the cell gives a value to is its own, unless it is also an exercise's name.
    return set(visit(table))


def _run(tree: ast.Module, names: dict[str, object]) -> object:
    """Run code, and return the value of its last line."""
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    body = tree.body[:-1] if last else tree.body
    exec(compile(ast.Module(body, []), "<test>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<test>", "eval"), names) if last else None


def _clean(text: str) -> str:
    """Return text that any file can hold, and not too much of it."""
    if len(text) > MAX_OUTPUT_CHARACTERS:
        text = f"{text[:MAX_OUTPUT_CHARACTERS]}\n... output cut\n"
    return text.encode("utf-8", "replace").decode()

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

from grader.answers import catch_up, describe_generator, make_error, make_generator
from grader.channel import Channel
from grader.values import LARGEST, BadMessage, Foreign, TooLarge, decode, encode
from utils.checks import Stopped

# The first byte of a message says what it is: to whom a request goes, or what a reply means.
TO_HAND, TO_KERAS, DONE = b"H", b"K", b"D"
ANSWER, GONE = b"A", b"G"
LONGEST = 200_000  # characters of a test cell's output
LONGEST_LINE = 120  # characters of a line that raised an error: more could spell out an input
PLAIN = (bool, int, float, str, tuple, list, dict, np.ndarray, np.generic)


def serve(channel: Channel, root: str | None, memory: int, with_keras: bool) -> None:
    """Confine this process, then do what is asked until the other side goes away.

    Parameters
    ----------
    channel : Channel
        The connection to the grader.
    root : str or None
        The course.
    memory : int
        Bytes.
    with_keras : bool
        Whether the lesson is about Keras.
    """
    from grader import sandbox
    from grader.confine import Limits

    sandbox.enter("judge", None, root, Limits(memory=memory))
    judge = Judge(channel, with_keras)
    channel.send(b"ready")
    while True:
        request = json.loads(channel.receive(LARGEST))
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
                self._names[name] = StandIn(self, name, _texts(found.get("parameters")))
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
            if (error := _read_error(reply.get("error"))) is not None:
                raise error
            return reply.get("value")

        generators: list[np.random.Generator] = []

        def real(value: object) -> object:
            if isinstance(value, _Theirs):
                return functools.partial(invoke, value.handle)
            if isinstance(value, _State):
                generators.append(make_generator(value.state))
                return generators[-1]
            return value

        try:
            given = {str(name): real(one) for name, one in kwargs.items()}
            value = function(*map(real, args), **given)
            encode(value)
            return {"value": value, "generators": list(map(describe_generator, generators))}
        except Stopped:
            raise
        except Exception as error:
            names = [kind.__name__ for kind in type(error).__mro__]
            return {"error": {"names": names, "text": str(error)[:LONGEST]}}

    def _describe_model(self, value: object) -> dict | None:
        """Return a Keras model as plain values, where there is Keras."""
        if "keras" not in sys.modules:
            return None
        from grader import keras_values

        return keras_values.describe(value)

    def _ask(self, of_keras: bool, request: dict, extension: Callable = lambda value: None) -> dict:
        """Send a request to the student's process, and return its reply."""
        message = encode(request, extension)
        self._channel.send((TO_KERAS if of_keras else TO_HAND) + message)
        reply = self._channel.receive(LARGEST + 1)
        if reply[:1] == GONE:
            raise Stopped(reply[1:].decode())
        try:
            found = decode(reply[1:], {"keras": _rebuild, "function": _Theirs, "generator": _State})
        except BadMessage as error:
            raise Stopped("the Python process answered what cannot be read") from error
        if not isinstance(found, dict):
            raise Stopped("the Python process answered what cannot be read")
        return found


class StandIn:
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
    ) -> dict:
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
        except TooLarge as error:
            raise TypeError(f"a test passes too much: {error}") from error
        except Stopped as error:
            reply, stopped = {}, error
        else:
            stopped = None
        error = _read_error(reply.get("error")) or stopped
        if isinstance(error, NotImplementedError):
            self._judge.unanswered = True
        library = reply.get("library", "")
        return {
            "value": reply.get("value"),
            "error": error,
            "library": library[:200] if isinstance(library, str) else "a library",
            "after": _apply((args, kwargs), reply.get("after")),
        }


class _Theirs(Foreign):
    """A function of the student's that is passed to one of the judge's."""

    def __init__(self, handle: object):
        super().__init__("function")
        self.handle = handle


class _State:
    """Where a random generator stood when it came back."""

    def __init__(self, state: object):
        self.state = state


def _apply(given: tuple[tuple, dict], after: object) -> tuple[tuple, dict]:
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
        if isinstance(after, _State):
            with contextlib.suppress(Exception):
                catch_up(given, make_generator(after.state))
        return given
    if not isinstance(given, PLAIN):
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


def _read_error(told: object) -> Exception | None:
    """Make an error of what a student's process says was raised."""
    if told is None:
        return None
    if not isinstance(told, dict):
        return Stopped("the Python process answered what cannot be read")
    names, text, line = told.get("names"), told.get("text"), told.get("line")
    return make_error(_texts(names), str(text), str(line or "")[:LONGEST_LINE])


def _texts(value: object) -> list[str]:
    """Return a list of strings, whatever came for it."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _rebuild(plain: object) -> object:
    """Rebuild a Keras model, where there is Keras."""
    if "keras" not in sys.modules:
        return Foreign("Keras model")
    from grader import keras_values

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
        elif isinstance(value, PLAIN) and _crosses(value):
            yield name, value


def _crosses(value: object) -> bool:
    """Tell whether a value is plain all through."""

    def refuse(value: object) -> None:
        raise TypeError

    try:
        encode(value, refuse)
    except (TypeError, TooLarge):
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
    if len(text) > LONGEST:
        text = f"{text[:LONGEST]}\n... output cut\n"
    return text.encode("utf-8", "replace").decode()

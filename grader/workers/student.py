"""The student worker: runs a notebook's cells, and answers the judge's calls of their functions.

It is confined, with Python and NumPy only; in lessons about Keras a second one also has Keras. The
judge trusts nothing that it sends: it reads plain values, and compares them.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import functools
import importlib
import inspect
import linecache
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

import numpy as np

from grader.course.source_names import SCOPES, read_name_usage, to_python
from grader.isolation.channel import Channel, ReplyChannel
from grader.isolation.codec import MAX_MESSAGE_BYTES, MessageTooLargeError, decode, encode
from grader.isolation.limits import ResourceLimits
from grader.isolation.protocol import READY
from grader.workers import policy
from grader.workers.errors import describe_error, make_error
from grader.workers.generators import advance_generator, describe_generator, make_generator
from grader.workers.placeholders import (
    ForbiddenLibraryError,
    ImportPolicy,
    Placeholder,
    PlaceholderUsedError,
    is_of_library,
)
from grader.workers.quiet import disable_input, discard_output, replace_environment
from grader.workers.student_ipython import IPythonStub
from utils.checks.bindings import Bindings, DemonstrationNames
from utils.checks.calls import explain_hidden_name, without_names
from utils.checks.source_hints import find_hints

MAX_LENT = 100  # models and functions that the judge may call
MAX_CAUSES = 20  # of an error, followed in search of a placeholder


def serve(channel: Channel, role: str, folder: str, limits: dict, with_keras: bool) -> None:
    """Confine this process, then serve requests until the connection closes.

    Parameters
    ----------
    channel : Channel
        The connection to the supervisor; see `grader.isolation.protocol`.
    role : {"answers", "keras"}
        Decides what the process may read.
    folder : str
        Its scratch folder.
    limits : dict
        The fields of `ResourceLimits`.
    with_keras : bool
        Whether cells may use the real Keras.
    """
    keras_codec = importlib.import_module("grader.workers.keras_codec") if with_keras else None
    constants = decode(channel.receive(MAX_MESSAGE_BYTES))
    replies = ReplyChannel(channel.socket)
    student = StudentNamespace(replies, constants, policy.installed_names(), keras_codec)
    policy.enter(role, folder, None, ResourceLimits(**limits))
    sys.path.insert(0, folder)  # for modules that cells write
    channel.send(READY)
    while True:
        request = decode(replies.receive(MAX_MESSAGE_BYTES), TAGS)
        replies.send(student.write(student.do(request)))


class StudentNamespace:
    """The names that a notebook defines, and the requests that can be made about them.

    Parameters
    ----------
    channel : Channel
        The connection on which the student's functions ask the judge for callbacks.
    constants : dict
        By module of ``utils``, its plain values, and the modules that it imports.
    installed : frozenset of str
        The packages of the environment, to be replaced by placeholders.
    keras_codec : module, optional
        Encodes Keras models. If given, Keras and what it has imported are not replaced.
    """

    def __init__(
        self,
        channel: Channel,
        constants: dict,
        installed: frozenset[str],
        keras_codec: ModuleType | None,
    ):
        self._channel, self._keras_codec = channel, keras_codec
        if keras_codec is not None:
            # Keras needs what it has imported.
            installed -= {name.split(".")[0] for name in sys.modules} - {"utils", "grader"}
        self._policy = ImportPolicy(installed, constants, self._call_utils)
        self._policy.install()
        _import_modules(constants)
        self._compiler_flags = 0  # of ``from __future__ import ...``
        self._busy = False
        self._skip_errors = False
        self._left_behind = DemonstrationNames()
        # The student's function may ask for callbacks from several threads, one at a time. What it
        # got from the judge is valid during that call only.
        self._callback_lock = threading.RLock()
        self._call_number = 0
        self._lent: dict[int, object] = {}
        self._lent_count = 0
        main = ModuleType("__main__")
        sys.modules["__main__"] = main
        self._names: dict[str, Any] = vars(main)
        self._names["get_ipython"] = self._get_ipython
        self._names["display"] = Placeholder(self._policy, "IPython.display.display")
        self._methods: dict[str, Callable[..., dict]] = {
            "read": self.read,
            "run": self.run,
            "describe": self.describe,
            "hints": self.hints,
            "call": self.call,
            "use": self.use,
        }
        disable_input()
        discard_output()  # the notebook worker shows it
        replace_environment()
        signal.signal(signal.SIGINT, self._interrupt)

    @property
    def answering(self) -> bool:
        """Whether a call from the judge is being answered."""
        return self._policy.answering

    def do(self, request: dict) -> dict:
        """Handle a request, and return the reply; see `grader.isolation.protocol`."""
        name = request.pop("do")
        self._busy = True
        try:
            return self._methods[name](**request)
        except Exception as error:
            return {"error": describe_error(error)}
        finally:
            self._busy = False

    def write(self, reply: dict) -> bytes:
        """Encode a reply; if its value cannot be encoded, encode the error instead."""
        try:
            return encode(reply, self._encode_result)
        except MessageTooLargeError as error:
            return encode({"error": describe_error(ValueError(f"the result has {error}"))})
        except Exception as error:  # raised by a class of the student's
            return encode({"error": describe_error(error)})

    def read(self, sources: list[str]) -> dict:
        """Find out which names cells use, before any of them runs."""
        return {"uses": [read_name_usage(source).to_plain() for source in sources]}

    def run(
        self,
        source: str,
        number: int,
        ended_well: bool = False,
        bindings: dict | None = None,
    ) -> dict:
        """Run a cell, except for the statements that use placeholders.

        Parameters
        ----------
        source : str
            The cell's source.
        number : int
            Its place in the notebook.
        ended_well : bool
            Whether it ran without an error where all libraries are available. Then every statement
            that fails here is skipped, because it must be due to a placeholder.
        bindings : dict, optional
            The fields of `Bindings`, if it is one of the lesson's own cells, unchanged. An answer
            does not see the variables that these leave behind.

        Returns
        -------
        dict
            ``error``: what ended the cell early, or None.
        """
        self._skip_errors = ended_well
        try:
            text = to_python(source)
            self._left_behind.note(Bindings(**bindings) if bindings else text, bool(bindings))
            self._execute_text(text, f"<cell {number}>")
        except BaseException as error:
            return {"error": describe_error(error)}
        return {"error": None}

    def execute(self, source: str, name: str) -> None:
        """Run code of the present cell, statement by statement.

        Parameters
        ----------
        source : str
            The code, which may contain magics.
        name : str
            Shown as the file name in tracebacks.
        """
        self._execute_text(to_python(source), name)

    def _execute_text(self, text: str, name: str) -> None:
        """Run plain Python of the present cell, statement by statement."""
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        for statement in ast.parse(text, name).body:
            try:
                self._execute_statement(statement, name)
            except Exception as error:
                if not self._skip_errors and not _is_due_to_placeholder(error):
                    raise
                for target in _bound_names(statement):
                    self._names[target] = Placeholder(self._policy, target)

    def describe(self, name: str) -> dict:
        """Describe what a name in the notebook means."""
        if name not in self._names:
            return {"kind": "missing"}
        value = self._names[name]
        if callable(value):
            return {"kind": "function", "parameters": _parameter_names(value)}
        return {"kind": "value", "value": value}

    def hints(self, name: str) -> dict:
        """Return what the source of a function shows, for the message if a test fails."""
        return {"hints": find_hints(self._names[name]) if name in self._names else []}

    def call(self, name: str, args: tuple, kwargs: dict, allowed: list, substitutes: list) -> dict:
        """Call a function.

        Parameters
        ----------
        name : str
            Its name in the notebook.
        args, kwargs : tuple, dict
            Its arguments; functions, random generators and models as `TaggedValue`.
        allowed : list of str
            Functions of ``utils`` that it may call, as ``module.function``.
        substitutes : list of str
            Other exercises, whose functions are replaced by the judge's during the call.

        Returns
        -------
        dict
            ``value`` or ``error``; ``library``, if it used one; ``after``, the arguments, if it
            changed them.
        """
        self._call_number += 1
        args, kwargs = self._restore_arguments((args, kwargs))
        before = encode((args, kwargs), self._encode_argument)
        self._policy.begin_call(frozenset(allowed))
        reply: dict = {}
        try:
            function, hidden = self._names[name], self._left_behind.names - {name}
            with (
                self._substituted(substitutes),
                without_names(self._names, hidden),
                warnings.catch_warnings(action="ignore"),
            ):
                reply["value"] = function(*args, **kwargs)
        except NameError as error:
            reply["error"] = describe_error(explain_hidden_name(error, hidden))
        except BaseException as error:
            reply["error"] = describe_error(error)
        finally:
            with self._callback_lock:  # a thread may be in the middle of a callback
                self._policy.end_call()
        with suppress(MessageTooLargeError, RecursionError):
            if encode((args, kwargs), self._encode_argument) != before:
                reply["after"] = self._tag_arguments((args, kwargs))
        if self._policy.violation:
            reply["library"] = self._policy.violation
        return reply

    def use(self, handle: int, method: str, args: tuple, kwargs: dict) -> dict:
        """Call a model, layer or activation that an earlier reply left here.

        Parameters
        ----------
        handle : int
            Its number.
        method : {"call", "predict"}
            What to call.
        args, kwargs : tuple, dict
            Its arguments.

        Returns
        -------
        dict
            ``value``, an array; or ``error``.
        """
        self._policy.begin_call(())
        try:
            with warnings.catch_warnings(action="ignore"):
                return {"value": self._codec().use(self._lent[handle], method, args, kwargs)}
        except BaseException as error:
            return {"error": describe_error(error)}
        finally:
            self._policy.end_call()

    def _codec(self) -> ModuleType:
        """Return what encodes Keras models.

        Raises
        ------
        TypeError
            If this process has no Keras.
        """
        if self._keras_codec is None:
            raise TypeError("there is no Keras here")
        return self._keras_codec

    def _lend(self, value: object) -> int:
        """Keep an object that the judge may call; return its number. Old ones are forgotten."""
        self._lent_count += 1
        self._lent[self._lent_count] = value
        self._lent.pop(self._lent_count - MAX_LENT, None)
        return self._lent_count

    def _execute_statement(self, statement: ast.stmt, name: str) -> None:
        """Run one statement as IPython would."""
        flags = self._compiler_flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        module = ast.Module([statement], [])
        code = compile(module, name, "exec", flags, dont_inherit=True)
        if inspect.CO_COROUTINE & code.co_flags:
            asyncio.run(eval(code, self._names))
        else:
            exec(code, self._names)
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            for alias in statement.names:
                self._compiler_flags |= getattr(__future__, alias.name).compiler_flag

    def _get_ipython(self) -> IPythonStub:
        """Stand in for ``get_ipython``."""
        return IPythonStub(self)

    def _interrupt(self, *_: object) -> None:
        """Interrupt the present request; ignore a signal that arrives after it."""
        if self._busy:
            raise KeyboardInterrupt

    @contextmanager
    def _substituted(self, exercises: list[str]) -> Iterator[None]:
        """Replace the student's answers to other exercises by the judge's functions.

        An answer that is missing is replaced as well; a library's function of that name is not.
        """
        replaced = [name for name in exercises if not is_of_library(self._names.get(name))]
        theirs = {name: self._names[name] for name in replaced if name in self._names}
        call_judge = self._callback_for_this_call()
        self._names.update({name: _Callback(call_judge, f"answer {name}") for name in replaced})
        try:
            yield
        finally:
            for name in replaced:
                self._names.pop(name, None)
            self._names.update(theirs)

    def _call_utils(self, name: str, args: tuple, kwargs: dict) -> object:
        """Have the judge call an allowed function of ``utils``."""
        return self._call_judge(self._call_number, f"utils {name}", args, kwargs)

    def _callback_for_this_call(self) -> Callable:
        """Return `_call_judge` for use during the present call only."""
        return functools.partial(self._call_judge, self._call_number)

    def _call_judge(self, call_number: int, key: str, args: tuple, kwargs: dict) -> object:
        """Have the judge call one of its functions.

        Parameters
        ----------
        call_number : int
            The call of the student's function for which this one was made available.
        key : str
            The function's key.
        args, kwargs : tuple, dict
            Its arguments.
        """
        with self._callback_lock:
            if not self._policy.answering or call_number != self._call_number:
                raise RuntimeError(
                    "this function is only available while your function is being tested"
                )
            return self._converse(key, args, kwargs)

    def _converse(self, key: str, args: tuple, kwargs: dict) -> object:
        """Send a callback to the judge, call the arguments that it calls, and return the result."""
        functions: list[Callable] = []
        generators: list[np.random.Generator] = []

        def extension(value: Any) -> tuple[str, object] | None:
            if type(value) is not _Callback and callable(value) and not isinstance(value, type):
                functions.append(value)
                return "function", len(functions) - 1
            if type(value) is np.random.Generator:
                generators.append(value)
            return self._encode_argument(value)

        args = tuple(map(_as_plain_array, args))
        kwargs = {name: _as_plain_array(value) for name, value in kwargs.items()}
        self._channel.send(encode({"ask": key, "args": args, "kwargs": kwargs}, extension))
        reply = decode(self._channel.receive(MAX_MESSAGE_BYTES))
        while "invoke" in reply:
            try:
                result = {"value": functions[reply["invoke"]](*reply["args"])}
            except BaseException as error:
                result = {"error": describe_error(error)}
            self._channel.send(self.write(result))
            reply = decode(self._channel.receive(MAX_MESSAGE_BYTES))
        if reply.get("error"):
            raise make_error(**reply["error"])
        for generator, state in zip(generators, reply.get("generators", ()), strict=False):
            advance_generator(generator, make_generator(state))
        return reply["value"]

    def _restore_arguments(self, value: Any) -> Any:
        """Restore the functions, generators and models among the arguments of a call."""
        if isinstance(value, dict):
            return {key: self._restore_arguments(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._restore_arguments, value))
        if not isinstance(value, TaggedValue):
            return value
        if value.tag == "function":
            return _Callback(self._callback_for_this_call(), value.value)
        if value.tag == "generator":
            return make_generator(value.value)
        if value.tag == "keras" and self._keras_codec is not None:
            return self._keras_codec.rebuild(value.value)
        return Placeholder(self._policy, "keras.Model")

    def _tag_arguments(self, value: Any) -> Any:
        """Convert arguments to plain and tagged values, which can be sent in a reply."""
        if isinstance(value, dict):
            return {key: self._tag_arguments(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(map(self._tag_arguments, value))
        encoded = self._encode_argument(value)
        return value if encoded is None else TaggedValue(*encoded)

    def _encode_argument(self, value: Any) -> tuple[str, object] | None:
        """Encode an argument that is not plain; an extension for `encode`."""
        if type(value) is _Callback:
            return "function", value.key
        if type(value) is np.random.Generator:
            return "generator", describe_generator(value)
        return self._encode_result(value)

    def _encode_result(self, value: Any) -> tuple[str, object] | None:
        """Encode a result that is not plain, such as a model; an extension for `encode`."""
        if type(value) is TaggedValue:
            return value.tag, value.value
        if self._keras_codec is not None and (
            model := self._keras_codec.describe(value, self._lend)
        ):
            return "keras", model
        return None


class TaggedValue:
    """A value that is not plain, as it is sent.

    Parameters
    ----------
    tag : {"function", "generator", "keras"}
        Its kind.
    value : object
        Plain values that describe it.
    """

    def __init__(self, tag: str, value: Any):
        self.tag, self.value = tag, value


TAGS: dict[str, Callable[[Any], Any]] = {
    name: functools.partial(TaggedValue, name) for name in ("function", "generator", "keras")
}


class _Callback:
    """One of the judge's functions, as the student's function sees it.

    Parameters
    ----------
    call_judge : callable
        Called with the key and the arguments.
    key : str
        By which the judge knows the function; its last word is the function's name.
    """

    def __init__(self, call_judge: Callable[[str, tuple, dict], object], key: str):
        self._call_judge, self.key = call_judge, key
        self.__name__ = key.rpartition(" ")[2]

    def __call__(self, *args: object, **kwargs: object) -> object:
        return self._call_judge(self.key, args, kwargs)

    def __copy__(self) -> _Callback:
        return self

    def __deepcopy__(self, memo: dict) -> _Callback:
        return self


def _import_modules(constants: dict[str, dict[str, Any]]) -> None:
    """Replace descriptions of modules among the constants of ``utils`` by the modules."""
    for names in constants.values():
        for name, value in names.items():
            if isinstance(value, dict) and value.keys() == {"module"}:
                names[name] = importlib.import_module(value["module"])


def _as_plain_array(value: object) -> object:
    """Convert an ndarray subclass to a plain ndarray, the only array type that is sent."""
    is_subclass = isinstance(value, np.ndarray) and type(value) is not np.ndarray
    return np.asarray(value) if is_subclass else value


def _is_due_to_placeholder(error: BaseException | None) -> bool:
    """Tell whether an error, or one of its causes, comes from the use of a placeholder."""
    for _ in range(MAX_CAUSES):
        if error is None or isinstance(error, (PlaceholderUsedError, ForbiddenLibraryError)):
            return error is not None
        error = error.__cause__ or error.__context__
    return False


def _bound_names(statement: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds at the top level."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
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


def _parameter_names(function: Callable) -> list[str]:
    """Return the names of a function's parameters; an empty list if they are unknown."""
    try:
        return [str(name) for name in inspect.signature(function).parameters]
    except (TypeError, ValueError, ForbiddenLibraryError, PlaceholderUsedError):
        return []

"""The reference answer to an exercise, and inputs under the names of its parameters."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from utils.checks import byhand
from utils.checks.calls import RemoteFunction, copy_arguments
from utils.checks.describe import describe
from utils.checks.lesson_answers import find_answer
from utils.checks.registry import import_if_there
from utils.checks.render import hang, input_size, show_value


@dataclass(frozen=True)
class Reference:
    """The reference answer to an exercise.

    It is ``utils.<topic>.<name>`` or, where `utils` has no such function, the answer in the
    lesson's own source.
    """

    topic: str
    name: str

    @property
    def exists(self) -> bool:
        """Whether there is one here: a student's copy has no lessons' sources."""
        return self._find(self.name) is not None

    def result(self, args: tuple, kwargs: dict) -> Any:
        """Return what the reference answer returns for copies of the arguments.

        Raises
        ------
        LookupError
            If there is no reference answer here.
        """
        copied_args, copied_kwargs = copy_arguments(args, kwargs)
        return self._answer(self.name)(*copied_args, **copied_kwargs)

    def input(self, args: tuple, kwargs: dict) -> Input:
        """Return an input under the names of the reference answer's parameters."""
        return Input(self._find(self.name), args, kwargs)

    @contextlib.contextmanager
    def substituted(self, names: Collection[str], function: Callable) -> Iterator[None]:
        """Let a student's function call the reference answers to some other exercises.

        Parameters
        ----------
        names : collection of str
            The other exercises of the lesson.
        function : callable
            The student's function. The reference answers take the place of the student's own
            functions of these names, and of those that are missing; not of a library's.
        """
        if isinstance(function, RemoteFunction):
            function.substitutes = {name: self._answer(name) for name in names}
            try:
                yield
            finally:
                function.substitutes = {}
            return
        namespace = getattr(inspect.unwrap(function), "__globals__", {})
        replaced = [
            name
            for name in names
            if not byhand.is_library(getattr(namespace.get(name), "__module__", None))
        ]
        own = {name: namespace[name] for name in replaced if name in namespace}
        namespace.update({name: byhand.trusted(self._answer(name)) for name in replaced})
        try:
            yield
        finally:
            for name in replaced:
                namespace.pop(name, None)
            namespace.update(own)

    def _answer(self, exercise: str) -> Callable:
        """Return the reference answer to an exercise of this lesson."""
        answer = self._find(exercise)
        if answer is None:
            raise LookupError(
                f"There is no reference answer to {exercise} here: neither in utils.{self.topic} "
                "nor in the lesson's own source"
            )
        return answer

    def _find(self, exercise: str) -> Callable | None:
        """Return the reference answer to an exercise of this lesson, if there is one."""
        module = import_if_there(f"utils.{self.topic}")
        return getattr(module, exercise, None) or find_answer(self.topic, exercise)


@dataclass(frozen=True, eq=False)
class Input:
    """The arguments of one call, by the names of the reference answer's parameters."""

    reference: Callable | None
    args: tuple
    kwargs: dict

    @functools.cached_property
    def named(self) -> dict[str, Any]:
        """The arguments by name; by position where no reference answer takes such arguments."""
        try:
            signature = inspect.signature(self.reference or _no_reference)
            bound = signature.bind(*self.args, **self.kwargs)
        except TypeError:
            return {str(index): value for index, value in enumerate(self.args)} | self.kwargs
        return dict(bound.arguments)

    @property
    def size(self) -> int:
        """The number of values in the arguments."""
        return input_size(self.args, self.kwargs)

    def describe(self) -> str:
        """Return the kind of each argument, without its numbers."""
        return ", ".join(f"{name} = {describe(value)}" for name, value in self.named.items())

    def show(self) -> str:
        """Return the arguments as text: in full where they are small."""
        lines = (hang(f"{name} = ", show_value(value)) for name, value in self.named.items())
        return "\n".join(lines)


def _no_reference() -> None:
    """Take the place of a reference answer, and no arguments."""

"""The reference answer to an exercise, and inputs under the names of its parameters."""

from __future__ import annotations

import contextlib
import functools
import importlib
import inspect
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from utils.checks import byhand
from utils.checks.calls import RemoteFunction, copy_arguments
from utils.checks.describe import describe
from utils.checks.render import hang, input_size, show_value


@dataclass(frozen=True)
class Reference:
    """The reference answer to an exercise: ``utils.<topic>.<name>``."""

    topic: str
    name: str

    @property
    def module(self) -> ModuleType:
        """The module with the reference answers of the lesson."""
        return importlib.import_module(f"utils.{self.topic}")

    @property
    def function(self) -> Callable:
        """The reference answer."""
        return getattr(self.module, self.name)

    def result(self, args: tuple, kwargs: dict) -> Any:
        """Return what the reference answer returns for copies of the arguments."""
        copied_args, copied_kwargs = copy_arguments(args, kwargs)
        return self.function(*copied_args, **copied_kwargs)

    def input(self, args: tuple, kwargs: dict) -> Input:
        """Return an input under the names of the reference answer's parameters."""
        return Input(self.function, args, kwargs)

    @contextlib.contextmanager
    def substituted(self, names: Collection[str], function: Callable) -> Iterator[None]:
        """Let a student's function call the reference answers to some other exercises.

        Parameters
        ----------
        names : collection of str
            The other exercises of the lesson.
        function : callable
            The student's function. The reference answers take the place of the student's own
            functions of these names.
        """
        if isinstance(function, RemoteFunction):
            function.substitutes = {name: getattr(self.module, name) for name in names}
            try:
                yield
            finally:
                function.substitutes = {}
            return
        namespace = getattr(function, "__globals__", {})
        own = {
            name: namespace[name]
            for name in names
            if name in namespace
            and not byhand.is_library(getattr(namespace[name], "__module__", None))
        }
        namespace.update({name: byhand.trusted(getattr(self.module, name)) for name in own})
        try:
            yield
        finally:
            namespace.update(own)


@dataclass(frozen=True, eq=False)
class Input:
    """The arguments of one call, by the names of the reference answer's parameters."""

    reference: Callable
    args: tuple
    kwargs: dict

    @functools.cached_property
    def named(self) -> dict[str, Any]:
        """The arguments by name; by position where the reference answer takes no such arguments."""
        try:
            bound = inspect.signature(self.reference).bind(*self.args, **self.kwargs)
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

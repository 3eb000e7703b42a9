"""What stands where a library is that an answer by hand may not use.

In the process that answers the judge's calls, a student's cells run with Python and NumPy alone.
All other packages of the environment can be imported there, but they are placeholders: naming them
is fine, annotations and unused imports do no harm. A demonstration that uses one is left out. An
answer that uses one has handed its work to a library, and is told so.
"""

from __future__ import annotations

import dis
import importlib.abc
import importlib.machinery
import importlib.metadata
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from types import ModuleType

import numpy as np

from utils.checks import byhand

ARITHMETIC = [
    "add",
    "sub",
    "mul",
    "matmul",
    "truediv",
    "floordiv",
    "mod",
    "divmod",
    "pow",
    "lshift",
    "rshift",
    "and",
    "xor",
    "radd",
    "rsub",
    "rmul",
    "rmatmul",
    "rtruediv",
    "rfloordiv",
    "rmod",
    "rdivmod",
    "rpow",
    "rlshift",
    "rrshift",
    "rand",
    "rxor",
    "iadd",
    "isub",
    "imul",
    "imatmul",
    "itruediv",
    "ifloordiv",
    "imod",
    "ipow",
    "ilshift",
    "irshift",
    "iand",
    "ixor",
    "ior",
    "neg",
    "pos",
    "abs",
    "invert",
    "lt",
    "le",
    "gt",
    "ge",
]
OPERATORS = [
    *ARITHMETIC,
    "bool",
    "len",
    "iter",
    "next",
    "reversed",
    "contains",
    "int",
    "float",
    "complex",
    "index",
    "round",
    "trunc",
    "floor",
    "ceil",
    "enter",
    "exit",
    "await",
    "aiter",
    "anext",
    "setitem",
    "delitem",
    "array",
    "mro_entries",
    "set_name",
    "format",
]


class PlaceholderUsedError(Exception):
    """A demonstration needs what is not there; it is left out."""


class ForbiddenLibraryError(Exception):
    """An answer uses a library."""


class ImportPolicy:
    """What is there and what is not, for one process.

    Parameters
    ----------
    installed : collection of str
        Top-level names of the packages that stand-ins stand for.
    constants : dict
        Plain values that a module has, by its name and theirs.
    call_judge : callable
        Called with the name and the arguments of a function of ``utils`` that is allowed.

    Attributes
    ----------
    answering : bool
        Whether the judge waits for an answer.
    allowed : collection of str
        Functions of ``utils`` that it may use, as ``module.function``.
    offence : str
        What the answer handed its work to.
    """

    def __init__(
        self,
        installed: Collection[str],
        constants: dict[str, dict[str, object]],
        call_judge: Callable[[str, tuple, dict], object],
    ):
        self.installed, self.constants, self._call_judge = installed, constants, call_judge
        self.answering = False
        self.allowed: Collection[str] = ()
        self.offence = ""

    def install(self) -> None:
        """Let imports find the stand-ins."""
        for name in list(sys.modules):
            if name.split(".")[0] in self.installed:
                del sys.modules[name]
        sys.meta_path.insert(0, _Finder(self))

    def begin(self, allowed: Collection[str]) -> None:
        """Begin an answer."""
        self.answering, self.allowed, self.offence = True, allowed, ""

    def end(self) -> None:
        """End an answer."""
        self.answering = False

    def use(self, name: str, args: tuple = (), kwargs: dict | None = None) -> object:
        """Use what is not there: a function is called, a value looked at."""
        if self.answering and name.removeprefix("utils.") in self.allowed:
            return self._call_judge(name.removeprefix("utils."), args, kwargs or {})
        if name.rpartition(".")[2] in byhand.PROGRESS_BARS and args:
            return args[0]
        if byhand.is_drawing(name) and (self.answering or not name.startswith(byhand.INSPECTED)):
            made = _draw(name.rpartition(".")[2], args, kwargs or {})
            return (Drawing(), made) if name.endswith("pyplot.subplots") else made
        if not self.answering:
            raise PlaceholderUsedError(name)
        library, _, function = name.partition(".")
        if not function:
            raise NameError(
                f"'{name}' is defined in a demonstration that is not run when your work is marked; "
                "use only the function's arguments"
            )
        self.offence = self.offence or f"{library} ({function.rpartition('.')[2]})"
        raise ForbiddenLibraryError(f"this exercise is to be written by hand, without {library}")


class Placeholder:
    """Something of a library, or what a demonstration would have made with one."""

    def __init__(self, world: ImportPolicy, name: str):
        object.__setattr__(self, "_world", world)
        object.__setattr__(self, "_stands_for", name)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Use it."""
        return self._world.use(self._stands_for, args, kwargs)

    def __getattr__(self, name: str) -> object:
        if name in ("__name__", "__qualname__"):
            return self._stands_for.rpartition(".")[2]
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(self._world, f"{self._stands_for}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        self._world.use(self._stands_for)

    # In annotations.
    def __getitem__(self, key: object) -> Placeholder:
        return self

    def __or__(self, other: object) -> Placeholder:
        return self

    __ror__ = __or__

    def __instancecheck__(self, instance: object) -> bool:
        return False

    def __subclasscheck__(self, subclass: type) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<{self._stands_for} is not there>"

    def __eq__(self, other: object) -> bool:
        kinds = (type, Placeholder, type(None))
        if isinstance(other, kinds) or type(other).__module__ == "typing":
            return self is other  # as annotations are compared
        return self._world.use(self._stands_for)

    def __hash__(self) -> int:
        return id(self)


def _make_operator(name: str) -> Callable:
    """Return a special method that uses what is not there."""

    def operate(self: Placeholder, *args: object) -> object:
        found = self._world.use(self._stands_for)
        return getattr(found, f"__{name}__")(*args) if isinstance(found, Drawing) else found

    operate.__name__ = f"__{name}__"
    return operate


for _name in OPERATORS:
    setattr(Placeholder, f"__{_name}__", _make_operator(_name))


class Drawing:
    """What drawing gives: anything can be done with it, and nothing comes of it.

    Parameters
    ----------
    name : str
        What it is called where it was found.
    """

    def __init__(self, name: str = ""):
        self._called = name

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Do nothing."""
        return _draw(self._called, args, kwargs)

    def __getattr__(self, name: str) -> Drawing:
        if name.startswith("__"):
            raise AttributeError(name)
        return Drawing(name)

    def __getitem__(self, key: object) -> Drawing:
        return self

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __enter__(self) -> Drawing:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __iter__(self) -> Iterator:
        return iter([Drawing() for _ in range(_count_targets())])

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return True

    def __contains__(self, item: object) -> bool:
        return False


for _name in ARITHMETIC:
    setattr(Drawing, f"__{_name}__", lambda self, *_: self)


def _count_targets() -> int:
    """Return into how many names the code that runs now takes a value apart; 0 if it does not."""
    frame = sys._getframe(1)
    while frame.f_globals is globals():
        frame = frame.f_back
    code = frame.f_code.co_code
    name, argument = dis.opname[code[frame.f_lasti]], code[frame.f_lasti + 1]
    return argument if name in ("UNPACK_SEQUENCE", "UNPACK_EX") else 0


def _draw(name: str, args: tuple, kwargs: dict) -> object:
    """Return what a drawing function gives."""
    if name == "subplots":
        return _lay_out(*args[:2], **kwargs)
    if name in byhand.RANGES:
        return 0.0, 1.0
    return Drawing()


def _lay_out(nrows: int = 1, ncols: int = 1, *, squeeze: bool = True, **_: object) -> object:
    """Return axes as matplotlib's ``subplots`` lays them out."""
    axes = np.empty((nrows, ncols), object)
    for place in np.ndindex(axes.shape):
        axes[place] = Drawing()
    if not squeeze:
        return axes
    return axes[0, 0] if axes.size == 1 else axes.squeeze()


def _find_versions() -> Iterator[tuple[str, str]]:
    """Yield the versions of the libraries that lessons import: cells like to print them."""
    for name in ("IPython", "ipywidgets", "keras", "matplotlib", "scipy", "skimage", "tensorflow"):
        with suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(DISTRIBUTIONS.get(name, name))


DISTRIBUTIONS = {"skimage": "scikit-image"}
# Found before a process is confined, when it can still be read which there are.
VERSIONS = dict(_find_versions())


class _Module(ModuleType):
    """A library's module that is not there."""

    def __init__(self, name: str, world: ImportPolicy):
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []
        self._world = world

    def __getattr__(self, name: str) -> object:
        if name == "__version__":
            return VERSIONS.get(self.__name__, "0")
        if name.startswith("__"):
            raise AttributeError(name)
        known = self._world.constants.get(self.__name__, {})
        if name in known:
            return known[name]
        return Placeholder(self._world, f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds stand-ins for installed packages."""

    def __init__(self, world: ImportPolicy):
        self._world = world

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a package, if it is one that is not there."""
        if name.split(".")[0] in self._world.installed:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make the stand-in."""
        return _Module(spec.name, self._world)

    def exec_module(self, module: ModuleType) -> None:
        """Run nothing."""

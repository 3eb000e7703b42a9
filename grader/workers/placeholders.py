"""Placeholder modules for libraries that must not be used in by-hand exercises.

In the worker that answers the judge's calls by hand, a student's cells run with Python and NumPy
only. All other installed packages can be imported there, but as placeholders: unused imports and
annotations do no harm. A demonstration that uses a placeholder is skipped. An answer that uses one
has let a library do the work, and fails with a message that says so.

Drawing is allowed everywhere: an answer may also draw its result. Its drawing functions return
`Drawing` objects, which accept any use and do nothing.
"""

from __future__ import annotations

import dis
import importlib.abc
import importlib.machinery
import importlib.metadata
import inspect
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from types import FrameType, ModuleType
from typing import Any

import numpy as np

from utils.checks import byhand

# Special methods, without their underscores.
ARITHMETIC = """
    add sub mul matmul truediv floordiv mod divmod pow lshift rshift and xor
    radd rsub rmul rmatmul rtruediv rfloordiv rmod rdivmod rpow rlshift rrshift rand rxor
    iadd isub imul imatmul itruediv ifloordiv imod ipow ilshift irshift iand ixor ior
    neg pos abs invert lt le gt ge
""".split()  # noqa: SIM905
OPERATORS = [
    *ARITHMETIC,
    *"""
    bool len iter next reversed contains int float complex index round trunc floor ceil
    enter exit await aiter anext setitem delitem array mro_entries set_name format
    """.split(),  # noqa: SIM905
]


class PlaceholderUsedError(Exception):
    """A demonstration uses a placeholder; the statement is skipped."""


class ForbiddenLibraryError(Exception):
    """An answer uses a library."""


class ImportPolicy:
    """Which libraries are placeholders in this process, and what using one means.

    Parameters
    ----------
    installed : collection of str
        Top-level names of the packages to replace by placeholders.
    constants : dict
        By module name, the plain values that the module has all the same.
    call_judge : callable
        Called with the name and the arguments of an allowed function of ``utils``.

    Attributes
    ----------
    answering : bool
        Whether a call from the judge is being answered; otherwise a cell is running.
    allowed : collection of str
        Functions of ``utils`` that the present call may use, as ``module.function``.
    violation : str
        The library, and its function, that the last call used although it must not.
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
        self.violation = ""

    def install(self) -> None:
        """Make imports find the placeholders."""
        for name in list(sys.modules):
            if name.split(".")[0] in self.installed:
                del sys.modules[name]
        sys.meta_path.insert(0, _Finder(self))

    def begin_call(self, allowed: Collection[str]) -> None:
        """Begin to answer a call."""
        self.answering, self.allowed, self.violation = True, allowed, ""

    def end_call(self) -> None:
        """End the present call."""
        self.answering = False

    def use_placeholder(self, name: str, args: tuple = (), kwargs: dict | None = None) -> Any:
        """Return the result of using a placeholder.

        Parameters
        ----------
        name : str
            The dotted name that it replaces; without a dot, a name that a skipped statement of the
            notebook would have defined.
        args, kwargs : tuple, dict
            The arguments, if it is called.

        Raises
        ------
        PlaceholderUsedError
            If a cell is running.
        ForbiddenLibraryError, NameError
            If a call is being answered.
        """
        kwargs = kwargs or {}
        function = name.rpartition(".")[2]
        if self.answering and name.removeprefix("utils.") in self.allowed:
            return self._call_judge(name.removeprefix("utils."), args, kwargs)
        if function in byhand.PROGRESS_BARS and args:
            return args[0]
        if byhand.is_drawing(name) and (self.answering or not name.startswith(byhand.INSPECTED)):
            drawn = _draw(function, args, kwargs)
            return (Drawing(), drawn) if name.endswith("pyplot.subplots") else drawn
        if not self.answering:
            raise PlaceholderUsedError(name)
        if "." not in name:
            raise NameError(
                f"'{name}' is defined in a demonstration that is not run when your work is marked; "
                "use only the function's arguments"
            )
        library = name.partition(".")[0]
        self.violation = self.violation or byhand.describe_use(library, function, _calling_frame())
        raise ForbiddenLibraryError(f"this exercise is to be written by hand, without {library}")


class Placeholder:
    """Stands for an attribute of a library, or for a name that a skipped statement defines.

    It can be passed around, looked into, and used in annotations; any other use is reported to the
    import policy.

    Parameters
    ----------
    policy : ImportPolicy
        Decides what a use means.
    name : str
        The dotted name of the attribute, or the name in the notebook.
    """

    def __init__(self, policy: ImportPolicy, name: str):
        object.__setattr__(self, "_policy", policy)
        object.__setattr__(self, "_dotted_name", name)

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Use it as a function."""
        return self._policy.use_placeholder(self._dotted_name, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name in ("__name__", "__qualname__"):
            return self._dotted_name.rpartition(".")[2]
        if name.startswith("__"):
            raise AttributeError(name)
        return Placeholder(self._policy, f"{self._dotted_name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        self._policy.use_placeholder(self._dotted_name)

    # These are needed in annotations.
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
        return f"<{self._dotted_name} is not there>"

    def __eq__(self, other: object) -> bool:
        kinds = (type, Placeholder, type(None))
        if isinstance(other, kinds) or type(other).__module__ == "typing":
            return self is other  # as when annotations are compared
        return self._policy.use_placeholder(self._dotted_name)

    def __hash__(self) -> int:
        return id(self)


def is_of_library(value: object) -> bool:
    """Tell whether a value stands for an attribute of a library."""
    return type(value) is Placeholder and "." in value._dotted_name  # noqa: SLF001  (of this module)


def _make_operator(name: str) -> Callable:
    """Return a special method that uses a placeholder."""

    def operate(self: Placeholder, *args: object) -> object:
        result = self._policy.use_placeholder(self._dotted_name)
        return getattr(result, f"__{name}__")(*args) if isinstance(result, Drawing) else result

    operate.__name__ = f"__{name}__"
    return operate


for _name in OPERATORS:
    setattr(Placeholder, f"__{_name}__", _make_operator(_name))


class Drawing:
    """The result of a drawing function: it accepts any use, and does nothing.

    Parameters
    ----------
    name : str
        The attribute name under which it was looked up.
    """

    def __init__(self, name: str = ""):
        self._name = name

    def __call__(self, *args: object, **kwargs: object) -> object:
        """Do nothing."""
        return _draw(self._name, args, kwargs)

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


def _draw(name: str, args: tuple, kwargs: dict) -> object:
    """Return the result of a drawing function."""
    if name == "subplots":
        return _subplots(*args[:2], **kwargs)
    if name in byhand.RANGES:
        return 0.0, 1.0
    return Drawing()


def _subplots(nrows: int = 1, ncols: int = 1, *, squeeze: bool = True, **_: object) -> object:
    """Return axes in an array of the shape that Matplotlib's ``subplots`` returns."""
    axes = np.empty((nrows, ncols), object)
    for place in np.ndindex(axes.shape):
        axes[place] = Drawing()
    if not squeeze:
        return axes
    return axes[0, 0] if axes.size == 1 else axes.squeeze()


def _count_targets() -> int:
    """Return the number of targets the calling frame unpacks into; 0 if it does not unpack.

    For ``lines, texts = axes.pie(...)``, for example, a drawing must have two elements. The number
    is read from the bytecode, so this depends on CPython: from 3.11 to 3.13 an instruction is two
    bytes, and the argument of both instructions that unpack is a number of targets.
    """
    frame = _calling_frame()
    if frame is None:
        return 0
    code = frame.f_code.co_code
    operation, argument = dis.opname[code[frame.f_lasti]], code[frame.f_lasti + 1]
    return argument if operation in ("UNPACK_SEQUENCE", "UNPACK_EX") else 0


def _calling_frame() -> FrameType | None:
    """Return the frame that uses a placeholder: the first that is not of this module."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals is globals():
        frame = frame.f_back
    return frame


def _find_versions() -> Iterator[tuple[str, str]]:
    """Yield the versions of the libraries that lessons import, since cells like to print them."""
    for name in ("IPython", "ipywidgets", "keras", "matplotlib", "scipy", "skimage", "tensorflow"):
        with suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(DISTRIBUTIONS.get(name, name))


DISTRIBUTIONS = {"skimage": "scikit-image"}
# Read when the module is imported: a confined process cannot.
VERSIONS = dict(_find_versions())


class _Module(ModuleType):
    """A placeholder for a module."""

    def __init__(self, name: str, policy: ImportPolicy):
        super().__init__(name)
        self.__path__: list[str] = []
        self.__all__: list[str] = []
        self._policy = policy

    def __getattr__(self, name: str) -> object:
        if name == "__version__":
            return VERSIONS.get(self.__name__, "0")
        if name.startswith("__"):
            raise AttributeError(name)
        constants = self._policy.constants.get(self.__name__, {})
        if name in constants:
            return constants[name]
        return Placeholder(self._policy, f"{self.__name__}.{name}")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds placeholders for installed packages."""

    def __init__(self, policy: ImportPolicy):
        self._policy = policy

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module of a package that is replaced."""
        if name.split(".")[0] in self._policy.installed:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """Make the placeholder."""
        return _Module(spec.name, self._policy)

    def exec_module(self, module: ModuleType) -> None:
        """Execute nothing."""

"""By hand means by hand: notice when a student's function lets a library do the work.

What counts is what the code does while it runs. A comment, a docstring or an unused import that
mentions SciPy is no offence; SciPy reached under another name is one.
"""

from __future__ import annotations

import functools
import gc
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import FrameType

# What an answer written by hand may import besides Python's standard library. The other two are of
# no use but to write Python.
ALLOWED_PACKAGES = ("numpy", "typing_extensions", "six")
# What must not do the work.
LIBRARIES = frozenset(
    """
    scipy skimage cv2 PIL sklearn tensorflow keras torch jax cupy numba utils
    """.split()  # noqa: SIM905
)
# Drawing is free, but this part of Matplotlib computes colours.
HELPERS = frozenset({"matplotlib.colors"})
# These modules of `utils` draw, load or compare; none of them is an exercise.
FREE = ("utils.plots", "utils.widgets", "utils.data", "utils.checks")
# Of these, this one knows how to take a Keras model apart.
NOT_FREE = ("utils.checks.models", "utils.checks.model_difference")
# These only draw: what a picture shows is no result.
DRAWING = ("matplotlib", "matplotlib_inline", "mpl_toolkits", "IPython", "ipywidgets", "anywidget")
DRAWING += ("tqdm", "rich", "traitlets", *FREE)
# Of what draws, these compute.
COMPUTING = ("matplotlib.colors", "matplotlib.image", "matplotlib.mlab", "matplotlib.tri")
# Of what draws, a demonstration inspects the results of these.
INSPECTED = ("utils.data", "utils.checks")
# Progress bars give back what they are given.
PROGRESS_BARS = ("tqdm", "track", "progress_bar")
# Matplotlib's functions that give a pair of numbers.
RANGES = ("xlim", "ylim", "get_xlim", "get_ylim", "get_size_inches")


@contextmanager
def watch(allowed: Collection[str] = ()) -> Iterator[list[str]]:
    """Record which library functions are called inside the ``with`` block.

    Parameters
    ----------
    allowed : collection of str
        Functions of ``utils`` that may be called after all, as ``module.function``.

    Yields
    ------
    list of str
        Filled while the block runs: the first such function, as ``scipy (correlate2d)``, or
        nothing.

    Notes
    -----
    It uses Python's profiling hook, so it sees calls of Python functions and of compiled ones,
    whatever name they were imported under, in this thread and in threads started in the block.
    Garbage is not collected meanwhile: a library's objects from before would call their library.
    """
    used: list[str] = []

    def hook(frame: FrameType, event: str, arg: object) -> None:
        if used or event not in ("call", "c_call"):
            return
        if event == "call":
            module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        else:
            module, name = getattr(arg, "__module__", None), getattr(arg, "__name__", "?")
        caller = (frame.f_back if event == "call" else frame).f_globals.get("__name__")
        if (
            is_library(module)
            and name != "<module>"
            and not _is_drawing(caller)
            and not _is_excused(frame, allowed)
        ):
            used.append(f"{str(module).split('.')[0]} ({name})")

    before, collecting = sys.getprofile(), gc.isenabled()
    gc.disable()
    threading.setprofile(hook)
    sys.setprofile(hook)
    try:
        yield used
        if sys.getprofile() is not hook and not used:
            used.append("code that switches this check off")
    finally:
        sys.setprofile(before)
        threading.setprofile(before)
        if collecting:
            gc.enable()


def trusted(function: Callable) -> Callable:
    """Return a function that does the same, unseen by `watch`."""

    @functools.wraps(function)
    def unseen(*args: object, **kwargs: object) -> object:
        hook = sys.getprofile()
        sys.setprofile(None)
        try:
            return function(*args, **kwargs)
        finally:
            sys.setprofile(hook)

    return unseen


def is_library(module: object) -> bool:
    """Tell whether a module's name belongs to a library that must not do the work."""
    return (
        isinstance(module, str)
        and (module in HELPERS or module.split(".", 1)[0] in LIBRARIES)
        and not (_is_inside(module, FREE) and module not in NOT_FREE)
    )


def is_drawing(name: str) -> bool:
    """Tell whether what has this dotted name only draws."""
    module, _, last = name.rpartition(".")
    if module == "matplotlib.colors" and last[:1].isupper():
        return True  # a class, such as Normalize, only says how to draw
    computes = any(name.startswith(f"{package}.") for package in COMPUTING)
    return _is_inside(name, DRAWING) and not computes and not _is_inside(name, NOT_FREE)


def _is_inside(name: str, packages: Collection[str]) -> bool:
    """Tell whether a dotted name is one of some packages or modules, or in one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _is_drawing(caller: object) -> bool:
    """Tell whether what draws calls: it may use any library, whose result is a picture."""
    return str(caller).startswith(("matplotlib", "PIL", "utils.plots"))


def _is_excused(frame: FrameType | None, allowed: Collection[str]) -> bool:
    """Tell whether a call stands, up to the student's function, inside something that is allowed.

    That is a function named in ``allowed``, or an import: a library's module body, and what it
    calls, run when it is imported, which is not yet a use of it.
    """
    while frame is not None:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module == "importlib._bootstrap" or f"{module}.{name}".removeprefix("utils.") in allowed:
            return True
        if module in (__name__, "utils.checks.calls"):
            return False
        frame = frame.f_back
    return False

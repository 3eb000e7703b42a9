"""The policy on answers written by hand, and the watch for library calls that break it.

The policy judges what code does while it runs. A comment, a docstring or an unused import that
mentions SciPy does not break it; calling SciPy under another name does.
"""

from __future__ import annotations

import functools
import gc
import linecache
import sys
import sysconfig
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

# An answer may import these besides Python's standard library. The last two only help to write
# Python, and compute nothing.
ALLOWED_PACKAGES = ("numpy", "typing_extensions", "six")
# An answer may not call these.
FORBIDDEN_LIBRARIES = frozenset(
    """
    scipy skimage cv2 PIL sklearn tensorflow keras torch jax cupy numba utils
    """.split()  # noqa: SIM905
)
# Nor this part of Matplotlib, which computes colours; the rest of Matplotlib may be called.
FORBIDDEN_MODULES = frozenset({"matplotlib.colors"})
# These modules of `utils` may be called: they draw, load or compare, and do no exercise.
FREE_UTILS = ("utils.plots", "utils.widgets", "utils.data", "utils.checks")
# But not these of them, which take a Keras model apart.
FORBIDDEN_UTILS = (
    *("utils.checks.models", "utils.checks.model_difference", "utils.checks.graphs"),
)

# These packages draw. Where an answer is marked, placeholders take their place, because a figure
# is not part of a result.
DRAWING_PACKAGES: tuple[str, ...] = (
    *("matplotlib", "matplotlib_inline", "mpl_toolkits", "IPython", "ipywidgets", "anywidget"),
    *("tqdm", "rich", "traitlets"),
    *FREE_UTILS,
)
# These modules of drawing packages compute something.
COMPUTING_MODULES = ("matplotlib.colors", "matplotlib.image", "matplotlib.mlab", "matplotlib.tri")
# Demonstrations inspect what these modules return, so placeholders do for answers only.
INSPECTED = ("utils.data", "utils.checks")
# Progress bars return the sequence that they are given.
PROGRESS_BARS = ("tqdm", "track", "progress_bar")
# These functions of Matplotlib return a pair of numbers.
RANGES = ("xlim", "ylim", "get_xlim", "get_ylim", "get_size_inches")


MAX_CALL_CHARACTERS = 80  # of a call that is shown
# What is in these folders was not written by the student.
_LIBRARY_FOLDERS = (
    *{sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")},
    str(Path(__file__).parents[1]),
    "<frozen",
)


@contextmanager
def watch(allowed: Collection[str] = ()) -> Iterator[list[str]]:
    """Record which library functions are called inside the ``with`` block.

    Parameters
    ----------
    allowed : collection of str
        Functions of ``utils`` that may be called all the same, as ``module.function``.

    Yields
    ------
    list of str
        The first forbidden use of a library, as `describe_use` returns it; empty if there is none.

    Notes
    -----
    Python's profiling hook sees calls of Python functions and of compiled ones, whatever name they
    were imported under, in this thread and in threads started in the block. Garbage collection is
    off meanwhile, because the finalisers of a library's old objects would call their library.
    """
    used: list[str] = []

    def hook(frame: FrameType, event: str, arg: object) -> None:
        if used or event not in ("call", "c_call"):
            return
        if event == "call":
            module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        else:
            module, name = getattr(arg, "__module__", None), getattr(arg, "__name__", "?")
        caller = frame.f_back if event == "call" else frame
        if (
            is_library(module)
            and name != "<module>"
            and not _draws(caller)
            and not _is_excused(frame, allowed)
        ):
            used.append(describe_use(str(module).split(".")[0], name, caller))

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


def describe_use(library: str, function: str, frame: FrameType | None) -> str:
    """Describe the use of a library by what the student wrote.

    Parameters
    ----------
    library, function : str
        The library, and the function of it that was called.
    frame : frame, optional
        The calling frame; the student's code is this frame or one that called it.

    Returns
    -------
    str
        For example ``scipy (`signal.correlate2d(image, kernel)`)``; the function's bare name in
        parentheses where the student's code has no source.
    """
    while frame is not None and frame.f_code.co_filename.startswith(_LIBRARY_FOLDERS):
        frame = frame.f_back
    text = _current_expression(frame) if frame is not None else ""
    return f"{library} (`{text}`)" if text else f"{library} ({function})"


def _current_expression(frame: FrameType) -> str:
    """Return the source of the expression that a frame evaluates, on one line."""
    positions = [*frame.f_code.co_positions()][frame.f_lasti // 2]
    first, last, start, end = positions
    if first is None or last is None or start is None or end is None:
        return ""
    lines = [
        linecache.getline(frame.f_code.co_filename, number).encode()
        for number in range(first, last + 1)
    ]
    if not lines[0]:
        return ""
    lines[-1] = lines[-1][:end]
    lines[0] = lines[0][start:]
    text = " ".join(b"".join(lines).decode("utf-8", "replace").split())
    return text if len(text) <= MAX_CALL_CHARACTERS else f"{text[:MAX_CALL_CHARACTERS]}..."


def trusted(function: Callable) -> Callable:
    """Return a function that does the same, and that `watch` does not see."""

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
    """Return whether an answer may not call functions of the module of this name."""
    return (
        isinstance(module, str)
        and (module in FORBIDDEN_MODULES or module.split(".", 1)[0] in FORBIDDEN_LIBRARIES)
        and not (_is_inside(module, FREE_UTILS) and module not in FORBIDDEN_UTILS)
    )


def is_drawing(name: str) -> bool:
    """Return whether the module, class or function of this dotted name only draws."""
    module, _, last = name.rpartition(".")
    if module == "matplotlib.colors" and last[:1].isupper():
        return True  # a class, such as Normalize, only describes how to draw
    computes = any(name.startswith(f"{module}.") for module in COMPUTING_MODULES)
    return (
        _is_inside(name, DRAWING_PACKAGES)
        and not computes
        and not _is_inside(name, FORBIDDEN_UTILS)
    )


def _is_inside(name: str, packages: Collection[str]) -> bool:
    """Return whether a dotted name is that of one of some packages, or inside one of them."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def _draws(caller: FrameType | None) -> bool:
    """Return whether the calling code draws, and so may call any library."""
    module = caller.f_globals.get("__name__") if caller else None
    return str(module).startswith(("matplotlib", "PIL", "utils.plots"))


def _is_excused(frame: FrameType | None, allowed: Collection[str]) -> bool:
    """Return whether a call is made by an allowed function, or by an import.

    The stack is searched up to the student's function for a function named in ``allowed``. A
    library that is imported runs its own module's code, and that is not yet a use of the library.
    """
    while frame is not None:
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module == "importlib._bootstrap" or f"{module}.{name}".removeprefix("utils.") in allowed:
            return True
        if module in (__name__, "utils.checks.calls"):
            return False
        frame = frame.f_back
    return False

"""By hand means by hand: notice when a student's function lets a library do the work.

What counts is what the code does while it runs. A comment, a docstring or an unused import that
mentions SciPy is no offence; SciPy reached under another name is one.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LIBRARIES = frozenset(
    ["scipy", "skimage", "cv2", "PIL", "sklearn", "tensorflow", "keras", "torch", "jax", "cupy", "numba", "utils"]
)
# These draw, load or compare; none of them is an exercise.
FREE = frozenset({"utils.plots", "utils.widgets", "utils.checks", "utils.compare", "utils.byhand"})


@contextmanager
def watch() -> Iterator[list[str]]:
    """Record which library functions are called inside the ``with`` block.

    Yields
    ------
    list of str
        Filled while the block runs: the first such function, as ``scipy (correlate2d)``, or
        nothing.

    Notes
    -----
    It uses Python's profiling hook, so it sees calls of Python functions and of compiled ones,
    whatever name they were imported under, in this thread and in threads started in the block.
    """
    used: list[str] = []

    def hook(frame: FrameType, event: str, arg: object) -> None:
        if used or event not in ("call", "c_call"):
            return
        if event == "call":
            module, name = frame.f_globals.get("__name__"), frame.f_code.co_name
        else:
            module, name = getattr(arg, "__module__", None), getattr(arg, "__name__", "?")
        # A library's own module body, and what it calls, run when it is imported: not a use of it.
        if _is_library(module) and name != "<module>" and not _is_importing(frame):
            used.append(f"{str(module).split('.')[0]} ({name})")

    before = sys.getprofile()
    threading.setprofile(hook)
    sys.setprofile(hook)
    try:
        yield used
        if sys.getprofile() is not hook and not used:
            used.append("code that switches this check off")
    finally:
        sys.setprofile(before)
        threading.setprofile(before)


def _is_library(module: object) -> bool:
    """Tell whether a module's name belongs to a library that must not do the work."""
    return isinstance(module, str) and module.split(".", 1)[0] in LIBRARIES and module not in FREE


def _is_importing(frame: FrameType | None) -> bool:
    """Tell whether an import is under way further up the stack, up to the student's call."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module == "importlib._bootstrap":
            return True
        if module == __name__ or module == "utils.checks":
            return False
        frame = frame.f_back
    return False

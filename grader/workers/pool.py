"""The warm pool: a fork server for each role, with the role's libraries imported."""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import sys
import sysconfig
import threading
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course.imports import lead_to_keras
from grader.isolation.forkserver import ForkServer, ProcessStartError
from grader.workers.policy import installed_names, readable
from utils.checks.byhand import ALLOWED_PACKAGES

STANDARD = [
    *("ast", "bisect", "cmath", "codecs", "collections.abc", "copy", "ctypes", "dataclasses"),
    *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "inspect", "itertools"),
    *("json", "linecache", "math", "numbers", "operator", "pathlib", "pickle", "pprint", "random"),
    *("re", "statistics", "string", "textwrap", "time", "timeit", "traceback", "typing"),
    *("warnings", "zlib", "array", "mmap", "struct", "hashlib", "bz2", "lzma", "csv", "queue"),
    *("unicodedata", "resource", "select", "socket", "asyncio", "concurrent.futures", "secrets"),
    *("contextlib", "tempfile", "shutil", "glob", "io", "logging", "urllib.parse", "uuid"),
]
NUMPY = [
    *ALLOWED_PACKAGES,
    *("numpy.fft", "numpy.linalg", "numpy.random", "numpy.ma", "numpy.polynomial"),
    *("numpy.testing", "numpy.lib.stride_tricks", "numpy.typing", "numpy.ctypeslib"),
]
DRAWING = [
    *(
        "grader.workers.notebook",
        "IPython.lib.pretty",
        "IPython.core.completer",
        "IPython.core.magics",
    ),
    *("matplotlib.pyplot", "matplotlib_inline.backend_inline", "ipywidgets", "stack_data"),
    *("scipy.signal", "scipy.ndimage", "skimage.data", "skimage.filters"),
    *("pygments.lexers.python", "pygments.formatters.terminal256"),
]
NEEDLESS = ("_test", "_xx", "xx", "_ctypes_test", "_tkinter", "readline")  # tests; a display
JUDGING = ["grader.workers.judge", "utils.checks", "utils.data"]
JUDGING += ["scipy.signal", "scipy.ndimage", "skimage.filters"]
KERAS = ["keras", "tensorflow", "grader.workers.keras_codec"]


def _is_installed(root: Path) -> bool:
    """Return whether a course's ``utils`` is the installed one."""
    return root.resolve() == Path(__file__).resolve().parents[2]


def prepare_answers() -> None:
    """Do once, before any fork, what each process that answers would do for itself."""
    readable("answers")
    installed_names()
    _load_compiled_parts()


def _load_compiled_parts() -> None:
    """Load what of the standard library is compiled: where answers are given, nothing can be."""
    folder = sysconfig.get_config_var("DESTSHARED")
    for path in Path(folder).glob("*.so") if folder else ():
        name = path.name.split(".")[0]
        if not name.startswith(NEEDLESS):
            with contextlib.suppress(ImportError), warnings.catch_warnings(action="ignore"):
                importlib.import_module(name)


def prepare_keras() -> None:
    """As `prepare_answers`, for exercises about Keras."""
    readable("keras")
    installed_names()


def prepare_judge() -> None:
    """As `prepare_answers`, for the judge; with the reference answers and the known mistakes."""
    readable("judge")
    with_keras = "keras" in sys.modules
    with _no_first_tensor() if with_keras else contextlib.nullcontext():
        for folder in importlib.import_module("utils").__path__:
            # Some of the known mistakes about Keras are models, made when they are imported.
            for path in sorted(Path(folder).glob("*.py" if with_keras else "**/*.py")):
                name = ".".join(path.relative_to(Path(folder).parent).with_suffix("").parts)
                draws = path.stem in ("plots", "__init__") or path.parent.name == "widgets"
                if not draws and (with_keras or not lead_to_keras({name}, Path(folder).parent)):
                    importlib.import_module(name)


@contextlib.contextmanager
def _no_first_tensor() -> Iterator[None]:
    """Keep `utils.keras_setup` from making a tensor when it is imported.

    With the first one TensorFlow starts threads, and threads do not survive a fork.
    """
    import tensorflow

    kept, tensorflow.constant = tensorflow.constant, lambda *_: None
    try:
        yield
    finally:
        tensorflow.constant = kept
    from tensorflow.python.eager import context

    if context.context()._initialized:
        raise RuntimeError("importing utils made TensorFlow start its threads")


def prepare_notebook() -> None:
    """As `prepare_answers`, for the notebook."""
    readable("notebook")


class WarmPool:
    """The warm parents: one for each kind of process and set of libraries, begun when needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[tuple, threading.Lock] = {}  # one each: none waits for another's imports
        self._made: dict[tuple, ForkServer] = {}
        self._closed = False

    def get(self, role: str, with_keras: bool, root: Path | None) -> ForkServer:
        """Return the parent for a kind of process.

        Parameters
        ----------
        role : {"judge", "answers", "keras", "notebook"}
            What the process is for.
        with_keras : bool
            Whether it needs Keras.
        root : Path or None
            The course, whose ``utils`` the judge and the notebook import; the installed one's
            without.

        Raises
        ------
        ProcessStartError
            If it cannot be begun, or all have been ended.
        """
        if role not in ("judge", "notebook"):
            root = None
        key = (role, with_keras, root)
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            found = self._made.get(key)
            if found is None or not found.alive:
                found = self._keep(key, self._make(*key))
            return found

    def _keep(self, key: tuple, zygote: ForkServer) -> ForkServer:
        """Keep a parent, unless it comes too late."""
        with self._lock:
            if not self._closed:
                self._made[key] = zygote
                return zygote
        zygote.close()
        raise ProcessStartError("the grader is being stopped")

    def warm_up(self, kinds: Iterable[tuple[str, bool]], root: Path | None) -> None:
        """Begin the warm parents for some roles, each with or without Keras; return at once."""

        def begin(role: str, with_keras: bool) -> None:
            with contextlib.suppress(ProcessStartError):
                self.get(role, with_keras, root)

        for kind in kinds:
            threading.Thread(target=begin, args=kind, daemon=True).start()

    def _make(self, role: str, with_keras: bool, root: Path | None) -> ForkServer:
        """Make one. Each is forked from the one above that has part of what it needs.

        base, with NumPy and, if asked, Keras: answers or keras; judge: notebook.
        """
        path = "" if root is None else str(root)
        prepare = f"grader.workers.pool:prepare_{role}"
        if role == "base":
            preload = ["grader.workers.pool", "grader.workers.student", *STANDARD, *NUMPY]
            return ForkServer([*preload, *(KERAS if with_keras else ())])
        if role == "notebook":
            return ForkServer(DRAWING, prepare, self.get("judge", with_keras, root))
        if role == "judge" and root is not None and not _is_installed(root):
            # The base has imported the installed ``utils``; the course has its own.
            preload = [*NUMPY, *(KERAS if with_keras else ()), *JUDGING]
            return ForkServer(preload, prepare, None, path)
        base = self.get("base", with_keras, None)
        return ForkServer(JUDGING if role == "judge" else [], prepare, base, path)

    def close(self) -> None:
        """End them all, and all that they forked."""
        with self._lock:
            self._closed, made = True, [*self._made.values()]
            self._made.clear()
        for zygote in reversed(made):
            zygote.close()


@functools.cache
def shared_pool() -> WarmPool:
    """Return this process's warm parents; they end with it."""
    pool = WarmPool()
    atexit.register(pool.close)
    return pool

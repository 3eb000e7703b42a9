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
from grader.workers.policy import installed_names, readable, visible
from utils.checks.byhand import ALLOWED_PACKAGES

# Modules that a lesson or an answer may import; see `_start` for which server imports what.
PRELOAD_STANDARD_LIBRARY = """
    array ast asyncio bisect bz2 cmath codecs collections.abc concurrent.futures contextlib copy
    csv ctypes dataclasses datetime decimal enum fractions functools glob hashlib heapq inspect io
    itertools json linecache logging lzma math mmap numbers operator pathlib pickle pprint queue
    random re resource secrets select shutil socket statistics string struct tempfile textwrap time
    timeit traceback typing unicodedata urllib.parse uuid warnings zlib
""".split()  # noqa: SIM905
PRELOAD_NUMPY = [
    *ALLOWED_PACKAGES,
    *"""
    numpy.ctypeslib numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial
    numpy.random numpy.testing numpy.typing
    """.split(),  # noqa: SIM905
]
PRELOAD_KERAS = """
    keras tensorflow grader.workers.keras_codec grader.workers.keras_standin
""".split()  # noqa: SIM905
PRELOAD_JUDGE = """
    grader.workers.judge utils.checks utils.data scipy.signal scipy.ndimage skimage.filters
""".split()  # noqa: SIM905
PRELOAD_NOTEBOOK = """
    grader.workers.notebook IPython.lib.pretty IPython.core.completer IPython.core.magics
    matplotlib.pyplot matplotlib_inline.backend_inline ipywidgets stack_data
    scipy.signal scipy.ndimage skimage.data skimage.filters
    pygments.lexers.python pygments.formatters.terminal256
""".split()  # noqa: SIM905

# Compiled modules of the standard library that no answer needs: CPython's own tests, a display, and
# a terminal.
UNUSED_COMPILED_PREFIXES = ("_test", "_xx", "xx", "_ctypes_test", "_tkinter", "readline")


class WarmPool:
    """Fork servers, one for each role and set of libraries, started on demand."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # One lock for each server, so that no thread waits for the imports of another server.
        self._start_locks: dict[tuple, threading.Lock] = {}
        self._servers: dict[tuple, ForkServer] = {}
        self._closed = False

    def get(self, role: str, with_keras: bool, root: Path | None) -> ForkServer:
        """Return the fork server for a role.

        Parameters
        ----------
        role : {"judge", "answers", "keras", "notebook"}
            The role of the workers to fork.
        with_keras : bool
            Whether they need Keras.
        root : Path or None
            The course, whose ``utils`` the judge and the notebook worker import; if None, they
            import the installed one.

        Raises
        ------
        ProcessStartError
            If it cannot be started, or the pool has been closed.
        """
        if role not in ("judge", "notebook"):
            root = None
        key = (role, with_keras, root)
        with self._lock:
            start_lock = self._start_locks.setdefault(key, threading.Lock())
        with start_lock:
            server = self._servers.get(key)
            if server is None or not server.alive:
                server = self._keep(key, self._start(*key))
            return server

    def warm_up(self, kinds: Iterable[tuple[str, bool]], root: Path | None) -> None:
        """Start fork servers in the background.

        Parameters
        ----------
        kinds : iterable of (str, bool)
            The role of each, and whether it needs Keras.
        root : Path or None
            As for `get`.
        """

        def start(role: str, with_keras: bool) -> None:
            with contextlib.suppress(ProcessStartError):
                self.get(role, with_keras, root)

        for kind in kinds:
            threading.Thread(target=start, args=kind, daemon=True).start()

    def close(self) -> None:
        """Kill all fork servers and all processes that they forked."""
        with self._lock:
            self._closed = True
            servers = list(self._servers.values())
            self._servers.clear()
        for server in reversed(servers):
            server.close()

    def _start(self, role: str, with_keras: bool, root: Path | None) -> ForkServer:
        """Start a fork server, forked from another one that has part of what it needs.

        The tree is: base (NumPy, and Keras if needed), from it answers or keras, and judge; from
        judge: notebook. The base has imported the installed ``utils``, so the judge of a course
        with a ``utils`` of its own starts from a new interpreter.
        """
        path = "" if root is None else str(root)
        prepare = f"grader.workers.pool:prepare_{role}"
        if role == "base":
            preload = ["grader.workers.pool", "grader.workers.student"]
            preload += PRELOAD_STANDARD_LIBRARY + PRELOAD_NUMPY
            return ForkServer(preload + (PRELOAD_KERAS if with_keras else []))
        view = visible(role, path or None)
        if role == "notebook":
            judge = self.get("judge", with_keras, root)
            return ForkServer(PRELOAD_NOTEBOOK, prepare, judge, view=view)
        if role == "judge" and root is not None and not _is_installed(root):
            preload = PRELOAD_NUMPY + (PRELOAD_KERAS if with_keras else []) + PRELOAD_JUDGE
            return ForkServer(preload, prepare, None, path, view)
        base = self.get("base", with_keras, None)
        return ForkServer(PRELOAD_JUDGE if role == "judge" else [], prepare, base, path, view)

    def _keep(self, key: tuple, server: ForkServer) -> ForkServer:
        """Keep a fork server, unless the pool was closed while it started."""
        with self._lock:
            if not self._closed:
                self._servers[key] = server
                return server
        server.close()
        raise ProcessStartError("the grader is being stopped")


@functools.cache
def shared_pool() -> WarmPool:
    """Return the pool of this process, which is closed at exit."""
    pool = WarmPool()
    atexit.register(pool.close)
    return pool


def prepare_answers() -> None:
    """Do once, in the fork server, what every ``answers`` worker would otherwise do itself."""
    readable("answers")
    installed_names()
    _load_compiled_modules()


def prepare_keras() -> None:
    """Do the same for the role ``keras``."""
    readable("keras")
    installed_names()


def prepare_judge() -> None:
    """Do the same for the judge; also import the reference answers and the known mistakes."""
    readable("judge")
    with_keras = "keras" in sys.modules
    with _no_first_tensor() if with_keras else contextlib.nullcontext():
        for folder in map(Path, importlib.import_module("utils").__path__):
            # Known mistakes about Keras can make models when imported, so they are left out.
            for path in sorted(folder.rglob("*.py")):
                name = ".".join(path.relative_to(folder.parent).with_suffix("").parts)
                draws = path.stem in ("plots", "__init__") or path.parent.name == "widgets"
                if draws or (with_keras and path.parent.name == "mistakes"):
                    continue
                if with_keras or not lead_to_keras({name}, folder.parent):
                    importlib.import_module(name)


def prepare_notebook() -> None:
    """Do the same for the notebook worker; also make its shell."""
    readable("notebook")
    importlib.import_module("grader.workers.notebook").warm_shell()


def _is_installed(root: Path) -> bool:
    """Tell whether a course's ``utils`` is the installed one."""
    return root.resolve() == Path(__file__).resolve().parents[2]


def _load_compiled_modules() -> None:
    """Import the compiled modules of the standard library: ``answers`` workers may load no code."""
    folder = sysconfig.get_config_var("DESTSHARED")
    for path in Path(folder).glob("*.so") if folder else ():
        name = path.name.split(".")[0]
        if not name.startswith(UNUSED_COMPILED_PREFIXES):
            with contextlib.suppress(ImportError), warnings.catch_warnings(action="ignore"):
                importlib.import_module(name)


@contextlib.contextmanager
def _no_first_tensor() -> Iterator[None]:
    """Keep `utils.keras_setup` from making a tensor when it is imported.

    With the first tensor TensorFlow starts threads, and threads do not survive a fork.
    """
    import tensorflow

    make_tensor, tensorflow.constant = tensorflow.constant, lambda *_: None
    try:
        yield
    finally:
        tensorflow.constant = make_tensor
    from tensorflow.python.eager import context

    if context.context()._initialized:  # noqa: SLF001  (TensorFlow has no public name for it)
        raise RuntimeError("importing utils made TensorFlow start its threads")

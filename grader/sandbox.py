"""Which processes take part in marking, and what each may read.

- ``judge``: trusted; runs the test cells.
- ``answers``: runs a student's cells in order to answer the judge's calls by hand: with Python and
  NumPy alone, neither other libraries nor the reference answers within reach.
- ``keras``: the same for exercises in which Keras is the subject.
- ``notebook``: runs a student's cells in order to show what they put out, with all libraries.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import site
import socket
import sys
import sysconfig
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from grader.channel import Broken, Channel, Closed, Late
from grader.confine import Limits, Unavailable, carve, check_available, confine
from grader.libraries import lead_to_keras
from grader.zygote import CannotStart, Zygote

# A NumPy lesson takes a hundred megabytes, TensorFlow in training a thousand.
SYSTEM = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib"),
    *("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/zoneinfo", "/usr/share/mime"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/mime.types"),
)
DEVICES = (
    *("/dev/zero", "/dev/random", "/dev/urandom", "/dev/full"),
    *("/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"),
)
STANDARD = [
    *("ast", "bisect", "cmath", "codecs", "collections.abc", "copy", "ctypes", "dataclasses"),
    *("datetime", "decimal", "enum", "fractions", "functools", "heapq", "inspect", "itertools"),
    *("json", "linecache", "math", "numbers", "operator", "pathlib", "pickle", "pprint", "random"),
    *("re", "statistics", "string", "textwrap", "time", "timeit", "traceback", "typing"),
    *("warnings", "zlib", "array", "mmap", "struct", "hashlib", "bz2", "lzma", "csv", "queue"),
    *("unicodedata", "resource", "select", "socket", "asyncio", "concurrent.futures", "secrets"),
    *("contextlib", "tempfile", "shutil", "glob", "io", "logging", "urllib.parse", "uuid"),
]
HELPING = ("typing_extensions", "six")  # of no use but to write Python
NUMPY = [
    *HELPING,
    *("numpy", "numpy.fft", "numpy.linalg", "numpy.random", "numpy.ma", "numpy.polynomial"),
    *("numpy.testing", "numpy.lib.stride_tricks", "numpy.typing", "numpy.ctypeslib"),
]
DRAWING = [
    *("grader.shell", "IPython.lib.pretty", "IPython.core.completer", "IPython.core.magics"),
    *("matplotlib.pyplot", "matplotlib_inline.backend_inline", "ipywidgets", "stack_data"),
    *("scipy.signal", "scipy.ndimage", "skimage.data", "skimage.filters"),
    *("pygments.lexers.python", "pygments.formatters.terminal256"),
]
NEEDLESS = ("_test", "_xx", "xx", "_ctypes_test", "_tkinter", "readline")  # tests; a display
JUDGING = ["grader.judge", "utils.checks", "utils.compare", "utils.data"]
JUDGING += ["scipy.signal", "scipy.ndimage", "skimage.filters"]
KERAS = ["keras", "tensorflow", "grader.keras_values"]


@functools.cache
def site_folders() -> tuple[Path, ...]:
    """Return where installed packages lie, those of the interpreter itself included."""
    names = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *site.getsitepackages()}
    names.add(site.getusersitepackages())
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for prefix in (sys.prefix, sys.base_prefix, "/usr", "/usr/local"):
        for kind in ("site-packages", "dist-packages"):
            names.add(f"{prefix}/lib/{version}/{kind}")
            names.add(f"{prefix}/lib/python3/{kind}")
    return tuple(sorted({Path(name).resolve() for name in names if os.path.isdir(name)}))


@functools.cache
def installed_names() -> frozenset[str]:
    """Return the top-level names that can be imported beyond the standard library."""
    names = {"utils", "grader"}
    for folder in site_folders():
        for entry in os.listdir(folder):
            stem = entry.split(".")[0]
            if stem.isidentifier() and (entry.endswith((".py", ".so")) or stem == entry):
                names.add(stem)
    return frozenset(names - set(sys.stdlib_module_names) - {"numpy", "__pycache__", *HELPING})


@functools.cache
def readable(role: str) -> tuple[str, ...]:
    """Return what a process may read of the system."""
    standard = Path(sysconfig.get_path("stdlib")).resolve()
    if role == "answers":
        numpy = [folder / name for folder in site_folders() for name in ("numpy", "numpy.libs")]
        trees = [*carve(standard, site_folders()), *filter(Path.is_dir, numpy)]
    elif role == "keras":
        holes = [folder / name for folder in site_folders() for name in ("utils", "grader")]
        roots = [standard, *site_folders(), *map(Path, SYSTEM)]
        trees = [path for root in roots for path in carve(root, holes)]
    else:
        trees = [standard, *site_folders(), *map(Path, SYSTEM)]
    return (*map(str, dict.fromkeys(trees)), *DEVICES)


def course_files(role: str, root: str | None) -> Iterator[str]:
    """Yield what a process may read of the course: never solutions, tests or gradebooks."""
    if role in ("judge", "notebook"):
        home = Path(__file__).resolve().parent.parent if root is None else Path(root)
        yield str(home / "utils")
        yield str(home / "data")
        yield from map(str, _package_folders())


@functools.cache
def _package_folders() -> tuple[Path, ...]:
    """Return where the package ``utils`` lies that this environment has installed, and its data."""
    import importlib.util

    spec = importlib.util.find_spec("utils")
    folders = map(Path, spec.submodule_search_locations or ()) if spec else ()
    return tuple(path for folder in folders for path in (folder, folder.parent / "data"))


def enter(role: str, folder: str | None, root: str | None, limits: Limits) -> None:
    """Confine this process to its part, its own folder the only one that it may write to."""
    write = ["/dev/null"]
    if folder is not None:
        os.chdir(folder)
        os.environ["HOME"] = os.environ["TMPDIR"] = folder
        write.append(folder)
        tempfile.tempdir = folder
    read = [*readable(role), *course_files(role, root), f"/proc/{os.getpid()}"]
    confine(read, write, limits, load_code=role != "answers")


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
                draws = path.stem.endswith(("widgets", "plots")) or path.stem == "__init__"
                if not draws and (with_keras or not lead_to_keras({name}, Path(folder).parent)):
                    importlib.import_module(name)


@contextlib.contextmanager
def _no_first_tensor() -> Iterator[None]:
    """Keep `utils.models` from making a tensor when it is imported.

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


class Zygotes:
    """The warm parents: one for each kind of process and set of libraries, begun when needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: dict[tuple, threading.Lock] = {}  # one each: none waits for another's imports
        self._made: dict[tuple, Zygote] = {}
        self._closed = False

    def get(self, role: str, with_keras: bool, root: Path | None) -> Zygote:
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
        CannotStart
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

    def _keep(self, key: tuple, zygote: Zygote) -> Zygote:
        """Keep a parent, unless it comes too late."""
        with self._lock:
            if not self._closed:
                self._made[key] = zygote
                return zygote
        zygote.close()
        raise CannotStart("the grader is being stopped")

    def warm_up(self, kinds: Iterable[tuple[str, bool]], root: Path | None) -> None:
        """Begin the warm parents for some roles, each with or without Keras; return at once."""

        def begin(role: str, with_keras: bool) -> None:
            with contextlib.suppress(CannotStart):
                self.get(role, with_keras, root)

        for kind in kinds:
            threading.Thread(target=begin, args=kind, daemon=True).start()

    def _make(self, role: str, with_keras: bool, root: Path | None) -> Zygote:
        """Make one. Each is forked from the one above that has part of what it needs.

        base, with NumPy and, if asked, Keras: answers or keras; judge: notebook.
        """
        path = "" if root is None else str(root)
        prepare = f"grader.sandbox:prepare_{role}"
        if role == "base":
            preload = ["grader.sandbox", "grader.answers", *STANDARD, *NUMPY]
            return Zygote([*preload, *(KERAS if with_keras else ())])
        if role == "notebook":
            return Zygote(DRAWING, prepare, self.get("judge", with_keras, root))
        base = self.get("base", with_keras, None)
        return Zygote(JUDGING if role == "judge" else [], prepare, base, path)

    def close(self) -> None:
        """End them all, and all that they forked."""
        with self._lock:
            self._closed, made = True, [*self._made.values()]
            self._made.clear()
        for zygote in reversed(made):
            zygote.close()


def check_protections(limits: Limits) -> str:
    """Return in words what confines a submission here, having seen that it does.

    Raises
    ------
    Unavailable
        If anything is missing, or lets through what it should not.
    """
    kinds = check_available()
    zygote = shared_zygotes().get("answers", False, None)
    try:
        process = zygote.fork("grader.sandbox:try_out", {"memory": limits.memory})
        with contextlib.closing(process):
            leaks = json.loads(process.channel.receive(10_000, time.monotonic() + 120))
    except (CannotStart, Closed, Late, Broken, ValueError) as error:
        raise Unavailable(f"a confined process did not start ({error})") from error
    if leaks:
        raise Unavailable(f"a confined process could still {', '.join(leaks)}")
    return (
        f"{kinds} keep submissions from files, network, programs and each other; "
        f"{limits.memory / 1e9:.3g} GB of memory each"
    )


def try_out(channel: Channel, memory: int) -> None:
    """Be confined as a process that answers is, try what it must not, and say what worked."""
    enter("answers", None, None, Limits(memory=memory))
    attempts: dict[str, Callable[[], object]] = {
        "read files": lambda: os.listdir("/"),
        "write files": lambda: open(f"/tmp/grader-{os.getpid()}", "w").close(),
        "change files": lambda: os.setxattr("/tmp", "user.grader", b""),
        "reach the network": lambda: socket.socket().close(),
        "start programs": lambda: os.execv("/bin/true", ["true"]),
        "start processes": lambda: os.fork() or os._exit(0),
        "send signals": lambda: os.kill(os.getppid(), 0),
        "use any memory": lambda: bytearray(2 * memory),
        "import SciPy": lambda: importlib.import_module("scipy"),
    }
    leaks = []
    for name, attempt in attempts.items():
        with contextlib.suppress(OSError, ImportError, MemoryError):
            attempt()
            leaks.append(name)
    channel.send(json.dumps(leaks).encode())


@functools.cache
def shared_zygotes() -> Zygotes:
    """Return this process's warm parents; they end with it."""
    zygotes = Zygotes()
    atexit.register(zygotes.close)
    return zygotes

"""Run a notebook's cells in a process of their own, whatever they do.

A cell that runs too long is interrupted, then killed; a cell that ends the process is named. In
both cases the rest of the notebook still runs: a new process first runs again what was there
before, all but the guilty cells.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from multiprocessing import forkserver, process
from multiprocessing.context import BaseContext
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, ClassVar

from grader import child
from grader.isolation.process import signal_name
from grader.marking.outputs import STOPPED, CellRun

if TYPE_CHECKING:
    from nbformat import NotebookNode


# Imported once, in the process that each run is forked from.
PRELOAD = [
    "grader.workers.notebook",
    "IPython.core.completer",
    "IPython.core.magics",
    "numpy",
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "scipy.signal",
    "skimage.data",
    "ipywidgets",
    "stack_data",
    "pygments.lexers.python",
    "pygments.formatters.terminal256",
]
GRACE = 2.0  # seconds between asking a cell to stop and killing it
START = 120.0  # seconds for a process to be ready, on a machine under load
LARGEST = 64_000_000  # bytes of one answer


class CannotRun(Exception):
    """No process could be started, which is not the notebook's fault."""


def run_cells(
    sources: Sequence[str],
    *,
    timeout: float = 60.0,
    render: bool = True,
    root: Path | None = None,
) -> list[CellRun]:
    """Run the code cells of one notebook, in order.

    Parameters
    ----------
    sources : sequence of str
        The cells' code: Python, magics, anything that IPython takes.
    timeout : float
        Seconds that each cell may take.
    render : bool
        Whether figures are drawn; without, their cells have plain text outputs alone.
    root : Path, optional
        The course, from which ``utils`` is imported.

    Raises
    ------
    CannotRun
        If the system starts no process.
    """
    runs: list[CellRun] = []
    guilty: set[int] = set()
    python: Child | None = None
    try:
        while len(runs) < len(sources):
            if python is None:
                python = Child(timeout, render, root)
                _replay(python, sources[: len(runs)], guilty)
            if not python.alive:
                python.close()
                python = None
                continue
            run = python.run(sources[len(runs)])
            if run.stopped:
                guilty.add(len(runs))
            runs.append(run)
    finally:
        if python is not None:
            python.close()
    return runs


def _replay(python: Child, sources: Sequence[str], guilty: set[int]) -> None:
    """Bring a new process to where the old one was; a cell that now fails to end is guilty too."""
    for index, source in enumerate(sources):
        if index not in guilty and python.run(source).stopped:
            guilty.add(index)
            if not python.alive:
                return


class Child:
    """One process that runs cells one after another.

    Parameters
    ----------
    timeout : float
        Seconds that each cell may take.
    render : bool
        Whether figures are drawn.
    root : Path or None
        The course.
    """

    _living: ClassVar[set[Child]] = set()
    _ending = threading.Event()

    def __init__(self, timeout: float, render: bool, root: Path | None):
        if self._ending.is_set():
            raise CannotRun("the grader is being stopped")
        self._timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="grader-", ignore_cleanup_errors=True)
        self._connection, theirs = multiprocessing.Pipe()
        arguments = (theirs, self._folder.name, None if root is None else str(root), render)
        self._process = _context().Process(target=child.start, args=arguments)
        self.alive = True
        try:
            with _without_main():
                self._process.start()
        except OSError as error:
            self._folder.cleanup()
            raise CannotRun(f"no process can be started: {error}") from error
        theirs.close()
        self._living.add(self)
        self._expect_ready()

    def _expect_ready(self) -> None:
        """Wait until the process is ready to run cells."""
        try:
            ready = self._connection.poll(START) and self._connection.recv_bytes()
        except (EOFError, OSError):
            ready = None
        if not ready:
            why = self._describe_end() if ready is None else "it does not answer"
            self.close()
            raise CannotRun(f"the process for a notebook did not start: {why}")

    def run(self, source: str) -> CellRun:
        """Run one cell."""
        try:
            self._connection.send_bytes(source.encode("utf-8", "replace"))
            if self._connection.poll(self._timeout):
                return CellRun(self._receive())
            return self._interrupt()
        except (EOFError, OSError, ValueError):
            return _stopped([], self._describe_end())

    def _receive(self) -> list[NotebookNode]:
        """Return the outputs that the process sent."""
        import nbformat  # Takes a second; `warm_up` must not wait for it.

        outputs = json.loads(self._connection.recv_bytes(LARGEST))
        return [nbformat.from_dict(output) for output in outputs]

    def _interrupt(self) -> CellRun:
        """Stop the cell that runs: ask first, so that what is defined so far is kept."""
        why = f"stopped after {self._timeout:g} s; is there an endless loop?"
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGINT)
        if self._connection.poll(GRACE):
            outputs = self._receive()
            return _stopped([one for one in outputs if one.output_type != "error"], why)
        self._kill()
        return _stopped([], why)

    def _describe_end(self) -> str:
        """Say how the process ended, and make sure that it did."""
        self._process.join(GRACE)
        code = self._process.exitcode
        self._kill()
        if code is None:
            return "the connection to the Python process broke"
        if code < 0:
            return f"the Python process was killed by signal {-code}{signal_name(-code)}"
        return f"the Python process ended (exit code {code})"

    def _kill(self) -> None:
        """End the process and all that it started."""
        self.alive = False
        pid = self._process.pid
        with contextlib.suppress(OSError, AttributeError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGKILL)
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """End the process and remove its scratch folder."""
        self._kill()
        self._connection.close()
        self._folder.cleanup()
        self._living.discard(self)

    @classmethod
    def end_all(cls) -> None:
        """End every process, and start no more: the user wants to stop."""
        cls._ending.set()
        for one in list(cls._living):
            one._kill()

    @classmethod
    def allow_again(cls) -> None:
        """Allow new processes after `end_all`."""
        cls._ending.clear()


def warm_up() -> None:
    """Start importing what notebooks need, in another process, and return at once."""
    if _context().get_start_method() == "forkserver":
        with _without_main():
            forkserver.ensure_running()


def _stopped(outputs: list[NotebookNode], why: str) -> CellRun:
    """Return the run of a cell that was stopped: what it put out, and why as an error."""
    from nbformat import v4

    error = v4.new_output("error", ename=STOPPED, evalue=why, traceback=[why])
    return CellRun([*outputs, error], why)


_preloaded = False


def _context() -> BaseContext:
    """Return the way to start processes: by fork from a warm server where there are forks."""
    global _preloaded
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    if not _preloaded:
        context.set_forkserver_preload(PRELOAD)
        _preloaded = True
    return context


_main_lock = threading.Lock()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Keep the caller's own script, and its being a daemon, from mattering to the new process.

    multiprocessing imports the main script in every child, which runs a script without an
    ``if __name__ == "__main__"`` again; ours need nothing from it. It forbids children to daemons,
    lest they be left behind, which ours see to themselves; a Dask worker is a daemon.
    """
    with _main_lock:
        main, config = sys.modules["__main__"], process.current_process()._config
        daemon = config.pop("daemon", None)
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            if daemon is not None:
                config["daemon"] = daemon

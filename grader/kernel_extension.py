"""An IPython extension that prepares the kernel of ``grader check``."""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import sys
import threading
from collections.abc import Collection
from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Prepare a kernel whose outputs are not shown, and that careless cells must not end.

    Parameters
    ----------
    shell : ipykernel.zmqshell.ZMQInteractiveShell
        The kernel's shell.
    """
    # Importing libraries makes many objects that stay: looking for garbage among them takes a tenth
    # of the time.
    gc.set_threshold(50_000)
    # Drawing takes most of a demonstration's time. A figure is still made, and closed after its
    # cell, but its only output is text.
    shell.display_formatter.active_types = ["text/plain"]
    shell.display_formatter.mimebundle_formatter.enabled = False
    shell.ask_exit = _do_nothing  # `exit` ends its cell, not the kernel
    shell.kernel.raw_input = shell.kernel.getpass = _no_input
    streams = sys.stdout, sys.stderr

    def restore_streams() -> None:
        sys.stdout, sys.stderr = streams  # which the kernel uses after a cell, replaced or not

    shell.events.register("post_execute", restore_streams)
    shell.ast_transformers.append(_Skipping(shell))
    # Every lesson draws. The kernel is ready before the grader is, and uses the time.
    threading.Thread(target=_import_what_lessons_use, daemon=True).start()


def skip_cells(shell: Any, sources: Collection[str]) -> None:
    """Do nothing where cells with these sources should run."""
    (skipping,) = (one for one in shell.ast_transformers if isinstance(one, _Skipping))
    skipping.sources.update(sources)


class _Skipping:
    """Empties the cells that are to be skipped, which stay in IPython's history."""

    def __init__(self, shell: Any) -> None:
        self.sources: set[str] = set()
        self._history = shell.history_manager

    def visit(self, tree: ast.Module) -> ast.Module:
        """Return the tree of the running cell, or an empty one."""
        skips = bool(self.sources) and self._history.input_hist_raw[-1] in self.sources
        return ast.Module([], []) if skips else tree


def _import_what_lessons_use() -> None:
    """Import NumPy and Matplotlib; a cell that needs them reports what goes wrong."""
    with contextlib.suppress(Exception):
        importlib.import_module("numpy")
        importlib.import_module("matplotlib.pyplot")


def _do_nothing() -> None:
    """Do nothing."""


def _no_input(prompt: object = "", *_: object) -> str:
    """Take the place of ``input``."""
    raise EOFError("input() is not available while a notebook is being marked")

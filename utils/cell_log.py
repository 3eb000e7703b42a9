"""What became of each cell that ran since ``utils`` was first imported, where IPython runs them.

It imports nothing but the standard library, since every lesson imports ``utils``.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from typing import Any


@dataclass
class CellRun:
    """The last run of a cell.

    Attributes
    ----------
    begun : float
        When it began, in seconds since the epoch.
    error : BaseException, optional
        What ended it early.
    """

    begun: float
    error: BaseException | None = None


started = time.time()
runs: dict[str, CellRun] = {}  # by the cell's source


def find_shell() -> Any:
    """Return IPython's shell, or None if this process has none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def register(shell: Any) -> None:
    """Have a shell note its cells from now on."""
    shell.events.register("pre_run_cell", _note_begin)
    shell.events.register("post_run_cell", _note_end)


def _note_begin(info: Any) -> None:
    """Note that a cell begins to run."""
    runs[info.raw_cell] = CellRun(time.time())


def _note_end(result: Any) -> None:
    """Note how a cell ended."""
    if (run := runs.get(result.info.raw_cell)) is not None:
        run.error = result.error_before_exec or result.error_in_exec


if (_shell := find_shell()) is not None:
    register(_shell)

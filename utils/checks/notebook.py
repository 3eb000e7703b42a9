"""The notebook that a check runs in: what its cells left behind, and whether its answer is current.

All of this is known only where IPython runs the cells. The worker that marks a submission does the
same for its cells itself, and reports what it finds in the same words.
"""

from __future__ import annotations

import ast
import json
import linecache
import os
import re
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from inspect import unwrap
from pathlib import Path
from typing import Any

from utils.checks.bindings import DemonstrationNames
from utils.checks.lesson_facts import digest

MAX_FILE_BYTES = 50_000_000
_started = time.time()
# When each cell was last run, by its source; those before this module was imported are missing.
_run_times: dict[str, float] = {}


def hidden_names(lesson_cells: Collection[str]) -> set[str]:
    """Return the variables of this notebook that an answer must not see.

    Parameters
    ----------
    lesson_cells : collection of str
        The digests of the lesson's own cells.
    """
    left_behind = DemonstrationNames()
    for source in _cells_run()[:-1]:
        left_behind.note(_plain_python(source), digest(source) in lesson_cells)
    return left_behind.names


def is_interactive() -> bool:
    """Return whether a person runs this cell, in JupyterLab or the like.

    Programs that run notebooks, nbgrader among them, name no cell in their requests.
    """
    kernel = getattr(_shell(), "kernel", None)
    if kernel is None or "NBGRADER_EXECUTION" in os.environ:
        return False
    try:
        return "cellId" in kernel.get_parent("shell")["metadata"]
    except (AttributeError, KeyError, TypeError):
        return False


def runs_hidden_tests() -> bool:
    """Return whether the cell that runs now has hidden tests in it."""
    return "### BEGIN HIDDEN TESTS" in (_judged[-1] if _judged else "".join(_cells_run()[-1:]))


_judged: list[str] = []


def set_running_cell(source: str) -> None:
    """Note which test cell runs now, where no IPython runs it."""
    _judged[:] = [source]


def why_outdated(name: str, function: Callable) -> str:
    """Return why a function is not what its cell says now; empty if it is.

    Parameters
    ----------
    name : str
        The exercise's name.
    function : callable
        What the name means in the notebook.
    """
    source = next(filter(_defining(name), reversed(_cells_run())), None)
    if source is None:
        return ""
    try:
        plain = _plain_python(source)
        tree = ast.parse(plain)
    except SyntaxError as error:
        return f"your cell '{name}' stopped with {type(error).__name__}: {_error_text(error)}"
    code = getattr(unwrap(function), "__code__", None)
    lines = linecache.getlines(code.co_filename) if code is not None else []
    if lines and _defines(tree, name) and "".join(lines).strip() != plain.strip():
        return (
            f"your cell '{name}' stopped with an error before it defined {name}, "
            "so this would check what you had before"
        )
    if is_interactive() and _was_changed_later(name, source):
        return "your cell was changed after it was run; run it, and then this one"
    return ""


def _defining(name: str) -> Callable[[str], bool]:
    """Return a function that tells whether a cell's text defines a function of this name."""
    pattern = re.compile(rf"^def\s+{re.escape(name)}\b", re.MULTILINE)
    return lambda source: bool(pattern.search(source))


def _defines(tree: ast.Module, name: str) -> bool:
    """Return whether a cell defines a function at its top level."""
    return any(
        isinstance(statement, ast.FunctionDef)
        and statement.name == name
        and not statement.decorator_list
        for statement in tree.body
    )


def _error_text(error: SyntaxError) -> str:
    """Return what a syntax error is, and its line."""
    return f"{error.msg} (line {error.lineno})"


def _was_changed_later(name: str, source: str) -> bool:
    """Return whether the notebook's file has another text for a cell, saved after it was run."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    try:
        status = path.stat()
        if status.st_mtime <= _run_times.get(source, _started) or (status.st_size > MAX_FILE_BYTES):
            return False
        saved = list(_saved_cells(path))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    texts = [text.strip() for text, _ in saved]
    answers = [text for text, grade_id in saved if grade_id == name]
    return bool(answers) and source.strip() not in texts


def _saved_cells(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the source and the ``grade_id`` of each code cell in a notebook's file."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
            yield "".join(cell["source"]), grade_id


def _shell() -> Any:
    """Return IPython's shell, if there is one."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def _cells_run() -> Sequence[str]:
    """Return the sources of the cells that were run, in order; the last is running."""
    history = getattr(_shell(), "history_manager", None)
    return getattr(history, "input_hist_raw", ())


def _plain_python(source: str) -> str:
    """Return a cell's source with its magics turned into Python.

    Raises
    ------
    SyntaxError
        If that is impossible.
    """
    return _shell().transform_cell(source)


def _note_run_time(info: Any) -> None:
    """Note when a cell is run."""
    _run_times[info.raw_cell] = time.time()


if _shell() is not None:
    _shell().events.register("pre_run_cell", _note_run_time)

"""The notebook that a check runs in: what its cells left behind, and whether its answer is current.

All of this is known only where IPython runs the cells. The worker that marks a submission does the
same for its cells itself, and reports what it finds in the same words.
"""

from __future__ import annotations

import ast
import contextlib
import json
import linecache
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from inspect import unwrap
from pathlib import Path
from typing import Any

from utils import cell_log
from utils.cell_log import find_shell
from utils.checks.bindings import DemonstrationNames
from utils.checks.lesson_facts import digest
from utils.checks.problem import CheckError

MAX_FILE_BYTES = 50_000_000
MAX_ERROR_CHARACTERS = 5_000


def register(shell: Any) -> None:
    """Have a shell explain that an exercise's function is not defined."""
    if not shell.custom_exceptions:
        shell.set_custom_exc((NameError,), _report_undefined)


def hidden_names(lesson_cells: Collection[str]) -> set[str]:
    """Return the variables of this notebook that an answer must not see.

    Parameters
    ----------
    lesson_cells : collection of str
        The digests of the lesson's own cells.
    """
    left_behind = DemonstrationNames()
    for source in _cells_run()[:-1]:
        with contextlib.suppress(SyntaxError):  # which kept the cell from running
            left_behind.note(_plain_python(source), digest(source) in lesson_cells)
    return left_behind.names


def is_interactive() -> bool:
    """Return whether a person runs this cell, in JupyterLab or the like.

    Programs that run notebooks, nbgrader among them, name no cell in their requests.
    """
    kernel = getattr(find_shell(), "kernel", None)
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
    source = _last_definition(name)
    if source is None:
        return ""
    try:
        plain = _plain_python(source)
        tree = ast.parse(plain)
    except SyntaxError as error:
        return f"your cell '{name}' stopped with {_error_line(error)}"
    code = getattr(unwrap(function), "__code__", None)
    lines = linecache.getlines(code.co_filename) if code is not None else []
    if lines and _defines(tree, name) and "".join(lines).strip() != plain.strip():
        return _why_undefined(name, source)
    if is_interactive() and _was_changed_later(name, source):
        return "your cell was changed after it was run; run it, and then this one"
    return ""


def _last_definition(name: str) -> str | None:
    """Return the source of the last cell that was run to define a function of this name."""
    pattern = re.compile(rf"^def\s+{re.escape(name)}\b", re.MULTILINE)
    return next(filter(pattern.search, reversed(_cells_run())), None)


def _why_undefined(name: str, source: str) -> str:
    """Return why a cell that was run has not defined its function."""
    run = cell_log.runs.get(source)
    error = "an error" if run is None or run.error is None else _error_line(run.error)
    return f"your cell '{name}' stopped with {error}"


def _error_line(error: BaseException) -> str:
    """Return an error in one line, as `grader check` does."""
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg} (line {error.lineno})"
    text = str(error)[:MAX_ERROR_CHARACTERS].strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _report_undefined(
    shell: Any, kind: type, error: NameError, trace: object, tb_offset: int | None = None
) -> None:
    """Show why an exercise's function is not defined, where a test cell asks for it.

    Any other NameError is shown as always.
    """
    name = error.name or ""
    if f'.{name}", {name}' not in "".join(_cells_run()[-1:]):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return
    source = _last_definition(name)
    not_run = f"there is no function {name} yet; has its cell been run?"
    reason = not_run if source is None else _why_undefined(name, source)
    shell.showtraceback((CheckError, CheckError(f"{name}: {reason}"), None))


def _defines(tree: ast.Module, name: str) -> bool:
    """Return whether a cell defines a function at its top level."""
    return any(
        isinstance(statement, ast.FunctionDef)
        and statement.name == name
        and not statement.decorator_list
        for statement in tree.body
    )


def _was_changed_later(name: str, source: str) -> bool:
    """Return whether the notebook's file has another text for a cell, saved after it was run."""
    path = Path(os.environ.get("JPY_SESSION_NAME", ""))
    try:
        status = path.stat()
        run = cell_log.runs.get(source)
        begun = cell_log.started if run is None else run.begun
        if status.st_mtime <= begun or status.st_size > MAX_FILE_BYTES:
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


def _cells_run() -> Sequence[str]:
    """Return the sources of the cells that were run, in order; the last is running."""
    history = getattr(find_shell(), "history_manager", None)
    return getattr(history, "input_hist_raw", ())


def _plain_python(source: str) -> str:
    """Return a cell's source with its magics turned into Python.

    Raises
    ------
    SyntaxError
        If that is impossible.
    """
    return find_shell().transform_cell(source)


if (_shell := find_shell()) is not None:
    register(_shell)

"""What a cell is, what students see of it, and its nbgrader checksum."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import PyFileConfigLoader


def _float(value: object) -> object:
    """Return a number as a float, and anything else as it is."""
    return float(value) if isinstance(value, (int, float)) else value


def is_test(cell: NotebookNode) -> bool:
    """Tell whether a cell gives points by running."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade")) and not meta.get("solution")


def is_answer(cell: NotebookNode) -> bool:
    """Tell whether a cell is for the student to fill in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def grade_id(cell: NotebookNode) -> str:
    """Return the name that nbgrader knows a cell by, or ''."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def exercise_of(cell: NotebookNode) -> str:
    """Return the exercise that a test cell tests."""
    return [*grade_id(cell).split("-"), ""][1]


def defines(cell: NotebookNode, name: str) -> bool:
    """Tell whether a cell's text defines ``name`` at top level.

    The text is searched, not parsed: a cell with a syntax error or a magic was meant to define it
    as well.
    """
    pattern = rf"^(?:(?:async\s+)?def|class)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)"
    return re.search(pattern, cell.source, re.MULTILINE) is not None


def checksum(cell: NotebookNode) -> str:
    """Return what nbgrader tells by whether a cell was changed.

    The same as ``nbgrader.utils.compute_checksum``, whose import takes seconds.
    """
    meta = cell.metadata.nbgrader
    grade, solution = bool(meta.get("grade")), bool(meta.get("solution"))
    locked = not solution and (grade or bool(meta.get("locked")))
    parts = [cell.source, cell.cell_type, grade, solution, locked, meta.get("grade_id")]
    if grade:
        parts.append(_float(meta.get("points")))
    return hashlib.md5("".join(map(str, parts)).encode()).hexdigest()


def without_hidden(source: str) -> str:
    """Return a test cell's text as students get it, without its hidden parts."""
    kept, hiding = [], False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hiding = True
        elif "END HIDDEN TESTS" in line:
            hiding = False
        elif not hiding:
            kept.append(line)
    return "\n".join(kept)


def release_source(source: str, root: Path) -> str:
    """Return an answer cell's text as students get it: the stub where the solution is."""
    kept: list[str] = []
    solving = False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line:
            solving = True
            indent = re.match(r"\s*", line)[0]
            kept += [indent + stub for stub in _code_stub(root).split("\n")]
        elif "END SOLUTION" in line:
            solving = False
        elif not solving:
            kept.append(line)
    return "\n".join(kept)


@cache
def _code_stub(root: Path) -> str:
    """Return what ``nbgrader_config.py`` puts where a solution stood."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    stub = config.ClearSolutions.get("code_stub", {})
    return stub.get("python", "# YOUR CODE HERE\nraise NotImplementedError()")

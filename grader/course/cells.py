"""What kind of cell a cell is, what students see of it, and its nbgrader checksum.

`checksum`, `without_hidden` and `release_source`, and ``score_cell`` in `grader.marking.score`,
repeat what nbgrader does. Importing ``nbgrader.utils`` takes 2.2 seconds of processor time, which
would be spent in each process that marks or checks. Tests compare each with nbgrader's.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import PyFileConfigLoader


def is_test(cell: NotebookNode) -> bool:
    """Return whether a cell is an automatic test, which gives points."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade")) and not meta.get("solution")


def is_answer(cell: NotebookNode) -> bool:
    """Return whether a cell is for the student to fill in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def grade_id(cell: NotebookNode) -> str:
    """Return the id that nbgrader gives a cell, or ''."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def exercise_of(cell: NotebookNode) -> str:
    """Return the exercise that a test cell tests."""
    return [*grade_id(cell).split("-"), ""][1]


def defines(cell: NotebookNode, name: str) -> bool:
    """Return whether a cell's text defines ``name`` at top level.

    The text is searched and not parsed, because a cell with a syntax error or a magic counts too.
    """
    pattern = rf"^(?:(?:async\s+)?def|class)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)"
    return re.search(pattern, cell.source, re.MULTILINE) is not None


def checksum(cell: NotebookNode) -> str:
    """Return the checksum by which nbgrader notices that a cell was changed.

    The same as ``nbgrader.utils.compute_checksum``.
    """
    meta = cell.metadata.nbgrader
    grade, solution = bool(meta.get("grade")), bool(meta.get("solution"))
    locked = not solution and (grade or bool(meta.get("locked")))
    parts = [cell.source, cell.cell_type, grade, solution, locked, meta.get("grade_id")]
    if grade:
        parts.append(_float(meta.get("points")))
    return hashlib.md5("".join(map(str, parts)).encode()).hexdigest()


def without_hidden(source: str) -> str:
    """Return a test cell's text as students get it: without hidden tests."""
    kept, hiding = [], False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hiding = True
        elif "END HIDDEN TESTS" in line:
            hiding = False
        elif not hiding:
            kept.append(line)
    return "\n".join(kept)


def is_empty_for_students(test: NotebookNode) -> bool:
    """Return whether all that a test cell checks is hidden; it may still import something."""
    statements = ast.parse(without_hidden(test.source)).body
    return all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in statements)


def hidden_test_ids(cells: Iterable[NotebookNode]) -> set[str]:
    """Return the ``grade_id`` of each test cell that contains nothing but hidden tests.

    A student's copy of such a cell would pass whatever the function does.
    """
    return {grade_id(test) for test in filter(is_test, cells) if is_empty_for_students(test)}


def release_source(source: str, root: Path) -> str:
    """Return an answer cell's text as students get it: with a stub in place of the solution."""
    kept: list[str] = []
    solving = False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line:
            solving = True
            indent = line[: len(line) - len(line.lstrip())]
            kept += [indent + stub for stub in _code_stub(root).split("\n")]
        elif "END SOLUTION" in line:
            solving = False
        elif not solving:
            kept.append(line)
    return "\n".join(kept)


@cache
def _code_stub(root: Path) -> str:
    """Return the stub that ``nbgrader_config.py`` puts in place of solutions."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    stub = config.ClearSolutions.get("code_stub", {})
    return stub.get("python", "# YOUR CODE HERE\nraise NotImplementedError()")


def _float(value: object) -> object:
    """Return a number as a float, and any other value unchanged."""
    return float(value) if isinstance(value, (int, float)) else value

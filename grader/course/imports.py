"""Which libraries a lesson's cells import, read from its text: nothing is run."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from grader.course.cells import is_answer, is_test
from grader.course.lesson import Lesson
from grader.course.source_names import PARSE_LOCK, parse

KERAS = ("keras", "tensorflow")


@functools.lru_cache(maxsize=64)
def needs_keras(lesson: Lesson, tests_only: bool = False) -> bool:
    """Tell whether a lesson, or its tests alone, import Keras, directly or through utils."""
    trees = [tree for cell, tree in _code_cells(lesson) if not tests_only or is_test(cell)]
    names = {name for tree in trees for name in _imported(tree)}
    return lead_to_keras(names | {name for tree in trees for name in _checked(tree)}, lesson.root)


def processes_for(lesson: Lesson) -> set[tuple[str, bool]]:
    """Return which kinds of process mark a lesson, by role and whether Keras is there."""
    in_tests = needs_keras(lesson, tests_only=True)
    answering = {("answers", False)} | ({("keras", True)} if in_tests else set())
    return answering | {("judge", in_tests), ("notebook", needs_keras(lesson))}


def lead_to_keras(waiting: set[str], root: Path) -> bool:
    """Tell whether modules import Keras, directly or through modules of the course."""
    waiting, seen = set(waiting), set()
    while waiting:
        name = waiting.pop()
        if name.split(".")[0] in KERAS:
            return True
        path = _find(root, name)
        if name not in seen and path is not None:
            with PARSE_LOCK:
                tree = ast.parse(path.read_text(encoding="utf-8"))
            waiting |= set(_imported(tree, False))
        seen.add(name)
    return False


@functools.lru_cache(maxsize=64)
def plain_modules(lesson: Lesson) -> list[str]:
    """Return the modules of ``utils`` that a lesson imports, that compute, and that its tests need.

    Where the tests do without Keras, so do these.
    """
    names = {name for _, tree in _code_cells(lesson) for name in _imported(tree)}
    with_keras = needs_keras(lesson, tests_only=True)
    return sorted(
        name
        for name in names
        if name.startswith("utils.")
        and (with_keras or not lead_to_keras({name}, lesson.root))
        and _find(lesson.root, name)
        and name not in ("utils.plots", "utils.checks")
        and not name.startswith("utils.widgets")
    )


@functools.lru_cache(maxsize=64)
def imports_of(lesson: Lesson) -> dict[str, str]:
    """Return, for each name that the lesson's own cells import, the statement that does."""
    found = {}
    for cell, tree in _code_cells(lesson):
        if is_test(cell) or is_answer(cell):
            continue
        for node in tree.body:
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                for alias in node.names:
                    name = (alias.asname or alias.name).split(".")[0]
                    kind = type(node)
                    one = kind(**{**vars(node), "names": [alias]})
                    found[name] = ast.unparse(one)
    return found


def _code_cells(lesson: Lesson) -> Iterator[tuple[object, ast.Module]]:
    """Yield the lesson's code cells with their syntax trees."""
    for cell in lesson.notebook.cells:
        if cell.cell_type == "code":
            yield cell, parse(cell.source)


def _imported(node: ast.AST, in_functions: bool = True) -> Iterator[str]:
    """Yield what code imports, by dotted names; also where only a call would."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        if in_functions or not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _imported(child, in_functions)


def _checked(tree: ast.Module) -> Iterator[str]:
    """Yield the modules that ``checks.Exercise("module.function", ...)`` takes answers from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr == "Exercise" and isinstance(first, ast.Constant):
                module = str(first.value).split(".")[0]
                yield from (f"utils.{module}", f"utils.mistakes.{module}")


def _find(root: Path, name: str) -> Path | None:
    """Return the file of a module of the course's, if it is one."""
    for folder in (root, Path(__file__).resolve().parents[2]):
        stem = folder.joinpath(*name.split("."))
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if name.split(".")[0] == "utils" and path.is_file():
                return path
    return None

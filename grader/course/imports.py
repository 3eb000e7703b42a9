"""The import graph of lessons and ``utils``, read from source text: nothing is executed."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from nbformat import NotebookNode

from grader.course.cells import is_answer, is_test
from grader.course.lesson import Lesson
from grader.course.source_names import PARSE_LOCK, parse

T = TypeVar("T")
KERAS = ("keras", "tensorflow")
INSTALLED = Path(__file__).resolve().parents[2]


def _cached_per_content(function: Callable[..., T]) -> Callable[..., T]:
    """Cache a function of a lesson for as long as the lesson's cells stay the same."""
    results: dict[tuple, Any] = {}

    @functools.wraps(function)
    def cached(lesson: Lesson, *args: object, **kwargs: object) -> T:
        key = (lesson, lesson.content_digest, args, tuple(kwargs.items()))
        if key not in results:
            results[key] = function(lesson, *args, **kwargs)
        return results[key]

    return cached


@_cached_per_content
def needs_keras(lesson: Lesson, tests_only: bool = False) -> bool:
    """Return whether a lesson, or only its tests, imports Keras, directly or through ``utils``."""
    return lead_to_keras(_imported_by_cells(lesson, tests_only), lesson.root)


def processes_for(lesson: Lesson) -> set[tuple[str, bool]]:
    """Return the workers that mark a lesson, as pairs of role and whether Keras is loaded."""
    in_tests = needs_keras(lesson, tests_only=True)
    answering = {("answers", False)} | ({("keras", True)} if in_tests else set())
    return answering | {("judge", in_tests), ("notebook", needs_keras(lesson))}


def lead_to_keras(names: Iterable[str], root: Path) -> bool:
    """Return whether importing modules loads Keras, directly or through modules of the course."""
    reached = follow_imports(names, root, in_functions=False)
    return any(name.split(".")[0] in KERAS for name in reached)


@_cached_per_content
def plain_modules(lesson: Lesson) -> list[str]:
    """Return the modules of ``utils`` whose plain values a lesson's tests and answers may use.

    They are those that the lesson imports and that neither draw nor check. If the tests do without
    Keras, modules that import it are left out.
    """
    names = {name for _, tree in _code_cells(lesson) for name in _imported(tree)}
    with_keras = needs_keras(lesson, tests_only=True)
    return sorted(
        name
        for name in names
        if name.startswith("utils.")
        and (with_keras or not lead_to_keras({name}, lesson.root))
        and module_file(lesson.root, name)
        and name not in ("utils.plots", "utils.checks")
        and not name.startswith("utils.widgets")
    )


@_cached_per_content
def imports_of(lesson: Lesson) -> dict[str, str]:
    """Return, for each name that the lesson's own cells import, the statement that imports it."""
    return {
        (alias.asname or alias.name).split(".")[0]: ast.unparse(_import_only(statement, alias))
        for cell, tree in _code_cells(lesson)
        if not is_test(cell) and not is_answer(cell)
        for statement in tree.body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for alias in statement.names
    }


@_cached_per_content
def own_answers(lesson: Lesson) -> dict[str, str]:
    """Return the lesson's code without its tests, by its topic, where its answers are references.

    That is so where ``utils`` lacks a function of an exercise's name; else nothing is returned.
    """
    module = module_file(lesson.root, f"utils.{lesson.topic}")
    tree = ast.parse(module.read_text(encoding="utf-8") if module else "")
    known = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    if all(exercise.name in known for exercise in lesson.exercises):
        return {}
    kept = [cell_tree for cell, cell_tree in _code_cells(lesson) if not is_test(cell)]
    return {lesson.topic: "\n\n".join(map(ast.unparse, kept))}


def used_modules(lesson: Lesson) -> dict[str, Path]:
    """Return the files of the course's modules that a lesson or its checks use, by module name.

    These are the modules that its cells import, those that `utils.checks` loads by name (the
    reference answers and the known mistakes), and the modules that any of them import.
    """
    reached = follow_imports(_imported_by_cells(lesson), lesson.root)
    return {name: path for name, path in sorted(reached.items()) if path is not None}


def follow_imports(
    names: Iterable[str], root: Path, *, in_functions: bool = True
) -> dict[str, Path | None]:
    """Follow imports from some modules through the modules of the course.

    Parameters
    ----------
    names : iterable of str
        The dotted names to start from.
    root : Path
        The course's root.
    in_functions : bool
        Whether to follow imports inside functions, which happen only when they are called.

    Returns
    -------
    dict
        Every dotted name that is reached, with its file; None for names that are not modules of
        the course: other libraries, and names imported from modules.
    """
    reached: dict[str, Path | None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        path = reached[name] = module_file(root, name)
        if path is not None:
            waiting += _imports_in(path.read_text(encoding="utf-8"), in_functions)
            waiting += [name.rpartition(".")[0]] if "." in name else []  # The package runs first.
    return reached


def module_file(root: Path, name: str) -> Path | None:
    """Return the file of a module of ``utils``: the course's, or else the installed one."""
    if name.split(".")[0] != "utils":
        return None
    for folder in (root, INSTALLED):
        stem = folder.joinpath(*name.split("."))
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if path.is_file():
                return path
    return None


def _imported_by_cells(lesson: Lesson, tests_only: bool = False) -> set[str]:
    """Return the modules that cells import, or that their checks load by name.

    Tests that use the lesson's own answers import what these need.
    """
    tests_only = tests_only and not own_answers(lesson)
    return {
        name
        for cell, tree in _code_cells(lesson)
        if not tests_only or is_test(cell)
        for name in (*_imported(tree), *_checked(tree))
    }


@_cached_per_content
def _code_cells(lesson: Lesson) -> list[tuple[NotebookNode, ast.Module]]:
    """Return the lesson's code cells with their syntax trees."""
    cells = lesson.notebook.cells
    return [(cell, parse(cell.source)) for cell in cells if cell.cell_type == "code"]


@functools.lru_cache(maxsize=256)
def _imports_in(text: str, in_functions: bool) -> tuple[str, ...]:
    """Return the dotted names that a module's text imports."""
    with PARSE_LOCK:
        tree = ast.parse(text)
    return tuple(_imported(tree, in_functions))


def _imported(node: ast.AST, in_functions: bool = True) -> Iterator[str]:
    """Yield the dotted names that code imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        if in_functions or not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _imported(child, in_functions)


def _checked(tree: ast.Module) -> Iterator[str]:
    """Yield the modules that ``checks.Exercise("module.function", ...)`` loads by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            first = node.args[0] if node.args else None
            if node.func.attr == "Exercise" and isinstance(first, ast.Constant):
                module = str(first.value).split(".")[0]
                yield from (f"utils.{module}", f"utils.mistakes.{module}")


def _import_only(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    """Return an import statement reduced to one of its names."""
    if isinstance(statement, ast.Import):
        return ast.Import(names=[alias])
    return ast.ImportFrom(module=statement.module, names=[alias], level=statement.level)

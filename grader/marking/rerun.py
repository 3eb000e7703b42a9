"""Decide which of a submission's cells must run so that their outputs can be shown.

A demonstration gives the same outputs for everyone: a cell that the student did not change, and
that depends on nothing that the student changed, is shown with the outputs from when the lesson
was built. A cell that the student wrote is run if it has outputs, and so are the cells that it
depends on. None of this affects the marks.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from grader.course.cells import is_answer, is_test, without_hidden
from grader.course.lesson import Lesson
from grader.course.source_names import PARSE_LOCK, NameUsage, read_name_usage


@dataclass(frozen=True)
class RerunPlan:
    """Which code cells to run, and which outputs the others have.

    Attributes
    ----------
    run : frozenset of int
        Indices of the cells to run.
    show : frozenset of int
        Indices of those whose outputs are shown.
    outputs : dict of int to list
        The outputs of every other cell that is not a test.
    """

    run: frozenset[int]
    show: frozenset[int]
    outputs: dict[int, list]


def plan_rerun(
    cells: list[NotebookNode], lesson: Lesson, read: Callable[[list[str]], list[NameUsage]]
) -> RerunPlan:
    """Decide which cells to run in order to show the outputs of all.

    Parameters
    ----------
    cells : list of NotebookNode
        A submission's code cells, tests included.
    lesson : Lesson
        The lesson being marked.
    read : callable
        Analyses which names untrusted sources use.
    """
    built_outputs = dict(_built_outputs(lesson))
    shown = [i for i, cell in enumerate(cells) if not is_test(cell)]
    run_everything = RerunPlan(frozenset(range(len(cells))), frozenset(shown), {})
    if not built_outputs:
        return run_everything
    unchanged = {
        i: built_outputs[cells[i].source] for i in shown if cells[i].source in built_outputs
    }
    usage = _read_usage(cells, shown, unchanged, read)
    modules = {name for cell in usage.values() for name in cell.imports}
    if any(_may_change_anything(usage[i], modules) for i in shown if i not in unchanged):
        return run_everything
    changes = {i: (cell.calls - modules) | cell.stores for i, cell in usage.items()}
    affected = _find_affected(usage, changes, unchanged)
    test_usage = _read_test_usage(cells, exercise_names(lesson))
    changes |= {i: cell.calls | cell.stores for i, cell in test_usage.items()}
    run = _find_needed(usage | test_usage, changes, affected)
    outputs = {i: unchanged.get(i, []) for i in shown if i not in affected}
    return RerunPlan(frozenset(run), frozenset(affected), outputs)


def find_superfluous(cells: list[NotebookNode], lesson: Lesson) -> frozenset[int]:
    """Return the demonstrations that no test, answer or cell of the student's depends on.

    They are the same for everyone, and take most of the time of a lesson.

    Parameters
    ----------
    cells : list of NotebookNode
        The code cells of a student's copy, tests included.
    lesson : Lesson
        The lesson.
    """
    own = {cell.source for cell in lesson.notebook.cells if not (is_answer(cell) or is_test(cell))}
    unchanged = {i for i, cell in enumerate(cells) if not is_test(cell) and cell.source in own}
    usage = {i: read_name_usage(cell.source) for i, cell in enumerate(cells)}
    modules = {name for cell in usage.values() for name in cell.imports}
    others = usage.keys() - unchanged
    if any(_may_change_anything(usage[i], modules) for i in others if not is_test(cells[i])):
        return frozenset()
    changes = {i: (cell.calls - modules) | cell.stores for i, cell in usage.items()}
    return frozenset(unchanged - _find_needed(usage, changes, others))


def exercise_names(lesson: Lesson) -> frozenset[str]:
    """Return the names of a lesson's exercises."""
    return frozenset(exercise.name for exercise in lesson.exercises)


def runnable_source(cell: NotebookNode, exercises: frozenset[str]) -> str:
    """Return the part of a cell that runs in a student's process: of a test, its definitions."""
    return public_definitions(cell.source, exercises) if is_test(cell) else cell.source


@functools.lru_cache(maxsize=1024)
def public_definitions(source: str, exercises: frozenset[str]) -> str:
    """Return the visible imports and definitions of a test cell, which later cells may use.

    Statements that would call an exercise's function, or redefine it, are left out.
    """
    try:
        with PARSE_LOCK:
            tree = ast.parse(without_hidden(source))
    except SyntaxError:  # the judge reports it
        return ""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    sources = [
        ast.unparse(statement)
        for statement in tree.body
        if isinstance(statement, kinds) and not _calls_a_name(statement)
    ]
    return "\n".join(text for text in sources if not read_name_usage(text).binds & exercises)


def _calls_a_name(statement: ast.stmt) -> bool:
    """Tell whether a statement calls a function by its bare name, Python's own excepted."""
    nodes: Iterable[ast.AST] = [] if isinstance(statement, ast.FunctionDef) else ast.walk(statement)
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and not hasattr(builtins, node.func.id)
        for node in nodes
    )


def _read_usage(
    cells: list[NotebookNode],
    shown: list[int],
    unchanged: Mapping[int, list],
    read: Callable[[list[str]], list[NameUsage]],
) -> dict[int, NameUsage]:
    """Return which names each cell that is not a test uses; the lesson's own cells are trusted."""
    own = [i for i in shown if i not in unchanged]
    own_usage = read([cells[i].source for i in own]) if own else []
    usage = dict(zip(own, own_usage, strict=True))
    usage |= {i: read_name_usage(cells[i].source) for i in unchanged}
    return {i: usage[i] for i in shown}


def _read_test_usage(cells: list[NotebookNode], exercises: frozenset[str]) -> dict[int, NameUsage]:
    """Return which names the public definitions of each test cell use, if it has any."""
    sources = {i: runnable_source(cell, exercises) for i, cell in enumerate(cells) if is_test(cell)}
    return {i: read_name_usage(source) for i, source in sources.items() if source}


def _may_change_anything(usage: NameUsage, modules: set[str]) -> bool:
    """Tell whether a cell may change what it does not name, or a module that others use."""
    return usage.dynamic or bool(usage.stores & modules)


def _find_affected(
    usage: Mapping[int, NameUsage],
    changes: Mapping[int, set[str]],
    unchanged: Mapping[int, list],
) -> set[int]:
    """Return the cells whose outputs the student wrote, or that depend on such a cell."""
    affected: set[int] = set()
    tainted: set[str] = set()
    lesson_imports = {name for i in unchanged for name in usage[i].imports}
    for i, cell in usage.items():
        if i not in unchanged:
            if not cell.silent:
                affected.add(i)
            tainted |= (cell.binds - (cell.imports & lesson_imports)) | changes[i]
        elif cell.reads & tainted:
            affected.add(i)
            tainted |= cell.binds | changes[i]
    return affected


def _find_needed(
    usage: Mapping[int, NameUsage], changes: Mapping[int, set[str]], shown: Collection[int]
) -> set[int]:
    """Return the cells that are shown, and those that they depend on."""
    needed_names: set[str] = set()
    needed_cells = set()
    for i in sorted(usage, reverse=True):
        cell = usage[i]
        if i in shown or (cell.binds | changes[i]) & needed_names:
            needed_cells.add(i)
            needed_names |= cell.reads
    return needed_cells


@functools.lru_cache(maxsize=32)
def _built_outputs(lesson: Lesson) -> tuple[tuple[str, list], ...]:
    """Return the source and outputs of each cell of a built lesson; none if it was not built."""
    if not lesson.solution.is_file():
        return ()
    notebook = nbformat.read(lesson.solution, as_version=4)
    return tuple(
        (cell.source, cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code" and not is_test(cell) and not is_answer(cell)
    )

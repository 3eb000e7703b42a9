"""Which of a submission's cells must run so that it can be shown what they put out.

A lesson's demonstrations give the same for everyone: a cell that is as it was given out, and
depends on nothing that the student changed, is shown with the outputs that it had when the lesson
was built. What a student wrote is run, if it puts anything out, and before it what it depends on.
None of this has a part in the marks.
"""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode

from grader.course.cells import is_answer, is_test, without_hidden
from grader.course.lesson import Lesson
from grader.course.source_names import PARSE_LOCK, NameUsage, read_name_usage


@dataclass(frozen=True)
class RerunPlan:
    """What to do with each code cell that is no test.

    Attributes
    ----------
    run : frozenset of int
        The cells to be run, by their place among the code cells.
    show : frozenset of int
        Those of them whose outputs are shown.
    outputs : dict of int to list
        For the others, the outputs that they have anyway.
    """

    run: frozenset[int]
    show: frozenset[int]
    outputs: dict[int, list]


def plan_rerun(
    cells: list[NotebookNode], lesson: Lesson, read: Callable[[list[str]], list[NameUsage]]
) -> RerunPlan:
    """Say which cells to run in order to show what they put out.

    Parameters
    ----------
    cells : list of NotebookNode
        A submission's code cells, tests included.
    lesson : Lesson
        What it is a submission of.
    read : callable
        Reads what cells do with names from texts that are not the lesson's own.
    """
    made = dict(_built_outputs(lesson))
    places = [i for i, cell in enumerate(cells) if not is_test(cell)]
    own = [i for i in places if cells[i].source not in made]
    given = {i: made[cells[i].source] for i in places if i not in set(own)}
    # Their tests' own definitions are there for the cells that follow, and show nothing.
    everything = frozenset(range(len(cells)))
    exercises = names_of(lesson)
    if not made:
        return RerunPlan(everything, frozenset(places), {})
    texts = [cells[i].source for i in own]
    found = dict(zip(own, read(texts) if texts else [], strict=True))
    found |= {i: read_name_usage(cells[i].source) for i in given}
    uses = {i: found[i] for i in places}
    modules = {name for cell in uses.values() for name in cell.imports}
    if any(uses[i].dynamic or uses[i].stores & modules for i in own):
        return RerunPlan(everything, frozenset(uses), {})
    changes = {i: (cell.calls - modules) | cell.stores for i, cell in uses.items()}
    show = _find_affected(uses, changes, given)
    tests = {
        i: read_name_usage(text)
        for i in everything - set(places)
        if (text := to_run(cells[i], exercises))
    }
    changes |= {i: cell.calls | cell.stores for i, cell in tests.items()}
    run = _find_needed(uses | tests, changes, show)
    outputs = {i: given.get(i, []) for i in uses if i not in show}
    return RerunPlan(frozenset(run), frozenset(show), outputs)


def names_of(lesson: Lesson) -> frozenset[str]:
    """Return the names of a lesson's exercises."""
    return frozenset(exercise.name for exercise in lesson.exercises)


def to_run(cell: NotebookNode, exercises: frozenset[str]) -> str:
    """Return what of a cell is run where the student's are: of a test, what it defines openly."""
    return public_definitions(cell.source, exercises) if is_test(cell) else cell.source


@functools.lru_cache(maxsize=1024)
def public_definitions(source: str, exercises: frozenset[str]) -> str:
    """Return what a test cell imports and defines where students see it: later cells may use it.

    What would call one of their functions is left out, and what would replace it.
    """
    try:
        with PARSE_LOCK:
            tree = ast.parse(without_hidden(source))
    except SyntaxError:  # which the judge tells
        return ""
    kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
    texts = [
        ast.unparse(one) for one in tree.body if isinstance(one, kinds) and not _calls_a_name(one)
    ]
    return "\n".join(text for text in texts if not read_name_usage(text).binds & exercises)


def _calls_a_name(statement: ast.stmt) -> bool:
    """Tell whether running a statement calls a function by its bare name that is not Python's."""
    calls = [] if isinstance(statement, ast.FunctionDef) else ast.walk(statement)
    return any(
        isinstance(one, ast.Call)
        and isinstance(one.func, ast.Name)
        and not hasattr(builtins, one.func.id)
        for one in calls
    )


def _find_affected(
    uses: dict[int, NameUsage], changes: dict[int, set[str]], given: dict[int, list]
) -> set[int]:
    """Return the cells whose outputs are the student's own, or depend on what is."""
    show, tainted = set(), set()
    lessons_imports = {name for i in given for name in uses[i].imports}
    for i, cell in uses.items():
        if i not in given:
            show |= set() if cell.silent else {i}
            tainted |= (cell.binds - (cell.imports & lessons_imports)) | changes[i]
        elif cell.reads & tainted:
            show.add(i)
            tainted |= cell.binds | changes[i]
    return show


def _find_needed(
    uses: dict[int, NameUsage], changes: dict[int, set[str]], show: set[int]
) -> set[int]:
    """Return the cells that are shown, and those that they depend on."""
    needed: set[str] = set()
    run = set()
    for i in sorted(uses, reverse=True):
        cell = uses[i]
        if i in show or (cell.binds | changes[i]) & needed:
            run.add(i)
            needed |= cell.reads
    return run


@functools.lru_cache(maxsize=32)
def _built_outputs(lesson: Lesson) -> tuple[tuple[str, list], ...]:
    """Return what a lesson's cells put out when it was built; nothing if it was not."""
    if not lesson.solution.is_file():
        return ()
    notebook = nbformat.read(lesson.solution, as_version=4)
    return tuple(
        (cell.source, cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code" and not is_test(cell) and not is_answer(cell)
    )

"""Which of a submission's cells must run so that it can be shown what they put out.

A lesson's demonstrations give the same for everyone: a cell that is as it was given out, and
depends on nothing that the student changed, is shown with the outputs that it had when the lesson
was built. What a student wrote is run, if it puts anything out, and before it what it depends on.
None of this has a part in the marks.
"""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass, field

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

from grader.course import Lesson
from grader.submission import is_answer, is_test

# Methods that change nothing, whatever they are called on.
READING = frozenset(
    [
        "all",
        "any",
        "argmax",
        "argmin",
        "argsort",
        "astype",
        "copy",
        "count",
        "count_params",
        "dot",
        "endswith",
        "evaluate",
        "flatten",
        "format",
        "get",
        "get_config",
        "get_layer",
        "get_weights",
        "index",
        "item",
        "items",
        "join",
        "keys",
        "lower",
        "max",
        "mean",
        "min",
        "nonzero",
        "predict",
        "ravel",
        "reshape",
        "round",
        "split",
        "squeeze",
        "startswith",
        "std",
        "strip",
        "sum",
        "summary",
        "swapaxes",
        "tobytes",
        "tolist",
        "transpose",
        "upper",
        "values",
        "var",
    ]
)
# With these a cell can reach what it does not name.
DYNAMIC = frozenset(
    [
        "exec",
        "eval",
        "globals",
        "locals",
        "vars",
        "setattr",
        "delattr",
        "getattr",
        "compile",
        "__import__",
        "importlib",
        "get_ipython",
        "reload",
        "sys",
        "inspect",
        "gc",
        "builtins",
        "__builtins__",
        "monkeypatch",
        "mock",
        "ctypes",
    ]
)


SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES += (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Plan:
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


@dataclass
class _Uses:
    """What a cell does with names, as far as its text says.

    Attributes
    ----------
    reads, binds : set of str
        Names that it looks up; gives a value to.
    calls, stores : set of str
        Names whose value it may change in place: by a method of theirs; by storing into them.
    silent : bool
        Whether it only defines, so that it puts nothing out.
    dynamic : bool
        Whether it may reach what it does not name.
    imports : set of str
        Of what it binds, what it imports.
    """

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    silent: bool = True
    dynamic: bool = False
    changes: set[str] = field(default_factory=set)


def plan(cells: list[NotebookNode], lesson: Lesson) -> Plan:
    """Say which cells to run in order to show what they put out.

    Parameters
    ----------
    cells : list of NotebookNode
        A submission's code cells, tests included.
    lesson : Lesson
        What it is a submission of.
    """
    made = dict(_built_outputs(lesson))
    uses = {i: _read(cell.source) for i, cell in enumerate(cells) if not is_test(cell)}
    given = {i: made[cells[i].source] for i in uses if cells[i].source in made}
    own = [i for i in uses if i not in given]
    modules = {name for cell in uses.values() for name in cell.imports}
    if not made or any(uses[i].dynamic or uses[i].stores & modules for i in own):
        return Plan(frozenset(uses), frozenset(uses), {})
    for cell in uses.values():
        cell.changes = (cell.calls - modules) | cell.stores
    show = _find_affected(uses, given)
    run = _find_needed(uses, show)
    outputs = {i: given.get(i, []) for i in uses if i not in show}
    return Plan(frozenset(run), frozenset(show), outputs)


def _find_affected(uses: dict[int, _Uses], given: dict[int, list]) -> set[int]:
    """Return the cells whose outputs are the student's own, or depend on what is."""
    show, tainted = set(), set()
    lessons_imports = {name for i in given for name in uses[i].imports}
    for i, cell in uses.items():
        if i not in given:
            show |= set() if cell.silent else {i}
            tainted |= (cell.binds - (cell.imports & lessons_imports)) | cell.changes
        elif cell.reads & tainted:
            show.add(i)
            tainted |= cell.binds | cell.changes
    return show


def _find_needed(uses: dict[int, _Uses], show: set[int]) -> set[int]:
    """Return the cells that are shown, and those that they depend on."""
    needed: set[str] = set()
    run = set()
    for i in sorted(uses, reverse=True):
        cell = uses[i]
        if i in show or (cell.binds | cell.changes) & needed:
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


@functools.lru_cache(maxsize=4096)
def _read(source: str) -> _Uses:
    """Read from a cell's text what it does with names."""
    uses = _Uses()
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        uses.silent = False
        return uses
    _note(tree, uses)
    uses.silent = all(map(_is_silent, tree.body))
    uses.dynamic |= bool(uses.reads & DYNAMIC)
    return uses


def _note(node: ast.AST, uses: _Uses) -> None:
    """Note what code does with names, those of functions' own left out."""
    if isinstance(node, SCOPES):
        _note_scope(node, uses)
        return
    if isinstance(node, ast.Name):
        (uses.reads if isinstance(node.ctx, ast.Load) else uses.binds).add(node.id)
    elif isinstance(node, ast.ClassDef):
        uses.binds.add(node.name)
    elif isinstance(node, ast.alias):
        name = (node.asname or node.name).split(".")[0]
        uses.binds.add(name)
        uses.imports.add(name)
        uses.reads |= set(node.name.split(".")) & DYNAMIC
        uses.dynamic |= name == "*"
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        uses.stores |= set() if isinstance(node.ctx, ast.Load) else _base(node)
    elif isinstance(node, ast.AugAssign):
        uses.stores |= _base(node.target)
        uses.reads |= _base(node.target)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        uses.calls |= set() if node.func.attr in READING else _base(node.func.value)
    for child in ast.iter_child_nodes(node):
        _note(child, uses)


def _note_scope(node: ast.AST, uses: _Uses) -> None:
    """Note what a function, or a comprehension, does with names that are not its own."""
    inner = _Uses()
    for child in ast.iter_child_nodes(node):
        _note(child, inner)
    own = {one.arg for one in ast.walk(node) if isinstance(one, ast.arg)} | inner.binds
    given_out = {
        name
        for one in ast.walk(node)
        if isinstance(one, (ast.Global, ast.Nonlocal))
        for name in one.names
    }
    own -= given_out
    uses.reads |= inner.reads - own
    uses.calls |= inner.calls - own
    uses.stores |= inner.stores - own
    uses.binds |= inner.binds & given_out
    uses.dynamic |= inner.dynamic
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        uses.binds.add(node.name)


def _base(node: ast.AST) -> set[str]:
    """Return the name that an expression such as ``a.b[0].c`` begins with."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_silent(statement: ast.stmt) -> bool:
    """Tell whether a statement defines something, and can neither fail nor put anything out."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return not statement.decorator_list and all(map(_is_constant, defaults))
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return _names_known_modules(statement)
    if isinstance(statement, ast.Assign):
        names = all(isinstance(target, ast.Name) for target in statement.targets)
        return names and (_is_constant(statement.value) or isinstance(statement.value, ast.Lambda))
    if isinstance(statement, ast.Expr):
        # A text by itself is a comment, unless it is the last line, which is shown; so no.
        return False
    return isinstance(statement, ast.Pass)


def _is_constant(node: ast.expr) -> bool:
    """Tell whether an expression is written out."""
    return all(
        isinstance(one, (ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.USub, ast.Load))
        for one in ast.walk(node)
    )


def _names_known_modules(statement: ast.Import | ast.ImportFrom) -> bool:
    """Tell whether an import is one that works everywhere."""
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "numpy" and not statement.level and _are_in_numpy(statement)
    return all(alias.name in ("numpy", "math", "itertools", "time") for alias in statement.names)


def _are_in_numpy(statement: ast.ImportFrom) -> bool:
    import numpy

    return all(hasattr(numpy, alias.name) for alias in statement.names)

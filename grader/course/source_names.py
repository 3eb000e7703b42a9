"""Analyse how a cell uses names, from its source text: nothing is executed."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

# Methods that never change the object they are called on.
READING = frozenset(
    """
    all any argmax argmin argsort astype copy count count_params dot endswith evaluate flatten
    format get get_config get_layer get_weights index item items join keys lower max mean min
    nonzero predict ravel reshape round split squeeze startswith std strip sum summary swapaxes
    tobytes tolist transpose upper values var
    """.split()  # noqa: SIM905
)
# Names by which a cell can reach other names that its text does not contain.
DYNAMIC = frozenset(
    """
    exec eval globals locals vars setattr delattr getattr compile __import__ importlib get_ipython
    reload sys inspect gc builtins __builtins__ monkeypatch mock ctypes
    """.split()  # noqa: SIM905
)
SCOPES: tuple[type[ast.AST], ...] = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)
# Modules whose import never fails and prints nothing.
NUMPY_MODULES = ("numpy", "numpy.lib.stride_tricks")
SAFE_MODULES = ("numpy", "math", "itertools", "time")
PROMPT = re.compile(r"\s*In \[")
# Before Python 3.12, the parser's recursion counter is shared by all threads.
PARSE_LOCK = threading.Lock()


@dataclass
class NameUsage:
    """How a cell uses names, as far as its text shows.

    Attributes
    ----------
    reads, binds : set of str
        The names that it looks up; the names that it assigns.
    calls, stores : set of str
        The names whose values it may change in place: by calling a method; by storing an item or
        an attribute.
    imports : set of str
        The names in `binds` that it imports.
    silent : bool
        Whether it only contains definitions, so that it can neither fail nor print.
    dynamic : bool
        Whether it may use names that its text does not contain.
    """

    reads: set[str] = field(default_factory=set)
    binds: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    imports: set[str] = field(default_factory=set)
    silent: bool = True
    dynamic: bool = False

    def to_plain(self) -> dict[str, Any]:
        """Return its attributes as plain values, which can be sent as JSON."""
        return {
            name: sorted(value) if isinstance(value, set) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_plain(cls, plain: Any) -> NameUsage:
        """Return the `NameUsage` that `to_plain` was called on.

        The values come from an untrusted process: if they are anything else, the cell counts as
        one that may do anything.
        """
        model = cls().to_plain()
        fits = isinstance(plain, dict) and plain.keys() == model.keys()
        if not fits or any(type(plain[name]) is not type(model[name]) for name in model):
            return cls(silent=False, dynamic=True)
        values: dict[str, Any] = {
            name: set(map(str, value)) if isinstance(value, list) else value
            for name, value in plain.items()
        }
        return cls(**values)


def to_python(source: str) -> str:
    """Return a cell's text as plain Python, in which IPython's magics are calls.

    IPython's own transformation takes longer than most cells, and leaves plain Python as it is.
    Only a prompt, as in ``In [1]: x``, is plain Python as well: an annotation.

    Raises
    ------
    SyntaxError
        If IPython could not transform it.
    """
    try:
        with PARSE_LOCK:
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return TransformerManager().transform_cell(source)
    return TransformerManager().transform_cell(source) if PROMPT.match(source) else source


def parse(source: str) -> ast.Module:
    """Parse a cell's text, which may contain IPython magics.

    Raises
    ------
    SyntaxError
        If IPython could not run it either.
    """
    text = to_python(source)
    with PARSE_LOCK:
        return ast.parse(text)


@functools.lru_cache(maxsize=4096)
def read_name_usage(source: str) -> NameUsage:
    """Return how a cell's text uses names."""
    usage = NameUsage()
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        usage.silent = False
        return usage
    _record(tree, usage)
    usage.silent = all(map(_is_silent, tree.body))
    usage.dynamic |= bool(usage.reads & DYNAMIC)
    return usage


def _record(node: ast.AST, usage: NameUsage) -> None:
    """Record how code uses names, except the local names of functions."""
    if isinstance(node, SCOPES):
        _record_scope(node, usage)
        return
    if isinstance(node, ast.Name):
        (usage.reads if isinstance(node.ctx, ast.Load) else usage.binds).add(node.id)
    elif isinstance(node, ast.ClassDef):
        usage.binds.add(node.name)
    elif isinstance(node, ast.alias):
        _record_import(node, usage)
    elif isinstance(node, (ast.Attribute, ast.Subscript)):
        usage.stores |= set() if isinstance(node.ctx, ast.Load) else _base_name(node)
    elif isinstance(node, ast.AugAssign):
        usage.stores |= _base_name(node.target)
        usage.reads |= _base_name(node.target)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        usage.calls |= set() if node.func.attr in READING else _base_name(node.func.value)
    for child in ast.iter_child_nodes(node):
        _record(child, usage)


def _record_import(alias: ast.alias, usage: NameUsage) -> None:
    """Record one name of an import statement."""
    name = (alias.asname or alias.name).split(".")[0]
    usage.binds.add(name)
    usage.imports.add(name)
    usage.reads |= set(alias.name.split(".")) & DYNAMIC
    usage.dynamic |= name == "*"


def _record_scope(node: ast.AST, usage: NameUsage) -> None:
    """Record how a function or a comprehension uses names that are not local to it."""
    inner = NameUsage()
    for child in ast.iter_child_nodes(node):
        _record(child, inner)
    inside = list(ast.walk(node))
    parameters = {child.arg for child in inside if isinstance(child, ast.arg)}
    shared = {
        name
        for child in inside
        if isinstance(child, (ast.Global, ast.Nonlocal))
        for name in child.names
    }
    local = (parameters | inner.binds) - shared
    usage.reads |= inner.reads - local
    usage.calls |= inner.calls - local
    usage.stores |= inner.stores - local
    usage.binds |= inner.binds & shared
    usage.dynamic |= inner.dynamic
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        usage.binds.add(node.name)


def _base_name(node: ast.AST) -> set[str]:
    """Return the name that an expression such as ``a.b[0].c`` begins with, as a set."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def _is_silent(statement: ast.stmt) -> bool:
    """Return whether a statement is a definition that can neither fail nor print."""
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        defaults = [*statement.args.defaults, *filter(None, statement.args.kw_defaults)]
        return not statement.decorator_list and all(map(_is_literal, defaults))
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return _is_safe_import(statement)
    if isinstance(statement, ast.Assign):
        names = all(isinstance(target, ast.Name) for target in statement.targets)
        return names and (_is_literal(statement.value) or isinstance(statement.value, ast.Lambda))
    # An expression is never silent: IPython shows the value of the last line.
    return isinstance(statement, ast.Pass)


def _is_literal(node: ast.expr) -> bool:
    """Return whether an expression consists only of literals, lists and tuples."""
    return all(
        isinstance(part, (ast.Constant, ast.Tuple, ast.List, ast.UnaryOp, ast.USub, ast.Load))
        for part in ast.walk(node)
    )


def _is_safe_import(statement: ast.Import | ast.ImportFrom) -> bool:
    """Return whether an import works on every machine."""
    if isinstance(statement, ast.Import):
        return all(alias.name in SAFE_MODULES for alias in statement.names)
    if statement.level or statement.module not in NUMPY_MODULES:
        return False
    module = importlib.import_module(statement.module)
    return all(hasattr(module, alias.name) for alias in statement.names)

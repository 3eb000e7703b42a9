"""Which variables the text of a cell binds, as opposed to functions, classes and imports."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass, field

SCOPES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


@dataclass(frozen=True)
class Bindings:
    """The names that a cell binds at its top level.

    Attributes
    ----------
    variables : frozenset of str
        By assignment, in a loop or a ``with`` statement; CONSTANTS do not count.
    names : frozenset of str
        In any way.
    """

    variables: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


@functools.lru_cache(maxsize=1024)
def read_bindings(source: str) -> Bindings:
    """Return which names a cell binds; none if it is not plain Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Bindings()
    stored = {
        node.id
        for node in _outside_scopes(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    defined = {name for node in _outside_scopes(tree) for name in _defined_by(node)}
    variables = {name for name in stored if not name.isupper()}
    return Bindings(frozenset(variables - defined), frozenset(stored | defined))


@dataclass
class DemonstrationNames:
    """The variables that the lesson's own cells left behind, as cells run one after another.

    Attributes
    ----------
    names : set of str
        Variables that a cell of the lesson bound last.
    """

    names: set[str] = field(default_factory=set)

    def note(self, cell: str | Bindings, is_lessons: bool) -> None:
        """Note that a cell has run.

        Parameters
        ----------
        cell : str or Bindings
            Its source as plain Python, or what it binds.
        is_lessons : bool
            Whether it is one of the lesson's, unchanged, or one of the student's.
        """
        bindings = read_bindings(cell) if isinstance(cell, str) else cell
        self.names.difference_update(bindings.names)
        if is_lessons:
            self.names.update(bindings.variables)


def _outside_scopes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a cell, without the inside of functions and classes."""
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, SCOPES):
            yield from _outside_scopes(node)


def _defined_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a definition or an import binds."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.alias):
        yield (node.asname or node.name).split(".")[0]

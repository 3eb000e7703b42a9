"""Find mistakes that the source of a function shows, whatever it computes.

They are found where the function is: in the notebook, or in the sandbox of a submission, which
sends their keys only.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np

MAX_SOURCE_CHARACTERS = 20_000
RETURN_IN_LOOP = "return in loop"
FIRST_INDEX = "first index"

# What is wrong, and where to look.
HINTS = {
    RETURN_IN_LOOP: (
        "A `return` is inside a loop, and ends it in its first round.",
        "How far should the line with `return` be indented?",
    ),
    FIRST_INDEX: (
        "`{name}[0]` is the first row of pixels, not the first channel.",
        "Channels are on the last of the three axes of `{name}`.",
    ),
}
Loop = ast.For | ast.While


def find_hints(function: Callable) -> list[str]:
    """Return the keys of what a function's source shows: keys of `HINTS`, perhaps with a name.

    A function whose source is not to be had gives none.
    """
    try:
        source = textwrap.dedent(inspect.getsource(function))
        if len(source) > MAX_SOURCE_CHARACTERS:
            return []
        tree = ast.parse(source)
    except Exception:  # whatever a callable of the student's does when it is looked at
        return []
    definition = tree.body[0] if tree.body else None
    if not isinstance(definition, ast.FunctionDef):
        return []
    hints = [RETURN_IN_LOOP] if any(map(_returns_at_once, _loops(definition))) else []
    parameters = [argument.arg for argument in definition.args.args]
    return hints + [f"{FIRST_INDEX} {name}" for name in parameters if _takes_rows(tree, name)]


def read_hints(hints: Collection[str], named: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what hints say of a call: what is wrong, and where to look.

    Parameters
    ----------
    hints : collection of str
        What `find_hints` returned; anything else in it is ignored.
    named : mapping of str to object
        The arguments of the call, by name.
    """
    if RETURN_IN_LOOP in hints:
        yield HINTS[RETURN_IN_LOOP]
    for name, value in named.items():
        is_volume = isinstance(value, np.ndarray) and value.ndim == 3
        if is_volume and f"{FIRST_INDEX} {name}" in hints:
            what, look = HINTS[FIRST_INDEX]
            yield what.format(name=name), look.format(name=name)


def _loops(definition: ast.FunctionDef) -> Iterator[Loop]:
    """Yield the loops of a function, but not those of functions inside it."""
    waiting: list[ast.AST] = list(definition.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        if isinstance(node, (ast.For, ast.While)):
            yield node
        waiting += ast.iter_child_nodes(node)


def _returns_at_once(loop: Loop) -> bool:
    """Return whether a loop ends in its first round, because a `return` comes in any case."""
    for statement in loop.body:
        if isinstance(statement, ast.Return):
            return True
        if any(isinstance(node, (ast.Continue, ast.Break)) for node in ast.walk(statement)):
            return False
    return False


def _takes_rows(tree: ast.AST, name: str) -> bool:
    """Return whether ``name[0]`` and ``name[1]`` are used as a whole, as if they were channels."""
    indices = set()
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            inside = isinstance(node, (ast.Subscript, ast.Attribute)) and node.value is child
            counted = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "len"
            if not inside and not counted and (index := _constant_index(child, name)) is not None:
                indices.add(index)
    return {0, 1} <= indices


def _constant_index(node: ast.AST, name: str) -> int | None:
    """Return i if a node is ``name[i]`` with a number i."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == name
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, int)
    ):
        return node.slice.value
    return None

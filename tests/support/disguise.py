"""Disguise a copied answer as students do: other names, another order, another layout."""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from random import Random

WORDS = ("alpha", "beta", "gamma", "delta", "left", "right", "up", "down", "one", "two", "three")


def rename(source: str, random: Random, keep: frozenset[str] = frozenset()) -> str:
    """Give every name that the answer binds another one, but not those in `keep`."""
    bound = {
        name
        for node in ast.walk(ast.parse(source))
        for name in _bound_names(node)
        if name not in keep and not hasattr(builtins, name)
    }
    new = dict(zip(sorted(bound), _fresh_names(random, len(bound)), strict=True))
    tree = _Renamer(new).visit(ast.parse(source))
    return ast.unparse(tree)


def reorder(source: str, random: Random) -> str:
    """Exchange neighbouring statements that are independent, and the operands of + and *."""
    tree = _Reorderer(random).visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree))


def reformat(source: str, random: Random) -> str:
    """Change layout: other spaces and line breaks, comments, another docstring, more brackets."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
            node.body.insert(0, ast.Expr(ast.Constant("As the exercise says.")))
    lines = ast.unparse(ast.fix_missing_locations(tree)).splitlines()
    changed = []
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if random.random() < 0.3:
            changed.append(" " * indent + "# the next step")
        text = line.lstrip()
        if text.startswith("return ") and _is_complete(text):
            text = f"return (\n{' ' * (indent + 8)}{text.removeprefix('return ')}\n{' ' * indent})"
        changed.append(" " * indent + text.replace(", ", ",").replace(" * ", "*"))
        if random.random() < 0.3 and not line.endswith((",", "(")):
            changed.append("")
    return "\n".join(changed)


def disguise(source: str, random: Random, keep: frozenset[str]) -> str:
    """Do all three."""
    return reformat(reorder(rename(source, random, keep), random), random)


def _is_complete(text: str) -> bool:
    """Return whether a line is a statement by itself."""
    try:
        list(tokenize.generate_tokens(io.StringIO(text + "\n").readline))
    except (tokenize.TokenError, SyntaxError):
        return False
    return True


def _bound_names(node: ast.AST) -> list[str]:
    """Return the names that a node binds."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    return []


def _fresh_names(random: Random, count: int) -> list[str]:
    """Return so many different names."""
    names = [f"{word}_{number}" for number in range(20) for word in WORDS][: max(count, 30)]
    return random.sample(names, count)


class _Renamer(ast.NodeTransformer):
    """Renames what is bound."""

    def __init__(self, names: dict[str, str]):
        self._names = names

    def visit_Name(self, node):
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node):
        node.name = self._names.get(node.name, node.name)
        return self.generic_visit(node)


class _Reorderer(ast.NodeTransformer):
    """Exchanges what can be exchanged."""

    def __init__(self, random: Random):
        self._random = random

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, (ast.Add, ast.Mult)) and self._random.random() < 0.5:
            node.left, node.right = node.right, node.left
        return node

    def generic_visit(self, node):
        super().generic_visit(node)
        for field in ("body", "orelse"):
            statements = getattr(node, field, None)
            if isinstance(statements, list):
                for index in range(len(statements) - 1):
                    first, second = statements[index : index + 2]
                    if _are_independent(first, second):
                        statements[index : index + 2] = [second, first]
        return node


def _are_independent(first: ast.stmt, second: ast.stmt) -> bool:
    """Return whether two assignments can change places."""
    if not all(isinstance(one, ast.Assign) for one in (first, second)):
        return False
    names = [{n.id for n in ast.walk(one) if isinstance(n, ast.Name)} for one in (first, second)]
    stored = [{n for node in ast.walk(one) for n in _bound_names(node)} for one in (first, second)]
    return not (stored[0] & names[1] or stored[1] & names[0])

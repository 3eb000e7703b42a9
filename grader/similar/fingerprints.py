"""Fingerprints of an answer: what is left of it when names, layout and comments are taken out.

The method is that of MOSS (Schleimer, Wilkerson and Aiken, *Winnowing*, SIGMOD 2003): an answer is
the set of the hashes of its k-grams. Three things differ, because answers here are ten lines long.
All k-grams are kept, where winnowing keeps a sample. They are made of a syntax tree and not of
text, so that brackets, quotes and line breaks do not count. And they do not go across statements,
so that statements that change places stay what they are.
"""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.course.source_names import PARSE_LOCK

MAX_CHARACTERS = 20_000  # of an answer; the longest right ones have 3,000
GRAM = 4  # symbols in a k-gram
BUILTINS = frozenset(dir(builtins))
# Of a binary operation, the order of the operands says nothing where it can be exchanged.
COMMUTATIVE = (ast.Add, ast.Mult, ast.BitAnd, ast.BitOr, ast.BitXor)
MIRRORED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
COMPOUND = ("body", "orelse", "handlers", "finalbody", "cases")
IGNORED = ("annotation", "returns", "ctx", "type_comment")
LARGE = 1e15  # numbers beyond it are all the same


@dataclass(frozen=True)
class Fingerprints:
    """What an answer is compared by.

    Attributes
    ----------
    grams : frozenset of str
        Its k-grams.
    parsed : bool
        Whether it is Python; if not, its tokens were taken.
    """

    grams: frozenset[str]
    parsed: bool


def fingerprints(source: str) -> Fingerprints | None:
    """Return an answer's fingerprints, or None if it is too long or too deeply nested.

    Nothing in the text is executed.
    """
    if len(source) > MAX_CHARACTERS:
        return None
    try:
        with PARSE_LOCK:
            tree = ast.parse(_without_magics(source))
        return Fingerprints(frozenset(_tree_grams(tree)), True)
    except (SyntaxError, ValueError):
        return token_fingerprints(source)
    except (RecursionError, MemoryError):
        return None


def token_fingerprints(source: str) -> Fingerprints | None:
    """Return the fingerprints of an answer's tokens, for a text that need not be Python."""
    if len(source) > MAX_CHARACTERS:
        return None
    grams = {gram for line in _token_lines(source) for gram in _grams(line)}
    return Fingerprints(frozenset(grams), False)


def _without_magics(source: str) -> str:
    """Return a cell's text without the lines that only IPython understands."""
    lines = source.splitlines()
    return "\n".join("" if line.lstrip()[:1] in ("%", "!") else line for line in lines)


def _tree_grams(tree: ast.Module) -> Iterator[str]:
    """Yield the k-grams of each statement."""
    own = _OwnNames.of(tree)
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.stmt, ast.ExceptHandler)) and not _is_text(statement):
            yield from _grams(_symbols(statement, own))


@dataclass(frozen=True)
class _OwnNames:
    """The names that an answer gives to its variables, functions, attributes and methods."""

    variables: frozenset[str]
    functions: frozenset[str]
    attributes: frozenset[str]

    @classmethod
    def of(cls, tree: ast.Module) -> _OwnNames:
        """Collect them."""
        variables, functions, attributes = set(), set(), set()
        for node in ast.walk(tree):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    variables.add(name)
                case ast.Attribute(attr=name, ctx=ast.Store()):
                    attributes.add(name)
                case ast.FunctionDef(name=name):
                    functions.add(name)
                case ast.ClassDef(name=name, body=body):
                    functions.add(name)
                    attributes.update(m.name for m in body if isinstance(m, ast.FunctionDef))
        return cls(frozenset(variables), frozenset(functions), frozenset(attributes))


def _is_text(statement: ast.AST) -> bool:
    """Return whether a statement is a docstring, `pass` or another constant."""
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return is_constant or isinstance(statement, ast.Pass)


def _grams(symbols: Iterable[str]) -> Iterator[str]:
    """Yield each run of `GRAM` symbols; a shorter statement is one run."""
    row = [*symbols]
    for start in range(max(1, len(row) - GRAM + 1)):
        yield " ".join(row[start : start + GRAM])


def _symbols(node: ast.AST, own: _OwnNames) -> list[str]:
    """Return a statement or an expression as symbols, without the statements inside it."""
    if isinstance(node, ast.JoinedStr):
        return ["text"]
    if isinstance(node, ast.BinOp) and isinstance(node.op, COMMUTATIVE):
        sides = sorted([_symbols(node.left, own), _symbols(node.right, own)])
        return [type(node.op).__name__, *sides[0], *sides[1]]
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in MIRRORED:
        mirrored = MIRRORED[type(node.ops[0])].__name__
        left, right = _symbols(node.comparators[0], own), _symbols(node.left, own)
        return ["Compare", *left, mirrored, *right]
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        return ["Assign", *_symbols(node.target, own), *_symbols(node.value, own)]
    symbols = [_symbol(node, own)]
    for child in _children(node):
        if isinstance(child, ast.keyword) and _calls_own_function(node, own):
            symbols += ["name=", *_symbols(child.value, own)]
        else:
            symbols += _symbols(child, own)
    return symbols


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the parts of a statement or an expression that count."""
    for field, value in ast.iter_fields(node):
        if field in IGNORED:
            continue
        for child in value if isinstance(value, list) else [value]:
            # The body of a lambda and that of a conditional expression are expressions.
            if isinstance(child, ast.AST) and (
                field not in COMPOUND or isinstance(child, ast.expr)
            ):
                yield child


def _calls_own_function(node: ast.AST, own: _OwnNames) -> bool:
    """Return whether a node calls a function of the answer, whose parameters it named itself."""
    function = node.func if isinstance(node, ast.Call) else None
    return isinstance(function, ast.Name) and function.id in own.functions


def _symbol(node: ast.AST, own: _OwnNames) -> str:
    """Return a node as a symbol: names that a student chose are all the same."""
    match node:
        case ast.Name(id=name):
            return name if name in BUILTINS - own.variables - own.functions else "name"
        case ast.Attribute(attr=name):
            return ".name" if name in own.attributes else f".{name}"
        case ast.keyword(arg=name):
            return f"{name}="
        case ast.Constant(value=str()):
            return "text"
        case ast.Constant(value=bool() | None as value):
            return str(value)
        case ast.Constant(value=int() | float() as value):
            return f"{value:g}" if abs(value) < LARGE else "large"  # 1 and 1.0 are the same
    return type(node).__name__


def _token_lines(source: str) -> list[list[str]]:
    """Return what can be read of a text that need not be Python, by line.

    Without names, layout and comments.
    """
    lines: list[list[str]] = [[]]
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.NAME:
                keep = keyword.iskeyword(token.string) or token.string in BUILTINS
                lines[-1].append(token.string if keep else "name")
            elif token.type in (tokenize.OP, tokenize.NUMBER):
                lines[-1].append(token.string)
            elif token.type == tokenize.NEWLINE:
                lines.append([])
    except (tokenize.TokenError, SyntaxError):
        pass  # the rest of the text has no tokens
    return [line for line in lines if line]

"""What a cell does with names, as far as its text says; nothing of it is run."""

from __future__ import annotations

import ast
import functools
import importlib
import threading
from dataclasses import asdict, dataclass, field

from IPython.core.inputtransformer2 import TransformerManager

# Methods that change nothing, whatever they are called on.
READING = frozenset(
    """
    all any argmax argmin argsort astype copy count count_params dot endswith evaluate flatten
    format get get_config get_layer get_weights index item items join keys lower max mean min
    nonzero predict ravel reshape round split squeeze startswith std strip sum summary swapaxes
    tobytes tolist transpose upper values var
    """.split()  # noqa: SIM905
)
# With these a cell can reach what it does not name.
DYNAMIC = frozenset(
    """
    exec eval globals locals vars setattr delattr getattr compile __import__ importlib get_ipython
    reload sys inspect gc builtins __builtins__ monkeypatch mock ctypes
    """.split()  # noqa: SIM905
)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
SCOPES += (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# Modules that are always there.
NUMPY = ("numpy", "numpy.lib.stride_tricks")
ALWAYS = ("numpy", "math", "itertools", "time")
# Python before 3.12 keeps a count for all threads when it parses, and stumbles over two at once.
PARSE_LOCK = threading.Lock()


@dataclass
class NameUsage:
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

    def to_plain(self) -> dict:
        """Return it as plain values."""
        return {
            name: sorted(value) if isinstance(value, set) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_plain(cls, plain: object) -> NameUsage:
        """Make it of what `to_plain` gave; if it is anything else, a cell that may do anything."""
        model = cls().to_plain()
        fits = isinstance(plain, dict) and plain.keys() == model.keys()
        if not fits or any(type(plain[name]) is not type(model[name]) for name in model):
            return cls(silent=False, dynamic=True)
        return cls(
            **{
                name: {str(one) for one in value} if isinstance(value, list) else value
                for name, value in plain.items()
            }
        )


def parse(source: str) -> ast.Module:
    """Parse a cell's text, magics and all.

    Raises
    ------
    SyntaxError
        If it is no Python, even to IPython.
    """
    text = TransformerManager().transform_cell(source)
    with PARSE_LOCK:
        return ast.parse(text)


@functools.lru_cache(maxsize=4096)
def read_name_usage(source: str) -> NameUsage:
    """Read from a cell's text what it does with names."""
    uses = NameUsage()
    try:
        tree = parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        uses.silent = False
        return uses
    _note(tree, uses)
    uses.silent = all(map(_is_silent, tree.body))
    uses.dynamic |= bool(uses.reads & DYNAMIC)
    return uses


def _note(node: ast.AST, uses: NameUsage) -> None:
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


def _note_scope(node: ast.AST, uses: NameUsage) -> None:
    """Note what a function, or a comprehension, does with names that are not its own."""
    inner = NameUsage()
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
        known = statement.module in NUMPY and not statement.level
        module = importlib.import_module(statement.module) if known else None
        return known and all(hasattr(module, alias.name) for alias in statement.names)
    return all(alias.name in ALWAYS for alias in statement.names)

"""Mutation operators: small changes to a model answer, each of which its tests should notice.

An operator looks at one node of the answer's syntax tree and yields what could stand there
instead. Together they make the slips that people make in array code: a bound off by one, height
for width, a reduction or an axis too few, a conversion forgotten, a layer with another setting.

They are our own. cosmic-ray and mutmut, the maintained tools, mutate the files of a package and run
a test command for each mutant; here an answer is a cell of a notebook, and its tests are other
cells. Of what makes array code wrong (slices, axes, shapes, dtypes, the settings of a layer) they
change the numbers and the operators, no more.

What an error says is free (the contract), so nothing inside ``raise`` is changed but the error.
"""

from __future__ import annotations

import ast
import builtins
import difflib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, takewhile
from types import CodeType

Operator = Callable[[ast.AST], Iterator[ast.AST]]

ARITHMETIC = {
    ast.Add: [ast.Sub, ast.Mult],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Add, ast.Div],
    ast.Div: [ast.Mult, ast.FloorDiv],
    ast.FloorDiv: [ast.Div, ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
}
COMPARISONS = {
    ast.Lt: [ast.LtE, ast.Gt, ast.Eq],
    ast.LtE: [ast.Lt, ast.GtE, ast.Eq],
    ast.Gt: [ast.GtE, ast.Lt, ast.NotEq],
    ast.GtE: [ast.Gt, ast.LtE, ast.Eq],
    ast.Eq: [ast.NotEq, ast.LtE, ast.GtE],
    ast.NotEq: [ast.Eq, ast.Lt, ast.Gt],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
}
# One name for another that is as easily written.
NAMES = {
    "sum": ["mean", "max", "prod"],
    "mean": ["sum", "max", "median"],
    "max": ["min", "sum", "mean"],
    "min": ["max", "sum"],
    "prod": ["sum"],
    "argmax": ["argmin", "max"],
    "any": ["all"],
    "all": ["any"],
    "maximum": ["minimum", "add"],
    "floor": ["ceil"],
    "ceil": ["floor"],
    "zeros": ["ones"],
    "zeros_like": ["ones_like"],
    "float": ["int"],
    "bool": ["int"],
    "stack": ["concatenate"],
    "concatenate": ["stack"],
    "degrees": ["radians"],
    "sqrt": ["square", "cbrt"],
    "exp": ["exp2"],
    "tanh": ["arctan"],
    "ndindex": ["ndenumerate"],
    "Conv2D": ["DepthwiseConv2D", "Conv2DTranspose"],
    "MaxPooling2D": ["AveragePooling2D"],
    "AveragePooling2D": ["MaxPooling2D"],
    "Flatten": ["GlobalAveragePooling2D", "GlobalMaxPooling2D"],
    "RandomTranslation": ["RandomRotation", "RandomZoom"],
}
LONG, CONTEXT = 120, 6  # characters of a line that is shortened, and words about its change
COMMUTATIVE = {"min", "max", "minimum", "maximum", "add"}
# Words of which one may be written for another.
WORDS = [
    ["max", "average", "sum"],
    ["relu", "tanh", "sigmoid", "softmax", "linear"],
    ["valid", "same"],
    ["constant", "reflect", "wrap", "nearest"],
    ["conv", "pool", "dense", "flatten"],
    ["kernel", "size", "stride"],
    ["filters", "units"],
]
# What a layer does unless it is told otherwise.
SETTINGS = {
    "Conv2D": {"strides": 2, "padding": "same", "use_bias": False, "dilation_rate": 2},
    "Dense": {"use_bias": False},
    "MaxPooling2D": {"strides": 1, "padding": "same"},
    "AveragePooling2D": {"strides": 1, "padding": "same"},
}


@dataclass(frozen=True)
class Mutant:
    """A model answer with one thing changed.

    Attributes
    ----------
    operator : str
        What was done.
    before, after : str
        The changed line, as it was and as it is; one of them may be empty. Of a long line, what
        stands about the change.
    source : str
        The whole answer.
    """

    operator: str
    before: str
    after: str
    source: str

    @property
    def change(self) -> tuple[str, str]:
        """What the mutant is known by."""
        return self.before, self.after


def make_mutants(answer: str, exercise: str) -> list[Mutant]:
    """Return every mutant of an answer, each once, in the order of the answer.

    Those that compile to the same code as the answer, or as another mutant, are left out.

    Parameters
    ----------
    answer : str
        Source of the function.
    exercise : str
        The function's name.
    """
    tree = ast.parse(answer)
    (function,) = (
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == exercise
    )
    original = ast.unparse(tree)
    mutants, seen = [], {_fingerprint(original)}
    for operator, source in [*_changed_inside(tree, function), *_changed_around(tree, function)]:
        try:
            fingerprint = _fingerprint(source)
        except SyntaxError:
            continue
        if fingerprint not in seen:
            seen.add(fingerprint)
            mutants.append(Mutant(operator, *_difference(original, source), source))
    return mutants


def _changed_inside(tree: ast.Module, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield the source with one node of the function replaced, and by what operator."""
    pairs = _pairs(function)
    for parent, field, index in _places(function):
        siblings = getattr(parent, field)
        node = siblings if index is None else siblings[index]
        for operator in (*OPERATORS, pairs):
            for new in operator(node):
                _put(parent, field, index, new)
                yield operator.__name__, ast.unparse(ast.fix_missing_locations(tree))
                _put(parent, field, index, node)


def _changed_around(tree: ast.Module, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Yield the source with each argument that can be changed in place being so."""
    required = len(function.args.args) - len(function.args.defaults)
    defaults = [ast.Constant(None)] * required + function.args.defaults
    for argument, default in zip(function.args.args, defaults, strict=True):
        if ast.unparse(default) == "None" and _is_mutable(function, argument.arg):
            spoilt = f"{function.name} = spoiling({function.name}, {argument.arg!r})"
            yield "argument_spoilt", f"{ast.unparse(tree)}\n{spoilt}"


def _is_mutable(function: ast.FunctionDef, name: str) -> bool:
    """Tell whether a docstring says of a parameter that it is an array, a list or a dict."""
    docstring = ast.get_docstring(function) or ""
    described = re.findall(r"^ *([\w, ]+?) : (.*)$", docstring, re.MULTILINE)
    kinds = [kind for names, kind in described if name in re.split(", *", names)]
    return not described or bool(re.match("(two )?(array|list|dict)", "".join(kinds)))


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    """Put a node where another one is."""
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Yield where nodes are that may be changed: parent, field, and index in a list."""
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or _is_docstring(child):
                continue
            yield node, field, index if isinstance(value, list) else None
            if not isinstance(child, ast.Raise):
                yield from _places(child)


def _is_docstring(node: ast.AST) -> bool:
    """Tell whether a statement is nothing but a string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _fingerprint(source: str) -> tuple:
    """Return what the source compiles to, without the places where it stands."""

    def strip(code: CodeType) -> tuple:
        constants = [
            strip(value) if isinstance(value, CodeType) else (type(value), repr(value))
            for value in code.co_consts
        ]
        names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
        return code.co_code, code.co_exceptiontable, code.co_argcount, names, tuple(constants)

    return strip(compile(source, "", "exec"))


def _difference(original: str, source: str) -> tuple[str, str]:
    """Return the lines that differ: of the original, and of the other."""
    lines = [
        re.sub(r"(raise \w+)\(.*\)", r"\1(...)", each).split("\n") for each in (original, source)
    ]
    marked = list(difflib.ndiff(*lines))
    before, after = (
        " / ".join(line[2:].strip() for line in marked if line.startswith(sign)) for sign in "-+"
    )
    return _shorten(before, after) if max(len(before), len(after)) > LONG else (before, after)


def _shorten(before: str, after: str) -> tuple[str, str]:
    """Leave out of two long lines what they have in common, up to a few words about the change."""
    one, other = (re.findall(r"[\w.']+|\s+|.", line) for line in (before, after))
    start = _count_shared(one, other)
    same = _count_shared(one[start:][::-1], other[start:][::-1])
    begin = max(start - CONTEXT, 0)
    cut = []
    for words in (one, other):
        end = min(len(words) - same + CONTEXT, len(words))
        head, tail = "… " * (begin > 0), " …" * (end < len(words))
        cut.append(f"{head}{''.join(words[begin:end]).strip()}{tail}")
    return cut[0], cut[1]


def _count_shared(one: list[str], other: list[str]) -> int:
    """Count the items with which two lists begin alike."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in alike)


# The operators. Each takes any node and yields nothing where it has nothing to say.


def arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    """Replace `+ - * / // % ** @`, drop one side, exchange the sides, round the other way."""
    if isinstance(node, ast.BinOp):
        for other in ARITHMETIC.get(type(node.op), []):
            yield ast.BinOp(node.left, other(), node.right)
        yield from (node.left, node.right)
        if not isinstance(node.op, (ast.Add, ast.Mult)):
            yield ast.BinOp(node.right, node.op, node.left)
        if isinstance(node.op, ast.FloorDiv):
            minus = ast.UnaryOp(ast.USub(), node.left)
            yield ast.UnaryOp(ast.USub(), ast.BinOp(minus, ast.FloorDiv(), node.right))
    if isinstance(node, ast.AugAssign):
        for other in ARITHMETIC.get(type(node.op), []):
            yield ast.AugAssign(node.target, other(), node.value)
        yield ast.Assign([node.target], node.value)
    if isinstance(node, ast.UnaryOp):
        yield node.operand


def comparison(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a comparison by another, `<` by `<=`; drop one of a chain."""
    if not isinstance(node, ast.Compare):
        return
    for index, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
            yield ast.Compare(node.left, ops, node.comparators)
    if len(node.ops) > 1:
        yield ast.Compare(node.left, node.ops[:-1], node.comparators[:-1])
        yield ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])


def condition(node: ast.AST) -> Iterator[ast.AST]:
    """Exchange `and` and `or`, drop one side, negate a condition, take it as given or never."""
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        yield from node.values
    if isinstance(node, ast.If):
        tests = [ast.UnaryOp(ast.Not(), node.test), ast.Constant(True)]
        tests += [ast.Constant(False)] if node.orelse else []  # else it is as good as missing
        for test in tests:
            yield ast.If(test, node.body, node.orelse)
    if isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
        yield from (node.body, node.orelse)
    if isinstance(node, ast.comprehension):
        for index in range(len(node.ifs)):
            rest = node.ifs[:index] + node.ifs[index + 1 :]
            yield ast.comprehension(node.target, node.iter, rest, node.is_async)


def constant(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a number by its neighbours, by 0, 1, 2, by its negative; a word by its like."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int):
        others = [value + 1, value - 1, 0, 1, 2, -value]
    elif isinstance(value, float):
        others = [2 * value, value / 2, -value or 0.0, 0.0, value + 1]
    elif isinstance(value, str):
        alike = [word for words in WORDS if value in words for word in words]
        others = alike or [value[1:], value[:-1], value.lower(), value.upper()]
    else:
        return
    yield from (ast.Constant(other) for other in others)


def bounds(node: ast.AST) -> Iterator[ast.AST]:
    """Move the ends of a slice by one, drop them, drop its step."""
    if not isinstance(node, ast.Slice):
        return
    lower, upper, step = node.lower, node.upper, node.step
    if step is not None:
        yield ast.Slice(lower, upper)
    yield ast.Slice(_moved(lower, 1), upper, step)
    yield ast.Slice(lower, _moved(upper, -1), step)
    if lower is not None:
        yield ast.Slice(None, upper, step)
        yield ast.Slice(_moved(lower, -1), upper, step)
    if upper is not None:
        yield ast.Slice(lower, None, step)
        yield ast.Slice(lower, _moved(upper, 1), step)


def _moved(end: ast.expr | None, by: int) -> ast.expr:
    """Return an end of a slice, or a bound of a range, moved by one."""
    if end is None:
        return ast.Constant(by)
    if isinstance(end, ast.Constant) and isinstance(end.value, int):
        return ast.Constant(end.value + by)
    return ast.BinOp(end, ast.Add() if by > 0 else ast.Sub(), ast.Constant(abs(by)))


def order(node: ast.AST) -> Iterator[ast.AST]:
    """Exchange neighbours among indices, in a tuple, a list, or the arguments of a call."""
    if isinstance(node, (ast.Tuple, ast.List)):
        for elements in _exchanged(node.elts):
            yield _like(node, elements)
    if isinstance(node, ast.Call) and _name_of(node.func) not in COMMUTATIVE:
        for arguments in _exchanged(node.args):
            yield ast.Call(node.func, arguments, node.keywords)


def _name_of(node: ast.AST) -> str:
    """Return the last part of a dotted name."""
    return getattr(node, "attr", "") or getattr(node, "id", "")


def _exchanged(items: list) -> Iterator[list]:
    """Yield a list with each pair of neighbours exchanged in turn."""
    for index in range(len(items) - 1):
        yield [*items[:index], items[index + 1], items[index], *items[index + 2 :]]


def _like(node: ast.Tuple | ast.List, elements: list) -> ast.Tuple | ast.List:
    """Return a tuple or list of other elements."""
    return type(node)(elements, node.ctx)


def missing(node: ast.AST) -> Iterator[ast.AST]:
    """Drop a statement, an element (a layer, a coordinate), an argument, a call, or its effect."""
    if isinstance(node, ast.stmt) and not isinstance(node, (ast.FunctionDef, ast.Pass)):
        yield ast.Pass()
    if isinstance(node, (ast.Tuple, ast.List)) and isinstance(node.ctx, ast.Load):
        for index, element in enumerate(node.elts):
            yield _like(node, node.elts[:index] + node.elts[index + 1 :])
            if isinstance(node, ast.List):
                yield _like(node, [*node.elts[: index + 1], element, *node.elts[index + 1 :]])
    if isinstance(node, ast.Call):
        yield from _shortened(node)
    if isinstance(node, ast.Try):
        yield ast.If(ast.Constant(True), node.body, [])
    if isinstance(node, ast.arguments) and node.defaults:
        yield _with(node, defaults=node.defaults[1:])
    if isinstance(node, ast.Dict) and len(node.keys) > 1:
        for index in range(len(node.keys)):
            yield ast.Dict(
                node.keys[:index] + node.keys[index + 1 :],
                node.values[:index] + node.values[index + 1 :],
            )


def _shortened(call: ast.Call) -> Iterator[ast.AST]:
    """Yield a call without one of its arguments, and what it is called on or with alone."""
    # Without its one argument a function fails; a layer has its defaults.
    if len(call.args) > 1 or _name_of(call.func)[:1].isupper():
        for index in range(len(call.args)):
            yield ast.Call(call.func, call.args[:index] + call.args[index + 1 :], call.keywords)
    for index in range(len(call.keywords)):
        yield ast.Call(call.func, call.args, call.keywords[:index] + call.keywords[index + 1 :])
    if isinstance(call.func, ast.Attribute) and not _is_module(call.func.value):
        yield call.func.value
    elif call.args and not isinstance(call.args[0], ast.Starred):
        yield call.args[0]


def _is_module(node: ast.AST) -> bool:
    """Tell whether a name before a dot is a module's."""
    names = {"np", "math", "keras", "layers", "pooling", "convolution"}
    return isinstance(node, ast.Name) and node.id in names


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with some fields replaced."""
    return type(node)(**{**dict(ast.iter_fields(node)), **fields})


def name(node: ast.AST) -> Iterator[ast.AST]:
    """Replace a function or a type by one that is easily taken for it: sum by mean, max by min."""
    if isinstance(node, ast.Attribute):
        for other in NAMES.get(node.attr, []):
            yield ast.Attribute(node.value, other, node.ctx)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        for other in NAMES.get(node.id, []):
            if hasattr(builtins, other):
                yield ast.Name(other, node.ctx)


def repetition(node: ast.AST) -> Iterator[ast.AST]:
    """Run a loop once, without its first or its last turn, or with a range moved by one."""
    if isinstance(node, ast.For):
        yield _with(node, body=[*node.body, ast.Break()])
    if isinstance(node, (ast.For, ast.comprehension)) and not _is_range(node.iter):
        items = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        for ends in (ast.Slice(ast.Constant(1)), ast.Slice(None, ast.Constant(-1))):
            yield _with(node, iter=ast.Subscript(items, ends, ast.Load()))
        yield _with(node, iter=ast.Subscript(items, _reversing(), ast.Load()))
    if _is_range(node):
        for index, bound in enumerate(node.args):
            for by in (1, -1):
                arguments = [*node.args[:index], _moved(bound, by), *node.args[index + 1 :]]
                yield ast.Call(node.func, arguments, [])
        if len(node.args) == 1:
            yield ast.Call(node.func, [ast.Constant(1), *node.args], [])
    if _is_call_of(node, "enumerate"):
        yield ast.Call(node.func, [*node.args, ast.Constant(1)], [])


def _reversing() -> ast.Slice:
    """Return ``::-1``."""
    return ast.Slice(None, None, ast.UnaryOp(ast.USub(), ast.Constant(1)))


def _is_call_of(node: ast.AST, name: str) -> bool:
    """Tell whether a node calls the function of that name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is_range(node: ast.AST) -> bool:
    """Tell whether a node is ``range(...)``."""
    return _is_call_of(node, "range")


def error(node: ast.AST) -> Iterator[ast.AST]:
    """Raise another error."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        yield _with(node, exc=_with(node.exc, func=ast.Name("RuntimeError", ast.Load())))


def setting(node: ast.AST) -> Iterator[ast.AST]:
    """Give a Keras layer a setting that it does not have."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        given = {keyword.arg for keyword in node.keywords}
        for key, value in SETTINGS.get(node.func.attr, {}).items():
            if key not in given:
                keyword = ast.keyword(key, ast.Constant(value))
                yield ast.Call(node.func, node.args, [*node.keywords, keyword])


def _pairs(function: ast.FunctionDef) -> Operator:
    """Return an operator that takes one variable for its neighbour: height for width, i for j.

    Neighbours are parameters and targets that stand side by side, and the counters of one loop
    inside another.
    """
    rows = [[argument.arg for argument in function.args.args]]
    for node in ast.walk(function):
        if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Store):
            rows.append([each.id for each in node.elts if isinstance(each, ast.Name)])
        if isinstance(node, ast.For):
            inner = [each.target for each in node.body if isinstance(each, ast.For)]
            rows.append([each.id for each in (node.target, *inner) if isinstance(each, ast.Name)])
    neighbours: dict[str, set[str]] = {}
    for one, other in (pair for row in rows for pair in pairwise(row)):
        neighbours.setdefault(one, set()).add(other)
        neighbours.setdefault(other, set()).add(one)

    def neighbour(node: ast.AST) -> Iterator[ast.AST]:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            for other in sorted(neighbours.get(node.id, ())):
                yield ast.Name(other, node.ctx)

    return neighbour


OPERATORS: list[Operator] = [
    arithmetic,
    comparison,
    condition,
    constant,
    bounds,
    order,
    missing,
    name,
    repetition,
    error,
    setting,
]
# What each operator does, in a sentence.
MEANINGS = {operator.__name__: inspect.getdoc(operator) for operator in OPERATORS} | {
    "neighbour": "Take one variable for its neighbour: height for width, i for j.",
    "argument_spoilt": "Change an argument in place after the work is done.",
}

"""Sentences about a whole answer, and for each a rule that tells whether it is true."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.proof.results import Pair
from tools.proof.values import Closeness, change_numbers, is_bool
from utils.checks.attempt import Attempt
from utils.checks.failure import Failure


@dataclass(frozen=True)
class Cause:
    """A sentence about an answer, and when it is true.

    Parameters
    ----------
    pattern : str
        A regular expression for the sentence.
    holds : callable
        Takes the attempt, the failures that the message shows, and the sentence's match.
    """

    pattern: str
    holds: Callable[[Attempt, list[Failure], re.Match], bool]


@dataclass(frozen=True)
class Seen:
    """One input, and whether the answer is right for it."""

    named: dict[str, Any]
    got: Any
    expected: Any
    is_right: bool
    is_example: bool

    @property
    def arrays(self) -> list[np.ndarray]:
        """The arrays among the arguments."""
        return [one for one in self.named.values() if isinstance(one, np.ndarray) and one.ndim]


def seen_in(attempt: Attempt, with_small: bool = True) -> list[Seen]:
    """Return all inputs of an attempt, and the small public ones if they were tried."""
    closeness = Closeness(attempt.tolerance.rtol, attempt.tolerance.atol)

    def is_right(got: Any, expected: Any, error: object = None) -> bool:
        return error is None and closeness.same(got, expected)

    seen = []
    for one in attempt.trials:
        right = is_right(one.got, one.expected)
        seen.append(Seen(one.given.named, one.got, one.expected, right, one.is_example))
    for small in vars(attempt.diagnosis).get("small_results", ()) if with_small else ():
        got, error = small.result.value, small.result.error
        right = is_right(got, small.expected, error)
        seen.append(Seen(small.given.named, got, small.expected, right, is_example=False))
    return seen


def _returns_the_same(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
    """Return whether all results are the same, though they should not be."""
    seen = seen_in(attempt, with_small=False)
    exact = Closeness()
    return all(exact.same(one.got, seen[0].got) for one in seen) and not all(
        exact.same(one.expected, seen[0].expected) for one in seen
    )


def _knows_one_example(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
    """Return whether an answer is right for one input only, which is a worked example."""
    seen = seen_in(attempt)
    right = {repr(one.named) for one in seen if one.is_right}
    examples = {repr(one.named) for one in seen if one.is_example}
    return len(right) == 1 and right <= examples


def _knows_the_examples(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
    """Return whether an answer is right for the worked examples, and for no other input."""
    seen = seen_in(attempt)
    examples = {repr(one.named) for one in seen if one.is_example}
    return all(one.is_right == (repr(one.named) in examples) for one in seen)


def _is_square(one: Seen) -> bool:
    """Return whether all matrices and images among the arguments are square."""
    sizes = [array.shape[:2] for array in one.arrays if array.ndim > 1]
    return bool(sizes) and all(height == width for height, width in sizes)


def _right_for(is_of_kind: Callable[[Seen], bool]) -> Callable:
    """Return the condition that an answer is right for just the inputs of a kind."""

    def hold(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
        return all(one.is_right == is_of_kind(one) for one in seen_in(attempt))

    return hold


def _right_only_where(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
    """Return whether an answer is right only where an argument has a value."""
    name, value = match.groups()
    seen = seen_in(attempt)
    default = inspect.signature(attempt.failures[0].given.reference).parameters[name].default
    is_so = [repr(one.named.get(name, default)) == value for one in seen]
    right = [one.is_right for one in seen]
    return any(right) and all(so for so, good in zip(is_so, right, strict=True) if good)


def _tree(attempt: Attempt) -> ast.FunctionDef | None:
    """Return the syntax tree of a student's function."""
    try:
        source = textwrap.dedent(inspect.getsource(attempt.subject.function))
    except (OSError, TypeError):
        return None
    body = ast.parse(source).body
    return body[0] if body and isinstance(body[0], ast.FunctionDef) else None


def _returns_in_first_round(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
    """Return whether a loop's own block holds a `return`, with nothing before it that goes on."""
    loops = [one for one in ast.walk(_tree(attempt) or ast.Module()) if hasattr(one, "orelse")]
    for loop in loops:
        if not isinstance(loop, (ast.For, ast.While)):
            continue
        at = [index for index, one in enumerate(loop.body) if isinstance(one, ast.Return)]
        before = loop.body[: at[0]] if at else []
        goes_on = [
            one
            for statement in before
            for one in ast.walk(statement)
            if isinstance(one, (ast.Continue, ast.Break))
        ]
        if at and not goes_on:
            return True
    return False


def _takes_first_row(attempt: Attempt, about: list[Failure], match: re.Match) -> bool:
    """Return whether the source has ``image[0]``, and ``image`` has three axes."""
    name = match[1]
    source = ast.unparse(_tree(attempt) or ast.Module())
    return f"{name}[0]" in source and all(np.ndim(one.given.named.get(name)) == 3 for one in about)


CAUSES = (
    Cause(
        r"It returns the same result for every input\. Does it use its arguments\?",
        _returns_the_same,
    ),
    Cause(
        r"It is right for one worked example only, and wrong for every other input\.",
        _knows_one_example,
    ),
    Cause(
        r"It is right for the worked examples only, and wrong for every other input\.",
        _knows_the_examples,
    ),
    Cause(r"It is right for square images only\.", _right_for(_is_square)),
    Cause(
        r"It is right for numbers that are floats only\.",
        _right_for(lambda one: all(array.dtype.kind == "f" for array in one.arrays)),
    ),
    Cause(
        r"It is right for numbers that are not negative only\.",
        _right_for(lambda one: all((array >= 0).all() for array in one.arrays)),
    ),
    Cause(r"It is right only where (\w+) is ('[^']*'|[^ ]+)\.(?=\s|$)", _right_only_where),
    Cause(
        r"A `return` is inside a loop, and ends it in its first round\.",
        _returns_in_first_round,
    ),
    Cause(
        r"`(\w+)\[0\]` is the first row of pixels, not the first channel\.",
        _takes_first_row,
    ),
)

# What is said of an error besides its own text: a sentence, the error's kind, words of its text.
_ERRORS = (
    (
        r"np\.convolve and np\.correlate take vectors only, and this is a matrix\.",
        (ValueError, "too deep"),
    ),
    (r"Two arrays of different shapes meet in one operation\.", (ValueError, "broadcast together")),
    (
        r"An array is stored where an array of another shape belongs\.",
        (ValueError, "broadcast input array"),
    ),
    (
        r"A float is used where Python needs an int, as in `range` or in a shape\. "
        r"`/` always gives a float\.",
        (TypeError, "'float' object cannot be interpreted as an integer"),
    ),
    (
        r"A float is used as the bound of a slice\. `/` always gives a float\.",
        (TypeError, "slice indices must be integers"),
    ),
    (
        r"An array is used where Python needs an int\.",
        (TypeError, "only integer scalar arrays"),
    ),
    (
        r"A whole array or list is stored where a number belongs\.",
        ((ValueError, TypeError), "array element with a sequence"),
    ),
    (
        r"An array is used as a condition\. An array holds many answers, and `if` needs one\.",
        (ValueError, "truth value of an array"),
    ),
    (
        r"A value is None here\. Does a function that you call forget its `return`\?",
        (TypeError, "'NoneType' object is not"),
    ),
)


def _is_error(kind: type | tuple[type, ...], words: str) -> Callable:
    """Return the condition that an error is of a kind, and that its text has some words."""
    return lambda error, match: isinstance(error, kind) and words in str(error)


def _is_index_error(error: BaseException, match: re.Match) -> bool:
    """Return whether an index, an axis and its length are those of an error's text."""
    return isinstance(error, IndexError) and re.findall(r"-?\d+", str(error)) == [*match.groups()]


ERRORS = (
    *((sentence, _is_error(*expected)) for sentence, expected in _ERRORS),
    (r"Index (-?\d+) does not exist: axis (\d+) has a length of (\d+)\.", _is_index_error),
)


# Words of known mistakes


def _made_by(change: Callable) -> Callable[[Pair], bool]:
    """Return the condition that a result is the right one with all its numbers changed."""
    return lambda pair: pair.would_be(pair.got, change_numbers(pair.expected, change))


def _as_floats(change: Callable) -> Callable:
    """Return a change of numbers that leaves bools, and gives arrays of floats or floats."""
    return lambda value: value if is_bool(value) else change(np.asarray(value, float))[()]


def _reordered(pair: Pair) -> bool:
    """Return whether a result's first and last elements have changed places."""
    right = list(pair.expected)
    right[0], right[-1] = right[-1], right[0]
    return pair.would_be(list(pair.got), right)


def _is_whole(pair: Pair) -> bool:
    """Return whether a result holds no fractions and is less than 1 away from the right one."""
    got, right = np.asarray(pair.got, float), np.asarray(pair.expected, float)
    is_whole = pair.closeness.is_close(got, np.rint(got)).all()
    return got.shape == right.shape and is_whole and (np.abs(got - right) < 1).all()


def _times(factor: float) -> Callable[[Pair], bool]:
    return _made_by(_as_floats(lambda x: factor * x))


def _without_last(pair: Pair) -> bool:
    """Return whether the last row and the last column of a result are missing."""
    return pair.would_be(pair.got, np.asarray(pair.expected)[:-1, :-1])


ABOUT_SIGNS = _made_by(_as_floats(lambda x: -x))
# Words that say something of a known mistake's whole result, and whether it is so. Most mistakes
# are about the way to the result ("The kernel is transposed"): that is what their functions do.
WORDS: tuple[tuple[str, Callable[[Pair], bool]], ...] = (
    (
        r"^The result is transposed|^Rows and columns of the output are swapped|"
        r"^The kernel is the right one, transposed",
        _made_by(lambda x: np.swapaxes(x, 0, 1)),
    ),
    (
        r"^The result is turned by 180|^The kernel is the right one, turned by 180",
        _made_by(lambda x: np.rot90(x, 2)),
    ),
    (r"^Twice too large\b", _times(2)),
    (r"^The sign is reversed\b|^Both results have the wrong sign\b", ABOUT_SIGNS),
    (
        r"^The (result|mean|average|magnitude)s? (is|are) cut (down )?to (a )?whole numbers?\b",
        lambda pair: all(
            map(_is_whole, [pair] if isinstance(pair.got, np.ndarray) else _elements(pair))
        ),
    ),
    (r"\brounded to two decimals\b", _made_by(_as_floats(lambda x: np.round(x, 2)))),
    (
        r"\bcut after two decimals\b",
        _made_by(_as_floats(lambda x: np.trunc(x * 100 + np.sign(x) * 1e-9) / 100)),
    ),
    (
        r"^The (result|mean) is divided by 255\b|^The numbers are divided by 255\b",
        _times(1 / 255),
    ),
    (r"^The results are divided by 4\b", _times(1 / 4)),
    (r"^The results are divided by 8\b", _times(1 / 8)),
    (r"^The signs are gone\b|^The minus signs are gone\b", _made_by(np.abs)),
    (
        r"^Negative numbers are cut off at 0\b|^The negative numbers are gone: ReLU\b",
        _made_by(lambda x: np.maximum(x, 0)),
    ),
    (r"^The results are cut off at 0 and 255\b", _made_by(lambda x: np.clip(x, 0, 255))),
    (
        r"^True and False are swapped\b",
        _made_by(lambda x: ~np.asarray(x, bool)[()]),
    ),
    (r"^It is one too small\b|^One place is missing\b", _made_by(lambda x: x - 1)),
    (r"^There is one place too many\b", _made_by(lambda x: x + 1)),
    (r"^It is squared\b", _made_by(lambda x: x**2)),
    (
        r"^The two results are swapped\b|^The two ends are swapped\b|"
        r"^Red and blue have changed places\b|^The two probabilities are in the wrong order\b",
        _reordered,
    ),
    (
        r"^The numbers? (is|are) right, but (it is|they are) (a )?floats?\b",
        lambda pair: pair.would_be(pair.got, change_numbers(pair.expected, float)),
    ),
    (r"^It returns the numbers 0 and 1\b", lambda p: p.would_be(p.got, 1 * p.expected)),
    (r"^The angles run from 0 to 360\b", _made_by(lambda x: np.asarray(x) % 360)),
    (r"^The angles are in radians\b", _made_by(np.radians)),
    (r"^It is divided by its maximum\b", _made_by(lambda x: x / np.max(x))),
    (r"^The last row and the last column of (positions|windows) are missing\b", _without_last),
    (r"^The last row and column of weights are missing\b", _without_last),
    (r"^The result is one long row\b", _made_by(np.ravel)),
    (r"^The result is still zero\b", _made_by(lambda x: 0 * x)),
    (r"^It returns one number\b", lambda pair: np.size(pair.got) == 1),
    (
        r"^Both results come from the same kernel\b",
        lambda pair: pair.would_be(pair.got[0], pair.got[1]),
    ),
    (
        r"^The exponentials are not divided by their sum\b",
        lambda pair: pair.would_be(pair.got / np.sum(pair.got)) and not pair.would_be(pair.got),
    ),
    (r"^Both ends get the same\b", lambda pair: pair.got[0] == pair.got[1]),
    (r"^It goes below 0\b", lambda pair: min(pair.got) < 0),
    (
        r"^There are half pixels\b|^The division leaves a fraction\b",
        lambda pair: bool((np.asarray(pair.got, float) % 1 != 0).any()),
    ),
)


def _elements(pair: Pair) -> list[Pair]:
    """Return the elements of two sequences in pairs; a number itself."""
    if not isinstance(pair.expected, (list, tuple)):
        return [pair]
    both = zip(pair.got, pair.expected, strict=True)
    return [Pair(mine, right, pair.closeness) for mine, right in both]


def fault_of_words(words: str, pair: Pair) -> str:
    """Return which words of a known mistake are not true of a wrong result; empty if all are."""
    for pattern, holds in WORDS:
        if (found := re.search(pattern, words)) and not _holds(holds, pair):
            return f"not so: {found[0]}"
    return ""


def _holds(holds: Callable[[Pair], bool], pair: Pair) -> bool:
    """Return whether a condition holds; one that cannot be computed does not."""
    try:
        with np.errstate(all="ignore"):
            return bool(holds(pair))
    except (TypeError, ValueError, LookupError, AttributeError):
        return False

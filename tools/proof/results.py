"""Sentences about a wrong result, and for each a rule that tells whether it is true."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.proof import networks
from tools.proof.values import (
    Closeness,
    describes,
    is_bool,
    is_keras_model,
    predict_alike,
)

Holds = Callable[["Pair", re.Match], bool]
NUMBER = r"([-+]?(?:[\d.]+(?:e[-+]?\d+)?|nan|inf)|a number of hundreds of digits)"
VALUE = r"(True|False|None|'(?:[^'\\]|\\.)*'|\"[^\"]*\"|" + NUMBER[1:]
SHAPE = r"(\([\d, ]*\))"
# Nothing that is described in a few words has a full stop followed by a blank, but strings.
DESCRIPTION = r"(the string (?:'.*?'|\".*?\")|.+?)"


@dataclass(frozen=True)
class Pair:
    """A wrong result, or one of its elements, with the right one."""

    got: Any
    expected: Any
    closeness: Closeness

    def would_be(self, changed: Any, other: Any = None) -> bool:
        """Return whether an array is another: the right one if none is given."""
        return self.closeness.same(changed, self.expected if other is None else other)

    @property
    def are_arrays(self) -> bool:
        """Whether both are arrays of real numbers or of bools."""
        return all(
            isinstance(one, np.ndarray) and one.dtype.kind in "biuf"
            for one in (self.got, self.expected)
        )

    @property
    def wrong(self) -> np.ndarray:
        """Which values of two arrays of one shape differ."""
        return ~self.closeness.is_close(self.got, self.expected)

    def at(self, path: str) -> Pair | None:
        """Return the elements at a path such as ``At index 1: At key 'a': ``, if there are any."""
        pair = self
        for kind, text in PATH.findall(path):
            key = ast.literal_eval(text)
            try:
                pair = Pair(pair.got[key], pair.expected[key], self.closeness)
            except (LookupError, TypeError):
                return None
            if (kind == "key") != isinstance(self.expected, dict) and pair is self:
                return None
        return pair

    def first_difference(self) -> Pair:
        """Return the first elements that differ, however deep they are."""
        if isinstance(self.expected, (list, tuple)) and isinstance(self.got, (list, tuple)):
            inside = zip(self.got, self.expected, strict=False)
        elif isinstance(self.expected, dict) and isinstance(self.got, dict):
            inside = ((self.got[key], one) for key, one in self.expected.items() if key in self.got)
        else:
            return self
        for mine, right in inside:
            if not self.closeness.same(mine, right):
                return Pair(mine, right, self.closeness).first_difference()
        return self


PATH = re.compile(r"At (index|key) ('[^']*'|\"[^\"]*\"|[^:]+): ")


@dataclass(frozen=True)
class Rule:
    """A sentence, and when it is true.

    Parameters
    ----------
    pattern : str
        A regular expression for the sentence.
    holds : callable
        Takes a pair of results and the sentence's match.
    is_general : bool
        Whether it must hold of every result that it is to explain, not only of the one shown.
    """

    pattern: str
    holds: Holds
    is_general: bool = False


def of_arrays(holds: Holds) -> Holds:
    """Return a rule's condition for two arrays only."""
    return lambda pair, match: pair.are_arrays and bool(holds(pair, match))


def general(pattern: str, holds: Holds) -> Rule:
    """Return a rule for a sentence about all values of every wrong result."""
    return Rule(pattern, of_arrays(holds), is_general=True)


def _floats(array: np.ndarray) -> np.ndarray:
    return array.astype(float)


def _is_multiple(pair: Pair, match: re.Match) -> bool:
    """Return whether a result is the right one times the factor in the sentence."""
    factor = float(match[1])
    size = np.abs(factor * _floats(pair.expected))
    off = np.abs(_floats(pair.got) - factor * _floats(pair.expected))
    return pair.got.shape == pair.expected.shape and (off <= 1e-5 * size + 1e-8).all()


def _is_offset(pair: Pair, match: re.Match) -> bool:
    """Return whether a result is the right one plus the amount in the sentence."""
    if pair.got.shape != pair.expected.shape:
        return False
    off = _floats(pair.got) - _floats(pair.expected)
    noise = pair.closeness.atol + pair.closeness.rtol * np.abs(_floats(pair.expected)).max()
    return bool((np.abs(off - float(match[1])) <= 1e-5 * np.abs(off) + 2 * noise).all())


def _is_wrapped(pair: Pair, match: re.Match) -> bool:
    """Return whether a result is the right one, in whole numbers of too few bits."""
    right = _floats(pair.expected)
    if str(pair.got.dtype) != match[1] or pair.got.shape != right.shape:
        return False
    limits = np.iinfo(pair.got.dtype)
    too_large = ((right < limits.min) | (right > limits.max)).any()
    kept = np.rint(right).astype(np.int64).astype(pair.got.dtype)
    cut = np.trunc(right).astype(np.int64).astype(pair.got.dtype)
    return too_large and any(np.array_equal(pair.got, each) for each in (kept, cut))


def _is_rounded(pair: Pair, match: re.Match) -> bool:
    """Return whether a result is the right one without its fractions."""
    got, right = _floats(pair.got), _floats(pair.expected)
    return (
        got.shape == right.shape
        and (got == np.rint(got)).all()
        and (right != np.rint(right)).any()
        and (np.abs(got - right) < 1).all()
    )


def _is_right_inside(pair: Pair, match: re.Match) -> bool:
    """Return whether a result's values are wrong at the border of the first two axes only."""
    if pair.got.shape != pair.expected.shape or pair.got.ndim < 2 or min(pair.got.shape[:2]) < 3:
        return False
    at_border = pair.wrong.copy()
    at_border[1:-1, 1:-1] = False
    return at_border.any() and at_border.sum() == pair.wrong.sum()


def _height_and_width_swapped(pair: Pair, match: re.Match) -> bool:
    """Return whether a result's first two axes have each other's length."""
    mine, right = pair.got.shape, pair.expected.shape
    return len(right) > 1 and mine == (right[1], right[0], *right[2:]) != right


def _all_off_by(count: int) -> Holds:
    """Return the condition that a result is longer by some positions along every axis."""
    return lambda pair, match: pair.got.shape == tuple(n + count for n in pair.expected.shape)


GENERAL = (
    general(r"Every value is 0\.", lambda p, m: not p.got.any()),
    general(
        r"Right, except for the sign: every value is negated\.",
        lambda p, m: p.would_be(_floats(p.got), -_floats(p.expected)),
    ),
    general(
        r"The result is transposed: rows and columns are swapped\.",
        lambda p, m: p.got.ndim == 2 and p.would_be(p.got.T),
    ),
    general(
        r"The result is right, but turned by 180 degrees\.",
        lambda p, m: p.got.ndim == 2 and p.would_be(np.rot90(p.got, 2)),
    ),
    general(
        rf"Right, up to a constant factor: every value is {NUMBER} times what it should be\.",
        _is_multiple,
    ),
    general(rf"Every value is off by the same amount: {NUMBER}\.", _is_offset),
    general(
        r"The numbers wrapped around: (\w+) cannot hold them\. Turn the input into float first\.",
        _is_wrapped,
    ),
    general(
        r"Right where it is between 0 and 255, but values are clipped to that range\.",
        lambda p, m: p.would_be(_floats(p.got), np.clip(_floats(p.expected), 0, 255)),
    ),
    general(r"The values are rounded to whole numbers\.", _is_rounded),
    general(r"Right inside, wrong at the border\.", _is_right_inside),
    general(
        r"True and False are swapped everywhere\.",
        lambda p, m: p.got.dtype == bool and np.array_equal(p.got, ~p.expected.astype(bool)),
    ),
    general(
        r"Height and width \(rows and columns\) are swapped\.",
        _height_and_width_swapped,
    ),
    general(r"One position is missing along every axis\.", _all_off_by(-1)),
    general(r"There is one position too many along every axis\.", _all_off_by(1)),
    general(
        r"It should have (\d+) ax[ei]s, not (\d+)\.",
        lambda p, m: [p.expected.ndim, p.got.ndim] == [int(m[1]), int(m[2])] and m[1] != m[2],
    ),
    Rule(r"The result is wrong\.", lambda p, m: not p.would_be(p.got), is_general=True),
)


def _is_first_difference(pair: Pair, match: re.Match) -> bool:
    """Return whether the count, the first position and both numbers are those of two arrays."""
    count, size, place, should_be, is_number = match.groups()
    where = tuple(int(index) for index in place.split(", ") if index)
    wrong = pair.wrong
    return (
        int(count) == wrong.sum()
        and int(size) == wrong.size
        and where == tuple(np.argwhere(wrong)[0])
        and _are_texts_of(should_be, is_number, pair.expected[where], pair.got[where])
    )


def _are_texts_of(should_be: str, is_number: str, expected: Any, got: Any) -> bool:
    """Return whether two texts are two different numbers, and look different."""
    return (
        should_be != is_number and _is_text_of(should_be, expected) and _is_text_of(is_number, got)
    )


def _is_text_of(text: str, value: Any) -> bool:
    """Return whether a text is a number, in ten digits at least, or any other plain value."""
    value = value.item() if isinstance(value, (np.generic, np.ndarray)) else value
    if text == "a number of hundreds of digits":
        return isinstance(value, int) and abs(value) >= 10**100
    if is_bool(value) or not isinstance(value, (int, float)):
        return text in (repr(value), str(value))
    if isinstance(value, int):
        return text == str(value)
    number = float(text)
    return number == value or abs(number - value) <= 1e-9 * abs(value) or number != number != value


def _not_finite(pair: Pair, match: re.Match) -> bool:
    """Return whether the count of values that are nan or inf is right."""
    bad = ~np.isfinite(_floats(pair.got))
    return [int(match[1]), int(match[2])] == [bad.sum(), bad.size] and bad.any()


def _is_wrong_scalar(pair: Pair, match: re.Match) -> bool:
    """Return whether both values of "It should be a, but is b." are those of the results."""
    got = pair.got[()] if isinstance(pair.got, np.ndarray) and pair.got.ndim == 0 else pair.got
    return (
        np.ndim(got) == 0
        and not pair.would_be(got)
        and _are_texts_of(match[1], match[2], pair.expected, got)
    )


def _has_other_keys(pair: Pair, match: re.Match) -> bool:
    """Return whether both lists of keys are those of two dicts, and differ."""
    right, mine = list(pair.expected), list(pair.got)
    return [match[1], match[2]] == [str(right), str(mine)] and set(right) != set(mine)


WORDS = {"one": 1, "two": 2, "three": 3, "four": 4}


def _has_other_length(pair: Pair, match: re.Match) -> bool:
    """Return whether two sequences have the lengths that the sentence gives."""
    lengths = [WORDS.get(match[1]) or int(match[1]), int(match[2])]
    return lengths == [len(pair.expected), len(pair.got)] and lengths[0] != lengths[1]


def _is_no_sequence(pair: Pair, match: re.Match) -> bool:
    """Return whether a result is no list and no tuple, where one was expected."""
    return (
        (WORDS.get(match[1]) or int(match[1])) == len(pair.expected)
        and match[2] == type(pair.expected).__name__
        and not isinstance(pair.got, (list, tuple))
        and describes(match[3], pair.got)
    )


COUNT = r"(\d+) of (\d+) values (?:is|are)"
PARTICULAR = (
    Rule(
        r"It returned None\. Is a `return` missing\?",
        lambda p, m: p.got is None and p.expected is not None,
    ),
    Rule(
        rf"Its shape should be {SHAPE}, but is {SHAPE}\.",
        of_arrays(lambda p, m: [m[1], m[2]] == [str(p.expected.shape), str(p.got.shape)]),
    ),
    Rule(
        rf"{COUNT} wrong, the first at \[([\d, ]*)\]: it should be {VALUE}, but is {VALUE}\.",
        of_arrays(_is_first_difference),
    ),
    Rule(rf"{COUNT} not a finite number \(nan or inf\)\.", of_arrays(_not_finite)),
    Rule(
        rf"It should return (\w+) values in a (tuple|list), but returned {DESCRIPTION}\.",
        _is_no_sequence,
    ),
    Rule(r"It should return (\w+) values, but returned (\d+)\.", _has_other_length),
    Rule(
        rf"It should return a NumPy array, but returned {DESCRIPTION}\."
        r"( Turn it into one with np\.array\(\.\.\.\)\.)?",
        lambda p, m: (
            type(p.got) is not np.ndarray
            and describes(m[1], p.got)
            and bool(m[2]) == isinstance(p.got, (list, tuple))
        ),
    ),
    Rule(
        r"It should return an array of real numbers, but its dtype is (\w+|<\w+)\.",
        lambda p, m: m[1] == str(p.got.dtype) and p.got.dtype.kind not in "biuf",
    ),
    Rule(
        r"It should return an array of (bool|numbers), but its dtype is (\w+)\.",
        of_arrays(
            lambda p, m: (
                (m[1] == "bool") == (p.expected.dtype == bool) != (p.got.dtype == bool)
                and m[2] == str(p.got.dtype)
            )
        ),
    ),
    Rule(
        rf"It should return a dict, but returned {DESCRIPTION}\.",
        lambda p, m: isinstance(p.expected, dict) and describes(m[1], p.got),
    ),
    Rule(r"Its keys should be (\[.*?\]), but are (\[.*?\])\.", _has_other_keys),
    Rule(
        rf"It should return a number, but returned {DESCRIPTION}\.",
        lambda p, m: (
            (is_bool(p.got) or not isinstance(p.got, (int, float, np.number)))
            and describes(m[1], p.got)
        ),
    ),
    Rule(
        rf"It should return a whole number \(an int\), but returned {DESCRIPTION}\.",
        lambda p, m: not isinstance(p.got, (int, np.integer)) and describes(m[1], p.got),
    ),
    Rule(
        rf"It should return a Keras model, but returned {DESCRIPTION}\.",
        lambda p, m: not is_keras_model(p.got) and _describes_no_model(m[1], p.got),
    ),
    Rule(
        rf"It should return {DESCRIPTION}, but returned {DESCRIPTION}\.",
        lambda p, m: (
            describes(m[1], p.expected)
            and describes(m[2], p.got)
            and type(p.got) is not type(p.expected)
        ),
    ),
    Rule(rf"It should be {VALUE}, but is {VALUE}\.", _is_wrong_scalar),
)


def _describes_no_model(text: str, value: Any) -> bool:
    """Return whether a description is true of what was returned in place of a Keras model."""
    kind = type(value).__name__
    return (
        describes(text, value)
        or text in (f"one layer ({kind})", f"the class {getattr(value, '__name__', '')}")
        or (text.startswith("a tensor: ") and kind == "KerasTensor")
    )


def _of_models(holds: Holds) -> Holds:
    """Return a rule's condition for two Keras models only."""
    return lambda pair, match: (
        is_keras_model(pair.got) and is_keras_model(pair.expected) and holds(pair, match)
    )


def _of_model_shapes(name: str, mine: int, right: int) -> Holds:
    """Return the condition that two groups of a sentence are the shapes of two models."""

    def hold(pair: Pair, match: re.Match) -> bool:
        shapes = [tuple(getattr(one, name)[1:]) for one in (pair.got, pair.expected)]
        return [match[mine], match[right]] == list(map(str, shapes)) and shapes[0] != shapes[1]

    return _of_models(hold)


def _counts_parameters(pair: Pair, match: re.Match) -> bool:
    """Return whether both numbers of parameters are those of two models, and differ."""
    counts = [int(match[group].replace(",", "")) for group in (1, 2)]
    right = [sum(np.size(w) for w in one.get_weights()) for one in (pair.got, pair.expected)]
    return counts == right and counts[0] != counts[1]


def _sizes(model: Any, name: str) -> list[int]:
    """Return the filters or units of all layers of a model, those of models inside it too."""
    inside = [_sizes(layer, name) for layer in model.layers if hasattr(layer, "layers")]
    own = [getattr(layer, name) for layer in model.layers if hasattr(layer, name)]
    return [*own, *itertools.chain.from_iterable(inside)]


def _has_other_size(pair: Pair, match: re.Match) -> bool:
    """Return whether layers of two models have the filters or units that a sentence gives."""
    mine, name, right = int(match[1]), match[2], int(match[3])
    return mine in _sizes(pair.got, name) and right in _sizes(pair.expected, name) and mine != right


def _cannot_be_read(pair: Pair, match: re.Match) -> bool:
    """Return whether a model has no layers, or the shapes of its layers are unknown."""
    try:
        return not pair.got.layers or any(layer.output is None for layer in pair.got.layers)
    except (AttributeError, ValueError):
        return True


def _predict_alike(pair: Pair) -> bool:
    """Return whether two models predict the same with the same weights."""
    if networks.is_branched(pair.expected):
        return networks.same_networks(pair.got, pair.expected)
    return predict_alike(pair.got, pair.expected)


def _of_networks(holds: networks.Holds) -> Holds:
    """Return a rule's condition for two Keras models, of which the right one has branches."""

    def hold(pair: Pair, match: re.Match) -> bool:
        if not networks.is_branched(pair.expected):
            return False
        return holds(networks.read(pair.got), networks.read(pair.expected), match)

    return _of_models(hold)


NETWORKS = tuple(Rule(pattern, _of_networks(holds)) for pattern, holds in networks.SENTENCES)

MODELS = (
    Rule(
        r"The model takes input of shape (\(.*?\)), but should take (\(.*?\))\.",
        _of_model_shapes("input_shape", 1, 2),
    ),
    Rule(
        r"The output's shape should be (\(.*?\)), but is (\(.*?\))\.",
        _of_model_shapes("output_shape", 2, 1),
    ),
    Rule(
        r"The model has ([\d,]+) parameters, but should have ([\d,]+)\.",
        _of_models(_counts_parameters),
    ),
    Rule(
        r"The model's weights have other shapes than they should\.",
        _of_models(
            lambda p, m: (
                [w.shape for w in p.got.get_weights()]
                != [w.shape for w in p.expected.get_weights()]
            )
        ),
    ),
    Rule(
        r"With the same weights, the model predicts something else than it should\.",
        _of_models(lambda p, m: not _predict_alike(p)),
    ),
    Rule(
        r"Layer \d+ \([\w ]+\) has (\d+) (filters|units), should have (\d+)\.",
        _of_models(_has_other_size),
    ),
    Rule(r"The model cannot be read: .+\.", _of_models(_cannot_be_read)),
)

LAYER = r"Layer \d+ \([\w ]+\)"
A_LAYER = r"[Aa]n? [\w ]+?(?: \(\w+(?: units| filters)?\))?"


def _differ_as_said(pair: Pair, match: re.Match) -> bool:
    """Return whether two models differ, and the model has every layer whose number is named."""
    numbers = [int(number) for number in re.findall(r"[Ll]ayers? (\d+)", match[0])]
    return max(numbers, default=0) <= _layer_count(pair.got) + 1 and not _same_settings(
        pair.got, pair.expected
    )


def _layer_count(model: Any) -> int:
    """Return the number of a model's layers, and of those of models inside it."""
    return sum(_layer_count(one) if hasattr(one, "layers") else 1 for one in model.layers)


def _same_settings(got: Any, expected: Any) -> bool:
    """Return whether Keras reports the same settings for all layers of two models."""
    mine, right = (
        [layer.get_config() | {"name": type(layer).__name__, "dtype": ""} for layer in model.layers]
        for model in (got, expected)
    )
    return mine == right


# Sentences that name a layer by its place and a setting by its name. The engine reads both from
# Keras (`layer.strides`, `layer.padding`, ...), and tests/utils/checks/test_models.py compares them
# with models that are built to have just that difference. Here it is checked that the settings
# that Keras reports differ at all, and that there are as many layers.
STATED_BY_KERAS = tuple(
    Rule(pattern, _of_models(_differ_as_said))
    for pattern in (
        rf"{LAYER} (?:has|is) [^.;]+, should (?:have|be) [^;]+?(?:; [^;]+?)*\.(?= |$)",
        rf"There is an extra layer: layer \d+ is {A_LAYER}\.",
        rf"{A_LAYER} is missing (?:before layer \d+ \({A_LAYER}\)|at the end)\.",
        rf"Layers \d+ and \d+ are in the wrong order: {A_LAYER} comes before {A_LAYER}\.",
        rf"Layer \d+ should be {A_LAYER}, but is {A_LAYER}\.",
        r"Layer \d+ differs too\.",
        r"Layers [\d, ]+ and \d+ differ too\.",
        r"\d+ other layers differ too\.",
    )
)

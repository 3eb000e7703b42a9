"""Find out for what kind of input an answer is right, if it is right for just that kind."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np

from utils.checks.compare import equal
from utils.checks.failure import Trial
from utils.checks.reference import Input

# Kinds of input that wrong answers are often right for; the words are part of a message.
KINDS_OF_INPUT = ("square images", "numbers that are floats", "numbers that are not negative")
# This many wrong results, for different inputs, are the least that shows a pattern.
ENOUGH_WRONG = 2


def find_pattern(trials: Sequence[Trial], small: Sequence[Trial] = ()) -> str:
    """Return for what inputs an answer is right, as a sentence; empty if there is no pattern.

    Parameters
    ----------
    trials : sequence of Trial
        The checks of results.
    small : sequence of Trial
        The same for small public inputs, which are no checks.
    """
    if len(_distinct([trial for trial in trials if not trial.is_right])) < ENOUGH_WRONG:
        return ""
    return (
        _find_constant(trials)
        or _find_learnt_by_heart(trials, small)
        or _find_kind_of_input(trials, small)
    )


def _find_constant(trials: Sequence[Trial]) -> str:
    """Return that an answer's results do not depend on the input, if so."""
    distinct = _distinct(trials)
    if len(distinct) <= ENOUGH_WRONG or any(trial.got is None for trial in distinct):
        return ""
    first = distinct[0]
    is_constant = all(equal(trial.got, first.got) for trial in distinct)
    should_differ = not all(equal(trial.expected, first.expected) for trial in distinct)
    if not (is_constant and should_differ):
        return ""
    return "It returns the same result for every input. Does it use its arguments?"


def _find_learnt_by_heart(trials: Sequence[Trial], small: Sequence[Trial]) -> str:
    """Return that an answer is right for worked examples only, if so."""
    everything = _distinct([*trials, *small])
    right = [trial for trial in everything if trial.is_right]
    wrong = [trial for trial in everything if not trial.is_right]
    if not right or len(wrong) <= ENOUGH_WRONG:
        return ""
    if len(right) == 1 and right[0].is_example:
        return "It is right for one worked example only, and wrong for every other input."
    examples = [trial.is_right for trial in everything if trial.is_example]
    others = [trial.is_right for trial in everything if not trial.is_example]
    if examples and all(examples) and len(others) >= ENOUGH_WRONG and not any(others):
        return "It is right for the worked examples only, and wrong for every other input."
    return ""


def _find_kind_of_input(trials: Sequence[Trial], small: Sequence[Trial]) -> str:
    """Return the kind of input that an answer is right for, if it is wrong for all others.

    Two right results and two wrong ones are the least that shows it, and no small public input may
    contradict it.
    """
    checked = [trial.is_right for trial in trials]
    if checked.count(True) < ENOUGH_WRONG or checked.count(False) < ENOUGH_WRONG:
        return ""
    everything = [*trials, *small]
    right = [_features(trial.given) for trial in everything if trial.is_right]
    wrong = [_features(trial.given) for trial in everything if not trial.is_right]
    for kind in KINDS_OF_INPUT:
        if _all_have(right, kind, True) and _all_have(wrong, kind, False):
            return f"It is right for {kind} only."
    for name in sorted({*right[0], *wrong[0]}.difference(KINDS_OF_INPUT)):
        value = _common_value(right, name)
        if value and value not in {repr(features.get(name)) for features in wrong}:
            return f"It is right only where {name} is {value}."
    return ""


def _features(given: Input) -> dict[str, Any]:
    """Return what may decide whether an answer is right for an input.

    These are the arguments that are not arrays, those left out included, and which of
    `KINDS_OF_INPUT` the arrays are.
    """
    named = _defaults(given) | given.named
    arrays = [value for value in named.values() if isinstance(value, np.ndarray) and value.ndim]
    features: dict[str, Any] = {
        name: value
        for name, value in named.items()
        if isinstance(value, (bool, int, str)) and not isinstance(value, np.generic)
    }
    sizes = [array.shape[:2] for array in arrays if array.ndim > 1]
    features["square images"] = all(height == width for height, width in sizes) if sizes else None
    features["numbers that are floats"] = all(array.dtype.kind == "f" for array in arrays)
    features["numbers that are not negative"] = not any((array < 0).any() for array in arrays)
    return features


def _defaults(given: Input) -> dict[str, Any]:
    """Return the values of the arguments that may be left out."""
    if given.reference is None:
        return {}
    parameters = inspect.signature(given.reference).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not one.empty}


def _all_have(inputs: list[dict[str, Any]], kind: str, value: bool) -> bool:
    """Return whether all inputs are of a kind, or none is."""
    return all(features[kind] is value for features in inputs)


def _common_value(inputs: list[dict[str, Any]], name: str) -> str:
    """Return an argument's value, as text, if it is the same in all inputs; else nothing."""
    values = {repr(features.get(name)) for features in inputs}
    return values.pop() if len(values) == 1 and values != {"None"} else ""


def _distinct(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials whose inputs differ."""
    kept: dict[str, Trial] = {}
    for trial in trials:
        kept.setdefault(_key(trial.given.named), trial)
    return list(kept.values())


def _key(value: Any) -> str:
    """Return a text that is the same for equal inputs."""
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype} {value.tobytes()!r}"
    if isinstance(value, dict):
        return "; ".join(f"{name}={_key(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_key, value))}]"
    return repr(value)

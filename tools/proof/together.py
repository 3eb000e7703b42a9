"""Rules for what is said of the results of several calls, or of a network, without a right result.

Such results cannot be compared with the right ones: a split is drawn at random, and any network may
be right. So each sentence is compared with the contract, by code of its own, on the calls that the
test cell made and on what came back.
"""

from __future__ import annotations

import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.proof.values import describes, is_keras_model

SIGMAS = 5  # how far apart the counts of equally likely images are never found
MEASURED_AGAIN = 0.04  # how far apart the accuracies of two trainings of one network may be
MOST_ASKED = 0.92  # of the test digits, by the contract
LIMITS = {
    "layers": 100,
    "multiplications for one image": 2_000_000,
    "numbers in the outputs of its layers for one image": 200_000,
}
COUNTED_AGAIN = 0.05  # of a count that is called "about"


@dataclass(frozen=True)
class Together:
    """Calls whose results were examined together.

    Parameters
    ----------
    function : callable
        The student's.
    calls : tuple of tuple
        The arguments of each call.
    results : list
        What the calls returned.
    find_fault : callable
        What finds a fault in them.
    in_turn : bool
        Whether a random generator went from one call to the next.
    """

    function: Callable
    calls: tuple[tuple, ...]
    results: list
    find_fault: Callable[[list], str | None] = lambda results: None
    in_turn: bool = False


Holds = Callable[[Together, re.Match], Any]


def find_rule(exercise: str, text: str) -> tuple[Holds, re.Match] | None:
    """Return the rule for a sentence about an exercise's results, and its match."""
    for pattern, holds in TOGETHER[exercise]:
        if found := re.fullmatch(pattern, text, re.S):
            return holds, found
    return None


# Splits: each call is (images, labels, fraction, rng), each result ((x, y), (x_valid, y_valid)).


def _name(image: np.ndarray) -> Hashable:
    """Return what tells an image from others: its numbers."""
    return tuple(np.ravel(image).tolist())


def _names(together: Together) -> Iterator[tuple[list, list, list]]:
    """Yield for each call the names of the images given, of training and of validation."""
    for (images, *_), ((x, _), (x_valid, _)) in zip(together.calls, together.results, strict=True):
        yield tuple(list(map(_name, part)) for part in (images, x, x_valid))


def _counts(together: Together) -> Iterator[tuple[float, Counter, Counter, Counter]]:
    """Yield for each call the fraction, and how many images of each class are where."""
    for (_, labels, fraction, _), ((_, y), (_, y_valid)) in zip(
        together.calls, together.results, strict=True
    ):
        given, mine, kept = (Counter(part.tolist()) for part in (labels, y, y_valid))
        yield fraction, given, mine, kept


def _wanted(fraction: float, given: Counter) -> Counter:
    """Return how many images of each class should be kept for validation."""
    return Counter({label: round(fraction * count) for label, count in given.items()})


def _kept_by(compute: Callable[[float], float]) -> Holds:
    """Return a rule: each class's share is always rounded so, and that is not always right."""

    def holds(together: Together, match: re.Match) -> bool:
        is_wrong = False
        for fraction, given, _, kept in _counts(together):
            if any(kept[label] != compute(fraction * count) for label, count in given.items()):
                return False
            is_wrong |= +kept != +_wanted(fraction, given)
        return is_wrong

    return holds


def _is_other_form(together: Together, match: re.Match) -> bool:
    """Return whether a result is not a pair, and is what it is said to be."""
    return any(
        describes(match[1], one) and not (isinstance(one, (tuple, list)) and len(one) == 2)
        for one in together.results
    )


def _is_other_pair(together: Together, match: re.Match) -> bool:
    """Return whether one of the two parts is not a pair, and is what it is said to be."""
    return any(
        describes(match[1], part) and not (isinstance(part, (tuple, list)) and len(part) == 2)
        for one in together.results
        for part in one
    )


def _is_no_array(together: Together, match: re.Match) -> bool:
    """Return whether images or labels are not an array, but what they are said to be."""
    return any(
        describes(match[1], part) and not isinstance(part, np.ndarray)
        for one in together.results
        for pair in one
        if isinstance(pair, (tuple, list))
        for part in pair
    )


def _is_other_length(together: Together, match: re.Match) -> bool:
    """Return whether the labels of a part are not one for each image."""
    return any(y.shape != x.shape[:1] for one in together.results for x, y in one)


def _is_other_shape(together: Together, match: re.Match) -> bool:
    """Return whether images of a part have one shape, and those given another."""
    return match[1] != match[2] and any(
        [str(x.shape[1:]), str(call[0].shape[1:])] == [*match.groups()]
        for call, one in zip(together.calls, together.results, strict=True)
        for x, _ in one
    )


def _is_other_dtype(together: Together, match: re.Match) -> bool:
    """Return whether images or labels had one dtype, and have another."""
    return match[1] != match[2] and any(
        [str(given.dtype), str(got.dtype)] == [*match.groups()]
        for call, one in zip(together.calls, together.results, strict=True)
        for pair in one
        for given, got in zip(call[:2], pair, strict=True)
    )


def _has_wrong_label(together: Together, match: re.Match) -> bool:
    """Return whether an image that was given with one label came back with another."""
    for (images, labels, *_), one in zip(together.calls, together.results, strict=True):
        right = set(zip(map(_name, images), labels.tolist(), strict=True))
        given = {name for name, _ in right}
        for x, y in one:
            for pair in zip(map(_name, x), y.tolist(), strict=True):
                if pair[0] in given and pair not in right:
                    return True
    return False


def _is_one_count(together: Together, match: re.Match) -> bool:
    """Return whether of a class of this size, so many should be kept, and so many are."""
    size, wanted, kept_of_it = int(match[1]), int(match[2]), int(match[4])
    return kept_of_it != wanted and any(
        count == size
        and round(fraction * count) == wanted
        and math.isclose(fraction, float(match[3]), rel_tol=1e-5)
        and kept[label] == kept_of_it
        for fraction, given, _, kept in _counts(together)
        for label, count in given.items()
    )


def _has_right_size(together: Together, match: re.Match) -> bool:
    """Return whether so many are kept as should be in all, but not of each class."""
    return any(
        kept.total() in (wanted.total(), round(fraction * given.total())) and +kept != +wanted
        for fraction, given, _, kept in _counts(together)
        for wanted in [_wanted(fraction, given)]
    )


def _is_swapped(together: Together, match: re.Match) -> bool:
    """Return whether the first part is as large as the second one should be, each time."""
    return all(
        +mine == +_wanted(fraction, given) and +kept == +(given - mine) and +mine != +kept
        for fraction, given, mine, kept in _counts(together)
    )


def _splits_by_state(together: Together) -> Iterator[tuple[str, frozenset]]:
    """Yield for each call its generator's state, and the images that are kept."""
    for call, (_, _, kept) in zip(together.calls, _names(together), strict=True):
        yield str(call[3].bit_generator.state), frozenset(kept)


def _differs_at_one_state(together: Together, match: re.Match) -> bool:
    """Return whether one state of the generator has led to two splits."""
    found = set(_splits_by_state(together))
    return not together.in_turn and len(found) > len({state for state, _ in found})


def _is_always_the_same(together: Together, match: re.Match) -> bool:
    """Return whether several states of the generator have led to one split only."""
    found = set(_splits_by_state(together))
    return len({state for state, _ in found}) > 1 and len({kept for _, kept in found}) == 1


def _repeats_in_turn(together: Together, match: re.Match) -> bool:
    """Return whether calls that take one generator in turn make one split only."""
    return together.in_turn and len({frozenset(kept) for *_, kept in _names(together)}) == 1


def _is_uneven(together: Together, match: re.Match) -> bool:
    """Return whether two images of a class are kept too unequally often for chance."""
    times = Counter(name for _, _, kept in _names(together) for name in kept)
    images, labels, fraction, _ = together.calls[0]
    calls = len(together.calls)
    for label, count in Counter(labels.tolist()).items():
        found = [times[_name(image)] for image in images[labels == label]]
        share = round(fraction * count) / count
        if max(found) - min(found) > SIGMAS * math.sqrt(calls * share * (1 - share)):
            return True
    return False


_PAIRS = r"It should return two pairs, \(x_train, y_train\) and \(x_valid, y_valid\)"
SPLIT: list[tuple[str, Holds]] = [
    (rf"{_PAIRS}, but returned (.+)\.", _is_other_form),
    (rf"{_PAIRS}, but one of the two is (.+)\.", _is_other_pair),
    (r"Images and labels should be arrays, but some are (.+)\.", _is_no_array),
    (r"One part has not got one label for each of its images\.", _is_other_length),
    (r"An image has the shape (\(.*\)), but should keep (\(.*\))\.", _is_other_shape),
    (r"The dtype should stay (\w+), but is (\w+)\.", _is_other_dtype),
    (
        r"There is an image that was not given\. The images should stay as they are\.",
        lambda together, match: any(
            {*mine, *kept} - {*given} for given, mine, kept in _names(together)
        ),
    ),
    (r"An image has another image's label\.", _has_wrong_label),
    (
        r"An image is in both parts\. The network would be tested on what it was trained on\.",
        lambda together, match: any({*mine} & {*kept} for _, mine, kept in _names(together)),
    ),
    (
        r"An image is more than once in a part\.",
        lambda together, match: any(
            len(set(part)) < len(part) for _, *parts in _names(together) for part in parts
        ),
    ),
    (
        r"Some images are in neither part\.",
        lambda together, match: any(
            {*given} - {*mine, *kept} for given, mine, kept in _names(together)
        ),
    ),
    (
        r"The two parts are swapped: the training part comes first, and `fraction` is for "
        r"validation\.",
        _is_swapped,
    ),
    (r"The number of validation images of a class is rounded down\.", _kept_by(math.floor)),
    (r"The number of validation images of a class is rounded up\.", _kept_by(math.ceil)),
    (
        r"A half is always rounded up: Python's round takes it to the nearest even number\.",
        _kept_by(lambda share: math.floor(share + 0.5)),
    ),
    (
        r"The validation part has the right size in all, but not class by class\.",
        _has_right_size,
    ),
    (
        r"Of (\d+) images of a class, (\d+) should be kept for validation at a fraction of "
        r"([\d.e-]+), but (\d+) are\.",
        _is_one_count,
    ),
    (r"From the same state of `rng` come two different splits\.", _differs_at_one_state),
    (
        r"The same images are kept for validation, whatever the state of `rng`\.",
        _is_always_the_same,
    ),
    (
        r"The next call with the same `rng` makes the same split\.",
        _repeats_in_turn,
    ),
    (
        r"Some images of a class are kept for validation more often than others\.",
        _is_uneven,
    ),
]


# Networks: one call without arguments, whose result should be a Keras model.


def _answers(model: Any) -> np.ndarray:
    """Return what a network makes of the digits that it will be trained on."""
    (x, _), _ = _digits()
    return np.asarray(model(x[:16], training=False))


def _digits() -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return the digits for training and for the test, pixels from 0 to 1."""
    from utils import data

    (x, y), (x_test, y_test) = data.load_digits(announce=False)
    x, x_test = (np.float32(part).reshape(-1, 28, 28, 1) / 255 for part in (x[:2000], x_test))
    return (x, y[:2000]), (x_test, y_test)


def _shapes(model: Any) -> tuple[list[tuple], list[tuple]]:
    """Return the shapes of a network's inputs and outputs, for one image."""
    return tuple([tuple(one.shape[1:]) for one in each] for each in (model.inputs, model.outputs))


def _knows_no_input(together: Together, match: re.Match) -> bool:
    """Return whether a model has no inputs yet."""
    (model,) = together.results
    return is_keras_model(model) and not getattr(model, "inputs", None)


def _reads(together: Together, match: re.Match) -> bool:
    """Return whether a network, trained here, reads as many digits, and those are too few."""
    accuracy = _train(together.results[0])
    return float(match[1]) < MOST_ASKED and abs(accuracy - float(match[1])) <= MEASURED_AGAIN


def _train(model: Any) -> float:
    """Train a copy of a network by the contract, and return which share of digits it reads."""
    import keras

    if id(model) not in _trained:
        (x, y), (x_test, y_test) = _digits()
        keras.utils.set_random_seed(1)
        fresh = keras.models.clone_model(keras.Model(model.inputs, model.outputs))
        fresh.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
        fresh.fit(x, y, batch_size=32, epochs=10, verbose=0)
        read = fresh.predict(x_test, batch_size=256, verbose=0).argmax(axis=1)
        _trained.clear()
        _trained[id(model)] = model, float(np.mean(read == y_test))
    return _trained[id(model)][1]


# The network that was trained last, kept so that no other one gets its id, and what it reads.
_trained: dict[int, tuple[Any, float]] = {}


def _costs(model: Any) -> dict[str, int]:
    """Return how many layers, multiplications and numbers a chain of layers has."""
    layers = [one for one in model.layers if type(one).__name__ != "InputLayer"]
    places = [math.prod(one.output.shape[1:-1]) for one in layers]
    weights = [sum(math.prod(weight.shape) for weight in one.weights) for one in layers]
    sizes = [math.prod(one.output.shape[1:]) for one in layers]
    return dict(
        zip(LIMITS, (len(layers), sum(map(operator.mul, places, weights)), sum(sizes)), strict=True)
    )


def _is_as_large(together: Together, match: re.Match) -> bool:
    """Return whether a network is about as large as it is said to be, and too large."""
    said, most = _number(match[1]), _number(match[3])
    count = _costs(together.results[0])[match[2]]
    return said > most == LIMITS[match[2]] and abs(said - count) <= COUNTED_AGAIN * said


def _number(text: str) -> int:
    """Return a number that is written with commas."""
    return int(text.replace(",", ""))


NETWORK: list[tuple[str, Holds]] = [
    (
        r"It should return a Keras model, but returned (.+)\.",
        lambda together, match: (
            not is_keras_model(together.results[0]) and describes(match[1], together.results[0])
        ),
    ),
    (
        r"The model cannot be read: it does not know the shape of its input; .+",
        _knows_no_input,
    ),
    (
        r"It should have one input and one output, but has (\d+) in all\.",
        lambda together, match: sum(map(len, _shapes(together.results[0]))) == int(match[1]) != 2,
    ),
    (
        r"The model takes images without a channel axis, but should take \(28, 28, 1\)\.",
        lambda together, match: _shapes(together.results[0])[0] == [(28, 28)],
    ),
    (
        r"The model takes input of shape (\(.*\)), but should take \(28, 28, 1\)\.",
        lambda together, match: (
            str(_shapes(together.results[0])[0][0]) == match[1] != "(28, 28, 1)"
        ),
    ),
    (
        r"The output's shape should be \(10,\), but is (\(.*\))\.",
        lambda together, match: str(_shapes(together.results[0])[1][0]) == match[1] != "(10,)",
    ),
    (
        r"The model has more than 20,000 parameters\.",
        lambda together, match: (
            sum(math.prod(weight.shape) for weight in together.results[0].weights) > 20_000
        ),
    ),
    (
        r"It has ([\d,]+)\.",
        lambda together, match: (
            sum(math.prod(one.shape) for one in together.results[0].weights) == _number(match[1])
        ),
    ),
    (
        r"The outputs are not all numbers: some are infinite or NaN\.",
        lambda together, match: not np.isfinite(_answers(together.results[0])).all(),
    ),
    (
        r"The outputs are no probabilities: some are negative\.",
        lambda together, match: (_answers(together.results[0]) < 0).any(),
    ),
    (
        r"The ten outputs do not add up to 1\.",
        lambda together, match: np.abs(_answers(together.results[0]).sum(axis=1) - 1).max() > 0.001,
    ),
    (
        r"After training by the rules, the model does not read enough of the test digits\.",
        lambda together, match: _train(together.results[0]) < MOST_ASKED + MEASURED_AGAIN,
    ),
    (
        r"The model is not trained, as that would take too long\.",
        lambda together, match: any(
            count > (1 - COUNTED_AGAIN) * LIMITS[what]
            for what, count in _costs(together.results[0]).items()
        ),
    ),
    (r"It reads (0\.\d+|1\.0+) of them(?:, in the best of \d trainings)?\.", _reads),
    (r"It has about ([\d,]+) ([a-z ]+); ([\d,]+) is the most\.", _is_as_large),
]

TOGETHER: dict[str, list[tuple[str, Holds]]] = {"split": SPLIT, "build_small_cnn": NETWORK}
# A line of a known mistake's second paragraph that is not advice, but a number.
MEASURED = re.compile(r"It (?:has|reads) (?:about )?[\d.,]+\b.*")

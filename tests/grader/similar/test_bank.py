"""Are copies found, and honest answers left in peace? Measured on the bank of right answers.

Each style of the bank is one honest student. Of every answer, a copy is made with other names,
another order and another layout. `uv run pytest -rP` on this file prints the figures in
``grader/README.md``.
"""

import importlib
from random import Random

import pytest

from grader.course.lesson import find_lessons, find_root
from grader.similar.answers import REFERENCE, ClassAnswers, exercises_of
from grader.similar.pairs import THRESHOLD, find_pairs
from tests.support.disguise import disguise

EXERCISES = {
    (exercise.lesson, exercise.exercise): exercise
    for lesson in find_lessons(find_root())
    for exercise in exercises_of(lesson)
}


def styles_of(lesson, exercise):
    bank = importlib.import_module(f"tests.banks.answers.{lesson.split('_', 1)[1]}")
    return bank.RIGHT[exercise]


def pairs_of(key, texts, threshold):
    exercise = EXERCISES[key]
    exercise.texts = texts
    try:
        return find_pairs(ClassAnswers([exercise], []), threshold).pairs
    finally:
        exercise.texts = {}


@pytest.fixture(scope="module")
def measured():
    """The scores of the made pairs that can be shown, how many were made, and the honest scores."""
    made, count, honest = [], 0, {}
    for key in EXERCISES:
        styles = styles_of(*key)
        for name, text in styles.items():
            copy = disguise(text, Random(name), frozenset({key[1]}))
            count += 1
            for pair in pairs_of(key, styles | {"copy": copy}, 0.5):
                if set(pair.students) == {name, "copy"}:
                    made.append(pair.score)
                elif "copy" not in pair.students:
                    place = (*key, *pair.students)
                    honest[place] = max(honest.get(place, 0.0), pair.score)
    return made, count, honest


def test_no_honest_pair_ranks_above_a_made_one_or_is_shown(measured):
    made, count, honest = measured
    likest = max(honest, key=honest.get)
    print(f"{count} copies, {len(made)} long enough: likeness {min(made):.3f} to {max(made):.3f}")
    print(f"most alike honest pair: {honest[likest]:.3f} {likest}")
    assert min(made) >= THRESHOLD > max(honest.values())


def test_more_than_half_of_the_copies_are_found_and_the_others_are_short(measured):
    made, count, _ = measured
    assert len(made) / count > 0.55


@pytest.mark.parametrize("key", [*EXERCISES], ids="-".join)
def test_the_reference_in_disguise_is_found_unless_it_is_short(key):
    exercise = EXERCISES[key]
    for text in exercise.references:
        pasted = disguise(text, Random(1), frozenset({key[1]}))
        found = pairs_of(key, styles_of(*key) | {"nina": pasted}, THRESHOLD)
        shown = {pair.students for pair in found}
        assert shown == {(REFERENCE, "nina")} or is_short(key, text)


def is_short(key, text):
    from grader.similar.pairs import MIN_SHARED, _Compared

    compared = _Compared.of(EXERCISES[key])
    sizes = dict(zip(compared.texts, map(len, compared.grams), strict=True))
    return sizes[text] < MIN_SHARED

"""What lesson 14's tests must do besides what `test_answers.py` asks of every lesson.

And what its prose says that was measured beforehand.
"""

import numpy as np
import pytest

from tests.banks.answers import changed, interpretation
from tests.banks.answers.interpretation import FOOL, SALIENCY
from tests.support.lessons import run_tests, score
from utils.interpretation import measurements

# Answers that refuse an input that the contract excludes.
FOOL_OF_THE_CONTRACT = (
    changed(
        FOOL,
        (
            "    sign = ",
            "    gradient = tape.gradient(loss, x).numpy()\n    refuse_chance(output, gradient, label)\n    sign = ",
        ),
        ("np.sign(tape.gradient(loss, x).numpy())", "np.sign(gradient)"),
    )
    + """

def refuse_chance(output, gradient, label):
    p = float(output[0, label])
    smallest = np.abs(gradient).min() / np.abs(gradient).max()
    assert 1e-5 < p < 1 - 1e-5, p
    assert smallest > 1e-4, smallest
"""
)
SALIENCY_OF_THE_CONTRACT = changed(
    SALIENCY,
    (
        "    return ",
        "    largest = np.abs(gradient.numpy()).max()\n    assert 0.005 < largest <= 1, largest\n    return ",
    ),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("fool", FOOL_OF_THE_CONTRACT), ("saliency_map", SALIENCY_OF_THE_CONTRACT)],
    ids=["fool", "saliency_map"],
)
def test_the_inputs_are_those_of_the_contract(exercise, answer):
    """Is a map compared to 1e-3 of its maximum or less strictly, and is no sign by chance?"""
    messages = run_tests(interpretation.LESSON, exercise, answer)
    assert set(messages.values()) == {None}, messages


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("equivariance_error", "no error", 1),
        ("occlusion_map", "no error", 1.5),
        ("saliency_map", "in training mode", 1),
        ("fool", "no error", 1),
        ("fool", "in training mode", 1),
        ("equivariance_error", "utils", 0),
        ("occlusion_map", "always an error", 0),
        ("fool", "always an error", 0),
    ],
)
def test_one_slip_does_not_cost_everything(exercise, slip, points):
    answer, _ = interpretation.WRONG[exercise][slip]
    assert score(interpretation.LESSON, exercise, answer) == points


@pytest.fixture(scope="module")
def measured():
    return measurements()


def accuracies(measured, kind, epsilon):
    """Return the accuracy of each seed on fooled digits."""
    column = measured["epsilons"].index(epsilon)
    return np.array([run["accuracy"][column] for run in measured["attack"][kind]])


def test_random_changes_hardly_matter_where_fooling_costs_a_third(measured):
    column = measured["epsilons"].index(0.1)
    for run in measured["attack"]["plain"]:
        assert run["accuracy"][0] - run["random"][column] < 0.02
        assert 0.25 < run["accuracy"][0] - run["accuracy"][column] < 0.4


def test_what_helps_against_fooling(measured):
    longer = accuracies(measured, "plain, twice as long", 0.1)
    assert accuracies(measured, "shifts", 0.1).max() < longer.min()
    assert accuracies(measured, "noise", 0.1).mean() > longer.mean()
    assert accuracies(measured, "adversarial", 0.1).min() > longer.max() + 0.1
    assert (accuracies(measured, "adversarial", 0) > accuracies(measured, "plain", 0)).all()
    for run in measured["attack"]["adversarial"]:
        assert run["in steps"] < run["accuracy"][measured["epsilons"].index(0.1)]


def test_part_of_the_damage_transfers(measured):
    clean = accuracies(measured, "plain", 0)
    own, *others = measured["transfer"]
    assert own < min(others) < max(others) < clean.min() - 0.05


def test_the_shortcut_is_taken_and_the_tiny_one_is_not(measured):
    def shares(kind, key):
        return np.array([run[key] for run in measured["shortcut"][kind]])

    assert (shares("marked 9s", "same source") > shares("plain", "same source") - 0.01).all()
    assert shares("marked 9s", "digit read without its mark").max() < 0.5
    assert shares("marks at random", "digit read without its mark").min() > 0.85
    assert shares("tiny marks", "digit read without its mark").min() > 0.8


def test_inverted_digits_are_misread_with_high_percentages(measured):
    for run in measured["changes"]:
        assert run["inverted"]["accuracy"] < 0.1
        assert run["inverted"]["confidence"] > 0.7


def test_saliency_maps_of_two_networks_agree_only_partly(measured):
    assert (
        0.4 < min(measured["agreement"]["trained"]) <= max(measured["agreement"]["trained"]) < 0.75
    )

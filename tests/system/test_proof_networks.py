"""Does the proof tell what is true of a network with branches from what is not?"""

import pytest

from tests.banks.answers import resnet as answers
from tools.proof import networks
from tools.proof.results import Pair
from tools.proof.truth import ALL_RULES
from tools.proof.values import Closeness
from utils.checks import model_difference

ARGUMENTS = (8, 9, 2), 4, (5, 5, 3)


def build(source):
    """Return the network that an answer builds."""
    namespace = {}
    exec(source, namespace)
    return namespace["build_resnet"](*ARGUMENTS)


def is_true(sentence, got, expected):
    """Return what the rule for a sentence says of two models."""
    found = ((rule, pattern.fullmatch(sentence)) for rule, pattern in ALL_RULES)
    rule, match = next((rule, match) for rule, match in found if match)
    return bool(rule.holds(Pair(got, expected, Closeness()), match))


@pytest.fixture(scope="module")
def right():
    return build(answers.NET)


@pytest.mark.parametrize("style", answers.RIGHT["build_resnet"])
def test_right_networks_are_the_same(right, style):
    if "own" in style or "layer of blocks" in style:
        pytest.skip("such a class is followed by the judge only")
    assert networks.same_networks(build(answers.RIGHT["build_resnet"][style]), right)


@pytest.mark.parametrize("slip", answers.WRONG_MODELS)
def test_what_is_said_of_a_wrong_network_is_true_of_it_alone(right, slip):
    wrong = build(answers.WRONG["build_resnet"][slip][0])
    sentence = model_difference.find_model_difference(wrong, right)
    assert is_true(sentence, wrong, right), sentence
    assert not is_true(sentence, build(answers.NET), right), sentence
    assert not networks.same_networks(wrong, right)


@pytest.mark.parametrize(
    "sentence",
    [
        "Convolution 2 (3x3, 5 filters) has a bias, should have none.",
        "Convolution 2 (3x3, 5 filters) has kernel size 1x1, should have 3x3.",
        "Convolution 9 (3x3, 5 filters) has no bias, should have one.",
        "Batch normalisation 2 should be applied to convolution 2, but is applied to the input.",
        "There is an extra layer: a dense layer (9 units), applied to the input.",
        "After the input should come a convolution (3x3, 5 filters), which is missing.",
        "The output should be softmax(dense layer), but is dense layer.",
        "The output should be relu(dense layer), but is softmax(dense layer).",
        "With the same weights, the model predicts something else than it should.",
    ],
)
def test_a_false_sentence_about_a_network_is_found(right, sentence):
    biased = build(answers.WRONG["build_resnet"]["a bias in the shortcut"][0])
    assert not is_true(sentence, build(answers.NET), right)
    if "With the same" not in sentence:
        assert not is_true(sentence, biased, right)


def test_a_line_about_a_network_is_read_back(right):
    line = "a model of {} Conv2D, 9 BatchNormalization, 1 Dense: {:,} parameters"
    assert networks.shows_network(line.format(9, right.count_params()), right)
    assert not networks.shows_network(line.format(8, right.count_params()), right)
    assert not networks.shows_network(line.format(9, right.count_params() + 1), right)

"""What lesson 13's tests must do besides what `test_answers.py` asks of every lesson.

Also: what the lesson's prose says of the measurements in ``data/resnet.npz`` is true of them.
"""

import numpy as np
import pytest

from tests.banks.answers import resnet as bank
from tests.support.lessons import score
from utils import resnet, training

MEASURED = resnet.load_measured()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exercise", "slip", "points"),
    [
        ("build_resnet", "ReLU before the sum", 1.5),
        ("build_resnet", "no normalisation in the shortcut", 2),
        ("build_resnet", "a convolution in every shortcut", 0.5),
        ("build_resnet", "biases", 1),
        ("conv_1x1", "no bias", 0),
        ("conv_1x1", "Keras", 0),
        ("stack_cost", "biases", 0.5),
        ("batch_norm", "Keras", 0),
    ],
)
def test_one_slip_does_not_cost_everything_but_a_library_does(exercise, slip, points):
    assert score(bank.LESSON, exercise, bank.WRONG[exercise][slip][0]) == points


def test_depth_stops_the_plain_network_and_not_the_residual_one():
    losses, accuracies = MEASURED.depth_losses, MEASURED.depth_accuracies
    assert np.allclose(losses[0, -1, :, -1], np.log(10), atol=0.01)
    assert accuracies[0, -1].max() < 0.2
    assert accuracies[1].min() > 0.75
    assert accuracies[0, 0].min() > 0.75


def test_the_residual_network_guesses_at_first():
    curves = MEASURED.network_curves.mean(axis=1)
    assert curves[1, 0] < 0.2 < 0.85 < curves[0, 0]
    assert curves[1, -1] > 0.9


def test_kept_maps_are_better_than_nothing_and_pooled_ones_are_not_enough():
    means = MEASURED.transfer_accuracies.mean(axis=2)
    pooled, maps, from_nothing = means
    assert np.all(maps > from_nothing + training.chance_error(0.9, 972))
    assert np.all(pooled < maps)

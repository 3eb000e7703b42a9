"""Is a change of a model noticed, whatever is changed, and undone for the next function?"""

import numpy as np
import pytest

from utils.checks.calls import call
from utils.checks.diagnose import known_result
from utils.checks.reference import Input
from utils.keras_setup import keras


def small_network(seed=0):
    """Return a network that computes otherwise in training."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5, 6, 1), name="image"),
            layers.Conv2D(3, 3, name="convolution"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.5, name="dropout"),
            layers.Flatten(name="flatten"),
            layers.Dense(3, activation="softmax", name="output"),
        ],
        name="small",
    )


def look(model):
    return np.asarray(model(np.ones((1, 5, 6, 1)), training=False))


def train_a_little(model):
    return np.asarray(model(np.ones((1, 5, 6, 1)), training=True))


def change_weights(model):
    model.set_weights([weight + 1 for weight in model.get_weights()])


def freeze(model):
    model.trainable = False


def freeze_one_layer(model):
    model.layers[0].trainable = False


def take_the_softmax_away(model):
    model.layers[-1].activation = keras.activations.linear


def compile_it(model):
    model.compile("sgd", "mse")


def change_and_undo(model):
    weights = model.get_weights()
    change_weights(model)
    model.set_weights(weights)


def test_a_model_that_is_only_looked_at_is_unchanged():
    result = call(look, (small_network(),), {})
    assert (result.changed, result.changed_model) == ("", False)
    assert call(change_and_undo, (small_network(),), {}).changed == ""


@pytest.mark.parametrize(
    "change",
    [
        *(train_a_little, change_weights, freeze, freeze_one_layer),
        *(take_the_softmax_away, compile_it),
    ],
)
def test_a_change_is_noticed_and_undone(change):
    model = small_network()
    before = look(model)
    result = call(change, (model,), {})
    assert (result.changed, result.changed_model) == ("model", True)
    np.testing.assert_array_equal(look(model), before)
    assert all(layer.trainable for layer in model.layers)
    assert not model.compiled
    assert call(look, (model,), {}).changed == ""


def test_a_model_may_be_given_by_name():
    assert call(freeze, (), {"model": small_network()}).changed == "model"


def test_what_a_mistake_does_with_a_model_is_computed_once_for_equal_models():
    calls = []

    def mistake(model):
        calls.append(model)
        return 1

    for seed in (1, 1, 2):
        known_result(mistake, Input(None, (small_network(seed),), {}))
    assert len(calls) == 2

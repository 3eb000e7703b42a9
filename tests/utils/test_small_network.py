"""How lesson 11's challenge reads, copies, bounds and trains a student's model."""

import numpy as np
import pytest

from utils import small_network
from utils.checks.own_layers import NotAChainError
from utils.keras_setup import keras

layers = keras.layers


def network(*inner, activation="softmax"):
    last = layers.Dense(10, activation=activation)
    return keras.Sequential([keras.Input((28, 28, 1)), *inner, layers.Flatten(), last])


class Doubled(layers.Layer):
    """A layer of the student's own, of Keras's parts."""

    def __init__(self):
        super().__init__()
        self.inner = layers.Conv2D(3, 5, strides=4)

    def call(self, x):
        return keras.ops.relu(2 * self.inner(x))


class TestForm:
    def test_a_sensible_network_has_no_fault(self):
        assert small_network.form_fault([network(layers.Conv2D(2, 5))]) is None

    @pytest.mark.parametrize(
        ("made", "words"),
        [
            (None, "Keras model, but returned None"),
            (lambda: network(layers.Conv2D(32, 3)), "more than 20,000 parameters"),
            (lambda: network(activation=None), "negative"),
            (lambda: network(activation="sigmoid"), "add up to 1"),
            (lambda: keras.Sequential([layers.Dense(10)]), "shape of its input"),
            (lambda: network(layers.Conv2D(2, 3, activation=odd)), "function of yours"),
        ],
    )
    def test_says_what_is_wrong(self, made, words):
        assert words in small_network.form_fault([made and made()])

    def test_counts_parameters_that_are_not_trained(self):
        frozen = layers.Conv2D(12, 3, trainable=False)
        model = network(frozen)
        assert sum(np.size(weight) for weight in model.trainable_weights) != model.count_params()
        assert "more than 20,000" in small_network.form_fault([model])


def odd(x):
    """Return an activation that Keras does not have."""
    return x * keras.ops.sin(x)


def relu_again(x):
    """Return an activation that Keras has."""
    return keras.ops.where(x > 0, x, 0.0)


class TestFollowed:
    def test_an_activation_that_keras_has_too_becomes_that(self):
        model = small_network.followed(network(layers.Conv2D(2, 3, activation=relu_again)))
        assert model.layers[0].activation is keras.activations.relu

    def test_another_one_is_refused(self):
        with pytest.raises(NotAChainError, match="function of yours"):
            small_network.followed(network(layers.Conv2D(2, 3, activation=odd)))

    def test_a_layer_of_its_own_computes_the_same_in_keras_parts(self):
        model = network(Doubled())
        followed = small_network.followed(model)
        x = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
        assert np.allclose(model(x), followed(x), atol=1e-6)


class TestFreshCopy:
    def test_the_same_seed_gives_the_same_weights_and_another_others(self):
        model = small_network.followed(network(Doubled(), layers.BatchNormalization()))
        one, same, other = (small_network.fresh_copy(model, seed) for seed in (1, 1, 2))
        for a, b, c in zip(one.get_weights(), same.get_weights(), other.get_weights(), strict=True):
            assert np.array_equal(a, b)
            assert np.array_equal(a, c) == (a.ndim == 1)  # biases, scales and means start alike

    def test_weights_that_were_set_do_not_count(self):
        model = network()
        kept = [np.full(weight.shape, 7.0) for weight in model.weights]
        model.set_weights(kept)
        copied = small_network.fresh_copy(small_network.followed(model), 1)
        assert not any(np.any(weight == 7) for weight in copied.get_weights())
        assert np.all(model.get_weights()[0] == 7)

    def test_a_shared_layer_stays_shared(self):
        inputs, shared = keras.Input((28, 28, 1)), layers.Conv2D(2, 3, padding="same")
        first = shared(inputs)
        both = layers.Concatenate()([first, shared(first[..., :1])])
        model = keras.Model(inputs, layers.Dense(10, "softmax")(layers.Flatten()(both)))
        copied = small_network.fresh_copy(small_network.followed(model), 1)
        assert copied.count_params() == model.count_params()

    def test_nested_models_are_copied_from_the_inside(self):
        inner = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(2, 5, strides=3)])
        copied = small_network.fresh_copy(small_network.followed(network(inner)), 1)
        assert copied.count_params() == network(inner).count_params()
        assert not any(
            np.array_equal(one, other)
            for one, other in zip(copied.get_weights(), network(inner).get_weights(), strict=True)
            if one.ndim > 1
        )

    def test_an_initializer_of_its_own_becomes_kerass(self):
        class Sevens(keras.initializers.Initializer):
            def __call__(self, shape, dtype=None):
                return keras.ops.full(shape, 7.0)

        made = network(layers.Conv2D(2, 3, kernel_initializer=Sevens(), bias_initializer=Sevens()))
        kernel, bias, *_ = small_network.fresh_copy(small_network.followed(made), 1).get_weights()
        assert 0 < np.abs(kernel).max() < 1
        assert not bias.any()

    def test_zeros_stand_for_an_initializer_that_the_judge_cannot_have(self):
        made = network(layers.Conv2D(2, 3, kernel_initializer="zeros"))
        assert small_network.fresh_copy(small_network.followed(made), 1).get_weights()[0].any()


class TestCost:
    def test_multiplications_of_a_convolution_are_weights_times_positions(self):
        _, products, values = small_network.cost(network(layers.Conv2D(4, 5, use_bias=False)))
        flat = 24 * 24 * 4
        assert products == 24 * 24 * 25 * 4 + flat * 10 + 10
        assert values == flat + flat + 10

    def test_a_nested_model_costs_what_its_layers_cost(self):
        inner = keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(4, 5)])
        assert small_network.cost(network(inner)) == small_network.cost(
            network(layers.Conv2D(4, 5))
        )

    @pytest.mark.parametrize(
        ("made", "words"),
        [
            (
                lambda: [layers.Conv2D(16, 3, padding="same"), layers.Conv2D(40, 3)],
                "multiplications",
            ),
            (lambda: [layers.UpSampling2D(40), layers.MaxPooling2D(40)], "numbers in the outputs"),
            (lambda: [layers.ReLU() for _ in range(120)], "layers"),
        ],
    )
    def test_a_model_with_few_parameters_and_much_work_is_refused(self, made, words):
        fault = small_network.cost_fault(network(*made()))
        assert "not trained" in fault
        assert words in fault

    def test_attention_costs_every_pair_of_positions(self):
        inputs = keras.Input((28, 28, 1))
        x = layers.Reshape((784, 1))(inputs)
        x = layers.MultiHeadAttention(2, 4)(x, x)
        x = layers.GlobalAveragePooling1D()(x)
        model = keras.Model(inputs, layers.Dense(10, "softmax")(x))
        assert "not trained" in small_network.cost_fault(model)


class TestTraining:
    @pytest.fixture
    def quick(self, monkeypatch):
        monkeypatch.setattr(small_network, "EPOCHS", 1)
        monkeypatch.setattr(small_network, "_measured", {})

    def test_is_the_same_with_the_same_seed(self, quick, monkeypatch):
        first = small_network.trained_accuracy(network(), 1)
        monkeypatch.setattr(small_network, "_measured", {})
        assert small_network.trained_accuracy(network(), 1) == first
        assert 0.6 < first < 0.9

    def test_a_model_is_trained_once_whatever_its_names(self, quick, monkeypatch):
        small_network.trained_accuracy(network(), 1)
        monkeypatch.setattr(small_network, "_train", None)
        small_network.trained_accuracy(network(), 1)

    def test_what_takes_too_long_is_stopped_and_said(self, quick, monkeypatch):
        monkeypatch.setattr(small_network, "MAX_CPU_SECONDS", 0.0)
        fault = small_network.accuracy_fault(0.5)([network()])
        assert "stopped after 0 s of computing, in epoch 1" in fault

    @pytest.mark.parametrize(
        ("accuracies", "least", "passes", "trainings"),
        [
            ([0.95, 0, 0], 0.92, True, 1),
            ([0.915, 0.921, 0], 0.92, True, 2),
            ([0.915, 0.91, 0.925], 0.92, True, 3),
            ([0.915, 0.91, 0.919], 0.92, False, 3),
            ([0.80, 0.95, 0.95], 0.92, False, 1),
        ],
    )
    def test_the_best_of_three_counts_where_it_is_close(
        self, monkeypatch, accuracies, least, passes, trainings
    ):
        asked = []

        def reached(model, seed, seconds):
            asked.append(seed)
            return accuracies[seed - 1]

        monkeypatch.setattr(small_network, "trained_accuracy", reached)
        fault = small_network.accuracy_fault(least)([network()])
        assert (fault is None) == passes
        assert len(asked) == trainings

"""Lesson 11's reference answers against Keras, and what the lesson says of its measurements."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from utils import data, generalisation

import keras  # isort: skip  # after utils.keras_setup, which keeps it quiet

NUMBERS = st.floats(-30, 30, width=32)
LOSSES = st.one_of(st.just(math.nan), st.integers(0, 9).map(lambda n: n / 10))


class TestCrossEntropy:
    @given(st.data())
    def test_is_that_of_keras(self, draw):
        n, k = draw.draw(st.integers(1, 6)), draw.draw(st.integers(2, 5))
        logits = draw.draw(hnp.arrays(np.float32, (n, k), elements=NUMBERS))
        labels = draw.draw(hnp.arrays(np.uint8, n, elements=st.integers(0, k - 1)))
        losses = keras.losses.sparse_categorical_crossentropy(labels, logits, from_logits=True)
        assert np.isclose(
            generalisation.cross_entropy(logits, labels), np.mean(losses), rtol=1e-4, atol=1e-5
        )

    @given(st.lists(NUMBERS, min_size=2, max_size=6), st.floats(-1000, 1000))
    def test_does_not_change_when_a_number_is_added_to_all_logits(self, logits, extra):
        one = generalisation.cross_entropy([logits], [1])
        other = generalisation.cross_entropy([[z + extra for z in logits]], [1])
        assert np.isclose(one, other, atol=1e-9)

    def test_is_the_written_formula_where_that_works(self):
        rng = np.random.default_rng(0)
        logits, labels = rng.normal(size=(7, 4)), rng.integers(0, 4, 7)
        total = 0.0
        for row, label in zip(logits, labels, strict=True):
            total -= math.log(math.exp(row[label]) / sum(map(math.exp, row)))
        assert math.isclose(generalisation.cross_entropy(logits, labels), total / 7)

    def test_is_exact_for_large_logits(self):
        assert generalisation.cross_entropy([[1000.0, -1000.0]], [1]) == 2000
        assert generalisation.cross_entropy([[-1000.0, -1000.0]], [1]) == math.log(2)

    def test_takes_bytes(self):
        assert math.isclose(
            generalisation.cross_entropy(np.array([[200, 190]], np.uint8), [1]),
            10 + math.log1p(math.exp(-10)),
        )

    @pytest.mark.parametrize("labels", [[2, 0], [-1, 0], [0], [0, 1, 1]])
    def test_refuses_labels_that_do_not_fit(self, labels):
        with pytest.raises(ValueError, match="label"):
            generalisation.cross_entropy(np.zeros((2, 2)), np.array(labels))


class TestSplit:
    @given(st.data())
    def test_keeps_so_many_of_each_class_and_loses_nothing(self, draw):
        sizes = draw.draw(st.lists(st.integers(1, 9), min_size=1, max_size=4))
        fraction = draw.draw(st.floats(0.01, 0.99))
        labels = np.repeat(np.arange(len(sizes)) * 2, sizes)
        rng = np.random.default_rng(draw.draw(st.integers(0, 99)))
        images = np.arange(len(labels), dtype=np.int16).reshape(-1, 1, 1)
        (x, y), (x_valid, y_valid) = generalisation.split(images, labels, fraction, rng)
        for label, size in zip(np.unique(labels), sizes, strict=True):
            assert np.sum(y_valid == label) == round(fraction * size)
        assert sorted([*x.ravel(), *x_valid.ravel()]) == list(range(len(labels)))
        assert np.array_equal(labels[x.ravel()], y)
        assert np.array_equal(labels[x_valid.ravel()], y_valid)
        assert x.dtype == x_valid.dtype == images.dtype

    def test_draws_every_choice_equally_often(self):
        images, labels = np.arange(4), np.zeros(4, int)
        drawn = [
            tuple(generalisation.split(images, labels, 0.5, np.random.default_rng(seed))[1][0])
            for seed in range(1200)
        ]
        counts = [drawn.count(pair) for pair in itertools.combinations(range(4), 2)]
        assert sum(counts) == 1200
        assert min(counts) > 140  # 200 each, with a standard deviation of 13

    @pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.1])
    def test_refuses_other_fractions(self, fraction):
        with pytest.raises(ValueError, match="fraction"):
            generalisation.split(np.arange(3), np.arange(3), fraction, np.random.default_rng(0))

    def test_refuses_lengths_that_differ(self):
        with pytest.raises(ValueError, match="2 labels"):
            generalisation.split(np.arange(3), np.arange(2), 0.5, np.random.default_rng(0))


class TestConfusionMatrix:
    @given(st.integers(1, 6).flatmap(lambda k: st.tuples(st.just(k), st.lists(
        st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), max_size=30))))  # fmt: skip
    def test_counts_every_pair(self, case):
        classes, pairs = case
        labels, predicted = np.array(pairs, np.uint8).reshape(-1, 2).T
        matrix = generalisation.confusion_matrix(labels, predicted, classes)
        assert matrix.shape == (classes, classes)
        assert np.issubdtype(matrix.dtype, np.integer)
        for i, j in itertools.product(range(classes), repeat=2):
            assert matrix[i, j] == pairs.count((i, j))

    def test_is_that_of_tensorflow(self):
        from utils.keras_setup import tf

        rng = np.random.default_rng(0)
        labels, predicted = rng.integers(0, 7, 500), rng.integers(0, 7, 500)
        assert np.array_equal(
            generalisation.confusion_matrix(labels, predicted, 7),
            tf.math.confusion_matrix(labels, predicted, 7),
        )

    @pytest.mark.parametrize(
        ("labels", "predicted"), [([0, 2], [0, 1]), ([0, 1], [0, -1]), ([0], [0, 1])]
    )
    def test_refuses_classes_that_do_not_exist(self, labels, predicted):
        with pytest.raises(ValueError, match="labels"):
            generalisation.confusion_matrix(np.array(labels), np.array(predicted), 2)


class TestBestEpoch:
    @given(LOSSES.filter(lambda n: n == n), st.lists(LOSSES, max_size=12), st.integers(1, 5))
    def test_is_the_epoch_that_keras_gives_back(self, first, losses, patience):
        """Keras takes a NaN in the first epoch for the best of all, so it begins with a number."""
        losses = [first, *losses]

        class Weights:
            def __init__(self):
                self.now, self.stop_training, self.metrics_names = 0, False, []

            def get_weights(self):
                return self.now

            def set_weights(self, weights):
                self.now = weights

        model = Weights()
        stop = keras.callbacks.EarlyStopping(
            patience=patience, restore_best_weights=True, mode="min"
        )
        stop.set_model(model)
        stop.on_train_begin()
        for epoch, loss in enumerate(losses):
            model.now = epoch
            stop.on_epoch_end(epoch, {"val_loss": loss})
            if model.stop_training:
                break
        stop.on_train_end()
        assert generalisation.best_epoch(losses, patience) == stop.best_epoch

    @given(st.lists(LOSSES, min_size=1, max_size=12))
    def test_with_endless_patience_is_the_first_of_the_lowest(self, losses):
        numbers = [loss for loss in losses if not math.isnan(loss)]
        expected = losses.index(min(numbers)) if numbers else 0
        assert generalisation.best_epoch(losses, len(losses) + 1) == expected

    @pytest.mark.parametrize(("losses", "patience"), [([], 1), ([0.5], 0), ([0.5], -2)])
    def test_refuses_no_losses_and_no_patience(self, losses, patience):
        with pytest.raises(ValueError, match="patience"):
            generalisation.best_epoch(losses, patience)


def test_the_reference_network_has_the_parameters_that_it_says():
    model = generalisation.build_small_cnn()
    assert model.count_params() == 13_066
    assert "13,066" in generalisation.build_small_cnn.__doc__


def test_the_nearest_image_is_found_by_a_loop():
    rng = np.random.default_rng(3)
    known, asked = (
        rng.integers(0, 255, (9, 4, 3), np.uint8),
        rng.integers(0, 255, (5, 4, 3), np.uint8),
    )
    labels = np.arange(9)
    expected = [
        min(range(9), key=lambda i: np.sum((known[i].astype(float) - image) ** 2))
        for image in asked
    ]
    assert generalisation.nearest_labels(known, labels, asked).tolist() == expected


class TestMeasured:
    def test_the_file_is_small_and_complete(self):
        assert (data.DATA / "generalisation.json").stat().st_size < 300_000
        measured = generalisation.measured()
        runs = {(row["size"], row["units"], row["seed"]) for row in measured["grid"]}
        assert runs == set(
            itertools.product(measured["sizes"], measured["units"], measured["seeds"])
        )
        for runs in [*measured["remedies"].values(), *measured["leak"].values()]:
            assert [run["seed"] for run in runs] == measured["seeds"]

    def test_curves_are_found_by_size_and_units(self):
        curves = generalisation.curves_of(200, 1000)
        assert {runs.shape for runs in curves.values()} == {(3, 25)}
        with pytest.raises(LookupError, match="17 units"):
            generalisation.curves_of(200, 17)

    def test_parameters_of_the_large_network(self):
        assert generalisation.dense_parameters(1000) == 795_010

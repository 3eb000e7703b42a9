"""What lessons 07 to 10 say of the trainings that ``data/build_three_seeds.py`` made."""

import numpy as np
import pytest

from utils import data, keras_cnn, three_seeds, training

MEASURED = three_seeds.measured()
NETWORKS = MEASURED["networks"]


def mean_of(label, what="unshifted"):
    """Return the mean accuracy of a network over its seeds."""
    return np.mean(NETWORKS[label][what])


def all_above(one, other, margin=0.0):
    """Return whether the worst of some runs is above the best of others."""
    return min(one) > max(other) + margin


class TestTheFile:
    def test_has_a_number_for_each_seed(self):
        assert all(len(row["unshifted"]) == len(row["seeds"]) == 3 for row in NETWORKS.values())
        changed, descent = MEASURED["augmentation"], MEASURED["descent"]
        assert np.shape(changed["without"]["shifted"]) == (3, len(changed["shifts_at"]))
        assert np.shape(changed["without"]["average"]) == (3, len(changed["moves"]) + 1, 2)
        assert np.shape(list(descent["validation"].values())) == (3, 3)

    def test_the_stored_weights_are_those_of_the_measured_networks(self):
        _, (images, labels) = data.load_digits(announce=False)
        network = keras_cnn.build_global_pooling()
        three_seeds.load_weights("global pooling", network)
        read = training.accuracy(network, training.prepare(images), labels)
        assert np.isclose(read, NETWORKS["global pooling"]["unshifted"][0], atol=0.002)

    def test_a_network_that_was_not_kept_is_an_error(self):
        with pytest.raises(KeyError):
            three_seeds.load_weights("dense", keras_cnn.build_dense())


class TestLesson07:
    def test_convolution_beats_dense_layers(self):
        dense = NETWORKS["dense"]["unshifted"]
        chance = training.chance_error(mean_of("dense"), 2000)
        for label in ("one convolution", "three stages, same"):
            assert all_above(NETWORKS[label]["unshifted"], dense, chance)

    def test_three_stages_are_better_than_one_but_not_in_every_run(self):
        one, three = (NETWORKS[name] for name in ("one convolution", "three stages, same"))
        assert 0.005 < np.mean(three["unshifted"]) - np.mean(one["unshifted"]) < 0.015
        assert not all_above(three["unshifted"], one["unshifted"])

    def test_shifted_by_two_the_order_is_beyond_doubt(self):
        dense, one, three = (
            NETWORKS[name]["by_two"] for name in ("dense", "one convolution", "three stages, same")
        )
        assert all_above(three, one)
        assert all_above(one, dense)

    def test_invariance_has_a_price(self):
        assert all_above(
            NETWORKS["three stages, same"]["unshifted"], NETWORKS["global pooling"]["unshifted"]
        )


class TestLesson08:
    def test_average_pooling_loses_to_the_dense_network_and_max_pooling_wins(self):
        dense = NETWORKS["dense"]["unshifted"]
        assert all_above(dense, NETWORKS["LeNet-5"]["unshifted"])
        assert all_above(NETWORKS["LeNet-5, max pooling"]["unshifted"], dense, 0.01)

    def test_three_stages_win_by_less_than_the_chance_error(self):
        gap = mean_of("three stages, same") - mean_of("LeNet-5, max pooling")
        assert 0 < gap < training.chance_error(0.96, 2000)


class TestLesson09:
    changed = MEASURED["augmentation"]

    def test_the_peak_becomes_a_plateau(self):
        with_shifts = np.mean(self.changed["shifts"]["shifted"], axis=0)
        without = np.mean(self.changed["without"]["shifted"], axis=0)
        assert np.ptp(with_shifts[1:-1]) < 0.02
        assert with_shifts[[0, -1]].max() < 0.87
        assert without[[1, -2]].max() < 0.5
        assert with_shifts[3] < without[3]

    def test_shifts_spoil_the_answer_to_the_average_one(self):
        unmoved, blurred = self.changed["moves"].index(0), -1
        for kind, answer in [("without", 1), ("shifts", 8)]:
            said = np.array(self.changed[kind]["average"])[:, :, 0]
            assert set(said[:, unmoved]) == {answer}
            assert set(said[:, blurred]) == {8}
        assert min(self.changed["shifts"]["ones"]) > 0.95
        assert max(self.changed["without"]["ones"]) < 0.4

    def test_rotations_help_at_a_small_price(self):
        without = np.array(self.changed["without"]["rotated"])
        turned = np.array(self.changed["rotations"]["rotated"])
        for angle in (0, 1, 3, 4):
            assert all_above(turned[:, angle], without[:, angle])
        assert all_above(without[:, 2], turned[:, 2])

    def test_flips_do_harm_to_the_6_more_than_to_the_0(self):
        loss = np.mean(self.changed["without"]["digits"], axis=0) - np.mean(
            self.changed["flips"]["digits"], axis=0
        )
        assert max(loss[[0, 1]]) < 0.03
        assert min(loss[[3, 6, 9]]) > 0.05


class TestLesson10:
    descent = MEASURED["descent"]

    def test_the_rate_in_the_middle_is_best(self):
        slow, good, fast = self.descent["validation"].values()
        assert all_above(good, slow)
        assert all_above(good, fast)

    def test_small_changes_uphill_mislead_and_random_ones_do_not(self):
        assert max(self.descent["uphill"]) < 0.5
        assert np.allclose(self.descent["at_random"], self.descent["test"], atol=0.02)

    def test_filters_become_zones(self):
        assert min(self.descent["similarity"]) > 0.2

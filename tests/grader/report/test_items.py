"""Are the figures of an item right? SciPy and a definition by brute force say so."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.report.items import (
    MIN_CLASS,
    discrimination_index,
    item_figures,
    point_biserial,
)

CLASSES = st.integers(MIN_CLASS, 60).flatmap(
    lambda size: st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 9)), min_size=size, max_size=size
    )
)


@given(CLASSES)
def test_the_correlation_is_scipys_with_the_item_left_out(students):
    got, rest = np.array(students, float).T
    r = point_biserial([*got], [*(got + rest)])
    if 0 in (np.ptp(got), np.ptp(rest), np.ptp(got + rest)):
        assert r is None
    else:
        assert r == pytest.approx(stats.pearsonr(got, rest).statistic, abs=1e-9)


def test_for_right_and_wrong_it_is_the_point_biserial_correlation():
    random = np.random.default_rng(5)
    right, rest = random.integers(0, 2, 50).astype(bool), random.normal(size=50)
    oracle = stats.pointbiserialr(right, rest).statistic
    assert point_biserial([*right.astype(float)], [*(right + rest)]) == pytest.approx(oracle)


def test_the_index_is_the_mean_over_all_orders_of_equal_totals():
    shares = [1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.5, 0.0, 1.0]
    totals = [9, 9, 9, 9, 5, 4, 3, 2, 2, 1]  # groups of 3: a border among four nines
    index = discrimination_index(shares, totals)
    uppers = [np.mean(group) for group in itertools.permutations(shares[:4], 3)]
    assert index == pytest.approx(np.mean(uppers) - np.mean([0.5, 0.0, 1.0]))


@given(CLASSES, st.randoms())
def test_the_order_of_the_class_does_not_matter(students, random):
    shuffled = random.sample(students, len(students))
    columns = [[[*column] for column in zip(*one, strict=True)] for one in (students, shuffled)]
    figures = [discrimination_index(*one) for one in columns]
    assert figures[0] == pytest.approx(figures[1])
    assert figures[0] is None or -1 <= figures[0] <= 1


def test_an_item_that_separates_perfectly_has_an_index_of_1():
    totals = [*range(20)]
    assert discrimination_index([float(total > 9) for total in totals], totals) == 1
    assert discrimination_index([float(total < 9) for total in totals], totals) == -1


@pytest.mark.parametrize(
    ("got", "totals", "why"),
    [
        ([1.0] * 9, [*range(9)], "fewer than 10 students"),
        ([], [], "fewer than 10 students"),
        ([1.0] * 10, [*range(10)], "everyone has the same points in it"),
        ([1.0, 0.0] * 5, [3.0] * 10, "everyone has the same points in the lesson"),
        ([1.0, 0.0] * 5, [1.0, 0.0] * 5, "everyone has the same points in the rest of the lesson"),
    ],
)
def test_undefined_figures_say_why(got, totals, why):
    figures = item_figures("item", 1.0, False, got, totals)
    assert figures.point_biserial is None
    assert figures.why_undefined == why
    assert (figures.passed is None) is (not got)

"""Item analysis: how hard an exercise or a test is, and whether it tells students apart.

The discrimination index is Kelley's (*Journal of Educational Psychology* 30, 1939, 17-24): it
compares the 27 % of the class with the most points with the 27 % with the fewest. The item-total
correlation is corrected: the item's own points are taken out of the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import correlation, fmean

GROUP_SHARE = 0.27
MIN_CLASS = 10  # students; below it, a single student moves either figure by a third
EPSILON = 1e-9  # points are sums of floats

EXPLANATIONS = {
    "passed": "the share of the students who got all points of it, of those whose work was marked",
    "points got": "the share of its points that these students got",
    "discrimination": "the points got by the best 27 % of the class minus those got by the weakest "
    "27 %, as shares: 0.3 or more separates well, about 0 does not separate, and below 0 the "
    "weaker students do better",
    "point-biserial": "the correlation between the points of it and those of the rest of the "
    "lesson: 0.2 or more is good, and below 0 something is wrong with it",
}


@dataclass(frozen=True)
class ItemFigures:
    """How a class did in one item: an exercise, or a test cell.

    Attributes
    ----------
    name : str
        The exercise's name, or the test cell's ``grade_id``.
    points : float
        The most points that it can give.
    hidden : bool
        Whether students do not see it before they hand in.
    passed, share : float or None
        The fraction of students who got all its points, and the fraction of its points that the
        class got; None if there is no student.
    discrimination, point_biserial : float or None
        See the module; None if undefined.
    why_undefined : str
        Why one of the two is undefined; empty if neither is.
    """

    name: str
    points: float
    hidden: bool
    passed: float | None
    share: float | None
    discrimination: float | None
    point_biserial: float | None
    why_undefined: str


def item_figures(
    name: str, points: float, hidden: bool, got: Sequence[float], totals: Sequence[float]
) -> ItemFigures:
    """Return the figures of an item.

    Parameters
    ----------
    name, points, hidden
        As in `ItemFigures`.
    got : sequence of float
        Each student's points in the item.
    totals : sequence of float
        Each student's points in the lesson, in the same order; the item's are among them.
    """
    shares = [score / points if points else 0.0 for score in got]
    passed = fmean(score > points - EPSILON for score in got) if got else None
    share = fmean(shares) if shares else None
    index, r = discrimination_index(shares, totals), point_biserial(got, totals)
    why = _why_undefined(got, totals) if index is None or r is None else ""
    return ItemFigures(name, points, hidden, passed, share, index, r, why)


def discrimination_index(shares: Sequence[float], totals: Sequence[float]) -> float | None:
    """Return the mean share of an item in the upper group minus that in the lower group.

    Students with equal totals at the border of a group share its last places, so that the index
    does not depend on the order of the class. None if the class is smaller than `MIN_CLASS`, or if
    all totals are equal.
    """
    if len(totals) < MIN_CLASS or not _varies(totals):
        return None
    size = round(GROUP_SHARE * len(totals))
    upper = _group_mean(shares, totals, size)
    return upper - _group_mean(shares, [-total for total in totals], size)


def point_biserial(got: Sequence[float], totals: Sequence[float]) -> float | None:
    """Return Pearson's correlation of an item's points with the rest of the total.

    None if the class is smaller than `MIN_CLASS`, or if one of these or the total is the same for
    everyone.
    """
    rest = [total - score for total, score in zip(totals, got, strict=True)]
    if len(totals) < MIN_CLASS or not all(map(_varies, (got, totals, rest))):
        return None
    return correlation(got, rest)


def _group_mean(shares: Sequence[float], totals: Sequence[float], size: int) -> float:
    """Return the mean share of the students with the `size` highest totals."""
    border = sorted(totals)[-size]
    above = [s for s, total in zip(shares, totals, strict=True) if total > border + EPSILON]
    at_border = [
        s for s, total in zip(shares, totals, strict=True) if abs(total - border) <= EPSILON
    ]
    return (sum(above) + (size - len(above)) * fmean(at_border)) / size


def _varies(values: Sequence[float]) -> bool:
    """Return whether not all values are equal."""
    return max(values) - min(values) > EPSILON if values else False


def _why_undefined(got: Sequence[float], totals: Sequence[float]) -> str:
    """Return why a figure cannot be computed."""
    if len(totals) < MIN_CLASS:
        return f"fewer than {MIN_CLASS} students"
    if not _varies(got):
        return "everyone has the same points in it"
    if not _varies(totals):
        return "everyone has the same points in the lesson"
    return "everyone has the same points in the rest of the lesson"

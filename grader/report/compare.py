"""Compare a report with an earlier one: of last week's run, or of last year's class."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.lesson import CourseError
from grader.submission.parse import UnreadableError, read_file

FORMATS = (1,)


@dataclass(frozen=True)
class Change:
    """A figure in an earlier report and in this one; None where a report does not have it.

    Attributes
    ----------
    lesson, exercise, mistake : str
        What it is about; the last two are empty for a whole lesson or exercise.
    before, after : float or None
        The mean share of the points or, of a mistake, the share of the students who made it.
    """

    lesson: str
    exercise: str
    mistake: str
    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """The change, if both reports have the figure."""
        if self.before is None or self.after is None:
            return None
        return self.after - self.before


@dataclass(frozen=True)
class Comparison:
    """The differences between two reports.

    Shares are compared and not counts, because classes differ in size. In a lesson that both
    reports have, a mistake that one of them does not list was made by no student of that class.

    Attributes
    ----------
    made : str
        When the earlier report was made.
    lessons, exercises, misconceptions : tuple of Change
        What both reports have; of mistakes, the largest changes first.
    only_before, only_now : tuple of str
        Lessons that only one of the reports has.
    """

    made: str
    lessons: tuple[Change, ...]
    exercises: tuple[Change, ...]
    misconceptions: tuple[Change, ...]
    only_before: tuple[str, ...]
    only_now: tuple[str, ...]

    @classmethod
    def of(cls, before: dict[str, Any], after: dict[str, Any]) -> Comparison:
        """Compare two reports, as plain values."""
        old, new = _lessons(before), _lessons(after)
        both = [name for name in new if name in old]
        pairs = [(old[name], new[name]) for name in both]
        return cls(
            str(before["made"]),
            tuple(Change(a["lesson"], "", "", _mean_share(b), _mean_share(a)) for b, a in pairs),
            tuple(change for b, a in pairs for change in _exercise_changes(b, a)),
            _mistake_changes(before, after, both),
            tuple(name for name in old if name not in new),
            tuple(name for name in new if name not in old),
        )


def load(path: Path) -> dict[str, Any]:
    """Read a file of ``grader report --json``.

    Raises
    ------
    CourseError
        If it is no such file.
    """
    try:
        report = json.loads(read_file(path))
        if report["format"] not in FORMATS:
            raise CourseError(f"{path} was written by another version of grader report")
        Comparison.of(report, report)  # whatever is missing in it shows here
    except UnreadableError as error:
        raise CourseError(f"{path}: {error}") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise CourseError(f"{path} is not a file of grader report --json") from error
    return report


def _lessons(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a report's lessons by name."""
    return {str(lesson["lesson"]): lesson for lesson in report["lessons"]}


def _mean_share(lesson: dict[str, Any]) -> float | None:
    """Return a lesson's mean as a share of its points."""
    mean, points = lesson["mean"], lesson["points"]
    return None if mean is None or not points else float(mean) / float(points)


def _exercise_changes(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    """Yield the changes of the exercises that a lesson had then and has now."""
    old = {exercise["name"]: exercise["share"] for exercise in before["exercises"]}
    for exercise in after["exercises"]:
        if exercise["name"] in old:
            shares = _number(old[exercise["name"]]), _number(exercise["share"])
            yield Change(after["lesson"], exercise["name"], "", *shares)


def _number(value: Any) -> float | None:
    """Return a figure."""
    return None if value is None else float(value)


def _mistake_changes(
    before: dict[str, Any], after: dict[str, Any], lessons: list[str]
) -> tuple[Change, ...]:
    """Return how often known mistakes were made, in lessons that both reports have."""
    old, new = (
        {_key(row): float(row["share"]) for row in r["misconceptions"]} for r in (before, after)
    )
    changes = [
        Change(*key, old.get(key, 0.0), new.get(key, 0.0))
        for key in dict.fromkeys([*new, *old])
        if key[0] in lessons
    ]
    return tuple(sorted(changes, key=lambda change: -abs(change.difference or 0.0)))


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    """Return what identifies a mistake."""
    return str(row["lesson"]), str(row["exercise"]), str(row["mistake"])

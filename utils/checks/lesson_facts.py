"""What a check needs to know of its lesson, also in a student's copy of the course.

``grader build`` writes it to ``lessons.json``.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

PATH = Path(__file__).with_name("lessons.json")


@dataclass(frozen=True)
class HiddenTests:
    """The tests of an exercise that students do not see.

    Attributes
    ----------
    count : int
        How many test cells are hidden.
    points, of_points : float
        The points that they give, and those of the exercise.
    """

    count: int = 0
    points: float = 0.0
    of_points: float = 0.0

    def __str__(self) -> str:
        tests = "1 hidden test" if self.count == 1 else f"{self.count} hidden tests"
        return f"{tests}, worth {self.points:g} of its {_points(self.of_points)}"


@dataclass(frozen=True)
class LessonFacts:
    """What a check needs to know of its lesson.

    Attributes
    ----------
    cells : frozenset of str
        The digests of the lesson's own code cells as students get them, answers excepted.
    hidden : dict of str to HiddenTests
        By exercise.
    """

    cells: frozenset[str] = frozenset()
    hidden: dict[str, HiddenTests] | None = None

    def hidden_tests(self, exercise: str) -> HiddenTests:
        """Return the hidden tests of an exercise."""
        return (self.hidden or {}).get(exercise, HiddenTests())


def facts_of(topic: str) -> LessonFacts:
    """Return the facts of the lesson with this topic; none if it has not been built."""
    plain = _read().get(topic, {"cells": [], "hidden": {}})
    hidden = {name: HiddenTests(*values) for name, values in plain["hidden"].items()}
    return LessonFacts(frozenset(plain["cells"]), hidden)


def digest(source: str) -> str:
    """Return the digest of a cell's source."""
    return hashlib.sha256(source.strip().encode("utf-8", "replace")).hexdigest()[:16]


@functools.lru_cache(maxsize=1)
def _read() -> dict[str, dict]:
    """Return the content of ``lessons.json``."""
    try:
        content: dict[str, dict] = json.loads(PATH.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return content


def _points(points: float) -> str:
    """Return a number of points with its noun."""
    return "1 point" if points == 1 else f"{points:g} points"

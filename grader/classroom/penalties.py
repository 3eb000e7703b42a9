"""Late penalties, by the plugin that the course's ``nbgrader_config.py`` chooses.

nbgrader's own step, `AssignLatePenalties`, opens the gradebook anew for every submission. This
calls the same plugin with the same values, on rows that are open already.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import SubmittedAssignment, SubmittedNotebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError

from grader.course.lesson import CourseError
from grader.course.release import load_nbgrader_config
from grader.printable import escape_name, first_few
from grader.terminal import points


@dataclass(frozen=True)
class HandIn:
    """When a submission was handed in, and what that costs.

    Attributes
    ----------
    time : datetime or None
        The time in UTC, if it is known.
    seconds_late : float
        How long after the due date that was; 0 if it was in time or there is no due date.
    penalty : float
        The points taken off.
    """

    time: datetime | None
    seconds_late: float
    penalty: float


def seconds_late(submission: SubmittedAssignment) -> float:
    """Return how long after the due date a submission was handed in, extensions included."""
    if submission.assignment.duedate is None:  # nbgrader fails on an extension of no due date.
        return 0.0
    return float(submission.total_seconds_late)


class LatePenalties:
    """The penalties that a course's settings give.

    Parameters
    ----------
    root : Path
        The course's root folder.

    Raises
    ------
    CourseError
        If the settings name a plugin that cannot be loaded.
    """

    def __init__(self, root: Path):
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        try:
            step = AssignLatePenalties(config=load_nbgrader_config(root))
            step.init_plugin()
        except (TraitError, ImportError) as error:
            raise CourseError(f"The plugin for late penalties cannot be used: {error}") from error
        self._plugin = step.plugin_inst

    def penalty(self, row: SubmittedNotebook) -> float | None:
        """Return the points that a submission loses: None or between 0 and its score.

        Raises
        ------
        CourseError
            If the plugin fails.
        """
        late = seconds_late(row.assignment)
        if not late:
            return None
        try:
            penalty = self._plugin.late_submission_penalty(row.student.id, row.score, late)
            return None if penalty is None else min(max(0.0, float(penalty)), row.score)
        except Exception as error:  # The plugin may be the instructor's own.
            kind = type(self._plugin).__name__
            raise CourseError(
                f"The plugin for late penalties, {kind}, fails: {type(error).__name__}: {error}"
            ) from error


def late_notes(hand_ins: Mapping[tuple[str, str], HandIn]) -> list[str]:
    """Return a note for each lesson on which submissions came late.

    Parameters
    ----------
    hand_ins : mapping
        When each submission was handed in, by student and lesson.
    """
    late: dict[str, list[str]] = defaultdict(list)
    for (student, lesson), hand_in in sorted(hand_ins.items()):
        if hand_in.seconds_late:
            delay = timedelta(seconds=round(hand_in.seconds_late))
            cost = f", -{points(hand_in.penalty)}" if hand_in.penalty else ""
            late[lesson].append(f"{escape_name(student)} ({delay}{cost})")
    return [
        f"{lesson}: {len(names):,} handed in late: {', '.join(first_few(names))}"
        for lesson, names in late.items()
    ]

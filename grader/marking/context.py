"""What the workers of one submission share: its lesson, its limits, and its deadline."""

from __future__ import annotations

import time

from grader.course.lesson import Lesson
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import ProcessEndedError
from grader.submission.sanitize import Sanitizer
from grader.workers.pool import WarmPool


class SubmissionContext:
    """One submission being marked.

    Parameters
    ----------
    lesson : Lesson
        Which.
    bounds : Bounds
        What it may use.
    zygotes : Zygotes
        Where processes come from.
    defuser : Defuser, optional
        What makes outputs harmless; one of its own by default.
    """

    def __init__(
        self,
        lesson: Lesson,
        bounds: ResourceLimits,
        zygotes: WarmPool,
        defuser: Sanitizer | None = None,
    ):
        self.lesson, self.bounds, self.zygotes = lesson, bounds, zygotes
        self.root = str(lesson.root) if (lesson.root / "utils").is_dir() else None
        self.defuser = defuser or Sanitizer()
        self._end = time.monotonic() + bounds.submission

    def left(self, most: float) -> float:
        """Return how many seconds something may take that may take ``most``.

        Raises
        ------
        ProcessEndedError
            If the submission has none left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise ProcessEndedError(
                f"the submission as a whole was stopped after {self.bounds.submission:g} s"
            )
        return min(most, left)

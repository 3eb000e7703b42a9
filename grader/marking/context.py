"""The context that the workers of one submission share: its lesson, its limits, its deadline."""

from __future__ import annotations

import time
from pathlib import Path

from grader.course.lesson import Lesson
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import ProcessEndedError, SandboxedProcess
from grader.submission.sanitize import Sanitizer
from grader.workers.pool import WarmPool
from grader.workers.roles import ENTRY_POINTS


class SubmissionContext:
    """One submission being marked; its time starts now.

    Parameters
    ----------
    lesson : Lesson
        The lesson being marked.
    limits : ResourceLimits
        What the submission may use.
    pool : WarmPool
        The pool that forks the workers.
    sanitizer : Sanitizer, optional
        What makes outputs safe to show; a new one by default.
    """

    def __init__(
        self,
        lesson: Lesson,
        limits: ResourceLimits,
        pool: WarmPool,
        sanitizer: Sanitizer | None = None,
    ):
        self.lesson, self.limits, self.pool = lesson, limits, pool
        self.root = str(lesson.root) if (lesson.root / "utils").is_dir() else None
        self.sanitizer = sanitizer or Sanitizer()
        self._untrusted: set[SandboxedProcess] = set()
        self._end = time.monotonic() + limits.submission

    def start_worker(self, role: str, with_keras: bool) -> SandboxedProcess:
        """Fork a worker; the caller waits until it is ready with `SandboxedProcess.start`.

        Raises
        ------
        ProcessStartError
            If it cannot be started, which is not the submission's fault.
        """
        arguments: dict[str, object] = {}
        if role in ("judge", "notebook"):
            arguments["root"] = self.root
        if role != "notebook":
            arguments["with_keras"] = with_keras
        if role in ("answers", "keras"):
            arguments["role"] = role
        server = self.pool.get(role, with_keras, None if self.root is None else Path(self.root))
        return SandboxedProcess(
            server,
            ENTRY_POINTS[role],
            arguments,
            self.limits,
            trusted=role == "judge",
            group=self._untrusted,
        )

    def check_deadline(self) -> None:
        """Check that the submission has time left.

        Raises
        ------
        ProcessEndedError
            If it has none.
        """
        self.time_for(self.limits.submission)

    def time_for(self, limit: float) -> float:
        """Return the seconds that a step may take: its own limit, or less if less time is left.

        Raises
        ------
        ProcessEndedError
            If the submission has no time left.
        """
        remaining = self._end - time.monotonic()
        if remaining <= 0:
            raise ProcessEndedError(
                f"the submission as a whole was stopped after {self.limits.submission:g} s"
            )
        return min(limit, remaining)

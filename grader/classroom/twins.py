"""Find submissions that are one file: handed in twice, or under two names."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress

from grader.classroom.options import Job, submission_digest
from grader.course.lesson import Lesson
from grader.printable import escape_name, first_few
from grader.submission.parse import UnreadableError, read_file


class TwinFinder:
    """Collects submissions, and notes those that are the same file. Their marks stay."""

    def __init__(self) -> None:
        self._students: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._linked: list[tuple[str, str]] = []
        self._untouched: dict[str, str] = {}

    def add(self, job: Job) -> None:
        """Add a submission that was read."""
        lesson, digest = job.lesson, job.digest["submission"]
        if lesson.name not in self._untouched:
            self._untouched[lesson.name] = _release_digest(lesson)
        if digest != self._untouched[lesson.name]:
            self._students[lesson.name, digest].append(job.student)
        with suppress(OSError):
            if job.path.stat(follow_symlinks=False).st_nlink > 1:
                self._linked.append((lesson.name, job.student))

    def notes(self) -> list[str]:
        """Return a sentence for each file that several students handed in, or that has links."""
        notes = [
            f"{lesson}: {_names(students)} handed in the same file, byte for byte"
            for (lesson, _), students in self._students.items()
            if len(students) > 1
        ]
        return notes + [
            f"{lesson}: {_names([student])} handed in a hard link: the file has other names, too"
            for lesson, student in self._linked
        ]


def _release_digest(lesson: Lesson) -> str:
    """Return the digest of the student's copy, which many hand in untouched; '' if not built."""
    try:
        return submission_digest(read_file(lesson.release))["submission"]
    except UnreadableError:
        return ""


def _names(students: list[str]) -> str:
    return " and ".join(first_few([escape_name(student) for student in students]))

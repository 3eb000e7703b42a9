"""What to mark and how, and what a run gave."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.gradebook import (
    find_url,
)
from grader.course.lesson import Lesson
from grader.isolation.limits import ResourceLimits
from grader.marking.results import (
    SubmissionResult,
)
from grader.submission.parse import UnreadableError, read_file


@dataclass(frozen=True)
class Options:
    """What to mark, and how.

    Parameters
    ----------
    root : Path
        The course's root.
    submitted, autograded : Path
        Where submissions lie, and where the executed notebooks go.
    gradebook : str, optional
        A database URL or a file; ``gradebook.db`` in the course by default.
    lessons : list of str, optional
        Which lessons; by default those that anybody handed in.
    jobs : int
        How many submissions are marked at the same time.
    scheduler : str, optional
        The address of a Dask scheduler that marks them instead of this machine.
    force : bool
        Mark also what was marked before.
    stock : bool
        Let nbgrader mark, in one process with the student's code.
    timeout, submission_timeout : float
        Seconds that a cell, and a submission as a whole, may take.
    memory, disk, file_size : int
        Bytes that each of a submission's processes may use, of memory, in files, and in one file.
    output : int
        Characters that a cell may put out.
    """

    root: Path
    submitted: Path
    autograded: Path
    gradebook: str | None = None
    lessons: list[str] | None = None
    jobs: int = os.cpu_count() or 1
    scheduler: str | None = None
    force: bool = False
    stock: bool = False
    timeout: float = ResourceLimits.cell
    submission_timeout: float = ResourceLimits.submission
    memory: int = ResourceLimits.memory
    disk: int = ResourceLimits.disk
    file_size: int = ResourceLimits.file_size
    output: int = ResourceLimits.output

    @property
    def limits(self) -> ResourceLimits:
        """What a submission may use."""
        return ResourceLimits(
            cell=self.timeout,
            submission=self.submission_timeout,
            memory=self.memory,
            disk=self.disk,
            file_size=self.file_size,
            output=self.output,
        )

    @property
    def url(self) -> str:
        """The gradebook's URL."""
        return find_url(self.root, self.gradebook)


@dataclass(frozen=True)
class RunSummary:
    """What a run gave.

    Attributes
    ----------
    results : tuple of SubmissionResult
        One for each student and lesson, sorted.
    warnings : tuple of str
        What was found and not marked.
    failed : int
        How many submissions the machine, not the student, kept from being marked.
    """

    results: tuple[SubmissionResult, ...]
    warnings: tuple[str, ...] = ()
    failed: int = 0


@dataclass(frozen=True)
class Job:
    """One submission to be marked."""

    student: str
    lesson: Lesson
    folder: Path
    digest: dict[str, str]

    def read(self) -> bytes:
        """Return the file's content: not kept, so that a class of any size takes little memory."""
        try:
            return read_file(self.folder / f"{self.lesson.name}.ipynb")
        except UnreadableError:
            return b""  # It was there a moment ago.

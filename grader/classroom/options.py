"""What to mark and how, one submission to mark, and the summary of a run."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.classroom.gradebook import find_url
from grader.classroom.penalties import HandIn
from grader.course.lesson import Lesson
from grader.isolation.limits import ResourceLimits
from grader.marking.results import FAILED, SubmissionResult
from grader.submission.parse import read_file


@dataclass(frozen=True)
class Options:
    """What to mark, and how.

    Parameters
    ----------
    root : Path
        The course's root folder.
    submitted, autograded : Path
        Folders of the submissions and of the executed notebooks.
    gradebook : str, optional
        A database URL or a file; by default ``gradebook.db`` in the course.
    lessons : list of str, optional
        Lessons to mark; by default those with at least one submission.
    students : list of str, optional
        Students whose submissions to mark; by default all.
    jobs : int
        Number of submissions marked at the same time.
    scheduler : str, optional
        Address of a Dask scheduler; by default, this machine marks.
    force : bool
        Also mark submissions that are already marked.
    stock : bool
        Mark with nbgrader itself, which runs tests and student code in one process.
    limits : ResourceLimits
        What each submission may use.
    """

    root: Path
    submitted: Path
    autograded: Path
    gradebook: str | None = None
    lessons: list[str] | None = None
    students: list[str] | None = None
    jobs: int = os.cpu_count() or 1
    scheduler: str | None = None
    force: bool = False
    stock: bool = False
    limits: ResourceLimits = field(default_factory=ResourceLimits)

    @property
    def url(self) -> str:
        """The gradebook's URL."""
        return find_url(self.root, self.gradebook)


@dataclass(frozen=True)
class RunSummary:
    """The results of a run.

    Attributes
    ----------
    results : tuple of SubmissionResult
        One for each student and lesson, sorted.
    warnings : tuple of str
        Files and folders that were found but not marked.
    notes : tuple of str
        What an instructor should know about submissions that were marked.
    hand_ins : dict
        When each submission in the gradebook was handed in, by student and lesson.
    digests : dict of str to str
        For each lesson, a digest of what its marks depend on.
    """

    results: tuple[SubmissionResult, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hand_ins: dict[tuple[str, str], HandIn] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        """How many submissions could not be marked because of this machine or the grader."""
        return sum(result.status == FAILED for result in self.results)


@dataclass(frozen=True)
class Job:
    """One submission to mark.

    Attributes
    ----------
    student : str
        The student's id.
    lesson : Lesson
        The lesson that was handed in.
    folder : Path
        The folder with the submitted notebook.
    digest : dict of str to str
        Digests of the submission and of everything else that its marks depend on.
    """

    student: str
    lesson: Lesson
    folder: Path
    digest: dict[str, str]

    @property
    def path(self) -> Path:
        """The submitted notebook."""
        return self.folder / f"{self.lesson.name}.ipynb"

    def read(self) -> tuple[Job, bytes]:
        """Read the notebook's bytes, and return them with the job whose digest is theirs.

        They are not kept, so that a large class fits into memory: the file may have changed since
        the run was planned.

        Raises
        ------
        UnreadableError
            If it cannot be read any more.
        """
        content = read_file(self.path)
        return replace(self, digest=self.digest | submission_digest(content)), content


def submission_digest(content: bytes) -> dict[str, str]:
    """Return the entry of `Job.digest` for a file's content."""
    return {"submission": hashlib.sha256(content).hexdigest()}

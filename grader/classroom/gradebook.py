"""nbgrader's gradebook: which lessons there are, who handed in what, and what it was worth."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbgrader.api
from nbgrader.api import (
    Comment,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Notebook,
    SubmittedNotebook,
)
from nbgrader.dbutil import ALEMBIC_DIR
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SAWarning, SQLAlchemyError

from grader.classroom.gradebook_lock import GradebookLockError, write_lock
from grader.classroom.penalties import HandIn, LatePenalties, seconds_late
from grader.classroom.registration import Registration
from grader.course.lesson import CourseError, Lesson
from grader.marking.results import SubmissionResult
from grader.submission.sanitize import as_comment, from_comment

NO_RESPONSE = "No response."
MAX_STUDENT_ID_LENGTH = 128  # characters, in nbgrader's tables

# nbgrader builds a submission before it adds it to the session; SQLAlchemy warns each time.
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")


@dataclass(frozen=True)
class StoredScore:
    """The score of one test cell of one submission in the gradebook.

    Attributes
    ----------
    auto, manual : float or None
        The points given by the grader, and by an instructor; None if there are none yet.
    total : float
        The points that count.
    """

    auto: float | None
    manual: float | None
    total: float


def find_url(root: Path, url: str | None = None) -> str:
    """Return the URL of the gradebook's database.

    Parameters
    ----------
    root : Path
        The course's root folder; its ``gradebook.db`` is the default.
    url : str, optional
        A URL as SQLAlchemy takes it, or the path of an SQLite file.
    """
    if url and "://" in url:
        return url
    return f"sqlite:///{Path(url).resolve() if url else root / 'gradebook.db'}"


def invalid_id_reason(student: str) -> str:
    """Return why no gradebook can have a student with this id; empty if it can."""
    if any("\ud800" <= character <= "\udfff" for character in student):
        return "the folder's name is no text (UTF-8)"
    if len(student) > MAX_STUDENT_ID_LENGTH:
        return f"the folder's name is longer than {MAX_STUDENT_ID_LENGTH} characters"
    return ""


class CourseGradebook:
    """An open gradebook, to be used in a ``with`` statement.

    Parameters
    ----------
    url : str
        The database's URL, as returned by `find_url`.

    Raises
    ------
    CourseError
        If it cannot be opened.
    """

    def __init__(self, url: str):
        self.url = url
        try:
            with write_lock(url), _alembic_in_this_process():
                self._book = Gradebook(url)
        except (SQLAlchemyError, ArgumentError, ImportError, OSError, GradebookLockError) as error:
            reason = _first_line(error)
            if isinstance(error, ImportError):
                reason += ". For PostgreSQL: uv sync --extra postgresql"
            name = _without_password(url)
            raise CourseError(f"The gradebook {name} cannot be opened: {reason}") from error

    def __enter__(self) -> CourseGradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    @property
    def students(self) -> list[str]:
        """The ids of all students."""
        return [student.id for student in self._book.students]

    @property
    def lessons(self) -> list[str]:
        """The names of the lessons with at least one submission."""
        assignments = self._book.assignments
        return [assignment.name for assignment in assignments if assignment.num_submissions]

    def student_details(self) -> dict[str, dict[str, Any]]:
        """Return each student's names, e-mail address and LMS id, by student."""
        return {student.id: student.to_dict() for student in self._book.students}

    def submissions(self, lesson: str) -> Iterator[tuple[str, float, float, datetime | None]]:
        """Yield student, score, highest score and time of every submission of a lesson."""
        for row in self._book.assignment_submissions(lesson):
            penalty = row.late_submission_penalty or 0.0
            yield row.student.id, max(0.0, row.score - penalty), row.max_score, row.timestamp

    def scores(self, lesson: str) -> dict[str, dict[str, StoredScore]]:
        """Return the scores of every submission of a lesson, by student and test cell."""
        scores: dict[str, dict[str, StoredScore]] = {}
        with suppress(MissingEntry):
            for row in self._book.find_notebook(lesson, lesson).submissions:
                scores[row.student.id] = {
                    grade.name: StoredScore(grade.auto_score, grade.manual_score, grade.score)
                    for grade in row.grades
                }
        return scores

    def hand_ins(self, lesson: str) -> dict[str, HandIn]:
        """Return when every submission of a lesson was handed in, by student."""
        return {
            row.student.id: HandIn(
                row.timestamp, seconds_late(row), float(row.late_submission_penalty or 0.0)
            )
            for row in self._book.assignment_submissions(lesson)
        }

    def update_lateness(
        self,
        lesson: str,
        penalties: LatePenalties,
        timestamps: Mapping[str, datetime | None],
    ) -> None:
        """Set the times and the penalties of submissions that may need no marking.

        Due dates, extensions, points given by hand and the course's settings may have changed since
        these were stored.

        Parameters
        ----------
        lesson : str
            The lesson.
        penalties : LatePenalties
            What decides on the penalties.
        timestamps : mapping
            The students whose submissions are updated, and when they handed in; None if that is not
            known, and what is stored stays.
        """
        with self._writing(), suppress(MissingEntry):
            _ = self._book.assignment_submissions(lesson)  # in one query, not one for each row
            for row in self._book.find_notebook(lesson, lesson).submissions:
                if row.student.id in timestamps:
                    _set_lateness(row, penalties, timestamps[row.student.id])
            self._book.db.commit()

    def manual_comments(self, lesson: str) -> dict[str, dict[str, str]]:
        """Return what instructors wrote about answers, by student and answer cell."""
        comments: dict[str, dict[str, str]] = defaultdict(dict)
        query = self._book.db.query(Comment).filter(Comment.manual_comment.isnot(None))
        for comment in query.join(SubmittedNotebook).join(Notebook).filter_by(name=lesson):
            comments[comment.notebook.student.id][comment.name] = comment.manual_comment
        return dict(comments)

    def comments(self, lesson: str) -> dict[str, dict[str, str]]:
        """Return the messages of every submission of a lesson, by student and exercise."""
        comments: dict[str, dict[str, str]] = {}
        with suppress(MissingEntry):
            for row in self._book.find_notebook(lesson, lesson).submissions:
                comments[row.student.id] = {
                    comment.name: from_comment(comment.auto_comment or "")
                    for comment in row.comments
                }
        return comments

    def register(self, lesson: Lesson) -> None:
        """Write a lesson's cells and points, so that submissions of it can be stored."""
        registration = Registration(lesson, self.url)
        with self._writing():
            registration.write(self._book)

    def add_student(self, student: str) -> None:
        """Add a student, unless the gradebook has them already."""
        with self._writing():
            self._book.update_or_create_student(student)

    def store(
        self,
        result: SubmissionResult,
        *,
        untouched: set[str] | frozenset[str] = frozenset(),
        timestamp: datetime | None = None,
        penalties: LatePenalties | None = None,
    ) -> None:
        """Write one submission's points and messages.

        Scores and comments that an instructor gave by hand are kept and still count.

        Parameters
        ----------
        result : SubmissionResult
            The result to store.
        untouched : set of str
            Ids of the answer cells that the student did not change.
        timestamp : datetime, optional
            When the submission was handed in.
        penalties : LatePenalties, optional
            What takes off points for being late; without it, what is stored stays.
        """
        with self._writing():
            self._book.update_or_create_student(result.student)
            attributes = {} if timestamp is None else {"timestamp": timestamp}
            self._book.update_or_create_submission(result.lesson, result.student, **attributes)
            row = self._book.find_submission_notebook(result.lesson, result.lesson, result.student)
            _set_scores(row, result)
            _set_comments(row, result, untouched)
            self._book.db.flush()
            if penalties is not None:
                _set_lateness(row, penalties, timestamp)
            self._book.db.commit()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write under the lock, with a view of the database as it is now."""
        try:
            with write_lock(self.url):
                self._book.db.rollback()
                yield
        except (SQLAlchemyError, InvalidEntry, GradebookLockError) as error:
            name = _without_password(self.url)
            raise CourseError(
                f"The gradebook {name} cannot be written: {_first_line(error)}. "
                "What was stored before stays; the same command goes on from there"
            ) from error


def is_stored(result: SubmissionResult, scores: dict[str, dict[str, StoredScore]]) -> bool:
    """Return whether ``scores``, from `CourseGradebook.scores`, already include a result."""
    stored = scores.get(result.student, {})
    tests = [test for exercise in result.exercises for test in exercise.tests]
    return bool(stored) and all(
        test.grade_id in stored and stored[test.grade_id].auto == test.score for test in tests
    )


def _set_scores(row: SubmittedNotebook, result: SubmissionResult) -> None:
    """Set the scores of a submission's test cells."""
    scores = {test.grade_id: test.score for exercise in result.exercises for test in exercise.tests}
    for grade in row.grades:
        score = scores.get(grade.name, 0.0)
        changed = grade.auto_score is not None and grade.auto_score != score
        grade.auto_score = score
        # An instructor must look again only where the score that they overruled has changed.
        grade.needs_manual_grade = changed and grade.manual_score is not None


def _set_lateness(
    row: SubmittedNotebook, penalties: LatePenalties, timestamp: datetime | None
) -> None:
    """Set a submission's time, if it is known, and its penalty; write only what changes."""
    if timestamp is not None and row.assignment.timestamp != timestamp:
        row.assignment.timestamp = timestamp
    penalty = penalties.penalty(row)
    if row.late_submission_penalty != penalty:
        row.late_submission_penalty = penalty


def _set_comments(
    row: SubmittedNotebook, result: SubmissionResult, untouched: set[str] | frozenset[str]
) -> None:
    """Set the comments on a submission's answer cells."""
    messages = {exercise.name: as_comment(exercise.message) for exercise in result.exercises}
    for comment in row.comments:
        message = messages.get(comment.name) or None
        comment.auto_comment = NO_RESPONSE if comment.name in untouched else message


def _without_password(url: str) -> str:
    """Return a database's URL with its password masked."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "with that URL"


def _first_line(error: Exception) -> str:
    """Return the first line of an error's message, or the error's type if it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def _alembic_in_this_process() -> Iterator[None]:
    """Have nbgrader ask Alembic for the version of the tables without starting its program.

    That takes a second and room for a file, and prints a traceback where there is none.
    """
    before = nbgrader.api.get_alembic_version
    nbgrader.api.get_alembic_version = _alembic_version
    try:
        yield
    finally:
        nbgrader.api.get_alembic_version = before


def _alembic_version() -> str:
    """Return what ``nbgrader.api.get_alembic_version`` returns."""
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory(ALEMBIC_DIR).get_current_head())

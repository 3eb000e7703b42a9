"""nbgrader's gradebook: which lessons there are, who handed in what, and what it was worth."""

from __future__ import annotations

import copy
import os
import sqlite3
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, InvalidEntry, MissingEntry
from nbgrader.api import Notebook as NotebookRow
from nbgrader.preprocessors import ClearHiddenTests, SaveCells
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, SAWarning, SQLAlchemyError

from grader.course.cells import checksum, grade_id, is_answer, is_test
from grader.course.lesson import CourseError, Lesson
from grader.course.release import RELEASE_STEPS, load_nbgrader_config
from grader.marking.results import SubmissionResult
from grader.submission.parse import UnreadableError, read_file
from grader.submission.sanitize import as_comment

NO_RESPONSE = "No response."
LONGEST_ID = 128  # characters that nbgrader's tables have for a student's id
ADVISORY_LOCK = 19980  # any number will do that nothing else locks in the same database
LOCK_TIMEOUT = 600.0  # seconds for another run to finish what it is writing

# nbgrader builds a submission before it adds it to the session, which SQLAlchemy notes each time.
warnings.filterwarnings("ignore", category=SAWarning, module=r"nbgrader\.api")


@dataclass(frozen=True)
class StoredScore:
    """What the gradebook says about one test cell of one submission."""

    auto: float | None
    manual: float | None
    total: float


def find_url(root: Path, url: str | None = None) -> str:
    """Return the database's URL: the one given, a file's, or the course's own.

    Parameters
    ----------
    root : Path
        The course's root; ``gradebook.db`` in it is the default.
    url : str, optional
        A URL as SQLAlchemy takes it, or the path of an SQLite file.
    """
    if url and "://" in url:
        return url
    return f"sqlite:///{Path(url).resolve() if url else root / 'gradebook.db'}"


class CourseGradebook:
    """An open gradebook, to be used in a ``with`` statement.

    Parameters
    ----------
    url : str
        As `find_url` gives it.

    Raises
    ------
    CourseError
        If it cannot be opened.
    """

    def __init__(self, url: str):
        self.url = url
        try:
            with _write_lock(url), _tools_on_path():
                self._book = Gradebook(url)
        except (SQLAlchemyError, ArgumentError, ImportError, sqlite3.Error) as error:
            hint = ". For PostgreSQL: uv sync --extra postgresql"
            reason = _first_line(error) + hint * isinstance(error, ImportError)
            raise CourseError(f"The gradebook {_shown(url)} cannot be opened: {reason}") from error

    def __enter__(self) -> CourseGradebook:
        return self

    def __exit__(self, *_: object) -> None:
        self._book.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write while no other run does, from what is in the database now."""
        try:
            with _write_lock(self.url):
                self._book.db.rollback()
                yield
        except (SQLAlchemyError, InvalidEntry, sqlite3.Error) as error:
            raise CourseError(
                f"The gradebook {_shown(self.url)} cannot be written: {_first_line(error)}. "
                "What was stored before stays; the same command goes on from there"
            ) from error

    @property
    def students(self) -> list[str]:
        """The ids of all students."""
        return [student.id for student in self._book.students]

    @property
    def lessons(self) -> list[str]:
        """The names of the lessons with at least one submission."""
        return [one.name for one in self._book.assignments if one.num_submissions]

    def student_details(self) -> dict[str, dict]:
        """Return what is known about each student: names, e-mail address, LMS id."""
        return {student.id: student.to_dict() for student in self._book.students}

    def register(self, lesson: Lesson) -> None:
        """Write a lesson's cells and points into the gradebook, as nbgrader's own step does."""
        notebook, resources = copy.deepcopy(lesson.notebook), _resources(lesson, self.url)
        config = load_nbgrader_config(lesson.root)
        for step in RELEASE_STEPS[: RELEASE_STEPS.index(ClearHiddenTests)]:
            notebook, resources = step(config=config).preprocess(notebook, resources)
        with self._writing():
            self._book.update_or_create_assignment(lesson.name)
            self._adapt(lesson, notebook)
            self._book.db.commit()
            SaveCells(config=config).preprocess(notebook, resources)
            self._book.db.expire_all()

    def _adapt(self, lesson: Lesson, notebook: NotebookNode) -> None:
        """Let submissions that are already there follow a lesson that lost or gained cells.

        nbgrader refuses that; without it, a lesson could not be mended once work is in.
        """
        with suppress(MissingEntry):
            row = self._book.find_notebook(lesson.name, lesson.name)
            if not row.submissions:
                return
            cells = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}
            self._drop_cells(row, set(cells))
            self._add_cells(row, lesson.name, cells)

    def _drop_cells(self, row: NotebookRow, kept: set[str]) -> None:
        """Remove cells that the lesson no longer has, and their scores."""
        session = self._book.db
        for cell in [cell for cell in _marked_cells(row) if cell.name not in kept]:
            for kind in (Grade, Comment):
                session.query(kind).filter(kind.cell_id == cell.id).delete()
            session.delete(cell)
        for cell in [cell for cell in row.source_cells if cell.name not in kept]:
            session.delete(cell)
        session.commit()

    def _add_cells(self, row: NotebookRow, name: str, cells: dict[str, NotebookNode]) -> None:
        """Add cells that the lesson has gained, with an empty score in every submission."""
        book = self._book
        known = {cell.name for cell in _marked_cells(row)}
        known_sources = {cell.name for cell in row.source_cells}
        for cell_id, cell in cells.items():
            if cell_id not in known_sources:
                book.add_source_cell(cell_id, name, name, cell_type=cell.cell_type)
            if cell_id in known or not (is_test(cell) or is_answer(cell)):
                continue
            if is_test(cell):
                points = float(cell.metadata.nbgrader.points)
                added: BaseCell = book.add_grade_cell(
                    cell_id, name, name, max_score=points, cell_type=cell.cell_type
                )
                kind: type = Grade
            else:
                added, kind = book.add_solution_cell(cell_id, name, name), Comment
            for submission in row.submissions:
                book.db.add(kind(cell_id=added.id, notebook=submission))

    def add_student(self, student: str) -> None:
        """Make sure that a student is in the book."""
        with self._writing():
            self._book.update_or_create_student(student)

    def store(
        self,
        result: SubmissionResult,
        *,
        untouched: set[str] | frozenset[str] = frozenset(),
        timestamp: datetime | None = None,
    ) -> None:
        """Write one submission's points and messages.

        A score or a comment that an instructor gave by hand stays, and goes on counting.

        Parameters
        ----------
        result : SubmissionResult
            What to store.
        untouched : set of str
            The answers that were not begun.
        timestamp : datetime, optional
            When it was handed in.
        """
        with self._writing():
            self._store(result, untouched, timestamp)

    def _store(
        self,
        result: SubmissionResult,
        untouched: set[str] | frozenset[str],
        timestamp: datetime | None,
    ) -> None:
        """Do what `store` does, once nobody else writes."""
        self._book.update_or_create_student(result.student)
        more = {} if timestamp is None else {"timestamp": timestamp}
        self._book.update_or_create_submission(result.lesson, result.student, **more)
        row = self._book.find_submission_notebook(result.lesson, result.lesson, result.student)
        scores = {test.grade_id: test.score for one in result.exercises for test in one.tests}
        for grade in row.grades:
            score = scores.get(grade.name, 0.0)
            changed = grade.auto_score is not None and grade.auto_score != score
            grade.auto_score = score
            # Nobody needs to look at it, unless what was overruled by hand is no longer the same.
            grade.needs_manual_grade = changed and grade.manual_score is not None
        messages = {one.name: as_comment(one.message) for one in result.exercises}
        for comment in row.comments:
            message = messages.get(comment.name) or None
            comment.auto_comment = NO_RESPONSE if comment.name in untouched else message
        self._book.db.commit()

    def scores(self, lesson: str) -> dict[str, dict[str, StoredScore]]:
        """Return the scores of every submission of a lesson: by student, then by test cell."""
        found: dict[str, dict[str, StoredScore]] = {}
        with suppress(MissingEntry):
            for row in self._book.find_notebook(lesson, lesson).submissions:
                found[row.student.id] = {
                    grade.name: StoredScore(grade.auto_score, grade.manual_score, grade.score)
                    for grade in row.grades
                }
        return found

    def has(self, result: SubmissionResult, scores: dict[str, dict[str, StoredScore]]) -> bool:
        """Tell whether ``scores``, as `scores` gives them, hold a result already."""
        stored = scores.get(result.student, {})
        tests = [test for exercise in result.exercises for test in exercise.tests]
        return bool(stored) and all(
            test.grade_id in stored and stored[test.grade_id].auto == test.score for test in tests
        )

    def submissions(self, lesson: str) -> Iterator[tuple[str, float, float, datetime | None]]:
        """Yield student, score, highest score and time of every submission of a lesson."""
        for row in self._book.assignment_submissions(lesson):
            penalty = row.late_submission_penalty or 0.0
            yield row.student.id, max(0.0, row.score - penalty), row.max_score, row.timestamp


def name_fault(student: str) -> str:
    """Say why no gradebook can have a student of that id; nothing if it can."""
    if any("\ud800" <= sign <= "\udfff" for sign in student):
        return "the folder's name is no text (UTF-8)"
    if len(student) > LONGEST_ID:
        return f"the folder's name is longer than {LONGEST_ID} characters"
    return ""


@contextmanager
def _write_lock(url: str) -> Iterator[None]:
    """Keep other runs of the grader from writing into a gradebook meanwhile.

    nbgrader looks whether a row is there and then adds it, which two runs must not do at once. The
    lock ends with the connection, however the process ends.
    """
    where = make_url(url)
    if where.get_backend_name() == "postgresql":
        with create_engine(where, poolclass=NullPool).begin() as connection:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            yield
        return
    if where.get_backend_name() != "sqlite" or where.database in (None, "", ":memory:"):
        yield
        return
    # A file of its own: the gradebook itself is read and written while the lock is held.
    with ExitStack() as held:
        try:
            path = f"{where.database}.lock"
            lock = sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None)
            held.enter_context(closing(lock)).execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            # Where no file can be made, no gradebook can be written, but one may be read.
            if error.sqlite_errorname not in ("SQLITE_CANTOPEN", "SQLITE_READONLY"):
                raise
        yield


def _shown(url: str) -> str:
    """Return a database's URL without its password."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "with that URL"


def _first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    return (str(error).splitlines() or [type(error).__name__])[0]


@contextmanager
def _tools_on_path() -> Iterator[None]:
    """Let nbgrader find ``alembic``, which it starts by name, in an environment not activated."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


def _marked_cells(row: NotebookRow) -> list[BaseCell]:
    """Return the cells of a lesson that points or comments belong to."""
    return [*row.grade_cells, *row.solution_cells, *row.task_cells]


def add_checksums(notebook: NotebookNode) -> None:
    """Give graded cells the checksums that nbgrader's tools compare."""
    for cell in notebook.cells:
        if grade_id(cell):
            cell.metadata.nbgrader["checksum"] = checksum(cell)


def read_timestamp(folder: Path) -> datetime | None:
    """Return when a submission was handed in, from the file that nbgrader's collecting leaves."""
    from nbgrader.utils import parse_utc

    with suppress(UnreadableError, ValueError, OverflowError):
        return parse_utc(read_file(folder / "timestamp.txt", 1000).decode().strip())
    return None


def _resources(lesson: Lesson, url: str) -> dict:
    """Return what nbgrader's steps want to know about where they are."""
    return {
        "nbgrader": {
            "notebook": lesson.name,
            "assignment": lesson.name,
            "student": ".",
            "db_url": url,
        }
    }

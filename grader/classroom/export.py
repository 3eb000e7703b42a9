"""The gradebook's points as a CSV file: for a spreadsheet, Canvas or Moodle.

Students choose their folders' names, and a spreadsheet runs what looks like a formula. So such text
is disarmed. Canvas and Moodle find students by their ids, which must come back unchanged: an id of
letters, digits and ``_.@+-`` does, because without brackets, ``|`` or ``!`` a formula can call
nothing. Any other id that looks like a formula is disarmed there too, with a warning.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.classroom.gradebook import CourseGradebook, find_url
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.printable import escape_name, first_few
from grader.terminal import points

# Signs that a formula begins with, and those that a spreadsheet may read as one of them.
SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
# Where a cell begins, whichever of these signs a spreadsheet takes for the end of a cell.
FORMULA = re.compile(rf"(?:^|(?<=[,;|]))(?=[^\w,;|]*[{SIGNS}])")
HARMLESS_ID = re.compile(r"[\w.@+-]*", re.ASCII)


@dataclass(frozen=True)
class ExportedGrades:
    """A CSV file.

    Attributes
    ----------
    text : str
        The file's content.
    warnings : tuple of str
        Ids that Canvas or Moodle will not find, because they had to be disarmed.
    """

    text: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grades:
    """The contents of a gradebook that are exported.

    Attributes
    ----------
    lessons : list of Lesson
        The lessons that have submissions.
    students : dict
        Names, e-mail address and LMS id of each student, by id.
    scores : dict
        Score and time of each submission, by student and lesson.
    """

    lessons: list[Lesson]
    students: dict[str, dict[str, Any]]
    scores: dict[tuple[str, str], tuple[float, str]]


def export(
    root: Path, format: str, *, gradebook: str | None = None, lessons: list[str] | None = None
) -> ExportedGrades:
    """Return the points as a CSV file.

    Parameters
    ----------
    root : Path
        The course's root folder.
    format : {"csv", "canvas", "moodle"}
        ``csv`` has a row for each student and lesson, the others one for each student, with the
        columns that Canvas and Moodle import.
    gradebook : str, optional
        A database URL or a file; by default ``gradebook.db`` in the course.
    lessons : list of str, optional
        Lessons to export; by default all that have marks.

    Raises
    ------
    CourseError
        If there are no marks.
    """
    with CourseGradebook(find_url(root, gradebook)) as book:
        grades = _read(book, root, lessons)
    if not grades.lessons:
        raise CourseError("There are no marks in the gradebook. Run grader autograde first")
    writer = _Writer()
    rows = {"csv": _plain_rows, "canvas": _canvas_rows, "moodle": _moodle_rows}[format]
    return writer.write(rows(grades))


def _read(book: CourseGradebook, root: Path, names: list[str] | None) -> Grades:
    """Read the lessons, students and scores from the gradebook."""
    marked = set(book.lessons)
    lessons = [lesson for lesson in find_lessons(root, names) if lesson.name in marked]
    scores = {
        (student, lesson.name): (score, "" if time is None else time.isoformat(" "))
        for lesson in lessons
        for student, score, _, time in book.submissions(lesson.name)
    }
    return Grades(lessons, book.student_details(), scores)


class _Id(str):
    """A cell by which Canvas or Moodle finds a student."""

    __slots__ = ()


@dataclass
class _Writer:
    """Writes rows of text as CSV that no spreadsheet runs."""

    _changed: dict[str, None] = field(default_factory=dict)

    def write(self, rows: list[list[str]]) -> ExportedGrades:
        """Return the file."""
        text = io.StringIO()
        # No cell has a carriage return left, which csv does not quote on Python 3.11.
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([[self._make_safe(cell) for cell in row] for row in rows])
        return ExportedGrades(text.getvalue(), tuple(first_few(self._warnings())))

    def _make_safe(self, cell: str) -> str:
        """Return a cell as it is written."""
        safe = disarm(cell)
        if isinstance(cell, _Id) and safe != cell:
            if HARMLESS_ID.fullmatch(cell):
                return cell
            self._changed[safe] = None
        return safe

    def _warnings(self) -> list[str]:
        return [
            f"{name}: written like this, because a spreadsheet could run the id as a formula. "
            "Enter this student's points by hand"
            for name in self._changed
        ]


def disarm(text: str) -> str:
    """Return a text in which no spreadsheet finds a formula.

    An apostrophe is put before each beginning of a cell that looks like a formula, and characters
    that cannot be seen become Python escapes.
    """
    return FORMULA.sub("'", escape_name(text))


def _plain_rows(grades: Grades) -> list[list[str]]:
    """Return a row for each student and lesson."""
    head = ["lesson", "student", "last_name", "first_name", "email", "handed_in", "score", "max"]
    rows = [head]
    for lesson in grades.lessons:
        for student, details in sorted(grades.students.items()):
            score, time = grades.scores.get((student, lesson.name), (0.0, ""))
            names = [details.get(key) or "" for key in ("last_name", "first_name", "email")]
            rows.append([lesson.name, student, *names, time, points(score), points(lesson.points)])
    return rows


def _canvas_rows(grades: Grades) -> list[list[str]]:
    """Return the rows that Canvas imports: headings, possible points, then students' points."""
    identity = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*identity, *(lesson.name for lesson in grades.lessons)],
        ["Points Possible", "", "", "", "", *(points(lesson.points) for lesson in grades.lessons)],
    ]
    for student, details in sorted(grades.students.items()):
        name = _full_name(student, details)
        lms_id = details.get("lms_user_id") or ""
        identifiers = [name, _Id(lms_id), _Id(student), _Id(student), ""]
        rows.append(identifiers + _scores(grades, student))
    return rows


def _moodle_rows(grades: Grades) -> list[list[str]]:
    """Return the rows that Moodle imports: columns for the user, then one for each lesson."""
    rows = [
        ["Username", "First name", "Last name", "Email address"]
        + [lesson.name for lesson in grades.lessons]
    ]
    for student, details in sorted(grades.students.items()):
        names = [details.get(key) or "" for key in ("first_name", "last_name")]
        email = _Id(details.get("email") or "")
        rows.append([_Id(student), *names, email, *_scores(grades, student)])
    return rows


def _scores(grades: Grades, student: str) -> list[str]:
    """Return a student's points in each lesson; empty where nothing was handed in."""
    stored = [grades.scores.get((student, lesson.name)) for lesson in grades.lessons]
    return [
        "" if score_and_time is None else points(score_and_time[0]) for score_and_time in stored
    ]


def _full_name(student: str, details: dict[str, Any]) -> str:
    """Return ``last, first``, or the student's id if the gradebook has no full name."""
    first, last = details.get("first_name"), details.get("last_name")
    return f"{last}, {first}" if first and last else student

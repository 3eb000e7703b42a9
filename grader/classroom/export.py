"""The gradebook's points as a CSV file: for a spreadsheet, Canvas or Moodle."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.classroom.gradebook import CourseGradebook, find_url
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.terminal import points


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
) -> str:
    """Return the text of a CSV file.

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
    rows = {"csv": _plain_rows, "canvas": _canvas_rows, "moodle": _moodle_rows}[format](grades)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[_safe(cell) for cell in row] for row in rows])
    return text.getvalue()


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


def _safe(cell: str) -> str:
    """Quote a student's id or name that a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell


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
        identifiers = [name, details.get("lms_user_id") or "", student, student, ""]
        rows.append(identifiers + _scores(grades, student))
    return rows


def _moodle_rows(grades: Grades) -> list[list[str]]:
    """Return the rows that Moodle imports: columns for the user, then one for each lesson."""
    rows = [
        ["Username", "First name", "Last name", "Email address"]
        + [lesson.name for lesson in grades.lessons]
    ]
    for student, details in sorted(grades.students.items()):
        names = [details.get(key) or "" for key in ("first_name", "last_name", "email")]
        rows.append([student, *names, *_scores(grades, student)])
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

"""The gradebook's points as a CSV file: for a spreadsheet, Canvas or Moodle."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.gradebook import CourseGradebook, find_url
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.terminal import points


@dataclass(frozen=True)
class Grades:
    """What is exported.

    Attributes
    ----------
    lessons : list of Lesson
        Those that have submissions.
    students : dict
        What is known about each, by id.
    scores : dict
        Score and time of each submission, by student and lesson.
    """

    lessons: list[Lesson]
    students: dict[str, dict]
    scores: dict[tuple[str, str], tuple[float, str]]


def export(
    root: Path, format: str, *, gradebook: str | None = None, lessons: list[str] | None = None
) -> str:
    """Return a CSV file's text.

    Parameters
    ----------
    root : Path
        The course's root.
    format : {"csv", "canvas", "moodle"}
        ``csv`` has a row for each student and lesson, the others one for each student, with the
        columns that Canvas and Moodle import.
    gradebook : str, optional
        A URL or a file.
    lessons : list of str, optional
        Only these.

    Raises
    ------
    CourseError
        If there is nothing to export.
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
    """Read what is exported from the gradebook."""
    marked = set(book.lessons)
    lessons = [lesson for lesson in find_lessons(root, names) if lesson.name in marked]
    scores = {
        (student, lesson.name): (score, "" if time is None else time.isoformat(" "))
        for lesson in lessons
        for student, score, _, time in book.submissions(lesson.name)
    }
    return Grades(lessons, book.student_details(), scores)


def _safe(cell: str) -> str:
    """Keep a spreadsheet from taking a student's id or name for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _plain_rows(grades: Grades) -> list[list[str]]:
    """Return a row for each student and lesson."""
    head = ["lesson", "student", "last_name", "first_name", "email", "handed_in", "score", "max"]
    rows = [head]
    for lesson in grades.lessons:
        for student, about in sorted(grades.students.items()):
            score, time = grades.scores.get((student, lesson.name), (0.0, ""))
            names = [about.get(key) or "" for key in ("last_name", "first_name", "email")]
            rows.append([lesson.name, student, *names, time, points(score), points(lesson.points)])
    return rows


def _canvas_rows(grades: Grades) -> list[list[str]]:
    """Return what Canvas imports: its identifying columns, a row of points possible, the grades."""
    identity = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    rows = [
        [*identity, *(lesson.name for lesson in grades.lessons)],
        ["Points Possible", "", "", "", "", *(points(one.points) for one in grades.lessons)],
    ]
    for student, about in sorted(grades.students.items()):
        name = _full_name(student, about, "{last}, {first}")
        login = [name, about.get("lms_user_id") or "", student, student, ""]
        rows.append(login + _scores(grades, student))
    return rows


def _moodle_rows(grades: Grades) -> list[list[str]]:
    """Return what Moodle imports: a column that identifies the user, and one for each lesson."""
    rows = [
        ["Username", "First name", "Last name", "Email address"]
        + [lesson.name for lesson in grades.lessons]
    ]
    for student, about in sorted(grades.students.items()):
        names = [about.get(key) or "" for key in ("first_name", "last_name", "email")]
        rows.append([student, *names, *_scores(grades, student)])
    return rows


def _scores(grades: Grades, student: str) -> list[str]:
    """Return a student's points in each lesson; empty where nothing was handed in."""
    found = [grades.scores.get((student, lesson.name)) for lesson in grades.lessons]
    return ["" if one is None else points(one[0]) for one in found]


def _full_name(student: str, about: dict, form: str) -> str:
    """Return a student's name, or the id where the gradebook knows no name."""
    first, last = about.get("first_name"), about.get("last_name")
    return form.format(first=first, last=last) if first and last else student

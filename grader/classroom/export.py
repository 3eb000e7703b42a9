"""The gradebook's points as a CSV file: for a spreadsheet, Canvas or Moodle.

Students choose their folders' names, and a spreadsheet runs what looks like a formula. So such text
is disarmed. Canvas and Moodle find students by their ids, which must come back unchanged: an id of
letters, digits and ``_.@+-`` does, because without brackets, ``|`` or ``!`` a formula can call
nothing. Any other id that looks like a formula is disarmed there too, with a warning.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.classroom.failures import read_failures
from grader.classroom.gradebook import CourseGradebook, find_url
from grader.classroom.lms_roster import (
    CANVAS_IDENTITY,
    CANVAS_IDS,
    MOODLE_IDS,
    Roster,
    match_columns,
    read_canvas,
    read_moodle,
)
from grader.classroom.records import load_record, record_path, recorded_result
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.marking.results import FAILED, GRADED, MISSING, UNREADABLE
from grader.printable import escape_name, first_few
from grader.terminal import points

# Signs that a formula begins with, and those that a spreadsheet may read as one of them.
SIGNS = r"=+\-@＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋−"
# Where a cell begins, whichever of these signs a spreadsheet takes for the end of a cell.
FORMULA = re.compile(rf"(?:^|(?<=[,;|]))(?=[^\w,;|]*[{SIGNS}])")
HARMLESS_ID = re.compile(r"[\w.@+-]*", re.ASCII)
HARMLESS_CELL = re.compile(r"-?[0-9]*[.,]?[0-9]*%?|-", re.ASCII)


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
    statuses : dict
        ``unreadable`` or ``failed`` for submissions that could not be marked, by student and
        lesson.
    comments : dict of str to str
        For Moodle, what to say about a submission, by student, as HTML.
    """

    lessons: list[Lesson]
    students: dict[str, dict[str, Any]]
    scores: dict[tuple[str, str], tuple[float, str]]
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    def status(self, student: str, lesson: str) -> str:
        """Return whether a submission is graded, missing, unreadable or failed."""
        known = GRADED if (student, lesson) in self.scores else MISSING
        return self.statuses.get((student, lesson), known)


def export(
    root: Path,
    format: str,
    *,
    gradebook: str | None = None,
    lessons: list[str] | None = None,
    autograded: Path | None = None,
    roster: Path | None = None,
    columns: Sequence[str] = (),
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
    autograded : Path, optional
        The folder of the executed notebooks; by default ``autograded`` in the course.
    roster : Path, optional
        Canvas's own export of its gradebook, or Moodle's grading worksheet of an assignment, to be
        filled in; see `grader.classroom.lms_roster`.
    columns : sequence of str
        ``LESSON=COLUMN``: the columns of Canvas's table for lessons.

    Raises
    ------
    CourseError
        If there are no marks, or the roster cannot be used.
    """
    with CourseGradebook(find_url(root, gradebook)) as book:
        grades = _read(book, root, lessons, autograded or root / "autograded")
    if not grades.lessons:
        raise CourseError("There are no marks in the gradebook. Run grader autograde first")
    writer = _Writer()
    if roster is not None and format == "canvas":
        return writer.write(*_filled_canvas(grades, read_canvas(roster), root, columns))
    if roster is not None and format == "moodle":
        grades = replace(grades, comments=_comments(grades, autograded or root / "autograded"))
        return writer.write(*_filled_moodle(grades, read_moodle(roster)))
    if roster is not None or columns:
        raise CourseError("--roster is for --format canvas and moodle, --column for --roster")
    rows = {"csv": _plain_rows, "canvas": _canvas_rows, "moodle": _moodle_rows}[format]
    return writer.write(rows(grades))


def _read(book: CourseGradebook, root: Path, names: list[str] | None, autograded: Path) -> Grades:
    """Read the lessons, students and scores from the gradebook."""
    marked = set(book.lessons)
    lessons = [lesson for lesson in find_lessons(root, names) if lesson.name in marked]
    scores = {
        (student, lesson.name): (score, "" if time is None else time.isoformat(" "))
        for lesson in lessons
        for student, score, _, time in book.submissions(lesson.name)
    }
    return Grades(lessons, book.student_details(), scores, _read_statuses(scores, autograded))


def _read_statuses(
    scores: Mapping[tuple[str, str], tuple[float, str]], autograded: Path
) -> dict[tuple[str, str], str]:
    """Return which submissions could not be read or marked; only those without points can be."""
    statuses = {key: FAILED for key in read_failures(autograded) if key not in scores}
    for (student, lesson), (score, _) in scores.items():
        if score == 0:
            result = recorded_result(load_record(record_path(autograded, student, lesson)))
            if result is not None and result.status == UNREADABLE:
                statuses[student, lesson] = UNREADABLE
    return statuses


class _Id(str):
    """A cell by which Canvas or Moodle finds a student."""

    __slots__ = ()


class _Kept(str):
    """A cell of the LMS's table that is not ours to change."""

    __slots__ = ()


@dataclass
class _Writer:
    """Writes rows of text as CSV that no spreadsheet runs."""

    _changed: dict[str, None] = field(default_factory=dict)

    def write(self, rows: list[list[str]], warnings: Sequence[str] = ()) -> ExportedGrades:
        """Return the file, with warnings besides those about ids."""
        text = io.StringIO()
        # No cell has a carriage return left, which csv does not quote on Python 3.11.
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([[self._make_safe(cell) for cell in row] for row in rows])
        return ExportedGrades(text.getvalue(), (*warnings, *first_few(self._warnings())))

    def _make_safe(self, cell: str) -> str:
        """Return a cell as it is written."""
        safe = disarm(cell)
        if isinstance(cell, _Kept) and HARMLESS_CELL.fullmatch(cell):
            return cell
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
    """Return a row for each student and lesson; who has no points has an empty score, not 0."""
    head = ["lesson", "student", "last_name", "first_name", "email", "handed_in", "status"]
    rows = [[*head, "score", "max"]]
    for lesson in grades.lessons:
        for student, details in sorted(grades.students.items()):
            score, time = grades.scores.get((student, lesson.name), (None, ""))
            names = [details.get(key) or "" for key in ("last_name", "first_name", "email")]
            got = "" if score is None else points(score)
            status = grades.status(student, lesson.name)
            rows.append([lesson.name, student, *names, time, status, got, points(lesson.points)])
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


def _filled_canvas(
    grades: Grades, roster: Roster, root: Path, chosen: Sequence[str]
) -> tuple[list[list[str]], list[str]]:
    """Return Canvas's table with our points, and warnings.

    It has the columns that identify a student, and the assignments that lessons fit. Canvas keeps
    an assignment that is not in the file, and a cell whose value it has already.
    """
    columns = match_columns(roster, grades.lessons, root, chosen)
    columns = {one.name: columns[one.name] for one in grades.lessons if one.name in columns}
    if not columns:
        raise CourseError(
            "No assignment in the roster is called like a lesson. Say which it is: "
            f"--column {grades.lessons[0].name[:2]}=98765, the number in its heading"
        )
    identity = [name for name in roster.header if name in CANVAS_IDENTITY]
    found = roster.find(grades.students)
    students = {row: student for student, row in found.items()}
    rows = [[*identity, *columns.values()], _possible_row(identity, columns, roster)]
    for number, row in enumerate(roster.rows):
        cells = [_Id(row[name]) if name in CANVAS_IDS else row[name] for name in identity]
        for lesson, column in columns.items():
            stored = grades.scores.get((students.get(number, ""), lesson))
            cells.append(points(stored[0]) if stored else _Kept(row[column]))
        rows.append(cells)
    warnings = [*_unmatched(grades, found), *_without_column(grades, columns)]
    return rows, warnings + _other_maximum(grades, columns, roster)


def _possible_row(identity: list[str], columns: Mapping[str, str], roster: Roster) -> list[str]:
    """Return Canvas's row of the points possible, as the roster has it."""
    possible = [roster.possible.get(column, "") for column in columns.values()]
    return ["    Points Possible", *[""] * (len(identity) - 1), *possible]


def _filled_moodle(grades: Grades, roster: Roster) -> tuple[list[list[str]], list[str]]:
    """Return Moodle's worksheet with our points and a comment for each student, and warnings."""
    if len(grades.lessons) != 1:
        raise CourseError("A grading worksheet is of one assignment: name the lesson that it is")
    (lesson,) = grades.lessons
    found = roster.find(grades.students)
    students = {row: student for student, row in found.items()}
    rows: list[list[str]] = [roster.header]
    locked, maximum = 0, set()
    for number, row in enumerate(roster.rows):
        maximum.add(row.get("Maximum Grade") or row.get("Maximum grade") or "")
        filled = dict(row)
        stored = grades.scores.get((students.get(number, ""), lesson.name))
        if stored and row.get("Grade can be changed", "").strip().casefold() == "no":
            locked += 1
        elif stored:
            filled["Grade"] = points(stored[0])
            if "Feedback comments" in filled:
                comment = grades.comments.get(students[number], "")
                filled["Feedback comments"] = comment or row["Feedback comments"]
        rows.append([_worksheet_cell(name, filled[name]) for name in roster.header])
    warnings = _unmatched(grades, found)
    if locked:
        warnings.append(f"Moodle does not let {locked:,} grades be changed: they were left as is")
    if others := sorted(text for text in maximum if text and not _is_number(text, lesson.points)):
        warnings.append(
            f"Moodle's maximum grade is {escape_name(others[0])} and the lesson's "
            f"{points(lesson.points)}: set the assignment's to {points(lesson.points)} first"
        )
    return rows, warnings


def _comments(grades: Grades, autograded: Path) -> dict[str, str]:
    """Return for each student a line about each exercise that lost points, as HTML for Moodle."""
    comments = {}
    for student, lesson in grades.scores:
        result = recorded_result(load_record(record_path(autograded, student, lesson)))
        lines = [
            f"{exercise.name}: {points(exercise.score)} of {points(exercise.max_score)}. "
            f"{exercise.message.partition(chr(10))[0].removeprefix(f'{exercise.name}: ')}"
            for exercise in (result.exercises if result else ())
            if exercise.score < exercise.max_score
        ]
        comments[student] = "<br>".join(html.escape(line, quote=False) for line in lines)
    return comments


def _worksheet_cell(column: str, text: str) -> str:
    """Return a cell of Moodle's worksheet, by what protects it."""
    return _Id(text) if column in MOODLE_IDS and HARMLESS_ID.fullmatch(text) else _Kept(text)


def _unmatched(grades: Grades, found: Mapping[str, int]) -> list[str]:
    """Return a warning about students with points whom the roster does not have."""
    marked = {student for student, _ in grades.scores}
    names = [escape_name(student) for student in sorted(marked - set(found))]
    if not names:
        return []
    return [f"Not in the roster, so not in the file: {', '.join(first_few(names))}"]


def _without_column(grades: Grades, columns: Mapping[str, str]) -> list[str]:
    """Return a warning about each lesson that has no column in Canvas."""
    return [
        f"{lesson.name}: no assignment in the roster fits, so it is not in the file. "
        f"Say which it is: --column {lesson.name[:2]}=98765, the number in its heading"
        for lesson in grades.lessons
        if lesson.name not in columns
    ]


def _other_maximum(grades: Grades, columns: Mapping[str, str], roster: Roster) -> list[str]:
    """Return a warning about each assignment with other points possible than its lesson."""
    return [
        f"{escape_name(column)} has {escape_name(possible)} points possible and {lesson.name} "
        f"{points(lesson.points)}: the points are written as they are"
        for lesson in grades.lessons
        if (column := columns.get(lesson.name))
        and (possible := roster.possible.get(column, "").strip())
        and not _is_number(possible, lesson.points)
    ]


def _is_number(text: str, value: float) -> bool:
    """Return whether a cell has this number, with a decimal point or comma."""
    try:
        return float(text.replace(",", ".")) == value
    except ValueError:
        return False


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

"""Read what Canvas and Moodle export about a class, and find students and assignments in it.

Formats
-------
Canvas, *Gradebook > Export*: the columns Student (or LastName and FirstName), ID, SIS User ID, SIS
Login ID and Section, others of the account, then one for each assignment, ``Lab 2 (98765)``. Above
the students are rows without an ID: ``Manual Posting`` marks, and ``Points Possible``. Written by
``lib/gradebook_exporter.rb`` and read by ``lib/gradebook_importer.rb`` of instructure/canvas-lms.

Moodle, *Assignment > Download grading worksheet*: Identifier (``Participant 1234567``), Full name,
Email address, Status, Grade, Maximum Grade, Grade can be changed, Last modified (submission), Last
modified (grade), Feedback comments. On import, Moodle needs Identifier, Grade and Last modified
(grade): ``mod/assign/feedback/offline/importgradeslib.php`` of moodle/moodle.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.printable import escape_name
from grader.submission.parse import UnreadableError, read_file

MAX_ROSTER_BYTES = 20_000_000
MAX_ROWS = 200_000
CANVAS_IDS = ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
CANVAS_IDENTITY = (
    "Student", "LastName", "FirstName", "ID", "SIS User ID", "SIS Login ID", "Integration ID",
    "Root Account", "Section",
)  # fmt: skip
MOODLE_IDS = ("Identifier", "ID number", "Username", "Email address")
MOODLE_NEEDED = ("Identifier", "Grade", "Last modified (grade)")
ASSIGNMENT = re.compile(r"(.*\S) *\((\d+)\)")
PARTICIPANT = re.compile(r"\D*(\d+)")


@dataclass(frozen=True)
class Roster:
    """A table of an LMS.

    Attributes
    ----------
    header : list of str
        The columns.
    rows : list of dict
        The students, by column.
    possible : dict of str to str
        In Canvas's table, the points possible by column.
    """

    header: list[str]
    rows: list[dict[str, str]]
    possible: dict[str, str]

    def find(self, students: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
        """Return which row each of a gradebook's students is in; one who is in none is left out.

        A student is found by an id, or else by the whole name. What fits several rows fits none.

        Parameters
        ----------
        students : mapping
            Names, e-mail address and LMS id, by student.
        """
        by_id, by_name = self._index(_ids), self._index(_names)
        found: dict[str, int] = {}
        for student, details in students.items():
            ids = [student, details.get("lms_user_id"), details.get("email")]
            first, last = details.get("first_name") or "", details.get("last_name") or ""
            names = [f"{last}, {first}", f"{first} {last}"] if first and last else []
            keys = [by_id.get(_key(text)) for text in ids if text]
            keys += [by_name.get(_key(text)) for text in (*names, student)]
            row = next((row for row in keys if row is not None), None)
            if row is not None and row not in found.values():
                found[student] = row
        return found

    def _index(self, keys_of: Any) -> dict[str, int]:
        """Return the row of each key that only one row has."""
        index: dict[str, int] = {}
        twice = set()
        for number, row in enumerate(self.rows):
            for key in {_key(text) for text in keys_of(row)} - {""}:
                if index.setdefault(key, number) != number:
                    twice.add(key)
        return {key: number for key, number in index.items() if key not in twice}


def read_canvas(path: Path) -> Roster:
    """Read Canvas's export of its gradebook.

    Raises
    ------
    CourseError
        If it is none.
    """
    header, rows = _read_table(path)
    if not {"ID", "Section"} <= set(header) or not {"Student", "LastName"} & set(header):
        raise CourseError(
            f"{path} is no export of Canvas's gradebook: "
            "it needs the columns Student, ID, SIS Login ID and Section"
        )
    possible: dict[str, str] = {}
    for row in rows:
        if row[header[0]].strip().casefold() == "points possible":
            possible = row
    return Roster(header, [row for row in rows if row["ID"].strip()], possible)


def read_moodle(path: Path) -> Roster:
    """Read Moodle's offline grading worksheet.

    Raises
    ------
    CourseError
        If it is none.
    """
    header, rows = _read_table(path)
    if not set(MOODLE_NEEDED) <= set(header):
        raise CourseError(
            f"{path} is no grading worksheet of Moodle: it needs the columns "
            f"{', '.join(MOODLE_NEEDED)}. Download it in English"
        )
    return Roster(header, rows, {})


def match_columns(
    roster: Roster, lessons: Sequence[Lesson], root: Path, chosen: Sequence[str] = ()
) -> dict[str, str]:
    """Return the column of Canvas's table for each lesson; a lesson without one is left out.

    It is the column that `chosen` names; else the only one with the lesson's name, topic or title;
    else the only one with the lesson's number as its only number: ``Lab 2 (98765)``.

    Parameters
    ----------
    roster : Roster
        Canvas's table.
    lessons : sequence of Lesson
        The lessons to match.
    root : Path
        The course's root folder.
    chosen : sequence of str
        ``LESSON=COLUMN``: a column's heading, with or without the number in brackets, or that.

    Raises
    ------
    CourseError
        If a choice names no lesson or no column, or a lesson fits several columns.
    """
    columns = [name for name in roster.header if ASSIGNMENT.fullmatch(name)]
    matched = dict(_choose(columns, root, chosen))
    free = [name for name in columns if name not in matched.values()]
    for lesson in lessons:
        if lesson.name in matched:
            continue
        fitting = [name for name in free if _has_name(name, lesson)]
        fitting = fitting or [name for name in free if _has_number(name, lesson)]
        if len(fitting) > 1:
            raise CourseError(
                f"{lesson.name} fits several columns: {', '.join(map(escape_name, fitting))}. "
                f"Choose one: --column {lesson.name[:2]}={_assignment_id(fitting[0])}"
            )
        if fitting:
            matched[lesson.name] = fitting[0]
    return matched


def participant_id(row: Mapping[str, str]) -> str:
    """Return the number of a Moodle participant; empty if the row has none."""
    match = PARTICIPANT.fullmatch(row.get("Identifier", "").strip())
    return match[1] if match else ""


def _choose(columns: list[str], root: Path, chosen: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield lesson and column for each choice."""
    for choice in chosen:
        name, _, wanted = choice.partition("=")
        (lesson,) = find_lessons(root, [name.strip()])
        fitting = [column for column in columns if wanted.strip() in _headings(column)]
        if len(fitting) != 1:
            raise CourseError(
                f"--column {escape_name(choice)}: {len(fitting) or 'no'} column has this name. "
                f"The columns are: {', '.join(map(escape_name, columns))}"
            )
        yield lesson.name, fitting[0]


def _headings(column: str) -> tuple[str, ...]:
    """Return what a column can be called: its heading, without its number, and the number."""
    match = ASSIGNMENT.fullmatch(column)
    return (column, match[1], match[2]) if match else (column,)


def _assignment_id(column: str) -> str:
    """Return the number in brackets."""
    return _headings(column)[-1]


def _has_name(column: str, lesson: Lesson) -> bool:
    """Return whether a column is called like a lesson."""
    names = {lesson.name, lesson.topic, lesson.title, f"{lesson.name[:2]} {lesson.title}"}
    return _plain(_headings(column)[1]) in {_plain(name) for name in names}


def _has_number(column: str, lesson: Lesson) -> bool:
    """Return whether the only number in a column's heading is a lesson's."""
    numbers = re.findall(r"\d+", _headings(column)[1])
    return len(numbers) == 1 and int(numbers[0]) == int(lesson.name[:2])


def _plain(text: str) -> str:
    """Return a name without differences of spelling."""
    return re.sub(r"[\W_]+", " ", text).strip().casefold()


def _ids(row: Mapping[str, str]) -> Iterator[str]:
    """Yield what identifies a student in a row: the ids, and an address without its domain."""
    for column in (*CANVAS_IDS, *MOODLE_IDS):
        text = row.get(column, "")
        yield text
        yield text.partition("@")[0]
    yield participant_id(row)


def _names(row: Mapping[str, str]) -> Iterator[str]:
    """Yield a student's names in a row."""
    yield from (row.get("Student", ""), row.get("Full name", ""))
    if row.get("LastName"):
        yield f"{row['LastName']}, {row.get('FirstName', '')}"


def _key(text: object) -> str:
    """Return what two spellings of an id or a name have in common."""
    return " ".join(str(text).split()).casefold()


def _read_table(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """Read a CSV file: its columns, and its rows by column.

    Raises
    ------
    CourseError
        If it cannot be read.
    """
    try:
        text = read_file(path, MAX_ROSTER_BYTES).decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        rows = []
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append(row)
            if len(rows) > MAX_ROWS:
                raise CourseError(f"{path} has more than {MAX_ROWS:,} rows")
    except (UnreadableError, UnicodeDecodeError, csv.Error) as error:
        raise CourseError(f"{path} cannot be read as a CSV file: {error}") from error
    header = [name.strip() for name in rows[0]] if rows else []
    for name in {name for name in header if header.count(name) > 1}:
        if name in (*CANVAS_IDENTITY, *MOODLE_NEEDED) or ASSIGNMENT.fullmatch(name):
            raise CourseError(f"{path}: two columns are called {escape_name(name)}")
    padded = [row + [""] * (len(header) - len(row)) for row in rows[1:] if any(row)]
    return header, [dict(zip(header, row, strict=False)) for row in padded]

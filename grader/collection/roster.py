"""The class list: which student of the course is meant by a name, a number or an id.

It reads CSV files: Canvas's gradebook export (*Grades > Export*), of which it skips the rows above
the students, such as *Points Possible*; Moodle's participants and grading worksheet; and simple
lists with a column for the id and one or more for the name.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.collection.entries import folded
from grader.collection.layouts import Sender, without_copy_number
from grader.course.lesson import LESSON_NAME, CourseError
from grader.printable import UNPRINTABLE_CHARACTER, escape_name
from grader.submission.parse import UnreadableError, read_file

MAX_ROSTER_BYTES = 10_000_000
MAX_ID_BYTES = 150
# Names that no system should have to store as a folder.
NO_FOLDER = re.compile(r'[/\\:*?"<>|]|^\.|[. ]$|^ ')
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
FIRST_NAME = ("first name", "first_name", "firstname", "given name")
LAST_NAME = ("last name", "last_name", "lastname", "surname", "family name")
WHOLE_NAME = ("student", "full name", "fullname", "name", "student name", "display name")
OWN_IDS = ("username", "user name", "login", "login id", "student id", "student_id", "id number")
EMAIL = ("email address", "email", "e-mail")
OTHER_IDS = (*OWN_IDS, "sis login id", "sis user id", *EMAIL)
# Which column has the course's id of a student, best first.
CANVAS_IDS = ("sis login id", "sis user id", "id")
PLAIN_IDS = ("id", *OWN_IDS, *EMAIL, *WHOLE_NAME)
SUBMITTED = "last modified (submission)"


class UnplacedError(Exception):
    """Something that was handed in cannot be placed; the text says why."""


@dataclass(frozen=True)
class Student:
    """One student of the class list.

    Attributes
    ----------
    id : str
        The student's id in the course, and the name of the folder.
    names : frozenset of str
        Full names.
    ids : frozenset of str
        Every id that the list has for the student.
    canvas, participant : str
        Canvas's number of the user, and Moodle's of the participant in one assignment.
    submitted : datetime or None
        When the student handed that assignment in, in UTC.
    """

    id: str
    names: frozenset[str]
    ids: frozenset[str] = frozenset()
    canvas: str = ""
    participant: str = ""
    submitted: datetime | None = None


@dataclass
class Roster:
    """The students of a class, to be found by whatever a source calls them.

    Attributes
    ----------
    students : list of Student
        The class.
    notes : list of str
        Rows of the file that are not used, and why.
    """

    students: list[Student]
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_id = _index((text, one) for one in self.students for text in one.ids)
        self._by_folded_id = _index(
            (folded(text), one) for one in self.students for text in one.ids
        )
        self._by_canvas = _index((one.canvas, one) for one in self.students)
        self._by_participant = _index((one.participant, one) for one in self.students)
        self._by_name = _index((_key(n), s) for s in self.students for n in _orders(s.names))
        self._by_plain_name = _index(
            (_plain_key(n), s) for s in self.students for n in _orders(s.names)
        )

    def knows(self, name: str) -> bool:
        """Tell whether a name or an id is that of at least one student."""
        return bool(self._named(name))

    def find(self, sender: Sender) -> Student:
        """Return the student that a source means.

        Raises
        ------
        UnplacedError
            If there is none, or more than one.
        """
        if sender.layout == "canvas" and sender.number in self._by_canvas:
            return _only(self._by_canvas[sender.number], f"Canvas's user {sender.number}")
        if sender.layout == "moodle" and sender.number in self._by_participant:
            return _only(self._by_participant[sender.number], f"participant {sender.number}")
        who = f"'{sender.name}'"
        found = self._in_words(sender.name) if sender.layout == "file" else self._named(sender.name)
        if sender.layout == "canvas":
            # A student of whom the roster knows another number is somebody else of that name.
            found = [one for one in found if not one.canvas]
        return _only(found, who)

    def _named(self, name: str) -> list[Student]:
        """Return the students that an id or a name fits, the most exact way that fits any."""
        ways = (
            (self._by_id, name),
            (self._by_name, _key(name)),
            (self._by_folded_id, folded(name)),
            (self._by_plain_name, _plain_key(name)),
        )
        return next((index[key] for index, key in ways if key and key in index), [])

    def _in_words(self, stem: str) -> list[Student]:
        """Return the students whose id or full name is in a file's name, the longest one there."""
        words = _words(without_copy_number(stem))
        longest: dict[str, tuple[int, Student]] = {}
        for length in range(len(words), 0, -1):
            for start in range(len(words) - length + 1):
                part = "".join(words[start : start + length])
                for one in self._word_index().get(part, ()):
                    longest.setdefault(one.id, (length, one))
        most = max((length for length, _ in longest.values()), default=0)
        return [one for length, one in longest.values() if length == most]

    def _word_index(self) -> dict[str, list[Student]]:
        """Return students by id and by full name of two words or more, without signs and accents.

        A first name, or two digits, can be in a file's name by chance.
        """
        if not hasattr(self, "_words_cache"):
            names = [(n, s) for s in self.students for n in _orders(s.names) if len(n.split()) > 1]
            ids = [(i, s) for s in self.students for i in s.ids if len(_plain_key(i)) > 2]
            ids += [(i, s) for i, s in ((s.id, s) for s in self.students) if not i.isdigit()]
            self._words_cache = _index((_plain_key(text), one) for text, one in [*names, *ids])
        return self._words_cache


def read_roster(path: Path) -> Roster:
    """Read a class list.

    Raises
    ------
    CourseError
        If the file cannot be read, or has no column for an id or a name.
    """
    rows = _read_rows(path)
    if not rows:
        raise CourseError(f"{path} has no students: the first line must name the columns")
    columns = rows[0].keys()
    preferred = _id_columns(columns)
    if not any(column in columns for column in preferred):
        raise CourseError(
            f"{path} has no column for a student's id or name; it has: {', '.join(columns)}"
        )
    found: dict[str, Student] = {}
    notes, twice = [], set()
    for row in rows:
        student = _student_of(row, preferred)
        if student is None:
            continue
        if reason := why_no_id(student.id):
            notes.append(f"{path.name}: '{escape_name(student.id)}' {reason}")
        elif found.setdefault(folded(student.id), student) != student:
            twice.add(folded(student.id))
    notes += [f"{path.name}: two rows have the id '{found[one].id}'" for one in sorted(twice)]
    return Roster([one for key, one in found.items() if key not in twice], notes)


def why_no_id(name: str) -> str:
    """Return why a name cannot be a student's id, and so the name of a folder; empty if it can."""
    if not name.strip():
        return "is empty"
    if len(name.encode(errors="replace")) > MAX_ID_BYTES:
        return f"is longer than {MAX_ID_BYTES} bytes"
    if NO_FOLDER.search(name) or RESERVED.fullmatch(name) or UNPRINTABLE_CHARACTER.search(name):
        return "cannot be the name of a folder"
    if LESSON_NAME.fullmatch(name):
        return "is named like a lesson"
    return ""


def _read_rows(path: Path) -> list[dict[str, str]]:
    """Return a CSV file's rows by the names of the columns, in lower case."""
    try:
        text = _decode(read_file(path, MAX_ROSTER_BYTES))
        head = text.split("\n", 1)[0]
        delimiter = max(",;\t", key=head.count)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except UnreadableError as error:
        raise CourseError(f"{path}: {error}") from error
    except csv.Error as error:
        raise CourseError(f"{path} is not a CSV file: {error}") from error
    if not lines:
        return []
    columns = [re.sub(r"\s+", " ", name).strip().lower() for name in lines[0]]
    return [dict(zip(columns, map(str.strip, line), strict=False)) for line in lines[1:] if line]


def _decode(content: bytes) -> str:
    """Return a text; spreadsheets save UTF-8, UTF-16 or the Windows code page."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _id_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Return the columns that can have the course's id, best first."""
    return CANVAS_IDS if _is_canvas(columns) else PLAIN_IDS


def _is_canvas(columns: Iterable[str]) -> bool:
    return {"student", "id", "section"} <= set(columns)


def _student_of(row: dict[str, str], preferred: tuple[str, ...]) -> Student | None:
    """Return the student of a row; None for a row of totals."""
    is_canvas = _is_canvas(row)
    if is_canvas and not row["id"].strip():  # Points Possible, Manual Posting
        return None
    value = next((row[column] for column in preferred if row.get(column)), "")
    if not value:
        return None
    first, last = (
        next((row[column] for column in names if row.get(column)), "")
        for names in (FIRST_NAME, LAST_NAME)
    )
    names = {row[column] for column in WHOLE_NAME if row.get(column)} | {f"{first} {last}".strip()}
    names -= {""}
    ids = {value} | {row[column] for column in OTHER_IDS if row.get(column)}
    canvas = row["id"] if is_canvas else row.get("lms_user_id", "")
    participant = re.search(r"\d+$", row.get("identifier", ""))
    return Student(
        unicodedata.normalize("NFC", value),
        frozenset(names),
        frozenset(unicodedata.normalize("NFC", one) for one in ids),
        canvas,
        participant[0] if participant else "",
        _local_time(row.get(SUBMITTED, "")),
    )


def _local_time(text: str) -> datetime | None:
    """Return a time that Moodle wrote in English, taken as this machine's local time, in UTC."""
    from dateutil import parser

    if re.search(r"\d", text) and len(text) < 100:
        with suppress(ValueError, OverflowError):
            return parser.parse(text).astimezone(UTC)
    return None


def _only(found: list[Student], who: str) -> Student:
    """Return the only student that was found."""
    if len(found) == 1:
        return found[0]
    if not found:
        raise UnplacedError(f"{who} is not in the roster")
    ids = ", ".join(sorted(one.id for one in found)[:3])
    raise UnplacedError(f"{who} fits {len(found)} students of the roster: {ids}")


def _index(pairs: Iterable[tuple[str, Student]]) -> dict[str, list[Student]]:
    """Return students by key, each once, without empty keys."""
    index: dict[str, list[Student]] = defaultdict(list)
    for key, student in pairs:
        if key and student not in index[key]:
            index[key].append(student)
    return {key: students for key, students in index.items() if students}


def _orders(names: Iterable[str]) -> set[str]:
    """Return names with the last name first as well, wherever it may begin."""
    found = set()
    for name in names:
        words = name.replace(",", " ").split()
        found |= {" ".join(words[i:] + words[:i]) for i in range(len(words))}
    return found


def _key(name: str) -> str:
    """Return a name's letters and digits, in lower case."""
    folded = unicodedata.normalize("NFC", name).casefold()
    return "".join(char for char in folded if char.isalnum() or unicodedata.combining(char))


def _plain_key(name: str) -> str:
    """Return a name's letters without accents, and its digits, in lower case."""
    return "".join(_words(name))


def _words(name: str) -> list[str]:
    """Return a name's words, without accents and in lower case; an apostrophe is part of a word."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return re.findall(r"[^\W_]+", re.sub(r"['’ʼ`´]", "", plain))

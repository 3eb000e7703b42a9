"""Collect a class's notebooks from archives and folders into the folder of submissions."""

from __future__ import annotations

import json
import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from grader.collection.entries import Entry, RefusedError, Source, folded
from grader.collection.layouts import (
    Sender,
    copy_number,
    sender_of,
    without_copy_number,
    wrapping,
)
from grader.collection.recognise import Recogniser, make_recogniser
from grader.collection.roster import Roster, Student, UnplacedError, why_no_id
from grader.collection.store import Attempt, Store, digest, format_time
from grader.course.lesson import CourseError, Lesson
from grader.printable import escape_name

# A system writes an archive in less time than this; files handed in differ by more.
ONE_DOWNLOAD = timedelta(minutes=30)
MAX_NESTING = 3
MAX_TIMESTAMP_BYTES = 1000


@dataclass(frozen=True)
class Placed:
    """An attempt that was placed.

    Attributes
    ----------
    student, lesson : str
        Whose it is, and what.
    attempt : Attempt
        What is known of it.
    source, path : str
        Where it was found in this run.
    new : bool
        Whether it was not known before.
    note : str
        What is wrong with the file.
    used : bool
        Whether it is the submission now.
    """

    student: str
    lesson: str
    attempt: Attempt
    source: str
    path: str
    new: bool
    note: str = ""
    used: bool = False


@dataclass(frozen=True)
class Unplaced:
    """A file that was not placed, and why."""

    source: str
    path: str
    reason: str


@dataclass
class Collected:
    """The result of a run: what was placed, what was not, and what an instructor should know."""

    placed: list[Placed] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def collect(
    sources: list[Path],
    submitted: Path,
    lessons: list[Lesson],
    roster: Roster | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Collected:
    """Collect notebooks; what cannot be placed is listed, and the rest goes on.

    Parameters
    ----------
    sources : list of Path
        Archives, folders and notebooks.
    submitted : Path
        The folder of submissions.
    lessons : list of Lesson
        The course's lessons.
    roster : Roster, optional
        The class; without it, the names in the sources are the students' ids.
    progress : callable
        Called with a line of text before each file.

    Raises
    ------
    CourseError
        If a source does not exist.
    """
    for path in sources:
        if not path.exists():
            raise CourseError(f"There is no {path}")
    run = _Run(Store(submitted), make_recogniser(lessons), roster, progress)
    for path in sources:
        run.collect(path)
    return run.finish()


def to_json(collected: Collected, submitted: Path) -> str:
    """Return the result of a run as JSON: a row for each attempt, and for each file not placed."""
    store = Store(submitted)
    placed = [
        {
            "student": one.student,
            "lesson": one.lesson,
            "file": str(store.file(one.student, one.lesson)),
            "used": one.used,
            "new": one.new,
            "time": one.attempt.time or None,
            "time_from": one.attempt.time_from or None,
            "late": one.attempt.late,
            "attempt": str(store.attempt_file(one.student, one.lesson, one.attempt)),
            "source": one.source,
            "path": one.path,
            "note": one.note,
        }
        for one in collected.placed
    ]
    unplaced = [vars(one) for one in collected.unplaced]
    rows = {"placed": placed, "unplaced": unplaced, "notes": collected.notes}
    return json.dumps(rows, indent=1) + "\n"


@dataclass(frozen=True)
class _HandIn:
    """What holds for all files that somebody handed in together."""

    source: str
    sender: Sender
    time: datetime | None
    time_from: str
    seen: datetime | None  # when the source was made


class _Run:
    """One run of `collect`."""

    def __init__(
        self,
        store: Store,
        recogniser: Recogniser,
        roster: Roster | None,
        progress: Callable[[str], None],
    ):
        self._store, self._recogniser, self._roster = store, recogniser, roster
        self._progress = progress
        self._result = Collected(notes=list(roster.notes) if roster else [])
        self._spelling = {folded(name): name for name in _folders(store.submitted)}

    def collect(self, path: Path) -> None:
        """Place what is in a source."""
        name = path.resolve().name
        try:
            with Source(path, leave_out=self._store.submitted.resolve()) as source:
                self._unplace_refused(name, "", source)
                self._collect_entries(name, source.entries)
        except RefusedError as error:
            self._unplace(name, "", str(error))

    def finish(self) -> Collected:
        """Make each last attempt the submission, and return what was done."""
        used = self._store.use_last()
        for number, one in enumerate(self._result.placed):
            last = used[one.student, one.lesson]
            if isinstance(last, str):
                note = "; ".join(filter(None, [one.note, last]))
                self._result.placed[number] = replace(one, note=note)
            else:
                self._result.placed[number] = replace(
                    one, used=one.attempt.identity == last.identity
                )
        stuck = {key: reason for key, reason in used.items() if isinstance(reason, str)}
        for (student, lesson), reason in stuck.items():
            self._unplace("", f"{student}/{lesson}", reason)
        return self._result

    def _collect_entries(self, source: str, entries: list[Entry]) -> None:
        """Place the files of a source."""
        depth = self._wrapping(entries)
        senders = [(entry, sender_of(entry.path[depth:])) for entry in entries]
        if any(sender.layout == "exchange" for _, sender in senders):
            # Beside `inbound` the exchange has what students fetch.
            senders = [(one, sender) for one, sender in senders if sender.layout == "exchange"]
        ambiguous = self._namesakes([sender for _, sender in senders])
        stamps = _timestamps(entries, depth)
        seen, are_hand_ins = _judge_times(entries)
        unstamped = any(
            not sender.time and entry.path[depth:][:2] not in stamps for entry, sender in senders
        )
        if unstamped and not are_hand_ins:
            self._result.notes.append(
                f"{source}: its files' times lie within half an hour, as after a download, so they "
                "are not written as times of hand-in"
            )
        for entry, sender in senders:
            self._progress(f"{source}: {entry.path[-1]}")
            if entry.path[-1] == "timestamp.txt":
                continue
            if (sender.layout, sender.name) in ambiguous:
                reason = f"several people are called '{sender.name}': give a --roster with numbers"
                self._unplace(source, entry.name, reason)
                continue
            time, origin = _hand_in_time(entry, sender, stamps.get(entry.path[depth:][:2]))
            if not time and are_hand_ins:
                time, origin = entry.time, "file" if _is_on_disk(source) else "zip"
            self._place(entry, entry.name, _HandIn(source, sender, time, origin, seen), 0)

    def _wrapping(self, entries: list[Entry]) -> int:
        """Return how many folders are around the whole class."""
        is_student = self._roster.knows if self._roster else None
        return wrapping([entry.path for entry in entries], self._recogniser.ids, is_student)

    def _namesakes(self, senders: list[Sender]) -> set[tuple[str, str]]:
        """Return the names that several people in a source have, if only a roster could help."""
        if self._roster:
            return set()
        numbers = defaultdict(set)
        for sender in senders:
            numbers[sender.layout, folded(sender.name)].add(sender.number)
        return {
            (sender.layout, sender.name)
            for sender in senders
            if len(numbers[sender.layout, folded(sender.name)]) > 1
        }

    def _place(self, entry: Entry, name: str, hand_in: _HandIn, nesting: int) -> None:
        """Place a notebook, or the notebooks in an archive."""
        try:
            if entry.kind == ".ipynb":
                saved = entry.time if nesting else None
                self._place_notebook(entry, name, hand_in, saved)
            elif entry.kind == ".zip":
                self._place_archive(entry, name, hand_in, nesting)
            else:
                raise UnplacedError("not a notebook")
        except (RefusedError, UnplacedError) as error:
            self._unplace(hand_in.source, name, str(error))

    def _place_archive(self, entry: Entry, name: str, hand_in: _HandIn, nesting: int) -> None:
        """Place the notebooks in an archive, which all belong to whoever handed it in."""
        if nesting == MAX_NESTING:
            raise RefusedError(f"archives are nested more than {MAX_NESTING} times")
        if hand_in.sender.layout == "file" and not self._roster:
            raise UnplacedError("an archive without a student's name: name it as a source itself")
        with Source(entry.read()) as inside:
            self._unplace_refused(hand_in.source, f"{name}/", inside)
            for each in inside.entries:
                self._place(each, f"{name}/{each.name}", hand_in, nesting + 1)

    def _place_notebook(
        self, entry: Entry, name: str, hand_in: _HandIn, saved: datetime | None
    ) -> None:
        """Keep a notebook as an attempt of its student."""
        content = entry.read()
        lesson, damage = self._recogniser.lesson_of(content)
        student = self._student(hand_in.sender, lesson)
        time, origin = hand_in.time, hand_in.time_from
        if student.submitted and student.participant == hand_in.sender.number:
            time, origin = student.submitted, "worksheet"
        attempt = Attempt(
            sha256=digest(content),
            time=format_time(time),
            time_from=origin if time else "",
            late=hand_in.sender.late,
            upload=hand_in.sender.upload,
            copy=copy_number(entry.path[-1].rpartition(".")[0]),
            seen=format_time(hand_in.seen),
            saved=format_time(saved),
            source=hand_in.source,
            path=name,
        )
        new = self._store.keep(student.id, lesson, content, attempt)
        self._result.placed.append(
            Placed(student.id, lesson, attempt, hand_in.source, name, new, damage)
        )

    def _student(self, sender: Sender, lesson: str) -> Student:
        """Return the student who handed in a lesson.

        Raises
        ------
        UnplacedError
            If that is not known for certain.
        """
        if self._roster:
            student = self._roster.find(sender)
        else:
            student = Student(_name_without_roster(sender, lesson), frozenset())
        if reason := why_no_id(student.id):
            raise UnplacedError(f"'{student.id}' {reason}: give a --roster with ids")
        spelling = self._spelling.setdefault(folded(student.id), student.id)
        if spelling != student.id:
            raise UnplacedError(
                f"'{student.id}' and '{spelling}' differ only in upper and lower case"
            )
        return student

    def _unplace_refused(self, source: str, before: str, inside: Source) -> None:
        """List what a source refused."""
        for name, reason in inside.refused:
            self._unplace(source, f"{before}{name}", reason)

    def _unplace(self, source: str, path: str, reason: str) -> None:
        """List something that is not placed."""
        texts = (escape_name(text) for text in (source, path, reason))
        self._result.unplaced.append(Unplaced(*texts))


def _name_without_roster(sender: Sender, lesson: str) -> str:
    """Return the id of a student, where only the source says it.

    Raises
    ------
    UnplacedError
        If it does not.
    """
    name = sender.name
    if sender.layout == "file":
        before, found, after = without_copy_number(name).partition(lesson)
        before, after = before.strip(" _-"), after.strip(" _-")
        if not found or bool(before) == bool(after):
            raise UnplacedError(
                f"its name does not say whose it is: name it <student>_{lesson}.ipynb, "
                "or give a --roster"
            )
        name = before or after
    return unicodedata.normalize("NFC", name)


def _hand_in_time(
    entry: Entry, sender: Sender, stamp: datetime | None
) -> tuple[datetime | None, str]:
    """Return the time of hand-in that a source states, and which part of it does."""
    if sender.time:
        return _parse_time(sender.time), "exchange"
    return stamp, "timestamp.txt"


def _timestamps(entries: list[Entry], depth: int) -> dict[tuple[str, ...], datetime | None]:
    """Return the times in the files ``<student>/<lesson>/timestamp.txt`` of nbgrader's layout."""
    times: dict[tuple[str, ...], datetime | None] = {}
    for entry in entries:
        inside = entry.path[depth:]
        is_stamp = len(inside) == 3 and inside[2] == "timestamp.txt"
        if is_stamp and sender_of(inside).layout == "folder":
            with suppress(RefusedError):
                text = entry.read()[:MAX_TIMESTAMP_BYTES].decode(errors="replace")
                times[inside[:2]] = _parse_time(text)
    return times


def _parse_time(text: str) -> datetime | None:
    """Return a time as nbgrader writes it, in UTC."""
    from nbgrader.utils import parse_utc

    with suppress(ValueError, OverflowError):
        return parse_utc(text.strip()).replace(tzinfo=UTC)
    return None


def _judge_times(entries: list[Entry]) -> tuple[datetime | None, bool]:
    """Return when a source was made, and whether its files' times can be those of hand-in.

    Canvas and today's Moodle write the time of the download for every file. A late mark by that
    would be wrong, so times that lie close together are not taken for those of hand-in.
    """
    times = [entry.time for entry in entries if entry.time and entry.kind in (".ipynb", ".zip")]
    if not times:
        return None, False
    return max(times), max(times) - min(times) > ONE_DOWNLOAD


def _is_on_disk(source: str) -> bool:
    return not source.lower().endswith(".zip")


def _folders(submitted: Path) -> Iterator[str]:
    """Yield the names of the students' folders that exist."""
    if submitted.is_dir():
        with os.scandir(submitted) as entries:
            yield from (one.name for one in entries if not one.name.startswith("."))

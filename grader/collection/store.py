"""The folder of submissions: every attempt is kept, and the last one is the submission.

    DIR/ana/02_convolution/02_convolution.ipynb    the last attempt, which `grader autograde` marks
                          timestamp.txt            when it was handed in, as nbgrader writes it
    DIR/.attempts/ana/02_convolution/3f2a....ipynb every attempt, named by its digest
                                     attempts.json what is known of each

A notebook that is not one of the attempts was put there by somebody, and is left as it is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from grader.collection.roster import UnplacedError
from grader.course.files import write_atomically
from grader.course.lesson import CourseError
from grader.submission.parse import UnreadableError, read_file

ATTEMPTS = ".attempts"
RECORD = "attempts.json"
TIME_FORMAT = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Attempt:
    """One notebook that was handed in.

    Attributes
    ----------
    sha256 : str
        The digest of its bytes.
    time : str
        When it was handed in, as in ``timestamp.txt``; empty if the source does not tell.
    time_from : str
        ``exchange``, ``worksheet``, ``zip``, ``file`` or ``timestamp.txt``; empty without a time.
    late : bool
        Whether its source marks it as late.
    upload, copy : int
        Numbers by which Canvas, browsers and Jupyter tell a later file from an earlier one.
    seen, saved : str
        When the source was made, and when the file in the student's own archive was saved: for the
        order only.
    source, path : str
        Where it was found first.
    """

    sha256: str
    time: str
    time_from: str
    late: bool
    upload: int
    copy: int
    seen: str
    saved: str
    source: str
    path: str

    @property
    def identity(self) -> tuple:
        """What makes it another attempt than one that is known."""
        return self.sha256, self.time, self.upload

    @property
    def order(self) -> tuple:
        """The attempt with the highest value is the last."""
        return self.time or self.seen, self.upload, self.copy, self.saved


class Store:
    """A class's folder of submissions.

    Parameters
    ----------
    submitted : Path
        The folder; it is made if necessary.
    """

    def __init__(self, submitted: Path):
        self.submitted = submitted
        self._changed: dict[tuple[str, str], list[Attempt]] = {}

    def keep(self, student: str, lesson: str, content: bytes, attempt: Attempt) -> bool:
        """Keep an attempt; return whether it is new.

        Raises
        ------
        UnplacedError
            If something that is no folder is in its place.
        """
        folder = self._folder(ATTEMPTS, student, lesson)
        attempts = self._changed.get((student, lesson))
        if attempts is None:
            attempts = _read_record(folder / RECORD)
        known = next((one for one in attempts if one.identity == attempt.identity), None)
        if known is None:
            _write_once(folder / f"{attempt.sha256}.ipynb", content)
        if known is None or attempt.order > known.order:
            attempts = [one for one in attempts if one is not known] + [attempt]
            text = json.dumps([asdict(one) for one in attempts], indent=1) + "\n"
            write_atomically(folder / RECORD, text)
        self._changed[student, lesson] = attempts
        return known is None

    def use_last(self) -> dict[tuple[str, str], Attempt | str]:
        """Make the last attempt of each student and lesson the submission.

        Returns
        -------
        dict
            By student and lesson, the attempt that is the submission now, or why none is.
        """
        used: dict[tuple[str, str], Attempt | str] = {}
        for (student, lesson), attempts in self._changed.items():
            last = max(attempts, key=lambda one: one.order)
            try:
                self._use(student, lesson, last, attempts)
                used[student, lesson] = last
            except UnplacedError as error:
                used[student, lesson] = str(error)
        return used

    def file(self, student: str, lesson: str) -> Path:
        """Return the path of a submission."""
        return self.submitted / student / lesson / f"{lesson}.ipynb"

    def attempt_file(self, student: str, lesson: str, attempt: Attempt) -> Path:
        """Return the path of an attempt."""
        return self.submitted / ATTEMPTS / student / lesson / f"{attempt.sha256}.ipynb"

    def _use(self, student: str, lesson: str, last: Attempt, attempts: list[Attempt]) -> None:
        """Make an attempt the submission, unless what is there was put there by somebody."""
        folder = self._folder(student, lesson)
        path = self.file(student, lesson)
        current = _digest_of(path)
        if current is not None and current not in {one.sha256 for one in attempts}:
            raise UnplacedError(
                f"{path} is not from `grader collect` and stays; move it away to use this attempt"
            )
        if current != last.sha256:
            write_atomically(path, self.attempt_file(student, lesson, last).read_bytes())
        _write_time(folder / "timestamp.txt", last, attempts)

    def _folder(self, *names: str) -> Path:
        """Return a folder below that of submissions; make it if necessary."""
        folder = self.submitted
        for name in names:
            folder /= name
            if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
                raise UnplacedError(f"{folder} is a link or a file; a folder must be there")
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def format_time(time: datetime | None) -> str:
    """Return a time as ``timestamp.txt`` has it; empty for none."""
    return time.astimezone(UTC).strftime(TIME_FORMAT) if time else ""


def digest(content: bytes) -> str:
    """Return the digest of an attempt."""
    return hashlib.sha256(content).hexdigest()


def _read_record(path: Path) -> list[Attempt]:
    """Return the attempts that are known.

    Raises
    ------
    CourseError
        If the record is damaged.
    """
    if not path.exists():
        return []
    try:
        return [Attempt(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (ValueError, TypeError) as error:
        raise CourseError(f"{path} is damaged: {error}") from error


def _digest_of(path: Path) -> str | None:
    """Return the digest of the file that is there now, or None."""
    if not path.is_symlink() and not path.exists():
        return None
    try:
        return digest(read_file(path))
    except UnreadableError:
        return ""


def _write_once(path: Path, content: bytes) -> None:
    """Write a file that is named by its content."""
    if _digest_of(path) != digest(content):
        write_atomically(path, content)


def _write_time(path: Path, last: Attempt, attempts: list[Attempt]) -> None:
    """Write the time of hand-in, unless the file has a time that somebody else wrote."""
    wanted = f"{last.time}\n" if last.time else None
    if path.is_symlink() or path.exists():
        try:
            current = read_file(path).decode(errors="replace")
        except UnreadableError:
            return
        if current == wanted or current not in {f"{one.time}\n" for one in attempts}:
            return
        if wanted is None:
            path.unlink()
    if wanted is not None:
        write_atomically(path, wanted)

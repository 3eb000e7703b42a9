"""Whose file is it? Read from its path, as Moodle, Canvas, nbgrader's exchange and people write it.

Moodle      ``Ana Silva_1234567_assignsubmission_file/lab.ipynb``, with or without a last ``_``;
            without folders, ``Ana Silva_1234567_assignsubmission_file_lab.ipynb``. The number is
            the participant's in this assignment (``mod/assign``)
Canvas      ``silvaana_12345_678910_lab.ipynb``, ``silvaana_LATE_12345_678910_lab-1.ipynb``:
            sortable name in lower case, user, upload (``lib/content_zipper.rb``)
exchange    ``inbound/ana+02_convolution+2026-11-03 22:59:00.000000 UTC+random/lab.ipynb``
folders     ``ana/02_convolution/lab.ipynb``, ``ana/lab.ipynb``
files       ``ana_02_convolution.ipynb``: see `grader.collection.roster`

Only the outermost part of a path that a student cannot choose says whose it is: what is inside a
student's folder or archive may be named like anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)(?:_(?P<file>.*))?"
)
CANVAS = re.compile(
    r"(?P<name>.+?)_(?:(?P<late>LATE)_)?(?P<number>\d+)_(?P<upload>\d+)_(?P<file>.+)"
)
COPY = re.compile(r"(?:-Copy(\d+)| ?\((\d+)\)|-(\d+))$")
MAX_DIGITS = 18


@dataclass(frozen=True)
class Sender:
    """Who handed a file in, as its source says it.

    Attributes
    ----------
    layout : str
        ``moodle``, ``canvas``, ``exchange``, ``folder`` or ``file``.
    name : str
        A name or an id; for ``file`` the file's name without suffix.
    number : str
        Moodle's participant or Canvas's user.
    upload : int
        Canvas's number of the upload; a later upload has a higher number.
    late : bool
        Whether the source marks it as late.
    time : str
        The time of hand-in, as nbgrader's exchange writes it.
    """

    layout: str
    name: str
    number: str = ""
    upload: int = 0
    late: bool = False
    time: str = ""


def sender_of(path: tuple[str, ...]) -> Sender:
    """Return who handed a file in.

    Parameters
    ----------
    path : tuple of str
        Its path, without the folders around the whole class.
    """
    if len(path) > 2 and path[0] == "inbound":  # the exchange's folder of a course
        path = path[1:]
    first, is_folder = path[0], len(path) > 1
    special = _by_system(first, is_folder)
    if special is not None:
        return special
    return Sender("folder", first) if is_folder else Sender("file", first.rpartition(".")[0])


def _by_system(name: str, is_folder: bool) -> Sender | None:
    """Return whom Moodle, Canvas or the exchange name in a file's or folder's name."""
    moodle, canvas = MOODLE.fullmatch(name), CANVAS.fullmatch(name)
    if moodle and canvas and not is_folder and len(canvas["name"]) < len(moodle["name"]):
        moodle = None  # A student chose the end of the name.
    if moodle and is_folder != bool(moodle["file"]):
        return Sender("moodle", moodle["name"], moodle["number"])
    if canvas and not is_folder and len(canvas["upload"]) <= MAX_DIGITS:
        late = canvas["late"] is not None
        return Sender("canvas", canvas["name"], canvas["number"], int(canvas["upload"]), late)
    parts = name.rsplit("+", 3)
    if is_folder and len(parts) >= 3 and re.match(r"\d{4}-\d\d-\d\d ", parts[2]):
        return Sender("exchange", parts[0], time=parts[2])
    return None


def wrapping(
    paths: Collection[tuple[str, ...]],
    lessons: Collection[str],
    is_student: Callable[[str], bool] | None,
) -> int:
    """Return how many folders are around the whole class, as when somebody packs a folder.

    Parameters
    ----------
    paths : collection of tuple of str
        All paths of a source.
    lessons : collection of str
        The lessons' names.
    is_student : callable, optional
        Whether the roster knows a name; without it, a folder that holds files is a student's.
    """
    depth = 0
    while paths:
        first = {path[depth] for path in paths if len(path) > depth + 1}
        if len(first) != 1 or any(len(path) == depth + 1 for path in paths):
            break
        (name,) = first
        inside = {path[depth + 1] for path in paths}
        files = {path[depth + 1] for path in paths if len(path) == depth + 2}
        in_system = any(_by_system(one, one not in files) for one in inside)
        if _by_system(name, True) or (is_student and is_student(name)):
            break
        if not in_system and (inside & set(lessons) or (files and not is_student)):
            break
        depth += 1
    return depth


def copy_number(stem: str) -> int:
    """Return the number that a browser, Jupyter or Canvas adds to a second file's name, else 0."""
    match = COPY.search(stem)
    digits = next((group for group in match.groups() if group), "0") if match else "0"
    return int(digits) if len(digits) <= MAX_DIGITS else 0


def without_copy_number(stem: str) -> str:
    """Return a file's name without `copy_number`."""
    previous = None
    while previous != stem:
        previous, stem = stem, COPY.sub("", stem)
    return stem

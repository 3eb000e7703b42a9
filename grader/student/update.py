"""``grader update``: take a newer edition of the course, and carry the student's work over.

Everything new, and a copy of everything that will be replaced, is first written into ``.update/``;
then ``.update/plan.json`` says that it is complete, and only after that are the files moved. Until
the plan is there the course is as it was, and from then on the same command finishes the update.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from packaging.version import InvalidVersion, Version

from grader.course.files import MANIFEST, write_atomically
from grader.course.lesson import CourseError, Lesson
from grader.printable import printable
from grader.student.carry import Carried, carry, recover_ids
from grader.student.edition import Edition, Manifest, parse_manifest, read_edition
from grader.student.reset import to_text

LESSON = re.compile(r"notebooks/(\d\d_\w+)/\1\.ipynb")
STAGING = ".update"
PLAN = "plan.json"


@dataclass
class Plan:
    """What an update does, as ``plan.json`` has it.

    Attributes
    ----------
    version : str
        The version of the edition.
    backup : str
        The folder for what is replaced, from the course's root.
    replaced : dict of str to str
        The digest of each file's content before, by path; empty if there was none.
    removed : list of str
        The files that the edition no longer has.
    notes : list of str
        What the student should know.
    """

    version: str
    backup: str
    replaced: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def update(
    root: Path, source: Path, progress: Callable[[str], None] = lambda line: None
) -> Plan | None:
    """Take a newer edition; return what was done, or None if nothing had to be done.

    Parameters
    ----------
    root : Path
        The course's root.
    source : Path
        The edition: an archive or a folder.
    progress : callable
        Called with one line of text before each step that takes time.

    Raises
    ------
    CourseError
        If ``source`` is not a newer edition of this course, or a file cannot be replaced.
    """
    if (root / "solutions").is_dir():
        raise CourseError(
            f"{root} has the lessons' sources, which an edition lacks: get newer ones with git"
        )
    progress("reading the newer course")
    edition = read_edition(source)
    mine = _own_manifest(root)
    _check_fits(edition.manifest, mine)
    staging = root / STAGING
    shutil.rmtree(staging, ignore_errors=True)  # what an update left that had not begun to move
    progress("carrying your answers over")
    plan = _stage(root, edition, mine)
    if not plan.replaced and not plan.removed:
        shutil.rmtree(staging, ignore_errors=True)
        return None
    write_atomically(staging / PLAN, json.dumps(asdict(plan)))
    progress("moving the new files")
    return finish(root)


def finish(root: Path) -> Plan | None:
    """Finish an update that was interrupted; return what it did, or None if there was none.

    Raises
    ------
    CourseError
        If a file cannot be replaced, as when another program has it open on Windows.
    """
    staging = root / STAGING
    if not (staging / PLAN).is_file():
        return None
    plan = Plan(**json.loads((staging / PLAN).read_text(encoding="utf-8")))
    try:
        _move(root, plan)
    except OSError as error:
        raise CourseError(
            f"{error.filename} could not be replaced ({error.strerror}). Close JupyterLab, and run "
            "grader update again: it goes on from here. What you had is in "
            f"{root / plan.backup} or {staging / 'backup'}."
        ) from error
    shutil.rmtree(staging, ignore_errors=True)
    return plan


def _own_manifest(root: Path) -> Manifest:
    """Return the manifest of the edition that the student has; an empty one if it has none."""
    path = root / MANIFEST
    if not path.is_file():
        return Manifest("", "", {})
    return parse_manifest(path.read_bytes(), str(path))


def _check_fits(newer: Manifest, mine: Manifest) -> None:
    """Check that an edition is one of the same course, and not an older one."""
    if mine.course and newer.course != mine.course:
        raise CourseError(printable(f"This is {mine.course}, and that is {newer.course}."))
    with contextlib.suppress(InvalidVersion):
        if mine.version and Version(newer.version) < Version(mine.version):
            raise CourseError(
                printable(f"That is version {newer.version}; yours is newer: {mine.version}.")
            )


def _stage(root: Path, edition: Edition, mine: Manifest) -> Plan:
    """Write what is new, and a copy of what it replaces; return the plan."""
    now = f"{datetime.now():%Y-%m-%d-%H%M%S}"
    plan = Plan(edition.manifest.version, _unused(root, f"backups/{now}"))
    for name in _in_order(edition.files):
        content, path = edition.files[name], root / name
        _check_inside(root, path)
        before = path.read_bytes() if path.is_file() else None
        if before is not None and (lesson := LESSON.fullmatch(name)):
            content = _merge(root, lesson[1], before, content, plan)
        if content != before:
            _write(root / STAGING / "new" / name, content)
            plan.replaced[name] = "" if before is None else hashlib.sha256(before).hexdigest()
            if before is not None:
                _write(root / STAGING / "backup" / name, before)
    for name in sorted(mine.files.keys() - edition.files.keys()):
        path = root / name
        _check_inside(root, path)
        if path.is_file():
            _write(root / STAGING / "backup" / name, path.read_bytes())
            plan.removed.append(name)
            if lesson := LESSON.fullmatch(name):
                plan.notes.append(
                    f"{lesson[1]} is no longer part of the course: your notebook is in the backup"
                )
    return plan


def _in_order(files: dict[str, bytes]) -> list[str]:
    """Return the names of files in the order in which they are to be moved.

    The grader that moves them comes late, and last the manifest, which says what the course is.
    """
    return sorted(files, key=lambda name: (name == MANIFEST, name.startswith("grader/"), name))


def _unused(root: Path, name: str) -> str:
    """Return a name for a folder that does not exist."""
    number, unused = 1, name
    while (root / unused).exists():
        number += 1
        unused = f"{name}-{number}"
    return unused


def _check_inside(root: Path, path: Path) -> None:
    """Check that a file of the course is in the course, whatever folders are links."""
    if not path.resolve().is_relative_to(root.resolve()) or path.is_symlink() or path.is_dir():
        raise CourseError(f"{path} is a link or a folder: move it away, and update again")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _merge(root: Path, lesson: str, before: bytes, newer: bytes, plan: Plan) -> bytes:
    """Return a newer lesson with the student's work, and note what the student should know."""
    try:
        mine = _parse(before)
    except Exception:  # nbformat raises many kinds for a damaged file
        plan.notes.append(f"{lesson}: your notebook is damaged; it is in the backup as it was")
        return newer
    new, original = _parse(newer), _read_original(root, lesson)
    if json.loads(before).get("nbformat_minor", 0) < 5:
        recover_ids(mine, [one for one in (original, new) if one is not None])
    carried = carry(mine, new, original)
    plan.notes += _notes(lesson, carried)
    if carried.notebook == mine:
        return before
    nbformat.validate(carried.notebook)
    return to_text(carried.notebook).encode()


def _parse(content: bytes) -> NotebookNode:
    """Parse a notebook that a student or the course wrote."""
    notebook = nbformat.reads(content.decode("utf-8-sig"), as_version=4)
    nbformat.validate(notebook)
    return notebook


def _read_original(root: Path, lesson: str) -> NotebookNode | None:
    """Return a lesson as the student got it, if that is known."""
    try:
        return _parse(Lesson(root, lesson).original.read_bytes())
    except Exception:  # missing or damaged: the merge does without it
        return None


def _notes(lesson: str, carried: Carried) -> Iterator[str]:
    """Yield what a student should know about a lesson."""
    for name in carried.changed:
        yield (
            f"{lesson}: the text of {name} is new, and your answer was kept with the text from "
            "before. To see the new text, reset a copy or look into notebooks/.originals"
        )
    for name in carried.vanished:
        yield f"{lesson}: {name} is no longer an exercise: your answer is in the backup"
    if carried.left_out:
        cells = "1 cell" if carried.left_out == 1 else f"{carried.left_out} cells"
        yield f"{lesson}: {cells} of the lesson that you had changed: see the backup"


def _move(root: Path, plan: Plan) -> None:
    """Move new files to their places; what was done before an interruption stays done."""
    staging, backup = root / STAGING, root / plan.backup
    if (staging / "backup").is_dir():
        backup.parent.mkdir(exist_ok=True)
        (staging / "backup").replace(backup)
    for name, digest in plan.replaced.items():
        staged, path = staging / "new" / name, root / name
        if staged.is_file():
            _keep_later_work(path, digest, backup / name)
            path.parent.mkdir(parents=True, exist_ok=True)
            staged.replace(path)
    for name in plan.removed:
        (root / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty
            (root / name).parent.rmdir()


def _keep_later_work(path: Path, digest: str, kept: Path) -> None:
    """Keep a file, too, that was saved after the update had read it."""
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, kept.with_name(f"{kept.stem}-later{kept.suffix}"))

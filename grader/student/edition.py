"""Read a students' edition, an archive or a folder that `grader release` made, within limits.

Its manifest, ``release.json``, names every other file with its digest::

    {"course": "pixels-to-lenet", "version": "0.2.0", "lessons": ["01_pixels", ...],
     "files": {"utils/data.py": "<SHA-256 in hexadecimal>", ...}}

An edition contains programs that a student will run, so take it only from whom you take the course.
The limits keep one that was damaged or made by somebody else from writing elsewhere.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grader.course.files import MANIFEST
from grader.course.lesson import CourseError
from grader.printable import escape_name
from grader.submission.parse import UnreadableError, read_file

MAX_FILES = 5_000
MAX_BYTES = 300_000_000  # of all files together; the edition has 10 MB
MAX_NAME_CHARACTERS = 200
# What is the student's or the installation's, and never part of an edition.
FOREIGN = (".git", ".venv", ".update", "backups", "solutions", "submitted", "autograded")
FORBIDDEN_IN_NAME = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|]')
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Manifest:
    """What an edition says of itself.

    Attributes
    ----------
    course, version : str
        The names of the course and of its version.
    files : dict of str to str
        The SHA-256 of each file, by its path with forward slashes.
    """

    course: str
    version: str
    files: dict[str, str]


@dataclass(frozen=True)
class Edition:
    """An edition in memory: its manifest, and the content of each file, the manifest's included."""

    manifest: Manifest
    files: dict[str, bytes]


def read_edition(path: Path) -> Edition:
    """Read an edition and check it against its manifest. Files that it does not name are ignored.

    Raises
    ------
    CourseError
        If it is no edition, is damaged, or has what an edition cannot have: links, names that lead
        elsewhere, or too much.
    """
    if not path.exists():
        raise CourseError(f"There is no {path}")
    files = _read_folder(path) if path.is_dir() else _read_archive(path)
    if MANIFEST not in files:
        raise CourseError(f"{path} has no {MANIFEST}: it was not made by `grader release`")
    manifest = parse_manifest(files[MANIFEST], str(path))
    for name, digest in manifest.files.items():
        if name not in files or hashlib.sha256(files[name]).hexdigest() != digest:
            raise CourseError(
                f"{path} is damaged: {escape_name(name)} is missing or is not what {MANIFEST} "
                "says. Download it again."
            )
    wanted = {MANIFEST, *manifest.files}
    return Edition(manifest, {name: files[name] for name in sorted(wanted)})


def parse_manifest(content: bytes, where: str) -> Manifest:
    """Parse a manifest.

    Raises
    ------
    CourseError
        If it is not one.
    """
    try:
        plain = json.loads(content)
        course, version, files = plain["course"], plain["version"], dict(plain["files"])
        fits = isinstance(course, str) and isinstance(version, str)
        fits = fits and all(DIGEST.fullmatch(digest) for digest in files.values())
    except (ValueError, KeyError, TypeError, RecursionError):
        fits = False
    if not fits:
        raise CourseError(f"{where}: {MANIFEST} is not the manifest of an edition")
    _check_names(files, where)
    return Manifest(course, version, files)


def _check_names(names: Iterable[str], where: str) -> None:
    """Check that names lead to files inside the course, on every system, and to different ones."""
    seen: set[str] = set()
    for name in names:
        parts = name.split("/")
        if (
            len(name) > MAX_NAME_CHARACTERS
            or FORBIDDEN_IN_NAME.search(name)
            or any(part in ("", ".", "..") or part[-1] in ". " for part in parts)
            or parts[0].lower() in FOREIGN
        ):
            raise CourseError(f"{where} is not an edition: it has a file {escape_name(name)[:200]}")
        if name.lower() in seen:
            raise CourseError(f"{where} is not an edition: it has {escape_name(name)} twice")
        seen.add(name.lower())


def _read_archive(path: Path) -> dict[str, bytes]:
    """Return the files of a ZIP archive, without the folder that they may all be in."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_entries(entries, path)
            files, left = {}, MAX_BYTES
            for entry in entries:
                with archive.open(entry) as file:  # its size is only what the archive says
                    files[entry.filename] = file.read(left + 1)
                left = _remaining(left, len(files[entry.filename]), path)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise CourseError(f"{path} is not a ZIP archive, or is damaged: {error}") from error
    return _without_common_folder(files)


def _check_entries(entries: list[zipfile.ZipInfo], path: Path) -> None:
    """Check the entries of an archive before anything of it is unpacked."""
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise CourseError(f"{path} is not an edition: it is too large")
    _check_names((entry.filename for entry in entries), str(path))
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG) or entry.flag_bits & 1:
            what = "encrypted" if entry.flag_bits & 1 else "not a file"
            name = escape_name(entry.filename)
            raise CourseError(f"{path} is not an edition: {name} is {what}")


def _read_folder(folder: Path) -> dict[str, bytes]:
    """Return the files that the manifest in a folder names."""
    files, left = {}, MAX_BYTES
    try:
        if not (folder / MANIFEST).exists():
            return {}
        files[MANIFEST] = read_file(folder / MANIFEST, left)
        for name in parse_manifest(files[MANIFEST], str(folder)).files:
            path = folder / name
            if not path.resolve().is_relative_to(folder.resolve()):
                raise UnreadableError("it is a link")
            files[name] = read_file(path, left)
            left = _remaining(left, len(files[name]), folder)
    except UnreadableError as error:
        raise CourseError(f"{folder} is not an edition: {error}") from error
    return files


def _remaining(left: int, size: int, path: Path) -> int:
    if size > left:
        raise CourseError(f"{path} is not an edition: it is too large")
    return left - size


def _without_common_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return files without the folder that all of them are in, if the manifest is in one."""
    tops = {name.split("/")[0] for name in files if name.endswith(f"/{MANIFEST}")}
    if MANIFEST in files or len(tops) != 1:
        return files
    top = f"{tops.pop()}/"
    return {name.removeprefix(top): file for name, file in files.items() if name.startswith(top)}

"""Write files as a ZIP archive or as a folder, in one step, and never over something else."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from pathlib import Path

from grader.course.digests import tracked_files
from grader.course.lesson import CourseError

FIRST_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP archive can have
REGULAR_FILE = 0o100644 << 16
UNIX = 3


def pack(files: dict[str, bytes], to: Path) -> bool:
    """Write files as a ZIP archive if the name ends in ``.zip``, and else as a folder.

    The same files give the same archive, byte for byte.

    Parameters
    ----------
    files : dict of str to bytes
        Contents by path, with forward slashes.
    to : Path
        The archive, or the folder, which may exist if it is empty.

    Returns
    -------
    bool
        False if it exists already, with the same content.

    Raises
    ------
    CourseError
        If something else is there.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    as_zip = to.suffix.lower() == ".zip"
    if _is_taken(to):
        if to.is_dir() != as_zip and (_has_bytes(to, files) if as_zip else _has(to, files)):
            return False
        raise CourseError(f"{to} exists already: move it away, or choose another name")
    scratch = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        made = scratch / "made"
        (_write_zip if as_zip else _write_folder)(files, made)
        made.replace(to)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return True


def _is_taken(to: Path) -> bool:
    """Tell whether something is there that must not be replaced."""
    if to.is_dir() and not to.is_symlink() and to.suffix.lower() != ".zip":
        return any(to.iterdir())
    return os.path.lexists(to)


def _has(folder: Path, files: dict[str, bytes]) -> bool:
    """Tell whether a folder has exactly these files."""
    paths = {path.relative_to(folder).as_posix(): path for path in tracked_files(folder)}
    return paths.keys() == files.keys() and all(
        paths[name].read_bytes() == content for name, content in files.items()
    )


def _has_bytes(archive: Path, files: dict[str, bytes]) -> bool:
    """Tell whether an archive is what would be written."""
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch, "made.zip")
        _write_zip(files, made)
        return made.read_bytes() == archive.read_bytes()


def _write_zip(files: dict[str, bytes], to: Path) -> None:
    """Write an archive whose entries are sorted and have no times, owners or rights."""
    with zipfile.ZipFile(to, "x", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, FIRST_TIME)
            entry.create_system, entry.external_attr = UNIX, REGULAR_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])


def _write_folder(files: dict[str, bytes], to: Path) -> None:
    """Write a folder."""
    for name, content in files.items():
        path = to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

"""Write files atomically."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from grader.course.lesson import CourseError

MANIFEST = "release.json"  # of a students' edition


def check_writable(path: Path) -> None:
    """Check that a file can be written later: its folder is made, and nothing else is changed.

    Raises
    ------
    CourseError
        If it cannot.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.exists():
            path.open("r+b").close()
    except OSError as error:
        raise CourseError(f"{path} cannot be written: {error.strerror or error}") from error


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that neither a reader nor a crash ever leaves half of it."""
    if isinstance(content, str):
        content = content.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        scratch.write_bytes(content)
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)

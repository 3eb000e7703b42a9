"""Scratch folders on disk, for everything but workers that have them in memory.

All folders of one run are in one folder, which the run holds locked. The kernel releases the lock
however the run ends; the next run removes what is no longer locked.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

fcntl: Any
try:
    import fcntl
except ImportError:  # on Windows, where students check their own copies: no locks, plain folders
    fcntl = None

PREFIX = "grader-run-"
LOCK_NAME = "lock"

_lock = threading.Lock()


def make_folder() -> str:
    """Return a new folder, which is removed at the latest by the next run."""
    if fcntl is None:
        return tempfile.mkdtemp(prefix="grader-")
    with _lock:
        return tempfile.mkdtemp(prefix="grader-", dir=_run_folder(tempfile.gettempdir()))


@contextlib.contextmanager
def temporary_folder() -> Iterator[str]:
    """Yield a new folder, and remove it afterwards."""
    folder = make_folder()
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: str) -> None:
    """Remove a folder, however deeply nested the tree in it."""
    if fcntl is None:
        shutil.rmtree(folder, ignore_errors=True)
        return
    command = ["rm", "-rf", "--", folder]
    if subprocess.run(command, stderr=subprocess.DEVNULL).returncode:
        # A worker may have removed the permission to enter a folder.
        allow = ["chmod", "-R", "u+rwX", "--", folder]
        subprocess.run(allow, stderr=subprocess.DEVNULL)
        subprocess.run(command, stderr=subprocess.DEVNULL)


def remove_abandoned(place: str | None = None) -> None:
    """Remove the folders of runs that were killed.

    Parameters
    ----------
    place : str, optional
        Where to look; by default the folder for temporary files.
    """
    if fcntl is None:
        return
    with contextlib.suppress(OSError), os.scandir(place or tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and _is_ours(entry):
                _remove_if_abandoned(entry.path)


@functools.cache
def _run_folder(place: str) -> str:
    """Return the folder of this run; remove those of runs that were killed."""
    remove_abandoned(place)
    folder = tempfile.mkdtemp(prefix=PREFIX, dir=place)
    # A run that sees the folder before it is locked finds no lock in it, and leaves it alone.
    handle = os.open(f"{folder}/new", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.rename(f"{folder}/new", f"{folder}/{LOCK_NAME}")
    atexit.register(_end_run, os.getpid(), folder, handle)
    return folder


def _end_run(pid: int, folder: str, handle: int) -> None:
    """Remove the folder of this run; a fork of the process that made it leaves it alone."""
    if os.getpid() == pid:
        remove(folder)
        os.close(handle)


def _is_ours(entry: os.DirEntry[str]) -> bool:
    """Tell whether an entry is a folder, no link, and belongs to this user."""
    status = entry.stat(follow_symlinks=False)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _remove_if_abandoned(folder: str) -> None:
    """Remove the folder of a run, unless the run holds its lock."""
    with contextlib.suppress(OSError):
        flags = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(Path(folder, LOCK_NAME), flags)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(folder)
        finally:
            os.close(handle)

"""A lock that lets only one run of the grader at a time write into a gradebook."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

from filelock import FileLock, Timeout
from sqlalchemy import URL, NullPool, create_engine, make_url, text

from grader.terminal import err

LOCK_TIMEOUT = 600.0  # seconds to wait for another run
SILENT_SECONDS = 2.0  # of waiting before it is said what for
ADVISORY_LOCK_KEY = 19980  # arbitrary, but no other lock in the same database may use it

# Where the lock file cannot be made, no gradebook can be written, but one may be read.
READ_ONLY_ERRORS = {errno.EACCES, errno.EPERM, errno.EROFS}


class GradebookLockError(Exception):
    """A gradebook cannot be locked; the message says why."""


@contextmanager
def write_lock(url: str) -> Iterator[None]:
    """Keep other runs of the grader from writing into a gradebook.

    nbgrader checks whether a row exists before it adds the row, so two runs must not write at the
    same time. The system releases the lock however the process ends.

    Parameters
    ----------
    url : str
        The gradebook's URL. Only gradebooks in a file or in PostgreSQL are locked.

    Raises
    ------
    GradebookLockError
        If another run keeps the lock of a file for longer than `LOCK_TIMEOUT`, or if the file
        system has no locks.
    """
    database = make_url(url)
    if database.get_backend_name() == "postgresql":
        with _advisory_lock(database):
            yield
    elif _is_in_folder(database):
        with _file_lock(f"{database.database}.lock"):
            yield
    else:
        yield


def _is_in_folder(database: URL) -> bool:
    """Return whether a gradebook is a file in a folder that exists; `FileLock` would create one."""
    if database.get_backend_name() != "sqlite" or database.database in (None, "", ":memory:"):
        return False
    return Path(str(database.database)).parent.is_dir()


@contextmanager
def _advisory_lock(database: URL) -> Iterator[None]:
    """Hold a PostgreSQL advisory lock, which ends with the connection."""
    with create_engine(database, poolclass=NullPool).begin() as connection:
        with _saying_what_for():
            connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK_KEY})"))
        yield


@contextmanager
def _file_lock(path: str) -> Iterator[None]:
    """Lock a file beside the gradebook, because others may read the gradebook meanwhile."""
    lock = FileLock(path, timeout=LOCK_TIMEOUT, fallback_to_soft=False)
    try:
        with _saying_what_for():
            lock.acquire()
    except Timeout as error:
        raise GradebookLockError(
            f"another run of the grader has held {path} for {LOCK_TIMEOUT:g} s"
        ) from error
    except OSError as error:
        if error.errno not in READ_ONLY_ERRORS:
            raise GradebookLockError(str(error)) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _saying_what_for() -> Iterator[None]:
    """Say that another run has the lock if waiting for it takes long."""
    timer = Timer(SILENT_SECONDS, _say_what_for)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _say_what_for() -> None:
    err.print("Waiting for another run of the grader, which is writing into the gradebook ...")

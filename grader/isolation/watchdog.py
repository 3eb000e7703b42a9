"""A watchdog that checks a process's resource usage from outside."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterator

from grader.isolation.limits import ResourceLimits

# Bytes written to disk in total, in multiples of the disk limit: a process may overwrite files.
MAX_WRITE_FACTOR = 4
BLOCK_SIZE = 512  # bytes, the unit of `st_blocks`


class LimitExceededError(Exception):
    """A process uses more than it may; the text says of what, for the student."""


class Watchdog:
    """Checks the memory, threads and files of one process.

    Parameters
    ----------
    pid : int
        The process.
    limits : ResourceLimits
        What it may use.
    folder : str or None
        Its scratch folder, the only place where it can make files.
    has_ended : callable
        Whether the process has ended; may wait a moment for it.

    Attributes
    ----------
    file_system : str or None
        The path of a file system that holds nothing but the process's files, if there is one.
    """

    def __init__(
        self, pid: int, limits: ResourceLimits, folder: str | None, has_ended: Callable[[], bool]
    ):
        self._pid, self._limits, self._folder = pid, limits, folder
        self._has_ended = has_ended
        self.file_system: str | None = None
        self._initial_memory = self._initial_written = 0

    def start(self) -> None:
        """Begin: memory and bytes written count from what they are now."""
        self._initial_memory, _ = self._memory_and_threads()
        self._initial_written = self._written()

    def check(self) -> None:
        """Compare the present usage with the limits.

        Raises
        ------
        LimitExceededError
        """
        self._check_memory_and_threads()
        count, size = self._files()
        written = self._written() - self._initial_written
        self._check_files(count, max(size, written // MAX_WRITE_FACTOR))

    def check_file_system(self) -> None:
        """Compare what is in the file system with the limits, where the process has one.

        The kernel bounds it, so the process may have met its end between two checks.

        Raises
        ------
        LimitExceededError
        """
        if self.file_system is not None:
            self._check_files(*_usage(self.file_system))

    def _check_memory_and_threads(self) -> None:
        limits = self._limits
        memory, threads = self._memory_and_threads()
        if memory - self._initial_memory > limits.memory:
            raise LimitExceededError(f"used more than {limits.memory / 1e9:.3g} GB of memory")
        if threads > limits.threads:
            raise LimitExceededError(f"started more than {limits.threads:,} threads")

    def _check_files(self, count: int, size: int) -> None:
        limits = self._limits
        if size > limits.disk:
            raise LimitExceededError(f"wrote more than {limits.disk / 1e6:.3g} MB into files")
        if count > limits.files:
            raise LimitExceededError(f"made more than {limits.files:,} files")

    def _memory_and_threads(self) -> tuple[int, int]:
        """Return the bytes of its private and shared memory, and its number of threads.

        Raises
        ------
        LimitExceededError
            If its main thread has ended while others continue: the kernel then reports nothing
            about them.
        """
        status = self._read_proc("status")
        if "RssAnon" in status:
            return 1024 * (status["RssAnon"] + status["RssShmem"]), status["Threads"]
        if not self._has_ended():
            raise LimitExceededError("its main thread ended without the others")
        return 0, 0

    def _written(self) -> int:
        """Return the bytes it has written to disk so far, including to files since deleted."""
        return self._read_proc("io").get("write_bytes", 0)

    def _read_proc(self, name: str) -> dict[str, int]:
        """Return the numbers in a file of ``/proc/<pid>``; none once the process has ended."""
        try:
            # In binary: the process chooses its own name, which is in the file.
            with open(f"/proc/{self._pid}/{name}", "rb") as lines:
                matches = [re.fullmatch(rb"(\w+):\s+(\d+)( kB)?\n", line) for line in lines]
        except OSError:
            return {}
        return {match[1].decode(): int(match[2]) for match in matches if match}

    def _files(self) -> tuple[int, int]:
        """Return the number of files in its folder, and the bytes of all its files."""
        if self.file_system is not None:
            return _usage(self.file_system)
        if self._folder is None:
            return 0, 0
        count, size = 0, self._deleted_files()
        folders = [self._folder]
        while folders and count <= self._limits.files:
            try:
                for entry in _scan(folders.pop()):
                    count += 1
                    size += BLOCK_SIZE * entry.stat(follow_symlinks=False).st_blocks
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
            except FileNotFoundError:
                continue  # deleted in the meantime
            except OSError:  # nested so deeply that its path is too long
                return self._limits.files + 1, size
        return count, size

    def _deleted_files(self) -> int:
        """Return the bytes of files that it has open and has deleted."""
        size = 0
        with contextlib.suppress(OSError):
            for entry in _scan(f"/proc/{self._pid}/fd"):
                with contextlib.suppress(OSError):
                    status = os.stat(entry.path)
                    if stat.S_ISREG(status.st_mode) and not status.st_nlink:
                        size += BLOCK_SIZE * status.st_blocks
        return size


def _usage(file_system: str) -> tuple[int, int]:
    """Return the number of files in a file system, and their bytes; none if it is gone."""
    try:
        status = os.statvfs(file_system)
    except OSError:
        return 0, 0
    files = status.f_files - status.f_ffree - 1  # its root is no file
    return files, status.f_frsize * (status.f_blocks - status.f_bfree)


def _scan(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield a folder's entries."""
    with os.scandir(folder) as entries:
        yield from entries

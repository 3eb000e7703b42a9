"""A sandboxed process, watched from outside, from its start to its end."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import stat
import subprocess
import tempfile
import threading
import time
from dataclasses import asdict
from typing import ClassVar

from grader.isolation.channel import (
    NONCE_SIZE,
    Channel,
    ConnectionClosedError,
    DeadlineError,
    ProtocolError,
)
from grader.isolation.codec import MAX_MESSAGE_BYTES
from grader.isolation.forkserver import ForkServer, ProcessStartError
from grader.isolation.limits import ResourceLimits

INTERRUPT_GRACE = 2.0  # seconds between asking a cell to stop and killing it
START_TIMEOUT = 120.0  # seconds for a process to be ready, on a machine under load
EXIT_GRACE = 1.0  # seconds for a process to end once its main thread has
MAX_WRITE_FACTOR = 4  # times what may lie in files: what is written again and again
UNREADABLE_REPLY = "the Python process answered what cannot be read"


class ProcessEndedError(Exception):
    """A process came to an end, or was ended; the text says why, for the student."""

    def __init__(self, why: str, late: bool = False):
        super().__init__(why)
        self.late = late


class SandboxedProcess:
    """A process that runs untrusted code, watched from outside from its start to its end.

    Parameters
    ----------
    server : ForkServer
        The fork server that it is forked from.
    entry_point : str
        ``module:function``, which confines the process and then serves requests.
    arguments : dict
        The entry point's keyword arguments, as JSON has them. ``limits`` is added to them, and
        ``folder`` where there is a scratch folder.
    limits : ResourceLimits
        What it may use.
    scratch : bool
        Whether it gets a scratch folder, the only one that it may write to.

    Raises
    ------
    ProcessStartError
        If it cannot be started or confined, which is not the submission's fault.
    """

    _living: ClassVar[set[SandboxedProcess]] = set()
    _ending: ClassVar[threading.Event] = threading.Event()

    def __init__(
        self,
        server: ForkServer,
        entry_point: str,
        arguments: dict,
        limits: ResourceLimits,
        *,
        scratch: bool = True,
    ):
        if self._ending.is_set():
            raise ProcessStartError("the grader is being stopped")
        self._limits = limits
        self._folder = tempfile.mkdtemp(prefix="grader-") if scratch else None
        arguments = arguments | {"limits": asdict(limits)}
        if scratch:
            arguments |= {"folder": self._folder}
        try:
            self._process = server.fork(entry_point, arguments)
        except ProcessStartError:
            self._clean()
            raise
        self._living.add(self)
        self._used_at_start = 0

    @property
    def channel(self) -> Channel:
        """The connection to it."""
        return self._process.channel

    def start(self, first: bytes | None = None) -> None:
        """Wait until it is ready."""
        deadline = time.monotonic() + START_TIMEOUT
        try:
            if first is not None:
                self.channel.send(first, deadline)
            if self.channel.receive(100, deadline) != b"ready":
                raise ConnectionClosedError
        except (ConnectionClosedError, DeadlineError, ProtocolError) as error:
            end = self._process.wait(INTERRUPT_GRACE)
            self.close()
            raise ProcessStartError(f"a process did not start ({end}, {error})") from error
        self._used_at_start, _ = self._memory_and_threads()

    def exchange(self, message: bytes, seconds: float, largest: int = MAX_MESSAGE_BYTES) -> bytes:
        """Send a message and return the reply, of at most so many bytes.

        Raises
        ------
        ProcessEndedError
            If none comes; the process has ended then, unless it was only late.
        """
        deadline = time.monotonic() + seconds
        self._mark = os.urandom(NONCE_SIZE)
        try:
            self.channel.send(self._mark + message, deadline, self.watch)
            return self._receive(deadline, largest)
        except DeadlineError:
            raise ProcessEndedError(
                f"stopped after {seconds:.3g} s; is there an endless loop?", True
            ) from None
        except ProtocolError:
            raise ProcessEndedError(UNREADABLE_REPLY) from None
        except ConnectionClosedError:
            raise ProcessEndedError(self._describe_end()) from None

    def _receive(self, deadline: float, largest: int) -> bytes:
        """Return the reply to what was sent last: it begins with the same mark."""
        reply = self.channel.receive(largest + NONCE_SIZE, deadline, self.watch)
        if reply[:NONCE_SIZE] != self._mark:
            raise ProtocolError("a reply to nothing")
        return reply[NONCE_SIZE:]

    def interrupt(self, largest: int) -> bytes:
        """Ask what runs to stop, and return the reply that then comes, of at most so many bytes.

        Raises
        ------
        ProcessEndedError
            If none comes.
        """
        self._process.signal(signal.SIGINT)
        try:
            return self._receive(time.monotonic() + INTERRUPT_GRACE, largest)
        except (DeadlineError, ProtocolError, ConnectionClosedError):
            raise ProcessEndedError("") from None

    def watch(self) -> None:
        """See whether it uses more than it may.

        Raises
        ------
        ProcessEndedError
        """
        limits = self._limits
        memory, threads = self._memory_and_threads()
        if memory - self._used_at_start > limits.memory:
            raise ProcessEndedError(f"used more than {limits.memory / 1e9:.3g} GB of memory")
        if threads > limits.threads:
            raise ProcessEndedError(f"started more than {limits.threads:,} threads")
        count, size = self._disk()
        if size > limits.disk or self._written() > MAX_WRITE_FACTOR * limits.disk:
            raise ProcessEndedError(f"wrote more than {limits.disk / 1e6:.3g} MB into files")
        if count > limits.files:
            raise ProcessEndedError(f"made more than {limits.files:,} files")

    def _memory_and_threads(self) -> tuple[int, int]:
        """Return how many bytes of memory are its own, and how many threads it has.

        Raises
        ------
        ProcessEndedError
            If its main thread has ended, and others go on: nothing can be seen of these.
        """
        found = self._look("status")
        if "RssAnon" in found:
            return 1024 * (found["RssAnon"] + found["RssShmem"]), found["Threads"]
        if self._process.wait(EXIT_GRACE) is None:
            raise ProcessEndedError("its main thread ended without the others")
        return 0, 0

    def _written(self) -> int:
        """Return how many bytes it has written to disk, into files that are deleted as well."""
        return self._look("io").get("write_bytes", 0)

    def _look(self, what: str) -> dict[str, int]:
        """Return the numbers that the kernel tells of it; none once it has ended."""
        try:
            with open(f"/proc/{self._process.pid}/{what}", "rb") as lines:
                # Of bytes: the name in it is the process's own choice.
                found = [re.fullmatch(rb"(\w+):\s+(\d+)( kB)?\n", line) for line in lines]
        except OSError:
            return {}
        return {one[1].decode(): int(one[2]) for one in found if one}

    def _disk(self) -> tuple[int, int]:
        """Return how many files lie in its folder, and their bytes together."""
        if self._folder is None:
            return 0, 0
        count, size = 0, self._unnamed()
        waiting = [self._folder]
        while waiting and count <= self._limits.files:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        count += 1
                        size += 512 * entry.stat(follow_symlinks=False).st_blocks
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
            except FileNotFoundError:
                pass  # gone in the meantime
            except OSError:  # so deep that it has no name
                return self._limits.files + 1, size
        return count, size

    def _unnamed(self) -> int:
        """Return the bytes in files that are open and have no name any more."""
        size = 0
        with contextlib.suppress(OSError), os.scandir(f"/proc/{self._process.pid}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = os.stat(entry.path)
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        size += 512 * found.st_blocks
        return size

    def _describe_end(self) -> str:
        """Say how it ended."""
        code = self._process.wait(INTERRUPT_GRACE)
        if code is None:
            return "the connection to the Python process broke"
        if code < 0:
            return f"the Python process was killed by signal {-code}{signal_name(-code)}"
        return f"the Python process ended (exit code {code})"

    def close(self) -> None:
        """End it, and remove its folder."""
        self._process.close()
        self._living.discard(self)
        self._clean()

    def _clean(self) -> None:
        """Remove its folder, however deep a tree it left there."""
        if self._folder is not None:
            remove = ["rm", "-rf", "--", self._folder]
            if subprocess.run(remove, stderr=subprocess.DEVNULL).returncode:
                # Folders that their maker may not enter.
                allow = ["chmod", "-R", "u+rwX", "--", self._folder]
                subprocess.run(allow, stderr=subprocess.DEVNULL)
                subprocess.run(remove, stderr=subprocess.DEVNULL)

    @classmethod
    def end_all(cls) -> None:
        """End every process, and start no more: the user wants to stop."""
        cls._ending.set()
        for one in list(cls._living):
            one._process.signal(signal.SIGKILL)

    @classmethod
    def allow_again(cls) -> None:
        """Allow new processes after `end_all`."""
        cls._ending.clear()


def signal_name(number: int) -> str:
    """Return a signal's name in brackets, if it has one."""
    try:
        return f" ({signal.Signals(number).name})"
    except ValueError:
        return ""

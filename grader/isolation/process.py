"""A sandboxed process: started, watched and ended from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import asdict
from typing import ClassVar

from grader.isolation import memory
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
from grader.isolation.protocol import READY, UNREADABLE_REPLY
from grader.isolation.watchdog import LimitExceededError, Watchdog
from utils.checks.time_limit import timeout_reason

INTERRUPT_GRACE = 2.0  # seconds between asking a cell to stop and killing its process
START_TIMEOUT = 120.0  # seconds for a process to be ready, on a machine under load
# Of these signals, the process cannot tell who sent them. The kernel sends SIGKILL when memory runs
# out; services that free memory send either.
KILLING_SIGNALS = (signal.SIGKILL, signal.SIGTERM)
EXIT_GRACE = 1.0  # seconds for a process to end after its main thread
MAX_READY_BYTES = 100


class ProcessEndedError(Exception):
    """A process has ended or has to be ended.

    Parameters
    ----------
    reason : str
        Why, in words for the student.
    timed_out : bool
        Whether it exceeded its time. The process then still exists, and may be interrupted.
    killed : bool
        Whether a signal killed it that the machine may have sent, a person, or the process itself.
    memory_short : bool
        Whether it was killed while the machine was short of memory.
    """

    def __init__(
        self,
        reason: str,
        timed_out: bool = False,
        killed: bool = False,
        memory_short: bool = False,
    ):
        super().__init__(reason)
        self.timed_out, self.killed, self.memory_short = timed_out, killed, memory_short


class ProcessKilledError(Exception):
    """A process was killed twice, which is not the submission's fault."""


KILLED_FOR_MEMORY = "a process was killed twice while the machine was short of memory"


class SandboxedProcess:
    """A process that runs untrusted code, watched from outside from its start to its end.

    Parameters
    ----------
    server : ForkServer
        The fork server that forks it.
    entry_point : str
        ``module:function``, which confines the process and then serves requests.
    arguments : dict
        The entry point's keyword arguments, which JSON can hold. ``limits`` is added to them, and
        ``folder`` if there is a scratch folder.
    limits : ResourceLimits
        What it may use.
    scratch : bool
        Whether it gets a scratch folder, the only folder that it may write to.

    Raises
    ------
    ProcessStartError
        If it cannot be started, for reasons unrelated to the submission.
    """

    _living: ClassVar[set[SandboxedProcess]] = set()
    _stopping: ClassVar[threading.Event] = threading.Event()

    def __init__(
        self,
        server: ForkServer,
        entry_point: str,
        arguments: dict,
        limits: ResourceLimits,
        *,
        scratch: bool = True,
    ):
        if self._stopping.is_set():
            raise ProcessStartError("the grader is being stopped")
        self._folder = tempfile.mkdtemp(prefix="grader-") if scratch else None
        arguments = arguments | {"limits": asdict(limits)}
        if scratch:
            arguments |= {"folder": self._folder}
        try:
            self._process = server.fork(entry_point, arguments)
        except ProcessStartError:
            self._remove_folder()
            raise
        self._living.add(self)
        self._watchdog = Watchdog(self._process.pid, limits, self._folder, self._has_ended)
        self._nonce = b""
        self._oom_kills = memory.oom_kills()

    @classmethod
    def end_all(cls) -> None:
        """Kill every process and refuse to start new ones: the user has interrupted the run."""
        cls._stopping.set()
        for process in list(cls._living):
            process.kill()

    @classmethod
    def allow_again(cls) -> None:
        """Allow new processes after `end_all`."""
        cls._stopping.clear()

    @property
    def channel(self) -> Channel:
        """The connection to it."""
        return self._process.channel

    def start(self, first: bytes | None = None) -> None:
        """Wait until it is confined and ready for requests.

        Parameters
        ----------
        first : bytes, optional
            A message that it needs to get ready.

        Raises
        ------
        ProcessStartError
            If it ends or does not get ready in time.
        """
        deadline = time.monotonic() + START_TIMEOUT
        try:
            if first is not None:
                self.channel.send(first, deadline)
            if self.channel.receive(MAX_READY_BYTES, deadline) != READY:
                raise ConnectionClosedError
        except (ConnectionClosedError, DeadlineError, ProtocolError) as error:
            end = self._process.wait(INTERRUPT_GRACE)
            self.close()
            raise ProcessStartError(f"a process did not start ({end}, {error})") from error
        try:
            self._watchdog.start()
        except LimitExceededError as error:
            raise ProcessEndedError(str(error)) from None

    def exchange(self, message: bytes, seconds: float, largest: int = MAX_MESSAGE_BYTES) -> bytes:
        """Send a request and return the reply.

        Parameters
        ----------
        message : bytes
            The request.
        seconds : float
            The timeout.
        largest : int
            Maximum length of the reply in bytes.

        Raises
        ------
        ProcessEndedError
            If there is no valid reply.
        """
        deadline = time.monotonic() + seconds
        self._nonce = os.urandom(NONCE_SIZE)
        try:
            self.channel.send(self._nonce + message, deadline, self.watch)
            return self._receive(deadline, largest)
        except DeadlineError:
            raise ProcessEndedError(timeout_reason(seconds), timed_out=True) from None
        except ProtocolError:
            raise ProcessEndedError(UNREADABLE_REPLY) from None
        except ConnectionClosedError:
            raise self.explain_end() from None

    def interrupt(self, largest: int) -> bytes:
        """Interrupt a request that timed out, and return the reply to it.

        Parameters
        ----------
        largest : int
            Maximum length of the reply in bytes.

        Raises
        ------
        ProcessEndedError
            If there is no valid reply; without a reason, because the timeout is the reason.
        """
        self._process.signal(signal.SIGINT)
        try:
            return self._receive(time.monotonic() + INTERRUPT_GRACE, largest)
        except (DeadlineError, ProtocolError, ConnectionClosedError):
            raise ProcessEndedError("") from None

    def watch(self) -> None:
        """Check that it stays within its limits.

        Raises
        ------
        ProcessEndedError
            If it does not; it is to be closed then.
        """
        try:
            self._watchdog.check()
        except LimitExceededError as error:
            raise ProcessEndedError(str(error)) from None

    def explain_end(self) -> ProcessEndedError:
        """Return how it ended, in words for the student."""
        code = self._process.wait(INTERRUPT_GRACE)
        if code is None:
            return ProcessEndedError("the connection to the Python process broke")
        killed = -code in KILLING_SIGNALS
        memory_short = killed and (memory.oom_kills() > self._oom_kills or memory.is_short())
        return ProcessEndedError(describe_exit(code), killed=killed, memory_short=memory_short)

    def kill(self) -> None:
        """Kill it. A thread that waits for its reply gets a `ProcessEndedError`."""
        self._process.signal(signal.SIGKILL)

    def close(self) -> None:
        """Kill it, and remove its scratch folder."""
        self._process.close()
        self._living.discard(self)
        self._remove_folder()

    def _receive(self, deadline: float, largest: int) -> bytes:
        """Return the reply to the last request, which begins with the request's nonce."""
        reply = self.channel.receive(largest + NONCE_SIZE, deadline, self.watch)
        if reply[:NONCE_SIZE] != self._nonce:
            raise ProtocolError("a reply to nothing")
        return reply[NONCE_SIZE:]

    def _has_ended(self) -> bool:
        """Tell whether it has ended, waiting a moment for a process that is ending."""
        return self._process.wait(EXIT_GRACE) is not None

    def _remove_folder(self) -> None:
        """Remove its scratch folder, however deeply nested the tree in it."""
        if self._folder is None:
            return
        remove = ["rm", "-rf", "--", self._folder]
        if subprocess.run(remove, stderr=subprocess.DEVNULL).returncode:
            # It may have removed its own permission to enter a folder.
            allow = ["chmod", "-R", "u+rwX", "--", self._folder]
            subprocess.run(allow, stderr=subprocess.DEVNULL)
            subprocess.run(remove, stderr=subprocess.DEVNULL)


def describe_exit(code: int) -> str:
    """Return how a process ended, in words for the student.

    Parameters
    ----------
    code : int
        The exit code; negative for the signal that killed the process.
    """
    if code < 0:
        return f"the Python process was killed by signal {-code}{signal_name(-code)}"
    return f"the Python process ended (exit code {code})"


def signal_name(number: int) -> str:
    """Return a signal's name in brackets, with a space before; empty if it has no name."""
    try:
        return f" ({signal.Signals(number).name})"
    except ValueError:
        return ""

"""A sandboxed process: started, watched and ended from outside."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import ClassVar

from grader import scratch
from grader.isolation import memory, namespaces
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
STOP_TIMEOUT = 5.0  # seconds for a process to stop, on a machine under load
STOP_TICK = 0.0002  # seconds
MAX_BUFFERED_BYTES = 16_000  # of a request that surely fits into the socket's buffer
MAX_READY_BYTES = 100
MAX_STAT_BYTES = 1000


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

    It runs only between a request and its reply. The rest of the time the kernel has stopped it, so
    that none of its threads can work for another process of the same submission.

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
    trusted : bool
        Whether it is the judge, which is never stopped, and has no scratch folder. Any other
        process has one, the only folder that it may write to.
    group : set of SandboxedProcess, optional
        The untrusted processes of one submission, of which only one runs at a time.

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
        trusted: bool = False,
        group: set[SandboxedProcess] | None = None,
    ):
        if self._stopping.is_set():
            raise ProcessStartError("the grader is being stopped")
        in_memory = not server.missing_namespaces()
        self._folder = None if trusted or in_memory else scratch.make_folder()
        arguments = arguments | {"limits": asdict(limits)}
        if not trusted:
            arguments |= {"folder": self._folder or namespaces.SCRATCH}
        try:
            self._process = server.fork(entry_point, arguments)
        except ProcessStartError:
            self._remove_folder()
            raise
        self._is_trusted = trusted
        self._is_running = True
        self._group = group if group is not None else set()
        if not trusted:
            self._group.add(self)
            self._stat = os.open(f"/proc/{self._process.pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        self._watchdog = Watchdog(self._process.pid, limits, self._folder, self._has_ended)
        if in_memory and not trusted:
            self._watchdog.file_system = f"/proc/{self._process.pid}/root{namespaces.SCRATCH}"
        self._nonce = b""
        self._oom_kills = memory.oom_kills()
        self._living.add(self)
        if self._stopping.is_set():
            self.kill()

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

    @classmethod
    @contextlib.contextmanager
    def stopping_with_grader(cls) -> Iterator[None]:
        """Stop all processes while the user has stopped the grader with Ctrl-Z.

        Otherwise they would go on, watched by nothing.
        """

        def stop(*_: object) -> None:
            for process in list(cls._living):
                process.send_if_running(signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)  # returns when the user continues the grader
            for process in list(cls._living):
                process.send_if_running(signal.SIGCONT)

        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may handle signals
            return
        before = signal.signal(signal.SIGTSTP, stop)
        try:
            yield
        finally:
            signal.signal(signal.SIGTSTP, before)

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
        self._stop()

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
        request = self._nonce + message
        is_short = len(request) <= MAX_BUFFERED_BYTES
        try:
            if is_short:  # it then wakes up once, and finds the request
                self.channel.send(request, deadline, self.watch)
            with self._running():
                if not is_short:
                    self.channel.send(request, deadline, self.watch)
                reply = self._receive(deadline, largest)
            self._watchdog.check_file_system()
            return reply
        except LimitExceededError as error:
            raise ProcessEndedError(str(error)) from None
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
        self._process.signal(signal.SIGINT)  # which waits until the process runs again
        try:
            with self._running():
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

    def send_if_running(self, number: int) -> None:
        """Send it a signal, unless it waits for a request."""
        if self._is_running:
            self._process.signal(number)

    def explain_end(self) -> ProcessEndedError:
        """Return how it ended, in words for the student."""
        with self._running():  # it may have closed the connection shortly before its end
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
        if self in self._group:
            self._group.remove(self)
            os.close(self._stat)
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

    @contextlib.contextmanager
    def _running(self) -> Iterator[None]:
        """Let it run for a while, once the others of its group have stopped."""
        for process in self._group - {self}:
            process.wait_until_stopped()
        self._is_running = True
        self._process.signal(signal.SIGCONT)
        try:
            yield
        finally:
            self._stop()

    def wait_until_stopped(self) -> None:
        """Wait until the kernel has stopped all its threads; kill it if that takes too long.

        The kernel stops the main thread first, which stops the others; but not if the process has
        put its main thread into a state that no signal ends.
        """
        deadline = time.monotonic() + STOP_TIMEOUT
        while not self._has_stopped():
            if time.monotonic() > deadline:
                self.kill()
            time.sleep(STOP_TICK)

    def _has_stopped(self) -> bool:
        """Tell whether its threads have stopped, or ended."""
        try:
            text = os.pread(self._stat, MAX_STAT_BYTES, 0)
        except ProcessLookupError:
            return True
        return text[text.rindex(b")") + 2 :][:1] in (b"T", b"Z", b"X")

    def _stop(self) -> None:
        """Stop all its threads until it runs again; it can be killed all the same."""
        if not self._is_trusted:
            self._process.signal(signal.SIGSTOP)
            self._is_running = False

    def _remove_folder(self) -> None:
        """Remove its scratch folder, if that is on disk."""
        if self._folder is not None:
            scratch.remove(self._folder)


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

"""Fork servers: processes that import libraries once and are then forked again and again.

A fork server runs nothing but imports. Any other work is done in a fork of it, so notebooks never
share a process, and each worker starts within milliseconds. A fork server can itself be forked
from another one and then import more, so that libraries that both need are loaded once and share
memory.

`multiprocessing.forkserver` allows only one server in a process, no tree of them, and offers no
pidfds.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from grader.isolation import namespaces
from grader.isolation.channel import Channel, ConnectionClosedError, DeadlineError, make_pair
from grader.isolation.confine import die_with_parent
from grader.startup import leave_out_grammars

# The only variables of the user's environment that fork servers get. They get them by message, so
# that a worker does not find them in ``/proc/self/environ``.
KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "MPLCONFIGDIR", "KERAS_HOME")
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    # With one submission on each core, more threads would only slow each other down.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    # oneDNN compiles its kernels when a worker first uses them, which takes longer than they save.
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
}
IMPORT_TIMEOUT = 180.0  # seconds for a fork server's imports, on a machine under load
KILL_TIMEOUT = 10.0  # seconds for a killed process to end
MAX_REQUEST_BYTES = 1 << 26
MAX_REPLY_BYTES = 1 << 20
# The byte before each request and reply; file descriptors can be attached to it.
WITH_HANDLES, WITHOUT_HANDLES = b"!", b"."
# If set for `grader autograde`, workers are in no namespaces.
NO_NAMESPACES = "GRADER_NO_NAMESPACES"


class ProcessStartError(Exception):
    """A process could not be started, for reasons unrelated to the submission."""


class ForkedProcess:
    """A process forked by a fork server, seen from the grader.

    Parameters
    ----------
    server : ForkServer
        The fork server.
    number : int
        Its process id as the fork server sees it, which may be in another PID namespace.
    pidfd : int
        Its pidfd.
    channel : Channel
        The connection to it.

    Attributes
    ----------
    channel : Channel
        The connection to it.
    pid : int
        Its process id. Not reused before `close`: the fork server reaps a process only on request.
    """

    def __init__(self, server: ForkServer, number: int, pidfd: int, channel: Channel):
        self._server, self._number, self.channel = server, number, channel
        self._pidfd = pidfd
        self.pid = _read_pid(pidfd)
        self._status: int | None = None

    def signal(self, number: int) -> None:
        """Send it a signal; do nothing if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, number)

    def wait(self, seconds: float) -> int | None:
        """Wait for it to end.

        Returns
        -------
        int or None
            The exit code, or minus the number of the signal that killed it; None if it is still
            running.
        """
        if self._status is None:
            poll = select.poll()
            poll.register(self._pidfd, select.POLLIN)
            if poll.poll(1000 * seconds):
                self._status = self._server.reap(self._number)
        return self._status

    def close(self) -> None:
        """Kill it, whatever it is doing."""
        if self._pidfd < 0:
            return
        self.signal(signal.SIGKILL)
        self.wait(KILL_TIMEOUT)
        self.channel.close()
        os.close(self._pidfd)
        self._pidfd = -1


class ForkServer:
    """A fork server, seen from the grader. Threads may share it.

    Parameters
    ----------
    preload : list of str
        Modules to import.
    prepare : str, optional
        ``module:function``, called once after the imports.
    parent : ForkServer, optional
        The fork server to fork it from. Without, it is a new Python interpreter.
    path : str
        A folder to put first on the import path.
    view : namespaces.View, optional
        The files that the workers can see which it forks, if it can give them a root. Without, they
        see all files.

    Attributes
    ----------
    alive : bool
        Whether it still replies to requests.
    """

    def __init__(
        self,
        preload: list[str],
        prepare: str = "",
        parent: ForkServer | None = None,
        path: str = "",
        view: namespaces.View | None = None,
    ):
        self._lock = threading.Lock()
        self._forked: ForkedProcess | None = None
        self._popen: subprocess.Popen | None = None
        self._missing: str | None = None
        arguments: dict[str, Any] = {"preload": preload, "prepare": prepare, "path": path}
        arguments["view"] = None if view is None else view.to_plain()
        if parent is None:
            self._channel = self._start_interpreter(arguments)
        else:
            serve = "grader.isolation.forkserver:serve"
            arguments["missing"] = parent.missing_namespaces()
            self._forked = parent.fork(serve, arguments, is_server=True)
            self._channel = self._forked.channel
        self._socket = self._channel.socket
        self.alive = True

    @property
    def pid(self) -> int:
        """Its process id."""
        process = self._forked or self._popen
        assert process is not None
        return process.pid

    def missing_namespaces(self) -> str:
        """Return why workers have no namespaces or no root; empty if they have."""
        if self._missing is None:
            reply, _ = self._ask({"describe": True}, [])
            self._missing = reply.get("missing", reply.get("error", "unknown"))
        return self._missing

    def fork(self, function: str, arguments: dict, is_server: bool = False) -> ForkedProcess:
        """Run ``module:function(channel, **arguments)`` in a fork.

        Parameters
        ----------
        function : str
            ``module:function``.
        arguments : dict
            Its keyword arguments, which JSON can hold.
        is_server : bool
            Whether it forks further processes, and runs nothing untrusted.

        Raises
        ------
        ProcessStartError
            If the fork server has ended, its imports failed, or the system refuses to fork.
        """
        ours, theirs = make_pair()
        with theirs:
            request = {"run": function, "arguments": arguments, "is_server": is_server}
            reply, handles = self._ask(request, [theirs.fileno()])
        if "pid" not in reply or not handles:
            ours.close()
            raise ProcessStartError(reply.get("error", "it says nothing"))
        return ForkedProcess(self, reply["pid"], handles[0], ours)

    def reap(self, number: int) -> int:
        """Return the exit status of a forked process that has ended."""
        reply, _ = self._ask({"reap": number}, [])
        return reply.get("status", -signal.SIGKILL)

    def close(self) -> None:
        """Kill it and everything that it forked."""
        self.alive = False
        self._channel.close()
        if self._forked is not None:
            self._forked.close()
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()

    def _start_interpreter(self, arguments: dict) -> Channel:
        """Start a new interpreter with a clean environment and without a terminal."""
        channel, theirs = make_pair()
        with theirs:
            code = f"from {__name__} import main; main({theirs.fileno()})"
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-c", code],
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if "GRADER_DEBUG" in os.environ else subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                start_new_session=True,
            )
        start = {
            "environment": {key: os.environ[key] for key in KEPT_VARIABLES if key in os.environ},
            "namespaces": NO_NAMESPACES not in os.environ,
            "arguments": arguments,
        }
        with contextlib.suppress(ConnectionClosedError):  # the first request reports it
            channel.send(json.dumps(start).encode())
        return channel

    def _ask(self, request: dict, handles: list[int]) -> tuple[dict, list[int]]:
        """Send a request; return the reply and the file descriptors that came with it."""
        with self._lock:
            try:
                prefix = WITH_HANDLES if handles else WITHOUT_HANDLES
                socket.send_fds(self._socket, [prefix], handles)
                self._channel.send(json.dumps(request).encode())
                return self._receive(time.monotonic() + IMPORT_TIMEOUT)
            except Exception as error:
                self.alive = False
                reason = f"a process that keeps libraries warm is gone ({error!r})"
                return {"error": reason}, []

    def _receive(self, deadline: float) -> tuple[dict, list[int]]:
        """Return a reply and the file descriptors that came with it."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if not poll.poll(1000 * max(0.0, deadline - time.monotonic())):
            raise DeadlineError
        prefix, handles = _receive_handles(self._socket)
        if not prefix:
            raise ConnectionClosedError("the other side has closed")
        return json.loads(self._channel.receive(MAX_REPLY_BYTES, deadline)), handles


def main(handle: int) -> None:
    """Run a fork server in a new interpreter, in new namespaces if the kernel allows them.

    Parameters
    ----------
    handle : int
        The file descriptor of the connection to the grader.
    """
    channel = Channel(socket.socket(fileno=handle))
    start = json.loads(channel.receive(MAX_REQUEST_BYTES))
    missing = namespaces.enter(start["namespaces"])
    os.environ.update(start["environment"])
    leave_out_grammars()
    serve(channel, **start["arguments"], missing=missing)


def serve(
    channel: Channel,
    preload: list[str],
    prepare: str,
    path: str,
    view: dict | None,
    missing: str,
) -> None:
    """Import modules, then fork on request until the connection closes.

    The kernel kills a forked process with its parent. The parent of a new interpreter is a thread
    of the grader, which may end earlier; so an interpreter ends when its connection closes.

    Parameters
    ----------
    channel : Channel
        The connection to the grader.
    preload, prepare, path
        As for `ForkServer`.
    view : dict or None
        The arguments of `namespaces.View`.
    missing : str
        Why this process is in no namespaces; empty if it is.
    """
    sys.path[:0] = [path] if path else []
    error = _warm_up(preload, prepare)
    namespaces.forget_root()  # which the fork server had that this one was forked from
    if view is not None and not missing:
        missing = namespaces.prepare_root(namespaces.View(**view))
    children = _Children()
    end = channel.socket
    while True:
        prefix, handles = _receive_handles(end)
        if not prefix:
            os._exit(0)
        try:
            request = json.loads(channel.receive(MAX_REQUEST_BYTES))
        except ConnectionClosedError:
            os._exit(0)
        reply: dict[str, Any]
        pidfds: list[int] = []
        if "reap" in request:
            reply = {"status": children.reap(request["reap"])}
        elif "describe" in request:
            reply = {"missing": missing}
        elif error:
            reply = {"error": error}
        else:
            reply = children.fork(request, channel, handles)
            pidfds = [os.pidfd_open(reply["pid"])] if "pid" in reply else []
        socket.send_fds(end, [WITH_HANDLES if pidfds else WITHOUT_HANDLES], pidfds)
        channel.send(json.dumps(reply).encode())
        for handle in (*handles, *pidfds):
            os.close(handle)


def _warm_up(preload: list[str], prepare: str) -> str:
    """Import modules; return the error message, or an empty string."""
    try:
        for name in preload:
            importlib.import_module(name)
        if prepare:
            _find_function(prepare)()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    gc.collect()
    # Later collections then leave the present objects alone, whose pages stay shared with forks.
    gc.freeze()
    return ""


class _Children:
    """The processes that a fork server has forked."""

    def __init__(self) -> None:
        # For each one in a PID namespace without other workers, the first process of that.
        self._firsts: dict[int, int] = {}
        self._ended: list[int] = []  # first processes that have been killed

    def fork(self, request: dict, channel: Channel, handles: list[int]) -> dict:
        """Fork; the child runs the requested function and exits."""
        parent = os.getpid()
        try:
            if request["is_server"]:
                first, pid = None, os.fork()
            else:
                pid, first = namespaces.fork_apart()
        except OSError as error:
            return {"error": f"no process can be started: {error}"}
        if pid == 0:
            # A parent in another PID namespace has the number 0.
            _run_child(request, channel, handles, parent if first is None else 0)
        if first is not None:
            self._firsts[pid] = first
        return {"pid": pid}

    def reap(self, pid: int) -> int:
        """Wait for a process that has ended, and end its PID namespace."""
        try:
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except ChildProcessError:
            return -signal.SIGKILL
        if pid in self._firsts:
            self._ended.append(self._firsts.pop(pid))
            os.kill(self._ended[-1], signal.SIGKILL)
        # The kernel takes its time over the end of a namespace.
        self._ended = [one for one in self._ended if not os.waitpid(one, os.WNOHANG)[0]]
        return status


def _run_child(request: dict, channel: Channel, handles: list[int], parent: int) -> NoReturn:
    """Run the requested function in a child whose parent has the number `parent`; exit."""
    status = 1
    log = os.dup(2)
    try:
        os.setsid()
        channel.close()
        die_with_parent()
        if os.getppid() != parent:  # which ended before the call above
            os._exit(1)
        run = _find_function(request["run"])
        run(Channel(socket.socket(fileno=handles[0])), **request["arguments"])
        status = 0
    except ConnectionClosedError:
        status = 0
    except BaseException:
        # Shown if GRADER_DEBUG is set, even if the function has redirected stderr.
        os.write(log, traceback.format_exc().encode())
    finally:
        os._exit(status)


def _receive_handles(end: socket.socket) -> tuple[bytes, list[int]]:
    """Return the byte before a request or reply, and the file descriptors attached to it."""
    prefix, handles, _, _ = socket.recv_fds(end, 1, 1)
    for handle in handles:
        os.set_inheritable(handle, False)
    return prefix, handles


def _read_pid(pidfd: int) -> int:
    """Return the process id that belongs to a pidfd, in this process's PID namespace."""
    with open(f"/proc/self/fdinfo/{pidfd}") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("Pid:"))


def _find_function(name: str) -> Callable:
    """Return the function that ``module:function`` names."""
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)

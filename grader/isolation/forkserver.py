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
from typing import Any

from grader.isolation.channel import Channel, ConnectionClosedError, make_pair
from grader.isolation.confine import die_with_parent
from grader.startup import leave_out_grammars

# The only variables of the user's environment that workers inherit.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "MPLCONFIGDIR", "KERAS_HOME")
ENVIRONMENT = {
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
# The byte before each request; file descriptors can be attached to it.
WITH_HANDLES, WITHOUT_HANDLES = b"!", b"."


class ProcessStartError(Exception):
    """A process could not be started, for reasons unrelated to the submission."""


class ForkedProcess:
    """A process forked by a fork server, seen from the grader.

    Attributes
    ----------
    channel : Channel
        The connection to it.
    pid : int
        Its process id. Not reused before `close`: the fork server reaps a process only on request.
    """

    def __init__(self, server: ForkServer, pid: int, channel: Channel):
        self._server, self.pid, self.channel = server, pid, channel
        self._pidfd = os.pidfd_open(pid)
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
                self._status = self._server.reap(self.pid)
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
    ):
        self._lock = threading.Lock()
        self._forked: ForkedProcess | None = None
        self._popen: subprocess.Popen | None = None
        arguments = {"preload": preload, "prepare": prepare, "path": path}
        if parent is None:
            self._channel = self._start_interpreter(arguments)
        else:
            self._forked = parent.fork("grader.isolation.forkserver:serve", arguments)
            self._channel = self._forked.channel
        self._socket = self._channel.socket
        self.alive = True

    @property
    def pid(self) -> int:
        """Its process id."""
        process = self._forked or self._popen
        assert process is not None
        return process.pid

    def fork(self, function: str, arguments: dict) -> ForkedProcess:
        """Run ``module:function(channel, **arguments)`` in a fork.

        Raises
        ------
        ProcessStartError
            If the fork server has ended, its imports failed, or the system refuses to fork.
        """
        ours, theirs = make_pair()
        with theirs:
            request = {"run": function, "arguments": arguments}
            reply = self._ask(request, [theirs.fileno()])
        if "pid" not in reply:
            ours.close()
            raise ProcessStartError(reply.get("error", "it says nothing"))
        return ForkedProcess(self, reply["pid"], ours)

    def reap(self, pid: int) -> int:
        """Return the exit status of a forked process that has ended."""
        return self._ask({"reap": pid}, []).get("status", -signal.SIGKILL)

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
            code = f"import sys; from {__name__} import main; main(*sys.argv[1:])"
            inherited = {key: os.environ[key] for key in KEPT_VARIABLES if key in os.environ}
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-c", code, str(theirs.fileno()), json.dumps(arguments)],
                env=inherited | ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if "GRADER_DEBUG" in os.environ else subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                start_new_session=True,
            )
        return channel

    def _ask(self, request: dict, handles: list[int]) -> dict:
        """Send a request and return the reply."""
        with self._lock:
            try:
                prefix = WITH_HANDLES if handles else WITHOUT_HANDLES
                socket.send_fds(self._socket, [prefix], handles)
                self._channel.send(json.dumps(request).encode())
                deadline = time.monotonic() + IMPORT_TIMEOUT
                return json.loads(self._channel.receive(MAX_REPLY_BYTES, deadline))
            except Exception as error:
                self.alive = False
                return {"error": f"a process that keeps libraries warm is gone ({error!r})"}


def main(handle: str, arguments: str) -> None:
    """Run a fork server in a new interpreter.

    Parameters
    ----------
    handle : str
        The file descriptor of the connection to the grader.
    arguments : str
        The keyword arguments of `serve`, as JSON.
    """
    leave_out_grammars()
    end = socket.socket(fileno=int(handle))
    serve(Channel(end), **json.loads(arguments))


def serve(channel: Channel, preload: list[str], prepare: str, path: str) -> None:
    """Import modules, then fork on request until the connection closes.

    The kernel kills a forked process with its parent. The parent of a new interpreter is a thread
    of the grader, which may end earlier; so an interpreter ends when its connection closes.
    """
    sys.path[:0] = [path] if path else []
    error = _warm_up(preload, prepare)
    end = channel.socket
    while True:
        prefix, handles, _, _ = socket.recv_fds(end, 1, 1)
        if not prefix:
            os._exit(0)
        try:
            request = json.loads(channel.receive(MAX_REQUEST_BYTES))
        except ConnectionClosedError:
            os._exit(0)
        reply: dict[str, Any]
        if "reap" in request:
            reply = {"status": _reap(request["reap"])}
        elif error:
            reply = {"error": error}
        else:
            reply = _fork(request, channel, handles)
        for handle in handles:
            os.close(handle)
        channel.send(json.dumps(reply).encode())


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


def _fork(request: dict, channel: Channel, handles: list[int]) -> dict:
    """Fork; the child runs the requested function and exits."""
    try:
        pid = os.fork()
    except OSError as error:
        return {"error": f"no process can be started: {error}"}
    if pid:
        return {"pid": pid}
    status = 1
    log = os.dup(2)
    try:
        os.setsid()
        channel.close()
        die_with_parent()
        if os.getppid() == 1:  # the parent ended before the call above
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


def _reap(pid: int) -> int:
    """Wait for a process that has ended."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return -signal.SIGKILL


def _find_function(name: str) -> Callable:
    """Return the function that ``module:function`` names."""
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)

"""Warm parents: processes that have imported libraries once and are then forked again and again.

A zygote runs nothing but imports. What it is asked to run, it runs in a fork of itself, so that no
notebook meets another one, and each starts within milliseconds. A zygote can be forked from another
and then import more: libraries that both need are loaded, and held in memory, once.
"""

from __future__ import annotations

import contextlib
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

from grader.isolation.channel import Channel, ConnectionClosedError, make_pair
from grader.startup import leave_out_grammars

# All that a zygote, and so a student's process, has of the user's environment.
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "MPLCONFIGDIR", "KERAS_HOME")
ENVIRONMENT = {
    # One submission for each core is as fast as it gets; threads would only be in the way.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "",
    "KERAS_BACKEND": "tensorflow",
    "MPLBACKEND": "agg",
    "PYTHONDONTWRITEBYTECODE": "1",
}
START_TIMEOUT = 180.0  # seconds for a zygote's imports, on a machine under load


class ProcessStartError(Exception):
    """No process could be started, which is not a submission's fault."""


class ForkedProcess:
    """A process that a zygote forked, seen from the grader.

    Attributes
    ----------
    channel : Channel
        The connection to it.
    pid : int
        Its number, its own until `close`: a zygote keeps the dead until it is asked for them.
    """

    def __init__(self, zygote: ForkServer, pid: int, channel: Channel):
        self._zygote, self.pid, self.channel = zygote, pid, channel
        self._handle = os.pidfd_open(pid)
        self._status: int | None = None

    def signal(self, number: int) -> None:
        """Send it a signal; nothing if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def wait(self, seconds: float) -> int | None:
        """Return how it ended, as `os.waitstatus_to_exitcode` has it; None if it has not."""
        if self._status is None:
            poll = select.poll()
            poll.register(self._handle, select.POLLIN)
            if poll.poll(1000 * seconds):
                self._status = self._zygote.reap(self.pid)
        return self._status

    def close(self) -> None:
        """End it, whatever it is doing."""
        if self._handle < 0:
            return
        self.signal(signal.SIGKILL)
        self.wait(10.0)
        self.channel.close()
        os.close(self._handle)
        self._handle = -1


class ForkServer:
    """A warm parent, seen from the grader. Threads may share it.

    Parameters
    ----------
    preload : list of str
        Modules to import.
    prepare : str, optional
        ``module:function``, called once after the imports.
    parent : Zygote, optional
        The one to be forked from; a new Python interpreter otherwise.
    path : str
        A folder to import from before all others.
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
            self._channel = self._start(arguments)
        else:
            self._forked = parent.fork("grader.isolation.forkserver:serve", arguments)
            self._channel = self._forked.channel
        self._socket = self._channel.socket
        self.alive = True

    def _start(self, arguments: dict) -> Channel:
        """Start a new interpreter, with a clean environment and nobody's terminal."""
        channel, theirs = make_pair()
        with theirs:
            code = f"import sys; from {__name__} import main; main(*sys.argv[1:])"
            self._popen = subprocess.Popen(
                [sys.executable, "-I", "-c", code, str(theirs.fileno()), json.dumps(arguments)],
                env={key: os.environ[key] for key in KEPT_VARIABLES if key in os.environ}
                | ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if "GRADER_DEBUG" in os.environ else subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                start_new_session=True,
            )
        return channel

    def fork(self, function: str, arguments: dict) -> ForkedProcess:
        """Run ``module:function(channel, **arguments)`` in a fork.

        Raises
        ------
        ProcessStartError
            If the zygote is gone, could not import what it should, or the system forks no more.
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
        """Return how a process ended that has ended."""
        return self._ask({"reap": pid}, []).get("status", -signal.SIGKILL)

    def _ask(self, request: dict, handles: list[int]) -> dict:
        """Send a request and return its answer."""
        with self._lock:
            try:
                socket.send_fds(self._socket, [b"!" if handles else b"."], handles)
                self._channel.send(json.dumps(request).encode())
                return json.loads(self._channel.receive(1 << 20, time.monotonic() + START_TIMEOUT))
            except Exception as error:
                self.alive = False
                return {"error": f"a process that keeps libraries warm is gone ({error!r})"}

    def close(self) -> None:
        """End it, and with it all that it forked."""
        self.alive = False
        self._channel.close()
        if self._forked is not None:
            self._forked.close()
        if self._popen is not None:
            self._popen.kill()
            self._popen.wait()


def main(handle: str, arguments: str) -> None:
    """Be a zygote: what `ForkServer` starts."""
    leave_out_grammars()
    end = socket.socket(fileno=int(handle))
    serve(Channel(end), **json.loads(arguments))


def serve(channel: Channel, preload: list[str], prepare: str, path: str) -> None:
    """Import, then fork on request until the other side goes away.

    The kernel ends a forked process with its parent. A new interpreter's parent is a thread of the
    grader's, which may end sooner; that one ends when its line is closed.
    """
    sys.path[:0] = [path] if path else []
    error = _warm_up(preload, prepare)
    end = channel.socket
    while True:
        mark, handles, _, _ = socket.recv_fds(end, 1, 1)
        if not mark:
            os._exit(0)
        try:
            request = json.loads(channel.receive(1 << 26))
        except ConnectionClosedError:
            os._exit(0)
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
    """Import modules; return what went wrong."""
    try:
        for name in preload:
            importlib.import_module(name)
        if prepare:
            _find(prepare)()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    import gc

    gc.collect()
    gc.freeze()  # What is there now stays, and stays shared: no fork need look at it again.
    return ""


def _fork(request: dict, channel: Channel, handles: list[int]) -> dict:
    """Fork, and let the child do what is asked."""
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
        from grader.isolation import confine

        confine.die_with_parent()
        if os.getppid() == 1:  # It died before it could be noticed.
            os._exit(1)
        run: Callable = _find(request["run"])
        run(Channel(socket.socket(fileno=handles[0])), **request["arguments"])
        status = 0
    except ConnectionClosedError:
        status = 0
    except BaseException:
        # Seen where GRADER_DEBUG is set, though the process may have moved its own stderr.
        os.write(log, traceback.format_exc().encode())
    finally:
        os._exit(status)


def _reap(pid: int) -> int:
    """Wait for a process that has ended."""
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:
        return -signal.SIGKILL


def _find(name: str) -> Callable:
    """Return ``module:function``."""
    module, function = name.split(":")
    return getattr(importlib.import_module(module), function)

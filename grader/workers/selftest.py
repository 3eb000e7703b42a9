"""Check that the sandbox works on this machine."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import socket
import time
from collections.abc import Callable

from grader.isolation.channel import Channel, ConnectionClosedError, DeadlineError, ProtocolError
from grader.isolation.confine import SandboxUnavailableError, check_available
from grader.isolation.forkserver import ProcessStartError
from grader.isolation.limits import ResourceLimits
from grader.workers.policy import enter
from grader.workers.pool import shared_pool

TIMEOUT = 120.0  # seconds for all attempts, on a machine under load
MAX_REPLY_BYTES = 10_000
VISIBLE = "submissions can see which files and processes exist, but cannot open or reach them"


def check_protections(limits: ResourceLimits) -> str:
    """Check that a worker is confined, and return a description of what confines it.

    Raises
    ------
    SandboxUnavailableError
        If anything is missing, or a worker could do what it must not.
    """
    protections = check_available()
    server = shared_pool().get("answers", False, None)
    missing = server.missing_namespaces()
    try:
        process = server.fork(
            "grader.workers.selftest:attempt_forbidden",
            {"memory": limits.memory, "has_namespaces": not missing},
        )
        with contextlib.closing(process):
            reply = process.channel.receive(MAX_REPLY_BYTES, time.monotonic() + TIMEOUT)
        leaks = json.loads(reply)
    except (
        ProcessStartError,
        ConnectionClosedError,
        DeadlineError,
        ProtocolError,
        ValueError,
    ) as error:
        raise SandboxUnavailableError(f"a confined process did not start ({error})") from error
    if leaks:
        raise SandboxUnavailableError(f"a confined process could still {', '.join(leaks)}")
    return _describe(protections, missing, limits)


def _describe(protections: str, missing: str, limits: ResourceLimits) -> str:
    """Return what confines a worker, and what is missing, in words for the instructor."""
    if not missing:
        protections = protections.replace(" and ", ", ") + " and namespaces"
    text = (
        f"{protections} keep submissions from files, network, programs and each other; "
        f"{limits.memory / 1e9:.3g} GB of memory each"
    )
    return f"{text}. Namespaces are not available ({missing}): {VISIBLE}" if missing else text


def attempt_forbidden(channel: Channel, memory: int, has_namespaces: bool = False) -> None:
    """Confine this process like a student worker, and send which forbidden actions succeed.

    Parameters
    ----------
    channel : Channel
        The connection to the grader, which gets a JSON list.
    memory : int
        The memory limit in bytes.
    has_namespaces : bool
        Whether other files and processes should be out of sight, too.
    """
    enter("answers", None, None, ResourceLimits(memory=memory))
    another = os.getppid() or 1  # in a PID namespace, the parent has no number
    attempts: dict[str, Callable[[], object]] = {
        "read files": lambda: os.listdir("/"),
        "write files": lambda: open(f"/tmp/grader-{os.getpid()}", "w").close(),
        "change files": lambda: os.setxattr("/tmp", "user.grader", b""),
        "reach the network": lambda: socket.socket().close(),
        "send datagrams": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
        "ask about other processes": lambda: os.getsid(another),
        "start programs": lambda: os.execv("/bin/true", ["true"]),
        "start processes": lambda: os.fork() or os._exit(0),
        "send signals": lambda: os.kill(another, 0),
        "use any memory": lambda: bytearray(2 * memory),
        "import SciPy": lambda: importlib.import_module("scipy"),
    }
    if has_namespaces:
        attempts["see files"] = lambda: os.stat("/etc/passwd")
        attempts["see processes"] = lambda: os.stat("/proc/3")
    leaks = []
    for name, attempt in attempts.items():
        with contextlib.suppress(OSError, ImportError, MemoryError):
            attempt()
            leaks.append(name)
    channel.send(json.dumps(leaks).encode())

"""Give up rights for good, on plain Linux, without root and without containers.

Landlock (kernel 5.13 and later) takes away files, seccomp takes away system calls, resource limits
bound the rest. All three hold for the calling thread and for all that it starts, and cannot be
undone. A process that runs as root gives up root's capabilities as well.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import struct
import sys
from collections.abc import Iterable

from grader.isolation.landlock import apply_landlock, landlock_version
from grader.isolation.libc import (
    LIBC,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_PDEATHSIG,
    PR_SET_SECCOMP,
    SECCOMP_FILTER,
    check_call,
)
from grader.isolation.limits import ResourceLimits
from grader.isolation.seccomp import apply_seccomp
from grader.isolation.syscalls import MACHINES


class SandboxUnavailableError(Exception):
    """Here a process cannot be confined; the text says what is missing."""


def check_available() -> str:
    """Return in words what confines a process here.

    Raises
    ------
    SandboxUnavailableError
        If anything is missing.
    """
    if sys.platform != "linux":
        raise SandboxUnavailableError(f"it needs Linux, and this is {platform.system()}")
    if platform.machine() not in MACHINES:
        raise SandboxUnavailableError(
            f"the system calls of {platform.machine()} are not known to it"
        )
    version = landlock_version()
    if version < 1:
        raise SandboxUnavailableError(
            f"the kernel ({platform.release()}) has no Landlock, or has it switched off; "
            "it came with Linux 5.13"
        )
    # A filter that is not there is a bad address; without seccomp it is a bad argument.
    LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, None, 0, 0)
    if ctypes.get_errno() != errno.EFAULT:
        raise SandboxUnavailableError("the kernel has no seccomp filters")
    return f"Landlock (version {version}) and seccomp"


def confine(
    read: Iterable[str],
    write: Iterable[str] = (),
    limits: ResourceLimits = ResourceLimits(),  # noqa: B008  (frozen)
    *,
    load_code: bool = True,
) -> None:
    """Give up, for good, all rights of this process but these.

    It keeps its own threads, signals to itself, and the sockets and files that it has open.

    Parameters
    ----------
    read : iterable of str
        Files and folders, with all that is in them, that may be read.
    write : iterable of str
        Those that may also be written to.
    limits : Limits
        What it may use.
    load_code : bool
        Whether machine code may still be loaded: without it no library that is not there yet.

    Raises
    ------
    OSError
        If the kernel refuses, so that the process is not confined.
    """
    _limit(limits)
    _drop_capabilities()
    check_call(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    apply_landlock(read, write)
    apply_seccomp(load_code)


def die_with_parent() -> None:
    """Let the kernel kill this process when the thread that forked it ends."""
    check_call(LIBC.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0))


def _limit(limits: ResourceLimits) -> None:
    """Set resource limits, memory's beyond what the process has now."""
    with open("/proc/self/status") as lines:
        used = {
            key: 1024 * int(value.split()[0])
            for key, _, value in (line.partition(":") for line in lines)
            if key in ("VmSize", "VmData")
        }
    # Private memory is what counts. Address space is cheap, but shared memory is of no other kind;
    # libraries reserve more of it than they use.
    for what, most in [
        (resource.RLIMIT_DATA, used["VmData"] + limits.memory),
        (resource.RLIMIT_AS, used["VmSize"] + 4 * limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ]:
        resource.setrlimit(what, (most, most))


def _drop_capabilities() -> None:
    """Give up what root may do beyond its own files."""
    header = struct.pack("=Ii", 0x20080522, 0)  # the third version of the call, this process
    LIBC.capset(header, bytes(24))

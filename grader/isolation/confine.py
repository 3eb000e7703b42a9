"""Confine a process for good, on plain Linux, without root and without containers.

Landlock (kernel 5.13 and later) restricts files, seccomp restricts system calls, and resource
limits bound memory and file sizes. All three apply to the calling thread and to everything that it
starts, and cannot be undone. A process that runs as root also gives up root's capabilities.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import stat
import struct
import sys
from collections.abc import Iterable

from grader.isolation.landlock import apply_landlock, describe_landlock, landlock_version
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
from grader.isolation.syscalls import ARCHITECTURES

CAPABILITY_VERSION_3 = 0x20080522
ADDRESS_SPACE_FACTOR = 4  # address space, in multiples of the memory limit
# Counted for all processes of the user, so a process must not be able to fill them up for others to
# see: more than 31 signals for each of its threads.
PENDING_SIGNALS = 16_384


class SandboxUnavailableError(Exception):
    """A process cannot be confined on this machine; the text says what is missing."""


def check_available() -> str:
    """Return a description of what confines a process on this machine.

    Raises
    ------
    SandboxUnavailableError
        If anything is missing.
    """
    if sys.platform != "linux":
        raise SandboxUnavailableError(f"it needs Linux, and this is {platform.system()}")
    if platform.machine() not in ARCHITECTURES:
        raise SandboxUnavailableError(
            f"the system calls of {platform.machine()} are not known to it"
        )
    version = landlock_version()
    if version < 1:
        raise SandboxUnavailableError(
            f"the kernel ({platform.release()}) has no Landlock, or has it switched off; "
            "it came with Linux 5.13"
        )
    # With a null filter, a kernel that has seccomp reports EFAULT, one without it EINVAL.
    LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, None, 0, 0)
    if ctypes.get_errno() != errno.EFAULT:
        raise SandboxUnavailableError("the kernel has no seccomp filters")
    return f"{describe_landlock()} and seccomp"


def confine(
    read: Iterable[str],
    write: Iterable[str] = (),
    limits: ResourceLimits = ResourceLimits(),  # noqa: B008  (frozen)
    *,
    load_code: bool = True,
    change_files: bool = True,
) -> None:
    """Give up, for good, all rights of this process but these.

    It keeps its own threads, signals to itself, and the sockets and files that it has open.

    Parameters
    ----------
    read : iterable of str
        Files and folders, with everything in them, that may be read.
    write : iterable of str
        Files and folders that may also be written to.
    limits : ResourceLimits
        The limits to set; `confine` uses those that the kernel enforces.
    load_code : bool
        Whether machine code may still be loaded. Without it, no further compiled library can be
        imported.
    change_files : bool
        Whether files may still be made, renamed and removed, in the folders in `write`.

    Raises
    ------
    OSError
        If the kernel refuses, so that the process is not confined.
    RuntimeError
        If the process has other threads, which would not be confined.
    """
    if _read_status()["Threads"] > 1:
        raise RuntimeError("a process can only be confined before it starts threads")
    _open_null_again()
    _set_resource_limits(limits)
    _drop_capabilities()
    check_call(LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    apply_landlock(read, write)
    apply_seccomp(load_code=load_code, change_files=change_files)


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that forked it ends."""
    check_call(LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))


def _open_null_again() -> None:
    """Open ``/dev/null`` anew wherever it is open.

    Processes that were forked from the same one share an open file, and with it its flags: what
    one of them sets, the others can read.
    """
    device = os.stat(os.devnull).st_rdev
    fresh = os.open(os.devnull, os.O_RDWR)
    for number in map(int, os.listdir("/proc/self/fd")):
        with contextlib.suppress(OSError):
            opened = os.fstat(number)
            if stat.S_ISCHR(opened.st_mode) and opened.st_rdev == device:
                os.dup2(fresh, number)
    os.close(fresh)


def _set_resource_limits(limits: ResourceLimits) -> None:
    """Set resource limits; those on memory are relative to what the process uses now."""
    used = _read_status()
    # RLIMIT_DATA counts private memory, which is what matters. Shared memory counts only as address
    # space, of which libraries reserve more than they use: hence the looser second limit.
    for kind, limit in [
        (resource.RLIMIT_DATA, 1024 * used["VmData"] + limits.memory),
        (resource.RLIMIT_AS, 1024 * used["VmSize"] + ADDRESS_SPACE_FACTOR * limits.memory),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_SIGPENDING, PENDING_SIGNALS),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_NICE, 0),
    ]:
        _lower_limit(kind, limit)


def _lower_limit(kind: int, limit: int) -> None:
    """Set a resource limit, or leave it if it is lower already."""
    _, present = resource.getrlimit(kind)
    if present != resource.RLIM_INFINITY:
        limit = min(limit, present)
    resource.setrlimit(kind, (limit, limit))


def _read_status() -> dict[str, int]:
    """Return this process's number of threads, and its address space and data in kilobytes."""
    with open("/proc/self/status") as lines:
        return {
            key: int(value.split()[0])
            for key, _, value in (line.partition(":") for line in lines)
            if key in ("Threads", "VmSize", "VmData")
        }


def _drop_capabilities() -> None:
    """Give up root's capabilities; without root there are none, and nothing happens."""
    this_process = 0
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, this_process)
    LIBC.capset(header, bytes(24))

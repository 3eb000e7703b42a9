"""Run a function in a confined child process."""

import ctypes
import errno
import json
import os
import platform
import select
import signal
import sys

import pytest

from grader.isolation import libc, syscalls
from grader.isolation.confine import confine
from grader.isolation.limits import ResourceLimits
from tests.grader.isolation.refused import REFUSED

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a process"
)


MACHINE = list(syscalls.ARCHITECTURES).index(platform.machine()) if sys.platform == "linux" else 0


ALLOWED = syscalls.COMPUTING | syscalls.CHANGING_FILES | syscalls.LOADING_LIBRARIES
CHECKED = {name: numbers for name, (numbers, _) in syscalls.CHECKED.items()}
FAILING = {name: numbers for name, (numbers, _) in syscalls.FAILING.items()}
CALLS = REFUSED | ALLOWED | CHECKED | FAILING
# The numbers of calls on this machine.
NUMBERS = {name: pair[MACHINE] for name, pair in CALLS.items() if pair[MACHINE] is not None}


MEGA = 1_000_000


ROOMY = ResourceLimits(memory=500 * MEGA)


def confined(function, read=(), write=(), limits=None, **options):
    """Return what a function does in a confined child: its value, or its error's name."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(ours)
            os.write(
                theirs,
                json.dumps(_attempt(function, read, write, limits or ROOMY, options)).encode(),
            )
        finally:
            os._exit(0)
    os.close(theirs)
    try:
        assert select.select([ours], [], [], 30)[0], "the child says nothing"
        said = os.read(ours, 100_000)
    finally:
        os.close(ours)
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
    assert said, f"the child came to an end: {os.waitstatus_to_exitcode(status)}"
    return json.loads(said)


def _attempt(function, read, write, limits, options):
    confine(map(str, read), map(str, write), limits, **options)
    try:
        return function()
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    except BaseException as error:
        return type(error).__name__


def syscall(name_or_number, *args):
    """Make a system call; return its result, or its error's name."""
    number = NUMBERS.get(name_or_number, name_or_number)
    args = [ctypes.c_long(one) if isinstance(one, int) else one for one in args]
    result = libc.LIBC.syscall(ctypes.c_long(number), *args)
    return errno.errorcode[ctypes.get_errno()] if result == -1 else result


def look(inner):
    """Return all that can be seen of a folder and the text in it."""
    found = (inner / "text").stat()
    seen = (found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns, found.st_size)
    return seen, (inner / "text").read_text(), sorted(os.listdir(inner)), inner.stat().st_mode

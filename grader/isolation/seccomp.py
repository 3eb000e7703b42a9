"""Restrict system calls with a seccomp filter.

The filter is assembled here: the Python bindings of libseccomp are unmaintained and need the
system's C library of that name, while the program is only a list of comparisons.

Calls that no rule names are allowed. A deny-list has to follow each new kernel; Landlock and the
missing capabilities bound what a call that is not on it yet could do.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from grader.isolation.libc import (
    LIBC,
    PR_SET_DUMPABLE,
    PR_SET_PDEATHSIG,
    PR_SET_SECCOMP,
    SECCOMP_FILTER,
    check_call,
)
from grader.isolation.syscalls import (
    ARCHITECTURES,
    CLONE,
    CLONE3,
    CLONE_THREAD,
    DENIED,
    DENIED_FCNTLS,
    DENIED_IOCTLS,
    FCNTL,
    IGNORED,
    IOCTL,
    KILL,
    MMAP,
    MPROTECT,
    PKEY_MPROTECT,
    PRCTL,
    PRLIMIT,
    PROT_EXEC,
    SCHED_SETAFFINITY,
    TGKILL,
    TKILL,
    X32_BIT,
    Numbers,
)

# Operations of classic BPF. Jumps count instructions from the next one.
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
# Offsets in the structure that a filter sees.
NUMBER_OFFSET, ARCHITECTURE_OFFSET, ARGUMENTS_OFFSET = 0, 4, 16
# Results. The number of an error is added to the last one.
RESULT_ALLOW, RESULT_KILL, RESULT_ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def apply_seccomp(load_code: bool) -> None:
    """Restrict the system calls of this process.

    Parameters
    ----------
    load_code : bool
        Whether memory may still be made executable.
    """
    program = build_filter(platform.machine(), os.getpid(), load_code)
    buffer = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    check_call(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, filter_, 0, 0))


def build_filter(architecture: str, pid: int, load_code: bool) -> bytes:
    """Return the filter program for a process.

    Parameters
    ----------
    architecture : str
        A key of `ARCHITECTURES`.
    pid : int
        The process, which may send signals to itself.
    load_code : bool
        Whether memory may be made executable.
    """
    program = _Program(architecture)
    program.check_architecture()
    for numbers in DENIED.values():
        program.fail(numbers, errno.EPERM)
    for numbers in IGNORED.values():
        program.fail(numbers, 0)
    # The C library tries clone3 first, whose arguments a filter cannot see, and then clone.
    program.fail(CLONE3, errno.ENOSYS)
    program.allow_if(CLONE, 0, JUMP_ANY_BIT, CLONE_THREAD)
    for numbers in (KILL, TGKILL):
        program.allow_if(numbers, 0, JUMP_EQUAL, pid)
    program.fail(TKILL, errno.EPERM)
    # Or it could outlive the grader, or hide its resource usage from the watchdog.
    program.deny_if(PRCTL, 0, JUMP_EQUAL, PR_SET_PDEATHSIG, PR_SET_DUMPABLE)
    program.allow_if(PRLIMIT, 0, JUMP_EQUAL, 0, pid)
    program.allow_if(SCHED_SETAFFINITY, 0, JUMP_EQUAL, 0)
    program.deny_if(FCNTL, 1, JUMP_EQUAL, *DENIED_FCNTLS)
    program.deny_if(IOCTL, 1, JUMP_EQUAL, *DENIED_IOCTLS)
    if not load_code:
        for numbers in (MMAP, MPROTECT, PKEY_MPROTECT):
            program.deny_if(numbers, 2, JUMP_ANY_BIT, PROT_EXEC)
    return program.finish()


class _Program:
    """A filter program under construction: each rule handles one system call."""

    def __init__(self, architecture: str):
        self._architecture = ARCHITECTURES[architecture]
        self._column = list(ARCHITECTURES).index(architecture)
        self._code: list[bytes] = []

    def check_architecture(self) -> None:
        """Kill the process at a call of another architecture; then load the call's number."""
        self._add(LOAD, ARCHITECTURE_OFFSET)
        self._add(JUMP_EQUAL, self._architecture, 1, 0)
        self._add(RETURN, RESULT_KILL)
        self._add(LOAD, NUMBER_OFFSET)
        if self._architecture == ARCHITECTURES["x86_64"]:
            self._add(JUMP_AT_LEAST, X32_BIT, 0, 1)
            self._add(RETURN, RESULT_KILL)

    def fail(self, numbers: Numbers, code: int) -> None:
        """Make a call return an error without doing anything; with code 0, report success."""
        number = numbers[self._column]
        if number is not None:
            self._add(JUMP_EQUAL, number, 0, 1)
            self._add(RETURN, RESULT_ERROR | code)

    def allow_if(self, numbers: Numbers, index: int, test: int, *values: int) -> None:
        """Allow a call if the argument at `index` passes the test with any value; else deny it."""
        self._test_argument(numbers, index, test, values, RESULT_ALLOW, RESULT_ERROR | errno.EPERM)

    def deny_if(self, numbers: Numbers, index: int, test: int, *values: int) -> None:
        """Deny a call if the argument at `index` passes the test with any value; else allow it."""
        self._test_argument(numbers, index, test, values, RESULT_ERROR | errno.EPERM, RESULT_ALLOW)

    def finish(self) -> bytes:
        """Allow all other calls, and return the program."""
        self._add(RETURN, RESULT_ALLOW)
        return b"".join(self._code)

    def _add(self, operation: int, operand: int, if_true: int = 0, if_false: int = 0) -> None:
        """Add an instruction."""
        self._code.append(struct.pack("=HBBI", operation, if_true, if_false, operand))

    def _test_argument(
        self,
        numbers: Numbers,
        index: int,
        test: int,
        values: tuple[int, ...],
        if_any: int,
        if_none: int,
    ) -> None:
        number = numbers[self._column]
        if number is None:
            return
        self._add(JUMP_EQUAL, number, 0, len(values) + 3)
        self._add(LOAD, ARGUMENTS_OFFSET + 8 * index)  # the lower half: little-endian
        for place, value in enumerate(values):
            self._add(test, value, len(values) - place, 0)
        self._add(RETURN, if_none)
        self._add(RETURN, if_any)

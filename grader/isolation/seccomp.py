"""Restrict system calls with a seccomp filter."""

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
    AFFINITY,
    CLONE,
    CLONE3,
    CLONE_THREAD,
    DENIED,
    DENIED_IOCTLS,
    FCNTL,
    IGNORED,
    IOCTL,
    KILL,
    MACHINES,
    MMAP,
    MPROTECT,
    PKEY_MPROTECT,
    PRCTL,
    PRLIMIT,
    PROT_EXEC,
    SIGNAL_BY_FCNTL,
    TGKILL,
    TKILL,
)


def apply_seccomp(load_code: bool) -> None:
    """Take away system calls."""
    program = _Filter(platform.machine()).build(os.getpid(), load_code)
    buffer = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    check_call(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, filter_, 0, 0))


class _Filter:
    """A program for seccomp: for each system call, whether it may be made.

    The instructions are classic BPF's; jumps count instructions from the next one.
    """

    LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
    NUMBER, MACHINE, ARGUMENTS = 0, 4, 16
    ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000

    def __init__(self, machine: str):
        self._machine = MACHINES[machine]
        self._column = list(MACHINES).index(machine)
        self._code: list[bytes] = []

    def build(self, pid: int, load_code: bool) -> bytes:
        """Return the program for the process ``pid``."""
        self._add(self.LOAD, self.MACHINE)
        self._add(self.EQUAL, self._machine, 1, 0)
        self._add(self.RETURN, self.KILL)
        self._add(self.LOAD, self.NUMBER)
        if self._machine == MACHINES["x86_64"]:
            self._add(self.AT_LEAST, 0x40000000, 0, 1)  # the same calls by other numbers
            self._add(self.RETURN, self.KILL)
        for numbers in DENIED.values():
            self._deny(numbers)
        for numbers in IGNORED.values():
            self._deny(numbers, code=0)
        # The C library asks for clone3 first, whose arguments cannot be seen, then for clone.
        self._deny(CLONE3, code=errno.ENOSYS)
        self._argument(CLONE, 0, [(self.ANY_BIT, CLONE_THREAD)], then_allow=True)
        for numbers in (KILL, TGKILL):
            self._argument(numbers, 0, [(self.EQUAL, pid)], then_allow=True)
        self._deny(TKILL)
        # It would outlive the grader; the grader could not look at what it uses.
        kept = (PR_SET_PDEATHSIG, PR_SET_DUMPABLE)
        self._argument(PRCTL, 0, [(self.EQUAL, one) for one in kept], then_allow=False)
        self._argument(PRLIMIT, 0, [(self.EQUAL, 0), (self.EQUAL, pid)], then_allow=True)
        self._argument(AFFINITY, 0, [(self.EQUAL, 0)], then_allow=True)
        self._argument(FCNTL, 1, [(self.EQUAL, one) for one in SIGNAL_BY_FCNTL], then_allow=False)
        self._argument(IOCTL, 1, [(self.EQUAL, one) for one in DENIED_IOCTLS], then_allow=False)
        if not load_code:
            for numbers in (MMAP, MPROTECT, PKEY_MPROTECT):
                self._argument(numbers, 2, [(self.ANY_BIT, PROT_EXEC)], then_allow=False)
        self._add(self.RETURN, self.ALLOW)
        return b"".join(self._code)

    def _add(self, code: int, value: int, yes: int = 0, no: int = 0) -> None:
        self._code.append(struct.pack("=HBBI", code, yes, no, value))

    def _deny(self, numbers: tuple[int | None, int | None], code: int = errno.EPERM) -> None:
        """Let a call fail."""
        number = numbers[self._column]
        if number is not None:
            self._add(self.EQUAL, number, 0, 1)
            self._add(self.RETURN, self.FAIL | code)

    def _argument(
        self,
        numbers: tuple[int | None, int | None],
        index: int,
        tests: list[tuple[int, int]],
        *,
        then_allow: bool,
    ) -> None:
        """Let a call pass, or fail, if any test of its argument holds; else the other way."""
        held, else_ = self.ALLOW, self.FAIL | errno.EPERM
        if not then_allow:
            held, else_ = else_, held
        number = numbers[self._column]
        if number is None:
            return
        self._add(self.EQUAL, number, 0, len(tests) + 3)
        self._add(self.LOAD, self.ARGUMENTS + 8 * index)  # the lower half, on these machines
        for place, (kind, value) in enumerate(tests):
            self._add(kind, value, len(tests) - place, 0)
        self._add(self.RETURN, else_)
        self._add(self.RETURN, held)

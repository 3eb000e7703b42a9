"""Restrict system calls with a seccomp filter: what is not allowed is refused.

The filter is assembled here: the Python bindings of libseccomp are unmaintained and need the
system's C library of that name, while the program is only a list of comparisons.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from grader.isolation.libc import LIBC, PR_SET_SECCOMP, SECCOMP_FILTER, check_call
from grader.isolation.syscalls import (
    ARCHITECTURES,
    CHANGING_FILES,
    CHECKED,
    COMPUTING,
    FAILING,
    LOADING_LIBRARIES,
    NEWEST,
    PID,
    PROT_EXEC,
    X32_BIT,
    NoneOf,
    NotMasked,
    Null,
    Numbers,
    Test,
)

# Operations of classic BPF. Jumps count instructions from the next one.
LOAD, MASK, JUMP_EQUAL, JUMP_ABOVE, JUMP_ANY_BIT = 0x20, 0x54, 0x15, 0x25, 0x45
RETURN = 0x06
# Offsets in the structure that a filter sees.
NUMBER_OFFSET, ARCHITECTURE_OFFSET, ARGUMENTS_OFFSET = 0, 4, 16
# Results. The number of an error is added to the last one; 0 reports success.
RESULT_ALLOW, RESULT_KILL, RESULT_ERROR = 0x7FFF0000, 0x80000000, 0x00050000


def apply_seccomp(*, load_code: bool, change_files: bool) -> None:
    """Restrict the system calls of this process.

    Parameters
    ----------
    load_code : bool
        Whether memory may still be made executable.
    change_files : bool
        Whether files may be made, renamed and removed, where Landlock allows it.
    """
    program = build_filter(
        platform.machine(), os.getpid(), load_code=load_code, change_files=change_files
    )
    install_filter(program)


def install_filter(program: bytes) -> None:
    """Put a filter program into force in this thread and those that it starts."""
    buffer = ctypes.create_string_buffer(program)
    filter_ = struct.pack("HL", len(program) // 8, ctypes.addressof(buffer))
    check_call(LIBC.prctl(PR_SET_SECCOMP, SECCOMP_FILTER, filter_, 0, 0))


def build_filter(architecture: str, pid: int, *, load_code: bool, change_files: bool) -> bytes:
    """Return the filter program for a process.

    Parameters
    ----------
    architecture : str
        A key of `ARCHITECTURES`.
    pid : int
        The process, which may send signals to itself.
    load_code : bool
        Whether memory may be made executable.
    change_files : bool
        Whether files may be made, renamed and removed.
    """
    program = _Program(architecture, pid)
    program.check_architecture()
    # The kernel remembers which calls are always allowed and skips the program for them, so those
    # whose arguments count come first.
    no_code: tuple[Test, ...] = () if load_code else (NoneOf(2, PROT_EXEC),)
    for name, (numbers, tests) in CHECKED.items():
        program.test(numbers, (*tests, *(no_code if name in ("mmap", "mprotect") else ())))
    allowed = [COMPUTING]
    allowed += [CHANGING_FILES] if change_files else []
    allowed += [LOADING_LIBRARIES] if load_code else []
    for table in allowed:
        for numbers in table.values():
            program.test(numbers, ())
    for numbers, error in FAILING.values():
        program.fail(numbers, error)
    return program.finish()


class _Program:
    """A filter program under construction: each rule handles one system call."""

    def __init__(self, architecture: str, pid: int):
        self._architecture, self._pid = ARCHITECTURES[architecture], pid
        self._column = list(ARCHITECTURES).index(architecture)
        self._code: list[bytes] = []

    def check_architecture(self) -> None:
        """Kill the process at a call of another architecture; then load the call's number."""
        self._add(LOAD, ARCHITECTURE_OFFSET)
        self._add(JUMP_EQUAL, self._architecture, 1, 0)
        self._add(RETURN, RESULT_KILL)
        self._add(LOAD, NUMBER_OFFSET)
        if self._architecture == ARCHITECTURES["x86_64"]:
            self._add(JUMP_ABOVE, X32_BIT - 1, 0, 1)
            self._add(RETURN, RESULT_KILL)

    def test(self, numbers: Numbers, tests: tuple[Test, ...]) -> None:
        """Allow a call if its arguments pass all tests."""
        number = numbers[self._column]
        if number is None:
            return
        rule = [part for test in tests for part in self._instructions(test)]
        rule.append(_pack(RETURN, RESULT_ALLOW))
        self._add(JUMP_EQUAL, number, 0, len(rule))
        self._code += rule

    def fail(self, numbers: Numbers, error: int) -> None:
        """Make a call return an error without doing anything; with 0, report success."""
        number = numbers[self._column]
        if number is not None:
            self._add(JUMP_EQUAL, number, 0, 1)
            self._add(RETURN, RESULT_ERROR | error)

    def finish(self) -> bytes:
        """Refuse all other calls, and return the program."""
        self._add(JUMP_ABOVE, NEWEST, 0, 1)
        self._add(RETURN, RESULT_ERROR | errno.ENOSYS)
        self._add(RETURN, RESULT_ERROR | errno.EPERM)
        return b"".join(self._code)

    def _add(self, operation: int, operand: int, if_true: int = 0, if_false: int = 0) -> None:
        """Add an instruction."""
        self._code.append(_pack(operation, operand, if_true, if_false))

    def _instructions(self, test: Test) -> list[bytes]:
        """Return the instructions of a test; the next one is reached if it is passed."""
        place = ARGUMENTS_OFFSET + 8 * test.argument
        load = _pack(LOAD, place)  # the lower half: little-endian
        fail = _pack(RETURN, RESULT_ERROR | test.error)
        if isinstance(test, NoneOf):
            return [load, _pack(JUMP_ANY_BIT, test.bits, 0, 1), fail]
        if isinstance(test, NotMasked):
            refuse = [
                part for value in test.values for part in (_pack(JUMP_EQUAL, value, 0, 1), fail)
            ]
            return [load, _pack(MASK, test.mask), *refuse]
        if isinstance(test, Null):
            is_null = _pack(JUMP_EQUAL, 0, 1, 0)
            return [load, is_null, fail, _pack(LOAD, place + 4), is_null, fail]
        errors = [
            part
            for value, error in test.errors
            for part in (_pack(JUMP_EQUAL, value, 0, 1), _pack(RETURN, RESULT_ERROR | error))
        ]
        rest = [*errors, fail]
        values = [self._pid if value == PID else value for value in test.values]
        jumps = [
            _pack(JUMP_EQUAL, value, len(values) - count + len(rest), 0)
            for count, value in enumerate(values, 1)
        ]
        return [load, *jumps, *rest]


def _pack(operation: int, operand: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return an instruction."""
    return struct.pack("=HBBI", operation, if_true, if_false, operand)

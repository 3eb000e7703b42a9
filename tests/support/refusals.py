"""Find out which system calls a confined worker makes that its filter refuses.

A worker runs under its own filter, except that a refusal is not decided in the kernel: the kernel
asks a thread of the test (``SECCOMP_RET_USER_NOTIF``, Linux 5.0 and later), which notes the call
and then refuses it in just the same way.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import functools
import importlib
import json
import os
import platform
import queue
import re
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from grader.isolation import confine, seccomp, syscalls
from grader.isolation.channel import Channel
from grader.isolation.forkserver import ForkServer
from grader.isolation.libc import LIBC, check_call
from grader.workers.roles import ENTRY_POINTS

RESULT_ASK, RESULT_KIND = 0x7FC00000, 0xFFFF0000
SECCOMP_CALL = {"x86_64": 317, "aarch64": 277}
SET_FILTER, NEW_LISTENER = 1, 1 << 3
RECEIVE, SEND = 0xC0502100, 0xC0182101
NOTICE = struct.Struct("=QIIiIQ6Q")  # id, pid, flags, number, architecture, place, arguments
ANSWER = struct.Struct("=QqiI")  # id, value, error, flags


class Refusal(NamedTuple):
    """A call that was refused to a worker."""

    role: str
    call: str
    arguments: tuple[int, ...]


def run_filter(program: bytes, machine: int, number: int, args: tuple[int, ...] = ()) -> int:
    """Interpret a seccomp program, and return its result for a call."""
    code = list(struct.iter_unpack("=HBBI", program))
    data = struct.pack("=IIQ6Q", number, machine, 0, *args, *[0] * (6 - len(args)))
    place, value = 0, 0
    while True:
        kind, yes, no, operand = code[place]
        place += 1
        if kind == seccomp.RETURN:
            return operand
        if kind == seccomp.LOAD:
            assert operand % 4 == 0
            (value,) = struct.unpack_from("=I", data, operand)
            continue
        if kind == seccomp.MASK:
            value &= operand
            continue
        holds = {
            seccomp.JUMP_EQUAL: value == operand,
            seccomp.JUMP_ABOVE: value > operand,
            seccomp.JUMP_ANY_BIT: bool(value & operand),
        }[kind]
        place += yes if holds else no


@functools.cache
def names() -> dict[int, str]:
    """Return the names of this machine's system calls by number, as far as they are known."""
    column = list(syscalls.ARCHITECTURES).index(platform.machine())
    tables = [syscalls.COMPUTING, syscalls.CHANGING_FILES, syscalls.LOADING_LIBRARIES]
    tables += [{name: one[0] for name, one in syscalls.CHECKED.items()}]
    tables += [{name: one[0] for name, one in syscalls.FAILING.items()}]
    known = {one[column]: name for table in tables for name, one in table.items()}
    return {number: name for name, number in header(platform.machine()).items()} | known


def header(machine: str) -> dict[str, int]:
    """Return the numbers of an architecture's calls by the C library's headers; none without them.

    The header of x86-64 is there on such machines only, the generic one of ARM64 on all.
    """
    line = re.compile(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", re.MULTILINE)
    wanted = "*/asm/unistd_64.h" if machine == "x86_64" else "asm-generic/unistd.h"
    found: dict[str, int] = {}
    for path in Path("/usr/include").glob(wanted):
        for name, number in line.findall(path.read_text(encoding="utf-8")):
            found[name] = int(number)
    if "fstatat" in found:  # of which the generic header has two, by the size of a word
        found["newfstatat"] = found.pop("fstatat")
    return found


@contextlib.contextmanager
def noting_refusals(folder: Path, *functions: str) -> Iterator[set[Refusal]]:
    """Note the calls that are refused to all workers that fork servers start meanwhile.

    Parameters
    ----------
    folder : Path
        Where to put a socket.
    *functions : str
        More functions than those of workers, as ``module:function``; they take a role.
    """
    noted: set[Refusal] = set()
    door = socket.socket(socket.AF_UNIX)
    door.bind(str(folder / "refusals"))
    door.listen(64)
    threading.Thread(target=_accept, args=(door, noted), daemon=True).start()
    roles = {function: role for role, function in ENTRY_POINTS.items()}
    fork = ForkServer.fork

    def fork_watched(self: ForkServer, function: str, arguments: dict, is_server: bool = False):
        if function in roles or function in functions:
            role = arguments.get("role") or roles[function]
            what = {"function": function, "arguments": arguments}
            arguments = {"role": role, "address": str(folder / "refusals"), **what}
            function = f"{__name__}:run_watched"
        return fork(self, function, arguments, is_server)

    ForkServer.fork = fork_watched
    try:
        yield noted
    finally:
        ForkServer.fork = fork
        door.close()


def run_watched(channel: Channel, role: str, address: str, function: str, arguments: dict) -> None:
    """Run a worker's function so that each refusal is noted."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(address)
    confine.apply_seccomp = functools.partial(_ask_for_refusals, line, role)
    module, name = function.split(":")
    getattr(importlib.import_module(module), name)(channel, **arguments)


def _ask_for_refusals(line: socket.socket, role: str, **options: bool) -> None:
    """Install this process's filter, and hand the right to decide on refusals to the test."""
    program = seccomp.build_filter(platform.machine(), os.getpid(), **options)
    asking = b"".join(
        struct.pack("=HBBI", kind, yes, no, _ask(operand) if kind == seccomp.RETURN else operand)
        for kind, yes, no, operand in struct.iter_unpack("=HBBI", program)
    )
    # Once confined, this thread cannot send a descriptor. One that was there before can.
    handles: queue.SimpleQueue[int] = queue.SimpleQueue()
    sent = threading.Event()

    def send() -> None:
        message = json.dumps({"role": role, "program": program.hex()}).encode()
        handle = handles.get()
        socket.send_fds(line, [struct.pack("=I", len(message)) + message], [handle])
        os.close(handle)
        line.close()
        sent.set()

    threading.Thread(target=send).start()
    buffer = ctypes.create_string_buffer(asking)
    filter_ = struct.pack("HL", len(asking) // 8, ctypes.addressof(buffer))
    number = SECCOMP_CALL[platform.machine()]
    handles.put(check_call(LIBC.syscall(number, SET_FILTER, NEW_LISTENER, filter_)))
    sent.wait()


def _ask(result: int) -> int:
    """Return a filter's result, with a refusal replaced by a question."""
    return RESULT_ASK if result & RESULT_KIND == seccomp.RESULT_ERROR else result


def _accept(door: socket.socket, noted: set[Refusal]) -> None:
    """Take in workers until the door is closed."""
    with contextlib.suppress(OSError):
        while True:
            line, _ = door.accept()
            threading.Thread(target=_listen, args=(line, noted), daemon=True).start()


def _listen(line: socket.socket, noted: set[Refusal]) -> None:
    """Note and answer the refusals of one worker until it ends."""
    with line:
        start, handles, _, _ = socket.recv_fds(line, 4, 1)
        if not handles:
            return
        message = json.loads(line.recv(struct.unpack("=I", start)[0], socket.MSG_WAITALL))
    program = bytes.fromhex(message["program"])
    with contextlib.suppress(OSError):
        while True:
            notice = bytearray(NOTICE.size)
            fcntl.ioctl(handles[0], RECEIVE, notice)
            id_, _, _, number, machine, _, *arguments = NOTICE.unpack(notice)
            result = run_filter(program, machine, number, tuple(arguments))
            if result & ~RESULT_KIND:  # a call that reports success does what it should
                call = names().get(number, str(number))
                noted.add(Refusal(message["role"], call, tuple(arguments)))
            with contextlib.suppress(FileNotFoundError):  # interrupted by a signal
                error = -(result & ~RESULT_KIND)
                fcntl.ioctl(handles[0], SEND, ANSWER.pack(id_, 0, error, 0))
    os.close(handles[0])

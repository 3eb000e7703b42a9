"""Can two confined processes side by side tell each other anything?

One acts and holds what it has; the other looks. It must see what it sees when the first one does
nothing. Ways that are closed by namespaces are tried where those are tested.
"""

import contextlib
import ctypes
import errno
import fcntl
import mmap
import os
import select
import signal
import socket
import struct
import threading
import time
from pathlib import Path

import pytest

from grader.isolation import libc
from grader.isolation.confine import confine
from tests.grader.isolation.support import ROOMY, confined, on_linux

pytestmark = on_linux
FLOCK = "hhqqi4x"
F_OFD_GETLK, F_OFD_SETLK = 36, 37
WAIT, WAKE, WAIT_FOR_END = 0, 1, 9 | 256
FUTEX = {"x86_64": 202, "aarch64": 98}[os.uname().machine] if hasattr(os, "uname") else 0
PLACE = 123_456_789  # the number that one would tell the other


def call(number, *arguments):
    """Make a system call; return its result, or raise its error."""
    return libc.check_call(libc.LIBC.syscall(ctypes.c_long(number), *arguments))


@contextlib.contextmanager
def beside(act, read):
    """Run a function in a confined process, and keep it and what it holds until the end."""
    ready, told = os.pipe()
    wait, go_on = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.close(go_on)
            confine([str(read)], [], ROOMY)
            with contextlib.suppress(OSError, AttributeError):
                held = act()  # noqa: F841
            os.write(told, b"x")
            os.read(wait, 1)
        finally:
            os._exit(0)
    try:
        assert select.select([ready], [], [], 30)[0]
        yield pid
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        for end in (ready, told, wait, go_on):
            os.close(end)


def lock(command, kind=fcntl.F_RDLCK):
    def act(file):
        return fcntl.fcntl(file, command, struct.pack(FLOCK, kind, 0, PLACE, 1, 0)) and file

    return act


def ask(command):
    def look(file):
        answer = fcntl.fcntl(file, command, struct.pack(FLOCK, fcntl.F_WRLCK, 0, 0, 0, 0))
        return struct.unpack(FLOCK, answer)

    return look


def whole_lock(file):
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return file


CHANNELS = {
    "a record lock": (lock(fcntl.F_SETLK), ask(fcntl.F_GETLK)),
    "a record lock that waits": (lock(fcntl.F_SETLKW), ask(fcntl.F_GETLK)),
    "a lock of an open file": (lock(F_OFD_SETLK), ask(F_OFD_GETLK)),
    "a lock of a whole file": (whole_lock, whole_lock),
    "a lease": (
        lambda file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
        lambda file: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK),
    ),
    "a notice of reading": (
        lambda file: fcntl.fcntl(file, fcntl.F_NOTIFY, fcntl.DN_ACCESS),
        lambda file: fcntl.fcntl(file, fcntl.F_NOTIFY, fcntl.DN_ACCESS),
    ),
}


@pytest.mark.parametrize("name", CHANNELS)
def test_what_one_does_to_a_file_that_both_read_the_other_does_not_see(places, name):
    act, look = CHANNELS[name]
    path = places["read"] / "inner" / "text"

    def see():
        with open(path) as file:
            return repr(look(file))

    alone = confined(see, read=[path])
    with beside(lambda: act(open(path)), path):
        assert confined(see, read=[path]) == alone


def test_flags_of_a_file_that_both_inherited_are_not_shared(places):
    """The same ``/dev/null`` is open in all processes that were forked from one."""
    null = os.open(os.devnull, os.O_RDWR)
    try:

        def act():
            flags = fcntl.fcntl(null, fcntl.F_GETFL)
            fcntl.fcntl(null, fcntl.F_SETFL, flags | os.O_APPEND | os.O_NONBLOCK)

        alone = confined(lambda: fcntl.fcntl(null, fcntl.F_GETFL))
        with beside(act, places["read"]):
            assert confined(lambda: fcntl.fcntl(null, fcntl.F_GETFL)) == alone
    finally:
        os.close(null)


def page_of(path, flags):
    """Return the address of a file's first page, mapped for reading."""
    map_ = libc.LIBC.mmap
    map_.restype, map_.argtypes = ctypes.c_void_p, [ctypes.c_void_p, *[ctypes.c_long] * 5]
    with open(path) as file:
        return ctypes.c_void_p(map_(None, 4096, mmap.PROT_READ, flags, file.fileno(), 0))


@pytest.mark.parametrize("flags", [mmap.MAP_SHARED, mmap.MAP_PRIVATE], ids=["shared", "private"])
@pytest.mark.parametrize("operation", [WAIT, WAIT_FOR_END])
def test_one_does_not_wake_the_other_through_a_file_that_both_map(places, flags, operation):
    path = places["read"] / "inner" / "text"
    path.write_bytes(bytes(4096))
    timeout = struct.pack("qq", int(time.time()) + 60 if operation == WAIT_FOR_END else 60, 0)

    def sleep():
        page = page_of(path, flags)
        words = page, operation, 0, timeout, None, ctypes.c_uint(0xFFFFFFFF)
        thread = threading.Thread(target=libc.LIBC.syscall, args=(FUTEX, *words), daemon=True)
        thread.start()
        time.sleep(0.2)

    def wake():
        return call(FUTEX, page_of(path, flags), WAKE, 10, None, None, 0)

    with beside(sleep, path):
        assert confined(wake, read=[path]) in (0, "EPERM")
        assert confined(lambda: sleep() or "sleeps no longer", read=[path]) == "sleeps no longer"


def test_a_thread_s_end_is_waited_for():
    """The C library waits with the operation that is refused, and tries again."""

    def join():
        create, join = libc.LIBC.pthread_create, libc.LIBC.pthread_join
        thread = ctypes.c_ulong()
        pause = ctypes.cast(libc.LIBC.usleep, ctypes.c_void_p)
        assert create(ctypes.byref(thread), None, pause, ctypes.c_void_p(100_000)) == 0
        begin = time.monotonic()
        assert join(thread, None) == 0
        return time.monotonic() - begin

    assert confined(join) >= 0.09


OTHERS = {
    "processors": lambda pid: sorted(os.sched_getaffinity(pid)),
    "priority": lambda pid: os.getpriority(os.PRIO_PROCESS, pid),
    "group": os.getpgid,
    "session": os.getsid,
    "limits": lambda pid: call({"x86_64": 302, "aarch64": 261}[os.uname().machine], pid, 7, 0, 0),
    "time computed": lambda pid: time.clock_gettime((~pid << 3) | 2),
    "locks held": lambda pid: call(
        {"x86_64": 274, "aarch64": 100}[os.uname().machine], pid, bytes(8), bytes(8)
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_one_does_not_ask_about_the_other(places, what):
    with beside(lambda: None, places["read"]) as pid:
        assert confined(lambda: OTHERS[what](pid)) in ("EPERM", "ENOSYS", "EINVAL")


SHARED = {
    "space left on the disk": lambda path: list(os.statvfs(path)),
    "space left beside an open file": lambda path: list(os.fstatvfs(os.open(path, os.O_RDONLY))),
    "what was read lately": lambda path: call(
        {"x86_64": 27, "aarch64": 232}[os.uname().machine],
        page_of(path, mmap.MAP_SHARED), ctypes.c_size_t(4096), ctypes.create_string_buffer(1),
    ),
    "what can be read at once": lambda path: call(
        {"x86_64": 327, "aarch64": 286}[os.uname().machine],
        os.open(path, os.O_RDONLY), 0, 0, 0, 0, 8,
    ),
    "a pipe's size": lambda path: fcntl.fcntl(os.pipe()[0], 1031, 1 << 20),
    "memory of the machine": lambda path: Path("/proc/meminfo").read_text(),
}  # fmt: skip


@pytest.mark.parametrize("what", SHARED)
def test_what_the_machine_has_left_is_not_told(places, what):
    path = places["read"] / "inner" / "text"
    assert confined(lambda: SHARED[what](path), read=[path]) in ("EPERM", "EACCES", "ENOSYS")


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_SEQPACKET])
def test_there_are_no_datagrams(kind):
    def pair():
        [end.close() for end in socket.socketpair(socket.AF_UNIX, kind)]

    assert confined(pair) == "EPERM"
    assert confined(lambda: [end.close() for end in socket.socketpair()]) == [None, None]


@pytest.mark.parametrize("where", ["path", "abstract"])
@pytest.mark.parametrize("how", ["sendto", "sendmsg"])
def test_no_datagram_goes_out_and_none_comes_back(tmp_path, where, how):
    """Even through a socket that was there before?"""
    address = str(tmp_path / "door") if where == "path" else f"\0{tmp_path}"
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door, ours, theirs:
        door.bind(address)
        send = {
            "sendto": lambda: theirs.sendto(b"out", address),
            "sendmsg": lambda: theirs.sendmsg([b"out"], [], 0, address),
        }[how]
        assert confined(send, read=[tmp_path], write=[tmp_path]) == "EPERM"
        assert select.select([door], [], [], 0.1)[0] == []
        assert confined(lambda: theirs.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)) == (
            "EPERM"
        )


@pytest.mark.parametrize(
    "take",
    {
        "slots for futexes": lambda: libc.check_call(libc.LIBC.prctl(78, 1, 1 << 20, 0, 0)),
        "contexts": lambda: call({"x86_64": 206, "aarch64": 0}[os.uname().machine], 64, bytes(8)),
        "timers": lambda: call({"x86_64": 222, "aarch64": 107}[os.uname().machine], 0, 0, bytes(4)),
        "rule sets": lambda: call(444, struct.pack("Q", 1), ctypes.c_size_t(8), 0),
        "signals that queue up": lambda: os.kill(os.getpid(), signal.SIGRTMIN),
        "signals with a message": lambda: call(
            {"x86_64": 129, "aarch64": 138}[os.uname().machine], os.getpid(), 34, bytes(128)
        ),
    }.items(),
    ids=lambda item: item[0],
)
def test_kernel_memory_that_no_limit_counts_is_out_of_reach(take):
    assert confined(take[1]) == "EPERM"


def test_pipes_and_sockets_are_bounded_by_the_number_of_open_files():
    def fill():
        held = []
        try:
            while True:
                held.append(socket.socketpair() if len(held) % 2 else os.pipe())
        except OSError as error:
            return [len(held), errno.errorcode[error.errno]]

    count, why = confined(fill)
    assert why == "EMFILE"
    assert count <= ROOMY.open_files / 2


def test_the_test_would_see_a_channel(places):
    """Does one see the other's locks when neither is confined?"""
    path = places["read"] / "inner" / "text"
    ready, told = os.pipe()
    if (pid := os.fork()) == 0:
        with open(path) as file:
            lock(fcntl.F_SETLK)(file)
            os.write(told, b"x")
            time.sleep(60)
    try:
        assert os.read(ready, 1) == b"x"
        with open(path) as file:
            assert PLACE in ask(fcntl.F_GETLK)(file)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(ready)
        os.close(told)

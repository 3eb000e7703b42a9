import ctypes
import errno
import fcntl
import mmap
import os
import platform
import resource
import signal
import socket
import struct
import subprocess
import sysconfig
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.isolation import libc, seccomp, syscalls
from tests.grader.isolation.refused import REFUSED
from tests.grader.isolation.support import (
    ALLOWED,
    CALLS,
    CHECKED,
    FAILING,
    NUMBERS,
    confined,
    look,
    on_linux,
    syscall,
)
from tests.support.refusals import header, run_filter

F_SETOWN_EX = 15
# Input for a terminal (TIOCSTI, TIOCLINUX), signals (FIOSETOWN, SIOCSPGRP), and the attributes of
# files (FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_FSSETXATTR).
IOCTLS = (0x5412, 0x541C, 0x8901, 0x8902, 0x40086602, 0x40046602, 0x401C5820)

PATH_CALLS = {
    "chmod": lambda path: (path, 0o777),
    "fchmodat": lambda path: (-100, path, 0o777),
    "fchmodat2": lambda path: (-100, path, 0o777, 0),
    "utime": lambda path: (path, None),
    "utimes": lambda path: (path, None),
    "futimesat": lambda path: (-100, path, None),
    "utimensat": lambda path: (-100, path, None, 0),
}


@on_linux
@pytest.mark.parametrize("where", ["read", "write", "other"])
@pytest.mark.parametrize("name", sorted(PATH_CALLS.keys() & NUMBERS.keys()))
def test_mode_and_times_stay_and_nobody_is_told(act, places, name, where):
    """Does copying a file, which sets them, still work?"""
    inner = places[where] / "inner"
    before = look(inner)
    path = os.fsencode(inner / "text")
    assert act(lambda: syscall(name, *PATH_CALLS[name](path))) == 0
    assert look(inner) == before


@on_linux
def test_every_call_that_sets_modes_or_times_is_tried():
    pretending = {name for name, (_, error) in syscalls.FAILING.items() if error == 0}
    assert pretending - PATH_CALLS.keys() == {"fchmod", "flock", "fadvise64"}


@on_linux
def test_the_mode_of_an_open_file_stays(places):
    with open(places["other"] / "inner" / "text") as file:
        before = look(places["other"] / "inner")
        assert confined(lambda: os.fchmod(file.fileno(), 0o777)) is None
        assert confined(lambda: os.fchown(file.fileno(), 1, 1)) == "EPERM"
        assert confined(lambda: os.utime(file.fileno())) is None
        assert look(places["other"] / "inner") == before


PROGRAM = "/bin/true"


@on_linux
@pytest.mark.parametrize(
    "attempt",
    {
        "execv": lambda: os.execv(PROGRAM, ["true"]),
        "fork": lambda: os.fork() or os._exit(0),
        "forkpty": lambda: os.forkpty()[0] or os._exit(0),
        "posix_spawn": lambda: os.posix_spawn(PROGRAM, ["true"], {}),
        "system": lambda: _raise(errno.EPERM) if os.system("true") else None,
        "popen": lambda: subprocess.Popen([PROGRAM]),
        "vfork": lambda: syscall("vfork" if "vfork" in NUMBERS else "execve"),
        "clone": lambda: syscall("clone", signal.SIGCHLD, 0, 0, 0, 0),
    }.items(),
    ids=lambda item: item[0],
)
def test_no_program_and_no_process_is_started(attempt):
    read = ["/bin", "/usr", "/lib", "/lib64"]
    assert confined(attempt[1], read=read) in ("EPERM", "EACCES")


def _raise(code):
    raise OSError(code, "")


@on_linux
def test_clone3_is_said_not_to_be_there():
    """The C library tries it first, and falls back to clone, whose arguments a filter can see."""
    assert confined(lambda: syscall("clone3", 0, 0)) == "ENOSYS"


def _signal_itself(send):
    got = []
    signal.signal(signal.SIGALRM, lambda number, frame: got.append(True))
    send(signal.SIGALRM)
    for _ in range(300):
        if got:
            break
        time.sleep(0.01)
    return got


@on_linux
@pytest.mark.parametrize(
    "send",
    {
        "kill": lambda number: os.kill(os.getpid(), number),
        "raise": signal.raise_signal,
        "thread": lambda number: signal.pthread_kill(threading.get_ident(), number),
        "timer": lambda number: signal.setitimer(signal.ITIMER_REAL, 0.01),
        "alarm": lambda number: signal.alarm(1),
    }.items(),
    ids=lambda item: item[0],
)
def test_its_own_signals_work(send):
    assert confined(lambda: _signal_itself(send[1])) == [True]


def _tgkill(pid, thread):
    return syscall("tgkill", pid, thread, 0)


@on_linux
@pytest.mark.parametrize(
    "attempt",
    {
        "kill": lambda pid: os.kill(pid, 0),
        "kill the group": lambda pid: os.kill(0, 0),
        "kill all": lambda pid: os.kill(-1, 0),
        "kill another group": lambda pid: os.killpg(os.getpgid(pid), 0),
        "tkill": lambda pid: syscall(200 if platform.machine() == "x86_64" else 130, pid, 0),
        "tgkill": lambda pid: _tgkill(pid, pid),
        "pidfd": lambda pid: os.pidfd_open(pid),
        "queue": lambda pid: syscall("rt_sigqueueinfo", pid, 0, bytes(128)),
        "limit": lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE),
        "starve": lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (9, 9)),
        "slow down": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 19),
        "schedule": lambda pid: os.sched_setscheduler(pid, os.SCHED_OTHER, os.sched_param(0)),
        "bind to a core": lambda pid: os.sched_setaffinity(pid, {0}),
        "trace": lambda pid: syscall("ptrace", 16, pid, 0, 0),
        "read its memory": lambda pid: syscall("process_vm_readv", pid, 0, 0, 0, 0, 0),
    }.items(),
    ids=lambda item: item[0],
)
def test_no_other_process_is_reached(attempt):
    pid = os.getpid()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert confined(lambda: attempt[1](pid)) == "EPERM"
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before


@on_linux
@pytest.mark.parametrize("command", [fcntl.F_SETOWN, fcntl.F_SETSIG, F_SETOWN_EX])
def test_no_file_sends_signals_to_others(command):
    def ask():
        ours, _ = socket.socketpair()
        return fcntl.fcntl(ours, command, os.getppid())

    assert confined(ask) == "EPERM"


@on_linux
@pytest.mark.parametrize("request_", IOCTLS)
def test_no_terminal_is_typed_into_and_no_attribute_set(request_):
    def ask():
        ours, _ = socket.socketpair()
        return fcntl.ioctl(ours, request_, struct.pack("i", os.getppid()))

    assert confined(ask) == "EPERM"


@on_linux
def test_the_death_signal_cannot_be_taken_back():
    """Otherwise a process could outlive the grader."""
    assert confined(lambda: libc.check_call(libc.LIBC.prctl(1, 0, 0, 0, 0))) == "EPERM"


@on_linux
@pytest.mark.parametrize("option", [libc.PR_SET_DUMPABLE, libc.PR_SET_PDEATHSIG])
def test_what_it_uses_can_be_looked_at(option):
    assert confined(lambda: libc.check_call(libc.LIBC.prctl(option, 0, 0, 0, 0))) == "EPERM"


@on_linux
def test_room_on_disk_is_taken_by_writing_alone(act, places):
    """Otherwise the disk could be filled between two checks of the watchdog."""

    def take():
        with open(places["write"] / "large", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 1_000_000)

    assert act(take) == "EPERM"


@on_linux
def test_semaphores_of_others_are_out_of_reach():
    """Are they out of reach even if their numbers are guessed?"""
    libc = ctypes.CDLL(None, use_errno=True)
    made = libc.semget(0, 1, 0o1600)
    assert made >= 0
    timed = 220 if platform.machine() == "x86_64" else 192
    add_one = struct.pack("=Hhh", 0, 1, 0)
    try:
        assert confined(lambda: syscall("semop", made, add_one, 1)) == "EPERM"
        assert confined(lambda: syscall(timed, made, add_one, 1, None)) == "EPERM"
    finally:
        libc.semctl(made, 0, 0)


@on_linux
def test_messages_of_others_are_out_of_reach():
    libc = ctypes.CDLL(None, use_errno=True)
    made = libc.msgget(0, 0o1600)
    assert made >= 0
    send, take = (69, 70) if platform.machine() == "x86_64" else (189, 188)
    try:
        text = struct.pack("l", 1) + b"x"
        assert confined(lambda: syscall(send, made, text, 1, 0)) == "EPERM"
        assert confined(lambda: syscall(take, made, bytes(16), 8, 0, 0o4000)) == "EPERM"
    finally:
        libc.msgctl(made, 0, 0)


@on_linux
def test_the_attributes_of_files_stay(places):
    """Landlock does not control attributes such as append-only and no-dump."""
    text = places["read"] / "inner" / "text"
    get, set_ = 0x80086601, 0x40086602
    with open(text) as file:
        try:
            before = fcntl.ioctl(file, get, bytes(8))
            fcntl.ioctl(file, set_, before)
        except OSError:
            pytest.skip("this file system knows no attributes")
        asked = struct.pack("l", struct.unpack("l", before)[0] | 0x40)  # do not dump

        def change():
            with open(text) as opened:
                fcntl.ioctl(opened, set_, asked)

        assert confined(change, read=[places["read"]]) == "EPERM"
        assert fcntl.ioctl(file, get, bytes(8)) == before


@on_linux
def test_folders_are_not_watched():
    """Otherwise it could learn the names of files that others open there."""
    assert confined(lambda: libc.check_call(libc.LIBC.inotify_init1(0))) == "EPERM"


@on_linux
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET"])
@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_RAW"])
def test_there_is_no_network(family, kind):
    assert (
        confined(lambda: socket.socket(getattr(socket, family), getattr(socket, kind)).close())
        == "EPERM"
    )


@on_linux
def test_a_socket_that_was_there_is_connected_to_nothing():
    with socket.socket() as inherited, socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        address = server.getsockname()
        assert confined(lambda: inherited.connect(address)) == "EPERM"
        assert confined(lambda: inherited.bind(("127.0.0.1", 0))) == "EPERM"


@on_linux
@pytest.mark.parametrize("name", sorted(REFUSED.keys() & NUMBERS.keys()))
def test_a_denied_call_fails(name):
    """The arguments are invalid, so any other error would come from the call itself."""
    assert confined(lambda: syscall(name, -1, -1, -1, -1, -1, -1)) == "EPERM"


def _new_library():
    """Return the path of a library that this process has not loaded."""
    folder = Path(sysconfig.get_path("stdlib"), "lib-dynload")
    loaded = Path("/proc/self/maps").read_text()
    return next(path for path in sorted(folder.glob("_test*.so")) if str(path) not in loaded)


def _map_code():
    return len(mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC))


def _make_code():
    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    return syscall("mprotect", address, 4096, 7)


@on_linux
@pytest.mark.parametrize("load_code", [True, False])
def test_machine_code_is_loaded_only_where_it_may_be(load_code):
    library = _new_library()

    def load():
        ctypes.CDLL(str(library))
        return "loaded"

    read = [library, *map(str, Path("/").glob("lib*")), "/usr/lib"]
    said = confined(load, read=read, load_code=load_code)
    assert (said == "loaded") is load_code, said
    assert (confined(_map_code, load_code=load_code) == 4096) is load_code
    assert (confined(_make_code, load_code=load_code) == 0) is load_code


@on_linux
def test_what_is_loaded_goes_on_without_loading_more():
    def compute():
        import numpy as np

        return float(np.linalg.det(np.eye(100)))

    import numpy.linalg  # noqa: F401  (loaded before)

    assert confined(compute, load_code=False) == 1.0


ALLOW, KILL, ERROR = seccomp.RESULT_ALLOW, seccomp.RESULT_KILL, seccomp.RESULT_ERROR
EPERM, ENOSYS, FINE = ERROR | errno.EPERM, ERROR | errno.ENOSYS, ERROR
PID = 4321


@pytest.fixture(params=syscalls.ARCHITECTURES)
def machine(request):
    """The name of an architecture."""
    return request.param


@pytest.fixture(params=[True, False], ids=["loading", "not loading"])
def load_code(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["changing", "not changing"])
def change_files(request):
    return request.param


@pytest.fixture
def verdict(machine, load_code, change_files):
    """Return the result for a call, by its name or number, and its arguments."""
    program = seccomp.build_filter(machine, PID, load_code=load_code, change_files=change_files)
    column = list(syscalls.ARCHITECTURES).index(machine)

    def of(call, *args):
        number = call if isinstance(call, int) else CALLS[call][column]
        if number is None:
            return None
        return run_filter(program, syscalls.ARCHITECTURES[machine], number, args)

    of.program = program
    return of


def test_the_program_is_well_formed(verdict):
    """Does each jump stay inside the program, and each path end?"""
    code = list(struct.iter_unpack("=HBBI", verdict.program))
    assert len(code) <= 4096
    assert code[-1] == (seccomp.RETURN, 0, 0, EPERM)
    for place, (kind, yes, no, operand) in enumerate(code):
        assert kind in (0x20, 0x54, 0x15, 0x25, 0x45, 0x06)
        assert place + 1 + max(yes, no) < len(code) or kind == seccomp.RETURN
        if kind == seccomp.LOAD:
            assert operand in range(0, 64, 4)


def test_no_two_calls_have_one_number(machine):
    column = list(syscalls.ARCHITECTURES).index(machine)
    numbers = [pair[column] for pair in CALLS.values() if pair[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_no_call_is_in_two_tables():
    tables = (REFUSED, ALLOWED, CHECKED, FAILING)
    assert sum(map(len, tables)) == len(CALLS)


def test_numbers_are_those_of_the_system_s_headers(machine):
    """The headers may be of an older kernel, which lacks the newest calls."""
    known = header(machine)
    if not known:
        pytest.skip(f"the C library's headers for {machine} are not installed")
    column = list(syscalls.ARCHITECTURES).index(machine)
    newest = max(number for name, number in known.items() if name != "syscalls")
    for name, pair in CALLS.items():
        if name in known or pair[column] is None or pair[column] <= newest:
            assert pair[column] == known.get(name), name


def test_another_machine_s_calls_end_the_process(verdict, machine):
    for other in {0x40000003, *syscalls.ARCHITECTURES.values()} - {syscalls.ARCHITECTURES[machine]}:
        assert run_filter(verdict.program, other, 0) == KILL


def test_the_same_calls_by_other_numbers_end_the_process(verdict, machine):
    if machine == "x86_64":
        assert verdict(0x40000000) == verdict(0x40000000 | 59) == KILL


def test_each_call_meets_its_rule(verdict, load_code, change_files):
    assert {verdict(name) for name in REFUSED} <= {EPERM, None}
    for name, (_, error) in syscalls.FAILING.items():
        assert verdict(name) in (ERROR | error, None)
    for table, is_allowed in [
        (syscalls.COMPUTING, True),
        (syscalls.CHANGING_FILES, change_files),
        (syscalls.LOADING_LIBRARIES, load_code),
    ]:
        assert {verdict(name) for name in table} <= {ALLOW if is_allowed else EPERM, None}


@settings(max_examples=200)
@given(st.integers(0, 0x3FFFFFFF), st.sampled_from(sorted(syscalls.ARCHITECTURES)))
def test_all_other_calls_fail(number, machine):
    """Is a call refused that is in no table, and one of a later kernel said not to exist?"""
    column = list(syscalls.ARCHITECTURES).index(machine)
    program = seccomp.build_filter(machine, PID, load_code=True, change_files=True)
    if number not in {pair[column] for pair in (ALLOWED | CHECKED | FAILING).values()}:
        said = run_filter(program, syscalls.ARCHITECTURES[machine], number, (99,) * 6)
        assert said == (ENOSYS if number > syscalls.NEWEST else EPERM)


def test_the_newest_call_is_the_last_of_the_tables():
    assert max(number for pair in CALLS.values() for number in pair if number) == syscalls.NEWEST


HIGH = 1 << 40


@pytest.mark.parametrize(
    ("call", "args", "result"),
    [
        *(
            ("openat", (1, 1, flags), ALLOW)
            for flags in (0, 1, 2, 0o1101, 0o1102, 0o2000101, 0o100)
        ),
        *(("openat", (1, 1, flags), EPERM) for flags in (0o1000, 0o1003, 0o2001000, 0o1100)),
        *(("open", (1, flags), EPERM) for flags in (0o1000, 0o1003, 0o2001100)),
        ("open", (1, 0o2000000), ALLOW),
        ("clone", (0x3D0F00,), ALLOW),
        ("clone", (signal.SIGCHLD,), EPERM),
        ("clone", (signal.SIGCHLD | HIGH,), EPERM),
        ("clone", (0x3D0F00 | 0x40000000,), EPERM),  # with a network of its own
        *(("kill", (pid,), EPERM) for pid in (0, 1, PID + 1, 2**64 - 1)),
        *((name, (PID,), ALLOW) for name in ("kill", "tgkill", "prlimit64", "getpgid", "getsid")),
        *((name, (PID + 1,), EPERM) for name in ("tgkill", "prlimit64", "getpgid", "getsid")),
        *((name, (0,), ALLOW) for name in ("prlimit64", "getpgid", "getsid", "sched_setaffinity")),
        *(("kill", (PID, number), ALLOW) for number in (0, 2, 9, 31)),
        *(("kill", (PID, number), EPERM) for number in (32, 34, 64, 2**32 - 1)),
        *(("tgkill", (PID, 1, number), EPERM) for number in (32, 64)),
        ("sched_setaffinity", (1,), EPERM),
        ("sched_getaffinity", (0,), ALLOW),
        ("sched_getaffinity", (PID + 1,), ENOSYS),
        ("getpriority", (0, 0), ALLOW),
        ("getpriority", (0, PID + 1), EPERM),
        ("getpriority", (1, 0), EPERM),
        *(("prctl", (option,), ALLOW) for option in (3, 15, 16)),
        # the death signal, dumpable, slots of futexes, auxiliary vector, other names
        *(("prctl", (option,), EPERM) for option in (1, 4, 78, 0x41555856, 0x53564D41)),
        *(("fcntl", (3, command), ALLOW) for command in (0, 1, 2, 3, 4, 5, 36, 1030)),
        *(("fcntl", (3, command), FINE) for command in (6, 7, 37, 38)),
        *(("fcntl", (3, command), EPERM) for command in (8, 9, 10, 11, 15, 16, 1024, 1025, 1026)),
        *(("fcntl", (3, command), EPERM) for command in (1031, 1032, 1033, 1036, 1039)),
        *(("ioctl", (0, request), EPERM) for request in IOCTLS),
        ("ioctl", (0, 0x5401), ALLOW),
        ("ioctl", (0, 0x40049409), ERROR | errno.EOPNOTSUPP),
        *(("socketpair", (1, kind), ALLOW) for kind in (1, 0x801, 0x80001, 0x80801)),
        *(("socketpair", (1, kind), EPERM) for kind in (2, 5, 0x80002)),
        *(("socketpair", (family, 1), EPERM) for family in (2, 10, 16, 30)),
        ("sendto", (3, 1, 1, 0, 0), ALLOW),
        ("sendto", (3, 1, 1, 0, 8), EPERM),
        ("sendto", (3, 1, 1, 0, HIGH), EPERM),
        *(("futex", (1, 128 | command), ALLOW) for command in (0, 1, 9, 9 | 256)),
        *(("futex", (1, command), ERROR | errno.EAGAIN) for command in (0, 9 | 256)),
        *(("futex", (1, command), EPERM) for command in (1, 3, 4, 5, 6, 9, 10, 128 | 6, 2)),
        ("madvise", (1, 1, 4), ALLOW),
        *(("madvise", (1, 1, advice), FINE) for advice in (3, 12, 20, 21, 22)),
        ("madvise", (1, 1, 100), ERROR | errno.EINVAL),
        ("mmap", (0, 0, 3, 0x22), ALLOW),
        ("mmap", (0, 0, 3, 0x22 | 0x2000), EPERM),
        ("mmap", (0, 0, 3, 0x22 | 0x40000), EPERM),
        *(("clock_gettime", (clock,), ALLOW) for clock in (0, 1, 2, 3, 7)),
        *(("clock_gettime", (clock,), ERROR | errno.EINVAL) for clock in (2**32 - 6, 12)),
        ("arch_prctl", (0x1022,), ALLOW),
        ("arch_prctl", (0x1001,), EPERM),
    ],
)
def test_arguments_decide(verdict, call, args, result):
    assert verdict(call, *args) in (result, None)


def test_code_is_made_only_where_it_may_be(verdict, load_code):
    for call in ("mmap", "mprotect"):
        assert verdict(call, 0, 0, 3) == ALLOW
        assert verdict(call, 0, 0, 7) == (ALLOW if load_code else EPERM)

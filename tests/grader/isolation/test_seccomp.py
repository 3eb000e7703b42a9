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
from tests.grader.isolation.support import MACHINE, NUMBERS, confined, look, on_linux, syscall

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
def test_every_ignored_call_is_tried():
    assert syscalls.IGNORED.keys() - PATH_CALLS.keys() == {"fchmod"}


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
        "clone": lambda: syscall(syscalls.CLONE[MACHINE], signal.SIGCHLD, 0, 0, 0, 0),
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
    assert confined(lambda: syscall(syscalls.CLONE3[MACHINE], 0, 0)) == "ENOSYS"


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
    return syscall(syscalls.TGKILL[MACHINE], pid, thread, 0)


@on_linux
@pytest.mark.parametrize(
    "attempt",
    {
        "kill": lambda pid: os.kill(pid, 0),
        "kill the group": lambda pid: os.kill(0, 0),
        "kill all": lambda pid: os.kill(-1, 0),
        "kill another group": lambda pid: os.killpg(os.getpgid(pid), 0),
        "tkill": lambda pid: syscall(syscalls.TKILL[MACHINE], pid, 0),
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
@pytest.mark.parametrize("command", syscalls.DENIED_FCNTLS)
def test_no_file_sends_signals_to_others(command):
    def ask():
        ours, _ = socket.socketpair()
        return fcntl.fcntl(ours, command, os.getppid())

    assert confined(ask) == "EPERM"


@on_linux
@pytest.mark.parametrize("request_", syscalls.DENIED_IOCTLS)
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
@pytest.mark.parametrize("name", sorted(syscalls.DENIED.keys() & NUMBERS.keys()))
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
    return syscall(syscalls.MPROTECT[MACHINE], address, 4096, 7)


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


def run_filter(program, machine, number, args=()):
    """Interpret a seccomp program, and return its result for a call."""
    code = [struct.unpack_from("=HBBI", program, place) for place in range(0, len(program), 8)]
    data = struct.pack("=IIQ6Q", number, machine, 0, *args, *[0] * (6 - len(args)))
    place, value = 0, None
    while True:
        kind, yes, no, operand = code[place]
        place += 1
        if kind == 0x06:
            return operand
        if kind == 0x20:
            assert operand % 4 == 0
            assert operand + 4 <= len(data)
            (value,) = struct.unpack_from("=I", data, operand)
            continue
        holds = {0x15: value == operand, 0x35: value >= operand, 0x45: bool(value & operand)}[kind]
        place += yes if holds else no


ALLOW, KILL, EPERM, FINE = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050000


PID = 4321


@pytest.fixture(params=syscalls.ARCHITECTURES)
def machine(request):
    """The name of an architecture."""
    return request.param


@pytest.fixture(params=[True, False], ids=["loading", "not loading"])
def load_code(request):
    return request.param


@pytest.fixture
def verdict(machine, load_code):
    """Return the result for a call, given its numbers on all architectures, and its arguments."""
    program = seccomp.build_filter(machine, PID, load_code)
    column = list(syscalls.ARCHITECTURES).index(machine)

    def of(numbers, *args):
        number = numbers if isinstance(numbers, int) else numbers[column]
        if number is None:
            return None
        return run_filter(program, syscalls.ARCHITECTURES[machine], number, args)

    of.program = program
    return of


def test_the_program_is_well_formed(verdict):
    """Does each jump stay inside the program, and each path end?"""
    program = verdict.program
    assert len(program) % 8 == 0
    length = len(program) // 8
    assert length <= 4096
    last = struct.unpack_from("=HBBI", program, len(program) - 8)
    assert last == (0x06, 0, 0, ALLOW)
    for place in range(length):
        kind, yes, no, operand = struct.unpack_from("=HBBI", program, 8 * place)
        assert kind in (0x20, 0x15, 0x35, 0x45, 0x06)
        assert place + 1 + max(yes, no) < length or kind == 0x06
        if kind == 0x20:
            assert operand in range(0, 64, 4)


def test_no_two_calls_have_one_number(machine):
    column = list(syscalls.ARCHITECTURES).index(machine)
    named = [*syscalls.DENIED.values(), *syscalls.IGNORED.values(), syscalls.CLONE]
    named += [syscalls.CLONE3, syscalls.KILL, syscalls.TGKILL, syscalls.TKILL, syscalls.PRCTL]
    named += [syscalls.PRLIMIT, syscalls.SCHED_SETAFFINITY, syscalls.FCNTL, syscalls.IOCTL]
    named += [syscalls.MMAP, syscalls.MPROTECT, syscalls.PKEY_MPROTECT]
    numbers = [pair[column] for pair in named if pair[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_another_machine_s_calls_end_the_process(verdict, machine):
    for other in {0x40000003, *syscalls.ARCHITECTURES.values()} - {syscalls.ARCHITECTURES[machine]}:
        assert run_filter(verdict.program, other, 0) == KILL


def test_the_same_calls_by_other_numbers_end_the_process(verdict, machine):
    if machine == "x86_64":
        assert verdict(0x40000000) == verdict(0x40000000 | 59) == KILL


def test_each_call_meets_its_rule(verdict):
    assert {verdict(numbers) for numbers in syscalls.DENIED.values()} <= {EPERM, None}
    assert {verdict(numbers) for numbers in syscalls.IGNORED.values()} <= {FINE, None}
    assert verdict(syscalls.CLONE3) == FINE | errno.ENOSYS


@settings(max_examples=200)
@given(st.integers(0, 600))
def test_all_other_calls_pass(number):
    for name, column in (("x86_64", 0), ("aarch64", 1)):
        program = seccomp.build_filter(name, PID, True)
        tables = (syscalls.DENIED, syscalls.IGNORED)
        named = {pair[column] for table in tables for pair in table.values()}
        named |= {syscalls.CLONE[column], syscalls.CLONE3[column], syscalls.TKILL[column]}
        named |= {syscalls.KILL[column], syscalls.TGKILL[column], syscalls.PRLIMIT[column]}
        named |= {syscalls.SCHED_SETAFFINITY[column]}
        if number not in named:
            said = run_filter(program, syscalls.ARCHITECTURES[name], number, [99] * 6)
            assert said == ALLOW


def test_arguments_decide(verdict, load_code):
    thread, high = syscalls.CLONE_THREAD, 1 << 40
    assert verdict(syscalls.CLONE, thread | 0xF00) == ALLOW
    assert verdict(syscalls.CLONE, 17) == verdict(syscalls.CLONE, 17 | high) == EPERM
    for numbers in (syscalls.KILL, syscalls.TGKILL):
        assert verdict(numbers, PID) == ALLOW
        assert {verdict(numbers, other) for other in (0, 1, PID + 1, 2**64 - 1)} == {EPERM}
    assert verdict(syscalls.TKILL, PID) == EPERM
    assert verdict(syscalls.PRCTL, 1) == EPERM
    assert verdict(syscalls.PRCTL, 15) == ALLOW
    assert verdict(syscalls.PRLIMIT, 0) == verdict(syscalls.PRLIMIT, PID) == ALLOW
    assert verdict(syscalls.PRLIMIT, 1) == EPERM
    assert (verdict(syscalls.SCHED_SETAFFINITY, 0), verdict(syscalls.SCHED_SETAFFINITY, 1)) == (
        ALLOW,
        EPERM,
    )
    assert {verdict(syscalls.FCNTL, 3, one) for one in (8, 10, 15)} == {EPERM}
    assert {verdict(syscalls.FCNTL, 3, one) for one in (1, 2, 3, 4, 9)} == {ALLOW}
    assert {verdict(syscalls.IOCTL, 0, one) for one in syscalls.DENIED_IOCTLS} == {EPERM}
    assert verdict(syscalls.IOCTL, 0, 0x5401) == ALLOW
    for numbers in (syscalls.MMAP, syscalls.MPROTECT, syscalls.PKEY_MPROTECT):
        assert verdict(numbers, 0, 0, 3) == ALLOW
        assert verdict(numbers, 0, 0, 7) == (ALLOW if load_code else EPERM)

import contextlib
import ctypes
import errno
import fcntl
import json
import mmap
import os
import platform
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.isolation import confine as confining
from grader.isolation import landlock, libc, seccomp, syscalls
from grader.isolation.confine import SandboxUnavailableError, check_available, confine
from grader.isolation.landlock import carve
from grader.isolation.limits import ResourceLimits

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a process"
)
MACHINE = list(syscalls.MACHINES).index(platform.machine()) if sys.platform == "linux" else 0
NUMBERS = {
    name: numbers[MACHINE]
    for name, numbers in (syscalls.DENIED | syscalls.IGNORED).items()
    if numbers[MACHINE] is not None
}
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


@pytest.fixture
def places(tmp_path):
    """A folder to read, one to write to, one that is none of a confined process's business."""
    made = {name: tmp_path / name for name in ("read", "write", "other")}
    for folder in made.values():
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "text").write_text("here")
        (folder / "inner" / "text").chmod(0o640)
    return made


@pytest.fixture
def act(places):
    """Do something where two of those places are allowed."""
    return lambda function: confined(function, [places["read"]], [places["write"]])


@on_linux
def test_what_may_be_read_can_be_read(act, places):
    text, folder = places["read"] / "inner" / "text", places["read"]
    assert act(text.read_text) == "here"
    assert act(lambda: os.listdir(folder)) == ["inner"]


@on_linux
@pytest.mark.parametrize(
    "attempt",
    {
        "read": lambda inner: (inner / "text").read_text(),
        "list": lambda inner: os.listdir(inner),
        "walk up": lambda inner: os.listdir(inner / ".." / ".."),
        "list all": lambda inner: os.listdir("/"),
        "read the users": lambda inner: Path("/etc/passwd").read_text(),
        "read the environment": lambda inner: Path("/proc/1/environ").read_text(),
        "read its own memory": lambda inner: Path("/proc/self/mem").read_bytes(),
    }.items(),
    ids=lambda item: item[0],
)
def test_other_files_cannot_be_read(act, places, attempt):
    assert act(lambda: attempt[1](places["other"] / "inner")) == "EACCES"


def _put_link(inner, target):
    (inner / "link").symlink_to(target)
    return (inner / "link").read_text()


@on_linux
def test_a_link_leads_nowhere_else(act, places):
    inner, target = places["write"] / "inner", places["other"] / "inner" / "text"
    assert act(lambda: _put_link(inner, target)) == "EACCES"
    assert act(lambda: os.link(target, inner / "hard")) in ("EACCES", "EXDEV")


CHANGES = {
    "write": lambda inner: (inner / "text").write_text("changed"),
    "append": lambda inner: os.open(inner / "text", os.O_WRONLY | os.O_APPEND),
    "make": lambda inner: (inner / "new").write_text("new"),
    "make a folder": lambda inner: (inner / "new").mkdir(),
    "make a link": lambda inner: (inner / "new").symlink_to("text"),
    "make a pipe": lambda inner: os.mkfifo(inner / "new"),
    "remove": lambda inner: (inner / "text").unlink(),
    "rename": lambda inner: (inner / "text").rename(inner / "new"),
    "cut": lambda inner: os.truncate(inner / "text", 1),
    "cut when opened": lambda inner: os.open(inner / "text", os.O_RDONLY | os.O_TRUNC),
    "give away": lambda inner: os.chown(inner / "text", 1, 1),
    "give the link away": lambda inner: os.lchown(inner / "text", 1, 1),
    "set an attribute": lambda inner: os.setxattr(inner / "text", "user.grader", b"x"),
    "remove an attribute": lambda inner: os.removexattr(inner / "text", "user.grader"),
    "change root": lambda inner: os.chroot(inner),
}


@on_linux
@pytest.mark.parametrize("where", ["read", "other"])
@pytest.mark.parametrize("what", CHANGES)
def test_what_may_not_be_written_to_stays_as_it_is(act, places, what, where):
    inner = places[where] / "inner"
    before = _look(inner)
    assert act(lambda: CHANGES[what](inner)) in ("EACCES", "EPERM")
    assert _look(inner) == before


def _look(inner):
    """Return all that can be seen of a folder and the text in it."""
    found = (inner / "text").stat()
    seen = (found.st_mode, found.st_uid, found.st_gid, found.st_mtime_ns, found.st_size)
    return seen, (inner / "text").read_text(), sorted(os.listdir(inner)), inner.stat().st_mode


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
    """Copying a file sets them, and would fail if this did."""
    inner = places[where] / "inner"
    before = _look(inner)
    path = os.fsencode(inner / "text")
    assert act(lambda: syscall(name, *PATH_CALLS[name](path))) == 0
    assert _look(inner) == before


@on_linux
def test_every_ignored_call_is_tried():
    assert syscalls.IGNORED.keys() - PATH_CALLS.keys() == {"fchmod"}


@on_linux
def test_the_mode_of_an_open_file_stays(places):
    with open(places["other"] / "inner" / "text") as file:
        before = _look(places["other"] / "inner")
        assert confined(lambda: os.fchmod(file.fileno(), 0o777)) is None
        assert confined(lambda: os.fchown(file.fileno(), 1, 1)) == "EPERM"
        assert confined(lambda: os.utime(file.fileno())) is None
        assert _look(places["other"] / "inner") == before


def _use_scratch(folder):
    (folder / "new").write_text("text")
    shutil.copy(folder / "new", folder / "copy")
    shutil.copytree(folder / "inner", folder / "tree")
    (folder / "copy").rename(folder / "moved")
    with open(folder / "moved", "r+") as file:
        file.truncate(2)
    shutil.rmtree(folder / "inner")
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x")
    return sorted(os.listdir(folder))


@on_linux
def test_in_its_own_folder_it_does_what_it_likes(act, places):
    assert act(lambda: _use_scratch(places["write"])) == ["moved", "new", "tree"]
    assert (places["write"] / "moved").read_text() == "te"


@on_linux
def test_one_file_may_be_all_there_is_to_write_to(places):
    text = places["other"] / "inner" / "text"
    assert confined(lambda: text.write_text("more"), write=[text]) == 4
    assert confined(lambda: (text.parent / "new").write_text("x"), write=[text]) == "EACCES"


@on_linux
def test_a_place_that_is_not_there_is_no_matter(places):
    text = places["read"] / "inner" / "text"
    assert confined(text.read_text, read=["/no/such/place", text]) == "here"


def _start_thread():
    done = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start()
    thread.join()
    return done


@on_linux
def test_threads_of_its_own_work():
    assert confined(_start_thread) == [1]


def _read_in_a_thread():
    found = []

    def look():
        try:
            found.append(os.listdir("/"))
        except OSError as error:
            found.append(errno.errorcode[error.errno])

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found


@on_linux
def test_its_threads_are_as_confined_as_it():
    assert confined(_read_in_a_thread) == ["EACCES"]


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
    """The C library tries it first, and falls back to what can be looked at."""
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
@pytest.mark.parametrize("command", syscalls.SIGNAL_BY_FCNTL)
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
    """Or a process could outlive the grader."""
    assert confined(lambda: libc.check_call(libc.LIBC.prctl(1, 0, 0, 0, 0))) == "EPERM"


@on_linux
@pytest.mark.parametrize("option", [libc.PR_SET_DUMPABLE, libc.PR_SET_PDEATHSIG])
def test_what_it_uses_can_be_looked_at(option):
    assert confined(lambda: libc.check_call(libc.LIBC.prctl(option, 0, 0, 0, 0))) == "EPERM"


@on_linux
def test_room_on_disk_is_taken_by_writing_alone(act, places):
    """Or all there is would be taken between two looks."""

    def take():
        with open(places["write"] / "large", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, 1_000_000)

    assert act(take) == "EPERM"


@on_linux
def test_semaphores_of_others_are_out_of_reach():
    """Can numbers not be guessed, either, of what somebody else has made?"""
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
    """Landlock does not see that a file is made append-only, or is kept from being dumped."""
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
    """Or the names of files that others open in them could be learnt."""
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
def test_what_was_open_stays_open():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert confined(lambda: theirs.send(b"hello")) == 5
        assert ours.recv(10) == b"hello"


@on_linux
@pytest.mark.parametrize("name", sorted(syscalls.DENIED.keys() & NUMBERS.keys()))
def test_a_denied_call_fails(name):
    """With nonsense for arguments, any other answer would come from the call itself."""
    assert confined(lambda: syscall(name, -1, -1, -1, -1, -1, -1)) == "EPERM"


def _capabilities():
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(("CapEff", "CapPrm", "CapInh")):
            yield line.split()[1]


@on_linux
def test_nothing_is_left_of_being_root():
    assert {int(one, 16) for one in confined(lambda: [*_capabilities()], read=["/proc"])} == {0}


@on_linux
def test_a_second_confinement_gives_nothing_back(places):
    def again():
        confine([str(places["other"])])
        return (places["other"] / "inner" / "text").read_text()

    assert confined(again, read=[places["read"]]) == "EACCES"


@on_linux
@pytest.mark.parametrize(
    "take",
    {
        "at once": lambda: len(bytearray(200 * MEGA)),
        "bit by bit": lambda: len([bytearray(MEGA) for _ in range(200)]),
        "mapped": lambda: len(mmap.mmap(-1, 200 * MEGA, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)),
        "shared": lambda: len(mmap.mmap(-1, 500 * MEGA)),
    }.items(),
    ids=lambda item: item[0],
)
def test_memory_is_bounded(take):
    limits = ResourceLimits(memory=100 * MEGA)
    assert confined(take[1], limits=limits) in ("MemoryError", "ENOMEM")


@on_linux
def test_as_much_memory_as_it_may_have_is_to_be_had():
    limits = ResourceLimits(memory=100 * MEGA)
    assert confined(lambda: len(bytearray(80 * MEGA)), limits=limits) == 80 * MEGA


@on_linux
def test_a_file_has_a_largest_size(places):
    def write(count):
        with open(places["write"] / "large", "wb", buffering=0) as file:
            file.write(b"x" * count)
            return file.write(b"y")

    limits = ResourceLimits(memory=500 * MEGA, file_size=1000)
    assert confined(lambda: write(999), write=[places["write"]], limits=limits) == 1
    assert confined(lambda: write(1000), write=[places["write"]], limits=limits) == "EFBIG"


@on_linux
def test_open_files_are_bounded():
    limits = ResourceLimits(memory=500 * MEGA, open_files=40)
    assert confined(lambda: [os.dup(1) for _ in range(40)], limits=limits) == "EMFILE"


@on_linux
@pytest.mark.parametrize(
    "what", ["RLIMIT_DATA", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"]
)
def test_a_limit_cannot_be_raised(what):
    number = getattr(resource, what)

    def raise_it():
        _, hard = resource.getrlimit(number)
        resource.setrlimit(number, (hard, hard + 1))

    assert confined(raise_it) in ("ValueError", "EPERM")
    assert confined(lambda: resource.prlimit(0, number)[0]) < 2**62


def _new_library():
    """Return a library that this process has not loaded."""
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
    """Return what a seccomp program says of a call, and how far it jumped at most."""
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


@pytest.fixture(params=syscalls.MACHINES)
def machine(request):
    """A machine by name."""
    return request.param


@pytest.fixture(params=[True, False], ids=["loading", "not loading"])
def load_code(request):
    return request.param


@pytest.fixture
def verdict(machine, load_code):
    """Say what becomes of a call, given its numbers for all machines, and its arguments."""
    program = seccomp._Filter(machine).build(PID, load_code)
    column = list(syscalls.MACHINES).index(machine)

    def of(numbers, *args):
        number = numbers if isinstance(numbers, int) else numbers[column]
        if number is None:
            return None
        return run_filter(program, syscalls.MACHINES[machine], number, args)

    of.program = program
    return of


def test_the_program_is_well_formed(verdict):
    """Does each jump stay inside, and each way end?"""
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
    column = list(syscalls.MACHINES).index(machine)
    named = [*syscalls.DENIED.values(), *syscalls.IGNORED.values(), syscalls.CLONE]
    named += [syscalls.CLONE3, syscalls.KILL, syscalls.TGKILL, syscalls.TKILL, syscalls.PRCTL]
    named += [syscalls.PRLIMIT, syscalls.AFFINITY, syscalls.FCNTL, syscalls.IOCTL]
    named += [syscalls.MMAP, syscalls.MPROTECT, syscalls.PKEY_MPROTECT]
    numbers = [pair[column] for pair in named if pair[column] is not None]
    assert len(numbers) == len(set(numbers))


def test_another_machine_s_calls_end_the_process(verdict, machine):
    for other in {0x40000003, *syscalls.MACHINES.values()} - {syscalls.MACHINES[machine]}:
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
        program = seccomp._Filter(name).build(PID, True)
        tables = (syscalls.DENIED, syscalls.IGNORED)
        named = {pair[column] for table in tables for pair in table.values()}
        named |= {syscalls.CLONE[column], syscalls.CLONE3[column], syscalls.TKILL[column]}
        named |= {syscalls.KILL[column], syscalls.TGKILL[column], syscalls.PRLIMIT[column]}
        named |= {syscalls.AFFINITY[column]}
        if number not in named:
            said = run_filter(program, syscalls.MACHINES[name], number, [99] * 6)
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
    assert (verdict(syscalls.AFFINITY, 0), verdict(syscalls.AFFINITY, 1)) == (ALLOW, EPERM)
    assert {verdict(syscalls.FCNTL, 3, one) for one in (8, 10, 15)} == {EPERM}
    assert {verdict(syscalls.FCNTL, 3, one) for one in (1, 2, 3, 4, 9)} == {ALLOW}
    assert {verdict(syscalls.IOCTL, 0, one) for one in syscalls.DENIED_IOCTLS} == {EPERM}
    assert verdict(syscalls.IOCTL, 0, 0x5401) == ALLOW
    for numbers in (syscalls.MMAP, syscalls.MPROTECT, syscalls.PKEY_MPROTECT):
        assert verdict(numbers, 0, 0, 3) == ALLOW
        assert verdict(numbers, 0, 0, 7) == (ALLOW if load_code else EPERM)


@on_linux
def test_what_is_there_is_named():
    assert check_available() == f"Landlock (version {landlock.landlock_version()}) and seccomp"


@on_linux
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda patch: patch.setattr(sys, "platform", "darwin"), "needs Linux"),
        (lambda patch: patch.setattr(platform, "machine", lambda: "riscv64"), "of riscv64"),
        (lambda patch: patch.setattr(confining, "landlock_version", lambda: -1), "no Landlock"),
    ],
)
def test_what_is_missing_is_told(monkeypatch, change, says):
    change(monkeypatch)
    with pytest.raises(SandboxUnavailableError, match=says):
        check_available()


@on_linux
def test_who_cannot_be_confined_is_told(monkeypatch):
    """Is nothing run half confined?"""
    monkeypatch.setattr(confining, "SECCOMP_FILTER", 99)

    def start():
        with contextlib.suppress(OSError):
            confine([])
            return "confined"
        return "told"

    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.write(theirs, start().encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(theirs)
    with open(ours) as said:
        assert said.read() == "told"


@on_linux
def test_a_process_ends_with_the_one_that_forked_it(tmp_path):
    script = (
        "import os, sys, time\n"
        "from grader.confine import die_with_parent\n"
        "if os.fork() == 0:\n"
        "    die_with_parent()\n"
        "    print(os.getpid(), flush=True)\n"
        "    time.sleep(60)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline())
        parent.kill()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    pytest.fail("it lives on")


NAMES = st.sampled_from(["a", "b", "c.py", "d"])
TREES = st.recursive(
    st.just("file"), lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=15
)
HOLES = st.lists(st.lists(NAMES, max_size=4).map(tuple), max_size=4)


def plant(place, tree):
    if tree == "file":
        place.write_text("x")
        return
    place.mkdir(exist_ok=True)
    for name, inner in tree.items():
        plant(place / name, inner)


def files_under(path):
    return {path} if path.is_file() else {one for one in path.rglob("*") if one.is_file()}


@given(TREES.filter(lambda tree: tree != "file"), HOLES)
def test_what_is_carved_is_the_tree_without_its_holes(tree, holes):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        plant(root, tree)
        holes = [root.joinpath(*hole) for hole in holes] + [Path(folder, "elsewhere")]
        holes = [hole for hole in holes if not any(one.is_file() for one in hole.parents)]
        found = list(carve(root, holes))
        reached = [one for path in found for one in files_under(path)]
        wanted = {
            one
            for one in files_under(root)
            if not any(hole == one or hole in one.parents for hole in holes)
        }
        assert set(reached) == wanted
        assert len(reached) == len(set(reached))


def test_a_link_is_no_way_into_a_hole(tmp_path):
    plant(tmp_path / "tree", {"hidden": {"a": "file"}, "open": {"b": "file"}})
    (tmp_path / "tree" / "door").symlink_to("hidden")
    hole = tmp_path / "tree" / "hidden"
    for path in carve(tmp_path / "tree", [hole]):
        assert hole not in (path.resolve(), *path.resolve().parents)


def test_a_tree_that_is_reached_by_a_link_has_its_holes(tmp_path):
    """``/lib`` is ``/usr/lib`` on most systems, and holes have their real names."""
    plant(tmp_path / "usr", {"lib": {"hidden": {"a": "file"}, "open": {"b": "file"}}})
    (tmp_path / "lib").symlink_to("usr/lib")
    found = {one.resolve() for one in carve(tmp_path / "lib", [tmp_path / "usr/lib/hidden"])}
    assert found == {tmp_path / "usr" / "lib" / "open"}


def test_a_tree_without_holes_is_one_path(tmp_path):
    assert list(carve(tmp_path, [])) == [tmp_path]
    assert list(carve(tmp_path, [tmp_path])) == []
    assert list(carve(tmp_path / "none", [tmp_path / "none" / "x"])) == []

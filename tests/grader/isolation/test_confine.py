import contextlib
import errno
import mmap
import os
import platform
import resource
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.isolation import confine as confining
from grader.isolation import landlock, seccomp
from grader.isolation.confine import SandboxUnavailableError, check_available, confine
from grader.isolation.limits import ResourceLimits
from tests.grader.isolation.support import MEGA, confined, on_linux


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


@on_linux
def test_what_was_open_stays_open():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert confined(lambda: theirs.send(b"hello")) == 5
        assert ours.recv(10) == b"hello"


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
    "what",
    [
        *("RLIMIT_DATA", "RLIMIT_AS", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE"),
        *("RLIMIT_MEMLOCK", "RLIMIT_SIGPENDING", "RLIMIT_MSGQUEUE", "RLIMIT_RTPRIO", "RLIMIT_NICE"),
    ],
)
def test_a_limit_cannot_be_raised(what):
    number = getattr(resource, what)

    def raise_it():
        _, hard = resource.getrlimit(number)
        resource.setrlimit(number, (hard, hard + 1))

    assert confined(raise_it) in ("ValueError", "EPERM")
    assert confined(lambda: resource.prlimit(0, number)[0]) < 2**62


@on_linux
def test_a_limit_that_is_lower_already_stays():
    """Can somebody be confined who may have fewer open files than the grader would give?"""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lower = ResourceLimits(memory=500 * MEGA, open_files=hard + 1)
    seen = confined(lambda: resource.getrlimit(resource.RLIMIT_NOFILE), limits=lower)
    assert seen == [hard, hard]


@on_linux
def test_who_has_started_threads_cannot_be_confined():
    """Threads that were there before would keep their rights."""

    def try_it():
        wait = threading.Event()
        threading.Thread(target=wait.wait, daemon=True).start()
        confine([])

    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            try_it()
        except RuntimeError as error:
            os.write(theirs, str(error).encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(theirs)
    with open(ours) as said:
        assert "before it starts threads" in said.read()


@on_linux
@pytest.mark.parametrize(
    ("version", "denied"),
    [
        (1, "files"),
        (7, "files, TCP, devices, signals and abstract sockets"),
        (9, "files, TCP, devices, signals and abstract sockets, named sockets"),
        (99, "files, TCP, devices, signals and abstract sockets, named sockets, UDP"),
    ],
)
def test_what_is_there_is_named(monkeypatch, version, denied):
    for module in (landlock, confining):
        monkeypatch.setattr(module, "landlock_version", lambda: version)
    assert check_available() == f"Landlock (version {version}: {denied}) and seccomp"


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
    """Is no process run that is only partly confined?"""
    monkeypatch.setattr(seccomp, "SECCOMP_FILTER", 99)

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
        "from grader.isolation.confine import die_with_parent\n"
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

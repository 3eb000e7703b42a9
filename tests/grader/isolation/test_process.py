"""Does a process run only while it is asked, and is what it writes bounded by the kernel?"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.isolation import namespaces
from grader.isolation import process as processes
from grader.isolation.codec import decode, encode
from grader.isolation.forkserver import NO_NAMESPACES
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import ProcessEndedError, SandboxedProcess
from grader.workers.pool import WarmPool, shared_pool
from grader.workers.roles import ENTRY_POINTS
from tests.support.toy import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)
LIMITS = ResourceLimits(memory=500_000_000, disk=5_000_000, files=100)


def start(role="answers", pool=None, group=None):
    """Return a student worker that is ready."""
    with_keras = role == "keras"
    server = (pool or shared_pool()).get(role, with_keras, None)
    arguments = {"role": role, "with_keras": with_keras}
    process = SandboxedProcess(server, ENTRY_POINTS[role], arguments, LIMITS, group=group)
    process.start(encode({}))
    return process


def run(process, source, seconds=30):
    """Run a cell."""
    request = {"do": "run", "source": source, "number": 0, "ended_well": True}
    reply = decode(process.exchange(encode(request), seconds))
    assert not reply.get("error"), reply


def value(process, name):
    return decode(process.exchange(encode({"do": "describe", "name": name}), 30))["value"]


def state_and_time(process):
    """Return a process's state, and the clock ticks that it has used."""
    fields = _stat(process._process.pid)
    return fields[0], int(fields[11]) + int(fields[12])


def state_of(pid):
    return _stat(pid)[0]


def _stat(pid):
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def has_stopped(process):
    """Tell whether a process stops, once it is scheduled."""
    for _ in range(500):
        if state_and_time(process)[0] == "T":
            return True
        time.sleep(0.01)
    return False


COUNT = """
import threading
count = 0
def work():
    global count
    while True:
        count += 1
threading.Thread(target=work, daemon=True).start()
"""


@pytest.mark.parametrize("role", ["answers", "keras"])
def test_a_thread_makes_no_progress_while_another_process_is_asked(role):
    group = set()
    idle, asked = start(role, group=group), start("answers", group=group)
    try:
        run(idle, COUNT)
        run(asked, "import time")
        state, before = state_and_time(idle)
        run(asked, "time.sleep(1)")
        assert state_and_time(idle) == (state, before) == ("T", before)
        # It goes on while its own process is asked.
        run(idle, "import time\nbegin = count\nwhile count < begin + 1000:\n    time.sleep(0.01)")
        assert state_and_time(idle)[1] >= before
    finally:
        idle.close()
        asked.close()


def test_a_process_is_stopped_from_its_start_and_after_an_interruption():
    process = start()
    try:
        assert has_stopped(process)
        with pytest.raises(ProcessEndedError) as end:
            run(process, "x = 1\nwhile True:\n    pass", 0.5)
        assert end.value.timed_out
        assert "error" in decode(process.interrupt(100_000))
        assert has_stopped(process)
        assert value(process, "x") == 1
    finally:
        process.close()


def test_a_process_cannot_wake_itself():
    """A timer's signal would resume a stopped process."""
    process = start()
    source = """
import ctypes, struct
event = ctypes.create_string_buffer(struct.pack("qii", 0, 18, 0) + bytes(48))  # SIGCONT
timer = ctypes.c_int()
made = ctypes.CDLL(None, use_errno=True).timer_create(0, event, ctypes.byref(timer))
"""
    try:
        run(process, source)
        assert value(process, "made") == -1
    finally:
        process.close()


UNSTOPPABLE = """
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
stack = ctypes.create_string_buffer(1 << 16)
top = ctypes.c_void_p(ctypes.addressof(stack) + (1 << 16) - 64 & ~15)
# CLONE_VFORK: until the new thread ends, no signal but SIGKILL reaches the one that made it.
flags = 0x4000 | 0x3D0F00 & ~0x380000
assert libc.clone(libc.sleep, top, flags, 60) == -1
assert ctypes.get_errno() == errno.EPERM
"""


def test_a_process_cannot_make_a_thread_that_keeps_it_from_being_stopped():
    process = start()
    try:
        run(process, UNSTOPPABLE)
    finally:
        process.close()


def test_a_process_that_cannot_be_stopped_is_killed_before_another_is_asked(monkeypatch):
    monkeypatch.setattr(processes, "STOP_TIMEOUT", 0.5)
    group = set()
    idle, asked = start(group=group), start(group=group)
    try:
        run(idle, "x = 1")
        monkeypatch.setattr(idle, "_has_stopped", lambda: idle._process.wait(0) is not None)
        run(asked, "x = 1")
        assert idle._process.wait(10) == -signal.SIGKILL
    finally:
        idle.close()
        asked.close()
    assert group == set()


@pytest.mark.parametrize("which", ["ended", "killed"])
def test_a_stopped_process_that_ends_is_reported(which):
    process = start()
    try:
        if which == "killed":
            process.kill()
            assert process._process.wait(10) == -signal.SIGKILL
        with pytest.raises(ProcessEndedError, match=r"SIGKILL|exit code 3"):
            run(process, "import os; os._exit(3)")
    finally:
        process.close()


@pytest.fixture(params=["namespaces", "folders"])
def pool(request, monkeypatch):
    """A pool with namespaces, and one without."""
    if request.param == "folders":
        monkeypatch.setenv(NO_NAMESPACES, "1")
    pool = WarmPool()
    missing = pool.get("answers", False, None).missing_namespaces()
    if missing and request.param == "namespaces":
        pool.close()
        pytest.skip(f"no namespaces here: {missing}")
    yield pool
    pool.close()


@pytest.mark.parametrize(
    ("write", "why"),
    [
        ("open(str(i), 'wb').write(bytes(900_000))", "wrote more than 5 MB into files"),
        ("open(str(i), 'wb').close()", "made more than 100 files"),
    ],
)
def test_too_much_is_reported_with_and_without_namespaces(pool, write, why):
    process = start(pool=pool)
    source = (
        f"import time\nfor i in range(1000):\n    {write}\n    time.sleep(0.001)\ntime.sleep(3)"
    )
    try:
        with pytest.raises(ProcessEndedError, match=why):
            run(process, source)
    finally:
        process.close()


GRADER = """
import sys
from grader.isolation.process import SandboxedProcess
from tests.grader.isolation.test_process import run, start
process = start()
print(process._process.pid, flush=True)
write = "import time\\nfile = open('x', 'wb', buffering=0)\\n"
write += "while True:\\n    file.write(bytes(10_000))\\n    time.sleep(0.005)"
run(process, write, 60)
"""


def test_workers_stop_and_continue_with_the_grader(tmp_path):
    """Without namespaces: does Ctrl-Z stop what a cell writes?"""
    wrapped = GRADER.replace("run(", "with SandboxedProcess.stopping_with_grader():\n    run(")
    with subprocess.Popen(
        [sys.executable, "-c", wrapped],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path), NO_NAMESPACES: "1"},
        cwd=ROOT,
    ) as grader:

        def written():
            return sum(path.stat().st_size for path in tmp_path.glob("grader-*/*/x"))

        def wait_until(condition):
            for _ in range(1000):
                if condition():
                    return True
                time.sleep(0.01)
            return False

        try:
            pid = int(grader.stdout.readline())
            assert wait_until(written)
            grader.send_signal(signal.SIGTSTP)
            assert wait_until(lambda: state_of(pid) == state_of(grader.pid) == "T")
            before = written()
            time.sleep(0.5)
            assert written() == before
            grader.send_signal(signal.SIGCONT)
            assert wait_until(lambda: written() > before)
        finally:
            grader.kill()


def test_little_is_written_while_the_grader_stands_still(tmp_path):
    if missing := shared_pool().get("answers", False, None).missing_namespaces():
        pytest.skip(f"no namespaces here: {missing}")

    def wait_until(condition):
        for _ in range(1000):
            usage = os.statvfs(f"/proc/{pid}/root{namespaces.SCRATCH}")
            if condition(usage):
                return usage
            time.sleep(0.02)
        raise AssertionError(usage)

    with subprocess.Popen(
        [sys.executable, "-c", GRADER],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
        cwd=ROOT,
    ) as grader:
        try:
            pid = int(grader.stdout.readline())
            wait_until(lambda usage: usage.f_bfree < usage.f_blocks)
            grader.send_signal(signal.SIGSTOP)
            usage = wait_until(lambda usage: usage.f_bfree == 0)
            most = LIMITS.disk + namespaces.SPARE_BYTES + usage.f_frsize
            assert LIMITS.disk < usage.f_frsize * usage.f_blocks <= most
            assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
        finally:
            grader.kill()

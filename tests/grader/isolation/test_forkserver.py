import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from grader.isolation.channel import ConnectionClosedError, make_pair
from grader.isolation.forkserver import (
    ENVIRONMENT,
    NO_NAMESPACES,
    ForkedProcess,
    ForkServer,
    ProcessStartError,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's process handles")

# What the processes do. They import it from a temporary folder.
ACTS = """
import json, os, signal, sys, threading, time

made = []

def prepare():
    made.append(os.getpid())

def break_down():
    raise RuntimeError("no such luck")

def echo(channel, text):
    channel.send(text.encode())

def leave(channel, code):
    os._exit(code)

def kill(channel, number):
    os.kill(os.getpid(), number)

def fail(channel):
    raise ValueError("not this one's fault")

def wait(channel):
    channel.send(b"ready")
    time.sleep(60)

def obstinate(channel):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, lambda *_: None)
    channel.send(b"ready")
    while True:
        time.sleep(1)

def answer(channel):
    channel.send(b"ready")
    while True:
        channel.send(channel.receive(1000)[::-1])

def interrupted(channel):
    try:
        channel.send(b"ready")
        time.sleep(60)
    except KeyboardInterrupt:
        channel.send(b"stopped")

def tell(channel):
    handles = []
    for name in os.listdir("/proc/self/fd"):
        try:
            handles.append(os.readlink(f"/proc/self/fd/{name}"))
        except OSError:
            pass
    told = {"environment": dict(os.environ), "folder": os.getcwd(), "handles": handles,
            "session": os.getsid(0), "parent": os.getppid(), "made": made, "argv": sys.argv,
            "modules": list(sys.modules), "threads": threading.active_count(),
            "path": sys.path}
    channel.send(json.dumps(told).encode())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder from which `acts` can be imported."""
    folder = tmp_path_factory.mktemp("acts")
    (folder / "acts.py").write_text(ACTS)
    return str(folder)


@pytest.fixture(scope="module", params=["namespaces", "none"])
def server(request, folder):
    """A fork server in namespaces, if the machine allows them, and one without."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "none":
            patch.setenv(NO_NAMESPACES, "1")
        server = ForkServer(["acts"], "acts:prepare", path=folder)
    yield server
    server.close()


@pytest.fixture
def run(server):
    """Fork a process that runs a function of `acts`; it is killed at the end of the test."""
    started = []

    def start(act, _server=server, **arguments):
        started.append(_server.fork(f"acts:{act}", arguments))
        return started[-1]

    yield start
    for process in started:
        process.close()


def hear(process, limit=1_000_000):
    return process.channel.receive(limit, time.monotonic() + 20)


def ask(process):
    return json.loads(hear(process))


def ends(pid, seconds=10):
    """Tell whether a process disappears within some seconds; a zombie has not."""
    for _ in range(int(seconds / 0.02)):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.02)
    return False


def test_a_fork_runs_a_function_with_its_arguments(run):
    process = run("echo", text="hello")
    assert hear(process) == b"hello"
    assert process.wait(10) == 0


def test_each_fork_is_a_process_of_its_own(run):
    one, other = run("answer"), run("answer")
    assert hear(one) == hear(other) == b"ready"
    assert one.pid != other.pid
    other.channel.send(b"abc")
    one.channel.send(b"xyz")
    assert (hear(one), hear(other)) == (b"zyx", b"cba")


def test_a_fork_is_quick(run):
    begin = time.monotonic()
    for _ in range(5):
        hear(run("echo", text="x"))
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_an_exit_code_is_told(run, code):
    process = run("leave", code=code)
    with pytest.raises(ConnectionClosedError):
        hear(process)
    assert [process.wait(10), process.wait(0)] == [code, code]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_signal_that_ended_it_is_told(run, number):
    assert run("kill", number=number).wait(10) == -number


@pytest.mark.parametrize("act", ["fail", "not_there"])
def test_an_error_in_it_ends_it_alone(run, act):
    assert run(act).wait(10) == 1
    assert hear(run("echo", text="on")) == b"on"


def test_it_ends_when_nobody_listens_any_more(run):
    process = run("answer")
    assert hear(process) == b"ready"
    process.channel.close()
    assert process.wait(10) == 0


def test_waiting_has_an_end(run):
    process = run("wait")
    hear(process)
    begin = time.monotonic()
    assert process.wait(0.2) is None
    assert 0.1 < time.monotonic() - begin < 2


def test_a_signal_reaches_it(run):
    process = run("interrupted")
    hear(process)
    process.signal(signal.SIGINT)
    assert hear(process) == b"stopped"
    assert process.wait(10) == 0
    process.signal(signal.SIGINT)  # the process has ended: nothing happens


def test_closing_ends_whatever_it_does(run):
    process = run("obstinate")
    hear(process)
    process.signal(signal.SIGTERM)
    process.signal(signal.SIGHUP)
    assert process.wait(0.2) is None
    process.close()
    assert process.wait(0) == -signal.SIGKILL
    assert not Path(f"/proc/{process.pid}").exists()
    process.close()


def test_a_stopped_process_is_ended_too(run):
    process = run("wait")
    hear(process)
    process.signal(signal.SIGSTOP)
    process.close()
    assert process.wait(0) == -signal.SIGKILL


def test_a_number_stays_its_own_until_it_is_closed(run):
    """Otherwise a signal might reach another process."""
    process = run("leave", code=0)
    with pytest.raises(ConnectionClosedError):
        hear(process)
    time.sleep(0.1)
    assert "State:\tZ" in Path(f"/proc/{process.pid}/status").read_text()
    process.close()
    assert not Path(f"/proc/{process.pid}").exists()


def test_nothing_of_the_grader_is_open_in_it(run, server):
    """Is only its own socket open, apart from /dev/null?"""
    secret, _ = socket.socketpair()
    secret.set_inheritable(True)
    keep = [run("answer") for _ in range(3)]
    with secret, open(__file__) as file:
        os.set_inheritable(file.fileno(), True)
        told = ask(run("tell"))
    handles = [one for one in told["handles"] if not one.startswith("/proc/")]
    assert sum(one.startswith("socket:") for one in handles) == 1
    assert {one for one in handles if not one.startswith("socket:")} == {"/dev/null"}
    assert len(handles) <= 5
    assert len(keep) == 3


def test_the_grader_keeps_no_handle_of_a_closed_one(server):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        server.fork("acts:leave", {"code": 0}).close()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.fixture
def fresh(folder, monkeypatch):
    """A server started with a secret in the environment, and one forked from it."""
    monkeypatch.setenv("GRADER_SECRET", "4321")
    monkeypatch.setenv("PYTHONPATH", "/nowhere")
    monkeypatch.setenv("LANG", "C.UTF-8")
    first = ForkServer([], path=folder)
    second = ForkServer(["acts"], "acts:prepare", parent=first)
    yield first, second
    second.close()
    first.close()


def test_the_environment_is_clean(fresh, run):
    for server in fresh:
        told = ask(run("tell", server))
        assert "GRADER_SECRET" not in told["environment"]
        assert "PYTHONPATH" not in told["environment"]
        assert told["environment"].items() >= ENVIRONMENT.items()
        assert told["environment"]["LANG"] == "C.UTF-8"
        assert told["folder"] == "/"
        assert told["session"] != os.getsid(0)
        assert not any("4321" in one for one in told["argv"])
        assert "/nowhere" not in told["path"]
        assert told["threads"] == 1


def test_one_forked_from_another_shares_its_modules(fresh, folder, run):
    _, second = fresh
    third = ForkServer(["colorsys"], parent=second)
    try:
        told = ask(run("tell", third))
        assert {"acts", "colorsys"} <= set(told["modules"])
        assert told["made"] == ask(run("tell", second))["made"]  # prepared once, in the second
        assert len(told["made"]) == 1
        assert "colorsys" not in ask(run("tell", second))["modules"]
        handles = [one for one in told["handles"] if not one.startswith("/proc/")]
        assert sum(one.startswith("socket:") for one in handles) == 1
    finally:
        third.close()
    assert hear(run("echo", second, text="on")) == b"on"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"preload": ["no_such_module"]}, "ModuleNotFoundError: No module named 'no_such_module'"),
        ({"preload": ["acts"], "prepare": "acts:break_down"}, "RuntimeError: no such luck"),
        ({"preload": ["acts"], "prepare": "acts:not_there"}, "AttributeError"),
    ],
)
def test_one_that_cannot_import_says_so(folder, server, options, says):
    for parent in (None, server):
        broken = ForkServer(path=folder, parent=parent, **options)
        try:
            for _ in range(2):
                with pytest.raises(ProcessStartError, match=says):
                    broken.fork("acts:echo", {"text": "x"})
        finally:
            broken.close()


def test_one_that_dies_while_it_imports_says_so(tmp_path):
    (tmp_path / "deadly.py").write_text("import os; os._exit(1)")
    broken = ForkServer(["deadly"], path=str(tmp_path))
    with pytest.raises(ProcessStartError, match="is gone"):
        broken.fork("acts:echo", {"text": "x"})
    assert not broken.alive
    broken.close()


def test_one_that_was_killed_says_so_and_its_forks_end(folder, run):
    server = ForkServer(["acts"], path=folder)
    process = run("obstinate", server)
    hear(process)
    os.kill(server.pid, signal.SIGKILL)
    assert ends(process.pid)
    with pytest.raises(ProcessStartError, match="is gone"):
        server.fork("acts:echo", {"text": "x"})
    assert not server.alive
    assert process.wait(5) == -signal.SIGKILL
    server.close()


def test_closing_the_first_ends_all(folder, run):
    first = ForkServer(["acts"], path=folder)
    second = ForkServer([], parent=first)
    processes = [run("obstinate", first), run("obstinate", second)]
    for process in processes:
        hear(process)
    pids = [first.pid, second.pid, *(process.pid for process in processes)]
    first.close()
    assert [pid for pid in pids if not ends(pid)] == []
    second.close()


SCRIPT = """
import sys, time
from grader.isolation.forkserver import ForkServer
first = ForkServer(["acts"], path=sys.argv[1])
second = ForkServer([], parent=first)
forked = [one.fork("acts:obstinate", {}) for one in (first, second)]
for one in forked:
    one.channel.receive(100)
print(first.pid, second.pid, *(one.pid for one in forked), flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_all_end_with_the_grader(folder, number):
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, folder], stdout=subprocess.PIPE, text=True
    ) as grader:
        pids = [int(one) for one in grader.stdout.readline().split()]
        assert len(pids) == 4
        grader.send_signal(number)
    assert [pid for pid in pids if not ends(pid)] == []


def test_threads_may_share_one(server):
    said, threads = {}, []

    def use(name):
        for count in range(4):
            process = server.fork("acts:echo", {"text": f"{name} {count}"})
            said[name, count] = (hear(process), process.wait(10))
            process.close()

    for name in range(6):
        threads.append(threading.Thread(target=use, args=(name,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert said == {
        (name, count): (f"{name} {count}".encode(), 0) for name in range(6) for count in range(4)
    }


def test_arguments_may_be_long(run):
    text = "x" * 3_000_000
    assert hear(run("echo", text=text), 4_000_000) == text.encode()


def test_what_ended_long_ago_is_no_error_to_ask_for(server):
    assert server.reap(2**22) == -signal.SIGKILL


def test_a_handle_is_kept_for_what_is_forked():
    """Is the process identified by its pidfd, not only by its number?"""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ours, theirs = make_pair()
    forked = ForkedProcess(None, child.pid, os.pidfd_open(child.pid), ours)
    assert forked.pid == child.pid
    theirs.close()
    child.communicate()
    forked.signal(signal.SIGKILL)  # it has ended and been reaped
    os.close(forked._pidfd)
    ours.close()

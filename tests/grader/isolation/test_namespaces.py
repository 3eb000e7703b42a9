import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.isolation import namespaces
from grader.isolation.forkserver import NO_NAMESPACES, ForkServer
from grader.workers.policy import visible
from tests.support.toy import ROOT

ACTS = """
import errno, json, os, sys, threading
from pathlib import Path

from grader.isolation import namespaces
from grader.isolation.libc import LIBC, check_call
from grader.isolation.limits import ResourceLimits
from grader.workers import policy

LIMITS = ResourceLimits(memory=500_000_000, disk=5_000_000, files=50)

def confined(channel, source, role="answers", root=None):
    policy.enter(role, namespaces.SCRATCH, root, LIMITS)
    tell(channel, source)

def bare(channel, source):
    namespaces.enter_root(LIMITS)
    tell(channel, source)

def plain(channel, source):
    tell(channel, source)

def tell(channel, source):
    names = dict(globals())
    try:
        exec(source, names)
    except OSError as error:
        names["seen"] = errno.errorcode[error.errno]
    except BaseException as error:
        names["seen"] = type(error).__name__
    channel.send(json.dumps(names["seen"]).encode())
    channel.receive(10)
"""


def _server(folder, role, root=None):
    (folder / "acts.py").write_text(ACTS)
    return ForkServer(["acts"], path=str(folder), view=visible(role, root))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("acts")


@pytest.fixture(scope="module")
def server(folder):
    """A fork server whose workers see what those of the role ``answers`` see."""
    server = _server(folder, "answers")
    yield server
    server.close()


@pytest.fixture
def run(server):
    """Return a function that runs code in a worker, and returns the worker and what it saw."""
    if missing := server.missing_namespaces():
        pytest.skip(f"no namespaces here: {missing}")
    started = []

    def start(source, act="confined", server=server, **arguments):
        started.append(server.fork(f"acts:{act}", {"source": source, **arguments}))
        return started[-1], json.loads(started[-1].channel.receive(100_000, time.monotonic() + 60))

    yield start
    for process in started:
        process.close()


@pytest.fixture
def see(run):
    """Return a function that runs code in a worker, and returns what it saw."""
    return lambda source, *act, **more: run(source, *act, **more)[1]


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/shadow", "/etc/passwd", "/home", "/tmp/.X11-unix", "/var", "/dev/shm", "/run"),
        *(ROOT / "solutions", ROOT / "tests", ROOT / "utils", ROOT / "grader", ROOT / ".git"),
        *(Path.home() / ".bashrc", Path.home() / ".profile"),
    ],
    ids=str,
)
def test_other_files_are_not_seen_to_be_there(see, path):
    assert see(f"seen = os.stat({str(path)!r}).st_size") == "ENOENT"
    assert see(f"seen = os.readlink({str(path)!r})") == "ENOENT"


def test_a_neighbour_s_file_is_not_seen(see, tmp_path):
    (tmp_path / "submission.ipynb").write_text("{}")
    assert see(f"seen = os.path.exists({str(tmp_path / 'submission.ipynb')!r})") is False
    assert see("seen = os.listdir(os.getcwd())") == []


def test_only_the_folders_of_its_role_are_there(see):
    """Without Landlock, which hides the rest once more."""
    top = see("seen = sorted(os.listdir('/'))", "bare")
    parts = {Path(path).parts[1] for path in (sys.prefix, sys.base_prefix, os.__file__)}
    assert set(top) <= {"dev", "etc", "proc", "sys", "grader-scratch", *parts}
    assert set(see("seen = os.listdir('/etc')", "bare")) <= {"alternatives"}
    packages = see("import numpy; seen = os.listdir(Path(numpy.__file__).parents[1])", "bare")
    assert set(packages) <= {"numpy", "numpy.libs"}


@pytest.mark.parametrize("path", ["/", "/dev", "/proc", "/sys/devices/system/cpu"])
def test_nothing_but_its_folder_can_be_written_to(see, path):
    """Without Landlock."""
    assert see(f"seen = open({path + '/new'!r}, 'w').close()", "bare") in ("EROFS", "ENOENT")
    assert see("seen = open(os.__file__, 'a').close()", "bare") == "EROFS"
    assert see("Path('/grader-scratch/new').write_text('x'); seen = 1", "bare") == 1


def test_its_devices_work(see):
    assert see("seen = len(open('/dev/urandom', 'rb').read(3))") == 3
    assert see("seen = Path('/dev/null').write_text('x')") == 1
    assert see("seen = Path('/proc/meminfo').read_text()") == "EACCES"


def test_the_course_is_where_it_was_for_those_who_may_read_it(see, tmp_path):
    course = _server(tmp_path, "notebook", str(ROOT))
    try:
        more = {"server": course, "role": "notebook", "root": str(ROOT)}
        digits = str(ROOT / "data" / "mnist10k.npz")
        assert see(f"seen = os.path.getsize({digits!r})", **more) == os.path.getsize(digits)
        assert "pooling.py" in see(f"seen = os.listdir({str(ROOT / 'utils')!r})", **more)
        assert see(f"seen = os.stat({str(ROOT / 'solutions')!r})", **more) == "ENOENT"
        assert see("import scipy.signal; seen = scipy.signal.__name__", **more) == "scipy.signal"
        # Programs and libraries are found by the links of the system.
        links = [path for path in ("/lib", "/lib64") if os.path.islink(path)]
        assert see(f"seen = [os.readlink(one) for one in {links}]", "bare", server=course) == [
            os.readlink(path) for path in links
        ]
    finally:
        course.close()


def test_the_network_is_empty(see):
    with socket.create_server(("127.0.0.1", 0)):
        for name in ("tcp", "tcp6", "udp", "unix", "route"):
            text = see(f"seen = Path('/proc/self/net/{name}').read_text()", "bare")
            assert len(text.splitlines()) <= 1, name
        devices = see("seen = Path('/proc/self/net/dev').read_text()", "bare").splitlines()[2:]
        assert [line.split(":")[0].strip() for line in devices] == ["lo"]


def test_other_processes_are_not_there(see):
    numbers = see("seen = [n for n in range(1, 5000) if os.path.exists(f'/proc/{n}')]", "bare")
    assert numbers == [1, 2]
    assert see(f"seen = os.getpgid({os.getpid()})", "bare") == "ESRCH"
    assert see("seen = [os.getpid(), os.getppid()]") == [2, 0]


def test_numbers_of_threads_do_not_depend_on_neighbours(run):
    source = """
seen = []
for _ in range({}):
    thread = threading.Thread(target=lambda: seen.append(threading.get_native_id()))
    thread.start()
    thread.join()
"""
    _, first = run(source.format(20))
    _, second = run(source.format(3))
    assert first[:3] == second == [3, 4, 5]


def test_each_worker_is_in_namespaces(run):
    def spaces(pid):
        kinds = ("user", "net", "ipc", "uts", "cgroup", "mnt", "pid")
        return {kind: os.readlink(f"/proc/{pid}/ns/{kind}") for kind in kinds}

    workers = [spaces(run("seen = 1")[0].pid) for _ in range(2)]
    outside = spaces("self")
    for worker in workers:
        assert not set(worker.values()) & set(outside.values())
    assert workers[0]["pid"] != workers[1]["pid"]
    assert workers[0]["mnt"] != workers[1]["mnt"]


def test_the_machine_has_another_name(see):
    assert see("seen = os.uname().nodename") == "grader"


def test_nothing_of_the_user_is_in_what_the_process_was_started_with(see):
    environment = see("seen = Path('/proc/self/environ').read_text()")
    assert str(Path.home()) not in environment
    assert os.environ["PATH"] not in environment
    command = see("seen = Path('/proc/self/cmdline').read_text()")
    assert str(Path.home()) not in command.replace(sys.executable, "")


def test_it_has_no_capabilities_left(see):
    source = "seen = [l.split()[1] for l in open('/proc/self/status') if l[:6] == 'CapEff']"
    assert {int(one, 16) for one in see(source)} == {0}


def test_no_namespaces_within(see):
    """Without seccomp."""
    assert see(f"seen = check_call(LIBC.unshare({namespaces.NEW_USER}))", "bare") == "ENOSPC"


WRITE = """
seen = 0
try:
    while True:
        seen += {}
except OSError as error:
    assert error.errno == errno.ENOSPC
"""


def test_the_kernel_bounds_what_is_written(run):
    begin = "file = os.open('file', os.O_WRONLY | os.O_CREAT)"
    worker, written = run(begin + WRITE.format("os.write(file, bytes(10_000))"))
    assert 5_000_000 < written <= 5_000_000 + namespaces.SPARE_BYTES + 4096
    usage = os.statvfs(f"/proc/{worker.pid}/root{namespaces.SCRATCH}")
    assert usage.f_frsize * (usage.f_blocks - usage.f_bfree) >= written


@pytest.mark.parametrize(
    "make",
    [
        "open(f'{seen}', 'x').close() or 1",
        "os.mkdir(f'{seen}') or 1",
        "os.symlink('a' * 200, f'{seen}') or 1",
        "os.link(open('x', 'a').name, f'{seen}') or 1",
    ],
)
def test_the_kernel_bounds_the_number_of_files(see, make):
    assert see(WRITE.format(make)) in (50, 51)


def test_a_folder_of_its_own_is_empty_for_the_next(see):
    assert see("Path('mine').write_text('x'); seen = os.listdir('.')") == ["mine"]
    assert see("seen = os.listdir('.')") == []


def test_they_can_be_switched_off(folder, monkeypatch):
    monkeypatch.setenv(NO_NAMESPACES, "1")
    server = _server(folder, "answers")
    try:
        assert server.missing_namespaces() == namespaces.SWITCHED_OFF
        process = server.fork("acts:plain", {"source": "seen = os.getppid()"})
        assert json.loads(process.channel.receive(100, time.monotonic() + 60)) == server.pid
        assert process.pid != 2
        process.close()
    finally:
        server.close()


SCRIPT = """
import ctypes, os, sys, time
from pathlib import Path
from grader.isolation import confine, namespaces
from grader.isolation.forkserver import ForkServer
from grader.isolation.libc import LIBC, check_call

user, group = os.getuid(), os.getgid()

def begin(flags=0, user_inside=0):
    check_call(LIBC.unshare(namespaces.NEW_USER | flags))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user_inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{user_inside} {group} 1")

def none_allowed():
    begin()
    Path("/proc/sys/user/max_user_namespaces").write_text("0")

def masked_proc():
    begin(namespaces.NEW_MOUNTS)
    namespaces._mount("none", "/", None, namespaces.RECURSIVE | namespaces.PRIVATE)
    namespaces._mount("tmpfs", "/proc/driver", "tmpfs", 0)

def without_root():
    begin(user_inside=1000)
    confine._drop_capabilities()
    assert os.getuid() == 1000

globals()[sys.argv[2]]()
server = ForkServer(["acts"], path=sys.argv[1], view=namespaces.View([sys.prefix, "/dev/null"]))
print(server.missing_namespaces() or "none missing")
act = "plain" if server.missing_namespaces() else "bare"
process = server.fork(f"acts:{act}", {"source": "seen = os.path.exists('/etc/passwd')"})
print(process.channel.receive(100, time.monotonic() + 60).decode())
process.close()
print(process.wait(0))
server.close()
"""


@pytest.mark.parametrize(
    ("kind", "says", "sees"),
    [
        ("none_allowed", "No space left on device", "true"),
        ("masked_proc", "Operation not permitted", "true"),
        ("without_root", "none missing", "false"),
    ],
)
def test_what_the_kernel_allows_is_found_out(run, folder, kind, says, sees):
    """Do workers start without namespaces where they are refused, and with them without root?"""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), kind],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=ROOT,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 3, done.stderr
    assert says in lines[0]
    assert lines[1:] == [sees, "-9"]

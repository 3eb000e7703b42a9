"""Does the standard library work in the sandbox, and is no honest call refused without a reason?

A call that is not allowed makes a test here fail and name it: it belongs on the list in
`grader/isolation/syscalls.py`, with a reason, or among those that are refused here.
"""

import contextlib
import json
import os
import re
import sys
import time
from pathlib import Path

import pytest

from grader.isolation import namespaces
from grader.isolation.limits import ResourceLimits
from grader.marking.mark import mark
from grader.workers.pool import shared_pool
from tests.support import programs
from tests.support.arena import answer, full_marks, right_answers, student_copy, to_bytes
from tests.support.refusals import noting_refusals

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")
# Calls that honest code makes, is refused, and does without.
EXPECTED = {
    "clone3": "the C library then calls clone, whose arguments the filter can see",
    "futex": "the wait for a thread's end is tried again until the thread has ended",
}
# The same of modules of the standard library.
EXPECTED_OF_MODULES = {
    "prctl": "libcap, which a library brings along, counts the capabilities that the kernel has",
    "preadv2": "the C library then calls preadv",
    "listxattr": "`shutil.copy2` then copies no attributes",
    "chown": "`tarfile` and `shutil.move` leave the owner as it is",
    "fchown": "so does `sqlite3`",
    "clone": "`uuid.uuid1` and `platform` try to start a program, and do without",
    "vfork": "so does `subprocess`, which they use",
    "socket": "a program's way to learn the machine's network address",
}
ROLES = ["judge", "answers", "keras", "notebook"]
LIMITS = ResourceLimits(cell=300, submission=900)


def unexpected(refusals, expected):
    """Return the calls that were refused without a reason: one example of each, as text."""
    odd = {one.call: one for one in sorted(refusals) if one.call not in expected}
    return [f"{one.call}{one.arguments} in {one.role}" for one in odd.values()]


@pytest.mark.parametrize("role", ROLES)
def test_programs_with_the_standard_library_work(role, tmp_path):
    server = shared_pool().get(role, False, None)
    folder = str(tmp_path) if server.missing_namespaces() else namespaces.SCRATCH
    arguments = {"role": role, "folder": None if role == "judge" else folder}
    with noting_refusals(tmp_path, f"{programs.__name__}:run") as refusals:
        process = server.fork(f"{programs.__name__}:run", arguments)
        with contextlib.closing(process):
            failed = json.loads(process.channel.receive(100_000, time.monotonic() + 120))
    assert failed == {}
    assert "\n".join(unexpected(refusals, EXPECTED | EXPECTED_OF_MODULES)) == ""


@pytest.mark.parametrize(
    "lesson", ["02_convolution", pytest.param("08_lenet", marks=pytest.mark.slow)]
)
def test_no_honest_submission_makes_a_call_that_is_refused(lesson, tmp_path):
    notebook = answer(student_copy(lesson), right_answers(lesson))
    with noting_refusals(tmp_path) as refusals:
        result = mark(to_bytes(notebook), lesson, limits=LIMITS).result
    assert {one.name: one.score for one in result.exercises} == full_marks(lesson)
    assert "\n".join(unexpected(refusals, EXPECTED)) == ""


ABOUT_ITSELF = """
names = ("net/unix", "net/tcp", "net/sockstat", "environ", "mountinfo", "task/%d/net/unix" % PID)
for name in names:
    try:
        print(open(f"/proc/self/{name}").read()[:50])
    except PermissionError:
        continue
    raise ValueError(name)
assert "Threads" in open("/proc/self/status").read() and "python" in open("/proc/self/maps").read()
assert os.listdir("/proc/self/fd") and open("/proc/self/cmdline").read()
"""


@pytest.mark.parametrize("role", ROLES)
def test_a_worker_reads_about_itself_but_not_about_the_machine(role):
    """Are the sockets of others, and the user's environment, out of sight?"""
    source = "import os\nPID = os.getpid()\n" + ABOUT_ITSELF
    arguments = {"role": role, "folder": None, "source": source}
    server = shared_pool().get(role, False, None)
    process = server.fork(f"{programs.__name__}:run_one", arguments)
    with contextlib.closing(process):
        assert json.loads(process.channel.receive(100_000, time.monotonic() + 120)) == {}


def test_a_call_that_is_refused_is_noted(tmp_path):
    """Would the tests above notice it, and name it?"""
    source = "import os\nos.getsid(1)"
    arguments = {"role": "answers", "folder": None, "source": source}
    with noting_refusals(tmp_path, f"{programs.__name__}:run_one") as refusals:
        server = shared_pool().get("answers", False, None)
        process = server.fork(f"{programs.__name__}:run_one", arguments)
        with contextlib.closing(process):
            said = json.loads(process.channel.receive(100_000, time.monotonic() + 120))
    assert "PermissionError" in said["program"]
    (noted,) = unexpected(refusals, EXPECTED)
    assert noted.startswith("getsid(1, ")
    assert noted.endswith(" in answers")


@pytest.mark.parametrize("role", ROLES)
def test_workers_inherit_nothing_that_they_share(role):
    """Is no writable memory and no open file shared with all that were forked from the same?"""
    server = shared_pool().get(role, False, None)
    server.missing_namespaces()  # which it replies to once it has started
    maps = Path(f"/proc/{server.pid}/maps").read_text(encoding="utf-8")
    assert re.findall(r"^\S+ .w.s .*$", maps, re.MULTILINE) == []
    handles = [os.readlink(path) for path in Path(f"/proc/{server.pid}/fd").iterdir()]
    # A fork closes the line to the grader, and the namespaces that workers enter or leave.
    closed = [name for name in handles if name.startswith(("socket:", "pid:", "mnt:"))]
    assert sorted(handles) == sorted([*closed, *[os.devnull] * (len(handles) - len(closed))])
    assert len({name.split(":")[0] for name in closed}) == len(closed)

import sys
import tempfile
import time
from textwrap import dedent

import nbformat
import pytest

import grader
from grader import scratch
from grader.isolation import process as processes
from grader.isolation.forkserver import ProcessStartError
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import SandboxedProcess
from grader.marking import supervisor
from grader.marking.cell_run import STOPPED
from grader.marking.context import SubmissionContext
from grader.marking.notebook_worker import MAX_FULL_OUTPUTS
from grader.marking.supervisor import Supervisor, run_submission
from grader.workers.pool import shared_pool
from tests.support.toy import RIGHT, answer, code, find

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)
SHORT = ResourceLimits(cell=1, submission=30)
LOOP = "while True:\n    pass"


STUBBORN = """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, monkeypatch):
    """Is each process ended and each folder removed?"""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert SandboxedProcess._living == set()
    assert {path.name for path in tmp_path.glob("grader-*/*")} <= {scratch.LOCK_NAME}


@pytest.fixture
def mark(release, toy):
    """Mark answers, with cells of the student's own at the beginning and at the end."""

    def run(*before, after=(), limits=SHORT, **answers):
        answer(release, **{**RIGHT, **{name: dedent(text) for name, text in answers.items()}})
        release.cells[1:1] = [code(dedent(source)) for source in before]
        release.cells += [code(dedent(source)) for source in after]
        return grader.mark(release, toy, limits=limits)

    return run


def points(marked):
    return {one.name: one.score for one in marked.result.exercises}


def messages(marked, name="double"):
    """Return what is said of each test of an exercise."""
    (exercise,) = [one for one in marked.result.exercises if one.name == name]
    return [test.message for test in exercise.tests]


RIGHT_POINTS = {"double": 3.0, "shout": 1.0}


def test_an_endless_function_costs_its_exercise_alone(mark, monkeypatch):
    monkeypatch.setattr(supervisor, "TIMEOUT_AFTER_TIMEOUT", 0.5)
    begin = time.monotonic()
    marked = mark(double="def double(x):\n    while True:\n        pass")
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    assert messages(marked) == [
        f"stopped after {seconds} s; is there an endless loop?" for seconds in ("1", "0.5")
    ]
    assert "the cell test-double" in marked.result.message
    assert time.monotonic() - begin < 25


def test_a_function_that_is_slow_once_is_given_less_time_after(mark, monkeypatch):
    """But enough to answer, where it is slow on one input alone."""
    monkeypatch.setattr(supervisor, "TIMEOUT_AFTER_TIMEOUT", 0.7)
    slow = "import time\ndef double(x):\n    time.sleep(60 if x == 3 else 0)\n    return 2 * x"
    marked = mark(double=slow)
    assert points(marked) == {"double": 2.0, "shout": 1.0}
    assert messages(marked)[1] == ""


def test_to_be_given_time_again_is_never_to_be_given_more(mark):
    """Does an instructor who allows a second not wait five?"""
    marked = mark(
        limits=ResourceLimits(cell=0.5), double="def double(x):\n    while True:\n        pass"
    )
    assert messages(marked)[1] == "stopped after 0.5 s; is there an endless loop?"


def test_the_calls_of_a_test_share_its_time(toy):
    slow = code("import time\ndef double(x):\n    time.sleep(0.4)\n    return x")
    test = nbformat.from_dict(find(toy.notebook, "test-double"))
    test.source = "for _ in range(100):\n    double(1)"
    supervisor = Supervisor([slow, test], SubmissionContext(toy, SHORT, shared_pool()))
    begin = time.monotonic()
    try:
        run = supervisor.run_test(1)
        assert supervisor.stops() == {1: "stopped after 1 s; is there an endless loop?"}
    finally:
        supervisor.close()
    assert run.outputs[-1].evalue.startswith("stopped after 1 s")
    assert time.monotonic() - begin < 20


def test_the_cells_before_a_test_do_not_share_its_time(mark):
    """Has a test as long after slow cells as after quick ones? Each cell has a time of its own."""
    slow = "import time\ntime.sleep(0.6)"
    double = "import time\ndef double(x):\n    time.sleep(0.5)\n    return 2 * x"
    marked = mark(slow, slow, slow, double=double)
    assert (points(marked), marked.result.message) == (RIGHT_POINTS, "")


@pytest.mark.parametrize("loop", [LOOP, STUBBORN], ids=["endless", "stubborn"])
def test_an_endless_cell_costs_nothing_else(mark, monkeypatch, loop):
    monkeypatch.setattr(processes, "INTERRUPT_GRACE", 0.5)
    monkeypatch.setattr(supervisor, "TIMEOUT_AFTER_TIMEOUT", 0.5)
    marked = mark("kept = 4", f"more = kept + 1\n{loop}", after=["print(kept)"])
    assert points(marked) == RIGHT_POINTS
    assert "stopped after 1 s; is there an endless loop?" in marked.result.message
    assert marked.notebook.cells[-1].outputs[0].text == "4\n"
    stopped = next(cell for cell in marked.notebook.cells if cell.source.startswith("more ="))
    assert [one.ename for one in stopped.outputs] == [STOPPED]


def test_what_an_endless_cell_defined_before_is_there(mark, monkeypatch):
    monkeypatch.setattr(supervisor, "TIMEOUT_AFTER_TIMEOUT", 0.5)
    marked = mark(double=f"print('begun')\ndef double(x):\n    return x + x\n{LOOP}")
    assert points(marked) == RIGHT_POINTS
    outputs = find(marked.notebook, "double").outputs
    assert [one.get("text") or one.ename for one in outputs] == ["begun\n", STOPPED]


def test_the_submission_as_a_whole_has_an_end(mark, monkeypatch):
    monkeypatch.setattr(supervisor, "TIMEOUT_AFTER_TIMEOUT", 0.5)
    begin = time.monotonic()
    sleepers = ["import time; time.sleep(60)"] * 6
    marked = mark(*sleepers, limits=ResourceLimits(cell=1, submission=2.5))
    assert time.monotonic() - begin < 25
    assert marked.result.score < 4
    assert "the submission as a whole was stopped after 2.5 s" in marked.result.message
    assert "the submission as a whole was stopped after 2.5 s" in messages(marked, "shout")[0]


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("os._exit(3)", "the Python process ended (exit code 3)"),
        ("os.kill(os.getpid(), 9)", "the Python process was killed by signal 9 (SIGKILL)"),
        ("os.kill(os.getpid(), 11)", "the Python process was killed by signal 11 (SIGSEGV)"),
        ("os.abort()", "the Python process was killed by signal 6 (SIGABRT)"),
        ("os.closerange(0, 200)", "the Python process ended"),
        ("os.fork()", "PermissionError: [Errno 1] Operation not permitted"),
    ],
)
def test_a_crash_in_one_test_costs_that_test_alone(mark, end, why):
    marked = mark(
        double=f"import os\ndef double(x):\n    if x > 99:\n        {end}\n    return 2 * x"
    )
    assert points(marked) == {"double": 1.0, "shout": 1.0}
    first, second = messages(marked)
    assert first == ""
    assert why in second


def test_after_a_crash_the_cells_are_run_again(mark):
    marked = mark(
        "offset = 0",
        "offset += 1",
        double="import os\ndef double(x):\n    return 2 * x if x > 99 else os._exit(1)",
        shout="def shout(text):\n    return text.upper() * offset",
    )
    assert points(marked) == {"double": 2.0, "shout": 1.0}


@pytest.mark.parametrize("end", ["os._exit(1)", "os.kill(os.getpid(), 9)"])
def test_a_cell_that_ends_the_process_is_left_out(mark, end):
    marked = mark("kept = 4", f"import os\n{end}", after=["print(kept)"])
    assert points(marked) == RIGHT_POINTS
    assert marked.notebook.cells[-1].outputs[0].text == "4\n"
    ended = next(cell for cell in marked.notebook.cells if end in cell.source)
    assert ended.outputs[0].evalue.startswith("the Python process")


def test_an_answer_s_cell_that_ends_the_process_says_so(mark):
    marked = mark(double="import os\ndef double(x):\n    return 2 * x\nos._exit(7)")
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    assert messages(marked)[0] == (
        "double: your cell 'double' did not finish: the Python process ended (exit code 7)"
    )


def test_a_cell_that_ends_the_process_each_time_ends_the_grader_not(mark):
    marked = mark(*["import os; os._exit(1)"] * 5)
    assert points(marked) == RIGHT_POINTS
    assert marked.result.message.count("the Python process ended (exit code 1)") == 5


def test_a_judge_that_ends_costs_that_test_alone(toy):
    cells = [code("def double(x):\n    return 2 * x")]
    for source in ("double(1)\nimport os; os._exit(1)", "assert double(3) == 6"):
        cells.append(nbformat.from_dict(find(toy.notebook, "test-double")))
        cells[-1].source = source
    supervisor = Supervisor(cells, SubmissionContext(toy, SHORT, shared_pool()))
    try:
        ended, after = supervisor.run_test(1), supervisor.run_test(2)
    finally:
        supervisor.close()
    assert ended.outputs[0].evalue == (
        "double: the answer could not be checked: the judge came to an end"
    )
    assert after.outputs == []


SMALL = ResourceLimits(
    cell=10, memory=150_000_000, file_size=1_000_000, disk=5_000_000, files=100, submission=60
)


def test_too_much_memory_is_an_error_of_its_own(mark):
    marked = mark(limits=SMALL, double="def double(x):\n    return len(bytearray(10**9))")
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    assert "MemoryError" in messages(marked)[0]


def test_memory_that_no_limit_counts_is_watched(mark):
    """Shared memory is not part of what the kernel bounds."""
    double = """
        import mmap, time

        def double(x):
            shared = mmap.mmap(-1, 300_000_000)
            for place in range(0, len(shared), 4096):
                shared[place] = 1
            time.sleep(5)
            return 2 * x
    """
    marked = mark(limits=SMALL, double=double)
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    assert "used more than 0.15 GB of memory" in messages(marked)[0]


def test_a_thread_makes_no_progress_while_the_judge_works(toy):
    """The lent function takes its time in the judge; a thread of the student's does not go on."""
    double = """
        import threading

        count = 0

        def work():
            global count
            while True:
                count += 1

        def double(f):
            threading.Thread(target=work, daemon=True).start()
            before = count
            f(0)
            short = count - before
            before = count
            f(3)
            return [short, count - before]
    """
    test = """
        import time

        short, long = double(time.sleep)
        assert long < 20 * short + 1_000_000, (short, long)
    """
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(dedent(double)),
        nbformat.v4.new_code_cell(
            dedent(test),
            metadata={"nbgrader": {"grade_id": "test-double", "grade": True, "solution": False}},
        ),
    ]
    runs, _ = run_submission(notebook.cells, toy, ResourceLimits(cell=20), shared_pool())
    assert runs[1].outputs == []


@pytest.mark.parametrize(
    ("write", "why"),
    [
        ("open(str(i), 'wb').write(bytes(900_000))", "wrote more than 5 MB into files"),
        ("open(str(i), 'wb').close()", "made more than 100 files"),
        ("os.mkdir(str(i))", "made more than 100 files"),
        ("os.mkdir('d'); os.chdir('d')", "made more than 100 files"),
        ("open('x', 'ab').write(bytes(900_000))", "OSError: [Errno 27] File too large"),
    ],
)
def test_too_much_on_disk_ends_it(mark, write, why):
    double = f"""
        import os, time

        def double(x):
            for i in range(1000):
                {write}
                time.sleep(0.001)
            time.sleep(2)
            return 2 * x
    """
    marked = mark(limits=SMALL, double=double)
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    assert why in messages(marked)[0]


def test_what_is_written_again_and_again_wears_no_disk(mark):
    """Files are in memory, or what is written to disk is bounded, deleted files included."""
    double = """
        import os

        def double(x):
            for i in range(1000):
                open("x", "wb").write(bytes(900_000))
                os.remove("x")
            return 2 * x
    """
    marked = mark(limits=SMALL, double=double)
    if shared_pool().get("answers", False, None).missing_namespaces():
        assert points(marked) == {"double": 0.0, "shout": 1.0}
        assert "wrote more than 5 MB into files" in messages(marked)[0]
    else:
        assert points(marked) == RIGHT_POINTS


def test_a_demonstration_is_bounded_as_well(mark):
    fill = "import time\nfor i in range(300):\n    open(str(i), 'w').close()\ntime.sleep(5)"
    marked = mark(limits=SMALL, after=[fill])
    assert points(marked) == RIGHT_POINTS
    assert "made more than 100 files" in marked.result.message


def test_too_much_output_of_a_cell_is_cut(mark):
    marked = mark(after=["for _ in range(6000):\n    print('x' * 1000)"])
    text = "".join(output.text for output in marked.notebook.cells[-1].outputs)
    assert len(text) <= SHORT.output + 100
    assert text.endswith("... output cut\n")


def test_too_much_output_of_all_cells_together_is_cut_but_for_errors(release, toy):
    """Or a notebook of a thousand cells would fill the grader's memory."""
    cells = ["print('x' * 9000)"] * 40 + ["print('y' * 9000)\nraise ValueError('z')"]
    release.cells += [nbformat.v4.new_code_cell(source) for source in cells]
    limits = ResourceLimits(cell=10, output=10_000)
    marked = grader.mark(answer(release), toy, limits=limits)
    shown = [len(cell.outputs[0].text) > 8000 for cell in marked.notebook.cells[-41:-1]]
    assert shown.index(False) in range(MAX_FULL_OUTPUTS - 2, MAX_FULL_OUTPUTS + 2)
    assert not any(shown[shown.index(False) :])
    assert (
        sum(len(cell.outputs[0].text) for cell in marked.notebook.cells[-41:-1])
        < (MAX_FULL_OUTPUTS + 2) * 10_000
    )
    error, cut = marked.notebook.cells[-1].outputs
    assert error.evalue == "z"
    assert cut.text == "... output cut\n"
    assert marked.result.score == 4


def test_a_picture_may_be_as_large_as_the_bounds_allow(release, toy):
    picture = "import numpy as np\nimport matplotlib.pyplot as plt\nplt.figure(dpi=200)\n"
    picture += "plt.imshow(np.random.default_rng(1).random((400, 400, 3)))"
    release.cells.append(nbformat.v4.new_code_cell(picture))
    outputs = [
        grader.mark(answer(release), toy, limits=ResourceLimits(output=size))
        .notebook.cells[-1]
        .outputs
        for size in (ResourceLimits.output, 10_000)
    ]
    assert any("image/png" in one.get("data", {}) for one in outputs[0])
    assert not any("image/png" in one.get("data", {}) for one in outputs[1])
    assert outputs[1][-1].text == "... output cut\n"


RENAMED = "ctypes.CDLL(None).prctl(15, b'\\xff\\xfe\\nRssAnon: 0 kB')"
ALONE = "ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[platform.machine()], 0)"


@pytest.mark.parametrize(
    ("hide", "why"),
    [
        ("pass", "started more than 50 threads"),
        (RENAMED, "started more than 50 threads"),
        (ALONE, "its main thread ended without the others"),
    ],
)
def test_nothing_hides_what_a_process_uses(mark, hide, why):
    double = f"""
        import ctypes, platform, threading, time

        def double(x):
            for _ in range(100):
                threading.Thread(target=time.sleep, args=(20,)).start()
            {hide}
            time.sleep(20)
    """
    marked = mark(limits=ResourceLimits(cell=15, threads=50), double=double)
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    assert why in messages(marked)[0]


def test_ending_all_stops_what_runs_and_starts_no_more(release, toy):
    """Does Ctrl-C end a class at once?"""
    from threading import Timer

    answer(release, double="def double(x):\n    while True:\n        pass")
    timer = Timer(1.0, SandboxedProcess.end_all)
    timer.start()
    begin = time.monotonic()
    try:
        with pytest.raises(ProcessStartError, match="is being stopped"):
            grader.mark(release, toy, limits=ResourceLimits(cell=60))
        assert time.monotonic() - begin < 30
    finally:
        timer.join()
        SandboxedProcess.allow_again()
    assert grader.mark(answer(release), toy, limits=SHORT).result.score == 4


class NoZygotes:
    def get(self, *_):
        return self

    def missing_namespaces(self):
        return ""

    def fork(self, *_):
        raise ProcessStartError("no process can be started")


def test_a_machine_that_starts_no_process_is_not_the_submission_s_fault(release, toy):
    cells = [cell for cell in answer(release).cells if cell.cell_type == "code"]
    with pytest.raises(ProcessStartError, match="no process can be started"):
        run_submission(cells, toy, SHORT, NoZygotes())


def test_a_process_that_is_never_ready_is_told(toy, monkeypatch):
    monkeypatch.setattr(processes, "START_TIMEOUT", 0.3)
    monkeypatch.setattr(processes, "INTERRUPT_GRACE", 0.3)
    process = SubmissionContext(toy, SHORT, shared_pool()).start_worker("answers", False)
    with pytest.raises(ProcessStartError, match="did not start"):
        process.start()  # it waits for the constants, which nobody sends


def test_runs_come_in_the_order_of_the_cells(release, toy):
    answer(release)
    release.cells[1:1] = [code("first = 1\nfirst")]
    release.cells.append(code("first + 1"))
    cells = [cell for cell in release.cells if cell.cell_type == "code"]
    runs, errors = run_submission(cells, toy, SHORT, shared_pool())
    assert len(runs) == len(cells)
    assert runs[0].outputs[0].data["text/plain"] == "1"
    assert runs[-1].outputs[0].data["text/plain"] == "2"
    assert errors == {}


def test_the_error_of_an_answer_s_cell_is_told_by_its_name(release, toy):
    answer(release, double="1 / 0", shout=RIGHT["shout"])
    cells = [cell for cell in release.cells if cell.cell_type == "code"]
    _, errors = run_submission(cells, toy, SHORT, shared_pool())
    assert errors == {"double": "ZeroDivisionError: division by zero"}

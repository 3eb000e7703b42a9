"""Does a process that is killed from outside cost nothing, and one that kills itself its points?"""

import os
import signal
import sys
from textwrap import dedent
from threading import Timer

import pytest

import grader
from grader.classroom.autograde import mark_job
from grader.isolation import memory
from grader.isolation.limits import ResourceLimits
from grader.isolation.process import ProcessKilledError, SandboxedProcess
from grader.marking.supervisor import Supervisor
from tests.support.toy import RIGHT, answer, code

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)
LIMITS = ResourceLimits(cell=20, submission=120)
SLOW_CELL = "import time\ntime.sleep(0.8)  # slow cell"
SLOW_CALL = "import time\ndef double(x):\n    time.sleep(0.4)\n    return 2 * x"
IN_CELL, IN_CALL, IN_NOTEBOOK = b"slow cell", b'"call"', b'{"source"'
ALL = {"double": 3.0, "shout": 1.0}


@pytest.fixture
def kill(monkeypatch):
    """Kill a process from outside while it works on some of its requests."""

    def start(*words, times=1, number=signal.SIGKILL):
        exchange, killed = SandboxedProcess.exchange, []

        def killing(self, message, *rest):
            if all(word in message for word in words) and len(killed) < times:
                killed.append(self._process.pid)
                Timer(0.2, os.kill, (self._process.pid, number)).start()
            return exchange(self, message, *rest)

        monkeypatch.setattr(SandboxedProcess, "exchange", killing)
        return killed

    return start


@pytest.fixture
def mark(release, toy):
    def run(*before, **answers):
        answer(release, **{**RIGHT, **{name: dedent(text) for name, text in answers.items()}})
        release.cells[1:1] = [code(dedent(source)) for source in before]
        return grader.mark(release, toy, limits=LIMITS)

    return run


def points(marked):
    return {one.name: one.score for one in marked.result.exercises}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_to_be_killed_once_in_a_cell_costs_nothing(mark, kill, number):
    killed = kill(b'"run"', IN_CELL, number=number)
    marked = mark(SLOW_CELL)
    assert len(killed) == 1
    assert points(marked) == ALL
    assert marked.result.message == ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_to_be_killed_once_in_a_call_costs_nothing(mark, kill, number):
    killed = kill(IN_CALL, number=number)
    marked = mark(double=SLOW_CALL)
    assert len(killed) == 1
    assert points(marked) == ALL
    assert marked.result.message == ""


def test_to_be_killed_in_the_notebook_costs_no_output(mark, kill):
    killed = kill(IN_NOTEBOOK, IN_CELL)
    marked = mark(f"{SLOW_CELL}\nprint('shown')")
    assert len(killed) == 1
    assert points(marked) == ALL
    assert find_output(marked) == "shown\n"


def find_output(marked):
    (cell,) = [cell for cell in marked.notebook.cells if "slow cell" in cell.source]
    return cell.outputs[0].get("text") or cell.outputs[0].evalue


def test_to_be_killed_in_one_place_and_then_in_another_costs_nothing(mark, kill):
    cell = kill(b'"run"', IN_CELL)
    call = kill(IN_CALL)
    marked = mark(SLOW_CELL, double=SLOW_CALL)
    assert len(cell) == len(call) == 1
    assert points(marked) == ALL


@pytest.mark.parametrize("where", [(b'"run"', IN_CELL), (IN_CALL,), (IN_NOTEBOOK, IN_CELL)])
def test_to_be_killed_twice_for_want_of_memory_is_no_mark(release, toy, kill, monkeypatch, where):
    monkeypatch.setattr(memory, "is_short", lambda: True)
    kill(*where, times=2)
    answer(release, **RIGHT | {"double": SLOW_CALL})
    release.cells[1:1] = [code(SLOW_CELL), code("print('changed')")]
    with pytest.raises(ProcessKilledError, match="killed twice while the machine was short"):
        grader.mark(release, toy, limits=LIMITS)


def test_a_rise_in_the_kernel_s_count_is_want_of_memory(mark, kill, monkeypatch):
    counts = iter(range(10_000))
    monkeypatch.setattr(memory, "oom_kills", lambda: next(counts))
    kill(IN_CALL, times=2)
    with pytest.raises(ProcessKilledError):
        mark(double=SLOW_CALL)


def test_what_was_not_marked_says_to_run_again(release, toy, kill, monkeypatch):
    import nbformat

    monkeypatch.setattr(memory, "is_short", lambda: True)
    kill(IN_CALL, times=2)
    content = nbformat.writes(answer(release, **RIGHT | {"double": SLOW_CALL})).encode()
    marked = mark_job(content, toy, "ana", LIMITS)
    assert marked.notebook is None
    assert marked.result.message.startswith("could not be marked, run again: ProcessKilledError")


@pytest.mark.parametrize("number", [9, 15])
def test_to_kill_oneself_costs_the_exercises_that_it_touches(mark, number):
    name = signal.Signals(number).name
    marked = mark(
        "kept = 1",
        f"import os\nos.kill(os.getpid(), {number})",
        double=f"import os\ndef double(x):\n    os.kill(os.getpid(), {number})",
        shout="def shout(text):\n    return text.upper() * kept",
    )
    assert points(marked) == {"double": 0.0, "shout": 1.0}
    text = f"the Python process was killed by signal {number} ({name})"
    assert text in marked.result.exercises[0].tests[0].message
    assert f"code cell 2: {text}" in marked.result.message


def test_to_kill_oneself_by_chance_is_graded(mark):
    """It cannot be told from the machine's kills, but comes to an end, and has its marks."""
    cell = "import os, random\nif random.random() < 0.6:\n    os.kill(os.getpid(), 9)"
    marked = mark(*[cell] * 4, double=f"def double(x):\n    {cell!r}; exec({cell!r})\n    return 1")
    assert points(marked) == {"double": 0.0, "shout": 1.0}


def kill_judge(monkeypatch, times):
    """Kill the judge while it waits for an answer."""
    answer_call, killed = Supervisor._answer_call, []

    def killing(self, *args):
        if len(killed) < times:
            killed.append(self._judge._process.pid)
            os.kill(killed[-1], signal.SIGKILL)
        return answer_call(self, *args)

    monkeypatch.setattr(Supervisor, "_answer_call", killing)


def test_a_judge_that_is_killed_once_costs_nothing(mark, monkeypatch):
    kill_judge(monkeypatch, 1)
    assert points(mark()) == ALL


def test_a_judge_that_is_killed_twice_gives_no_mark(mark, monkeypatch):
    kill_judge(monkeypatch, 1000)
    with pytest.raises(ProcessKilledError, match="judge was killed twice"):
        mark()


def test_the_kernel_s_numbers_are_read():
    assert memory.oom_kills() >= 0
    assert memory.is_short() in (False, True)
    assert memory._read("/proc/meminfo")["MemTotal"] > 0
    assert memory._read("/not/there") == {}

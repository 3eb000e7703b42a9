import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import kernel_process
from grader.course.lesson import CourseError
from grader.kernel import MAX_OUTPUT_CHARACTERS, Kernel, run_cells
from grader.marking.cell_run import STOPPED

pytestmark = [pytest.mark.slow]

LOOP = "while True:\n    pass"
STUBBORN = (
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException: pass"
)


def run(*sources, timeout=20, root=None):
    return run_cells(sources, timeout, root)


def texts(done):
    """Return a cell's outputs in short: what kind, and what text."""
    return [
        (
            output.get("name") or output.get("ename") or output.output_type,
            output.get("text") or output.get("evalue") or output.get("data", {}).get("text/plain"),
        )
        for output in done.outputs
    ]


def test_cells_share_names_and_show_their_last_value():
    first, second = run("x = 1\nprint('hello')", "print(x)\nx + 1")
    assert texts(first) == [("stdout", "hello\n")]
    assert texts(second) == [("stdout", "1\n"), ("execute_result", "2")]


def test_magics_display_warnings_and_await_work():
    cells = run(
        "%timeit -n1 -r1 pass",
        "display(3)",
        "import sys; print('careful', file=sys.stderr)",
        "import asyncio\nawait asyncio.sleep(0)\n'done'",
        "'quiet';",
        "!echo shell",
    )
    assert [texts(cell)[0][0] if cell.outputs else None for cell in cells] == [
        "stdout",
        "display_data",
        "stderr",
        "execute_result",
        None,
        "stdout",
    ]


def test_an_error_is_an_output_and_the_next_cell_runs():
    failed, syntax, after = run("1 / 0", "def f(:", "'on'")
    assert texts(failed) == [("ZeroDivisionError", "division by zero")]
    assert texts(syntax)[0][0] == "SyntaxError"
    assert texts(after) == [("execute_result", "'on'")]


def test_a_figure_is_made_and_closed_but_not_rendered():
    """Is the time saved that drawing would take?"""
    figure, left = run("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "plt.get_fignums()")
    assert [list(output.data) for output in figure.outputs] == [["text/plain"]]
    assert "Figure" in figure.outputs[0].data["text/plain"]
    assert texts(left) == [("execute_result", "[]")]


def test_updates_and_clearing_leave_the_last_state():
    cleared, updated = run(
        "from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)",
        "handle = display('old', display_id=True)\nhandle.update('new')",
    )
    assert texts(cleared) == [("stdout", "2\n")]
    assert texts(updated) == [("display_data", "'new'")]


def test_an_error_named_like_ours_is_an_error_like_any_other():
    (failed,) = run("class Stopped(Exception): pass\nraise Stopped('all right')")
    assert failed.stopped == ""
    assert texts(failed) == [("Stopped", "all right")]


@pytest.mark.parametrize("loop", [LOOP, STUBBORN], ids=["endless", "stubborn"])
def test_an_endless_loop_is_stopped_and_the_rest_runs(loop):
    before, stopped, after = run("x = 5", loop, "x", timeout=1)
    assert before.stopped == after.stopped == ""
    assert stopped.stopped == "stopped after 1 s; is there an endless loop?"
    assert texts(stopped) == [(STOPPED, stopped.stopped)]
    assert texts(after) == [("execute_result", "5")]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os; os._exit(3)", r"the Python process ended \(exit code 3\)"),
        ("import os; os.kill(os.getpid(), 9)", r"killed by signal 9 \(SIGKILL\)"),
        ("import ctypes; ctypes.string_at(0)", r"killed by signal 11 \(SIGSEGV\)"),
        ("import os; os.closerange(0, 1000)", "the Python process (ended|was killed)"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "stopped after"),
    ],
)
def test_the_end_of_the_process_is_told_and_the_rest_runs(source, why):
    _, ended, after = run("x = 5", source, "x", timeout=3)
    assert re.search(why, ended.stopped)
    assert texts(after) == [("execute_result", "5")]


@pytest.mark.parametrize(
    "source", ["import sys; sys.exit(3)", "exit", "quit()", "raise SystemExit"]
)
def test_leaving_ends_the_cell_alone(source):
    _, left, after = run("x = 5", source, "x")
    assert left.stopped == ""
    assert texts(after) == [("execute_result", "5")]


def test_streams_that_a_cell_replaced_are_back_for_the_next():
    _, after = run("import sys\nsys.stdout = sys.stderr = None", "print('here')")
    assert texts(after) == [("stdout", "here\n")]


def test_endless_recursion_is_an_error():
    (deep,) = run("def f():\n    return f()\nf()")
    assert texts(deep)[0][0] == "RecursionError"


def test_asking_for_input_is_an_error():
    (asked,) = run("input('name?')")
    assert texts(asked)[0][0] == "EOFError"


def test_output_is_bounded_and_says_so():
    flood, error = run(
        "for _ in range(500_000):\n    print('0123456789')", "raise OSError('x' * 9**7)"
    )
    assert sum(len(text) for _, text in texts(flood)) <= MAX_OUTPUT_CHARACTERS + 100
    assert texts(flood)[-1][1].endswith("... output cut\n")
    assert len(texts(error)[0][1]) < 100_000


def test_stderr_is_told_even_when_it_was_cut():
    (both,) = run("import sys\nprint('x' * 6_000_000)\nprint('late', file=sys.stderr)")
    assert texts(both)[-1][0] == "stderr"


def test_what_bypasses_python_costs_no_points_and_disturbs_nothing(capfd):
    """A library in C may write to descriptor 2, and stderr costs a test its points."""
    (raw,) = run("import os\nos.write(1, b'{} raw')\nos.write(2, b' err')\nNone")
    assert raw.outputs == []
    assert capfd.readouterr() == ("", "")


def test_nothing_of_the_user_s_own_ipython_is_read(tmp_path, monkeypatch):
    """Could a startup file, or a kernel setting, decide whether a check passes?"""
    startup = tmp_path / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "first.py").write_text("secret = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    (asked,) = run("secret")
    assert texts(asked)[0][0] == "NameError"


def test_a_kernel_that_does_not_start_is_an_error_in_words(monkeypatch):
    monkeypatch.setattr(kernel_process, "KERNEL_ARGUMENTS", ["--no-such-flag=1", "--help"])
    with pytest.raises(CourseError, match="the process for a notebook did not start"):
        run("1")


def test_cells_run_in_a_scratch_folder_that_is_gone_afterwards():
    (where,) = run("open('left.txt', 'w').write('x')\nimport os\nprint(os.getcwd())")
    folder = Path(where.outputs[0].text.strip())
    assert folder != Path.cwd()
    assert not folder.exists()


def test_utils_is_imported_from_the_course(tmp_path):
    (tmp_path / "utils").mkdir()
    (tmp_path / "utils" / "__init__.py").write_text("here = 7")
    (found,) = run("import utils\nutils.here", root=tmp_path)
    assert texts(found) == [("execute_result", "7")]


@pytest.mark.parametrize("end", [LOOP, "import os; os._exit(1)", "1"], ids=["loop", "exit", "end"])
def test_no_process_is_left_behind(end):
    started, _ = run(
        "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)", end, timeout=1
    )
    assert _ends(int(started.outputs[0].text))


SCRIPT = """
import signal
from grader.kernel import run_cells
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
print("once", flush=True)
run_cells([{source!r}], 60, None)
"""


@pytest.fixture
def checking(tmp_path):
    """Start a script that runs an endless cell; give it and the process id of its kernel."""
    note = tmp_path / "pid"
    script = tmp_path / "plain_script.py"  # without `if __name__ == "__main__"`
    write_pid = f"import os; open({str(note)!r}, 'w').write(f'{{os.getpid()}}.')\n"
    script.write_text(SCRIPT.format(source=write_pid + LOOP))
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, script], **pipes) as process:
        deadline = time.monotonic() + 60
        while not (note.exists() and note.read_text().endswith(".")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(0.2)
        yield process, int(note.read_text().rstrip("."))
        process.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killing_the_grader_ends_what_it_started(checking):
    process, kernel_id = checking
    process.kill()
    assert process.communicate()[0] == "once\n"
    assert _ends(kernel_id)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_ctrl_c_ends_a_check_at_once_and_leaves_no_process(checking):
    process, kernel_id = checking
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert "Task" not in errors
    assert _ends(kernel_id)


def _ends(pid):
    """Tell whether a process is gone within a few seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
            if "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def test_cells_can_be_skipped_and_stay_in_the_history():
    demonstration = "seen = 1"
    with Kernel(None) as kernel:
        kernel.skip([demonstration])
        kernel.run(demonstration, 60)
        (output,) = kernel.run("print('seen' in globals(), In[-2])", 60).outputs
    assert output.text == f"False {demonstration}\n"

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.marking.outputs import STOPPED
from grader.runner import run_cells
from grader.workers.notebook import DEFAULT_OUTPUT_LIMIT

LOOP = "while True:\n    pass"
STUBBORN = (
    "while True:\n    try:\n        while True:\n            pass\n    except BaseException: pass"
)


def run(*sources, **options):
    return run_cells(sources, **({"timeout": 20} | options))


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


def test_a_figure_is_drawn_unless_drawing_is_off():
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2]);"
    (drawn,), (cheap,) = run(source), run(source, render=False)
    assert "image/png" in drawn.outputs[0].data
    assert [list(output.data) for output in cheap.outputs] == [["text/plain"]]


def test_updates_and_clearing_leave_the_last_state():
    cleared, updated = run(
        "from IPython.display import clear_output\nprint(1)\nclear_output(wait=True)\nprint(2)",
        "handle = display('old', display_id=True)\nhandle.update('new')",
    )
    assert texts(cleared) == [("stdout", "2\n")]
    assert texts(updated) == [("display_data", "'new'")]


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
        ("import os; os.closerange(0, 1000)", "the Python process ended"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)", "stopped after"),
    ],
)
def test_the_end_of_the_process_is_told_and_the_rest_runs(source, why):
    _, ended, after = run("x = 5", source, "x", timeout=3)
    import re

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
    assert sum(len(text) for _, text in texts(flood)) <= DEFAULT_OUTPUT_LIMIT + 100
    assert texts(flood)[-1][1].endswith("... output cut\n")
    assert len(texts(error)[0][1]) < 100_000


def test_stderr_is_told_even_when_it_was_cut():
    (both,) = run("import sys\nprint('x' * 6_000_000)\nprint('late', file=sys.stderr)")
    assert texts(both)[-1][0] == "stderr"


def test_what_bypasses_python_is_collected_and_disturbs_nothing():
    (raw,) = run("import os\nos.write(1, b'{} raw')\nos.write(2, b' err')\nNone")
    assert texts(raw) == [("stdout", "{} raw err")]


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


def test_no_process_is_left_behind():
    (started,) = run(
        "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)\n" + LOOP, timeout=1
    )
    pid = int(started.outputs[0].text)
    assert _ends(pid)


SCRIPT = """
from grader.runner import run_cells
print("once", flush=True)
run_cells(["import os\\nprint(os.getpid())", {loop!r}], timeout=60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killing_the_grader_ends_what_it_started(tmp_path):
    script = tmp_path / "plain_script.py"  # without `if __name__ == "__main__"`
    script.write_text(
        SCRIPT.format(
            loop=f"open({str(tmp_path / 'pid')!r}, 'w').write(str(__import__('os').getpid()))\n"
            + LOOP
        )
    )
    grader = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.2)
    pid = int((tmp_path / "pid").read_text())
    grader.kill()
    assert grader.communicate()[0] == "once\n"
    assert _ends(pid)


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

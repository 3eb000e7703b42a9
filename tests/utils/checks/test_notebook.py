"""Does a check know the state of the notebook that it runs in?"""

import json
import os
import time

import pytest
from IPython.core.interactiveshell import InteractiveShell

from utils import cell_log
from utils.checks import lesson_facts, notebook
from utils.checks.lesson_facts import LessonFacts, digest

LESSON = ["h = 0.1\nimage = [1, 2]", "from numpy import pi", "def helper(x):\n    return x"]
CHECK = """
from utils import checks
with checks.Exercise("convolution.relu", relu) as check:
    check.example(np.array([-1, 2]), expected=np.array([0, 2]))
"""
RIGHT = "import numpy as np\ndef relu(x):\n    return np.maximum(x, 0)"


class Notebook:
    """A notebook in IPython, as a kernel runs it."""

    def __init__(self, shell):
        self.shell, self.shown = shell, []
        shell._showtraceback = lambda kind, value, lines: self.shown.extend(lines)

    def run(self, *cells):
        """Run cells and return what errors show."""
        self.shown.clear()
        for cell in cells:
            self.shell.run_cell(cell, store_history=True)
        return "\n".join(self.shown)


@pytest.fixture
def run(monkeypatch, tmp_path):
    facts = LessonFacts(frozenset(map(digest, LESSON)))
    monkeypatch.setattr(lesson_facts, "facts_of", lambda topic: facts)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell.instance()
    cell_log.register(shell)
    notebook.register(shell)
    yield Notebook(shell).run
    InteractiveShell.clear_instance()


@pytest.fixture
def interactive(monkeypatch):
    monkeypatch.setattr(notebook, "is_interactive", lambda: True)


def test_a_right_answer_passes(run, capsys):
    assert run(*LESSON, RIGHT, CHECK) == ""
    assert "✓ relu: right (1 check)." in capsys.readouterr().out


@pytest.mark.parametrize("name", ["h", "image"])
def test_an_answer_does_not_see_variables_of_demonstrations(run, name):
    said = run(*LESSON, f"def relu(x):\n    return {name}\nimport numpy as np", CHECK)
    assert f"It raised NameError: name '{name}' is not defined; the lesson's demonst" in said
    assert f"in the line: return {name}" in said
    assert run(f"assert {name}") == "", "it is put back"


BROKEN = ["def f(:", "'''", "  x\n y", "if x:\n    y\n  z", "%%nothing\nx", "!", "f(", "\\"]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_cell_elsewhere_does_not_matter(run, broken):
    run(broken, RIGHT)
    assert run(CHECK) == ""


@pytest.mark.parametrize("name", ["pi", "helper"])
def test_an_answer_sees_imports_and_functions_of_demonstrations(run, name):
    run(*LESSON, f"def relu(x):\n    {name}\n    return np.maximum(x, 0)\nimport numpy as np")
    assert run(CHECK) == ""


def test_an_answer_sees_what_the_student_defined(run):
    own = "import numpy as np\nh = 0\ndef relu(x):\n    return np.maximum(x, h)"
    assert run(*LESSON, own, CHECK) == ""


def test_after_a_syntax_error_the_old_function_is_not_checked(run):
    broken = "def relu(x)\n    return 0"
    assert run(RIGHT, broken, CHECK).endswith(
        "relu: your cell 'relu' stopped with SyntaxError: expected ':' (line 1)"
    )
    assert run(RIGHT, CHECK) == ""


def test_after_an_error_before_its_definition_the_old_function_is_not_checked(run):
    failing = "1 / 0\ndef relu(x):\n    return 0"
    why = "relu: your cell 'relu' stopped with ZeroDivisionError: division by zero"
    assert run(RIGHT, failing, CHECK).endswith(why)
    cell_log.runs.clear()
    assert run(CHECK) == "relu: your cell 'relu' stopped with an error"


def test_an_error_after_its_definition_does_not_matter(run):
    run(RIGHT + "\n1 / 0")
    assert run(CHECK) == ""


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("def relu(x)\n    return 0", "your cell 'relu' stopped with SyntaxError: expected ':' "),
        ("1 / 0\ndef relu(x):\n    return 0", "your cell 'relu' stopped with ZeroDivisionError"),
        ("", "there is no function relu yet; has its cell been run?"),
    ],
)
def test_what_is_not_defined_is_explained_without_a_traceback(run, cell, why):
    run(cell)
    assert run(CHECK).startswith(f"relu: {why}")
    assert len(run(CHECK).splitlines()) == 1


def test_another_name_error_is_shown_as_always(run):
    assert "name 'misspelt' is not defined" in run("misspelt")


def save(path, *sources, later=60):
    cells = [
        {"cell_type": "code", "source": source, "metadata": {"nbgrader": {"grade_id": "relu"}}}
        for source in sources
    ]
    path.write_text(json.dumps({"cells": cells}))
    os.utime(path, (time.time() + later,) * 2)


@pytest.mark.parametrize(
    ("saved", "later", "is_told"),
    [
        (RIGHT + "  # changed", 60, True),
        (RIGHT + "\n", 60, False),
        (RIGHT + "  # changed", -60, False),
    ],
)
def test_a_cell_that_was_changed_and_not_run_is_told(
    run, interactive, monkeypatch, tmp_path, saved, later, is_told
):
    path = tmp_path / "lesson.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    run("from utils.checks import notebook", RIGHT)
    save(path, saved, later=later)
    assert ("changed after it was run; run it" in run(CHECK)) is is_told


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": [{}]}', '{"cells": 3}'])
def test_a_file_that_is_no_notebook_changes_nothing(
    run, interactive, monkeypatch, tmp_path, content
):
    path = tmp_path / "lesson.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    path.write_text(content)
    os.utime(path, (time.time() + 60,) * 2)
    assert run(RIGHT, CHECK) == ""


def test_what_is_not_done_yet_is_no_error_where_a_person_runs_it(run, interactive, capsys):
    assert run("import numpy as np\ndef relu(x):\n    raise NotImplementedError", CHECK) == ""
    written = capsys.readouterr()
    assert written.out.endswith("relu: not done yet\n")
    assert written.err == ""


def test_a_program_that_runs_the_notebook_is_no_person(run):
    assert not notebook.is_interactive()


def test_an_endless_loop_is_stopped_in_one_line(run, monkeypatch):
    monkeypatch.setattr("utils.checks.time_limit.CHECK_SECONDS", 0.2)
    monkeypatch.setattr("utils.checks.time_limit.CHECK_SECONDS_WITH_KERAS", 0.2)
    said = run("import numpy as np\ndef relu(x):\n    while True: pass", CHECK)
    assert said == "relu: stopped after 0.2 s; is there an endless loop?"


def test_an_interrupt_shows_no_traceback(run):
    said = run("import numpy as np\ndef relu(x):\n    raise KeyboardInterrupt", CHECK)
    assert said == "relu: interrupted."

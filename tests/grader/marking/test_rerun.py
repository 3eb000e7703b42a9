import nbformat
import pytest

import grader
from grader.course.cells import is_test
from grader.course.lesson import Lesson, find_lessons, find_root
from grader.course.release import make_release
from grader.course.source_names import NameUsage, read_name_usage
from grader.marking.rerun import find_superfluous, plan_rerun, public_definitions
from tests.support.lessons import find_lesson
from tests.support.toy import answer

GIVEN = [
    "import numpy as np\nfrom utils import plots",
    "image = np.ones((3, 3))\nprint('image')",
    "kernel = [1, 2]\nprint('kernel')",
    "total = image.sum()\nprint('total', total)",
    "def best_of(f):\n    return f(kernel)",
    "print('best', best_of(sum))",
    "image[0, 0] = 5\nprint('changed')",
    "print('last', image)",
]


@pytest.fixture
def lesson(tmp_path):
    """A lesson of eight cells that was built: what each put out is its own text."""
    lesson = Lesson(tmp_path, "01_made")
    notebook = nbformat.v4.new_notebook(cells=[made(source) for source in GIVEN])
    lesson.solution.parent.mkdir(parents=True)
    nbformat.write(notebook, lesson.solution)
    lesson.__dict__["notebook"] = notebook
    return lesson


def made(source):
    """Return a cell with the outputs that it had when the lesson was built."""
    cell = nbformat.v4.new_code_cell(source)
    if "print" in source:
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=f"built {source}")]
    return cell


def read(sources):
    return [read_name_usage(source) for source in sources]


def look(lesson, sources):
    """Return the sources that are run, and those of them that are shown."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    found = plan_rerun(cells, lesson, read)
    assert found.show <= found.run
    assert found.outputs.keys() == set(range(len(cells))) - found.show
    return [sources[i] for i in sorted(found.run)], [sources[i] for i in sorted(found.show)]


def with_own(*own, at=None):
    at = len(GIVEN) if at is None else at
    return [*GIVEN[:at], *own, *GIVEN[at:]]


def test_an_unchanged_lesson_runs_nothing(lesson):
    assert look(lesson, GIVEN) == ([], [])


def test_the_built_outputs_are_shown(lesson):
    cells = [nbformat.v4.new_code_cell(source) for source in GIVEN]
    found = plan_rerun(cells, lesson, read)
    assert [len(found.outputs[i]) for i in range(8)] == [0, 1, 1, 1, 0, 1, 1, 1]
    assert found.outputs[3][0].text == f"built {GIVEN[3]}"


def test_what_only_defines_runs_nothing(lesson):
    assert look(lesson, with_own("def relu(x):\n    return np.maximum(x, 0)\nlimit = 3")) == (
        [],
        [],
    )


def test_an_own_cell_is_shown_after_what_it_needs(lesson):
    own = "print(kernel)"
    assert look(lesson, with_own(own)) == ([GIVEN[2], own], [own])


def test_what_changes_what_is_needed_is_needed(lesson):
    own = "plots.show(image)"
    run, show = look(lesson, with_own(own))
    assert run == [GIVEN[0], GIVEN[1], GIVEN[6], own]
    assert show == [own]


def test_functions_that_are_called_are_needed_with_what_they_use(lesson):
    own = "best_of(max)"
    assert look(lesson, with_own(own))[0] == [GIVEN[2], GIVEN[4], own]


def test_own_definitions_are_run_where_they_are_used(lesson):
    define, use = "def twice(x):\n    return x * factor", "twice(3)"
    run, show = look(lesson, with_own("factor = 2", define, use))
    assert run == ["factor = 2", define, use]
    assert show == [use]


@pytest.mark.parametrize(
    ("own", "affected"),
    [
        ("kernel = [3]", [4, 5]),
        ("kernel[0] = 3", [4, 5]),
        ("kernel.append(3)", [4, 5]),
        ("kernel += [3]", [4, 5]),
        ("for kernel in [[1]]:\n    pass", [4, 5]),
        ("def kernel(): ...", [4, 5]),
        ("import math as kernel", [4, 5]),
        ("image = 0", [3, 6, 7]),
        ("GIVEN = 0", []),
        ("def f():\n    global kernel\n    kernel = 3\nf()", [4, 5]),
        ("def f(kernel):\n    kernel = 3\n    kernel.append(1)", []),
        ("[kernel for kernel in range(3)]", []),
        ("print(kernel)", []),
        ("len(kernel); image.mean(); kernel.index(1)", []),
        ("def f(kernel): kernel[0] = 1", []),
        ("import numpy as np", []),
        ("np.set_printoptions(precision=2)", []),
    ],
)
def test_demonstrations_that_depend_on_what_is_the_student_s_are_run(lesson, own, affected):
    _, show = look(lesson, with_own(own, at=3))
    assert [one for one in show if one != own] == [GIVEN[i] for i in affected]


def test_a_changed_demonstration_taints_what_depends_on_it(lesson):
    sources = [*GIVEN[:1], "image = np.zeros((3, 3))\nprint('mine')", *GIVEN[2:]]
    run, show = look(lesson, sources)
    assert show == [sources[1], GIVEN[3], GIVEN[6], GIVEN[7]]
    assert run == [GIVEN[0], *show]


def test_what_depends_on_what_depends_is_run_too(lesson):
    sources = [*GIVEN[:2], "image = 0", *GIVEN[3:4], "print(total)"]
    assert look(lesson, sources)[1] == [GIVEN[3], "print(total)"]


@pytest.mark.parametrize(
    "own",
    [
        "exec('kernel = 3')",
        "globals()['kernel'] = 3",
        "get_ipython()",
        "%matplotlib inline",
        "from numpy import *",
        "np.ones = None",
        "plots.show = print",
        "import sys",
    ],
)
def test_after_a_cell_that_may_reach_anything_all_are_run(lesson, own):
    sources = with_own(own, at=3)
    assert look(lesson, sources) == (sources, sources)


def test_a_given_cell_that_reaches_anything_is_trusted(tmp_path):
    lesson = Lesson(tmp_path, "01_made")
    lesson.solution.parent.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook(cells=[made("import sys\nprint(1)"), made("print(2)")])
    nbformat.write(notebook, lesson.solution)
    lesson.__dict__["notebook"] = notebook
    assert look(lesson, ["import sys\nprint(1)", "print(2)", "x = 1"]) == ([], [])


def test_a_reader_that_broke_lets_all_be_run(lesson):
    cells = [nbformat.v4.new_code_cell(source) for source in with_own("x")]
    found = plan_rerun(
        cells, lesson, lambda texts: [NameUsage(silent=False, dynamic=True)] * len(texts)
    )
    assert found.run == found.show == frozenset(range(len(cells)))


def test_texts_of_the_lesson_s_own_are_not_read_in_the_student_s_process(lesson):
    asked = []

    def note(texts):
        asked.extend(texts)
        return read(texts)

    plan_rerun([nbformat.v4.new_code_cell(source) for source in with_own("x")], lesson, note)
    assert asked == ["x"]


def test_a_lesson_that_was_not_built_is_run_as_a_whole(tmp_path):
    lesson = Lesson(tmp_path, "01_made")
    lesson.__dict__["notebook"] = nbformat.v4.new_notebook()
    assert look(lesson, GIVEN) == (GIVEN, GIVEN)


def test_tests_have_no_part_in_it(toy, release):
    cells = [cell for cell in answer(release).cells if cell.cell_type == "code"]
    found = plan_rerun(cells, toy, read)
    assert not any(is_test(cells[i]) for i in found.show | found.outputs.keys())


TEST = """
import math
from utils import checks

def helper(x):
    return double(x)

class Box: pass
SIZE, rest = 3, list(range(2))
rng = math.inf
made = helper(2)
double = helper
with checks.Exercise("toy.double", double) as check:
    inside = 1
### BEGIN HIDDEN TESTS
secret = 5
### END HIDDEN TESTS
"""


def test_what_a_test_defines_openly_is_there_for_later_cells():
    text = public_definitions(TEST, frozenset({"double"}))
    assert read_name_usage(text).binds == {"math", "checks", "helper", "Box", "SIZE", "rest", "rng"}
    assert public_definitions("assert (", frozenset()) == ""
    assert public_definitions("assert double(1) == 2", frozenset()) == ""


def test_a_cell_that_needs_what_a_test_defines_has_it_run(toy, release):
    answer(release)
    test = next(cell for cell in release.cells if is_test(cell))
    test.source = "from math import tau\n" + test.source
    release.cells.append(nbformat.v4.new_code_cell("print(tau)"))
    cells = [cell for cell in release.cells if cell.cell_type == "code"]
    assert cells.index(test) in plan_rerun(cells, toy, read).run


@pytest.mark.parametrize("name", [lesson.name for lesson in find_lessons(find_root(), [])])
def test_only_what_calls_an_answer_is_run_again(name):
    """Are a lesson's demonstrations shown as they were built, once its exercises are done?"""
    lesson = find_lesson(name)
    exercises = {exercise.name for exercise in lesson.exercises}
    cells = [
        cell
        for cell in lesson.notebook.cells
        if cell.cell_type == "code" and "answers" not in cell.metadata.get("tags", [])
    ]
    calling = [
        i
        for i, cell in enumerate(cells)
        if "nbgrader" not in cell.metadata and read_name_usage(cell.source).reads & exercises
    ]
    found = plan_rerun(cells, lesson, read)
    assert sorted(found.show)[:1] == calling[:1]
    assert bool(found.run) is bool(calling)
    assert sum(map(len, found.outputs.values())) > 5


OWN = """import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.imshow(convolution.correlate2d(image, kernel))
plt.show()"""


def test_an_own_figure_in_lesson_02_runs_only_what_it_needs():
    lesson = find_lesson("02_convolution")
    cells = [cell for cell in make_release(lesson).cells if cell.cell_type == "code"]
    cells.append(nbformat.v4.new_code_cell(OWN))
    found = plan_rerun(cells, lesson, read)
    assert found.show == {len(cells) - 1}
    assert 2 <= len(found.run) <= 4
    assert cells[min(found.run)].source.startswith("import time")


def test_a_marked_notebook_shows_what_was_built_and_what_is_the_student_s():
    lesson = find_lesson("02_convolution")
    built = nbformat.read(lesson.solution, as_version=4)
    release = make_release(lesson)
    release.cells.append(nbformat.v4.new_code_cell("print('sum', image.sum())"))
    marked = grader.mark(release, lesson)
    assert marked.notebook.cells[-1].outputs[0].text == "sum 136\n"
    shown = {cell.source: cell.outputs for cell in marked.notebook.cells if "outputs" in cell}
    kept = [
        cell
        for cell in built.cells
        if cell.cell_type == "code" and cell.outputs and "nbgrader" not in cell.metadata
    ]
    same = [
        without_counts(shown[cell.source]) == without_counts(cell.outputs)
        for cell in kept
        if cell.source in shown
    ]
    assert len(same) > 10
    assert all(same)


def without_counts(outputs):
    return [{**output, "execution_count": None} for output in outputs]


@pytest.mark.parametrize(
    ("own", "needed"),
    [
        ("def f(x):\n    return x", []),
        ("def f(x):\n    return np.sum(x)", [0]),
        ("k = kernel", [2]),
        ("b = best_of(max)", [2, 4]),
        ("i = image", [0, 1, 6]),
        ("exec('i = image')", [0, 1, 2, 3, 4, 5, 6, 7]),
        ("this is no Python", []),
    ],
)
def test_demonstrations_that_nothing_depends_on_are_superfluous(lesson, own, needed):
    cells = [nbformat.v4.new_code_cell(source) for source in with_own(own)]
    superfluous = find_superfluous(cells, lesson)
    assert sorted(set(range(len(GIVEN))) - superfluous) == needed
    assert len(GIVEN) not in superfluous

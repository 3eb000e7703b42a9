import nbformat
import pytest

from grader.course.imports import (
    imports_of,
    lead_to_keras,
    needs_keras,
    plain_modules,
    processes_for,
)
from grader.course.lesson import Lesson, find_lessons, find_root
from tests.support.lessons import find_lesson

LESSONS = [lesson.name for lesson in find_lessons(find_root(), [])]
BY_HAND = [name for name in LESSONS if name < "07"]


@pytest.mark.parametrize("name", BY_HAND)
def test_the_first_lessons_need_no_keras(name):
    lesson = find_lesson(name)
    assert not needs_keras(lesson)
    assert not needs_keras(lesson, tests_only=True)


@pytest.mark.parametrize(
    ("name", "tests"), [("07", True), ("08", True), ("09", True), ("10", False)]
)
def test_the_last_lessons_need_it_and_their_tests_mostly_do(name, tests):
    lesson = find_lesson(name)
    assert needs_keras(lesson)
    assert needs_keras(lesson, tests_only=True) is (name != "10")


@pytest.mark.parametrize(
    ("name", "with_keras"),
    [("02", ()), ("08", ("judge", "keras", "notebook")), ("10", ("notebook",))],
)
def test_the_processes_that_mark_a_lesson_have_what_they_need(name, with_keras):
    kinds = processes_for(find_lesson(name))
    assert {role for role, has_it in kinds if has_it} == set(with_keras)
    assert {role for role, _ in kinds} == {"answers", "judge", "notebook", *with_keras}
    assert ("answers", False) in kinds


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_s_own_module_has_its_plain_values(name):
    lesson = find_lesson(name)
    modules = plain_modules(lesson)
    assert f"utils.{name.partition('_')[2]}" in modules
    assert "utils.plots" not in modules
    assert "utils.checks" not in modules
    assert not any("widgets" in module for module in modules)
    if not needs_keras(lesson, tests_only=True):
        assert not lead_to_keras(modules, lesson.root)


def make_lesson(root, *cells, modules=()):
    """Lay out a course whose lesson has these cells; a test's source begins with ``test``."""
    for folder in ("mistakes", "widgets"):
        (root / "utils" / folder).mkdir(parents=True, exist_ok=True)
    for name, text in dict(modules).items():
        (root / "utils" / f"{name}.py").write_text(text)
    lesson = Lesson(root, "01_made")
    notebook = nbformat.v4.new_notebook()
    for source in cells:
        cell = nbformat.v4.new_code_cell(source.removeprefix("# test\n"))
        if source.startswith("# test\n"):
            cell.metadata["nbgrader"] = {
                "grade": True, "solution": False, "locked": True, "points": 1,
                "grade_id": f"test-made-{len(notebook.cells)}", "schema_version": 3,
            }  # fmt: skip
        notebook.cells.append(cell)
    lesson.__dict__["notebook"] = notebook
    return lesson


MODULES = {
    "plain": "import numpy\nSIZE = 3\n",
    "late": "def build():\n    import keras\n    return keras\n",
    "direct": "import tensorflow as tf\n",
    "chain": "from utils import link\n",
    "link": "from utils.direct import tf\n",
    "round": "from utils import about\n",
    "about": "import utils.round\n",
    "widgets/__init__": "",
    "widgets/plain": "",
}


@pytest.mark.parametrize(
    ("module", "leads"),
    [
        ("plain", False), ("late", False), ("direct", True), ("chain", True), ("link", True),
        ("round", False), ("not_there", False),
    ],
)  # fmt: skip
def test_modules_are_followed(tmp_path, module, leads):
    make_lesson(tmp_path, modules=MODULES)
    assert lead_to_keras({f"utils.{module}"}, tmp_path) is leads


def test_asking_changes_nothing(tmp_path):
    make_lesson(tmp_path, modules=MODULES)
    waiting = {"utils.chain"}
    lead_to_keras(waiting, tmp_path)
    assert waiting == {"utils.chain"}


@pytest.mark.parametrize(
    ("cell", "needs", "in_tests"),
    [
        ("import numpy", False, False),
        ("import keras", True, False),
        ("from keras import layers", True, False),
        ("def f():\n    import tensorflow.nn", True, False),
        ("from utils import chain", True, False),
        ("from utils.chain import link", True, False),
        ("from utils import plain", False, False),
        ("# test\nimport keras.layers", True, True),
        ("# test\nfrom utils import direct", True, True),
        ("# test\nchecks.Exercise('direct.f', f)", True, True),
        ("# test\nchecks.Exercise('plain.f', f)", False, False),
        ("# test\nchecks.Exercise(name, f)\nother.Exercise", False, False),
        ("keras = 'import keras'", False, False),
        ("%matplotlib inline\n!pip install keras", False, False),
    ],
)
def test_a_lesson_needs_keras_where_a_cell_does(tmp_path, cell, needs, in_tests):
    lesson = make_lesson(tmp_path, "x = 1", cell, modules=MODULES)
    assert needs_keras(lesson) is needs
    assert needs_keras(lesson, tests_only=True) is in_tests


def test_known_mistakes_that_need_keras_count(tmp_path):
    lesson = make_lesson(tmp_path, "# test\nchecks.Exercise('plain.f', f)", modules=MODULES)
    (tmp_path / "utils" / "mistakes" / "plain.py").write_text("import keras")
    assert needs_keras(lesson, tests_only=True)


def test_modules_with_keras_have_no_plain_values_for_tests_without(tmp_path):
    cell = "from utils import plain, direct, plots\nimport numpy, utils.checks\n"
    cell += "from utils.widgets import plain as plain_widgets"
    (tmp_path / "one").mkdir()
    lesson = make_lesson(tmp_path / "one", cell, modules=MODULES)
    assert plain_modules(lesson) == ["utils.plain"]
    (tmp_path / "two").mkdir()
    lesson = make_lesson(tmp_path / "two", cell, "# test\nimport keras", modules=MODULES)
    assert plain_modules(lesson) == ["utils.direct", "utils.plain"]


def test_imports_are_told_one_by_one(tmp_path):
    lesson = make_lesson(
        tmp_path,
        "import numpy as np, os.path\nfrom utils import plain as p, late",
        "def f():\n    import hidden\nif True:\n    import hidden_too",
        "# test\nimport tested",
    )
    lesson.notebook.cells.append(nbformat.v4.new_code_cell("import answered"))
    lesson.notebook.cells[-1].metadata["nbgrader"] = {"solution": True, "grade_id": "answer"}
    assert imports_of(lesson) == {
        "np": "import numpy as np",
        "os": "import os.path",
        "p": "from utils import plain as p",
        "late": "from utils import late",
    }


@pytest.mark.parametrize("name", BY_HAND[:3])
def test_each_import_of_a_lesson_can_be_made_alone(name):
    for bound, statement in imports_of(find_lesson(name)).items():
        names = {}
        exec(statement, names)
        assert bound in names

"""Does `grader build` make the right notebooks, and notice when they are out of date?"""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbgrader.apps import NbGraderAPI

from grader.course import build, pages, release
from grader.course.lesson import CourseError, Lesson, find_lessons, read_source

ROOT = Path(__file__).resolve().parents[3]

HEADER = """# ---
# jupyter:
#   course:
#     summary: Doubling
#     minutes: 5
# ---

# %% [markdown]
# # Toys
"""
LESSON = (
    HEADER
    + '''
# %%
import random
print(random.random())

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade_id": "test-double", "grade": true, "points": 1}
assert double(2) == 4

# %% nbgrader={"grade_id": "test-double-zero", "grade": true, "points": 2}
# Marked when you hand in.
### BEGIN HIDDEN TESTS
assert double(0) == 0
### END HIDDEN TESTS

# %% [markdown]
# ## Questions to think about
#
# What is twice nothing?

# %% [markdown] tags=["answers"]
# ### Answers
#
# Nothing, as the tests know.
'''
)


@pytest.fixture
def course(tmp_path):
    """A course of one lesson, not built yet."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "utils").mkdir()
    (tmp_path / "README.md").write_text("\n".join(pages.LESSON_TABLE))
    write_lesson(tmp_path, LESSON)
    return tmp_path


def write_lesson(root, text, name="01_toys"):
    folder = root / "solutions" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)


@pytest.fixture
def built(course):
    build.build(course)
    return course


def read(root, step):
    return nbformat.read(root / step / "01_toys" / "01_toys.ipynb", as_version=4)


def reasons(root):
    return {
        stale.path.relative_to(root).as_posix(): stale.reason for stale in build.find_stale(root)
    }


def test_the_solution_is_executed(built):
    outputs = [cell.outputs for cell in read(built, "solutions").cells if cell.cell_type == "code"]
    assert float(outputs[0][0].text) < 1


def test_the_students_copy_holds_no_solution_hidden_test_or_output(built):
    text = (built / "notebooks/01_toys/01_toys.ipynb").read_text()
    for secret in ("2 * x", "double(0)", "HIDDEN", '"output_type"'):
        assert secret not in text
    assert "raise NotImplementedError" in text
    assert "double(2) == 4" in text


def test_answers_to_questions_stay_in_the_solution(built):
    solved, released = read(built, "solutions").cells, read(built, "notebooks").cells
    assert solved[-1].source.startswith("### Answers")
    assert len(released) == len(solved) - 1
    assert released[-1].source == solved[-2].source


def test_the_students_folder_holds_the_notebook_alone(built):
    assert [path.name for path in (built / "notebooks/01_toys").iterdir()] == ["01_toys.ipynb"]


def test_building_twice_changes_nothing_though_a_cell_prints_a_random_number(built):
    before = {path: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    assert build.build(built) == []
    assert {path: path.read_bytes() for path in built.rglob("*") if path.is_file()} == before
    assert reasons(built) == {}


def test_before_the_first_build_everything_is_stale(course):
    assert set(reasons(course)) == {
        "solutions/01_toys/01_toys.ipynb",
        "notebooks/01_toys/01_toys.ipynb",
        "notebooks/index.ipynb",
        "README.md",
    }


def test_a_changed_source_makes_both_notebooks_stale(built):
    write_lesson(built, LESSON.replace("2 * x", "x + x").replace("twice x", "x doubled"))
    assert set(reasons(built)) == {
        "solutions/01_toys/01_toys.ipynb",
        "notebooks/01_toys/01_toys.ipynb",
    }


@pytest.mark.parametrize("step", ["solutions", "notebooks"])
def test_a_notebook_changed_by_hand_is_stale(built, step):
    path = built / step / "01_toys" / "01_toys.ipynb"
    path.write_text(path.read_text().replace("Toys", "Games"))
    assert list(reasons(built)) == [f"{step}/01_toys/01_toys.ipynb"]


def test_a_changed_utils_module_makes_only_lessons_that_import_it_stale(course):
    (course / "utils/toys.py").write_text("from utils import deeper\n")
    (course / "utils/deeper.py").write_text("")
    write_lesson(
        course, LESSON.replace("import random", "import random\nif 0: from utils import toys")
    )
    write_lesson(course, LESSON.replace("Toys", "Games"), name="02_games")
    build.build(course)
    (course / "utils/deeper.py").write_text("changed = True\n")
    assert list(reasons(course)) == ["solutions/01_toys/01_toys.ipynb"]


def test_changed_data_makes_lessons_stale(built):
    (built / "data/letters.txt").write_text("X")
    assert list(reasons(built)) == ["solutions/01_toys/01_toys.ipynb"]


def test_a_file_that_does_not_belong_to_the_release_is_named(built):
    (built / "notebooks/01_toys/01_toys.py").write_text(LESSON)
    assert list(reasons(built)) == ["notebooks/01_toys/01_toys.py"]


def test_a_release_without_a_source_is_named(built):
    (built / "notebooks/09_gone").mkdir()
    assert reasons(built) == {"notebooks/09_gone": "has no source in solutions/"}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import sys; print('oh', file=sys.stderr)", "writes to stderr"),
    ],
)
def test_a_lesson_that_fails_or_writes_to_stderr_is_not_built(course, cell, words):
    write_lesson(course, f"{LESSON}\n# %%\n{cell}\n")
    with pytest.raises(CourseError, match=words):
        build.build(course)


def test_a_graded_cell_without_points_is_refused(course):
    write_lesson(course, LESSON.replace(', "points": 2', ""))
    with pytest.raises(CourseError, match="needs grade_id and points"):
        read_source(course / "solutions/01_toys/01_toys.py")


def test_the_start_page_and_the_readme_list_the_lessons(built):
    index = (built / "notebooks/index.ipynb").read_text()
    assert "[Toys](01_toys/01_toys.ipynb) | Doubling | 5 min | 3 |" in index
    assert "[Toys](notebooks/01_toys/01_toys.ipynb)" in (built / "README.md").read_text()


@pytest.mark.parametrize("name", ["01_toys", "01", "1", "toys"])
def test_a_lesson_is_found_by_name_number_or_topic(built, name):
    assert [lesson.name for lesson in find_lessons(built, [name])] == ["01_toys"]


def test_an_unknown_lesson_is_refused_with_a_list_of_those_there_are(built):
    with pytest.raises(CourseError, match=r"no lesson '7'\. The lessons are: 01_toys"):
        find_lessons(built, ["7"])


def test_exercises_and_points_are_read_from_the_source(built):
    (exercise,) = Lesson(built, "01_toys").exercises
    assert (exercise.name, exercise.points) == ("double", 3)
    assert [test.grade_id for test in exercise.tests] == ["test-double", "test-double-zero"]


def test_stock_nbgrader_makes_the_same_students_copy(built):
    """Does `nbgrader generate_assignment` agree with `grader build`, cell by cell?"""
    ours = read(built, "notebooks")
    config = release.load_nbgrader_config(built)
    config.CourseDirectory.root = str(built)
    api = NbGraderAPI(config=config)
    result = api.generate_assignment("01_toys", force=True)
    assert result["success"], result["log"]
    theirs = read(built, "notebooks")
    assert [path.name for path in (built / "notebooks/01_toys").iterdir()] == ["01_toys.ipynb"]
    assert [(cell.source, cell.metadata) for cell in theirs.cells] == [
        (cell.source, cell.metadata) for cell in ours.cells
    ]

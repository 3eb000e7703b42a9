"""Does `grader build` make the right notebooks, and notice when they are out of date?"""

import pytest

from grader.course import build
from grader.course.lesson import CourseError
from tests.support.builds import LESSON, read, reasons, write_lesson


def test_the_solution_is_executed(built):
    outputs = [cell.outputs for cell in read(built, "solutions").cells if cell.cell_type == "code"]
    assert float(outputs[0][0].text) < 1


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
        "notebooks/playground.ipynb",
        "notebooks/sources.ipynb",
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
        (
            "from IPython.display import Image\nImage(b'\\x89PNG\\r\\n\\x1a\\n', format='png')",
            "a picture without alt text",
        ),
    ],
)
def test_a_lesson_with_a_fault_in_an_output_is_not_built(course, cell, words):
    write_lesson(course, f"{LESSON}\n# %%\n{cell}\n")
    with pytest.raises(CourseError, match=words):
        build.build(course)


def test_environment_yml_is_made_from_pyproject_toml(built):
    (built / "pyproject.toml").write_text(
        '[project]\nname = "toys"\nrequires-python = ">=3.11"\ndependencies = ["numpy==2.4.6"]\n'
        '[dependency-groups]\ndev = ["pytest==9.2.0"]\n'
    )
    assert reasons(built) == {"environment.yml": "was never made"}
    assert build.build(built) == [built / "environment.yml"]
    text = (built / "environment.yml").read_text()
    for line in ("name: toys", "- python>=3.11", "- numpy==2.4.6", "- pytest==9.2.0"):
        assert line in text
    (built / "environment.yml").write_text(text.replace("2.4.6", "2.4.7"))
    assert reasons(built) == {"environment.yml": "is not what its source makes"}

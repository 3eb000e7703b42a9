"""Does `grader reset` give back what was given out, and keep what was there?"""

import copy
from datetime import datetime

import nbformat
import pytest

from grader.course.cells import grade_id
from grader.course.lesson import CourseError
from grader.student import reset as module
from grader.student.reset import reset
from tests.support.toy import LESSON, answer, code, find


def sources(path):
    return [cell.source for cell in nbformat.read(path, as_version=4).cells]


@pytest.fixture
def worked(mine, release):
    """A notebook with both answers, an edited test and a cell of the student's."""
    notebook = answer(copy.deepcopy(release))
    find(notebook, "test-shout").source = "assert True"
    notebook.cells.insert(2, code("mine = 1"))
    nbformat.write(notebook, mine)
    return mine


@pytest.mark.parametrize("name", ["01", "1", "toy", LESSON])
def test_a_lesson_is_given_back_and_a_copy_kept(edition, worked, release, name):
    before = worked.read_bytes()
    result = reset(edition, name)
    assert sources(worked) == [cell.source for cell in release.cells]
    assert result.kept.parent == worked.parent
    assert result.kept.read_bytes() == before


def test_resetting_again_changes_nothing(edition, worked):
    reset(edition, "01")
    files = {path: path.read_bytes() for path in edition.rglob("*.ipynb")}
    assert reset(edition, "01").kept is None
    assert {path: path.read_bytes() for path in edition.rglob("*.ipynb")} == files


def test_a_copy_is_never_written_over_another(edition, worked, monkeypatch):
    class Noon:
        @staticmethod
        def now():
            return datetime(2026, 1, 1, 12)

    monkeypatch.setattr(module, "datetime", Noon)
    kept = set()
    for number in range(3):
        worked.write_text(f"work {number}")
        kept.add(reset(edition, "01").kept)
    assert sorted(path.read_text() for path in kept) == ["work 0", "work 1", "work 2"]


def test_one_exercise_is_given_back_and_the_rest_stays(edition, worked, release):
    was = nbformat.read(worked, as_version=4)
    result = reset(edition, "01", "shout")
    now = nbformat.read(worked, as_version=4)
    assert find(now, "shout").source == find(release, "shout").source
    assert find(now, "test-shout").source == find(release, "test-shout").source
    others = [cell for cell in was.cells if "shout" not in grade_id(cell)]
    assert [cell for cell in now.cells if "shout" not in grade_id(cell)] == others
    assert sources(result.kept) == [cell.source for cell in was.cells]


def test_deleted_and_doubled_cells_of_an_exercise_are_put_right(edition, worked, release):
    notebook = nbformat.read(worked, as_version=4)
    doubled = copy.deepcopy(find(notebook, "double"))
    doubled["id"] = "another"
    notebook.cells = [cell for cell in notebook.cells if grade_id(cell) != "test-double"]
    notebook.cells.append(doubled)
    nbformat.write(notebook, worked)
    reset(edition, "01", "double")
    names = [grade_id(cell) for cell in nbformat.read(worked, as_version=4).cells if grade_id(cell)]
    assert names == [grade_id(cell) for cell in release.cells if grade_id(cell)]


def test_a_deleted_notebook_is_given_back(edition, mine):
    mine.unlink()
    reset(edition, "toy")
    assert mine.is_file()


def test_a_damaged_notebook_is_kept_and_given_back(edition, mine):
    mine.write_bytes(b"\xff<<<<<<< HEAD")
    with pytest.raises(CourseError, match=r"cannot be read.*grader reset 01"):
        reset(edition, "01", "double")
    assert reset(edition, "01").kept.read_bytes() == b"\xff<<<<<<< HEAD"


def test_unknown_names_list_the_known_ones(edition):
    with pytest.raises(CourseError, match=f"lessons are: {LESSON}"):
        reset(edition, "07")
    with pytest.raises(CourseError, match=r"has no exercise 'x'\. It has: double, shout"):
        reset(edition, "01", "x")


def test_without_its_original_a_lesson_is_made_from_its_source(toy, edition, mine, tmp_path):
    """In the repository of a maintainer, who has not built the lesson yet."""
    (edition / "notebooks/.originals" / f"{LESSON}.ipynb").unlink()
    with pytest.raises(CourseError, match="is missing"):
        reset(edition, "01")
    (edition / "solutions").symlink_to(toy.root / "solutions")
    original = sources(mine)
    mine.write_text("{}")
    reset(edition, "01")
    assert sources(mine) == original

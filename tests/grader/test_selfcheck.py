import io
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

from grader import selfcheck
from grader.course.lesson import CourseError, find_root, require_sources
from grader.selfcheck import check, find_copies
from grader.terminal import checked_notebook
from tests.support.toy import LESSON, answer, find


@pytest.fixture
def copy_of(tmp_path):
    """Write a notebook where a student keeps it."""

    def write(notebook, name=f"{LESSON}.ipynb"):
        path = tmp_path / name
        nbformat.write(notebook, path)
        return path

    return write


def test_a_right_copy_passes(copy_of, release, toy):
    checked = check(copy_of(answer(release)), toy.root)
    assert checked.passed
    assert [(one.name, one.score, one.max_score) for one in checked.exercises] == [
        ("double", 1.0, 1.0),
        ("shout", 1.0, 1.0),
    ]
    assert checked.hidden == {"double": 2.0, "shout": 0.0}
    assert checked.notes == ()


def test_the_time_is_that_of_the_file_that_was_read(copy_of, release, toy, monkeypatch):
    """JupyterLab may save again while the copy runs."""
    path = copy_of(answer(release))
    os.utime(path, (1e9, 1e9))
    run = selfcheck.execute

    def save_meanwhile(*args, **kwargs):
        path.touch()
        return run(*args, **kwargs)

    monkeypatch.setattr(selfcheck, "execute", save_meanwhile)
    checked = check(path, toy.root)
    assert checked.saved == 1e9
    console = Console(width=300, file=io.StringIO())
    console.print(checked_notebook(checked))
    assert "as saved on 2001-09-09" in console.file.getvalue()
    assert "JupyterLab has not saved yet" in console.file.getvalue()


def test_hidden_tests_do_not_run(copy_of, release, toy):
    checked = check(copy_of(answer(release, double="def double(x):\n    return 6")), toy.root)
    assert checked.exercises[0].score == 1.0


def test_hidden_tests_run_if_asked_for(copy_of, release, toy):
    path = copy_of(answer(release, double="def double(x):\n    return 6"))
    checked = check(path, toy.root, hidden_tests=True)
    assert checked.exercises[0].score == 1.0
    assert checked.exercises[0].max_score == 3.0
    assert set(checked.hidden.values()) == {0.0}


def test_a_wrong_copy_is_told_what_to_fix(copy_of, release, toy):
    checked = check(copy_of(answer(release, double="def double(x):\n    return 7")), toy.root)
    assert not checked.passed
    assert [one.message for one in checked.exercises] == [
        "double: twice 3 is 6",
        "shout: not done yet",
    ]


def test_the_file_is_not_changed(copy_of, release, toy):
    find(release, "test-double").source = "assert True"
    path = copy_of(release)
    before = path.read_bytes()
    assert "test-double had been changed" in check(path, toy.root).notes[0]
    assert path.read_bytes() == before


def test_an_endless_loop_is_stopped(copy_of, release, toy):
    answer(release, double="while True:\n    pass", shout="shout = str.upper")
    checked = check(copy_of(release), toy.root, timeout=1)
    assert [one.score for one in checked.exercises] == [0.0, 1.0]
    assert "endless loop?" in checked.notes[0]


@pytest.mark.parametrize("name", [f"{LESSON}-Copy1.ipynb", f"{LESSON} (2).ipynb"])
def test_a_renamed_copy_is_known(copy_of, release, toy, name):
    assert check(copy_of(answer(release), name), toy.root).passed


def test_a_file_of_another_name_is_refused(copy_of, release, toy):
    with pytest.raises(CourseError, match="not named like a lesson: 01_toy"):
        check(copy_of(release, "homework.ipynb"), toy.root)


def test_what_is_no_notebook_is_refused(tmp_path, toy):
    (tmp_path / f"{LESSON}.ipynb").write_text("")
    with pytest.raises(CourseError, match="empty"):
        check(tmp_path / f"{LESSON}.ipynb", toy.root)


def test_copies_are_found_in_folders(copy_of, release, toy, tmp_path):
    path = copy_of(release)
    copy_of(release, "index.ipynb")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    copy_of(release, f".ipynb_checkpoints/{LESSON}.ipynb")
    assert find_copies(toy.root, [tmp_path]) == [path]
    with pytest.raises(CourseError, match="There is no"):
        find_copies(toy.root, [tmp_path / "nowhere"])


@pytest.mark.parametrize("name", ["01", "1", "toy", LESSON])
def test_a_lesson_can_be_named_instead_of_its_file(toy, name):
    toy.release.parent.mkdir(parents=True, exist_ok=True)
    toy.release.write_text("{}")
    assert find_copies(toy.root, [Path(name)]) == [toy.release]


def test_a_name_of_nothing_is_refused_with_the_lessons_there_are(toy):
    with pytest.raises(CourseError, match=f"There is no file 77.*{LESSON}"):
        find_copies(toy.root, [Path("77")])


def test_a_course_without_its_sources_can_be_checked_but_not_marked(
    release, toy, tmp_path, monkeypatch
):
    """Can students check themselves who were given no solutions?"""
    shutil.copy(toy.root / "nbgrader_config.py", tmp_path)
    path = tmp_path / "notebooks" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(answer(release), path)
    checked = check(path, tmp_path)
    assert checked.passed
    assert checked.hidden == {"double": 2.0, "shout": 0.0}
    monkeypatch.chdir(tmp_path)
    assert find_root() == tmp_path
    with pytest.raises(CourseError, match="has no solutions/"):
        require_sources(tmp_path)

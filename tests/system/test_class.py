"""Does one command mark a class, with the right marks, statuses and messages?"""

import json
import subprocess
import sys

import nbformat
import pytest

from grader.course.lesson import find_lessons, find_root
from grader.course.release import make_release
from tests.support.submissions import FULL, LESSON, hand_in, make_class

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("class")]

(LESSON_02,) = find_lessons(find_root(), [LESSON])
POINTS = {test.grade_id: test.points for one in LESSON_02.exercises for test in one.tests}
CLASS = {
    one.student: one
    for one in make_class(make_release(LESSON_02), lambda *ids: sum(POINTS[name] for name in ids))
}


def autograde(home, *more):
    """Mark the class, and return its rows by student."""
    run = subprocess.run(
        [sys.executable, "-m", "grader.cli", "autograde", LESSON,
         "--submitted", home / "submitted", "--autograded", home / "autograded",
         "--gradebook", home / "gradebook.db", "--json", home / "out.json", *more],
        capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    rows = json.loads((home / "out.json").read_text(encoding="utf-8"))["submissions"]
    assert len(rows) == len({row["student"] for row in rows})
    return {row["student"]: row for row in rows}


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("class")
    for submission in CLASS.values():
        hand_in(submission, home / "submitted")
    return home


@pytest.fixture(scope="session")
def rows(home):
    return autograde(home, "--timeout", "10")


def marks(row):
    return {one["name"]: one["score"] for one in row["exercises"]}


def test_the_points_are_the_contracts():
    assert {one.name: one.points for one in LESSON_02.exercises} == FULL


def test_everyone_has_a_row(rows):
    assert set(rows) == set(CLASS)
    assert len(CLASS) >= 15


@pytest.mark.parametrize("student", CLASS)
def test_marks_status_and_messages_are_right(rows, student):
    row, expected = rows[student], CLASS[student]
    assert row["status"] == expected.status
    assert marks(row) == expected.marks
    assert (row["score"], row["max_score"]) == (sum(expected.marks.values()), 10.0)
    said = {one["name"]: one["message"] for one in row["exercises"]} | {"": row["message"]}
    for name, words in expected.says.items():
        assert words in said[name]


@pytest.mark.parametrize("student", [one for one in CLASS if CLASS[one].marks == FULL])
def test_who_is_right_is_told_nothing(rows, student):
    assert all(one["message"] == "" for one in rows[student]["exercises"])


def test_executed_notebooks_are_valid_and_show_the_students_figures(home, rows):
    for path in (home / "autograded").glob("*/*/*.ipynb"):
        nbformat.validate(nbformat.read(path, as_version=4))
    path = home / "autograded" / "perfect loops" / LESSON / f"{LESSON}.ipynb"
    assert "image/png" in path.read_text(encoding="utf-8")


@pytest.mark.slow
def test_honest_submissions_get_what_stock_nbgrader_gives(rows, tmp_path):
    honest = [one for one in CLASS.values() if one.honest]
    assert len(honest) >= 12
    for submission in honest:
        hand_in(submission, tmp_path / "submitted")
    stock = autograde(tmp_path, "--stock")
    assert {one: marks(stock[one]) for one in stock} == {one: marks(rows[one]) for one in stock}

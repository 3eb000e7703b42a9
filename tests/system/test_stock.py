"""Do nbgrader's own commands work from the course's root, unchanged?"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LESSON = "02_convolution"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course in which ana hands in the solution and ben an untouched copy.

    Its gradebook knows the assignment.
    """
    root = tmp_path_factory.mktemp("stock")
    for step in ("solutions", "notebooks"):
        shutil.copytree(ROOT / step / LESSON, root / step / LESSON)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for student, step in (("ana", "solutions"), ("ben", "notebooks")):
        folder = root / "submitted" / student / LESSON
        folder.mkdir(parents=True)
        shutil.copy(ROOT / step / LESSON / f"{LESSON}.ipynb", folder)
    done = nbgrader(root, "generate_assignment", LESSON, "--force")
    assert done.returncode == 0, done.stderr
    return root


def nbgrader(course, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_generate_assignment_makes_the_very_same_copy(course):
    release, ours = course / "notebooks" / LESSON, ROOT / "notebooks" / LESSON
    assert [path.name for path in release.iterdir()] == [f"{LESSON}.ipynb"]
    assert (release / f"{LESSON}.ipynb").read_bytes() == (ours / f"{LESSON}.ipynb").read_bytes()


def test_validate_tells_done_from_not_done(course):
    right = nbgrader(course, "validate", f"submitted/ana/{LESSON}/{LESSON}.ipynb")
    undone = nbgrader(course, "validate", f"submitted/ben/{LESSON}/{LESSON}.ipynb")
    assert "Success! Your notebook passes all the tests." in right.stdout
    assert "correlate2d: not done yet" in undone.stdout


def test_autograde_feedback_and_export(course):
    for command in ("autograde", "generate_feedback"):
        done = nbgrader(course, command, LESSON)
        assert done.returncode == 0, done.stderr
    assert nbgrader(course, "export").returncode == 0
    rows = (course / "grades.csv").read_text().splitlines()
    assert [row.split(",")[3] for row in rows[1:]] == ["ana", "ben"]
    assert [float(row.split(",")[9]) for row in rows[1:]] == [10.0, 0.0]
    for student in ("ana", "ben"):
        assert (course / "feedback" / student / LESSON / f"{LESSON}.html").is_file()

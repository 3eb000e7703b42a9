"""Is a submission marked again when, and only when, something that its marks depend on changed?"""

import os
import subprocess
import sys

import pytest

from grader.course.release import make_release
from tests.support.toy import LESSON, answer, give_utils, hand_in, make_course

WRONG = "def double(x):\n    return x * x"


def grader(root, *arguments):
    """Run the command in a course that has its own ``utils``."""
    run = subprocess.run(
        [sys.executable, "-m", "grader.cli", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": str(root)},
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course whose test knows a mistake, and a marked submission that makes it."""
    root = tmp_path_factory.mktemp("course")
    lesson = make_course(root)
    give_utils(lesson)
    hand_in(root / "submitted", "ana", answer(make_release(lesson), double=WRONG))
    grader(root, "autograde")
    grader(root, "feedback")
    return root


def feedback(root):
    return (root / "feedback" / "ana" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")


def marked_at(root):
    return (root / "autograded" / "ana" / LESSON / f"{LESSON}.ipynb").stat().st_mtime_ns


def test_nothing_is_marked_again_when_nothing_changed(root):
    before = marked_at(root)
    grader(root, "autograde")
    assert marked_at(root) == before


def test_a_corrected_message_is_in_the_feedback_after_marking_again(root):
    assert "x is squared" in feedback(root)
    mistakes = root / "utils" / "mistakes" / "toy.py"
    corrected = mistakes.read_text(encoding="utf-8").replace("x is squared", "x is multiplied by x")
    mistakes.write_text(corrected, encoding="utf-8")
    grader(root, "autograde")
    grader(root, "feedback")
    assert "x is multiplied by x" in feedback(root)
    assert "x is squared" not in feedback(root)

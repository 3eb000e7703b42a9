import nbformat
import pytest

import grader
from grader.isolation.limits import ResourceLimits
from tests.support.toy import answer, find


def exercises(marked):
    return {one.name: (one.score, one.message) for one in marked.result.exercises}


def test_a_right_answer_gets_all_points(release, toy):
    marked = grader.mark(answer(release), toy, student="ana")
    result = marked.result
    assert (result.student, result.lesson, result.status) == ("ana", "01_toy", "graded")
    assert (result.score, result.max_score, result.message) == (4.0, 4.0, "")
    assert exercises(marked) == {"double": (3.0, ""), "shout": (1.0, "")}
    assert result.seconds > 0


def test_an_untouched_copy_gets_none(release, toy):
    marked = grader.mark(release, toy)
    assert marked.result.score == 0
    assert exercises(marked)["shout"] == (0.0, "shout: not done yet")


def test_a_path_will_do(release, toy, tmp_path):
    path = tmp_path / "any.ipynb"
    nbformat.write(answer(release), path)
    assert grader.mark(path, toy).result.score == 4.0
    assert grader.mark(str(path), toy).result.score == 4.0


def test_a_lesson_of_the_course_is_found_by_name(tmp_path):
    assert grader.mark(tmp_path / "none.ipynb", "02").result.lesson == "02_convolution"


def test_no_file_is_missing_and_no_notebook_unreadable(toy, tmp_path):
    missing = grader.mark(tmp_path / "none.ipynb", toy)
    assert (missing.result.status, missing.notebook) == ("missing", None)
    unreadable = grader.mark(b"", toy)
    assert (unreadable.result.status, unreadable.result.message) == (
        "unreadable",
        "the file is empty",
    )
    assert (unreadable.result.score, unreadable.result.max_score) == (0.0, 4.0)
    assert [(one.score, one.message) for one in unreadable.result.exercises] == [
        (0.0, "the file is empty")
    ] * 2


@pytest.mark.parametrize(
    ("double", "points", "message"),
    [
        ("def double(x):\n    return 6", 1, "double: wrong on a large number"),
        ("def double(x):\n    return 8642", 2, "double: twice 3 is 6"),
        ("def double(x):\n    raise KeyError('k')", 0, "KeyError: 'k'"),
        ("def double(x:", 0, "double: your cell 'double' stopped with SyntaxError: "),
        ("def double(x):\n    return x\nundone", 0, "double: twice 3 is 6\ndouble: wrong on"),
        ("def duoble(x):\n    return 2 * x", 0, "double: the function is not defined anywhere"),
        (
            "while True:\n    pass\ndef double(x): ...",
            0,
            "double: your cell 'double' did not finish: stopped after 2 s; "
            "is there an endless loop?",
        ),
        (
            "def double(x):\n    while True:\n        pass",
            0,
            "stopped after 2 s; is there an endless",
        ),
        ("def double(x):\n    import os\n    os._exit(1)", 0, "process ended (exit code 1)"),
        ("import sys\ndef double(x):\n    sys.exit(1)", 0, "SystemExit: 1"),
    ],
)
def test_a_wrong_answer_is_told_why(release, toy, double, points, message):
    marked = grader.mark(
        answer(release, double=double, shout="shout = str.upper"),
        toy,
        limits=ResourceLimits(cell=2),
    )
    score, said = exercises(marked)["double"]
    assert (score, exercises(marked)["shout"]) == (points, (1.0, ""))
    assert message in said


@pytest.mark.parametrize(
    "error", ["'\\ud800'", "'(<' * 150_000", "b'\\xff'", "'\\x1b[31m'"], ids=repr
)
def test_what_an_error_says_can_be_stored_and_is_short(release, toy, error):
    cells = {"double": f"raise ValueError({error})", "shout": "shout = str.upper"}
    marked = grader.mark(answer(release, **cells), toy)
    score, said = exercises(marked)["double"]
    assert (score, exercises(marked)["shout"]) == (0.0, (1.0, ""))
    assert len(said.encode()) < 20_000
    nbformat.writes(marked.notebook).encode()


def test_an_assertion_without_a_text_is_no_riddle(release, toy):
    marked = grader.mark(answer(release, shout="def shout(text):\n    return text"), toy)
    assert exercises(marked)["shout"] == (0.0, "shout: a check failed")


def test_the_executed_notebook_shows_messages_and_not_tests(release, toy):
    marked = grader.mark(answer(release, double="def double(x):\n    return 6"), toy)
    nbformat.validate(marked.notebook)
    (error,) = find(marked.notebook, "test-double-hidden").outputs
    assert error.traceback == ["double: wrong on a large number"]


def test_a_submission_cannot_change_its_points(release, toy):
    answer(release, double="def double(x):\n    return 0")
    cell = find(release, "test-double")
    cell.source, cell.metadata.nbgrader["points"] = "assert True", 1000
    marked = grader.mark(release, toy)
    assert (marked.result.score, marked.result.max_score) == (0.0, 4.0)
    assert "test-double had been changed" in marked.result.message

"""Does progress say what the saved outputs of the checks say?"""

import copy
import json
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_output

from grader.course.cells import grade_id, hidden_test_ids, is_test
from grader.course.lesson import find_lessons, find_root
from tests.support.toy import LESSON, answer, find
from utils import checks, progress

RIGHT = [new_output("stream", name="stdout", text="\x1b[32m✓\x1b[0m double: right (1 check).\n")]
TODO = [new_output("stream", name="stdout", text="double: not done yet\n")]
WARNED = [new_output("stream", name="stderr", text="a warning\n")]


def error(name):
    return [new_output("error", ename=name, evalue="double: no", traceback=["no"])]


@pytest.fixture
def root(tmp_path):
    (tmp_path / "notebooks" / LESSON).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def read(root, release):
    """Save the toy lesson with outputs of test-double, and read its progress."""

    def read(outputs=(), count=2, answered=1, **changes):
        test = find(release, "test-double")
        test.update(outputs=list(outputs), execution_count=count, **changes)
        find(release, "double").execution_count = answered
        nbformat.write(release, root / "notebooks" / LESSON / f"{LESSON}.ipynb")
        (lesson,) = progress.read_progress(root)
        return lesson

    return read


@pytest.mark.parametrize(
    ("outputs", "count", "state", "points"),
    [
        ([], None, "not run", 0),
        ([], 2, "right", 1),  # a test of plain assertions prints nothing
        (RIGHT, 2, "right", 1),
        (TODO, 2, "not done yet", 0),
        (WARNED, 2, "wrong", 0),  # nbgrader gives no points to what is on stderr
        (error("CheckError"), 2, "wrong", 0),
        (error("NameError"), 2, "wrong", 0),
        (error("KeyboardInterrupt"), 2, "run its check again", 0),
        (RIGHT, 1, "run its check again", 0),  # the answer was run as the second cell
    ],
)
def test_an_exercise_is_as_its_saved_output_says(read, outputs, count, state, points):
    lesson = read(outputs, count, answered=2 if count == 1 else 1)
    double = lesson.exercises[0]
    assert (double.state, double.points) == (state, points)
    assert (double.visible, double.hidden) == (1, 2)
    assert (lesson.points, lesson.visible, lesson.hidden) == (points, 2, 2)
    assert double.cell == "double"


def test_what_checks_print_is_understood(read, capfd):
    """The texts are `utils.checks`'s: here it prints them."""
    with checks.Exercise("pixels.count_values", lambda h, w, c: h * w * c) as check:
        check.example(2, 3, 1, expected=6)
    passed = new_output("stream", name="stdout", text=capfd.readouterr().out)
    assert read([passed]).exercises[0].state == "right"

    def unfinished(height, width, channels):
        raise NotImplementedError

    with checks.Exercise("pixels.count_values", unfinished) as check:
        check.example(2, 3, 1, expected=6)
    todo = new_output("stream", name="stdout", text=capfd.readouterr().err)
    assert read([todo]).exercises[0].state == "not done yet"


def test_the_next_exercise_is_the_first_that_is_not_right(read):
    assert read(RIGHT).next.name == "shout"
    assert read(TODO).next.name == "double"
    assert read(TODO).state == "double: not done yet"


def test_when_all_is_right_nothing_is_next(read, release, root):
    find(release, "test-shout").update(outputs=RIGHT, execution_count=9)
    lesson = read(RIGHT)
    assert lesson.next is None
    assert lesson.state == "all checks pass"
    assert progress.next_step([lesson]) is None
    assert "All checks that you can see pass." in progress.to_html([lesson])


def test_a_copied_test_cell_counts_once(read, release):
    release.cells.append(copy.deepcopy(find(release, "test-double")))
    release.cells[-1]["id"] = "copy"
    assert read(RIGHT).points == 1


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff\xfe", b"[1]", b"{}", b"<<<<<<< HEAD\n", b"[" * 100_000),
        *(b'{"cells": [{}]}', b'{"cells": 1}', b'{"cells": [{"source": 3, "metadata": 4}]}'),
    ],
)
def test_a_damaged_notebook_is_said_to_be_damaged(root, content):
    (root / "notebooks" / LESSON / f"{LESSON}.ipynb").write_bytes(content)
    (lesson,) = progress.read_progress(root)
    assert lesson.fault == "the file is damaged; to begin again: grader reset 01"
    assert lesson.fault in progress.to_html([lesson])
    assert progress.to_plain([lesson])["next"] == {"lesson": LESSON, "exercise": None}


def test_what_a_student_wrote_is_escaped(read, release):
    release.cells[0].source = "# <script>alert(1)</script> & more"
    page = progress.to_html([read(RIGHT)])
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_a_link_leads_to_the_next_cell(read):
    page = progress.to_html([read(TODO)])
    assert f'href="{LESSON}/{LESSON}.ipynb#cell-id=double"' in page
    assert '<progress aria-label="A toy: 0 of 2 points" max="2" value="0">' in page


def test_the_json_has_every_exercise(read):
    plain = json.loads(json.dumps(progress.to_plain([read(RIGHT)])))
    assert plain["points"] == 1
    assert plain["next"] == {"lesson": LESSON, "exercise": "shout"}
    assert [one["state"] for one in plain["lessons"][0]["exercises"]] == ["right", "not run"]


def test_other_files_in_notebooks_do_not_count(root, read, release):
    read(RIGHT)
    (root / "notebooks" / "02_empty").mkdir()
    (root / "notebooks" / "index.ipynb").write_text("{}")
    answer(release)
    nbformat.write(release, root / "notebooks" / LESSON / f"{LESSON}-Copy1.ipynb")
    assert [one.path.stem for one in progress.read_progress(root)] == [LESSON]


def test_the_course_is_found_from_the_folder_of_a_notebook(root, monkeypatch):
    (root / "nbgrader_config.py").touch()
    monkeypatch.chdir(root / "notebooks" / LESSON)
    assert progress.find_course() == root


def test_all_lessons_points_are_those_of_their_sources():
    """Are the visible and the hidden points of each student's copy those that it is marked by?"""
    lessons = {lesson.name: lesson for lesson in find_lessons(find_root())}
    for read in progress.read_progress(find_root()):
        lesson = lessons.pop(read.path.stem)
        assert read.title == lesson.title
        assert [one.name for one in read.exercises] == [one.name for one in lesson.exercises]
        assert read.visible + read.hidden == lesson.points
        hidden = hidden_test_ids(lesson.notebook.cells)
        tests = [cell for cell in lesson.notebook.cells if is_test(cell)]
        points = sum(c.metadata.nbgrader.points for c in tests if grade_id(c) in hidden)
        assert read.hidden == points
    assert not lessons


def test_it_imports_only_the_standard_library():
    program = "import sys, utils.progress; print({'numpy', 'IPython', 'nbformat'} & {*sys.modules})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.strip() == "set()", run.stderr

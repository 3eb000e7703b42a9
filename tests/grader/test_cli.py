import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import datetime

import pytest

from grader.course.release import make_release
from grader.isolation.forkserver import NO_NAMESPACES
from tests.support.toy import LESSON, answer, hand_in, make_course

pytestmark = pytest.mark.slow


def grader(*arguments, cwd, **environment):
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "grader.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": str(cwd)} | environment,
        timeout=300,
    )


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with a marked class: ana is right, ben is half right, cy handed in nonsense."""
    root = tmp_path_factory.mktemp("course")
    lesson = make_course(root)
    submitted = root / "submitted"
    hand_in(submitted, "ana", answer(make_release(lesson)))
    wrong = "def double(x):\n    print('PRINTED', x)\n    return 6"
    hand_in(submitted, "=ben, <b>", answer(make_release(lesson), double=wrong))
    hand_in(submitted, "cy", b"%PDF")
    (submitted / "dora").mkdir()
    run = grader("autograde", "--json", "out.json", cwd=root)
    assert run.returncode == 0, run.stderr
    (root / "autograde.txt").write_text(run.stdout + run.stderr, encoding="utf-8")
    return root


def test_autograde_writes_the_json(course):
    rows = json.loads((course / "out.json").read_text(encoding="utf-8"))["submissions"]
    assert [(row["student"], row["status"], row["score"]) for row in rows] == [
        ("=ben, <b>", "graded", 1.0),
        ("ana", "graded", 4.0),
        ("cy", "unreadable", 0.0),
        ("dora", "missing", 0.0),
    ]


def test_autograde_tells_each_problem_in_a_line_and_sums_up(course):
    lines = (course / "autograde.txt").read_text(encoding="utf-8").splitlines()
    assert any(
        "cy" in line and "unreadable: the file is not a notebook but a PDF" in line
        for line in lines
    )
    assert any("dora" in line and "missing: nothing was handed in" in line for line in lines)
    assert any(LESSON in line and "1.67" in line for line in lines)


def test_the_first_line_says_which_course_is_marked(course):
    first = (course / "autograde.txt").read_text(encoding="utf-8").partition("Course: ")[2]
    assert first.startswith(f"Toy ({course})\n")


def test_the_json_says_what_it_was_made_with_and_each_tests_score(course):
    content = json.loads((course / "out.json").read_text(encoding="utf-8"))
    assert content["course"]["name"] == "Toy"
    assert list(content["lessons"]) == [LESSON]
    assert content["grader"]["version"]
    assert datetime.fromisoformat(content["date"]).tzinfo is not None
    row = content["submissions"][0]
    assert (row["handed_in"], row["seconds_late"], row["penalty"]) == (None, 0.0, 0.0)
    tests = [test for exercise in row["exercises"] for test in exercise["tests"]]
    assert {test["name"]: test["score"] for test in tests} == {
        "test-double": 1.0, "test-double-hidden": 0.0, "test-shout": 0.0,
    }  # fmt: skip


@pytest.mark.parametrize("command", ["autograde", "report", "feedback", "export", "build"])
def test_a_folder_that_is_no_course_is_an_error(course, tmp_path, command):
    run = grader(command, cwd=tmp_path)
    assert run.returncode == 2
    assert "is not inside a course" in run.stderr


def test_a_course_is_found_from_below_and_from_the_notebook_to_check(course, tmp_path):
    run = grader("export", "--to", "-", cwd=course / "solutions" / LESSON)
    assert run.returncode == 0, run.stderr
    path = course / "submitted" / "ana" / LESSON / f"{LESSON}.ipynb"
    assert grader("check", path, cwd=tmp_path).returncode == 0


def test_one_student_is_marked(course):
    run = grader("autograde", "--student", "ana", "--json", "one.json", cwd=course)
    assert run.returncode == 0, run.stderr
    rows = json.loads((course / "one.json").read_text(encoding="utf-8"))["submissions"]
    assert [row["student"] for row in rows] == ["ana"]
    run = grader("autograde", "--student", "anna", cwd=course)
    assert run.returncode == 2
    assert "There is no student 'anna': did you mean 'ana'?" in run.stderr


def test_a_json_file_that_cannot_be_written_is_told_before_marking(course, tmp_path):
    run = grader("autograde", "--gradebook", tmp_path / "g.db", "--json", "/proc/no/x", cwd=course)
    assert run.returncode == 2
    assert "/proc/no/x cannot be written" in run.stderr
    assert not (tmp_path / "g.db").exists()


def test_autograde_again_changes_nothing(course):
    run = grader("autograde", "--json", "again.json", cwd=course)
    assert run.returncode == 0
    first, again = (
        json.loads((course / name).read_text(encoding="utf-8"))
        for name in ("out.json", "again.json")
    )
    first.pop("date"), again.pop("date")
    assert again == first


def test_nothing_handed_in_is_told_and_still_written(course, tmp_path):
    run = grader(
        "autograde", "--submitted", tmp_path, "--gradebook", tmp_path / "new.db",
        "--json", tmp_path / "out.json", cwd=course,
    )  # fmt: skip
    assert run.returncode == 0
    assert "<student>/<lesson>/<lesson>.ipynb" in run.stdout
    assert json.loads((tmp_path / "out.json").read_text())["submissions"] == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["autograde", "--submitted", "nowhere"], "There is no folder nowhere"),
        (["autograde", "99"], "There is no lesson '99'"),
        (["autograde", "--gradebook", "nonsense://x"], "cannot be opened"),
        (["check", "nowhere.ipynb"], "There is no nowhere.ipynb"),
        (["feedback", "--autograded", "nowhere"], "nothing marked in"),
        (["report", "--gradebook", "empty.db"], "no marks in the gradebook"),
        (["export", "--gradebook", "empty.db"], "no marks in the gradebook"),
        (["report", "--compare", "out.json"], "is not a file of grader report --json"),
        (["report", "--student", "nobody"], "There is no student 'nobody'"),
        (["similar", "--submitted", "nowhere"], "There is no folder nowhere"),
    ],
)
def test_bad_input_is_one_line_and_status_2(course, arguments, words):
    run = grader(*arguments, cwd=course)
    assert run.returncode == 2
    assert words in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="writes to /sys, which refuses it")
def test_a_file_that_cannot_be_written_is_one_line_and_status_2(course):
    run = grader("export", "--to", "/sys/grades.csv", cwd=course)
    assert run.returncode == 2
    course_line, error = run.stderr.splitlines()
    assert course_line.startswith("Course: Toy")
    assert "Permission denied: /sys/" in error


def test_twins_are_noted_and_not_called_unmarked(tmp_path):
    release = answer(make_release(make_course(tmp_path)))
    for student in ("ana", "ben"):
        hand_in(tmp_path / "submitted", student, release)
    run = grader("autograde", cwd=tmp_path)
    assert f"Note: {LESSON}: ana and ben handed in the same file, byte for byte." in run.stderr
    assert "Not marked" not in run.stderr


def test_build_check_fails_with_what_is_stale(tmp_path):
    make_course(tmp_path)
    run = grader("build", "--check", cwd=tmp_path)
    assert run.returncode == 1
    assert f"{LESSON}.ipynb: was never made" in run.stderr
    assert grader("build", cwd=tmp_path).returncode == 0
    assert grader("build", "--check", cwd=tmp_path).returncode == 0
    assert "up to date" in grader("build", cwd=tmp_path).stdout


def test_check_tells_points_and_what_to_fix(course, tmp_path):
    path = course / "submitted" / "=ben, <b>" / LESSON / f"{LESSON}.ipynb"
    run = grader("check", path, cwd=course)
    assert run.returncode == 1
    assert "shout: not done yet" in run.stdout
    assert "1 of 1" in run.stdout
    assert "as saved at" in run.stdout, "what was typed later has not been checked"
    path = course / "submitted" / "ana" / LESSON / f"{LESSON}.ipynb"
    assert grader("check", path, cwd=course).returncode == 0


def test_feedback_shows_messages_and_no_hidden_test(course):
    run = grader("feedback", cwd=course)
    assert run.returncode == 0, run.stderr
    page = course / "feedback" / "=ben, <b>" / LESSON / f"{LESSON}.html"
    text = page.read_text(encoding="utf-8")
    assert "double: wrong on a large number" in text
    for secret in ("4321", "8642", "secret"):
        assert secret not in text
    card = (course / "feedback" / "cy" / LESSON / f"{LESSON}.html").read_text(encoding="utf-8")
    assert "could not be marked: the file is not a notebook but a PDF" in card


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda one: one.name)
def test_a_run_that_is_asked_to_end_leaves_nothing_behind(tmp_path, number):
    endless = "def double(x):\n    open('begun', 'w').close()\n    while True:\n        pass"
    release = answer(make_release(make_course(tmp_path / "course")), double=endless)
    hand_in(tmp_path / "course" / "submitted", "ana", release)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {
        "PYTHONPATH": str(tmp_path / "course"),
        "TMPDIR": str(scratch),
        NO_NAMESPACES: "1",  # with namespaces, no scratch folder is on disk
    }
    run = subprocess.Popen(
        [sys.executable, "-m", "grader.cli", "autograde"],
        cwd=tmp_path / "course",
        env=os.environ | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not list(scratch.rglob("begun")) and time.monotonic() < deadline:
        time.sleep(0.05)
    run.send_signal(number)
    said = run.communicate(timeout=60)[1]
    assert run.returncode == 130
    assert "the same command goes on from here" in said
    assert list(scratch.glob("grader-*")) == []


def test_names_that_mean_something_to_programs_are_names(tmp_path):
    """Student ids that nbgrader takes for patterns, or that terminals interpret."""
    release = answer(make_release(make_course(tmp_path)))
    students = ["a[b]c", "who?", "red\x1b[31m", "\u202eabc", "new\nline", "ana", "c]d"]
    students += ["blank at the end ", " and before", "*", "ü" * 120, "{x}", "a\\d+"]
    for student in students:
        hand_in(tmp_path / "submitted", student, release)
    hand_in(tmp_path / "submitted", "bell\a", b"nonsense")
    (tmp_path / "submitted" / "ana" / "str\x1bay").mkdir(parents=True)
    run = grader("autograde", "--json", "out.json", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    rows = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["submissions"]
    scores = {row["student"]: row["score"] for row in rows}
    assert scores == dict.fromkeys(students, 4.0) | {"bell\a": 0.0}
    report = grader("report", cwd=tmp_path)
    feedback = grader("feedback", cwd=tmp_path)
    for said in (run.stdout, run.stderr, report.stdout, feedback.stderr):
        assert not {"\x1b", "\u202e", "\a"} & set(said)
    assert r"bell\x07" in run.stderr
    assert r"red\x1b[31m" in report.stdout
    assert feedback.returncode == 0, feedback.stderr
    for student in (*students, "bell\a"):
        assert (tmp_path / "feedback" / student / LESSON / f"{LESSON}.html").is_file()


def test_a_page_that_cannot_be_written_is_told_after_the_others(course, tmp_path):
    marked = tmp_path / "autograded"
    shutil.copytree(course / "autograded", marked)
    broken = marked / "ana" / LESSON / f"{LESSON}.ipynb"
    notebook = json.loads(broken.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["metadata"].get("nbgrader", {})["grade_id"] = "unknown"
    broken.write_text(json.dumps(notebook), encoding="utf-8")
    run = grader("feedback", "--autograded", marked, "--to", tmp_path / "pages", cwd=course)
    assert run.returncode == 2
    assert "could not write ana's page" in run.stderr
    assert [path.parts[-3] for path in sorted((tmp_path / "pages").glob("*/*/*.html"))] == [
        "=ben, <b>", "cy"
    ]  # fmt: skip


def test_report_tells_lessons_exercises_students_and_problems(course):
    run = grader("report", "--html", "report.html", cwd=course)
    assert run.returncode == 0, run.stderr
    page = (course / "report.html").read_text(encoding="utf-8")
    for text in (run.stdout, page):
        assert "wrong on a large number" in text
        assert "50%" in text
        assert "not a notebook but a PDF" in text
    assert "=ben, &lt;b&gt;" in page
    assert "http:" not in page
    assert "https:" not in page


def test_export_is_for_spreadsheets_canvas_and_moodle(course):
    tables = {}
    for kind in ("csv", "canvas", "moodle"):
        run = grader("export", "--format", kind, "--to", "-", cwd=course)
        assert run.returncode == 0, run.stderr
        tables[kind] = list(csv.reader(io.StringIO(run.stdout)))
    assert [row[1] for row in tables["csv"][1:]] == ["'=ben, <b>", "ana", "cy", "dora"]
    assert tables["csv"][2][-2:] == ["4", "4"]
    assert tables["canvas"][1][0] == "Points Possible"
    assert [row[-1] for row in tables["canvas"][2:]] == ["1", "4", "0", ""]
    assert tables["moodle"][0][0] == "Username"
    assert grader("export", cwd=course).returncode == 0
    assert (course / "grades-csv.csv").is_file()


@pytest.mark.parametrize(
    "command", ["build", "check", "autograde", "feedback", "report", "export", "similar"]
)
def test_help_is_there(course, command):
    run = grader(command, "--help", cwd=course)
    assert run.returncode == 0
    assert "Usage" in run.stdout


def test_help_does_not_import_what_is_slow(course):
    slow = {"nbformat", "numpy", "nbgrader", "jupytext"}
    code = f"import sys, grader.cli; print({slow} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.stdout.strip() == "set()"

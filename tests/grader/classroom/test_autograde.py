import copy
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.classroom import autograde as module
from grader.classroom.autograde import autograde
from grader.classroom.gradebook import NO_RESPONSE, find_url
from grader.classroom.options import Options
from grader.course.lesson import CourseError
from grader.course.release import make_release
from grader.isolation.forkserver import ProcessStartError
from grader.isolation.limits import ResourceLimits
from tests.support.toy import LESSON, answer, find, hand_in, make_course

# nbgrader builds its rows before it adds them to the session.
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


@pytest.fixture
def options(tmp_path, toy):
    """A class's folders, empty; the course is the toy one."""
    (tmp_path / "submitted").mkdir()
    return Options(
        root=toy.root,
        submitted=tmp_path / "submitted",
        autograded=tmp_path / "autograded",
        gradebook=str(tmp_path / "gradebook.db"),
        jobs=2,
        limits=ResourceLimits(cell=5),
    )


def rows(outcome):
    return [(row.student, row.lesson, row.status, row.score) for row in outcome.results]


@pytest.fixture
def marked(monkeypatch):
    """The students that are really marked, in order of marking."""
    students = []
    real = module.mark_job

    def spy(content, lesson, student, timeout):
        students.append(student)
        return real(content, lesson, student, timeout)

    monkeypatch.setattr(module, "mark_job", spy)
    return students


def test_everyone_has_one_row_and_is_stored(options, release):
    hand_in(options.submitted, "ben", release)
    hand_in(options.submitted, "ana maria", answer(copy.deepcopy(release)))
    hand_in(options.submitted, "Zoë", b"")
    (options.submitted / "dora").mkdir()
    told = []
    outcome = autograde(options, on_result=told.append)
    assert rows(outcome) == [
        ("Zoë", LESSON, "unreadable", 0.0),
        ("ana maria", LESSON, "graded", 4.0),
        ("ben", LESSON, "graded", 0.0),
        ("dora", LESSON, "missing", 0.0),
    ]
    assert sorted(row.student for row in told) == sorted(row[0] for row in rows(outcome))
    with Gradebook(options.url) as book:
        assert book.find_submission(LESSON, "ana maria").score == 4.0
        assert book.find_submission(LESSON, "ben").max_score == 4.0
        assert not book.find_submission(LESSON, "ben").needs_manual_grade
        assert {one.id for one in book.students} == {"Zoë", "ana maria", "ben", "dora"}
    stored = options.autograded / "ana maria" / LESSON / f"{LESSON}.ipynb"
    nbformat.validate(nbformat.read(stored, as_version=4))


@pytest.mark.slow
def test_messages_are_comments_in_the_gradebook(options, release):
    hand_in(options.submitted, "ana", answer(release, double="def double(x):\n    return 6"))
    autograde(options)
    with Gradebook(options.url) as book:
        comment = book.find_comment("double", LESSON, LESSON, "ana")
        assert comment.comment == "double: wrong on a large number"
        assert book.find_comment("shout", LESSON, LESSON, "ana").comment == NO_RESPONSE


@pytest.mark.slow
def test_what_cannot_be_stored_costs_nobody_else(options, release, monkeypatch):
    for student in ("ana", "ben", "cy"):
        hand_in(options.submitted, student, answer(copy.deepcopy(release)))
    real = module._ClassRun.store

    def store(self, job, marked):
        if job.student == "ben":
            raise UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates not allowed")
        return real(self, job, marked)

    monkeypatch.setattr(module._ClassRun, "store", store)
    outcome = autograde(options)
    assert [(row.student, row.score) for row in outcome.results] == [
        ("ana", 4.0),
        ("ben", 0.0),
        ("cy", 4.0),
    ]
    assert outcome.failed == 1
    assert "could not be marked, run again" in outcome.results[1].message
    monkeypatch.undo()
    assert autograde(options).results[1].score == 4.0


@pytest.mark.slow
def test_half_a_surrogate_pair_anywhere_is_stored(options, release):
    odd = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "\ud800",
        "attachments": {"\ud800.png": {"image/png": "AAAA"}},
    }
    raising = "import sys\nif 'matplotlib' not in sys.modules: raise ValueError('\\ud800')\n"
    raising += "def double(x):\n    raise ValueError('\\ud800')"
    data = json.loads(nbformat.writes(answer(release, double=raising)))
    data["cells"].append(odd)
    hand_in(options.submitted, "ana", json.dumps(data).encode())
    (row,) = autograde(options).results
    assert (row.status, row.score) == ("graded", 0.0)
    assert not list(options.autograded.rglob("*.tmp"))


@pytest.mark.slow
def test_what_was_handed_in_at_what_time_is_kept(options, release):
    path = hand_in(options.submitted, "ana", release)
    path.with_name("timestamp.txt").write_text("2026-03-01 12:00:00 UTC\n")
    hand_in(options.submitted, "ben", release).with_name("timestamp.txt").write_text("whenever")
    autograde(options)
    with Gradebook(options.url) as book:
        assert book.find_submission(LESSON, "ana").timestamp.isoformat() == "2026-03-01T12:00:00"
        assert book.find_submission(LESSON, "ben").timestamp is None


def test_a_second_run_marks_only_what_changed(options, release, marked):
    hand_in(options.submitted, "ana", release)
    hand_in(options.submitted, "ben", release)
    first = autograde(options)
    assert sorted(marked) == ["ana", "ben"]
    assert autograde(options) == first
    assert sorted(marked) == ["ana", "ben"]
    hand_in(options.submitted, "ben", answer(copy.deepcopy(release)))
    assert rows(autograde(options))[1] == ("ben", LESSON, "graded", 4.0)
    assert marked[2:] == ["ben"]
    autograde(replace(options, force=True))
    assert sorted(marked[3:]) == ["ana", "ben"]


@pytest.mark.slow
def test_a_lost_gradebook_is_filled_again_without_marking(options, release, marked):
    hand_in(options.submitted, "ana", answer(release))
    autograde(options)
    os.unlink(options.gradebook)
    autograde(options)
    assert marked == ["ana"]
    with Gradebook(options.url) as book:
        assert book.find_submission(LESSON, "ana").score == 4.0


@pytest.mark.slow
def test_a_changed_lesson_is_marked_again(tmp_path, options, marked):
    lesson = make_course(tmp_path / "course")
    changing = replace(options, root=lesson.root)
    hand_in(options.submitted, "ana", answer(make_release(lesson)))
    assert rows(autograde(changing))[0][3] == 4.0
    text = lesson.source.read_text()
    extra = '# %% nbgrader={"grade_id": "test-double-more", "grade": true, "points": 5}\nassert 1'
    lesson.source.write_text(text.replace("factor * x", "x * factor") + "\n\n" + extra + "\n")
    assert rows(autograde(changing))[0][3] == 9.0
    lesson.source.write_text(text)
    assert rows(autograde(changing))[0][3] == 4.0
    assert marked == ["ana"] * 3
    with Gradebook(options.url) as book:
        assert book.find_submission(LESSON, "ana").max_score == 4.0


@pytest.mark.slow
def test_what_an_instructor_gave_by_hand_stays(options, release):
    path = hand_in(options.submitted, "ana", release)
    autograde(options)
    with Gradebook(options.url) as book:
        grade = book.find_grade("test-shout", LESSON, LESSON, "ana")
        grade.manual_score, grade.extra_credit = 0.5, 1.0
        book.find_comment("shout", LESSON, LESSON, "ana").manual_comment = "Nearly."
        book.db.commit()
    autograde(replace(options, force=True))
    with Gradebook(options.url) as book:
        grade = book.find_grade("test-shout", LESSON, LESSON, "ana")
        assert (grade.score, grade.needs_manual_grade) == (1.5, False)
        assert book.find_comment("shout", LESSON, LESSON, "ana").comment == "Nearly."
    path.write_text(nbformat.writes(answer(release)))
    autograde(options)
    with Gradebook(options.url) as book:
        grade = book.find_grade("test-shout", LESSON, LESSON, "ana")
        assert (grade.auto_score, grade.score, grade.needs_manual_grade) == (1.0, 1.5, True)


@pytest.mark.slow
def test_a_submission_that_is_gone_keeps_its_row(options, release):
    path = hand_in(options.submitted, "ana", answer(release))
    hand_in(options.submitted, "ben", release)
    before = rows(autograde(options))
    path.unlink()
    assert rows(autograde(options)) == before
    (options.autograded / "ana" / LESSON / f"{LESSON}.ipynb").unlink()
    after = autograde(options)
    assert rows(after) == before
    assert "no longer there" in after.results[0].message


@pytest.mark.slow
def test_what_is_there_instead_of_a_missing_notebook_is_said(options, release):
    path = options.submitted / "ana" / LESSON / "homework.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(release))
    hand_in(options.submitted, "ben", release)
    (row, _) = autograde(options).results
    assert row.status == "missing"
    assert f"found 'homework.ipynb': rename it to {LESSON}.ipynb" in row.message


@pytest.mark.slow
def test_strays_and_links_do_no_harm(options, release, tmp_path):
    hand_in(options.submitted, "ana", answer(release))
    (options.submitted / ".DS_Store").write_text("x")
    (options.submitted / "ana" / ".ipynb_checkpoints").mkdir()
    (options.submitted / "ana" / "hw2").mkdir()
    (options.submitted / "late.ipynb").write_text("{}")
    (options.submitted / "linked").symlink_to(options.submitted / "ana")
    (options.submitted / "broken").symlink_to(tmp_path / "nowhere")
    folder = options.submitted / "cy" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.ipynb").symlink_to(tmp_path / "nowhere")
    (options.submitted / "dan" / LESSON / f"{LESSON}.ipynb").mkdir(parents=True)
    outcome = autograde(options)
    assert rows(outcome) == [
        ("ana", LESSON, "graded", 4.0),
        ("cy", LESSON, "unreadable", 0.0),
        ("dan", LESSON, "unreadable", 0.0),
        ("linked", LESSON, "unreadable", 0.0),
    ]
    assert "folder is a link" in outcome.results[-1].message
    warnings = " ".join(outcome.warnings)
    assert "hw2: no lesson has this name" in warnings
    assert "late.ipynb: lies outside" in warnings
    assert ".DS_Store" not in warnings


@pytest.fixture
def before_marking(monkeypatch):
    """Set what happens between planning a run and marking."""
    happens = []
    real = module._ClassRun.mark

    def mark_after(self, jobs):
        for change in happens:
            change()
        return real(self, jobs)

    monkeypatch.setattr(module._ClassRun, "mark", mark_after)
    return happens.append


@pytest.mark.parametrize("stock", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_a_file_that_is_away_for_a_moment_is_marked_by_the_next_run(
    options, release, before_marking, monkeypatch, stock
):
    options = replace(options, stock=stock)
    path = hand_in(options.submitted, "ana", answer(copy.deepcopy(release)))
    hand_in(options.submitted, "ben", answer(release))
    before_marking(lambda: path.rename(path.with_suffix(".away")))
    outcome = autograde(options)
    assert [(row.student, row.status, row.score) for row in outcome.results] == [
        ("ana", "failed", 0.0), ("ben", "graded", 4.0)
    ]  # fmt: skip
    assert outcome.failed == 1
    assert "could not be marked, run again" in outcome.results[0].message
    assert not (options.autograded / "ana").exists()
    monkeypatch.undo()
    path.with_suffix(".away").rename(path)
    assert [row.score for row in autograde(options).results] == [4.0, 4.0]


@pytest.mark.parametrize("stock", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_marks_belong_to_the_bytes_that_were_marked(
    options, release, before_marking, monkeypatch, stock
):
    """Does a file that was right only while it was marked keep the marks?"""
    options = replace(options, stock=stock)
    bad = nbformat.writes(release).encode()
    path = hand_in(options.submitted, "ana", bad)
    right = nbformat.writes(answer(release)).encode()
    before_marking(lambda: path.write_bytes(right))
    assert autograde(options).results[0].score == 4.0
    monkeypatch.undo()
    path.write_bytes(bad)
    assert autograde(options).results[0].score == 0.0
    path.write_bytes(right)
    assert autograde(options).results[0].score == 4.0


def test_one_file_handed_in_twice_is_noted_and_keeps_its_marks(options, release, marked):
    for student in ("ana", "ben"):
        hand_in(options.submitted, student, answer(copy.deepcopy(release)))
    for student in ("cy", "dora"):
        hand_in(options.submitted, student, release)
    outcome = autograde(options)
    assert [row.score for row in outcome.results] == [4.0, 4.0, 0.0, 0.0]
    assert outcome.notes == (
        f"{LESSON}: ana and ben handed in the same file, byte for byte",
        f"{LESSON}: cy and dora handed in the same file, byte for byte",
    )
    assert [row.message for row in outcome.results] == [""] * 4
    again = autograde(options)
    assert (again.notes, len(marked)) == (outcome.notes, 4)


def test_the_students_copy_handed_in_as_it_is_is_no_twin(tmp_path, options):
    lesson = make_course(tmp_path / "course")
    lesson.release.parent.mkdir(parents=True)
    lesson.release.write_text(nbformat.writes(make_release(lesson)))
    for student in ("ana", "ben"):
        hand_in(options.submitted, student, lesson.release.read_bytes())
    assert autograde(replace(options, root=lesson.root)).notes == ()


def test_a_hard_link_is_noted(options, release, tmp_path):
    path = hand_in(options.submitted, "ana", answer(release))
    (tmp_path / "elsewhere.ipynb").hardlink_to(path)
    outcome = autograde(options)
    assert outcome.results[0].score == 4.0
    assert outcome.notes == (f"{LESSON}: ana handed in a hard link: the file has other names, too",)


def test_an_odd_file_is_measured_before_nbgrader_parses_it(options):
    bomb = b'{"cells": [], "bomb": [' + b"[]," * 4_000_000 + b"0]}"
    hand_in(options.submitted, "ana", bomb)
    (row,) = autograde(replace(options, stock=True)).results
    assert (row.status, row.score) == ("unreadable", 0.0)
    assert "too many lists" in row.message


@pytest.mark.slow
def test_an_empty_class_has_no_rows(options):
    assert autograde(options).results == ()


def test_no_folder_is_refused(options, tmp_path):
    with pytest.raises(CourseError, match="no folder"):
        autograde(replace(options, submitted=tmp_path / "nowhere"))


@pytest.mark.parametrize("url", ["nonsense://x", "sqlite:////nowhere/at/all.db"])
def test_a_gradebook_that_cannot_be_opened_is_refused(options, url):
    with pytest.raises(CourseError, match="cannot be opened"):
        autograde(replace(options, gradebook=url))


@pytest.mark.slow
def test_a_machine_that_starts_no_process_costs_nobody_marks(options, release, monkeypatch):
    hand_in(options.submitted, "ana", answer(release))

    def fail(*_, **__):
        raise ProcessStartError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(module, "mark", fail)
        outcome = autograde(options)
    assert (outcome.failed, "run again" in outcome.results[0].message) == (1, True)
    with Gradebook(find_url(options.root, options.gradebook)) as book:
        assert book.assignment_submissions(LESSON) == []
    assert rows(autograde(options)) == [("ana", LESSON, "graded", 4.0)]


def test_stock_nbgrader_gives_the_same_marks(options, release):
    hand_in(options.submitted, "ana maria", answer(copy.deepcopy(release)))
    wrong = answer(copy.deepcopy(release), double="def double(x):\n    return 6")
    hand_in(options.submitted, "ben", wrong)
    hand_in(options.submitted, "cy", b"")
    stock = autograde(replace(options, stock=True))
    ours = autograde(options)
    assert rows(ours) == rows(stock)
    messages = [[one.message for one in row.exercises] for row in ours.results]
    assert messages == [[one.message for one in row.exercises] for row in stock.results]


SCRIPT = """
import sys
from pathlib import Path
from grader.classroom.autograde import autograde
from grader.classroom.options import Options
from grader.isolation.limits import ResourceLimits
if __name__ == "__main__":
    root, home = map(Path, sys.argv[1:])
    autograde(Options(root, home / "submitted", home / "autograded", str(home / "gradebook.db"),
                      jobs=2, limits=ResourceLimits(cell=5)),
              on_result=lambda result: print("one", flush=True))
"""


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_stopped(options, release, tmp_path, marked):
    for number in range(8):
        notebook = copy.deepcopy(release)
        find(notebook, "double").source = f"import time\ntime.sleep(0.3)\nnumber = {number}"
        hand_in(options.submitted, f"student {number}", notebook)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    run = subprocess.Popen(
        [sys.executable, script, options.root, tmp_path], stdout=subprocess.PIPE, text=True
    )
    for _ in range(3):
        assert run.stdout.readline() == "one\n"
    run.send_signal(signal.SIGKILL)
    run.wait()
    time.sleep(0.2)
    outcome = autograde(options)
    assert len(marked) <= 5
    assert [row.student for row in outcome.results] == [f"student {n}" for n in range(8)]
    with Gradebook(options.url) as book:
        assert len(book.assignment_submissions(LESSON)) == 8
    stored = sorted(options.autograded.glob(f"*/{LESSON}/*"))
    assert len(stored) == 8
    assert all("grader" in json.loads(path.read_text())["metadata"] for path in stored)

"""Does the report say how the class did, and show names and messages as text?"""

import json
import subprocess
import sys
from dataclasses import asdict
from html.parser import HTMLParser

import pytest
from rich.console import Console

from grader.classroom.gradebook import StoredScore
from grader.course.lesson import CourseError
from grader.marking.results import (
    GRADED,
    UNREADABLE,
    ExerciseResult,
    SubmissionResult,
    TestResult,
    without_marks,
)
from grader.report.compare import load
from grader.report.gather import MarkedLesson
from grader.report.misconceptions import kind_of
from grader.report.page import to_html
from grader.report.summary import summarise
from grader.report.terminal import student_to_terminal, to_terminal
from tests.support.toy import give_utils, make_course

HOSTILE = "<script>alert(1)</script>\x1b[31m"
SQUARED = "double: x is squared.\n    x = 5\n    expected: 10\n    got: 25\n2 of 3 checks failed."


def result(student, message="", mistakes=()):
    """A result in which `double` has a message."""
    tests = (TestResult("test-double", float(not message), 1.0, message, mistakes),)
    return SubmissionResult(student, "01_toy", GRADED, (ExerciseResult("double", tests),))


def marked_lesson(lesson, messages, *, absent=(), results=None):
    """A lesson in which each student was told a message about `double`."""
    totals = {student: 0.0 if message else 4.0 for student, message in messages.items()}
    scores = {
        student: {
            name: StoredScore(points * (total > 0), None, points * (total > 0))
            for name, points in (("test-double", 1), ("test-double-hidden", 2), ("test-shout", 1))
        }
        for student, total in totals.items()
    }
    if results is None:
        results = {student: result(student, message) for student, message in messages.items()}
    return MarkedLesson(lesson, (*sorted([*messages, *absent]),), totals, scores, results)


def in_terminal(renderable):
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(renderable)
    return captured.get()


class Page(HTMLParser):
    """The text of a page, and the tags and attributes in it."""

    def __init__(self, text):
        super().__init__()
        self.words, self.tags, self.labels = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.labels += [value for name, value in attrs if name == "aria-label"]

    def handle_data(self, data):
        self.words.append(data.strip())


@pytest.fixture(scope="module")
def checked(tmp_path_factory):
    """The toy lesson, in whose exercise `double` there is a known mistake: `squared`."""
    lesson = make_course(tmp_path_factory.mktemp("checked"))
    give_utils(lesson)
    return lesson


@pytest.fixture
def report(toy):
    messages = {"<b>ana</b>": "", 'ben"s': f"double: {HOSTILE}", "cy": "", "eve": ""}
    marked = marked_lesson(toy, messages, absent=["dora"])
    marked.totals["cy"] = 0.0
    marked.results["cy"] = without_marks(toy, "cy", UNREADABLE, "not <i>a</i> notebook & more")
    return summarise([marked])


def test_names_and_messages_are_shown_as_text(report):
    text = to_html(report)
    page = Page(text)
    assert {"<b>ana</b>", "not <i>a</i> notebook & more"} <= set(page.words)
    assert any("<script>alert(1)</script>" in words for words in page.words)
    assert not {"b", "i", "script", "link", "img", "iframe"} & set(page.tags)
    assert "\x1b" not in text + in_terminal(to_terminal(report))
    assert "\x1b" not in in_terminal(student_to_terminal(report, 'ben"s'))
    assert "http:" not in text
    assert "https:" not in text


def test_what_could_not_be_marked_is_in_no_figure(report):
    (lesson,) = report.lessons
    assert (lesson.handed_in, lesson.marked, lesson.not_handed_in) == (4, 3, ("dora",))
    assert (lesson.mean, lesson.lowest, lesson.highest) == (pytest.approx(8 / 3), 0.0, 4.0)
    assert [problem.student for problem in lesson.problems] == ["cy"]
    assert report.nothing_handed_in == ("dora",)
    double = lesson.exercises[0]
    assert (double.share, double.passed) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert [(test.name, test.hidden) for test in double.tests] == [
        ("test-double", False),
        ("test-double-hidden", True),
    ]


def test_the_bars_have_counts_and_words(report):
    assert [bar.students for bar in report.lessons[0].distribution] == [
        1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        2,
    ]
    page = Page(to_html(report))
    words = "How many students got how many points: 1 from 0 to <0.4, 2 from 3.6 to 4."
    assert words in page.labels
    assert page.words.count("0 to <0.4") == 1


def test_students_with_one_mistake_are_one_row_however_they_differ(checked):
    others = ["double: x is squared.\n3 of 4 checks failed.", f"double: It raised X: {HOSTILE}.\n"]
    others[1] += "Besides: x is squared.\n    x = 3"
    messages = {"ana": SQUARED, "ben": others[0], "cy": others[1], "dora": "double: wrong", "e": ""}
    (row,) = summarise([marked_lesson(checked, messages)]).misconceptions
    assert (row.lesson, row.exercise, row.mistake) == ("01_toy", "double", "squared")
    assert (row.students, row.ids, row.share) == (3, ("ana", "ben", "cy"), 0.6)
    assert row.example == "x is squared."


def test_a_stored_name_counts_though_the_words_have_changed_since(checked):
    marked = marked_lesson(checked, {"ana": "double: other words"})
    marked.results["ana"] = result("ana", "double: other words", ("squared", "squared"))
    (row,) = summarise([marked]).misconceptions
    assert (row.mistake, row.students) == ("squared", 1)


def test_without_executed_notebooks_the_gradebooks_comments_are_read(checked):
    marked = marked_lesson(checked, {"ana": SQUARED}, results={})
    marked.comments["ana"] = {"double": SQUARED}
    (row,) = summarise([marked]).misconceptions
    assert (row.mistake, row.ids) == ("squared", ("ana",))


def test_the_words_of_a_mistake_count_only_where_a_problem_begins(checked):
    messages = {"ana": "double: It raised X: 'x is squared.'\nx is squared.\n    x is squared."}
    assert summarise([marked_lesson(checked, messages)]).misconceptions == ()


def test_other_messages_are_counted_without_their_numbers():
    assert kind_of("double: Index 3 does not exist: axis 0.\nmore", "double") == (
        "Index … does not exist: axis …."
    )
    assert kind_of("double: name 'a' is 'b'", "double") == "name … is …"


def test_the_json_has_counts_and_can_be_compared(checked, tmp_path):
    before = summarise(
        [marked_lesson(checked, {"ana": SQUARED, "ben": SQUARED, "cy": "", "d": ""})]
    )
    path = tmp_path / "before.json"
    path.write_text(before.to_json(), encoding="utf-8")
    (row,) = json.loads(before.to_json())["misconceptions"]
    assert (row["students"], row["ids"]) == (2, ["ana", "ben"])
    after = summarise([marked_lesson(checked, {"x": SQUARED, "y": "", "z": "", "w": ""})])
    compared = after.compared_with(load(path)).compared
    (lesson,), (mistake,) = compared.lessons, compared.misconceptions
    assert (lesson.before, lesson.after, lesson.difference) == (0.5, 0.75, 0.25)
    assert (mistake.mistake, mistake.before, mistake.after) == ("squared", 0.5, 0.25)
    assert [one.exercise for one in compared.exercises] == ["double", "shout"]
    assert "+25" in in_terminal(to_terminal(after.compared_with(load(path))))
    assert "+25" in to_html(after.compared_with(load(path)))


def test_comparing_a_report_with_itself_changes_nothing(checked, tmp_path):
    report = summarise([marked_lesson(checked, {"ana": SQUARED, "ben": ""})])
    compared = report.compared_with(asdict(report)).compared
    changes = [*compared.lessons, *compared.exercises, *compared.misconceptions]
    assert {change.difference for change in changes} == {0.0}


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": 1}', '{"format": 1, "made": 1, "lessons": [1]}', "[" * 100_000,
     '{"format": 99}', '{"format": [1]}', "\x00"],
)  # fmt: skip
def test_a_file_that_is_no_report_is_refused_in_a_sentence(content, tmp_path):
    path = tmp_path / "old.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CourseError, match=r"old\.json"):
        load(path)


def test_an_unknown_student_is_an_error_and_a_known_one_is_shown(checked):
    report = summarise([marked_lesson(checked, {"ana": SQUARED}, absent=["ben"])])
    shown = in_terminal(student_to_terminal(report, "ana"))
    assert "[squared]" in shown
    assert "expected: 10" in shown
    assert "missing" in in_terminal(student_to_terminal(report, "ben"))
    with pytest.raises(CourseError, match="no student 'x'"):
        student_to_terminal(report, "x")


@pytest.mark.parametrize(
    "module", ["report.page", "report.summary", "classroom.feedback", "classroom.export"]
)
def test_what_only_reads_marks_does_not_import_the_engine(module):
    code = f"import sys, grader.{module}; print(*sys.modules, sep='\\n')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(run.stdout.split())
    assert f"grader.{module}" in imported
    engine = (
        "grader.workers",
        "grader.isolation",
        "grader.marking.mark",
        "grader.marking.supervisor",
    )
    assert [name for name in imported if name.startswith(engine)] == []

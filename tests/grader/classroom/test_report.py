"""Does the report say how the class did, and show names and messages as text?"""

import subprocess
import sys
from html.parser import HTMLParser

import pytest

from grader.classroom.gradebook import StoredScore
from grader.classroom.report import LessonReport, to_html
from grader.marking.mark import without_marks
from grader.marking.results import GRADED, UNREADABLE


@pytest.fixture
def report(toy):
    students = ("<b>ana</b>", 'ben"s', "cy", "dora")
    totals = {"<b>ana</b>": 4.0, 'ben"s': 1.0, "cy": 0.0}
    scores = {
        student: {"test-double": StoredScore(float(total > 0), None, float(total > 0))}
        for student, total in totals.items()
    }
    results = {
        "cy": without_marks(toy, "cy", UNREADABLE, "not <i>a</i> notebook & more"),
        'ben"s': without_marks(toy, 'ben"s', GRADED, ""),
    }
    return LessonReport(toy, totals, scores, results, students)


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


def test_names_and_messages_are_shown_as_text(report):
    page = Page(to_html([report]))
    assert {"<b>ana</b>", 'ben"s', "not <i>a</i> notebook & more"} <= set(page.words)
    assert not {"b", "i"} & set(page.tags)


def test_figures_messages_and_missing_students_are_shown(report):
    page = Page(to_html([report]))
    assert {"3", "1", "1.67", "4", "22%", "missing"} <= set(page.words)
    assert "1 × not <i>a</i> notebook & more" in page.words
    counts = "1 from 0 to 0.4, 1 from 0.8 to 1.2, 1 from 3.6 to 4"
    assert page.labels == [f"How many students got how many points: {counts}."]


def test_a_class_without_problems_has_no_such_section(report):
    report.results.pop("cy")
    assert "Problems" not in to_html([report])


@pytest.mark.parametrize("module", ["report", "feedback", "export"])
def test_what_only_reads_marks_does_not_import_the_engine(module):
    code = f"import sys, grader.classroom.{module}; print(*sys.modules, sep='\\n')"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(run.stdout.split())
    assert f"grader.classroom.{module}" in imported
    engine = (
        "grader.workers",
        "grader.isolation",
        "grader.marking.mark",
        "grader.marking.supervisor",
    )
    assert [name for name in imported if name.startswith(engine)] == []

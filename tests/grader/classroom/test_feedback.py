"""Does a page show points and messages, hide what it must, and load nothing?"""

import re
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat import v4

from grader.classroom import feedback as module
from grader.classroom.feedback_page import Page, write_page
from grader.classroom.gradebook import StoredScore
from grader.classroom.mathml import to_mathml
from grader.course.lesson import CourseError
from grader.marking.results import ExerciseResult, SubmissionResult, TestResult
from tests.support.toy import LESSON, answer, find

POINTS = {"test-double": 1.0, "test-double-hidden": 2.0, "test-shout": 1.0}
HOSTILE = "<img src=x onerror=alert(1)> & <script>alert(2)</script>"


def make_page(toy, notebook, tmp_path, *, message=HOSTILE, **changes):
    """Write the page of a student who lost the hidden test's points."""
    tests = (
        TestResult("test-double", 1.0, 1.0),
        TestResult("test-double-hidden", 0.0, 2.0, message),
    )
    exercises = (
        ExerciseResult("double", tests),
        ExerciseResult("shout", (TestResult("test-shout", 1.0, 1.0),)),
    )
    result = SubmissionResult("ana", LESSON, "graded", exercises, message="tried the network")
    notebook.metadata["grader"] = {"result": result.to_record()}
    path = tmp_path / "autograded" / "ana" / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(notebook, path)
    scores = {name: StoredScore(value, None, value) for name, value in POINTS.items()}
    scores["test-double-hidden"] = StoredScore(0.0, 0.5, 0.5)
    options = {
        "notebook": path, "target": tmp_path / "page.html", "student": "ana", "title": "A <toy>",
        "exercises": toy.exercises, "scores": scores, "comments": {},
    }  # fmt: skip
    page = Page(**options | changes)
    write_page(page)
    return page.target.read_text(encoding="utf-8")


class Tags(HTMLParser):
    """The tags of a page, the cells of its first table, and all addresses that it would load."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cells, self.loads, self._depth = set(), [], [], ""
        self._in_table = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self._depth = tag
        self._in_table = self._in_table or (tag == "table" and not self.cells)
        if tag in ("td", "th"):
            self.cells.append("")
        self.loads += [value for name, value in attrs if name in ("src", "srcset", "data")]

    def handle_endtag(self, tag):
        self._depth = ""
        self._in_table = self._in_table and tag != "table"

    def handle_data(self, data):
        if self._depth in ("td", "th", "a", "pre") and self._in_table:
            self.cells[-1] += data.strip()


@pytest.fixture
def executed(toy):
    """The executed notebook of a right answer: the lesson's tests, hidden ones included."""
    notebook = answer(nbformat.from_dict(toy.notebook))
    find(notebook, "test-double-hidden").outputs = [
        v4.new_output("error", ename="AssertionError", evalue="double: wrong", traceback=["secret"])
    ]
    return notebook


def test_a_page_opens_with_exercises_points_and_messages(toy, executed, tmp_path):
    text = make_page(toy, executed, tmp_path, penalty=0.5)
    assert Tags(text).cells[:9] == [
        "exercise", "points", "what to know",
        "double", "1.5 of 3", HOSTILE,
        "shout", "1 of 1", "right",
    ]  # fmt: skip
    assert "<strong>2</strong> of 4 points, after 0.5 were taken off for handing in late" in text
    assert text.index("<table") < text.index("Your notebook")


def test_names_and_messages_are_text(toy, executed, tmp_path):
    text = make_page(toy, executed, tmp_path, student="<b>ana</b>", title="<i>A</i>")
    assert not {"b", "i", "script", "img"} & Tags(text).tags


def test_an_instructors_comment_is_shown_and_cleaned(toy, executed, tmp_path):
    comment = {"double": f"See **page 3**, $x^2$. {HOSTILE}"}
    text = make_page(toy, executed, tmp_path, comments=comment)
    assert "<strong>page 3</strong>" in text
    assert "onerror" not in text.replace("&lt;img src=x onerror", "")
    assert "script" not in Tags(text).tags


def test_no_hidden_test_and_no_word_for_the_instructor_is_shown(toy, executed, tmp_path):
    text = make_page(toy, executed, tmp_path)
    assert "Hidden tests ran here." in text
    for secret in ("4321", "8642", "secret", "tried the network"):
        assert secret not in text


def test_a_page_loads_nothing(toy, executed, tmp_path):
    executed.cells += [
        v4.new_markdown_cell("$$\\sum_{i=0}^{n} x_i$$ and $a \\times b$, [a link](https://x.org)"),
        v4.new_code_cell("plot()", outputs=[
            v4.new_output("display_data", {"image/png": "AAAA", "text/plain": "a figure"}),
            v4.new_output("display_data", {
                "application/vnd.jupyter.widget-view+json": {"model_id": "1"},
                "text/plain": "FALLBACK",
            }),
            v4.new_output("display_data", {"application/javascript": "alert(1)"}),
            v4.new_output("display_data", {"text/latex": "$\\frac{1}{2}$"}),
        ]),
    ]  # fmt: skip
    text = make_page(toy, executed, tmp_path)
    page = Tags(text)
    assert all(address.startswith("data:image/") for address in page.loads)
    assert not {"script", "link", "iframe", "object"} & page.tags
    assert {"math", "munderover", "mfrac"} <= page.tags
    assert "default-src 'none'" in text
    assert "FALLBACK" in text
    assert re.search(r'<img [^>]*alt="[^"]+"', text)


def test_a_test_that_the_gradebook_does_not_know_is_told(toy, executed, tmp_path):
    with pytest.raises(CourseError, match="could not write ana's page"):
        make_page(toy, executed, tmp_path, scores={})
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    "formula",
    [
        r"\href{javascript:alert(1)}{x}", r"\text{<img src=x onerror=alert(1)>}", "<script>",
        r"\style{background:url(//x)}{x}", r"\class{x}{y}", "{" * 500, "\\", r"\frac{1}", "",
        "x" * 5_000, r"\color{red}{x}", "&lt;b>",
    ],
)  # fmt: skip
def test_no_formula_brings_more_than_mathematics_into_a_page(formula):
    page = Tags(to_mathml(formula))
    assert all(tag.startswith("m") or tag == "code" for tag in page.tags)
    assert not re.search(r"<[^>]*(?:href|style|on\w+)=", to_mathml(formula))


def test_pages_are_the_same_on_one_core_and_on_two(monkeypatch, toy, executed, tmp_path):
    monkeypatch.setattr(module, "FEWEST_FOR_PROCESSES", 2)
    make_page(toy, executed, tmp_path)
    scores = {name: StoredScore(value, None, value) for name, value in POINTS.items()}
    notebook = tmp_path / "autograded" / "ana" / LESSON / f"{LESSON}.ipynb"
    pages = [
        Page(notebook, tmp_path / f"{jobs}-{n}.html", f"s{n}", "toy", toy.exercises, scores, {})
        for jobs in (1, 2)
        for n in range(4)
    ]
    pages.append(Page(tmp_path / "none", tmp_path / "none.html", "cy", "t", toy.exercises, {}, {}))
    assert sum(count for count, _ in module._write_all(pages[:4], jobs=1)) == 4
    parts = list(module._write_all(pages[4:], jobs=2))
    assert sum(count for count, _ in parts) == 5
    ((failure,),) = [reasons for _, reasons in parts if reasons]
    assert failure.startswith("could not write cy's page")
    for n in range(4):
        assert (tmp_path / f"1-{n}.html").read_bytes() == (tmp_path / f"2-{n}.html").read_bytes()

"""One student's page: a table of exercises, points and messages, then their executed notebook.

A page loads nothing: styles are in it, formulas are MathML, and its Content-Security-Policy forbids
scripts and other hosts.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from jinja2.utils import markupsafe
from nbconvert.filters.highlight import Highlight2HTML
from nbformat import NotebookNode
from pygments.formatters import HtmlFormatter
from traitlets.config import Config

from grader.classroom.gradebook import StoredScore
from grader.classroom.mathml import MathMLExporter, markdown_to_html, to_mathml
from grader.classroom.records import load_record, recorded_result
from grader.course.cells import grade_id, is_answer, is_test, without_hidden
from grader.course.files import write_atomically
from grader.course.lesson import CourseError, GradedExercise
from grader.marking.results import GRADED, SubmissionResult
from grader.printable import escape_name
from grader.submission.sanitize import clean
from grader.terminal import points

HIDDEN_TESTS_NOTE = "# Hidden tests ran here."
# The forms of an output, the best first; interactive ones need scripts, so what they fall back to.
SHOWN = ["text/html", "text/markdown", "image/svg+xml", "text/latex"]
SHOWN += ["image/png", "image/jpeg", "text/plain"]
MAX_HIGHLIGHTED = 20_000  # characters of a code cell whose colours are kept for the next student's


@dataclass(frozen=True)
class Page:
    """A page to write.

    Attributes
    ----------
    notebook, target : Path
        The executed notebook, and the page.
    student, title : str
        The student's id, and the lesson's title.
    exercises : tuple of GradedExercise
        The lesson's exercises.
    scores : dict of str to StoredScore
        The points by test cell, those given by hand included.
    comments : dict of str to str
        What an instructor wrote about an answer, by its cell, as Markdown.
    penalty : float
        The points taken off for handing in late.
    """

    notebook: Path
    target: Path
    student: str
    title: str
    exercises: tuple[GradedExercise, ...]
    scores: dict[str, StoredScore]
    comments: dict[str, str]
    penalty: float = 0.0


def write_page(page: Page) -> None:
    """Write a page.

    Raises
    ------
    CourseError
        If the notebook cannot be read, or has tests that the gradebook does not know.
    """
    who = f"{escape_name(page.student)}'s page on {page.notebook.stem}"
    try:
        result = recorded_result(load_record(page.notebook))
        notebook = without_hidden_tests(nbformat.read(page.notebook, as_version=4))
    except Exception as error:  # nbformat fails in many ways on a damaged file.
        reason = f"{type(error).__name__}: {error}"
        raise CourseError(f"could not write {who}: {reason}") from error
    for cell in filter(is_test, notebook.cells):
        if grade_id(cell) not in page.scores:
            raise CourseError(
                f"could not write {who}: the gradebook has no points for {grade_id(cell)}"
            )
    write_atomically(page.target, render(notebook, _card(page, notebook, result)))


def without_hidden_tests(notebook: NotebookNode) -> NotebookNode:
    """Remove hidden tests from an executed notebook, and their output except for the messages."""
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        visible = without_hidden(cell.source)
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [output.evalue] if output.evalue else [output.ename]
        if visible != cell.source:
            cell.source = f"{visible.rstrip()}\n{HIDDEN_TESTS_NOTE}".lstrip()
            cell.outputs = [output for output in cell.outputs if _is_message(output)]
    notebook.metadata.pop("grader", None)
    return notebook


def _is_message(output: NotebookNode) -> bool:
    """Return whether an output is a test's message, not something the student's code printed."""
    return output.output_type == "error" or output.get("name") == "stderr"


def render(notebook: NotebookNode, card: Mapping[str, object]) -> str:
    """Return a notebook as HTML, with a table above it.

    Parameters
    ----------
    notebook : NotebookNode
        The executed notebook, without hidden tests.
    card : mapping
        What the template shows in the table.
    """
    exporter = _exporter()
    exporter.environment.globals["card"] = card
    text, _ = exporter.from_notebook_node(notebook)
    return text


def _card(page: Page, notebook: NotebookNode, result: SubmissionResult | None) -> dict[str, object]:
    """Return what the table shows; ``comment`` is HTML that is safe, all else is text."""
    messages = {exercise.name: exercise.message for exercise in result.exercises} if result else {}
    total = sum(score.total for score in page.scores.values())
    return {
        "title": page.title,
        "student": escape_name(page.student),
        "total": points(max(0.0, total - page.penalty)),
        "max_total": points(sum(exercise.points for exercise in page.exercises)),
        "penalty": points(page.penalty) if page.penalty else "",
        "note": result.message if result and result.status != GRADED else "",
        "rows": [_row(page, exercise, messages) for exercise in page.exercises],
        "tests": {
            test.grade_id: f"{points(page.scores[test.grade_id].total)} of {points(test.points)}"
            for exercise in page.exercises
            for test in exercise.tests
            if test.grade_id in page.scores
        },
        "anchors": {grade_id(cell) for cell in notebook.cells if is_answer(cell)},
        "pygments": HtmlFormatter().get_style_defs(".highlight"),
    }


def _row(page: Page, exercise: GradedExercise, messages: Mapping[str, str]) -> dict[str, object]:
    """Return an exercise's row."""
    got = sum(
        page.scores[test.grade_id].total for test in exercise.tests if test.grade_id in page.scores
    )
    comment = page.comments.get(exercise.name, "")
    return {
        "name": exercise.name,
        "points": points(got),
        "max_points": points(exercise.points),
        "is_full": got >= exercise.points,
        "message": messages.get(exercise.name, ""),
        "comment": clean(markdown_to_html(comment)) if comment else "",
    }


@functools.cache
def _exporter() -> MathMLExporter:
    """Return the exporter of this process: loading its templates takes as long as a page."""
    exporter = MathMLExporter(
        config=Config({"NbConvertBase": {"display_data_priority": SHOWN}}),
        template_name="feedback_template",
        extra_template_basedirs=[str(Path(__file__).parent)],
    )
    exporter.register_filter("highlight_code", _highlight)
    exporter.register_filter("tex_output", _tex_output)
    return exporter


def _tex_output(text: str) -> str:
    """Return a cell's LaTeX output as MathML."""
    return to_mathml(text.strip().strip("$"), block=True)


def _highlight(source: str, metadata: object = None) -> str:
    """Return Python with its colours as HTML."""
    return _highlight_cached(source) if len(source) <= MAX_HIGHLIGHTED else _colour(source)


@functools.lru_cache(maxsize=1_000)
def _highlight_cached(source: str) -> str:
    """Return short code with its colours, from memory if it was the same before."""
    return _colour(source)


def _colour(source: str) -> str:
    """Return Python with its colours as HTML, which nbconvert's templates expect as markup."""
    return markupsafe.Markup(Highlight2HTML(pygments_lexer="ipython3")(source))

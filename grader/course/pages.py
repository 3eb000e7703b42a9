"""Generate the start page, the page of sources, and the table of lessons in the README."""

from __future__ import annotations

import re
import string
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.extras import Extra
from grader.course.lesson import Lesson

PAGES = ("index", "playground", "sources")
LESSON_TABLE = ("<!-- lessons: made by `grader build` -->", "<!-- end of lessons -->")


def make_pages(lessons: list[Lesson], extras: list[Extra]) -> dict[str, NotebookNode]:
    """Return the notebooks that belong to no lesson, by name.

    Each is made from a Markdown file beside this module: the parts between ``---`` lines are its
    cells. A part that is a block of Python is a code cell.
    """
    return {name: _make_page(name, lessons, extras) for name in PAGES}


def _make_page(name: str, lessons: list[Lesson], extras: list[Extra]) -> NotebookNode:
    template = Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8")
    text = string.Template(template).substitute(
        lessons=lesson_table(lessons, ""), extras=_extras_line(extras)
    )
    cells = []
    for number, part in enumerate(text.split("\n---\n")):
        cell = _make_cell(part.strip())
        cell["id"] = f"{name}-{number}"
        cells.append(cell)
    kernelspec = lessons[0].notebook.metadata.kernelspec if lessons else {}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernelspec, "language_info": {"name": "python"}}
    )


def _make_cell(text: str) -> NotebookNode:
    code = re.fullmatch(r"```python\n(.*)\n```", text, re.DOTALL)
    return nbformat.v4.new_code_cell(code[1]) if code else nbformat.v4.new_markdown_cell(text)


def _extras_line(extras: list[Extra]) -> str:
    """Return a line with links to the extras; empty if there are none."""
    links = ", ".join(f"[{one.title}]({one.name}/{one.name}.ipynb)" for one in extras)
    return f"\nUngraded: {links}." if links else ""


def lesson_table(lessons: list[Lesson], prefix: str) -> str:
    """Return the lessons as a Markdown table whose links begin with ``prefix``."""
    rows = ["| | lesson | what you learn | time | points |", "|---|---|---|---|---|"]
    for lesson in lessons:
        about = lesson.about
        link = f"[{lesson.title}]({prefix}{lesson.name}/{lesson.name}.ipynb)"
        rows.append(
            f"| {lesson.name[:2]} | {link} | {about['summary']} | {about['minutes']} min "
            f"| {lesson.points:g} |"
        )
    return "\n".join(rows)


def fill_lesson_table(text: str, table: str) -> str:
    """Return Markdown with the lesson table between its two markers, if it has them."""
    start, end = LESSON_TABLE
    if start not in text or end not in text:
        return text
    before, rest = text.split(start, 1)
    return f"{before}{start}\n{table}\n{end}{rest.split(end, 1)[1]}"

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
TABLE_HEAD = ("| | lesson | what you learn | time | points |", "|---|---|---|---|---|")
LESSON_TABLE = ("<!-- lessons: made by `grader build` -->", "<!-- end of lessons -->")
ALL_TESTS = "; `--all` adds the checks\nthat you do not see"
SOLUTIONS = (
    "Stuck, and learning on your own? Every lesson is in `solutions/`, worked out, with all "
    "its outputs."
)
CODE = re.compile(r"```python(?P<folded> folded)?\n(?P<source>.*)\n```", re.DOTALL)


def make_pages(
    lessons: list[Lesson], extras: list[Extra], *, sources: bool = True
) -> dict[str, NotebookNode]:
    """Return the notebooks that belong to no lesson, by name.

    Each is made from a Markdown file beside this module: the parts between ``---`` lines are its
    cells. A part that is a block of Python becomes a code cell, whose source is folded if the block
    is called ``python folded``. The pages mention ``solutions/`` and hidden tests only in a course
    that has its sources.
    """
    return {name: _make_page(name, lessons, extras, sources) for name in PAGES}


def _make_page(
    name: str, lessons: list[Lesson], extras: list[Extra], sources: bool
) -> NotebookNode:
    template = Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8")
    text = string.Template(template).substitute(
        lessons=lesson_table(lessons, ""),
        extras=_extras_line(extras),
        all_tests=ALL_TESTS if sources else "",
        solutions=SOLUTIONS if sources else "",
    )
    cells = []
    for number, part in enumerate(text.split("\n---\n")):
        cells.append(_make_cell(part.strip(), f"{name}-{number}"))
    kernelspec = lessons[0].notebook.metadata.kernelspec if lessons else {}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernelspec, "language_info": {"name": "python"}}
    )


def _make_cell(part: str, cell_id: str) -> NotebookNode:
    """Return a part of a page as a cell."""
    code = CODE.fullmatch(part)
    if code is None:
        return nbformat.v4.new_markdown_cell(part, id=cell_id)
    metadata = {"jupyter": {"source_hidden": True}} if code["folded"] else {}
    return nbformat.v4.new_code_cell(code["source"], id=cell_id, metadata=metadata)


def _extras_line(extras: list[Extra]) -> str:
    """Return a line with links to the extras; empty if there are none."""
    links = ", ".join(f"[{one.title}]({one.name}/{one.name}.ipynb)" for one in extras)
    return f"\nUngraded: {links}." if links else ""


def lesson_table(lessons: list[Lesson], prefix: str) -> str:
    """Return the lessons as a Markdown table whose links begin with ``prefix``.

    A lesson whose header names a ``part`` begins that part of the course, with a heading and a
    table of its own.
    """
    rows = [] if lessons and "part" in lessons[0].about else list(TABLE_HEAD)
    for lesson in lessons:
        about = lesson.about
        link = f"[{lesson.title}]({prefix}{lesson.name}/{lesson.name}.ipynb)"
        if "part" in about:
            rows += [*([""] if rows else []), f"### {about['part']}", "", *TABLE_HEAD]
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

"""A lesson as a page of the book: a notebook with outputs, and figures in the place of widgets."""

from __future__ import annotations

import base64
import copy
import hashlib
import html
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, v4

from grader.book.figures import Drawn
from grader.course.cells import is_test
from grader.course.lesson import CourseError, Lesson
from grader.course.release import make_release

PICTURES = "figures"  # the folder of the figures' pictures, in the book


def make_lesson_page(
    lesson: Lesson, drawn: Drawn, folder: Path, *, with_solutions: bool
) -> NotebookNode:
    """Return a lesson as the book shows it.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    drawn : Drawn
        Its figures.
    folder : Path
        Where the still pictures go of figures whose arithmetic the page does.
    with_solutions : bool
        Show the model answers, the hidden tests and the answers to questions; without them, the
        cells are those of the student's copy.

    Raises
    ------
    CourseError
        If the lesson was never executed.
    """
    executed = _read_executed(lesson)
    if with_solutions:
        page = copy.deepcopy(executed)
    else:
        page = make_release(lesson)
        _take_outputs(page.cells, executed.cells)
    for cell in page.cells:
        figure = drawn.figures.get(cell["id"])
        if figure:
            cell.outputs = [_figure_output(cell, figure, folder)]
        if is_test(cell):
            cell.metadata["tags"] = ["hide-input", "test"]
    return page


def _read_executed(lesson: Lesson) -> NotebookNode:
    if not lesson.solution.is_file():
        raise CourseError(f"{lesson.solution} is missing. Run: grader build {lesson.name[:2]}")
    return nbformat.read(lesson.solution, as_version=4)


def _take_outputs(cells: Iterable[NotebookNode], executed: Iterable[NotebookNode]) -> None:
    """Give cells the outputs that they had in the executed lesson.

    A test has none: it would say that an answer which is not there is right.
    """
    outputs = {cell["id"]: cell.get("outputs", []) for cell in executed}
    for cell in cells:
        if cell.cell_type == "code" and not is_test(cell):
            cell.outputs = outputs.get(cell["id"], [])


def _figure_output(cell: NotebookNode, figure: dict[str, Any], folder: Path) -> NotebookNode:
    """Return the output that the page's script brings to life; without it, a still picture."""
    make = _live_figure if "live" in figure else _played_figure
    return v4.new_output("display_data", data={"text/html": make(cell, figure, folder)})


def _played_figure(cell: NotebookNode, figure: dict[str, Any], folder: Path) -> str:
    """Return the HTML of a figure whose states are drawn."""
    name, width, height, text, *alt = figure["states"][0][len(figure["controls"]) :]
    still = _image(name, (alt or [text])[0], width, height)
    return _frame(cell, 'data-states=""', figure, f"{_status(text)}{still}")


def _live_figure(cell: NotebookNode, figure: dict[str, Any], folder: Path) -> str:
    """Return the HTML of a figure whose arithmetic the page does."""
    data = figure["data"]
    if figure["live"] == "letter_pad":
        data = data | {"letters": _letters()}
    return _frame(cell, f'data-live="{figure["live"]}"', data, _still(cell, folder))


def _letters() -> dict[str, Any]:
    """Return the letters that the pad's buttons load."""
    from utils import xo_classifier

    letters = {name: xo_classifier.load_letter(name) for name in ("x", "o")}
    return {
        name: {"shape": letter.shape, "numbers": letter.ravel().tolist()}
        for name, letter in letters.items()
    }


def _still(cell: NotebookNode, folder: Path) -> str:
    """Save the still picture among a cell's outputs, and return its HTML."""
    for output in cell.get("outputs", []):
        if "image/png" in output.get("data", {}):
            content = base64.b64decode(output.data["image/png"])
            name = f"{hashlib.sha256(content).hexdigest()[:20]}.png"
            (folder / name).write_bytes(content)
            about = output.metadata.get("image/png", {})
            return _image(name, about.get("alt", ""), about.get("width", 600), None)
    return ""


def _frame(cell: NotebookNode, kind: str, data: object, still: str) -> str:
    """Return a figure's element: the data of its script, and what is there without a script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return (
        f'<div class="interactive" id="figure-{html.escape(cell["id"])}" {kind} '
        f'data-pictures="../{PICTURES}/"><script type="application/json">{text}</script>'
        f'<div class="interactive-still">{still}</div></div>'
    )


def _status(text: str) -> str:
    return f'<p class="interactive-text">{html.escape(text)}</p>'


def _image(name: str, alt: str, width: int, height: int | None) -> str:
    size = f'width="{width}"' + (f' height="{height}"' if height else "")
    return f'<img src="../{PICTURES}/{name}" alt="{html.escape(alt)}" {size}>'


def add_below_title(page: NotebookNode, text: str) -> None:
    """Put Markdown below a page's title."""
    first = page.cells[0]
    lines = first.source.split("\n")
    at = next(place for place, line in enumerate(lines) if line.startswith("# ")) + 1
    first.source = "\n".join([*lines[:at], "", text, *lines[at:]])


def rewrite_text(page: NotebookNode, change: Callable[[str], str]) -> None:
    """Change the text of a page's Markdown cells."""
    for cell in page.cells:
        if cell.cell_type == "markdown":
            cell.source = change(cell.source)

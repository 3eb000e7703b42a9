"""The executed notebook of a submission, and the record in it of how it was marked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.course.cells import checksum, grade_id
from grader.marking.results import SubmissionResult


def record_path(autograded: Path, student: str, lesson: str) -> Path:
    """Return the path of a submission's executed notebook."""
    return autograded / student / lesson / f"{lesson}.ipynb"


def load_record(path: Path) -> dict[str, Any] | None:
    """Return the marking record in an executed notebook, or None if there is none."""
    try:
        record = json.loads(path.read_bytes())["metadata"]["grader"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if isinstance(record, dict) else None


def recorded_result(record: dict[str, Any] | None) -> SubmissionResult | None:
    """Return the result in a marking record, or None if there is none."""
    try:
        return SubmissionResult.from_record((record or {})["result"])
    except (KeyError, TypeError):
        return None


def placeholder_notebook(result: SubmissionResult) -> NotebookNode:
    """Return a notebook that says why a submission could not be read, for the feedback."""
    text = f"# {result.lesson}\n\nYour submission could not be marked: {result.message}."
    cell = nbformat.v4.new_markdown_cell(text)
    cell["id"] = "unreadable"
    return nbformat.v4.new_notebook(cells=[cell])


def add_checksums(notebook: NotebookNode) -> None:
    """Give graded cells the checksums that nbgrader's tools compare."""
    for cell in notebook.cells:
        if grade_id(cell):
            cell.metadata.nbgrader["checksum"] = checksum(cell)

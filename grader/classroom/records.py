"""The record of how a submission was marked, kept in its executed notebook."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.marking.results import (
    SubmissionResult,
)


def load_record(path: Path) -> dict | None:
    """Return what an executed notebook says about how it was marked, if it is one of ours."""
    try:
        record = json.loads(path.read_bytes())["metadata"]["grader"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if isinstance(record, dict) else None


def placeholder_notebook(result: SubmissionResult) -> NotebookNode:
    """Return what stands for a submission that could not be read, so that feedback can say so."""
    text = f"# {result.lesson}\n\nYour submission could not be marked: {result.message}."
    cell = nbformat.v4.new_markdown_cell(text)
    cell["id"] = "unreadable"
    return nbformat.v4.new_notebook(cells=[cell])

"""Explain to a student why a test cell gave fewer points than it could."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from grader.course.cells import defines, exercise_of, grade_id, is_answer, is_test
from grader.marking.outputs import STOPPED
from grader.printable import printable

# Ours carry the message for students in their text; so does an assertion that has one.
SPEAKING_ERRORS = ("CheckFailed", "AssertionError", STOPPED)


MAX_ERROR_CHARACTERS = 5_000  # characters of an error's text


def explain_points_lost(
    cell: NotebookNode, notebook: NotebookNode, errors: Mapping[str, str]
) -> str:
    """Say why a test cell gave fewer points than it could."""
    for output in cell.outputs:
        if output.output_type == "error":
            return _explain_error(output, exercise_of(cell), notebook, errors)
        if output.get("name") == "stderr":
            return output.text.strip()
    return ""


def _explain_error(
    error: NotebookNode, name: str, notebook: NotebookNode, errors: Mapping[str, str]
) -> str:
    """Say what an error in a test cell means, without showing the test."""
    if error.ename == "NameError" and error.evalue.startswith(f"name '{name}' is not defined"):
        return _explain_undefined(name, notebook, errors)
    if error.ename in SPEAKING_ERRORS and error.evalue.strip():
        return error.evalue.strip()
    if error.ename == "AssertionError":
        return f"{name}: a check failed"
    return _error_line(error)


def _explain_undefined(name: str, notebook: NotebookNode, errors: Mapping[str, str]) -> str:
    """Say why there is no function of an exercise's name: its own cell did not run, or is gone."""
    for cell in reversed(notebook.cells):
        if cell.cell_type != "code" or is_test(cell):
            continue
        if not (defines(cell, name) or (is_answer(cell) and grade_id(cell) == name)):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                told = _error_line(output)
                verb = "was" if output.ename == STOPPED else "stopped with"
                return f"your cell '{name}' {verb} {_say_why_not_permitted(told)}"
    if name in errors:
        return f"your cell '{name}' stopped with {_say_why_not_permitted(errors[name])}"
    return f"the function {name} is not defined anywhere in the notebook"


def _say_why_not_permitted(told: str) -> str:
    """Add to an error what marking does not permit, if it is of that kind."""
    if not told.startswith("PermissionError"):
        return told
    return f"{told}; programs and files outside its own folder are out of a marked notebook's reach"


def _error_line(error: NotebookNode) -> str:
    """Write an error in a line, its place by line alone: cells have no file names."""
    if error.ename == STOPPED:
        return error.evalue
    text = error.evalue[:MAX_ERROR_CHARACTERS]
    text = re.sub(r"\(<[^<>]{0,100}>, line (\d{1,9})\)", r"(line \1)", text).strip()
    return f"{error.ename}: {text}" if text else error.ename


def hide_tracebacks(notebook: NotebookNode, errors: Mapping[str, str]) -> None:
    """Leave of a failed test's error what it says: a traceback would show the test."""
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                text = _explain_error(output, exercise_of(cell), notebook, errors)
                output.traceback = printable(text).split("\n")

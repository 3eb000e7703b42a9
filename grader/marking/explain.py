"""Explain to a student why a test cell gave fewer points than it could."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nbformat import NotebookNode

from grader.course.cells import defines, exercise_of, grade_id, is_answer, is_test
from grader.marking.cell_run import STOPPED
from grader.printable import printable, shorten

# Errors whose text is the message for the student.
ERRORS_WITH_MESSAGE = ("CheckError", "FunctionEndedError", "AssertionError", STOPPED)
MAX_ERROR_CHARACTERS = 5_000
# The place of a syntax error, by a name for the cell that IPython or ipykernel made up.
CELL_LINE = re.compile(r"\((?:<[^<>]{0,100}>|\d{1,30}\.py), line (\d{1,9})\)")


def explain_points_lost(
    cell: NotebookNode, notebook: NotebookNode, errors: Mapping[str, str]
) -> str:
    """Return why a test cell gave fewer points than it could.

    Parameters
    ----------
    cell : NotebookNode
        The executed test cell.
    notebook : NotebookNode
        The executed notebook that it is in.
    errors : mapping of str to str
        Errors of answer cells that no output shows, in one line each, by ``grade_id``.
    """
    for output in cell.outputs:
        if output.output_type == "error":
            return _explain_error(output, exercise_of(cell), notebook, errors)
        if output.get("name") == "stderr":
            return output.text.strip()
    return ""


def hide_tracebacks(notebook: NotebookNode, errors: Mapping[str, str]) -> None:
    """Replace the tracebacks in test cells, which show the test, by their explanation."""
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                text = _explain_error(output, exercise_of(cell), notebook, errors)
                output.traceback = printable(shorten(text)).split("\n")
                output.evalue = shorten(output.evalue)


def _explain_error(
    error: NotebookNode, exercise: str, notebook: NotebookNode, errors: Mapping[str, str]
) -> str:
    """Return what an error in a test cell means, without showing the test."""
    if error.ename == "NameError" and error.evalue.startswith(f"name '{exercise}' is not defined"):
        return _explain_undefined(exercise, notebook, errors)
    if error.ename in ERRORS_WITH_MESSAGE and error.evalue.strip():
        return error.evalue.strip()
    if error.ename == "AssertionError":
        return f"{exercise}: a check failed"
    return _error_line(error)


def _explain_undefined(exercise: str, notebook: NotebookNode, errors: Mapping[str, str]) -> str:
    """Return why an exercise's function is undefined: its cell failed, or there is none."""
    for cell in reversed(notebook.cells):
        if not _should_define(cell, exercise):
            continue
        for output in cell.outputs:
            if output.output_type == "error":
                verb = "did not finish:" if output.ename == STOPPED else "stopped with"
                return (
                    f"{exercise}: your cell '{exercise}' {verb} "
                    f"{_add_permission_hint(_error_line(output))}"
                )
    if exercise in errors:
        error = _add_permission_hint(errors[exercise])
        return f"{exercise}: your cell '{exercise}' stopped with {error}"
    return f"{exercise}: the function is not defined anywhere in the notebook"


def _should_define(cell: NotebookNode, exercise: str) -> bool:
    """Tell whether a cell defines an exercise's function, or is the cell for it."""
    if cell.cell_type != "code" or is_test(cell):
        return False
    return defines(cell, exercise) or (is_answer(cell) and grade_id(cell) == exercise)


def _add_permission_hint(error_line: str) -> str:
    """Add what marking does not permit to an error of that kind."""
    if not error_line.startswith("PermissionError"):
        return error_line
    return (
        f"{error_line}; programs and files outside its own folder are out of a marked notebook's "
        "reach"
    )


def _error_line(error: NotebookNode) -> str:
    """Write an error in one line; its place is a line number, since cells have no file names."""
    if error.ename == STOPPED:
        return error.evalue
    text = error.evalue[:MAX_ERROR_CHARACTERS]
    text = CELL_LINE.sub(r"(line \1)", text).strip()
    return f"{error.ename}: {text}" if text else error.ename

"""Write a lesson's cells and points into the gradebook, as nbgrader's own step does."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import BaseCell, Comment, Grade, Gradebook, MissingEntry
from nbgrader.api import Notebook as NotebookRow
from nbgrader.preprocessors import ClearHiddenTests, SaveCells

from grader.course.cells import grade_id, is_answer, is_test
from grader.course.lesson import Lesson
from grader.course.release import RELEASE_STEPS, load_nbgrader_config


class Registration:
    """A lesson, prepared to be written into a gradebook.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    url : str
        The gradebook's URL.
    """

    def __init__(self, lesson: Lesson, url: str):
        self._name = lesson.name
        self._config = load_nbgrader_config(lesson.root)
        notebook: NotebookNode = copy.deepcopy(lesson.notebook)
        resources = _resources(lesson, url)
        for step in RELEASE_STEPS[: RELEASE_STEPS.index(ClearHiddenTests)]:
            notebook, resources = step(config=self._config).preprocess(notebook, resources)
        self._notebook, self._resources = notebook, resources

    def write(self, book: Gradebook) -> None:
        """Write the lesson; submissions that are already in the gradebook follow its changes."""
        book.update_or_create_assignment(self._name)
        with suppress(MissingEntry):
            row = book.find_notebook(self._name, self._name)
            if row.submissions:
                _adapt_submissions(book, row, self._notebook)
        book.db.commit()
        SaveCells(config=self._config).preprocess(self._notebook, self._resources)
        book.db.expire_all()


def _resources(lesson: Lesson, url: str) -> dict[str, Any]:
    """Return the resources that nbgrader's steps expect."""
    return {
        "nbgrader": {
            "notebook": lesson.name,
            "assignment": lesson.name,
            "student": ".",
            "db_url": url,
        }
    }


def _adapt_submissions(book: Gradebook, row: NotebookRow, notebook: NotebookNode) -> None:
    """Remove and add cells in stored submissions, so that they match a lesson that has changed.

    nbgrader refuses to save a lesson that lost or gained cells once there are submissions, so a
    lesson could not be corrected after that.
    """
    cells = {grade_id(cell): cell for cell in notebook.cells if grade_id(cell)}
    _remove_cells(book, row, set(cells))
    _add_cells(book, row, cells)


def _remove_cells(book: Gradebook, row: NotebookRow, kept: set[str]) -> None:
    """Remove the cells that the lesson no longer has, and their scores and comments."""
    for cell in [cell for cell in _graded_cells(row) if cell.name not in kept]:
        for table in (Grade, Comment):
            book.db.query(table).filter(table.cell_id == cell.id).delete()
        book.db.delete(cell)
    for cell in [cell for cell in row.source_cells if cell.name not in kept]:
        book.db.delete(cell)
    book.db.commit()


def _add_cells(book: Gradebook, row: NotebookRow, cells: dict[str, NotebookNode]) -> None:
    """Add the cells that the lesson has gained, with an empty score in every submission."""
    graded = {cell.name for cell in _graded_cells(row)}
    sources = {cell.name for cell in row.source_cells}
    for cell_id, cell in cells.items():
        if cell_id not in sources:
            book.add_source_cell(cell_id, row.name, row.name, cell_type=cell.cell_type)
        if cell_id not in graded and (is_test(cell) or is_answer(cell)):
            _add_graded_cell(book, row, cell_id, cell)


def _add_graded_cell(book: Gradebook, row: NotebookRow, cell_id: str, cell: NotebookNode) -> None:
    """Add a test with an empty score, or an answer with an empty comment, to every submission."""
    table: type[Grade] | type[Comment]
    if is_test(cell):
        points = float(cell.metadata.nbgrader.points)
        added = book.add_grade_cell(
            cell_id, row.name, row.name, max_score=points, cell_type=cell.cell_type
        )
        table = Grade
    else:
        added = book.add_solution_cell(cell_id, row.name, row.name)
        table = Comment
    for submission in row.submissions:
        book.db.add(table(cell_id=added.id, notebook=submission))


def _graded_cells(row: NotebookRow) -> list[BaseCell]:
    """Return the cells of a lesson that have points or comments."""
    return [*row.grade_cells, *row.solution_cells, *row.task_cells]

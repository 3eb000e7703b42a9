"""Restore a submission: put the lesson's tests, points and locked cells back in place.

The lesson's source is the only authority on tests, points and locked cells; of the submission only
the student's own code counts, in whatever cell it is.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode

from grader.course.cells import (
    checksum,
    defines,
    exercise_of,
    grade_id,
    is_answer,
    is_test,
    release_source,
    without_hidden,
)
from grader.course.lesson import Lesson

FENCE = re.compile(r"\A\s*```\w*\n(.*?)\n```\s*\Z", re.DOTALL)


@dataclass
class Restored:
    """A submission ready to be run.

    Attributes
    ----------
    notebook : NotebookNode
        The student's cells with the lesson's tests.
    notes : list of str
        What had to be put right, for the student and the instructor.
    untouched : set of str
        The answers that are as they were given out.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    untouched: set[str] = field(default_factory=set)


def restore(notebook: NotebookNode, lesson: Lesson, *, hidden: bool = True) -> Restored:
    """Put a lesson's tests, points and locked cells into a submission.

    Parameters
    ----------
    notebook : NotebookNode
        As `read_notebook` gives it; not changed.
    lesson : Lesson
        Whose cells are the authority.
    hidden : bool
        Whether test cells keep their hidden parts.
    """
    source = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in lesson.notebook.cells
        if "nbgrader" in cell.metadata
    }
    restored = Restored(copy.deepcopy(notebook))
    restored.notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": lesson.notebook.metadata.get("kernelspec", {}),
            "language_info": {"name": "python"},
        }
    )
    stubs = {
        name: release_source(cell.source, lesson.root)
        for name, cell in source.items()
        if is_answer(cell)
    }
    _settle_answers(restored, source, stubs)
    _settle_fixed(restored, source, lesson)
    _move_tests_behind_answers(restored, stubs)
    if not hidden:
        for cell in restored.notebook.cells:
            if is_test(cell):
                cell.source = without_hidden(cell.source)
    _renumber(restored.notebook)
    return restored


def _settle_answers(restored: Restored, source: dict, stubs: dict[str, str]) -> None:
    """Find each answer's code, and let one cell carry the answer's name."""
    cells = restored.notebook.cells
    for name in stubs:
        own = [cell for cell in cells if grade_id(cell) == name]
        if not any(defines(cell, name) and cell.cell_type == "code" for cell in cells):
            for cell in own or [cell for cell in cells if defines(_unfenced(cell), name)]:
                _retype(cell, name, restored)
        own = own or [cell for cell in cells if cell.cell_type == "code" and defines(cell, name)]
        for cell in own:
            cell.metadata.pop("nbgrader", None)
        if not own:
            restored.notes.append(f"the answer cell {name} had been deleted")
            continue
        done = [cell for cell in own if cell.source.strip() != stubs[name].strip()]
        if not done:
            restored.untouched.add(name)
        for cell in own:
            # A copy behind the answer would undo it.
            if done and cell not in done:
                cells[:] = [one for one in cells if one is not cell]
                restored.notes.append(
                    f"a copy of the answer cell {name} was as given out; it was left out"
                )
        chosen = (done or own)[-1]
        chosen.metadata["nbgrader"] = copy.deepcopy(source[name].metadata.nbgrader)


def _unfenced(cell: NotebookNode) -> NotebookNode:
    """Return a text cell's copy without the ``` around its code."""
    match = FENCE.match(cell.source)
    return nbformat.v4.new_code_cell(match[1] if match else cell.source)


def _retype(cell: NotebookNode, name: str, restored: Restored) -> None:
    """Make a code cell again of an answer that was turned into text."""
    if cell.cell_type == "code":
        return
    restored.notes.append(f"the answer cell {name} had been turned into {cell.cell_type} text")
    code = _unfenced(cell)
    cell.pop("attachments", None)
    cell.update(cell_type="code", source=code.source, outputs=[], execution_count=None)


def _settle_fixed(restored: Restored, source: dict, lesson: Lesson) -> None:
    """Give every test and locked cell the source's content; put back those that are gone."""
    cells = restored.notebook.cells
    place = -1
    for name, original in source.items():
        own = [index for index, cell in enumerate(cells) if grade_id(cell) == name]
        if is_answer(original):
            place = own[-1] if own else place
            continue
        kind = "test" if is_test(original) else "locked"
        if own:
            place = own[0]
            if not _same(cells[place], original):
                restored.notes.append(
                    f"the {kind} cell {name} had been changed; the original was used"
                )
            for index in own[1:]:
                cells[index].metadata.pop("nbgrader")
            cells[place] = copy.deepcopy(original)
        else:
            place += 1
            cells.insert(place, copy.deepcopy(original))
            restored.notes.append(f"the {kind} cell {name} had been deleted and was put back")
    for cell in cells:
        if grade_id(cell) not in source:
            cell.metadata.pop("nbgrader", None)


def _same(cell: NotebookNode, original: NotebookNode) -> bool:
    """Tell whether a fixed cell is as it was given out, or as the source has it."""
    if cell.metadata.nbgrader.get("checksum") == checksum(cell):
        return True  # As it was given out, even if the lesson has changed since.
    texts = {original.source.strip(), without_hidden(original.source).strip()}
    points = original.metadata.nbgrader.get("points")
    same_points = cell.metadata.nbgrader.get("points", points) == points
    return same_points and cell.cell_type == original.cell_type and cell.source.strip() in texts


def _move_tests_behind_answers(restored: Restored, stubs: dict[str, str]) -> None:
    """Move a test that stands before the answer to its place behind it.

    A test that has an answer before it stays: nbgrader, too, runs a notebook from top to bottom.
    """
    cells = restored.notebook.cells
    for name in dict.fromkeys(exercise_of(cell) for cell in cells if is_test(cell)):
        answers = [
            index
            for index, cell in enumerate(cells)
            if cell.cell_type == "code"
            and not is_test(cell)
            and defines(cell, name)
            and cell.source.strip() != stubs.get(name, "").strip()
        ]
        if not answers:
            continue
        early = [
            cell for cell in cells[: answers[0]] if is_test(cell) and exercise_of(cell) == name
        ]
        target = cells[answers[0]]
        for cell in early:
            cells.remove(cell)
            restored.notes.append(
                f"the test cell {grade_id(cell)} stood before its answer; it was run after it"
            )
        behind = next(index for index, cell in enumerate(cells) if cell is target) + 1
        cells[behind:behind] = early


def _renumber(notebook: NotebookNode) -> None:
    """Give every cell an id of its own."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"

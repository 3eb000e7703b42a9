"""Restore a submission: put the lesson's tests, points and locked cells back in place.

The lesson's source is the only authority on tests, points and locked cells. Of the submission only
the student's own code counts, in whatever cell it is.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
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
from grader.printable import first_few

FENCE = re.compile(r"\A\s*```\w*\n(.*?)\n```\s*\Z", re.DOTALL)


@dataclass
class Restored:
    """A submission ready to be run.

    Attributes
    ----------
    notebook : NotebookNode
        The student's cells with the lesson's tests.
    notes : list of str
        What was restored, in sentences for the student and the instructor.
    untouched : set of str
        The answers that are still as they were given out.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    untouched: set[str] = field(default_factory=set)


def restore(notebook: NotebookNode, lesson: Lesson, *, hidden: bool = True) -> Restored:
    """Put a lesson's tests, points and locked cells into a submission.

    Parameters
    ----------
    notebook : NotebookNode
        The submission, as `read_notebook` returns it; not changed.
    lesson : Lesson
        The lesson that it is a submission of.
    hidden : bool
        Whether test cells keep their hidden parts.
    """
    originals = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in lesson.notebook.cells
        if "nbgrader" in cell.metadata
    }
    stubs = {
        name: release_source(cell.source, lesson.root)
        for name, cell in originals.items()
        if is_answer(cell)
    }
    restored = Restored(copy.deepcopy(notebook))
    restored.notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": lesson.notebook.metadata.get("kernelspec", {}),
            "language_info": {"name": "python"},
        }
    )
    for name, stub in stubs.items():
        _restore_answer(restored, originals[name], stub)
    _restore_fixed_cells(restored, originals)
    _move_tests_behind_answers(restored, stubs)
    if not hidden:
        for cell in filter(is_test, restored.notebook.cells):
            cell.source = without_hidden(cell.source)
    _renumber(restored.notebook)
    return restored


def _restore_answer(restored: Restored, original: NotebookNode, stub: str) -> None:
    """Find an answer's code, and give its nbgrader metadata to exactly one cell.

    If the answer is in several cells, it is the last that differs from the stub.
    """
    name = grade_id(original)
    _turn_back_into_code(restored, name)
    candidates = _answer_cells(restored.notebook.cells, name)
    if not candidates:
        restored.notes.append(f"the answer cell {name} had been deleted")
        return
    for cell in candidates:
        cell.metadata.pop("nbgrader", None)
    filled_in = [cell for cell in candidates if not _is_stub(cell, stub)]
    if filled_in:
        _leave_out(restored, name, [cell for cell in candidates if _is_stub(cell, stub)])
    else:
        restored.untouched.add(name)
    answer = (filled_in or candidates)[-1]
    answer.metadata["nbgrader"] = copy.deepcopy(original.metadata.nbgrader)


def _answer_cells(cells: list[NotebookNode], name: str) -> list[NotebookNode]:
    """Return the cells with an answer's grade_id, or else the code cells that define it."""
    named = [cell for cell in cells if grade_id(cell) == name]
    return named or [cell for cell in cells if _is_code_for(cell, name)]


def _is_code_for(cell: NotebookNode, name: str) -> bool:
    return cell.cell_type == "code" and defines(cell, name)


def _is_stub(cell: NotebookNode, stub: str) -> bool:
    return cell.source.strip() == stub.strip()


def _leave_out(restored: Restored, name: str, copies: list[NotebookNode]) -> None:
    """Remove copies of an unfinished answer: one that ran after the answer would undo it."""
    _remove(restored.notebook.cells, copies)
    note = f"a copy of the answer cell {name} was as given out; it was left out"
    restored.notes += [note] * len(copies)


def _remove(cells: list[NotebookNode], unwanted: list[NotebookNode]) -> None:
    """Remove cells from a list by identity: two cells of a notebook can be equal."""
    identities = set(map(id, unwanted))
    cells[:] = [cell for cell in cells if id(cell) not in identities]


def _turn_back_into_code(restored: Restored, name: str) -> None:
    """Turn an answer back into a code cell if the student made text of it."""
    cells = restored.notebook.cells
    if any(_is_code_for(cell, name) for cell in cells):
        return
    named = [cell for cell in cells if grade_id(cell) == name]
    for cell in named or [cell for cell in cells if defines(_unfenced(cell), name)]:
        if cell.cell_type != "code":
            kind = cell.cell_type
            restored.notes.append(f"the answer cell {name} had been turned into {kind} text")
            source = _unfenced(cell).source
            cell.pop("attachments", None)
            cell.update(cell_type="code", source=source, outputs=[], execution_count=None)


def _unfenced(cell: NotebookNode) -> NotebookNode:
    """Return a code cell with a text cell's source, without the ``` around it."""
    match = FENCE.match(cell.source)
    return nbformat.v4.new_code_cell(match[1] if match else cell.source)


def _restore_fixed_cells(restored: Restored, originals: dict[str, NotebookNode]) -> None:
    """Give every test and locked cell the lesson's content, and put back those that are missing.

    A missing cell is put behind the cell that comes before it in the lesson.
    """
    cells = restored.notebook.cells
    place = -1
    deleted: list[NotebookNode] = []
    changed: list[NotebookNode] = []
    for name, original in originals.items():
        places = [index for index, cell in enumerate(cells) if grade_id(cell) == name]
        if is_answer(original):
            place = places[-1] if places else place
        elif places:
            place = places[0]
            if not _replace(restored, places, original):
                changed.append(original)
        else:
            place += 1
            cells.insert(place, copy.deepcopy(original))
            deleted.append(original)
    restored.notes += _notes_on_fixed_cells(
        deleted, "had been deleted and was put back", "had been deleted and were put back"
    )
    restored.notes += _notes_on_fixed_cells(
        changed,
        "had been changed; the original was used",
        "had been changed, and the originals were used",
    )
    for cell in cells:
        if grade_id(cell) not in originals:
            cell.metadata.pop("nbgrader", None)


def _replace(restored: Restored, places: list[int], original: NotebookNode) -> bool:
    """Put the lesson's cell in the place of the first copy; the others become ordinary cells.

    Returns
    -------
    bool
        Whether the first copy was unchanged.
    """
    cells = restored.notebook.cells
    first, *others = places
    was_unchanged = _is_unchanged(cells[first], original)
    for place in others:
        cells[place].metadata.pop("nbgrader")
    cells[first] = copy.deepcopy(original)
    return was_unchanged


def _notes_on_fixed_cells(originals: list[NotebookNode], one: str, many: str) -> Iterator[str]:
    """Yield a note for tests, and one for other locked cells, however many there are of each.

    Parameters
    ----------
    originals : list of NotebookNode
        The lesson's cells.
    one, many : str
        What had happened to a single cell, and to several.
    """
    for kind, names in (
        ("test", [grade_id(cell) for cell in originals if is_test(cell)]),
        ("locked", [grade_id(cell) for cell in originals if not is_test(cell)]),
    ):
        if len(names) == 1:
            yield f"the {kind} cell {names[0]} {one}"
        elif names:
            yield f"{len(names)} {kind} cells {many}: {', '.join(first_few(names))}"


def _is_unchanged(cell: NotebookNode, original: NotebookNode) -> bool:
    """Return whether a fixed cell is as it was given out, or as the lesson has it."""
    if cell.metadata.nbgrader.get("checksum") == checksum(cell):
        return True  # As it was given out, even if the lesson has changed since.
    texts = {original.source.strip(), without_hidden(original.source).strip()}
    points = original.metadata.nbgrader.get("points")
    same_points = cell.metadata.nbgrader.get("points", points) == points
    return same_points and cell.cell_type == original.cell_type and cell.source.strip() in texts


def _move_tests_behind_answers(restored: Restored, stubs: dict[str, str]) -> None:
    """Move tests that come before every cell with their answer to the place after the first.

    A test with an answer before it stays: nbgrader, too, runs a notebook from top to bottom.
    """
    cells = restored.notebook.cells
    for name in dict.fromkeys(exercise_of(cell) for cell in cells if is_test(cell)):
        place = _first_answer(cells, name, stubs.get(name, ""))
        if place is None:
            continue
        early = [cell for cell in cells[:place] if is_test(cell) and exercise_of(cell) == name]
        behind = place + 1 - len(early)
        _remove(cells, early)
        cells[behind:behind] = early
        restored.notes += [
            f"the test cell {grade_id(cell)} stood before its answer; it was run after it"
            for cell in early
        ]


def _first_answer(cells: list[NotebookNode], name: str, stub: str) -> int | None:
    """Return the index of the first cell that defines an answer and is not its stub."""
    for index, cell in enumerate(cells):
        if _is_code_for(cell, name) and not is_test(cell) and not _is_stub(cell, stub):
            return index
    return None


def _renumber(notebook: NotebookNode) -> None:
    """Give every cell a unique id."""
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"

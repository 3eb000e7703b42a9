"""Carry a student's work from a lesson's notebook over into a newer version of the lesson."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode

from grader.course.cells import checksum, defines, grade_id, is_answer

Key = tuple[str, str]


@dataclass(frozen=True)
class Carried:
    """A newer version of a lesson with the student's work.

    Attributes
    ----------
    notebook : NotebookNode
        The newer lesson with the student's answers and own cells.
    changed : list of str
        The exercises whose text is new, while the student's answer to the old one was kept.
    vanished : list of str
        The exercises that no longer exist, which the student had answered.
    left_out : int
        How many of the lesson's other cells the student had changed, which are new or gone.
    """

    notebook: NotebookNode
    changed: list[str]
    vanished: list[str]
    left_out: int


def carry(mine: NotebookNode, newer: NotebookNode, original: NotebookNode | None) -> Carried:
    """Return a newer version of a lesson with a student's work.

    Its cells are in the newer lesson's order. An answer that the student began takes the place of
    the stub. A cell of the lesson that is as before keeps its outputs, and what the student changed
    in it, unless it is locked. Cells that the student added follow the cell that they followed.

    Parameters
    ----------
    mine : NotebookNode
        The student's notebook; not changed.
    newer : NotebookNode
        The newer lesson as it is given out; not changed.
    original : NotebookNode, optional
        The lesson as the student got it. Without it, a cell that the newer lesson does not have
        counts as the student's own.
    """
    mine = copy.deepcopy(mine)
    answers = {grade_id(cell): _find_answer(mine.cells, cell) for cell in _answers(newer.cells)}
    chosen = {id(cell): _key(new) for new, cell in _pairs(newer, answers)}
    known = {_key(cell): cell for cell in newer.cells}
    followers: dict[Key | None, list[NotebookNode]] = {}
    found: dict[Key, NotebookNode] = {}
    place: Key | None = None
    for cell in mine.cells:
        key = chosen.get(id(cell)) or _key(cell)
        if id(cell) in chosen or (key in known and not is_answer(known[key]) and key not in found):
            found[key] = cell
            place = key
        elif key in known and is_answer(known[key]) and not _is_begun(cell, known[key]):
            place = key
        elif _is_own(cell, known, original):
            followers.setdefault(place, []).append(_as_own(cell))
    before = {_key(cell): cell for cell in original.cells} if original else {}
    cells = followers.pop(None, [])
    for new in newer.cells:
        key = _key(new)
        cells += [_merge(found.get(key), new, before.get(key)), *followers.pop(key, [])]
    result = copy.deepcopy(newer)
    result.cells = _with_unique_ids(cells)
    result.metadata = {**mine.metadata, **newer.metadata}
    return Carried(result, *_describe(mine, newer, original, answers))


def recover_ids(mine: NotebookNode, versions: Iterable[NotebookNode]) -> None:
    """Give a lesson's cells their ids back, by their text, where a program dropped all ids.

    Parameters
    ----------
    mine : NotebookNode
        A student's notebook whose cells have ids that mean nothing.
    versions : iterable of NotebookNode
        The lesson as it was and as it is given out.
    """
    ids = {
        (cell.cell_type, cell.source.strip()): cell["id"]
        for version in versions
        for cell in version.cells
        if not grade_id(cell)
    }
    for cell in mine.cells:
        if not grade_id(cell):
            cell["id"] = ids.pop((cell.cell_type, cell.source.strip()), cell["id"])


def _pairs(
    newer: NotebookNode, answers: dict[str, NotebookNode | None]
) -> list[tuple[NotebookNode, NotebookNode]]:
    """Return each answer cell of the newer lesson with the student's, where there is one."""
    pairs = ((new, answers[grade_id(new)]) for new in _answers(newer.cells))
    return [(new, cell) for new, cell in pairs if cell is not None]


def _answers(cells: Iterable[NotebookNode]) -> list[NotebookNode]:
    return [cell for cell in cells if is_answer(cell)]


def _key(cell: NotebookNode) -> Key:
    """Return what a cell is known by in all versions of a lesson: its name, or else its id."""
    name = grade_id(cell)
    return ("name", name) if name else ("id", cell.get("id", ""))


def _find_answer(cells: list[NotebookNode], new: NotebookNode) -> NotebookNode | None:
    """Return the last cell with an answer that was begun, or else the first with its stub.

    If no cell has the answer's name, because a program dropped it, the definition is looked for.
    """
    name = grade_id(new)
    named = [cell for cell in cells if grade_id(cell) == name]
    code = (cell for cell in cells if cell.cell_type == "code" and not grade_id(cell))
    candidates = named or [cell for cell in code if defines(cell, name)]
    begun = [cell for cell in candidates if _is_begun(cell, new)]
    return begun[-1] if begun else next(iter(candidates), None)


def _is_begun(cell: NotebookNode, new: NotebookNode) -> bool:
    """Return whether a student changed an answer cell."""
    given_out = cell.metadata.get("nbgrader", {}).get("checksum")
    if given_out and given_out == checksum(cell):
        return False
    return cell.source.strip() != new.source.strip()


def _is_own(
    cell: NotebookNode, known: dict[Key, NotebookNode], original: NotebookNode | None
) -> bool:
    """Return whether a cell that is in no cell's place is the student's, and worth keeping."""
    key = _key(cell)
    if key in known:  # a copy of one of the lesson's cells
        return is_answer(known[key])
    if key[0] == "name":
        return False
    return original is None or key not in {_key(one) for one in original.cells}


def _as_own(cell: NotebookNode) -> NotebookNode:
    """Return a cell that nbgrader does not take for one of the lesson's."""
    cell.metadata.pop("nbgrader", None)
    return cell


def _merge(
    mine: NotebookNode | None, new: NotebookNode, before: NotebookNode | None
) -> NotebookNode:
    """Return what becomes of a cell of the newer lesson, which the student may have changed.

    Without a version from before, a cell that is not locked counts as one that the lesson did not
    change: its id is made from its source.
    """
    result = copy.deepcopy(new)
    if mine is None:
        return result
    keeps = mine.source == new.source and mine.cell_type == new.cell_type
    if is_answer(new):
        keeps = keeps or _is_begun(mine, new)
    elif not grade_id(new):
        keeps = keeps or before is None or before.source == new.source
    if not keeps:
        return result
    kept = copy.deepcopy(mine)
    kept["id"] = new["id"]
    kept.metadata.pop("nbgrader", None)
    kept.metadata.update(copy.deepcopy(new.metadata))
    if is_answer(new) and kept.cell_type != "code":  # a student made text of it
        kept.pop("attachments", None)
        kept.update(cell_type="code", outputs=[], execution_count=None)
    return kept


def _with_unique_ids(cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return cells of which no two have the same id."""
    seen: set[str] = set()
    for cell in cells:
        stem, number = cell["id"][:56], 1
        while cell["id"] in seen:
            number += 1
            cell["id"] = f"{stem}-{number}"
        seen.add(cell["id"])
    return cells


def _describe(
    mine: NotebookNode,
    newer: NotebookNode,
    original: NotebookNode | None,
    answers: dict[str, NotebookNode | None],
) -> tuple[list[str], list[str], int]:
    """Return what a student should know: see `Carried`."""
    changed = []
    for new, cell in _pairs(newer, answers):
        before = cell.metadata.get("nbgrader", {}).get("checksum")
        if _is_begun(cell, new) and before and before != new.metadata.nbgrader.get("checksum"):
            changed.append(grade_id(new))
    vanished = [
        grade_id(cell)
        for cell in _answers(mine.cells)
        if grade_id(cell) not in answers
        and cell.metadata.nbgrader.get("checksum") != checksum(cell)
    ]
    return changed, list(dict.fromkeys(vanished)), _count_left_out(mine, newer, original)


def _count_left_out(mine: NotebookNode, newer: NotebookNode, original: NotebookNode | None) -> int:
    """Return how many cells of the lesson both the student and the newer lesson changed."""
    before = {_key(cell): cell.source for cell in original.cells} if original else {}
    now = {_key(cell): cell.source for cell in newer.cells}
    keyed = [(_key(cell), cell.source) for cell in mine.cells if not grade_id(cell)]
    return sum(
        key in before and source != before[key] and now.get(key) not in (before[key], source)
        for key, source in keyed
    )

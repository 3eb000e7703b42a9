"""Read what was handed in, and put back what must not have been changed.

The lesson's source is the only authority on tests, points and locked cells; of the submission only
the student's own code counts, wherever and in whatever cell it stands.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from traitlets.config import PyFileConfigLoader

from grader.course import Lesson

LOOKS_LIKE = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!DOCTYPE html": "a web page: download the notebook itself",
    b"<html": "a web page: download the notebook itself",
    b"version https://git-lfs": "a pointer of Git LFS: the file itself was not uploaded",
}
MOST_CELLS = 2_000
LONGEST_CELL = 5_000_000  # characters
DEEPEST = 100  # levels of lists and dicts
KEPT = ("grade_id", "grade", "solution", "locked", "points", "checksum", "task")
LARGEST = 200_000_000  # bytes of a notebook
FENCE = re.compile(r"\A\s*```\w*\n(.*?)\n```\s*\Z", re.DOTALL)


class Unreadable(Exception):
    """A file is not a notebook; the text says what it is instead."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file, however it was saved.

    Raises
    ------
    Unreadable
        If it is none.
    """
    return parse_notebook(read_file(path))


def read_file(path: Path, largest: int = LARGEST) -> bytes:
    """Return what is in a file that somebody handed in, if it is a file.

    A link may lead to what is none of theirs, and a pipe or a device has no end.

    Raises
    ------
    Unreadable
        If it is none, larger than ``largest`` bytes, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if path.is_symlink():
            raise Unreadable("it is a link and not the file itself") from error
        raise Unreadable(f"the file cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unreadable("it is not a file")
    with open(handle, "rb") as file:
        try:
            content = file.read(largest + 1)
        except OSError as error:
            raise Unreadable(f"the file cannot be read: {error.strerror}") from error
    if len(content) > largest:
        raise Unreadable(f"the file is larger than {largest / 1e6:.3g} MB")
    return content


def parse_notebook(content: bytes) -> NotebookNode:
    """Make a notebook of a file's bytes: cells of format 4.5 with fresh ids and no outputs.

    Raises
    ------
    Unreadable
        If they hold no notebook.
    """
    if not content.strip(b" \t\r\n\x00"):
        raise Unreadable("the file is empty")
    for start, kind in LOOKS_LIKE.items():
        if content.lstrip()[: len(start)].lower() == start.lower():
            raise Unreadable(f"the file is not a notebook but {kind}")
    data = _writable(_load(_decode(content)))
    if not isinstance(data, dict):
        raise Unreadable("the file is JSON, but not a notebook")
    cells = _cells_of(data)
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"the notebook has {len(cells):,} cells; {MOST_CELLS:,} can be marked")
    return _rebuild(cells)


def _decode(content: bytes) -> str:
    """Return a file's text: UTF-8 or UTF-16, with or without a byte-order mark, else Latin."""
    try:
        return content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _load(text: str) -> object:
    """Return what a JSON text holds."""
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated"):
            raise Unreadable("the file breaks off: it was not saved or uploaded whole") from error
        if error.pos == 0:
            raise Unreadable("the file is not a notebook: it is not JSON") from error
        raise Unreadable(
            f"the file is damaged: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from error
    except (RecursionError, ValueError) as error:
        raise Unreadable(f"the file is damaged: {type(error).__name__}") from error


def _writable(value: object, depth: int = 0) -> object:
    """Return JSON's values without what no file or database takes: half a surrogate pair.

    What lies deeper than anything of a notebook's that counts is left out.
    """
    if depth > DEEPEST:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_writable(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {_writable(name): _writable(one, depth + 1) for name, one in value.items()}
    return value


def _cells_of(data: dict) -> list:
    """Return a notebook's cells as format 4 has them, whatever its format is."""
    if isinstance(data.get("cells"), list):
        return data["cells"]
    if not isinstance(data.get("worksheets"), list):
        raise Unreadable("the file is JSON, but not a notebook: it has no cells")
    try:
        return nbformat.convert(nbformat.from_dict(data), 4).cells
    except Exception as error:  # nbformat raises whatever an odd old file makes it stumble over
        raise Unreadable("the file is a notebook of an old format, and damaged") from error


def _rebuild(cells: list) -> NotebookNode:
    """Make a valid notebook of cells that may be anything."""
    notebook = nbformat.v4.new_notebook()
    for number, cell in enumerate(cells):
        if not isinstance(cell, dict):
            continue
        kind = cell.get("cell_type")
        make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
        source = _source_of(cell)
        if len(source) > LONGEST_CELL:
            raise Unreadable(f"cell {number + 1} has more than {LONGEST_CELL:,} characters")
        make_cell = make.get(kind) if isinstance(kind, str) else None
        built = (make_cell or nbformat.v4.new_raw_cell)(source)
        built["id"] = f"cell-{number}"
        metadata = cell.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
            built.metadata["nbgrader"] = {
                name: nbgrader[name] for name in KEPT if _is_simple(nbgrader.get(name))
            }
        if kind == "markdown" and isinstance(cell.get("attachments"), dict):
            built["attachments"] = cell["attachments"]
        notebook.cells.append(built)
    return notebook


def _source_of(cell: dict) -> str:
    """Return a cell's text, its lines ended as Python ends them."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _is_simple(value: object) -> bool:
    """Tell whether a value can stand in nbgrader's metadata: a word, a yes or no, a number."""
    if isinstance(value, (int, float)):
        return abs(value) < 1e9
    return isinstance(value, str)


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


def _float(value: object) -> object:
    """Return a number as a float, and anything else as it is."""
    return float(value) if isinstance(value, (int, float)) else value


def is_test(cell: NotebookNode) -> bool:
    """Tell whether a cell gives points by running."""
    meta = cell.metadata.get("nbgrader", {})
    return bool(meta.get("grade")) and not meta.get("solution")


def is_answer(cell: NotebookNode) -> bool:
    """Tell whether a cell is for the student to fill in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def grade_id(cell: NotebookNode) -> str:
    """Return the name that nbgrader knows a cell by, or ''."""
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def exercise_of(cell: NotebookNode) -> str:
    """Return the exercise that a test cell tests."""
    return [*grade_id(cell).split("-"), ""][1]


def defines(cell: NotebookNode, name: str) -> bool:
    """Tell whether a cell's text defines ``name`` at top level.

    The text is searched, not parsed: a cell with a syntax error or a magic was meant to define it
    as well.
    """
    pattern = rf"^(?:(?:async\s+)?def|class)\s+{name}\b|^{name}\s*(?::[^=\n]+)?=(?!=)"
    return re.search(pattern, cell.source, re.MULTILINE) is not None


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


def checksum(cell: NotebookNode) -> str:
    """Return what nbgrader tells by whether a cell was changed.

    The same as ``nbgrader.utils.compute_checksum``, whose import takes seconds.
    """
    meta = cell.metadata.nbgrader
    grade, solution = bool(meta.get("grade")), bool(meta.get("solution"))
    locked = not solution and (grade or bool(meta.get("locked")))
    parts = [cell.source, cell.cell_type, grade, solution, locked, meta.get("grade_id")]
    if grade:
        parts.append(_float(meta.get("points")))
    return hashlib.md5("".join(map(str, parts)).encode()).hexdigest()


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


def without_hidden(source: str) -> str:
    """Return a test cell's text as students get it, without its hidden parts."""
    kept, hiding = [], False
    for line in source.split("\n"):
        if "BEGIN HIDDEN TESTS" in line:
            hiding = True
        elif "END HIDDEN TESTS" in line:
            hiding = False
        elif not hiding:
            kept.append(line)
    return "\n".join(kept)


def release_source(source: str, root: Path) -> str:
    """Return an answer cell's text as students get it: the stub where the solution is."""
    kept: list[str] = []
    solving = False
    for line in source.split("\n"):
        if "BEGIN SOLUTION" in line:
            solving = True
            indent = re.match(r"\s*", line)[0]
            kept += [indent + stub for stub in _code_stub(root).split("\n")]
        elif "END SOLUTION" in line:
            solving = False
        elif not solving:
            kept.append(line)
    return "\n".join(kept)


@cache
def _code_stub(root: Path) -> str:
    """Return what ``nbgrader_config.py`` puts where a solution stood."""
    config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    stub = config.ClearSolutions.get("code_stub", {})
    return stub.get("python", "# YOUR CODE HERE\nraise NotImplementedError()")

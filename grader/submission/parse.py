"""Parse an untrusted notebook file into a clean notebook of format 4.5."""

from __future__ import annotations

import codecs
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from grader.submission.condense import TooLargeError, condense, frame_size

LOOKS_LIKE = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!DOCTYPE html": "a web page: download the notebook itself",
    b"<html": "a web page: download the notebook itself",
    b"version https://git-lfs": "a pointer of Git LFS: the file itself was not uploaded",
}
NOT_BLANK = re.compile(rb"[^ \t\r\n\x00]")
CHUNK_BYTES = 2**20
MAX_FILE_BYTES = 100_000_000
MAX_WHOLE_FRAME_BYTES = 10_000_000
MAX_CELLS = 2_000
MAX_CELL_CHARACTERS = 5_000_000
MAX_CHARACTERS = 6_000_000  # of all cells
KEPT_METADATA = ("grade_id", "grade", "solution", "locked", "points", "checksum", "task")


class UnreadableError(Exception):
    """A file is not a notebook; the text says what it is instead."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file, in whatever encoding and notebook format it was saved.

    Raises
    ------
    UnreadableError
        If it cannot be read, or is not a notebook.
    """
    return parse_notebook(read_file(path))


def read_file(path: Path, largest: int = MAX_FILE_BYTES) -> bytes:
    """Return the content of a file that was handed in.

    Only regular files are read: a link could lead to somebody else's file, and a pipe or a device
    may never end.

    Raises
    ------
    UnreadableError
        If it is not a regular file, larger than ``largest`` bytes, or cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if path.is_symlink():
            raise UnreadableError("it is a link and not the file itself") from error
        raise UnreadableError(f"the file cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnreadableError("it is not a file")
    with open(handle, "rb") as file:
        try:
            content = file.read(largest + 1)
        except OSError as error:
            raise UnreadableError(f"the file cannot be read: {error.strerror}") from error
    if len(content) > largest:
        raise UnreadableError(f"the file is larger than {largest / 1e6:.3g} MB")
    return content


def parse_notebook(content: bytes) -> NotebookNode:
    """Parse a file's bytes into a notebook of format 4.5 with new cell ids and no outputs.

    Raises
    ------
    UnreadableError
        If they are not a notebook.
    """
    begin = NOT_BLANK.search(content)
    if begin is None:
        raise UnreadableError("the file is empty")
    head = content[begin.start() : begin.start() + 100].lower()
    for start, kind in LOOKS_LIKE.items():
        if head.startswith(start.lower()):
            raise UnreadableError(f"the file is not a notebook but {kind}")
    data = _load_json(_condense(content))
    if not isinstance(data, dict):
        raise UnreadableError("the file is JSON, but not a notebook")
    cells = _cells_of(data)
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"the notebook has {len(cells):,} cells; {MAX_CELLS:,} can be marked")
    return _rebuild(cells)


def check_frame(content: bytes) -> None:
    """Check that a file can be parsed whole, as nbgrader does, in reasonable memory.

    Raises
    ------
    UnreadableError
        If too much of it becomes small values.
    """
    if frame_size(_as_utf_8(content)) > MAX_WHOLE_FRAME_BYTES:
        raise UnreadableError("the file holds too many lists or numbers")


def _condense(content: bytes) -> str:
    """Return as much of a file as is needed, as text."""
    try:
        kept = condense(_as_utf_8(content))
    except TooLargeError as error:
        raise UnreadableError(f"the file is too large for a notebook: {error}") from error
    try:
        return kept.decode("utf-8-sig")
    except UnicodeDecodeError:
        return kept.decode("cp1252", "replace")


def _as_utf_8(content: bytes) -> bytes | bytearray:
    """Recode UTF-16 or UTF-32, with or without a byte-order mark, as UTF-8; keep other content."""
    encoding = json.detect_encoding(content[:100])
    if encoding.startswith("utf-8"):
        return content
    recoded = bytearray()
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for start in range(0, len(content), CHUNK_BYTES):
        recoded += decoder.decode(content[start : start + CHUNK_BYTES]).encode("utf-8", "replace")
    return recoded


def _load_json(text: str) -> Any:
    """Parse a JSON text; an error says how the file is damaged."""
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated"):
            raise UnreadableError(
                "the file breaks off: it was not saved or uploaded whole"
            ) from error
        if error.pos == 0:
            raise UnreadableError("the file is not a notebook: it is not JSON") from error
        raise UnreadableError(
            f"the file is damaged: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from error
    except RecursionError as error:
        raise UnreadableError(
            "the file is damaged: it has lists within lists without end"
        ) from error
    except ValueError as error:
        raise UnreadableError("the file is damaged: it has a number without end") from error


def _cells_of(data: dict) -> list:
    """Return a notebook's cells, converted to format 4 if it has an older format."""
    if isinstance(data.get("cells"), list):
        return data["cells"]
    sheets = data.get("worksheets")
    if not isinstance(sheets, list):
        raise UnreadableError("the file is JSON, but not a notebook: it has no cells")
    if not all(
        isinstance(sheet, dict) and isinstance(sheet.get("cells"), list) for sheet in sheets
    ):
        raise UnreadableError("the file is a notebook of an old format, and damaged")
    return [_upgrade(cell) for sheet in sheets for cell in sheet["cells"]]


def _upgrade(cell: Any) -> Any:
    """Convert a cell of format 2 or 3.

    nbformat's converter validates first, and keeps kilobytes for each value that is invalid.
    """
    if not isinstance(cell, dict):
        return cell
    kind = cell.get("cell_type")
    cell = cell | {"source": _join_old_lines(cell.get("input" if kind == "code" else "source", ""))}
    if kind == "html":
        return cell | {"cell_type": "markdown"}
    if kind == "heading":
        level = cell.get("level")
        marks = "#" * (level if type(level) is int and 1 <= level <= 6 else 1)
        title = " ".join(_source_of(cell).splitlines())
        return cell | {"cell_type": "markdown", "source": f"{marks} {title}"}
    return cell


def _join_old_lines(source: Any) -> Any:
    """Join a text's lines, which may lack their line ends in old formats."""
    if not isinstance(source, list):
        return source
    lines = [line for line in source if isinstance(line, str)]
    return ("" if lines and lines[0].endswith(("\n", "\r")) else "\n").join(lines)


def _rebuild(cells: list) -> NotebookNode:
    """Build a valid notebook from untrusted cells."""
    notebook = nbformat.v4.new_notebook()
    characters = 0
    for number, cell in enumerate(cell for cell in cells if isinstance(cell, dict)):
        notebook.cells.append(_rebuild_cell(cell, number))
        characters += len(notebook.cells[-1].source)
        if characters > MAX_CHARACTERS:
            raise UnreadableError(f"the notebook has more than {MAX_CHARACTERS:,} characters")
    return notebook


def _rebuild_cell(cell: dict, number: int) -> NotebookNode:
    """Build a valid cell with the source, the nbgrader metadata and the attachments of a cell."""
    source = _source_of(cell)
    if len(source) > MAX_CELL_CHARACTERS:
        raise UnreadableError(f"cell {number + 1} has more than {MAX_CELL_CHARACTERS:,} characters")
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown") else "raw"
    # nbformat's functions for new cells validate each for milliseconds; these are valid.
    built = NotebookNode(
        cell_type=kind, id=f"cell-{number}", metadata=NotebookNode(), source=source
    )
    if kind == "code":
        built.update(execution_count=None, outputs=[])
    elif kind == "markdown" and (attachments := _attachments_of(cell)):
        built["attachments"] = attachments
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        built.metadata["nbgrader"] = {
            name: _writable(nbgrader[name])
            for name in KEPT_METADATA
            if _is_simple(nbgrader.get(name))
        }
    return built


def _attachments_of(cell: dict) -> dict[str, dict[str, str]]:
    """Return the files that are attached to a text cell, each as MIME type -> data."""
    attachments = cell.get("attachments")
    if not isinstance(attachments, dict):
        return {}
    return {
        _writable(name): {
            _writable(mime): _writable(data) for mime, data in forms.items() if type(data) is str
        }
        for name, forms in attachments.items()
        if isinstance(forms, dict)
    }


def _source_of(cell: dict) -> str:
    """Return a cell's text with line feeds as line ends; empty if it is not text."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    return _writable(source).replace("\r\n", "\n").replace("\r", "\n")


def _writable(value: Any) -> Any:
    """Return a value; a string without lone surrogates, which no file or database can store."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _is_simple(value: object) -> bool:
    """Return whether a value is a string, a bool or a number of reasonable size."""
    if isinstance(value, (int, float)):
        return abs(value) < 1e9
    return isinstance(value, str)

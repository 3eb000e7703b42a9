"""Parse an untrusted notebook file into a clean notebook of format 4.5."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

LOOKS_LIKE = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a ZIP archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"<!DOCTYPE html": "a web page: download the notebook itself",
    b"<html": "a web page: download the notebook itself",
    b"version https://git-lfs": "a pointer of Git LFS: the file itself was not uploaded",
}
MAX_FILE_BYTES = 200_000_000
MAX_CELLS = 2_000
MAX_CELL_CHARACTERS = 5_000_000
MAX_DEPTH = 100  # of nested lists and dicts
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
    if not content.strip(b" \t\r\n\x00"):
        raise UnreadableError("the file is empty")
    for start, kind in LOOKS_LIKE.items():
        if content.lstrip()[: len(start)].lower() == start.lower():
            raise UnreadableError(f"the file is not a notebook but {kind}")
    data = _without_surrogates(_load_json(_decode(content)))
    if not isinstance(data, dict):
        raise UnreadableError("the file is JSON, but not a notebook")
    cells = _cells_of(data)
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"the notebook has {len(cells):,} cells; {MAX_CELLS:,} can be marked")
    return _rebuild(cells)


def _decode(content: bytes) -> str:
    """Decode a file as UTF-8, UTF-16 or UTF-32, with or without a byte-order mark, else Latin."""
    try:
        return content.decode(json.detect_encoding(content)).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


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
    except (RecursionError, ValueError) as error:
        raise UnreadableError(f"the file is damaged: {type(error).__name__}") from error


def _without_surrogates(value: Any, depth: int = 0) -> Any:
    """Return a JSON value with lone surrogates replaced: no file or database can store them.

    Values nested deeper than in any notebook become None.
    """
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_surrogates(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {
            _without_surrogates(key): _without_surrogates(item, depth + 1)
            for key, item in value.items()
        }
    return value


def _cells_of(data: dict) -> list:
    """Return a notebook's cells, converted to format 4 if it has an older format."""
    if isinstance(data.get("cells"), list):
        return data["cells"]
    if not isinstance(data.get("worksheets"), list):
        raise UnreadableError("the file is JSON, but not a notebook: it has no cells")
    try:
        return nbformat.convert(nbformat.from_dict(data), 4).cells
    except Exception as error:  # nbformat can fail in any way on a damaged file
        raise UnreadableError("the file is a notebook of an old format, and damaged") from error


def _rebuild(cells: list) -> NotebookNode:
    """Build a valid notebook from untrusted cells."""
    notebook = nbformat.v4.new_notebook()
    for number, cell in enumerate(cells):
        if isinstance(cell, dict):
            notebook.cells.append(_rebuild_cell(cell, number))
    return notebook


def _rebuild_cell(cell: dict, number: int) -> NotebookNode:
    """Build a valid cell with the source, the nbgrader metadata and the attachments of a cell."""
    source = _source_of(cell)
    if len(source) > MAX_CELL_CHARACTERS:
        raise UnreadableError(f"cell {number + 1} has more than {MAX_CELL_CHARACTERS:,} characters")
    kind = cell.get("cell_type")
    if kind == "code":
        built = nbformat.v4.new_code_cell(source)
    elif kind == "markdown":
        built = nbformat.v4.new_markdown_cell(source)
        if isinstance(cell.get("attachments"), dict):
            built["attachments"] = cell["attachments"]
    else:
        built = nbformat.v4.new_raw_cell(source)
    built["id"] = f"cell-{number}"
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
        built.metadata["nbgrader"] = {
            name: nbgrader[name] for name in KEPT_METADATA if _is_simple(nbgrader.get(name))
        }
    return built


def _source_of(cell: dict) -> str:
    """Return a cell's text with line feeds as line ends; empty if it is not text."""
    source = cell.get("source", "")
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    if not isinstance(source, str):
        return ""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def _is_simple(value: object) -> bool:
    """Return whether a value is a string, a bool or a number of reasonable size."""
    if isinstance(value, (int, float)):
        return abs(value) < 1e9
    return isinstance(value, str)

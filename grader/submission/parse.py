"""Parse an untrusted notebook file into a clean notebook of format 4.5."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

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
MAX_CELLS = 2_000
MAX_CELL_CHARACTERS = 5_000_000  # characters
MAX_DEPTH = 100  # levels of lists and dicts
KEPT_METADATA = ("grade_id", "grade", "solution", "locked", "points", "checksum", "task")
MAX_FILE_BYTES = 200_000_000  # bytes of a notebook


class UnreadableError(Exception):
    """A file is not a notebook; the text says what it is instead."""


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file, however it was saved.

    Raises
    ------
    UnreadableError
        If it is none.
    """
    return parse_notebook(read_file(path))


def read_file(path: Path, largest: int = MAX_FILE_BYTES) -> bytes:
    """Return what is in a file that somebody handed in, if it is a file.

    A link may lead to what is none of theirs, and a pipe or a device has no end.

    Raises
    ------
    UnreadableError
        If it is none, larger than ``largest`` bytes, or cannot be read.
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
    """Make a notebook of a file's bytes: cells of format 4.5 with fresh ids and no outputs.

    Raises
    ------
    UnreadableError
        If they hold no notebook.
    """
    if not content.strip(b" \t\r\n\x00"):
        raise UnreadableError("the file is empty")
    for start, kind in LOOKS_LIKE.items():
        if content.lstrip()[: len(start)].lower() == start.lower():
            raise UnreadableError(f"the file is not a notebook but {kind}")
    data = _writable(_load(_decode(content)))
    if not isinstance(data, dict):
        raise UnreadableError("the file is JSON, but not a notebook")
    cells = _cells_of(data)
    if len(cells) > MAX_CELLS:
        raise UnreadableError(f"the notebook has {len(cells):,} cells; {MAX_CELLS:,} can be marked")
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


def _writable(value: object, depth: int = 0) -> object:
    """Return JSON's values without what no file or database takes: half a surrogate pair.

    What lies deeper than anything of a notebook's that counts is left out.
    """
    if depth > MAX_DEPTH:
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
        raise UnreadableError("the file is JSON, but not a notebook: it has no cells")
    try:
        return nbformat.convert(nbformat.from_dict(data), 4).cells
    except Exception as error:  # nbformat raises whatever an odd old file makes it stumble over
        raise UnreadableError("the file is a notebook of an old format, and damaged") from error


def _rebuild(cells: list) -> NotebookNode:
    """Make a valid notebook of cells that may be anything."""
    notebook = nbformat.v4.new_notebook()
    for number, cell in enumerate(cells):
        if not isinstance(cell, dict):
            continue
        kind = cell.get("cell_type")
        make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
        source = _source_of(cell)
        if len(source) > MAX_CELL_CHARACTERS:
            raise UnreadableError(
                f"cell {number + 1} has more than {MAX_CELL_CHARACTERS:,} characters"
            )
        make_cell = make.get(kind) if isinstance(kind, str) else None
        built = (make_cell or nbformat.v4.new_raw_cell)(source)
        built["id"] = f"cell-{number}"
        metadata = cell.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(nbgrader, dict) and isinstance(nbgrader.get("grade_id"), str):
            built.metadata["nbgrader"] = {
                name: nbgrader[name] for name in KEPT_METADATA if _is_simple(nbgrader.get(name))
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

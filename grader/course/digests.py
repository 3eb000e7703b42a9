"""Digests of what notebooks and marks depend on: sources, modules and data."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from grader.course.lesson import Lesson

if TYPE_CHECKING:
    pass


def source_digest(lesson: Lesson) -> str:
    """Return a digest of all that a lesson's outputs depend on: its text, utils and data."""
    digest = hashlib.sha256()
    for path in (lesson.source, *_imported_utils(lesson), *_data_files(lesson.root)):
        digest.update(path.relative_to(lesson.root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _imported_utils(lesson: Lesson) -> list[Path]:
    """Return the files of ``utils`` that a lesson imports, directly or through one another."""
    code = "\n".join(
        cell.source
        for cell in lesson.notebook.cells
        if cell.cell_type == "code" and not cell.source.lstrip().startswith("%%")
    )
    code = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith(("%", "!")))
    found: set[Path] = set()
    waiting = list(_utils_names(code))
    while waiting:
        path = _module_path(lesson.root, waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting += _utils_names(path.read_text(encoding="utf-8"))
    return sorted(found)


def _utils_names(code: str) -> Iterator[str]:
    """Yield the dotted names under ``utils`` that some code imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("utils"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("utils"):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _module_path(root: Path, name: str) -> Path | None:
    """Return the file of a module, or None where the dotted name is not a module's."""
    stem = root.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


def _data_files(root: Path) -> list[Path]:
    """Return the data that lessons can read."""
    return sorted(
        path
        for path in _tracked(root / "data")
        if path.suffix not in {".md", ".py"} and not path.name.startswith(".")
    )


def _tracked(folder: Path) -> list[Path]:
    """Return the files in a folder, without what editors and Python leave behind."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not {".ipynb_checkpoints", "__pycache__"} & set(path.parts)
    )


def _file_digest(path: Path) -> str:
    """Return a digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def code_digest() -> str:
    """Return a digest of the grader and of ``utils``, as they were when this process began."""
    digest = hashlib.sha256()
    home = Path(__file__).resolve().parents[2]
    for path in sorted([*home.glob("grader/**/*.py"), *home.glob("utils/**/*.py")]):
        digest.update(f"{path.relative_to(home)}\0".encode() + path.read_bytes())
    return digest.hexdigest()

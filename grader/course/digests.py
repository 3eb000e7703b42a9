"""Digests of everything that notebooks and marks depend on: sources, modules and data."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from grader.course.imports import INSTALLED, module_file, used_modules
from grader.course.lesson import Lesson

# The packages of the grader that decide marks and messages. The rest reports and stores them.
MARKING_PACKAGES = ("course", "submission", "isolation", "workers", "marking")


def source_digest(lesson: Lesson) -> str:
    """Return a digest of what a lesson's outputs depend on: its text, ``utils`` and data.

    The known mistakes count, because a cell may show the message of a check that fails.
    """
    return digest_of(_lesson_files(lesson))


def marking_digest(lesson: Lesson) -> str:
    """Return a digest of what marks and feedback depend on, apart from submission and options.

    As `source_digest`, and the code of the grader and of ``utils.checks``.
    """
    return digest_of([*_lesson_files(lesson), *_marking_files(lesson.root)])


@functools.cache
def code_digest() -> str:
    """Return a digest of the grader and of ``utils`` as they were at the first call."""
    files = sorted([*INSTALLED.glob("grader/**/*.py"), *INSTALLED.glob("utils/**/*.py")])
    return digest_of((path.relative_to(INSTALLED).as_posix(), path) for path in files)


def file_digest(path: Path) -> str:
    """Return a digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tracked_files(folder: Path) -> list[Path]:
    """Return the files in a folder, without what editors and Python leave behind."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not {".ipynb_checkpoints", "__pycache__"} & set(path.parts)
    )


def digest_of(files: Iterable[tuple[str, Path]]) -> str:
    """Return a digest of files and of the names that they are known by."""
    digest = hashlib.sha256()
    for name, path in files:
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _lesson_files(lesson: Lesson) -> Iterator[tuple[str, Path]]:
    """Yield a lesson's source, the modules that it uses and its data, by name."""
    source = lesson.source if lesson.source.is_file() else lesson.release
    modules = used_modules(lesson)
    yield "source", source
    yield from modules.items()
    data = lesson.root / "data"
    foreign = _foreign_data(data, [source, *modules.values()])
    for path in tracked_files(data):
        is_data = path.suffix not in {".md", ".py"} and not path.name.startswith(".")
        if is_data and path.relative_to(data).parts[0] not in foreign:
            yield path.relative_to(lesson.root).as_posix(), path


def _foreign_data(data: Path, own: Iterable[Path]) -> set[str]:
    """Return the names in ``data`` that only modules mention which a lesson does not use.

    Data that no file mentions may be read under a name that is put together, so it counts.
    """
    if not data.is_dir():
        return set()
    mine = _text_of(own)
    everyone = _text_of(sorted((data.parent / "utils").rglob("*.py")))
    stems = {path.name: path.stem for path in data.iterdir()}
    return {name for name, stem in stems.items() if stem in everyone and stem not in mine}


def _text_of(paths: Iterable[Path]) -> str:
    """Return the text of files, one after another."""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)


def _marking_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files that decide marks and messages in all lessons, by name."""
    yield "nbgrader_config.py", root / "nbgrader_config.py"
    grader = INSTALLED / "grader"
    files = [grader / "printable.py"]
    files += [path for name in MARKING_PACKAGES for path in tracked_files(grader / name)]
    for path in files:
        yield path.relative_to(INSTALLED).as_posix(), path
    checks = module_file(root, "utils.checks")
    for path in tracked_files(checks.parent) if checks else ():
        yield f"utils/checks/{path.name}", path

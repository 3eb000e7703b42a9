"""The answers in a lesson's own source: reference answers where `utils` has none."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_PROVIDED: dict[str, str] = {}


def provide(topic: str, source: str) -> None:
    """Provide a lesson's source, in a process that cannot read the course.

    Parameters
    ----------
    topic : str
        The lesson's name without its number: ``pooling``.
    source : str
        Python code that contains the lesson's answers.
    """
    _PROVIDED[topic] = source


def find_answer(topic: str, exercise: str) -> Callable | None:
    """Return a lesson's own answer to an exercise, or None if there is none to be found here.

    Students' copies of the course have no lessons' sources, so there it is None.
    """
    source = _PROVIDED.get(topic) or _read_source(topic, Path.cwd())
    return _define(source).get(exercise) if source else None


def _read_source(topic: str, start: Path) -> str:
    """Return a lesson's source in the course around a folder, or in the one of this package."""
    for folder in (start, *start.parents, Path(__file__).resolve().parents[2]):
        for path in sorted(folder.glob(f"solutions/[0-9][0-9]_{topic}/[0-9][0-9]_{topic}.py")):
            return path.read_text(encoding="utf-8")
    return ""


@functools.lru_cache(maxsize=8)
def _define(source: str) -> dict[str, Any]:
    """Run a lesson's imports, constants and definitions; return its names."""
    names: dict[str, Any] = {"__name__": "lesson"}
    kept = list(_definitions(ast.parse(source)))
    exec(compile(ast.Module(kept, []), "<lesson>", "exec"), names)
    return names


def _definitions(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that define something without calling anything."""
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef)):
            yield statement
        elif isinstance(statement, ast.Assign):
            calls = any(isinstance(node, ast.Call) for node in ast.walk(statement.value))
            plain = all(isinstance(target, ast.Name) for target in statement.targets)
            # `double = answer` and the like would need names that demonstrations define.
            if (
                plain
                and not calls
                and not any(isinstance(node, ast.Name) for node in ast.walk(statement.value))
            ):
                yield statement

"""The known mistakes of a course by name, and which of them a message names.

They are read from the text of ``utils/mistakes/<topic>.py``: importing a lesson's mistakes may load
Keras. The first paragraph of a mistake's docstring says what is wrong and the second where to look;
`utils.checks.problem.summarise` writes both into a message, the first on a line that begins with
the exercise's name or with ``Besides``.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.imports import module_file
from grader.course.source_names import PARSE_LOCK

BESIDES = "Besides: "


@dataclass(frozen=True)
class KnownMistake:
    """A wrong way to do an exercise.

    Attributes
    ----------
    name : str
        The name of its function.
    what, look : str
        What is wrong, and where to look: the words that a student reads.
    """

    name: str
    what: str
    look: str


def mistakes_in_lesson(root: Path, topic: str) -> Mapping[str, tuple[KnownMistake, ...]]:
    """Return a lesson's known mistakes by exercise, in order of definition.

    Mistakes of an exercise that students read the same words about count as one, under the name of
    the first.
    """
    path = module_file(root, f"utils.mistakes.{topic}")
    return _read(path, path.stat().st_mtime_ns) if path else {}


def mistakes_named(
    message: str, exercise: str, known: Mapping[str, tuple[KnownMistake, ...]]
) -> tuple[str, ...]:
    """Return the names of an exercise's known mistakes that a message about it names."""
    lines = message.splitlines()
    names: dict[str, None] = {}
    for index, line in enumerate(lines):
        what = _said(line, exercise)
        same_words = [mistake for mistake in known.get(exercise, ()) if mistake.what == what]
        if same_words:
            rest = _until_next(lines[index + 1 :], exercise)
            told = [mistake for mistake in same_words if mistake.look in rest]
            names[(told or same_words)[0].name] = None
    return tuple(names)


def _said(line: str, exercise: str) -> str:
    """Return what a line says is wrong; empty if it does not begin a problem."""
    for begin in (f"{exercise}: ", BESIDES):
        if line.startswith(begin):
            return line.removeprefix(begin)
    return ""


def _until_next(lines: list[str], exercise: str) -> set[str]:
    """Return the lines before the one that begins the next problem."""
    end = next((i for i, line in enumerate(lines) if _said(line, exercise)), len(lines))
    return set(lines[:end])


@functools.lru_cache(maxsize=64)
def _read(path: Path, changed: int) -> Mapping[str, tuple[KnownMistake, ...]]:
    """Read a module of known mistakes, unless it is the same as before."""
    with PARSE_LOCK:
        module = ast.parse(path.read_text(encoding="utf-8"))
    found: dict[str, dict[tuple[str, str], KnownMistake]] = {}
    for statement in module.body:
        if isinstance(statement, ast.FunctionDef):
            what, _, look = (ast.get_docstring(statement) or "").partition("\n\n")
            words = " ".join(what.split()), " ".join(look.split())
            for exercise in _exercises(statement):
                of_exercise = found.setdefault(exercise, {})
                of_exercise.setdefault(words, KnownMistake(statement.name, *words))
    return {exercise: tuple(mistakes.values()) for exercise, mistakes in found.items()}


def _exercises(function: ast.FunctionDef) -> Iterator[str]:
    """Yield the exercises that ``@mistake_in`` names."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "mistake_in":
            for argument in decorator.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value

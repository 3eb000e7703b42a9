"""The registry of known mistakes: wrong ways to do an exercise, in the order they are tried."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TypeVar

Mistake = TypeVar("Mistake", bound=Callable)

_REGISTERED: dict[str, dict[str, dict[str, Callable]]] = {}


def mistake_in(*exercises: str) -> Callable[[Mistake], Mistake]:
    """Register the decorated function as a known mistake in some of its lesson's exercises.

    Mistakes are tried in the order of their definition. Where an answer resembles several of them
    equally, the first is reported.
    """

    def register(mistake: Mistake) -> Mistake:
        lesson = _REGISTERED.setdefault(mistake.__module__, {})
        for exercise in exercises:
            lesson.setdefault(exercise, {})[mistake.__name__] = mistake
        return mistake

    return register


def mistakes_of(topic: str, exercise: str) -> list[Callable]:
    """Return the known mistakes in an exercise, in order of definition.

    Parameters
    ----------
    topic : str
        The lesson's topic, after which its modules are named: ``pooling``.
    exercise : str
        The exercise's name: ``pool2d``.
    """
    return list(_mistakes_in_lesson(topic).get(exercise, {}).values())


def exercises_with_mistakes(topic: str) -> list[str]:
    """Return the names of a lesson's exercises that have known mistakes."""
    return list(_mistakes_in_lesson(topic))


def examples_of(topic: str, exercise: str) -> Sequence[tuple]:
    """Return an exercise's small public inputs, smallest first."""
    module = import_if_there(f"utils.mistakes.{topic}")
    return getattr(module, "EXAMPLES", {}).get(exercise, ())


def import_if_there(name: str) -> ModuleType | None:
    """Import a module, or return None if there is no such module."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:  # a module that it imports is missing
            raise
        return None


def _mistakes_in_lesson(topic: str) -> dict[str, dict[str, Callable]]:
    """Return a lesson's known mistakes by exercise and name."""
    name = f"utils.mistakes.{topic}"
    return _REGISTERED.get(name, {}) if import_if_there(name) else {}

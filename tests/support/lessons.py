"""Run a lesson's test cells on an answer as the grader does, but in this process.

``run_tests("01_pixels", "count_values", source)`` gives for each test cell the message that a
student reads, or None if the cell passes.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import io
import linecache
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
from nbformat import NotebookNode

from grader.course.cells import hidden_test_ids, is_test, without_hidden
from grader.course.lesson import Lesson, find_lessons
from utils.checks.diagnose import mistake_text
from utils.mistakes import mistakes_of

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def find_lesson(name: str) -> Lesson:
    """Return a lesson by its name, number or topic."""
    (lesson,) = find_lessons(ROOT, [name])
    return lesson


def topic_of(lesson: str) -> str:
    """Return the name of a lesson's modules, such as ``convolution`` for ``02_convolution``."""
    return find_lesson(lesson).topic


def answers_to(lesson: str) -> ModuleType:
    """Return a lesson's right and wrong answers: a module of `tests.banks.answers`."""
    return importlib.import_module(f"tests.banks.answers.{topic_of(lesson)}")


def has_answers(lesson: Lesson) -> bool:
    """Return whether there is a bank of answers to a lesson."""
    return (ROOT / "tests" / "banks" / "answers" / f"{lesson.topic}.py").is_file()


def points_of(lesson: str) -> dict[str, float]:
    """Return the points of each exercise, as the lesson's source has them."""
    return {exercise.name: exercise.points for exercise in find_lesson(lesson).exercises}


def model_answer(lesson: str, exercise: str) -> str:
    """Return the source of the lesson's own answer."""
    return _cells(lesson)[exercise].source


def model_source(lesson: str, exercise: str) -> str:
    """Return the lesson's own answer preceded by everything it may use: see `surroundings`."""
    return f"{surroundings(lesson, exercise)}\n\n{model_answer(lesson, exercise)}"


@functools.cache
def surroundings(lesson: str, exercise: str) -> str:
    """Return the source that precedes an answer in its notebook.

    It consists of the imports that answers use, and the lesson's answers to the other exercises.
    """
    exercises = [each.name for each in find_lesson(lesson).exercises]
    used = {
        node.id
        for name in exercises
        for node in ast.walk(ast.parse(model_answer(lesson, name)))
        if isinstance(node, ast.Name)
    }
    imports = [
        ast.unparse(statement)
        for cell in find_lesson(lesson).notebook.cells
        if cell.cell_type == "code" and "nbgrader" not in cell.metadata
        for statement in _imports(cell.source)
        if used & {alias.asname or alias.name for alias in statement.names}
    ]
    others = [model_answer(lesson, name) for name in exercises if name != exercise]
    return "\n\n".join([*dict.fromkeys(imports), *others])


def imports_of(lesson: str) -> list[str]:
    """Return every import statement of a lesson's answers and test cells, each once."""
    sources = [surroundings(lesson, each.name) for each in find_lesson(lesson).exercises]
    sources += [cell.source for cell in _cells(lesson).values()]
    return list(dict.fromkeys(ast.unparse(each) for text in sources for each in _imports(text)))


def _imports(source: str) -> Iterator[ast.Import | ast.ImportFrom]:
    """Return a cell's import statements."""
    for statement in ast.parse(source).body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            yield statement


def run_tests(
    lesson: str, exercise: str, answer: str, *, hidden: bool = True
) -> dict[str, str | None]:
    """Run the test cells of one exercise on one answer.

    Parameters
    ----------
    lesson : str
        ``02_convolution``, ``02`` or ``convolution``.
    exercise : str
        The exercise's name.
    answer : str
        Source that defines a function of that name. NumPy is there as ``np``.
    hidden : bool
        Whether hidden tests run too. Without them, a student sees every message.

    Returns
    -------
    dict of str to str or None
        For each test cell's ``grade_id`` the message that a student sees, or None if it passes.
        Anything written to stderr ("not done yet") is a failure, as it is for nbgrader.

    Raises
    ------
    Exception
        Any error that the answer's source raises, or a faulty test cell.
    """
    return dict(each_test(lesson, exercise, answer, hidden=hidden))


def each_test(
    lesson: str, exercise: str, answer: str, *, hidden: bool = True
) -> Iterator[tuple[str, str | None]]:
    """Do what `run_tests` does, one test cell at a time."""
    for name, cell in _cells(lesson).items():
        if cell.metadata["nbgrader"]["grade"] and name.split("-")[1] == exercise:
            source = cell.source if hidden else without_hidden(cell.source)
            yield name, _run_cell(source, answer)


def score(lesson: str, exercise: str, answer: str) -> float:
    """Return the points that an answer gets."""
    return points_for(lesson, run_tests(lesson, exercise, answer))


def visible_tests(lesson: str) -> set[str]:
    """Return the ``grade_id`` of each test cell that is not empty in a student's copy."""
    cells = _cells(lesson)
    return {name for name, cell in cells.items() if is_test(cell)} - hidden_test_ids(cells.values())


def points_for(lesson: str, messages: dict[str, str | None]) -> float:
    """Return the points of the test cells without a message in the result of `run_tests`."""
    cells = _cells(lesson)
    return sum(
        cells[grade_id].metadata["nbgrader"]["points"]
        for grade_id, message in messages.items()
        if message is None
    )


def known_mistakes(lesson: str) -> dict[str, dict[str, Callable]]:
    """Return the known mistakes of a lesson's exercises, by their names."""
    topic = topic_of(lesson)
    return {
        exercise.name: {mistake.__name__: mistake for mistake in mistakes_of(topic, exercise.name)}
        for exercise in find_lesson(lesson).exercises
    }


def mistake_source(lesson: str, exercise: str, mistake: str) -> str:
    """Return an answer that makes a known mistake.

    It is exempt from the by-hand rule, because it calls `utils`.
    """
    return (
        "from utils.checks.byhand import trusted\n"
        f"from utils.mistakes.{topic_of(lesson)} import {mistake} as wrong_way\n"
        f"{exercise} = trusted(wrong_way)\n"
    )


def words_of(lesson: str, exercise: str, mistake: str) -> str:
    """Return the text that names a known mistake to a student, on one line."""
    return mistake_text(known_mistakes(lesson)[exercise][mistake])


@functools.cache
def _cells(lesson: str) -> dict[str, NotebookNode]:
    """Return a lesson's answer and test cells by their ``grade_id``."""
    return {
        cell.metadata["nbgrader"]["grade_id"]: cell
        for cell in find_lesson(lesson).notebook.cells
        if "nbgrader" in cell.metadata
    }


def _run_cell(source: str, answer: str) -> str | None:
    """Run an answer and then one test cell in a fresh namespace; return the failure's message."""
    namespace = {"__name__": "__main__", "np": np}
    # As IPython does, so that messages can show the student's lines.
    linecache.cache["<answer>"] = (len(answer), None, answer.splitlines(True), "<answer>")
    exec(compile(answer, "<answer>", "exec"), namespace)
    errors = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(errors):
        try:
            exec(compile(source, "<test cell>", "exec"), namespace)
        except AssertionError as failure:
            return str(failure)
    return errors.getvalue() or None

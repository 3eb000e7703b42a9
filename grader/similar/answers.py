"""Read a class's answers, and the code that everyone was given."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode

from grader.classroom.discover import discover
from grader.course.cells import defines, grade_id, is_answer, release_source, without_hidden
from grader.course.imports import module_file
from grader.course.lesson import Lesson
from grader.printable import escape_name
from grader.similar.fingerprints import MAX_CHARACTERS
from grader.submission.parse import UnreadableError, read_notebook

REFERENCE = "reference"
DEFINED = re.compile(r"^(?:def|class)\s+(\w+)", re.MULTILINE)


@dataclass
class ExerciseAnswers:
    """The answers of a class to one exercise.

    Attributes
    ----------
    lesson, exercise : str
        Which exercise.
    given : tuple of str
        The code in the student's copy of the lesson, which everyone has.
    references : tuple of str
        The lesson's own answer, and that of ``utils`` with and without what it calls there.
    texts : dict
        Each student's answer: its cell, and the cells that define what it calls.
    """

    lesson: str
    exercise: str
    given: tuple[str, ...]
    references: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)


@dataclass
class ClassAnswers:
    """The answers of a class, and what could not be read."""

    exercises: list[ExerciseAnswers]
    notes: list[str]


def read_answers(
    submitted: Path,
    lessons: list[Lesson],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> ClassAnswers:
    """Read all answers in ``submitted/<student>/<lesson>/<lesson>.ipynb``. Nothing is executed.

    Parameters
    ----------
    submitted : Path
        The folder of submissions.
    lessons : list of Lesson
        The lessons to read.
    on_progress : callable, optional
        Called with the number of submissions that are read, and of all.

    Raises
    ------
    CourseError
        If there is no such folder.
    """
    found = discover(submitted, [lesson.name for lesson in lessons]).folders
    answers = ClassAnswers([], [])
    done = 0
    for lesson in lessons:
        students = sorted(student for student, name in found if name == lesson.name)
        exercises = exercises_of(lesson) if students else []
        given = {text.strip() for one in exercises[:1] for text in one.given}
        for student in students:
            path = found[student, lesson.name] / f"{lesson.name}.ipynb"
            try:
                cells = [c for c in read_notebook(path).cells if c.source.strip() not in given]
            except UnreadableError as error:
                answers.notes.append(f"{escape_name(student)}  {lesson.name}: not read: {error}")
                cells = []
            for exercise in exercises:
                if text := _answer_in(cells, exercise.exercise):
                    exercise.texts[_label(student)] = text
            done += 1
            on_progress(done, len(found))
        answers.exercises += exercises
    return answers


def _label(student: str) -> str:
    """Return the name of a student in the results: one called like the reference gets another."""
    return f"{student} (a student)" if student == REFERENCE else student


def exercises_of(lesson: Lesson) -> list[ExerciseAnswers]:
    """Return a lesson's exercises without answers."""
    given = tuple(_given_sources(lesson))
    solutions = {grade_id(cell): cell.source for cell in lesson.notebook.cells if is_answer(cell)}
    return [
        ExerciseAnswers(
            lesson.name,
            exercise.name,
            given,
            (*filter(None, [solutions.get(exercise.name)]), *_in_utils(lesson, exercise.name)),
        )
        for exercise in lesson.exercises
    ]


def _given_sources(lesson: Lesson) -> Iterator[str]:
    """Yield the code cells of the student's copy."""
    for cell in lesson.notebook.cells:
        if cell.cell_type == "code":
            text = release_source(cell.source, lesson.root) if is_answer(cell) else cell.source
            yield without_hidden(text)


def _in_utils(lesson: Lesson, exercise: str) -> Iterator[str]:
    """Yield the answer in ``utils/<topic>.py``: its function, and it with what it calls there."""
    path = module_file(lesson.root, f"utils.{lesson.topic}")
    tree = ast.parse(path.read_text(encoding="utf-8") if path else "")
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    if exercise not in functions:
        return
    yield ast.unparse(functions[exercise])
    needed, waiting = {}, [exercise]
    while waiting:
        name = waiting.pop()
        if name in functions and name not in needed:
            needed[name] = ast.unparse(functions[name])
            waiting += [node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)]
    if len(needed) > 1:
        yield "\n\n".join(needed.values())


def _answer_in(cells: list[NotebookNode], exercise: str) -> str:
    """Return a student's answer, cut where it is too long; empty if there is none."""
    code = [cell for cell in cells if cell.cell_type == "code" or grade_id(cell) == exercise]
    named = [cell for cell in code if grade_id(cell) == exercise]
    answer = (named or [cell for cell in code if defines(cell, exercise)])[-1:]
    if not answer:
        return ""
    texts = [answer[0].source[: MAX_CHARACTERS + 1]]
    words = set(re.findall(r"\w+", texts[0]))
    for cell in code:
        names = DEFINED.findall(cell.source)
        is_other_answer = bool(grade_id(cell)) or exercise in names
        if cell is not answer[0] and not is_other_answer and not words.isdisjoint(names):
            texts.insert(0, cell.source)
    return "\n\n".join(texts)[: MAX_CHARACTERS + 1]

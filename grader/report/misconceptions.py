"""Which mistakes a class made, counted by name, and what else went wrong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from grader.course.lesson import GradedExercise
from grader.course.mistakes import BESIDES, mistakes_in_lesson
from grader.printable import printable, shorten
from grader.report.gather import MarkedLesson

MAX_KIND_CHARACTERS = 200
# What differs between messages about the same thing: quoted words, numbers, and names of errors'
# own making.
VARIABLE = re.compile(r"'[^'\n]*'|`[^`\n]*`|-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


@dataclass(frozen=True)
class Misconception:
    """A known mistake in an exercise, and who made it.

    Attributes
    ----------
    lesson, exercise, mistake : str
        Where, and the name of the mistake's function in ``utils/mistakes/``.
    students : int
        How many students made it: each counts once, whatever else they did.
    ids : tuple of str
        These students.
    share : float
        Their fraction of the students whose work was marked.
    what : str
        What is wrong, in the words that the students read.
    example : str
        A message without its inputs and results, so that it is about no student.
    """

    lesson: str
    exercise: str
    mistake: str
    students: int
    ids: tuple[str, ...]
    share: float
    what: str
    example: str


@dataclass(frozen=True)
class Recurring:
    """A mistake of one name in several exercises.

    Attributes
    ----------
    mistake : str
        Its name.
    students : int
        How many students made it anywhere.
    places : tuple of str
        Where, as ``lesson exercise``.
    """

    mistake: str
    students: int
    places: tuple[str, ...]


@dataclass(frozen=True)
class OtherMessage:
    """What was said to students whose answer no known mistake explains.

    Attributes
    ----------
    lesson, exercise : str
        Where.
    message : str
        The first sentence, with … for numbers and quoted words.
    students : int
        How many were told so.
    ids : tuple of str
        These students.
    """

    lesson: str
    exercise: str
    message: str
    students: int
    ids: tuple[str, ...]


def misconceptions(marked: Iterable[MarkedLesson]) -> tuple[Misconception, ...]:
    """Return the known mistakes that a class made, the most frequent first."""
    rows = []
    for lesson in marked:
        for exercise in lesson.lesson.exercises:
            makers: dict[str, list[str]] = defaultdict(list)
            for student in lesson.marked:
                for name in set(lesson.mistakes(student, exercise.name)):
                    makers[name].append(student)
            rows += [_row(lesson, exercise, name, ids) for name, ids in makers.items()]
    return tuple(sorted(rows, key=lambda row: (-row.students, row.lesson, row.exercise)))


def _row(
    lesson: MarkedLesson, exercise: GradedExercise, name: str, ids: list[str]
) -> Misconception:
    """Return the row of one known mistake."""
    known = mistakes_in_lesson(lesson.lesson.root, lesson.lesson.topic)
    words = next((one for one in known.get(exercise.name, ()) if one.name == name), None)
    # A mistake that was renamed since then has no words any more.
    example = " ".join(filter(None, [words.what, words.look])) if words else ""
    return Misconception(
        lesson.lesson.name,
        exercise.name,
        name,
        len(ids),
        tuple(sorted(ids)),
        len(ids) / len(lesson.marked),
        words.what if words else "",
        example,
    )


def recurring(rows: Iterable[Misconception]) -> tuple[Recurring, ...]:
    """Return the mistakes that were made in several exercises, the most frequent first."""
    by_name: dict[str, list[Misconception]] = defaultdict(list)
    for row in rows:
        by_name[row.mistake].append(row)
    found = [
        Recurring(
            name,
            len({student for row in group for student in row.ids}),
            tuple(f"{row.lesson} {row.exercise}" for row in group),
        )
        for name, group in by_name.items()
        if len(group) > 1
    ]
    return tuple(sorted(found, key=lambda row: (-row.students, row.mistake)))


def other_messages(marked: Iterable[MarkedLesson]) -> tuple[OtherMessage, ...]:
    """Return what was said where no known mistake was found, the most frequent first."""
    students: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for lesson, exercise, student in _wrong_answers(marked):
        message = lesson.message(student, exercise)
        if message and not lesson.mistakes(student, exercise):
            kind = kind_of(message, exercise)
            students[lesson.lesson.name, exercise, kind].append(student)
    rows = [OtherMessage(*key, len(ids), tuple(sorted(ids))) for key, ids in students.items()]
    return tuple(sorted(rows, key=lambda row: (-row.students, row.lesson, row.exercise)))


def _wrong_answers(marked: Iterable[MarkedLesson]) -> Iterator[tuple[MarkedLesson, str, str]]:
    """Yield lesson, exercise and student of each answer that did not get all points."""
    for lesson in marked:
        for exercise in lesson.lesson.exercises:
            for student in lesson.marked:
                if lesson.score(student, exercise) < exercise.points:
                    yield lesson, exercise.name, student


def kind_of(message: str, exercise: str) -> str:
    """Return the first line of a message without what differs from student to student."""
    first = message.strip().splitlines()[0] if message.strip() else ""
    first = first.removeprefix(f"{exercise}: ").removeprefix(BESIDES)
    return VARIABLE.sub("…", printable(shorten(first)))[:MAX_KIND_CHARACTERS]

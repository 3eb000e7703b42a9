"""Which lesson is a file? Read from what is in it, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from grader.collection.roster import UnplacedError
from grader.course.cells import defines, grade_id, is_answer, is_test
from grader.course.lesson import Lesson
from grader.submission.parse import UnreadableError, parse_notebook

# Of a file that is damaged, these can still be found.
GRADE_ID = re.compile(rb'"grade_id"\s*:\s*"([\w.-]{1,100})"')
ENOUGH = 2  # cells of a lesson, so that one name in common does not decide


@dataclass(frozen=True)
class Recogniser:
    """Recognises the notebooks of a course.

    Attributes
    ----------
    ids, exercises : dict
        The grade_ids of each lesson's answers and tests, and the names of its exercises.
    """

    ids: dict[str, frozenset[str]]
    exercises: dict[str, frozenset[str]]

    def lesson_of(self, content: bytes) -> tuple[str, str]:
        """Return the name of the lesson that a file is, and what is wrong with the file, or ''.

        Raises
        ------
        UnplacedError
            If it is no lesson's.
        """
        try:
            cells = parse_notebook(content).cells
        except UnreadableError as error:
            damaged = {match[1].decode() for match in GRADE_ID.finditer(content)}
            return _best(damaged, self.ids, str(error)), str(error)
        names = {name for cell in cells if (name := grade_id(cell))}
        if names & frozenset().union(*self.ids.values()):
            return _best(names, self.ids, "it has cells of more than one lesson"), ""
        code = [cell for cell in cells if cell.cell_type == "code"]
        every = frozenset().union(*self.exercises.values())
        defined = {name for name in every if any(defines(cell, name) for cell in code)}
        return _best(defined, self.exercises, "it has no exercise of this course"), ""


def make_recogniser(lessons: Iterable[Lesson]) -> Recogniser:
    """Return the recogniser of some lessons."""
    lessons = list(lessons)
    return Recogniser(
        {
            lesson.name: frozenset(
                grade_id(cell) for cell in lesson.notebook.cells if is_answer(cell) or is_test(cell)
            )
            for lesson in lessons
        },
        {lesson.name: frozenset(one.name for one in lesson.exercises) for lesson in lessons},
    )


def _best(found: set[str], lessons: dict[str, frozenset[str]], reason: str) -> str:
    """Return the lesson that most of the names belong to."""
    counts = {name: len(found & ids) for name, ids in lessons.items()}
    most = max(counts.values(), default=0)
    best = [name for name, count in counts.items() if count == most]
    if len(best) != 1 or most < min(ENOUGH, len(lessons[best[0]])):
        raise UnplacedError(reason)
    return best[0]

"""The report as plain values, which the terminal, the page and the JSON show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from statistics import fmean, median
from typing import Any

from grader.course.cells import hidden_test_ids
from grader.course.lesson import GradedExercise
from grader.marking.results import MISSING
from grader.report.compare import Comparison
from grader.report.gather import MarkedLesson
from grader.report.items import ItemFigures, item_figures
from grader.report.misconceptions import (
    Misconception,
    OtherMessage,
    Recurring,
    misconceptions,
    other_messages,
    recurring,
)

BINS = 10
FORMAT = 1  # of the JSON; a later one that `compare` cannot read gets another number


@dataclass(frozen=True)
class Bar:
    """How many students got from `start` to less than `end` points; the last bar includes both."""

    start: float
    end: float
    students: int


@dataclass(frozen=True)
class ExerciseFigures(ItemFigures):
    """The figures of an exercise, and those of its test cells."""

    tests: tuple[ItemFigures, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A submission that an instructor should look at, and why."""

    student: str
    status: str
    message: str


@dataclass(frozen=True)
class LessonFigures:
    """How a class did in a lesson.

    Attributes
    ----------
    lesson, title : str
        The lesson's name and heading.
    points : float
        The most points that it can give.
    handed_in, marked : int
        How many handed something in, and of how many that could be marked. All figures below are
        of the latter.
    not_handed_in : tuple of str
        Who did not.
    mean, median, lowest, highest : float or None
        Of the points; None if no submission could be marked.
    distribution : tuple of Bar
        The points in tenths.
    exercises : tuple of ExerciseFigures
        In the order of the lesson.
    problems : tuple of Problem
        What could not be marked, and what the grader noted about submissions.
    """

    lesson: str
    title: str
    points: float
    handed_in: int
    marked: int
    not_handed_in: tuple[str, ...]
    mean: float | None
    median: float | None
    lowest: float | None
    highest: float | None
    distribution: tuple[Bar, ...]
    exercises: tuple[ExerciseFigures, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class StudentExercise:
    """What a student got in an exercise, and why not more."""

    name: str
    score: float
    points: float
    message: str
    mistakes: tuple[str, ...]


@dataclass(frozen=True)
class StudentLesson:
    """What a student got in a lesson; None if nothing was handed in."""

    lesson: str
    status: str
    score: float | None
    message: str
    exercises: tuple[StudentExercise, ...]


@dataclass(frozen=True)
class StudentFigures:
    """A student's lessons, and the points of all of them together."""

    student: str
    total: float
    lessons: tuple[StudentLesson, ...]


@dataclass(frozen=True)
class ClassReport:
    """The whole report.

    Attributes
    ----------
    format : int
        The version of this form.
    made : str
        When, in UTC, as ISO 8601.
    lessons : tuple of LessonFigures
        In the order of the course.
    misconceptions : tuple of Misconception
        Known mistakes by name, the most frequent first.
    recurring : tuple of Recurring
        Those that were made in several exercises.
    other_messages : tuple of OtherMessage
        What was said about answers that no known mistake explains.
    nothing_handed_in : tuple of str
        Who handed in none of these lessons.
    students : tuple of StudentFigures
        The whole class.
    compared : Comparison or None
        The differences to an earlier report.
    """

    format: int
    made: str
    lessons: tuple[LessonFigures, ...]
    misconceptions: tuple[Misconception, ...]
    recurring: tuple[Recurring, ...]
    other_messages: tuple[OtherMessage, ...]
    nothing_handed_in: tuple[str, ...]
    students: tuple[StudentFigures, ...]
    compared: Comparison | None = None

    def to_json(self) -> str:
        """Return the file of ``grader report --json``."""
        return json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n"

    def compared_with(self, earlier: dict[str, Any] | None) -> ClassReport:
        """Return the report with its differences to an earlier one, read by `compare.load`."""
        if earlier is None:
            return self
        return replace(self, compared=Comparison.of(earlier, asdict(self)))


def summarise(marked: Sequence[MarkedLesson]) -> ClassReport:
    """Return the report on what `gather` read."""
    rows = misconceptions(marked)
    students = marked[0].students
    return ClassReport(
        format=FORMAT,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        lessons=tuple(map(_lesson_figures, marked)),
        misconceptions=rows,
        recurring=recurring(rows),
        other_messages=other_messages(marked),
        nothing_handed_in=tuple(
            student for student in students if all(student in one.absent for one in marked)
        ),
        students=tuple(_student_figures(student, marked) for student in students),
    )


def _lesson_figures(marked: MarkedLesson) -> LessonFigures:
    """Return the figures of a lesson."""
    lesson, totals = marked.lesson, [marked.totals[student] for student in marked.marked]
    return LessonFigures(
        lesson=lesson.name,
        title=lesson.title,
        points=lesson.points,
        handed_in=len(marked.students) - len(marked.absent),
        marked=len(totals),
        not_handed_in=marked.absent,
        mean=fmean(totals) if totals else None,
        median=median(totals) if totals else None,
        lowest=min(totals, default=None),
        highest=max(totals, default=None),
        distribution=_distribution(totals, lesson.points),
        exercises=_exercise_figures(marked),
        problems=tuple(
            Problem(student, result.status, result.message)
            for student, result in sorted(marked.results.items())
            if result.status != MISSING and (result.message or student not in marked.marked)
        ),
    )


def _distribution(totals: Sequence[float], highest: float) -> tuple[Bar, ...]:
    """Return how many students are in each tenth of the points; full marks are in the last."""
    counts = [0] * BINS
    for total in totals:
        # Sums of points such as 0.1 + 0.2 belong to the bar that begins at 0.3.
        place = int(round(BINS * total / highest, 9)) if highest else 0
        counts[min(BINS - 1, max(0, place))] += 1
    starts = [highest * index / BINS for index in range(BINS + 1)]
    return tuple(map(Bar, starts, starts[1:], counts))


def _exercise_figures(marked: MarkedLesson) -> tuple[ExerciseFigures, ...]:
    """Return the figures of a lesson's exercises and test cells."""
    hidden = hidden_test_ids(marked.lesson.notebook.cells)
    students = marked.marked
    scores = [marked.scores.get(student, {}) for student in students]
    exercises = marked.lesson.exercises
    # As the test cells add up, without penalties for late work: those say nothing of an exercise.
    totals = [sum(marked.score(student, one) for one in exercises) for student in students]
    figures = []
    for exercise in exercises:
        got = [marked.score(student, exercise) for student in students]
        tests = []
        for test in exercise.tests:
            name = test.grade_id
            points = [one[name].total if name in one else 0.0 for one in scores]
            tests.append(item_figures(name, test.points, name in hidden, points, totals))
        whole = item_figures(exercise.name, exercise.points, False, got, totals)
        figures.append(ExerciseFigures(**vars(whole), tests=tuple(tests)))
    return tuple(figures)


def _student_figures(student: str, marked: Sequence[MarkedLesson]) -> StudentFigures:
    """Return what a student got in each lesson."""
    lessons = tuple(_student_lesson(student, lesson) for lesson in marked)
    return StudentFigures(student, sum(lesson.score or 0.0 for lesson in lessons), lessons)


def _student_lesson(student: str, marked: MarkedLesson) -> StudentLesson:
    """Return what a student got in a lesson."""
    status, result = marked.status(student), marked.results.get(student)
    exercises = tuple(
        _student_exercise(student, marked, exercise)
        for exercise in marked.lesson.exercises
        if student in marked.totals
    )
    message = result.message if result else ""
    score = marked.totals.get(student)
    return StudentLesson(marked.lesson.name, status, score, message, exercises)


def _student_exercise(
    student: str, marked: MarkedLesson, exercise: GradedExercise
) -> StudentExercise:
    """Return what a student got in an exercise."""
    return StudentExercise(
        exercise.name,
        marked.score(student, exercise),
        exercise.points,
        marked.message(student, exercise.name),
        marked.mistakes(student, exercise.name),
    )

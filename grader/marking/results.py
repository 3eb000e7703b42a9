"""The results of marking, as plain values."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from grader.printable import shorten

if TYPE_CHECKING:
    from grader.course.lesson import Lesson

GRADED, MISSING, UNREADABLE, FAILED = "graded", "missing", "unreadable", "failed"


@dataclass(frozen=True)
class TestResult:
    """The result of one test cell.

    Attributes
    ----------
    grade_id : str
        The cell's id.
    score, max_score : float
        The points earned, and the points available.
    message : str
        What was wrong, for the student; empty if nothing was.
    mistakes : tuple of str
        The known mistakes that the message names, by the names of their functions.
    """

    # Keeps pytest from collecting the class because of its name.
    __test__ = False

    grade_id: str
    score: float
    max_score: float
    message: str = ""
    mistakes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", shorten(self.message))
        object.__setattr__(self, "mistakes", tuple(self.mistakes))  # a list, in a record


@dataclass(frozen=True)
class ExerciseResult:
    """The results of the test cells of one exercise."""

    name: str
    tests: tuple[TestResult, ...]

    @property
    def score(self) -> float:
        """The points earned."""
        return float(sum(test.score for test in self.tests))

    @property
    def max_score(self) -> float:
        """The points available."""
        return float(sum(test.max_score for test in self.tests))

    @property
    def message(self) -> str:
        """What was wrong, without repetitions; empty if nothing was."""
        return shorten("\n".join(dict.fromkeys(filter(None, (t.message for t in self.tests)))))

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The known mistakes that the messages name."""
        return tuple(dict.fromkeys(name for test in self.tests for name in test.mistakes))


@dataclass(frozen=True)
class SubmissionResult:
    """The marks of one student in one lesson.

    Attributes
    ----------
    student, lesson : str
        The student's id, and the lesson's name.
    status : str
        ``graded``; ``missing`` (no notebook of that name); ``unreadable`` (not a notebook); or
        ``failed`` (this machine or the grader could not mark it, and the next run tries again).
    seconds : float
        The time that marking took.
    message : str
        What an instructor should know about the submission as a whole. Messages are cut to
        `grader.printable.MAX_MESSAGE_CHARACTERS`.
    exercises : tuple of ExerciseResult
        In the order of the lesson.
    """

    student: str
    lesson: str
    status: str
    exercises: tuple[ExerciseResult, ...]
    seconds: float = 0.0
    message: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", shorten(self.message))

    @property
    def score(self) -> float:
        """The points earned."""
        return float(sum(exercise.score for exercise in self.exercises))

    @property
    def max_score(self) -> float:
        """The points available."""
        return float(sum(exercise.max_score for exercise in self.exercises))

    def to_json(self) -> dict:
        """Return the row that ``grader autograde --json`` writes."""
        return {
            "student": self.student,
            "lesson": self.lesson,
            "status": self.status,
            "score": self.score,
            "max_score": self.max_score,
            "seconds": round(self.seconds, 3),
            "message": self.message,
            "exercises": [
                {
                    "name": exercise.name,
                    "score": exercise.score,
                    "max_score": exercise.max_score,
                    "message": exercise.message,
                    "tests": [
                        {
                            "name": test.grade_id,
                            "score": test.score,
                            "max_score": test.max_score,
                            "message": test.message,
                        }
                        for test in exercise.tests
                    ],
                }
                for exercise in self.exercises
            ],
        }

    def to_record(self) -> dict:
        """Return the result with every test cell, as plain values."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict) -> SubmissionResult:
        """Return the result that `to_record` was called on.

        Raises
        ------
        KeyError, TypeError
            If the record has another form.
        """
        exercises = tuple(
            ExerciseResult(row["name"], tuple(TestResult(**test) for test in row["tests"]))
            for row in record["exercises"]
        )
        return cls(**(dict(record) | {"exercises": exercises}))


def without_marks(lesson: Lesson, student: str, status: str, message: str) -> SubmissionResult:
    """Return the result of a submission that could not be run."""
    exercises = tuple(
        ExerciseResult(
            exercise.name,
            tuple(TestResult(test.grade_id, 0.0, test.points, message) for test in exercise.tests),
        )
        for exercise in lesson.exercises
    )
    return SubmissionResult(student, lesson.name, status, exercises, 0.0, message)

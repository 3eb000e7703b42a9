"""Read what the report needs: points from the gradebook, messages from the executed notebooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from grader.classroom.failures import read_failures
from grader.classroom.gradebook import CourseGradebook, StoredScore, find_url
from grader.classroom.records import load_record, record_path, recorded_result
from grader.course.lesson import CourseError, GradedExercise, Lesson, find_lessons
from grader.course.mistakes import mistakes_in_lesson, mistakes_named
from grader.marking.results import FAILED, GRADED, MISSING, SubmissionResult, without_marks


@dataclass(frozen=True)
class MarkedLesson:
    """How a class did in one lesson.

    Attributes
    ----------
    lesson : Lesson
        The lesson.
    students : tuple of str
        The whole class.
    totals : dict
        The points of each student who handed in, those given by hand and penalties included.
    scores : dict
        Each student's points by test cell.
    results : dict
        Each student's result from marking, if the executed notebook still exists.
    comments : dict
        The messages in the gradebook, by student and exercise: all that is left of a result
        whose executed notebook is gone.
    """

    lesson: Lesson
    students: tuple[str, ...]
    totals: dict[str, float]
    scores: dict[str, dict[str, StoredScore]]
    results: dict[str, SubmissionResult] = field(default_factory=dict)
    comments: dict[str, dict[str, str]] = field(default_factory=dict)

    def status(self, student: str) -> str:
        """Return a submission's status."""
        if student in self.results:
            return self.results[student].status
        return GRADED if student in self.totals else MISSING

    @property
    def absent(self) -> tuple[str, ...]:
        """The students who handed in nothing."""
        return tuple(name for name in self.students if self.status(name) == MISSING)

    @property
    def marked(self) -> list[str]:
        """The students whose work was marked: of the others, no point says what they know."""
        return [student for student in self.totals if self.status(student) == GRADED]

    def score(self, student: str, exercise: GradedExercise) -> float:
        """Return a student's points in an exercise."""
        scores = self.scores.get(student, {})
        return sum(scores[t.grade_id].total for t in exercise.tests if t.grade_id in scores)

    def message(self, student: str, exercise: str) -> str:
        """Return what a student was told about an exercise; empty if all was right."""
        result = self.results.get(student)
        if result is None:
            return self.comments.get(student, {}).get(exercise, "")
        return next((one.message for one in result.exercises if one.name == exercise), "")

    def mistakes(self, student: str, exercise: str) -> tuple[str, ...]:
        """Return the known mistakes of a student in an exercise, each once.

        They are stored with a result. Results of an older grader, and the gradebook's comments,
        have the message only.
        """
        result = self.results.get(student)
        of_exercise = [one for one in result.exercises if one.name == exercise] if result else []
        stored = tuple(name for one in of_exercise for name in one.mistakes)
        if stored:
            return stored
        known = mistakes_in_lesson(self.lesson.root, self.lesson.topic)
        return mistakes_named(self.message(student, exercise), exercise, known)


def gather(
    root: Path,
    *,
    autograded: Path,
    gradebook: str | None = None,
    lessons: list[str] | None = None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[MarkedLesson]:
    """Read the marks of a class.

    Parameters
    ----------
    root : Path
        The course's root folder.
    autograded : Path
        The folder of the executed notebooks.
    gradebook : str, optional
        A database URL or a file; by default ``gradebook.db`` in the course.
    lessons : list of str, optional
        Lessons to report on; by default all that have marks.
    on_progress : callable, optional
        Called with the number of submissions that are read, and of all.

    Raises
    ------
    CourseError
        If there are no marks.
    """
    marked = []
    with CourseGradebook(find_url(root, gradebook)) as book:
        names, students = set(book.lessons), tuple(sorted(book.students))
        for lesson in find_lessons(root, lessons):
            if lesson.name in names:
                totals = {student: score for student, score, *_ in book.submissions(lesson.name)}
                marked.append(MarkedLesson(lesson, students, totals, book.scores(lesson.name)))
        _read_results(marked, autograded, on_progress)
        _add_failures(marked, autograded)
        for one in marked:
            if one.totals.keys() - one.results.keys():
                one.comments.update(book.comments(one.lesson.name))
    if not marked:
        raise CourseError("There are no marks in the gradebook. Run grader autograde first")
    return marked


def _read_results(
    marked: list[MarkedLesson], autograded: Path, on_progress: Callable[[int, int], None]
) -> None:
    """Read the results that are recorded in the executed notebooks."""
    submissions = [(lesson, student) for lesson in marked for student in lesson.totals]
    for done, (lesson, student) in enumerate(submissions, 1):
        result = recorded_result(load_record(record_path(autograded, student, lesson.lesson.name)))
        if result is not None:
            lesson.results[student] = result
        on_progress(done, len(submissions))


def _add_failures(marked: list[MarkedLesson], autograded: Path) -> None:
    """Add the submissions that could not be marked, of students who have no earlier points."""
    failures = read_failures(autograded)
    for one in marked:
        for student in one.students:
            message = failures.get((student, one.lesson.name))
            if message is not None and student not in one.totals:
                one.results[student] = without_marks(one.lesson, student, FAILED, message)

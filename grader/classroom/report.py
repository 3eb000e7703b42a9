"""How the class did, by lesson, exercise and student, for the instructor."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.classroom.failures import read_failures
from grader.classroom.gradebook import CourseGradebook, StoredScore, find_url
from grader.classroom.records import load_record, record_path, recorded_result
from grader.course.lesson import CourseError, GradedExercise, Lesson, find_lessons
from grader.marking.mark import without_marks
from grader.marking.results import FAILED, MISSING, SubmissionResult
from grader.printable import escape_name
from grader.terminal import is_problem, points, problem_line

MESSAGES_PER_EXERCISE = 3
BINS = 10
LESSON_FIGURES = ("handed in", "missing", "failed", "mean", "median", "lowest", "highest", "of")


@dataclass(frozen=True)
class LessonReport:
    """How a class did in one lesson.

    Attributes
    ----------
    lesson : Lesson
        The lesson.
    totals : dict
        Each student's points, those given by hand included.
    scores : dict
        Each student's points by test cell.
    results : dict
        Each student's result from marking, if the executed notebook still exists.
    students : tuple of str
        The whole class.
    """

    lesson: Lesson
    totals: dict[str, float]
    scores: dict[str, dict[str, StoredScore]]
    results: dict[str, SubmissionResult]
    students: tuple[str, ...]

    def success(self, exercise: GradedExercise) -> float:
        """Return the fraction of an exercise's points that the class got."""
        got = sum(
            scores[test.grade_id].total
            for scores in self.scores.values()
            for test in exercise.tests
            if test.grade_id in scores
        )
        return got / (exercise.points * len(self.scores)) if self.scores else 0.0

    def messages(self, exercise: GradedExercise) -> list[tuple[str, int]]:
        """Return the most frequent messages about an exercise, with their counts."""
        counter = Counter(
            marked.message.strip()
            for result in self.results.values()
            for marked in result.exercises
            if result.status != FAILED and marked.name == exercise.name and marked.message
        )
        return counter.most_common(MESSAGES_PER_EXERCISE)

    def failed(self) -> set[str]:
        """Return the students whose submission could not be marked, and who have no points."""
        return {
            student
            for student, result in self.results.items()
            if result.status == FAILED and student not in self.totals
        }

    def distribution(self) -> list[int]:
        """Return how many students are in each tenth of the points; full marks are in the last."""
        counts = [0] * BINS
        for total in self.totals.values():
            counts[min(BINS - 1, int(BINS * total / self.lesson.points))] += 1
        return counts

    def problems(self) -> list[SubmissionResult]:
        """Return the submissions that an instructor should look at."""
        return [result for _, result in sorted(self.results.items()) if is_problem(result)]


def gather(
    root: Path,
    *,
    autograded: Path,
    gradebook: str | None = None,
    lessons: list[str] | None = None,
) -> list[LessonReport]:
    """Read the points from the gradebook, and the messages from the executed notebooks.

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

    Raises
    ------
    CourseError
        If there are no marks.
    """
    reports = []
    with CourseGradebook(find_url(root, gradebook)) as book:
        marked, students = set(book.lessons), tuple(sorted(book.students))
        for lesson in find_lessons(root, lessons):
            if lesson.name in marked:
                totals = {student: score for student, score, *_ in book.submissions(lesson.name)}
                results = _read_results(autograded, lesson, totals)
                results |= _failed_results(autograded, lesson)
                scores = book.scores(lesson.name)
                reports.append(LessonReport(lesson, totals, scores, results, students))
    if not reports:
        raise CourseError("There are no marks in the gradebook. Run grader autograde first")
    return reports


def _read_results(
    autograded: Path, lesson: Lesson, students: Iterable[str]
) -> dict[str, SubmissionResult]:
    """Return the results recorded in the executed notebooks, by student."""
    results = {}
    for student in students:
        result = recorded_result(load_record(record_path(autograded, student, lesson.name)))
        if result is not None:
            results[student] = result
    return results


def _failed_results(autograded: Path, lesson: Lesson) -> dict[str, SubmissionResult]:
    """Return the submissions that could not be marked, by student."""
    return {
        student: without_marks(lesson, student, FAILED, message)
        for (student, name), message in read_failures(autograded).items()
        if name == lesson.name
    }


def to_terminal(reports: list[LessonReport]) -> Group:
    """Return the report as tables for a terminal."""
    parts: list[RenderableType] = [_overview(reports)]
    for report in reports:
        parts += [Text(), _exercise_table(report)]
        parts += [problem_line(result) for result in report.problems()]
    return Group(*parts, Text(), _student_table(reports))


def _overview(reports: list[LessonReport]) -> Table:
    """Return a table with a row for each lesson."""
    table = Table("lesson", title="Lessons", title_justify="left")
    for column in LESSON_FIGURES:
        table.add_column(column, justify="right")
    for report in reports:
        table.add_row(report.lesson.name, *_figures(report))
    return table


def _exercise_table(report: LessonReport) -> Table:
    """Return a table with a row for each exercise: its success, and its most frequent messages."""
    table = Table("exercise", title=report.lesson.name, title_justify="left")
    table.add_column("points got", justify="right")
    table.add_column("most frequent messages")
    for exercise in report.lesson.exercises:
        lines = [f"{count} × {_first_lines(text)}" for text, count in report.messages(exercise)]
        table.add_row(exercise.name, f"{report.success(exercise):.0%}", Text("\n".join(lines)))
    return table


def _first_lines(message: str) -> str:
    """Return the first two lines of a message as one: as much as fits into a table."""
    return " ".join(line.strip() for line in message.splitlines()[:2])


def _student_table(reports: list[LessonReport]) -> Table:
    """Return a table with a row for each student."""
    table = Table("student", title="Students", title_justify="left")
    for report in reports:
        table.add_column(report.lesson.name[:2], justify="right")
    table.add_column("together", justify="right")
    for row in _student_rows(reports):
        table.add_row(*(Text(cell) for cell in row))
    return table


def to_html(reports: list[LessonReport]) -> str:
    """Return the report as an HTML page that needs no other file."""
    return _template().render(
        reports=reports,
        overview_columns=["lesson", *LESSON_FIGURES],
        overview=[[report.lesson.name, *_figures(report)] for report in reports],
        student_columns=["student", *(report.lesson.name for report in reports), "together"],
        students=_student_rows(reports),
        bar_heights=_bar_heights,
        bin_starts=_bin_starts,
        describe_distribution=_describe_distribution,
        problem_rows=_problem_rows,
    )


@functools.cache
def _template() -> Template:
    """Load the page's template, which escapes every value."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["numeric"] = _is_numeric
    return environment.get_template("report.html.j2")


def _is_numeric(cell: str) -> bool:
    """Return whether a table's cell is a number, to be aligned to the right."""
    return cell.replace(".", "", 1).isdigit()


def _bar_heights(report: LessonReport) -> list[str]:
    """Return the heights of the distribution's bars, in percent of the tallest."""
    counts = report.distribution()
    tallest = max(*counts, 1)
    return [f"{100 * count / tallest:.0f}" for count in counts]


def _bin_starts(report: LessonReport) -> list[str]:
    """Return the points at which the distribution's bars begin."""
    return [points(report.lesson.points / BINS * index) for index in range(BINS)]


def _describe_distribution(report: LessonReport) -> str:
    """Return the distribution in words, for those who cannot see the bars."""
    width = report.lesson.points / BINS
    return ", ".join(
        f"{count} from {points(width * index)} to {points(width * (index + 1))}"
        for index, count in enumerate(report.distribution())
        if count
    )


def _problem_rows(report: LessonReport) -> list[list[str]]:
    """Return student, status and message of each submission with a problem."""
    return [
        [escape_name(result.student), result.status, result.message] for result in report.problems()
    ]


def _figures(report: LessonReport) -> list[str]:
    """Return a lesson's numbers, in the order of `LESSON_FIGURES`."""
    totals = list(report.totals.values())
    numbers = [fmean(totals), median(totals), min(totals), max(totals), report.lesson.points]
    failed = report.failed()
    counts = [len(totals), len({*report.students} - {*report.totals} - failed), len(failed)]
    return [str(count) for count in counts] + [points(number) for number in numbers]


def _student_rows(reports: list[LessonReport]) -> list[list[str]]:
    """Return each student's id, points in each lesson, and sum."""
    rows = []
    for student in reports[0].students:
        totals = [report.totals.get(student) for report in reports]
        together = points(sum(total or 0.0 for total in totals))
        cells = [
            points(total)
            if total is not None
            else FAILED
            if student in report.failed()
            else MISSING
            for report, total in zip(reports, totals, strict=True)
        ]
        rows.append([escape_name(student), *cells, together])
    return rows

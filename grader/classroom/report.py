"""How the class did: by lesson, by exercise and by student, for the instructor."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median

from rich.console import Group
from rich.table import Table
from rich.text import Text

from grader.classroom.gradebook import CourseGradebook, StoredScore, find_url
from grader.classroom.records import load_record
from grader.course.lesson import CourseError, GradedExercise, Lesson, find_lessons
from grader.marking.results import MISSING, SubmissionResult
from grader.printable import escape_name
from grader.terminal import is_problem, points, problem_line

SHOWN_MESSAGES = 3
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #111; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid #ccc; text-align: left;
         vertical-align: top; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
pre { margin: 0; white-space: pre-wrap; font-size: .85rem; }
.bars { display: flex; align-items: flex-end; gap: 3px; height: 90px; }
.bars span { flex: 1; max-width: 3rem; background: #0072b2; min-height: 1px; }
.axis { display: flex; gap: 3px; color: #444; font-size: .8rem; }
.axis span { flex: 1; max-width: 3rem; text-align: center; }
"""


@dataclass(frozen=True)
class LessonReport:
    """What is known about a class in one lesson.

    Attributes
    ----------
    lesson : Lesson
        The lesson.
    totals : dict
        Each student's points, those given by hand included.
    scores : dict
        Each student's points, test cell by test cell.
    results : dict
        What marking said about each student's submission, where it is still there.
    students : tuple of str
        The whole class.
    """

    lesson: Lesson
    totals: dict[str, float]
    scores: dict[str, dict[str, StoredScore]]
    results: dict[str, SubmissionResult]
    students: tuple[str, ...]

    def success(self, exercise: GradedExercise) -> float:
        """Return which part of an exercise's points the class got, 0 to 1."""
        got = sum(
            scores[test.grade_id].total
            for scores in self.scores.values()
            for test in exercise.tests
            if test.grade_id in scores
        )
        return got / (exercise.points * len(self.scores)) if self.scores else 0.0

    def messages(self, exercise: GradedExercise) -> list[tuple[str, int]]:
        """Return what marking said most often about an exercise, and how often."""
        said = Counter(
            one.message.strip()
            for result in self.results.values()
            for one in result.exercises
            if one.name == exercise.name and one.message
        )
        return said.most_common(SHOWN_MESSAGES)

    def distribution(self) -> list[int]:
        """Return how many students have each tenth of the points; full marks in the last."""
        bins = [0] * 10
        for total in self.totals.values():
            bins[min(9, int(10 * total / self.lesson.points))] += 1
        return bins

    def problems(self) -> list[SubmissionResult]:
        """Return the submissions that somebody should look at."""
        return [result for _, result in sorted(self.results.items()) if is_problem(result)]


def gather(
    root: Path,
    *,
    autograded: Path,
    gradebook: str | None = None,
    lessons: list[str] | None = None,
) -> list[LessonReport]:
    """Read the gradebook, and what marking said from the executed notebooks.

    Raises
    ------
    CourseError
        If nothing is marked.
    """
    reports = []
    with CourseGradebook(find_url(root, gradebook)) as book:
        marked, students = set(book.lessons), tuple(sorted(book.students))
        for lesson in find_lessons(root, lessons):
            if lesson.name in marked:
                totals = {student: score for student, score, *_ in book.submissions(lesson.name)}
                results = dict(_results(autograded, lesson, totals))
                scores = book.scores(lesson.name)
                reports.append(LessonReport(lesson, totals, scores, results, students))
    if not reports:
        raise CourseError("There are no marks in the gradebook. Run grader autograde first")
    return reports


def _results(
    autograded: Path, lesson: Lesson, students: Iterable[str]
) -> Iterable[tuple[str, SubmissionResult]]:
    """Yield what the executed notebooks say about how they were marked."""
    for student in students:
        record = load_record(autograded / student / lesson.name / f"{lesson.name}.ipynb")
        try:
            yield student, SubmissionResult.from_record((record or {})["result"])
        except (KeyError, TypeError):
            continue


def to_terminal(reports: list[LessonReport]) -> Group:
    """Return the report as tables for a terminal."""
    parts: list = [_overview(reports)]
    for report in reports:
        parts += [Text(), _exercise_table(report)]
        parts += [problem_line(result) for result in report.problems()]
    return Group(*parts, Text(), _student_table(reports))


def _overview(reports: list[LessonReport]) -> Table:
    """Return a row for each lesson."""
    table = Table("lesson", title="Lessons", title_justify="left")
    for column in ("handed in", "missing", "mean", "median", "lowest", "highest", "of"):
        table.add_column(column, justify="right")
    for report in reports:
        table.add_row(report.lesson.name, *_figures(report))
    return table


def _figures(report: LessonReport) -> list[str]:
    """Return the numbers of a lesson's row."""
    totals = list(report.totals.values())
    numbers = [fmean(totals), median(totals), min(totals), max(totals), report.lesson.points]
    counts = [str(len(totals)), str(len(report.students) - len(totals))]
    return counts + [points(number) for number in numbers]


def _exercise_table(report: LessonReport) -> Table:
    """Return a row for each exercise: how the class did, and what it was told most often."""
    table = Table("exercise", title=report.lesson.name, title_justify="left")
    table.add_column("points got", justify="right")
    table.add_column("most frequent messages")
    for exercise in report.lesson.exercises:
        said = [f"{count} × {_first_lines(text)}" for text, count in report.messages(exercise)]
        table.add_row(exercise.name, f"{report.success(exercise):.0%}", Text("\n".join(said)))
    return table


def _first_lines(message: str) -> str:
    """Shorten a message to what fits in a table: its first two lines."""
    return " ".join(line.strip() for line in message.splitlines()[:2])


def _student_table(reports: list[LessonReport]) -> Table:
    """Return a row for each student."""
    table = Table("student", title="Students", title_justify="left")
    for report in reports:
        table.add_column(report.lesson.name[:2], justify="right")
    table.add_column("together", justify="right")
    for row in _student_rows(reports):
        table.add_row(*(Text(cell) for cell in row))
    return table


def _student_rows(reports: list[LessonReport]) -> list[list[str]]:
    """Return each student's points in each lesson, and together."""
    rows = []
    for student in reports[0].students:
        totals = [report.totals.get(student) for report in reports]
        together = points(sum(total or 0.0 for total in totals))
        cells = [MISSING if total is None else points(total) for total in totals]
        rows.append([escape_name(student), *cells, together])
    return rows


def to_html(reports: list[LessonReport]) -> str:
    """Return the report as a page that needs nothing else."""
    head = ["lesson", "handed in", "missing", "mean", "median", "lowest", "highest", "of"]
    rows = [[report.lesson.name, *_figures(report)] for report in reports]
    body = ["<h1>Class report</h1>", _html_table(head, rows)]
    for report in reports:
        body += _html_lesson(report)
    head = ["student", *(report.lesson.name for report in reports), "together"]
    body += ["<h2>Students</h2>", _html_table(head, _student_rows(reports))]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Class report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(body)
        + "\n</body>\n</html>\n"
    )


def _html_lesson(report: LessonReport) -> list[str]:
    """Return a lesson's part of the page."""
    rows = []
    for exercise in report.lesson.exercises:
        said = "".join(
            f"<pre>{count} × {html.escape(text)}</pre>" for text, count in report.messages(exercise)
        )
        rows.append(
            f'<tr><td>{html.escape(exercise.name)}</td><td class="number">'
            f"{report.success(exercise):.0%}</td><td>{said}</td></tr>"
        )
    parts = [
        f"<h2>{html.escape(report.lesson.name)}: {html.escape(report.lesson.title)}</h2>",
        _html_bars(report),
        "<table><thead><tr><th>exercise</th><th>points got</th><th>most frequent messages</th>"
        "</tr></thead><tbody>" + "".join(rows) + "</tbody></table>",
    ]
    problems = report.problems()
    if problems:
        told = [[escape_name(one.student), one.status, one.message] for one in problems]
        parts += ["<h3>Problems</h3>", _html_table(["student", "status", "what"], told)]
    return parts


def _html_bars(report: LessonReport) -> str:
    """Return the distribution of a lesson's points as bars, and in words."""
    bins = report.distribution()
    tallest = max(max(bins), 1)
    step = report.lesson.points / 10
    words = ", ".join(
        f"{count} from {points(step * index)} to {points(step * (index + 1))}"
        for index, count in enumerate(bins)
        if count
    )
    bars = "".join(f'<span style="height:{100 * count / tallest:.0f}%"></span>' for count in bins)
    axis = "".join(f"<span>{points(step * index)}</span>" for index in range(10))
    label = html.escape(f"How many students got how many points: {words}.", quote=True)
    picture = f'<div class="bars" role="img" aria-label="{label}">{bars}</div>'
    return f'{picture}<div class="axis" aria-hidden="true">{axis}</div>'


def _html_table(head: list[str], rows: list[list[str]]) -> str:
    """Return an HTML table; what looks like a number stands to the right."""
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(
        "<tr>"
        + "".join(f"<td{_number_class(cell)}>{html.escape(cell)}</td>" for cell in row)
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def _number_class(cell: str) -> str:
    """Return the attribute that sets numbers to the right."""
    return ' class="number"' if cell.replace(".", "", 1).isdigit() else ""

"""The report as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.course.lesson import CourseError
from grader.marking.results import GRADED
from grader.printable import escape_name, first_few, printable
from grader.report.compare import Change, Comparison
from grader.report.items import EXPLANATIONS, ItemFigures
from grader.report.summary import ClassReport, LessonFigures, StudentFigures
from grader.terminal import points

MAX_ROWS = 20  # of mistakes or messages; the page has all


def percent(share: float | None) -> str:
    """Return a share as text."""
    return "-" if share is None else f"{share:.0%}"


def decimal(figure: float | None) -> str:
    """Return an index as text; -0.00 is 0.00."""
    return "-" if figure is None else f"{round(figure, 2) + 0.0:.2f}"


def signed(difference: float | None) -> str:
    """Return a change in percentage points as text."""
    return "-" if difference is None else f"{100 * difference:+.0f}"


def optional_points(value: float | None) -> str:
    """Return points as text."""
    return "-" if value is None else points(value)


def to_terminal(report: ClassReport) -> Group:
    """Return the report."""
    parts: list[RenderableType] = [_overview(report.lessons), *_misconceptions(report)]
    for lesson in report.lessons:
        parts += [Text(), _item_table(lesson), *_problem_lines(lesson)]
    parts += [Text(f"{name}: {words}.", style="dim") for name, words in EXPLANATIONS.items()]
    if report.compared is not None:
        parts += [Text(), *_comparison(report.compared)]
    return Group(*parts, Text(), _student_table(report), *_absent_line(report))


def student_to_terminal(report: ClassReport, student: str) -> Group:
    """Return what one student did, exercise by exercise.

    Raises
    ------
    CourseError
        If the gradebook has no such student.
    """
    found = next((one for one in report.students if one.student == student), None)
    if found is None:
        known = ", ".join(first_few([escape_name(one.student) for one in report.students]))
        raise CourseError(f"There is no student '{escape_name(student)}' in the gradebook: {known}")
    return Group(*_student_parts(found))


def _student_parts(student: StudentFigures) -> Iterable[RenderableType]:
    """Yield a student's lessons, each with its exercises and messages."""
    yield Text(f"{escape_name(student.student)}: {points(student.total)} points", style="bold")
    for lesson in student.lessons:
        score = lesson.status if lesson.score is None else f"{points(lesson.score)} points"
        yield Text(f"\n{lesson.lesson}: {score}", style="bold")
        if lesson.message:
            yield Text(printable(lesson.message), style="yellow")
        for exercise in lesson.exercises:
            named = f"  [{', '.join(exercise.mistakes)}]" if exercise.mistakes else ""
            score = f"{points(exercise.score)} of {points(exercise.points)}"
            yield Text(f"  {exercise.name}: {score}{named}")
            for line in printable(exercise.message).splitlines():
                yield Text(f"      {line}", style="dim")


def _table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """Return an empty table with columns of words, then columns of numbers."""
    table = Table(*words, title=title, title_justify="left")
    for column in numbers:
        table.add_column(column, justify="right")
    return table


def _overview(lessons: Iterable[LessonFigures]) -> Table:
    """Return a table with a row for each lesson."""
    numbers = ("handed in", "missing", "not marked", "mean", "median", "lowest", "highest", "of")
    table = _table("Lessons", ["lesson"], numbers)
    for lesson in lessons:
        counts = (lesson.handed_in, len(lesson.not_handed_in), lesson.handed_in - lesson.marked)
        figures = (lesson.mean, lesson.median, lesson.lowest, lesson.highest, lesson.points)
        table.add_row(lesson.lesson, *map(str, counts), *map(optional_points, figures))
    return table


def _misconceptions(report: ClassReport) -> Iterable[RenderableType]:
    """Yield the known mistakes that were made, and what else was said most often."""
    table = _table(
        "Misconceptions", ["lesson", "exercise", "mistake", "what"], ["students", "share"]
    )
    for row in report.misconceptions[:MAX_ROWS]:
        cells = map(Text, (row.lesson, row.exercise, row.mistake, row.what))
        table.add_row(*cells, str(row.students), percent(row.share))
    yield Text()
    yield table if report.misconceptions else Text("Misconceptions: no known mistake was made.")
    yield from _more(len(report.misconceptions))
    for again in report.recurring:
        places = ", ".join(again.places)
        yield Text(f"{again.mistake} was made by {again.students} in several places: {places}.")
    if report.other_messages:
        others = _table("Other messages", ["lesson", "exercise", "message"], ["students"])
        for one in report.other_messages[:MAX_ROWS]:
            others.add_row(*map(Text, (one.lesson, one.exercise, one.message)), str(one.students))
        yield others
        yield from _more(len(report.other_messages))


def _more(count: int) -> Iterable[Text]:
    """Yield how many rows a table leaves out."""
    if count > MAX_ROWS:
        yield Text(f"and {count - MAX_ROWS} more: see --html or --json.", style="dim")


def _item_table(lesson: LessonFigures) -> Table:
    """Return a table with a row for each exercise, and below it one for each of its tests."""
    table = _table(lesson.lesson, ["exercise, test"], ["points", *_headings()])
    for exercise in lesson.exercises:
        table.add_row(exercise.name, *_item_cells(exercise), style="bold")
        for test in exercise.tests:
            hidden = " (hidden)" if test.hidden else ""
            table.add_row(f"  {test.name}{hidden}", *_item_cells(test))
    reasons = {item.why_undefined for one in lesson.exercises for item in (one, *one.tests)} - {""}
    if reasons:
        table.caption = f"-: undefined, because {' or '.join(sorted(reasons))}"
    return table


def _headings() -> list[str]:
    """Return the headings of an item's figures."""
    return list(EXPLANATIONS)


def _item_cells(item: ItemFigures) -> list[str]:
    """Return an item's points and figures."""
    shares = percent(item.passed), percent(item.share)
    return [points(item.points), *shares, *map(decimal, (item.discrimination, item.point_biserial))]


def _problem_lines(lesson: LessonFigures) -> Iterable[Text]:
    """Yield a line for each submission that an instructor should look at."""
    for problem in lesson.problems:
        line = Text(f"{escape_name(problem.student)}  {lesson.lesson}  ")
        if problem.status != GRADED:
            line.append(f"{problem.status}: ", style="red")
        yield line.append(printable(problem.message))


def _comparison(compared: Comparison) -> Iterable[RenderableType]:
    """Yield the tables of what changed since an earlier report."""
    yield Text(f"Compared with the report of {escape_name(compared.made)}", style="bold")
    for names, kind in ((compared.only_before, "that"), (compared.only_now, "this")):
        if names:
            listed = ", ".join(map(escape_name, names))
            yield Text(f"Only in {kind} report, and not compared: {listed}.")
    yield _change_table("Points got", [*compared.lessons, *compared.exercises])
    if compared.misconceptions:
        yield _change_table("Students who made a mistake", compared.misconceptions[:MAX_ROWS])


def _change_table(title: str, changes: Iterable[Change]) -> Table:
    """Return a table of figures before and now."""
    table = _table(title, ["lesson", "exercise", "mistake"], ["before", "now", "change"])
    for one in changes:
        words = map(Text, map(escape_name, (one.lesson, one.exercise, one.mistake)))
        table.add_row(*words, percent(one.before), percent(one.after), signed(one.difference))
    return table


def _student_table(report: ClassReport) -> Table:
    """Return a table with a row for each student."""
    numbers = [*(lesson.lesson[:2] for lesson in report.lessons), "together"]
    table = _table("Students", ["student"], numbers)
    for student in report.students:
        cells = [one.status if one.score is None else points(one.score) for one in student.lessons]
        table.add_row(Text(escape_name(student.student)), *cells, points(student.total))
    return table


def _absent_line(report: ClassReport) -> Iterable[Text]:
    """Yield a line that says who handed in nothing."""
    if report.nothing_handed_in:
        names = ", ".join(map(escape_name, report.nothing_handed_in))
        yield Text(f"Handed in nothing: {names}.")

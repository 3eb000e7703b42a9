"""The tables and lines that the command line prints."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.marking.results import FAILED, GRADED, MISSING, SubmissionResult
from grader.printable import MAX_LISTED, escape_name, first_few

if TYPE_CHECKING:
    from grader.selfcheck import Checked


out = Console()
err = Console(stderr=True)


def points(value: float) -> str:
    """Return points as text, without trailing zeros."""
    return f"{round(value, 2):g}"


def is_problem(result: SubmissionResult) -> bool:
    """Return whether an instructor should look at a submission."""
    return result.status != GRADED or bool(result.message)


def problem_line(result: SubmissionResult) -> Text:
    """Return the line that describes a submission's problem."""
    line = Text(f"{escape_name(result.student)}  {result.lesson}  ")
    if result.status != GRADED:
        line.append(f"{result.status}: ", style="yellow" if result.status == MISSING else "red")
    return line.append(result.message)


def missing_lines(results: Iterable[SubmissionResult]) -> list[Text]:
    """Return the lines about missing submissions: one for each lesson and reason.

    A line counts the students and names the first few. Of many reasons in a lesson, the most
    frequent are shown.
    """
    students: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        if result.status == MISSING:
            students[result.lesson][result.message].append(escape_name(result.student))
    lines = []
    for lesson, by_message in sorted(students.items()):
        ranked = sorted(by_message.items(), key=lambda item: -len(item[1]))
        for message, names in ranked[:MAX_LISTED]:
            line = Text(f"{lesson}  ").append("missing: ", style="yellow")
            count = f"{len(names):,} student{'s' if len(names) > 1 else ''}"
            lines.append(line.append(f"{message} ({count}: {', '.join(first_few(names))})"))
        others = sum(len(names) for _, names in ranked[MAX_LISTED:])
        if others:
            lines.append(Text(f"{lesson}  missing: {others:,} more, for other reasons"))
    return lines


def summary_table(results: Iterable[SubmissionResult]) -> Table:
    """Return the table at the end of ``grader autograde``: a row for each lesson."""
    by_lesson: dict[str, list[SubmissionResult]] = defaultdict(list)
    for result in results:
        by_lesson[result.lesson].append(result)
    table = Table("lesson", title="Marked")
    columns = ["handed in", "missing", "mean", "of", "problems"]
    has_failed = any(result.status == FAILED for group in by_lesson.values() for result in group)
    for column in [*columns, "failed"] if has_failed else columns:
        table.add_column(column, justify="right")
    for lesson, group in sorted(by_lesson.items()):
        handed_in = [result for result in group if result.status not in (MISSING, FAILED)]
        counts = Counter(result.status for result in group)
        mean = points(fmean(result.score for result in handed_in)) if handed_in else "-"
        table.add_row(
            lesson,
            str(len(handed_in)),
            str(counts[MISSING]),
            mean,
            points(group[0].max_score),
            str(sum(is_problem(result) for result in handed_in)),
            *([str(counts[FAILED])] if has_failed else []),
        )
    return table


def checked_notebook(checked: Checked) -> Group:
    """Return what ``grader check`` prints about one notebook."""
    table = Table(title=f"{checked.lesson.title}", title_justify="left", show_edge=False)
    table.add_column("")
    table.add_column("exercise")
    table.add_column("points", justify="right")
    total = total_max = 0.0
    total_hidden = sum(checked.hidden.values())
    if total_hidden:
        table.add_column("more, when it is marked", justify="right")
    for exercise in checked.exercises:
        passed = exercise.score == exercise.max_score
        sign = Text("✓", "green") if passed else Text("✗", "red")
        hidden = checked.hidden[exercise.name]
        total += exercise.score
        total_max += exercise.max_score
        earned = f"{points(exercise.score)} of {points(exercise.max_score)}"
        more = [f"+ {points(hidden)}" if hidden else ""] if total_hidden else []
        table.add_row(sign, exercise.name, earned, *more)
    table.add_section()
    more = [f"+ {points(total_hidden)}"] if total_hidden else []
    table.add_row("", "together", f"{points(total)} of {points(total_max)}", *more)
    saved = f"{checked.path}, {_when_saved(checked.saved)}"
    parts: list[RenderableType] = [Text(saved, style="dim"), table]
    for exercise in checked.exercises:
        if exercise.message:
            parts.append(Text())
            parts.append(Padding(_message(exercise.name, exercise.message), (0, 0, 0, 2)))
    parts += [Text(f"Note: {note}.", style="yellow") for note in checked.notes]
    if total_hidden:
        note = "Hidden tests give the other points, on other inputs, when your work is marked. "
        has_them = checked.lesson.source.is_file()
        parts.append(Text(note + ("To run them now: grader check --all" if has_them else "")))
    return Group(*parts)


def _when_saved(time: float) -> str:
    """Return when a file was saved, and that what was typed later has not been checked."""
    saved = datetime.fromtimestamp(time)
    today = saved.date() == datetime.now().date()
    when = f"at {saved:%H:%M:%S}" if today else f"on {saved:%Y-%m-%d at %H:%M}"
    return (
        f"as saved {when}. Changes that JupyterLab has not saved yet do not count: press Ctrl + S"
    )


def _message(name: str, message: str) -> Text:
    """Return an exercise's message with the exercise's name in colour."""
    text = Text(message if message.startswith(name) else f"{name}: {message}")
    text.stylize("bold red", 0, len(name))
    return text

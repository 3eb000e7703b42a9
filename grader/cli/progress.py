"""``grader progress``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import app

if TYPE_CHECKING:
    from rich.table import Table

    from utils.progress import LessonProgress


@app.command()
def progress(
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as JSON, each exercise too.")
    ] = None,
) -> None:
    """Show how far you are: points of each lesson, and what is next.

    Reads the saved outputs of the checks in notebooks/. Nothing is run: `grader check` does that.
    """
    import json as encoder

    from rich.console import Console

    from grader.course.files import write_atomically
    from grader.course.lesson import find_root
    from utils.progress import read_progress, to_plain

    lessons = read_progress(find_root())
    if json is not None:
        write_atomically(json, encoder.dumps(to_plain(lessons), indent=1) + "\n")
    out = Console()
    out.print(_table(lessons))
    out.print(_next(lessons), markup=False, highlight=False, soft_wrap=True)


def _table(lessons: list[LessonProgress]) -> Table:
    """Return a table with a row for each lesson."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    from grader.printable import escape_name

    table = Table("lesson", "", show_edge=False)
    table.add_column("points", justify="right")
    table.add_column("hidden", justify="right")
    table.add_column("state")
    for one in lessons:
        table.add_row(
            one.path.stem,
            ProgressBar(total=one.visible or 1, completed=one.points, width=20),
            f"{one.points:g} of {one.visible:g}",
            f"+ {one.hidden:g}" if one.hidden else "",
            escape_name(one.state),
            style="" if one.next or one.fault else "green",
        )
    table.add_section()
    sums = [sum(getattr(one, name) for one in lessons) for name in ("points", "visible", "hidden")]
    table.add_row("together", "", f"{sums[0]:g} of {sums[1]:g}", f"+ {sums[2]:g}", "")
    return table


def _next(lessons: list[LessonProgress]) -> str:
    """Return what to do next, in a line."""
    from utils.progress import next_step

    following = next_step(lessons)
    if following is None:
        return "All checks that you can see pass."
    exercise = f"{following.next.name} in " if following.next else ""
    return f"Next: {exercise}{following.path}, as far as the saved outputs say."

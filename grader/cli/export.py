"""``grader export``."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import GradebookOption, Lessons, app


class Format(StrEnum):
    """The formats that points can be exported in."""

    csv = "csv"
    canvas = "canvas"
    moodle = "moodle"


@app.command()
def export(
    lessons: Lessons = None,
    format: Annotated[
        Format, typer.Option("--format", help="For a spreadsheet, Canvas or Moodle.")
    ] = Format.csv,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to; - prints.", show_default="grades-<format>.csv"
        ),
    ] = None,
    gradebook: GradebookOption = None,
) -> None:
    """Write the gradebook's points, those given by hand included, as a CSV file."""
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    with err.status("reading"):
        from grader.classroom.export import export as export_grades

        exported = export_grades(
            find_root(), format.value, gradebook=gradebook, lessons=lessons or None
        )
    for warning in exported.warnings:
        err.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if to == Path("-"):
        sys.stdout.write(exported.text)
        return
    to = to or Path(f"grades-{format.value}.csv")
    write_atomically(to, exported.text)
    out.print(f"wrote {to}", markup=False, highlight=False)

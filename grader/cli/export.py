"""``grader export``."""

from __future__ import annotations

import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import AutogradedOption, GradebookOption, Lessons, app, open_course


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
    autograded: AutogradedOption = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Canvas's export of its gradebook, or Moodle's grading worksheet, to fill in.",
        ),
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LESSON=COLUMN",
            help="An assignment of Canvas, by its heading or number: 02=98765.",
            show_default="by name or number",
        ),
    ] = None,
    feedback_zip: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write the feedback as Moodle's zip. With --roster."
        ),
    ] = None,
    feedback: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Where the feedback is.", show_default="feedback/ in the course"
        ),
    ] = None,
) -> None:
    """Write the gradebook's points, those given by hand included, as a CSV file.

    Late penalties are taken off. Who handed in nothing has no points, and not 0.
    """
    from grader.course.files import write_atomically
    from grader.terminal import err, out

    root = open_course()
    with err.status("reading"):
        from grader.classroom.export import export as export_grades

        exported = export_grades(
            root,
            format.value,
            gradebook=gradebook,
            lessons=lessons or None,
            autograded=autograded,
            roster=roster,
            columns=column or (),
        )
        if feedback_zip is not None:
            warnings = _write_zip(
                root, feedback_zip, lessons, roster, feedback or root / "feedback", gradebook
            )
            exported = replace(exported, warnings=(*exported.warnings, *warnings))
    for warning in exported.warnings:
        err.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if to == Path("-"):
        sys.stdout.write(exported.text)
        return
    to = to or Path(f"grades-{format.value}.csv")
    write_atomically(to, exported.text)
    out.print(f"wrote {to}", markup=False, highlight=False)


def _write_zip(
    root: Path,
    path: Path,
    lessons: list[str] | None,
    roster: Path | None,
    feedback: Path,
    gradebook: str | None,
) -> list[str]:
    """Write Moodle's zip of feedback; return warnings.

    Raises
    ------
    CourseError
        If there is no roster, or not one lesson.
    """
    from grader.classroom.moodle_zip import write_feedback_zip
    from grader.course.lesson import CourseError, find_lessons

    if roster is None or not lessons or len(lessons) != 1:
        raise CourseError("--feedback-zip needs one lesson, and Moodle's worksheet as --roster")
    (lesson,) = find_lessons(root, lessons)
    return write_feedback_zip(path, lesson, roster=roster, feedback=feedback, gradebook=gradebook)

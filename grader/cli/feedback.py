"""``grader feedback``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import (
    AutogradedOption,
    GradebookOption,
    Lessons,
    StudentsOption,
    app,
    open_course,
)


@app.command()
def feedback(
    lessons: Lessons = None,
    student: StudentsOption = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to.", show_default="feedback/ in the course"),
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
    jobs: Annotated[
        int,
        typer.Option(help="How many to write at a time.", min=1, show_default="number of cores"),
    ] = os.cpu_count() or 1,
) -> None:
    """Write what each student gets back: points and messages, and their notebook, as HTML.

    Hidden tests are left out. A page needs no other file and loads nothing.
    """
    from grader.terminal import err, out

    root = open_course()
    with err.status("starting") as status:
        from grader.classroom.feedback import write_feedback

        written = write_feedback(
            root,
            autograded=(autograded or root / "autograded").resolve(),
            feedback=(to or root / "feedback").resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
            students=student or None,
            jobs=jobs,
            progress=lambda done, total: status.update(f"{done:,} of {total:,} pages"),
        )
    out.print(f"wrote {len(written)} pages in {to or root / 'feedback'}", highlight=False)

"""``grader feedback``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import AutogradedOption, GradebookOption, Lessons, app


@app.command()
def feedback(
    lessons: Lessons = None,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only these students.", show_default="all"),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to.", show_default="feedback/ in the course"),
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
) -> None:
    """Write what each student gets back: their notebook with points and messages, as HTML.

    Hidden tests are left out.
    """
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    with err.status("starting") as status:
        from grader.classroom.feedback import write_feedback

        root = find_root()
        written = write_feedback(
            root,
            autograded=(autograded or root / "autograded").resolve(),
            feedback=(to or root / "feedback").resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
            students=student or None,
            progress=status.update,
        )
    out.print(f"wrote {len(written)} pages in {to or root / 'feedback'}", highlight=False)

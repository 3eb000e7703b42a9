"""``grader report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import AutogradedOption, GradebookOption, Lessons, app


@app.command()
def report(
    lessons: Lessons = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as a page, too.")
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
) -> None:
    """Show how the class did: lessons, exercises, what went wrong most often, every student."""
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    with err.status("reading"):
        from grader.classroom.report import gather, to_html, to_terminal

        root = find_root()
        reports = gather(
            root,
            autograded=(autograded or root / "autograded").resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
        )
    out.print(to_terminal(reports))
    if html is not None:
        write_atomically(html, to_html(reports))
        out.print(f"wrote {html}", markup=False, highlight=False)

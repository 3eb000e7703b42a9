"""``grader report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import AutogradedOption, GradebookOption, Lessons, app

if TYPE_CHECKING:
    from grader.report.summary import ClassReport


@app.command()
def report(
    lessons: Lessons = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as a page, too.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every figure as JSON.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Compare with an earlier report: a file written by --json."
        ),
    ] = None,
    student: Annotated[
        str | None, typer.Option(metavar="ID", help="Print what one student did, and why.")
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
) -> None:
    """Show how the class did: misconceptions, exercises, tests, every student."""
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root
    from grader.report.compare import load
    from grader.terminal import out

    earlier = None if compare is None else load(compare)
    root = find_root()
    made = _make_report(root, autograded or root / "autograded", gradebook, lessons)
    made = made.compared_with(earlier)
    _print(made, student)
    if html is not None:
        from grader.report.page import to_html

        write_atomically(html, to_html(made))
    if json is not None:
        write_atomically(json, made.to_json())
    for path in filter(None, (html, json)):
        out.print(f"wrote {path}", markup=False, highlight=False)


def _make_report(
    root: Path, autograded: Path, gradebook: str | None, lessons: list[str] | None
) -> ClassReport:
    """Read the marks while a progress bar is shown, and work out the figures."""
    from rich.progress import Progress

    from grader.terminal import err

    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        from grader.report.gather import gather
        from grader.report.summary import summarise

        marked = gather(
            root,
            autograded=autograded.resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
        return summarise(marked)


def _print(made: ClassReport, student: str | None) -> None:
    """Print the report, or what one student did."""
    from grader.report.terminal import student_to_terminal, to_terminal
    from grader.terminal import out

    out.print(to_terminal(made) if student is None else student_to_terminal(made, student))

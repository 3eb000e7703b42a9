"""``grader similar``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import Lessons, SubmittedOption, app

if TYPE_CHECKING:
    from grader.similar.pairs import Likeness


@app.command()
def similar(
    lessons: Lessons = None,
    submitted: SubmittedOption = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write both texts of each pair as a page.")
    ] = None,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the pairs as JSON.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1.0, help="The likeness that a pair must reach.", show_default="0.98"
        ),
    ] = None,
) -> None:
    """Find answers that are more alike than their exercise explains, most alike first.

    Names, layout, comments and given code do not count. The course's own answers take part as
    the student "reference". Nothing that was handed in is executed.
    """
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root, require_sources
    from grader.terminal import out

    root = find_root()
    require_sources(root)
    found, limit = _find(root, submitted or root / "submitted", lessons, threshold)
    from grader.similar.page import to_html, to_json, to_terminal

    out.print(to_terminal(found, limit))
    if html is not None:
        write_atomically(html, to_html(found, limit))
    if json is not None:
        write_atomically(json, to_json(found))
    for path in filter(None, (html, json)):
        out.print(f"wrote {path}", markup=False, highlight=False)


def _find(
    root: Path, submitted: Path, lessons: list[str] | None, threshold: float | None
) -> tuple[Likeness, float]:
    """Read and compare the answers while a progress bar is shown; return the threshold too."""
    from rich.progress import Progress

    from grader.course.lesson import find_lessons
    from grader.terminal import err

    with Progress(console=err, transient=True) as progress:
        task = progress.add_task("reading", total=None)

        from grader.similar.answers import read_answers
        from grader.similar.pairs import THRESHOLD, find_pairs

        answers = read_answers(
            submitted,
            find_lessons(root, lessons or None),
            lambda done, total: progress.update(task, completed=done, total=total),
        )
        limit = THRESHOLD if threshold is None else threshold
        return find_pairs(answers, limit), limit

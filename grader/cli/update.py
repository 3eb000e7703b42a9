"""``grader update``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import app


@app.command()
def update(
    edition: Annotated[
        Path | None,
        typer.Argument(
            metavar="RELEASE.zip|FOLDER",
            help="The newer course. Leave it out to finish an update that was interrupted.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Take a newer version of the course, and keep your work.

    Your answers and the cells that you added go into the newer notebooks. Every file that is
    replaced is kept in a folder in backups/. Close JupyterLab before.
    """
    from grader.terminal import err, out

    with err.status("starting") as status:
        from grader.course.lesson import find_root
        from grader.student.update import finish
        from grader.student.update import update as take

        root = find_root()
        finished = finish(root)
        plan = take(root, edition, status.update) if edition else None
    for done in filter(None, (finished, plan)):
        for note in done.notes:
            err.print(f"Note: {note}.", style="yellow", markup=False, highlight=False)
        text = f"Updated to version {done.version}: {len(done.replaced)} files."
        if (root / done.backup).is_dir():
            text += f" What was replaced is in {done.backup}"
        out.print(text, markup=False, highlight=False, soft_wrap=True)
    if not (finished or plan):
        nothing = "Everything is up to date." if edition else "There is no update to finish."
        out.print(nothing)

"""``grader reset``."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli.app import app


@app.command()
def reset(
    lesson: Annotated[str, typer.Argument(help="A lesson by name, number or topic: 02.")],
    exercise: Annotated[
        str | None,
        typer.Argument(help="The exercise to begin again.", show_default="the whole lesson"),
    ] = None,
) -> None:
    """Begin a lesson again, or one exercise of it: gives back its cells as they were.

    What was there is kept in a copy beside the notebook.
    """
    from grader.terminal import err, out

    with err.status("reading"):
        from grader.course.lesson import find_root
        from grader.student.reset import reset as give_back

        result = give_back(find_root(), lesson, exercise)
    if result.kept is None:
        text = f"{result.notebook} is as it was given out."
    else:
        text = (
            f"{result.notebook}: {exercise or 'the lesson'} is as it was given out.\n"
            f"What was there is in {result.kept.name}, beside it.\n"
            "Is it open in JupyterLab? Choose File > Reload Notebook from Disk."
        )
    out.print(text, markup=False, highlight=False, soft_wrap=True)

"""``grader release``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import Lessons, app


@app.command()
def release(
    to: Annotated[
        Path,
        typer.Option(
            metavar="FILE.zip|DIR",
            help="Where to: a ZIP archive, or a folder that is new or empty.",
        ),
    ],
    lessons: Lessons = None,
) -> None:
    """Pack what students get: notebooks, utils, data, and the commands that are theirs.

    It works on its own and has no solutions, hidden tests or tools of the instructor's. The
    reference answers in utils/ are part of it: demonstrations need them.
    """
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    root = find_root()
    with err.status("packing"):
        from grader.course.edition import make_edition
        from grader.course.pack import pack

        files = make_edition(root, lessons)
        wrote = pack(files, to)
    what = f"{len(files)} files, {sum(map(len, files.values())) / 1e6:.1f} MB unpacked"
    line = f"wrote {to}: {what}" if wrote else f"{to} was up to date: {what}"
    out.print(line, markup=False, highlight=False, soft_wrap=True)

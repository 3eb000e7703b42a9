"""``grader build``."""

from __future__ import annotations

from typing import Annotated

import typer

from grader.cli.app import Lessons, app


@app.command()
def build(
    lessons: Lessons = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail and say what is out of date.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Execute even what is up to date.")
    ] = False,
) -> None:
    """Make both notebooks of each lesson from its text source."""
    from grader.course import build as builder
    from grader.course.lesson import find_lessons, find_root, require_sources
    from grader.course.structure import find_gaps
    from grader.terminal import err, out

    root = find_root()
    require_sources(root)
    if check:
        with err.status("comparing"):
            stale = builder.find_stale(root, lessons)
        for reason in stale:
            err.print(str(reason), style="red", markup=False, highlight=False, soft_wrap=True)
        if stale:
            err.print("Run: grader build")
            raise typer.Exit(1)
        out.print("Everything is up to date.")
        return
    with err.status("building") as status:
        changed = builder.build(root, lessons, force=force, progress=status.update)
    for gap in (gap for lesson in find_lessons(root, lessons) for gap in find_gaps(lesson)):
        err.print(gap, style="yellow", markup=False, highlight=False, soft_wrap=True)
    for path in changed:
        out.print(f"wrote {path.relative_to(root)}", markup=False, highlight=False)
    if not changed:
        out.print("Everything was up to date.")

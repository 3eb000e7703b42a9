"""``grader collect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import app

if TYPE_CHECKING:
    from grader.collection.collect import Collected


@app.command()
def collect(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="SOURCE",
            help="Moodle's or Canvas's ZIP of submissions, a folder of notebooks, the exchange.",
        ),
    ],
    submitted: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Where to: DIR/<student>/<lesson>/<lesson>.ipynb",
            show_default="submitted/ in the course",
        ),
    ] = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="The class: Canvas's gradebook export, Moodle's participants or grading "
            "worksheet, or columns id and name.",
        ),
    ] = None,
    json: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what was placed, and what was not, as JSON."),
    ] = None,
) -> None:
    """Place what students handed in, as an LMS gives it, where `autograde` marks it.

    The lesson is found by what is in a notebook. Every attempt is kept in DIR/.attempts/, and the
    last one is used. What cannot be placed is listed. A second run changes nothing.
    """
    from grader.course.files import write_atomically
    from grader.course.lesson import CourseError, find_lessons, find_root
    from grader.terminal import err

    root = find_root()
    submitted = submitted or root / "submitted"
    if json is not None and not json.absolute().parent.is_dir():
        raise CourseError(f"There is no folder {json.absolute().parent}, which --json needs")
    with err.status("starting") as status:
        from grader.collection.collect import collect as collect_class
        from grader.collection.collect import to_json
        from grader.collection.roster import read_roster
        from grader.printable import escape_name

        collected = collect_class(
            sources,
            submitted,
            find_lessons(root),
            read_roster(roster) if roster else None,
            progress=lambda line: status.update(escape_name(line).replace("[", r"\[")),
        )
    if json is not None:
        write_atomically(json, to_json(collected, submitted))
    _print(collected, submitted)


def _print(collected: Collected, submitted: Path) -> None:
    """Print what was placed where, and what was not, with the first few of each kind."""
    from collections import defaultdict

    from rich.table import Table
    from rich.text import Text

    from grader.printable import escape_name, first_few
    from grader.terminal import err, out

    reasons = defaultdict(list)
    for one in collected.unplaced:
        reasons[one.reason].append(": ".join(filter(None, [one.source, one.path])))
    for reason, names in reasons.items():
        err.print(Text(f"Not placed, {reason}:", style="yellow"), soft_wrap=True)
        for name in first_few(names):
            err.print(Text(f"  {name}"), soft_wrap=True)
    for note in [*collected.notes, *_damaged(collected)]:
        err.print(Text(f"Note: {escape_name(note)}.", style="yellow"), soft_wrap=True)
    table = Table("lesson", title=f"In {escape_name(str(submitted))}")
    for column in ("students", "attempts", "new"):
        table.add_column(column, justify="right")
    for lesson in sorted({one.lesson for one in collected.placed}):
        rows = [one for one in collected.placed if one.lesson == lesson]
        counts = (len({one.student for one in rows}), len(rows), sum(one.new for one in rows))
        table.add_row(lesson, *map(str, counts))
    out.print(table if collected.placed else "Nothing was placed.")


def _damaged(collected: Collected) -> list[str]:
    """Return a note on the notebooks that were placed although something is wrong with them."""
    from grader.printable import first_few

    return first_few(
        [f"{one.student}, {one.lesson}: {one.note}" for one in collected.placed if one.note]
    )

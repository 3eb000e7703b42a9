"""``grader doctor``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import app

if TYPE_CHECKING:
    from rich.text import Text

    from grader.student.doctor import Finding

SIGNS = {"ok": ("✓", "green"), "note": ("·", "yellow"), "problem": ("✗", "red")}


@app.command()
def doctor(
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the findings as JSON.")
    ] = None,
) -> None:
    """Check this installation, and say what to do where something is wrong.

    Looks at Python, packages, rights, disk, ports, the kernel and the sandbox. Exit status 1 if
    something keeps the course from working.
    """
    import json as encoder

    from grader.terminal import err, out

    with err.status("starting") as status:
        from grader.course.files import write_atomically
        from grader.course.lesson import find_root
        from grader.student.doctor import examine, to_plain

        findings = []
        for finding in examine(find_root(), status.update):
            out.print(_line(finding), soft_wrap=True)
            findings.append(finding)
    report = to_plain(findings)
    if json is not None:
        write_atomically(json, encoder.dumps(report, indent=1) + "\n")
    if not report["works"]:
        raise typer.Exit(1)


def _line(finding: Finding) -> Text:
    """Return what was found in a line, and what to do in another."""
    from rich.text import Text

    from grader.printable import printable, shorten

    sign, style = SIGNS[finding.state]
    line = Text.assemble((f"{sign} {finding.part:<9}", style))
    line.append(shorten(printable(finding.text)))
    return line.append(f"\n{'':>11}{finding.advice}", "bold") if finding.advice else line

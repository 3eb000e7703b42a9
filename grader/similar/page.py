"""The pairs as tables for a terminal, as JSON, and as a page with both texts side by side."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.printable import escape_name
from grader.report.page import load_template
from grader.similar.pairs import MIN_SHARED, Likeness

MAX_ROWS = 30  # in the terminal
MAX_NOTES = 30


def to_json(found: Likeness) -> str:
    """Return the file of ``grader similar --json``."""
    pairs = [
        {
            "lesson": pair.lesson,
            "exercise": pair.exercise,
            "students": list(pair.students),
            "score": pair.score,
            "shared": pair.shared,
        }
        for pair in found.pairs
    ]
    content = {"pairs": pairs, "notes": found.notes}
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def to_html(found: Likeness, threshold: float) -> str:
    """Return a page that needs no other file; every name and text in it is text."""
    template = load_template(Path(__file__).with_name("similar.html.j2"))
    return template.render(found=found, threshold=threshold, min_shared=MIN_SHARED)


def to_terminal(found: Likeness, threshold: float) -> Group:
    """Return a table of the pairs, and what was not compared."""
    parts: list[RenderableType] = []
    if found.pairs:
        table = Table("lesson", "exercise", "students", title="More alike than explained")
        table.add_column("likeness", justify="right")
        for pair in found.pairs[:MAX_ROWS]:
            names = " and ".join(map(escape_name, pair.students))
            table.add_row(*map(Text, (pair.lesson, pair.exercise, names, f"{pair.score:.2f}")))
        parts += [table, *_more(len(found.pairs) - MAX_ROWS, "pairs")]
        parts.append(Text("Likeness is a reason to read both texts (--html), and no proof."))
    else:
        parts.append(Text(f"No pair of answers is as alike as {threshold:g}."))
    parts += [Text(f"Note: {note}.", style="dim") for note in found.notes[:MAX_NOTES]]
    return Group(*parts, *_more(len(found.notes) - MAX_NOTES, "notes"))


def _more(count: int, kind: str) -> list[Text]:
    """Return a line that says how many are left out, if any are."""
    return (
        [Text(f"and {count} more {kind}: see --html or --json.", style="dim")] if count > 0 else []
    )

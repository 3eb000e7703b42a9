"""Which submissions the last runs could not mark, for the report: no gradebook has a row for them.

They are listed in one file of the folder ``autograded``. A submission leaves the list when it is
marked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from grader.course.files import write_atomically
from grader.marking.results import FAILED, SubmissionResult

FILE_NAME = "failed.json"


def read_failures(autograded: Path) -> dict[tuple[str, str], str]:
    """Return why submissions could not be marked, by student and lesson."""
    try:
        rows = json.loads((autograded / FILE_NAME).read_text(encoding="utf-8"))
        return {(row["student"], row["lesson"]): str(row["message"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def update_failures(autograded: Path, results: Iterable[SubmissionResult]) -> None:
    """Write down which submissions of a run failed; those that it marked leave the list.

    A disk that is full may have been the reason, so a list that cannot be written is no error.
    """
    before = read_failures(autograded)
    failures = dict(before)
    for result in results:
        failures.pop((result.student, result.lesson), None)
        if result.status == FAILED:
            failures[result.student, result.lesson] = result.message
    if failures != before:
        with suppress(OSError):
            write_atomically(autograded / FILE_NAME, _to_text(failures))


def _to_text(failures: Mapping[tuple[str, str], str]) -> str:
    """Return the list as JSON."""
    rows = [
        {"student": student, "lesson": lesson, "message": message}
        for (student, lesson), message in sorted(failures.items())
    ]
    return json.dumps(rows, indent=1) + "\n"

"""The file of ``grader autograde --json``: the results of a run, and what they were made with."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.classroom.options import RunSummary
from grader.course.identity import course_digest, course_name, course_version, grader_version
from grader.marking.results import SubmissionResult


def to_json(summary: RunSummary, root: Path) -> str:
    """Return the file's text.

    ``submissions`` has a row for each student and lesson. The other entries say which course was
    marked, when, and by which version of the grader; ``lessons`` gives a digest of what a lesson's
    marks depend on. Two files with the same digests were marked in the same way.

    Parameters
    ----------
    summary : RunSummary
        The results.
    root : Path
        The course's root folder.
    """
    content = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "grader": {"version": grader_version()},
        "course": {
            "name": course_name(root),
            "version": course_version(root),
            "digest": course_digest(root),
        },
        "lessons": summary.digests,
        "submissions": [_row(result, summary) for result in summary.results],
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _row(result: SubmissionResult, summary: RunSummary) -> dict[str, Any]:
    """Return a result's row, and when it was handed in; ``score`` is without the penalty."""
    hand_in = summary.hand_ins.get((result.student, result.lesson))
    time = hand_in.time if hand_in else None
    return result.to_json() | {
        "handed_in": f"{time.isoformat()}Z" if time else None,
        "seconds_late": hand_in.seconds_late if hand_in else 0.0,
        "penalty": hand_in.penalty if hand_in else 0.0,
    }

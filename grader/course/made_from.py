"""The record beside an executed notebook: digests of its inputs and of its content.

While both match, the notebook need not be executed again.
"""

from __future__ import annotations

import json
from pathlib import Path

from grader.course.digests import file_digest


def record_of(notebook: Path) -> Path:
    """Return the path of the record of what an executed notebook was made from."""
    return notebook.with_name("made_from.json")


def describe_build(notebook: Path, digest: str) -> str:
    """Return the record of an executed notebook that was just written, as JSON.

    Parameters
    ----------
    notebook : Path
        The executed notebook.
    digest : str
        A digest of its inputs.
    """
    return json.dumps({"source": digest, "content": file_digest(notebook)}, indent=1) + "\n"


def why_stale(notebook: Path, digest: str, inputs: str) -> str | None:
    """Return why a notebook must be executed again, or None.

    Parameters
    ----------
    notebook : Path
        The executed notebook.
    digest : str
        A digest of its inputs as they are now.
    inputs : str
        What its inputs are, as the beginning of a sentence.
    """
    record = record_of(notebook)
    if not (notebook.is_file() and record.is_file()):
        return "was never made"
    made_from = json.loads(record.read_text(encoding="utf-8"))
    if made_from["source"] != digest:
        return f"{inputs} changed since it was made"
    if made_from["content"] != file_digest(notebook):
        return "was changed by hand"
    return None

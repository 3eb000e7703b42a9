"""Parse the outputs of a cell from an untrusted process.

They are JSON that a student's code may have forged. The message is measured before it is parsed,
and checked with fastjsonschema: jsonschema, which nbformat turns to when something is wrong, keeps
kilobytes for each wrong value.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import fastjsonschema
import nbformat
from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines

from grader.isolation.codec import DecodeError
from grader.isolation.process import UNREADABLE_REPLY, ProcessEndedError
from grader.submission.condense import frame_size

MAX_OUTPUTS = 1_000  # outputs of one cell
MAX_FRAME_BYTES = 1_000_000  # of a message outside its texts: these become many small values


def parse_outputs(message: bytes) -> list[NotebookNode]:
    """Parse the outputs of a cell, for a reply that a process sent.

    Raises
    ------
    ProcessEndedError
        If the reply is not a list of outputs.
    """
    try:
        return read_outputs(message)
    except DecodeError:
        raise ProcessEndedError(UNREADABLE_REPLY) from None


def read_outputs(message: bytes) -> list[NotebookNode]:
    """Parse the outputs of a cell into nbformat's form.

    Raises
    ------
    DecodeError
        If the message is not a list of outputs, or too large.
    """
    if frame_size(message) > MAX_FRAME_BYTES:
        raise DecodeError("too many values")
    try:
        outputs = json.loads(message)
        _output_validator()(outputs)
        return _join_lines(_make_writable(outputs))
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"unreadable: {type(error).__name__}") from error


@functools.cache
def _output_validator() -> Callable[[Any], Any]:
    """Compile nbformat's schema of a cell's outputs."""
    schema = json.loads(
        resources.files("nbformat.v4").joinpath("nbformat.v4.5.schema.json").read_text("utf-8")
    )
    return fastjsonschema.compile(
        {
            "$schema": schema["$schema"],
            "definitions": schema["definitions"],
            "type": "array",
            "items": {"$ref": "#/definitions/output"},
            "maxItems": MAX_OUTPUTS,
        }
    )


def _make_writable(outputs: list) -> list:
    """Replace what UTF-8 cannot encode in any string: half a surrogate pair."""
    return json.loads(json.dumps(outputs, ensure_ascii=False).encode("utf-8", "replace"))


def _join_lines(outputs: list) -> list[NotebookNode]:
    """Join texts that are lists of lines."""
    cell = nbformat.from_dict({"cell_type": "code", "source": "", "outputs": outputs})
    return rejoin_lines(NotebookNode(cells=[cell])).cells[0].outputs

"""Read what a cell put out from what a student's process says it was.

That is JSON that somebody may have forged, in a process without limits. So it is measured before it
is parsed, and checked here by hand: jsonschema, with which nbformat checks, keeps kilobytes of each
value that is wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from grader.isolation.codec import DecodeError
from grader.isolation.process import UNREADABLE_REPLY, ProcessEndedError

if TYPE_CHECKING:
    from nbformat import NotebookNode


def parse_outputs(message: bytes) -> list[NotebookNode]:
    """Read a cell's outputs from what a process sent.

    Raises
    ------
    ProcessEndedError
        If they are none.
    """
    try:
        return read_outputs(message)
    except DecodeError:
        raise ProcessEndedError(UNREADABLE_REPLY) from None


def stopped_run(outputs: list[NotebookNode], why: str, is_cell: bool = True) -> CellRun:
    """Return the run of a cell that did not come to its end: its outputs, and why as an error."""
    error = nbformat.v4.new_output("error", ename=STOPPED, evalue=why, traceback=[why])
    return CellRun([*outputs, error], why if is_cell else "")


MAX_OUTPUTS = 1_000  # outputs of one cell
MAX_FRAME_BYTES = 1_000_000  # bytes of a message without its texts: what becomes many small values
TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
JSON_FORM = re.compile(r"application/(.*\+)?json", re.DOTALL)


def read_outputs(message: bytes) -> list[NotebookNode]:
    """Read a cell's outputs, in nbformat's form.

    Raises
    ------
    DecodeError
        If they are not that, or too many.
    """
    if len(TEXTS.sub(b"", message)) > MAX_FRAME_BYTES:
        raise DecodeError("too many values")
    try:
        found = json.loads(message)
        if type(found) is not list or len(found) > MAX_OUTPUTS:
            raise DecodeError("no outputs, or too many")
        return [nbformat.from_dict(_read_output(one)) for one in found]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DecodeError(f"unreadable: {type(error).__name__}") from error


def _read_output(told: dict) -> dict:
    """Return an output if it is one."""
    kind = told["output_type"]
    read = {"stream": _read_stream, "error": _read_error}.get(kind, _read_shown)(told)
    if read.keys() != told.keys():
        raise DecodeError("no output")
    return read


def _read_stream(told: dict) -> dict:
    """Read what was printed."""
    return {"output_type": "stream", "name": _text(told["name"]), "text": _lines(told["text"])}


def _read_error(told: dict) -> dict:
    """Read an error."""
    return {
        "output_type": "error",
        "ename": _text(told["ename"]),
        "evalue": _text(told["evalue"]),
        "traceback": [_text(line) for line in _of(list, told["traceback"])],
    }


def _read_shown(told: dict) -> dict:
    """Read a value that was shown: in each of its forms text, unless that is JSON."""
    kind, data = told["output_type"], _of(dict, told["data"])
    shown = {
        "output_type": kind,
        "data": {
            _text(mime): _json(value) if JSON_FORM.fullmatch(mime) else _lines(value)
            for mime, value in data.items()
        },
        "metadata": _json(_of(dict, told["metadata"])),
    }
    if kind == "execute_result":
        count = told["execution_count"]
        shown["execution_count"] = None if count is None else max(0, _of(int, count))
    elif kind != "display_data":
        raise DecodeError("no output")
    return shown


def _lines(value: object) -> str:
    """Return a text that may be in lines."""
    return _text("".join(value) if type(value) is list else value)


def _text(value: object) -> str:
    """Return a text that can be written: without half a pair of surrogates, for one."""
    return _of(str, value).encode("utf-8", "replace").decode()


def _json(value: object) -> object:
    """Return a value of JSON's whose texts can all be written."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _of(kind: type, value: object) -> object:
    """Return a value of exactly one type."""
    if type(value) is not kind:
        raise DecodeError(f"no {kind.__name__}")
    return value


STOPPED = "Stopped"


@dataclass(frozen=True)
class CellRun:
    """What running one cell gave.

    Attributes
    ----------
    outputs : list of NotebookNode
        In nbformat's form.
    stopped : str
        Why the cell did not come to its end, in words; empty if it did.
    """

    outputs: list[NotebookNode] = field(default_factory=list)
    stopped: str = ""

    @property
    def ended_well(self) -> bool:
        """Whether it came to its end, without an error."""
        return not self.stopped and all(one.output_type != "error" for one in self.outputs)

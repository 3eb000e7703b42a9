"""Read what a cell put out from what a student's process says it was.

That is JSON that somebody may have forged, in a process without limits. So it is measured before it
is parsed, and checked here by hand: jsonschema, with which nbformat checks, keeps kilobytes of each
value that is wrong.
"""

from __future__ import annotations

import json
import re

import nbformat
from nbformat import NotebookNode

from grader.values import BadMessage

MOST = 1_000  # outputs of one cell
LARGEST_FRAME = 1_000_000  # bytes of a message without its texts: what becomes many small values
TEXTS = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
JSON_FORM = re.compile(r"application/(.*\+)?json", re.DOTALL)


def read_outputs(message: bytes) -> list[NotebookNode]:
    """Read a cell's outputs, in nbformat's form.

    Raises
    ------
    BadMessage
        If they are not that, or too many.
    """
    if len(TEXTS.sub(b"", message)) > LARGEST_FRAME:
        raise BadMessage("too many values")
    try:
        found = json.loads(message)
        if type(found) is not list or len(found) > MOST:
            raise BadMessage("no outputs, or too many")
        return [nbformat.from_dict(_read_output(one)) for one in found]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BadMessage(f"unreadable: {type(error).__name__}") from error


def _read_output(told: dict) -> dict:
    """Return an output if it is one."""
    kind = told["output_type"]
    read = {"stream": _read_stream, "error": _read_error}.get(kind, _read_shown)(told)
    if read.keys() != told.keys():
        raise BadMessage("no output")
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
        raise BadMessage("no output")
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
        raise BadMessage(f"no {kind.__name__}")
    return value

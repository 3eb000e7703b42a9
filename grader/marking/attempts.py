"""What a submission tried that marking refuses, as far as its errors and outputs show it.

The kernel refuses such a call with an error, and most code fails with it or prints it. Code that
hides the error is not noticed here: nothing was changed or read, and the marks are right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from nbformat import NotebookNode

from grader.course.cells import is_test
from grader.printable import first_few, printable

FILES, PROCESSES, NETWORK = "files outside its folder", "other programs or processes", "the network"
MAX_SEARCHED = 20_000  # characters of a cell's outputs, from the beginning of each
MAX_PATH = 60  # characters of a path in the note

# How Python writes the errors that the sandbox causes; the first group is the file's name.
REFUSED = re.compile(
    r"(?:\[Errno (?:1|13|30)\] |PermissionError\((?:1|13), |OSError\(30, )"
    r"[^\n:)]{0,60}(?:: '([^'\n]{1,300})')?"
)
NOT_THERE = re.compile(r"\[Errno 2\] No such file or directory: '(/[^'\n]{1,300})'")
NO_SHELL = re.compile(r"\"\w{1,20}\" shell not found")
NO_NETWORK = re.compile(r"name resolution|Network is unreachable|URLError|\[Errno (?:97|101|-3)\]")
# Words in a cell, or in a traceback, that say what a refused call without a file's name was for.
OF_NETWORK = re.compile(r"\b(?:socket|urllib|urlopen|requests|http)\b")


def describe_attempts(cells: Iterable[NotebookNode], errors: Mapping[str, str]) -> str:
    """Return what a submission tried that was refused, in one line; empty if nothing.

    Parameters
    ----------
    cells : iterable of NotebookNode
        The code cells of the executed notebook.
    errors : mapping of str to str
        Errors of answer cells that no output shows, in one line each.
    """
    tried: dict[str, list[str]] = {}
    texts = [text for cell in cells for text in _texts(cell)]
    for text, source in [*texts, *((error, "") for error in errors.values())]:
        for kind, path in _find(text[:MAX_SEARCHED], source):
            paths = tried.setdefault(kind, [])
            if path and path not in paths:
                paths.append(path)
    if not tried:
        return ""
    return f"tried what marking refuses: {', '.join(_phrase(*item) for item in tried.items())}"


def _texts(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """Yield the texts of a cell that may show an error, each with the student's code."""
    for output in cell.outputs:
        source = "" if is_test(cell) else cell.source
        if output.output_type == "error":
            yield f"{output.ename}: {output.evalue}", source + "\n".join(output.traceback)
        elif output.output_type == "stream":
            yield output.text, source
        elif "text/plain" in output.get("data", {}):
            yield output.data["text/plain"], source


def _find(text: str, source: str) -> Iterator[tuple[str, str]]:
    """Yield the kind of each refusal in a text, and the file's name if there is one."""
    if NO_NETWORK.search(text):
        yield NETWORK, ""
    if NO_SHELL.search(text):
        yield PROCESSES, ""
    for match in REFUSED.finditer(text):
        if match[1]:
            yield FILES, match[1]
        elif match[0].startswith(("[Errno 1]", "PermissionError(1,")):
            yield (NETWORK if OF_NETWORK.search(source) else PROCESSES), ""
        else:
            yield FILES, ""
    for match in NOT_THERE.finditer(text):
        if _is_here(match[1]):  # so it was hidden
            yield FILES, match[1]


def _is_here(path: str) -> bool:
    """Return whether this machine has a file that a worker did not find."""
    with suppress(OSError, ValueError):
        return os.path.lexists(path)
    return False


def _phrase(kind: str, paths: list[str]) -> str:
    """Return a kind of refusal with the first few files."""
    short = [path if len(path) <= MAX_PATH else f"...{path[-MAX_PATH:]}" for path in paths]
    return f"{kind} ({', '.join(first_few(list(map(printable, short))))})" if paths else kind

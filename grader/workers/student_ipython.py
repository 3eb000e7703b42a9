"""A stub for ``get_ipython()`` in the student worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.workers.placeholders import PlaceholderUsedError

if TYPE_CHECKING:
    from grader.workers.student import StudentNamespace

MAGICS = ("time", "capture", "prun")  # that run what follows them


class IPythonStub:
    """What a cell's magics talk to."""

    def __init__(self, student: StudentNamespace):
        self._student = student

    def run_line_magic(self, name: str, line: str, *_: object, **__: object) -> None:
        """Run a statement that is timed; nothing else is there."""
        if name in MAGICS:
            self._student._run(line, "<magic>")
        elif not self._student.answering:
            raise PlaceholderUsedError(f"%{name}")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run a cell that is timed, or whose output is kept; write one into a file."""
        if name in ("writefile", "file"):
            with open(line.split()[-1], "a" if "-a" in line.split() else "w") as file:
                file.write(cell)
        elif name in MAGICS:
            self._student._run(cell, "<magic>")
        else:
            raise PlaceholderUsedError(f"%%{name}")

    def __getattr__(self, name: str) -> object:
        raise PlaceholderUsedError(f"get_ipython().{name}")

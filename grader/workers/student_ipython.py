"""A stub for ``get_ipython()`` in the student worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grader.workers.placeholders import PlaceholderUsedError

if TYPE_CHECKING:
    from grader.workers.student import StudentNamespace

RUNNING_MAGICS = ("time", "capture", "prun")  # magics that run the code after them


class IPythonStub:
    """Runs the magics of cells as far as an answer can depend on them.

    Parameters
    ----------
    student : StudentNamespace
        The notebook whose cells use magics.
    """

    def __init__(self, student: StudentNamespace):
        self._student = student

    def run_line_magic(self, name: str, line: str, *_: object, **__: object) -> None:
        """Run the statement after a magic such as ``%time``; other line magics are unavailable."""
        if name in RUNNING_MAGICS:
            self._student.execute(line, "<magic>")
        elif not self._student.answering:
            raise PlaceholderUsedError(f"%{name}")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        """Run the cell after a magic such as ``%%time``, or write it to a file."""
        if name in ("writefile", "file"):
            with open(line.split()[-1], "a" if "-a" in line.split() else "w") as file:
                file.write(cell)
        elif name in RUNNING_MAGICS:
            self._student.execute(cell, "<magic>")
        else:
            raise PlaceholderUsedError(f"%%{name}")

    def __getattr__(self, name: str) -> object:
        raise PlaceholderUsedError(f"get_ipython().{name}")

"""The result of running one cell: its outputs, and why it was stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode, v4

from grader.course.cells import grade_id

STOPPED = "Stopped"  # the name of the error that is the last output of a cell that was stopped


@dataclass(frozen=True)
class CellRun:
    """The result of running one cell.

    Attributes
    ----------
    outputs : list of NotebookNode
        The cell's outputs, in nbformat's form.
    stopped : str
        Why the cell did not finish, in words; empty if it did.
    """

    outputs: list[NotebookNode] = field(default_factory=list)
    stopped: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the cell finished without an error."""
        return not self.stopped and all(out.output_type != "error" for out in self.outputs)


def stopped_run(outputs: list[NotebookNode], reason: str, is_cell: bool = True) -> CellRun:
    """Return the run of a cell that did not finish: the reason becomes its last output, an error.

    Parameters
    ----------
    outputs : list of NotebookNode
        The cell's outputs until it was stopped.
    reason : str
        Why it was stopped, for the student.
    is_cell : bool
        Whether the cell itself is to blame, and not a function that a test cell called.
    """
    error = v4.new_output("error", ename=STOPPED, evalue=reason, traceback=[reason])
    return CellRun([*outputs, error], reason if is_cell else "")


def insert_runs(cells: Sequence[NotebookNode], runs: Sequence[CellRun]) -> list[str]:
    """Insert the outputs of runs into their cells; return a sentence for each stopped cell."""
    stops = []
    for count, (cell, run) in enumerate(zip(cells, runs, strict=True), start=1):
        cell.execution_count, cell.outputs = count, run.outputs
        for output in run.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        if run.stopped:
            name = grade_id(cell)
            subject = f"the cell {name}" if name else f"code cell {count}"
            stops.append(f"{subject}: {run.stopped}")
    return stops

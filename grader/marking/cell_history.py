"""What the first run of a submission's cells showed, for the workers that run them again."""

from __future__ import annotations

from grader.marking.cell_run import CellRun


class CellHistory:
    """Which cells of a submission finished when they ran with all libraries available."""

    def __init__(self) -> None:
        self._succeeded: set[int] = set()
        self._stopped: set[int] = set()

    def record(self, index: int, run: CellRun) -> None:
        """Record the run of a cell."""
        if run.succeeded:
            self._succeeded.add(index)
        if run.stopped:
            self._stopped.add(index)

    def succeeded(self, index: int) -> bool:
        """Tell whether a cell finished without an error.

        If it fails in another worker, it needs a library that is missing there.
        """
        return index in self._succeeded

    def was_stopped(self, index: int) -> bool:
        """Tell whether a cell was stopped; it gets less time when it runs again."""
        return index in self._stopped

"""Run a notebook in a Jupyter kernel, on the machine of the person whose code it is.

There is no isolation: `grader.marking` is for code that is not to be trusted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_event_loop
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, v4

from grader.course.lesson import CourseError
from grader.kernel_process import KernelProcess
from grader.marking.cell_run import CellRun, insert_runs, stopped_run
from utils.checks.time_limit import timeout_reason

INTERRUPT_GRACE = 4  # seconds between interrupting a cell and killing it
START_TIMEOUT = 120  # seconds for a kernel to be ready, on a machine under load
MAX_OUTPUT_CHARACTERS = 5_000_000  # of one cell
MAX_ERROR_CHARACTERS = 20_000  # of the text of one error
TIMED_OUT = "timed out"  # in place of an error's class, whose name has no space
OUTPUT_CUT = "... output cut\n"


def execute(
    notebook: NotebookNode, *, timeout: float, root: Path | None, kernel: Kernel | None = None
) -> list[str]:
    """Run a notebook's code cells in place, without any isolation.

    A cell that runs for too long is interrupted; one that ends the kernel, or cannot be
    interrupted, is left out when a new kernel runs the earlier cells again. Figures are not
    rendered.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook; its code cells get new outputs.
    timeout : float
        Seconds that each cell may take.
    root : Path or None
        The folder that ``utils`` is imported from; None if it is installed.
    kernel : Kernel, optional
        The kernel to begin with, which is closed afterwards.

    Returns
    -------
    list of str
        A sentence for each cell that was stopped.

    Raises
    ------
    CourseError
        If no kernel can be started.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return insert_runs(cells, run_cells([cell.source for cell in cells], timeout, root, kernel))


def run_cells(
    sources: Sequence[str], timeout: float, root: Path | None, kernel: Kernel | None = None
) -> list[CellRun]:
    """Run the code cells of one notebook, in order; see `execute`."""
    runs: list[CellRun] = []
    failed_cells: set[int] = set()
    while len(runs) < len(sources):
        with kernel or Kernel(root) as current:
            _replay(current, sources[: len(runs)], timeout, failed_cells)
            while current.alive and len(runs) < len(sources):
                run = current.run(sources[len(runs)], timeout)
                if run.stopped:
                    failed_cells.add(len(runs))
                runs.append(run)
        kernel = None
    return runs


def _replay(kernel: Kernel, sources: Sequence[str], timeout: float, failed_cells: set[int]) -> None:
    """Bring a new kernel to the state of the last one; a cell that is stopped now failed too."""
    for index, source in enumerate(sources):
        if index not in failed_cells and kernel.run(source, timeout).stopped:
            failed_cells.add(index)
            if not kernel.alive:
                return


class Kernel:
    """A Jupyter kernel in a scratch folder; it starts at once, and is waited for when it is used.

    Parameters
    ----------
    root : Path or None
        The folder that ``utils`` is imported from; None if it is installed.
    process : KernelProcess, optional
        A process that has already been started, to be used by this kernel only.

    Attributes
    ----------
    alive : bool
        Whether it can run another cell.

    Raises
    ------
    CourseError
        If it cannot be started.
    """

    def __init__(self, root: Path | None, process: KernelProcess | None = None):
        self.alive = True
        self._root = root
        try:
            self._process = process or KernelProcess()
        except OSError as error:
            raise _start_error(error) from error
        self._client = _BoundedClient(self._process)

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, source: str, timeout: float) -> CellRun:
        """Run one cell.

        Parameters
        ----------
        source : str
            The cell's code.
        timeout : float
            Seconds that it may take.
        """
        self.connect()
        cell = v4.new_code_cell(source)
        try:
            self._client.run(cell, timeout)
        except CellExecutionError as error:
            if error.ename != TIMED_OUT:
                return CellRun(cell.outputs)
            reason = timeout_reason(timeout)
        except CellTimeoutError:  # interrupting it did not help
            self.alive = False
            reason = timeout_reason(timeout)
        except DeadKernelError:
            self.alive = False
            reason = self._describe_end()
        else:
            return CellRun(cell.outputs)
        # An interrupted cell also reports a KeyboardInterrupt.
        return stopped_run([out for out in cell.outputs if out.output_type != "error"], reason)

    def connect(self) -> None:
        """Wait until the kernel is ready, if it has not been used yet."""
        if self._client.kc is not None:
            return
        try:
            self._client.start_new_kernel_client()
        except RuntimeError as error:
            raise _start_error(error) from error
        if self._root is not None:
            path = f"import sys; sys.path.insert(0, {str(self._root)!r}); del sys"
            self._client.run(v4.new_code_cell(path), START_TIMEOUT)

    def skip(self, sources: Sequence[str]) -> None:
        """Skip the cells with these sources, as if they had nothing to do."""
        self.connect()
        call = "from grader.kernel_extension import skip_cells; skip_cells(get_ipython(), {!r})"
        self._client.run(
            v4.new_code_cell(f"{call.format(list(sources))}; del skip_cells"), START_TIMEOUT
        )

    def _describe_end(self) -> str:
        """Say how the kernel's process ended."""
        from grader.isolation.process import describe_exit

        return describe_exit(self._process.popen.wait())

    def close(self) -> None:
        """End the kernel and every process that its cells started; remove its folder."""
        self.alive = False
        self._client.disconnect()
        self._process.close()


def _start_error(error: Exception) -> CourseError:
    """Return the error to raise if a kernel cannot be started."""
    return CourseError(f"the process for a notebook did not start: {error}")


class _BoundedClient(NotebookClient):
    """A notebook client that keeps a bounded amount of a cell's output."""

    def __init__(self, process: KernelProcess) -> None:
        super().__init__(
            v4.new_notebook(),
            km=process.manager,
            startup_timeout=START_TIMEOUT,
            timeout_func=lambda _: self._seconds,
            interrupt_on_timeout=True,
            error_on_timeout={"ename": TIMED_OUT, "evalue": "", "traceback": []},
            iopub_timeout=INTERRUPT_GRACE,
            raise_on_iopub_timeout=True,
            coalesce_streams=True,
            record_timing=False,
            store_widget_state=False,
        )

    def disconnect(self) -> None:
        """Close the connection to the kernel, if there is one, and drop what still waits for it."""
        if self.kc is None:
            return
        loop = ensure_event_loop()
        # After Ctrl-C, a cell is still being waited for.
        waiting = asyncio.all_tasks(loop)
        for task in waiting:
            task.cancel()
        loop.run_until_complete(_wait_for(waiting))
        self.kc.stop_channels()

    def run(self, cell: NotebookNode, seconds: float) -> None:
        """Run a cell in place.

        Raises
        ------
        CellExecutionError
            If it raised an error or, named `TIMED_OUT`, if it was interrupted after its time.
        CellTimeoutError
            If it did not end after it was interrupted.
        DeadKernelError
            If it ended the kernel.
        """
        self._seconds = seconds
        self._room = MAX_OUTPUT_CHARACTERS
        self._cut_streams: set[str] = set()
        self.nb.cells = [cell]
        self.execute_cell(cell, 0)

    def output(
        self, outs: list[NotebookNode], msg: dict[str, Any], display_id: str | None, cell_index: int
    ) -> NotebookNode | None:
        """Add an output to a cell's, if there is room; errors and stderr are always noted."""
        content = msg["content"]
        if msg["msg_type"] == "error":
            text = content["evalue"][:MAX_ERROR_CHARACTERS]
            outs.append(v4.new_output("error", ename=content["ename"], evalue=text, traceback=[]))
            return outs[-1]
        self._room -= sum(map(_size, (content.get("text", ""), *content.get("data", {}).values())))
        if self._room >= 0:
            return super().output(outs, msg, display_id, cell_index)
        name = content.get("name", "stdout")
        if name not in self._cut_streams:
            self._cut_streams.add(name)
            outs.append(v4.new_output("stream", name=name, text=OUTPUT_CUT))
        return None


async def _wait_for(tasks: Collection[asyncio.Task]) -> None:
    """Wait until all tasks have ended, in whatever way."""
    await asyncio.gather(*tasks, return_exceptions=True)


def _size(value: object) -> int:
    """Return the characters of an output in one of its forms."""
    return len(value if isinstance(value, str) else str(value))

"""The resource limits of a submission, with their defaults."""

from __future__ import annotations

from dataclasses import dataclass

# Seconds for a cell, when students check their own copy: more than `utils.checks` gives a function.
CHECK_TIMEOUT = 30.0


@dataclass(frozen=True)
class ResourceLimits:
    """The limits of one submission. Honest answers stay far below them.

    The kernel enforces `memory`, `file_size` and `open_files` in each process. The watchdog checks
    `memory` again, with `disk`, `files` and `threads`, and the grader bounds time and output.

    Attributes
    ----------
    cell : float
        Seconds for a cell, and for all calls of a test cell together.
    submission : float
        Seconds for the whole submission.
    memory : int
        Bytes of memory for each process, in addition to what its libraries take. A NumPy lesson
        needs about 100 MB, training with TensorFlow about 1 GB.
    file_size : int
        Bytes in one file.
    disk : int
        Bytes in all files together.
    files : int
        Number of files on disk.
    open_files : int
        Number of files open at the same time, in each process.
    threads : int
        Number of threads in each process.
    output : int
        Characters of output of one cell; all cells together may have ten times as many.
    """

    cell: float = 60.0
    submission: float = 600.0
    memory: int = 2_000_000_000
    file_size: int = 100_000_000
    disk: int = 500_000_000
    files: int = 2_000
    open_files: int = 256
    threads: int = 500
    output: int = 5_000_000

"""Resource limits: every default is set here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProcessLimits:
    """What one process may use.

    Attributes
    ----------
    memory : int
        Bytes beyond what it starts with.
    file_size : int
        Bytes in one file.
    files : int
        Files open at the same time.
    """

    memory: int = 2_000_000_000
    file_size: int = 100_000_000
    files: int = 256


@dataclass(frozen=True)
class ResourceLimits:
    """What one submission may use. No honest answer of the course comes near.

    Attributes
    ----------
    cell : float
        Seconds for a cell, and for all calls of a test cell together.
    submission : float
        Seconds for all of it.
    memory : int
        Bytes of memory for each process, beyond the libraries'.
    file_size : int
        Bytes in one file.
    disk : int
        Bytes in all files together.
    files : int
        How many files.
    threads : int
        How many threads in one process.
    output : int
        Characters that a cell may put out; all cells together, so many times that: `CELLS`.
    """

    cell: float = 60.0
    submission: float = 600.0
    memory: int = 2_000_000_000
    file_size: int = 100_000_000
    disk: int = 500_000_000
    files: int = 2_000
    threads: int = 500
    output: int = 5_000_000

    @property
    def limits(self) -> ProcessLimits:
        """What the kernel itself holds a process to."""
        return ProcessLimits(memory=self.memory, file_size=self.file_size)

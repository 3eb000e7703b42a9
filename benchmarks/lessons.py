"""Print how long each lesson takes to execute, and the most memory that it holds.

    uv run python benchmarks/lessons.py [LESSON ...]

Each lesson runs in a fresh kernel, one after another, as `grader build` runs it. Nothing is
written. On an idle machine with two cores, all lessons together should take less than six minutes,
and none more than 60 seconds or 2 GB.
"""

import multiprocessing
import os
import sys
import time

from rich.console import Console
from rich.table import Table

from grader.course import build
from grader.course.lesson import find_lessons, find_root

MAX_SECONDS, MAX_TOTAL_SECONDS, MAX_MEGABYTES = 60, 360, 2000


def measure(name: str) -> tuple[float, float, float]:
    """Execute a lesson in a separate process.

    Returns
    -------
    tuple of float
        Wall-clock seconds, processor seconds, and the largest resident size of any of its
        processes in megabytes.
    """
    begin = time.perf_counter()
    process = multiprocessing.get_context("spawn").Process(target=_execute, args=(name,))
    process.start()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    if status:
        sys.exit(f"{name} could not be executed")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _execute(name: str) -> None:
    """Execute a lesson and discard the result."""
    (lesson,) = find_lessons(find_root(), [name])
    build.execute(lesson)


def main() -> None:
    """Measure the lessons named on the command line, all by default, and print a table."""
    table = Table("lesson", "seconds", "processor seconds", "peak MB", "of the limit")
    rows = []
    console = Console()
    for lesson in find_lessons(find_root(), sys.argv[1:]):
        with console.status(lesson.name):
            rows.append(measure(lesson.name))
        seconds, processor, megabytes = rows[-1]
        share = max(seconds / MAX_SECONDS, megabytes / MAX_MEGABYTES)
        table.add_row(
            lesson.name, f"{seconds:.1f}", f"{processor:.1f}", f"{megabytes:.0f}", f"{share:.0%}"
        )
    seconds = sum(row[0] for row in rows)
    processor = sum(row[1] for row in rows)
    peak = max(row[2] for row in rows)
    share = seconds / MAX_TOTAL_SECONDS
    table.add_section()
    table.add_row("all", f"{seconds:.1f}", f"{processor:.1f}", f"{peak:.0f}", f"{share:.0%}")
    console.print(table)


if __name__ == "__main__":
    main()

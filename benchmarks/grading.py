"""Mark one class with stock nbgrader and with `grader autograde`, and compare.

    uv run python benchmarks/grading.py [LESSON ...] [--size N] [--keras-size N] [--write]

Every score is compared. The first table has the wall-clock time, processor time and memory of each
lesson, the ratios, and the limit of speed (see `limit.py`) with ours as a multiple of it. Further
tables measure larger classes: of each lesson, and in several sizes for one lesson without Keras and
one with it. With --write, the tables go into grader/README.md.
Stock nbgrader runs every demonstration for every student, which takes a minute for each submission
of a Keras lesson: with the sizes of the README, the benchmark takes half an hour.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from rich.console import Console

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from grader.course.imports import needs_keras  # noqa: E402
from grader.course.lesson import Lesson, find_lessons  # noqa: E402
from grader.course.release import make_release  # noqa: E402
from grader.isolation.forkserver import ENVIRONMENT  # noqa: E402
from tests.support.lessons import model_answer  # noqa: E402

README = ROOT / "grader" / "README.md"
MARKERS = "<!-- benchmark -->", "<!-- end of benchmark -->"
LARGE_CLASS = 100
SIZES, KERAS_SIZES = (10, 300), (10, 30)
# A cell that a student adds. It imports what it uses: lessons differ in what they import.
EXTRA_CELL = """
import numpy as np
import matplotlib.pyplot as plt

print({name}.__name__, "is there")
plt.imshow(np.arange(16).reshape(4, 4))
"""


@dataclass(frozen=True)
class Measured:
    """The measurements of one run.

    Attributes
    ----------
    seconds, processor : float
        Wall-clock and processor time, in seconds.
    memory : float
        The highest use of memory, in megabytes.
    scores : dict
        Points by student and exercise.
    """

    seconds: float
    processor: float
    memory: float
    scores: dict[str, dict[str, float]]


def make_class(lesson: Lesson, size: int, home: Path) -> None:
    """Hand in a class: of every four students, two solve all exercises and one half of them.

    The fourth solves all and adds a cell.
    """
    release = make_release(lesson)
    names = [exercise.name for exercise in lesson.exercises]
    for number in range(size):
        notebook = nbformat.from_dict(json.loads(json.dumps(release)))
        done = names[: len(names) // 2] if number % 4 == 3 else names
        for cell in list(notebook.cells):
            name = cell.metadata.get("nbgrader", {}).get("grade_id")
            if name in done:
                cell.source = model_answer(lesson.name, name)
            if name == done[0] and number % 4 == 2:
                place = notebook.cells.index(cell) + 1
                extra = nbformat.v4.new_code_cell(EXTRA_CELL.format(name=name))
                notebook.cells.insert(place, extra)
        path = home / "submitted" / f"student{number:03}" / lesson.name / f"{lesson.name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)


def mark(lesson: Lesson, home: Path, *more: str) -> Measured:
    """Mark a class with the command line, and measure the run."""
    out = home / f"{len(more)}{time.monotonic_ns()}"
    out.mkdir()
    command = [
        *(sys.executable, "-m", "grader.cli", "autograde", lesson.name, "--force", *more),
        *("--submitted", str(home / "submitted"), "--autograded", str(out / "autograded")),
        *("--gradebook", str(out / "gradebook.db"), "--json", str(out / "out.json")),
        *("--timeout", "600", "--submission-timeout", "3600"),
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    with open(out / "log", "w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
        with watch_memory(process.pid) as peak:
            status = process.wait()
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if status:
        sys.exit((out / "log").read_text())
    rows = json.loads((out / "out.json").read_text())["submissions"]
    scores = {
        row["student"]: {exercise["name"]: exercise["score"] for exercise in row["exercises"]}
        for row in rows
    }
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(seconds, processor, peak[0] / 1e6, scores)


@contextlib.contextmanager
def watch_memory(pid: int) -> Iterator[list[float]]:
    """Measure the peak memory of a process and its descendants; yield a list with that number.

    It is the sum of the proportional set sizes, which counts shared pages once.
    """
    peak, done = [0.0], threading.Event()

    def look() -> None:
        while not done.wait(0.25):
            peak[0] = max(peak[0], sum(map(proportional_size, descendants(pid))))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def descendants(pid: int) -> list[int]:
    """Return the ids of a process and of its descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError, ValueError):
                parent = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()[1]
                children.setdefault(int(parent), []).append(int(entry))
    family = [pid]
    for member in family:
        family += children.get(member, [])
    return family


def proportional_size(pid: int) -> float:
    """Return the bytes of a process's memory; a page shared by n processes counts 1/n."""
    with contextlib.suppress(OSError):
        match = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)
        return 1024.0 * int(match[1]) if match else 0.0
    return 0.0


@dataclass(frozen=True)
class Compared:
    """One class marked both ways.

    Attributes
    ----------
    lesson : Lesson
        The lesson.
    size : int
        The number of submissions.
    stock, ours : Measured
        The runs of stock nbgrader and of this grader.
    limit : float
        The processor time for a submission's answers and tests only, in seconds.
    """

    lesson: Lesson
    size: int
    stock: Measured
    ours: Measured
    limit: float

    @property
    def row(self) -> str:
        """The lesson's row in the table."""
        size, stock, ours = self.size, self.stock, self.ours
        return (
            f"| {self.lesson.name} | {size} | {stock.seconds / size:.1f} s "
            f"| {ours.seconds / size:.2f} s | **{stock.seconds / ours.seconds:.0f}x** "
            f"| {stock.processor / size:.1f} s | {ours.processor / size:.2f} s "
            f"| {stock.processor / ours.processor:.0f}x "
            f"| {self.limit:.2f} s | {ours.processor / size / self.limit:.1f} "
            f"| {stock.memory:,.0f} MB | {ours.memory:,.0f} MB |"
        )


def compare(lesson: Lesson, size: int) -> Compared:
    """Mark one class both ways; exit with an error if a score differs."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_class(lesson, size, home)
        ours = mark(lesson, home)
        stock = mark(lesson, home, "--stock")
        limit = measure_limit(lesson, home)
    if ours.scores != stock.scores:
        sys.exit(f"{lesson.name}: the scores differ\n{ours.scores}\n{stock.scores}")
    return Compared(lesson, size, stock, ours, limit)


def measure_limit(lesson: Lesson, home: Path) -> float:
    """Return the seconds of processor time that a submission's answers and tests take."""
    command = [sys.executable, str(ROOT / "benchmarks" / "limit.py"), lesson.name, str(home)]
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def mark_class(compared: Compared, size: int) -> str:
    """Mark a class of another size with this grader only; return the rest of a table's row.

    The time of stock nbgrader is computed from the smaller class: it marks one submission after
    another, so its time is proportional to their number.
    """
    with tempfile.TemporaryDirectory() as folder:
        make_class(compared.lesson, size, Path(folder))
        ours = mark(compared.lesson, Path(folder))
    stock = compared.stock.seconds / compared.size * size
    return (
        f"{ours.seconds:.1f} s | {ours.seconds / size:.2f} s | **{stock / ours.seconds:.0f}x** "
        f"| {ours.processor / size:.2f} s | {ours.processor / size / compared.limit:.1f} "
        f"| {ours.memory:,.0f} MB |"
    )


def measure_sizes(compared: Compared, sizes: Iterable[int]) -> Iterator[str]:
    """Mark classes of several sizes; yield the lines of a table."""
    yield from ["", f"`{compared.lesson.name}`, by the size of the class:", ""]
    yield "| class | time | each | throughput | CPU each | times the limit | peak |"
    yield "|--:|--:|--:|--:|--:|--:|--:|"
    for size in sizes:
        yield f"| {size} | {mark_class(compared, size)}"


def measure_large(compared: Iterable[Compared], size: int) -> Iterator[str]:
    """Mark a large class of each lesson; yield the lines of a table."""
    yield from ["", f"A class of {size}:", ""]
    yield "| lesson | time | each | throughput | CPU each | times the limit | peak |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for comparison in compared:
        yield f"| {comparison.lesson.name} | {mark_class(comparison, size)}"


def main() -> None:
    """Measure, print the tables, and write them into the README with --write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", nargs="*")
    parser.add_argument("--size", type=int, default=12)
    parser.add_argument("--keras-size", type=int, default=3, help="of lessons that use Keras")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    console = Console(stderr=True)
    lines = [
        "| lesson | class | stock, each | ours, each | throughput | stock, CPU each "
        "| ours, CPU each | CPU | limit | ours by limit | stock, peak | ours, peak |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    compared = []
    for lesson in find_lessons(ROOT, arguments.lessons or None):
        with console.status(lesson.name):
            size = arguments.keras_size if needs_keras(lesson) else arguments.size
            compared.append(compare(lesson, size))
        lines.append(compared[-1].row)
        console.print(lines[-1], soft_wrap=True)
    with console.status("larger classes"):
        lines += measure_large(compared, LARGE_CLASS)
        for sizes, with_keras in ((SIZES, False), (KERAS_SIZES, True)):
            # The second lesson of each kind: 02 and 08 if all lessons are measured.
            kind = [each for each in compared if needs_keras(each.lesson) == with_keras]
            if kind:
                comparison = kind[min(1, len(kind) - 1)]
                lines += measure_sizes(comparison, sizes)
    text = "\n".join(lines)
    print(text)
    if arguments.write:
        begin, end = MARKERS
        page = README.read_text(encoding="utf-8")
        head, tail = page.split(begin)[0], page.split(end)[1]
        README.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Measure the limit of speed: a class's answers and tests, run in one interpreter.

    uv run python benchmarks/limit.py LESSON FOLDER

FOLDER holds submissions as `grading.make_class` makes them. All libraries are loaded first. Then
the submissions run one after another, each in a new namespace, its answers and the lesson's test
cells only: without confinement, a second process or demonstrations. A grader that runs the same
tests cannot take less processor time. Prints the mean for a submission, in seconds.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import sys
import time
from pathlib import Path

from grader.course.cells import is_answer, is_test
from grader.course.imports import needs_keras, own_answers
from grader.course.lesson import Lesson, find_lessons
from grader.submission.parse import read_notebook
from grader.submission.restore import restore
from grader.workers.pool import PRELOAD_JUDGE, PRELOAD_KERAS, PRELOAD_NUMPY
from utils.checks import lesson_answers, notebook

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Print the limit for the submissions in a folder."""
    lesson = find_lessons(ROOT, [sys.argv[1]])[0]
    for name in PRELOAD_NUMPY + PRELOAD_JUDGE + needs_keras(lesson) * PRELOAD_KERAS:
        importlib.import_module(name)
    for topic, answer in own_answers(lesson).items():
        lesson_answers.provide(topic, answer)
    programs = [
        program(lesson, path) for path in sorted(Path(sys.argv[2]).glob("submitted/*/*/*.ipynb"))
    ]
    run(programs[0])  # what is loaded or compiled at its first use is loaded now
    begin = time.process_time()
    for cells in programs:
        run(cells)
    print((time.process_time() - begin) / len(programs))


def program(lesson: Lesson, path: Path) -> list[str]:
    """Return the cells of a submission that marks depend on: imports, answers and tests."""
    cells = [
        cell
        for cell in restore(read_notebook(path), lesson).notebook.cells
        if cell.cell_type == "code"
    ]
    return [cell.source for cell in cells if cell is cells[0] or is_answer(cell) or is_test(cell)]


def run(cells: list[str]) -> None:
    """Run cells in a new namespace; an error ends its cell only."""
    names: dict[str, object] = {"__name__": "__main__"}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        for cell in cells:
            notebook.set_running_cell(cell)
            with contextlib.suppress(Exception):
                exec(compile(cell, "<cell>", "exec"), names)


if __name__ == "__main__":
    main()

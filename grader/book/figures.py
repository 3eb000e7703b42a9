"""The drawn figures of the lessons, kept in a cache, since drawing a lesson takes a minute."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.course.digests import digest_of, source_digest
from grader.course.lesson import CourseError, Lesson

CACHE = ".book_cache"  # in the course's root
PROGRAM = ("-m", f"{__package__}.draw_lesson")
# A change in one of these draws every lesson again.
DRAWERS = ("states.py", "draw_lesson.py")


@dataclass(frozen=True)
class Drawn:
    """The drawn figures of one lesson.

    Attributes
    ----------
    folder : Path
        Where the pictures are.
    figures : dict
        For the id of each cell that shows an interactive figure, what
        `grader.book.draw_lesson.describe` wrote about it.
    """

    folder: Path
    figures: dict[str, dict[str, Any]]

    @property
    def pictures(self) -> list[Path]:
        """The pictures' files."""
        return sorted(self.folder.glob("*.webp"))


def draw_figures(lesson: Lesson) -> Drawn:
    """Return a lesson's figures, drawn now unless they are in the cache.

    Raises
    ------
    CourseError
        If a cell of the lesson fails, or a figure cannot be drawn.
    """
    if "utils.widgets" not in lesson.source.read_text(encoding="utf-8"):
        return Drawn(lesson.root, {})
    folder = _place(lesson)
    if not folder.is_dir():
        _draw(lesson, folder)
    listed = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return Drawn(folder, {figure["cell"]: figure for figure in listed})


def is_drawn(lesson: Lesson) -> bool:
    """Return whether a lesson's figures are in the cache."""
    return _place(lesson).is_dir()


def _place(lesson: Lesson) -> Path:
    """Return the folder of a lesson's figures, which is named after all that they depend on."""
    here = Path(__file__).parent
    drawers = digest_of((name, here / name) for name in DRAWERS)
    digest = f"{source_digest(lesson)[:12]}-{drawers[:12]}"
    return lesson.root / CACHE / f"{lesson.name}-{digest}"


def _draw(lesson: Lesson, folder: Path) -> None:
    """Draw a lesson's figures into a folder, which appears when they are all there."""
    folder.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        target = Path(scratch) / "figures"
        target.mkdir()
        command = [sys.executable, *PROGRAM, str(lesson.root), lesson.name, str(target)]
        run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
        if run.returncode:
            raise CourseError(f"{lesson.source}: drawing its figures failed\n{run.stderr[-2000:]}")
        for old in folder.parent.glob(f"{lesson.name}-*"):
            shutil.rmtree(old)
        target.replace(folder)

"""How far a student has come, read from the saved notebooks: no cell is run.

The start page shows it, and ``grader progress`` prints it. A test cell counts as its saved output
says, so work that was not saved, or not run, does not count yet. No lesson imports this module, and
it imports only the standard library, so that the start page and the command answer at once.
"""

from __future__ import annotations

import ast
import html
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LESSON_NAME = re.compile(r"\d\d_\w+")
HEADING = re.compile(r"^# (.+)$", re.MULTILINE)
MAX_FILE_BYTES = 100_000_000
INTERRUPTED = ("KeyboardInterrupt", "CheckInterruptedError")
# What the saved output of an exercise's checks says, from what to look at first to what is done.
WRONG, NOT_DONE, RUN_AGAIN, NOT_RUN, RIGHT = STATES = (
    "wrong",
    "not done yet",
    "run its check again",
    "not run",
    "right",
)


@dataclass(frozen=True)
class ExerciseProgress:
    """How far an exercise is.

    Attributes
    ----------
    name : str
        The exercise.
    state : str
        One of `STATES`.
    points, visible, hidden : float
        The points that the checks a student sees gave; those that they can give; and those of the
        hidden tests, which count when the lesson is handed in.
    cell : str
        The id of the cell to write in, for links; empty if it has none.
    """

    name: str
    state: str
    points: float
    visible: float
    hidden: float
    cell: str = ""


@dataclass(frozen=True)
class LessonProgress:
    """How far a lesson is.

    Attributes
    ----------
    path : Path
        The student's notebook.
    title : str
        Its heading.
    saved : float
        When it was saved, in seconds since the epoch.
    exercises : tuple of ExerciseProgress
        In the order of the notebook.
    fault : str
        Why the notebook cannot be read; else empty.
    """

    path: Path
    title: str
    saved: float
    exercises: tuple[ExerciseProgress, ...] = ()
    fault: str = ""

    @property
    def points(self) -> float:
        """The points so far."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def visible(self) -> float:
        """The points of all checks that a student sees."""
        return sum(exercise.visible for exercise in self.exercises)

    @property
    def hidden(self) -> float:
        """The points of the hidden tests."""
        return sum(exercise.hidden for exercise in self.exercises)

    @property
    def next(self) -> ExerciseProgress | None:
        """The first exercise whose checks do not all pass."""
        return next((one for one in self.exercises if one.visible and one.state != RIGHT), None)

    @property
    def state(self) -> str:
        """Where the lesson stands, in words."""
        if self.fault:
            return self.fault
        if self.next is None:
            return "all checks pass"
        if all(one.state == NOT_RUN for one in self.exercises):
            return "not begun"
        return f"{self.next.name}: {self.next.state}"


def find_course() -> Path:
    """Return the root of the course that the working folder is in, else that of this package."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "nbgrader_config.py").is_file() and (folder / "notebooks").is_dir():
            return folder
    return Path(__file__).resolve().parents[1]


def read_progress(root: Path) -> list[LessonProgress]:
    """Return the progress in each lesson that has a notebook, in order."""
    folders = sorted((root / "notebooks").glob("[0-9][0-9]_*"))
    paths = [folder / f"{folder.name}.ipynb" for folder in folders]
    return [_read_lesson(p) for p in paths if LESSON_NAME.fullmatch(p.stem) and p.is_file()]


def next_step(lessons: Iterable[LessonProgress]) -> LessonProgress | None:
    """Return the first lesson in which something is left to do; None if all checks pass."""
    return next((one for one in lessons if one.fault or one.next is not None), None)


def to_plain(lessons: list[LessonProgress]) -> dict[str, Any]:
    """Return progress as values for JSON."""
    following = next_step(lessons)
    step = following and following.next
    return {
        "points": sum(one.points for one in lessons),
        "visible": sum(one.visible for one in lessons),
        "hidden": sum(one.hidden for one in lessons),
        "next": following
        and {"lesson": following.path.stem, "exercise": step.name if step else None},
        "lessons": [_lesson_to_plain(one) for one in lessons],
    }


def show() -> None:
    """Show the progress in a notebook, as a table with links."""
    from IPython.display import display

    display(as_output(find_course()), raw=True)


def as_output(root: Path) -> dict[str, str]:
    """Return what `show` displays, by MIME type."""
    lessons = read_progress(root)
    return {"text/html": to_html(lessons), "text/plain": to_text(lessons)}


def to_text(lessons: list[LessonProgress]) -> str:
    """Return the progress as lines of plain text."""
    lines = [
        f"{one.path.stem:<20} {one.points:4g} of {one.visible:4g}  {one.state}" for one in lessons
    ]
    return "\n".join(lines)


def to_html(lessons: list[LessonProgress]) -> str:
    """Return the progress as HTML, whose links start in the folder ``notebooks/``."""
    rows = "".join(map(_row, lessons))
    head = "".join(f'<th scope="col">{text}</th>' for text in ("lesson", "done", "points", "state"))
    hidden = sum(one.hidden for one in lessons)
    return (
        f"<p>{_next_line(lessons)}</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"<p>As saved in your notebooks at {time.strftime('%H:%M')}. "
        f"Hidden tests give {hidden:g} points more, when you hand in. "
        "To update this table, click here and press <kbd>Shift</kbd> + <kbd>Enter</kbd>.</p>"
    )


def has_visible_checks(source: str) -> bool:
    """Return whether a test cell, as students have it, does more than import something."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True
    return not all(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in body)


def _next_line(lessons: list[LessonProgress]) -> str:
    following = next_step(lessons)
    if following is None:
        return "All checks that you can see pass."
    step = following.next
    what = f"<code>{html.escape(step.name)}</code> in " if step else ""
    link = _link(following, f"{what}{html.escape(_label(following))}", step)
    return f"<strong>Next: {link}</strong>"


def _row(lesson: LessonProgress) -> str:
    bar = ""
    if lesson.visible:
        label = html.escape(f"{lesson.title}: {lesson.points:g} of {lesson.visible:g} points")
        bar = (
            f'<progress aria-label="{label}" max="{lesson.visible:g}" '
            f'value="{lesson.points:g}"></progress>'
        )
    sign = "✓ " if lesson.exercises and lesson.next is None else ""
    return (
        f'<tr><th scope="row" style="text-align: left">'
        f"{_link(lesson, html.escape(_label(lesson)))}</th><td>{bar}</td>"
        f"<td>{lesson.points:g} of {lesson.visible:g}</td>"
        f'<td style="text-align: left">{sign}{html.escape(lesson.state)}</td></tr>'
    )


def _link(lesson: LessonProgress, text: str, exercise: ExerciseProgress | None = None) -> str:
    """Return a link to a lesson, or to the cell of an exercise in it."""
    name = lesson.path.stem
    fragment = f"#cell-id={exercise.cell}" if exercise and exercise.cell else ""
    return f'<a href="{html.escape(f"{name}/{name}.ipynb{fragment}")}">{text}</a>'


def _label(lesson: LessonProgress) -> str:
    return f"{lesson.path.stem[:2]} {lesson.title}"


def _lesson_to_plain(lesson: LessonProgress) -> dict[str, Any]:
    return {
        "lesson": lesson.path.stem,
        "title": lesson.title,
        "state": lesson.state,
        "points": lesson.points,
        "visible": lesson.visible,
        "hidden": lesson.hidden,
        "saved": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(lesson.saved)),
        "exercises": [
            {
                "name": one.name,
                "state": one.state,
                "points": one.points,
                "visible": one.visible,
                "hidden": one.hidden,
            }
            for one in lesson.exercises
        ],
    }


def _read_lesson(path: Path) -> LessonProgress:
    """Return the progress in one notebook; a damaged file is a lesson with a fault."""
    status = path.stat()
    try:
        if status.st_size > MAX_FILE_BYTES:
            raise ValueError("too large")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        heading = HEADING.search(_text(cells[0]["source"])) if cells else None
        title = heading[1].strip() if heading else path.stem
        return LessonProgress(path, title, status.st_mtime, tuple(_exercises(cells)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        fault = f"the file is damaged; to begin again: grader reset {path.stem[:2]}"
        return LessonProgress(path, path.stem, status.st_mtime, (), fault)


def _exercises(cells: list[dict]) -> Iterator[ExerciseProgress]:
    """Yield the exercises of a notebook; of two cells with the same name, the first counts."""
    tests: dict[str, dict] = {}
    answers: dict[str, dict] = {}
    for cell in cells:
        meta = cell["metadata"].get("nbgrader", {})
        if meta.get("grade") and not meta.get("solution"):
            tests.setdefault(meta["grade_id"], cell)
        elif meta.get("solution"):
            answers.setdefault(meta["grade_id"], cell)
    names = dict.fromkeys(_exercise_of(grade_id) for grade_id in tests)
    for name in names:
        own = [cell for grade_id, cell in tests.items() if _exercise_of(grade_id) == name]
        yield _exercise(name, answers.get(name, {}), own)


def _exercise(name: str, answer: dict, tests: list[dict]) -> ExerciseProgress:
    """Return the progress in one exercise, from its answer cell and its test cells."""
    visible = [cell for cell in tests if has_visible_checks(_text(cell["source"]))]
    states = [_state(cell, answer) for cell in visible]
    points = [float(cell["metadata"]["nbgrader"]["points"]) for cell in visible]
    total = sum(float(cell["metadata"]["nbgrader"]["points"]) for cell in tests)
    return ExerciseProgress(
        name,
        min(states, key=STATES.index, default=NOT_RUN),
        sum(value for value, state in zip(points, states, strict=True) if state == RIGHT),
        sum(points),
        total - sum(points),
        answer.get("id", ""),
    )


def _state(test: dict, answer: dict) -> str:
    """Return what a test cell's saved output says of the answer."""
    outputs = test.get("outputs", [])
    if not outputs and test.get("execution_count") is None:
        return NOT_RUN
    if (test.get("execution_count") or 0) < (answer.get("execution_count") or 0):
        return RUN_AGAIN
    errors = [output.get("ename") for output in outputs if output.get("output_type") == "error"]
    if errors:
        return RUN_AGAIN if errors[0] in INTERRUPTED else WRONG
    streams = [output for output in outputs if output.get("output_type") == "stream"]
    if any(": not done yet" in _text(output.get("text", "")) for output in streams):
        return NOT_DONE
    # nbgrader gives no points to a test cell that writes to stderr.
    return WRONG if any(output.get("name") == "stderr" for output in streams) else RIGHT


def _exercise_of(grade_id: str) -> str:
    """Return the exercise of the test cell ``test-<exercise>`` or ``test-<exercise>-<what>``."""
    return [*grade_id.split("-"), ""][1]


def _text(source: str | list[str]) -> str:
    """Return a text that a notebook may hold as a list of lines."""
    return source if isinstance(source, str) else "".join(source)

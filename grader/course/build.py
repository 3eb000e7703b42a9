"""Build each lesson's two notebooks from its one text source, or list those that are out of date.

    solutions/NN_name/NN_name.py  ->  solutions/NN_name/NN_name.ipynb   executed, with outputs
                                  ->  notebooks/NN_name/NN_name.ipynb   the student's copy

Beside an executed notebook, `made_from.json` records digests of its inputs and of its content.
While both match, the notebook is not executed again, so that building twice changes nothing even
where a cell prints a time.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from grader.course.digests import source_digest, tracked_files
from grader.course.environment import make_environment
from grader.course.extras import build_extras, find_extras, find_stale_extras
from grader.course.files import write_atomically
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.course.lesson_facts import make_lesson_facts
from grader.course.made_from import describe_build, record_of, why_stale
from grader.course.pages import fill_lesson_table, lesson_table, make_pages
from grader.course.release import make_release
from grader.course.structure import find_faults

WIDGET = "application/vnd.jupyter.widget-view+json"


@dataclass(frozen=True)
class Stale:
    """A generated file that does not match its source, and why."""

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def build(
    root: Path,
    names: list[str] | None = None,
    *,
    force: bool = False,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Bring notebooks, the other pages, the README and ``environment.yml`` up to date.

    Parameters
    ----------
    root : Path
        The course's root.
    names : list of str, optional
        The lessons to build; all by default.
    force : bool
        Execute also notebooks that are up to date.
    progress : callable
        Called with one line of text before each step that takes time.

    Returns
    -------
    list of Path
        The files that changed.

    Raises
    ------
    CourseError
        If a lesson's source has a fault, or one of its cells raises an error or writes to stderr.
    """
    changed = []
    lessons = find_lessons(root, names)
    if faults := [fault for lesson in lessons for fault in find_faults(lesson)]:
        raise CourseError("\n".join(faults))
    for path, text in _generated_files(root):  # the checks that run below read one of them
        changed += _write(path, text)
    for lesson in lessons:
        if force or _why_solution_is_stale(lesson):
            progress(f"{lesson.name}: executing")
            digest = source_digest(lesson)
            changed += _write(lesson.solution, _to_text(execute(lesson)))
            changed += _write(record_of(lesson.solution), describe_build(lesson.solution, digest))
        changed += _write(lesson.release, _to_text(make_release(lesson)))
    if not names:
        changed += build_extras(root, progress)
    return changed


def find_stale(root: Path, names: list[str] | None = None) -> list[Stale]:
    """Return the generated files that `build` would change, and those without a source."""
    stale = []
    for lesson in find_lessons(root, names):
        reason = _why_solution_is_stale(lesson)
        if reason:
            stale.append(Stale(lesson.solution, reason))
        stale += _differs(lesson.release, _to_text(make_release(lesson)))
        stale += [
            Stale(path, "a student's folder holds only the lesson's notebook")
            for path in tracked_files(lesson.release.parent)
            if path != lesson.release
        ]
    for path, text in _generated_files(root):
        stale += _differs(path, text)
    stale += [Stale(path, reason) for path, reason in find_stale_extras(root)]
    known = {lesson.name for lesson in find_lessons(root)}
    for folder in sorted((root / "notebooks").glob("[0-9][0-9]_*")):
        if folder.name not in known:
            stale.append(Stale(folder, "has no source in solutions/"))
    return stale


def execute(lesson: Lesson) -> NotebookNode:
    """Run a lesson's source in a fresh kernel and return it with its outputs.

    Raises
    ------
    CourseError
        If a cell raises an error, or a test cell writes to stderr (nbgrader would mark it 0).
    """
    notebook = copy.deepcopy(lesson.notebook)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,  # how output is split depends on how busy the machine is
        extra_arguments=["--Application.log_level=ERROR"],
        resources={"metadata": {"path": str(lesson.source.parent)}},
    )
    try:
        client.execute(env=os.environ | {"PYTHONHASHSEED": "0"})
    except CellExecutionError as error:
        raise CourseError(f"{lesson.source}: a cell raised an error\n{error}") from error
    for cell in notebook.cells:
        _reduce_outputs(cell, lesson)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _reduce_outputs(cell: NotebookNode, lesson: Lesson) -> None:
    """Reduce a cell's outputs to what can be seen without a kernel.

    Raises
    ------
    CourseError
        If a cell writes to stderr, or shows a picture or a widget that not every reader can see.
    """
    for output in cell.get("outputs", ()):
        if output.get("name") == "stderr":
            raise CourseError(
                f"{lesson.source}: a cell writes to stderr\n{cell.source}\n\n{output.text}"
            )
        data = output.get("data", {})
        if WIDGET in data:
            if not {"image/png", "image/svg+xml", "text/html"} & set(data):
                raise CourseError(f"{lesson.source}: a widget without a still\n{cell.source}")
            del data[WIDGET]
        alt = output.get("metadata", {}).get("image/png", {}).get("alt", "")
        if "image/png" in data and not alt.strip():
            raise CourseError(f"{lesson.source}: a picture without alt text\n{cell.source}")


def _why_solution_is_stale(lesson: Lesson) -> str | None:
    """Return why an executed notebook must be built again, or None."""
    inputs = "its source, a utils module it imports, or the data"
    return why_stale(lesson.solution, source_digest(lesson), inputs)


def _generated_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the generated files that are not notebooks of a lesson, each with its right content."""
    lessons = find_lessons(root)
    yield from _lesson_facts(root)
    for name, page in make_pages(lessons, find_extras(root)).items():
        yield root / "notebooks" / f"{name}.ipynb", _to_text(page)
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    yield readme, fill_lesson_table(text, lesson_table(lessons, "notebooks/"))
    if (root / "pyproject.toml").is_file():
        pyproject = (root / "pyproject.toml").read_text(encoding="utf-8")
        yield root / "environment.yml", make_environment(pyproject)


def _lesson_facts(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the file that tells checks about their lessons, if the course has checks."""
    path = root / "utils" / "checks" / "lessons.json"
    if path.parent.is_dir():
        yield path, make_lesson_facts(find_lessons(root))


def _to_text(notebook: NotebookNode) -> str:
    """Return a notebook as nbformat writes it to a file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _differs(path: Path, text: str) -> list[Stale]:
    """Return a list of one `Stale` if a file has not this content, else an empty list."""
    if not path.is_file():
        return [Stale(path, "was never made")]
    if path.read_text(encoding="utf-8") != text:
        return [Stale(path, "is not what its source makes")]
    return []


def _write(path: Path, text: str) -> list[Path]:
    """Write a file if that changes it; return the list of changed files."""
    if not _differs(path, text):
        return []
    write_atomically(path, text)
    return [path]

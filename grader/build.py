"""Make a lesson's two notebooks from its one text source, or tell which are out of date.

    solutions/NN_name/NN_name.py  ->  solutions/NN_name/NN_name.ipynb   executed, with outputs
                                  ->  notebooks/NN_name/NN_name.ipynb   the student's copy

Beside an executed notebook, `made_from.json` records digests of what it was made from and of its
own content. As long as they hold it is left alone, so that building twice changes nothing even
where a cell prints a time.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import json
import os
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from nbgrader import preprocessors
from traitlets.config import Config, PyFileConfigLoader

from grader.course import CourseError, Lesson, find_lessons, write_atomically

WIDGET = "application/vnd.jupyter.widget-view+json"
RELEASE_STEPS = (
    TagRemovePreprocessor,
    preprocessors.LockCells,
    preprocessors.ClearSolutions,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ComputeChecksums,
    preprocessors.ClearHiddenTests,
    preprocessors.ClearMarkScheme,
    preprocessors.ComputeChecksums,
    preprocessors.CheckCellMetadata,
)
LESSON_TABLE = ("<!-- lessons: made by `grader build` -->", "<!-- end of lessons -->")


@dataclass(frozen=True)
class Stale:
    """A made file that no longer matches its source, and why."""

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
    """Bring the notebooks of some or all lessons, the start page and the README up to date.

    Parameters
    ----------
    root : Path
        The course's root.
    names : list of str, optional
        The lessons to build; all by default.
    force : bool
        Execute even what is up to date.
    progress : callable
        Told one line for each step that takes time.

    Returns
    -------
    list of Path
        The files that changed.

    Raises
    ------
    CourseError
        If a cell of a lesson raises an error or writes to stderr.
    """
    changed = []
    for lesson in find_lessons(root, names):
        if force or _why_solution_is_stale(lesson):
            progress(f"{lesson.name}: executing")
            digest = source_digest(lesson)
            changed += _write(lesson.solution, _to_text(execute(lesson)))
            changed += _write(_record(lesson), _describe_making(lesson, digest))
        changed += _write(lesson.release, _to_text(make_release(lesson)))
    for path, text in _made_pages(root):
        changed += _write(path, text)
    return changed


def find_stale(root: Path, names: list[str] | None = None) -> list[Stale]:
    """Return every made file that `build` would change, and made files without a source."""
    stale = []
    for lesson in find_lessons(root, names):
        reason = _why_solution_is_stale(lesson)
        if reason:
            stale.append(Stale(lesson.solution, reason))
        stale += _differs(lesson.release, _to_text(make_release(lesson)))
        stale += [
            Stale(path, "a student's folder holds only the lesson's notebook")
            for path in _tracked(lesson.release.parent)
            if path != lesson.release
        ]
    for path, text in _made_pages(root):
        stale += _differs(path, text)
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
        coalesce_streams=True,  # otherwise how busy the machine was shows in the outputs
        extra_arguments=["--Application.log_level=ERROR"],
        resources={"metadata": {"path": str(lesson.source.parent)}},
    )
    try:
        client.execute(env=os.environ | {"PYTHONHASHSEED": "0"})
    except CellExecutionError as error:
        raise CourseError(f"{lesson.source}: a cell raised an error\n{error}") from error
    for cell in notebook.cells:
        _settle_outputs(cell, lesson)
    notebook.metadata["language_info"] = {"name": "python"}
    return notebook


def _settle_outputs(cell: NotebookNode, lesson: Lesson) -> None:
    """Keep of a cell's outputs what a reader without a kernel can see."""
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


def make_release(lesson: Lesson) -> NotebookNode:
    """Return the student's copy, made by nbgrader's own steps and this course's settings."""
    notebook = copy.deepcopy(lesson.notebook)
    config = load_nbgrader_config(lesson.root)
    resources = {"nbgrader": {"notebook": lesson.name, "assignment": lesson.name, "student": "."}}
    for step in RELEASE_STEPS:
        notebook, resources = step(config=config).preprocess(notebook, resources)
    return notebook


def load_nbgrader_config(root: Path) -> Config:
    """Read the course's ``nbgrader_config.py``."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def source_digest(lesson: Lesson) -> str:
    """Return a digest of all that a lesson's outputs depend on: its text, utils and data."""
    digest = hashlib.sha256()
    for path in (lesson.source, *_imported_utils(lesson), *_data_files(lesson.root)):
        digest.update(path.relative_to(lesson.root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _imported_utils(lesson: Lesson) -> list[Path]:
    """Return the files of ``utils`` that a lesson imports, directly or through one another."""
    code = "\n".join(
        cell.source
        for cell in lesson.notebook.cells
        if cell.cell_type == "code" and not cell.source.lstrip().startswith("%%")
    )
    code = "\n".join(line for line in code.splitlines() if not line.lstrip().startswith(("%", "!")))
    found: set[Path] = set()
    waiting = list(_utils_names(code))
    while waiting:
        path = _module_path(lesson.root, waiting.pop())
        if path is not None and path not in found:
            found.add(path)
            waiting += _utils_names(path.read_text(encoding="utf-8"))
    return sorted(found)


def _utils_names(code: str) -> Iterator[str]:
    """Yield the dotted names under ``utils`` that some code imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("utils"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("utils"):
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _module_path(root: Path, name: str) -> Path | None:
    """Return the file of a module, or None where the dotted name is not a module's."""
    stem = root.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


def _data_files(root: Path) -> list[Path]:
    """Return the data that lessons can read."""
    return sorted(
        path
        for path in _tracked(root / "data")
        if path.suffix not in {".md", ".py"} and not path.name.startswith(".")
    )


def _tracked(folder: Path) -> list[Path]:
    """Return the files in a folder, without what editors and Python leave behind."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not {".ipynb_checkpoints", "__pycache__"} & set(path.parts)
    )


def _why_solution_is_stale(lesson: Lesson) -> str | None:
    """Return why an executed notebook must be made again, or None."""
    if not (lesson.solution.is_file() and _record(lesson).is_file()):
        return "was never made"
    made_from = json.loads(_record(lesson).read_text(encoding="utf-8"))
    if made_from["source"] != source_digest(lesson):
        return "its source, a utils module it imports, or the data changed since it was made"
    if made_from["content"] != _file_digest(lesson.solution):
        return "was changed by hand"
    return None


def _record(lesson: Lesson) -> Path:
    """Return the file that says what an executed notebook was made from."""
    return lesson.solution.with_name("made_from.json")


def _describe_making(lesson: Lesson, digest: str) -> str:
    """Return what the record says of the executed notebook that was just written."""
    return json.dumps({"source": digest, "content": _file_digest(lesson.solution)}, indent=1) + "\n"


def _file_digest(path: Path) -> str:
    """Return a digest of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _made_pages(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the start page and the README as they should be, the lesson table filled in."""
    lessons = find_lessons(root)
    yield root / "notebooks" / "index.ipynb", _to_text(make_index(lessons))
    readme = root / "README.md"
    text = readme.read_text(encoding="utf-8")
    yield readme, fill_lesson_table(text, lesson_table(lessons, "notebooks/"))


def make_index(lessons: list[Lesson]) -> NotebookNode:
    """Return the start page, made from ``grader/index.md``: a cell for each `---` line."""
    template = Path(__file__).with_name("index.md").read_text(encoding="utf-8")
    text = string.Template(template).substitute(lessons=lesson_table(lessons, ""))
    cells = []
    for number, part in enumerate(text.split("\n---\n")):
        cell = nbformat.v4.new_markdown_cell(part.strip())
        cell["id"] = f"index-{number}"
        cells.append(cell)
    kernelspec = lessons[0].notebook.metadata.kernelspec if lessons else {}
    return nbformat.v4.new_notebook(
        cells=cells, metadata={"kernelspec": kernelspec, "language_info": {"name": "python"}}
    )


def lesson_table(lessons: list[Lesson], prefix: str) -> str:
    """Return the lessons as a Markdown table, links relative to ``prefix``."""
    rows = ["| | lesson | what you learn | time | points |", "|---|---|---|---|---|"]
    for lesson in lessons:
        about = lesson.about
        link = f"[{lesson.title}]({prefix}{lesson.name}/{lesson.name}.ipynb)"
        rows.append(
            f"| {lesson.name[:2]} | {link} | {about['summary']} | {about['minutes']} min "
            f"| {lesson.points:g} |"
        )
    return "\n".join(rows)


def fill_lesson_table(text: str, table: str) -> str:
    """Put the lesson table between its two marks in a Markdown text, if it has them."""
    start, end = LESSON_TABLE
    if start not in text or end not in text:
        return text
    before, rest = text.split(start, 1)
    return f"{before}{start}\n{table}\n{end}{rest.split(end, 1)[1]}"


def _to_text(notebook: NotebookNode) -> str:
    """Return a notebook as nbformat writes it to a file."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


def _differs(path: Path, text: str) -> list[Stale]:
    """Return one `Stale` if a file is not what it should be, else none."""
    if not path.is_file():
        return [Stale(path, "was never made")]
    if path.read_text(encoding="utf-8") != text:
        return [Stale(path, "is not what its source makes")]
    return []


def _write(path: Path, text: str) -> list[Path]:
    """Write a file if that changes it; return it in a list if so."""
    if not _differs(path, text):
        return []
    write_atomically(path, text)
    return [path]

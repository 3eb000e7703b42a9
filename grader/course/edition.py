"""Put together what students get of the course: a dictionary of files, and their manifest.

The notebooks are made from the lessons' sources, whatever is in ``notebooks/``. Of the grader, the
edition has the modules that the students' commands import.

The manifest, ``release.json``, is::

    {"course": "pixels-to-lenet", "version": "0.2.0", "lessons": ["01_pixels", ...],
     "files": {"utils/data.py": "<SHA-256 in hexadecimal>", ...}}

It names every file but itself. It has no date, so that the same course gives the same bytes.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import string
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.digests import tracked_files
from grader.course.environment import make_environment
from grader.course.extras import find_extras
from grader.course.files import MANIFEST
from grader.course.imports import INSTALLED
from grader.course.lesson import CourseError, Lesson, find_lessons, require_sources
from grader.course.lesson_facts import make_lesson_facts
from grader.course.pages import lesson_table, make_pages
from grader.course.release import make_release

# Those of them that the course has are part of the edition.
STUDENT_COMMANDS = ("progress", "check", "reset", "update", "doctor")
WHOLE_FOLDERS = ("utils", "data", "lab")
SINGLE_FILES = ("LICENSE", "nbgrader_config.py")
LESSON_LINK = re.compile(r"\[([^\]]+)\]\((?:\.\./)?(\d\d_\w+)/\2\.ipynb(?:#[^)]*)?\)")
STUDENT_TABLES = ("[tool.hatch.", "[tool.uv]")
NO_GROUPS = "default-groups = []\n"
GRADER_INIT = '"""The part of the grader that students use: the command ``grader``."""\n'


def make_edition(root: Path, names: list[str] | None = None) -> dict[str, bytes]:
    """Return the students' edition: each file's content, by its path with forward slashes.

    Parameters
    ----------
    root : Path
        The course's root.
    names : list of str, optional
        The lessons to give out; all by default. The start page then lists only these, and in the
        other notebooks a link to another lesson becomes plain text.

    Raises
    ------
    CourseError
        If the course has no sources, or no lesson has one of the names.
    """
    require_sources(root)
    lessons = find_lessons(root, names)
    files = {
        path: text.encode() for make in (_notebooks, _texts) for path, text in make(root, lessons)
    }
    for folder in WHOLE_FOLDERS:
        for path in tracked_files(root / folder):
            inside = path.relative_to(root)
            if not any(part.startswith(".") for part in inside.parts):
                files.setdefault(inside.as_posix(), path.read_bytes())
    for name in SINGLE_FILES:
        if (root / name).is_file():
            files[name] = (root / name).read_bytes()
    files |= _student_grader(_named_in(root / "lab"))
    files[MANIFEST] = _manifest(root, lessons, files)
    return dict(sorted(files.items()))


def _manifest(root: Path, lessons: list[Lesson], files: dict[str, bytes]) -> bytes:
    """Return the manifest of some files."""
    project = _project(root)
    manifest = {
        "course": project.get("name", root.name),
        "version": project.get("version", ""),
        "lessons": [lesson.name for lesson in lessons],
        "files": {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)},
    }
    return (json.dumps(manifest, indent=1) + "\n").encode()


def _project(root: Path) -> dict:
    """Return the course's name and version, as its ``pyproject.toml`` has them."""
    path = root / "pyproject.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["project"] if path.is_file() else {}


def _notebooks(root: Path, lessons: list[Lesson]) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each notebook: lessons, extras, start page and sources.

    Lessons are there twice: `grader reset` takes the second copy, which students do not edit.
    """
    chosen = {lesson.name for lesson in lessons}
    extras = find_extras(root)
    pages = make_pages(lessons, extras, sources=False)
    for lesson in lessons:
        notebook = make_release(lesson)
        _unlink_others(notebook, chosen)
        for path in (lesson.release, lesson.original):
            yield path.relative_to(root).as_posix(), nbformat.writes(notebook) + "\n"
    for name, notebook in pages.items():
        _unlink_others(notebook, chosen)
        yield f"notebooks/{name}.ipynb", nbformat.writes(notebook) + "\n"
    for extra in extras:
        if not extra.solution.is_file():
            raise CourseError(f"{extra.solution} was never made. Run: grader build")
        text = extra.solution.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        if _unlink_others(notebook, chosen):
            text = nbformat.writes(notebook) + "\n"
        yield extra.release.relative_to(root).as_posix(), text


def _unlink_others(notebook: NotebookNode, chosen: set[str]) -> bool:
    """Turn links to lessons that are not given out into plain text; return whether any was."""
    changed = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = LESSON_LINK.sub(
                lambda link: link[0] if link[2] in chosen else link[1], cell.source
            )
            changed = changed or text != cell.source
            cell.source = text
    return changed


def _texts(root: Path, lessons: list[Lesson]) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each other file that is made for the edition."""
    template = Path(__file__).with_name("edition.md").read_text(encoding="utf-8")
    table = lesson_table(lessons, "notebooks/")
    yield "README.md", string.Template(template).substitute(lessons=table)
    if (root / "utils" / "checks").is_dir():
        yield "utils/checks/lessons.json", make_lesson_facts(find_lessons(root))
    made_from: list[tuple[str, str, Callable[[str], str]]] = [
        ("pyproject.toml", "pyproject.toml", _student_project),
        ("uv.lock", "uv.lock", _student_lock),
        ("environment.yml", "pyproject.toml", partial(make_environment, for_students=True)),
    ]
    for name, original, make in made_from:
        if (root / original).is_file():
            yield name, make((root / original).read_text(encoding="utf-8"))


def _student_lock(text: str) -> str:
    """Return ``uv.lock`` as `uv lock` would write it for `_student_project`."""
    course = 'source = { editable = "." }\n'
    return text.replace(course, course + NO_GROUPS)


def _student_project(text: str) -> str:
    """Return ``pyproject.toml`` without the developers' tools, so that `uv run` installs none.

    The groups of dependencies stay, because ``uv.lock`` records them.
    """
    tables = re.split(r"(?m)^(?=\[)", text)
    kept = [
        table
        for table in tables
        if not table.lstrip("[").startswith("tool.") or table.startswith(STUDENT_TABLES)
    ]
    text = "".join(kept).rstrip() + "\n"
    if "[tool.uv]\n" not in text:
        text += "\n[tool.uv]\n"
    return text.replace("[tool.uv]\n", "[tool.uv]\n" + NO_GROUPS)


def _named_in(folder: Path) -> set[str]:
    """Return the modules of the grader that Jupyter's configuration names."""
    texts = (path.read_text(encoding="utf-8") for path in tracked_files(folder))
    names = {name for text in texts for name in re.findall(r"\bgrader(?:\.\w+)+", text)}
    return names | {name.rpartition(".")[0] for name in names}  # The last part may be a class.


def _student_grader(named: set[str]) -> dict[str, bytes]:
    """Return the files of the grader that the students' commands and JupyterLab need."""
    modules = _modules_of_commands(named)
    paths = set(modules.values())
    for module in modules.values():
        paths |= _resources_of(module)
    files = {path.relative_to(INSTALLED).as_posix(): path.read_bytes() for path in paths}
    files["grader/__init__.py"] = GRADER_INIT.encode()
    commands = [name for name in STUDENT_COMMANDS if f"grader.cli.{name}" in modules]
    files["grader/cli/__init__.py"] = _with_commands(modules["grader.cli"], commands).encode()
    return files


def _modules_of_commands(named: set[str]) -> dict[str, Path]:
    """Return the grader's modules that the students' commands import, and those named."""
    waiting = ["grader.cli.__main__", "grader.cli.app", "grader.kernel_extension", *named]
    waiting += [f"grader.cli.{name}" for name in STUDENT_COMMANDS]
    reached: dict[str, Path] = {}
    while waiting:
        name = waiting.pop()
        path = _module_file(name)
        if name in reached or path is None:
            continue
        reached[name] = path
        waiting += [name.rpartition(".")[0]]
        if name not in ("grader", "grader.cli"):  # These two are written anew.
            waiting += _imported(ast.parse(path.read_text(encoding="utf-8")))
    return reached


def _module_file(name: str) -> Path | None:
    """Return the file of a module of the grader; None for everything else."""
    if name.split(".")[0] != "grader":
        return None
    stem = INSTALLED.joinpath(*name.split("."))
    candidates = (stem.with_suffix(".py"), stem / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield the dotted names that code imports, in functions too, but not for annotations only."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    for child in ast.iter_child_nodes(node):
        yield from _imported(child)


def _resources_of(module: Path) -> set[Path]:
    """Return the files beside a module that it reads: those whose suffix it names."""
    text = module.read_text(encoding="utf-8")
    if "__file__" not in text:
        return set()
    beside = (path for path in module.parent.iterdir() if path.is_file())
    return {path for path in beside if path.suffix != ".py" and f'{path.suffix}"' in text}


def _with_commands(module: Path, commands: list[str]) -> str:
    """Return the module that imports all commands, reduced to some of them."""
    lines = module.read_text(encoding="utf-8").splitlines()
    (statement,) = (
        node
        for node in ast.parse("\n".join(lines)).body
        if isinstance(node, ast.ImportFrom) and node.module == "grader.cli"
    )
    line = f"from grader.cli import {', '.join(commands)}  # noqa: F401, I001"
    lines[statement.lineno - 1 : statement.end_lineno] = [line]
    return "\n".join(lines) + "\n"

"""Ungraded notebooks beside the lessons: ``solutions/extra_<topic>/extra_<topic>.R`` or ``.py``.

An extra may use another kernel than the lessons do. It is executed where that kernel is installed;
elsewhere its executed copy stays as it is. Students get the executed copy, outputs included,
because they may lack the kernel as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from grader.course.digests import digest_of, tracked_files
from grader.course.files import write_atomically
from grader.course.lesson import CourseError
from grader.course.made_from import describe_build, record_of, why_stale

TIMEOUT = 600  # seconds for a cell


@dataclass(frozen=True)
class Extra:
    """An ungraded notebook.

    Attributes
    ----------
    root : Path
        The course's root.
    source : Path
        Its text source, in jupytext's percent format; the header names the kernel.
    """

    root: Path
    source: Path

    @property
    def name(self) -> str:
        """The name of its folder and of its files."""
        return self.source.stem

    @property
    def solution(self) -> Path:
        """The executed notebook."""
        return self.source.with_suffix(".ipynb")

    @property
    def release(self) -> Path:
        """The student's copy."""
        return self.root / "notebooks" / self.name / f"{self.name}.ipynb"

    @property
    def title(self) -> str:
        """The first heading.

        Raises
        ------
        CourseError
            If there is none.
        """
        match = re.search(r"^# # (.+)$", self.source.read_text(encoding="utf-8"), re.MULTILINE)
        if match is None:
            raise CourseError(f"{self.source}: the first cell has no heading '# # ...'")
        return match[1].strip()


def find_extras(root: Path) -> list[Extra]:
    """Return the course's extras, by name."""
    paths = sorted((root / "solutions").glob("extra_*/extra_*"))
    return [
        Extra(root, path)
        for path in paths
        if path.suffix in (".py", ".R") and path.stem == path.parent.name
    ]


def build_extras(root: Path, progress: Callable[[str], None]) -> Iterator[Path]:
    """Bring the extras' notebooks up to date; yield the files that changed.

    Parameters
    ----------
    root : Path
        The course's root.
    progress : callable
        Called with one line of text before each step that takes time.
    """
    for extra in find_extras(root):
        if _why_stale(extra):
            notebook = jupytext.read(extra.source)
            kernel = notebook.metadata.kernelspec.name
            if kernel not in KernelSpecManager().find_kernel_specs():
                progress(f"{extra.name}: not executed, because the kernel '{kernel}' is missing")
                continue
            progress(f"{extra.name}: executing")
            digest = _input_digest(extra)
            _execute(extra, notebook)
            write_atomically(extra.solution, nbformat.writes(notebook) + "\n")
            write_atomically(record_of(extra.solution), describe_build(extra.solution, digest))
            yield extra.solution
        if _release_differs(extra):
            extra.release.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(extra.release, extra.solution.read_text(encoding="utf-8"))
            yield extra.release


def find_stale_extras(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the notebooks that `build_extras` would change where the kernels are, and why."""
    for extra in find_extras(root):
        if reason := _why_stale(extra):
            yield extra.solution, reason
        elif _release_differs(extra):
            yield extra.release, "is not the executed copy"


def _execute(extra: Extra, notebook: NotebookNode) -> None:
    """Run a notebook in a fresh kernel; its outputs go into its cells.

    Raises
    ------
    CourseError
        If a cell raises an error.
    """
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name=notebook.metadata.kernelspec.name,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(extra.source.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise CourseError(f"{extra.source}: a cell raised an error\n{error}") from error
    notebook.metadata.pop("jupytext", None)


def _why_stale(extra: Extra) -> str | None:
    """Return why an extra must be executed again, or None."""
    return why_stale(extra.solution, _input_digest(extra), "its source or the data")


def _release_differs(extra: Extra) -> bool:
    """Return whether the student's copy is not the executed notebook."""
    return not extra.release.is_file() or extra.release.read_bytes() != extra.solution.read_bytes()


def _input_digest(extra: Extra) -> str:
    """Return a digest of an extra's source and of the course's data."""
    files = [("source", extra.source)]
    for path in tracked_files(extra.root / "data"):
        if path.suffix not in {".md", ".py"}:
            files.append((path.relative_to(extra.root).as_posix(), path))
    return digest_of(files)

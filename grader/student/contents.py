"""How JupyterLab reads and writes the course's notebooks; ``lab/jupyter_lab_config.py`` names it.

JupyterLab writes into every notebook that it opens which Python the kernel has. Where git tracks
the notebooks, a student who only looked at one would have changed it, and could not pull.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from utils.progress import as_output

PROGRESS_CELL = "from utils.progress import show"


class CourseContentsManager(AsyncLargeFileManager):
    """Saves notebooks without the kernel's version, and opens the start page with the progress."""

    async def get(self, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return a file's model; the start page shows the progress as it is now."""
        model = await super().get(path, *args, **kwargs)
        file = Path(self._get_os_path(path))
        if _is_start_page(model, file):
            with contextlib.suppress(OSError):
                _show_progress(model["content"], file.parents[1])
        return model

    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        """Save a file; a notebook without what would differ on every machine."""
        if model.get("type") == "notebook" and isinstance(model.get("content"), dict):
            _leave_out_version(model["content"])
            if _is_start_page(model, Path(self._get_os_path(path))):
                _leave_out_progress(model["content"])
        return await super().save(model, path)


def _is_start_page(model: dict[str, Any], file: Path) -> bool:
    """Return whether a model is the content of the course's start page."""
    is_page = file.name == "index.ipynb" and file.parent.name == "notebooks"
    return is_page and model.get("type") == "notebook" and bool(model.get("content"))


def _leave_out_version(notebook: dict[str, Any]) -> None:
    """Reduce a notebook's description of Python to what the course gives out."""
    language = notebook.get("metadata", {}).get("language_info", {})
    if language.get("name") == "python":
        notebook["metadata"]["language_info"] = {"name": "python"}


def _show_progress(notebook: dict[str, Any], root: Path) -> None:
    """Put the progress into the start page, as if its cell had been run."""
    for cell in _progress_cells(notebook):
        output = {"output_type": "display_data", "data": as_output(root), "metadata": {}}
        cell["outputs"] = [output]
        cell["metadata"]["trusted"] = True  # It is this program's, with names escaped.


def _leave_out_progress(notebook: dict[str, Any]) -> None:
    """Take the progress out of the start page, which git tracks."""
    for cell in _progress_cells(notebook):
        cell.update(outputs=[], execution_count=None)


def _progress_cells(notebook: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the cell that shows the progress."""
    for cell in notebook.get("cells", ()):
        if cell.get("cell_type") == "code" and PROGRESS_CELL in "".join(cell.get("source", "")):
            yield cell

"""Buttons that open a lesson in a service on the web, made from the repository's address."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from grader.course.lesson import CourseError

GITHUB = "https://github.com/"


def find_repository(root: Path) -> str:
    """Return the address in ``[tool.grader] repository`` of ``pyproject.toml``, or ''."""
    file = root / "pyproject.toml"
    if not file.is_file():
        return ""
    settings = tomllib.loads(file.read_text(encoding="utf-8"))
    return settings.get("tool", {}).get("grader", {}).get("repository", "")


def check_repository(address: str) -> str:
    """Return an address without what is superfluous at its end.

    Raises
    ------
    CourseError
        If it is not a web address.
    """
    tidy = address.strip().removesuffix("/").removesuffix(".git")
    if tidy and (not tidy.startswith("https://") or set(tidy) & set(" \"'<>()[]")):
        raise CourseError(
            f"{address!r} is not the address of a repository: https://github.com/name/course"
        )
    return tidy


def launch_links(repository: str, notebook: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the address of each service that can open a notebook.

    Binder installs the course as ``binder/`` says. Colab opens notebooks from GitHub only.

    Parameters
    ----------
    repository : str
        The repository's address, or '' for no service.
    notebook : str
        The notebook's path in it.
    """
    if not repository:
        return
    path = quote(f"lab/tree/{notebook}", safe="")
    if repository.startswith(GITHUB):
        name = repository.removeprefix(GITHUB)
        yield "Binder", f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath={path}"
        yield "Colab", f"https://colab.research.google.com/github/{name}/blob/main/{notebook}"
    else:
        where = quote(repository, safe="")
        yield "Binder", f"https://mybinder.org/v2/git/{where}/HEAD?urlpath={path}"

"""Which course a folder is, and in which version: for the first line of a run, and its results."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

from grader.course.digests import digest_of, tracked_files

PACKAGE = "pixels-to-lenet"
SOURCES = {".py", ".ipynb"}


def course_name(root: Path) -> str:
    """Return a course's name: the heading of its README, or else its folder's name."""
    try:
        text = (root / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return root.name
    heading = re.search(r"^# +(\S.*?) *$", text, re.MULTILINE)
    return heading[1] if heading else root.name


def course_version(root: Path) -> str:
    """Return the version in a course's ``pyproject.toml``; empty if it gives none."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        return str(project["project"]["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def course_digest(root: Path) -> str:
    """Return a digest of a course's lessons, of what they import, and of its settings.

    Executed notebooks do not count, except where a course has no other sources.
    """
    step = "solutions" if (root / "solutions").is_dir() else "notebooks"
    kinds = {".py"} if step == "solutions" else SOURCES
    files = [path for path in tracked_files(root / step) if path.suffix in kinds]
    files += [path for path in tracked_files(root / "utils") if path.suffix == ".py"]
    files.append(root / "nbgrader_config.py")
    return digest_of((path.relative_to(root).as_posix(), path) for path in files)


def grader_version() -> str:
    """Return the version of the installed grader; empty if it runs without being installed."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return ""

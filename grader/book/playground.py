"""The site's front page: "Watch a network read your digit"."""

from __future__ import annotations

from pathlib import Path

from utils import playground


def write_playground(folder: Path) -> None:
    """Write the page into a site's folder, as ``playground/index.html`` and what that needs.

    Parameters
    ----------
    folder : Path
        The site. Folders are made where they are missing; an older copy of the page is replaced.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    playground.write(folder)

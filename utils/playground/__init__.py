"""The page "Watch a network read your digit": in a notebook, in a folder, or as one file.

The page is in ``assets/``: HTML, CSS, JavaScript modules, and the weights of three networks of the
course, which ``data/build_playground.py`` trains. It needs no kernel and nothing from another host.

from utils import playground
playground.show()
"""

from __future__ import annotations

import base64
import functools
import html
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from IPython.display import HTML

ASSETS = Path(__file__).with_name("assets")
FOLDER, ONE_FILE = "playground", "playground.html"
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".bin": "application/octet-stream",
}


def show(height: int = 900) -> HTML:
    """Return the page as the output of a notebook's cell.

    Parameters
    ----------
    height : int
        Pixels; the page scrolls within them.
    """
    return HTML(
        f'<iframe title="Watch a network read your digit" srcdoc="{html.escape(as_one_file())}" '
        f'style="width: 100%; height: {int(height)}px; border: 0"></iframe>'
    )


def write(folder: Path) -> None:
    """Write the page into a folder, for a file server.

    Parameters
    ----------
    folder : Path
        ``folder/playground/index.html`` is the page. ``folder/playground/playground.html`` is the
        same page in one file, which also opens without a server. Folders are made where they are
        missing; what is in the way is replaced.

    Raises
    ------
    OSError
        If the folder cannot be written.
    """
    target = Path(folder) / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(ASSETS.iterdir()):
        if path.is_file():
            shutil.copyfile(path, target / path.name)
    (target / ONE_FILE).write_text(as_one_file(), encoding="utf-8")


@functools.cache
def as_one_file() -> str:
    """Return the page as one HTML text: each file that it names is replaced by a data URL."""

    def inline(match: re.Match[str]) -> str:
        path = ASSETS / match[1]
        return f'"{_data_url(path)}"' if path.is_file() else match[0]

    page = (ASSETS / "index.html").read_text(encoding="utf-8")
    return re.sub(r'"(?:\./)?([\w-]+\.\w+)"', inline, page)


def _data_url(path: Path) -> str:
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{MEDIA_TYPES[path.suffix]};base64,{content}"


def read_manifest() -> dict[str, Any]:
    """Return what ``manifest.json`` says about the networks and the sample digits."""
    return json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))


def read_array(place: dict[str, Any]) -> np.ndarray:
    """Return an array of ``weights.bin``; the manifest says where it is, and of which kind."""
    count = int(np.prod(place["shape"]))
    flat = np.fromfile(ASSETS / "weights.bin", place["dtype"], count, offset=place["offset"])
    return flat.reshape(place["shape"])

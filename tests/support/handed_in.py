"""Archives and folders as Moodle, Canvas, nbgrader's exchange and people make them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

START = datetime(2026, 11, 3, 10, 0, 0)
STAMP = "%Y-%m-%d %H:%M:%S.%f UTC"


def make_zip(
    files: Iterable[tuple[str, bytes]],
    apart: timedelta = timedelta(hours=1),
    start: datetime = START,
) -> bytes:
    """Return an archive of files whose times are ``apart`` from each other."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, content) in enumerate(files):
            info = zipfile.ZipInfo(name, (start + number * apart).timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return packed.getvalue()


def moodle_name(name: str, number: int, underscore: bool = True) -> str:
    """Return the folder that Moodle makes for a person's files.

    As `fullname` and `clean_filename` in mod/assign: underscores become spaces, and characters that
    file systems refuse are dropped.
    """
    clean = re.sub(r'[\x00-\x1f\x7f&<>"`|\':\\/]', "", name.replace("_", " "))
    return f"{clean}_{number}_assignsubmission_file{'_' if underscore else ''}"


def canvas_name(sortable: str, user: int, upload: int, file: str, late: bool = False) -> str:
    """Return the file that Canvas makes of an upload: lib/content_zipper.rb."""
    name = re.sub(r"_(\d+)_", r"\1", sortable).lower()
    start = re.sub(r"[^\w]", "", "_".join([name, *(["LATE"] if late else []), str(user)]))
    return f"{start}_{upload}_" + re.sub(r'[\x00/\\:*?"<>|]+', "_", file)


def exchange_folder(inbound: Path, user: str, lesson: str, time: datetime, content: bytes) -> Path:
    """Write what `nbgrader submit` writes."""
    folder = inbound / f"{user}+{lesson}+{time.strftime(STAMP)}+R4nd0m"
    folder.mkdir(parents=True)
    (folder / f"{lesson}.ipynb").write_bytes(content)
    (folder / "timestamp.txt").write_text(time.strftime(STAMP))
    return folder

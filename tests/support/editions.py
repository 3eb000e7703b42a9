"""Students' editions for tests, as `grader release` makes them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path


def manifest(files: dict[str, bytes], version: str = "2.0", course: str = "toy") -> bytes:
    """Return the manifest of files."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    plain = {"course": course, "version": version, "lessons": [], "files": digests}
    return json.dumps(plain).encode()


def with_manifest(files: dict[str, bytes], **about: str) -> dict[str, bytes]:
    """Return files with their manifest."""
    return files | {"release.json": manifest(files, **about)}


def write_archive(path: Path, files: dict[str, bytes]) -> Path:
    """Write files as an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_folder(path: Path, files: dict[str, bytes]) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path

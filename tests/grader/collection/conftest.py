import copy

import nbformat
import pytest

from grader.collection.collect import collect
from tests.support.toy import LESSON


@pytest.fixture
def notebook(release):
    """Make different notebooks of the toy lesson, as the bytes of a file."""

    def make(mark=""):
        made = copy.deepcopy(release)
        made.cells.append(nbformat.v4.new_markdown_cell(f"mark {mark}", id="mark"))
        return nbformat.writes(made).encode()

    return make


class Class:
    """A folder of submissions, and what collecting into it gives."""

    def __init__(self, folder, lesson):
        self.folder, self.submitted, self.lesson = folder, folder / "submitted", lesson

    def write(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def collect(self, *sources, roster=None):
        return collect(list(sources), self.submitted, [self.lesson], roster)

    def used(self):
        """Return the submissions by student."""
        found = self.submitted.glob(f"*/{LESSON}/{LESSON}.ipynb")
        return {path.parents[1].name: path.read_bytes() for path in found}

    def times(self):
        return {
            path.parents[1].name: path.read_text().strip()
            for path in self.submitted.glob("*/*/timestamp.txt")
        }

    def everything(self):
        """Return every file with its content and time."""
        return {
            path.relative_to(self.folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def course_class(tmp_path, toy):
    return Class(tmp_path, toy)

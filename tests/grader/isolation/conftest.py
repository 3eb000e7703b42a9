"""Folders for tests of what a confined process may do with files."""

import pytest

from tests.grader.isolation.support import confined


@pytest.fixture
def places(tmp_path):
    """A folder to read, one to write to, one that is none of a confined process's business."""
    made = {name: tmp_path / name for name in ("read", "write", "other")}
    for folder in made.values():
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "text").write_text("here")
        (folder / "inner" / "text").chmod(0o640)
    return made


@pytest.fixture
def act(places):
    """Do something where two of those places are allowed."""
    return lambda function: confined(function, [places["read"]], [places["write"]])

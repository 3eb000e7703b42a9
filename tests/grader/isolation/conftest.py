"""Folders for tests of what a confined process may do with files."""

import pytest

from tests.grader.isolation.support import confined


@pytest.fixture
def places(tmp_path):
    """A folder that may be read, one that may be written to, and one that is out of reach."""
    folders = {name: tmp_path / name for name in ("read", "write", "other")}
    for folder in folders.values():
        (folder / "inner").mkdir(parents=True)
        (folder / "inner" / "text").write_text("here")
        (folder / "inner" / "text").chmod(0o640)
    return folders


@pytest.fixture
def act(places):
    """Return a function that runs another one with access to the first two of these folders."""
    return lambda function: confined(function, [places["read"]], [places["write"]])

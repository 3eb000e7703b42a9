import shutil

import nbformat
import pytest

from tests.support.toy import LESSON, ROOT


@pytest.fixture
def edition(tmp_path, release):
    """A student's edition of the toy course: no sources, and no git."""
    root = tmp_path / "course"
    for folder in (f"notebooks/{LESSON}", "notebooks/.originals"):
        (root / folder).mkdir(parents=True)
        nbformat.write(release, root / folder / f"{LESSON}.ipynb")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


@pytest.fixture
def mine(edition):
    """The student's notebook in it."""
    return edition / "notebooks" / LESSON / f"{LESSON}.ipynb"

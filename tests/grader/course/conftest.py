import shutil
from pathlib import Path

import pytest

from grader.course import build, pages
from tests.support.builds import LESSON, write_lesson

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def course(tmp_path):
    """A course of one lesson, not built yet."""
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "utils").mkdir()
    (tmp_path / "README.md").write_text("\n".join(pages.LESSON_TABLE))
    write_lesson(tmp_path, LESSON)
    return tmp_path


@pytest.fixture
def built(course):
    build.build(course)
    return course

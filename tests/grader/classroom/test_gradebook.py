"""Is a gradebook that cannot be opened an error of one line, and its version nbgrader's?"""

import errno
import os
import sysconfig
import tempfile

import nbgrader.api
import pytest
from sqlalchemy import create_engine, text

from grader.classroom import gradebook as module
from grader.classroom.gradebook import CourseGradebook
from grader.course.lesson import CourseError


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'marks.db'}"


@pytest.fixture
def full_disk(monkeypatch):
    """A temporary folder in which there is no room for a file."""

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/xyz")

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)


def test_a_new_gradebook_has_the_version_that_nbgrader_gives_it(url, monkeypatch):
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    monkeypatch.setenv("PATH", scripts)
    CourseGradebook(url).__exit__()
    with create_engine(url).connect() as connection:
        (version,) = connection.execute(text("SELECT version_num FROM alembic_version")).scalars()
    assert version == nbgrader.api.get_alembic_version()


def test_a_full_temporary_folder_does_not_matter(url, full_disk):
    CourseGradebook(url).__exit__()


def test_an_error_of_the_disk_is_one_line(url, monkeypatch):
    def refuse(url):
        raise OSError(errno.ENOSPC, "No space left on device", "/tmp/xyz")

    monkeypatch.setattr(module, "Gradebook", refuse)
    with pytest.raises(CourseError, match=r"cannot be opened: .*No space left on device"):
        CourseGradebook(url)

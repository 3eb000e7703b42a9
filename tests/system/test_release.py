"""Does what students get work where nothing of the course's own folder is at hand?"""

import os
import re
import shutil
import site
import subprocess
import sys
import venv
from pathlib import Path

import nbformat
import pytest

from grader.course.edition import make_edition
from grader.course.pack import pack
from tests.banks.honest import LOOPS
from tests.support.submissions import answered

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def unzipped(tmp_path_factory):
    """The students' edition, unzipped, with an environment whose libraries are this one's."""
    place = tmp_path_factory.mktemp("student")
    pack(make_edition(ROOT), place / "course.zip")
    shutil.unpack_archive(place / "course.zip", place / "course")
    venv.create(place / "env", with_pip=False)
    (packages,) = (place / "env").glob("lib/python*/site-packages")
    # As `uv run` does: the libraries, and the course in its own folder. Nothing of ROOT.
    (packages / "course.pth").write_text(f"{place / 'course'}\n{site.getsitepackages()[0]}\n")
    return place


def student(place, *command):
    """Run Python in the unzipped course."""
    environment = {key: os.environ[key] for key in ("HOME", "PATH", "TMPDIR") if key in os.environ}
    return subprocess.run(
        [place / "env/bin/python", *command],
        cwd=place / "course",
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment | {"COLUMNS": "120", "NO_COLOR": "1"},
        timeout=900,
    )


def test_nothing_comes_from_the_course_it_was_made_from(unzipped):
    code = "import grader, utils, sys; print(grader.__file__, utils.__file__, *sys.path, sep='\\n')"
    lines = student(unzipped, "-c", code).stdout.splitlines()
    assert lines[0].startswith(str(unzipped / "course"))
    assert lines[1].startswith(str(unzipped / "course"))
    assert str(ROOT) not in lines


def test_grader_check_gives_the_points_of_a_students_answers(unzipped):
    path = unzipped / "course/notebooks/02_convolution/02_convolution.ipynb"
    nbformat.write(answered(nbformat.read(path, 4), LOOPS), path)
    done = student(unzipped, "-m", "grader.cli", "check", "02")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"together\D+3 of 3", done.stdout)
    assert "--all" not in done.stdout


def test_help_lists_only_what_is_there(unzipped):
    listed = student(unzipped, "-m", "grader.cli", "--help").stdout
    assert "check" in listed
    for command in ("build", "release", "collect", "autograde", "feedback", "report", "export"):
        assert not re.search(rf"│ {command}\b", listed)


def test_hidden_tests_are_said_to_be_missing_and_not_passed(unzipped):
    """Without their content, every function would pass them."""
    result = student(unzipped, "-m", "grader.cli", "check", "02", "--all")
    assert result.returncode == 2
    assert "has no solutions/" in result.stderr


@pytest.mark.skipif(shutil.which("uv") is None, reason="uv is not installed")
def test_the_lock_fits_the_project(unzipped):
    result = subprocess.run(
        ["uv", "lock", "--check", "--offline", "--python", sys.executable],
        cwd=unzipped / "course",
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr

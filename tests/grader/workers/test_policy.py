import json
import os
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from grader.isolation.limits import ResourceLimits
from grader.workers.policy import course_files, enter, installed_names, readable, site_folders
from tests.support.toy import ROOT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)


LIMITS = ResourceLimits(memory=500_000_000)


ROLES = ("answers", "keras", "notebook", "judge")


STANDARD = Path(sysconfig.get_path("stdlib"))


SITE = Path(np.__file__).parent.parent


def within(role, places, folder=None, root=None):
    """Return, for each of these places, whether a process of this role can open it."""
    ours, theirs = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            enter(role, folder, root, LIMITS)
            os.write(theirs, json.dumps({k: can_open(v) for k, v in places.items()}).encode())
        finally:
            os._exit(0)
    os.close(theirs)
    with open(ours) as said:
        text = said.read()
    assert os.waitpid(pid, 0)[1] == 0
    assert text, "it could not be confined"
    return json.loads(text)


def can_open(path):
    try:
        os.close(os.open(path, os.O_RDONLY))
    except PermissionError:
        return False
    return True


PLACES = {
    "solutions": ROOT / "solutions",
    "a solution": ROOT / "solutions" / "02_convolution" / "02_convolution.py",
    "a built solution": ROOT / "solutions" / "02_convolution" / "02_convolution.ipynb",
    "tests": ROOT / "tests",
    "the course": ROOT,
    "the grader": ROOT / "grader" / "cli" / "app.py",
    "utils": ROOT / "utils" / "convolution.py",
    "mistakes": ROOT / "utils" / "mistakes" / "convolution.py",
    "data": ROOT / "data" / "mnist10k.npz",
    "the standard library": STANDARD / "json" / "__init__.py",
    "numpy": SITE / "numpy" / "__init__.py",
    "scipy": SITE / "scipy" / "__init__.py",
    "keras": SITE / "keras" / "__init__.py",
    "users": "/etc/passwd",
    "home": Path.home(),
    "the root": "/",
    "other scratch": "/tmp",
    "processes": "/proc",
    "the first process": "/proc/1/status",
    "chance": "/dev/urandom",
}


NOBODY = {
    "solutions", "a solution", "a built solution", "tests", "the course", "the grader", "users",
    "home", "the root", "other scratch", "processes", "the first process",
}  # fmt: skip


EVERYBODY = {"the standard library", "numpy", "chance"}


ALSO = {
    "answers": set(),
    "keras": {"scipy", "keras"},
    "notebook": {"scipy", "keras", "utils", "mistakes", "data"},
    "judge": {"scipy", "keras", "utils", "mistakes", "data"},
}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_what_it_needs_and_no_more(role, tmp_path):
    """Are solutions, tests and the grader out of reach, and reference answers for by-hand roles?"""
    can = within(role, PLACES, str(tmp_path), str(ROOT))
    assert {name for name, opened in can.items() if opened} == EVERYBODY | ALSO[role]


def test_the_lists_above_are_whole():
    for also in ALSO.values():
        assert also <= PLACES.keys() - NOBODY - EVERYBODY
    assert PLACES.keys() >= NOBODY | EVERYBODY


def test_a_scratch_folder_is_the_only_one_to_write_to(tmp_path):
    inside, other = tmp_path / "inside", tmp_path / "other"
    inside.mkdir()
    other.mkdir()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            enter("answers", str(inside), None, LIMITS)
            assert os.getcwd() == os.environ["HOME"] == os.environ["TMPDIR"] == str(inside)
            Path("made").write_text("x")
            try:
                (other / "made").write_text("x")
            except PermissionError:
                code = 0
        finally:
            os._exit(code)
    assert os.waitpid(pid, 0)[1] == 0
    assert os.listdir(inside) == ["made"]
    assert os.listdir(other) == []


@pytest.mark.parametrize("role", ["answers", "keras"])
def test_answers_read_nothing_of_the_course(role):
    assert list(course_files(role, str(ROOT))) == []


@pytest.mark.parametrize("role", ROLES)
def test_nothing_readable_holds_the_course_s_secrets(role):
    for place in (*readable(role), *course_files(role, str(ROOT))):
        for secret in ("solutions", "tests", "submitted", "gradebook.db"):
            assert Path(place) not in ((ROOT / secret), *(ROOT / secret).parents)


def test_by_hand_means_numpy_and_no_other_package():
    packages = {
        Path(place).relative_to(folder).parts[0]
        for place in readable("answers")
        for folder in site_folders()
        if Path(place).is_relative_to(folder)
    }
    assert packages <= {"numpy", "numpy.libs"}


def test_installed_names_are_those_of_packages():
    names = installed_names()
    assert {"scipy", "keras", "tensorflow", "matplotlib", "skimage", "IPython", "utils"} <= names
    assert not {"numpy", "math", "json", "typing", "__pycache__"} & names

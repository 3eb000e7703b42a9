"""Does `grader doctor` find what is wrong with an installation, and say what to do?"""

import json
import shutil
import socket
import sys
from collections import namedtuple

import pytest

from grader.course.lesson import find_root
from grader.isolation import confine
from grader.student import doctor
from grader.workers import selftest
from tests.support.toy import ROOT


@pytest.fixture
def course(edition):
    """A student's edition with what `pyproject.toml` and the lock file say."""
    for name in ("pyproject.toml", "uv.lock"):
        shutil.copy(ROOT / name, edition)
    return edition


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_here_it_finds_no_problem_with_python_and_packages(course):
    assert doctor.check_python(course)[0] == doctor.OK
    assert doctor.check_packages(course)[0] in (doctor.OK, doctor.NOTE)
    assert doctor.check_course(find_root())[0] == doctor.OK


def test_another_python_than_the_course_needs(course):
    change(course / "pyproject.toml", ">=3.11,<3.14", ">=3.6,<3.9")
    state, text, advice = doctor.check_python(course)
    assert state == doctor.PROBLEM
    assert "the course needs >=3.6,<3.9" in text
    assert "uv sync" in advice


def test_missing_packages_and_other_versions(course):
    change(course / "pyproject.toml", '"nh3==', '"no-such-package==1.0",\n    "nh3==99.')
    state, text, advice = doctor.check_packages(course)
    assert state == doctor.PROBLEM
    assert text.startswith("no-such-package 1.0 is not installed; nh3 is ")
    assert advice == doctor.SYNC


def test_a_version_that_is_not_in_the_lock_file_is_noted(course):
    (course / "uv.lock").write_text('[[package]]\nname = "tornado"\nversion = "0.1"\n')
    state, text, advice = doctor.check_packages(course)
    assert (state, advice) == (doctor.NOTE, doctor.SYNC)
    assert text.startswith("not the versions in uv.lock: tornado ")


def test_the_command_of_another_course(course):
    state, text, advice = doctor.check_course(course)
    assert state == doctor.PROBLEM
    assert f"not to {course}" in text
    assert "uv run grader doctor" in advice


def test_settings_of_jupyterlab_that_were_not_installed(course, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (course / "lab").mkdir()
    shipped = shutil.copy(ROOT / "lab/jupyter_lab_config.py", course / "lab")
    assert doctor.check_lab(course)[0] == doctor.NOTE
    (tmp_path / "etc/jupyter").mkdir(parents=True)
    shutil.copy(shipped, tmp_path / "etc/jupyter")
    assert doctor.check_lab(course)[0] == doctor.OK


def test_a_kernel_in_another_python(course, tmp_path, monkeypatch):
    """A user's own kernel named python3 comes before the course's."""
    folder = tmp_path / "jupyter/kernels/python3"
    folder.mkdir(parents=True)
    # It stands for another Python: a kernel that cannot import the course.
    command = [sys.executable, "-S", "-c", "raise SystemExit('no kernel here')"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    (finding,) = [one for one in doctor.examine(course) if one.part == "kernel"]
    assert finding.state == doctor.PROBLEM
    assert finding.advice


@pytest.mark.slow
def test_the_courses_kernel_runs_in_the_courses_python():
    assert doctor.check_kernel(find_root())[0] == doctor.OK


def test_a_port_in_use_is_no_problem(course, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(doctor, "JUPYTER_PORT", server.getsockname()[1])
        state, text = doctor.check_ports(course)
    assert state == doctor.OK
    assert "the next free one" in text


def test_ports_that_cannot_be_reached(course, monkeypatch):
    def refuse(*args, **kwargs):
        raise ConnectionRefusedError("refused")

    monkeypatch.setattr(socket, "create_connection", refuse)
    state, _, advice = doctor.check_ports(course)
    assert state == doctor.PROBLEM
    assert "firewall" in advice


def test_folders_and_files_that_cannot_be_written(course, mine, monkeypatch):
    assert doctor.check_rights(course)[0] == doctor.OK
    monkeypatch.setattr(doctor, "_can_write", lambda folder: folder != mine.parent)
    monkeypatch.setattr(doctor, "_can_open", lambda path: path != mine)
    state, text, _ = doctor.check_rights(course)
    assert state == doctor.PROBLEM
    assert text == f"cannot be written: {mine.parent}; {mine}"


def test_rights_are_tried_without_changing_anything(course, tmp_path, mine):
    before = mine.read_bytes(), mine.stat().st_mtime_ns
    assert doctor._can_open(mine)
    assert doctor._can_write(mine.parent)
    assert not doctor._can_write(tmp_path / "nothing")
    assert not doctor._can_open(tmp_path / "nothing")
    assert (mine.read_bytes(), mine.stat().st_mtime_ns) == before
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]


def test_a_full_disk(course, monkeypatch):
    usage = namedtuple("Usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 1, 1))
    assert doctor.check_disk(course) == (
        doctor.PROBLEM,
        "0.0 GB free",
        "Make room: 0.5 GB should be free.",
    )


def test_without_a_sandbox_a_student_can_work_all_the_same(course, monkeypatch):
    def unavailable(limits):
        raise confine.SandboxUnavailableError("the kernel is too old")

    monkeypatch.setattr(selftest, "check_protections", unavailable)
    state, text, _ = doctor.check_sandbox(course)
    assert state == doctor.NOTE
    assert "the kernel is too old" in text
    monkeypatch.setattr(sys, "platform", "win32")
    state, _, advice = doctor.check_sandbox(course)
    assert state == doctor.NOTE
    assert "WSL 2" in advice


def test_one_part_that_cannot_be_examined_does_not_hide_the_others(edition, monkeypatch):
    """Here there is no pyproject.toml to compare with."""
    for part in ("kernel", "sandbox"):
        monkeypatch.setitem(doctor.PARTS, part, lambda root: (doctor.OK, "left out"))
    findings = list(doctor.examine(edition))
    assert [one.part for one in findings] == list(doctor.PARTS)
    assert findings[0].state == doctor.PROBLEM
    assert "FileNotFoundError" in findings[0].text
    assert doctor.to_plain(findings)["works"] is False

"""Do the students' commands say what they did, and end with the right status?"""

import json

import nbformat
import pytest
from typer.testing import CliRunner

from grader.cli import app
from grader.student import doctor
from tests.support.editions import with_manifest, write_archive
from tests.support.toy import LESSON, answer


@pytest.fixture
def run(edition, monkeypatch):
    """Run a command in a student's edition."""
    monkeypatch.chdir(edition)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments, status=0):
        result = CliRunner().invoke(app.app, list(map(str, arguments)))
        assert result.exit_code == status, result.output
        return result.output

    return run


def test_progress(run, edition):
    said = run("progress", "--json", "progress.json")
    assert LESSON in said
    assert f"Next: double in {edition}/notebooks/{LESSON}/{LESSON}.ipynb" in said
    assert json.loads((edition / "progress.json").read_text())["visible"] == 2


def test_reset(run, mine, release):
    assert "is as it was given out" in run("reset", "01")
    nbformat.write(answer(release), mine)
    said = run("reset", "01", "double")
    (kept,) = mine.parent.glob("*-kept-*")
    assert f"What was there is in {kept.name}" in said


def test_update(run, edition, tmp_path):
    assert "There is no update to finish." in run("update")
    archive = write_archive(tmp_path / "new.zip", with_manifest({"utils/a.py": b"a"}))
    assert "Updated to version 2.0: 2 files." in run("update", archive)
    assert "Everything is up to date." in run("update", archive)


@pytest.mark.parametrize(("state", "status"), [("ok", 0), ("note", 0), ("problem", 1)])
def test_doctor(run, edition, monkeypatch, state, status):
    monkeypatch.setattr(doctor, "PARTS", {"disk": lambda root: (state, "found", "do this")})
    said = run("doctor", "--json", "doctor.json", status=status)
    assert "disk     found" in said
    assert "do this" in said
    finding = {"part": "disk", "state": state, "text": "found", "advice": "do this"}
    report = json.loads((edition / "doctor.json").read_text())
    assert report == {"works": status == 0, "findings": [finding]}

"""Do the commands say what they did, in words and in their exit status?"""

import json
import zipfile

import pytest
from typer.testing import CliRunner

from grader.cli import app as module
from tests.support.handed_in import make_zip, moodle_name
from tests.support.toy import LESSON, make_course


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in a course."""
    make_course(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: CliRunner().invoke(module.app, [*map(str, arguments)])


def test_collect_places_what_it_can_and_lists_the_rest(run, tmp_path, notebook):
    mine = f"{moodle_name('Ana [bold]', 1)}/x.ipynb"
    files = [(mine, notebook(1)), ("../up.ipynb", notebook(2))]
    (tmp_path / "in.zip").write_bytes(make_zip(files))
    result = run("collect", "in.zip", "--submitted", "class", "--json", "out.json")
    assert result.exit_code == 0, result.output
    assert "Not placed, its path leads out of the archive:\n  in.zip: ../up.ipynb" in result.output
    assert LESSON in result.output
    rows = json.loads((tmp_path / "out.json").read_text())
    assert [row["student"] for row in rows["placed"]] == ["Ana [bold]"]
    assert (tmp_path / "class/Ana [bold]" / LESSON / f"{LESSON}.ipynb").is_file()


def test_collect_places_nothing_where_its_json_cannot_be_written(run, tmp_path, notebook):
    (tmp_path / "in.zip").write_bytes(make_zip([(f"{moodle_name('A', 1)}/x.ipynb", notebook())]))
    result = run("collect", "in.zip", "--json", "none/out.json")
    assert "There is no folder" in str(result.exception)
    assert not (tmp_path / "submitted").exists()


def test_release_packs_once_and_then_is_up_to_date(run, tmp_path):
    first, second = run("release", "--to", "out.zip"), run("release", "01", "--to", "out.zip")
    assert "wrote out.zip" in first.output
    assert "out.zip was up to date" in second.output
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        manifest = json.loads(archive.read("release.json"))
        assert set(archive.namelist()) == {*manifest["files"], "release.json"}
        text = archive.read(f"notebooks/{LESSON}/{LESSON}.ipynb").decode()
    assert manifest["lessons"] == [LESSON]
    assert "4321" not in text


def test_release_needs_the_lessons_sources(run, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "solutions").rename(tmp_path / "elsewhere")
    assert "has no solutions/" in str(run("release", "--to", "out.zip").exception)
    assert not (tmp_path / "out.zip").exists()

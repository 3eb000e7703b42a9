"""Does `grader update` bring a newer course and lose nothing, whenever it is interrupted?"""

import copy
import json
import shutil
from pathlib import Path

import nbformat
import pytest

from grader.course.cells import checksum
from grader.course.lesson import CourseError
from grader.student import update as module
from grader.student.reset import to_text
from grader.student.update import finish, update
from tests.support.editions import with_manifest, write_archive, write_folder
from tests.support.toy import LESSON, RIGHT, answer, code, find

NOTEBOOK = f"notebooks/{LESSON}/{LESSON}.ipynb"
ORIGINAL = f"notebooks/.originals/{LESSON}.ipynb"


def files_of(release, **others):
    text = to_text(release).encode()
    return {NOTEBOOK: text, ORIGINAL: text} | others


@pytest.fixture
def old(release):
    """The edition that the student got."""
    files = files_of(release, **{"utils/a.py": b"a = 1", "utils/gone.py": b"", "data/x": b"1"})
    return with_manifest(files, version="1.0")


@pytest.fixture
def new(release):
    """The next: another exercise's text, a changed and a new module, one that is gone."""
    newer = copy.deepcopy(release)
    cell = find(newer, "shout")
    cell.source = cell.source.replace("(text)", "(text, n=1)")
    cell.metadata.nbgrader["checksum"] = checksum(cell)
    files = files_of(newer, **{"utils/a.py": b"a = 2", "grader/b.py": b"b", "data/x": b"1"})
    return with_manifest(files, version="2.0")


@pytest.fixture
def course(edition, old, release):
    """The old edition, with answers, an added cell, and a file of the student's."""
    write_folder(edition, old)
    mine = answer(copy.deepcopy(release))
    mine.cells.append(code("mine = 1"))
    (edition / NOTEBOOK).write_text(to_text(mine))
    (edition / "my notes.txt").write_text("mine")
    return edition


@pytest.fixture
def archive(tmp_path, new):
    return write_archive(tmp_path / "new.zip", new)


def tree(root):
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def current(root):
    """Return the course's files, without the backups."""
    return {name: file for name, file in tree(root).items() if not name.startswith("backups/")}


def test_the_course_is_the_newer_one_with_the_students_work(course, archive, new):
    plan = update(course, archive)
    files = current(course)
    for name in new.keys() - {NOTEBOOK}:
        assert files[name] == new[name]
    assert files.keys() - new.keys() == {"nbgrader_config.py", "my notes.txt"}
    notebook = nbformat.read(course / NOTEBOOK, as_version=4)
    assert {name: find(notebook, name).source for name in RIGHT} == RIGHT
    assert notebook.cells[-1].source == "mine = 1"
    assert any("the text of shout is new" in note for note in plan.notes)
    assert plan.version == "2.0"


def test_everything_that_is_replaced_or_removed_is_kept(course, archive):
    before = tree(course)
    plan = update(course, archive)
    kept = tree(course / plan.backup)
    assert kept == {name: before[name] for name in kept}
    after = current(course)
    assert {name for name in before if after.get(name) != before[name]} == kept.keys()
    assert {"utils/a.py", "utils/gone.py", NOTEBOOK, "release.json"} <= kept.keys()
    assert "data/x" not in kept


@pytest.mark.parametrize("form", ["archive", "folder"])
def test_a_second_time_changes_nothing(course, tmp_path, archive, new, form):
    source = archive if form == "archive" else write_folder(tmp_path / "new", new)
    assert update(course, source) is not None
    before = tree(course)
    assert update(course, source) is None
    assert tree(course) == before


def test_two_updates_in_a_second_keep_both_backups(course, archive, new, tmp_path, monkeypatch):
    first = update(course, archive)
    third = with_manifest(
        {name: file for name, file in new.items() if name != "release.json"}
        | {"utils/a.py": b"a = 3"},
        version="3.0",
    )
    monkeypatch.setattr(module, "datetime", Clock(first.backup.removeprefix("backups/")))
    second = update(course, write_archive(tmp_path / "third.zip", third))
    assert first.backup != second.backup
    assert (course / first.backup / "utils/a.py").read_bytes() == b"a = 1"
    assert (course / second.backup / "utils/a.py").read_bytes() == b"a = 2"


class Clock:
    """A clock that shows the same time always."""

    def __init__(self, time):
        self.time = time

    def now(self):
        return self

    def __format__(self, how):
        return self.time


def test_an_older_edition_and_another_course_are_refused(course, tmp_path, old):
    for about, words in (
        ({"version": "0.9"}, "yours is newer"),
        ({"course": "history"}, "history"),
    ):
        files = {name: file for name, file in old.items() if name != "release.json"}
        path = write_archive(tmp_path / "other.zip", with_manifest(files, **about))
        before = tree(course)
        with pytest.raises(CourseError, match=words):
            update(course, path)
        assert tree(course) == before


def test_a_course_with_its_sources_is_left_to_git(course, archive):
    (course / "solutions").mkdir()
    with pytest.raises(CourseError, match="git"):
        update(course, archive)


def test_a_bad_edition_changes_nothing(course, tmp_path):
    path = tmp_path / "bad.zip"
    path.write_bytes(b"PK")
    before = tree(course)
    with pytest.raises(CourseError):
        update(course, path)
    assert tree(course) == before


def test_a_damaged_notebook_is_kept_and_replaced(course, archive, new):
    (course / NOTEBOOK).write_bytes(b"<<<<<<< HEAD")
    plan = update(course, archive)
    assert (course / NOTEBOOK).read_bytes() == new[NOTEBOOK]
    assert (course / plan.backup / NOTEBOOK).read_bytes() == b"<<<<<<< HEAD"
    assert any("damaged" in note for note in plan.notes)


def test_a_lesson_that_is_gone_is_kept_and_named(course, tmp_path, new):
    mine = (course / NOTEBOOK).read_bytes()
    files = {name: file for name, file in new.items() if LESSON not in name}
    del files["release.json"]
    plan = update(course, write_archive(tmp_path / "n.zip", with_manifest(files)))
    assert not (course / NOTEBOOK).parent.exists()
    assert (course / plan.backup / NOTEBOOK).read_bytes() == mine
    assert any(f"{LESSON} is no longer part" in note for note in plan.notes)


def test_an_edition_without_a_manifest_can_be_updated(course, archive, new):
    """Somebody deleted it, or took the files from elsewhere: nothing is removed then."""
    (course / "release.json").unlink()
    update(course, archive)
    assert (course / "utils/gone.py").is_file()
    assert (course / "utils/a.py").read_bytes() == b"a = 2"


def test_nothing_is_written_through_a_link(course, archive, tmp_path):
    outside = tmp_path / "outside"
    shutil.move(course / "utils", outside)
    (course / "utils").symlink_to(outside)
    with pytest.raises(CourseError, match="is a link"):
        update(course, archive)
    assert (outside / "a.py").read_bytes() == b"a = 1"


class Interrupted(BaseException):
    """As Ctrl-C, or a killed process."""


@pytest.mark.parametrize("step", range(24))
def test_an_interrupted_update_leaves_the_old_or_can_be_finished(
    course, archive, tmp_path, monkeypatch, step
):
    """Stopped at its nth change of a file: the old course, or `finish` makes the new one."""
    whole = tmp_path / "whole"
    shutil.copytree(course, whole)
    update(whole, archive)
    before = tree(course)
    stop_at(monkeypatch, step)
    try:
        update(course, archive)
        stopped = False
    except Interrupted:
        stopped = True
    monkeypatch.undo()
    untouched = {k: v for k, v in tree(course).items() if not k.startswith(".update/")} == before
    plan = finish(course)
    if plan is None and stopped:
        assert untouched
        update(course, archive)
    assert current(course) == current(whole)
    (folder,) = (course / "backups").iterdir()
    assert tree(folder) == tree(next((whole / "backups").iterdir()))
    assert finish(course) is None


def stop_at(monkeypatch, step):
    """Interrupt the nth call that writes, moves or removes a file."""
    calls = iter(range(1000))
    for name in ("write_bytes", "replace", "unlink"):
        real = getattr(Path, name)

        def interrupted(*args, _real=real, **kwargs):
            if next(calls) == step:
                raise Interrupted
            return _real(*args, **kwargs)

        monkeypatch.setattr(Path, name, interrupted)


def test_a_file_that_is_in_use_is_named_and_the_update_can_go_on(course, archive, monkeypatch):
    real = Path.replace

    def refuse(path, target):
        if Path(target).name == f"{LESSON}.ipynb" and ".originals" not in str(target):
            raise PermissionError(13, "Permission denied", str(target))
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        with pytest.raises(CourseError, match="Close JupyterLab, and run grader update again"):
            update(course, archive)
    assert finish(course).version == "2.0"
    assert json.loads((course / "release.json").read_bytes())["version"] == "2.0"


def test_work_that_is_saved_during_the_update_is_kept(course, archive, monkeypatch):
    real = module._move

    def save_first(root, plan):
        (root / NOTEBOOK).write_text("saved by JupyterLab just now")
        real(root, plan)

    monkeypatch.setattr(module, "_move", save_first)
    plan = update(course, archive)
    later = (course / plan.backup / NOTEBOOK).with_name(f"{LESSON}-later.ipynb")
    assert later.read_text() == "saved by JupyterLab just now"

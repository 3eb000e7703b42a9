"""Does packing give the same bytes for the same files, and leave alone what is there?"""

import time
import zipfile

import pytest

from grader.course.lesson import CourseError
from grader.course.pack import pack

FILES = {"b/é.txt": b"2", "a.txt": b"1" * 1000}


def test_an_archive_has_the_files_and_always_the_same_bytes(tmp_path):
    first, second = tmp_path / "first.zip", tmp_path / "new" / "second.ZIP"
    assert pack(FILES, first)
    time.sleep(0.01)
    assert pack(dict(reversed(FILES.items())), second)
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.zip", "new"]


@pytest.mark.parametrize("name", ["course", "course.zip"])
def test_packing_again_changes_nothing(tmp_path, name):
    to = tmp_path / name
    assert pack(FILES, to)
    assert not pack(FILES, to)
    with pytest.raises(CourseError, match="exists already"):
        pack(FILES | {"a.txt": b"other"}, to)
    assert not pack(FILES, to)


@pytest.mark.parametrize("name", ["course", "course.zip"])
def test_nothing_is_written_over_something_else(tmp_path, name):
    to = tmp_path / name
    to.write_bytes(b"mine")
    with pytest.raises(CourseError, match="exists already"):
        pack(FILES, to)
    assert to.read_bytes() == b"mine"


def test_a_link_or_a_folder_in_the_place_of_the_archive_is_left_alone(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.zip").mkdir()
    for name in ("link", "folder.zip"):
        with pytest.raises(CourseError, match="exists already"):
            pack(FILES, tmp_path / name)


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "course").mkdir()
    assert pack(FILES, tmp_path / "course")
    assert (tmp_path / "course/b/é.txt").read_bytes() == b"2"


def test_a_failed_run_leaves_nothing_behind(tmp_path):
    with pytest.raises(TypeError):
        pack({"a": b"", "b": None}, tmp_path / "course.zip")
    assert list(tmp_path.iterdir()) == []

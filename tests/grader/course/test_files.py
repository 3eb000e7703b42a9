from pathlib import Path

import pytest

from grader.course.files import check_writable, write_atomically
from grader.course.lesson import CourseError


def test_writing_atomically_leaves_nothing_else_behind(tmp_path):
    path = tmp_path / "new" / "file"
    write_atomically(path, "é")
    assert path.read_text(encoding="utf-8") == "é"
    assert list(Path(path.parent).iterdir()) == [path]


def test_a_file_that_can_be_written_is_left_as_it_is(tmp_path):
    path = tmp_path / "new" / "file"
    check_writable(path)
    assert list(path.parent.iterdir()) == []
    path.write_text("before")
    check_writable(path)
    assert path.read_text() == "before"


@pytest.mark.parametrize("name", ["", "file/below", "x" * 300])
def test_a_file_that_cannot_be_written_is_refused_in_words(tmp_path, name):
    (tmp_path / "file").touch()
    with pytest.raises(CourseError, match="cannot be written"):
        check_writable(tmp_path / name)

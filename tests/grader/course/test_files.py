from pathlib import Path

from grader.course.files import write_atomically


def test_writing_atomically_leaves_nothing_else_behind(tmp_path):
    path = tmp_path / "new" / "file"
    write_atomically(path, "é")
    assert path.read_text(encoding="utf-8") == "é"
    assert list(Path(path.parent).iterdir()) == [path]

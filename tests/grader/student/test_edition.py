"""Is an edition read whole, and is everything refused that is not one?"""

import contextlib
import json
import os
import stat
import struct
import zipfile

import pytest

from grader.course.lesson import CourseError
from grader.student import edition as module
from grader.student.edition import read_edition
from tests.support.editions import manifest, with_manifest, write_archive, write_folder

FILES = {"utils/data.py": b"x = 1\n", "notebooks/index.ipynb": b"{}"}


@pytest.mark.parametrize("top", ["", "course-2.0/"])
def test_an_archive_is_read(tmp_path, top):
    files = {f"{top}{name}": content for name, content in with_manifest(FILES).items()}
    edition = read_edition(write_archive(tmp_path / "e.zip", files))
    assert edition.files == with_manifest(FILES)
    assert (edition.manifest.course, edition.manifest.version) == ("toy", "2.0")


def test_a_folder_is_read_without_what_else_is_in_it(tmp_path):
    folder = write_folder(tmp_path / "e", with_manifest(FILES) | {"mine.txt": b"", ".git/x": b""})
    assert read_edition(folder).files == with_manifest(FILES)


def test_what_macos_adds_to_an_archive_is_ignored(tmp_path):
    files = with_manifest(FILES) | {"__MACOSX/utils/._data.py": b"\0", ".DS_Store": b"\0"}
    assert read_edition(write_archive(tmp_path / "e.zip", files)).files == with_manifest(FILES)


@pytest.mark.parametrize(
    "name",
    [
        *("../out.py", "utils/../../out.py", "/etc/out.py", "utils//x", "./x", "C:/x", "a\\..\\b"),
        *("utils/x\n.py", "utils/x\x1b[31m", "utils/nul\x00.py", "x" * 300, "utils/x.", "utils/x "),
        *(
            ".git/hooks/post-checkout",
            ".venv/bin/python",
            "solutions/x",
            "Backups/x",
            ".GIT/config",
        ),
    ],
)
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    files = FILES | {name: b"x"}
    for path in (
        write_archive(tmp_path / "named.zip", with_manifest(files)),
        write_archive(tmp_path / "unnamed.zip", with_manifest(FILES) | {name: b"x"}),
        write_folder(tmp_path / "folder", FILES | {"release.json": manifest(files)}),
    ):
        if path.name == "unnamed.zip" and "\x00" in name:
            continue  # An archive's names end there.
        with pytest.raises(CourseError, match=r"not an edition|not the manifest|damaged"):
            read_edition(path)


def test_two_files_with_the_same_name_are_refused(tmp_path):
    """On Windows and macOS, they are one file."""
    files = FILES | {"utils/DATA.py": b""}
    with pytest.raises(CourseError, match="twice"):
        read_edition(write_archive(tmp_path / "e.zip", with_manifest(files)))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_in_an_archive_are_refused(tmp_path, kind):
    path = write_archive(tmp_path / "e.zip", with_manifest(FILES))
    with zipfile.ZipFile(path, "a") as archive:
        entry = zipfile.ZipInfo("utils/link.py")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(CourseError, match=r"utils/link.py is not a file"):
        read_edition(path)


@pytest.mark.parametrize("linked", ["file", "folder"])
def test_links_in_a_folder_are_refused(tmp_path, linked):
    folder = write_folder(tmp_path / "e", with_manifest(FILES))
    outside = write_folder(tmp_path / "outside", {"data.py": FILES["utils/data.py"]})
    (folder / "utils/data.py").unlink()
    if linked == "file":
        (folder / "utils/data.py").symlink_to(outside / "data.py")
    else:
        (folder / "utils").rmdir()
        (folder / "utils").symlink_to(outside)
    with pytest.raises(CourseError, match="link"):
        read_edition(folder)


def test_a_pipe_in_a_folder_does_not_block(tmp_path):
    folder = write_folder(tmp_path / "e", with_manifest(FILES))
    (folder / "utils/data.py").unlink()
    os.mkfifo(folder / "utils/data.py")
    with pytest.raises(CourseError, match="not a file"):
        read_edition(folder)


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    """Both one that says how large it is, and one that says that it is small."""
    monkeypatch.setattr(module, "MAX_BYTES", 1_000_000)
    files = with_manifest(FILES | {"utils/big.py": bytes(50_000_000)})
    path = write_archive(tmp_path / "e.zip", files)
    with pytest.raises(CourseError, match="too large"):
        read_edition(path)
    content = path.read_bytes().replace(struct.pack("<I", 50_000_000), struct.pack("<I", 1_000))
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"too large|damaged"):
        read_edition(path)


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "MAX_FILES", 10)
    files = {f"utils/{number}.py": b"" for number in range(11)}
    with pytest.raises(CourseError, match="too large"):
        read_edition(write_archive(tmp_path / "e.zip", with_manifest(files)))


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"%PDF-1.4", b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + bytes(18)]
)
def test_what_is_no_archive_is_said_to_be_none(tmp_path, content):
    path = tmp_path / "e.zip"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"not a ZIP archive|has no release.json"):
        read_edition(path)


def test_a_cut_or_changed_archive_is_refused(tmp_path):
    whole = write_archive(tmp_path / "e.zip", with_manifest(FILES)).read_bytes()
    for cut in range(0, len(whole) - 1, 7):
        (tmp_path / "cut.zip").write_bytes(whole[:cut])
        with pytest.raises(CourseError):
            read_edition(tmp_path / "cut.zip")
    for place in range(0, len(whole), 5):
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        (tmp_path / "changed.zip").write_bytes(changed)
        with contextlib.suppress(CourseError):
            assert read_edition(tmp_path / "changed.zip").files == with_manifest(FILES)


def test_a_file_that_is_not_what_the_manifest_says_is_named(tmp_path):
    files = with_manifest(FILES) | {"utils/data.py": b"x = 2\n"}
    with pytest.raises(CourseError, match=r"utils/data.py is missing or is not what"):
        read_edition(write_archive(tmp_path / "e.zip", files))
    del files["utils/data.py"]
    with pytest.raises(CourseError, match=r"utils/data.py is missing"):
        read_edition(write_archive(tmp_path / "e.zip", files))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"[]", b"{}", b"[" * 100_000, b"\xff", b"null"),
        json.dumps({"course": 1, "version": "1", "files": {}}).encode(),
        json.dumps({"course": "a", "version": "1", "files": {"x": "short"}}).encode(),
        json.dumps({"course": "a", "version": "1", "files": {"x": None}}).encode(),
        json.dumps({"course": "a", "version": "1", "files": 3}).encode(),
    ],
)
def test_a_manifest_that_is_none(tmp_path, content):
    with pytest.raises(CourseError, match="not the manifest"):
        read_edition(write_archive(tmp_path / "e.zip", FILES | {"release.json": content}))


def test_nothing_there(tmp_path):
    with pytest.raises(CourseError, match="There is no"):
        read_edition(tmp_path / "nothing.zip")
    with pytest.raises(CourseError, match="was not made by"):
        read_edition(tmp_path)

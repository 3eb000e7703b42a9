"""Are hostile archives refused with a reason, while the rest is read?"""

import io
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.collection import entries
from grader.collection.entries import RefusedError, Source
from tests.support.handed_in import make_zip

GOOD = ("good.ipynb", b"good")


def read(content):
    """Return what can be read of an archive, and what is refused."""
    with Source(content) as source:
        files, refused = {}, dict(source.refused)
        for entry in source.entries:
            try:
                files[entry.name] = entry.read()
            except RefusedError as error:
                refused[entry.name] = str(error)
    return files, refused


def with_member(change=lambda info: None, name="bad.ipynb", content=b"bad"):
    """Return an archive with a good file, and another whose entry is changed."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(*GOOD)
        info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
        info.compress_type = zipfile.ZIP_DEFLATED
        change(info)
        archive.writestr(info, content)
    return packed.getvalue()


def link(info):
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16


def pipe(info):
    info.create_system, info.external_attr = 3, (stat.S_IFIFO | 0o666) << 16


def bzip2(info):
    info.compress_type = zipfile.ZIP_BZIP2


def lzma(info):
    info.compress_type = zipfile.ZIP_LZMA


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_member(name="../up.ipynb"), "leads out"),
        (with_member(name="a/../../up.ipynb"), "leads out"),
        (with_member(name="a\\..\\..\\up.ipynb"), "leads out"),
        (with_member(name="/etc/x.ipynb"), "absolute"),
        (with_member(name="C:\\x.ipynb"), "absolute"),
        (with_member(name="\\\\server\\x.ipynb"), "absolute"),
        (with_member(name="x\x1b[2J.ipynb"), "control characters"),
        (with_member(name="/".join("a" * 40) + ".ipynb"), "too deep"),
        (with_member(link), "a link"),
        (with_member(pipe), "a device or a pipe"),
        (with_member(bzip2), "method"),
        (with_member(lzma), "method"),
        (with_member(content=bytes(5_000_000)), "ZIP bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_entry_is_refused_and_the_others_are_read(content, reason):
    files, refused = read(content)
    assert files == dict([GOOD])
    (text,) = refused.values()
    assert reason in text


@pytest.mark.parametrize(
    "names",
    [("a/x.ipynb", "a/x.ipynb"), ("a/x.ipynb", "A/X.ipynb"), ("\u00e9.ipynb", "e\u0301.ipynb")],
    ids=["same", "case", "normal form"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_clash_are_refused(names):
    files, refused = read(make_zip([GOOD, *((name, b"?") for name in names)]))
    assert files == dict([GOOD])
    assert refused
    assert all("another file has this path" in reason for reason in refused.values())


def _patched(content, offset, value, form="<H"):
    """Return an archive with a field of the last entry changed, in both of its records."""
    changed = bytearray(content)
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        place = content.rfind(mark) + offset + shift
        changed[place : place + struct.calcsize(form)] = struct.pack(form, value)
    return bytes(changed)


def test_an_entry_without_a_name_is_refused():
    content = with_member(name="x")
    record = bytearray(content)
    place = content.rfind(b"PK\x01\x02")
    record[place + 28 : place + 30] = b"\0\0"  # the length of the name
    record[place + 30 : place + 32] = b"\1\0"  # an extra field takes its place
    files, refused = read(bytes(record))
    assert files == dict([GOOD])
    assert refused == {"": "its path is empty, or too deep"}


def test_an_encrypted_entry_is_refused():
    files, refused = read(_patched(with_member(), 6, 1))
    assert files == dict([GOOD])
    assert refused == {"bad.ipynb": "it is encrypted"}


def test_an_entry_that_is_not_what_it_states_is_refused():
    """Sizes that lie, in either direction, and wrong checksums."""
    content = with_member(content=b"b" * 2000)
    for offset, value, form in ((18 + 4, 100, "<L"), (18 + 4, 5000, "<L"), (14, 1, "<L")):
        files, refused = read(_patched(content, offset, value, form))
        assert files == dict([GOOD])
        assert "damaged" in refused["bad.ipynb"]


def test_no_more_is_unpacked_than_an_entry_states():
    bomb = _patched(with_member(content=bytes(50_000_000)), 22, 900_000, "<L")
    files, refused = read(bomb)
    assert files == dict([GOOD])
    assert "damaged" in refused["bad.ipynb"]


def test_names_in_utf_8_are_read_where_the_archive_does_not_say_so():
    content = with_member(name="Ähm/é名.ipynb")
    flagged = content.rfind(b"PK\x01\x02") + 8
    assert struct.unpack("<H", content[flagged : flagged + 2])[0] & 0x800
    files, refused = read(_patched(content, 6, 0))
    assert refused == {}
    assert files["Ähm/é名.ipynb"] == b"bad"


def test_names_in_another_encoding_are_refused():
    content = _patched(with_member(name="xx.ipynb"), 6, 0).replace(b"xx.ipynb", b"\xe4\xe9.ipynb")
    files, refused = read(content)
    assert files == dict([GOOD])
    assert "not UTF-8" in next(iter(refused.values()))


def test_names_that_claim_to_be_utf_8_and_are_not_refuse_the_archive():
    content = with_member(name="éé.ipynb").replace("éé".encode(), b"\xe4\xe9\xff\xff")
    with pytest.raises(RefusedError, match="damaged"):
        Source(content)


def test_an_archive_with_too_many_files_is_refused(monkeypatch):
    monkeypatch.setattr(entries, "MAX_NESTED_ENTRIES", 10)
    with pytest.raises(RefusedError, match="it has 11 files; 10 are read"):
        Source(make_zip((f"{number}.ipynb", b"") for number in range(11)))


def test_an_archive_that_states_too_many_bytes_is_refused(monkeypatch):
    monkeypatch.setattr(entries, "MAX_NESTED_TOTAL_BYTES", 1000)
    with pytest.raises(RefusedError, match="unpacked it would have"):
        Source(make_zip((f"{number}.ipynb", b"." * 300) for number in range(4)))
    assert len(read(make_zip((f"{number}.mp4", b"." * 300) for number in range(4)))[1]) == 0


def test_a_large_directory_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(entries, "MAX_DIRECTORY_BYTES", 500)
    content = make_zip((f"{number}.ipynb", b"") for number in range(20))
    with pytest.raises(RefusedError, match="directory of files is too large"):
        Source(content)
    zipped_by_students = make_zip([("inner.zip", content)])
    assert read(zipped_by_students)[0] == {"inner.zip": content}


def test_a_directory_of_zip64_is_measured_as_well(monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 5)
    content = make_zip((f"{number}.ipynb", b"") for number in range(20))
    assert b"PK\x06\x06" in content
    assert len(read(content)[0]) == 20
    monkeypatch.setattr(entries, "MAX_DIRECTORY_BYTES", 500)
    with pytest.raises(RefusedError, match="directory of files is too large"):
        Source(content)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06", b"%PDF", bytes(100)])
def test_what_is_no_archive_is_refused(content):
    with pytest.raises(RefusedError, match="not a ZIP archive"):
        Source(content)


@given(st.data())
def test_a_damaged_archive_is_read_or_refused(data):
    """Whatever bytes are changed: no other error, and nothing but the true contents."""
    whole = make_zip([GOOD, ("x/other.ipynb", b"other" * 50), ("notes.txt", b"-")])
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = bytearray(whole)
    damaged[place : place + 4] = data.draw(st.binary(min_size=1, max_size=4))
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    try:
        files, _ = read(bytes(damaged))
    except RefusedError:
        return
    assert set(files.values()) <= {b"good", b"other" * 50, b"-"} or len(files) <= 3


def test_what_systems_leave_behind_is_passed_over():
    junk = ("__MACOSX/._x.ipynb", ".DS_Store", "a/.ipynb_checkpoints/x.ipynb", "Thumbs.db")
    assert read(make_zip([GOOD, *((name, b"?") for name in junk)])) == (dict([GOOD]), {})


def test_an_entrys_time_is_utc_where_the_archive_has_it():
    seconds = int(datetime(2026, 11, 3, 22, 59, 1, tzinfo=UTC).timestamp())

    def stamp(info):
        info.extra = (
            struct.pack("<HH", 0x9999, 2) + b"??" + struct.pack("<HHBl", 0x5455, 5, 1, seconds)
        )

    with Source(with_member(stamp)) as source:
        times = {entry.name: entry.time for entry in source.entries}
    assert times["bad.ipynb"] == datetime(2026, 11, 3, 22, 59, 1, tzinfo=UTC)


def test_other_times_are_those_of_this_machine():
    with Source(with_member()) as source:
        times = {entry.name: entry.time for entry in source.entries}
    assert times["bad.ipynb"] == datetime(2026, 1, 1).astimezone(UTC)


def test_impossible_times_are_no_times():
    for date in ((2026, 13, 40, 0, 0, 0), (1980, 1, 1, 0, 0, 0)):
        with Source(
            with_member(lambda info, date=date: setattr(info, "date_time", date))
        ) as source:
            assert source.entries[1].time is None


def test_links_in_a_folder_are_refused_and_not_followed(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/x.ipynb").write_bytes(b"secret")
    folder = tmp_path / "class"
    (folder / "ana").mkdir(parents=True)
    (folder / "ana/x.ipynb").write_bytes(b"fine")
    (folder / "ana/link.ipynb").symlink_to(tmp_path / "secret/x.ipynb")
    (folder / "ben").symlink_to(tmp_path / "secret")
    os.mkfifo(folder / "ana/pipe.ipynb")
    with Source(folder) as source:
        found = {entry.name: entry for entry in source.entries}
        assert found["ana/x.ipynb"].read() == b"fine"
        assert sorted(found) == ["ana/pipe.ipynb", "ana/x.ipynb"]
        with pytest.raises(RefusedError, match="not a file"):
            found["ana/pipe.ipynb"].read()
        assert {name for name, _ in source.refused} == {"ana/link.ipynb", "ben"}


def test_names_in_a_folder_that_are_not_utf_8_are_refused(tmp_path):
    try:
        os.close(os.open(os.fsencode(tmp_path) + b"/\xe4.ipynb", os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    with Source(tmp_path) as source:
        assert source.entries == []
        assert "not UTF-8" in source.refused[0][1]

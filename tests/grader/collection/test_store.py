"""Is every attempt kept, the last one used, and nothing else touched?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.classroom.discover import read_timestamp
from grader.collection.roster import UnplacedError
from grader.collection.store import Attempt, Store, digest
from grader.course.lesson import CourseError

LESSON = "01_toy"


def attempt(content, time="", **details):
    defaults = {"late": False, "upload": 0, "copy": 0, "seen": "", "saved": ""}
    values = defaults | {"time_from": "zip", "source": "x.zip", "path": "x.ipynb"} | details
    return Attempt(sha256=digest(content), time=time, **values)


def keep(store, content, time="", **details):
    return store.keep("ana", LESSON, content, attempt(content, time, **details))


def at(hour):
    return f"2026-11-03 {hour:02}:00:00 UTC"


@given(st.permutations(range(5)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_the_last_by_time_is_used_however_they_come(tmp_path_factory, order, new_run):
    store = Store(tmp_path_factory.mktemp("class"))
    for number, starts_run in zip(order, new_run, strict=True):
        if starts_run:
            store.use_last()
            store = Store(store.submitted)
        keep(store, b"attempt %d" % number, at(number))
    (last,) = store.use_last().values()
    folder = store.submitted / "ana" / LESSON
    assert last.time == at(4)
    assert (folder / f"{LESSON}.ipynb").read_bytes() == b"attempt 4"
    assert read_timestamp(folder).hour == 4
    kept = {path.read_bytes() for path in store.submitted.glob(".attempts/ana/*/*.ipynb")}
    assert kept == {b"attempt %d" % number for number in range(5)}


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"upload": 7}, {"upload": 8}),
        ({"copy": 0}, {"copy": 2}),
        ({"upload": 8, "copy": 0}, {"upload": 9, "copy": 0}),
        ({"seen": at(1)}, {"seen": at(2)}),
        ({"saved": at(1)}, {"saved": at(2)}),
    ],
)
def test_without_times_the_later_upload_copy_or_download_is_used(tmp_path, earlier, later):
    for name, attempts in (("a", (earlier, later)), ("b", (later, earlier))):
        store = Store(tmp_path / name)
        for details in attempts:
            keep(store, b"later" if details is later else b"earlier", **details)
        store.use_last()
        assert store.file("ana", LESSON).read_bytes() == b"later"
        assert not (tmp_path / name / "ana" / LESSON / "timestamp.txt").exists()


def test_what_was_handed_in_again_becomes_the_last(tmp_path):
    store = Store(tmp_path)
    keep(store, b"first", seen=at(1))
    keep(store, b"second", seen=at(2))
    assert not keep(store, b"first", seen=at(3))
    store.use_last()
    assert store.file("ana", LESSON).read_bytes() == b"first"


def test_a_file_that_somebody_put_there_stays(tmp_path):
    store = Store(tmp_path)
    path = store.file("ana", LESSON)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    assert keep(store, b"theirs", at(1))
    (reason,) = store.use_last().values()
    assert "is not from `grader collect` and stays" in reason
    assert path.read_bytes() == b"mine"
    assert not (path.parent / "timestamp.txt").exists()
    path.unlink()
    store.use_last()
    assert path.read_bytes() == b"theirs"


def test_a_time_that_somebody_wrote_stays(tmp_path):
    """An instructor may have granted an extension."""
    store = Store(tmp_path)
    keep(store, b"first", at(1))
    store.use_last()
    stamp = tmp_path / "ana" / LESSON / "timestamp.txt"
    stamp.write_text("2026-01-01 00:00:00 UTC\n")
    keep(store, b"second", at(2))
    store.use_last()
    assert stamp.read_text() == "2026-01-01 00:00:00 UTC\n"


def test_the_time_of_an_earlier_attempt_does_not_stay(tmp_path):
    store = Store(tmp_path)
    keep(store, b"first", at(1))
    store.use_last()
    keep(store, b"second", seen=at(5))
    store.use_last()
    assert not (tmp_path / "ana" / LESSON / "timestamp.txt").exists()


def test_links_in_the_place_of_folders_and_files_are_not_followed(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "class").mkdir()
    (tmp_path / "class/ana").symlink_to(outside)
    store = Store(tmp_path / "class")
    keep(store, b"first")
    assert "is a link" in store.use_last()["ana", LESSON]
    (tmp_path / "class/.attempts/ben").symlink_to(outside)
    with pytest.raises(UnplacedError, match="is a link"):
        store.keep("ben", LESSON, b"", attempt(b""))
    (tmp_path / "class/cy" / LESSON).mkdir(parents=True)
    (tmp_path / "class/cy" / LESSON / f"{LESSON}.ipynb").symlink_to(outside / "new")
    store.keep("cy", LESSON, b"", attempt(b""))
    assert "stays" in store.use_last()["cy", LESSON]
    assert list(outside.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[1]", '[{"sha256": ""}]'])
def test_a_damaged_record_is_said_to_be_damaged(tmp_path, text):
    folder = tmp_path / ".attempts" / "ana" / LESSON
    folder.mkdir(parents=True)
    (folder / "attempts.json").write_text(text)
    with pytest.raises(CourseError, match="is damaged"):
        keep(Store(tmp_path), b"")


def test_the_record_names_what_is_known(tmp_path):
    store = Store(tmp_path)
    keep(store, b"first", at(1), late=True)
    (row,) = json.loads((tmp_path / ".attempts/ana" / LESSON / "attempts.json").read_text())
    assert (row["time"], row["late"], row["sha256"]) == (at(1), True, digest(b"first"))

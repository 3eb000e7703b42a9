import os
import shutil
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.isolation import landlock
from grader.isolation.landlock import carve
from tests.grader.isolation.support import confined, look, on_linux


@on_linux
def test_what_may_be_read_can_be_read(act, places):
    text, folder = places["read"] / "inner" / "text", places["read"]
    assert act(text.read_text) == "here"
    assert act(lambda: os.listdir(folder)) == ["inner"]


@on_linux
@pytest.mark.parametrize(
    "attempt",
    {
        "read": lambda inner: (inner / "text").read_text(),
        "list": lambda inner: os.listdir(inner),
        "walk up": lambda inner: os.listdir(inner / ".." / ".."),
        "list all": lambda inner: os.listdir("/"),
        "read the users": lambda inner: Path("/etc/passwd").read_text(),
        "read the environment": lambda inner: Path("/proc/1/environ").read_text(),
        "read its own memory": lambda inner: Path("/proc/self/mem").read_bytes(),
    }.items(),
    ids=lambda item: item[0],
)
def test_other_files_cannot_be_read(act, places, attempt):
    assert act(lambda: attempt[1](places["other"] / "inner")) == "EACCES"


def _put_link(inner, target):
    (inner / "link").symlink_to(target)
    return (inner / "link").read_text()


@on_linux
def test_a_link_leads_nowhere_else(act, places):
    inner, target = places["write"] / "inner", places["other"] / "inner" / "text"
    assert act(lambda: _put_link(inner, target)) == "EACCES"
    assert act(lambda: os.link(target, inner / "hard")) in ("EACCES", "EXDEV")


CHANGES = {
    "write": lambda inner: (inner / "text").write_text("changed"),
    "append": lambda inner: os.open(inner / "text", os.O_WRONLY | os.O_APPEND),
    "make": lambda inner: (inner / "new").write_text("new"),
    "make a folder": lambda inner: (inner / "new").mkdir(),
    "make a link": lambda inner: (inner / "new").symlink_to("text"),
    "make a pipe": lambda inner: os.mkfifo(inner / "new"),
    "remove": lambda inner: (inner / "text").unlink(),
    "rename": lambda inner: (inner / "text").rename(inner / "new"),
    "cut": lambda inner: os.truncate(inner / "text", 1),
    "cut when opened": lambda inner: os.open(inner / "text", os.O_RDONLY | os.O_TRUNC),
    "give away": lambda inner: os.chown(inner / "text", 1, 1),
    "give the link away": lambda inner: os.lchown(inner / "text", 1, 1),
    "set an attribute": lambda inner: os.setxattr(inner / "text", "user.grader", b"x"),
    "remove an attribute": lambda inner: os.removexattr(inner / "text", "user.grader"),
    "change root": lambda inner: os.chroot(inner),
}


@on_linux
@pytest.mark.parametrize("where", ["read", "other"])
@pytest.mark.parametrize("what", CHANGES)
def test_what_may_not_be_written_to_stays_as_it_is(act, places, what, where):
    inner = places[where] / "inner"
    before = look(inner)
    assert act(lambda: CHANGES[what](inner)) in ("EACCES", "EPERM")
    assert look(inner) == before


@on_linux
@pytest.mark.parametrize("mode", [os.O_RDONLY, os.O_ACCMODE, os.O_WRONLY])
def test_a_file_is_not_emptied_where_landlock_does_not_control_it(act, places, monkeypatch, mode):
    """Does seccomp do it on Linux 5.13 to 6.1?"""
    monkeypatch.setattr(landlock, "landlock_version", lambda: 2)
    text = places["read"] / "inner" / "text"
    assert act(lambda: os.open(text, mode | os.O_TRUNC)) in ("EPERM", "EACCES")
    assert text.read_text() == "here"


def _use_scratch(folder):
    (folder / "new").write_text("text")
    shutil.copy(folder / "new", folder / "copy")
    shutil.copytree(folder / "inner", folder / "tree")
    (folder / "copy").rename(folder / "moved")
    with open(folder / "moved", "r+") as file:
        file.truncate(2)
    shutil.rmtree(folder / "inner")
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"x")
    return sorted(os.listdir(folder))


@on_linux
def test_in_its_own_folder_it_does_what_it_likes(act, places):
    assert act(lambda: _use_scratch(places["write"])) == ["moved", "new", "tree"]
    assert (places["write"] / "moved").read_text() == "te"


@on_linux
def test_one_file_may_be_all_there_is_to_write_to(places):
    text = places["other"] / "inner" / "text"
    assert confined(lambda: text.write_text("more"), write=[text]) == 4
    assert confined(lambda: (text.parent / "new").write_text("x"), write=[text]) == "EACCES"


@on_linux
def test_a_place_that_is_not_there_is_no_matter(places):
    text = places["read"] / "inner" / "text"
    assert confined(text.read_text, read=["/no/such/place", text]) == "here"


NAMES = st.sampled_from(["a", "b", "c.py", "d"])


TREES = st.recursive(
    st.just("file"), lambda inner: st.dictionaries(NAMES, inner, max_size=4), max_leaves=15
)


HOLES = st.lists(st.lists(NAMES, max_size=4).map(tuple), max_size=4)


def plant(place, tree):
    if tree == "file":
        place.write_text("x")
        return
    place.mkdir(exist_ok=True)
    for name, inner in tree.items():
        plant(place / name, inner)


def files_under(path):
    return {path} if path.is_file() else {one for one in path.rglob("*") if one.is_file()}


@given(TREES.filter(lambda tree: tree != "file"), HOLES)
def test_what_is_carved_is_the_tree_without_its_holes(tree, holes):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        plant(root, tree)
        holes = [root.joinpath(*hole) for hole in holes] + [Path(folder, "elsewhere")]
        holes = [hole for hole in holes if not any(one.is_file() for one in hole.parents)]
        found = list(carve(root, holes))
        reached = [one for path in found for one in files_under(path)]
        wanted = {
            one
            for one in files_under(root)
            if not any(hole == one or hole in one.parents for hole in holes)
        }
        assert set(reached) == wanted
        assert len(reached) == len(set(reached))


def test_a_link_is_no_way_into_a_hole(tmp_path):
    plant(tmp_path / "tree", {"hidden": {"a": "file"}, "open": {"b": "file"}})
    (tmp_path / "tree" / "door").symlink_to("hidden")
    hole = tmp_path / "tree" / "hidden"
    for path in carve(tmp_path / "tree", [hole]):
        assert hole not in (path.resolve(), *path.resolve().parents)


def test_a_tree_that_is_reached_by_a_link_has_its_holes(tmp_path):
    """``/lib`` links to ``/usr/lib`` on most systems, and holes are given by their real paths."""
    plant(tmp_path / "usr", {"lib": {"hidden": {"a": "file"}, "open": {"b": "file"}}})
    (tmp_path / "lib").symlink_to("usr/lib")
    found = {one.resolve() for one in carve(tmp_path / "lib", [tmp_path / "usr/lib/hidden"])}
    assert found == {tmp_path / "usr" / "lib" / "open"}


def test_a_tree_without_holes_is_one_path(tmp_path):
    assert list(carve(tmp_path, [])) == [tmp_path]
    assert list(carve(tmp_path, [tmp_path])) == []
    assert list(carve(tmp_path / "none", [tmp_path / "none" / "x"])) == []


@pytest.mark.parametrize(
    ("version", "files", "network", "scopes"),
    [
        (1, 0x1FFF, 0, 0),
        (2, 0x3FFF, 0, 0),
        (3, 0x7FFF, 0, 0),
        (4, 0x7FFF, 0b11, 0),
        (5, 0xFFFF, 0b11, 0),
        (6, 0xFFFF, 0b11, 0b11),
        (8, 0xFFFF, 0b11, 0b11),
        (9, 0x1FFFF, 0b11, 0b11),
        (10, 0x1FFFF, 0b1111, 0b11),
        (99, 0x1FFFF, 0b1111, 0b11),
    ],
)
def test_all_rights_of_a_version_are_asked_for(monkeypatch, version, files, network, scopes):
    """Are none asked for that the kernel does not know, which it would refuse?"""
    asked = []

    class Kernel:
        def syscall(self, number, *args):
            if args[-1] == landlock.LANDLOCK_CREATE_RULESET_VERSION:
                return version
            if number == landlock.LANDLOCK_CREATE_RULESET:
                asked.append(struct.unpack("=QQQ", args[0])[: args[1].value // 8])
                return os.open(os.devnull, os.O_RDONLY)
            return 0

    monkeypatch.setattr(landlock, "LIBC", Kernel())
    landlock.apply_landlock([], [])
    got = (*asked[0], 0, 0)[:3]
    assert got == (files, network, scopes)

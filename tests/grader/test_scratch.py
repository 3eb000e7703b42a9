import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader import scratch
from tests.support.toy import ROOT

RUN = """
import sys, time
from pathlib import Path
from grader import scratch
folder = Path(scratch.make_folder())
(folder / "deep" / "er").mkdir(parents=True)
(folder / "deep" / "er" / "file").write_text("x")
(folder / "deep").chmod(0)
print(folder, flush=True)
sys.stdin.read(1)
"""


@pytest.fixture
def run(tmp_path):
    """Return a function that starts a run; return it and its folder."""
    started = []

    def start():
        started.append(
            subprocess.Popen(
                [sys.executable, "-c", RUN],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=os.environ | {"TMPDIR": str(tmp_path)},
                cwd=ROOT,
            )
        )
        return started[-1], Path(started[-1].stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_next_run_removes_what_a_killed_one_left(run, tmp_path):
    killed, folder = run()
    assert folder.is_dir()
    assert folder.parent.parent == tmp_path
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert folder.is_dir()
    _, other = run()
    assert not folder.parent.exists()
    assert other.is_dir()


def test_a_run_that_goes_on_keeps_its_folders(run):
    _, first = run()
    _, second = run()
    assert first.is_dir()
    assert second.is_dir()


def test_a_run_that_ends_removes_its_folder(run, tmp_path):
    process, folder = run()
    process.communicate("\n")
    assert not folder.exists()
    assert os.listdir(tmp_path) == []


def test_no_link_is_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / scratch.LOCK_NAME).write_text("")
    (tmp_path / f"{scratch.PREFIX}link").symlink_to(precious)
    linked = tmp_path / f"{scratch.PREFIX}linked"
    linked.mkdir()
    (linked / scratch.LOCK_NAME).symlink_to(precious / scratch.LOCK_NAME)
    within = tmp_path / f"{scratch.PREFIX}within"
    within.mkdir()
    (within / scratch.LOCK_NAME).write_text("")
    (within / "out").symlink_to(precious)
    (tmp_path / "other").mkdir()
    scratch.remove_abandoned(str(tmp_path))
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"precious", "other", f"{scratch.PREFIX}link", f"{scratch.PREFIX}linked"}
    assert (precious / scratch.LOCK_NAME).exists()


def test_a_folder_that_is_not_locked_yet_is_left_alone(tmp_path):
    new = tmp_path / f"{scratch.PREFIX}new"
    new.mkdir()
    scratch.remove_abandoned(str(tmp_path))
    assert new.is_dir()


def test_without_locks_folders_are_plain(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "fcntl", None)
    monkeypatch.setattr(scratch.tempfile, "tempdir", str(tmp_path))
    with scratch.temporary_folder() as folder:
        Path(folder, "inner").mkdir()
        assert Path(folder).parent == tmp_path
    assert list(tmp_path.iterdir()) == []
    scratch.remove_abandoned(str(tmp_path))

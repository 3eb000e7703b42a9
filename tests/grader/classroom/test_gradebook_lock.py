"""Does one run of the grader at a time write into a gradebook in a file?"""

import errno
import signal
import subprocess
import sys

import pytest
from filelock import FileLock

from grader.classroom import gradebook_lock as module
from grader.classroom.gradebook import CourseGradebook
from grader.classroom.gradebook_lock import GradebookLockError, write_lock
from grader.course.lesson import CourseError

HOLDER = """
import sys, time
from grader.classroom.gradebook_lock import write_lock
with write_lock(sys.argv[1]):
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'marks.db'}"


@pytest.fixture
def holder(url):
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLDER, url]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.wait()


def test_a_lock_that_is_held_too_long_is_an_error(url, holder, monkeypatch):
    monkeypatch.setattr(module, "LOCK_TIMEOUT", 0.2)
    words = r"has held .*marks\.db\.lock for 0\.2 s"
    with pytest.raises(GradebookLockError, match=words), write_lock(url):
        pass
    with pytest.raises(CourseError, match="cannot be opened: another run of the grader"):
        CourseGradebook(url)


def test_a_writer_waits_for_the_lock(url, holder):
    releaser = subprocess.Popen(["sh", "-c", f"sleep 0.5; kill {holder.pid}"])
    with write_lock(url):
        assert holder.wait(timeout=60) == -signal.SIGTERM
    releaser.wait()


def test_a_writer_that_waits_says_what_for(url, holder, monkeypatch, capfd):
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.1)
    releaser = subprocess.Popen(["sh", "-c", f"sleep 1.5; kill {holder.pid}"])
    with write_lock(url):
        holder.wait(timeout=60)
    releaser.wait()
    assert "Waiting for another run of the grader" in capfd.readouterr().err
    with write_lock(url):
        pass
    assert capfd.readouterr().err == ""


def test_a_killed_process_holds_no_lock(url, holder, monkeypatch):
    monkeypatch.setattr(module, "LOCK_TIMEOUT", 5.0)
    holder.kill()
    holder.wait()
    with write_lock(url):
        pass


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_gradebook_in_a_read_only_folder_can_be_read(url, monkeypatch, number):
    with CourseGradebook(url) as book:
        book.add_student("ana")

    def refuse(*_, **__):
        raise OSError(number, "no file can be made here")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with CourseGradebook(url) as book:
        assert book.students == ["ana"]


def test_an_unexpected_error_is_not_taken_for_a_read_only_folder(url, monkeypatch):
    def refuse(*_, **__):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    with pytest.raises(GradebookLockError, match="no locks available"), write_lock(url):
        pass


def test_a_folder_that_is_missing_is_not_created(tmp_path):
    with write_lock(f"sqlite:///{tmp_path / 'missing' / 'marks.db'}"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/marks"])
def test_a_database_without_a_file_needs_no_lock(url):
    with write_lock(url):
        pass

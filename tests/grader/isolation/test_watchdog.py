import os
import sys
import threading

import pytest

from grader.isolation.limits import ResourceLimits
from grader.isolation.watchdog import LimitExceededError, Watchdog

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
ENDED_PID = 2**22 + 1  # larger than any process id


def watch(folder=None, pid=None, has_ended=lambda: True, **limits):
    """Return a watchdog of this process, or of another one."""
    watchdog = Watchdog(pid or os.getpid(), ResourceLimits(**limits), folder, has_ended)
    watchdog.start()
    return watchdog


def test_a_process_within_its_limits_passes(tmp_path):
    watch(str(tmp_path)).check()


def test_memory_counts_from_the_start():
    watchdog = watch(memory=50_000_000)
    watchdog.check()
    taken = b"x" * 100_000_000
    with pytest.raises(LimitExceededError, match=r"more than 0\.05 GB of memory"):
        watchdog.check()
    assert taken


def test_bytes_written_count_from_the_start(monkeypatch):
    written = iter([9_000_000, 11_000_000, 14_000_000])
    monkeypatch.setattr(Watchdog, "_written", lambda self: next(written))
    watchdog = watch(disk=1_000_000)
    watchdog.check()
    with pytest.raises(LimitExceededError, match="more than 1 MB into files"):
        watchdog.check()


def test_threads_are_counted():
    event = threading.Event()
    threads = [threading.Thread(target=event.wait) for _ in range(5)]
    try:
        for thread in threads:
            thread.start()
        with pytest.raises(LimitExceededError, match="more than 5 threads"):
            watch(threads=5).check()
    finally:
        event.set()


def test_files_in_all_folders_are_counted(tmp_path):
    (tmp_path / "inner").mkdir()
    for name in "abc":
        (tmp_path / "inner" / name).write_text("x")
    watch(str(tmp_path), files=4).check()
    with pytest.raises(LimitExceededError, match="more than 3 files"):
        watch(str(tmp_path), files=3).check()


def test_a_folder_that_was_deleted_holds_nothing(tmp_path):
    watch(str(tmp_path / "none"), files=0).check()


def test_deleted_files_that_are_open_take_space(tmp_path):
    path = tmp_path / "large"
    with open(path, "wb") as file:
        file.write(b"x" * 3_000_000)
        file.flush()
        path.unlink()
        with pytest.raises(LimitExceededError, match="more than 2 MB into files"):
            watch(str(tmp_path), disk=2_000_000).check()


@pytest.mark.parametrize("ended", [True, False])
def test_an_unreadable_status_is_fine_only_after_the_end(ended):
    watchdog = Watchdog(ENDED_PID, ResourceLimits(), None, lambda: ended)
    if ended:
        watchdog.check()
        return
    with pytest.raises(LimitExceededError, match="main thread ended without the others"):
        watchdog.check()

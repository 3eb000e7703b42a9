import os
import signal
import sys
import threading

import pytest

from grader.isolation.forkserver import ForkServer, ProcessStartError
from grader.isolation.limits import ResourceLimits
from grader.workers.pool import WarmPool, shared_pool

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)


LIMITS = ResourceLimits(memory=500_000_000)


def test_a_kind_of_parent_is_made_once_and_again_when_it_died(tmp_path):
    pool = WarmPool()
    try:
        first = pool.get("answers", False, tmp_path)
        assert pool.get("answers", False, None) is first  # its workers see no course
        os.kill(first.pid, signal.SIGKILL)
        with pytest.raises(ProcessStartError):
            first.fork("grader.workers.selftest:attempt_forbidden", {"memory": 1})
        second = pool.get("answers", False, None)
        assert second is not first
        second.fork("grader.workers.selftest:attempt_forbidden", {"memory": 10**8}).close()
    finally:
        pool.close()
    assert pool._servers == {}
    assert not second.alive


def test_none_waits_for_what_another_imports(monkeypatch):
    """A lesson without Keras must not wait for the four seconds that Keras takes."""
    pool, slow = WarmPool(), threading.Event()
    made = []

    def make(self, role, with_keras, root):
        if with_keras:
            slow.wait(30)
        made.append((role, with_keras))
        return ForkServer([])

    monkeypatch.setattr(WarmPool, "_start", make)
    try:
        pool.warm_up([("keras", True), ("judge", True)], None)
        pool.get("answers", False, None)
        assert made == [("answers", False)]
        slow.set()
        first = pool.get("keras", True, None)
        assert pool.get("keras", True, None) is first
        assert made.count(("keras", True)) == 1
    finally:
        slow.set()
        pool.close()


def test_a_parent_that_is_ready_too_late_is_ended(monkeypatch):
    pool, late = WarmPool(), []

    def make(self, *kind):
        late.append(ForkServer([]))
        self.close()
        return late[0]

    monkeypatch.setattr(WarmPool, "_start", make)
    with pytest.raises(ProcessStartError, match="being stopped"):
        pool.get("answers", False, None)
    assert not late[0].alive
    assert pool._servers == {}


def test_the_shared_ones_are_shared():
    assert shared_pool() is shared_pool()

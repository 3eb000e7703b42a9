import sys

import pytest

from grader.isolation.confine import SandboxUnavailableError
from grader.isolation.forkserver import NO_NAMESPACES
from grader.isolation.limits import ResourceLimits
from grader.isolation.namespaces import SWITCHED_OFF, View
from grader.workers import pool as pools
from grader.workers import selftest
from grader.workers.policy import visible
from grader.workers.pool import WarmPool, shared_pool
from grader.workers.selftest import check_protections

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)


LIMITS = ResourceLimits(memory=500_000_000)


def test_the_protections_are_tried_out_and_named():
    text = check_protections(ResourceLimits(memory=300_000_000))
    assert text.startswith("Landlock (version ")
    assert "0.3 GB of memory each" in text
    missing = shared_pool().get("answers", False, None).missing_namespaces()
    assert ("and namespaces keep" in text) == (not missing)


def test_missing_namespaces_are_named(monkeypatch):
    monkeypatch.setenv(NO_NAMESPACES, "1")
    pool = WarmPool()
    monkeypatch.setattr(selftest, "shared_pool", lambda: pool)
    try:
        text = check_protections(LIMITS)
    finally:
        pool.close()
    assert "and seccomp keep" in text
    assert f"not available ({SWITCHED_OFF})" in text


def test_a_view_that_shows_too_much_is_noticed(monkeypatch):
    """Is the grader stopped if files can be seen although there are namespaces?"""
    pool = WarmPool()
    if missing := pool.get("answers", False, None).missing_namespaces():
        pool.close()
        pytest.skip(f"no namespaces here: {missing}")
    pool.close()
    show = lambda role, root: View([*visible(role, root).trees, "/etc"])  # noqa: E731
    monkeypatch.setattr(pools, "visible", show)
    pool = WarmPool()
    monkeypatch.setattr(selftest, "shared_pool", lambda: pool)
    try:
        with pytest.raises(SandboxUnavailableError, match="could still see files"):
            check_protections(LIMITS)
    finally:
        pool.close()


class Leaking:
    """A pool, fork server, process and channel of a sandbox that does not work."""

    def __init__(self, said):
        self.said = said
        self.channel = self

    def get(self, *_):
        return self

    fork = get

    def missing_namespaces(self):
        return ""

    def receive(self, *_):
        return self.said

    def close(self):
        pass


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b'["read files", "start programs"]', "could still read files, start programs"),
        (b"nonsense", "did not start"),
    ],
)
def test_who_could_still_do_something_is_refused(monkeypatch, said, why):
    monkeypatch.setattr(selftest, "shared_pool", lambda: Leaking(said))
    with pytest.raises(SandboxUnavailableError, match=why):
        check_protections(LIMITS)

import sys

import pytest

from grader.isolation.confine import SandboxUnavailableError
from grader.isolation.limits import ResourceLimits
from grader.workers import selftest
from grader.workers.selftest import check_protections

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux has what confines a submission"
)


LIMITS = ResourceLimits(memory=500_000_000)


def test_the_protections_are_tried_out_and_named():
    text = check_protections(ResourceLimits(memory=300_000_000))
    assert text.startswith("Landlock (version ")
    assert "0.3 GB of memory each" in text


class Leaking:
    """A pool, fork server, process and channel of a sandbox that does not work."""

    def __init__(self, said):
        self.said = said
        self.channel = self

    def get(self, *_):
        return self

    fork = get

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

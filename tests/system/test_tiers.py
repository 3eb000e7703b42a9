"""Does the suite itself run as `tests/conftest.py` says?"""

import pytest


@pytest.fixture(scope="module")
def shared():
    """Any fixture of this module."""


@pytest.mark.usefixtures("shared")
def test_tests_that_share_a_fixture_are_kept_together(request):
    """Does pytest-xdist know the group? If not, each of its processes makes the fixture anew."""
    if not hasattr(request.config, "workerinput"):
        pytest.skip("runs in one process anyway: -n 0")
    assert request.node.nodeid.endswith("@tests/system/test_tiers.py")

"""The suite's two tiers, how its tests are spread over processes, and fixtures for all of them."""

from __future__ import annotations

import copy
from collections import Counter

import pytest
from hypothesis import settings

from grader.course.release import make_release
from tests.support.toy import make_course

# Tests with one of these markers are not part of the fast tier; see `pyproject.toml`.
NOT_FAST = ("security", "browser", "database", "cluster", "slow")
LONGEST_ID = 60
LEFT_OUT = pytest.StashKey[Counter[str]]()

# On a busy machine a test may take long.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


def pytest_addoption(parser):
    """Add ``--all``."""
    parser.addoption("--all", action="store_true", help="run the tests of every marker")


def pytest_configure(config):
    """Note which files are named on the command line; `pytest_configure_node` tells the workers."""
    config.stash[LEFT_OUT] = Counter()
    named = getattr(config, "workerinput", {}).get("named_files")
    if named is None:
        paths = [config.invocation_params.dir / arg.split("::")[0] for arg in config.args]
        named = [str(path.resolve()) for path in paths if path.is_file()]
    config.named_files = named


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node):
    """Pass on to a worker of pytest-xdist which files are named on the command line."""
    node.workerinput["named_files"] = node.config.named_files


def pytest_make_parametrize_id(val):
    """Return a short id for a long text, which would fill the output; pytest numbers doubles."""
    if isinstance(val, (str, bytes)) and len(val) > LONGEST_ID:
        return f"{val[:LONGEST_ID]!r}..."
    return None


def pytest_itemcollected(item):
    """Group tests here: pytest-xdist reads the groups before `pytest_collection_modifyitems`."""
    _group(item)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Keep to the fast tier unless more was asked for.

    ``--all`` and ``-m`` ask for more, and so does naming a file or a test.
    """
    if config.option.all or config.option.markexpr:
        return
    kept, left_out = [], []
    for item in items:
        marker = next((name for name in NOT_FAST if item.get_closest_marker(name)), None)
        if marker is None or str(item.path.resolve()) in config.named_files:
            kept.append(item)
        else:
            left_out.append(item)
            config.stash[LEFT_OUT][marker] += 1
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


def _group(item):
    """Have one process run all tests that share a fixture of their module, which may be costly."""
    if item.get_closest_marker("xdist_group"):
        return
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    module = item.nodeid.split("::")[0]
    if any(
        fixture.scope != "function" and fixture.baseid.startswith(module)
        for definitions in fixtures
        for fixture in definitions
    ):
        item.add_marker(pytest.mark.xdist_group(module))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    """Take over what a worker of pytest-xdist left out; every worker leaves out the same."""
    left_out = getattr(node, "workeroutput", {}).get("left_out")
    if left_out:
        node.config.stash[LEFT_OUT] = Counter(left_out)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session):
    """Say at the very end, after pytest's own summary, which tests were left out."""
    left_out = session.config.stash[LEFT_OUT]
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(left_out)
    result = yield
    left_out = session.config.stash[LEFT_OUT]
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if left_out and reporter is not None and not hasattr(session.config, "workeroutput"):
        counts = ", ".join(f"{left_out[name]:,} {name}" for name in NOT_FAST if left_out[name])
        reporter.write_line(f"left out: {counts} tests; to run them too: uv run pytest --all")
    return result


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    """The lesson of a small course, which no test may change."""
    return make_course(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def _toy_release(toy):
    return make_release(toy)


@pytest.fixture
def release(_toy_release):
    """A fresh student's copy of the toy lesson."""
    return copy.deepcopy(_toy_release)

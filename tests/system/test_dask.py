"""Does a Dask cluster mark as this machine does, even if its workers are killed?"""

import copy
import logging
import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from grader.classroom import dask_backend as module
from grader.classroom.autograde import autograde
from grader.classroom.options import Options
from grader.course.lesson import CourseError
from grader.isolation.limits import ResourceLimits
from tests.support.toy import LESSON, answer, find, hand_in

dask = pytest.importorskip("dask", reason="needs Dask: uv sync --extra dask")
distributed = pytest.importorskip("distributed", reason="needs Dask: uv sync --extra dask")

pytestmark = [
    pytest.mark.cluster,
    # nbgrader builds its rows before it adds them to the session.
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]


def start_cluster(workers, **settings):
    """Start a cluster of processes on this machine; each marks one submission at a time."""
    with dask.config.set(settings):
        return distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        )


@pytest.fixture(scope="module")
def cluster():
    with start_cluster(2) as running:
        yield running


@pytest.fixture
def options(tmp_path, toy):
    """A class's folders, empty; the course is the toy one."""
    (tmp_path / "submitted").mkdir()
    return Options(
        root=toy.root,
        submitted=tmp_path / "submitted",
        autograded=tmp_path / "autograded",
        gradebook=str(tmp_path / "gradebook.db"),
        jobs=1,
        limits=ResourceLimits(cell=10),
    )


def worker_pids(running):
    with distributed.Client(running.scheduler_address, set_as_default=False) as client:
        return set(client.run(os.getpid).values())


def descendants(pid):
    """Return the ids of a process's descendants."""
    children = {
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    }
    return children.union(*(descendants(child) for child in children))


def is_running(pid):
    """Return whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def wait_until_gone(pids):
    end = time.monotonic() + 20
    while (left := [pid for pid in pids if is_running(pid)]) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []


def hand_in_slow_ones(options, release, count):
    """Hand in notebooks that take a third of a second each, so that a run can be disturbed."""
    for number in range(count):
        notebook = answer(copy.deepcopy(release))
        find(notebook, "double").source += f"\nimport time\ntime.sleep(0.3)\nnumber = {number}"
        hand_in(options.submitted, f"student {number}", notebook)


def stored_scores(options):
    """Return the scores in the gradebook, by student."""
    with Gradebook(options.url) as book:
        rows = book.assignment_submissions(LESSON)
        return sorted((row.student.id, row.score) for row in rows)


def test_a_cluster_gives_the_marks_that_this_machine_gives(cluster, options, release, tmp_path):
    wrong = "def double(x):\n    return 6"
    hand_in(options.submitted, "ana", answer(copy.deepcopy(release)))
    # The same notebook twice is two submissions.
    hand_in(options.submitted, "ana's twin", answer(copy.deepcopy(release)))
    hand_in(options.submitted, "ben", answer(copy.deepcopy(release), double=wrong))
    hand_in(options.submitted, "cy", b"%PDF")
    (options.submitted / "dora").mkdir()
    remote = autograde(replace(options, scheduler=cluster.scheduler_address))
    elsewhere = {"autograded": tmp_path / "here", "gradebook": str(tmp_path / "here.db")}
    local = autograde(replace(options, **elsewhere))

    def rows(outcome):
        return [replace(row, seconds=0.0) for row in outcome.results]

    assert [row.score for row in remote.results] == [4.0, 4.0, 1.0, 0.0, 0.0]
    assert (rows(remote), remote.failed) == (rows(local), 0)
    assert stored_scores(options) == stored_scores(replace(options, **elsewhere))


def test_a_killed_worker_loses_and_doubles_nothing(cluster, options, release):
    hand_in_slow_ones(options, release, 8)
    victim = min(worker_pids(cluster))
    left_behind = set()
    results = []

    def on_result(result):
        results.append(result.student)
        if len(results) == 2:
            left_behind.update(descendants(victim))
            os.kill(victim, signal.SIGKILL)

    outcome = autograde(replace(options, scheduler=cluster.scheduler_address), on_result=on_result)
    students = [f"student {number}" for number in range(8)]
    assert sorted(results) == students
    assert [(row.student, row.score) for row in outcome.results] == [(one, 4.0) for one in students]
    assert stored_scores(options) == [(one, 4.0) for one in students]
    assert left_behind
    wait_until_gone(left_behind)


def test_what_no_worker_survives_is_to_be_run_again(options, release):
    hand_in_slow_ones(options, release, 4)
    with start_cluster(1, **{"distributed.scheduler.allowed-failures": 0}) as running:
        (victim,) = worker_pids(running)
        seen = []

        def on_result(result):
            seen.append(result)
            if len(seen) == 1:
                os.kill(victim, signal.SIGKILL)

        outcome = autograde(
            replace(options, scheduler=running.scheduler_address), on_result=on_result
        )
    failed = [row for row in outcome.results if "run again" in row.message]
    assert len(failed) == outcome.failed >= 1
    assert len(stored_scores(options)) == 4 - outcome.failed
    again = autograde(options)
    assert (again.failed, stored_scores(options)) == (0, [(f"student {n}", 4.0) for n in range(4)])


def test_a_scheduler_that_goes_away_costs_no_marks(options, release):
    hand_in_slow_ones(options, release, 12)
    running = start_cluster(1)
    seen = []

    def on_result(result):
        seen.append(result)
        if len(seen) == 1:
            running.close()

    try:
        outcome = autograde(
            replace(options, scheduler=running.scheduler_address), on_result=on_result
        )
    finally:
        running.close()
    assert len(outcome.results) == 12
    assert outcome.failed >= 1
    assert all("run again" in row.message or row.score == 4.0 for row in outcome.results)
    assert len(stored_scores(options)) == 12 - outcome.failed


def test_a_cluster_that_ends_leaves_no_process_behind(options, release):
    hand_in(options.submitted, "ana", answer(release))
    with start_cluster(2) as running:
        assert autograde(replace(options, scheduler=running.scheduler_address)).failed == 0
        workers = worker_pids(running)
        started = set().union(*(descendants(pid) for pid in workers))
        assert started
    wait_until_gone(workers | started)


def refused(options, release, address, words):
    hand_in(options.submitted, "ana", answer(release))
    with pytest.raises(CourseError) as error:
        autograde(replace(options, scheduler=address))
    assert words in str(error.value)


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://here", "tcp://"])
def test_no_scheduler_is_told(options, release, address, monkeypatch):
    monkeypatch.setattr(module, "CONNECT_TIMEOUT", 1.0)
    refused(options, release, address, f"There is no Dask scheduler at {address}")


def test_dask_that_is_missing_is_named(options, release, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    refused(options, release, "tcp://127.0.0.1:1", "not installed: uv sync --extra dask")


def test_a_scheduler_without_workers_is_told(options, release, monkeypatch):
    monkeypatch.setattr(module, "CONNECT_TIMEOUT", 1.0)
    with start_cluster(0) as running:
        refused(options, release, running.scheduler_address, "has no workers")


def test_a_worker_with_another_version_is_refused(cluster, options, release, monkeypatch):
    monkeypatch.setattr(module, "code_digest", lambda: "another")
    refused(options, release, cluster.scheduler_address, "another version of the course")


def test_a_worker_that_cannot_confine_is_refused(cluster, options, release):
    # A limit above the memory of any machine cannot be enforced, and the self-test notices.
    hand_in(options.submitted, "ana", answer(release))
    limits = ResourceLimits(memory=1 << 62)
    with pytest.raises(CourseError, match=r"worker tcp://.* cannot mark"):
        autograde(replace(options, limits=limits, scheduler=cluster.scheduler_address))

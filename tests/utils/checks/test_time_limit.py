"""Is a function stopped that runs for too long, whatever it does?"""

import contextlib
import threading
import time

import pytest

from utils.checks import time_limit
from utils.checks.time_limit import TimeBudget, TimeIsUp


def loop():
    while True:
        pass


def stubborn():
    while True:
        with contextlib.suppress(Exception):
            loop()


def more_stubborn():
    for _ in range(3):
        with contextlib.suppress(BaseException):
            loop()
    loop()


@pytest.mark.parametrize("function", [loop, stubborn, more_stubborn])
@pytest.mark.parametrize("how", ["_by_signal", "_by_thread"])
def test_an_endless_loop_is_stopped(function, how, monkeypatch):
    monkeypatch.setattr(time_limit, "_by_signal", getattr(time_limit, how))
    with pytest.raises(TimeIsUp), TimeBudget(0.1).running():
        function()


def test_waiting_is_stopped():
    begun = time.monotonic()
    with pytest.raises(TimeIsUp), TimeBudget(0.1).running():
        time.sleep(60)
    assert time.monotonic() - begun < 30


def test_all_calls_share_the_time():
    budget = TimeBudget(1.0)
    with budget.running():
        time.sleep(0.95)
    with pytest.raises(TimeIsUp), budget.running():
        time.sleep(60)


@pytest.mark.parametrize("how", ["_by_signal", "_by_thread"])
def test_a_function_that_ends_in_time_is_left_alone(how, monkeypatch):
    monkeypatch.setattr(time_limit, "_by_signal", getattr(time_limit, how))
    with TimeBudget(0.2).running():
        pass
    time.sleep(0.5)


def test_it_works_outside_the_main_thread():
    stopped = []

    def run():
        try:
            with TimeBudget(0.1).running():
                loop()
        except TimeIsUp:
            stopped.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert stopped


def test_there_is_more_time_where_keras_is(monkeypatch):
    monkeypatch.delitem(time_limit.sys.modules, "keras", raising=False)
    assert TimeBudget().seconds == 10
    monkeypatch.setitem(time_limit.sys.modules, "keras", time_limit)
    assert TimeBudget().seconds == 20

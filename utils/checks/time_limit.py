"""Stop a function that runs for too long, in the process that checks it."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator

CHECK_SECONDS = 10.0  # for all calls of one test cell
CHECK_SECONDS_WITH_KERAS = 20.0
SECONDS_AFTER_TIMEOUT = 5.0  # for a function that has used up its time before
RETRY_SECONDS = 0.2  # an `except:` of the function's may have caught the first


class TimeIsUp(BaseException):
    """Raised inside a function whose time is up; ``except Exception`` does not catch it."""


class TimeBudget:
    """The time that all calls of a function have together; it is counted while one runs.

    Attributes
    ----------
    seconds : float
        The whole time.
    """

    def __init__(self, seconds: float | None = None):
        default = CHECK_SECONDS_WITH_KERAS if "keras" in sys.modules else CHECK_SECONDS
        self.seconds = default if seconds is None else seconds
        self._left = self.seconds

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Raise `TimeIsUp` in the ``with`` block when the time is up."""
        begun = time.monotonic()
        is_main = threading.current_thread() is threading.main_thread()
        stop_after = _by_signal if is_main and hasattr(signal, "setitimer") else _by_thread
        try:
            with stop_after(max(self._left, 0.001)):
                yield
        finally:
            self._left -= time.monotonic() - begun

    def __deepcopy__(self, memo: dict) -> TimeBudget:
        return self


def timeout_reason(seconds: float) -> str:
    """Return the reason to give for a cell or function that used up its time."""
    amount = f"{seconds:.3g}" if seconds < 1000 else f"{seconds:.0f}"
    return f"stopped after {amount} s; is there an endless loop?"


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    """Stop the block by a timer of the operating system's, which also interrupts waiting."""

    def stop(*_: object) -> None:
        raise TimeIsUp

    handler = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, RETRY_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


@contextlib.contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    """Stop the block from another thread, where there is no such timer (on Windows)."""
    target, done = threading.get_ident(), threading.Event()

    def stop() -> None:
        wait = seconds
        while not done.wait(wait):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(target), ctypes.py_object(TimeIsUp)
            )
            wait = RETRY_SECONDS

    watchdog = threading.Thread(target=stop, daemon=True)
    watchdog.start()
    try:
        yield
    finally:
        done.set()
        watchdog.join()

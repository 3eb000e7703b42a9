"""Mark on a Dask cluster: the machines mark, this one stores what they find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.course.digests import code_digest
from grader.course.lesson import CourseError
from grader.isolation.limits import ResourceLimits
from grader.workers.selftest import check_protections

if TYPE_CHECKING:
    from distributed import Client


WAIT = 10.0  # seconds for a scheduler to answer, and for a first worker
AHEAD = 4  # submissions handed over for each of the cluster's threads


@contextmanager
def open_cluster(address: str, limits: ResourceLimits) -> Iterator[tuple[Executor, int]]:
    """Open what marks on a cluster, with the number of submissions to hand it at a time.

    Parameters
    ----------
    address : str
        The scheduler's: ``tcp://host:8786``.
    limits : Limits
        What a worker must be able to hold a submission to.

    Raises
    ------
    CourseError
        If there is no Dask, no scheduler at the address or no worker at the scheduler, or if one of
        the workers must not mark; the text says what to do.
    """
    client = _connect(address)
    with client:
        _check_workers(client, address, limits)
        executor = _Cluster(client)
        try:
            yield executor, AHEAD * max(1, sum(client.ncores().values()))
        finally:
            executor.shutdown(wait=False)


class _Cluster(Executor):
    """Dask's own executor, but for what it does when the scheduler is gone.

    Parameters
    ----------
    client : Client
        A connection to the scheduler.
    """

    def __init__(self, client: Client):
        self._client = client
        # Never let Dask take one submission for another that looks the same to it.
        self._executor = client.get_executor(pure=False)

    def submit(self, function: Callable, /, *args: object, **kwargs: object) -> Future:
        """Hand over a call; it fails at once where nobody would ever make it."""
        if self._client.status == "running":
            return self._executor.submit(function, *args, **kwargs)
        future: Future = Future()
        future.set_exception(ConnectionError("the Dask scheduler is gone"))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more calls; without ``wait``, withdraw those that wait."""
        if self._client.status == "running":
            self._executor.shutdown(wait=wait and not cancel_futures)


def _connect(address: str) -> Client:
    """Return a connection to a scheduler."""
    try:
        from distributed import Client
    except ImportError as error:
        raise CourseError(
            "--scheduler needs Dask, which is not installed: uv sync --extra dask"
        ) from error
    try:
        return Client(address, timeout=WAIT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(
            f"There is no Dask scheduler at {address}: {error}. It is started with: dask scheduler"
        ) from error


def _check_workers(client: Client, address: str, limits: ResourceLimits) -> None:
    """Make sure that there are workers, and that each may mark."""
    from distributed import TimeoutError

    try:
        client.wait_for_workers(1, timeout=WAIT)
    except TimeoutError as error:
        raise CourseError(
            f"The Dask scheduler at {address} has no workers. "
            f"One is started, on as many machines as you like, with: dask worker {address}"
        ) from error
    for worker, found in client.run(look_at_worker, limits, on_error="return").items():
        if isinstance(found, BaseException):
            raise CourseError(f"The Dask worker {worker} cannot mark: {found}") from found
        if found != code_digest():
            raise CourseError(
                f"The Dask worker {worker} runs another version of the course: "
                "bring it up to date, and start it again"
            )


def look_at_worker(limits: ResourceLimits) -> str:
    """Return which version of the course a worker runs; see that submissions are confined there.

    Raises
    ------
    SandboxUnavailableError
        If they are not.
    """
    check_protections(limits)
    return code_digest()

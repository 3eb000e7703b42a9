"""Mark on a Dask cluster: its machines mark, and this one stores the results."""

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


CONNECT_TIMEOUT = 10.0  # seconds for a scheduler to answer, and for a first worker to join it
PENDING_PER_THREAD = 4  # submissions sent ahead for each thread of the cluster


@contextmanager
def open_cluster(address: str, limits: ResourceLimits) -> Iterator[tuple[Executor, int]]:
    """Open an executor on a cluster; yield it and the number of calls to keep pending.

    Parameters
    ----------
    address : str
        The scheduler's address: ``tcp://host:8786``.
    limits : ResourceLimits
        Limits that each worker must be able to enforce.

    Raises
    ------
    CourseError
        If Dask is not installed, there is no scheduler at the address, it has no workers, or one of
        them cannot mark; the message says what to do.
    """
    client = _connect(address)
    with client:
        _check_workers(client, address, limits)
        executor = _ClusterExecutor(client)
        try:
            yield executor, PENDING_PER_THREAD * max(1, sum(client.ncores().values()))
        finally:
            executor.shutdown(wait=False)


class _ClusterExecutor(Executor):
    """Dask's executor, except that calls fail at once when the scheduler is gone.

    Parameters
    ----------
    client : Client
        A connection to the scheduler.
    """

    def __init__(self, client: Client):
        self._client = client
        # Dask would otherwise run equal calls once: two students may hand in the same notebook.
        self._executor = client.get_executor(pure=False)

    def submit(self, function: Callable, /, *args: object, **kwargs: object) -> Future:
        """Submit a call; without a scheduler, which would never run it, it fails at once."""
        if self._client.status == "running":
            return self._executor.submit(function, *args, **kwargs)
        future: Future = Future()
        future.set_exception(ConnectionError("the Dask scheduler is gone"))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Refuse new calls; without ``wait``, cancel the pending ones."""
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
        return Client(address, timeout=CONNECT_TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(
            f"There is no Dask scheduler at {address}: {error}. It is started with: dask scheduler"
        ) from error


def _check_workers(client: Client, address: str, limits: ResourceLimits) -> None:
    """Raise an error unless there are workers, and each of them can mark."""
    from distributed import TimeoutError

    try:
        client.wait_for_workers(1, timeout=CONNECT_TIMEOUT)
    except TimeoutError as error:
        raise CourseError(
            f"The Dask scheduler at {address} has no workers. "
            f"One is started, on as many machines as you like, with: dask worker {address}"
        ) from error
    for worker, version in client.run(check_worker, limits, on_error="return").items():
        if isinstance(version, BaseException):
            raise CourseError(f"The Dask worker {worker} cannot mark: {version}") from version
        if version != code_digest():
            raise CourseError(
                f"The Dask worker {worker} runs another version of the course: "
                "bring it up to date, and start it again"
            )


def check_worker(limits: ResourceLimits) -> str:
    """Check the sandbox on a worker's machine, and return the digest of the worker's code.

    Raises
    ------
    SandboxUnavailableError
        If submissions cannot be confined there.
    """
    check_protections(limits)
    return code_digest()

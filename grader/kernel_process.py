"""The process of a Jupyter kernel, started with as few imports as possible.

It boots while the rest of the grader is imported. `grader.kernel` runs cells in it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess

from jupyter_client import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import run_sync

from grader import scratch

KERNEL_ARGUMENTS = [
    # What bypasses Python's own streams, messages of C libraries for one, is not captured: on
    # stderr it would cost a test its points.
    "--IPKernelApp.capture_fd_output=False",
    "--IPKernelApp.extra_extensions=['grader.kernel_extension']",
    "--HistoryManager.enabled=False",
]


class KernelProcess:
    """A kernel in a scratch folder.

    Attributes
    ----------
    manager : AsyncKernelManager
        Jupyter's manager of the kernel.

    Raises
    ------
    OSError
        If it cannot be started.
    """

    def __init__(self) -> None:
        self._folder = scratch.make_folder()
        self.manager = AsyncKernelManager(kernel_name="python3")
        try:
            run_sync(self.manager.start_kernel)(
                extra_arguments=[*KERNEL_ARGUMENTS],
                cwd=self._folder,
                env=os.environ | {"IPYTHONDIR": os.path.join(self._folder, ".ipython")},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            scratch.remove(self._folder)
            raise

    @property
    def popen(self) -> subprocess.Popen:
        """The operating system's process."""
        assert isinstance(self.manager.provisioner, LocalProvisioner)
        process: subprocess.Popen | None = self.manager.provisioner.process
        assert process is not None
        return process

    def close(self) -> None:
        """End the kernel and every process that its cells started; remove its folder."""
        if self.manager.has_kernel:
            with contextlib.suppress(AttributeError, OSError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            run_sync(self.manager.shutdown_kernel)(now=True)
        scratch.remove(self._folder)

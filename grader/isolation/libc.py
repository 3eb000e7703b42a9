"""The C library's functions and constants that Python does not offer."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_FILTER = 2

# None on other systems, where nothing calls it: `check_available` refuses them first.
LIBC: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def check_call(result: int) -> int:
    """Return the result of a system call.

    Raises
    ------
    OSError
        If the call failed.
    """
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result

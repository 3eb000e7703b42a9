"""The C library's functions and constants that Python does not offer."""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
SECCOMP_FILTER = 2

LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def check_call(result: int) -> int:
    """Raise what a system call reports."""
    if result == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result

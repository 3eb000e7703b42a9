"""Cut a worker off from the user's environment, standard streams and keyboard."""

from __future__ import annotations

import builtins
import os
import sys

ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}


def replace_environment(**more: str) -> None:
    """Replace all environment variables by `ENVIRONMENT` and some more."""
    os.environ.clear()
    os.environ |= ENVIRONMENT | more


def disable_input() -> None:
    """Make standard input empty, and ``input()`` raise an error that says why."""
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdin = open(os.devnull)  # noqa: SIM115  (it stays open)
    builtins.input = _no_input


def discard_output() -> None:
    """Discard everything written to standard output and standard error."""
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(nothing.fileno(), 2)
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  (it stays open)


def _no_input(prompt: object = "") -> str:
    """Stand in for ``input``."""
    raise EOFError("input() is not available while a notebook is being marked")

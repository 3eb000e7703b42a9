"""The command ``grader``: one module for each of its commands, in the order that help lists them.

Each command imports what it needs when it runs, so that help and ``grader check`` start quickly.
"""

from grader.cli import (
    check,
    progress,
    reset,
    update,
    doctor,
    build,
    book,
    release,
    collect,
    autograde,
    feedback,
    report,
    similar,
    export,
)
from grader.cli.app import main

__all__ = ["main"]

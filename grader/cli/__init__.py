"""The command ``grader``: one module for each of its commands, in the order that help lists them.

Each command imports what it needs when it runs, so that help and ``grader check`` start quickly.
"""

from grader.cli import build, check, autograde, feedback, report, export, book  # noqa: F401, I001
from grader.cli.app import main

__all__ = ["main"]

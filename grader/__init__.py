"""Build, check, mark and report the course: what stands behind the command ``grader``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.marking.mark import Marked, mark

__all__ = ["Marked", "mark"]


def __getattr__(name: str) -> object:
    """Import what marks a notebook when it is first asked for, so that the rest starts fast."""
    if name in __all__:
        from grader.marking import mark as marking

        return getattr(marking, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")

"""Build the course, check and mark notebooks, and report on a class: the command ``grader``.

To mark one notebook from Python, without a gradebook or a folder of submissions::

    import grader

    marked = grader.mark("02_convolution.ipynb", "02_convolution")
    print(marked.result.score, "of", marked.result.max_score)

`mark` also takes ``student``, the id to put into the result; ``limits``, the resources that the
submission may use; and ``pool``, the warm processes to start from. It returns a `Marked`: the
result and the executed notebook.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.marking.mark import Marked, mark

__all__ = ["Marked", "mark"]


def __getattr__(name: str) -> object:
    """Import `mark` and `Marked` on first use, so that everything else starts quickly."""
    if name in __all__:
        from grader.marking import mark as module

        return getattr(module, name)
    raise AttributeError(f"module 'grader' has no attribute {name!r}")

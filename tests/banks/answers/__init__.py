"""Right and wrong answers to every exercise, in a module for each lesson.

``RIGHT``
    by exercise and style, answers that must get every point.
``WRONG``
    by exercise and slip, an answer that must lose points, and words that its message must contain;
    a tuple of words where one of them will do, ``""`` where the slip has no name.

They are the source of whole answers, to be run where NumPy is there as ``np``. The proof
(`tools.proof`) uses the same tables.
"""


def changed(source, *replacements):
    """Return a source with some texts replaced, each of which must be there."""
    for old, new in replacements:
        assert old in source, old
        source = source.replace(old, new)
    return source

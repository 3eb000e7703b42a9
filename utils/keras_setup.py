"""Import Keras, and keep TensorFlow from writing to stderr.

A test cell that writes to stderr, even a remark, scores 0. Import Keras from here: ``from
utils.keras_setup import keras``.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without_stderr() -> Iterator[None]:
    """Keep compiled code from writing to stderr inside the ``with`` block.

    TensorFlow 2.21 writes remarks about the machine as it loads, even where TF_CPP_MIN_LOG_LEVEL
    forbids that.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


__all__ = ["keras", "tf"]

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
with without_stderr():
    import keras
    import tensorflow as tf

    tf.constant(0)  # the first tensor causes the last remarks

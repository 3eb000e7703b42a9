"""What stands in the judge for models, layers and activations that the student wrote.

They stay in the student's process. Each call sends plain arrays there, and gets one back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.checks.own_layers import StandIn

Use = Callable[[object, str, tuple, dict], Any]


class StandInLayer(keras.Layer):
    """A layer of the student's own class.

    Parameters
    ----------
    handle : object
        By which the student worker knows it. Untrusted.
    use : callable
        Calls it there: takes the handle, the method and the arguments.
    class_name : str
        The name of its class. Untrusted.
    """

    def __init__(self, handle: object, use: Use, class_name: str):
        super().__init__()
        self._lent, self.class_name = _Lent(handle, use), class_name

    def __call__(self, inputs: Any, training: bool | None = None) -> np.ndarray:
        """Return what the student's layer gives for a batch of pictures."""
        options = {} if training is None else {"training": training}
        return self._lent.call("call", np.asarray(inputs), options)


class StandInModel(StandIn, StandInLayer, keras.Model):
    """A model in which the student's own classes have a part.

    Parameters
    ----------
    handle, use, class_name
        As for `StandInLayer`.
    readable : Model or None
        The same of Keras's own layers, if it could be followed.
    reason : str
        Why not, otherwise. Untrusted.
    """

    def __init__(
        self, handle: object, use: Use, class_name: str, readable: keras.Model | None, reason: str
    ):
        super().__init__(handle, use, class_name)
        self.readable, self.reason, self.layer_count = readable, reason, 0

    def predict(self, x: Any, **options: object) -> np.ndarray:
        """Return what the student's model predicts for a batch of pictures."""
        return self._lent.call("predict", np.asarray(x), {"verbose": 0})


class StandInFunction:
    """An activation that the student wrote.

    Parameters
    ----------
    handle, use
        As for `StandInLayer`.
    """

    def __init__(self, handle: object, use: Use):
        self._lent = _Lent(handle, use)

    def __call__(self, x: Any) -> Any:
        """Return the activation of a tensor of any shape."""
        if isinstance(x, keras.KerasTensor):
            return keras.KerasTensor(x.shape, x.dtype)
        if tf.is_tensor(x) and not hasattr(x, "numpy"):  # inside a graph
            result = tf.numpy_function(self._compute, [x], x.dtype)
            result.set_shape(x.shape)
            return result
        return keras.ops.convert_to_tensor(self._compute(np.asarray(x)))

    def _compute(self, x: np.ndarray) -> np.ndarray:
        """Return the activation of an array, in its dtype."""
        return self._lent.call("call", x, {}).astype(x.dtype)


class _Lent:
    """An object in the student's process, and the way to it; Keras does not look inside."""

    def __init__(self, handle: object, use: Use):
        self._handle, self._use = handle, use

    def call(self, method: str, x: np.ndarray, options: dict) -> np.ndarray:
        """Call it, and return the array that comes back.

        Raises
        ------
        TypeError
            If no array of real numbers comes back.
        """
        result = self._use(self._handle, method, (x,), options)
        if type(result) is not np.ndarray:
            raise TypeError("it returned something else than one tensor of real numbers")
        return result

"""The state of a Keras model, by which a change of it is noticed, and undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.checks.describe import is_model

# Set on a model from another process, where it was compiled; here it is not.
COMPILED_THERE = "compiled_in_the_other_process"


@dataclass(frozen=True, eq=False)
class ModelState:
    """What must not change in a model that a function is given.

    Parameters
    ----------
    model : Model
        The model, which may change from now on.
    weights : list of ndarray
        All its weights, trainable or not.
    parts : list of tuple
        For the model and each layer in it: its class's name, whether it is trainable, and the name
        of its activation, if it has one.
    activations : list
        These activations themselves, or None.
    compiled : bool
        Whether it is compiled.
    """

    model: Any
    weights: list[np.ndarray]
    parts: list[tuple[str, bool, str]]
    activations: list
    compiled: bool

    @classmethod
    def of(cls, model: Any) -> ModelState:
        """Return the present state of a model."""
        parts = _parts(model)
        activations = [getattr(part, "activation", None) for part in parts]
        described = [
            (type(part).__name__, bool(part.trainable), getattr(function, "__name__", ""))
            for part, function in zip(parts, activations, strict=True)
        ]
        compiled = bool(model.compiled or getattr(model, COMPILED_THERE, False))
        return cls(model, model.get_weights(), described, activations, compiled)

    def is_kept_by(self, later: object) -> bool:
        """Return whether a later state is the same.

        A model that was sent to another process is not compiled there, which is no change.
        """
        return (
            isinstance(later, ModelState)
            and self.parts == later.parts
            and (self.compiled or not later.compiled)
            and len(self.weights) == len(later.weights)
            and all(map(np.array_equal, self.weights, later.weights))
        )

    def restore(self) -> None:
        """Give the model back what it had, for the next function."""
        parts = _parts(self.model)
        for part, (_, trainable, _), function in zip(
            parts, self.parts, self.activations, strict=True
        ):
            part.trainable = trainable
            if function is not None:
                part.activation = function
        self.model.set_weights(self.weights)
        self.model.compiled = self.compiled


def states_of(args: tuple, kwargs: dict) -> tuple[tuple, dict[str, Any]]:
    """Return arguments with the state of each model in its place."""
    return tuple(map(_state_of, args)), {name: _state_of(v) for name, v in kwargs.items()}


def _state_of(value: Any) -> Any:
    """Return a model's state, and any other value as it is."""
    return ModelState.of(value) if is_model(value) else value


def _parts(model: Any) -> list:
    """Return a model and all layers in it; a model comes before its layers."""
    return list(model._flatten_layers())  # noqa: SLF001  (Keras has no public name for it)

"""Remember the Keras model that a known mistake gives without keeping it: it may take megabytes."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from utils.checks.describe import is_model

_OUTLINES: weakref.WeakKeyDictionary[Any, tuple | None] = weakref.WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class KnownModel:
    """A model that can be built again.

    Parameters
    ----------
    outline : tuple
        What `utils.checks.models.outline` says of it.
    build : callable
        Builds it.
    """

    outline: tuple
    build: Callable[[], Any]


def remember(model: Any, build: Callable[[], Any]) -> KnownModel | None:
    """Return a model in short, or None if it has no outline."""
    outline = _outline_of(model)
    return None if outline is None else KnownModel(outline, build)


def differ(one: Any, other: Any) -> bool:
    """Return whether two results, of which at least one is a `KnownModel`, are certainly unequal.

    That takes no time, but building a model again takes some.
    """
    outlines = []
    for each in (one, other):
        if not isinstance(each, KnownModel) and not is_model(each):
            return True
        outlines.append(_outline_of(each))
    return None not in outlines and outlines[0] != outlines[1]


def rebuilt(value: Any) -> Any:
    """Return a `KnownModel` as the model itself, and any other value as it is."""
    return value.build() if isinstance(value, KnownModel) else value


def _outline_of(model: Any) -> tuple | None:
    """Return a model's outline, and keep it for as long as there is the model."""
    if isinstance(model, KnownModel):
        return model.outline
    with contextlib.suppress(KeyError):
        return _OUTLINES[model]
    from utils.checks import models

    outline = _OUTLINES[model] = models.outline(model)
    return outline

"""Describe how a Keras model differs from the right one.

Two models are the same if they have the same layers in canonical form, see `utils.checks.models`. A
model with branches is compared by `utils.checks.graphs`.
"""

from __future__ import annotations

import warnings

import numpy as np

from utils.checks import graphs
from utils.checks.describe import describe, is_model
from utils.checks.models import (
    NotAChainError,
    Step,
    list_steps,
    setting_text,
    without_batch,
)
from utils.checks.own_layers import ends_of, readable
from utils.keras_setup import keras

MAX_LISTED_LAYERS = 8  # layers by their numbers


def find_model_difference(got: object, expected: keras.Model) -> str | None:
    """Return the most specific sentence on how a model is wrong, or None if it is right.

    Parameters
    ----------
    got : object
        The student's result.
    expected : Model
        The right model: Sequential or functional, with branches or not.

    Returns
    -------
    str or None
        The difference in the input's shape; or the first layer that differs, is missing or is one
        too many; or else the difference in output shape, parameters, or predictions with the same
        weights.
    """
    if not is_model(got):
        return f"It should return a Keras model, but returned {_describe_no_model(got)}."
    try:
        got, expected = readable(got), readable(expected)
        if graphs.has_branches(expected):
            ends_of(got)
            return _input_difference(got, expected) or graphs.find_graph_difference(got, expected)
        mine, right = list_steps(got), list_steps(expected)
    except NotAChainError as reason:
        return f"The model cannot be read: {reason}."
    return (
        _input_difference(got, expected)
        or _layers_difference(mine, right)
        or _total_difference(got, expected)
    )


def _describe_no_model(value: object) -> str:
    """Describe a result that is not a model."""
    if isinstance(value, keras.layers.Layer):
        return f"one layer ({type(value).__name__})"
    if isinstance(value, keras.KerasTensor):
        return "a tensor: put it into keras.Model(inputs, outputs)"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return describe(value)


def _input_difference(got: keras.Model, expected: keras.Model) -> str | None:
    """Compare the shapes of the inputs."""
    mine, right = without_batch(got.input_shape), without_batch(expected.input_shape)
    if mine == right:
        return None
    return f"The model takes input of shape {mine}, but should take {right}."


def _layers_difference(mine: list[Step], right: list[Step]) -> str | None:
    """Return a sentence on the first layer that differs, and the numbers of the others."""
    edits = _align(mine, right)
    if not edits:
        return None
    kinds = [step.kind for step in mine]
    if len(mine) == len(right) and kinds != [step.kind for step in right]:
        swapped = _find_swap(mine, right)
        if swapped:
            return swapped
    index, what = edits[0]
    others = sorted({other for other, _ in edits[1:]} - {index})
    if not others:
        return what
    if len(others) == 1:
        return f"{what} Layer {others[0]} differs too."
    if len(others) > MAX_LISTED_LAYERS:
        return f"{what} {len(others)} other layers differ too."
    listed = ", ".join(map(str, others[:-1]))
    return f"{what} Layers {listed} and {others[-1]} differ too."


def _find_swap(mine: list[Step], right: list[Step]) -> str | None:
    """Return which two neighbours are in the wrong order, if there is no other difference."""
    key = [(step.kind, _essence(step)) for step in right]
    for index in range(len(mine) - 1):
        order = [(step.kind, _essence(step)) for step in mine]
        order[index], order[index + 1] = order[index + 1], order[index]
        if order == key:
            first, second = right[index : index + 2]
            return (
                f"Layers {index + 1} and {index + 2} are in the wrong order: "
                f"{first.words} comes before {second.words}."
            )
    return None


def _essence(step: Step) -> str:
    """Return the size that identifies a layer wherever it is in the model."""
    return str(step.settings.get("filters", step.settings.get("units", "")))


def _align(mine: list[Step], right: list[Step]) -> list[tuple[int, str]]:
    """Return the fewest edits that turn one list of layers into the other.

    Each edit is the number of the student's layer and a sentence on what is wrong there. Another
    kind of layer costs 1.5, a missing or an extra layer 1, and each other setting 0.3.
    """

    def change(one: Step, other: Step) -> float:
        if one.kind != other.kind:
            return 1.5
        return 0.3 * len(_settings_difference(one, other))

    rows, columns = len(mine) + 1, len(right) + 1
    cost = np.zeros((rows, columns))
    cost[:, 0], cost[0] = np.arange(rows), np.arange(columns)
    for i in range(1, rows):
        for j in range(1, columns):
            cost[i, j] = min(
                cost[i - 1, j - 1] + change(mine[i - 1], right[j - 1]),
                cost[i - 1, j] + 1,
                cost[i, j - 1] + 1,
            )
    edits = []
    i, j = len(mine), len(right)
    while i or j:
        if (
            i
            and j
            and np.isclose(cost[i, j], cost[i - 1, j - 1] + change(mine[i - 1], right[j - 1]))
        ):
            i, j = i - 1, j - 1
            text = _describe_change(i + 1, mine[i], right[j])
            if text:
                edits.append((i + 1, text))
        elif i and np.isclose(cost[i, j], cost[i - 1, j] + 1):
            i -= 1
            edits.append(
                (i + 1, f"There is an extra layer: layer {i + 1} is {mine[i].full_words}.")
            )
        else:
            j -= 1
            following = mine[i] if i < len(mine) else None
            where = f"before layer {i + 1} ({following.words})" if following else "at the end"
            text = f"{_capital(right[j].full_words)} is missing {where}."
            edits.append((i + 1, text))
    return edits[::-1]


def _describe_change(index: int, one: Step, other: Step) -> str:
    """Return a sentence on how a layer differs from the right one; empty if it does not."""
    if one.kind != other.kind:
        return f"Layer {index} should be {other.words}, but is {one.words}."
    differences = _settings_difference(one, other)
    return f"Layer {index} ({_name_only(one)}) {'; '.join(differences)}." if differences else ""


def _settings_difference(one: Step, other: Step) -> list[str]:
    """Return a phrase for each setting in which two layers of the same kind differ."""
    said = []
    for name in [*other.settings, *(name for name in one.settings if name not in other.settings)]:
        mine, right = one.settings.get(name), other.settings.get(name)
        if mine == right:
            continue
        if name in ("filters", "units"):
            said.append(f"has {mine} {name}, should have {right}")
        elif name == "activation":
            said.append(f"has {_activation(mine)}, should have {_activation(right)}")
        elif name == "bias":
            said.append("has no bias, should have one" if right else "has a bias, should have none")
        elif name == "weights are":
            said.append(f"is {mine}, should be {right}")
        elif right is None:
            said.append(f"has a {name} ({mine}), should have none")
        elif mine is None:
            said.append(f"has no {name}, should have {setting_text(right)}")
        else:
            said.append(f"has {name} {setting_text(mine)}, should have {setting_text(right)}")
    return said


def _total_difference(got: keras.Model, expected: keras.Model) -> str | None:
    """Compare output shape, number of parameters, weights and predictions."""
    mine, right = without_batch(got.output_shape), without_batch(expected.output_shape)
    if mine != right:
        return f"The output's shape should be {right}, but is {mine}."
    if got.count_params() != expected.count_params():
        return (
            f"The model has {got.count_params():,} parameters, "
            f"but should have {expected.count_params():,}."
        )
    shapes = [weights.shape for weights in expected.get_weights()]
    if [weights.shape for weights in got.get_weights()] != shapes:
        return "The model's weights have other shapes than they should."
    if not _predict_alike(got, expected):
        return "With the same weights, the model predicts something else than it should."
    return None


def _predict_alike(got: keras.Model, expected: keras.Model) -> bool:
    """Return whether two models with the same weights make the same predictions."""
    shape = without_batch(expected.input_shape)
    batch = np.random.default_rng(0).normal(size=(2, *shape)).astype(np.float32)
    kept = expected.get_weights()
    expected.set_weights(got.get_weights())
    with warnings.catch_warnings(action="ignore"):  # the inputs may be a list of one tensor
        mine, right = (np.asarray(model(batch, training=False)) for model in (got, expected))
    expected.set_weights(kept)
    return np.allclose(mine, right, rtol=1e-3, atol=1e-4)


def _name_only(step: Step) -> str:
    """Return a layer's words without the article."""
    return step.words.split(" ", 1)[1]


def _activation(name: object) -> str:
    """Return a layer's activation in words."""
    return "no activation" if name in (None, "linear") else f"activation {name}"


def _capital(text: str) -> str:
    """Return a text that begins with a capital letter."""
    return text[0].upper() + text[1:]

"""Lesson 11: what a training measures, and what its numbers prove.

The functions up to `build_small_cnn` are the reference answers. They are written to be read and to
be right for every input that the lesson names. Below them is what the lesson's demonstrations need.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from utils import data
from utils.keras_setup import keras

Labelled = tuple[np.ndarray, np.ndarray]


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean cross-entropy of some predictions.

    Parameters
    ----------
    logits : ndarray, shape (N, K)
        Any real dtype: what the network computes for each class, before the softmax.
    labels : ndarray of int, shape (N,)
        From 0 to K - 1.

    Returns
    -------
    float
        The mean of ``-log softmax(logits)[label]``, also where a softmax would be 0 in floats.

    Raises
    ------
    ValueError
        If there are not as many labels as rows, or a label is not the number of a column.
    """
    logits, labels = np.asarray(logits, float), np.asarray(labels)
    if len(logits) != len(labels):
        raise ValueError(f"there are {len(logits)} rows of logits, but {len(labels)} labels")
    _check_labels(labels, logits.shape[1])
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    return float(np.mean(log_sums - shifted[np.arange(len(labels)), labels]))


def split(
    images: np.ndarray, labels: np.ndarray, fraction: float, rng: np.random.Generator
) -> tuple[Labelled, Labelled]:
    """Keep a part of every class aside for validation.

    Parameters
    ----------
    images : ndarray, shape (N, ...)
        Any real dtype, which is kept.
    labels : ndarray of int, shape (N,)
        One for each image.
    fraction : float
        How much of each class is for validation; between 0 and 1.
    rng : numpy.random.Generator
        Chooses the images.

    Returns
    -------
    ((x, y), (x, y)) : tuples of ndarray
        The training part and the validation part, which holds ``round(fraction * n)`` of the ``n``
        images of each class. Both in the order of the originals.

    Raises
    ------
    ValueError
        If the fraction is not between 0 and 1, or there are not as many labels as images.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    if not 0 < fraction < 1:
        raise ValueError(f"fraction should be between 0 and 1, but is {fraction}")
    if len(images) != len(labels):
        raise ValueError(f"there are {len(images)} images, but {len(labels)} labels")
    is_kept = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        places = rng.permutation(np.flatnonzero(labels == label))
        is_kept[places[: round(fraction * len(places))]] = True
    return (images[~is_kept], labels[~is_kept]), (images[is_kept], labels[is_kept])


def confusion_matrix(labels: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Count how often each class is taken for each class.

    Parameters
    ----------
    labels, predicted : ndarray of int, shape (N,)
        The true classes, and those that a network says.
    classes : int
        How many classes there are.

    Returns
    -------
    ndarray of int, shape (classes, classes)
        Row: the true class; column: the predicted one.

    Raises
    ------
    ValueError
        If the lengths differ, or a class is not from 0 to ``classes - 1``.
    """
    labels, predicted = np.asarray(labels), np.asarray(predicted)
    if len(labels) != len(predicted):
        raise ValueError(f"there are {len(labels)} labels, but {len(predicted)} predictions")
    _check_labels(labels, classes)
    _check_labels(predicted, classes)
    matrix = np.zeros((classes, classes), int)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def best_epoch(validation_losses: Sequence[float], patience: int) -> int:
    """Return the epoch whose weights early stopping gives back.

    Parameters
    ----------
    validation_losses : sequence of float
        One for each epoch, as if training had gone on to the end. NaN is no improvement.
    patience : int
        Training stops after so many epochs in a row without a loss below the lowest so far.

    Returns
    -------
    int
        Counted from 0: the epoch with the lowest loss before training stops, the first of several;
        0 if no loss up to there is a number.

    Raises
    ------
    ValueError
        If there are no losses, or the patience is below 1.
    """
    if len(validation_losses) == 0 or patience < 1:
        raise ValueError("there should be a loss at least, and a patience of 1 or more")
    best, lowest, waited = 0, math.inf, 0
    for epoch, loss in enumerate(validation_losses):
        if loss < lowest:
            best, lowest, waited = epoch, loss, 0
        else:
            waited += 1
        if waited == patience:
            break
    return best


def build_small_cnn() -> keras.Model:
    """Build a network with 13,066 parameters that reads digits well.

    Returns
    -------
    keras.Model
        ``(None, 28, 28, 1)`` to ``(None, 10)``. Not compiled.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 5, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ],
        name="small_cnn",
    )


def _check_labels(labels: np.ndarray, classes: int) -> None:
    """Raise ValueError unless all labels are from 0 to ``classes - 1``."""
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(f"labels should be from 0 to {classes - 1}, but there are others")


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of each row of ``(N, K)`` logits."""
    shifted = np.asarray(logits, float) - np.max(logits, axis=1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True)


@functools.cache
def measured() -> dict[str, Any]:
    """Return what ``data/build_generalisation.py`` has measured; the script says what it is."""
    return json.loads((data.DATA / "generalisation.json").read_text())


def curves_of(size: int, units: int) -> dict[str, np.ndarray]:
    """Return the measured curves of one network size on one number of digits.

    Parameters
    ----------
    size : int
        The number of training digits.
    units : int
        The number of units in the hidden layer.

    Returns
    -------
    dict of str to ndarray, shape (seeds, epochs)
        ``loss`` and ``accuracy`` in training, ``val_loss`` and ``val_accuracy`` in validation.

    Raises
    ------
    LookupError
        If that was not measured.
    """
    rows = [row for row in measured()["grid"] if (row["size"], row["units"]) == (size, units)]
    if not rows:
        raise LookupError(f"{units} units on {size} digits were not measured")
    names = ("loss", "accuracy", "val_loss", "val_accuracy")
    return {name: np.array([row[name] for row in rows]) for name in names}


def dense_parameters(units: int) -> int:
    """Return the number of parameters of 28x28 pixels, a hidden layer, and ten outputs."""
    return (28 * 28 + 1) * units + (units + 1) * 10


def nearest_labels(x: np.ndarray, y: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Return for each image the label of the known image that is most like it.

    Parameters
    ----------
    x : ndarray, shape (N, ...)
        The known images.
    y : ndarray, shape (N,)
        Their labels.
    asked : ndarray, shape (M, ...)
        The images to be labelled. The likest image has the smallest sum of squared differences.
    """
    known = np.asarray(x, np.float32).reshape(len(x), -1)
    new = np.asarray(asked, np.float32).reshape(len(asked), -1)
    squares = (known**2).sum(axis=1) - 2 * new @ known.T  # the square of `new` is the same for all
    return np.asarray(y)[squares.argmin(axis=1)]

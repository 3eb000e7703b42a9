"""Lessons 07 to 10: what ``data/build_three_seeds.py`` measured over three seeds each."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np

from utils import data
from utils.keras_setup import keras

FILE = data.DATA / "three_seeds.json"
WEIGHTS = data.DATA / "three_seeds.npz"


@functools.cache
def measured() -> dict[str, Any]:
    """Return the measurements.

    Returns
    -------
    dict
        ``cpu_seconds``: the processor time of each part. ``networks`` (lessons 07 and 08): for each
        network the accuracies on the test digits, ``unshifted`` and ``by_two`` (the mean of a shift
        by two pixels to the left and to the right), a number for each seed. ``augmentation``
        (lesson 09) and ``descent`` (lesson 10): the same for LeNet-5 behind layers that change the
        training images, and at three learning rates.
    """
    return json.loads(FILE.read_text())


def pack(label: str, network: keras.Model) -> dict[str, np.ndarray]:
    """Round a network's weights in place, and return them by the names they have in the file.

    They are kept as ``float16``, at half the size. The network keeps the rounded weights, so that
    what is measured of it holds of the stored one.
    """
    halves = [weights.astype(np.float16) for weights in network.get_weights()]
    network.set_weights([weights.astype(np.float32) for weights in halves])
    return {f"{label} {place}": weights for place, weights in enumerate(halves)}


def load_weights(label: str, network: keras.Model) -> None:
    """Give a network the weights that the script found for it, with the seed 7.

    KeyError if the file has none under this label.
    """
    with np.load(WEIGHTS) as stored:
        halves = [stored[f"{label} {place}"] for place in range(len(network.get_weights()))]
    network.set_weights([weights.astype(np.float32) for weights in halves])

"""Lesson 06: X or O, distinguished with three features and two templates made by hand.

A letter is a 9x9 array of 1 (ink) and -1 (paper). The chain is that of the slides: match a feature
everywhere, ReLU, max-pool twice, put the numbers of all features in one list, compare the list
with what an X and an O give.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from scipy import ndimage

from utils import convolution, pooling

LETTERS = Path(__file__).resolve().parent.parent / "data" / "letters"
SIDE = 9
INK, PAPER = "#", "."

FEATURES = {
    "diagonal": np.array([[1, -1, -1], [-1, 1, -1], [-1, -1, 1]]),
    "X-shaped": np.array([[1, -1, 1], [-1, 1, -1], [1, -1, 1]]),
    "anti-diagonal": np.array([[-1, -1, 1], [-1, 1, -1], [1, -1, -1]]),
}
# The vectors that the slides print for an X and an O, their 0.55 written out as 5/9.
TEMPLATES = {
    "X": np.array([9, 5, 5, 9, 9, 5, 5, 5, 5, 9, 9, 5]) / 9,
    "O": np.array([5, 9, 9, 5, 5, 5, 5, 5, 9, 5, 5, 9]) / 9,
}
# The slides' unknown letter, of which they print these twelve numbers and no picture.
UNKNOWN = np.array([0.9, 0.65, 0.45, 0.87, 0.96, 0.73, 0.23, 0.63, 0.44, 0.89, 0.94, 0.53])

# What the slides print of the X's maps, in hundredths: the three features' side by side.
PRINTED = {
    "match": """
 77 -11  11  33  55 -11  33 |  33 -55  11 -11  11 -55  33 |  33 -11  55  33  11 -11  77
-11 100 -11  33 -11  11 -11 | -55  55 -55  33 -55  55 -55 | -11  11 -11  33 -11 100 -11
 11 -11 100 -33  11 -11  55 |  11 -55  55 -11  55 -55  11 |  55 -11  11 -33 100 -11  11
 33  33 -33  55 -33  33  33 | -11  33 -77 100 -77  33 -11 |  33  33 -33  55 -33  33  33
 55 -11  11 -33 100 -11  11 |  11 -55  55 -77  55 -55  11 |  11 -11 100 -33  11 -11  55
-11  11 -11  33 -11 100 -11 | -55  55 -55  33 -55  55 -55 | -11 100 -11  33 -11  11 -11
 33 -11  55  33  11 -11  77 |  33 -55  11 -11  11 -55  33 |  77 -11  11  33  55 -11  33
""",
    "ReLU": """
77   0  11  33  55   0  33 |  33   0  11   0  11   0  33 |  33   0  55  33  11   0  77
 0 100   0  33   0  11   0 |   0  55   0  33   0  55   0 |   0  11   0  33   0 100   0
11   0 100   0  11   0  55 |  11   0  55   0  55   0  11 |  55   0  11   0 100   0  11
33  33   0  55   0  33  33 |   0  33   0 100   0  33   0 |  33  33   0  55   0  33  33
55   0  11   0 100   0  11 |  11   0  55   0  55   0  11 |  11   0 100   0  11   0  55
 0  11   0  33   0 100   0 |   0  55   0  33   0  55   0 |   0 100   0  33   0  11   0
33   0  55  33  11   0 177 |  33   0  11   0  11   0  33 |  77   0  11  33  55   0  33
""",
    "pooled": """
100  33  55  33 |  55  33  55  33 |  33  55 100  77
 33 100  33  55 |  33 100  55  11 |  55  55 100  33
 55  33 100  11 |  55  55  55  11 | 100 100  11  55
 33  55  11  77 |  33  11  11  33 |  77  33  55  33
""",
    "pooled again": """
100  55 | 100  55 |  55 100
 55 100 |  55  55 | 100  55
""",
}


def match_feature(image: np.ndarray, feature: np.ndarray) -> np.ndarray:
    """Say at every position how well a feature matches: line up, multiply, add, divide.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype.
    feature : ndarray, shape (fh, fw)
        Any real dtype.

    Returns
    -------
    ndarray of float64, shape (H - fh + 1, W - fw + 1)
        The mean of the element-wise product at every valid position. Where both hold 1 and -1
        alone, 1 is a perfect match and -1 its opposite.

    Raises
    ------
    ValueError
        If the feature is larger than the image in either direction.
    """
    return convolution.correlate2d(image, feature) / np.size(feature)


def feature_vector(image: np.ndarray, features: Iterable[np.ndarray]) -> np.ndarray:
    """Sum up what some features find in an image, in a short list of numbers.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype.
    features : iterable of ndarray, shape (fh, fw) each
        Their sizes may differ.

    Returns
    -------
    ndarray of float64, 1-D
        For each feature its match map after ReLU and two max-poolings (window 2, stride 2, what
        is left over at the border kept), row by row; one feature after the other. Three 3x3
        features and a 9x9 letter give 12 numbers.

    Raises
    ------
    ValueError
        If a feature is larger than the image.
    """
    parts = []
    for feature in features:
        found = convolution.relu(match_feature(image, feature))
        pooled = pooling.max_pool_same(pooling.max_pool_same(found))
        parts.append(pooled.ravel())
    return np.concatenate(parts)


def template_score(vector: np.ndarray, template: np.ndarray) -> float:
    """Return the mean of a vector over the positions where a template is highest.

    Parameters
    ----------
    vector, template : ndarray, shape (n,)
        A template's highest value may be at several positions; all of them count.

    Raises
    ------
    ValueError
        If their lengths differ.
    """
    vector, template = np.asarray(vector, float), np.asarray(template, float)
    if len(vector) != len(template):
        raise ValueError(
            f"the vector has {len(vector)} numbers, but the template has {len(template)}"
        )
    return float(vector[template == template.max()].mean())


def classify(
    vector: np.ndarray, templates: Mapping[str, np.ndarray]
) -> tuple[str, dict[str, float]]:
    """Return the label whose template scores best, and the scores of all.

    Parameters
    ----------
    vector : ndarray, shape (n,)
        As `feature_vector` gives it.
    templates : mapping of str to ndarray, shape (n,) each
        Labels to templates.

    Returns
    -------
    label : str
        Of equal scores, the first in the mapping's order wins.
    scores : dict of str to float
        One for each label.

    Raises
    ------
    ValueError
        If there is no template, or its length is not the vector's.
    """
    if not templates:
        raise ValueError("there is no template to compare with")
    scores = {label: template_score(vector, template) for label, template in templates.items()}
    return max(scores, key=scores.__getitem__), scores


def printed_maps(stage: str) -> dict[str, np.ndarray]:
    """Return the maps that the slides print of a stage in `PRINTED`, in hundredths, by feature."""
    lines = [line.split("|") for line in PRINTED[stage].strip().splitlines()]
    return {
        name: np.array([[int(number) for number in line[index].split()] for line in lines])
        for index, name in enumerate(FEATURES)
    }


def compare_with_print(
    stage: str, computed: Mapping[str, np.ndarray], *, truncate: bool = True
) -> list[str]:
    """Compare computed maps with the printed ones of a stage.

    Parameters
    ----------
    stage : str
        A key of `PRINTED`.
    computed : mapping of str to ndarray
        The map of each feature of `FEATURES`.
    truncate : bool
        Whether computed numbers are cut off after two decimals, or rounded to two.

    Returns
    -------
    list of str
        A line that counts the numbers that agree, then one for each of the first four that differ,
        with rows and columns counted from 1.
    """
    agree, total, lines = 0, 0, []
    for name, printed in printed_maps(stage).items():
        hundredths = 100 * computed[name]
        ours = (
            np.trunc(hundredths + 1e-9 * np.sign(hundredths)) if truncate else np.rint(hundredths)
        )
        agree, total = agree + int(np.sum(printed == ours)), total + ours.size
        lines += [
            f"    {name}, row {row + 1}, column {column + 1}: "
            f"printed {printed[row, column] / 100:.2f}, computed {computed[name][row, column]:.4f}"
            for row, column in np.argwhere(printed != ours)
        ]
    how = "truncated" if truncate else "rounded"
    return [f"{stage}, {how}: {agree} of {total} numbers agree", *lines[:4]]


def load_letter(name: str, folder: Path = LETTERS) -> np.ndarray:
    """Read a letter from its text file, ``x`` from ``data/letters/x.txt``.

    Returns
    -------
    ndarray of int, shape (9, 9)
        1 for ink, -1 for paper.

    Raises
    ------
    FileNotFoundError
        If there is no such letter; the message lists those there are.
    ValueError
        If the file is damaged; the message names the file and the line.
    """
    path = folder / f"{name}.txt"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.txt"))) or "none"
        raise FileNotFoundError(f"there is no letter '{name}' in {folder}; there are: {known}")
    try:
        return parse_letter(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def parse_letter(text: str) -> np.ndarray:
    """Turn 9 lines of 9 characters, ``#`` for ink and ``.`` for paper, into 1 and -1.

    Raises
    ------
    ValueError
        If lines or characters are too few, too many or of another kind.
    """
    lines = [line.rstrip() for line in text.rstrip().splitlines()]
    if len(lines) != SIDE:
        raise ValueError(f"a letter has {SIDE} lines, this one has {len(lines)}")
    for number, line in enumerate(lines, start=1):
        strangers = set(line) - {INK, PAPER}
        if strangers:
            raise ValueError(
                f"line {number} holds {min(strangers)!r}; only '{INK}' and '{PAPER}' are known"
            )
        if len(line) != SIDE:
            raise ValueError(
                f"line {number} should have {SIDE} characters, but has {len(line)}: {line!r}"
            )
    return np.array([[1 if character == INK else -1 for character in line] for line in lines])


def format_letter(letter: np.ndarray) -> str:
    """Write a letter as lines of ``#`` and ``.``; whatever is above 0 is ink."""
    return "\n".join("".join(INK if value > 0 else PAPER for value in row) for row in letter)


def move(letter: np.ndarray, dx: int, dy: int = 0) -> np.ndarray:
    """Move a letter ``dx`` pixels right and ``dy`` down; paper comes in."""
    return pooling.shift(letter + 1, dx, dy) - 1


def thicken(letter: np.ndarray) -> np.ndarray:
    """Make strokes two pixels wide: ink spreads to the pixels on its left and above it."""
    return pooling.max_pool_same(letter, size=2, stride=1).astype(int)


def rotate(letter: np.ndarray, degrees: float) -> np.ndarray:
    """Turn a letter about its centre, counter-clockwise.

    It is turned at nine times its size. A pixel is ink where at least 0.4 of it is covered; with
    one half, thin strokes would lose too much.
    """
    fine = np.kron(letter > 0, np.ones((SIDE, SIDE)))
    turned = ndimage.rotate(fine, degrees, reshape=False, order=1)
    covered = turned.reshape(SIDE, SIDE, SIDE, SIDE).mean(axis=(1, 3))
    return np.where(covered >= 0.4, 1, -1)


def flip_pixels(letter: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Turn ``count`` pixels, drawn without repetition, from ink to paper or back."""
    noisy = letter.copy()
    noisy.flat[rng.choice(letter.size, count, replace=False)] *= -1
    return noisy


def make_renditions(
    letters: Mapping[str, np.ndarray], count: int, rng: np.random.Generator, reach: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Draw letters as a hasty writer might: turned, thick or thin, out of place, with specks.

    Parameters
    ----------
    letters : mapping of str to ndarray, shape (9, 9)
        What is varied.
    count : int
        How many to make.
    rng : Generator
        The same state gives the same letters.
    reach : int
        How many pixels a letter may be out of place, along both axes.

    Returns
    -------
    pictures : ndarray of int, shape (count, 9, 9)
        Each turned by up to 30 degrees either way, thickened with probability one half, moved by up
        to ``reach`` pixels, and with 2 pixels flipped.
    labels : ndarray of str, shape (count,)
        What each of them is.
    """
    labels = rng.choice(list(letters), count)
    pictures = []
    for label in labels:
        picture = rotate(letters[label], rng.uniform(-30, 30))
        if rng.random() < 0.5:
            picture = thicken(picture)
        dx, dy = rng.integers(-reach, reach + 1, size=2)
        pictures.append(flip_pixels(move(picture, int(dx), int(dy)), 2, rng))
    return np.array(pictures), labels


def learn_weights(inputs: np.ndarray, targets: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Find the weights whose weighted sums come closest to the targets (ridge regression).

    Parameters
    ----------
    inputs : ndarray, shape (N, n)
        One example a row.
    targets : ndarray, shape (N,)
        1 and -1.
    strength : float
        How much large weights are held back.

    Returns
    -------
    ndarray, shape (n + 1,)
        A weight for every input, and a bias last: what `weighted_sums` takes.
    """
    rows = np.column_stack([inputs, np.ones(len(inputs))])
    return np.linalg.solve(rows.T @ rows + strength * np.eye(rows.shape[1]), rows.T @ targets)


def weighted_sums(inputs: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return each example's weighted sum plus the bias, the last of the weights."""
    return inputs @ weights[:-1] + weights[-1]

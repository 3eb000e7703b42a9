"""The pictures of the course: handwritten digits, and photographs. Nothing here needs the network.

(x_train, y_train), (x_test, y_test) = data.load_digits()
cat = data.photograph("cat")
"""

from __future__ import annotations

import gzip
import math
import os
import zipfile
import zlib
from pathlib import Path

import numpy as np

Labelled = tuple[np.ndarray, np.ndarray]
Split = tuple[Labelled, Labelled]

DATA = Path(__file__).resolve().parent.parent / "data"
TEST_FRACTION = 5  # one image in five is kept for testing
SIDE = 28
# The magic number of an IDX file of unsigned bytes, by its number of axes.
IDX_MAGIC = {1: 0x00000801, 3: 0x00000803}
KEYS = ("x_train", "y_train", "x_test", "y_test")
IDX_STEMS = {
    "x_train": ("train-images", "idx3-ubyte"),
    "y_train": ("train-labels", "idx1-ubyte"),
    "x_test": ("t10k-images", "idx3-ubyte"),
    "y_test": ("t10k-labels", "idx1-ubyte"),
}
# The course's names for photographs that ship with scikit-image, and scikit-image's own.
PHOTOGRAPHS = {
    "astronaut": "astronaut",
    "camera": "camera",
    "cat": "chelsea",
    "coffee": "coffee",
    "coins": "coins",
    "rocket": "rocket",
}
TO_GET_MNIST = (
    "Connect to the internet and try again, or set the environment variable MNIST_DIR to a folder "
    "that holds MNIST's four IDX files (train-images-idx3-ubyte.gz, ...) or an mnist.npz. "
    "load_digits() with no name gives the digits that come with the course."
)


def load_digits(name: str = "mnist10k", *, announce: bool = True) -> Split:
    """Load handwritten digits, and print which data they are.

    Parameters
    ----------
    name : {"mnist10k", "mnist"}
        ``"mnist10k"`` comes with the course: MNIST's 10,000 test images, 8,000 for training and
        2,000 for testing. ``"mnist"`` is the full MNIST, 60,000 and 10,000: from the folder that
        the environment variable ``MNIST_DIR`` names if it is set, else through Keras, which
        downloads it once. A folder that holds only MNIST's 10,000 test images gives the same as
        ``"mnist10k"``.
    announce : bool
        Whether to print a line that says which data this is.

    Returns
    -------
    (x_train, y_train), (x_test, y_test) : tuples of ndarray of uint8
        Images ``(N, 28, 28)``, 0 for paper and 255 for ink, and their labels ``(N,)``.

    Raises
    ------
    ValueError
        If there is no data set of that name, or a file is damaged or has another content.
    FileNotFoundError
        If the data are missing; the text says how to get them.
    """
    if name == "mnist10k":
        arrays = _read_npz(DATA / "mnist10k.npz")
        source = "MNIST's 10,000 test images, bundled with the course"
    elif name == "mnist":
        arrays, source = _load_mnist()
    else:
        raise ValueError(f"there are no digits named {name!r}: choose 'mnist10k' or 'mnist'")
    if announce:
        train, test = len(arrays["x_train"]), len(arrays["x_test"])
        print(f"Digits: {source}. {train:,} images to train with, {test:,} to test.")
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def photograph(name: str) -> np.ndarray:
    """Return a photograph from scikit-image; sources and licences are in ``data/README.md``.

    Parameters
    ----------
    name : {"astronaut", "camera", "cat", "coffee", "coins", "rocket"}
        ``"camera"`` and ``"coins"`` are greyscale, the others in colour.

    Returns
    -------
    ndarray of uint8, shape (H, W) or (H, W, 3)
        A new copy on each call.

    Raises
    ------
    ValueError
        If there is no photograph of that name.
    """
    if name not in PHOTOGRAPHS:
        raise ValueError(f"there is no photograph {name!r}: choose from {', '.join(PHOTOGRAPHS)}")
    import skimage.data

    return np.array(getattr(skimage.data, PHOTOGRAPHS[name])(), np.uint8)


def read_test_images(folder: Path) -> Labelled:
    """Read MNIST's test images and their labels from a folder with the two IDX files.

    Raises
    ------
    FileNotFoundError, ValueError
        If a file is missing or damaged.
    """
    paths = [_find_idx(folder, *IDX_STEMS[key]) for key in ("x_test", "y_test")]
    if paths[0] is None or paths[1] is None:
        raise FileNotFoundError(f"{folder} lacks t10k-images-idx3-ubyte or t10k-labels-idx1-ubyte")
    return _read_idx_pair(paths[0], paths[1])


def split_stratified(images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Shuffle, and keep one image in five of each digit for testing; always the same ones.

    The first half of MNIST's test images is from tidier writers than the second.

    Parameters
    ----------
    images, labels : ndarray, shapes (N, 28, 28) and (N,)
        The images and their digits.

    Returns
    -------
    dict of str to ndarray
        ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
    """
    random = np.random.RandomState(0)  # NumPy promises that its numbers never change
    order = random.permutation(len(labels))
    by_digit = order[np.argsort(labels[order], kind="stable")]
    tested = np.arange(len(labels)) % TEST_FRACTION == TEST_FRACTION - 1
    train, test = (random.permutation(by_digit[chosen]) for chosen in (~tested, tested))
    return {
        "x_train": images[train],
        "y_train": labels[train],
        "x_test": images[test],
        "y_test": labels[test],
    }


def _load_mnist() -> tuple[dict[str, np.ndarray], str]:
    """Return MNIST's arrays and a few words on where they come from."""
    folder = os.environ.get("MNIST_DIR")
    if folder:
        return _read_folder(Path(folder).expanduser())
    try:
        from keras.datasets import mnist

        (x_train, y_train), (x_test, y_test) = mnist.load_data()
    except Exception as error:  # Keras raises a plain Exception when a download fails
        raise FileNotFoundError(f"MNIST could not be loaded ({error}). {TO_GET_MNIST}") from error
    arrays = dict(zip(KEYS, (x_train, y_train, x_test, y_test), strict=True))
    return _checked(arrays, "Keras's mnist.npz"), "MNIST, from Keras"


def _read_folder(folder: Path) -> tuple[dict[str, np.ndarray], str]:
    """Read MNIST from a folder: an mnist.npz if there is one, else IDX files."""
    if not folder.is_dir():
        raise FileNotFoundError(f"MNIST_DIR is {folder}, but that is no folder. {TO_GET_MNIST}")
    archive = folder / "mnist.npz"
    if archive.is_file():
        return _read_npz(archive), f"MNIST, from {archive}"
    files = {
        key: path
        for key, (stem, kind) in IDX_STEMS.items()
        if (path := _find_idx(folder, stem, kind)) is not None
    }
    missing = [key for key in KEYS if key not in files]
    if missing == ["x_train", "y_train"]:
        said = f"MNIST's 10,000 test images only, from {folder}, shuffled and split"
        return split_stratified(*read_test_images(folder)), said
    if missing:
        names = ", ".join("-".join(IDX_STEMS[key]) for key in missing)
        raise FileNotFoundError(
            f"MNIST_DIR is {folder}, but it has no mnist.npz and lacks {names}. {TO_GET_MNIST}"
        )
    train = _read_idx_pair(files["x_train"], files["y_train"])
    test = _read_idx_pair(files["x_test"], files["y_test"])
    return dict(zip(KEYS, (*train, *test), strict=True)), f"MNIST, from {folder}"


def _find_idx(folder: Path, stem: str, kind: str) -> Path | None:
    """Return the path of an MNIST file in any of its usual spellings, or None."""
    for name in (f"{stem}-{kind}", f"{stem}.{kind}"):
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    return None


def _read_idx_pair(images_path: Path, labels_path: Path) -> Labelled:
    """Read an images file and a labels file that belong together."""
    images, labels = _read_idx(images_path, 3), _read_idx(labels_path, 1)
    _check_images(images, images_path)
    _check_labels(labels, labels_path)
    if len(images) != len(labels):
        raise ValueError(
            f"{images_path} holds {len(images):,} images, but {labels_path} {len(labels):,} labels"
        )
    return images, labels


def _read_idx(path: Path, axes: int) -> np.ndarray:
    """Read an IDX file of unsigned bytes, gzipped or not.

    The format: a magic number, the length of each axis as a big-endian 32-bit integer, the bytes.
    """
    content = _read_bytes(path)
    start = 4 * (1 + axes)
    if len(content) < start:
        raise ValueError(f"{path} is damaged: it has only {len(content)} bytes")
    magic, *shape = (int(number) for number in np.frombuffer(content, ">u4", 1 + axes))
    if magic != IDX_MAGIC[axes]:
        raise ValueError(
            f"{path} is not an IDX file of bytes with {axes} axes: "
            f"it begins with {magic:#010x}, not {IDX_MAGIC[axes]:#010x}"
        )
    there, promised = len(content) - start, math.prod(shape)
    if there != promised:
        raise ValueError(
            f"{path} is damaged: {there:,} bytes of data where it promises {promised:,}"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape).copy()


def _read_bytes(path: Path) -> bytes:
    """Return a file's content, unpacked if it is gzipped, regardless of its name."""
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged: it cannot be unpacked ({error})") from error


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    """Read the four arrays of an ``.npz`` file."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in KEYS}
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} is missing: get the course's folder again") from None
    except KeyError as error:
        raise ValueError(f"{path} has no array named {error.args[0].split()[0]}") from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error, TypeError) as error:
        raise ValueError(f"{path} is damaged: it cannot be read ({error})") from error
    return _checked(arrays, path)


def _checked(arrays: dict[str, np.ndarray], path: Path | str) -> dict[str, np.ndarray]:
    """Return four arrays if they are images and labels that belong together."""
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        _check_images(images, path)
        _check_labels(labels, path)
        if len(images) != len(labels):
            raise ValueError(
                f"{path} holds {len(images):,} images to {part} with, but {len(labels):,} labels"
            )
    return arrays


def _check_images(images: np.ndarray, path: Path | str) -> None:
    """Raise ValueError unless an array is 28x28 images of bytes, at least one."""
    shape_fits = images.ndim == 3 and images.shape[1:] == (SIDE, SIDE) and len(images) > 0
    if not shape_fits or images.dtype != np.uint8:
        raise ValueError(
            f"{path} should hold images of shape (N, 28, 28) and dtype uint8, "
            f"but holds {images.shape} of {images.dtype}"
        )


def _check_labels(labels: np.ndarray, path: Path | str) -> None:
    """Raise ValueError unless an array is labels, bytes from 0 to 9."""
    if labels.ndim != 1 or labels.dtype != np.uint8:
        raise ValueError(
            f"{path} should hold labels of shape (N,) and dtype uint8, "
            f"but holds {labels.shape} of {labels.dtype}"
        )
    if labels.size and labels.max() > 9:
        raise ValueError(f"{path} should hold labels from 0 to 9, but has {labels.max()}")

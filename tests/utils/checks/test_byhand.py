"""Is a library noticed that does the work, whatever it is called, and nothing else?"""

import functools
import gc
import importlib
import threading

import matplotlib.colors
import numpy as np
import pytest
import scipy.ndimage
import scipy.signal
import skimage.filters
from scipy.signal import correlate2d as innocent_name

from utils import convolution, plots
from utils.checks import byhand

IMAGE, KERNEL = np.arange(16.0).reshape(4, 4), np.ones((2, 2))


def in_a_thread():
    thread = threading.Thread(target=scipy.signal.correlate2d, args=(IMAGE, KERNEL))
    thread.start()
    thread.join()


def switching_off():
    import sys

    sys.setprofile(None)
    return scipy.signal.correlate2d(IMAGE, KERNEL)


OFFENCES = {
    "by its name": lambda: scipy.signal.correlate2d(IMAGE, KERNEL),
    "under another name": lambda: innocent_name(IMAGE, KERNEL),
    "through importlib": lambda: importlib.import_module("sci" + "py.ndimage").sobel(IMAGE),
    "as a partial": functools.partial(scipy.signal.correlate2d, IMAGE, KERNEL),
    "through map": lambda: list(map(scipy.ndimage.sobel, [IMAGE])),
    "matplotlib's colours": lambda: matplotlib.colors.to_rgb("#0B6623"),
    "in a thread": in_a_thread,
    "scikit-image": lambda: skimage.filters.sobel(IMAGE),
    "the reference answer": lambda: convolution.correlate2d(IMAGE, KERNEL),
    "a helper of the reference answer": lambda: convolution._require_fit((4, 4), (2, 2)),
    "with the check switched off": switching_off,
}


@pytest.mark.parametrize("way", OFFENCES)
def test_a_library_that_does_the_work_is_noticed(way):
    with byhand.watch() as used:
        OFFENCES[way]()
    assert len(used) == 1


def test_what_a_library_threw_away_before_is_nobody_s_work():
    """TensorFlow's objects call it once more when Python gets round to them."""
    library = {"__name__": "tensorflow.python.made"}
    exec("class Thing:\n    def __del__(self):\n        gone.append(self)", library)
    library["gone"] = gone = []
    for _ in range(10):
        thing = library["Thing"]()
        thing.itself = thing
    del thing
    with byhand.watch() as used:
        kept = [[] for _ in range(100_000)]
    assert used == []
    del kept
    gc.collect()
    assert len(gone) == 10
    assert gc.isenabled()


def test_collecting_garbage_stays_off_where_it_was():
    gc.disable()
    try:
        with byhand.watch():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def fresh_import():
    import sys

    for name in [name for name in sys.modules if name.startswith("scipy.spatial")]:
        del sys.modules[name]
    import scipy.spatial  # noqa: F401


INNOCENT = {
    "NumPy": lambda: np.fft.ifft2(np.fft.fft2(IMAGE)),
    "NumPy's convolve": lambda: np.convolve([1, 2], [3, 4]),
    "an import that is never used": fresh_import,
    "a name in a comment": lambda: "scipy.signal.correlate2d",
    "drawing": lambda: plots.matrices({"a": IMAGE}, alt="").png,
    "what is trusted": lambda: byhand.trusted(convolution.correlate2d)(IMAGE, KERNEL),
}


@pytest.mark.parametrize("way", INNOCENT)
def test_what_is_no_offence_is_let_through(way):
    with byhand.watch() as used:
        INNOCENT[way]()
    assert used == []


def test_a_function_of_an_earlier_lesson_can_be_allowed():
    with byhand.watch(allowed=["convolution.convolve2d"]) as used:
        convolution.convolve2d(IMAGE, KERNEL)
    assert used == []
    with byhand.watch(allowed=["convolution.convolve2d"]) as used:
        convolution.correlate2d(IMAGE, KERNEL)
    assert used == ["utils (`convolution.correlate2d(IMAGE, KERNEL)`)"]


def test_the_hook_is_put_back():
    import sys

    before = sys.getprofile()
    with byhand.watch():
        assert sys.getprofile() is not before
    assert sys.getprofile() is before


def sums(image):
    return scipy.signal.correlate2d(
        image,
        KERNEL,
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (sums, "scipy (`scipy.signal.correlate2d( image, KERNEL, )`)"),
        (lambda image: np.apply_along_axis(scipy.signal.medfilt, 0, image), "(`np.apply_along"),
        (lambda image: list(map(scipy.signal.medfilt, [image])), "(`list(map("),
        (eval("lambda image: innocent_name(image, KERNEL)", globals()), "scipy (correlate2d)"),
    ],
)
def test_a_use_is_described_by_what_the_student_wrote(answer, said):
    with byhand.watch() as used:
        answer(IMAGE)
    assert said in used[0]

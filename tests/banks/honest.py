"""Right answers in the styles that students write, each of which must get all its points.

What a grader takes for an attack or an error is often only unusual: a class with ``__call__``, a
figure inside a function, a fallback for a library that is missing. Exercises that a style does not
answer are answered as in the lesson's solution.
"""

# Students' code, as students write it.
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent

from nbformat import NotebookNode, v4

from tests.support.arena import answer, find, points, right_answers, student_copy

CONVOLUTION = "02_convolution"
POOLING = "05_pooling"


@dataclass(frozen=True)
class Honest:
    """One style.

    Attributes
    ----------
    name : str
        What is unusual about it.
    answers : dict
        The answer cells' code.
    before, after : tuple of str
        Cells that the student adds before the first answer and at the end.
    lesson : str
        The lesson.
    """

    name: str
    answers: dict[str, str]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    lesson: str = CONVOLUTION

    def notebook(self) -> NotebookNode:
        """Return the submission."""
        notebook = answer(student_copy(self.lesson), right_answers(self.lesson))
        answer(notebook, {name: dedent(code) for name, code in self.answers.items()})
        first = notebook.cells.index(find(notebook, next(iter(points(self.lesson)))))
        notebook.cells[first:first] = [_code_cell(code) for code in self.before]
        notebook.cells += [_code_cell(code) for code in self.after]
        return notebook


def _code_cell(code: str) -> NotebookNode:
    return v4.new_code_cell(dedent(code).strip("\n"))


LOOPS = {
    "correlate2d": """
def correlate2d(image, kernel):
    H, W = image.shape
    kh, kw = kernel.shape
    if kh > H or kw > W:
        raise ValueError("the kernel is too large")
    result = []
    for i in range(H - kh + 1):
        row = []
        for j in range(W - kw + 1):
            total = 0.0
            for a in range(kh):
                for b in range(kw):
                    total += float(image[i + a, j + b]) * float(kernel[a, b])
            row.append(total)
        result.append(row)
    return np.array(result)
""",
    "convolve2d": """
def convolve2d(image, kernel):
    flipped = np.array([row[::-1] for row in kernel[::-1]])
    return correlate2d(image, flipped)
""",
    "relu": """
def relu(x):
    out = x.copy()
    out[out < 0] = 0
    return out
""",
    "correlate_channels": """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels differ")
    maps = []
    for f in range(kernels.shape[3]):
        total = 0
        for c in range(volume.shape[2]):
            total = total + correlate2d(volume[:, :, c], kernels[:, :, c, f])
        if bias is not None:
            total = total + bias[f]
        maps.append(total)
    return np.dstack(maps)
""",
}

WINDOWS = {
    "correlate2d": """
from numpy.lib.stride_tricks import sliding_window_view

def correlate2d(image, kernel):
    # scipy.signal would do it in one line, but not by hand
    windows = sliding_window_view(np.asarray(image, float), np.shape(kernel))
    return np.einsum("ijab,ab->ij", windows, np.asarray(kernel, float))
""",
    "convolve2d": """
def convolve2d(image, kernel):
    return correlate2d(image, np.flip(kernel))
""",
    "relu": """
relu = lambda x: np.where(np.asarray(x) > 0, x, 0)
""",
    "correlate_channels": """
def correlate_channels(volume, kernels, bias=None):
    volume, kernels = np.asarray(volume, float), np.asarray(kernels, float)
    kh, kw, channels, filters = kernels.shape
    if volume.shape[2] != channels:
        raise ValueError(f"{volume.shape[2]} channels against {channels}")
    windows = sliding_window_view(volume, (kh, kw), axis=(0, 1))
    out = np.einsum("ijcab,abcf->ijf", windows, kernels)
    return out if bias is None else out + np.asarray(bias)
""",
}

# What works, though little of it is there where an answer is given.
DRAWN = {
    "correlate2d": """
import inspect
import warnings
import numpy as np
import scipy.signal
import matplotlib.pyplot as plt
from concurrent.futures import ThreadPoolExecutor
from six.moves import range

warnings.filterwarnings("ignore", category=np.exceptions.ComplexWarning)
print(scipy.__file__, len(inspect.getsource(scipy.signal.convolve2d)))
SIZES = {}
for name in ("rows", "columns"):
    plt.plot([1, 2])
    SIZES[name] = 1
figure, (left, right) = plt.subplots(1, 2)
counts, edges, bars = plt.hist([1, 2])

def correlate2d(image, kernel):
    fig, axes = plt.subplots(1, 2)
    line, = axes[0].plot([1, 2])
    low, high = axes[1].get_xlim()
    left.set_title(f"{low} {high}")
    (height, width), (kh, kw) = image.shape, kernel.shape
    if kh > height or kw > width:
        raise type("TooLarge", (KeyError, ValueError), {})("the kernel is too large")

    def one_row(i):
        columns = range(width - kw + SIZES["columns"])
        windows = [image[i : i + kh, j : j + kw].astype(float) for j in columns]
        return [float(np.sum(window * kernel)) for window in windows]

    with ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(one_row, range(height - kh + SIZES["rows"])))
    plt.close("all")
    return np.array(rows)
""",
    "convolve2d": """
with open("turning.py", "w") as file:
    print("def turn(kernel):\\n    return kernel[::-1, ::-1]", file=file)
from turning import turn

def convolve2d(image, kernel):
    return correlate2d(image, turn(kernel))
""",
    "relu": """
class Lab:
    def __init__(self):
        self.figure, self.axes = plt.subplots()
        self.zero = 0

    def relu(self, x, ax=plt.gca()):
        ax.plot(np.ravel(x))
        return np.maximum(x, self.zero)

if __name__ == "__main__":
    plt.plot([1, 2])
    relu = Lab().relu
""",
    "correlate_channels": """
def sum_up(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels differ")
    number = range(kernels.shape[3])
    bias = np.zeros(kernels.shape[3]) if bias is None else bias
    return np.stack(
        [
            sum(correlate2d(volume[..., c], kernels[..., c, f]) for c in range(volume.shape[2]))
            + bias[f]
            for f in number
        ],
        axis=-1,
    )

with checks.Exercise("convolution.correlate_channels", sum_up) as check:
    check.agrees(np.ones((3, 3, 2)), np.ones((2, 2, 2, 1)))

def correlate_channels(volume, kernels, bias=None):
    %matplotlib inline
    return sum_up(volume, kernels, bias)
""",
}

SLICES = {
    "correlate2d": """
def correlate2d(image, kernel):
    image = np.asarray(image, dtype=np.float64)
    rows, columns = [n - k + 1 for n, k in zip(image.shape, kernel.shape)]
    if min(rows, columns) < 1:
        raise ValueError("does not fit")

    def add_up(positions):
        if not positions:
            return np.zeros((rows, columns))
        (a, b), *rest = positions
        return image[a : a + rows, b : b + columns] * kernel[a, b] + add_up(rest)

    return add_up(list(np.ndindex(*kernel.shape)))
""",
    "convolve2d": """
def convolve2d(image, kernel):
    kh, kw = kernel.shape
    image = np.asarray(image, dtype=float)
    rows, columns = image.shape[0] - kh + 1, image.shape[1] - kw + 1
    if rows < 1 or columns < 1:
        raise ValueError
    total = np.zeros((rows, columns))
    for a in range(kh):
        for b in range(kw):
            total += kernel[a, b] * image[kh - 1 - a :, kw - 1 - b :][:rows, :columns]
    return total
""",
    "relu": """
def relu(x):
    return np.clip(x, 0, None)
""",
    "correlate_channels": """
def correlate_channels(volume, kernels, bias=None):
    volume = np.asarray(volume, float)
    kh, kw, C, F = kernels.shape
    H, W = volume.shape[0] - kh + 1, volume.shape[1] - kw + 1
    if C != volume.shape[2] or H < 1 or W < 1:
        raise ValueError("shapes")
    out = np.zeros((H, W, F)) + (0 if bias is None else bias)
    for a in range(kh):
        for b in range(kw):
            out += volume[a : a + H, b : b + W] @ kernels[a, b].astype(float)
    return out
""",
}

HONEST = (
    Honest("loops", LOOPS),
    Honest("windows", WINDOWS),
    Honest("pictures", DRAWN),
    Honest("slices", SLICES),
    Honest(
        "helpers in cells of their own",
        {
            "correlate2d": "def correlate2d(image, kernel):\n    return slide(as_floats(image), as_floats(kernel))",
            "relu": "def relu(x):\n    return clipped(x)",
        },
        before=(
            "def as_floats(a):\n    return np.array(a, dtype='float64')\nclipped = lambda x: x * (x > 0)",
            """
            def slide(image, kernel):
                rows, columns = (n - k + 1 for n, k in zip(image.shape, kernel.shape))
                if rows <= 0 or columns <= 0:
                    raise ValueError('kernel larger than image')
                return np.array([[np.vdot(image[r:r + kernel.shape[0], c:c + kernel.shape[1]], kernel)
                                  for c in range(columns)] for r in range(rows)])
            """,
        ),
    ),
    Honest(
        "a class with __call__, and a method",
        {
            "relu": """
                from dataclasses import dataclass

                @dataclass
                class Threshold:
                    at: float = 0

                    def __call__(self, x):
                        return np.where(x > self.at, x, 0)

                relu = Threshold()
            """,
            "convolve2d": """
                class Filters:
                    @staticmethod
                    def turned(kernel):
                        return kernel[::-1, ::-1]

                    def convolve(self, image, kernel):
                        return correlate2d(image, self.turned(kernel))

                convolve2d = Filters().convolve
            """,
        },
    ),
    Honest(
        "functools and itertools",
        {
            "relu": "from functools import partial\nrelu = partial(np.maximum, 0)",
            "correlate2d": """
                import itertools
                from functools import reduce, wraps

                def fits_first(function):
                    @wraps(function)
                    def checked(image, kernel):
                        if any(k > n for n, k in zip(image.shape, kernel.shape)):
                            raise ValueError(f"{kernel.shape} does not fit into {image.shape}")
                        return function(image, kernel)
                    return checked

                @fits_first
                def correlate2d(image, kernel):
                    kh, kw = kernel.shape
                    h, w = image.shape[0] - kh + 1, image.shape[1] - kw + 1
                    parts = (kernel[a, b] * image[a:a + h, b:b + w].astype(float)
                             for a, b in itertools.product(range(kh), range(kw)))
                    return reduce(np.add, parts)
            """,
        },
    ),
    Honest(
        "types, keywords and annotations",
        {
            "correlate2d": """
                from __future__ import annotations
                import numpy.typing as npt

                def correlate2d(image: npt.NDArray, kernel: npt.NDArray, *, check: bool = True) -> npt.NDArray[np.float64]:
                    match (image.shape, kernel.shape):
                        case ((h, w), (kh, kw)) if kh <= h and kw <= w:
                            out = np.empty((h - kh + 1, w - kw + 1), dtype=np.float64)
                        case _:
                            raise ValueError('too large')
                    for i, j in np.ndindex(out.shape):
                        out[i, j] = (window := image[i:i + kh, j:j + kw].astype(np.float64)).ravel() @ kernel.ravel().astype(np.float64)
                        assert not check or window.shape == kernel.shape
                    return out
            """,
            "relu": "def relu(x: 'array', /) -> 'array':\n    return np.clip(x, a_min=0, a_max=None)",
        },
    ),
    Honest(
        "while loops, semicolons and one-liners",
        {
            "correlate2d": """
                def correlate2d(image, kernel):
                    H, W = image.shape; h, w = kernel.shape
                    if h > H or w > W: raise ValueError
                    y = 0; out = []
                    while True:
                        if y > H - h: break
                        x = 0; out += [[]]
                        while x <= W - w:
                            s = 0.0
                            for (a, b), k in np.ndenumerate(kernel): s += k * float(image[y + a][x + b])
                            out[-1] += [s]; x += 1
                        y += 1
                    return np.asarray(out)
            """,
            "relu": "relu = lambda x: (np.abs(x) + x) / 2 if x.dtype.kind == 'f' else np.where(x < 0, 0, x)",
        },
    ),
    Honest(
        "magics, tests and prints of their own",
        {
            "relu": "%matplotlib inline\ndef relu(x):\n    print('called with', x.shape)\n    return np.maximum(x, 0)"
        },
        before=("%precision 3\nimport logging, time, random\nrandom.seed(1); start = time.time()",),
        after=(
            "%%time\nassert np.array_equal(relu(np.array([-1, 2])), [0, 2]), 'my own test'",
            "%timeit -n1 -r1 relu(np.zeros(3))",
            "print(f'{time.time() - start:.0f} s')\nlogging.warning('done')\nrelu?",
            "for image in [np.eye(3), np.ones((2, 2))]:\n    display(correlate2d(image, np.ones((1, 1))))",
        ),
    ),
    Honest(
        "a library that is missing, with a fallback",
        {
            "correlate2d": """
                try:
                    from tqdm import tqdm
                except ImportError:
                    def tqdm(things, **_):
                        return things

                def correlate2d(image, kernel):
                    shape = [n - k + 1 for n, k in zip(image.shape, kernel.shape)]
                    if min(shape) < 1:
                        raise ValueError('no room')
                    out = np.zeros(shape)
                    for i in tqdm(range(shape[0]), disable=True):
                        for j in range(shape[1]):
                            out[i, j] = np.einsum('ab,ab', image[i:i + len(kernel), j:j + len(kernel[0])].astype(float), kernel)
                    return out
            """,
        },
    ),
    Honest(
        "names of other alphabets, and global state",
        {
            "relu": "grenze_für_relu, γ = 0, 1\ndef relu(x):\n    global γ\n    γ += 1\n    return np.where(x > grenze_für_relu, x, 0)",
            "convolve2d": "CACHE = {}\ndef convolve2d(image, kernel):\n    key = kernel.tobytes(), kernel.shape\n"
            "    CACHE.setdefault(key, np.rot90(kernel, 2))\n    return correlate2d(image, CACHE[key])",
        },
    ),
    Honest(
        "NumPy by other names",
        {
            "correlate2d": """
                from numpy import any as some, array, lib, tensordot
                import numpy

                def correlate2d(image, kernel):
                    view = lib.stride_tricks.sliding_window_view
                    if some(array(kernel.shape) > array(image.shape)):
                        raise ValueError('kernel')
                    return tensordot(view(image.astype(float), kernel.shape), kernel, axes=2)
            """,
            "relu": "def relu(x):\n    return numpy.vectorize(lambda v: v if v > 0 else v * 0)(x)",
        },
    ),
    Honest(
        "an answer edited twice, the last cell right",
        {"relu": "def relu(x):\n    return abs(x)\n\ndef relu(x):\n    return np.fmax(x, 0)"},
    ),
    Honest(
        "pooling by reshaping, dictionaries and match",
        {
            "pool2d": """
                MODES = dict(max=np.amax, average=np.mean, sum=np.sum)

                def pool2d(image, size=2, stride=None, mode="max"):
                    step = stride or size
                    try:
                        how = MODES[mode]
                    except KeyError as error:
                        raise ValueError(mode) from error
                    image = np.asarray(image, dtype=float)
                    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
                    return how(windows[::step, ::step], axis=(-2, -1))
            """,
            "global_pool": """
                def global_pool(volume, mode="max"):
                    flat = np.reshape(volume, (-1, np.shape(volume)[-1]))
                    match mode:
                        case "max":
                            return np.array([max(channel) for channel in flat.T])
                        case "average":
                            return np.array([sum(map(float, channel)) / len(channel) for channel in flat.T])
            """,
        },
        lesson=POOLING,
    ),
)

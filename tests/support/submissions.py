"""A class's submissions of 02_convolution, made as students make them: by editing their copy."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode, v4, writes

LESSON = "02_convolution"
FULL = {"correlate2d": 4.0, "convolve2d": 2.0, "relu": 1.0, "correlate_channels": 3.0}
NONE = dict.fromkeys(FULL, 0.0)

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


@dataclass(frozen=True)
class Submission:
    """One student's file, and what it should be worth.

    Attributes
    ----------
    student : str
        Named for what happened.
    marks : dict
        Points of each exercise.
    status : str
        As in the JSON.
    says : dict
        For an exercise, or ``""`` for the submission: words that its message must contain.
    files : dict
        Each file's path inside the lesson's folder, and its bytes.
    honest : bool
        Whether stock nbgrader must give the same marks.
    """

    student: str
    marks: dict[str, float]
    files: dict[str, bytes]
    status: str = "graded"
    says: dict[str, str] = field(default_factory=dict)
    honest: bool = True


def answered(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """Return a copy with some answers filled in."""
    notebook = copy.deepcopy(release)
    for name, code in answers.items():
        cell_of(notebook, name).source = code.strip()
    return notebook


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """Return the cell of a grade_id."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def file_of(notebook: NotebookNode) -> dict[str, bytes]:
    """Return a notebook as the file that is handed in."""
    return {f"{LESSON}.ipynb": writes(notebook).encode()}


def make_class(release: NotebookNode, points: Callable[..., float]) -> list[Submission]:
    """Return the class.

    Parameters
    ----------
    release : NotebookNode
        The student's copy.
    points : callable
        Adds up the points of the test cells it is given.
    """
    loops = answered(release, LOOPS)

    def wrong(student: str, name: str, code: str, lost: list[str], words: str) -> Submission:
        marks = FULL | {name: FULL[name] - points(*lost)}
        return Submission(
            student, marks, file_of(answered(loops, {name: code})), says={name: words}
        )

    return [
        Submission("untouched", NONE, file_of(release), says=dict.fromkeys(FULL, "not done yet")),
        Submission("perfect loops", FULL, file_of(loops)),
        Submission("perfect windows", FULL, file_of(answered(release, WINDOWS))),
        Submission("perfect slices", FULL, file_of(answered(release, SLICES))),
        Submission("perfect pictures", FULL, file_of(answered(release, DRAWN))),
        Submission(
            "half done",
            NONE | {"correlate2d": 4.0, "relu": 1.0},
            file_of(answered(release, {name: LOOPS[name] for name in ("correlate2d", "relu")})),
            says={"convolve2d": "not done yet", "correlate_channels": "not done yet"},
        ),
        *_wrong_ones(wrong),
        *_broken_ones(release, loops),
        *_meddled_ones(loops),
    ]


def _wrong_ones(wrong: Callable[..., Submission]) -> list[Submission]:
    """Return the submissions with one exercise wrong in a way that has a name."""
    plain = LOOPS["correlate2d"]
    tests = [f"test-correlate2d{what}" for what in ("", "-shapes", "-numbers")]
    channels = [f"test-correlate_channels{what}" for what in ("", "-bias")]
    return [
        wrong(
            "flipped kernel",
            "correlate2d",
            plain.replace("kernel[a, b]", "kernel[kh - 1 - a, kw - 1 - b]"),
            tests,
            "flipped along both axes",
        ),
        wrong(
            "not flipped",
            "convolve2d",
            "def convolve2d(image, kernel):\n    return correlate2d(image, kernel)",
            ["test-convolve2d", "test-convolve2d-shapes"],
            "not flipped",
        ),
        wrong(
            "bias forgotten",
            "correlate_channels",
            LOOPS["correlate_channels"].replace("if bias is not None", "if False"),
            channels,
            "bias is forgotten",
        ),
        wrong(
            "abs for relu",
            "relu",
            "def relu(x):\n    return np.abs(x)",
            ["test-relu", "test-relu-shapes"],
            "abs",
        ),
        wrong(
            "large kernel",
            "correlate2d",
            plain.replace("if kh > H or kw > W", "if False"),
            ["test-correlate2d", "test-correlate2d-errors"],
            "should raise ValueError",
        ),
        wrong(
            "overflow",
            "correlate2d",
            plain.replace(
                "float(image[i + a, j + b]) * float(kernel[a, b])",
                "image[i + a, j + b] * kernel[a, b]",
            ),
            ["test-correlate2d", "test-correlate2d-numbers"],
            "wrap around",
        ),
    ]


def _broken_ones(release: NotebookNode, loops: NotebookNode) -> list[Submission]:
    """Return the submissions with a cell that does not run, and the files that are no notebook."""
    syntax_error = answered(loops, {"relu": "def relu(x:\n    return x"})
    crash = answered(loops, {"relu": "def relu(x):\n    import os\n    os._exit(3)"})
    endless = answered(
        loops, {"relu": "def relu(x):\n    i = 0\n    while i < 1:\n        x = x\n    return x"}
    )
    demo = copy.deepcopy(loops)
    demo.cells.insert(len(demo.cells) // 2, v4.new_code_cell("while True:\n    pass"))
    name = f"{LESSON}.ipynb"
    whole = file_of(loops)[name]
    no_relu = FULL | {"relu": 0.0}
    return [
        Submission(
            "syntax error",
            no_relu,
            file_of(syntax_error),
            says={"relu": "your cell 'relu' stopped with SyntaxError"},
        ),
        Submission(
            "endless loop",
            no_relu,
            file_of(endless),
            says={"relu": "stopped after", "": "stopped after"},
            honest=False,
        ),
        Submission("endless demo", FULL, file_of(demo), says={"": "endless loop?"}, honest=False),
        Submission(
            "crash",
            no_relu,
            file_of(crash),
            says={"relu": "the Python process ended (exit code 3)"},
            honest=False,
        ),
        Submission(
            "renamed file",
            NONE,
            {"homework.ipynb": whole},
            status="missing",
            says={"": f"found 'homework.ipynb': rename it to {name}"},
            honest=False,
        ),
        Submission(
            "no notebook",
            NONE,
            {name: b"def relu(x):\n    return x\n"},
            status="unreadable",
            says={"": "not JSON"},
            honest=False,
        ),
        Submission(
            "empty file", NONE, {name: b""}, status="unreadable", says={"": "empty"}, honest=False
        ),
        Submission(
            "half a file",
            NONE,
            {name: whole[: len(whole) // 2]},
            status="unreadable",
            says={"": "breaks off"},
            honest=False,
        ),
        Submission(
            "nothing", NONE, {}, status="missing", says={"": "holds no notebook"}, honest=False
        ),
    ]


def _meddled_ones(loops: NotebookNode) -> list[Submission]:
    """Return the submissions whose cells or file are not as they were given out."""
    deleted = copy.deepcopy(loops)
    deleted.cells.remove(cell_of(deleted, "test-relu"))
    edited = answered(loops, {"relu": "def relu(x):\n    return x", "test-relu": "assert True"})
    pointed = copy.deepcopy(loops)
    cell_of(pointed, "test-relu").metadata.nbgrader["points"] = 100
    extra = copy.deepcopy(loops)
    extra.cells.insert(3, v4.new_code_cell("x = 1\nx"))
    extra.cells.append(v4.new_code_cell("relu(np.array([-1, 1]))"))
    extra.cells.append(v4.new_markdown_cell("What I learned"))
    text = copy.deepcopy(loops)
    answer = cell_of(text, "relu")
    text.cells[text.cells.index(answer)] = v4.new_markdown_cell(
        answer.source, metadata=answer.metadata
    )
    own_cell = copy.deepcopy(loops)
    answer = cell_of(own_cell, "relu")
    own_cell.cells[own_cell.cells.index(answer)] = v4.new_code_cell(answer.source)
    moved = copy.deepcopy(loops)
    answer = cell_of(moved, "relu")
    moved.cells.remove(answer)
    moved.cells.append(answer)
    without_ids = json.loads(file_of(loops)[f"{LESSON}.ipynb"])
    for cell in without_ids["cells"]:
        cell.pop("id")
    windows = "\ufeff" + file_of(loops)[f"{LESSON}.ipynb"].decode().replace("\n", "\r\n")

    def meddled(student: str, content: NotebookNode | bytes, marks: dict, note: str) -> Submission:
        files = {f"{LESSON}.ipynb": content} if isinstance(content, bytes) else file_of(content)
        return Submission(student, marks, files, says={"": note}, honest=student == "extra cells")

    return [
        meddled("deleted test", deleted, FULL, "test-relu had been deleted and was put back"),
        meddled("edited test", edited, FULL | {"relu": 0.0}, "test-relu had been changed"),
        meddled("edited points", pointed, FULL, "test-relu had been changed"),
        meddled("extra cells", extra, FULL, ""),
        meddled("answer as text", text, FULL, "relu had been turned into markdown"),
        meddled("answer in own cell", own_cell, FULL, ""),
        meddled("answer at the end", moved, FULL, "stood before its answer"),
        meddled("utf-16", file_of(loops)[f"{LESSON}.ipynb"].decode().encode("utf-16"), FULL, ""),
        meddled("crlf and mark", windows.encode(), FULL, ""),
        meddled("without ids", json.dumps(without_ids).encode(), FULL, ""),
    ]


def hand_in(submission: Submission, submitted: Path) -> None:
    """Lay a submission where ``grader autograde`` looks for it."""
    folder = submitted / submission.student / LESSON
    folder.mkdir(parents=True)
    for name, content in submission.files.items():
        (folder / name).write_bytes(content)

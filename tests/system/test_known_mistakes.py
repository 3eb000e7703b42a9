"""Does the report count exactly the mistakes that a class made?

Every student of this class is marked by the grader, once. Who makes which mistake is written down
here by hand; students who make the same one differ in everything else.
"""

import json
import subprocess
import sys

import pytest

from grader.course.lesson import find_lessons, find_root
from grader.course.release import make_release
from tests.banks.honest import LOOPS, WINDOWS
from tests.support.submissions import answered, writes

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("known mistakes")]

PIXELS, CONVOLUTION = "01_pixels", "02_convolution"
FLIPPED = {
    # Four students who flip the kernel, and say in their own way that it is too large, or do not.
    "flips indices": LOOPS["correlate2d"].replace("kernel[a, b]", "kernel[kh-1-a, kw-1-b]"),
    "flips and rot90": """
def correlate2d(image, kernel):
    turned = np.rot90(kernel, 2).astype(float)
    if any(k > n for k, n in zip(kernel.shape, image.shape)):
        raise ValueError(f"a kernel of {kernel.shape} does not fit")
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return (windows * turned).sum(axis=(2, 3))
""",
    "flips, no error": """
def correlate2d(image, kernel):
    kernel = np.flip(kernel)
    h, w = kernel.shape
    rows, cols = image.shape[0] - h + 1, image.shape[1] - w + 1
    return np.array([[float((image[r:r+h, c:c+w].astype(float) * kernel).sum())
                      for c in range(cols)] for r in range(rows)])
""",
    "flips, wrong error": """
def correlate2d(picture, k):
    if k.shape > picture.shape:
        raise TypeError("no")
    h, w = k.shape
    new = np.zeros((picture.shape[0] - h + 1, picture.shape[1] - w + 1))
    for a in range(h):
        for b in range(w):
            part = picture[a:a + new.shape[0], b:b + new.shape[1]].astype(float)
            new += k[h - 1 - a, w - 1 - b] * part
    return new
""",
}
MEAN = """
def correlate2d(image, kernel):
    kh, kw = kernel.shape
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), (kh, kw))
    return (windows * kernel).mean(axis=(2, 3))
"""
ABS = {"abs": "np.abs(x)", "abs, where": "np.where(x < 0, -x, x)", "abs, root": "np.sqrt(x * x)"}
NOT_FLIPPED = "def convolve2d({0}, {1}):\n    return correlate2d({0}, {1})"
NO_CHANNELS = "def count_values(height, width, channels=1):\n    {}"

# Each student's answers by lesson: all others are right.
CLASS = {
    **{name: {CONVOLUTION: {"correlate2d": code}} for name, code in FLIPPED.items()},
    **{
        name: {CONVOLUTION: {"relu": f"def relu(x):\n    return {code}"}}
        for name, code in ABS.items()
    },
    "two mistakes": {
        CONVOLUTION: {
            "relu": "def relu(x):\n    return abs(x)",
            "convolve2d": NOT_FLIPPED.format("image", "kernel"),
        },
        PIXELS: {"count_values": NO_CHANNELS.format("return width * height")},
    },
    "not flipped": {
        CONVOLUTION: {
            "convolve2d": "def convolve2d(image, kernel):\n    k = kernel.copy()\n"
            "    return correlate2d(image, k)"
        },
        PIXELS: {"count_values": NO_CHANNELS.format("n = height * width\n    return n")},
    },
    "mean": {CONVOLUTION: {"correlate2d": MEAN}},
    "no known mistake": {
        CONVOLUTION: {"relu": "def relu(x):\n    return np.maximum(x, 0) + 17 * (x > 0)"}
    },
    "syntax error": {CONVOLUTION: {"relu": "def relu(x:\n    return x"}},
    "right": {CONVOLUTION: {}, PIXELS: {}},
    "right too": {CONVOLUTION: WINDOWS, PIXELS: {}},
}
EXPECTED = {
    (CONVOLUTION, "correlate2d", "kernel_flipped"): set(FLIPPED),
    (CONVOLUTION, "correlate2d", "mean_of_products"): {"mean"},
    (CONVOLUTION, "relu", "absolute_value"): {*ABS, "two mistakes"},
    (CONVOLUTION, "convolve2d", "not_flipped"): {"two mistakes", "not flipped"},
    (PIXELS, "count_values", "channels_ignored"): {"two mistakes", "not flipped"},
}


def run(home, *arguments):
    """Run the command."""
    done = subprocess.run(
        [sys.executable, "-m", "grader.cli", *map(str, arguments),
         "--autograded", home / "autograded", "--gradebook", home / "gradebook.db"],
        cwd=find_root(), capture_output=True, text=True, encoding="utf-8", timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with the marked class."""
    home = tmp_path_factory.mktemp("class")
    for lesson in find_lessons(find_root(), [PIXELS, CONVOLUTION]):
        right = {
            cell.metadata.nbgrader.grade_id: cell.source
            for cell in lesson.notebook.cells
            if cell.metadata.get("nbgrader", {}).get("solution")
        }
        if lesson.name == CONVOLUTION:
            right = LOOPS
        for student, answers in CLASS.items():
            if lesson.name in answers:
                notebook = answered(make_release(lesson), right | answers[lesson.name])
                path = home / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
                path.parent.mkdir(parents=True)
                path.write_text(writes(notebook), encoding="utf-8")
    (home / "submitted" / "absent").mkdir()
    run(home, "autograde", PIXELS, CONVOLUTION, "--submitted", home / "submitted")
    run(home, "report", "--json", home / "report.json", "--html", home / "report.html")
    return home


def test_every_mistake_is_counted_by_its_name_and_no_other(home):
    report = json.loads((home / "report.json").read_text(encoding="utf-8"))
    found = {
        (row["lesson"], row["exercise"], row["mistake"]): (row["students"], set(row["ids"]))
        for row in report["misconceptions"]
    }
    assert found == {key: (len(who), who) for key, who in EXPECTED.items()}


def test_the_page_has_them_too(home):
    page = (home / "report.html").read_text(encoding="utf-8")
    for _, exercise, mistake in EXPECTED:
        assert f"<td>{exercise}</td><td>{mistake}</td>" in page

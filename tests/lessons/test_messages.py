"""Do students read what is true and helps? Answers that people typed, and what they were told."""

import pytest

from tests.support.lessons import run_tests

HEX = """
def hex_to_rgb(code):
    code = code.lstrip("#")
    if len(code) != 6 or not all(digit in "0123456789abcdefABCDEF" for digit in code):
        raise ValueError("no colour")
    return {}
"""
POOL = """
def pool2d(image, size=2, stride=None, mode="max"):
    if mode not in ("max", "average", "sum"):
        raise ValueError("unknown mode")
    if size > min(image.shape):
        raise ValueError("too large")
    stride = size if stride is None else stride
    height, width = image.shape
    out = np.zeros(((height - size) // stride + 1, (width - size) // stride + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            window = {window}.astype(float)
            out[i, j] = {{"max": np.max, "average": np.mean, "sum": {total}}}[mode](window)
{indent}return out
"""
STRIDED = "image[i * stride : i * stride + size, j * stride : j * stride + size]"
CORRELATE = """
def correlate2d(image, kernel):
    kh, kw = kernel.shape
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    image = image.astype(float)
    rows, columns = image.shape[0] - kh + 1{less}, image.shape[1] - kw + 1{less}
    kernel = kernel{flip}
    return np.array([[np.sum(image[i:i+kh, j:j+kw] * kernel) for j in range(columns)]
                     for i in range(rows)]){end}
"""


def correlate(flip="", less="", end=""):
    return CORRELATE.format(flip=flip, less=less, end=end)


# Answer, what its message says, and what it must not say.
CASES = {
    "return forgotten": (
        "01",
        "count_values",
        "def count_values(height, width, channels=1):\n    print(height * width * channels)",
        ["It returned None. Is a `return` missing?"],
        [],
    ),
    "channels left out": (
        "01",
        "count_values",
        "def count_values(height, width, channels=1):\n    return height * width",
        ["The channels are left out: every pixel holds one number for each channel."],
        [],
    ),
    "a name misspelt": (
        "01",
        "count_values",
        "def count_values(height, width, channels=1):\n    return heigth*width*channels",
        [
            "It raised NameError: name 'heigth' is not defined",
            "in the line: return heigth*width*channels",
        ],
        [],
    ),
    "pairs overlap": (
        "01",
        "hex_to_rgb",
        HEX.format("tuple(int(code[i : i + 2], 16) for i in range(3))"),
        ["The pairs overlap"],
        [],
    ),
    "red and blue": (
        "01",
        "hex_to_rgb",
        HEX.format("tuple(int(code[i : i + 2], 16) for i in (4, 2, 0))"),
        ["Red and blue have changed places"],
        [],
    ),
    "no validation": (
        "01",
        "hex_to_rgb",
        "def hex_to_rgb(code):\n    code = code.lstrip('#')\n"
        "    return [int(code[i:i+2], 16) for i in (0, 2, 4)]",
        ["ValueError"],
        ["right"],
    ),
    "cut to whole numbers": (
        "01",
        "to_grayscale",
        "def to_grayscale(image):\n    return (image @ [0.299, 0.587, 0.114]).astype(int)",
        ["The fractions are gone: a grey of 67.153 should stay 67.153."],
        [],
    ),
    "argument changed": (
        "01",
        "to_grayscale",
        "def to_grayscale(image):\n    image *= 0\n    return image @ [0.299, 0.587, 0.114]",
        ["It changes its argument `image`, which is not its own."],
        [],
    ),
    "first row for first channel": (
        "01",
        "to_grayscale",
        "def to_grayscale(image):\n"
        "    return 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]",
        ["The weights are applied to the first three rows of pixels, not to the three channels."],
        [],
    ),
    "biases": (
        "01",
        "dense_parameters",
        "def dense_parameters(image_shape, units):\n    return int(np.prod(image_shape)) * units",
        ["The biases are forgotten"],
        [],
    ),
    "no error for a digit that is not there": (
        "01",
        "mean_image",
        "def mean_image(images, labels, digit):\n"
        "    chosen = [images[i] for i in range(len(labels)) if labels[i] == digit]\n"
        "    return np.mean(chosen or [np.zeros(images.shape[1:])], axis=0, dtype=float)",
        ["It should raise ValueError"],
        ["right"],
    ),
    "last position missing": (
        "02",
        "correlate2d",
        correlate(less=" - 1"),
        ["The last row and the last column of positions are missing."],
        ["n - k + 1"],
    ),
    "kernel flipped": (
        "02",
        "correlate2d",
        correlate(flip="[::-1, ::-1]"),
        ["The kernel is flipped along both axes"],
        [],
    ),
    "kernel flipped along its rows": (
        "02",
        "convolve2d",
        correlate() + "def convolve2d(image, kernel):\n    return correlate2d(image, kernel[::-1])",
        ["flipped along one axis"],
        [],
    ),
    "transposed": (
        "02",
        "correlate2d",
        correlate(end=".T"),
        ["transposed"],
        [],
    ),
    "image flipped": (
        "02",
        "convolve2d",
        correlate() + "def convolve2d(image, kernel):\n"
        "    return correlate2d(image[::-1, ::-1], kernel)",
        ["The image is flipped"],
        [],
    ),
    "np.convolve": (
        "02",
        "convolve2d",
        "def convolve2d(image, kernel):\n    return np.convolve(image, kernel)",
        ["np.convolve and np.correlate take vectors only"],
        [],
    ),
    "sign lost": (
        "02",
        "relu",
        "def relu(x):\n    return np.abs(x)",
        ["Negative numbers lose their sign"],
        [],
    ),
    "SciPy": (
        "02",
        "correlate2d",
        "from scipy.signal import correlate2d as work\n"
        "def correlate2d(image, kernel):\n    return work(image, kernel, mode='valid')",
        [
            "It hands the work to scipy (`work(image, kernel, mode='valid')`). This exercise is to "
            "be written by hand, with Python and NumPy only; until then it scores 0."
        ],
        [],
    ),
    "right for the worked example": (
        "02",
        "correlate2d",
        "def correlate2d(image, kernel):\n"
        "    return np.array([[44, 54, 64], [84, 94, 104], [124, 134, 144]])",
        ["It returns the same result for every input."],
        [],
    ),
    "roll": (
        "05",
        "shift",
        "def shift(image, dx, dy=0):\n    return np.roll(image, (dy, dx), (0, 1))",
        ["np.roll"],
        [],
    ),
    "maximum in both modes": (
        "05",
        "global_pool",
        "def global_pool(volume, mode='max'):\n    return volume.max(axis=(0, 1))",
        ["Look at `mode`."],
        [],
    ),
    "stride forgotten, average for sum": (
        "05",
        "pool2d",
        POOL.format(window="image[i:i+size, j:j+size]", total="np.mean", indent="    "),
        ["stride"],
        ["rounded"],
    ),
    "return in the loop": (
        "05",
        "pool2d",
        POOL.format(window=STRIDED, total="np.sum", indent=" " * 12),
        ["A `return` is inside a loop, and ends it in its first round."],
        [],
    ),
    "only the first of the places": (
        "06",
        "template_score",
        "def template_score(vector, template):\n"
        "    if len(vector) != len(template):\n        raise ValueError\n"
        "    return float(vector[np.argmax(template)])",
        ["Only the first place where the template is highest counts"],
        [],
    ),
    "equal pixels counted": (
        "06",
        "match_feature",
        "def match_feature(image, feature):\n"
        "    if min(np.subtract(image.shape, feature.shape)) < 0:\n        raise ValueError\n"
        "    windows = np.lib.stride_tricks.sliding_window_view(image, feature.shape)\n"
        "    return (windows == feature).mean(axis=(2, 3))",
        ["It counts the pixels that are equal."],
        [],
    ),
    "only the label": (
        "06",
        "classify",
        "def classify(vector, templates):\n"
        "    if not templates:\n        raise ValueError\n"
        "    def score(t):\n"
        "        return np.asarray(vector)[np.asarray(t) == np.max(t)].mean()\n"
        "    return max(templates, key=lambda label: score(templates[label]))",
        ["Only the label is returned."],
        [],
    ),
    "the largest label": (
        "06",
        "classify",
        "def classify(vector, templates):\n"
        "    if not templates:\n        raise ValueError\n"
        "    scores = {}\n"
        "    for label, t in templates.items():\n"
        "        scores[label] = np.asarray(vector)[np.asarray(t) == np.max(t)].mean()\n"
        "    return max(scores), scores",
        ["classify:"],
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_student_reads(name):
    lesson, exercise, source, says, never = CASES[name]
    message = "\n".join(filter(None, run_tests(lesson, exercise, source, hidden=False).values()))
    assert message, "praised as right"
    for words in says:
        assert words in message, message
    for words in never:
        assert words not in message, message
    assert message.count("expected") <= 2, "more than two tables"

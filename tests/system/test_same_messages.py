"""Does an answer get the same message in a notebook, from `grader check`, and when it is marked?"""

import nbformat
import pytest
from nbclient import NotebookClient

import grader
from grader.course.cells import exercise_of, is_test
from grader.selfcheck import check
from tests.support.lessons import ROOT, find_lesson, visible_tests
from tests.support.submissions import answered

pytestmark = pytest.mark.slow

CONVOLUTION = {
    "names": {
        "correlate2d": "def correlate2d(image, kernel):\n    return kernels[0]",
        "convolve2d": "def convolve2d(image, kernel):\n    return heigth",
        "relu": "def relu(x):\n    x[x < 0] = 0\n    return x",
        "correlate_channels": "def correlate_channels(volume, kernels, bias=None):\n    pass",
    },
    "mistakes": {
        "correlate2d": (
            "import numpy as np\n"
            "def correlate2d(image, kernel):\n"
            "    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:\n"
            "        raise ValueError('too large')\n"
            "    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)\n"
            "    return np.einsum('ijkl,kl->ij', windows, kernel[::-1, ::-1].astype(float))"
        ),
        "convolve2d": (
            "import numpy as np\ndef convolve2d(image, kernel):\n"
            "    return np.convolve(image, kernel)"
        ),
        "relu": "def relu(x):\n    return abs(x)",
        "correlate_channels": (
            "def correlate_channels(volume, kernels, bias=None):\n"
            "    for i in range(volume.shape[0]):\n"
            "        return volume[i]"
        ),
    },
    "broken cells": {
        "correlate2d": "def correlate2d(image, kernel)\n    return image",
        "relu": "1 / 0\ndef relu(x):\n    return x",
    },
    "libraries": {
        "correlate2d": (
            "from scipy.signal import correlate2d as work\n"
            "def correlate2d(image, kernel):\n"
            "    return work(image, kernel, mode='valid')"
        ),
        "relu": "from utils import convolution\ndef relu(x):\n    return convolution.relu(x)",
    },
}
BACKPROP = {
    "after Run All": {
        "numerical_gradient": (
            "def numerical_gradient(f, w, eps=1e-5):\n    return (f(w + h) - f(w)) / h"
        ),
    }
}
CASES = [
    pytest.param(lesson, answers, id=f"{lesson}-{name}")
    for lesson, notebooks in {"02_convolution": CONVOLUTION, "10_backprop": BACKPROP}.items()
    for name, answers in notebooks.items()
]


def in_a_notebook(notebook):
    """Run a notebook up to its last test cell, and return the messages of these by exercise.

    What comes after it cannot change them, and takes lesson 10 most of its time.
    """
    last = max(index for index, cell in enumerate(notebook.cells) if is_test(cell))
    notebook.cells = notebook.cells[: last + 1]
    client = NotebookClient(
        notebook, timeout=300, allow_errors=True, resources={"metadata": {"path": str(ROOT)}}
    )
    client.execute()
    messages = {}
    for cell in filter(is_test, notebook.cells):
        for output in cell.outputs:
            text = output.evalue if output.output_type == "error" else output.get("text", "")
            messages.setdefault(exercise_of(cell), text.strip())
    return {name: text for name, text in messages.items() if not text.startswith("✓")}


@pytest.mark.parametrize(("name", "answers"), CASES)
def test_the_messages_are_the_same(name, answers, tmp_path):
    lesson = find_lesson(name)
    notebook = answered(nbformat.read(lesson.release, as_version=4), answers)
    path = tmp_path / f"{name}.ipynb"
    nbformat.write(notebook, path)

    marked = grader.mark(path, lesson).result
    when_marked = {
        exercise.name: test.message.strip()
        for exercise in marked.exercises
        for test in exercise.tests
        if test.grade_id in visible_tests(name) and test.message
    }
    checked = check(path, ROOT)
    when_checked = {each.name: each.message.strip() for each in checked.exercises if each.message}

    assert set(when_marked) >= set(answers)
    assert when_marked == when_checked
    assert when_checked == in_a_notebook(notebook)
    for exercise, message in when_marked.items():
        assert message.startswith(f"{exercise}: ")
    if answers is BACKPROP["after Run All"]:  # a name of a demonstration is no library
        assert "NameError: name 'h' is not defined" in when_marked["numerical_gradient"]
        assert "hands the work" not in when_marked["numerical_gradient"]

"""Does an answer that is broken, in whatever way, cost its own exercise only?

The oracle is an answer that raises an error: the other exercises have all their points then.
"""

import sys

import pytest

import grader
from grader.isolation.limits import ResourceLimits
from grader.marking import supervisor
from tests.support import arena
from tests.support.lessons import find_lesson, surroundings

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has what confines a submission"),
    pytest.mark.slow,
]

# An exercise that the answers to others of its lesson call by its name.
USED = {
    "02_convolution": "correlate2d",
    "03_sobel": "sobel",
    "04_output_size": "output_size",
    "05_pooling": "pool2d",
    "06_xo_classifier": "match_feature",
    "09_augmentation": "random_shift",
    "10_backprop": "numerical_gradient",
}
BROKEN = {
    "raises": "def {name}(*args, **kwargs):\n    raise RuntimeError('not yet')",
    "syntax error": "def {name}(*args, **kwargs)\n    return 1",
    "misspelt": "def {name}s(*args, **kwargs):\n    return 1",
    "missing import": "from not_installed import tqdm\ndef {name}(*args):\n    return 1",
    "endless loop": "def {name}(*args, **kwargs):\n    while True:\n        pass",
    "ends the process": "import os\ndef {name}(*args, **kwargs):\n    os._exit(3)",
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("lesson", USED)
def test_it_costs_that_exercise_only(lesson, how, monkeypatch):
    monkeypatch.setattr(supervisor, "TIMEOUT_AFTER_TIMEOUT", 3.0)
    notebook = arena.student_copy(lesson)
    name = USED[lesson]
    arena.answer(notebook, arena.right_answers(lesson))
    arena.answer(notebook, {name: BROKEN[how].format(name=name)})
    limits = ResourceLimits(cell=30.0 if lesson == "10_backprop" else 4.0)  # it learns a kernel
    marked = grader.mark(notebook, find_lesson(lesson), limits=limits).result
    scores = {exercise.name: exercise.score for exercise in marked.exercises}
    assert scores == arena.full_marks(lesson) | {name: 0.0}, marked


def test_the_lessons_answers_call_it():
    """Or the test above would show nothing."""
    for lesson, name in USED.items():
        if lesson != "10_backprop":
            assert f"{name}(" in surroundings(lesson, name)

"""Does a new exercise, and a new lesson, need only what CONTRIBUTING says?"""

import shutil
import subprocess
import sys

import nbformat
import pytest

from grader.classroom.autograde import autograde
from grader.classroom.options import Options
from grader.course.build import build
from grader.course.lesson import CourseError, find_lessons
from grader.course.structure import find_faults, find_gaps
from tests.support.toy import ROOT, answer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("authoring"),
    # nbgrader builds its rows before it adds them to the session.
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

EXERCISE = '''
# %% nbgrader={"grade_id": "invert", "solution": true}
def invert(image):
    """Return the negative of an image with values from 0 to 255."""
    ### BEGIN SOLUTION
    return 255 - np.asarray(image, dtype=float)
    ### END SOLUTION

# %% nbgrader={"grade_id": "test-invert", "grade": true, "points": 0.5}
from utils import checks

with checks.Exercise("relu.invert", invert) as check:
    check.example(np.array([[0, 255]]), expected=np.array([[255.0, 0.0]]))

# %% nbgrader={"grade_id": "test-invert-types", "grade": true, "points": 0.5}
# Marked when you hand in: other numbers.
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("relu.invert", invert) as check:
    check.agrees(np.arange(6, dtype=np.uint8).reshape(2, 3))
### END HIDDEN TESTS
'''
LESSON = '''# ---
# jupyter:
#   course:
#     summary: One function
#     minutes: 5
# ---

# %% [markdown]
# # A new lesson

# %%
import numpy as np

# %% nbgrader={"grade_id": "relu", "solution": true}
def relu(x):
    """Return max(x, 0) for every element of an array."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0)
    ### END SOLUTION

# %% nbgrader={"grade_id": "test-relu", "grade": true, "points": 1}
from utils import checks

with checks.Exercise("relu.relu", relu) as check:
    check.example(np.array([[-1, 2]]), expected=np.array([[0, 2]]))

# %% nbgrader={"grade_id": "test-relu-more", "grade": true, "points": 1}
### BEGIN HIDDEN TESTS
import numpy as np

from utils import checks

with checks.Exercise("relu.relu", relu) as check:
    check.agrees(np.array([-3.5, 0.0, 2.5]))
### END HIDDEN TESTS
'''
MISTAKE = '''"""Known mistakes in lesson 11."""

import numpy as np

from utils.mistakes import mistake_in

EXAMPLES = {"relu": [(np.array([-1, 2]),)]}


@mistake_in("relu")
def takes_the_absolute_value(x):
    """Negative numbers lose their sign. They should become 0."""
    return np.abs(x)
'''
RIGHT = {
    "relu": "def relu(x):\n    return np.where(x > 0, x, 0)",
    "invert": "def invert(image):\n    return 255.0 - image",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course, with a new lesson and a new exercise in an old lesson, built."""
    root = tmp_path_factory.mktemp("course")
    for name in ("nbgrader_config.py", "README.md", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    for name in ("utils", "data"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, root / name, ignore=ignored)
    (convolution,) = find_lessons(ROOT, ["convolution"])
    source = convolution.source.read_text(encoding="utf-8")
    write_lesson(root, source + EXERCISE.replace("relu.", "convolution."), convolution.name)
    write_lesson(root, LESSON + EXERCISE)
    build(root)
    return root


def write_lesson(root, source, name="11_relu"):
    path = root / "solutions" / name / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding="utf-8")


def mark_class(root, lesson="11_relu", **answers):
    """Mark a class of one student for each set of answers, and return their results by name."""
    for student, given in answers.items():
        copy = nbformat.read(root / "notebooks" / lesson / f"{lesson}.ipynb", as_version=4)
        path = root / "submitted" / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(answer(copy, **given) if given else copy, path)
    options = Options(
        root=root, submitted=root / "submitted", autograded=root / "autograded", lessons=[lesson]
    )
    results = {result.student: result for result in autograde(options).results}
    return {name: results[name] for name in answers}


def test_the_lesson_s_source_alone_makes_a_marked_exercise(course):
    """Is the lesson's own answer the reference, with points from the source only?"""
    wrong = RIGHT | {"invert": "def invert(image):\n    return -image"}
    typed = RIGHT | {"invert": "def invert(image):\n    return np.array([[255.0, 0.0]])"}
    marked = mark_class(course, ana=RIGHT, ben=wrong, cat=typed, dan={})
    assert [one.max_score for one in marked.values()] == [3.0] * 4
    assert [one.score for one in marked.values()] == [3.0, 2.0, 2.5, 0.0]
    assert "every value is off by the same amount" in marked["ben"].exercises[1].message.lower()


def test_an_exercise_can_be_added_to_an_old_lesson(course):
    """Does it count in addition to the lesson's other exercises, which keep their points?"""
    marked = mark_class(course, "02_convolution", **{"ana": RIGHT, "dan": {}})
    points = {one.name: (one.score, one.max_score) for one in marked["ana"].exercises}
    assert points["invert"] == (1.0, 1.0)
    assert points["relu"] == (1.0, 1.0)
    assert points["correlate2d"] == (0.0, 4.0)
    assert marked["dan"].score == 0.0


def test_the_student_s_copy_checks_itself_without_the_source(course, tmp_path):
    """Do visible tests work where neither solutions nor a reference answer are?"""
    for name in ("notebooks", "utils", "data"):
        shutil.copytree(course / name, tmp_path / name)
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    path = tmp_path / "notebooks" / "11_relu" / "11_relu.ipynb"
    nbformat.write(answer(nbformat.read(path, as_version=4), **RIGHT), path)
    command = [sys.executable, "-m", "grader.cli", "check", "11"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1.5 of 1.5" in done.stdout


def test_a_known_mistake_needs_one_file_and_no_list(course):
    (course / "utils" / "mistakes" / "relu.py").write_text(MISTAKE, encoding="utf-8")
    marked = mark_class(course, eve=RIGHT | {"relu": "def relu(x):\n    return abs(x)"})
    assert "Negative numbers lose their sign." in marked["eve"].exercises[0].message


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("#     minutes: 5\n", "", "the header has no 'minutes' under 'course'"),
        ("def relu(x):", "def rectify(x):", "the answer cell 'relu' does not define relu"),
        ('"grade_id": "relu"', '"grade_id": "rectify"', "belongs to no answer cell"),
        ('"test-relu-more"', '"test-relu"', "two cells have the grade_id 'test-relu'"),
    ],
)
def test_a_fault_is_named_in_one_line(course, tmp_path, old, new, fault):
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    assert old in LESSON
    write_lesson(tmp_path, LESSON.replace(old, new))
    (lesson,) = find_lessons(tmp_path)
    assert any(fault in line for line in find_faults(lesson))
    with pytest.raises(CourseError, match=fault):
        build(tmp_path)


def test_a_missing_test_is_named_in_one_line(tmp_path):
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    hidden = LESSON.index('# %% nbgrader={"grade_id": "test-relu-more"')
    write_lesson(tmp_path, LESSON[:hidden])
    (lesson,) = find_lessons(tmp_path)
    (gap,) = find_gaps(lesson)
    assert gap.endswith("the exercise 'relu' has no hidden test; add a cell 'test-relu-hidden'")

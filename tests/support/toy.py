"""A course of one small lesson, for tests that need no real one."""

from __future__ import annotations

import shutil
from pathlib import Path

from nbformat import NotebookNode, v4, writes

from grader.course.lesson import Lesson

ROOT = Path(__file__).resolve().parents[2]
LESSON = "01_toy"
SOURCE = '''# ---
# jupyter:
#   course:
#     summary: Two functions
#     minutes: 1
# ---

# %% [markdown]
# # A toy

# %%
factor = 2

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return factor * x
    ### END SOLUTION

# %% nbgrader={"grade_id": "test-double", "grade": true, "points": 1}
assert double(3) == 6, "double: twice 3 is 6"

# %% nbgrader={"grade_id": "test-double-hidden", "grade": true, "points": 2}
# Other numbers.
### BEGIN HIDDEN TESTS
secret = 4321
assert double(secret) == 8642, "double: wrong on a large number"
### END HIDDEN TESTS

# %% nbgrader={"grade_id": "shout", "solution": true}
def shout(text):
    ### BEGIN SOLUTION
    return text.upper()
    ### END SOLUTION

# %% nbgrader={"grade_id": "test-shout", "grade": true, "points": 1}
import sys

try:
    assert shout("a") == "A"
except NotImplementedError:
    print("shout: not done yet", file=sys.stderr)
'''
CHECKED = """from utils import checks

with checks.Exercise("toy.double", double) as check:
    check.example(3, expected=6)"""
REFERENCE = """def double(x):
    return 2 * x
"""
MISTAKES = """from utils.mistakes import mistake_in


@mistake_in("double")
def squared(x):
    \"\"\"x is squared.\"\"\"
    return x * x


EXAMPLES = {"double": [(3,), (5,)]}
"""
RIGHT = {
    "double": "def double(x):\n    return x + x",
    "shout": "def shout(text):\n    return text.swapcase()",
}


def make_course(root: Path) -> Lesson:
    """Create a course in an empty folder and return its lesson."""
    folder = root / "solutions" / LESSON
    folder.mkdir(parents=True)
    (folder / f"{LESSON}.py").write_text(SOURCE, encoding="utf-8")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    (root / "README.md").write_text("# Toy\n", encoding="utf-8")
    return Lesson(root, LESSON)


def give_utils(lesson: Lesson) -> None:
    """Give a course its own ``utils``, in which the toy lesson has a known mistake."""
    utils = lesson.root / "utils"
    (utils / "mistakes").mkdir(parents=True)
    for name in ("__init__.py", "cell_log.py", "data.py", "keras_setup.py", "mistakes/__init__.py"):
        shutil.copy(ROOT / "utils" / name, utils / name)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "utils" / "checks", utils / "checks", ignore=ignored)
    (utils / "toy.py").write_text(REFERENCE, encoding="utf-8")
    (utils / "mistakes" / "toy.py").write_text(MISTAKES, encoding="utf-8")
    text = SOURCE.replace('assert double(3) == 6, "double: twice 3 is 6"', CHECKED)
    lesson.source.write_text(text, encoding="utf-8")


def find(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """Return the cell with this ``grade_id``."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def answer(notebook: NotebookNode, **answers: str) -> NotebookNode:
    """Fill in answers, or the right answers to all exercises if none is given."""
    for name, code in (answers or RIGHT).items():
        find(notebook, name).source = code
    return notebook


def hand_in(submitted: Path, student: str, content: NotebookNode | bytes) -> Path:
    """Write a file where ``grader autograde`` looks for it."""
    path = submitted / student / LESSON / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else writes(content).encode())
    return path


def code(source: str) -> NotebookNode:
    """Return a code cell that the student adds."""
    return v4.new_code_cell(source)

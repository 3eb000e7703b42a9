"""A course of one lesson that can be built, for tests of `grader build`."""

import nbformat

from grader.course import build

HEADER = """# ---
# jupyter:
#   course:
#     summary: Doubling
#     minutes: 5
# ---

# %% [markdown]
# # Toys
"""
LESSON = (
    HEADER
    + '''
# %%
import random
print(random.random())

# %% nbgrader={"grade_id": "double", "solution": true}
def double(x):
    """Return twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% nbgrader={"grade_id": "test-double", "grade": true, "points": 1}
assert double(2) == 4

# %% nbgrader={"grade_id": "test-double-zero", "grade": true, "points": 2}
# Marked when you hand in.
### BEGIN HIDDEN TESTS
assert double(0) == 0
### END HIDDEN TESTS

# %% [markdown]
# ## Questions to think about
#
# What is twice nothing?

# %% [markdown] tags=["answers"]
# ### Answers
#
# Nothing, as the tests know.
'''
)


def write_lesson(root, text, name="01_toys"):
    folder = root / "solutions" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(text)


def read(root, step):
    return nbformat.read(root / step / "01_toys" / "01_toys.ipynb", as_version=4)


def reasons(root):
    """Return why each stale file of a course is stale, by path."""
    return {
        stale.path.relative_to(root).as_posix(): stale.reason for stale in build.find_stale(root)
    }

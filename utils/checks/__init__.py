"""Check a student's function in a test cell, and report to the student what is wrong.

    with checks.Exercise("convolution.relu", relu) as check:
        check.example([[-1, 2]], expected=[[0, 2]])
        check.agrees(np.array([-3.5, 0.0, 2.5]))
        check.raises(ValueError, "not an array")

Every check in the block runs, even after one has failed. At the end of the block, one message
reports all problems: the mistake by its name where `utils.mistakes` knows it, the smallest input
that shows it, and the expected result beside the student's.
"""

from utils.checks.exercise import Exercise
from utils.checks.problem import CheckError

__all__ = ["CheckError", "Exercise"]

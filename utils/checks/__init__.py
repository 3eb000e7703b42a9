"""What a test cell calls, and how it tells a student what went wrong.

    with checks.Exercise("convolution.relu", relu) as check:
        check.example([[-1, 2]], expected=[[0, 2]])
        check.agrees(np.array([-3.5, 0.0, 2.5]))
        check.raises(ValueError, "not an array")

Every check in the block runs, even after one has failed. At its end, all that is wrong is said at
once: the mistake by its name where `utils.mistakes` knows it, the smallest input that shows it,
and expected against got.
"""

from utils.checks.exercise import Exercise
from utils.checks.problem import CheckError

__all__ = ["CheckError", "Exercise"]

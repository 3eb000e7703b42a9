"""Known mistakes: wrong ways to do the exercises.

Each lesson has a module here, named after it, with

functions decorated with ``@mistake_in("exercise", ...)``
    Each does an exercise wrong in one way that people really do. Its docstring is what a student
    reads whose answer gives the same results: the first paragraph says what is wrong, and is true
    of every such answer; the second, after the smallest example, says where to look, without giving
    the solution away. A mistake is named only if it explains the results exactly and is right, or
    raises an error, wherever the answer is right.
``EXAMPLES``
    Small inputs for each exercise, smallest first, on which wrong answers are shown.

`utils.checks` reads both. They are public, so no input of a hidden test is among them.
"""

from utils.checks.registry import examples_of, mistake_in, mistakes_of

__all__ = ["examples_of", "mistake_in", "mistakes_of"]

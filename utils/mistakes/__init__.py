"""Known mistakes: wrong ways to do the exercises.

Each lesson has a module here, named after it, with

functions decorated with ``@mistake_in("exercise", ...)``
    Each does an exercise wrong in one way that people really do. Its docstring is what a student
    reads whose answer gives the same result. They are tried in the order of their definition.
``EXAMPLES``
    Small inputs for each exercise, smallest first, on which wrong answers are shown.

`utils.checks` reads both. They are public, so no input of a hidden test is among them.
"""

from utils.checks.registry import examples_of, mistake_in, mistakes_of

__all__ = ["examples_of", "mistake_in", "mistakes_of"]

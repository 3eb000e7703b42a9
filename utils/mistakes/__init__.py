"""Wrong ways to do the exercises, by example.

A module for each lesson, named after it, with

``MISTAKES``
    for each exercise, functions that do it wrong in one way that people really do; the docstring
    is what a student reads whose answer gives the same result.
``EXAMPLES``
    for each exercise, small inputs, smallest first, on which wrong answers are shown.

`utils.checks` reads both. They are no secret: what hidden tests use is not among them.
"""

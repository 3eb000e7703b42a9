"""What the notebooks import: one module a lesson, and data, plots, widgets and checks for all.

Importing ``utils`` imports none of them: ``from utils import convolution, plots`` takes what it
needs. TensorFlow is loaded by the modules of lessons 07 to 10 alone.
"""

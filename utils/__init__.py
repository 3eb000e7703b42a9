"""The modules that notebooks import: one for each lesson, and data, plots, widgets and checks.

Importing ``utils`` imports none of them: ``from utils import convolution, plots`` takes what it
needs. Only the modules of lessons 07 to 10 load TensorFlow.
"""

"""The modules that notebooks import: one for each lesson, and data, plots, widgets and checks.

Importing ``utils`` imports none of them: ``from utils import convolution, plots`` takes what it
needs. Only the modules of lessons 07 to 10 load TensorFlow. In a notebook, `utils.cell_log` notes
from then on how cells end, for the checks.
"""

from utils import cell_log as cell_log

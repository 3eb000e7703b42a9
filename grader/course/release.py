"""Generate the student's copy of a lesson, with nbgrader's own preprocessors."""

from __future__ import annotations

import copy
from pathlib import Path

from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat import NotebookNode
from nbgrader import preprocessors
from traitlets.config import Config, PyFileConfigLoader

from grader.course.lesson import Lesson

RELEASE_STEPS = (
    TagRemovePreprocessor,
    preprocessors.LockCells,
    preprocessors.ClearSolutions,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ComputeChecksums,
    preprocessors.ClearHiddenTests,
    preprocessors.ClearMarkScheme,
    preprocessors.ComputeChecksums,
    preprocessors.CheckCellMetadata,
)


def make_release(lesson: Lesson) -> NotebookNode:
    """Return the student's copy: nbgrader's preprocessors, with the course's configuration."""
    notebook = copy.deepcopy(lesson.notebook)
    config = load_nbgrader_config(lesson.root)
    resources = {"nbgrader": {"notebook": lesson.name, "assignment": lesson.name, "student": "."}}
    for step in RELEASE_STEPS:
        notebook, resources = step(config=config).preprocess(notebook, resources)
    return notebook


def load_nbgrader_config(root: Path) -> Config:
    """Read the course's ``nbgrader_config.py``."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()

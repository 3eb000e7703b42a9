"""Generate ``environment.yml``, for conda users, from ``pyproject.toml``."""

from __future__ import annotations

import tomllib

HEADER = """\
# Generated from pyproject.toml by `grader build`; do not edit.
# For conda users: `conda env create -f environment.yml`, then `conda activate {name}`.
# The packages come from PyPI, which has all of these versions for every platform.
name: {name}
channels:
  - conda-forge
dependencies:
  - python{python}
  - pip
  - pip:
      - -e .
"""


def make_environment(pyproject: str, *, for_students: bool = False) -> str:
    """Return the conda environment with the dependencies of the course, its tests and builds.

    Parameters
    ----------
    pyproject : str
        The text of ``pyproject.toml``.
    for_students : bool
        Leave out what only tests and builds need.
    """
    declared = tomllib.loads(pyproject)
    project = declared["project"]
    header = HEADER.format(name=project["name"], python=project["requires-python"])
    needed = header + _pip_lines("what the course needs", project["dependencies"])
    if for_students:
        return needed
    tests = declared["dependency-groups"]["dev"]
    return needed + _pip_lines("what its tests and its builds need", tests)


def _pip_lines(comment: str, pins: list[str]) -> str:
    return "".join(f"      {line}\n" for line in (f"# {comment}", *(f"- {pin}" for pin in pins)))

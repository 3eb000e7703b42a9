"""Open the course on its start page.

Jupyter reads no configuration from the working folder, so the package installs this file into the
environment's etc/jupyter (see pyproject.toml), where `uv run jupyter lab` finds it.
"""

from pathlib import Path

c = get_config()  # noqa: F821  (Jupyter provides it)

if Path("notebooks/index.ipynb").exists():
    c.LabApp.default_url = "/lab/tree/notebooks/index.ipynb"

# It shows the progress on the start page, and keeps notebooks that were only opened as they are.
c.ServerApp.contents_manager_class = "grader.student.contents.CourseContentsManager"

# In a container everyone is root; the server listens on localhost alone, and asks for its token.
c.ServerApp.allow_root = True

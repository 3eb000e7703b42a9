"""Does a notebook that was only opened stay as it is, and does the start page show the progress?"""

import asyncio
import json
import re
import sys
from pathlib import Path

import nbformat
import pytest

from grader.course.pages import make_pages
from grader.student.contents import CourseContentsManager
from grader.student.reset import to_text
from tests.support.toy import LESSON, ROOT


@pytest.fixture
def opened(edition, toy):
    """Open a notebook as JupyterLab does, change it, and save it."""
    page = make_pages([toy], [])["index"]
    (edition / "notebooks/index.ipynb").write_text(to_text(page))
    manager = CourseContentsManager(root_dir=str(edition))

    def opened(path, change=lambda notebook: None, save=True):
        model = asyncio.run(manager.get(path))
        # JupyterLab writes the kernel's whole description of its language into the notebook.
        model["content"]["metadata"]["language_info"] = {"name": "python", "version": "3.11.2"}
        change(model["content"])
        if save:
            asyncio.run(manager.save({"type": "notebook", "content": model["content"]}, path))
        return model["content"]

    return opened


@pytest.mark.parametrize("name", ["index.ipynb", f"{LESSON}/{LESSON}.ipynb"])
def test_opening_and_saving_changes_no_byte(edition, opened, mine, name):
    path = edition / "notebooks" / name
    path.write_text(to_text(nbformat.read(path, as_version=4)))
    before = path.read_bytes()
    opened(f"notebooks/{name}")
    assert path.read_bytes() == before


def test_the_start_page_shows_the_progress_as_it_is_now(edition, opened, mine):
    def shown():
        content = opened("notebooks/index.ipynb", save=False)
        return "".join(
            output["data"]["text/html"]
            for cell in content["cells"]
            for output in cell.get("outputs", ())
        )

    assert "A toy: 0 of 2 points" in shown()
    mine.unlink()
    assert "A toy" not in shown()


def test_a_students_work_is_saved(edition, opened, mine):
    def work(notebook):
        notebook["cells"][1].update(source="factor = 3", execution_count=4)
        notebook["metadata"]["mine"] = 1

    opened(f"notebooks/{LESSON}/{LESSON}.ipynb", work)
    saved = nbformat.read(mine, as_version=4)
    assert (saved.cells[1].source, saved.cells[1].execution_count) == ("factor = 3", 4)
    assert saved.metadata.mine == 1
    assert saved.metadata.language_info == {"name": "python"}


def test_another_index_stays_as_it_is(edition, opened):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("from utils.progress import show\nshow()")]
    )
    nbformat.write(notebook, edition / "index.ipynb")
    assert opened("index.ipynb")["cells"][0]["outputs"] == []


def test_a_notebook_in_another_language_keeps_its_description(edition, opened):
    def in_r(notebook):
        notebook["metadata"]["language_info"] = {"name": "R", "version": "4"}

    nbformat.write(nbformat.v4.new_notebook(), edition / "r.ipynb")
    opened("r.ipynb", in_r)
    assert nbformat.read(edition / "r.ipynb", as_version=4).metadata.language_info.version == "4"


def test_the_shipped_configuration_names_it():
    text = (ROOT / "lab/jupyter_lab_config.py").read_text()
    assert f"{CourseContentsManager.__module__}.CourseContentsManager" in text


def test_the_tools_that_are_hidden_are_nbgraders():
    """A plugin that was renamed would show itself again."""
    hidden = json.loads((ROOT / "lab/page_config.json").read_text())["disabledExtensions"]
    folder = Path(sys.prefix, "share/jupyter/labextensions/@jupyter/nbgrader/static")
    code = "".join(path.read_text() for path in folder.glob("*.js"))
    plugins = set(re.findall(r"@jupyter/nbgrader:[a-z-]+", code))
    assert plugins - hidden.keys() == {"@jupyter/nbgrader:validate-assignment"}
    assert hidden.keys() <= plugins
    assert all(hidden.values())

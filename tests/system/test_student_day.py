"""A student's day in a real JupyterLab: does it keep what they only look at, and show the way?"""

import re
import shutil
import subprocess

import pytest
from playwright.sync_api import expect

from tests.support.browser import CHROMIUM, ROOT, browser_page, running_lab

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
]
LESSON = "01_pixels"


def git(folder, *arguments):
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A student's folder that git tracks."""
    folder = tmp_path_factory.mktemp("day")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(ROOT / ".gitignore", folder)
    git(folder, "init", "-q")
    git(folder, "add", "notebooks", ".gitignore")
    git(folder, "commit", "-qm", "as given out")
    return folder


@pytest.fixture(scope="module")
def lab(course):
    with running_lab(course) as address:
        yield address


@pytest.fixture(scope="module")
def page(lab):
    with browser_page() as opened:
        yield opened


def open_notebook(page, address, path):
    page.goto(f"{address}lab/tree/notebooks/{path}?reset")
    page.locator(".jp-Notebook").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(state="attached")


def save(page, path):
    """Save the notebook that is open, and wait until it is."""
    before = path.stat().st_mtime_ns
    page.keyboard.press("Control+s")
    for _ in range(100):
        if path.stat().st_mtime_ns != before:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{path} was not saved")


def test_looking_at_notebooks_changes_nothing_that_git_tracks(course, lab, page):
    for path in ("index.ipynb", f"{LESSON}/{LESSON}.ipynb"):
        open_notebook(page, lab, path)
        save(page, course / "notebooks" / path)
    assert git(course, "status", "--porcelain", "--untracked-files=no") == ""


def test_the_start_page_shows_what_is_next_before_anything_is_run(lab, page):
    open_notebook(page, lab, "index.ipynb")
    expect(page.get_by_text("Next: count_values in 01 Images are arrays")).to_be_visible()
    bars = page.get_by_role("progressbar", name=re.compile("0 of .* points"))
    assert bars.count() == len(list((ROOT / "notebooks").glob("[0-9]*")))


def test_the_tools_of_instructors_are_hidden_and_validate_is_not(lab, page):
    open_notebook(page, lab, f"{LESSON}/{LESSON}.ipynb")
    expect(page.get_by_role("button", name="Validate").first).to_be_visible()
    assert page.get_by_role("menuitem", name="Nbgrader").count() == 0
    assert page.get_by_title("Nbgrader Create Assignment").count() == 0

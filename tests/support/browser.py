"""A real JupyterLab in a real Chromium, for tests that use the course as a student does."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Locator, Page, TimeoutError, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 90
RUN_MS = 240_000
expect.set_options(timeout=20_000)
# A widget responds only when the kernel is idle.
ALL_CELLS_HAVE_RUN = """() => {
    const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")];
    return prompts.length > 0 && prompts.every(one => /\\[\\d+\\]/.test(one.innerText));
}"""


@contextmanager
def running_lab(folder: Path) -> Iterator[str]:
    """Run JupyterLab in a folder with the students' copies, and yield its address.

    These are copied again, so that no click changes the course.
    """
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", dirs_exist_ok=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    # Every cell stays in the page, visible or not, so that a widget can be found by its label.
    settings = folder / "settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')
    port = _free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"),
        *("--ServerApp.port_retries=0", "--IdentityProvider.token="),
    ]
    log = (folder / "jupyter.log").open("wb")
    # The settings and workspaces of the user who runs the tests are not used.
    own = {"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces"}
    env = os.environ | {name: str(folder / value) for name, value in own.items()}
    server = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)
    try:
        address = f"http://localhost:{port}/"
        _wait_for(address + "api", server, folder / "jupyter.log")
        yield address
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@contextmanager
def browser_page() -> Iterator[Page]:
    """Open Chromium and yield an empty page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def open_lesson(page: Page, address: str, lesson: str) -> None:
    """Open a student's copy and run all its cells, as a student would; not if it is open."""
    if page.url.endswith(f"/{lesson}.ipynb") and page.evaluate(ALL_CELLS_HAVE_RUN):
        return
    open_notebook(page, address, f"{lesson}/{lesson}.ipynb")


def open_notebook(page: Page, address: str, path: str) -> None:
    """Open a notebook of ``notebooks/`` and run all its cells."""
    page.goto(f"{address}lab/tree/notebooks/{path}?reset")
    page.locator(".jp-Notebook").wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status='idle']").wait_for(state="attached")
    begun = page.locator(".jp-CodeCell .jp-InputPrompt", has_text=re.compile(r"\[[*\d]+\]:")).first
    for _ in range(3):  # A click is lost if the kernel is not ready yet.
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        with contextlib.suppress(TimeoutError):
            begun.wait_for(timeout=20_000)
            break
    page.wait_for_function(ALL_CELLS_HAVE_RUN, timeout=RUN_MS)


def cell_with(page: Page, text: str) -> Locator:
    """Return the first code cell whose source contains a text."""
    return page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first


def run_cell(cell: Locator, source: str | None = None) -> Locator:
    """Run a cell, with another source if one is given; return its outputs."""
    write_cell(cell, source)
    number = cell.locator(".jp-InputPrompt").inner_text()
    cell.page.keyboard.press("Control+Enter")
    expect(cell.locator(".jp-InputPrompt")).not_to_have_text(number)
    expect(cell.locator(".jp-InputPrompt")).to_have_text(re.compile(r"\[\d+\]:"), timeout=RUN_MS)
    return cell.locator(".jp-OutputArea")


def write_cell(cell: Locator, source: str | None) -> None:
    """Give a cell another source, if one is given, without running it; it has the focus then."""
    cell.locator(".cm-content").click()
    if source is not None:
        cell.page.keyboard.press("Control+a")
        cell.page.keyboard.insert_text(source)


def widget_panel(page: Page, control: str) -> Locator:
    """Return the panel of the widget that has a control with this description."""
    label = page.locator(".widget-label", has_text=_whole(control)).first
    label.scroll_into_view_if_needed(timeout=RUN_MS)
    return page.locator(".jp-OutputArea-output", has=label).first


def open_widget(page: Page, address: str, lesson: str, control: str) -> tuple[Locator, Locator]:
    """Open a lesson; return the panel of the widget that has this control, and its status text."""
    open_lesson(page, address, lesson)
    panel = widget_panel(page, control)
    return panel, panel.get_by_role("status")


def set_slider(panel: Locator, description: str, steps: int) -> None:
    """Move a slider some steps with the arrow keys."""
    label = panel.page.locator(".widget-label", has_text=_whole(description))
    # A slider that was just enabled takes keys only after the page has updated.
    enabled = panel.locator(".widget-slider", has=label).locator(".noUi-target:not([disabled])")
    handle = enabled.locator(".noUi-handle")
    for _ in range(abs(steps)):
        handle.press("ArrowRight" if steps > 0 else "ArrowLeft")


def _whole(text: str) -> re.Pattern:
    """Match a label with exactly this text."""
    return re.compile(f"^{re.escape(text)}$")


def _free_port() -> int:
    """Return a free port."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def _wait_for(address: str, server: subprocess.Popen, log: Path) -> None:
    """Wait until a server responds."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.3)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def photograph_stepper(target: Path) -> None:
    """Save the README's picture: lesson 02's stepper at its fifth position, in JupyterLab."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as address,
        browser_page() as page,
    ):
        panel, status = open_widget(page, address, "02_convolution", "position")
        set_slider(panel, "position", +4)
        expect(status).to_contain_text("= 94")
        panel.screenshot(path=target)


if __name__ == "__main__":
    photograph_stepper(ROOT / "docs/stepper.png")

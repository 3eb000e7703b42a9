"""Does the course work in a real JupyterLab, in a real browser?"""

import re

import pytest
from browser import CHROMIUM, RUN_MS, browser_page, open_lesson, running_lab, widget_panel
from playwright.sync_api import expect

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with running_lab(tmp_path_factory.mktemp("lab")) as address:
        yield address


@pytest.fixture(scope="module")
def page():
    with browser_page() as opened:
        yield opened


def test_jupyter_lab_opens_on_the_start_page(lab, page):
    """Does a student who types the README's command see the lesson map?"""
    page.goto(lab)
    expect(page).to_have_url(re.compile(r"/lab/tree/notebooks/index\.ipynb"))
    expect(page.get_by_role("heading", name="From Pixels to LeNet")).to_be_visible()
    page.get_by_role("link", name="Convolution by hand").click()
    expect(page.get_by_role("heading", name="Convolution by hand")).to_be_visible()


def test_the_stepper_steps_through_the_nine_published_sums(lab, page):
    """Does dragging the slider show 44 ... 144, as numbers in the drawing and in the text?"""
    open_lesson(page, lab, "02_convolution")
    panel = widget_panel(page, "position")
    status, drawing = panel.get_by_role("status"), panel.get_by_role("img")
    expect(status).to_contain_text("Position 1 of 9: 1×1 + 2×2 + 5×3 + 6×4 = 44", timeout=RUN_MS)
    track = panel.locator(".noUi-base").bounding_box()
    handle = panel.locator(".noUi-handle")
    sums = [44, 54, 64, 84, 94, 104, 124, 134, 144]
    for position, total in enumerate(sums, start=1):
        start = handle.bounding_box()
        page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
        page.mouse.down()
        page.mouse.move(track["x"] + track["width"] * (position - 1) / 8, track["y"] + 5, steps=4)
        page.mouse.up()
        expect(status).to_contain_text(f"Position {position} of 9")
        expect(status).to_contain_text(f"= {total}")
        expect(drawing.get_by_text(str(total), exact=True).last).to_be_attached()


def test_the_stepper_follows_its_buttons_and_choices(lab, page):
    """Do previous, next, and the choice of image and kernel do what they say?"""
    panel = widget_panel(page, "position")
    status = panel.get_by_role("status")
    panel.get_by_role("button", name="previous").click()
    expect(status).to_contain_text("Position 8 of 9")
    panel.get_by_role("button", name="next").click()
    expect(status).to_contain_text("Position 9 of 9")
    panel.get_by_label("image").select_option("left half bright")
    panel.get_by_label("kernel").select_option("left minus right")
    expect(status).to_contain_text("Position 1 of 16")
    panel.get_by_role("button", name="next").click()
    expect(status).to_contain_text("= 30")

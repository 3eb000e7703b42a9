"""Does the book of this course work in a real browser: every page, and figures without a kernel?"""

import json
import re
from pathlib import Path

import axe_playwright_python
import nbformat
import numpy as np
import pytest
from playwright.sync_api import expect

from grader.book import figures, pages
from grader.book.pages import BookOptions
from grader.book.site import write_book
from grader.course.lesson import find_lessons
from tests.support.book import FEW_STATES, broken_links, foreign_files, read_pages
from tests.support.browser import CHROMIUM, browser_page
from tests.support.pages import served, visit
from utils import data, pixels, sobel, xo_classifier
from utils.widgets.pixels import draw_colour
from utils.widgets.sobel import draw_filtered
from utils.widgets.xo_classifier import draw_verdict

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
]
ROOT = Path(__file__).resolve().parents[2]
# These have their figures here, with few states each; the others keep their still pictures.
DRAWN = ("01_pixels", "02_convolution", "03_sobel", "06_xo_classifier")
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    to = tmp_path_factory.mktemp("book") / "book"
    draw = pages.draw_figures
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "PROGRAM", FEW_STATES)
        patch.setattr(figures, "CACHE", str(to.parent / "cache"))
        patch.setattr(
            pages,
            "draw_figures",
            lambda one: draw(one) if one.name in DRAWN else figures.Drawn(one.root, {}),
        )
        write_book(ROOT, to, BookOptions())
    return to


@pytest.fixture(scope="module")
def site(book):
    with served(book) as address:
        yield address


@pytest.fixture(scope="module")
def tab():
    with browser_page() as opened:
        yield opened


@pytest.fixture
def page(site, tab):
    """A page that may ask no other host, and prints no error."""
    with visit(tab, site) as opened:
        yield opened


def _figure(page, site, lesson, number=0):
    """Open a lesson and return one of its figures, and its line of text."""
    page.goto(f"{site}lessons/{lesson}.html")
    figure = page.locator(".interactive").nth(number)
    return figure, figure.locator(".interactive-text")


def test_every_link_leads_somewhere_and_every_picture_has_a_text(book):
    assert list(broken_links(book)) == []
    assert list(foreign_files(book)) == []
    assert {p.name: one.without_alt for p, one in read_pages(book).items() if one.without_alt} == {}


def test_no_page_shows_a_solution_or_a_hidden_test(book):
    """Is no line there that only the sources have, between the markers of nbgrader?"""
    for lesson in find_lessons(ROOT):
        page = (book / f"lessons/{lesson.name}.html").read_text(encoding="utf-8")
        shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
        given = "\n".join(cell.source for cell in nbformat.read(lesson.release, 4).cells)
        for cell in lesson.notebook.cells:
            for kind in ("SOLUTION", "HIDDEN TESTS"):
                marked = rf"### BEGIN {kind}\n(.*?)### END {kind}"
                for secret in re.findall(marked, cell.source, re.DOTALL):
                    lines = [line.strip() for line in secret.split("\n")]
                    lines = [line for line in lines if len(line) > 30 and line not in given]
                    assert not [line for line in lines if line.replace("<", "&lt;") in shown]


def test_every_page_opens_at_both_widths_and_in_both_themes(book, site, page):
    """Does no page scroll sideways at 360 pixels, ask another host, or show a broken picture?"""
    for path in sorted(book.rglob("*.html")):
        if "playground" in path.parts:
            continue  # tests/system/test_playground.py
        name = path.relative_to(book).as_posix()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(site + name)
        page.set_viewport_size({"width": 360, "height": 740})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, f"{name} is {wide} pixels wide"
        page.emulate_media(color_scheme="dark")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        broken = page.evaluate(
            "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src)"
        )
        assert broken == [], name


@pytest.mark.parametrize("lesson", DRAWN)
def test_axe_finds_nothing_in_the_figures(site, page, lesson):
    """Have figures names, roles and contrast, in both themes?"""
    page.goto(f"{site}lessons/{lesson}.html")
    page.add_script_tag(path=AXE)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        run = """async () => {
            const options = { resultTypes: ["violations"], preload: false };
            const found = await axe.run(".interactive", options);
            return found.violations.map(one => [one.id, one.nodes[0].html.slice(0, 160)]);
        }"""
        assert page.evaluate(run) == [], theme


def test_the_stepper_follows_slider_keyboard_buttons_and_choices(site, page):
    figure, text = _figure(page, site, "02_convolution")
    expect(text).to_have_text("Position 5 of 9: 6×1 + 7×2 + 10×3 + 11×4 = 94")
    slider = figure.get_by_role("slider", name="position")
    expect(slider).to_have_attribute("aria-valuetext", "5 of 9")
    slider.press("ArrowRight")
    expect(text).to_have_text("Position 6 of 9: 7×1 + 8×2 + 11×3 + 12×4 = 104")
    expect(figure.get_by_role("status")).to_contain_text("= 104")
    slider.press("Home")
    expect(text).to_contain_text("= 44")
    expect(slider).to_be_focused()
    figure.get_by_role("button", name="next").click()
    expect(text).to_contain_text("= 54")
    expect(figure.get_by_role("img")).to_have_attribute("alt", re.compile("^Position 2 of 9"))
    figure.get_by_role("button", name="previous").press("Enter")
    expect(text).to_contain_text("= 44")
    figure.get_by_label("image").select_option("left half bright")
    expect(text).to_contain_text("Position 1 of")
    expect(slider).to_have_value("0")


def test_play_runs_to_the_end_and_stops(site, page):
    figure, text = _figure(page, site, "02_convolution")
    slider = figure.get_by_role("slider", name="position")
    slider.fill("6")
    figure.get_by_role("button", name="play").click()
    expect(figure.get_by_role("button", name="stop")).to_be_visible()
    expect(text).to_contain_text("Position 9 of 9")
    expect(figure.get_by_role("button", name="play")).to_be_visible()


def test_every_state_that_a_control_leads_to_is_the_one_it_names(book, site, page):
    """Do picture, text and controls agree wherever the sliders and choices of lesson 01 go?"""
    figure, _ = _figure(page, site, "01_pixels", 2)
    data = json.loads(figure.locator("script").inner_text())
    text = figure.locator(".interactive-text")
    for slider in figure.get_by_role("slider").all():
        for key in ("Home", "ArrowRight", "End"):
            slider.press(key)
            shown = figure.locator("img").get_attribute("src").split("/")[-1]
            state = next(one for one in data["states"] if shown in one)
            expect(text).to_have_text(state[-1])
            outputs = figure.locator("output").all_inner_texts()
            assert outputs == [str(position) for position in state[1:3]]


def test_the_pad_computes_what_python_computes(site, page):
    figure, text = _figure(page, site, "06_xo_classifier")
    features, templates = xo_classifier.FEATURES, xo_classifier.TEMPLATES
    x, o = (xo_classifier.load_letter(name) for name in "xo")

    def line(letter):
        return draw_verdict(letter, features, templates)[1]

    expect(text).to_have_text(line(x))
    figure.get_by_role("button", name="load O").click()
    expect(text).to_have_text(line(o))
    figure.get_by_role("button", name="thicker").click()
    expect(text).to_have_text(line(xo_classifier.thicken(o)))
    figure.get_by_role("button", name="move left").click()
    letter = xo_classifier.move(xo_classifier.thicken(o), -1)
    expect(text).to_have_text(line(letter))


def test_the_pad_takes_a_stroke_of_the_mouse_and_keys(site, page):
    figure, _ = _figure(page, site, "06_xo_classifier")
    figure.get_by_role("button", name="clear").click()
    cells = figure.get_by_role("gridcell")
    start, end = cells.nth(10).bounding_box(), cells.nth(16).bounding_box()
    page.mouse.move(start["x"] + 15, start["y"] + 15)
    page.mouse.down()
    page.mouse.move(end["x"] + 15, end["y"] + 15)
    page.mouse.up()
    expect(figure.locator(".ink")).to_have_count(7)
    cells.nth(16).press("ArrowDown")
    expect(cells.nth(25)).to_be_focused()
    expect(cells.nth(25)).to_have_attribute("aria-label", "row 3, column 8, paper")
    cells.nth(25).press(" ")
    expect(cells.nth(25)).to_have_attribute("aria-label", "row 3, column 8, ink")


def test_the_workbench_computes_what_python_computes(site, page):
    figure, text = _figure(page, site, "03_sobel")
    cat = pixels.to_grayscale(data.photograph("cat"))[20:276, 100:400]
    camera = data.photograph("camera")[60:316, 100:400]
    for name, kernel in sobel.KERNELS.items():
        figure.get_by_role("combobox", name="kernel").select_option(name)
        expect(text).to_have_text(draw_filtered(camera, "photographer", kernel, name)[1])
    numbers = np.array([[1, 2, 0], [-1, 0.5, 3], [0, -2, 1]])
    for index, number in enumerate(numbers.flat):
        row, column = divmod(index, 3)
        figure.get_by_label(f"row {row + 1}, column {column + 1}").fill(str(number))
    figure.get_by_label("divide by").fill("4")
    figure.get_by_role("combobox", name="photograph").select_option("cat")
    expect(text).to_have_text(draw_filtered(cat, "cat", numbers / 4, "your own")[1])


def test_the_mixer_computes_what_python_computes(site, page):
    figure, text = _figure(page, site, "01_pixels", 1)
    expect(text).to_have_text(draw_colour(11, 102, 35)[1])
    figure.get_by_label("red").press("ArrowRight")
    expect(text).to_have_text(draw_colour(12, 102, 35)[1])
    figure.get_by_label("code").fill("#ff8000")
    expect(text).to_have_text(draw_colour(255, 128, 0)[1])
    figure.get_by_label("code").fill("#ff800")
    expect(text).to_contain_text("Not a colour yet")


def test_without_scripts_and_in_print_a_figure_is_a_picture(site, tab):
    context = tab.context.browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto(f"{site}lessons/02_convolution.html")
    still = opened.locator(".interactive img")
    expect(still).to_be_visible()
    expect(still).to_have_attribute("alt", "Position 5 of 9: 6×1 + 7×2 + 10×3 + 11×4 = 94")
    context.close()


def test_print_leaves_out_controls(site, page):
    figure, _ = _figure(page, site, "02_convolution")
    page.emulate_media(media="print")
    expect(figure.locator("img")).to_be_visible()
    expect(figure.get_by_role("button")).to_have_count(0)


def test_search_finds_a_lesson(site, page):
    page.goto(f"{site}search.html?q=receptive")
    expect(page.locator("#search-results a").first).to_be_visible()


def test_a_page_leads_to_the_next_and_to_its_parts(site, page):
    page.goto(f"{site}lessons/02_convolution.html")
    expect(page.locator(".page-toc a").first).to_be_visible()
    page.locator("a.right-next").click()
    expect(page).to_have_url(re.compile("03_sobel"))

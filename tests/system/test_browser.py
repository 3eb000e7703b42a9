"""Does the course work in a real JupyterLab, in a real browser?"""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browser import (
    CHROMIUM,
    RUN_MS,
    browser_page,
    cell_with,
    open_lesson,
    open_widget,
    run_cell,
    running_lab,
    set_slider,
    write_cell,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
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
    page.get_by_role("link", name="Convolution by hand", exact=True).click()
    expect(page.get_by_role("heading", name="Convolution by hand")).to_be_visible()


def test_the_stepper_steps_through_the_nine_published_sums(lab, page):
    """Does dragging the slider show 44 ... 144, as numbers in the drawing and in the text?"""
    panel, status = open_widget(page, lab, "02_convolution", "position")
    drawing = panel.get_by_role("img")
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
    panel, status = open_widget(page, lab, "02_convolution", "position")
    panel.get_by_label("image").select_option("left half bright")
    panel.get_by_label("kernel").select_option("left minus right")
    expect(status).to_contain_text("Position 1 of 16")
    panel.get_by_role("button", name="next").click()
    expect(status).to_contain_text("Position 2 of 16")
    expect(status).to_contain_text("= 30")
    panel.get_by_role("button", name="previous").click()
    expect(status).to_contain_text("Position 1 of 16")


@pytest.fixture(scope="module")
def relu(lab, page):
    """Lesson 02's answer cell and its check, after Run All."""
    open_lesson(page, lab, "02_convolution")
    return cell_with(page, "def relu("), cell_with(page, 'Exercise("convolution.relu"')


RIGHT = "import numpy as np\n\ndef relu(x):\n    return np.maximum(x, 0)"


def test_what_is_not_done_yet_is_not_shown_as_an_error(relu, page):
    """Does Run All on an untouched copy show no error's colours?"""
    expect(relu[1].locator(".jp-OutputArea")).to_contain_text("relu: not done yet")
    assert page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count() == 0


def test_a_right_answer_gets_a_green_tick(relu):
    answer, check = relu
    run_cell(answer, RIGHT)
    outputs = run_cell(check)
    expect(outputs).to_contain_text("✓ relu: right on what you can see")
    expect(outputs.locator(".ansi-green-fg")).to_have_text("✓")


def test_a_cell_that_was_changed_and_not_run_is_told(relu, page):
    answer, check = relu
    run_cell(answer, RIGHT)
    write_cell(answer, "def relu(x):\n    return x")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(3_000)
    expect(run_cell(check)).to_contain_text("your cell was changed after it was run")


def test_after_a_syntax_error_the_old_answer_is_not_checked(relu):
    answer, check = relu
    run_cell(answer, RIGHT)
    run_cell(answer, "def relu(x)\nreturn x")
    expect(run_cell(check)).to_contain_text("your cell 'relu' stopped with SyntaxError")


def test_an_endless_loop_is_stopped_in_one_line(relu):
    answer, check = relu
    run_cell(answer, "def relu(x):\n    while True: x")
    outputs = run_cell(check)
    expect(outputs).to_have_text(re.compile(r"^\s*relu: stopped after \d+ s; is there an endless"))


def test_an_interrupt_shows_none_of_our_code(relu, page):
    answer, check = relu
    run_cell(answer, "def relu(x):\n    while True: x")
    write_cell(check, None)
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(2_000)
    page.get_by_role("menuitem", name="Kernel", exact=True).click()
    page.get_by_text("Interrupt Kernel", exact=True).click()
    expect(check.locator(".jp-OutputArea")).to_have_text(re.compile(r"^\s*relu: interrupted.\s*$"))


def test_mixing_a_colour(lab, page):
    """Do sliders, code and text of lesson 01's mixer follow each other?"""
    panel, status = open_widget(page, lab, "01_pixels", "red")
    expect(status).to_contain_text("#0B6623: red 11, green 102, blue 35", timeout=RUN_MS)
    set_slider(panel, "red", +4)
    expect(status).to_contain_text("#0F6623: red 15")
    panel.get_by_label("code").fill("#98FB98")
    expect(status).to_contain_text("red 152, green 251, blue 152")


def test_zooming_into_a_photograph(lab, page):
    """Do the numbers of lesson 01's zoom follow the window?"""
    panel, status = open_widget(page, lab, "01_pixels", "photo")
    expect(status).to_contain_text("Rows 100 to 105, columns 166 to 171", timeout=RUN_MS)
    set_slider(panel, "column", +5)
    expect(status).to_contain_text("Rows 100 to 105, columns 171 to 176")


def test_trying_kernels_on_a_photograph(lab, page):
    """Does lesson 03's workbench follow a chosen kernel and a typed one?"""
    panel, status = open_widget(page, lab, "03_sobel", "kernel")
    expect(status).to_contain_text("Kernel pass through on photographer", timeout=RUN_MS)
    panel.get_by_label("kernel", exact=True).select_option("Sobel Gx")
    expect(status).to_contain_text("its numbers add up to 0")
    panel.get_by_label("row 2, column 3", exact=True).fill("-5")
    expect(status).to_contain_text("Kernel your own on photographer: its numbers add up to −7")


def test_moving_the_threshold_of_an_edge_map(lab, page):
    """Does lesson 03's edge map count the edges that its threshold leaves?"""
    panel, status = open_widget(page, lab, "03_sobel", "threshold")
    expect(status).to_contain_text("Threshold 0.20 on photographer", timeout=RUN_MS)
    set_slider(panel, "threshold", +1)
    expect(status).to_contain_text("Threshold 0.21")
    expect(status).to_contain_text("5,753 of 75,692 pixels are edges, 7.6%")


def test_predicting_a_shape(lab, page):
    """Does lesson 04's explorer fill in the formula and name what no window covers?"""
    panel, status = open_widget(page, lab, "04_output_size", "n (image)")
    expect(status).to_contain_text(
        "floor((6 − 3 + 0) / 2) + 1 = floor(1.5) + 1 = 2. Output: 2×2. "
        "Not covered: row and column 5, 11 of 36 pixels.",
        timeout=RUN_MS,
    )
    set_slider(panel, "n (image)", +1)
    expect(status).to_contain_text("Output: 3×3. Every pixel is covered.")
    set_slider(panel, "n (image)", -1)
    panel.get_by_label("padding", exact=True).select_option("same")
    expect(status).to_contain_text("Added: 0 before, 1 after.")
    panel.get_by_label("padding", exact=True).select_option("custom")
    expect(status).to_contain_text("floor((6 − 3 + 2×1) / 2) + 1")
    set_slider(panel, "p (padding)", +2)
    expect(status).to_contain_text("floor((6 − 3 + 2×3) / 2) + 1 = floor(4.5) + 1 = 5.")


def test_stepping_a_pooling_window(lab, page):
    """Does lesson 05's stepper pool as its controls say?"""
    panel, status = open_widget(page, lab, "05_pooling", "stride")
    expect(status).to_contain_text("Position 1 of 4: max(1, 3, 4, 6) = 6", timeout=RUN_MS)
    for _ in range(3):
        panel.get_by_role("button", name="next").click()
    expect(status).to_contain_text("Position 4 of 4: max(−1, −8, −4, −3) = −1")
    panel.get_by_label("mode").select_option("average")
    expect(status).to_contain_text("average(")
    panel.get_by_label("image").select_option("7 by 7, from the letter X")
    expect(status).to_contain_text("of 9:")
    panel.get_by_label("padding").select_option("same")
    expect(status).to_contain_text("of 16:")
    expect(status).to_contain_text("Output: 4×4.")


def test_shifting_a_digit_under_pooling(lab, page):
    """Does lesson 05's shift explorer measure what each pooling forgives?"""
    panel, status = open_widget(page, lab, "05_pooling", "pooling")
    expect(status).to_contain_text("Shifted by 1, pooled 2×2", timeout=RUN_MS)
    set_slider(panel, "dx", -1)
    expect(status).to_contain_text("change by 0%")
    set_slider(panel, "dx", +2)
    panel.get_by_label("pooling").select_option("4×4")
    expect(status).to_contain_text("Shifted by 2, pooled 4×4: the four maps hold 144 numbers")
    panel.get_by_label("pooling").select_option("global")
    expect(status).to_contain_text("hold 4 numbers and change by 0%")


def test_shifting_a_digit_before_or_after_a_convolution(lab, page):
    """Does lesson 05's explorer show which operations commute with a shift?"""
    panel, status = open_widget(page, lab, "05_pooling", "operation")
    expect(status).to_contain_text("0 of 676 numbers differ.", timeout=RUN_MS)
    panel.get_by_label("operation").select_option("convolution, stride 2")
    expect(status).to_contain_text(" 0 of 169 numbers differ.")
    set_slider(panel, "dx", -1)
    expect(status).to_contain_text("0.5 pixels of the output, rounded down to 0")
    expect(status).not_to_contain_text(" 0 of 169")


@pytest.fixture(scope="module")
def pad(lab, page):
    """Lesson 06's letter pad, ready to be drawn on."""
    open_lesson(page, lab, "06_xo_classifier")
    grid = page.get_by_role("grid", name=re.compile("letter"))
    grid.wait_for(timeout=RUN_MS)
    grid.scroll_into_view_if_needed()
    panel = page.locator(".jp-OutputArea-output", has=grid)
    expect(panel.get_by_role("status")).to_contain_text("Verdict: X. X scores 1.00, O scores 0.56")
    return panel


def cell(pad, row, column):
    """Return a square of the letter pad, counted from 1."""
    return pad.get_by_role("gridcell", name=re.compile(f"^row {row}, column {column}, "))


def test_drawing_an_o_by_mouse_gives_the_verdict_o(page, pad):
    """Is a ring that is dragged with the mouse read as an O, as one draws?"""
    pad.get_by_role("button", name="clear").click()
    expect(pad.locator(".pad-ink")).to_have_count(0)
    ring = [(2, 4), (2, 6), (3, 7), (4, 8), (6, 8), (7, 7)]
    ring += [(8, 6), (8, 4), (7, 3), (6, 2), (4, 2), (3, 3)]
    for number, (row, column) in enumerate(ring):
        box = cell(pad, row, column).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y, steps=12 if number else 1)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    expect(pad.locator(".pad-ink")).to_have_count(16)
    expect(pad.get_by_role("status")).to_contain_text("Verdict: O. X scores 0.56, O scores 1.00")


def test_loading_and_moving_a_letter(pad):
    """Do the buttons load, move and thicken a letter, and does the verdict follow?"""
    status = pad.get_by_role("status")
    pad.get_by_role("button", name="load O").click()
    expect(status).to_contain_text("Verdict: O. X scores 0.56, O scores 1.00")
    pad.get_by_role("button", name="load X").click()
    for _ in range(3):
        pad.get_by_role("button", name="move right").click()
    expect(status).to_contain_text("Verdict: O. X scores 0.60, O scores 0.78")


def test_drawing_without_a_mouse(page, pad):
    """Can a letter be drawn with the keyboard alone?"""
    pad.get_by_role("button", name="clear").click()
    expect(pad.locator(".pad-ink")).to_have_count(0)
    pad.locator('[role=gridcell][tabindex="0"]').focus()
    for key in ("Home", "Space", "ArrowRight", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(pad.locator(".pad-ink")).to_have_count(2)


def test_following_an_update_step_of_a_tiny_network(lab, page):
    """Do lesson 12's stages lead from the first sum to a smaller loss, number by number?"""
    panel, status = open_widget(page, lab, "12_numpy_cnn", "stage")
    expect(status).to_contain_text(
        "1 of 16: 1×2 + −1×1 + −2×0 + 1×1 + bias 0.5 = 2.5", timeout=RUN_MS
    )
    set_slider(panel, "number", +1)
    expect(status).to_contain_text("a sum of the convolution, 2 of 16")
    set_slider(panel, "stage", +5)
    expect(status).to_contain_text("Stage 6 of 15. Forward: the loss, 1 of 1: −log(0.2942) = 1.223")
    panel.get_by_label("label").select_option("0")
    expect(status).to_contain_text("−log(0.7058) = 0.3484")


def test_moving_the_sliders_of_the_learning_curves(lab, page):
    """Do lesson 11's curves, which were computed beforehand, follow their three sliders?"""
    panel, status = open_widget(page, lab, "11_generalisation", "hidden units")
    expect(status).to_contain_text("200 digits, 1,000 hidden units (795,010 parameters), epoch 25")
    set_slider(panel, "epochs", -5)
    expect(status).to_contain_text("epoch 20:")
    set_slider(panel, "digits", 1)
    expect(status).to_contain_text("500 digits")
    set_slider(panel, "hidden units", -1)
    expect(status).to_contain_text("100 hidden units (79,510 parameters)")


def test_drawing_and_covering_a_digit(lab, page):
    """Does lesson 14's pad take ink and covers, and do verdict and saliency follow?"""
    open_lesson(page, lab, "14_interpretation")
    grid = page.get_by_role("grid", name=re.compile("^digit"))
    grid.wait_for(timeout=RUN_MS)
    grid.scroll_into_view_if_needed()
    panel = page.locator(".jp-OutputArea-output", has=grid)
    status = panel.get_by_role("status")
    expect(status).to_contain_text("Verdict: ", timeout=RUN_MS)
    panel.get_by_role("button", name="clear").click()
    expect(panel.locator(".pad-ink")).to_have_count(0)
    for number, row in enumerate((3, 12)):
        box = cell(panel, row, 7).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=20)
        if number == 0:
            page.mouse.down()
    page.mouse.up()
    expect(panel.locator(".pad-ink")).to_have_count(10)
    before = status.inner_text()
    panel.get_by_role("button", name="cover", exact=True).click()
    cell(panel, 5, 7).click()
    expect(panel.locator(".pad-covered-ink")).to_have_count(1)
    expect(status).to_contain_text("1 cell covered; without the cover: ")
    for key in ("ArrowDown", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    expect(panel.locator(".pad-covered-ink")).to_have_count(2)
    expect(panel.locator(".pad-covered-paper")).to_have_count(1)
    expect(status).to_contain_text("3 cells covered")
    assert status.inner_text() != before
    panel.get_by_role("button", name="uncover").click()
    expect(panel.locator(".pad-ink")).to_have_count(10)
    expect(status).not_to_contain_text("covered")


def test_following_a_batch_through_its_normalisation(lab, page):
    """Does lesson 13's explorer follow its sliders from the raw numbers to gamma and beta?"""
    panel, status = open_widget(page, lab, "13_resnet", "γ")
    expect(status).to_contain_text("Step 0, as they come in.", timeout=RUN_MS)
    set_slider(panel, "step", +2)
    expect(status).to_contain_text("Step 2, divided by the deviation. channel 0: mean 0.00")
    set_slider(panel, "step", +1)
    set_slider(panel, "γ", +2)
    set_slider(panel, "β", -1)
    expect(status).to_contain_text("γ = 2, β = −0.5. channel 0: mean −0.50")

"""Does "Watch a network read your digit" compute what Keras computes, and show it to everyone?"""

import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from data import build_playground
from tests.support.browser import CHROMIUM, browser_page, open_notebook, running_lab
from tests.support.pages import keep_to, served, visit
from utils import augmentation, data, lenet, playground, pooling, training

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium (Debian: apt install chromium)"),
]
NETWORKS = ("dense", "lenet", "augmented")
# A 3, as someone would draw it: points of one stroke, as shares of the pad.
THREE = [
    *((0.31, 0.24), (0.40, 0.17), (0.52, 0.15), (0.63, 0.19), (0.68, 0.28), (0.65, 0.37)),
    *((0.56, 0.44), (0.44, 0.48), (0.57, 0.51), (0.67, 0.58), (0.71, 0.68), (0.67, 0.78)),
    *((0.57, 0.85), (0.44, 0.86), (0.32, 0.79)),
]
ENGINE = """
    const engine = await import("./engine.js");
    const loaded = await engine.load("manifest.json", "weights.bin");
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    playground.write(folder)
    with served(folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with browser_page() as page:
        yield page


@pytest.fixture
def page(site, browser):
    """The page, freshly opened; it may ask no other host, and print no error."""
    with visit(browser, site) as opened:
        _open(opened, site)
        yield opened


def _open(page, site):
    page.goto(f"{site}playground/index.html")
    page.locator("body[data-ready]").wait_for()


def _run(page, script, argument=None):
    return page.evaluate(f"async (given) => {{ {ENGINE} {script} }}", argument)


def _draw(page, points):
    page.get_by_role("button", name="Clear").click()
    box = page.locator("#pad").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def _answer(page, name):
    return page.locator(f"#verdict-{name} .answer b")


def _number(text):
    return round(float(text.replace("−", "-")), 3)


# --- The same numbers as Keras ---


@pytest.fixture(scope="module")
def keras_networks():
    return build_playground.read_networks()


@pytest.fixture(scope="module")
def digits():
    x_test, y_test = data.load_digits()[1]
    return training.prepare(x_test[:200]), y_test[:200]


def test_the_page_computes_keras_probabilities_on_200_digits(page, keras_networks, digits):
    """Are all ten probabilities of every network within 1e-4 of what Keras predicts?"""
    script = """
        const digits = given.map(image => Float32Array.from(image, byte => byte / 255));
        const read = network => digits.map(
            image => Array.from(engine.forward(network, image).at(-1).values));
        const named = Object.entries(loaded.networks);
        return Object.fromEntries(named.map(([name, network]) => [name, read(network)]))"""
    images = (digits[0] * 255).round().astype(int).reshape(200, -1).tolist()
    computed = _run(page, script, images)
    assert set(computed) == set(NETWORKS)
    for name, network in keras_networks.items():
        expected = network.predict(lenet.pad_to(digits[0], network.input_shape[1]), verbose=0)
        np.testing.assert_allclose(computed[name], expected, atol=1e-4)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_is_keras_layer(page, keras_networks, digits, name):
    """Is every value of every feature map within 1e-4 of Keras's, at the same place?"""
    image = digits[0][7]
    network = keras_networks[name]
    maps = lenet.feature_maps(network, lenet.pad_to(image[None], network.input_shape[1]))
    script = """return engine.forward(loaded.networks[given.name], Float32Array.from(given.image))
        .slice(1).map(each => Array.from(each.values))"""
    given = {"name": name, "image": image.ravel().tolist()}
    computed = _run(page, script, given)
    expected = [each for layer, each in maps.items() if not layer.startswith("flatten")]
    assert len(computed) == len(expected)
    for values, layer in zip(computed, expected, strict=True):
        channels_first = np.moveaxis(layer[0], -1, 0).ravel()
        np.testing.assert_allclose(values, channels_first, atol=1e-4)


def test_the_stored_weights_reach_the_accuracies_that_the_page_states(keras_networks):
    x_test, y_test = data.load_digits()[1]
    images = training.prepare(x_test)
    manifest = playground.read_manifest()
    for name, network in keras_networks.items():
        stated = dict(
            zip(
                manifest["shifts"],
                manifest["networks"][name]["accuracy_under_shift"],
                strict=True,
            )
        )
        assert stated[0] == manifest["networks"][name]["accuracy"]
        for shift in (0, 4):
            said = build_playground.predict(network, pooling.shift_all(images, shift))
            # One digit more or less, where another machine rounds differently.
            assert np.mean(said.argmax(axis=1) == y_test) == pytest.approx(stated[shift], abs=6e-4)


def test_the_page_rotates_shifts_and_covers_as_the_course_does(page, digits):
    image = digits[0][3, ..., 0]
    script = """const image = Float32Array.from(given);
        const covered = engine.covered(image, 5, 8, 6);
        return [engine.rotated(image, 30), engine.shifted(image, -3, 2), covered]
            .map(each => Array.from(each))"""
    turned, moved, covered = (
        np.reshape(each, (28, 28)) for each in _run(page, script, image.ravel().tolist())
    )
    np.testing.assert_allclose(turned, augmentation.rotate_all(image[None], 30)[0], atol=1e-5)
    np.testing.assert_allclose(moved, pooling.shift(image, -3, 2), atol=1e-7)
    image[5:11, 8:14] = 0
    np.testing.assert_allclose(covered, image, atol=1e-7)


def test_noise_is_normal_and_stays_the_same_for_a_seed(page):
    script = """const grey = new Float32Array(784).fill(0.5);
        return [engine.noisy(grey, 0.1, 1), engine.noisy(grey, 0.1, 1), engine.noisy(grey, 0.1, 2)]
            .map(each => Array.from(each))"""
    first, again, other = np.array(_run(page, script))
    np.testing.assert_array_equal(first, again)
    assert abs(first.mean() - 0.5) < 0.015
    assert first.std() == pytest.approx(0.1, rel=0.1)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.15


def test_rounded_terms_add_up_to_the_rounded_sum(page):
    """Does each term stay within one unit of its value while all add up exactly?"""
    rng = np.random.default_rng(0)
    sizes = [(count, scale) for count in (1, 4, 25, 120) for scale in (1e-4, 1, 50)]
    rows = [(rng.normal(size=count) * scale).tolist() for count, scale in sizes]
    rows += [[0, 0, 0], [0.0005, 0.0005], [-0.0005] * 5, [1 / 3] * 3]
    rounded = _run(page, "return given.map(row => engine.roundToSum(row, 0.001))", rows)
    for row, units in zip(rows, rounded, strict=True):
        assert abs(sum(units) - 1000 * sum(row)) <= 0.5 + 1e-9
        assert np.abs(np.array(units) - 1000 * np.array(row)).max() <= 1 + 1e-9


# --- Draw, move ---


def test_the_page_opens_on_a_digit_that_only_the_shifted_network_reads(page):
    opening = playground.read_manifest()["opening"]
    label = str(playground.read_manifest()["samples"]["labels"][opening["sample"]])
    expect(_answer(page, "augmented")).to_have_text(label)
    for name in ("dense", "lenet"):
        expect(_answer(page, name)).not_to_have_text(label)
        expect(page.locator(f"#verdict-{name}")).to_have_class(re.compile("wrong"))
    expect(page.locator("#disagreement")).to_contain_text(
        f"Two of them are wrong: it is a {label}."
    )


def test_all_three_read_a_drawn_3_and_the_dense_network_loses_it_when_it_moves(page):
    _draw(page, THREE)
    for name in NETWORKS:
        expect(_answer(page, name)).to_have_text("3")
    expect(page.locator("#status")).to_have_text("All three networks read a 3.")
    slider = page.get_by_label("Move sideways")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "5 pixels to the right")
    expect(_answer(page, "augmented")).to_have_text("3")
    expect(_answer(page, "dense")).not_to_have_text("3")
    expect(page.locator("#status")).to_contain_text("wrong: it is a 3")


def test_the_digit_and_the_cover_follow_the_mouse(page):
    page.locator("#samples button").nth(9).click()
    frame = page.locator("#input-frame")

    def drag(row, column, down, right):
        frame.scroll_into_view_if_needed()
        box = frame.bounding_box()
        pixel = box["width"] / 28
        x, y = box["x"] + (column + 0.5) * pixel, box["y"] + (row + 0.5) * pixel
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + right * pixel, y + down * pixel, steps=5)
        page.mouse.up()

    drag(14, 14, -2, 3)
    expect(page.locator("#shown-right")).to_have_text("3 pixels to the right")
    expect(page.locator("#shown-down")).to_have_text("2 pixels up")
    page.get_by_label("Cover: size").fill("8")
    drag(12, 12, 0, -5)
    expect(page.locator("#shown-coverLeft")).to_have_text("6")
    expect(page.locator("#shown-right")).to_have_text("3 pixels to the right")


def test_a_drawing_becomes_an_image_like_mnists(page):
    """Is a small drawing in a corner scaled to 20 pixels and centred by its mass?"""
    _draw(page, [(0.05 + x / 4, 0.05 + y / 4) for x, y in THREE])
    page.wait_for_timeout(300)
    read = "Array.from(input.getContext('2d').getImageData(0, 0, 28, 28).data)"
    colours = page.locator("#input").evaluate(f"input => {read}")
    image = np.array(colours).reshape(28, 28, 4)[..., 0] / 255
    rows, _ = np.nonzero(image > 0.05)
    assert 18 <= np.ptp(rows) + 1 <= 21
    weights = image / image.sum()
    centre = [(weights.sum(axis=1 - axis) * np.arange(28)).sum() for axis in (0, 1)]
    np.testing.assert_allclose(centre, 13.5, atol=0.3)
    assert ((image > 0.05) & (image < 0.95)).sum() > 50  # antialiased


# --- Unfold ---


def _choose(page, network, layer, row, column):
    page.locator(f"#network-{network}").check()
    index = [each.inner_text() for each in page.locator("#layers label").all()].index(layer)
    page.locator(f"#layer-{index}").check()
    page.locator("#grid tr").nth(row).locator("td").nth(column).click()


@pytest.mark.parametrize(
    ("network", "layer", "row", "column"),
    [
        ("lenet", "C1", 12, 15),
        ("augmented", "C3", 4, 7),
        ("lenet", "C5", 3, 6),
        ("lenet", "F6", 2, 3),
        ("augmented", "Output", 0, 3),
        ("dense", "Hidden", 11, 20),
        ("dense", "Output", 0, 8),
    ],
)
def test_a_values_terms_add_up_and_its_activation_is_its_value(page, network, layer, row, column):
    """Do the products that are shown add up to the sum that is shown?"""
    _choose(page, network, layer, row, column)
    shown = {
        each.get_attribute("data-term"): _number(each.inner_text())
        for each in page.locator("#sum dd").all()
    }
    products = [_number(text) for text in page.locator("#sum .product").all_inner_texts()]
    subtotal = page.locator("#sum .subtotal")
    if subtotal.count():
        assert round(sum(products), 3) == _number(subtotal.inner_text())
        parts = [_number(text) for text in page.locator(".subtotal-term").all_inner_texts()]
        assert round(sum(parts or products), 3) == shown["sum-products"]
    else:
        assert round(sum(products), 3) == shown["sum-products"]
    assert round(shown["sum-products"] + shown["sum-bias"], 3) == shown["sum-all"]
    expect(page.locator("#sum-title")).to_contain_text(f"{shown['value']:.3f}".replace("-", "−"))
    if layer == "Output":
        shares = [_number(text) for text in page.locator("#sum .share").all_inner_texts()]
        assert round(sum(shares), 3) == 1
    else:
        activation = (lambda x: max(x, 0)) if network == "dense" else np.tanh
        assert shown["value"] == pytest.approx(activation(shown["sum-all"]), abs=1.1e-3)


def test_a_mean_is_its_window_counted_by_quarters(page):
    _choose(page, "lenet", "S2", 6, 6)
    products = [_number(text) for text in page.locator("#sum .product").all_inner_texts()]
    assert len(products) == 4
    value = _number(page.locator("#sum-title").inner_text().split(": ")[1])
    assert round(sum(products), 3) == value


def test_what_is_shown_is_what_numpy_computes(page, keras_networks):
    """Is a value of C3 the sum over six windows and kernels that NumPy takes from Keras?"""
    manifest = playground.read_manifest()
    sample = playground.read_array(manifest["samples"]["images"])[manifest["opening"]["sample"]]
    image = training.prepare(pooling.shift(sample, manifest["opening"]["shift"])[None])
    network = keras_networks["lenet"]
    maps = lenet.feature_maps(network, lenet.pad_to(image, 32))
    kernel, bias = network.get_layer("C3").get_weights()
    _choose(page, "lenet", "C3", 4, 7)
    title = page.locator("#map-title").inner_text()
    filter_ = int(re.search(r"map (\d+)", title)[1]) - 1
    parts = (maps["S2"][0, 4:9, 7:12] * kernel[..., filter_]).sum(axis=(0, 1))
    shown = [_number(text) for text in page.locator(".subtotal-term").all_inner_texts()]
    np.testing.assert_allclose(shown, parts, atol=2e-3)
    total = _number(page.locator("[data-term=sum-all]").inner_text())
    assert total == pytest.approx(parts.sum() + bias[filter_], abs=2e-3)


# --- For everyone ---


def test_everything_works_by_keyboard(page):
    """From the pad to a pixel and back, without a pointer."""
    page.get_by_role("button", name="Clear").focus()
    page.keyboard.press("Enter")
    page.locator("#pad").focus()
    for key in ["ArrowUp"] * 8 + [" "] + ["ArrowDown"] * 16 + [" "]:
        page.keyboard.press(key)
    for name in NETWORKS:
        expect(_answer(page, name)).to_have_text("1")
    page.keyboard.press("Control+z")
    expect(page.locator("#disagreement")).to_contain_text("Draw a digit")
    page.locator("#samples button[tabindex='0']").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.locator("#layer-3").focus()
    page.keyboard.press("ArrowLeft")  # from C3 to S2
    expect(page.locator("#map-title")).to_contain_text("S2")
    page.locator("#strip .current button").first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#map-title")).to_have_text("S2, map 6 of 6")
    page.locator("#grid td[tabindex='0']").focus()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#grid td:focus")).to_have_attribute(
        "aria-label", re.compile(r"^row 14, column 13, −?\d\.\d\d$")
    )
    page.keyboard.press("Enter")
    expect(page.locator("#sum-title")).to_contain_text("S2, map 6, row 14, column 13")
    for layer in ("C1, map 6, row 27, column 25", "Input, row 27, column 25"):
        page.locator("#sum button[tabindex='0']").last.focus()
        page.keyboard.press("Home")
        page.keyboard.press("Control+Home")
        page.keyboard.press("Enter")
        expect(page.locator("#sum-title")).to_contain_text(layer)
        expect(page.locator("#sum-title")).to_be_focused()
    expect(page.locator("#sum")).to_contain_text("This is a pixel of the image")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#sum-title")).to_contain_text("S2, map 6, row 14, column 13")


def test_every_control_has_a_name(page):
    controls = page.locator("button, input, select, [tabindex='0']")
    nameless = controls.evaluate_all("""all => all.filter(one => !(
        one.getAttribute("aria-label") || one.getAttribute("aria-labelledby")
        || one.labels?.length || one.textContent.trim())).map(one => one.outerHTML)""")
    assert nameless == []


@pytest.mark.parametrize("width", [360, 768, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(page, width, scheme):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    for network, layer in [("lenet", "C1"), ("lenet", "C5"), ("dense", "Hidden")]:
        _choose(page, network, layer, 2, 2)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_finger_draws_without_scrolling(site, browser):
    context = browser.context.browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    _open(page, site)
    page.get_by_role("button", name="Clear").tap()
    before = page.evaluate("scrollY")
    box = page.locator("#pad").bounding_box()
    session = context.new_cdp_session(page)

    def touch(kind, share=None):
        x, y = box["x"] + box["width"] / 2, box["y"] + (share or 0) * box["height"]
        points = [] if share is None else [{"x": x, "y": y}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 0.2)
    for share in np.linspace(0.25, 0.8, 12):
        touch("touchMove", share)
    touch("touchEnd")
    expect(_answer(page, "lenet")).to_have_text("1")
    assert page.evaluate("scrollY") == before
    context.close()


def test_the_page_in_one_file_works_from_disk(browser, tmp_path):
    playground.write(tmp_path)
    page = browser.context.browser.new_context().new_page()
    address = (Path(tmp_path) / "playground/playground.html").as_uri()
    trouble = keep_to(page, address)
    page.goto(address)
    page.locator("body[data-ready]").wait_for()
    expect(page.locator("#disagreement")).to_contain_text("wrong")
    assert trouble == []
    page.context.close()


def test_the_folder_from_disk_says_where_to_look(browser, tmp_path):
    playground.write(tmp_path)
    page = browser.context.browser.new_context().new_page()
    page.goto((Path(tmp_path) / "playground/index.html").as_uri())
    expect(page.get_by_role("alert")).to_contain_text("open playground.html instead")
    page.context.close()


def test_the_notebook_shows_the_page(browser, tmp_path):
    """Does notebooks/playground.ipynb show the page in JupyterLab, and let one draw in it?"""
    with running_lab(tmp_path) as address:
        page = browser.context.browser.new_context().new_page()
        page.set_default_timeout(60_000)
        open_notebook(page, address, "playground.ipynb")
        inside = page.frame_locator("iframe[title='Watch a network read your digit']")
        expect(inside.locator("body[data-ready]")).to_be_attached(timeout=60_000)
        expect(inside.locator("#verdict-augmented .answer b")).to_have_text(re.compile(r"\d"))
        inside.get_by_role("button", name="Clear").click()
        expect(inside.locator("#disagreement")).to_contain_text("Draw a digit")
        page.context.close()

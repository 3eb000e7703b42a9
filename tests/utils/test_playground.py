"""Are the playground's files complete, small, and independent of other hosts?"""

import base64
import hashlib
import html
import json
import re

import numpy as np
import pytest

from utils import data, playground

LIMIT = 3_000_000  # bytes
SOURCES = sorted(path for path in playground.ASSETS.iterdir() if path.suffix != ".bin")


def test_the_weights_take_at_most_three_megabytes():
    assert (playground.ASSETS / "weights.bin").stat().st_size <= LIMIT


def test_the_page_without_its_weights_is_small():
    assert sum(path.stat().st_size for path in SOURCES) < 150_000


def test_the_manifest_belongs_to_the_weights():
    content = (playground.ASSETS / "weights.bin").read_bytes()
    assert hashlib.sha256(content).hexdigest() == playground.read_manifest()["sha256"]


def test_every_byte_of_the_weights_is_an_array_of_the_manifest():
    manifest = playground.read_manifest()
    places = [place for each in manifest["networks"].values() for place in each["weights"]]
    arrays = [playground.read_array(place) for place in [*places, manifest["samples"]["images"]]]
    content = b"".join(array.tobytes() for array in arrays)
    assert content == (playground.ASSETS / "weights.bin").read_bytes()


def test_the_networks_have_the_parameters_that_the_page_states():
    for facts in playground.read_manifest()["networks"].values():
        sizes = [np.prod(place["shape"]) for place in facts["weights"]]
        assert sum(sizes) == facts["parameters"]


def test_the_samples_are_digits_of_the_test_set():
    samples = playground.read_manifest()["samples"]
    x_test, y_test = data.load_digits()[1]
    images = playground.read_array(samples["images"])
    np.testing.assert_array_equal(images, x_test[samples["test_indices"]])
    np.testing.assert_array_equal(samples["labels"], y_test[samples["test_indices"]])
    assert sorted(set(samples["labels"])) == list(range(10))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_is_loaded_from_another_host(path):
    """Is the only address in the files the licence's, which is a link?"""
    addresses = re.findall(r"(?:https?:)?//[\w.-]+\.\w+", path.read_text(encoding="utf-8"))
    assert set(addresses) <= {"https://creativecommons.org", "http://www.w3.org"}


def test_the_one_file_holds_every_other_file():
    page = playground.as_one_file()
    for path in playground.ASSETS.iterdir():
        if path.name != "index.html":
            assert base64.b64encode(path.read_bytes()).decode() in page
            assert f'"{path.name}"' not in page


def test_a_notebook_shows_the_one_file_in_a_frame():
    shown = playground.show(height=700).data
    assert html.unescape(re.search(r'srcdoc="([^"]*)"', shown)[1]) == playground.as_one_file()
    assert "height: 700px" in shown


def test_a_folder_can_be_written_twice(tmp_path):
    playground.write(tmp_path)
    playground.write(tmp_path)
    written = json.loads((tmp_path / "playground" / "manifest.json").read_text())
    assert written == playground.read_manifest()

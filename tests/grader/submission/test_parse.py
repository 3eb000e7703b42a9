"""Is whatever was handed in read as a clean notebook, or named for what it is?"""

import json

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.parse import UnreadableError, parse_notebook
from grader.submission.restore import restore
from grader.submission.sanitize import Sanitizer
from tests.support.toy import find


def as_json(notebook):
    return json.loads(nbformat.writes(notebook))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_any_unicode_encoding_is_read(release, encoding):
    release.cells[0].source = "# Größe"
    read = parse_notebook(nbformat.writes(release).encode(encoding))
    assert read.cells[0].source == "# Größe"


def test_carriage_returns_are_read_as_line_ends(release):
    find(release, "double").source = "def double(x):\r\n    return 2\r\n"
    text = nbformat.writes(release).replace("\n", "\r\n")
    assert find(parse_notebook(text.encode()), "double").source == "def double(x):\n    return 2\n"


def test_format_3_is_read():
    old = nbformat.v3.new_notebook(
        worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell("x = 1")])]
    )
    read = parse_notebook(nbformat.v3.writes_json(old).encode())
    assert [(cell.cell_type, cell.source) for cell in read.cells] == [("code", "x = 1")]


OLD_CELL = st.fixed_dictionaries(
    {
        "cell_type": st.sampled_from(["code", "markdown", "html", "raw", "heading"]),
        "metadata": st.just({}),
    },
    optional={
        "source": st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3),
        "input": st.text(max_size=20) | st.lists(st.text(max_size=5), max_size=3),
        "level": st.integers(1, 6),
    },
).filter(lambda cell: cell["cell_type"] == "code" or "source" in cell)


@pytest.mark.filterwarnings("ignore")
@given(st.lists(OLD_CELL, max_size=3))
def test_format_3_is_upgraded_as_nbformat_does(cells):
    """Are cells, texts and headings the same as from nbformat's own converter?"""
    for cell in cells:
        if cell["cell_type"] == "code":
            cell.setdefault("input", "")
            cell |= {"outputs": [], "language": "python", "collapsed": False, "prompt_number": 1}
    data = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
            "worksheets": [{"cells": cells, "metadata": {}}]}  # fmt: skip
    text = json.dumps(data)
    expected = nbformat.convert(nbformat.reader.reads(text), 4)
    joined = [(cell.cell_type, plain(cell.source)) for cell in expected.cells]
    assert [(cell.cell_type, cell.source) for cell in parse_notebook(text.encode()).cells] == joined


def plain(source):
    """Return a source as the parser does: joined, and with line feeds as line ends."""
    text = "".join(source).encode("utf-8", "replace").decode()
    return text.replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("minor", [0, 4, 5, 99])
def test_older_and_newer_minor_formats_are_read(release, minor):
    data = as_json(release)
    data["nbformat_minor"] = minor
    read = parse_notebook(json.dumps(data).encode())
    assert len(read.cells) == len(release.cells)
    nbformat.validate(read)


def test_odd_cells_do_not_stop_the_reading(release):
    data = as_json(release)
    data["cells"] += [
        None,
        "text",
        {"cell_type": "heading", "source": "x"},
        {"cell_type": "code", "source": None, "metadata": [], "outputs": "?"},
        {"cell_type": "code", "source": ["a = 1\n", 2, "b = '\ud800'"], "id": "!!"},
    ]
    read = parse_notebook(json.dumps(data).encode())
    nbformat.validate(read)
    assert read.cells[-1].source == "a = 1\nb = '?'"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"x = 1\n", "not JSON"),
        (b'{"cells": [', "breaks off"),
        (b'{"cells": [{"source": "abc', "breaks off"),
        (b'{"cells": [], , "a": 1, "b": 2}', "damaged"),
        (b"[1, 2]", "not a notebook"),
        (b'{"a": 1}', "no cells"),
        (b"%PDF-1.4", "a PDF"),
        (b"PK\x03\x04abc", "ZIP"),
        (b"\n<!doctype HTML><html>", "web page"),
        (b"[" * 100_000, "damaged|breaks off"),
        (bytes(range(128, 256)), "not JSON"),
    ],
)
def test_what_is_no_notebook_is_named(content, why):
    with pytest.raises(UnreadableError, match=why):
        parse_notebook(content)


def deep(levels):
    value = []
    for _ in range(levels):
        value = [value]
    return value


ODD = {
    "half a pair in a name": {"attachments": {"\ud800.png": {"image/png": "AAAA"}}},
    "half a pair in points": {"metadata": {"nbgrader": {"grade_id": "x", "points": "\ud800"}}},
    "points without measure": {"metadata": {"nbgrader": {"grade_id": "x", "points": 10**400}}},
    "points that are a list": {"metadata": {"nbgrader": {"grade_id": "x", "points": [1]}}},
    "a type that is a list": {"cell_type": []},
    "a type that is a dict": {"cell_type": {}},
    "metadata without a bottom": {"metadata": {"nbgrader": {"grade_id": "x", "a": deep(700)}}},
    "attachments without a bottom": {"attachments": {"a": {"image/png": deep(700)}}},
    "half a pair in the text": {"source": ["\ud800"]},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_cell_can_be_restored_and_written(release, toy, odd):
    data = as_json(release)
    data["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "x"} | odd)
    data["cells"].append({"cell_type": "code", "metadata": {}, "source": "x"} | odd)
    restored = restore(parse_notebook(json.dumps(data).encode()), toy)
    assert Sanitizer().texts(restored.notebook, given=()) is not None
    nbformat.writes(restored.notebook).encode()
    assert restored.untouched


def test_a_cell_of_megabytes_is_named(release):
    data = as_json(release)
    data["cells"].append({"cell_type": "code", "metadata": {}, "source": "x" * 6_000_000})
    with pytest.raises(UnreadableError, match="more than 5,000,000 characters"):
        parse_notebook(json.dumps(data).encode())

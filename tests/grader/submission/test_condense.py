"""Is a file measured before it is parsed, so that no file takes much memory or time?"""

import json
import re
import subprocess
import sys
import tracemalloc

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.submission.condense import MAX_FRAME_BYTES, TooLargeError, condense, frame_size
from grader.submission.parse import UnreadableError, parse_notebook
from tests.banks.bombs import BOMBS

# What grader/README.md states, for any file that is not larger than `MAX_FILE_BYTES`.
CEILING = 300_000_000
PEAK = """
import re, sys
import nbformat
from tests.banks.bombs import BOMBS
from grader.submission.condense import MAX_FRAME_BYTES, MAX_KEPT_BYTES
from grader.submission.parse import MAX_FILE_BYTES, UnreadableError, parse_notebook

def peak():
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1]) * 1024

bomb = next(bomb for bomb in BOMBS if bomb.name == sys.argv[1])
# What is refused at 20 MB is refused at 100 MB as well, where making its bytes takes seconds.
sizes = [MAX_KEPT_BYTES, 2 * MAX_FRAME_BYTES, MAX_FRAME_BYTES]
for size in [MAX_FILE_BYTES] * bomb.is_honest + sizes:
    content = bomb.make(size - 1_000)
    assert len(content) <= MAX_FILE_BYTES
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")  # the peak begins anew
    before = peak()
    try:
        nbformat.writes(parse_notebook(content))
    except UnreadableError:
        assert not bomb.is_honest
    print(peak() - before)
"""


def read(content):
    try:
        return parse_notebook(content)
    except UnreadableError as error:
        return str(error)


@pytest.mark.parametrize("name", ["lists beside the cells", "dicts among the cells"])
def test_a_large_file_is_refused_in_little_memory(name):
    (content,) = [bomb.make(12_000_000) for bomb in BOMBS if bomb.name == name]
    tracemalloc.start()
    try:
        assert re.search("too large", read(content))
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_a_file_is_read_or_refused_in_words(bomb):
    got = read(bomb.make(200_000))
    if bomb.is_honest or not isinstance(got, str):
        assert got.cells[0].source in ("", "x = 1")
        nbformat.validate(got)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.name)
def test_no_file_of_any_size_takes_more_than_the_ceiling(bomb):
    run = subprocess.run(
        [sys.executable, "-c", PEAK, bomb.name], capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert max(map(int, run.stdout.split())) < CEILING


def notebook(**cell):
    one = {"cell_type": "code", "metadata": {}, "source": "x", "outputs": []} | cell
    return {"cells": [one], "metadata": {"widgets": {"a": [1]}}, "nbformat": 4}


def test_outputs_and_what_belongs_to_no_cell_are_cut_out():
    data = notebook(outputs=[{"data": {"a": ["]"]}}, [[], '"outputs": [']])
    kept = json.loads(condense(json.dumps(data, indent=1).encode()))
    assert kept == data | {
        "metadata": None, "cells": [data["cells"][0] | {"outputs": None}]
    }  # fmt: skip


def test_an_error_names_the_line_of_the_file():
    text = json.dumps(notebook(outputs=[{"a": [1, 2]}]), indent=1)
    line = text[: text.index('"nbformat"')].count("\n") + 1
    with pytest.raises(UnreadableError, match=f"in line {line}, "):
        parse_notebook(text.replace('"nbformat"', "<<<").encode())


@pytest.mark.parametrize("end", range(30, 100, 7))
def test_half_a_file_breaks_off_wherever_it_does(end):
    text = json.dumps(notebook(outputs=[{"data": {"a": "b" * 50}}]))
    assert "breaks off" in read(text[:end].encode())


def test_too_many_small_values_are_refused_and_long_texts_are_not():
    numbers = json.dumps(notebook(metadata={"a": [1] * (MAX_FRAME_BYTES // 2)})).encode()
    with pytest.raises(TooLargeError, match="numbers"):
        condense(numbers)
    text = json.dumps(notebook(source="1," * MAX_FRAME_BYTES)).encode()
    assert json.loads(condense(text))["cells"][0]["source"].startswith("1,1,")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda one: st.lists(one) | st.dictionaries(st.sampled_from(["outputs", "cells", "a"]), one),
)


@given(st.dictionaries(st.sampled_from(["cells", "worksheets", "other", "outputs"]), JSON),
       st.sampled_from([None, 1]), st.booleans())  # fmt: skip
def test_everything_else_stays(data, indent, ascii):
    """Is a file the same JSON after condensing, as by a parser that drops the same parts?"""
    kept = condense(json.dumps(data, indent=indent, ensure_ascii=ascii).encode())
    expected = {
        key: without_outputs(value) if key in ("cells", "worksheets") else scalar(value)
        for key, value in data.items()
    }
    assert json.loads(kept) == expected


def scalar(value):
    return None if isinstance(value, (list, dict)) else value


def without_outputs(value):
    if isinstance(value, list):
        return [without_outputs(item) for item in value]
    if isinstance(value, dict):
        return {
            key: scalar(item) if key == "outputs" else without_outputs(item)
            for key, item in value.items()
        }
    return value


@given(JSON)
def test_the_frame_is_what_is_outside_texts(value):
    text = json.dumps(value)
    outside = re.sub(r'"(\\.|[^"\\])*"', "", text)
    assert frame_size(text.encode()) == len(outside)

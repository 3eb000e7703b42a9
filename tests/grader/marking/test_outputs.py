"""Is what a student's process says its cells put out believed only as far as nbformat goes?"""

import json
import resource
import time

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.isolation.codec import DecodeError
from grader.marking.outputs import MAX_FRAME_BYTES, MAX_OUTPUTS, read_outputs

STREAM = {"output_type": "stream", "name": "stdout", "text": "x"}
ERROR = {"output_type": "error", "ename": "E", "evalue": "v", "traceback": ["t"]}
SHOWN = {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}
VALUE = SHOWN | {"output_type": "execute_result", "execution_count": 3}
FORGED = [
    b"",
    b"no json",
    b"3",
    b"null",
    b"{}x",
    b'["x"]',
    b"[null]",
    b"[[]]",
    b"[" * 50_000,
    b"\xff\xfe",
    *(
        json.dumps(outputs).encode()
        for outputs in (
            [{}],
            [STREAM | {"name": 3}],
            [STREAM | {"text": {"a": 1}}],
            [STREAM | {"text": [1, 2]}],
            [STREAM | {"more": 1}],
            [{"output_type": "evil"}],
            [{"output_type": ["stream"]}],
            [{"output_type": "error", "ename": "E"}],
            [ERROR | {"traceback": "t"}],
            [ERROR | {"traceback": [1]}],
            [SHOWN | {"data": []}],
            [SHOWN | {"data": {"text/plain": [1] * 1000}}],
            [SHOWN | {"data": {"text/plain": {"a": 1}}}],
            [SHOWN | {"metadata": []}],
            [SHOWN | {"execution_count": 1}],
            [VALUE | {"execution_count": "1"}],
            [VALUE | {"execution_count": True}],
            [STREAM] * (MAX_OUTPUTS + 1),
        )
    ),
]


@pytest.mark.parametrize("message", FORGED, ids=range(len(FORGED)))
def test_outputs_that_are_none_are_refused(message):
    with pytest.raises(DecodeError):
        read_outputs(message)


def test_outputs_are_read(tmp_path):
    outputs = [STREAM, ERROR, SHOWN, VALUE, VALUE | {"execution_count": None}]
    assert read_outputs(json.dumps(outputs).encode()) == outputs
    lines = read_outputs(json.dumps([STREAM | {"text": ["a\n", "b"]}]).encode())
    assert lines[0].text == "a\nb"


TEXT = st.text(max_size=5) | st.just("a\ud800b")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda one: st.lists(one, max_size=3) | st.dictionaries(TEXT, one, max_size=3),
    max_leaves=5,
)
MIMES = st.sampled_from(
    ["text/plain", "text/html", "application/json", "application/x+json", "application/xjson", "x"]
)
ANY = st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data", "execute_result"])},
    optional={
        "name": TEXT | JSON,
        "text": TEXT | st.lists(TEXT, max_size=2) | JSON,
        "ename": TEXT,
        "evalue": TEXT,
        "traceback": st.lists(TEXT, max_size=2) | JSON,
        "data": st.dictionaries(MIMES, JSON, max_size=3) | JSON,
        "metadata": st.dictionaries(TEXT, JSON, max_size=2) | JSON,
        "execution_count": JSON,
    },
)


@given(st.lists(ANY | JSON, max_size=3) | JSON)
def test_what_is_read_is_valid_and_can_be_written(outputs):
    try:
        read = read_outputs(json.dumps(outputs).encode())
    except DecodeError:
        return
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=read)])
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()


LARGE = {
    "many numbers in a text": [SHOWN | {"data": {"text/plain": [1] * 400_000}}],
    "many lists": [{}, *[[]] * 3_000_000],
    "many numbers": [{}, *[1] * 4_000_000],
    "numbers as JSON": [SHOWN | {"data": {"application/json": [1] * 3_000_000}}],
    "many keys": [SHOWN | {"metadata": {str(number): 1 for number in range(600_000)}}],
    "quotes and backslashes": [STREAM | {"text": '\\"' * 2_000_000}],
    "one text": [STREAM | {"text": "[1,2]," * 1_500_000}],
}


@pytest.mark.parametrize("outputs", LARGE.values(), ids=LARGE)
def test_large_messages_take_little_time_and_memory(outputs):
    message = json.dumps(outputs, separators=(",", ":")).encode()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.process_time()
    try:
        read = read_outputs(message)
    except DecodeError:
        read = None
    assert time.process_time() - begin < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert (read is not None) == ("text" in outputs[0])


def test_a_text_without_an_end_takes_no_more_time_than_others():
    """Is it scanned once, and not from each of the quotes in it?"""
    begin = time.process_time()
    with pytest.raises(DecodeError):
        read_outputs(b'["' + b'\\"' * 60_000)
    assert time.process_time() - begin < 5


def test_texts_do_not_count_as_values():
    assert len(json.dumps([STREAM | {"text": "1," * MAX_FRAME_BYTES}])) > MAX_FRAME_BYTES
    assert read_outputs(json.dumps([STREAM | {"text": "1," * MAX_FRAME_BYTES}]).encode())

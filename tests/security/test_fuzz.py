"""Do the parsers of untrusted bytes refuse, in their own words, whatever they cannot read?

The corpus in ``tests/banks/corpus/`` is tried as it is, and, for a minute, changed at random. A
failure prints the bytes: keep them in the corpus, as a file named for what is in it.
"""

import json
import resource
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from grader.isolation.codec import HEADER, DecodeError, MessageTooLargeError, decode, encode
from grader.marking.outputs import read_outputs
from grader.submission.parse import UnreadableError, parse_notebook
from tests.support.mutate import mutate, mutate_json
from utils.checks.describe import OpaqueValue

CORPUS = Path(__file__).parents[1] / "banks" / "corpus"
SECONDS = 20.0  # for each of the three parsers
MAX_SECONDS_OF_ONE = 5.0  # of processor time, for at most 100,000 bytes
MAX_GROWTH = 300_000  # kilobytes
PLAIN = (type(None), bool, int, float, str, np.ndarray, np.generic, OpaqueValue)


def check_notebook(content):
    """Check that bytes are read as a valid notebook, which is read as itself, or refused."""
    refusal = None
    try:
        notebook = parse_notebook(content)
    except UnreadableError as error:
        refusal = str(error)
    if refusal is not None:
        assert 5 < len(refusal) < 300
        return
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    assert parse_notebook(nbformat.writes(notebook).encode()) == notebook


def check_message(content):
    """Check that bytes are decoded to plain values, which can be sent on, or refused."""
    try:
        value = decode(content)
    except DecodeError:
        return
    assert is_plain(value)
    try:
        again = decode(encode(value))
    except MessageTooLargeError:
        return
    assert repr(again) == repr(value) or has_opaque(again)


def has_opaque(value):
    """Tell whether something in a value is only described, such as a number of 5,000 digits."""
    if type(value) in (list, tuple):
        return any(map(has_opaque, value))
    if type(value) is dict:
        return any(map(has_opaque, [*value, *value.values()]))
    return isinstance(value, OpaqueValue)


def is_plain(value):
    """Tell whether a value consists of plain values only."""
    if type(value) in (list, tuple):
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(map(is_plain, [*value, *value.values()]))
    return isinstance(value, PLAIN) and getattr(value, "dtype", np.dtype(int)).kind in "biufU"


def check_outputs(content):
    """Check that bytes are read as valid outputs, which are read as themselves, or refused."""
    try:
        outputs = read_outputs(content)
    except DecodeError:
        return
    nbformat.validate(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs)]))
    assert read_outputs(json.dumps(outputs).encode()) == outputs


def mutate_message(content, random):
    """Change the JSON part of a message, and correct its length."""
    (length,) = HEADER.unpack_from(content) if len(content) >= HEADER.size else (0,)
    text = mutate_json(content[HEADER.size : HEADER.size + length], random)
    return HEADER.pack(len(text)) + text + content[HEADER.size + length :]


CHECKS = {"notebook": check_notebook, "message": check_message, "outputs": check_outputs}
MUTATIONS = {"message": mutate_message}
FILES = {kind: sorted((CORPUS / kind).iterdir()) for kind in CHECKS}


@pytest.mark.parametrize(
    ("kind", "path"),
    [(kind, path) for kind, paths in FILES.items() for path in paths],
    ids=lambda value: getattr(value, "name", value),
)
def test_the_corpus_is_read_or_refused(kind, path):
    CHECKS[kind](path.read_bytes())


def test_the_corpus_reaches_both_ends():
    """Is some of it read, and some refused?"""
    for kind, parse, refusal in (
        ("notebook", parse_notebook, UnreadableError),
        ("message", decode, DecodeError),
        ("outputs", read_outputs, DecodeError),
    ):
        refused = 0
        for path in FILES[kind]:
            try:
                parse(path.read_bytes())
            except refusal:
                refused += 1
        assert 5 <= refused <= len(FILES[kind]) - 5


@pytest.mark.slow
@pytest.mark.parametrize("kind", CHECKS)
def test_whatever_it_is_changed_to_is_read_or_refused(kind):
    contents = [path.read_bytes() for path in FILES[kind]]
    on_json = MUTATIONS.get(kind, mutate_json)

    @settings(max_examples=200, deadline=None, derandomize=False, database=None,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(st.sampled_from(contents), st.randoms(use_true_random=False))
    def fuzz(content, random):
        content = mutate(content, contents, random, on_json)
        note(f"{kind}: {content!r}")
        begin = time.process_time()
        CHECKS[kind](content)
        assert time.process_time() - begin < MAX_SECONDS_OF_ONE

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    end = time.monotonic() + SECONDS  # Hypothesis itself has no limit of time.
    while time.monotonic() < end:
        fuzz()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MAX_GROWTH

import pytest

from grader.isolation.codec import encode
from grader.marking.student_worker import read_error


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"error": None}, ""),
        ({"error": {"names": ["E", "Exception"], "text": "t"}}, "E: t"),
        ({"error": {"names": ["E"], "text": "t" * 10_000}}, "E: " + "t" * 497),
        ({"error": {"names": [], "text": "t"}}, ""),
        ({"error": 3}, ""),
        ({}, ""),
        ([], ""),
        (None, ""),
    ],
)
def test_an_error_is_read_in_a_line(value, text):
    assert read_error(encode(value)) == text


@pytest.mark.parametrize("message", [b"", b"nonsense", b"\0" * 100])
def test_what_is_no_error_is_none(message):
    assert read_error(message) == ""

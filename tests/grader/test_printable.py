"""Can what students write be shown to anyone, and names be told apart?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.printable import ESCAPED_IN_NAME, escape_name, printable


@pytest.mark.parametrize("sign", ["\x1b", "\x00", "\x9b", "\u202e", "\u2066", "\u200b", "\ud800"])
def test_what_acts_or_cannot_be_seen_is_replaced(sign):
    assert printable(f"a{sign}b") == "a\N{REPLACEMENT CHARACTER}b"
    assert ESCAPED_IN_NAME.search(f"a{sign}b")
    assert sign not in escape_name(f"a{sign}b")


@pytest.mark.parametrize(
    "text", ["Zoë", "李 小龍", "fatima-zahra", "می\u200cخواهم", "ana maria", "o'neill", "a.b"]
)
def test_names_of_people_are_names(text):
    assert printable(text) == text
    assert not ESCAPED_IN_NAME.search(text)
    assert escape_name(text) == text


@pytest.mark.parametrize("name", ["ana ", " ana", "an\na", "an\ta", "ana\u3000"])
def test_spaces_that_nobody_sees_are_told(name):
    assert ESCAPED_IN_NAME.search(name)


@given(st.text())
def test_lines_stay(text):
    assert printable(text).count("\n") == text.count("\n")
    assert len(printable(text)) == len(text)
    printable(text).encode()

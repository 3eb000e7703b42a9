"""Does `tools.prose_numbers` list the numbers that no output shows, and no others?"""

import pytest
from nbformat import v4

from tools.prose_numbers import unsupported


def numbers_in(text, output="", code=""):
    cell = v4.new_code_cell(code, outputs=[v4.new_output("stream", text=output)])
    return dict(unsupported(v4.new_notebook(cells=[cell, v4.new_markdown_cell(text)]))).get(1, [])


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("That makes 12,345 pixels.", "12345"),
        ("It is right for 95.6 % of them.", "accuracy 0.9556"),
        ("About 0.28, or 28 %.", "0.2777"),
        ("The result is −44.", "[-44.]"),
        ("As lesson 12 said, `x[77]` and $n - 33$ are two of 9 things.", "1"),
    ],
)
def test_a_number_that_an_output_shows_is_not_listed(text, output):
    assert numbers_in(text, output) == []


@pytest.mark.parametrize(
    ("text", "output", "missing"),
    [
        ("That makes 12,346 pixels.", "12345", ["12,346"]),
        ("It is right for 95.6 % of them.", "accuracy 0.9543", ["95.6 %"]),
        ("It is 0.28.", "0.2877", ["0.28"]),
    ],
)
def test_a_number_that_no_output_shows_is_listed(text, output, missing):
    assert numbers_in(text, output) == missing


def test_code_and_alt_texts_count_as_shown():
    picture = v4.new_output(
        "display_data", {"image/png": ""}, metadata={"image/png": {"alt": "a map of 26 x 26"}}
    )
    cells = [
        v4.new_code_cell("draw(144)", outputs=[picture]),
        v4.new_markdown_cell("The map is 26 by 26, with 144 at its brightest."),
    ]
    assert list(unsupported(v4.new_notebook(cells=cells))) == []


def test_a_text_without_code_before_it_is_not_looked_at():
    assert list(unsupported(v4.new_notebook(cells=[v4.new_markdown_cell("In 1998 ...")]))) == []

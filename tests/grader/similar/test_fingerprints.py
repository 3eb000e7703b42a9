"""Do fingerprints see what a copier changes, and not what a copier does not?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.similar.fingerprints import MAX_CHARACTERS, fingerprints

ANSWER = '''
def blur(image, size=3):
    """Return the mean of each window."""
    rows = image.shape[0] - size + 1
    columns = image.shape[1] - size + 1
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = image[i:i + size, j:j + size].sum() / size ** 2  # the mean
    if out.max() > 255:
        raise ValueError("too bright")
    return out
'''
SAME = {
    "names": ANSWER.replace("image", "x").replace("rows", "h").replace("out", "sum"),
    "order of statements": ANSWER.replace(
        "    rows = image.shape[0] - size + 1\n    columns = image.shape[1] - size + 1\n",
        "    columns = image.shape[1] - size + 1\n    rows = image.shape[0] - size + 1\n",
    ),
    "order of operands": ANSWER.replace("i + size", "size + i").replace(
        "out.max() > 255", "255 < out.max()"
    ),
    "layout": ANSWER.replace("    return out", "\n    # done\n    return (\n        out\n    )"),
    "texts": ANSWER.replace("too bright", "no").replace("Return the mean", "Gives the average"),
    "annotations": ANSWER.replace(
        "(image, size=3)", "(image: np.ndarray, size: int = 3) -> object"
    ),
    "a magic": "%matplotlib inline\n" + ANSWER,
    "1 and 1.0": ANSWER.replace("size + 1", "size + 1.0"),
}
OTHER = {
    "a library's function": ANSWER.replace(".sum()", ".max()"),
    "a number": ANSWER.replace("255", "256"),
    "an operator": ANSWER.replace("/ size", "* size"),
}
OWN = """
def f(x):
    return g(size=x)
def g(size):
    return size
class C:
    def __init__(s):
        s.a = 1
    def get(s):
        return s.a
"""
NOT_PYTHON = [
    "",
    "def f(:",
    "x = (" * 50,
    "if x:\n\ty\n  z",
    "'",
    "'''",
    "\x00",
    "\ud800",
    "0777",
    "é€\U0001f600 = (",
]


@pytest.mark.parametrize("changed", SAME)
def test_a_disguise_changes_nothing(changed):
    assert SAME[changed] != ANSWER
    assert fingerprints(SAME[changed]).grams == fingerprints(ANSWER).grams


@pytest.mark.parametrize("changed", OTHER)
def test_what_the_answer_does_counts(changed):
    assert fingerprints(OTHER[changed]).grams != fingerprints(ANSWER).grams


def test_names_of_own_parameters_and_attributes_do_not_count():
    other = OWN.replace("size", "k").replace("s.a", "s.value").replace("get", "fetch")
    assert fingerprints(OWN).grams == fingerprints(other).grams
    library = "y = np.sum(x, axis=1)"
    assert fingerprints(library).grams != fingerprints(library.replace("axis", "where")).grams


@pytest.mark.parametrize("text", NOT_PYTHON)
def test_text_that_is_no_python_is_compared_by_its_tokens(text):
    taken = fingerprints(text)
    assert taken is not None
    assert taken.parsed is (text == "")


def test_broken_copies_are_still_alike():
    broken = ANSWER.replace("return out", "return out)")
    renamed = broken.replace("rows", "h").replace("# the mean", "")
    assert not fingerprints(broken).parsed
    assert fingerprints(broken).grams == fingerprints(renamed).grams


@pytest.mark.parametrize(
    "text",
    ["x = 1\n" * MAX_CHARACTERS, "x = " + "1+" * 9_000 + "1", "x = " + "-" * 15_000 + "1",
     "x = " + "a." * 9_000 + "b", "f" + "()" * 9_000, "lambda: " * 2_000 + "1"],
    ids=["long", "sum", "minus", "attributes", "calls", "lambdas"],
)  # fmt: skip
def test_what_is_too_long_or_too_deep_is_left_out(text):
    assert fingerprints(text) is None


@given(st.text(max_size=300))
def test_no_text_is_an_error(text):
    fingerprints(text)

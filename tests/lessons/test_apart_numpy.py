"""Do answers get the same marks from the judge as where tests and answers share a process?"""

import sys

import pytest

from tests.support.apart import answers_of, same_marks

if sys.platform != "linux":
    pytest.skip("confining a process needs Linux", allow_module_level=True)

TOPICS = (
    *("pixels", "convolution", "sobel", "output_size", "pooling", "xo_classifier", "backprop"),
)


@pytest.mark.parametrize(
    ("topic", "exercise", "name"), [one for topic in TOPICS for one in answers_of(topic, each=5)]
)
def test_an_answer_gets_the_same_marks_apart(topic, exercise, name):
    together, apart = same_marks(topic, exercise, name)
    assert apart == together

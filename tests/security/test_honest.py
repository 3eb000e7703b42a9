"""Does every honest style get all the points, and no message?"""

import sys

import pytest

from grader.marking.mark import mark
from tests.banks.honest import HONEST
from tests.support.arena import full_marks

pytestmark = [
    pytest.mark.security,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]


def test_the_bank_has_many_styles_of_several_lessons():
    assert len(HONEST) == len({style.name for style in HONEST}) >= 12
    assert len({style.lesson for style in HONEST}) >= 2


@pytest.mark.parametrize("style", HONEST, ids=lambda style: style.name)
def test_an_honest_style_gets_everything_and_is_told_nothing(style):
    result = mark(style.notebook(), style.lesson).result
    assert {one.name: (one.score, one.message) for one in result.exercises} == {
        name: (points, "") for name, points in full_marks(style.lesson).items()
    }
    assert result.message == ""

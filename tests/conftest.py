import copy

import pytest
from hypothesis import settings

from grader.course.release import make_release
from tests.support.toy import make_course

# A machine under load is no failure.
settings.register_profile("course", deadline=None)
settings.load_profile("course")


@pytest.fixture(scope="session")
def toy(tmp_path_factory):
    """The lesson of a small course of its own; not to be changed."""
    return make_course(tmp_path_factory.mktemp("toy"))


@pytest.fixture(scope="session")
def _toy_release(toy):
    return make_release(toy)


@pytest.fixture
def release(_toy_release):
    """A fresh student's copy of the toy lesson."""
    return copy.deepcopy(_toy_release)

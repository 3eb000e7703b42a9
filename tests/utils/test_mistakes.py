"""Is every known mistake named, in its own words, on the small public inputs alone?"""

import pytest

from utils import checks
from utils.checks.diagnose import mistake_text
from utils.checks.reference import Reference
from utils.checks.registry import exercises_with_mistakes
from utils.mistakes import examples_of, mistakes_of

TOPICS = ("pixels", "convolution", "sobel", "output_size", "pooling")
EXERCISES = [(topic, name) for topic in TOPICS for name in exercises_with_mistakes(topic)]
MISTAKES = [
    pytest.param(topic, name, mistake, id=f"{topic}-{name}-{mistake.__name__}")
    for topic, name in EXERCISES
    for mistake in mistakes_of(topic, name)
]


@pytest.mark.parametrize(("topic", "exercise"), EXERCISES)
def test_there_are_at_least_five(topic, exercise):
    assert len(mistakes_of(topic, exercise)) >= 5


@pytest.mark.parametrize(("topic", "exercise", "mistake"), MISTAKES)
def test_each_is_named_on_the_public_inputs(topic, exercise, mistake):
    check = checks.Exercise(f"{topic}.{exercise}", mistake, by_hand=False)
    for arguments in examples_of(topic, exercise):
        check.example(*arguments, expected=Reference(topic, exercise).result(arguments, {}))
    assert mistake_text(mistake) in [problem.what for problem in check.problems]

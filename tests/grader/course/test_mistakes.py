"""Are the names of known mistakes found, in files and in messages?"""

import pytest

from grader.course.lesson import find_lessons, find_root
from grader.course.mistakes import KnownMistake, mistakes_in_lesson, mistakes_named
from tests.support.lessons import known_mistakes, run_tests, words_of

NUMPY = ("01", "02", "03", "04", "05", "06")
KNOWN = {
    "relu": (
        KnownMistake("negated", "It is negated.", "A minus sign?"),
        KnownMistake("summed", "It is summed.", "Look at the rows."),
        KnownMistake("summed_twice", "It is summed.", "Look at the columns."),
    )
}


@pytest.mark.parametrize("lesson", NUMPY)
def test_reading_the_text_finds_what_importing_registers(lesson):
    (found,) = find_lessons(find_root(), [lesson])
    read = mistakes_in_lesson(found.root, found.topic)
    for exercise, registered in known_mistakes(lesson).items():
        words = {}
        for name in registered:
            words.setdefault((words_of(lesson, exercise, name), registered[name].__doc__), name)
        assert [one.name for one in read[exercise]] == list(words.values())
        assert [one.what for one in read[exercise]] == [what for what, _ in words]


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ("", ()),
        ("relu: It is negated.", ("negated",)),
        ("relu: It is negated.\n    x = 3\nA minus sign?\n2 of 3 checks failed.", ("negated",)),
        ("relu: wrong\nBesides: It is negated.", ("negated",)),
        ("relu: It is summed.\n    x\nLook at the columns.", ("summed_twice",)),
        ("relu: It is summed.\nBesides: other\nLook at the columns.", ("summed",)),
        ("relu: It is summed.\nrelu: It is summed.", ("summed",)),
        ("other: It is negated.", ()),
        ("relu: It is negated. Really", ()),
        ("It is negated.", ()),
    ],
)
def test_a_message_names_a_mistake_where_a_problem_begins(message, names):
    assert mistakes_named(message, "relu", KNOWN) == names


def test_a_real_message_is_recognised():
    (lesson,) = find_lessons(find_root(), ["02"])
    answer = "def relu(x):\n    return np.abs(x)"
    messages = [text for text in run_tests("02", "relu", answer).values() if text]
    known = mistakes_in_lesson(lesson.root, lesson.topic)
    assert {mistakes_named(text, "relu", known) for text in messages} == {("absolute_value",)}

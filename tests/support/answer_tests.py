"""What every exercise's answers are held to. A lesson's test file takes it over, in a class:

    class TestAnswers(AnswerTests):
        answers = pooling

The lessons have test files of their own because each file runs in one process.
"""

from types import ModuleType
from typing import ClassVar

import pytest

from tests.support.lessons import (
    find_lesson,
    known_mistakes,
    mistake_source,
    model_source,
    points_for,
    run_tests,
    score,
    words_of,
)


class AnswerTests:
    """Do a lesson's tests tell right from wrong, and do they say why?"""

    answers: ClassVar[ModuleType]

    def pytest_generate_tests(self, metafunc):
        """Run a test for each exercise, or for each of its right, wrong or known wrong answers."""
        tables = {
            "style": self.answers.RIGHT,
            "slip": self.answers.WRONG,
            "mistake": known_mistakes(self.answers.LESSON),
        }
        for name, table in tables.items():
            if name in metafunc.fixturenames:
                cases = [
                    pytest.param(exercise, each, id=f"{exercise}-{each}".replace(" ", "_"))
                    for exercise in self.answers.POINTS
                    for each in table[exercise]
                ]
                metafunc.parametrize(("exercise", name), cases)
                return
        if "exercise" in metafunc.fixturenames:
            metafunc.parametrize("exercise", self.answers.POINTS)

    def mark(self, exercise, answer):
        """Return an answer's points, and what the test cells that it fails say of it."""
        messages = run_tests(self.answers.LESSON, exercise, answer)
        return points_for(self.answers.LESSON, messages), list(filter(None, messages.values()))

    def test_the_points_are_the_contracts(self):
        exercises = find_lesson(self.answers.LESSON).exercises
        assert {each.name: each.points for each in exercises} == self.answers.POINTS
        assert sum(self.answers.POINTS.values()) == 10

    def test_an_exercise_has_a_visible_and_a_hidden_test(self, exercise):
        sources = [
            cell.source
            for cell in find_lesson(self.answers.LESSON).notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade")
            and cell.metadata.nbgrader.grade_id.split("-")[1] == exercise
        ]
        hidden = ["### BEGIN HIDDEN TESTS" in source for source in sources]
        assert any(hidden)
        assert not all(hidden)

    def test_the_lessons_own_answer_gets_all_points(self, exercise):
        points, messages = self.mark(exercise, model_source(self.answers.LESSON, exercise))
        assert not messages, messages[0]
        assert points == self.answers.POINTS[exercise]

    def test_a_right_answer_in_any_style_passes(self, exercise, style):
        points, messages = self.mark(exercise, self.answers.RIGHT[exercise][style])
        assert not messages, messages[0]
        assert points == self.answers.POINTS[exercise]

    def test_a_wrong_answer_loses_points_and_is_told_why(self, exercise, slip):
        answer, words = self.answers.WRONG[exercise][slip]
        points, messages = self.mark(exercise, answer)
        assert messages, "passes every test"
        assert points < self.answers.POINTS[exercise]
        wanted = words if isinstance(words, tuple) else (words,)
        assert any(
            word in message or word in " ".join(message.split())
            for word in wanted
            for message in messages
        ), messages

    def test_a_known_mistake_loses_points_and_is_named(self, exercise, mistake):
        """Is each mistake of `utils.mistakes` caught by the marks, and told by its own words?"""
        answer = mistake_source(self.answers.LESSON, exercise, mistake)
        points, messages = self.mark(exercise, answer)
        assert messages, "passes every test"
        assert points < self.answers.POINTS[exercise]
        told = words_of(self.answers.LESSON, exercise, mistake)
        assert any(told in " ".join(message.split()) for message in messages), messages

    def test_an_answer_not_begun_gets_nothing_and_no_reproach(self, exercise):
        stub = f"def {exercise}(*args, **kwargs):\n    raise NotImplementedError"
        messages = run_tests(self.answers.LESSON, exercise, stub)
        assert set(messages.values()) == {f"{exercise}: not done yet\n"}

    def test_returning_nothing_is_said(self, exercise):
        nothing = f"def {exercise}(*args, **kwargs):\n    pass"
        points, messages = self.mark(exercise, nothing)
        assert points == 0
        assert "None" in messages[0]

    def test_an_error_for_every_input_gets_nothing(self, exercise):
        answer = f"def {exercise}(*args, **kwargs):\n    raise ValueError('layer 0 1 2 3 4 11')"
        assert score(self.answers.LESSON, exercise, answer) == 0

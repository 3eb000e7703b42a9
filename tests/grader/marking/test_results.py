import grader
from grader.marking.results import ExerciseResult, SubmissionResult, TestResult
from grader.printable import MAX_MESSAGE_CHARACTERS, shorten
from tests.support.toy import answer


def test_a_result_survives_being_stored(release, toy):
    result = grader.mark(answer(release, double="1/0"), toy).result
    assert SubmissionResult.from_record(result.to_record()) == result


def test_the_json_is_as_designed(toy):
    result = grader.mark(b"", toy, student="ana").result
    row = result.to_json()
    assert list(row) == [
        "student", "lesson", "status", "score", "max_score", "seconds", "message", "exercises",
    ]  # fmt: skip
    assert list(row["exercises"][0]) == ["name", "score", "max_score", "message", "tests"]
    assert row["exercises"][0]["tests"][1] == {
        "name": "test-double-hidden", "score": 0.0, "max_score": 2.0, "message": row["message"],
    }  # fmt: skip
    assert isinstance(row["score"], float)


def test_no_message_is_longer_than_the_bound():
    test = TestResult("test-double", 0.0, 1.0, "a" * 100_000)
    other = TestResult("test-more", 0.0, 1.0, "b" * 100_000)
    exercise = ExerciseResult("double", (test, other))
    result = SubmissionResult("ana", "01_toy", "graded", (exercise,), message="c" * 100_000)
    for message in (test.message, exercise.message, result.message):
        assert len(message) <= MAX_MESSAGE_CHARACTERS
        assert message.endswith(" characters)")
    assert SubmissionResult.from_record(result.to_record()) == result


def test_a_message_within_the_bound_stays():
    assert shorten("a" * MAX_MESSAGE_CHARACTERS) == "a" * MAX_MESSAGE_CHARACTERS

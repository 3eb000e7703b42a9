import json

import grader
from grader.marking.results import SubmissionResult, to_json
from tests.support.toy import answer


def test_a_result_survives_being_stored(release, toy):
    result = grader.mark(answer(release, double="1/0"), toy).result
    assert SubmissionResult.from_record(result.to_record()) == result


def test_the_json_is_as_designed(toy):
    result = grader.mark(b"", toy, student="ana").result
    (row,) = json.loads(to_json([result]))["submissions"]
    assert list(row) == [
        "student", "lesson", "status", "score", "max_score", "seconds", "message", "exercises",
    ]  # fmt: skip
    assert list(row["exercises"][0]) == ["name", "score", "max_score", "message"]
    assert isinstance(row["score"], float)

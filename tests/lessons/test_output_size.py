"""What lesson 04's tests must do besides what `test_answers.py` asks of every lesson."""

from tests.banks.answers.output_size import LESSON, RIGHT_PARTS, WRONG, broken
from tests.support.lessons import points_of, run_tests, score


def test_handing_the_work_to_utils_gets_nothing():
    answer, _ = WRONG["trace_shapes"]["with utils"]
    assert score(LESSON, "trace_shapes", answer) == 0
    assert "by hand" in run_tests(LESSON, "trace_shapes", answer)["test-trace_shapes"]


def test_one_slip_does_not_cost_the_marks_for_errors():
    forgotten = broken("output_size", "// stride + 1", "// stride")
    assert score(LESSON, "output_size", forgotten) == 0.5
    assert score(LESSON, "trace_shapes", broken("trace_shapes", "layer {index}", "a layer")) == 2


def test_a_wrong_output_size_does_not_spoil_trace_shapes():
    wrong = RIGHT_PARTS["output_size"].replace("// stride + 1", "// stride")
    answer = wrong + "\n\n" + RIGHT_PARTS["trace_shapes"]
    assert score(LESSON, "trace_shapes", answer) == points_of(LESSON)["trace_shapes"]


def test_the_missing_index_is_told_without_the_answer():
    messages = run_tests(LESSON, "trace_shapes", broken("trace_shapes", "layer {index}", "a layer"))
    assert "by its index, counted from 0" in messages["test-trace_shapes-index"]

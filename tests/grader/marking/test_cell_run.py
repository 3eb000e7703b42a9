import nbformat
import pytest

from grader.marking.cell_run import CellRun, insert_runs, stopped_run
from utils.checks.time_limit import timeout_reason

STREAM = {"output_type": "stream", "name": "stdout", "text": "x"}


def test_a_stopped_run_says_why():
    run = stopped_run([STREAM], "too long")
    assert run.stopped == "too long"
    assert [one["output_type"] for one in run.outputs] == ["stream", "error"]
    assert run.outputs[1].evalue == "too long"
    assert stopped_run([], "too long", is_cell=False).stopped == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(20.0, "20 s"), (0.5, "0.5 s"), (4.321, "4.32 s"), (1234.0, "1234 s")]
)
def test_a_timeout_is_told_in_seconds(seconds, text):
    assert timeout_reason(seconds) == f"stopped after {text}; is there an endless loop?"


def test_a_run_succeeds_without_an_error_and_without_a_stop():
    error = nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])
    assert CellRun([nbformat.from_dict(STREAM)]).succeeded
    assert not CellRun([error]).succeeded
    assert not CellRun([], "too long").succeeded


def test_runs_are_inserted_with_their_counts_and_stops_are_named():
    answer = {"nbgrader": {"grade_id": "double"}}
    cells = [nbformat.v4.new_code_cell(metadata=one) for one in ({}, {}, answer)]
    value = nbformat.v4.new_output("execute_result", data={"text/plain": "1"})
    runs = [CellRun([value]), CellRun([], "too long"), CellRun([], "gone")]
    assert insert_runs(cells, runs) == ["code cell 2: too long", "the cell double: gone"]
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert cells[0].outputs[0].execution_count == 1

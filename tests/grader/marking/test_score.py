import nbformat
import pytest
from nbgrader.utils import determine_grade

from grader.marking.score import score_cell
from tests.support.toy import find

OUTPUTS = [
    [],
    [nbformat.v4.new_output("stream", name="stdout", text="right")],
    [nbformat.v4.new_output("stream", name="stderr", text="warning")],
    [nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])],
    [nbformat.v4.new_output("display_data", data={"text/plain": "0.5"})],
    *(
        [nbformat.v4.new_output("execute_result", data={"text/plain": text})]
        for text in ("0.5", "0", "2", "-1", "'text'", "None")
    ),
]


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_a_cell_is_scored_as_nbgrader_scores_it(toy, outputs):
    cell = nbformat.from_dict(find(toy.notebook, "test-double-hidden"))
    cell.outputs = outputs
    assert (score_cell(cell), 2.0) == determine_grade(cell)

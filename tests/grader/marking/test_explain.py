import nbformat
import pytest

from grader.marking.cell_run import STOPPED
from grader.marking.explain import explain_points_lost, hide_tracebacks

UNDEFINED = ("NameError", "name 'double' is not defined")


def cell(grade_id, *errors, kind="grade"):
    """Return an executed cell of an exercise that ended with an error."""
    metadata = {
        "nbgrader": {"grade_id": grade_id, "grade": False, "solution": False} | {kind: True}
    }
    outputs = [
        nbformat.v4.new_output("error", ename=ename, evalue=evalue, traceback=["a secret"])
        for ename, evalue in errors
    ]
    source = "def double(x): ..." if kind == "solution" else ""
    return nbformat.v4.new_code_cell(source, metadata=metadata, outputs=outputs)


def explain(test_error, answer_error=None, errors=()):
    answers = [] if answer_error is None else [cell("double", answer_error, kind="solution")]
    test = cell("test-double", test_error)
    notebook = nbformat.v4.new_notebook(cells=[*answers, test])
    return explain_points_lost(test, notebook, dict(errors))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (("CheckError", "double: twice 3 is 6"), "double: twice 3 is 6"),
        (("AssertionError", "twice 3 is 6 "), "twice 3 is 6"),
        (("AssertionError", ""), "double: a check failed"),
        (("FunctionEndedError", "stopped after 1 s"), "stopped after 1 s"),
        ((STOPPED, "stopped after 1 s"), "stopped after 1 s"),
        (("KeyError", "'k'"), "KeyError: 'k'"),
        (("KeyError", ""), "KeyError"),
        (("SyntaxError", "bad (<string>, line 3)"), "SyntaxError: bad (line 3)"),
        (("ValueError", "x" * 9_000), "ValueError: " + "x" * 5_000),
    ],
)
def test_an_error_in_a_test_is_explained_without_the_test(error, text):
    assert explain(error) == text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (("KeyError", "'k'"), "double: your cell 'double' stopped with KeyError: 'k'"),
        (
            (STOPPED, "the Python process ended (exit code 7)"),
            "double: your cell 'double' did not finish: the Python process ended (exit code 7)",
        ),
        (
            (STOPPED, "used more than 2 GB of memory"),
            "double: your cell 'double' did not finish: used more than 2 GB of memory",
        ),
        (
            (STOPPED, "stopped after 2 s; is there an endless loop?"),
            "double: your cell 'double' did not finish: stopped after 2 s; "
            "is there an endless loop?",
        ),
        (
            ("PermissionError", "no"),
            "double: your cell 'double' stopped with PermissionError: no; programs and files "
            "outside its own folder are out of a marked notebook's reach",
        ),
    ],
)
def test_an_undefined_function_is_explained_by_its_cell(error, text):
    assert explain(UNDEFINED, error) == text


def test_an_undefined_function_is_explained_by_an_error_that_no_output_shows():
    told = {"double": "ZeroDivisionError: division by zero"}
    assert explain(UNDEFINED, errors=told) == (
        "double: your cell 'double' stopped with ZeroDivisionError: division by zero"
    )
    assert explain(UNDEFINED) == "double: the function is not defined anywhere in the notebook"


def test_stderr_in_a_test_is_its_explanation():
    test = cell("test-double")
    test.outputs = [nbformat.v4.new_output("stream", name="stderr", text=" careful\n")]
    assert explain_points_lost(test, nbformat.v4.new_notebook(cells=[test]), {}) == "careful"


def test_tracebacks_of_tests_are_hidden_and_those_of_answers_kept():
    """Does a student see the source of a hidden test?"""
    error = ("AssertionError", "twice 3 is 6")
    notebook = nbformat.v4.new_notebook(
        cells=[cell("double", error, kind="solution"), cell("test-double", error)]
    )
    hide_tracebacks(notebook, {})
    answer, test = notebook.cells
    assert answer.outputs[0].traceback == ["a secret"]
    assert test.outputs[0].traceback == ["twice 3 is 6"]

"""Does the student's copy hold what students need, and none of what they must not see?"""

from nbgrader.apps import NbGraderAPI

from grader.course import release
from tests.support.builds import read


def test_the_students_copy_holds_no_solution_hidden_test_or_output(built):
    text = (built / "notebooks/01_toys/01_toys.ipynb").read_text()
    for secret in ("2 * x", "double(0)", "HIDDEN", '"output_type"'):
        assert secret not in text
    assert "raise NotImplementedError" in text
    assert "double(2) == 4" in text


def test_answers_to_questions_stay_in_the_solution(built):
    solved, released = read(built, "solutions").cells, read(built, "notebooks").cells
    assert solved[-1].source.startswith("### Answers")
    assert len(released) == len(solved) - 1
    assert released[-1].source == solved[-2].source


def test_the_students_folder_holds_the_notebook_alone(built):
    assert [path.name for path in (built / "notebooks/01_toys").iterdir()] == ["01_toys.ipynb"]


def test_stock_nbgrader_makes_the_same_students_copy(built):
    """Does `nbgrader generate_assignment` agree with `grader build`, cell by cell?"""
    ours = read(built, "notebooks")
    config = release.load_nbgrader_config(built)
    config.CourseDirectory.root = str(built)
    api = NbGraderAPI(config=config)
    result = api.generate_assignment("01_toys", force=True)
    assert result["success"], result["log"]
    theirs = read(built, "notebooks")
    assert [path.name for path in (built / "notebooks/01_toys").iterdir()] == ["01_toys.ipynb"]
    assert [(cell.source, cell.metadata) for cell in theirs.cells] == [
        (cell.source, cell.metadata) for cell in ours.cells
    ]

"""Does every notebook of the course run, as it is handed out and as it is solved?"""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from grader.course.build import find_stale
from grader.course.lesson import find_lessons

ROOT = Path(__file__).resolve().parents[2]
LESSONS = find_lessons(ROOT)
NUMPY_LESSONS = [lesson for lesson in LESSONS if int(lesson.name[:2]) <= 6]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def run(notebook, folder):
    """Run every cell, going on after an error."""
    NotebookClient(
        notebook,
        timeout=300,
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--Application.log_level=ERROR"],
    ).execute()
    return notebook


def test_nothing_that_is_made_is_out_of_date():
    assert [str(stale) for stale in find_stale(ROOT)] == []


@each_lesson
def test_a_copy_in_which_nothing_is_done_runs_without_an_error(lesson, tmp_path):
    """Does 'Run All' on an untouched copy show what remains to be done, and no traceback?"""
    notebook = run(nbformat.read(lesson.release, as_version=4), tmp_path)
    assert [output.evalue for output in outputs(notebook) if output.output_type == "error"] == []
    undone = "".join(output.text for output in outputs(notebook) if output.get("name") == "stderr")
    # A test cell of which everything is hidden says nothing in a student's copy.
    visible = {
        test.grade_id.split("-")[1] for exercise in lesson.exercises for test in exercise.tests
    }
    assert set(undone.splitlines()) == {f"{name}: not done yet" for name in visible}


@each_lesson
def test_every_answer_of_the_solution_passes_every_test(lesson):
    notebook = nbformat.read(lesson.solution, as_version=4)
    tests = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    said = ["".join(output.text for output in cell.outputs) for cell in tests]
    assert all(re.fullmatch(r"\w+: right \(\d+ checks?\)\.\n", text) for text in said), said


@each_lesson
def test_a_lesson_is_worth_ten_points_and_each_exercise_has_a_visible_and_a_hidden_test(lesson):
    assert lesson.points == 10
    visible = {
        cell.metadata.nbgrader.grade_id: "checks.Exercise" in cell.source
        for cell in nbformat.read(lesson.release, as_version=4).cells
        if cell.metadata.get("nbgrader", {}).get("grade")
    }
    for exercise in lesson.exercises:
        shown = [visible[test.grade_id] for test in exercise.tests]
        assert any(shown), f"{exercise.name} has no visible test"
        assert not all(shown), f"{exercise.name} has no hidden test"


@each_lesson
def test_the_students_copy_holds_no_answers_to_questions_and_no_tags(lesson):
    cells = nbformat.read(lesson.release, as_version=4).cells
    assert not any("tags" in cell.metadata or "### Answers" in cell.source for cell in cells)


@each_lesson
def test_every_figure_and_widget_has_a_text_that_says_the_same(lesson):
    for output in outputs(nbformat.read(lesson.solution, as_version=4)):
        if "image/png" in output.get("data", {}):
            assert len(output.data["text/plain"]) > 20
            assert output.metadata["image/png"]["alt"] == output.data["text/plain"]


@each_lesson
def test_links_between_lessons_lead_somewhere(lesson):
    text = "\n".join(cell.source for cell in lesson.notebook.cells if cell.cell_type == "markdown")
    for link in re.findall(r"\]\((\.\./[^)]+)\)", text):
        assert (lesson.release.parent / link).resolve().exists(), link


@pytest.mark.parametrize("lesson", NUMPY_LESSONS, ids=lambda lesson: lesson.name)
def test_a_numpy_lesson_never_loads_tensorflow(lesson):
    code = "\n".join(cell.source for cell in lesson.notebook.cells if cell.cell_type == "code")
    program = (
        f"{code}\nimport sys\nassert not {{'tensorflow', 'keras', 'torch'}} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_importing_utils_is_quick():
    """Does `import utils` itself load next to nothing?"""
    program = "import sys, utils; print(len({'numpy', 'matplotlib', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "0"

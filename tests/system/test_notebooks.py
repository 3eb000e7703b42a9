"""Does every notebook of the course run, as it is handed out and as it is solved?"""

import functools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

from grader.course.cells import is_test
from grader.course.imports import needs_keras
from grader.course.lesson import find_lessons
from tests.support.lessons import imports_of, model_answer

ROOT = Path(__file__).resolve().parents[2]
LESSONS = find_lessons(ROOT)
LIBRARIES = ("tensorflow", "keras", "torch")
PROBE = f"import sys\nprint([name for name in {LIBRARIES} if name in sys.modules])"
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
# An executed copy is kept in its process, so the tests that read it must run there.
each_executed = pytest.mark.parametrize(
    "lesson",
    [pytest.param(each, marks=pytest.mark.xdist_group(f"{each.name}.ipynb")) for each in LESSONS],
    ids=lambda lesson: lesson.name,
)


def outputs(notebook):
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


@functools.cache
def executed(lesson):
    """Return an untouched copy after "Run All", which is done once for all tests.

    Every cell has run, also after an error; a last cell says which large libraries were loaded.
    """
    notebook = nbformat.read(lesson.release, as_version=4)
    notebook.cells.append(v4.new_code_cell(PROBE))
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            timeout=300,
            allow_errors=True,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--Application.log_level=ERROR"],
        ).execute()
    return notebook


@pytest.mark.slow
@each_executed
def test_an_untouched_copy_runs_without_an_error_and_says_what_is_not_done(lesson):
    *cells, _ = executed(lesson).cells
    found = [output for cell in cells for output in cell.get("outputs", ())]
    assert [output.evalue for output in found if output.output_type == "error"] == []
    undone = "".join(output.text for output in found if output.get("name") == "stderr")
    # A test cell of which everything is hidden says nothing in a student's copy.
    visible = {exercise.name for exercise in lesson.exercises}
    assert set(undone.splitlines()) == {f"{name}: not done yet" for name in visible}


@pytest.mark.slow
@each_executed
def test_an_untouched_copy_loads_keras_only_where_its_source_says_so(lesson):
    loaded = "".join(output.text for output in executed(lesson).cells[-1].outputs)
    assert (loaded != "[]\n") == needs_keras(lesson)


@each_lesson
def test_every_answer_of_the_solution_passes_every_test(lesson):
    notebook = nbformat.read(lesson.solution, as_version=4)
    tests = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    said = ["".join(output.text for output in cell.outputs) for cell in tests]
    trained = r"Trained with seed \d+: reads 0\.\d+ of the test digits\.\n"
    praise = rf"({trained})?✓ \w+: right( on what you can see)? \(\d+ checks?\)[^\n]*\.\n"
    assert all(re.fullmatch(praise, text) for text in said), said


@each_lesson
def test_each_exercise_has_a_visible_and_a_hidden_test(lesson):
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


def test_no_lesson_before_the_one_about_keras_needs_it():
    names = [lesson.name for lesson in LESSONS]
    first = next(index for index, name in enumerate(names) if "keras" in name)
    assert first >= 5
    assert [lesson.name for lesson in LESSONS[:first] if needs_keras(lesson)] == []


def test_answers_and_tests_in_numpy_never_load_tensorflow():
    """Do the answers and test cells, hidden ones too, keep to what the lesson's imports say?"""
    programs = {}
    for lesson in LESSONS:
        if not needs_keras(lesson):
            names = [exercise.name for exercise in lesson.exercises]
            tests = [cell.source for cell in lesson.notebook.cells if is_test(cell)]
            answers = [model_answer(lesson.name, name) for name in names]
            programs[lesson.name] = "\n\n".join([*imports_of(lesson.name), *answers, *tests])
    assert programs
    program = "".join(
        f"exec({code!r}, {{'__name__': '__main__'}})\n"
        f"assert not {set(LIBRARIES)!r} & set(sys.modules), {name!r}\n"
        for name, code in programs.items()
    )
    command = [sys.executable, "-c", f"import sys\n{program}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_importing_utils_is_quick():
    """Does `import utils` itself load next to nothing?"""
    program = "import sys, utils; print(len({'numpy', 'matplotlib', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "0"

"""Feedback for students: their executed notebook with points and messages, as an HTML page.

nbgrader's own converter writes the pages. It gets copies of the executed notebooks without hidden
tests, so that no page can show them.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log

from grader.classroom.gradebook import find_url
from grader.classroom.records import record_path
from grader.course.cells import is_test, without_hidden
from grader.course.lesson import CourseError, find_lessons
from grader.course.release import load_nbgrader_config
from grader.printable import escape_name, first_few
from grader.scratch import temporary_folder

HIDDEN_TESTS_NOTE = "# Hidden tests ran here."


def write_feedback(
    root: Path,
    *,
    autograded: Path,
    feedback: Path,
    gradebook: str | None = None,
    lessons: list[str] | None = None,
    students: list[str] | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Path]:
    """Write a page for each marked submission.

    Parameters
    ----------
    root : Path
        The course's root folder.
    autograded, feedback : Path
        The folders of the executed notebooks and of the pages.
    gradebook : str, optional
        A database URL or a file; by default ``gradebook.db`` in the course.
    lessons, students : list of str, optional
        Write only pages on these lessons, or for these students; by default all.
    progress : callable
        Called with one line for each page.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    CourseError
        If there are no marked submissions, or if nbgrader could not write some of the pages; all
        others are written first.
    """
    written: list[Path] = []
    failures: list[str] = []
    url = find_url(root, gradebook)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    for lesson in find_lessons(root, lessons):
        for path in sorted(autograded.glob(f"*/{lesson.name}/{lesson.name}.ipynb")):
            student = path.parts[-3]
            if students and student not in students:
                continue
            progress(f"{escape_name(student)} {lesson.name}")
            try:
                written.append(_write_page(root, path, feedback, url))
            except CourseError as error:
                failures.append(str(error))
    if failures:
        raise CourseError("\n".join(first_few(failures)))
    if not written:
        raise CourseError(f"There is nothing marked in {autograded}. Run grader autograde first")
    return written


def without_hidden_tests(notebook: NotebookNode) -> NotebookNode:
    """Remove hidden tests from an executed notebook, and their output except for the messages."""
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        visible = without_hidden(cell.source)
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [output.evalue] if output.evalue else [output.ename]
        if visible != cell.source:
            cell.source = f"{visible.rstrip()}\n{HIDDEN_TESTS_NOTE}".lstrip()
            cell.outputs = [output for output in cell.outputs if _is_message(output)]
    notebook.metadata.pop("grader", None)
    return notebook


def _is_message(output: NotebookNode) -> bool:
    """Return whether an output is a test's message, not something the student's code printed."""
    return output.output_type == "error" or output.get("name") == "stderr"


def _write_page(root: Path, path: Path, feedback: Path, url: str) -> Path:
    """Write the page for one executed notebook and return its path.

    Raises
    ------
    CourseError
        If nbgrader could not write it.
    """
    lesson, student = path.parts[-2], path.parts[-3]
    with temporary_folder() as scratch:
        copy = record_path(Path(scratch), student, lesson)
        copy.parent.mkdir(parents=True)
        notebook = without_hidden_tests(nbformat.read(path, as_version=4))
        copy.write_text(nbformat.writes(notebook), encoding="utf-8")
        outcome = capture_log(_converter(root, copy, feedback, url))
    if not outcome["success"]:
        shutil.rmtree(feedback / student / lesson, ignore_errors=True)
        raise CourseError(_explain_failure(lesson, student, outcome.get("error")))
    return feedback / student / lesson / f"{lesson}.html"


def _converter(root: Path, notebook: Path, feedback: Path, url: str) -> GenerateFeedback:
    """Return nbgrader's converter for one notebook, with the course's settings and these folders.

    It is set up as ``NbGraderAPI.generate_feedback`` does, which takes a student's id for a file
    pattern, and strips it.
    """
    config = load_nbgrader_config(root)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.autograded_directory = str(notebook.parents[2])
    config.CourseDirectory.feedback_directory = str(feedback)
    config.CourseDirectory.db_url = url
    config.HTMLExporter.template_name = "feedback"
    converter = _OnePage(coursedir=_Folders(config=config), config=config)
    converter.notebook, converter.force = notebook, True
    return converter


class _OnePage(GenerateFeedback):
    """nbgrader's converter, for one notebook that is not searched for."""

    notebook: Path

    def init_notebooks(self) -> None:
        """Set what to convert."""
        self.assignments = {str(self.notebook.parent): [str(self.notebook)]}
        self.notebooks: list[str] = []


class _Folders(CourseDirectory):
    """A course's folders, where a student's id may have line breaks."""

    def format_path(
        self, nbgrader_step: str, student_id: str, assignment_id: str, escape: bool = False
    ) -> str:
        """Return a folder, or, to ``escape``, the pattern that nbgrader finds the ids with."""
        if escape:
            student_id = student_id.replace(".*", "[^/]*")
        return super().format_path(nbgrader_step, student_id, assignment_id, escape=escape)


def _explain_failure(lesson: str, student: str, log: str | None) -> str:
    """Return why nbgrader could not write a page, from what it logged."""
    message = f"nbgrader could not write {escape_name(student)}'s page on {lesson}"
    lines = (log or "").strip().splitlines()
    return f"{message}: {lines[-1] if lines else 'it does not say why'}"

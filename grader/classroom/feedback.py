"""What a student gets back: their executed notebook with points and messages, as HTML.

nbgrader's own converter writes the pages. It is given copies of the executed notebooks without
hidden tests: what a page must not show is not there to be shown.
"""

from __future__ import annotations

import glob
import logging
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory

from grader.classroom.gradebook import find_url
from grader.course.cells import is_test, without_hidden
from grader.course.lesson import CourseError, find_lessons
from grader.course.release import load_nbgrader_config
from grader.printable import escape_name

HIDDEN = "# Hidden tests ran here."


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
        The course's root.
    autograded, feedback : Path
        Where the executed notebooks lie, and where the pages go.
    gradebook : str, optional
        A URL or a file.
    lessons, students : list of str, optional
        Only these; all by default.
    progress : callable
        Told one line for each page.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    CourseError
        If there is nothing to write about, or, when all others are written, for pages that nbgrader
        could not write.
    """
    written, failed = [], []
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)
    for lesson in find_lessons(root, lessons):
        for path in sorted(autograded.glob(f"*/{lesson.name}/{lesson.name}.ipynb")):
            student = path.parts[-3]
            if students and student not in students:
                continue
            progress(f"{escape_name(student)} {lesson.name}")
            with tempfile.TemporaryDirectory(prefix="grader-") as scratch:
                copy = Path(scratch) / student / lesson.name / path.name
                copy.parent.mkdir(parents=True)
                notebook = without_secrets(nbformat.read(path, as_version=4))
                copy.write_text(nbformat.writes(notebook), encoding="utf-8")
                try:
                    _convert(root, Path(scratch), feedback, find_url(root, gradebook), path)
                except CourseError as error:
                    failed.append(str(error))
                    continue
            written.append(feedback / student / lesson.name / f"{lesson.name}.html")
    if failed:
        raise CourseError("\n".join(failed))
    if not written:
        raise CourseError(f"There is nothing marked in {autograded}. Run grader autograde first")
    return written


def without_secrets(notebook: NotebookNode) -> NotebookNode:
    """Take hidden tests out of an executed notebook, and what they put out but for the message."""
    for cell in notebook.cells:
        if not is_test(cell):
            continue
        visible = without_hidden(cell.source)
        for output in cell.outputs:
            if output.output_type == "error":
                output.traceback = [output.evalue] if output.evalue else [output.ename]
        if visible != cell.source:
            cell.source = f"{visible.rstrip()}\n{HIDDEN}".lstrip()
            cell.outputs = [output for output in cell.outputs if _is_message(output)]
    notebook.metadata.pop("grader", None)
    return notebook


def _is_message(output: NotebookNode) -> bool:
    """Tell whether an output is what the test says, not what the student's code printed."""
    return output.output_type == "error" or output.get("name") == "stderr"


def _convert(root: Path, autograded: Path, feedback: Path, url: str, path: Path) -> None:
    """Let nbgrader write one page."""
    lesson, student = path.parts[-2], path.parts[-3]
    config = load_nbgrader_config(root)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.autograded_directory = str(autograded)
    config.CourseDirectory.feedback_directory = str(feedback)
    config.CourseDirectory.db_url = url
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    outcome = api.generate_feedback(lesson, student, force=True)
    if not outcome["success"]:
        shutil.rmtree(feedback / student / lesson, ignore_errors=True)
        lines = (outcome.get("error") or "it does not say why").strip().splitlines()
        whose = f"nbgrader could not write {escape_name(student)}'s page on {lesson}"
        if glob.escape(student) != student or "\n" in student:
            raise CourseError(f"{whose}: to it, a [, *, ? or line break in a name is a pattern")
        raise CourseError(f"{whose}: {lines[-1]}")

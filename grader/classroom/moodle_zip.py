"""Moodle's zip of feedback files: one folder for each student, named as in its zip of submissions.

Moodle reads the participant from a folder's name, ``Full name_1234567_assignsubmission_file_``, and
takes every file in it: ``mod/assign/feedback/file/importziplib.php`` of moodle/moodle.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from grader.classroom.gradebook import CourseGradebook, find_url
from grader.classroom.lms_roster import participant_id, read_moodle
from grader.course.lesson import CourseError, Lesson
from grader.printable import escape_name, first_few

FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the oldest date a zip can have: the same pages, the same file


def write_feedback_zip(
    path: Path,
    lesson: Lesson,
    *,
    roster: Path,
    feedback: Path,
    gradebook: str | None = None,
) -> list[str]:
    """Write the pages of a lesson for Moodle.

    Parameters
    ----------
    path : Path
        The zip.
    lesson : Lesson
        The lesson that the assignment in Moodle is.
    roster : Path
        Moodle's grading worksheet of the assignment.
    feedback : Path
        The folder that ``grader feedback`` wrote.
    gradebook : str, optional
        A database URL or a file; by default ``gradebook.db`` in the course.

    Returns
    -------
    list of str
        Warnings: students without a page.

    Raises
    ------
    CourseError
        If the roster cannot be used, or there is no page.
    """
    table = read_moodle(roster)
    with CourseGradebook(find_url(lesson.root, gradebook)) as book:
        found = table.find(book.student_details())
        marked = set(book.hand_ins(lesson.name))
    pages: dict[str, Path] = {}
    without = []
    for student, number in sorted(found.items(), key=lambda item: item[1]):
        page = feedback / student / lesson.name / f"{lesson.name}.html"
        folder = _folder_name(table.rows[number])
        if folder and page.is_file():
            pages[f"{folder}/{lesson.name}.html"] = page
        elif student in marked:
            without.append(escape_name(student))
    if not pages:
        raise CourseError(f"There are no pages in {feedback}. Run grader feedback first")
    _write(path, pages)
    return [f"No page for: {', '.join(first_few(without))}"] if without else []


def _folder_name(row: dict[str, str]) -> str:
    """Return the folder of a participant; an underscore in the name would hide the number."""
    number = participant_id(row)
    name = re.sub(r"[^\w .'-]|_", " ", row.get("Full name", "")).strip(" .") or "Participant"
    return f"{name}_{number}_assignsubmission_file_" if number else ""


def _write(path: Path, pages: dict[str, Path]) -> None:
    """Write a zip, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.tmp")
    try:
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, page in pages.items():
                entry = zipfile.ZipInfo(name, FIRST_DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, page.read_bytes())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)

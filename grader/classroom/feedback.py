"""Feedback for students: a page for each submission, written on all cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from grader.classroom.feedback_page import Page, write_page
from grader.classroom.gradebook import CourseGradebook, find_url
from grader.course.lesson import CourseError, Lesson, find_lessons
from grader.printable import escape_name, first_few

PAGES_PER_TASK = 8
FEWEST_FOR_PROCESSES = 12  # pages, below which starting processes takes longer than it saves


def write_feedback(
    root: Path,
    *,
    autograded: Path,
    feedback: Path,
    gradebook: str | None = None,
    lessons: list[str] | None = None,
    students: list[str] | None = None,
    jobs: int = os.cpu_count() or 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
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
    jobs : int
        How many processes write.
    progress : callable
        Called with the number of pages that are done, and of all pages.

    Returns
    -------
    list of Path
        The pages.

    Raises
    ------
    CourseError
        If there are no marked submissions, or if some pages could not be written; all others are
        written first.
    """
    with CourseGradebook(find_url(root, gradebook)) as book:
        pages = [
            page
            for lesson in find_lessons(root, lessons)
            for page in _find_pages(book, lesson, autograded, feedback)
            if not students or page.student in students
        ]
    if not pages:
        raise CourseError(f"There is nothing marked in {autograded}. Run grader autograde first")
    failures: list[str] = []
    done = 0
    for count, reasons in _write_all(pages, jobs):
        done, failures = done + count, failures + reasons
        progress(done, len(pages))
    if failures:
        raise CourseError("\n".join(first_few(sorted(failures))))
    return [page.target for page in pages]


def _find_pages(
    book: CourseGradebook, lesson: Lesson, autograded: Path, feedback: Path
) -> Iterator[Page]:
    """Yield the pages on a lesson, with what the gradebook says about each submission."""
    notebooks = sorted(autograded.glob(f"*/{lesson.name}/{lesson.name}.ipynb"))
    if not notebooks:
        return
    scores, hand_ins = book.scores(lesson.name), book.hand_ins(lesson.name)
    comments = book.manual_comments(lesson.name)
    for path in notebooks:
        student = path.parts[-3]
        yield Page(
            path,
            feedback / student / lesson.name / f"{lesson.name}.html",
            student,
            lesson.title,
            lesson.exercises,
            scores.get(student, {}),
            comments.get(student, {}),
            hand_ins[student].penalty if student in hand_ins else 0.0,
        )


def _write_all(pages: list[Page], jobs: int) -> Iterator[tuple[int, list[str]]]:
    """Write pages; yield now and then how many were done, and why some could not be written."""
    if jobs == 1 or len(pages) < FEWEST_FOR_PROCESSES:
        for page in pages:
            yield 1, _write_some([page])
        return
    # Processes that are forked from this one would share its threads' locks.
    method = "forkserver" if "forkserver" in get_all_start_methods() else "spawn"
    context = get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload(["grader.classroom.feedback_page"])
    size = max(1, min(PAGES_PER_TASK, len(pages) // jobs))
    with ProcessPoolExecutor(jobs, mp_context=context) as executor:
        parts = [pages[start : start + size] for start in range(0, len(pages), size)]
        tasks = {executor.submit(_write_some, part): len(part) for part in parts}
        for task in as_completed(tasks):
            yield tasks[task], task.result()


def _write_some(pages: Iterable[Page]) -> list[str]:
    """Write pages; return why some could not be written, and remove an older page of theirs."""
    failures = []
    for page in pages:
        try:
            write_page(page)
        except CourseError as error:
            page.target.unlink(missing_ok=True)
            failures.append(str(error))
        except Exception as error:
            page.target.unlink(missing_ok=True)
            who = f"{escape_name(page.student)}'s page on {page.notebook.stem}"
            failures.append(f"could not write {who}: {type(error).__name__}: {error}")
    return failures

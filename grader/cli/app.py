"""The command's application, its entry point, and the options that several commands share."""

from __future__ import annotations

import errno
import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from grader.startup import leave_out_grammars

app = typer.Typer(
    name="grader",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Build the course, check one's own work, mark a class, and report on it.",
)

Lessons = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="LESSON",
        help="Lessons by name, number or topic: 02_convolution, 02 or convolution.",
        show_default="all",
    ),
]
GradebookOption = Annotated[
    str | None,
    typer.Option(
        "--gradebook",
        metavar="URL",
        help="nbgrader's gradebook: a file, or a database's URL (postgresql://...).",
        show_default="gradebook.db in the course",
    ),
]
AutogradedOption = Annotated[
    Path | None,
    typer.Option(
        "--autograded",
        metavar="DIR",
        help="Where the executed notebooks of a class lie.",
        show_default="autograded/ in the course",
    ),
]

SubmittedOption = Annotated[
    Path | None,
    typer.Option(
        "--submitted",
        metavar="DIR",
        help="What was handed in: DIR/<student>/<lesson>/<lesson>.ipynb",
        show_default="submitted/ in the course",
    ),
]
StudentsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--student",
        metavar="ID",
        help="Only this student; may be given several times.",
        show_default="all",
    ),
]

# Errors of a disk that is full, or of a folder that must not be written.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


@app.callback()
def _have_commands() -> None:
    """Keep Typer from leaving out a command's name where there is only one."""


def open_course() -> Path:
    """Return the root of the course that the working folder is in, and print which course it is.

    Raises
    ------
    CourseError
        If it is in none.
    """
    from grader.course.identity import course_name
    from grader.course.lesson import find_root
    from grader.printable import escape_name
    from grader.terminal import err

    root = find_root()
    line = escape_name(f"Course: {course_name(root)} ({root})")
    err.print(line, markup=False, highlight=False, soft_wrap=True)
    return root


def main() -> None:
    """Run the command; print a `CourseError`, or that a disk is full, as one line: status 2."""
    leave_out_grammars()
    for stream in (sys.stdout, sys.stderr):
        # Piped output is not always UTF-8 (Windows); a tick that cannot be written is no error.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception as error:
        message = _plain_message(error)
        if not message:
            raise
        from grader.terminal import err

        err.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


def _plain_message(error: Exception) -> str:
    """Return what a user can do something about, in words; empty for any other error."""
    from grader.course.lesson import CourseError
    from grader.printable import shorten

    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return f"{error.strerror}: {error.filename}" if error.filename else str(error.strerror)
    return shorten(str(error)) if isinstance(error, CourseError) else ""

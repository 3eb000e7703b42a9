"""The command ``grader``.

Each command imports what it needs when it runs, so that help and ``grader check`` start quickly.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.isolation.limits import CHECK_TIMEOUT, ResourceLimits
from grader.startup import leave_out_grammars

if TYPE_CHECKING:
    from grader.classroom.options import Options, RunSummary
    from grader.kernel_process import KernelProcess
    from grader.marking.results import SubmissionResult

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


# Errors of a disk that is full, or of a folder that must not be written.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)

# The limits that options give in gigabytes or megabytes; the others are in seconds.
LIMIT_UNITS = {"memory": 1e9, "disk": 1e6, "file_size": 1e6, "output": 1e6}


def _default(limit: str) -> float:
    """Return the default of a limit, in the unit of its option."""
    return getattr(ResourceLimits(), limit) / LIMIT_UNITS.get(limit, 1)


def read_limits(options: dict[str, Any]) -> ResourceLimits:
    """Return the limits that a command's options set; each option is named after its limit."""
    limits = {}
    for name in {field.name for field in fields(ResourceLimits)} & options.keys():
        value = options[name]
        limits[name] = round(value * LIMIT_UNITS[name]) if name in LIMIT_UNITS else value
    return ResourceLimits(**limits)


class Format(StrEnum):
    """The formats that points can be exported in."""

    csv = "csv"
    canvas = "canvas"
    moodle = "moodle"


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


@app.command()
def build(
    lessons: Lessons = None,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; fail and say what is out of date.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Execute even what is up to date.")
    ] = False,
) -> None:
    """Make both notebooks of each lesson from its text source."""
    from grader.course import build as builder
    from grader.course.lesson import find_lessons, find_root, require_sources
    from grader.course.structure import find_gaps
    from grader.terminal import err, out

    root = find_root()
    require_sources(root)
    if check:
        with err.status("comparing"):
            stale = builder.find_stale(root, lessons)
        for reason in stale:
            err.print(str(reason), style="red", markup=False, highlight=False, soft_wrap=True)
        if stale:
            err.print("Run: grader build")
            raise typer.Exit(1)
        out.print("Everything is up to date.")
        return
    with err.status("building") as status:
        changed = builder.build(root, lessons, force=force, progress=status.update)
    for gap in (gap for lesson in find_lessons(root, lessons) for gap in find_gaps(lesson)):
        err.print(gap, style="yellow", markup=False, highlight=False, soft_wrap=True)
    for path in changed:
        out.print(f"wrote {path.relative_to(root)}", markup=False, highlight=False)
    if not changed:
        out.print("Everything was up to date.")


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Notebooks, folders of them, or lessons by number: 02.",
            show_default="the copies in notebooks/",
        ),
    ] = None,
    all_tests: Annotated[
        bool, typer.Option("--all", help="Run the hidden tests too, which solutions/ contains.")
    ] = False,
    timeout: Annotated[
        float, typer.Option(help="Seconds that a cell may take.", min=1)
    ] = CHECK_TIMEOUT,
) -> None:
    """Check your own copy: points for each exercise, and what to fix.

    Runs the tests that you can see, or all of them. It changes nothing.
    """
    from grader.kernel_process import KernelProcess

    process = None
    try:
        with contextlib.suppress(OSError):  # `selfcheck.check` tries again, and says why it failed.
            process = KernelProcess()  # It boots while this process imports the rest.
        _check(paths or [], all_tests, timeout, process)
    finally:
        if process is not None:
            process.close()


def _check(
    paths: list[Path], all_tests: bool, timeout: float, process: KernelProcess | None
) -> None:
    """Check notebooks, the first of them in a kernel that is already starting."""
    from grader import selfcheck as checker
    from grader.course.lesson import find_root
    from grader.terminal import checked_notebook, err, out

    root = find_root()
    passed = True
    for path in checker.find_copies(root, paths):
        with err.status(f"running {path.name}"):
            checked = checker.check(
                path, root, hidden_tests=all_tests, timeout=timeout, process=process
            )
        process = None
        out.print(checked_notebook(checked))
        out.print()
        passed = passed and checked.passed
    if not passed:
        raise typer.Exit(1)


@app.command()
def autograde(
    context: typer.Context,
    lessons: Lessons = None,
    submitted: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="What was handed in: DIR/<student>/<lesson>/<lesson>.ipynb",
            show_default="submitted/ in the course",
        ),
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
    jobs: Annotated[
        int,
        typer.Option(help="How many to mark at a time.", min=1, show_default="number of cores"),
    ] = os.cpu_count() or 1,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Mark on a Dask cluster: tcp://host:8786. Needs the package distributed.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Mark again what is marked already.")
    ] = False,
    stock: Annotated[
        bool,
        typer.Option(
            "--stock", help="Let nbgrader itself mark: slower, and without any isolation."
        ),
    ] = False,
    json: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every result as JSON.")
    ] = None,
    # Limits: named as in `ResourceLimits`, and read from the context by `read_limits`.
    cell: Annotated[
        float, typer.Option("--timeout", help="Seconds that a cell may take.", min=1)
    ] = _default("cell"),
    submission: Annotated[
        float,
        typer.Option("--submission-timeout", help="Seconds that a submission may take.", min=1),
    ] = _default("submission"),
    memory: Annotated[
        float, typer.Option(help="Gigabytes of memory that a process may use.", min=0.1)
    ] = _default("memory"),
    disk: Annotated[
        float, typer.Option(help="Megabytes that a process may write into files.", min=1)
    ] = _default("disk"),
    file_size: Annotated[
        float, typer.Option(help="Megabytes that one file may have.", min=1)
    ] = _default("file_size"),
    output: Annotated[
        float,
        typer.Option(help="Megabytes that a cell may put out; all cells, ten times that.", min=0.1),
    ] = _default("output"),
) -> None:
    """Mark a class.

    Results go into the gradebook and into autograded/ as they come. What is marked already is not
    marked again unless the submission or the lesson changed: a run that was stopped goes on where
    it stopped.
    """
    from grader.course.lesson import find_root, require_sources
    from grader.terminal import err

    root = find_root()
    require_sources(root)
    submitted = submitted or root / "submitted"
    if not stock and scheduler is None and sys.platform == "linux":
        _warm_up(root, lessons, submitted)
    with err.status("starting"):
        from grader.classroom.options import Options

    options = Options(
        root=root,
        submitted=submitted,
        autograded=(autograded or root / "autograded").resolve(),
        gradebook=gradebook,
        lessons=lessons or None,
        jobs=jobs,
        scheduler=scheduler,
        force=force,
        stock=stock,
        limits=read_limits(context.params),
    )
    summary = _autograde_until_stopped(options)
    if json is not None:
        _write_json(json, summary)
    _print_summary(summary, options)
    if summary.failed:
        raise typer.Exit(1)


def _warm_up(root: Path, lessons: list[str] | None, submitted: Path) -> None:
    """Start the processes that marking needs, so that they import while this one does."""
    from grader.course.imports import processes_for
    from grader.course.lesson import find_lessons
    from grader.workers.pool import shared_pool

    to_mark = find_lessons(root, lessons)
    shared_pool().warm_up([("answers", False)], root)
    if lessons is None:
        handed_in = {path.name for path in submitted.glob("*/*")}
        to_mark = [lesson for lesson in to_mark if lesson.name in handed_in]
    started: set[tuple[str, bool]] = set()
    for kinds in map(processes_for, to_mark):
        shared_pool().warm_up(kinds - started, root)
        started |= kinds


def _autograde_until_stopped(options: Options) -> RunSummary:
    """Mark a class; on SIGTERM or Ctrl-C, clean up and exit with status 130."""
    from grader.terminal import err

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _autograde_with_progress(options)
    except KeyboardInterrupt:
        err.print("Stopped. What is marked is stored; the same command goes on from here.")
        raise typer.Exit(130) from None


def _autograde_with_progress(options: Options) -> RunSummary:
    """Mark a class while a progress bar is shown, and print each problem on a line."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from grader.terminal import err, is_problem, problem_line

    with err.status("starting"):
        from grader.classroom.autograde import autograde as mark_class

        _print_isolation(options)
    columns = (TextColumn("marking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=None)

        def on_result(result: SubmissionResult) -> None:
            progress.advance(task)
            if is_problem(result):
                progress.console.print(problem_line(result), soft_wrap=True)

        return mark_class(
            options,
            on_start=lambda done, total: progress.update(task, total=total),
            on_result=on_result,
        )


def _print_isolation(options: Options) -> None:
    """Print how submissions are isolated from tests and files.

    Raises
    ------
    CourseError
        If they cannot be isolated on this machine.
    """
    from grader.course.lesson import CourseError
    from grader.terminal import err

    if options.stock:
        from grader.classroom.nbgrader_backend import RISKS

        err.print(RISKS, style="yellow", soft_wrap=True)
        return
    from grader.isolation.confine import SandboxUnavailableError
    from grader.workers.selftest import check_protections

    try:
        err.print(f"Isolation: {check_protections(options.limits)}.", soft_wrap=True)
    except SandboxUnavailableError as error:
        raise CourseError(
            f"Submissions cannot be kept apart from the tests and from your files here: {error}. "
            "On such a machine --stock lets nbgrader itself mark, without any isolation."
        ) from error


def _write_json(path: Path, summary: RunSummary) -> None:
    """Write the results of a run as JSON."""
    from grader.course.files import write_atomically
    from grader.marking.results import to_json

    write_atomically(path, to_json(summary.results))


def _print_summary(summary: RunSummary, options: Options) -> None:
    """Print the warnings and the summary table of a run."""
    from grader.printable import escape_name
    from grader.terminal import err, out, summary_table

    for warning in map(escape_name, summary.warnings):
        err.print(f"Not marked: {warning}", style="yellow", markup=False, soft_wrap=True)
    for note in summary.notes:
        err.print(f"Note: {note}.", style="yellow", markup=False, highlight=False, soft_wrap=True)
    if summary.results:
        out.print(summary_table(summary.results))
    else:
        out.print(
            f"Nothing to mark in {options.submitted}. A submission lies in "
            "<student>/<lesson>/<lesson>.ipynb, for example "
            "ana/02_convolution/02_convolution.ipynb.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if summary.failed:
        err.print(
            f"{summary.failed} could not be marked on this machine. Run it again.", style="red"
        )


@app.command()
def feedback(
    lessons: Lessons = None,
    student: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only these students.", show_default="all"),
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where to.", show_default="feedback/ in the course"),
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
) -> None:
    """Write what each student gets back: their notebook with points and messages, as HTML.

    Hidden tests are left out.
    """
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    with err.status("starting") as status:
        from grader.classroom.feedback import write_feedback

        root = find_root()
        written = write_feedback(
            root,
            autograded=(autograded or root / "autograded").resolve(),
            feedback=(to or root / "feedback").resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
            students=student or None,
            progress=status.update,
        )
    out.print(f"wrote {len(written)} pages in {to or root / 'feedback'}", highlight=False)


@app.command()
def report(
    lessons: Lessons = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the report as a page, too.")
    ] = None,
    autograded: AutogradedOption = None,
    gradebook: GradebookOption = None,
) -> None:
    """Show how the class did: lessons, exercises, what went wrong most often, every student."""
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    with err.status("reading"):
        from grader.classroom.report import gather, to_html, to_terminal

        root = find_root()
        reports = gather(
            root,
            autograded=(autograded or root / "autograded").resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
        )
    out.print(to_terminal(reports))
    if html is not None:
        write_atomically(html, to_html(reports))
        out.print(f"wrote {html}", markup=False, highlight=False)


@app.command()
def export(
    lessons: Lessons = None,
    format: Annotated[
        Format, typer.Option("--format", help="For a spreadsheet, Canvas or Moodle.")
    ] = Format.csv,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to; - prints.", show_default="grades-<format>.csv"
        ),
    ] = None,
    gradebook: GradebookOption = None,
) -> None:
    """Write the gradebook's points, those given by hand included, as a CSV file."""
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root
    from grader.terminal import err, out

    with err.status("reading"):
        from grader.classroom.export import export as export_grades

        exported = export_grades(
            find_root(), format.value, gradebook=gradebook, lessons=lessons or None
        )
    for warning in exported.warnings:
        err.print(warning, style="yellow", markup=False, highlight=False, soft_wrap=True)
    if to == Path("-"):
        sys.stdout.write(exported.text)
        return
    to = to or Path(f"grades-{format.value}.csv")
    write_atomically(to, exported.text)
    out.print(f"wrote {to}", markup=False, highlight=False)


if __name__ == "__main__":
    main()

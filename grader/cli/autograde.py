"""``grader autograde``."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.app import (
    AutogradedOption,
    GradebookOption,
    Lessons,
    StudentsOption,
    SubmittedOption,
    app,
    open_course,
)
from grader.isolation.limits import ResourceLimits

if TYPE_CHECKING:
    from grader.classroom.options import Options, RunSummary
    from grader.marking.results import SubmissionResult

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


@app.command()
def autograde(
    context: typer.Context,
    lessons: Lessons = None,
    submitted: SubmittedOption = None,
    student: StudentsOption = None,
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
    from grader.course.files import check_writable
    from grader.course.lesson import require_sources
    from grader.terminal import err

    root = open_course()
    require_sources(root)
    if json is not None:
        check_writable(json)
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
        students=student or None,
        jobs=jobs,
        scheduler=scheduler,
        force=force,
        stock=stock,
        limits=read_limits(context.params),
    )
    summary = _autograde_until_stopped(options)
    if json is not None:
        _write_json(json, summary, root)
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
    """Mark a class while a progress bar is shown, and print each problem on a line.

    What is missing is printed at the end, together.
    """
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from grader.marking.results import MISSING
    from grader.terminal import err, is_problem, problem_line

    with err.status("starting"):
        from grader.classroom.autograde import autograde as mark_class

        _print_isolation(options)
    columns = (TextColumn("marking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("", total=None)

        def on_result(result: SubmissionResult) -> None:
            progress.advance(task)
            if is_problem(result) and result.status != MISSING:
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


def _write_json(path: Path, summary: RunSummary, root: Path) -> None:
    """Write the results of a run as JSON."""
    from grader.classroom.run_file import to_json
    from grader.course.files import write_atomically

    write_atomically(path, to_json(summary, root))


def _print_summary(summary: RunSummary, options: Options) -> None:
    """Print what is missing, the warnings and the summary table of a run."""
    from grader.printable import escape_name
    from grader.terminal import err, missing_lines, out, summary_table

    for line in missing_lines(summary.results):
        err.print(line, soft_wrap=True)
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

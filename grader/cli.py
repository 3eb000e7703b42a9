"""The command ``grader``.

Each command imports what it needs when it runs, so that help and ``grader check`` come at once.
"""

from __future__ import annotations

import os
import signal
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.startup import leave_out_grammars

if TYPE_CHECKING:
    from grader.classroom.options import Options, RunSummary
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


class Format(StrEnum):
    """What a gradebook can be exported for."""

    csv = "csv"
    canvas = "canvas"
    moodle = "moodle"


def main() -> None:
    """Run the command; an error of the user's or the course's is one line, and exit status 2."""
    leave_out_grammars()
    try:
        app()
    except Exception as error:
        from grader.course.lesson import CourseError

        if not isinstance(error, CourseError):
            raise
        from grader.terminal import err

        err.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        sys.exit(2)


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
    from grader.course.lesson import find_root, require_sources
    from grader.terminal import err, out

    root = find_root()
    require_sources(root)
    if check:
        stale = builder.find_stale(root, lessons)
        for one in stale:
            err.print(str(one), style="red", markup=False, highlight=False, soft_wrap=True)
        if stale:
            err.print("Run: grader build")
            raise typer.Exit(1)
        out.print("Everything is up to date.")
        return
    with err.status("building") as status:
        changed = builder.build(root, lessons, force=force, progress=status.update)
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
    timeout: Annotated[float, typer.Option(help="Seconds that a cell may take.", min=1)] = 20.0,
) -> None:
    """Check your own copy: points for each exercise, and what to fix.

    Runs the tests that you can see. It changes nothing.
    """
    from grader import selfcheck as checker
    from grader.course.lesson import find_root
    from grader.terminal import checked_notebook, err, out

    root = find_root()
    passed = True
    for path in checker.find_copies(root, paths or []):
        with err.status(f"running {path.name}"):
            checked = checker.check(path, root, timeout=timeout)
        out.print(checked_notebook(checked))
        out.print()
        passed = passed and checked.passed
    if not passed:
        raise typer.Exit(1)


@app.command()
def autograde(
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
    timeout: Annotated[float, typer.Option(help="Seconds that a cell may take.", min=1)] = 60.0,
    submission_timeout: Annotated[
        float, typer.Option(help="Seconds that a submission may take.", min=1)
    ] = 600.0,
    memory: Annotated[
        float, typer.Option(help="Gigabytes of memory that a process may use.", min=0.1)
    ] = 2.0,
    disk: Annotated[
        float, typer.Option(help="Megabytes that a process may write into files.", min=1)
    ] = 500.0,
    file_size: Annotated[
        float, typer.Option(help="Megabytes that one file may have.", min=1)
    ] = 100.0,
    output: Annotated[
        float,
        typer.Option(help="Megabytes that a cell may put out; all cells, ten times that.", min=0.1),
    ] = 5.0,
) -> None:
    """Mark a class.

    Results go into the gradebook and into autograded/ as they come. What is marked already is not
    marked again unless the submission or the lesson changed: a run that was stopped goes on where
    it stopped.
    """
    from grader.course.files import write_atomically
    from grader.course.lesson import find_root, require_sources
    from grader.marking.results import to_json
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
        timeout=timeout,
        submission_timeout=submission_timeout,
        memory=round(memory * 1e9),
        disk=round(disk * 1e6),
        file_size=round(file_size * 1e6),
        output=round(output * 1e6),
    )
    # A run that is asked to end cleans up as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        outcome = _autograde_with_progress(options)
    except KeyboardInterrupt:
        err.print("Stopped. What is marked is stored; the same command goes on from here.")
        raise typer.Exit(130) from None
    if json is not None:
        write_atomically(json, to_json(outcome.results))
    _show_outcome(outcome, options)
    if outcome.failed:
        raise typer.Exit(1)


def _warm_up(root: Path, lessons: list[str] | None, submitted: Path) -> None:
    """Let the processes that marking needs import while this one does."""
    from grader.course.imports import processes_for
    from grader.course.lesson import find_lessons
    from grader.workers.pool import shared_pool

    asked = find_lessons(root, lessons)
    shared_pool().warm_up([("answers", False)], root)
    if lessons is None:
        handed_in = {path.name for path in submitted.glob("*/*")}
        asked = [one for one in asked if one.name in handed_in]
    begun: set[tuple[str, bool]] = set()
    for kinds in map(processes_for, asked):
        shared_pool().warm_up(kinds - begun, root)
        begun |= kinds


def _autograde_with_progress(options: Options) -> RunSummary:
    """Mark while a bar shows how far it is, and each problem is told in a line."""
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from grader.classroom.autograde import autograde as mark_class
    from grader.terminal import err, is_problem, problem_line

    _say_how_safe(options)
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


def _say_how_safe(options: Options) -> None:
    """Print what keeps submissions apart from tests and files; refuse where nothing does."""
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


def _show_outcome(outcome: RunSummary, options: Options) -> None:
    """Print what was found besides, and the summary."""
    from grader.printable import escape_name
    from grader.terminal import err, out, summary_table

    for warning in map(escape_name, outcome.warnings):
        err.print(f"Not marked: {warning}", style="yellow", markup=False, soft_wrap=True)
    if outcome.results:
        out.print(summary_table(outcome.results))
    else:
        out.print(
            f"Nothing to mark in {options.submitted}. A submission lies in "
            "<student>/<lesson>/<lesson>.ipynb, for example "
            "ana/02_convolution/02_convolution.ipynb.",
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if outcome.failed:
        err.print(
            f"{outcome.failed} could not be marked on this machine. Run it again.", style="red"
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
        found = gather(
            root,
            autograded=(autograded or root / "autograded").resolve(),
            gradebook=gradebook,
            lessons=lessons or None,
        )
    out.print(to_terminal(found))
    if html is not None:
        write_atomically(html, to_html(found))
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

        text = export_grades(
            find_root(), format.value, gradebook=gradebook, lessons=lessons or None
        )
    if to == Path("-"):
        sys.stdout.write(text)
        return
    to = to or Path(f"grades-{format.value}.csv")
    write_atomically(to, text)
    out.print(f"wrote {to}", markup=False, highlight=False)


if __name__ == "__main__":
    main()

"""``grader check``."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grader.cli.app import app
from grader.isolation.limits import CHECK_TIMEOUT

if TYPE_CHECKING:
    from grader.kernel_process import KernelProcess


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
    from grader.course.lesson import require_sources
    from grader.terminal import checked_notebook, err, out

    root = checker.find_course(paths)
    if all_tests:
        require_sources(root)
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

"""``grader book``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.cli.app import app


@app.command()
def book(
    to: Annotated[
        Path,
        typer.Option(
            "--to", metavar="DIR", help="The folder to write; an earlier book is replaced."
        ),
    ],
    with_solutions: Annotated[
        bool,
        typer.Option("--with-solutions", help="Show model answers, hidden tests and answers too."),
    ] = False,
    repository: Annotated[
        str | None,
        typer.Option(
            "--repository",
            metavar="URL",
            help="The course's address, for buttons that open a lesson in Binder or Colab.",
            show_default="[tool.grader] repository in pyproject.toml; none",
        ),
    ] = None,
    stills: Annotated[
        bool,
        typer.Option("--stills", help="Leave figures as still pictures, which is quicker."),
    ] = False,
) -> None:
    """Make the course a website, in one folder, whose figures need no kernel.

    The first run draws the states of every interactive figure, which takes minutes. They are kept
    in .book_cache/, and drawn again only when their lesson changes.
    """
    from grader.book.launch import check_repository, find_repository
    from grader.book.pages import BookOptions
    from grader.book.site import write_book
    from grader.course.lesson import find_root, require_sources
    from grader.terminal import err, out

    root = find_root()
    require_sources(root)
    address = check_repository(find_repository(root) if repository is None else repository)
    options = BookOptions(with_solutions, address, stills)
    with err.status("building") as status:
        size = write_book(root, to.resolve(), options, status.update)
    out.print(f"wrote {to} ({size / 1e6:.1f} MB)", markup=False, highlight=False, soft_wrap=True)
    out.print(
        f"To look at it: python -m http.server --directory {to}", markup=False, soft_wrap=True
    )

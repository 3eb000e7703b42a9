"""Prove that the exercises' tests can be trusted, and write docs/proof.md.

uv run python -m tools.proof                # prove it of every lesson, write docs/proof.md
uv run python -m tools.proof 02 pooling     # prove it of some, write nothing
uv run python -m tools.proof --check        # fail if anything is not so, or the page is old
"""

from __future__ import annotations

import argparse
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from grader.course.lesson import CourseError, find_lessons
from tests.support.lessons import ROOT
from tools.proof.prove import Proof, prove
from tools.proof.report import write_report
from tools.proof.run import warm_up

PAGE = ROOT / "docs" / "proof.md"
JUDGED_IN_CHECK = (
    5  # the messages about every fifth mutant; about all of them, it takes twice as long
)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.proof",
        description="Prove that the exercises' tests can be trusted, and write docs/proof.md.",
    )
    parser.add_argument("lessons", nargs="*", help="name, number or topic; all by default")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if it would")
    options = parser.parse_args(arguments)

    console = Console()
    try:
        proofs = prove_all(options.lessons, console, JUDGED_IN_CHECK if options.check else 1)
    except CourseError as error:
        parser.error(str(error))
    problems = [problem for proof in proofs for problem in proof.problems]
    if not options.lessons:
        problems += settle_page(write_report(proofs), options.check)
    for problem in problems:
        console.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    console.print(summarise(proofs), highlight=False, soft_wrap=True)
    return 1 if problems else 0


def prove_all(names: list[str], console: Console, judge_every: int) -> list[Proof]:
    """Prove all exercises of some lessons, or of all, and show how far it has come."""
    proofs = []
    columns = (
        TextColumn("{task.description:<40}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # No thread that draws: a fork would inherit the locks that it holds.
    with Progress(
        *columns,
        console=console,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        for lesson in find_lessons(ROOT, names):
            warm_up(lesson.name)
            for exercise in lesson.exercises:
                bar = progress.add_task(f"{lesson.name}: {exercise.name}", total=None)

                def advance(done: int, total: int, bar: int = bar) -> None:
                    progress.update(bar, completed=done, total=total)
                    if done % 8 == 0 or done == total:
                        progress.refresh()

                proofs.append(
                    prove(lesson.name, exercise.name, judge_every=judge_every, advance=advance)
                )
                if not console.is_terminal:
                    console.print(f"{lesson.name}: {exercise.name}", highlight=False)
    return proofs


def settle_page(page: str, check: bool) -> list[str]:
    """Write the page, or say that it is not what it should be."""
    if check:
        old = PAGE.read_text() if PAGE.is_file() else ""
        return [] if old == page else [f"{PAGE.name} is old: run `uv run python -m tools.proof`."]
    PAGE.write_text(page)
    return []


def summarise(proofs: list[Proof]) -> str:
    """Return all numbers in a sentence."""
    mutants = sum(proof.mutants - len(proof.equivalent) for proof in proofs)
    caught = sum(proof.caught for proof in proofs)
    right = sum(proof.right for proof in proofs)
    accepted = right - sum(len(proof.refused) for proof in proofs)
    named = sum(len(proof.named) for proof in proofs)
    mistakes = named + sum(len(proof.unnamed) for proof in proofs)
    statements = sum(proof.statements for proof in proofs)
    wrong = sum(len(proof.wrong) for proof in proofs)
    return (
        f"{caught:,} of {mutants:,} mutants caught, {accepted} of {right} right answers accepted, "
        f"{named} of {mistakes} mistakes named, {wrong} of {statements:,} statements wrong."
    )


if __name__ == "__main__":
    sys.exit(main())

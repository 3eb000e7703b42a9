"""Write what was proved as a page: docs/proof.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from tools.proof.operators import MEANINGS
from tools.proof.prove import Proof

INTRODUCTION = """# How far the tests can be trusted

A test is worth what it notices. So every exercise's tests, visible and hidden, are run on wrong
answers that a program makes: the lesson's own answer with one thing changed, a *mutant*. A bound is
moved by one, height stands for width, a mean for a sum, a conversion to float is gone, a layer has
another setting, an argument is changed in place. Clegg, McMinn and Fraser ([SIGCSE
2021](https://mcminn.io/publications/c67.html)) found that mutants do what the faulty programs of
students do, and so tell how good a test is at finding those. Here every mutant that can be told
from a right answer is caught.

The other half of trust is that nothing right is refused: right answers in several styles pass every
test. And a student should hear *what* is wrong: five mistakes of each exercise, such as people
make, are named in the message; the test suite checks all that are known.

A message must also be true: every sentence of every message about these wrong answers is checked by
a separate rule, and one without a rule counts as wrong. The rules, in `tools/proof/truth.py`,
recompute a claim such as "transposed" from what came back and what was expected, make a named
mistake again on every input that it is said to explain, and read back the input that is shown.

This page is made by `uv run python -m tools.proof`. With `--check`, that command runs everything
again, checks the messages about every fifth mutant, and fails where the page is not true any more.
The mutation operators are in `tools/proof/operators.py`, the right answers in
`tests/banks/answers/`, the known mistakes in `utils/mistakes/`.
"""


def write_report(proofs: Sequence[Proof]) -> str:
    """Return the page about all exercises."""
    return "\n".join(
        [
            INTRODUCTION,
            *_overview(proofs),
            "",
            *_sampled(proofs),
            "## What is changed",
            "",
            *_operators(proofs),
            "",
            "## Mutants that are no mistakes",
            "",
            "These do what the lesson's own answer does, or what the contract allows. No test can",
            "catch them, and none should. `-> pass` means that the line is left out.",
            "",
            *_equivalents(proofs),
            "",
            "## Mistakes, and what a student reads",
            "",
            "The message goes on with the smallest input that shows the mistake, what was expected",
            "and what came back.",
            "",
            *_mistakes(proofs),
            "",
        ]
    )


def _overview(proofs: Sequence[Proof]) -> list[str]:
    """Return a table of the numbers."""
    header = [
        "lesson",
        "exercise",
        "mutants",
        "equivalent",
        "caught",
        "right answers",
        "accepted",
        "mistakes",
        "named",
        "wrong statements",
    ]
    rows = [[proof.lesson, f"`{proof.exercise}`", *_numbers(proof)] for proof in proofs]
    totals = [sum(column) for column in zip(*map(_numbers, proofs), strict=True)]
    return _table(header, [*rows, ["**all**", "", *(f"**{total:,}**" for total in totals)]], 2)


def _sampled(proofs: Sequence[Proof]) -> list[str]:
    """Return a line on each exercise of which not all mutants are tried."""
    said = [
        f"Of the {proof.made} mutants of `{proof.exercise}`, {proof.mutants} are tried, evenly "
        "spread: each trains a network or builds several, which takes seconds."
        for proof in proofs
        if proof.mutants < proof.made
    ]
    return [line for each in said for line in (each, "")]


def _numbers(proof: Proof) -> list[int]:
    """Return a proof's numbers, in the order of the table."""
    return [
        proof.mutants,
        len(proof.equivalent),
        proof.caught,
        proof.right,
        proof.right - len(proof.refused),
        len(proof.named) + len(proof.unnamed),
        len(proof.named),
        len(proof.wrong),
    ]


def _operators(proofs: Sequence[Proof]) -> list[str]:
    """Return a table of the mutation operators, and how many mutants each made."""
    made = sum((proof.operators for proof in proofs), Counter())
    rows = [[name.replace("_", " "), MEANINGS[name], made[name]] for name in MEANINGS]
    return _table(["operator", "what it does", "mutants"], rows, 2)


def _equivalents(proofs: Sequence[Proof]) -> list[str]:
    """Return a table of the mutants that no test can catch, each change once."""
    rows = {
        (proof.exercise, mutant.change): [
            f"`{proof.exercise}`",
            f"{_code(mutant.before)} -> {_code(mutant.after)}",
            reason,
        ]
        for proof in proofs
        for mutant, reason in proof.equivalent
    }
    return _table(["exercise", "change", "why it is none"], rows.values())


def _mistakes(proofs: Sequence[Proof]) -> list[str]:
    """Return a table of the mistakes that are named."""
    rows = [
        [f"`{proof.exercise}`", name.replace("_", " "), _first_sentence(line)]
        for proof in proofs
        for name, line in proof.named.items()
    ]
    return _table(["exercise", "mistake", "the message begins"], rows)


def _table(header: Sequence[str], rows: Iterable[Sequence[object]], words: int = 9) -> list[str]:
    """Return a table in Markdown; columns after the first few hold numbers."""
    rule = ["---" if index < words else "---:" for index in range(len(header))]
    return [f"| {' | '.join(map(_cell, row))} |" for row in (header, rule, *rows)]


def _cell(value: object) -> str:
    """Return a value as it may stand in a table."""
    return f"{value:,}" if isinstance(value, int) else str(value).replace("|", "\\|")


def _code(text: str) -> str:
    """Return a line of code; nothing for nothing."""
    return f"`{text}`" if text else ""


def _first_sentence(line: str) -> str:
    """Return a line up to its first full stop."""
    return re.split(r"(?<=[.?])\s", line, maxsplit=1)[0]

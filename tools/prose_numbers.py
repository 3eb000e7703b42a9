"""List numbers that a lesson's text states and the output above it does not show.

    uv run python -m tools.prose_numbers [LESSON ...]

Each text cell is compared with the code and the outputs between it and the text cell before. A
number is shown if an output, an alt text or the code has it, exactly or rounded to as many decimals
as the text gives; percentages may be shown as fractions. The list is for a reader to go through: a
year, the number of a section or a number from a formula is right without an output.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.lesson import find_lessons

ROOT = Path(__file__).resolve().parent.parent
NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w])")
# Not statements about an output: code, formulas, links, references to lessons and headings.
IGNORED = re.compile(
    "|".join(
        [
            r"```.*?```|`[^`]*`",
            r"\$\$.*?\$\$|\$[^$]*\$",
            r"\]\([^)]*\)|<[^>]+>",
            r"^#.*?$",
            r"lessons? \d+(?: (?:and|to) \d+)?",
        ]
    ),
    re.S | re.M | re.I,
)
SMALL = {str(number) for number in range(11)}  # mostly counts of things in the text itself


def main() -> None:
    """Print a line for each number without an output, by lesson and cell."""
    for lesson in find_lessons(ROOT, sys.argv[1:] or None):
        notebook = nbformat.read(lesson.solution, as_version=4)
        for index, numbers in unsupported(notebook):
            print(f"{lesson.name} [{index}]: {', '.join(numbers)}")


def unsupported(notebook: NotebookNode) -> Iterator[tuple[int, list[str]]]:
    """Yield the index of each text cell with unsupported numbers, and these numbers.

    Parameters
    ----------
    notebook : NotebookNode
        A lesson, executed.
    """
    shown = ""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            shown += "\n".join([cell.source, *_texts(cell)])
        elif cell.cell_type == "markdown":
            if shown and (missing := _missing(cell.source, shown)):
                yield index, missing
            shown = ""


def _texts(cell: NotebookNode) -> Iterator[str]:
    """Yield what a reader sees in a cell's outputs: text, tables, and alt texts."""
    for output in cell.outputs:
        yield output.get("text", "")
        data = output.get("data", {})
        yield from (str(data[mime]) for mime in ("text/plain", "text/html") if mime in data)
        yield output.get("metadata", {}).get("image/png", {}).get("alt", "")


def _missing(text: str, shown: str) -> list[str]:
    """Return the numbers in a text that are not among those shown."""
    plain = IGNORED.sub(" ", text)
    values = [_value(number) for number in NUMBER.findall(shown)]
    missing = []
    for match in NUMBER.finditer(plain):
        is_percentage = re.match(r"\s?(%|per cent)", plain[match.end() :]) is not None
        if match[0] not in SMALL and not _is_shown(match[0], is_percentage, values):
            missing.append(match[0] + " %" * is_percentage)
    return list(dict.fromkeys(missing))


def _is_shown(number: str, is_percentage: bool, values: list[float]) -> bool:
    """Return whether a number, rounded as it is, is among the values."""
    tolerance = 0.5001 * 10.0 ** -len(number.partition(".")[2])
    value = abs(_value(number))
    factors = (1, 100) if is_percentage else (1,)
    return any(
        abs(abs(shown) * factor - value) <= tolerance for shown in values for factor in factors
    )


def _value(number: str) -> float:
    """Return the value of a number as it is written in a text."""
    return float(number.replace(",", "").replace("−", "-"))


if __name__ == "__main__":
    main()

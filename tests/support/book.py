"""A small course with an interactive figure, and what a test asks of a book's pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from nbformat import v4, write

from grader.course.build import _to_text
from grader.course.lesson import Lesson
from grader.course.release import make_release
from tests.support.toy import SOURCE, make_course
from utils import plots
from utils.plots import Picture

# Draws few states of a figure: `figures.PROGRAM` for tests that need not see them all.
FEW_STATES = (
    "-c",
    "import sys\n"
    "from grader.book import draw_lesson, states\n"
    "states.MOST, states.ONE_AT_A_TIME = 30, 3\n"
    "draw_lesson.main(*sys.argv[1:])",
)
FIGURE = """
# %% [markdown]
# ## A formula
#
# The sum $\\\\sum_{i=1}^{n} x_i^2$, and [the start page](../index.ipynb).
#
# $$y = \\\\frac{a}{b}$$

# %%
from utils import plots

plots.images([[[0, 255]]], alt="A black and a white pixel.")

# %%
from utils.widgets import pixels as pixels_widgets

pixels_widgets.dense_counter(side=8)

# %%
pixels_widgets.colour_mixer("#0B6623")

# %% [markdown] tags=["answers"]
# The answer to the question is 42.
""".replace("\\\\", "\\")


def make_book_course(root: Path) -> Lesson:
    """Create the toy course with figures, as if it had been built and executed."""
    lesson = make_course(root)
    lesson.source.write_text(SOURCE + FIGURE, encoding="utf-8")
    lesson = Lesson(root, lesson.name)
    executed = lesson.notebook.copy()
    executed.cells = [_executed(cell) for cell in lesson.notebook.cells]
    write(executed, lesson.solution)
    lesson.release.parent.mkdir(parents=True)
    lesson.release.write_text(_to_text(make_release(lesson)), encoding="utf-8")
    (root / "README.md").write_text(
        "# Toy\n\n## For students\n\nRun it.\n\n## For instructors\n\nMark it.\n"
    )
    return lesson


def _executed(cell):
    """Return a cell with an output such as it had when it was run."""
    cell = cell.copy()
    if "plots.images" in cell.source or "_widgets." in cell.source:
        picture = Picture(plots.figure(1, 1)[0], "A black and a white pixel.")
        data, metadata = picture._repr_mimebundle_()
        cell.outputs = [v4.new_output("display_data", data, metadata=metadata)]
    elif cell.metadata.get("nbgrader", {}).get("grade"):
        cell.outputs = [v4.new_output("stream", text="all is right\n")]
    return cell


class _Page(HTMLParser):
    """Gathers what a page links to, loads, and shows."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.without_alt: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = dict(attrs)
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        elif tag == "img" and not given.get("alt"):
            self.without_alt.append(given.get("src", ""))
        for name in ("src", "data-src", "poster"):
            if given.get(name):
                self.loaded.append(given[name])
        if tag == "link" and given.get("href"):
            self.loaded.append(given["href"])


def read_pages(book: Path) -> dict[Path, _Page]:
    """Return what each page of a book links to and loads."""
    pages = {}
    for path in sorted(book.rglob("*.html")):
        pages[path] = page = _Page()
        page.feed(path.read_text(encoding="utf-8"))
    return pages


def broken_links(book: Path) -> Iterator[str]:
    """Yield every link and every file of a book's pages that is not in the book."""
    pages = read_pages(book)
    for path, page in pages.items():
        for address in (*page.links, *page.loaded):
            target, anchor = urldefrag(address)
            if urlsplit(address).scheme:
                continue
            file = (path.parent / unquote(target.split("?")[0])).resolve() if target else path
            if file.is_dir():
                file = file / "index.html"
            if not file.is_file():
                yield f"{path.relative_to(book)}: {address}"
            elif anchor and file in pages and unquote(anchor) not in pages[file].ids:
                yield f"{path.relative_to(book)}: no such place: {address}"


def foreign_files(book: Path) -> Iterator[str]:
    """Yield what a book's pages and styles load from another host."""
    for path, page in read_pages(book).items():
        foreign = [one for one in page.loaded if re.match(r"(https?:)?//", one)]
        yield from (f"{path.relative_to(book)}: {one}" for one in foreign)
    for path in book.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        yield from re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import[^;]*http[^;]*", text)

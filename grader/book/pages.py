"""The sources of the book's pages: lessons, guides, and what they link to."""

from __future__ import annotations

import html
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader.book.figures import Drawn, draw_figures
from grader.book.launch import launch_links
from grader.book.lesson_page import PICTURES, add_below_title, make_lesson_page, rewrite_text
from grader.book.links import Links
from grader.book.playground import write_playground
from grader.course.extras import Extra, find_extras
from grader.course.lesson import Lesson, find_lessons
from grader.course.pages import make_pages

# Files that are pages by themselves, where a course has them.
TEXTS = {
    "grader/README.md": "guides/grader.md",
    "CONTRIBUTING.md": "guides/maintainers.md",
    "CHANGELOG.md": "more/changelog.md",
    "data/README.md": "more/data.md",
    "data/letters/README.md": "more/letters.md",
    "docs/proof.md": "more/proof.md",
    "docs/style.md": "more/style.md",
}
GUIDES = ("students", "instructors", "grader", "maintainers")
MORE = ("data", "letters", "proof", "style", "changelog")


@dataclass(frozen=True)
class BookOptions:
    """What `grader.book.site.write_book` makes.

    Attributes
    ----------
    with_solutions : bool
        Whether the lessons show model answers, hidden tests and answers to questions.
    repository : str
        The course's address on the web, or ''.
    stills : bool
        Whether figures stay the still pictures that the executed lessons have.
    """

    with_solutions: bool = False
    repository: str = ""
    stills: bool = False


class BookSource:
    """The folder that Sphinx reads.

    Parameters
    ----------
    root : Path
        The course's root.
    folder : Path
        An empty folder for the sources.
    options : BookOptions
        What to make.
    """

    def __init__(self, root: Path, folder: Path, options: BookOptions):
        self.root, self.folder, self.options = root, folder, options
        self.lessons, self.extras = find_lessons(root), find_extras(root)
        self.extra = folder / "extra"  # copied into the book as it is
        self.links = Links(root, dict(_pages(root, self.lessons, self.extras)), options.repository)

    def write(self, progress: Callable[[str], None]) -> None:
        """Write all pages; call ``progress`` with a line of text before each lesson."""
        (self.extra / PICTURES).mkdir(parents=True)
        write_playground(self.extra)
        for lesson in self.lessons:
            progress(f"{lesson.name}: drawing its figures")
            self._write_lesson(lesson)
        for extra in self.extras:
            self._write_notebook(extra.solution, nbformat.read(extra.solution, as_version=4))
        self._write_guides()
        self._write_front_page()
        for image in self.links.images:
            target = self.folder / image.relative_to(self.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(image, target)

    def _write_lesson(self, lesson: Lesson) -> None:
        """Write a lesson's page, its pictures, and the student's copy to download."""
        drawn = Drawn(self.root, {}) if self.options.stills else draw_figures(lesson)
        pictures = self.extra / PICTURES
        for picture in drawn.pictures if drawn.figures else ():
            shutil.copy(picture, pictures)
        solved = self.options.with_solutions
        page = make_lesson_page(lesson, drawn, pictures, with_solutions=solved)
        add_below_title(page, self._lesson_facts(lesson))
        self._write_notebook(lesson.release, page)
        if lesson.release.is_file():
            copy = self.extra / lesson.release.relative_to(self.root)
            copy.parent.mkdir(parents=True)
            shutil.copy(lesson.release, copy)

    def _lesson_facts(self, lesson: Lesson) -> str:
        """Return the line with a lesson's time and points, its download and its buttons."""
        notebook = lesson.release.relative_to(self.root).as_posix()
        about = [f"{lesson.about['minutes']} min", f"{lesson.points:g} points"]
        links = [
            ("Download the notebook", f"../{notebook}", " download")
        ] * lesson.release.is_file()
        for name, address in launch_links(self.options.repository, notebook):
            links.append((f"Open in {name}", address, ""))
        shown = [f'<a href="{html.escape(to)}"{how}>{name}</a>' for name, to, how in links]
        parts = "".join(f"<span>{part}</span>" for part in (*about, *shown))
        return f'<p class="lesson-facts">{parts}</p>'

    def _write_notebook(self, file: Path, page: nbformat.NotebookNode) -> None:
        name = file.relative_to(self.root).as_posix()
        rewrite_text(page, lambda text: self.links.rewrite(text, name))
        target = self.folder / self.links.pages[name]
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(page, target)

    def _write_guides(self) -> None:
        """Write the guides, from the READMEs and from the start page's cells."""
        made = make_pages(self.lessons, self.extras)
        start, sources = (
            [cell.source for cell in made[name].cells] for name in ("index", "sources")
        )
        readme = read_sections(self.root / "README.md")
        # The third cell of the start page says how a lesson works, and so on to its last.
        student = "\n\n".join(
            self.links.rewrite(cell, "notebooks/index.ipynb") for cell in start[2:]
        )
        for name in ("students", "instructors"):
            text = f"# For {name}\n\n{readme.get(f'For {name}', '')}"
            text = self.links.rewrite(text.replace("\n### ", "\n## "), "README.md")
            # `student` is for the front page's folder.
            more = student.replace("](", "](../") if name == "students" else ""
            self._write_text(f"guides/{name}.md", f"{text}\n\n{more}")
        joined = "\n\n".join(sources)
        self._write_text("sources.md", self.links.rewrite(joined, "notebooks/sources.ipynb"))
        for file, page in TEXTS.items():
            if (self.root / file).is_file():
                text = (self.root / file).read_text(encoding="utf-8")
                self._write_text(page, self.links.rewrite(text, file))

    def _write_front_page(self) -> None:
        """Write the first page: what the course is, its lessons, and the way to the rest."""
        introduction = make_pages(self.lessons, self.extras)["index"].cells[0].source
        template = Path(__file__).with_name("front_page.md").read_text(encoding="utf-8")
        fields = {
            "introduction": introduction,
            "lessons": "\n".join(map(self._lesson_entry, self.lessons)),
            "lesson_pages": "\n".join(map(_contents_entry, self.lessons)),
            "extra_pages": "\n".join(f"lessons/{one.name}" for one in self.extras),
            "guide_pages": self._those_there(f"guides/{name}" for name in GUIDES),
            "more_pages": self._those_there(f"more/{name}" for name in MORE),
        }
        for name, value in fields.items():
            template = template.replace(f"@{name}@", value)
        self._write_text("index.md", template)

    def _those_there(self, pages: Iterable[str]) -> str:
        """Return the pages that this course has, a line each."""
        return "\n".join(page for page in pages if (self.folder / f"{page}.md").is_file())

    def _lesson_entry(self, lesson: Lesson) -> str:
        """Return a lesson's entry in the list on the front page."""
        about = lesson.about
        return (
            f'<li><a href="lessons/{lesson.name}.html">{html.escape(lesson.title)}</a> '
            f"<span>{html.escape(about['summary'])}</span> "
            f"<small>{about['minutes']} min</small></li>"
        )

    def _write_text(self, page: str, text: str) -> None:
        target = self.folder / page
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def _contents_entry(lesson: Lesson) -> str:
    """Return a lesson's line in the table of contents."""
    return f"{lesson.name[:2]} {lesson.title} <lessons/{lesson.name}>"


def _pages(root: Path, lessons: Sequence[Lesson], extras: Sequence[Extra]) -> dict[str, str]:
    """Return the page that each of the course's files becomes, as `Links` wants it."""
    pages = {
        "notebooks/index.ipynb": "index.md",
        "notebooks/playground.ipynb": "index.md",  # which shows the same
        "notebooks/sources.ipynb": "sources.md",
        "README.md": "guides/students.md",
    }
    notebooks: list[Lesson | Extra] = [*lessons, *extras]
    for one in notebooks:
        for file in (one.solution, one.release):
            pages[file.relative_to(root).as_posix()] = f"lessons/{one.name}.ipynb"
    return pages | {file: page for file, page in TEXTS.items() if (root / file).is_file()}


def read_sections(file: Path) -> dict[str, str]:
    """Return the sections of a Markdown file by their headings of the second level."""
    parts = re.split(r"^## (.+)\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], (part.strip() for part in parts[2::2]), strict=True))

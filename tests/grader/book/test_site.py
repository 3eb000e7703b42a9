"""Does `grader book` make a folder that works by itself?"""

import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from grader.book import draw_lesson, figures
from grader.book.pages import BookOptions
from grader.book.site import write_book
from grader.cli.app import app
from grader.course.lesson import CourseError
from tests.support.book import FEW_STATES, broken_links, foreign_files, make_book_course, read_pages

PAGE = "lessons/01_toy.html"
# What only the lesson's source has: model answers, hidden tests, answers to questions.
SECRETS = ("factor * x", "text.upper()", "4321", "8642", "wrong on a large number", "is 42")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return make_book_course(tmp_path_factory.mktemp("course"))


@pytest.fixture(scope="module")
def book(course, tmp_path_factory):
    """The course's book, with Binder and Colab."""
    to = tmp_path_factory.mktemp("books") / "book"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(figures, "PROGRAM", FEW_STATES)
        write_book(course.root, to, BookOptions(repository="https://github.com/a/b"))
    return to


@pytest.fixture(scope="module")
def page(book):
    return (book / PAGE).read_text(encoding="utf-8")


def _text(page):
    return re.sub(r"<[^>]+>", "", page)


def test_no_page_shows_a_solution_or_a_hidden_test(book):
    for path in book.rglob("*"):
        if path.suffix in (".html", ".js", ".ipynb", ".txt"):
            text = _text(path.read_text(encoding="utf-8"))
            assert not [secret for secret in SECRETS if secret in text], path


def test_an_exercise_is_as_in_the_students_copy(page):
    assert "raise NotImplementedError" in _text(page)
    assert "Return twice x." in _text(page)
    assert "all is right" not in page, "a check has no result where nothing is written yet"


def test_every_link_and_file_is_there(book):
    assert list(broken_links(book)) == []


def test_nothing_is_loaded_from_another_host(book):
    assert list(foreign_files(book)) == []


def test_a_picture_in_an_output_has_its_text(book, page):
    assert 'alt="A black and a white pixel."' in page
    assert {
        str(path): one.without_alt for path, one in read_pages(book).items() if one.without_alt
    } == {}


def test_formulas_are_mathml(page):
    assert page.count("<math ") == 2
    assert "<mfrac>" in page


def test_the_students_copy_can_be_downloaded(book, page, course):
    assert 'href="../notebooks/01_toy/01_toy.ipynb" download' in page
    copy = book / "notebooks/01_toy/01_toy.ipynb"
    assert copy.read_bytes() == course.release.read_bytes()


def test_launch_buttons_are_made_from_the_repositorys_address(page):
    assert "https://mybinder.org/v2/gh/a/b/HEAD" in page
    assert "https://colab.research.google.com/github/a/b/" in page


def test_the_guides_have_the_readmes_text(book):
    for name, text in (("students", "Run it."), ("instructors", "Mark it.")):
        assert text in (book / f"guides/{name}.html").read_text(encoding="utf-8")


def _data(page, kind):
    script = re.search(rf"{kind}[^>]*><script type=\"application/json\">(.*?)</script>", page)
    return json.loads(script[1].replace("<\\/", "</"))


def test_a_figure_has_its_states_and_their_pictures(book, page):
    figure = _data(page, "data-states")
    assert [control["name"] for control in figure["controls"]] == ["channels", "side", "units"]
    assert figure["grid"]
    assert len(figure["states"]) == 2 * 5 * 3
    for *_, picture, width, height, text in figure["states"]:
        with Image.open(book / "figures" / picture) as image:
            assert abs(image.width / width - image.height / height) < 0.02
        assert "parameters" in text
    first = figure["states"][0]
    assert first[:3] == [1, 8, 1]
    assert first[-1].startswith("8 × 8 × 3 = 192 numbers go in. 192 × 1 weights + 1 bias = 193")
    assert first[-1] in page.split("</script>", 1)[1], "the first state is there without a script"


def test_a_figure_of_arithmetic_has_its_data_and_a_still_picture(page):
    assert _data(page, "data-live") == {"code": "#0B6623"}
    still = page.split('data-live="colour_mixer"')[1]
    assert 'alt="A black and a white pixel."' in still


def test_a_second_book_draws_nothing_and_replaces_the_first(course, book, monkeypatch):
    monkeypatch.setattr(figures, "_draw", lambda *_: pytest.fail("drawn again"))
    (book / "left over.html").write_text("")
    write_book(course.root, book, BookOptions())
    assert not (book / "left over.html").exists()
    assert "mybinder" not in (book / PAGE).read_text(encoding="utf-8"), "no address, no button"


def test_with_solutions_everything_is_there(course, tmp_path):
    write_book(course.root, tmp_path / "book", BookOptions(with_solutions=True, stills=True))
    text = _text((tmp_path / "book" / PAGE).read_text(encoding="utf-8"))
    assert [secret for secret in SECRETS if secret not in text] == []
    assert "all is right" in text


def test_a_folder_that_is_no_book_is_left_alone(course, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(CourseError, match="is not a book"):
        write_book(course.root, tmp_path, BookOptions())
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_command_takes_the_address_from_its_setting(course, tmp_path, monkeypatch):
    asked = []

    def write(*args):
        asked.append(args[:3])
        return 1_500_000

    monkeypatch.setattr("grader.book.site.write_book", write)
    monkeypatch.setattr("grader.book.launch.find_repository", lambda root: "https://github.com/a/b")
    monkeypatch.chdir(course.root)
    run = CliRunner().invoke(app, ["book", "--to", str(tmp_path / "book"), "--with-solutions"])
    assert run.exit_code == 0
    assert "1.5 MB" in run.output
    options = BookOptions(with_solutions=True, repository="https://github.com/a/b")
    assert asked == [(course.root, tmp_path / "book", options)]
    run = CliRunner().invoke(app, ["book", "--to", str(tmp_path), "--repository", "none"])
    assert isinstance(run.exception, CourseError)


def test_a_lesson_that_was_never_executed_is_named(tmp_path):
    lesson = make_book_course(tmp_path / "course")
    lesson.solution.unlink()
    with pytest.raises(CourseError, match="grader build 01"):
        write_book(lesson.root, tmp_path / "book", BookOptions(stills=True))
    assert not (tmp_path / "book").exists()


def test_a_figure_that_cannot_be_drawn_names_its_lesson(tmp_path):
    lesson = make_book_course(tmp_path / "course")
    source = lesson.source.read_text(encoding="utf-8")
    lesson.source.write_text(source.replace("side=8", "side=no_such_name"), encoding="utf-8")
    with pytest.raises(
        CourseError, match=r"01_toy\.py: drawing its figures failed(.|\n)*no_such_name"
    ):
        figures.draw_figures(lesson)
    assert list((lesson.root / figures.CACHE).iterdir()) == []


@pytest.mark.parametrize("limit", [5_000, 30_000])
def test_a_picture_takes_at_most_its_share_of_bytes(limit):
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    smooth = Image.fromarray(noise).resize((32, 24)).resize((320, 240))
    content = draw_lesson.compress(smooth, limit)
    assert len(content) <= limit
    assert Image.open(io.BytesIO(content)).size == (320, 240)

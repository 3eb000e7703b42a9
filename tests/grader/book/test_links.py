"""Do links between the course's files lead to the book's pages?"""

from pathlib import Path

import pytest

from grader.book.launch import check_repository, find_repository, launch_links
from grader.book.links import Links
from grader.course.lesson import CourseError

PAGES = {
    "notebooks/02_convolution/02_convolution.ipynb": "lessons/02_convolution.ipynb",
    "notebooks/index.ipynb": "index.md",
    "docs/style.md": "more/style.md",
    "README.md": "guides/students.md",
}
LESSON = "notebooks/02_convolution/02_convolution.ipynb"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a](../index.ipynb)", "[a](../index.md)"),
        ("[a](../index.ipynb#part)", "[a](../index.md#part)"),
        ("[a](../../docs/style.md) b", "[a](../more/style.md) b"),
        ("[a](#part)", "[a](#part)"),
        ("[a](https://example.org/x.md)", "[a](https://example.org/x.md)"),
        ("[a](mailto:b@example.org)", "[a](mailto:b@example.org)"),
        ("see [the data](../../data/x.csv).", "see the data."),
        ("a[0](no link)", "a[0](no link)"),
    ],
)
def test_a_link_leads_to_the_page_or_is_text(text, expected):
    assert Links(Path("/course"), PAGES).rewrite(text, LESSON) == expected


def test_with_a_repository_other_files_are_links_to_it():
    links = Links(Path("/course"), PAGES, "https://github.com/a/b")
    found = links.rewrite("[the data](../../data/x.csv)", LESSON)
    assert found == "[the data](https://github.com/a/b/blob/main/data/x.csv)"


def test_images_are_remembered():
    links = Links(Path("/course"), PAGES)
    assert links.rewrite("![a](docs/a.png)", "README.md") == "![a](/docs/a.png)"
    assert links.images == {Path("/course/docs/a.png")}


def test_a_repository_on_github_gives_both_buttons_and_another_only_binder():
    notebook = "notebooks/02/02.ipynb"
    github = dict(launch_links("https://github.com/a/b", notebook))
    assert github == {
        "Binder": "https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab%2Ftree%2Fnotebooks%2F02%2F02.ipynb",
        "Colab": "https://colab.research.google.com/github/a/b/blob/main/notebooks/02/02.ipynb",
    }
    other = dict(launch_links("https://example.org/a/b", notebook))
    assert list(other) == ["Binder"]
    assert "git/https%3A%2F%2Fexample.org%2Fa%2Fb/" in other["Binder"]
    assert list(launch_links("", notebook)) == []


def test_the_address_is_one_setting(tmp_path):
    assert find_repository(tmp_path) == ""
    setting = '[tool.grader]\nrepository = "https://github.com/a/b"\n'
    (tmp_path / "pyproject.toml").write_text(setting)
    assert find_repository(tmp_path) == "https://github.com/a/b"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://a/b", 'https://a/"onload="x'])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(CourseError, match="not the address of a repository"):
        check_repository(address)


def test_an_address_is_tidied():
    assert check_repository("https://github.com/a/b.git") == "https://github.com/a/b"
    assert check_repository("https://github.com/a/b/") == "https://github.com/a/b"
    assert check_repository("") == ""

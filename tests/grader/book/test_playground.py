"""Is the page to send part of the site?"""

from grader.book.playground import write_playground


def test_the_page_and_all_that_it_names_are_in_the_site(tmp_path):
    write_playground(tmp_path / "site")
    folder = tmp_path / "site" / "playground"
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<title>Watch a network read your digit</title>" in page
    for name in ("page.js", "style.css", "manifest.json", "weights.bin", "playground.html"):
        assert name in page
        assert (folder / name).stat().st_size > 0


def test_an_older_page_is_replaced(tmp_path):
    old = tmp_path / "playground" / "page.js"
    old.parent.mkdir()
    old.write_text("old")
    write_playground(tmp_path)
    assert old.read_text(encoding="utf-8") != "old"

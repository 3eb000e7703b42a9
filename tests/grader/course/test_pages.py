import nbformat

from grader.course.pages import LESSON_TABLE, fill_lesson_table


def test_the_start_page_and_the_readme_list_the_lessons(built):
    index = (built / "notebooks/index.ipynb").read_text()
    assert "[Toys](01_toys/01_toys.ipynb) | Doubling | 5 min | 3 |" in index
    assert "[Toys](notebooks/01_toys/01_toys.ipynb)" in (built / "README.md").read_text()


def test_the_start_page_leads_to_the_sources_and_back(built):
    index = (built / "notebooks/index.ipynb").read_text()
    sources = (built / "notebooks/sources.ipynb").read_text()
    assert "](sources.ipynb)" in index
    assert "](index.ipynb)" in sources


def test_the_playground_is_a_cell_to_run(built):
    notebook = nbformat.read(built / "notebooks/playground.ipynb", as_version=4)
    (code,) = (cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert code == "from utils import playground\n\nplayground.show()"
    assert "](playground.ipynb)" in (built / "notebooks/index.ipynb").read_text()


def test_a_text_without_markers_stays_as_it_is():
    assert fill_lesson_table("# Title\n", "| table |") == "# Title\n"


def test_the_table_is_put_between_the_markers():
    start, end = LESSON_TABLE
    filled = fill_lesson_table(f"before\n{start}\nold\n{end}\nafter", "new")
    assert filled == f"before\n{start}\nnew\n{end}\nafter"

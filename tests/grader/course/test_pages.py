import nbformat

from grader.course.lesson import find_lessons
from grader.course.pages import LESSON_TABLE, fill_lesson_table, lesson_table
from tests.support.builds import LESSON, write_lesson


def test_the_start_page_and_the_readme_list_the_lessons(built):
    index = (built / "notebooks/index.ipynb").read_text()
    assert "[Toys](01_toys/01_toys.ipynb) | Doubling | 5 min | 3 |" in index
    assert "[Toys](notebooks/01_toys/01_toys.ipynb)" in (built / "README.md").read_text()


def test_the_start_page_leads_to_the_sources_and_back(built):
    index = (built / "notebooks/index.ipynb").read_text()
    sources = (built / "notebooks/sources.ipynb").read_text()
    assert "](sources.ipynb)" in index
    assert "](index.ipynb)" in sources


def test_a_lesson_can_begin_a_part_of_the_course(course):
    summary = "#     summary: Doubling\n"
    assert summary in LESSON
    for name, part in [("01_toys", "By hand"), ("02_games", ""), ("03_sports", "Further")]:
        line = f"#     part: {part}\n" if part else ""
        write_lesson(course, LESSON.replace(summary, summary + line), name=name)
    lines = lesson_table(find_lessons(course), "").splitlines()
    assert [line for line in lines if line.startswith("#")] == ["### By hand", "### Further"]
    begins = [line[:6] for line in lines if line.startswith("| 0")]
    assert begins == ["| 01 |", "| 02 |", "| 03 |"]
    assert lines.count("|---|---|---|---|---|") == 2
    assert lines.index("### Further") < lines.index(next(x for x in lines if x.startswith("| 03")))


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

"""Does a notebook that was opened in another Python say what to do?"""

import pytest

from grader.course.lesson import find_lessons, find_root

HINT = "# No module named 'utils'? In the course's folder, start: uv run jupyter lab"


@pytest.mark.parametrize("lesson", find_lessons(find_root()), ids=lambda lesson: lesson.name)
def test_the_first_import_of_utils_says_what_to_do(lesson):
    """IPython shows the lines above the one that fails, so the hint is part of the error, too."""
    cell = next(cell for cell in lesson.notebook.cells if "from utils" in cell.source)
    lines = [line for line in cell.source.splitlines() if line]
    place = next(i for i, line in enumerate(lines) if line.startswith("from utils"))
    assert HINT in lines[max(place - 2, 0) : place]

"""Does a digest change when, and only when, something changes that it stands for?"""

import pytest

from grader.course import build, digests
from grader.course.lesson import Lesson
from tests.support.builds import LESSON, reasons, write_lesson


def test_a_changed_utils_module_makes_only_lessons_that_import_it_stale(course):
    (course / "utils/toys.py").write_text("from utils import deeper\n")
    (course / "utils/deeper.py").write_text("")
    write_lesson(
        course, LESSON.replace("import random", "import random\nif 0: from utils import toys")
    )
    write_lesson(course, LESSON.replace("Toys", "Games"), name="02_games")
    build.build(course)
    (course / "utils/deeper.py").write_text("changed = True\n")
    assert list(reasons(course)) == ["solutions/01_toys/01_toys.ipynb"]


def test_changed_data_makes_lessons_stale(built):
    (built / "data/letters.txt").write_text("X")
    assert list(reasons(built)) == ["solutions/01_toys/01_toys.ipynb"]


def test_data_that_only_another_lessons_module_reads_makes_no_lesson_stale(course):
    (course / "data").mkdir(exist_ok=True)
    (course / "data/games.csv").write_text("1")
    (course / "utils/games.py").write_text('TABLE = "games.csv"\n')
    write_lesson(course, LESSON)
    play = "import random\nif 0: from utils import games"
    write_lesson(course, LESSON.replace("import random", play), name="02_games")
    build.build(course)
    (course / "data/games.csv").write_text("2")
    assert list(reasons(course)) == ["solutions/02_games/02_games.ipynb"]


CHECKED = LESSON.replace(
    "assert double(2) == 4",
    'from utils import checks\nwith checks.Exercise("toys.double", double) as check:\n    pass',
)


@pytest.fixture
def checked(course):
    """A lesson whose test knows the mistakes of ``utils/mistakes/toys.py``."""
    for name in ("toys", "helper", "other", "mistakes/toys", "mistakes/other", "checks/__init__"):
        path = course / "utils" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    (course / "utils/mistakes/toys.py").write_text("from utils import helper\n")
    (course / "data/mnist10k.npz").write_text("")
    write_lesson(course, CHECKED)
    return Lesson(course, "01_toys")


@pytest.mark.parametrize("digest", [digests.source_digest, digests.marking_digest])
@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("utils/toys.py", True),
        ("utils/helper.py", True),
        ("utils/mistakes/toys.py", True),
        ("utils/checks/__init__.py", True),
        ("solutions/01_toys/01_toys.py", True),
        ("data/mnist10k.npz", True),
        ("utils/other.py", False),
        ("utils/mistakes/other.py", False),
        ("README.md", False),
        ("data/README.md", False),
    ],
)
def test_digests_change_with_what_a_lesson_uses(checked, digest, file, changes):
    before = digest(checked)
    with (checked.root / file).open("a") as text:
        text.write("# changed\n")
    assert (digest(Lesson(checked.root, checked.name)) != before) is changes


def test_marks_depend_on_all_of_utils_checks_and_on_the_stub(checked):
    seen = {digests.marking_digest(checked)}
    (checked.root / "utils/checks/unnamed.py").write_text("")
    seen.add(digests.marking_digest(checked))
    with (checked.root / "nbgrader_config.py").open("a") as text:
        text.write("# changed\n")
    seen.add(digests.marking_digest(checked))
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("file", "changes"),
    [
        ("marking/explain.py", True),
        ("workers/judge.py", True),
        ("isolation/limits.py", True),
        ("submission/restore.py", True),
        ("course/cells.py", True),
        ("printable.py", True),
        ("classroom/export.py", False),
        ("kernel.py", False),
    ],
)
def test_marks_depend_on_the_code_that_marks(checked, monkeypatch, tmp_path, file, changes):
    installed = tmp_path / "installed"
    for package in (*digests.MARKING_PACKAGES, "classroom"):
        (installed / "grader" / package).mkdir(parents=True)
    for path in {"printable.py", "kernel.py", file}:
        (installed / "grader" / path).write_text("")
    monkeypatch.setattr(digests, "INSTALLED", installed)
    before = digests.marking_digest(checked)
    (installed / "grader" / file).write_text("changed = True\n")
    assert (digests.marking_digest(checked) != before) is changes

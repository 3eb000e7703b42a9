"""Do due dates cost what the course's settings say, and only as long as they say it?"""

import copy
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from nbgrader.api import Gradebook

from grader.classroom.autograde import autograde
from grader.classroom.export import export
from grader.classroom.options import Options
from grader.classroom.penalties import HandIn, late_notes
from grader.course.lesson import CourseError
from grader.course.release import make_release
from grader.isolation.limits import ResourceLimits
from tests.support.toy import LESSON, answer, find, hand_in, make_course

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

DUE = datetime(2026, 3, 1, 12)
ZERO = '\nc.LateSubmissionPlugin.penalty_method = "zero"\n'
PER_HOUR = """
from nbgrader.plugins import BasePlugin

class PerHour(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {penalty}

c.AssignLatePenalties.plugin_class = PerHour
"""


@pytest.fixture
def late(tmp_path):
    """A class of a course: ana has 3 points and is two hours late, ben has 4 and is in time."""
    lesson = make_course(tmp_path / "course")
    submitted = tmp_path / "submitted"
    right = answer(make_release(lesson))
    half = copy.deepcopy(right)
    find(half, "shout").source = "def shout(text):\n    return text"
    for student, notebook, time in (("ana", half, "14:00"), ("ben", right, "11:59")):
        path = hand_in(submitted, student, notebook)
        path.with_name("timestamp.txt").write_text(f"2026-03-01 {time}:00 UTC\n")
    options = Options(
        root=lesson.root, submitted=submitted, autograded=tmp_path / "autograded",
        gradebook=str(tmp_path / "gradebook.db"), jobs=2, limits=ResourceLimits(cell=5),
    )  # fmt: skip
    with Gradebook(options.url) as book:
        book.add_assignment(LESSON, duedate=DUE)
    return options


def set_config(options, text):
    path = options.root / "nbgrader_config.py"
    plain = path.read_text().partition("# penalties")[0]
    path.write_text(f"{plain}# penalties{text}")


def penalties(options, **changes):
    summary = autograde(replace(options, **changes))
    return {student: hand_in.penalty for (student, _), hand_in in summary.hand_ins.items()}


def test_penalties_are_those_of_the_settings_and_stale_ones_go(late):
    assert penalties(late) == {"ana": 0.0, "ben": 0.0}
    set_config(late, ZERO)
    assert penalties(late) == {"ana": 3.0, "ben": 0.0}  # without marking again
    assert [line.rsplit(",", 2)[1] for line in _rows(late)] == ["0", "4"]
    set_config(late, PER_HOUR.format(penalty="total_seconds_late / 3600"))
    assert penalties(late, force=True) == {"ana": 2.0, "ben": 0.0}
    set_config(late, "")
    assert penalties(late) == {"ana": 0.0, "ben": 0.0}
    assert [line.rsplit(",", 2)[1] for line in _rows(late)] == ["3", "4"]


def _rows(options):
    text = export(options.root, "csv", gradebook=options.gradebook).text
    return text.splitlines()[1:]


def test_an_extension_counts_and_a_corrected_time_too(late):
    set_config(late, ZERO)
    assert penalties(late)["ana"] == 3.0
    with Gradebook(late.url) as book:
        book.find_submission(LESSON, "ana").extension = timedelta(hours=3)
        book.db.commit()
    assert penalties(late)["ana"] == 0.0
    path = late.submitted / "ana" / LESSON / "timestamp.txt"
    path.write_text("2026-03-01 16:00:00 UTC\n")
    assert penalties(late)["ana"] == 3.0


@pytest.mark.parametrize("penalty", ["-5", "1e9", "None"])
def test_no_penalty_is_below_nothing_or_above_the_score(late, penalty):
    set_config(late, PER_HOUR.format(penalty=penalty))
    assert penalties(late)["ana"] == (3.0 if penalty == "1e9" else 0.0)


@pytest.mark.parametrize(
    "text",
    [PER_HOUR.format(penalty="1 / 0"), '\nc.AssignLatePenalties.plugin_class = "no.such.Plugin"\n'],
)
def test_a_plugin_that_fails_is_told_in_words(late, text):
    set_config(late, text)
    with pytest.raises(CourseError, match="plugin for late penalties"):
        autograde(late)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["", ZERO, PER_HOUR.format(penalty="total_seconds_late / 7200")])
def test_stock_nbgrader_takes_off_the_same(late, tmp_path, text):
    set_config(late, text)
    ours = penalties(late)
    stock = replace(late, gradebook=str(tmp_path / "stock.db"), autograded=tmp_path / "stock")
    with Gradebook(stock.url) as book:
        book.add_assignment(LESSON, duedate=DUE)
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    from grader.classroom.gradebook import CourseGradebook
    from grader.classroom.nbgrader_backend import _config
    from grader.course.lesson import find_lessons

    with CourseGradebook(stock.url) as book:
        book.register(*find_lessons(late.root))
    config = _config(stock, late.submitted)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    for student in ("ana", "ben"):
        assert api.autograde(LESSON, student, force=True, create=True)["success"]
    with CourseGradebook(stock.url) as book:
        theirs = book.hand_ins(LESSON)
    assert {student: hand_in.penalty for student, hand_in in theirs.items()} == ours
    assert theirs["ana"].seconds_late == 7200


def test_lateness_is_a_note_of_a_line_a_lesson():
    hand_ins = {(f"s{n:03}", LESSON): HandIn(DUE, 3600.0 * n, float(n % 2)) for n in range(100)}
    (note,) = late_notes(hand_ins)
    assert note.startswith(f"{LESSON}: 99 handed in late: s001 (1:00:00, -1), s002 (2:00:00), ")
    assert note.endswith("and 94 more")

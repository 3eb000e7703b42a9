from nbgrader.utils import compute_checksum

from grader.course.cells import (
    checksum,
    grade_id,
    is_answer,
    is_test,
    release_source,
    without_hidden,
)
from grader.course.lesson import find_lessons, find_root
from grader.course.release import make_release


def test_the_short_ways_are_the_same_as_nbgraders(release, toy):
    """Do checksum, release_source and without_hidden give what nbgrader's slow imports give?"""
    lessons = [toy, *find_lessons(find_root())]
    for lesson in lessons:
        made = {grade_id(cell): cell for cell in make_release(lesson).cells if grade_id(cell)}
        for cell in lesson.notebook.cells:
            if is_answer(cell):
                short = release_source(cell.source, lesson.root)
                assert short == made[grade_id(cell)].source
            if is_test(cell):
                assert without_hidden(cell.source) == made[grade_id(cell)].source
            if grade_id(cell):
                assert checksum(cell) == compute_checksum(cell)

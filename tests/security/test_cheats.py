"""Do cheats get no point that was not earned, and lose none that was?"""

import functools
import json
import sys

import pytest

from grader.course.cells import grade_id, is_test
from grader.kernel import execute
from grader.marking.score import score
from grader.submission.restore import restore
from tests.banks.cheats import CHEATS, CONVOLUTION, lessons
from tests.support.arena import ROOT, Arena, answer, find, full_marks, right_answers, student_copy
from tests.support.lessons import find_lesson

BY_NAME = {cheat.name: cheat for cheat in CHEATS}
# Cheats that work where tests and answers share a process, and take little time there.
CLASSIC = [cheat.name for cheat in CHEATS if cheat.stock and cheat.lesson == CONVOLUTION]
pytestmark = pytest.mark.security
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux")


def honest(lesson):
    return f"honest {lesson}"


@pytest.fixture(scope="module")
def arena():
    """The class, marked once, with an honest submission to each lesson."""
    arena = Arena()
    try:
        for cheat in CHEATS:
            arena.hand_in(cheat.name, cheat.lesson, cheat.notebook())
        for lesson in lessons():
            work = answer(student_copy(lesson), right_answers(lesson))
            arena.hand_in(honest(lesson), lesson, work)
        arena.evidence = arena.run("--submission-timeout", "120", timeout=30)
        yield arena
    finally:
        arena.close()


@pytest.fixture(scope="module")
def rows(arena):
    assert arena.evidence.status == 0, arena.evidence.said
    return arena.evidence.rows


def marks(row):
    return {one["name"]: one["score"] for one in row["exercises"]}


@functools.cache
def hidden_lines():
    """Return lines that are only in hidden tests and long enough not to occur by accident."""
    shown, hidden = set(), set()
    for lesson in lessons():
        for cell in find_lesson(lesson).notebook.cells:
            is_hidden = False
            for line in cell.source.splitlines():
                is_hidden |= "BEGIN HIDDEN TESTS" in line
                known = hidden if is_hidden and is_test(cell) else shown
                known.add(line.strip())
                is_hidden &= "END HIDDEN TESTS" not in line
    return sorted(line for line in hidden - shown if len(line) > 40)


@pytest.mark.parametrize("name", CLASSIC)
def test_marking_in_one_process_falls_for_it(name):
    """Do tests that run beside the student's code, as stock nbgrader runs them, give points?"""
    cheat, lesson = BY_NAME[name], find_lesson(CONVOLUTION)
    notebook = restore(cheat.notebook(), lesson).notebook
    for cell in notebook.cells:
        cell.source = cell.source.replace("@COURSE@", str(ROOT))
    execute(notebook, timeout=20, root=ROOT)
    got = {one.name: one.score for one in score(notebook, lesson)}
    undeserved = {one for one in got if one not in cheat.keeps and got[one] > cheat.may.get(one, 0)}
    assert undeserved


@on_linux
@pytest.mark.parametrize("lesson", lessons())
def test_who_is_honest_gets_everything(rows, lesson):
    assert marks(rows[honest(lesson), lesson]) == full_marks(lesson)


@on_linux
@pytest.mark.parametrize("name", BY_NAME)
def test_no_undeserved_point_and_no_lost_one(rows, name):
    cheat = BY_NAME[name]
    row = rows[name, cheat.lesson]
    assert row["status"] == "graded"
    worth = full_marks(cheat.lesson)
    told = "\n".join(one["message"] for one in row["exercises"])
    for exercise, got in marks(row).items():
        if exercise in cheat.keeps:
            assert got == worth[exercise], (exercise, row["message"], told)
        else:
            assert got <= cheat.may.get(exercise, 0.0), exercise


@on_linux
@pytest.mark.parametrize("name", BY_NAME)
def test_no_hidden_test_got_out(arena, rows, name):
    row = rows[name, BY_NAME[name].lesson]
    shown = arena.outputs(name, BY_NAME[name].lesson)
    told = json.dumps([row["message"], *(one["message"] for one in row["exercises"])])
    assert [line for line in hidden_lines() if line in shown or line in told] == []


@on_linux
def test_nothing_outside_was_touched(arena):
    assert arena.evidence.changed == []
    assert arena.evidence.strays == []


@on_linux
def test_no_process_is_left(arena):
    assert arena.evidence.left == []


@on_linux
def test_no_secret_got_out(arena, rows):
    marked = [path.read_text("utf-8") for path in arena.autograded.rglob("*") if path.is_file()]
    everything = [*marked, json.dumps(list(rows.values())), arena.evidence.said]
    for secret in arena.secrets:
        assert not any(secret in text for text in everything)


@on_linux
def test_names_of_the_lessons_cells_alone_are_graded(arena, rows):
    forged = arena.notebook("tests added", CONVOLUTION)
    known = {grade_id(cell) for cell in find_lesson(CONVOLUTION).notebook.cells if grade_id(cell)}
    assert {grade_id(cell) for cell in forged.cells} - {""} == known
    assert find(forged, "test-relu").metadata.nbgrader.points == 0.5

"""Do a few cheats and hostile submissions fail? The whole banks are marked with `security`."""

import json
import sys

import pytest

from tests.banks.cheats import CHEATS, CONVOLUTION
from tests.banks.hostile import BREACH, HOSTILE, PROBE, honest
from tests.support.arena import Arena, full_marks

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
    pytest.mark.xdist_group("smoke"),
]
CHEATS_TRIED = [
    each
    for each in CHEATS
    if each.name
    in (
        *("equal to anything", "tests replaced", "test disarmed from within", "tests added"),
        *("reference's text", "the grader's own language", "numbers of the judge's process"),
    )
]
HOSTILE_TRIED = [
    PROBE,
    *(
        each
        for each in HOSTILE
        if each.name
        in (
            *("writes everywhere", "calls the network", "starts programs", "encoders broken"),
            *("error with markup", "a forged value of many numbers"),
        )
    ),
]


@pytest.fixture(scope="module")
def arena():
    """A small class, marked once."""
    arena = Arena()
    try:
        for each in CHEATS_TRIED:
            arena.hand_in(each.name, each.lesson, each.notebook())
        for each in HOSTILE_TRIED:
            arena.hand_in(each.name, each.lesson, each.make())
        arena.hand_in("honest", CONVOLUTION, honest())
        arena.evidence = arena.run(CONVOLUTION, timeout=10)
        yield arena
    finally:
        arena.close()


@pytest.fixture(scope="module")
def rows(arena):
    assert arena.evidence.status == 0, arena.evidence.said
    return {student: row for (student, _), row in arena.evidence.rows.items()}


def marks(row):
    return {exercise["name"]: exercise["score"] for exercise in row["exercises"]}


def test_all_are_tried():
    assert {each.lesson for each in (*CHEATS_TRIED, *HOSTILE_TRIED)} == {CONVOLUTION}
    assert (len(CHEATS_TRIED), len(HOSTILE_TRIED)) == (7, 7)


def test_an_honest_submission_gets_everything(rows):
    assert marks(rows["honest"]) == full_marks(CONVOLUTION)


@pytest.mark.parametrize("cheat", CHEATS_TRIED, ids=lambda cheat: cheat.name)
def test_a_cheat_gets_no_undeserved_point_and_loses_none(rows, cheat):
    worth = full_marks(cheat.lesson)
    for exercise, points in marks(rows[cheat.name]).items():
        if exercise in cheat.keeps:
            assert points == worth[exercise], exercise
        else:
            assert points <= cheat.may.get(exercise, 0.0), exercise


@pytest.mark.parametrize("hostile", HOSTILE_TRIED, ids=lambda hostile: hostile.name)
def test_hostile_code_gets_its_marks_and_does_no_harm(arena, rows, hostile):
    row = rows[hostile.name]
    points, expected = marks(row), hostile.marks
    assert {name: points[name] for name in expected} == expected
    shown = arena.outputs(hostile.name, hostile.lesson) + json.dumps(row)
    assert BREACH not in shown


def test_nothing_outside_was_touched_or_read_and_no_process_is_left(arena, rows):
    evidence = arena.evidence
    assert (evidence.changed, evidence.strays, evidence.left, evidence.contacts) == ([],) * 4
    shown = json.dumps(list(rows.values())) + evidence.said
    shown += "".join(path.read_text() for path in arena.autograded.rglob("*.ipynb"))
    assert not any(secret in shown for secret in arena.secrets)

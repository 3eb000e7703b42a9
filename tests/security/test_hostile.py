"""Do broken files and hostile code get the right marks, and do no harm?"""

import json
import sqlite3
import sys

import pytest

from grader.marking.mark import mark
from tests.banks.hostile import BREACH, CALLING_BACK, HOSTILE, LESSON, NAMES, NO_TEXT, PROBE, honest
from tests.support.arena import Arena, full_marks, to_bytes

pytestmark = [
    pytest.mark.security,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox needs Linux"),
]
BY_NAME = {one.name: one for one in HOSTILE}
BOUNDS = ("--submission-timeout", "60", "--memory", "1", "--disk", "200")


def lay(arena, one):
    """Put a submission where it belongs."""
    if one.is_file:
        arena.hand_in(one.name, one.lesson, one.make())
        return
    path = arena.hand_in(one.name, one.lesson, b"")
    path.unlink()
    one.make(path)


def breach_in(arena, row):
    """Return where a submission says that it got through, if it does."""
    shown = arena.outputs(row["student"], row["lesson"])
    return [text for text in (shown, row["message"], told(row)) if BREACH in text]


def told(row):
    """Return the messages of all exercises."""
    return "\n".join(one["message"] for one in row["exercises"])


@pytest.fixture(scope="module")
def is_confined():
    """Whether a harmless submission could not do what the dangerous ones would do."""
    arena = Arena()
    try:
        marked = mark(arena.fill(to_bytes(PROBE.make()).decode()).encode(), LESSON)
        outputs = [cell.get("outputs") for cell in marked.notebook.cells]
        told = json.dumps([outputs, marked.result.to_json()])
        return BREACH not in told and not any(arena.canary.glob(f"*{arena.token}*"))
    finally:
        arena.close()


@pytest.fixture(scope="module")
def arena(is_confined):
    """The class, marked once."""
    arena = Arena()
    try:
        for one in HOSTILE:
            if is_confined or not one.dangerous:
                lay(arena, one)
        for name in (*NAMES, NO_TEXT):
            arena.hand_in(name, LESSON, honest())
        arena.evidence = arena.run(LESSON, CALLING_BACK, *BOUNDS, timeout=3, jobs=3)
        yield arena
    finally:
        arena.close()


@pytest.fixture(scope="module")
def rows(arena):
    """The rows of the submissions by student; nobody handed in two."""
    assert arena.evidence.status == 0, arena.evidence.said
    missing = {"neighbour", *(one.name for one in HOSTILE if one.status == "missing")}
    return {
        student: row
        for (student, _), row in arena.evidence.rows.items()
        if row["status"] != "missing" or student in missing
    }


def test_a_harmless_probe_is_confined(is_confined):
    assert is_confined


def test_everyone_has_one_row(rows):
    assert set(rows) == {*BY_NAME, *NAMES, "neighbour"}


@pytest.mark.parametrize("name", BY_NAME)
def test_status_points_and_messages_are_right_and_nothing_got_through(arena, rows, name):
    hostile, row = BY_NAME[name], rows[name]
    assert row["status"] == hostile.status, row["message"]
    marks = {exercise["name"]: exercise["score"] for exercise in row["exercises"]}
    expected = hostile.marks
    assert {name: marks[name] for name in expected} == expected, (row["message"], told(row))
    worth = full_marks(hostile.lesson)
    assert all(0 <= marks[name] <= worth[name] for name in hostile.unsure)
    assert hostile.says in row["message"] + told(row)
    assert breach_in(arena, row) == []
    check_messages(row)


def check_messages(row):
    """Check that the messages are for people to read."""
    for message in (row["message"], *(one["message"] for one in row["exercises"])):
        assert "Traceback" not in message
        assert len(message) < 20_000
        assert all(sign.isprintable() or sign in "\n\t" for sign in message)
    if row["status"] != "graded":
        assert row["message"]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_only_a_name(rows, name):
    row = rows[name]
    assert (row["status"], row["score"]) == ("graded", 10.0)


def test_a_name_that_is_no_text_is_told(arena, rows):
    found = [row for (student, _), row in arena.evidence.rows.items() if "of bytes" in student]
    assert {(row["status"], row["score"]) for row in found} == {("missing", 0.0)}
    assert all("rename it" in row["message"] for row in found if row["lesson"] == LESSON)


def test_nothing_outside_was_touched(arena):
    assert arena.evidence.changed == []
    assert arena.evidence.strays == []


def test_the_disk_was_not_filled(arena):
    assert arena.evidence.disk < 1_500_000_000


def test_no_process_is_left(arena):
    assert arena.evidence.left == []


def test_nobody_was_called(arena):
    assert arena.evidence.contacts == []


def test_no_secret_got_out(arena, rows):
    told = json.dumps(list(rows.values())) + arena.evidence.said
    marked = [path.read_bytes() for path in arena.autograded.rglob("*") if path.is_file()]
    book = arena.gradebook.read_bytes()
    for secret in arena.secrets:
        assert secret not in told
        assert secret.encode() not in book
        assert not any(secret.encode() in content for content in marked)


def test_the_gradebook_holds_what_the_json_says(arena, rows):
    query = """
        SELECT student_id, SUM(auto_score), COUNT(manual_score) FROM submitted_assignment
        JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
        JOIN grade ON grade.notebook_id = submitted_notebook.id GROUP BY student_id
    """
    with sqlite3.connect(arena.gradebook) as book:
        stored = {student: (score, manual) for student, score, manual in book.execute(query)}
    assert stored == {
        student: (row["score"], 0) for student, row in rows.items() if row["status"] != "missing"
    }

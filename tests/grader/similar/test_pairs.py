"""Are a class's copies shown, and hostile submissions survived and shown as text?"""

import json
from random import Random

import pytest
from rich.console import Console

from grader.course.release import make_release
from grader.similar.answers import ClassAnswers, ExerciseAnswers, read_answers
from grader.similar.page import to_html, to_json, to_terminal
from grader.similar.pairs import MAX_RING, find_pairs
from tests.support.disguise import disguise
from tests.support.toy import answer, code, hand_in, make_course

LONG = """
def double(x):
    total, steps = 0, []
    for step in range(2):
        part = [x * (step + 1) - x * step, step ** 3 % 7]
        steps.append(max(part[0], x) if step else part[0])
        total += steps[-1] + part[1] - step ** 3 % 7
    while len(steps) > 5 and total != x:
        total = sum(sorted(steps)[1:4]) // len(steps)
    return {"value": total, "steps": tuple(steps)}["value"]
"""
HOSTILE = "</pre><script>alert(1)</script>\nx = '\x1b[31m'\n"
STUDENT = "<img src=x>"


def disguised(seed):
    return disguise(LONG, Random(seed), frozenset({"double"}))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """The pairs of a class in which ana's answer was copied, and two pasted the reference."""
    root = tmp_path_factory.mktemp("course")
    lesson = make_course(root)
    text = lesson.source.read_text(encoding="utf-8")
    solution = LONG.replace("total", "value").replace("range(2)", "range(2 - 0)")
    body = "\n".join(solution.strip().splitlines()[1:])
    lesson.source.write_text(text.replace("    return factor * x", body), encoding="utf-8")
    release, submitted = make_release(lesson), root / "submitted"
    own = {
        "ana": LONG,
        STUDENT: disguised(1) + f"\n{HOSTILE}",
        "cy": disguised(2),
        "nina": "import numpy\n" + disguise(solution, Random(3), frozenset({"double"})) + LONG[:0],
        "short": "def double(x):\n    return x + x",
        "short too": "def double(y):\n    return y + y",
        "broken": "def double(x:\n    return 2 * x",
        "deep": "x = " + "1+" * 9_000 + "1",
    }
    for student, source in own.items():
        hand_in(submitted, student, answer(make_release(lesson), double=source))
    elsewhere = make_release(lesson)
    elsewhere.cells.append(code(disguised(4)))
    elsewhere.cells = [
        cell
        for cell in elsewhere.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") != "double"
    ]
    hand_in(submitted, "own cell", elsewhere)
    hand_in(submitted, "nothing", release)
    hand_in(submitted, "pdf", b"%PDF")
    hand_in(submitted, "reference", answer(make_release(lesson), double="def double(x):\n    1"))
    return find_pairs(read_answers(submitted, [lesson]))


def names(found):
    return {frozenset(pair.students) for pair in found.pairs}


def test_copies_are_found_in_whatever_cell_and_the_reference_too(found):
    assert {frozenset(("ana", "cy")), frozenset(("ana", "own cell"))} <= names(found)
    assert frozenset(("reference", "nina")) in names(found)
    assert {pair.exercise for pair in found.pairs} == {"double"}


def test_no_other_student_is_in_a_pair(found):
    involved = set().union(*names(found))
    assert involved <= {"ana", "cy", "own cell", "reference", "nina", STUDENT}
    assert [pair.score for pair in found.pairs] == sorted(
        (pair.score for pair in found.pairs), reverse=True
    )


def test_what_was_not_compared_is_noted(found):
    notes = "\n".join(found.notes)
    assert "pdf  01_toy: not read: the file is not a notebook but a PDF" in notes
    assert "too long or too deeply nested, not compared: deep" in notes
    assert "no valid Python, compared by tokens: <img src=x>, broken" in notes
    assert "so short that likeness proves nothing" in notes


def test_the_page_shows_both_texts_as_text(found):
    pair = found.pairs[0]
    pair = type(pair)(pair.lesson, pair.exercise, (STUDENT, "b"), 1.0, 50, (HOSTILE, "<b>"))
    found = type(found)([pair], ["<i>note</i>\x1b"])
    page = to_html(found, 0.98)
    assert "&lt;script&gt;alert(1)" in page
    assert "&lt;img src=x&gt;" in page
    for harmful in ("<script", "<img", "<i>", "<b>", "\x1b", "http:", "https:"):
        assert harmful not in page
    console = Console(width=200)
    with console.capture() as captured:
        console.print(to_terminal(found, 0.98))
    assert "\x1b[31m" not in captured.get()


def test_the_json_has_the_pairs_most_alike_first(found):
    rows = json.loads(to_json(found))["pairs"]
    assert [row["score"] for row in rows] == [pair.score for pair in found.pairs]
    assert rows[0].keys() >= {"lesson", "exercise", "students", "score"}
    assert all(len(row["students"]) == 2 for row in rows)


def pairs_in_class(texts, given=()):
    exercise = ExerciseAnswers("01_toy", "double", tuple(given), (), dict(texts))
    return find_pairs(ClassAnswers([exercise], []))


def test_given_code_does_not_count():
    assert pairs_in_class({"a": LONG, "b": LONG}).pairs
    assert not pairs_in_class({"a": LONG, "b": LONG}, given=[LONG]).pairs


def test_a_copy_with_a_syntax_error_is_found():
    broken = LONG.replace("total", "x2") + ")"
    found = pairs_in_class({"a": LONG, "b": broken, "c": "def double(x):\n    return x + x"})
    assert names(found) == {frozenset("ab")}


def test_a_small_ring_is_shown_and_what_everyone_writes_is_not():
    ring = {f"s{number}": disguised(number) for number in range(3)}
    assert len(pairs_in_class(ring).pairs) == 3
    everyone = {f"s{number}": disguised(number) for number in range(MAX_RING + 1)}
    found = pairs_in_class(everyone)
    assert not found.pairs
    assert any("nearly the same as many others" in note for note in found.notes)


@pytest.mark.parametrize("texts", [{}, {"a": ""}, {"a": "", "b": ""}, {"a": "pass", "b": LONG}])
def test_a_class_without_answers_has_no_pairs(texts):
    assert pairs_in_class(texts).pairs == []

"""Does no spreadsheet run what a student's folder is called, and do ids come back unchanged?"""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.classroom import export as module
from grader.classroom.export import Grades, disarm, export

SIGNS = "=+-@"
INVISIBLE = " \t\r\n\v\f\xa0\ufeff\u200b\u200c\u2060\u3000\x00\x1b\"'"
SKIPPED = INVISIBLE.replace("'", "")  # an apostrophe says that what follows is text
FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\xa0=1+1",
    "\ufeff=1+1", "\u200b=1+1", "＝1+1", "＋1", "－1", "＠SUM(1)", "a;=1+1", "a;=1+1;b", "a\t=1+1",
    "a\r=1+1", "a\n=1+1", "a|=1+1", "a,=1+1", 'a;"=1+1"', "a; =1+1", "a;\u200b=1+1", "−1",
    "=cmd|'/C calc'!A0", '=HYPERLINK("http://x","y")', "\x1b=1", "\x00=1+1", "\"=1+1",
]  # fmt: skip
TEXT = st.text(st.sampled_from("=+-@＝－a1;|,") | st.sampled_from(INVISIBLE) | st.characters())


def begins_a_formula(text):
    """Tell whether a spreadsheet that cleans a cell as much as it can finds a formula."""
    for cell in re.split(r"[,;|\t\r\n]", text):
        bare = (
            unicodedata.normalize("NFKC", cell).replace("−", "-").lstrip(INVISIBLE.replace("'", ""))
        )
        if bare.startswith(tuple(SIGNS)):
            return True
    return False


@pytest.fixture
def exported(monkeypatch, toy):
    """Returns the rows and warnings of an export of students with these details."""

    class Book:
        __init__ = __exit__ = lambda self, *_: None

        def __enter__(self):
            return self

    def run(students, format):
        monkeypatch.setattr(module, "CourseGradebook", Book)
        monkeypatch.setattr(module, "_read", lambda *_: Grades([toy], students, {}))
        result = export(toy.root, format)
        return list(csv.reader(io.StringIO(result.text, newline=""))), result

    return run


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_is_disarmed(text):
    assert begins_a_formula(text)
    assert not begins_a_formula(disarm(text))


@given(TEXT)
@example("a;b")
def test_no_text_is_a_formula_and_other_text_stays(text):
    safe = disarm(text)
    assert not begins_a_formula(safe)
    assert safe.isprintable() or not set(safe) & set("\t\r\n\x00\x1b\x7f\x9b")


@pytest.mark.parametrize(
    "text", ["ana", "Zoë Müller-Lüdenscheidt", "o'neill", "ana+1@uni.edu", "李"]
)
def test_names_of_people_stay(text):
    assert disarm(text) == text


@given(st.lists(TEXT, min_size=1, unique=True))
def test_every_row_comes_back(students):
    """Is each student one row, whatever the names are?"""
    grades = Grades([], {student: {"last_name": student} for student in students}, {})
    rows = module._moodle_rows(grades)
    text = module._Writer().write(rows).text
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        [module._Writer()._make_safe(cell) for cell in row] for row in rows
    ]
    assert text.count("\n") == len(rows)


@pytest.mark.parametrize("format", ["canvas", "moodle"])
@given(student=st.from_regex(r"[A-Za-z0-9_.@+-]{1,20}", fullmatch=True))
@example("-ana")
@example("@bob")
@example("+1-2")
def test_ids_come_back_unchanged(toy, format, student):
    grades = Grades([toy], {student: {"lms_user_id": student, "email": student}}, {})
    rows = {"canvas": module._canvas_rows, "moodle": module._moodle_rows}[format](grades)
    written = module._Writer().write(rows)
    row = list(csv.reader(io.StringIO(written.text)))[-1]
    places = {"canvas": slice(1, 4), "moodle": slice(0, 4, 3)}[format]
    assert set(row[places]) == {student}
    assert written.warnings == ()


@pytest.mark.parametrize("text", [text for text in FORMULAS if text not in ("−1",)])
@pytest.mark.parametrize("format", ["canvas", "moodle"])
def test_an_id_that_could_act_is_disarmed_with_a_warning(exported, format, text):
    rows, result = exported({text: {}}, format)
    harmless = re.fullmatch(r"[A-Za-z0-9_.@+-]+", text)
    cell = rows[-1][{"canvas": 2, "moodle": 0}[format]]
    assert cell == (text if harmless else disarm(text))
    assert len(result.warnings) == (0 if harmless else 1)
    for warning in result.warnings:
        assert warning.isprintable()


def test_many_such_ids_are_a_few_lines(exported):
    _, result = exported({f"=SUM({n})": {} for n in range(500)}, "moodle")
    assert len(result.warnings) == 6
    assert result.warnings[-1] == "and 495 more"


def test_in_a_table_for_spreadsheets_no_cell_is_a_formula(exported):
    students = {text: {"first_name": text, "email": text} for text in [*FORMULAS, "-ana", "@bob"]}
    rows, _ = exported(students, "csv")
    assert len(rows) == len(students) + 1
    assert not any(begins_a_formula(cell) for row in rows for cell in row)

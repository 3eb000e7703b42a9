"""Are students and assignments found in the tables that Canvas and Moodle write?"""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from grader.classroom import export as export_module
from grader.classroom import moodle_zip
from grader.classroom.export import Grades
from grader.classroom.lms_roster import match_columns, read_canvas, read_moodle
from grader.course.lesson import CourseError, Lesson
from grader.marking.results import ExerciseResult, SubmissionResult, TestResult
from tests.support.toy import LESSON

# The columns that lib/gradebook_exporter.rb of instructure/canvas-lms writes, with its rows above
# the students, and its totals.
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Toy 1 (98765),Essay (98770),Assignments Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,4,20,(read only)
"Alba, Ana",101,S-001,ana@uni.edu,Group A,,18,90
"Berg, Ben",102,S-002,ben,Group B,2.5,EX,50
"Student, Test",999,,1f2e3d,Group A,,,
"""
# The columns of mod/assign/gradingtable.php of moodle/moodle, as its worksheet has them.
MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",\
"Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 7001","Ana Alba",ana@uni.edu,"Submitted for grading - ",,4.00,Yes,\
"Monday, 2 November 2026, 10:00 AM",-,
"Participant 7002","Ben_Berg",ben@uni.edu,"Submitted for grading - ",1.00,4.00,No,-,-,before
"Participant 7003","Cy Cole",cy@uni.edu,"No submission",,4.00,Yes,-,-,
"""
STUDENTS = {
    "ana": {"first_name": "Ana", "last_name": "Alba"},
    "S-002": {},
    "stranger": {},
}


@pytest.fixture
def grades(toy):
    scores = {
        ("ana", LESSON): (3.5, ""),
        ("S-002", LESSON): (0.0, ""),
        ("stranger", LESSON): (4, ""),
    }
    return Grades([toy], dict(STUDENTS), scores)


@pytest.fixture
def canvas(tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text(CANVAS, encoding="utf-8-sig")
    return path


@pytest.fixture
def moodle(tmp_path):
    path = tmp_path / "worksheet.csv"
    path.write_text(MOODLE, encoding="utf-8")
    return path


@pytest.fixture
def export(monkeypatch, toy, grades):
    """Returns the rows of an export of the class, and its warnings."""

    class Book:
        __init__ = __exit__ = lambda self, *_: None

        def __enter__(self):
            return self

    def run(format, roster, **options):
        monkeypatch.setattr(export_module, "CourseGradebook", Book)
        monkeypatch.setattr(export_module, "_read", lambda *_: grades)
        result = export_module.export(toy.root, format, roster=roster, **options)
        return list(csv.reader(io.StringIO(result.text))), result.warnings

    return run


def test_canvas_gets_its_own_ids_sections_and_assignment_back(export, canvas):
    rows, warnings = export("canvas", canvas)
    assert rows == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Toy 1 (98765)"],
        ["    Points Possible", "", "", "", "", "4"],
        ["Alba, Ana", "101", "S-001", "ana@uni.edu", "Group A", "3.5"],
        ["Berg, Ben", "102", "S-002", "ben", "Group B", "0"],
        ["Student, Test", "999", "", "1f2e3d", "Group A", ""],
    ]
    assert warnings == ("Not in the roster, so not in the file: stranger",)


def test_who_has_no_points_keeps_what_canvas_has(export, canvas, grades):
    del grades.scores["S-002", LESSON]
    rows, _ = export("canvas", canvas)
    assert [row[-1] for row in rows[2:]] == ["3.5", "2.5", ""]


@pytest.mark.parametrize("choice", ["01=98770", "toy=Essay", "01_toy=Essay (98770)"])
def test_an_assignment_can_be_chosen(export, canvas, choice):
    rows, warnings = export("canvas", canvas, columns=[choice])
    assert rows[0][-1] == "Essay (98770)"
    assert "Essay (98770) has 20 points possible and 01_toy 4" in warnings[-1]


@pytest.mark.parametrize(
    ("heading", "fits"),
    [
        ("Lab 1 (5)", True),
        ("01_toy (5)", True),
        ("01 - A toy (5)", True),
        ("TOY (5)", True),
        ("Lab 10 (5)", False),
        ("Lab 1 of 2 (5)", False),
        ("Final Score", False),
        ("Homework (1)", False),
    ],
)
def test_an_assignment_is_found_by_name_or_number(toy, tmp_path, heading, fits):
    path = tmp_path / "canvas.csv"
    path.write_text(f"Student,ID,SIS Login ID,Section,{heading}\nA,1,a,S,\n")
    assert match_columns(read_canvas(path), [toy], toy.root) == ({LESSON: heading} if fits else {})


def test_two_assignments_that_fit_are_asked_about(toy, tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text("Student,ID,SIS Login ID,Section,Lab 1 (5),Quiz 1 (6)\nA,1,a,S,,\n")
    with pytest.raises(CourseError, match="--column 01=5"):
        match_columns(read_canvas(path), [toy], toy.root)
    assert match_columns(read_canvas(path), [toy], toy.root, ["1=6"]) == {LESSON: "Quiz 1 (6)"}


def test_no_assignment_that_fits_is_an_error(export, tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text("Student,ID,SIS Login ID,Section,Essay (5)\nA,1,a,S,\n")
    with pytest.raises(CourseError, match="--column 01="):
        export("canvas", path)


def test_an_id_that_two_rows_have_finds_nobody(tmp_path):
    path = tmp_path / "canvas.csv"
    path.write_text("Student,ID,SIS User ID,SIS Login ID,Section\nA,1,2,a,S\nB,2,3,b,S\n")
    roster = read_canvas(path)
    assert roster.find({"2": {}, "1": {}, "B": {}}) == {"1": 0, "B": 1}


def test_moodles_worksheet_is_filled_in_and_otherwise_the_same(export, moodle):
    rows, warnings = export("moodle", moodle)
    before = list(csv.reader(io.StringIO(MOODLE)))
    assert rows[0] == before[0]
    assert [row[4] for row in rows[1:]] == ["3.5", "1.00", ""]
    for row, old in zip(rows, before, strict=True):
        assert [*row[:4], *row[5:]] == [*old[:4], *old[5:]]
    assert warnings == ("Not in the roster, so not in the file: S-002, stranger",)


def test_moodle_keeps_a_grade_that_it_does_not_let_change(export, moodle, grades):
    grades.students["7002"] = {}
    grades.scores["7002", LESSON] = (4.0, "")
    rows, warnings = export("moodle", moodle)
    assert (rows[2][4], rows[2][-1]) == ("1.00", "before")
    assert "Moodle does not let 1 grades be changed: they were left as is" in warnings


def test_another_maximum_in_moodle_is_told(export, moodle):
    moodle.write_text(MOODLE.replace("4.00", "100.00"))
    assert "maximum grade is 100.00 and the lesson's 4" in export("moodle", moodle)[1][-1]


def test_a_worksheet_is_for_one_lesson(export, moodle, grades, toy):
    grades.lessons.append(Lesson(toy.root, "02_other"))
    with pytest.raises(CourseError, match="name the lesson"):
        export("moodle", moodle)


def test_a_comment_names_what_lost_points(toy, tmp_path, monkeypatch):
    exercise = "double: <b>twice</b> 3 is 6\nline 2"
    result = SubmissionResult(
        "ana", LESSON, "graded",
        (ExerciseResult("double", (TestResult("test-double", 1.0, 3.0, exercise),)),
         ExerciseResult("shout", (TestResult("test-shout", 1.0, 1.0),))),
    )  # fmt: skip
    monkeypatch.setattr(export_module, "load_record", lambda _: {"result": result.to_record()})
    comments = export_module._comments(Grades([toy], {}, {("ana", LESSON): (2.0, "")}), tmp_path)
    assert comments == {"ana": "double: 1 of 3. &lt;b&gt;twice&lt;/b&gt; 3 is 6"}


@pytest.mark.parametrize("read", [read_canvas, read_moodle])
@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", b'"' * 1000, b'ID,Section\n"' + b"x" * 200_000, b"\0"],
)
def test_another_file_is_refused_in_words(tmp_path, read, content):
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"roster\.csv"):
        read(path)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_other_separators_are_read(tmp_path, delimiter):
    path = tmp_path / "canvas.csv"
    path.write_text("Student,ID,SIS Login ID,Section\nA,1,a,S\n".replace(",", delimiter))
    assert read_canvas(path).rows[0]["SIS Login ID"] == "a"


def test_names_in_a_roster_are_no_formulas(export, canvas):
    canvas.write_text(CANVAS.replace('"Alba, Ana"', "=1+1").replace("2.5", "=2"))
    rows, _ = export("canvas", canvas)
    assert rows[2][0] == "'=1+1"


@pytest.fixture
def zipped(monkeypatch, toy, moodle, tmp_path):
    """Returns the zip of these students' pages."""

    class Book:
        __init__ = __exit__ = lambda self, *_: None

        def __enter__(self):
            return self

        def student_details(self):
            return {"ana": {}, "ben": {}, "cy": {}}

        def hand_ins(self, lesson):
            return {"ana": None, "ben": None, "cy": None}

    def run(*students):
        monkeypatch.setattr(moodle_zip, "CourseGradebook", Book)
        for student in students:
            page = tmp_path / "feedback" / student / LESSON / f"{LESSON}.html"
            page.parent.mkdir(parents=True)
            page.write_text(f"page of {student}")
        warnings = moodle_zip.write_feedback_zip(
            tmp_path / "out.zip", toy, roster=moodle, feedback=tmp_path / "feedback"
        )
        return zipfile.ZipFile(tmp_path / "out.zip"), warnings

    return run


def test_the_zip_of_feedback_is_as_moodle_reads_it(zipped):
    archive, warnings = zipped("ana", "ben")
    folders = ["Ana Alba_7001_assignsubmission_file_", "Ben Berg_7002_assignsubmission_file_"]
    assert archive.namelist() == [f"{folder}/{LESSON}.html" for folder in folders]
    assert archive.read(archive.namelist()[1]) == b"page of ben"
    # Moodle splits the first part of the path by underscores, and takes the second for the number.
    for name, number in zip(archive.namelist(), ["7001", "7002"], strict=True):
        assert name.split("/")[0].split("_", 4)[1:] == [number, "assignsubmission", "file", ""]
    assert warnings == ["No page for: cy"]


def test_without_pages_there_is_no_zip(zipped, tmp_path):
    with pytest.raises(CourseError, match="Run grader feedback first"):
        zipped()
    assert not (tmp_path / "out.zip").exists()


def test_missing_is_not_zero_in_the_table(grades):
    del grades.scores["ana", LESSON]
    grades = replace(grades, statuses={("S-002", LESSON): "unreadable"})
    rows = export_module._plain_rows(grades)
    assert [(row[1], *row[-3:-1]) for row in rows[1:]] == [
        ("S-002", "unreadable", "0"), ("ana", "missing", ""), ("stranger", "graded", "4"),
    ]  # fmt: skip

"""Are students found by whatever a source calls them, and never the wrong ones?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.collection.layouts import Sender, sender_of
from grader.collection.roster import Roster, Student, UnplacedError, read_roster, why_no_id
from grader.course.lesson import CourseError
from tests.support.handed_in import canvas_name, moodle_name

CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,Lab 2 (98765)
,,,,,Manual Posting
    Points Possible,,,,,10.00
"Silva, Ana",101,s1,asilva,Group A,
"Müller-Lüdenscheidt, Chloé",102,s2,chloe,Group A,8
"O'Brien, Pat",103,s3,pob,Group B,
"Student, Test",104,,,Group B,
"""
PARTICIPANTS = """First name,Last name,ID number,Email address,Groups
Ana,Silva,s1,ana@x.org,A
Pat,O'Brien,,pat@x.org,A
名前,李,s3,li@x.org,B
"""
WORKSHEET = """Identifier,Full name,Email address,Status,Grade,Maximum Grade,\
"Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
Participant 501,Ana Silva,ana@x.org,"Submitted for grading",,10.00,Yes,\
"Tuesday, 3 November 2026, 11:59 PM",-,
Participant 502,Ana Silva,ana2@x.org,"No submission",,10.00,Yes,-,-,
"""


@pytest.fixture
def roster(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_roster(path)

    return write


def find(roster, path):
    return roster.find(sender_of(tuple(path.split("/")))).id


def test_canvass_gradebook_is_a_roster(roster):
    """Points Possible and the row of posting policies are no students."""
    found = roster(CANVAS)
    assert [one.id for one in found.students] == ["asilva", "chloe", "pob", "104"]
    assert find(found, "silvaana_101_7_x.ipynb") == "asilva"
    assert find(found, "anything_102_7_x.ipynb") == "chloe"
    assert find(found, "asilva/x.ipynb") == "asilva"
    assert find(found, "s3/x.ipynb") == "pob"


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("Ana Silva", "asilva"),
        ("Chloé Müller-Lüdenscheidt", "chloe"),
        ("Chloe Muller-Ludenscheidt", "chloe"),
        ("Müller-Lüdenscheidt Chloé", "chloe"),
        ("Pat OBrien", "pob"),
        ("PAT O’BRIEN", "pob"),
    ],
)
def test_names_are_found_in_any_order_and_spelling(roster, name, student):
    assert find(roster(CANVAS), f"{moodle_name(name, 9)}/x.ipynb") == student


def test_a_part_of_a_name_is_not_the_name(roster):
    for name in ("Mary-Ana Silva", "Ana", "Ana Silva Costa"):
        with pytest.raises(UnplacedError, match="is not in the roster"):
            find(roster(CANVAS), f"{moodle_name(name, 9)}/x.ipynb")


def test_another_user_of_the_same_name_is_not_taken_for_the_student(roster):
    with pytest.raises(UnplacedError, match="'silvaana' is not in the roster"):
        find(roster(CANVAS), "silvaana_999_7_x.ipynb")


def test_moodles_participants_are_a_roster(roster):
    found = roster(PARTICIPANTS)
    assert [one.id for one in found.students] == ["s1", "pat@x.org", "s3"]
    assert find(found, f"{moodle_name('Ana Silva', 9)}/x.ipynb") == "s1"
    assert find(found, f"{moodle_name('李 名前', 9)}/x.ipynb") == "s3"
    assert find(found, "o'brienpat_1_2_x.ipynb".replace("'", "")) == "pat@x.org"


def test_moodles_grading_worksheet_tells_namesakes_apart(roster):
    found = roster(WORKSHEET)
    assert find(found, f"{moodle_name('Ana Silva', 501)}/x.ipynb") == "ana@x.org"
    assert find(found, f"{moodle_name('Ana Silva', 502)}/x.ipynb") == "ana2@x.org"
    assert find(found, "Participant_501_assignsubmission_file_/x.ipynb") == "ana@x.org"
    with pytest.raises(UnplacedError, match="fits 2 students of the roster"):
        find(found, f"{moodle_name('Ana Silva', 7)}/x.ipynb")


def test_the_worksheet_says_when_it_was_handed_in(roster):
    first, second = roster(WORKSHEET).students
    assert first.submitted == datetime(2026, 11, 3, 23, 59).astimezone(UTC)
    assert second.submitted is None


@pytest.mark.parametrize(
    "text",
    [
        "id,name\nana,Ana Silva\n",
        "Student ID;Full Name\nana;Ana Silva\n",
        "ID\tFirst name\tSurname\nana\tAna\tSilva\n",
        "id,first_name,last_name,email,lms_user_id\nana,Ana,Silva,,101\n",
        'name,username\n"Silva, Ana",ana\n\n',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_simple_lists_are_rosters(roster, text, encoding):
    found = roster(text, encoding)
    assert [one.id for one in found.students] == ["ana"]
    assert find(found, f"{moodle_name('Ana Silva', 1)}/x.ipynb") == "ana"


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("ana_02_convolution.ipynb", "ana"),
        ("Lab 2 Ana Silva (1).ipynb", "ana"),
        ("silva_ana_final-Copy1.ipynb", "ana"),
        ("02_ana_b.ipynb", "ana_b"),
    ],
)
def test_ids_and_full_names_are_found_in_a_files_name(roster, path, student):
    found = roster("id,name\nana,Ana Silva\nana_b,Ana Bell\n7,Seven Up\n")
    assert find(found, path) == student


@pytest.mark.parametrize(
    "path", ["02_convolution.ipynb", "lab 7.ipynb", "Seven.ipynb", "anna.ipynb"]
)
def test_a_part_of_a_name_or_a_short_number_is_no_ones(roster, path):
    found = roster("id,name\nana,Ana Silva\n7,Seven Up\n")
    with pytest.raises(UnplacedError, match="not in the roster"):
        find(found, path)


def test_a_file_that_names_two_students_is_not_placed(roster):
    found = roster("id,name\nana,Ana Silva\nben,Ben Li\n")
    with pytest.raises(UnplacedError, match="fits 2 students of the roster: ana, ben"):
        find(found, "ana and ben.ipynb")


def test_two_students_with_one_id_are_not_mixed_up(roster):
    found = roster("Full name\nAna Silva\nAna Silva\n" + "Ana SILVA\nBen Li\n")
    assert [one.id for one in found.students] == ["Ben Li"]
    assert found.notes == ["roster.csv: two rows have the id 'Ana Silva'"]


def test_the_same_row_twice_is_one_student(roster):
    assert len(roster("id,name\nana,Ana Silva\nana,Ana Silva\n").students) == 1


def test_ids_that_cannot_be_folders_are_noted(roster):
    found = roster('id,name\n../up,Ana\n.x,Ben\n"a\x1bb",Cy\nCON,Dee\n02_convolution,Eve\nok,Fay\n')
    assert [one.id for one in found.students] == ["ok"]
    assert len(found.notes) == 5
    assert not any("\x1b" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no students"),
        ("id,name\n", "no students"),
        ("colour,size\nred,1\n", "no column for a student's id or name; it has: colour, size"),
        ('id,name\n"' + "x" * 200_000 + '",y\n', "not a CSV file"),
    ],
)
def test_what_is_no_roster_is_refused(roster, text, reason):
    with pytest.raises(CourseError, match=reason):
        roster(text)


def test_a_missing_or_large_roster_is_refused(tmp_path):
    with pytest.raises(CourseError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
    (tmp_path / "large.csv").write_bytes(b"x" * 10_000_001)
    with pytest.raises(CourseError, match="larger than 10 MB"):
        read_roster(tmp_path / "large.csv")


WORDS = st.text("abcdefghijABCDEFGHIJéüøßЖ李'-", min_size=2, max_size=8).filter(
    lambda word: sum(map(str.isalpha, word)) > 1
)
PEOPLE = st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8)


@given(PEOPLE)
def test_everybody_is_found_through_both_systems_or_said_to_be_ambiguous(people):
    """Nobody is ever placed as somebody else: by number each is found, by name one, or no one."""
    students = [
        Student(f"s{n}", frozenset({f"{last}, {first}"}), frozenset({f"s{n}"}), str(100 + n))
        for n, (first, last) in enumerate(people)
    ]
    with_numbers = Roster(students)
    by_name = Roster([Student(one.id, one.names, one.ids) for one in students])
    for number, (first, last) in enumerate(people):
        canvas = canvas_name(f"{last}, {first}", 100 + number, 7, "x.ipynb")
        assert find(with_numbers, canvas) == f"s{number}"
        for path in (canvas, f"{moodle_name(f'{first} {last}', 9)}/x.ipynb"):
            try:
                assert find(by_name, path) == f"s{number}"
            except UnplacedError as error:
                assert "fits" in str(error)  # noqa: PT017  (either is right)


@given(st.text(max_size=200))
def test_an_id_is_a_folder_of_that_name_or_is_refused(tmp_path_factory, name):
    if why_no_id(name):
        return
    folder = tmp_path_factory.getbasetemp() / "ids"
    (folder / name).mkdir(parents=True)
    assert [path.name for path in folder.iterdir()] == [name]
    (folder / name).rmdir()


def test_a_sender_without_a_name_is_no_one(roster):
    with pytest.raises(UnplacedError):
        roster(CANVAS).find(Sender("moodle", "-", "9"))

"""Are names read back from the paths that each system makes of them?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.collection.layouts import Sender, copy_number, sender_of, without_copy_number, wrapping
from tests.support.handed_in import canvas_name, moodle_name

LESSONS = ["01_pixels", "02_convolution"]
# Names as people have them: letters of any script, spaces, hyphens, apostrophes, underscores.
LETTERS = st.characters(categories=("Lu", "Ll", "Lo", "Nd"), include_characters=" -'’_.")
NAMES = (
    st.text(LETTERS, min_size=1, max_size=30).map(str.strip).filter(lambda n: re.search(r"\w", n))
)
NUMBERS = st.integers(1, 10**9)


@given(NAMES, NUMBERS, st.booleans(), st.sampled_from(["lab.ipynb", "a/b/02.ipynb", "x_1_2_y.zip"]))
def test_moodles_folders_give_name_and_number(name, number, underscore, file):
    folder = moodle_name(name, number, underscore)
    sender = sender_of((folder, *file.split("/")))
    assert sender == Sender("moodle", folder.split(f"_{number}_assign")[0], str(number))


@given(NAMES, NUMBERS, st.sampled_from(["lab.ipynb", "02_convolution_1_2.ipynb"]))
def test_moodles_files_without_folders_give_name_and_number(name, number, file):
    path = moodle_name(name, number) + file
    assert sender_of((path,)) == Sender("moodle", path.split(f"_{number}_assign")[0], str(number))


@given(
    NAMES.filter(lambda name: not re.search(r"late|_\d+$|^\d*$|_$", name, re.IGNORECASE)),
    NUMBERS,
    NUMBERS,
    st.sampled_from(["02_convolution.ipynb", "1_2_3.ipynb", "lab-1.ipynb", "LATE_7_8_x.ipynb"]),
    st.booleans(),
)
def test_canvass_files_give_name_user_upload_and_late(name, user, upload, file, late):
    path = canvas_name(name, user, upload, file, late)
    sender = sender_of((path,))
    expected = re.sub(r"[^\w]", "", re.sub(r"_(\d+)_", r"\1", name).lower())
    assert sender == Sender("canvas", expected, str(user), upload, late)


def test_the_exchange_gives_user_and_time():
    name = "ana+02_convolution+2026-11-03 22:59:00.000000 UTC+R4nd"
    expected = Sender("exchange", "ana", time="2026-11-03 22:59:00.000000 UTC")
    assert sender_of((name, "02_convolution.ipynb")) == expected
    assert sender_of(("inbound", name, "02_convolution.ipynb")) == expected
    # Older versions of nbgrader add no random part.
    assert sender_of((name.rpartition("+")[0], "x.ipynb")) == expected


@pytest.mark.parametrize(
    "inner", ["Bob_7_assignsubmission_file_", "bob_1_2_x.ipynb", "bob+l+2026-01-01 1 UTC+x"]
)
def test_what_a_student_named_says_nothing(inner):
    assert sender_of(("ana", inner, "x.ipynb")) == Sender("folder", "ana")
    assert sender_of(("ana", inner)) == Sender("folder", "ana")
    moodle = moodle_name("Ana", 5)
    assert sender_of((moodle, inner, "x.ipynb")) == Sender("moodle", "Ana", "5")


def test_the_end_of_a_files_name_says_nothing():
    """It is what a student called the file."""
    for path in ("silvaana_11_902_Ben_7_assignsubmission_file_x.ipynb", "silvaana_11_902_b_1_2_x"):
        assert sender_of((path,)) == Sender("canvas", "silvaana", "11", 902)
    path = "Ana_1_assignsubmission_file_bob_1_2_x_9_assignsubmission_file_y.ipynb"
    assert sender_of((path,)) == Sender("moodle", "Ana", "1")


def test_a_moodle_name_with_underscores_is_read():
    assert sender_of(("Ana_Silva_77_assignsubmission_file_", "x")).name == "Ana_Silva"


def test_other_files_give_their_name():
    assert sender_of(("my lab.v2.ipynb",)) == Sender("file", "my lab.v2")


@pytest.mark.parametrize(
    ("paths", "depth"),
    [
        (["ana/02_convolution/x.ipynb"], 0),
        (["ana/x.ipynb", "ben/x.ipynb"], 0),
        (["ana/x.ipynb"], 0),
        (["class/ana/02_convolution/x.ipynb", "class/ben/x.ipynb"], 1),
        (["class/2026/ana/02_convolution/x.ipynb"], 2),
        (["Ana_5_assignsubmission_file_/a/x.ipynb"], 0),
        (["Lab 2/Ana_5_assignsubmission_file_/x.ipynb"], 1),
        (["submissions/silvaana_1_2_x.ipynb", "submissions/notes.txt"], 1),
        (["x.ipynb", "y.ipynb"], 0),
        ([], 0),
    ],
)
def test_folders_around_the_whole_class_are_passed_over(paths, depth):
    assert wrapping([tuple(path.split("/")) for path in paths], LESSONS, None) == depth


def test_a_roster_tells_a_student_from_a_folder_around_the_class():
    paths = [("downloads", "ana 02.ipynb"), ("downloads", "ben 02.ipynb")]
    assert wrapping(paths, LESSONS, None) == 0
    assert wrapping(paths, LESSONS, {"ana"}.__contains__) == 1
    assert wrapping(paths, LESSONS, {"downloads"}.__contains__) == 0


@pytest.mark.parametrize(
    ("stem", "number", "rest"),
    [
        ("lab", 0, "lab"),
        ("lab-1", 1, "lab"),
        ("lab (12)", 12, "lab"),
        ("lab-Copy3", 3, "lab"),
        ("lab-Copy3 (1)", 1, "lab"),
        ("02_convolution", 0, "02_convolution"),
        ("lab-" + "9" * 5000, 0, "lab"),
    ],
)
def test_numbers_of_copies(stem, number, rest):
    assert copy_number(stem) == number
    assert without_copy_number(stem) == rest

"""Are all submissions found, and is it said what is there instead of a missing one?"""

import nbformat
import pytest

from grader.classroom.discover import (
    MAX_LOOKED_AT,
    _files_below,
    discover,
    explain_missing,
    guess_lesson,
    read_timestamp,
)
from grader.course.lesson import CourseError
from grader.printable import MAX_LISTED
from tests.support.toy import LESSON, hand_in


def test_lesson_and_student_the_wrong_way_round_is_noticed(tmp_path, release):
    path = tmp_path / LESSON / "ana" / f"{LESSON}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(nbformat.writes(release))
    found = discover(tmp_path, [LESSON])
    assert "is named like a lesson" in found.warnings[0]


def test_folders_students_and_warnings(tmp_path, release):
    path = hand_in(tmp_path, "ana", release)
    (tmp_path / "ben" / "hw2").mkdir(parents=True)
    (tmp_path / ".hidden").mkdir()
    discovered = discover(tmp_path, [LESSON])
    assert discovered.folders == {("ana", LESSON): path.parent}
    assert discovered.students == {"ana", "ben"}
    assert discovered.warnings == (f"{tmp_path / 'ben' / 'hw2'}: no lesson has this name",)


def test_no_folder_is_refused(tmp_path):
    with pytest.raises(CourseError, match="no folder"):
        discover(tmp_path / "nowhere", [LESSON])


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (f"{LESSON}/homework.ipynb", f"found 'homework.ipynb': rename it to {LESSON}.ipynb"),
        (f"{LESSON}/{LESSON}.IPYNB", f"found '{LESSON}.IPYNB': rename it"),
        (f"{LESSON}.ipynb", f"outside the folder '{LESSON}'"),
        (f"{LESSON}/notes.txt", "holds no notebook"),
        ("notes.txt", "nothing was handed in"),
    ],
)
def test_what_is_there_instead_is_said(tmp_path, toy, file, message):
    path = tmp_path / "ana" / file
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert message in explain_missing(tmp_path, "ana", toy)


COURSE = ["01_toy", "02_convolution", "03_sobel", "10_backprop"]


@pytest.mark.parametrize(
    ("name", "lesson"),
    [
        ("02-convolution", "02_convolution"),
        ("02_convolution (2)", "02_convolution"),
        ("02_Convolution-Copy1", "02_convolution"),
        ("Convolution", "02_convolution"),
        ("02_convolutoin", "02_convolution"),
        ("lesson2", "02_convolution"),
        ("hw 10", "10_backprop"),
        ("10", "10_backprop"),
        ("03_convolution", "03_sobel"),
        ("homework", ""),
        ("2 of 3", ""),
        ("lesson 7", ""),
        ("", ""),
    ],
)
def test_a_name_that_nearly_fits_is_a_lessons(name, lesson):
    assert guess_lesson(name, COURSE) == lesson


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (
            "lesson1/01_toy.ipynb",
            "found 'lesson1/01_toy.ipynb': did they mean 01_toy/01_toy.ipynb?",
        ),
        ("all/of/it/01-toy.ipynb", "found 'all/of/it/01-toy.ipynb': did they mean"),
        ("02_convolution/01_toy.ipynb", "found '02_convolution/01_toy.ipynb': did they mean"),
        ("01_toy (1).ipynb", "found '01_toy (1).ipynb': did they mean"),
        ("hw/answers.ipynb", "nothing under this lesson's name, but files that fit no lesson"),
        ("02-convolution/02_convolution.ipynb", "nothing was handed in"),
        ("hw/.ipynb_checkpoints/01_toy.ipynb", "nothing was handed in"),
    ],
)
def test_what_nearly_fits_is_named_and_nothing_means_nothing(tmp_path, toy, file, message):
    path = tmp_path / "ana" / file
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert message in explain_missing(tmp_path, "ana", toy, COURSE)


def test_a_folder_that_nearly_fits_is_asked_about(tmp_path):
    (tmp_path / "ana" / "02-convolution").mkdir(parents=True)
    (warning,) = discover(tmp_path, COURSE).warnings
    assert warning.endswith("no lesson has this name; did they mean 02_convolution?")


def test_a_folder_of_very_many_files_is_not_searched_to_its_end(tmp_path, toy):
    for number in range(1_000):
        path = tmp_path / "ana" / "x" / f"{number:04}" / "notes.txt"
        path.parent.mkdir(parents=True)
        path.touch()
    assert len(_files_below(tmp_path / "ana" / "x")) <= MAX_LOOKED_AT


@pytest.mark.parametrize(
    ("content", "time"),
    [("2026-03-01 12:00:00 UTC\n", "2026-03-01T12:00:00"), ("whenever", None), (None, None)],
)
def test_the_time_is_read_where_it_can_be(tmp_path, content, time):
    if content is not None:
        (tmp_path / "timestamp.txt").write_text(content)
    read = read_timestamp(tmp_path)
    assert (read and read.isoformat()) == time


def test_many_strays_are_a_few_lines_and_a_number(tmp_path):
    for number in range(300):
        (tmp_path / "ana" / f"stray {number:03}").mkdir(parents=True)
        (tmp_path / f"late {number:03}.ipynb").touch()
    warnings = discover(tmp_path, [LESSON]).warnings
    assert len(warnings) == 2 * (MAX_LISTED + 1)
    assert warnings[0].endswith("late 000.ipynb: lies outside a student's folder")
    assert [line for line in warnings if line.startswith("and ")] == ["and 295 more"] * 2


def test_many_notebooks_of_other_names_are_a_short_message(tmp_path, toy):
    folder = tmp_path / "ana" / LESSON
    folder.mkdir(parents=True)
    for number in range(300):
        (folder / f"\x1b\n{'x' * 200} {number:03}.ipynb").touch()
    message = explain_missing(tmp_path, "ana", toy)
    assert len(message) < 2_000
    assert "and 295 more" in message
    assert message.isprintable()

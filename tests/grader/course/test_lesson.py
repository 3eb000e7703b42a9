import pickle

import pytest

from grader.course.lesson import CourseError, Lesson, find_lessons, find_root, read_source
from tests.support.toy import make_course


def test_a_lesson_knows_its_exercises_and_points(toy):
    assert [(one.name, one.points) for one in toy.exercises] == [("double", 3.0), ("shout", 1.0)]
    assert toy.points == 4.0
    assert [test.grade_id for test in toy.exercises[0].tests] == [
        "test-double", "test-double-hidden",
    ]  # fmt: skip
    assert toy.title == "A toy"


@pytest.mark.parametrize("name", ["01_toy", "01", "1", "toy"])
def test_a_lesson_is_found_by_name_number_or_topic(toy, name):
    assert [lesson.name for lesson in find_lessons(toy.root, [name])] == ["01_toy"]


def test_an_unknown_lesson_is_refused_with_those_there_are(toy):
    with pytest.raises(CourseError, match=r"no lesson '09'.*01_toy"):
        find_lessons(toy.root, ["09"])


def test_the_root_is_found_from_below(toy):
    assert find_root(toy.source.parent) == toy.root.resolve()


def test_a_folder_that_is_in_no_course_is_never_taken_for_the_installed_one(tmp_path):
    with pytest.raises(CourseError, match="is not inside a course"):
        find_root(tmp_path)


def test_reading_a_source_twice_gives_the_same_cells(toy):
    assert read_source(toy.source) == read_source(toy.source)


def test_a_graded_cell_without_points_is_refused(tmp_path):
    lesson = make_course(tmp_path)
    text = lesson.source.read_text().replace(', "points": 2', "")
    lesson.source.write_text(text)
    with pytest.raises(CourseError, match="needs grade_id and points"):
        _ = lesson.notebook


def test_lessons_of_one_name_and_root_are_equal(toy):
    other = Lesson(toy.root, toy.name)
    assert other == toy
    assert len({other, toy}) == 1
    assert Lesson(toy.root, "02_other") != toy


def test_a_lesson_is_sent_with_what_was_read(toy):
    digest = toy.content_digest
    sent = pickle.loads(pickle.dumps(toy))
    assert sent == toy
    assert vars(sent)["content_digest"] == digest
    assert "notebook" in vars(sent)


def test_the_content_digest_changes_with_the_source(tmp_path):
    lesson = make_course(tmp_path)
    lesson.source.write_text(lesson.source.read_text().replace("factor = 2", "factor = 3 - 1"))
    changed = Lesson(lesson.root, lesson.name)
    before = make_course(tmp_path / "again")
    assert changed.content_digest != before.content_digest

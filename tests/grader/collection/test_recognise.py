"""Is a lesson recognised by what is in a file?"""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from grader.collection.recognise import make_recogniser
from grader.collection.roster import UnplacedError
from grader.course.lesson import find_lessons

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def lessons():
    return find_lessons(ROOT)


@pytest.fixture(scope="module")
def recogniser(lessons):
    return make_recogniser(lessons)


def test_every_lessons_copy_is_that_lesson(lessons, recogniser):
    for lesson in lessons:
        assert recogniser.lesson_of(lesson.release.read_bytes()) == (lesson.name, "")


def test_a_copy_without_nbgraders_metadata_is_known_by_its_functions(lessons, recogniser):
    """Some editors and converters drop it."""
    for lesson in lessons:
        notebook = nbformat.read(lesson.release, 4)
        for cell in notebook.cells:
            cell.metadata = {}
        assert recogniser.lesson_of(nbformat.writes(notebook).encode()) == (lesson.name, "")


def test_a_copy_that_breaks_off_is_known_by_what_is_left(recogniser, lessons):
    content = lessons[1].release.read_bytes()
    name, damage = recogniser.lesson_of(content[: len(content) * 3 // 4])
    assert name == "02_convolution"
    assert "breaks off" in damage


def test_two_lessons_in_one_notebook_are_the_one_with_more_cells(recogniser, lessons):
    first, second = (nbformat.read(lesson.release, 4) for lesson in lessons[:2])
    graded = [cell for cell in second.cells if "nbgrader" in cell.metadata]
    first.cells += graded[:2]
    assert recogniser.lesson_of(nbformat.writes(first).encode())[0] == "01_pixels"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.4",
        b"<!DOCTYPE html><html>",
        b"[" * 100_000,
        nbformat.writes(v4.new_notebook()).encode(),
        nbformat.writes(v4.new_notebook(cells=[v4.new_code_cell("def relu(x): pass")])).encode(),
        json.dumps({"cells": [{"metadata": {"nbgrader": {"grade_id": "relu"}}}]}).encode(),
        b'{"cells": [{"metadata": {"nbgrader": {"grade_id": "relu"',
    ],
    ids=["empty", "PDF", "HTML", "deep", "no cells", "own notebook", "one name", "broken off"],
)
def test_what_is_no_lesson_is_no_lesson(recogniser, content):
    """One name in common does not make it one."""
    with pytest.raises(UnplacedError):
        recogniser.lesson_of(content)

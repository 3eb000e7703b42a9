"""Does a submission get the lesson's tests and points back, and keep the student's code?"""

import copy

import nbformat
import pytest

from grader.course.cells import grade_id
from grader.submission.restore import restore
from tests.support.toy import RIGHT, answer, code, find


def order(notebook):
    return [grade_id(cell) for cell in notebook.cells if grade_id(cell)]


def test_an_honest_copy_is_restored_without_a_note(release, toy):
    restored = restore(answer(release), toy)
    assert restored.notes == []
    assert order(restored.notebook) == order(toy.notebook)
    nbformat.validate(restored.notebook)


def test_untouched_answers_are_known(release, toy):
    assert restore(release, toy).untouched == {"double", "shout"}
    assert restore(answer(release), toy).untouched == set()


def test_the_hidden_tests_are_put_in(release, toy):
    assert "4321" not in nbformat.writes(release)
    assert "4321" in find(restore(release, toy).notebook, "test-double-hidden").source
    assert "4321" not in nbformat.writes(restore(release, toy, hidden=False).notebook)


def test_a_deleted_test_is_put_back_behind_what_comes_before_it(release, toy):
    release.cells.remove(find(release, "test-double-hidden"))
    release.cells.insert(0, code("mine = 1"))
    restored = restore(release, toy)
    assert order(restored.notebook) == order(toy.notebook)
    assert restored.notes == ["the test cell test-double-hidden had been deleted and was put back"]


def test_deleting_everything_puts_all_tests_back(release, toy):
    release.cells = []
    restored = restore(release, toy)
    assert order(restored.notebook) == [one for one in order(toy.notebook) if "test" in one]
    assert "the answer cell double had been deleted" in restored.notes


@pytest.mark.parametrize("change", ["source", "type", "points"])
def test_a_changed_test_is_replaced(release, toy, change):
    cell = find(release, "test-double")
    if change == "source":
        cell.source = "assert True"
    elif change == "points":
        cell.metadata.nbgrader["points"] = 50
    else:
        index = release.cells.index(cell)
        release.cells[index] = nbformat.v4.new_raw_cell(cell.source, metadata=cell.metadata)
    restored = restore(release, toy)
    assert find(restored.notebook, "test-double") == {
        **find(toy.notebook, "test-double"),
        "id": find(restored.notebook, "test-double").id,
    }
    assert restored.notes == ["the test cell test-double had been changed; the original was used"]


def test_a_copy_given_out_before_the_lesson_changed_is_not_called_changed(release, toy):
    newer = copy.copy(toy)
    vars(newer)["notebook"] = copy.deepcopy(toy.notebook)
    find(newer.notebook, "test-double").source += "\nassert double(1) == 2"
    restored = restore(release, newer)
    assert restored.notes == []
    assert "double(1)" in find(restored.notebook, "test-double").source


def test_a_doubled_test_counts_once(release, toy):
    release.cells.append(copy.deepcopy(find(release, "test-double")))
    assert order(restore(release, toy).notebook) == order(toy.notebook)


def test_unknown_grade_ids_lose_their_metadata(release, toy):
    cell = code("1")
    cell.metadata["nbgrader"] = {"grade": True, "grade_id": "bonus", "points": 99}
    release.cells.append(cell)
    restored = restore(release, toy)
    assert order(restored.notebook) == order(toy.notebook)
    assert restored.notebook.cells[-1].source == "1"


@pytest.mark.parametrize("fence", ["{}", "```python\n{}\n```"])
@pytest.mark.parametrize("keep_metadata", [True, False])
def test_an_answer_turned_into_text_is_code_again(release, toy, fence, keep_metadata):
    cell = find(release, "double")
    metadata = cell.metadata if keep_metadata else {}
    text = nbformat.v4.new_markdown_cell(fence.format(RIGHT["double"]), metadata=metadata)
    release.cells[release.cells.index(cell)] = text
    restored = restore(release, toy)
    assert find(restored.notebook, "double").cell_type == "code"
    assert find(restored.notebook, "double").source == RIGHT["double"]
    assert restored.notes == ["the answer cell double had been turned into markdown text"]
    nbformat.validate(restored.notebook)


def test_an_answer_in_a_cell_of_ones_own_gets_the_name(release, toy):
    cell = find(release, "double")
    release.cells[release.cells.index(cell)] = code(RIGHT["double"])
    assert find(restore(release, toy).notebook, "double").source == RIGHT["double"]


def test_of_a_doubled_answer_the_one_that_was_filled_in_has_the_name(release, toy):
    done = copy.deepcopy(find(release, "double"))
    done.source = RIGHT["double"]
    release.cells.append(done)
    restored = restore(release, toy)
    assert find(restored.notebook, "double").source == RIGHT["double"]
    assert restored.untouched == {"shout"}
    assert order(restored.notebook).count("double") == 1


def test_equal_copies_of_an_unfinished_answer_are_all_left_out(release, toy):
    stub = find(release, "double")
    done = code(RIGHT["double"])
    done.metadata = copy.deepcopy(stub.metadata)
    release.cells[:] = [*release.cells, copy.deepcopy(stub), done, copy.deepcopy(stub)]
    restored = restore(release, toy)
    sources = [cell.source for cell in restored.notebook.cells]
    assert sources.count(RIGHT["double"]) == 1
    assert stub.source not in sources
    assert sum("was left out" in note for note in restored.notes) == 3


def test_of_equal_answers_the_last_has_the_name_and_tests_follow_the_first(release, toy):
    answers = [copy.deepcopy(find(release, "double")) for _ in range(2)]
    for cell in answers:
        cell.source = RIGHT["double"]
    release.cells.remove(find(release, "double"))
    release.cells += answers
    restored = restore(release, toy)
    cells = restored.notebook.cells
    assert [grade_id(cell) or cell.source for cell in cells[-4:]] == [
        RIGHT["double"], "test-double", "test-double-hidden", "double",
    ]  # fmt: skip


def test_cells_equal_to_a_moved_test_stay_where_they_are(release, toy):
    test, answer_cell = find(release, "test-double"), find(release, "double")
    answer_cell.source = RIGHT["double"]
    doubles = [copy.deepcopy(test) for _ in range(2)]
    rest = [cell for cell in release.cells if cell is not test and cell is not answer_cell]
    release.cells = [test, doubles[0], answer_cell, doubles[1], *rest]
    restored = restore(release, toy)
    assert [cell.source for cell in restored.notebook.cells[:4]] == [
        test.source, answer_cell.source, test.source, test.source,
    ]  # fmt: skip
    assert grade_id(restored.notebook.cells[2]) == "test-double"


def test_tests_run_after_the_answer_wherever_it_stands(release, toy):
    cell = find(release, "double")
    cell.source = RIGHT["double"]
    release.cells.remove(cell)
    release.cells.append(cell)
    restored = restore(release, toy)
    assert order(restored.notebook)[-3:] == ["double", "test-double", "test-double-hidden"]

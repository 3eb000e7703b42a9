"""Does a newer lesson take over all of a student's work, and nothing twice?"""

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import v4, validate

from grader.course.cells import checksum, grade_id
from grader.student.carry import carry, recover_ids
from tests.support.toy import RIGHT, answer, code, find


def renumber(cell, source):
    """Give a cell of a lesson another text, as a newer version of the lesson has it."""
    cell.source = source
    if grade_id(cell):
        cell.metadata.nbgrader["checksum"] = checksum(cell)
    else:
        cell["id"] = f"id-{len(source)}"


@pytest.fixture
def newer(release):
    """The next version: a changed demonstration, test and docstring; a new exercise."""
    lesson = copy.deepcopy(release)
    renumber(lesson.cells[1], "factor = 2  # doubled")
    renumber(find(lesson, "test-double"), "assert double(4) == 8")
    renumber(find(lesson, "shout"), find(lesson, "shout").source.replace("(text)", "(text, n=1)"))
    new = copy.deepcopy(find(lesson, "shout"))
    new.metadata.nbgrader["grade_id"] = new["id"] = "whisper"
    lesson.cells.append(new)
    return lesson


def sources(notebook):
    return [cell.source for cell in notebook.cells]


def test_nothing_changes_if_nothing_is_new(release):
    mine = answer(copy.deepcopy(release))
    mine.cells.insert(3, code("mine"))
    find(mine, "test-shout").update(execution_count=4, outputs=[])
    mine.cells[1].source = "factor = 3"
    assert carry(mine, release, release).notebook == mine


def test_without_any_work_the_newer_lesson_is_taken_as_it_is(release, newer):
    carried = carry(release, newer, release)
    assert carried.notebook == newer
    assert (carried.changed, carried.vanished, carried.left_out) == ([], [], 0)


def test_answers_take_the_place_of_the_stubs(release, newer):
    carried = carry(answer(copy.deepcopy(release)), newer, release)
    for name, source in RIGHT.items():
        assert find(carried.notebook, name).source == source
        assert find(carried.notebook, name).metadata == find(newer, name).metadata
    assert find(carried.notebook, "whisper") == find(newer, "whisper")
    assert carried.changed == ["shout"]  # double's own text is as before


def test_tests_are_the_newer_ones_and_keep_outputs_only_if_they_are_as_before(release, newer):
    mine = copy.deepcopy(release)
    for name in ("test-double", "test-shout"):
        find(mine, name).update(execution_count=7)
    find(mine, "test-shout").metadata["mine"] = True
    result = carry(mine, newer, release).notebook
    assert find(result, "test-double") == find(newer, "test-double")
    assert find(result, "test-shout").execution_count == 7
    edited = copy.deepcopy(mine)
    find(edited, "test-shout").source = "assert True"
    assert find(carry(edited, newer, release).notebook, "test-shout") == find(newer, "test-shout")


def test_own_cells_follow_the_cells_that_they_followed(release, newer):
    mine = copy.deepcopy(release)
    for place, text in ((len(mine.cells), "last"), (3, "behind double"), (0, "first")):
        mine.cells.insert(place, code(text))
    result = sources(carry(mine, newer, release).notebook)
    assert result[0] == "first"
    assert result[result.index("behind double") - 1] == find(newer, "double").source
    assert result[result.index("last") - 1] == find(newer, "test-shout").source


def test_a_changed_demonstration_stays_changed_while_the_lesson_has_it(release, newer):
    mine = copy.deepcopy(release)
    mine.cells[0].source = "# A toy, with my notes"
    mine.cells[1].source = "factor = 99"
    carried = carry(mine, newer, release)
    assert carried.notebook.cells[0].source == "# A toy, with my notes"
    assert carried.notebook.cells[1].source == "factor = 2  # doubled"
    assert carried.left_out == 1
    assert "factor = 99" in sources(carry(mine, newer, None).notebook), "better twice than lost"


def test_a_cell_that_both_changed_is_the_lessons(release):
    newer, mine = copy.deepcopy(release), copy.deepcopy(release)
    newer.cells[1].source = "factor = 2.0"  # under the same id
    assert carry(mine, newer, release).notebook.cells[1].source == "factor = 2.0"
    mine.cells[1].source = "factor = 99"
    carried = carry(mine, newer, release)
    assert carried.notebook.cells[1].source == "factor = 2.0"
    assert carried.left_out == 1


def test_an_answer_to_an_exercise_that_vanished_is_named(release, newer):
    newer.cells = [cell for cell in newer.cells if "shout" not in grade_id(cell)]
    assert carry(answer(copy.deepcopy(release)), newer, release).vanished == ["shout"]
    assert carry(release, newer, release).vanished == []


def test_of_several_answers_the_last_that_was_begun_counts_and_the_others_are_kept(release, newer):
    mine = copy.deepcopy(release)
    place = mine.cells.index(find(mine, "double"))
    for number, source in enumerate(("def double(x): return 1", "def double(x): return 2")):
        cell = copy.deepcopy(mine.cells[place])
        cell.update(source=source, id=f"copy-{number}")
        mine.cells.insert(place + number, cell)
    result = carry(mine, newer, release).notebook
    validate(result)
    assert find(result, "double").source == "def double(x): return 2"
    assert sources(result).count("def double(x): return 1") == 1
    before = sources(result).index("def double(x): return 1")
    assert before < sources(result).index("def double(x): return 2")


@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_an_answer_whose_metadata_was_lost_is_found(release, newer, kind):
    mine = answer(copy.deepcopy(release))
    cell = find(mine, "double")
    if kind == "code":
        cell.metadata.pop("nbgrader")
        cell["id"] = "0a1b2c3d"
    else:
        cell["cell_type"] = "markdown"
        del cell["outputs"], cell["execution_count"]
    result = carry(mine, newer, release).notebook
    validate(result)
    assert find(result, "double").source == RIGHT["double"]
    assert find(result, "double").cell_type == "code"
    assert sources(result).count(RIGHT["double"]) == 1


def test_a_notebook_without_ids_keeps_its_cells_once(release, newer):
    """Programs that know only older formats drop the ids."""
    mine = answer(copy.deepcopy(release))
    mine.cells.append(code("mine"))
    for number, cell in enumerate(mine.cells):
        cell["id"] = f"random{number}"
    recover_ids(mine, [release, newer])
    expected = carry(answer(copy.deepcopy(release)), newer, release).notebook
    *others, last = sources(expected)
    assert sources(carry(mine, newer, release).notebook) == [*others, "mine", last]


def edited(notebook, edits):
    """Return a notebook as a student leaves it who edits, deletes, copies, moves and adds cells."""
    mine = copy.deepcopy(notebook)
    for number, (kind, where) in enumerate(edits):
        place = where % max(len(mine.cells), 1)
        if kind == "add" or not mine.cells:
            mine.cells.insert(place, code(f"own {number}"))
        elif kind == "edit":
            mine.cells[place].source = f"edited {number}"
        elif kind == "delete":
            del mine.cells[place]
        elif kind == "copy":
            cell = copy.deepcopy(mine.cells[place])
            cell["id"] = f"copied-{number}"
            mine.cells.insert(place, cell)
        elif kind == "move":
            mine.cells.append(mine.cells.pop(place))
        elif kind == "text":
            source = mine.cells[place].source
            mine.cells[place] = v4.new_markdown_cell(source, id=f"text-{number}")
    return mine


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["add", "edit", "delete", "copy", "move", "text"]), st.integers(0, 20)
    ),
    max_size=8,
)


@pytest.mark.parametrize("knows_original", [True, False])
def test_no_work_is_lost_or_doubled_and_a_second_time_changes_nothing(
    release, newer, knows_original
):
    @settings(max_examples=60)
    @given(EDITS)
    def run(edits):
        mine = edited(release, edits)
        before = copy.deepcopy(mine)
        result = carry(mine, newer, release if knows_original else None).notebook
        assert mine == before
        validate(result)
        ids = [cell["id"] for cell in result.cells]
        assert len(set(ids)) == len(ids)
        names = [grade_id(cell) for cell in result.cells if grade_id(cell)]
        assert names == [grade_id(cell) for cell in newer.cells if grade_id(cell)]
        for name in ("test-double", "test-double-hidden", "test-shout"):
            assert find(result, name).source == find(newer, name).source
        for cell in mine.cells:
            own = cell.source.startswith("own ")
            if own or (cell.source.startswith("edited ") and grade_id(cell) in RIGHT):
                assert sources(result).count(cell.source) == sources(mine).count(cell.source)
        assert carry(result, newer, newer).notebook == result

    run()

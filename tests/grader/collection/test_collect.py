"""Does what was handed in, by whatever way, come to the right students, and stay there?"""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.collection.collect import to_json
from grader.collection.roster import read_roster
from grader.course.lesson import CourseError
from tests.support.handed_in import (
    START,
    canvas_name,
    exchange_folder,
    make_zip,
    moodle_name,
)
from tests.support.toy import LESSON

UTC_FORMAT = "%Y-%m-%d %H:%M:%S UTC"
AT_ONCE = timedelta(seconds=2)


def utc(time):
    """Return a local time as timestamp.txt has it."""
    return time.astimezone(UTC).strftime(UTC_FORMAT)


def reasons(collected):
    return {one.path: one.reason for one in collected.unplaced}


def test_moodles_archive(course_class, notebook):
    """Both forms of folders, nested folders and archives, other files, names in any script."""
    inner = make_zip([("work/deep/my lab.ipynb", notebook(3)), ("__MACOSX/._my lab.ipynb", b"?")])
    moodle = course_class.write(
        "moodle.zip",
        make_zip(
            [
                (f"{moodle_name('Ana Silva', 1)}/final (2).ipynb", notebook(1)),
                (f"{moodle_name('Ana Silva', 1)}/essay.pdf", b"%PDF"),
                (f"{moodle_name('名前', 2, underscore=False)}/a/b/x.ipynb", notebook(2)),
                (f"{moodle_name(chr(39).join('OB') + 'rien Pat', 3)}/w.zip", inner),
                (f"{moodle_name('Zed', 4)}/x.ipynb", b"nonsense"),
            ]
        ),
    )
    collected = course_class.collect(moodle)
    assert course_class.used() == {
        "Ana Silva": notebook(1),
        "名前": notebook(2),
        "OBrien Pat": notebook(3),
    }
    assert course_class.times() == {
        "Ana Silva": utc(START),
        "名前": utc(START + timedelta(hours=2)),
        "OBrien Pat": utc(START + timedelta(hours=3)),
    }
    assert {one.attempt.time_from for one in collected.placed} == {"zip"}
    assert sorted(reasons(collected).values()) == [
        "not a notebook",
        "the file is not a notebook: it is not JSON",
    ]


def test_canvass_archive(course_class, notebook):
    """The last upload counts; the times are those of the download, and not of hand-in."""
    files = [
        (canvas_name("Silva, Ana", 11, 903, f"{LESSON}-1.ipynb"), notebook(2)),
        (canvas_name("Silva, Ana", 11, 901, f"{LESSON}.ipynb"), notebook(1)),
        (canvas_name("O'Brien, Pat", 12, 902, "x.ipynb", late=True), notebook(3)),
    ]
    collected = course_class.collect(
        course_class.write("submissions.zip", make_zip(files, AT_ONCE))
    )
    assert course_class.used() == {"silvaana": notebook(2), "obrienpat": notebook(3)}
    assert course_class.times() == {}
    assert {(one.student, one.attempt.late, one.used) for one in collected.placed} == {
        ("silvaana", False, True),
        ("silvaana", False, False),
        ("obrienpat", True, True),
    }
    assert "times lie within half an hour" in collected.notes[0]


def test_a_roster_joins_both_systems_in_one_students_folder(course_class, notebook):
    roster = read_roster(
        course_class.write("r.csv", 'Student,ID,SIS Login ID,Section\n"Silva, Ana",11,asilva,A\n')
    )
    moodle = make_zip([(f"{moodle_name('Ana Silva', 1)}/x.ipynb", notebook(1))])
    canvas = make_zip(
        [(canvas_name("Silva, Ana", 11, 9, "x.ipynb"), notebook(2))], start=datetime(2026, 12, 1)
    )
    sources = [course_class.write("m.zip", moodle), course_class.write("c.zip", canvas)]
    collected = course_class.collect(*sources, roster=roster)
    assert course_class.used() == {"asilva": notebook(2)}
    assert len(list((course_class.submitted / ".attempts/asilva").rglob("*.ipynb"))) == 2
    assert collected.unplaced == []


def test_the_exchange(course_class, notebook):
    """What students fetch lies beside what they hand in."""
    for hour, mark in ((5, "late"), (3, "early")):
        time = START + timedelta(hours=hour)
        exchange_folder(course_class.folder / "x/inbound", "ana", LESSON, time, notebook(mark))
    exchange_folder(course_class.folder / "x/inbound", "b+c", LESSON, START, notebook("b"))
    course_class.write(f"x/outbound/{LESSON}/{LESSON}.ipynb", notebook("released"))
    for source in (course_class.folder / "x", course_class.folder / "x/inbound"):
        course_class.collect(source)
        assert course_class.used() == {"ana": notebook("late"), "b+c": notebook("b")}
        times = {"ana": "2026-11-03 15:00:00 UTC", "b+c": "2026-11-03 10:00:00 UTC"}
        assert course_class.times() == times


def test_a_folder_of_loosely_named_notebooks(course_class, notebook):
    names = (f"ana_{LESSON}.ipynb", f"{LESSON} ben (1).ipynb", f"{LESSON}.ipynb", "final.ipynb")
    for number, name in enumerate(names):
        path = course_class.write(f"in/{name}", notebook(number))
        os.utime(path, (1_800_000_000 + 10_000 * number,) * 2)
    collected = course_class.collect(course_class.folder / "in")
    assert course_class.used() == {"ana": notebook(0), "ben": notebook(1)}
    assert set(reasons(collected)) == {f"{LESSON}.ipynb", "final.ipynb"}
    assert course_class.times()["ben"] == "2027-01-15 10:46:40 UTC"
    assert {one.attempt.time_from for one in collected.placed} == {"file"}


def test_folders_of_students(course_class, notebook):
    """As nbgrader has them, with times, or as people make them."""
    course_class.write(f"in/ana/{LESSON}/{LESSON}.ipynb", notebook(1))
    course_class.write(f"in/ana/{LESSON}/timestamp.txt", "2026-11-03 22:59:00.000000 UTC")
    course_class.write("in/ben/lab two/anything.IPYNB", notebook(2))
    course_class.write("in/cy/x.ipynb", notebook(3))
    course_class.collect(course_class.folder / "in")
    assert course_class.used() == {"ana": notebook(1), "ben": notebook(2), "cy": notebook(3)}
    assert course_class.times() == {"ana": "2026-11-03 22:59:00 UTC"}


def test_the_worksheet_gives_the_times_that_moodles_archive_lacks(course_class, notebook):
    sheet = (
        "Identifier,Full name,Email address,Last modified (submission)\n"
        'Participant 1,Ana,ana@x.org,"Tuesday, 3 November 2026, 11:59 PM"\n'
        'Participant 2,Ben,ben@x.org,"-"\n'
    )
    roster = read_roster(course_class.write("sheet.csv", sheet))
    files = [(f"{moodle_name(n, i)}/x.ipynb", notebook(n)) for i, n in ((1, "Ana"), (2, "Ben"))]
    course_class.collect(course_class.write("m.zip", make_zip(files, AT_ONCE)), roster=roster)
    assert set(course_class.used()) == {"ana@x.org", "ben@x.org"}
    assert course_class.times() == {"ana@x.org": utc(datetime(2026, 11, 3, 23, 59))}


def test_a_second_run_changes_nothing(course_class, notebook):
    files = [(canvas_name("Silva, Ana", 11, 900 + n, "x.ipynb"), notebook(n % 2)) for n in range(3)]
    files += [(f"{moodle_name(f'S {n}', n)}/x.ipynb", notebook(n)) for n in range(3)]
    source = course_class.write("in.zip", make_zip(files))
    first = course_class.collect(source)
    before = course_class.everything()
    second = course_class.collect(source)
    assert course_class.everything() == before
    assert all(one.new for one in first.placed)
    assert not any(one.new for one in second.placed)
    assert [one.used for one in first.placed] == [one.used for one in second.placed]


def test_an_older_source_does_not_take_the_place_of_a_newer_one(course_class, notebook):
    name = f"{moodle_name('Ana', 1)}/x.ipynb"
    other = (f"{moodle_name('Ben', 2)}/x.ipynb", notebook("b"))
    old = course_class.write("old.zip", make_zip([(name, notebook(1)), other]))
    later = START + timedelta(days=7)
    new = course_class.write("new.zip", make_zip([(name, notebook(2)), other], start=later))
    for source in (old, new, old):
        course_class.collect(source)
    assert course_class.used()["Ana"] == notebook(2)
    assert course_class.times()["Ana"] == utc(later)


def test_what_a_student_packs_cannot_speak_for_another_student(course_class, notebook):
    """Neither names inside an archive, nor times there, nor a timestamp.txt count."""
    forged = make_zip(
        [
            (f"{moodle_name('Ben', 2)}/x.ipynb", notebook("forged")),
            (canvas_name("ben", 1, 2, "x.ipynb"), notebook("forged too")),
            ("timestamp.txt", b"2020-01-01 00:00:00 UTC"),
        ],
        start=datetime(2020, 1, 1),
    )
    mine = moodle_name("Ana", 1)
    source = make_zip(
        [
            (f"{mine}/work.zip", forged),
            (f"{mine}/timestamp.txt", b"2020-01-01 00:00:00 UTC"),
            (f"{mine}/{LESSON}/timestamp.txt", b"2020-01-01 00:00:00 UTC"),
            (f"{moodle_name('Cy', 3)}/x.ipynb", notebook("cy")),
        ]
    )
    course_class.collect(course_class.write("in.zip", source))
    assert set(course_class.used()) == {"Ana", "Cy"}
    assert course_class.times()["Ana"] == utc(START)


def test_namesakes_are_not_placed_without_a_roster(course_class, notebook):
    files = [(f"{moodle_name('Ana Silva', n)}/x.ipynb", notebook(n)) for n in (1, 2)]
    files += [(f"{moodle_name('Ben', 3)}/x.ipynb", notebook(3))]
    collected = course_class.collect(course_class.write("in.zip", make_zip(files)))
    assert set(course_class.used()) == {"Ben"}
    assert all("several people are called 'Ana Silva'" in r for r in reasons(collected).values())


def test_students_that_differ_in_case_only_are_not_mixed(course_class, notebook):
    for number, name in enumerate(("Ana", "ana", "Ana")):
        course_class.write(f"{number}/{name}/x.ipynb", notebook(name))
        collected = course_class.collect(course_class.folder / str(number))
        assert course_class.used() == {"Ana": notebook("Ana")}
        refused = list(reasons(collected).values())
        assert refused == (["'ana' and 'Ana' differ only in upper and lower case"] * (number == 1))


@pytest.mark.parametrize("name", ["..", "CON", "a:b", "01_toy", "x" * 200, "a. "])
def test_names_that_cannot_be_folders_are_not_placed(course_class, notebook, name):
    files = [(f"{name}_1_assignsubmission_file_/x.ipynb", notebook(1))]
    collected = course_class.collect(course_class.write("in.zip", make_zip(files)))
    assert course_class.used() == {}
    assert len(collected.unplaced) == 1


def test_bad_sources_do_not_stop_the_others(course_class, notebook):
    good = course_class.write(
        "good.zip", make_zip([(f"{moodle_name('A', 1)}/x.ipynb", notebook())])
    )
    bad = course_class.write("bad.zip", b"PK\x03\x04")
    text = course_class.write("notes.txt", "hello")
    collected = course_class.collect(bad, text, good)
    assert set(course_class.used()) == {"A"}
    assert {one.source for one in collected.unplaced} == {"bad.zip", "notes.txt"}


def test_archives_within_archives_end_somewhere(course_class, notebook):
    content = notebook("deep")
    levels = [content]
    for _ in range(4):
        levels.append(make_zip([("in.ipynb" if len(levels) == 1 else "in.zip", levels[-1])]))
    for depth, placed in ((3, True), (4, False)):
        source = make_zip([(f"{moodle_name(f'S{depth}', depth)}/w.zip", levels[depth])])
        collected = course_class.collect(course_class.write(f"{depth}.zip", source))
        assert (f"S{depth}" in course_class.used()) == placed
    assert "nested more than 3 times" in next(iter(reasons(collected).values()))


def test_a_missing_source_is_an_error_before_anything_is_done(course_class, notebook):
    good = course_class.write(
        "good.zip", make_zip([(f"{moodle_name('A', 1)}/x.ipynb", notebook())])
    )
    with pytest.raises(CourseError, match="There is no"):
        course_class.collect(good, course_class.folder / "none.zip")
    assert not course_class.submitted.exists()


@pytest.mark.parametrize("is_relative", [False, True])
def test_the_folder_of_submissions_in_a_source_is_left_out(
    course_class, notebook, monkeypatch, is_relative
):
    monkeypatch.chdir(course_class.folder)
    source = Path() if is_relative else course_class.folder
    course_class.write("ana/x.ipynb", notebook(1))
    course_class.collect(source)
    before = course_class.everything()
    course_class.collect(source)
    assert course_class.everything() == before
    assert set(course_class.used()) == {"ana"}


def test_the_json_has_a_row_for_each_file(course_class, notebook):
    files = [
        (canvas_name("Silva, Ana", 11, 901, "x.ipynb", late=True), notebook(1)),
        ("..\\up\x1b.ipynb", notebook(2)),
    ]
    collected = course_class.collect(course_class.write("c.zip", make_zip(files)))
    rows = json.loads(to_json(collected, course_class.submitted))
    (placed,), (unplaced,) = rows["placed"], rows["unplaced"]
    assert placed["student"] == "silvaana"
    assert placed["late"] is True
    assert placed["used"] is True
    assert placed["time"] is None
    for key in ("file", "attempt"):
        with open(placed[key], "rb") as file:
            assert file.read() == notebook(1)
    assert unplaced["source"] == "c.zip"
    assert "control characters" in unplaced["reason"]
    assert "\x1b" not in unplaced["path"]


NAMES = st.text("abcXYZéüñ李 -'’", min_size=1, max_size=12).filter(lambda name: name.strip(" -'’"))


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.casefold))
def test_any_class_comes_back_through_both_systems(tmp_path_factory, toy, notebook, names):
    """By a roster with both systems' numbers, everybody gets their own notebook from each."""
    from tests.grader.collection.conftest import Class

    room = Class(tmp_path_factory.mktemp("class"), toy)
    rows = [f'"{name.strip()}",{100 + n},s{n},A' for n, name in enumerate(names)]
    canvas_roster = "\n".join(["Student,ID,SIS Login ID,Section", *rows])
    moodle_rows = [f's{n},"{name.strip()}",Participant {n}' for n, name in enumerate(names)]
    moodle_roster = "\n".join(["id,name,Identifier", *moodle_rows])
    moodle = make_zip(
        [
            (f"{moodle_name(name.strip(), n)}/x.ipynb", notebook(f"m{n}"))
            for n, name in enumerate(names)
        ]
    )
    canvas = make_zip(
        [
            (canvas_name(name.strip(), 100 + n, n, "x.ipynb"), notebook(f"c{n}"))
            for n, name in enumerate(names)
        ],
        start=datetime(2026, 12, 1),
    )
    for kind, content, roster in (("m", moodle, moodle_roster), ("c", canvas, canvas_roster)):
        path = room.write(f"{kind}.csv", roster)
        collected = room.collect(room.write(f"{kind}.zip", content), roster=read_roster(path))
        assert collected.unplaced == []
        assert room.used() == {f"s{n}": notebook(f"{kind}{n}") for n in range(len(names))}

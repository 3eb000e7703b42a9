"""Does a class's gradebook in PostgreSQL hold what a gradebook in a file holds?

The tests start their own server in a temporary folder. They need the server's programs, from
Debian's package ``postgresql``; its service need not run.
"""

import copy
import json
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text

from grader.classroom.autograde import autograde
from grader.classroom.export import export
from grader.classroom.gradebook import MAX_STUDENT_ID_LENGTH, CourseGradebook
from grader.classroom.options import Options
from grader.course.lesson import CourseError
from grader.course.release import make_release
from grader.isolation.limits import ResourceLimits
from grader.submission.sanitize import as_comment
from tests.support.toy import LESSON, answer, find, hand_in, make_course

pytestmark = [
    pytest.mark.database,
    # nbgrader builds its rows before it adds them to the session.
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
]

ADMIN = "grader"


class Server:
    """A PostgreSQL server that listens on a Unix socket in its own folder, and nowhere else."""

    def __init__(self, programs: Path):
        self._programs = programs
        self._home = Path(tempfile.mkdtemp(prefix="pg-"))
        self._as_user: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root.
            shutil.chown(self._home, "postgres", "postgres")
            self._as_user = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.start()

    def _run(self, program, *arguments):
        command = [*self._as_user, self._programs / program, "-D", self._home / "data"]
        streams = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
        subprocess.run([*command, *arguments], check=True, cwd="/", timeout=120, **streams)

    def start(self):
        options = f"-c listen_addresses='' -c fsync=off -k {self._home}"
        self._run("pg_ctl", "-w", "-l", self._home / "log", "-o", options, "start")

    def crash(self):
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def url(self, database="postgres"):
        return f"postgresql://{ADMIN}@/{database}?host={self._home}"

    def make_database(self, name):
        """Return the URL of a new, empty database."""
        with create_engine(self.url(), isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return self.url(name)

    def close(self):
        with suppress(subprocess.CalledProcessError):  # It may be down.
            self.crash()
        shutil.rmtree(self._home, ignore_errors=True)


def find_programs():
    """Return the folder of the server's programs, or skip the test."""
    pytest.importorskip("psycopg", reason="needs the driver: uv sync --extra postgresql")
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if not any((folder / "pg_ctl").is_file() for folder in folders):
        pytest.skip("needs PostgreSQL's initdb and pg_ctl: apt-get install postgresql")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("root cannot run PostgreSQL, and there is no user postgres to run it")
    return next(folder for folder in folders if (folder / "pg_ctl").is_file())


@pytest.fixture(scope="module")
def server():
    running = Server(find_programs())
    yield running
    running.close()


@pytest.fixture
def url(server, request):
    """An empty database for one test."""
    name = re.sub(r"\W+", "_", request.node.name).lower()[:60]
    return server.make_database(name)


def grader(*arguments, cwd):
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "grader.cli", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | {"COLUMNS": "200", "NO_COLOR": "1", "PYTHONPATH": str(cwd)},
        timeout=300,
    )


def read_rows(path):
    """Return the rows of a JSON file, without the times, which are never the same."""
    rows = json.loads(path.read_text(encoding="utf-8"))["submissions"]
    return [{key: row[key] for key in row if key != "seconds"} for row in rows]


WHERE = ("postgresql", "file")


@pytest.fixture(scope="module")
def course(server, tmp_path_factory):
    """One class, marked twice: into a database and into a file."""
    root = tmp_path_factory.mktemp("course")
    lesson = make_course(root)
    release = make_release(lesson)
    submitted = root / "submitted"
    path = hand_in(submitted, "ana", answer(copy.deepcopy(release)))
    path.with_name("timestamp.txt").write_text("2026-03-01 12:00:00 UTC\n")
    wrong = "def double(x):\n    return 6"
    hand_in(submitted, "Zoë '; DROP TABLE grade", answer(copy.deepcopy(release), double=wrong))
    hand_in(submitted, "cy", b"%PDF")
    (submitted / "dora").mkdir()
    urls = {"postgresql": server.make_database("course"), "file": str(root / "marks.db")}
    for where, url in urls.items():
        places = ("--gradebook", url, "--autograded", where)
        run = grader("autograde", *places, "--json", f"{where}.json", cwd=root)
        assert run.returncode == 0, run.stderr
    return root, urls


def both(course, *arguments):
    """Run a command on the database and on the file; return what each wrote to the terminal."""
    root, urls = course
    said = []
    for where in WHERE:
        filled = [one.format(where=where) for one in arguments]
        run = grader(*filled, "--gradebook", urls[where], cwd=root)
        assert run.returncode == 0, run.stderr
        said.append(run.stdout)
    return said


def test_marks_and_messages_are_those_of_a_file(course):
    root, _ = course
    rows = read_rows(root / "postgresql.json")
    assert [(row["student"], row["status"], row["score"]) for row in rows] == [
        ("Zoë '; DROP TABLE grade", "graded", 1.0),
        ("ana", "graded", 4.0),
        ("cy", "unreadable", 0.0),
        ("dora", "missing", 0.0),
    ]
    assert rows == read_rows(root / "file.json")


def test_nbgrader_reads_it(course):
    with Gradebook(course[1]["postgresql"]) as book:
        submission = book.find_submission(LESSON, "ana")
        assert (submission.score, submission.max_score) == (4.0, 4.0)
        assert submission.timestamp.isoformat() == "2026-03-01T12:00:00"
        comment = book.find_comment("double", LESSON, LESSON, "Zoë '; DROP TABLE grade")
        assert comment.comment == "double: wrong on a large number"
        assert len(book.students) == 4


def test_a_second_run_marks_nothing(course):
    root, urls = course
    paths = sorted((root / "postgresql").glob("*/*/*.ipynb"))
    before = [path.stat().st_mtime_ns for path in paths]
    where = ("--gradebook", urls["postgresql"], "--autograded", "postgresql")
    run = grader("autograde", *where, "--json", "again.json", cwd=root)
    assert run.returncode == 0, run.stderr
    first, again = (
        json.loads((root / f"{name}.json").read_text()) for name in ("postgresql", "again")
    )
    assert again | {"date": ""} == first | {"date": ""}
    assert [path.stat().st_mtime_ns for path in paths] == before
    assert len(paths) == 3


def test_the_report_is_that_of_a_file(course):
    database, file = both(course, "report", "--autograded", "{where}")
    assert "wrong on a large number" in database
    assert database == file


@pytest.mark.parametrize("kind", ["csv", "canvas", "moodle"])
def test_what_is_exported_is_that_of_a_file(course, kind):
    root, urls = course
    database, file = (export(root, kind, gradebook=urls[where]).text for where in WHERE)
    assert "Zoë '; DROP TABLE grade" in database
    assert database == file


def test_the_command_exports_it(course):
    root, urls = course
    run = grader("export", "--gradebook", urls["postgresql"], "--to", "-", cwd=root)
    assert run.returncode == 0, run.stderr
    assert f"{LESSON},ana,,,,2026-03-01 12:00:00,graded,4,4" in run.stdout


def read_pages(folder):
    """Return the pages of a folder by their places in it."""
    pages = folder.rglob("*.html")
    return {path.relative_to(folder): path.read_text(encoding="utf-8") for path in pages}


def test_feedback_is_that_of_a_file(course):
    root, _ = course
    both(course, "feedback", "--autograded", "{where}", "--to", "pages-{where}")
    database, file = (read_pages(root / f"pages-{where}") for where in WHERE)
    assert len(database) == 3
    assert any("double: wrong on a large number" in page for page in database.values())
    assert database == file


@pytest.fixture
def options(tmp_path, toy, url):
    """A class's folders, empty, and an empty database; the course is the toy one."""
    (tmp_path / "submitted").mkdir()
    return Options(
        root=toy.root,
        submitted=tmp_path / "submitted",
        autograded=tmp_path / "autograded",
        gradebook=url,
        jobs=2,
        limits=ResourceLimits(cell=5),
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('def double(x):\n    raise ValueError("a\\0b")', "ValueError: a\ufffdb"),
        ('raise ValueError("a\\0b \\x1b[31m")', "stopped with ValueError: a\ufffdb \ufffd[31m"),
        ('def double(x):\n    raise ValueError("a\\ud800b")', "ValueError: a?b"),
        ("# \0", "null bytes"),
    ],
    ids=["called", "in its cell", "half a pair", "in the source"],
)
def test_what_postgresql_cannot_store_is_replaced(options, release, code, message):
    hand_in(options.submitted, "ana", answer(release, double=code))
    (row,) = autograde(options).results
    with Gradebook(options.url) as book:
        comment = book.find_comment("double", LESSON, LESSON, "ana").comment
    assert message in comment
    assert comment == as_comment(row.exercises[0].message)


@pytest.mark.parametrize(
    ("name", "told", "words"),
    [
        (
            "x" * (MAX_STUDENT_ID_LENGTH + 1),
            "x" * (MAX_STUDENT_ID_LENGTH + 1),
            "longer than 128 characters",
        ),
        (os.fsdecode(b"caf\xe9"), "caf\\xe9", "no text"),
    ],
    ids=["long", "no text"],
)
def test_a_name_that_postgresql_cannot_store_costs_nobody_else(options, release, name, told, words):
    hand_in(options.submitted, name, release)
    hand_in(options.submitted, "y" * MAX_STUDENT_ID_LENGTH, answer(copy.deepcopy(release)))
    rows = {row.student: row for row in autograde(options).results}
    assert rows["y" * MAX_STUDENT_ID_LENGTH].score == 4.0
    assert rows[told].status == "missing"
    assert words in rows[told].message


SCRIPT = """
import sys
from pathlib import Path
from grader.classroom.autograde import autograde
from grader.classroom.options import Options
from grader.isolation.limits import ResourceLimits
if __name__ == "__main__":
    root, home, url = sys.argv[1:]
    autograde(Options(Path(root), Path(home, "submitted"), Path(home, "autograded"), url,
                      jobs=2, limits=ResourceLimits(cell=5)),
              on_result=lambda result: print("one", flush=True))
"""


def hand_in_slow_ones(options, release, count):
    """Hand in notebooks that take a third of a second each, so that a run can be stopped."""
    for number in range(count):
        notebook = answer(copy.deepcopy(release))
        find(notebook, "double").source += f"\nimport time\ntime.sleep(0.3)\nnumber = {number}"
        hand_in(options.submitted, f"student {number}", notebook)


def test_a_killed_run_goes_on_where_it_stopped(options, release, tmp_path):
    hand_in_slow_ones(options, release, 8)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    run = subprocess.Popen(
        [sys.executable, script, options.root, tmp_path, options.url],
        stdout=subprocess.PIPE,
        text=True,
    )
    for _ in range(3):
        assert run.stdout.readline() == "one\n"
    run.send_signal(signal.SIGKILL)
    run.wait()
    stored = {path: path.stat().st_mtime_ns for path in options.autograded.rglob(f"{LESSON}.ipynb")}
    assert len(stored) >= 3
    outcome = autograde(options)
    assert [row.score for row in outcome.results] == [4.0] * 8
    assert {path: path.stat().st_mtime_ns for path in stored} == stored
    assert count_rows(options.url) == counts(8)


def test_a_server_that_goes_down_costs_no_marks(server, options, release):
    hand_in_slow_ones(options, release, 6)
    results = []

    def on_result(result):
        results.append(result)
        if len(results) == 2:
            server.crash()

    with pytest.raises(CourseError, match="cannot be written"):
        autograde(options, on_result=on_result)
    with pytest.raises(CourseError, match="cannot be opened"):
        autograde(options)
    server.start()
    outcome = autograde(options)
    assert [row.score for row in outcome.results] == [4.0] * 6
    assert count_rows(options.url) == counts(6)


def count_rows(url):
    """Return the number of rows of each table that marking fills."""
    tables = ("student", "assignment", "notebook", "base_cell", "source_cell")
    tables += ("submitted_assignment", "submitted_notebook", "grade", "comment", "alembic_version")
    with create_engine(url).connect() as connection:
        count = {name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in tables}
    return count


def counts(students):
    """Return what `count_rows` returns for the toy lesson if no row is stored twice."""
    return {
        "student": students,
        "assignment": 1,
        "notebook": 1,
        "base_cell": 5,
        "source_cell": 5,
        "submitted_assignment": students,
        "submitted_notebook": students,
        "grade": 3 * students,
        "comment": 2 * students,
        "alembic_version": 1,
    }


WRITER = """
import sys
from pathlib import Path
from grader.classroom.gradebook import CourseGradebook
from grader.course.lesson import Lesson
from grader.marking.results import without_marks
if __name__ == "__main__":
    root, name, url = sys.argv[1:]
    lesson = Lesson(Path(root), name)
    results = [without_marks(lesson, f"student {n}", "graded", "a message") for n in range(10)]
    print("ready", flush=True)
    sys.stdin.readline()
    with CourseGradebook(url) as book:
        book.register(lesson)
        for result in results:
            book.store(result)
        book.register(lesson)
"""


@pytest.fixture(params=WHERE)
def any_url(request, tmp_path):
    """An empty database, and then an empty file."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'marks.db'}"
    return request.getfixturevalue("url")


def test_runs_at_once_do_not_get_into_each_others_way(any_url, toy, tmp_path):
    script = tmp_path / "script.py"
    script.write_text(WRITER)
    runs = [
        subprocess.Popen(
            [sys.executable, script, toy.root, LESSON, any_url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for run in runs:
        assert run.stdout.readline() == "ready\n"
    for run in runs:
        run.stdin.write("go\n")
        run.stdin.flush()
    for run in runs:
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said
    assert count_rows(any_url) == counts(10)


def test_two_whole_runs_at_once_give_what_one_gives(any_url, toy, tmp_path, release):
    for number in range(4):
        hand_in(tmp_path / "submitted", f"student {number}", answer(copy.deepcopy(release)))
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, script, toy.root, tmp_path, any_url]
    runs = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [run.wait(timeout=240) for run in runs] == [0, 0]
    assert count_rows(any_url) == counts(4)
    options = Options(toy.root, tmp_path / "submitted", tmp_path / "autograded", any_url)
    outcome = autograde(replace(options, jobs=1, limits=ResourceLimits(cell=5)))
    assert [row.score for row in outcome.results] == [4.0] * 4


def test_a_password_is_not_told():
    pytest.importorskip("psycopg")
    with pytest.raises(CourseError, match="cannot be opened") as refused:
        CourseGradebook("postgresql://ana:geheim@127.0.0.1:1/marks")
    assert "ana:***@127.0.0.1" in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_a_driver_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(CourseError, match="uv sync --extra postgresql"):
        CourseGradebook("postgresql://localhost/marks")

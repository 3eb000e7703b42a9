"""Mark hostile submissions in a course that is watched for any harm they do.

``grader autograde`` runs in a child process. Files that must not change are compared before and
after; secrets that must not be read are drawn at random for each run; a process that is left behind
becomes a child of the test's process and is found there.
"""

from __future__ import annotations

import compileall
import contextlib
import copy
import ctypes
import hashlib
import json
import os
import resource
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader.course.cells import exercise_of, grade_id, is_test
from grader.course.release import make_release
from tests.support.lessons import find_lesson, model_answer

ROOT = Path(__file__).resolve().parents[2]
COURSE_PARTS = ("data", "nbgrader_config.py", "notebooks", "solutions", "utils")
LINUX = sys.platform == "linux"
# Bytes of address space, so that the machine survives if the sandbox fails.
MAX_ADDRESS_SPACE = 20 * 2**30


@cache
def _release(lesson: str) -> NotebookNode:
    return make_release(find_lesson(lesson))


@cache
def points(lesson: str) -> dict[str, dict[str, float]]:
    """Return the points of each exercise's test cells, by ``grade_id``."""
    return {
        exercise.name: {test.grade_id: test.points for test in exercise.tests}
        for exercise in find_lesson(lesson).exercises
    }


def full_marks(lesson: str) -> dict[str, float]:
    """Return the points of each exercise."""
    return {name: sum(tests.values()) for name, tests in points(lesson).items()}


def student_copy(lesson: str, *, whole: bool = False) -> NotebookNode:
    """Return the student's copy, by default without its text and its demonstrations.

    Students may delete those, and the other cells take little time to run.
    """
    notebook = copy.deepcopy(_release(lesson))
    if not whole:
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        notebook.cells = [code[0], *(cell for cell in code[1:] if grade_id(cell))]
    return notebook


def find(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the cell with this ``grade_id``."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def answer(notebook: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """Fill in answers, in place."""
    for name, code in answers.items():
        find(notebook, name).source = code.strip("\n")
    return notebook


def right_answers(lesson: str, names: Collection[str] | None = None) -> dict[str, str]:
    """Return the lesson's own answers, to all exercises or to some."""
    return {name: model_answer(lesson, name) for name in names or points(lesson)}


def tests_of(notebook: NotebookNode, exercise: str) -> list[NotebookNode]:
    """Return the test cells of an exercise."""
    return [cell for cell in notebook.cells if is_test(cell) and exercise_of(cell) == exercise]


def to_bytes(notebook: NotebookNode | dict) -> bytes:
    """Return a notebook as a file's content, valid or not."""
    return json.dumps(notebook, ensure_ascii=True).encode()


@dataclass(frozen=True)
class Entry:
    """All that a submission could change about a file or folder."""

    kind: int
    mode: int
    owner: tuple[int, int]
    links: int
    size: int
    changed: int
    content: str


def snapshot(folder: Path) -> dict[str, Entry]:
    """Return all files and folders in a folder, with their contents, modes, owners and times."""
    return {str(path): _look_at(path) for path in [folder, *sorted(folder.rglob("*"))]}


def _look_at(path: Path) -> Entry:
    info = path.lstat()
    content = ""
    if stat.S_ISREG(info.st_mode) and info.st_size < 50_000_000:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(info.st_mode):
        content = os.readlink(path)
    return Entry(
        stat.S_IFMT(info.st_mode),
        stat.S_IMODE(info.st_mode),
        (info.st_uid, info.st_gid),
        info.st_nlink,
        info.st_size,
        info.st_mtime_ns,
        content,
    )


class Listener:
    """Listens on every kind of socket that a submission might connect to, and counts contacts."""

    def __init__(self, folder: Path, name: str):
        self.contacts: list[str] = []
        self._ends: list[socket.socket] = []
        self.port = self._open("tcp", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self._open("udp", socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", self.port))
        self.path = folder / "door"
        self._open("unix", socket.AF_UNIX, socket.SOCK_STREAM, str(self.path))
        self._open("datagram", socket.AF_UNIX, socket.SOCK_DGRAM, str(folder / "box"))
        if LINUX:
            self._open("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{name}")
            self._open("abstract datagram", socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{name}-box")

    def _open(self, kind: str, family: int, how: int, address: object) -> int:
        end = socket.socket(family, how)
        end.bind(address)
        if how == socket.SOCK_STREAM:
            end.listen()
        self._ends.append(end)
        threading.Thread(target=self._count, args=(kind, end), daemon=True).start()
        name = end.getsockname()
        return name[1] if family == socket.AF_INET else 0

    def _count(self, kind: str, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                if end.type == socket.SOCK_STREAM:
                    end.accept()[0].close()
                else:
                    end.recv(100)
                self.contacts.append(kind)

    def close(self) -> None:
        """Stop listening."""
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@dataclass
class Evidence:
    """The results and side effects of a run.

    Attributes
    ----------
    rows : dict
        The rows of the JSON by student and lesson; empty if there is none.
    status : int
        The command's exit status; negative for a signal.
    said : str
        The command's output on the terminal.
    seconds : float
        How long the command took.
    changed : list of str
        Paths that changed or are new, in folders where nothing may change.
    strays : list of str
        Paths that a submission made elsewhere.
    left : list of str
        Processes and shared memory that were left behind.
    contacts : list of str
        Kinds of socket that a submission connected to.
    disk : int
        The most bytes of disk in use at any time, beyond those in use before.
    """

    rows: dict[tuple[str, str], dict] = field(default_factory=dict)
    status: int = 0
    said: str = ""
    seconds: float = 0.0
    changed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    disk: int = 0


class Arena:
    """A course and a class in a temporary folder, with secrets and listeners that detect attacks.

    Placeholders in a submission are filled in when it is handed in, as if its author knew the
    paths: ``@COURSE@``, ``@SUBMITTED@``, ``@AUTOGRADED@``, ``@GRADEBOOK@``, ``@CANARY@`` (a folder
    outside the class), ``@HOUSE@`` (the home folder), ``@TOKEN@`` (part of the name of each file
    that a submission makes), ``@PORT@`` (a port of `Listener`).
    """

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="arena-"))
        self.course = self.home / "course"
        self.submitted = self.home / "submitted"
        self.autograded = self.home / "autograded"
        self.gradebook = self.home / "gradebook.db"
        self.canary = self.home / "canary"
        self.house = self.home / "house"
        self.temporary = self.home / "tmp"
        self.token = f"zz{secrets.token_hex(6)}"
        # In the environment, in a file, and next to another student's submission.
        self.secrets = [secrets.token_hex(12) for _ in range(3)]
        self._lay_out()
        self.listener = Listener(self.canary, self.token)

    def _lay_out(self) -> None:
        for folder in (self.course, self.submitted, self.canary, self.house, self.temporary):
            folder.mkdir()
        for part in COURSE_PARTS:
            source = ROOT / part
            if source.is_dir():
                shutil.copytree(source, self.course / part, ignore=_caches)
            else:
                shutil.copy2(source, self.course / part)
        compileall.compile_dir(self.course / "utils", quiet=2)
        (self.canary / "secret.txt").write_text(self.secrets[1], encoding="utf-8")
        (self.canary / "folder").mkdir()
        neighbour = self.submitted / "neighbour"
        neighbour.mkdir()
        (neighbour / "diary.txt").write_text(self.secrets[2], encoding="utf-8")

    def fill(self, text: str) -> str:
        """Return a text with its placeholders filled in."""
        for name, value in {
            "COURSE": self.course,
            "SUBMITTED": self.submitted,
            "AUTOGRADED": self.autograded,
            "GRADEBOOK": self.gradebook,
            "CANARY": self.canary,
            "HOUSE": self.house,
            "TOKEN": self.token,
            "PORT": self.listener.port,
        }.items():
            text = text.replace(f"@{name}@", str(value))
        return text

    def hand_in(self, student: str, lesson: str, content: NotebookNode | bytes) -> Path:
        """Write a file where ``grader autograde`` looks for it."""
        path = self.submitted / student / lesson / f"{lesson}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        content = content if isinstance(content, bytes) else to_bytes(content)
        path.write_bytes(self.fill(content.decode("latin-1")).encode("latin-1"))
        return path

    def run(self, *more: str, timeout: float = 5, jobs: int = 2, patience: float = 600) -> Evidence:
        """Mark the class, and collect the evidence."""
        evidence = Evidence()
        before = self._watched()
        shared = _shared_memory()
        begin = time.monotonic()
        with _adopting_orphans() as orphans, _watching_disk(self.home) as taken:
            evidence.status, evidence.said = self._autograde(more, timeout, jobs, patience)
            evidence.seconds = time.monotonic() - begin
            evidence.left = orphans()
            evidence.disk = max(taken)
        evidence.left += sorted(_shared_memory() - shared)
        after = self._watched()
        evidence.changed = sorted(
            path for path in before.keys() | after.keys() if before.get(path) != after.get(path)
        )
        evidence.strays = self._strays()
        evidence.contacts = list(self.listener.contacts)
        with contextlib.suppress(OSError, ValueError):
            rows = json.loads((self.home / "out.json").read_text(encoding="utf-8"))["submissions"]
            evidence.rows = {(row["student"], row["lesson"]): row for row in rows}
        return evidence

    def _autograde(
        self, more: tuple[str, ...], timeout: float, jobs: int, patience: float
    ) -> tuple[int, str]:
        """Run the command in a new session; return its exit status and its output."""
        environment = os.environ | {
            "COURSE_PASSWORD": self.secrets[0],
            "HOME": str(self.house),
            "TMPDIR": str(self.temporary),
            "TF_CPP_MIN_LOG_LEVEL": "3",
        }
        command = [
            *(sys.executable, "-m", "grader.cli", "autograde", *more),
            *("--submitted", self.submitted, "--autograded", self.autograded),
            *("--gradebook", self.gradebook, "--json", self.home / "out.json"),
            *("--timeout", timeout, "--jobs", jobs),
        ]
        with (self.home / "said.txt").open("w+", encoding="utf-8", errors="replace") as said:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=self.course,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_limit_memory,
            )
            try:
                status = process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                status = -signal.SIGALRM
            said.seek(0)
            return status, said.read()

    def _watched(self) -> dict[str, Entry]:
        """Return the state of everything that no submission may change."""
        return snapshot(self.course) | snapshot(self.submitted) | snapshot(self.canary)

    def _strays(self) -> list[str]:
        """Return, and remove, files that submissions made elsewhere or that were not cleaned up."""
        places = {"/tmp", "/var/tmp", "/dev/shm", "/", os.getcwd(), str(Path.home()), self.house}
        found = [
            path
            for place in map(Path, places)
            if place.is_dir()
            for path in place.glob(f"*{self.token}*")
        ]
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        kept = {f"{lesson}.ipynb" for lesson in _lesson_names()}
        marked = [path for path in self.autograded.rglob("*") if not path.is_dir()]
        odd = [path for path in marked if path.name not in kept]
        return sorted(map(str, [*found, *self.temporary.iterdir(), *odd]))

    def notebook(self, student: str, lesson: str) -> NotebookNode | None:
        """Return a student's executed notebook, if there is one."""
        path = self.autograded / student / lesson / f"{lesson}.ipynb"
        return nbformat.read(path, as_version=4) if path.is_file() else None

    def outputs(self, student: str, lesson: str) -> str:
        """Return all outputs of a student's executed notebook, as text."""
        notebook = self.notebook(student, lesson)
        cells = [] if notebook is None else notebook.cells
        return "\n".join(_texts([cell.get("outputs", []) for cell in cells]))

    def close(self) -> None:
        """Remove everything."""
        self.listener.close()
        # Folders within folders can be deeper than `shutil.rmtree` goes.
        subprocess.run(["rm", "-rf", self.home], check=False)


def _texts(value: object) -> Iterator[str]:
    """Yield the strings in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _caches(folder: str, names: list[str]) -> list[str]:
    """Return which folders are not copied."""
    return [name for name in names if name in ("__pycache__", ".ipynb_checkpoints")]


@cache
def _lesson_names() -> tuple[str, ...]:
    return tuple(path.name for path in (ROOT / "solutions").iterdir() if path.is_dir())


def _limit_memory() -> None:
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MAX_ADDRESS_SPACE, MAX_ADDRESS_SPACE))


def _shared_memory() -> set[str]:
    """Return this user's shared memory, semaphores and queues, which outlive their process."""
    found = set()
    for kind in ("shm", "sem", "msg"):
        with contextlib.suppress(OSError):
            head, *rows = Path(f"/proc/sysvipc/{kind}").read_text(encoding="utf-8").splitlines()
            owner = head.split().index("cuid")
            mine = [row.split() for row in rows if int(row.split()[owner]) == os.getuid()]
            found |= {f"{kind} {row[1]}" for row in mine}
    return found


@contextlib.contextmanager
def _watching_disk(folder: Path) -> Iterator[list[int]]:
    """Record five times a second how many more bytes are in use than at the start."""
    begin, taken, over = shutil.disk_usage(folder).free, [0], threading.Event()

    def note() -> None:
        while not over.wait(0.2):
            taken.append(begin - shutil.disk_usage(folder).free)

    thread = threading.Thread(target=note, daemon=True)
    thread.start()
    try:
        yield taken
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def _adopting_orphans() -> Iterator:
    """Become the parent of all orphaned descendants; yield a function that lists them.

    A process cannot escape that by changing its session, group or name.
    """
    prctl = ctypes.CDLL(None).prctl if LINUX else lambda *_: -1
    known = {pid for pid, _, _ in _children()}
    prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER

    def orphans(patience: float = 5.0) -> list[str]:
        """Wait for processes that are ending, then kill the others and return what they were."""
        until = time.monotonic() + patience
        while (left := _reap(known)) and time.monotonic() < until:
            time.sleep(0.1)
        for pid, _, _ in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1 if left else 0)
        _reap(known)
        return [f"{pid} ({state}) {command}" for pid, state, command in left]

    try:
        yield orphans
    finally:
        prctl(36, 0, 0, 0, 0)


def _reap(known: set[int]) -> list[tuple[int, str, str]]:
    """Reap the zombies among the children that are not known; return the other children."""
    living = []
    for pid, state, command in _children():
        if pid in known:
            continue
        with contextlib.suppress(ChildProcessError):
            if state == "Z" and os.waitpid(pid, os.WNOHANG)[0]:
                continue
        living.append((pid, state, command))
    return living


def _children() -> list[tuple[int, str, str]]:
    """Return this process's children: id, state and command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid():
                words = (folder / "cmdline").read_bytes().replace(b"\0", b" ")
                found.append((int(folder.name), state, words.decode("utf-8", "replace")[:200]))
    return found

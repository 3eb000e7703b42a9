"""Mark one notebook with the student's code and the tests in processes of their own.

Up to four processes take part, each forked from a warm parent and confined: the judge, one that
answers its calls by hand, in lessons about Keras one that answers with Keras, and one that shows
what the student's cells put out. The grader itself passes messages between them, and bounds what
they use; it runs nothing of a submission and reads nothing of one but bytes of bounded length.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from grader import judge as judging
from grader.channel import MARK, Broken, Channel, Closed, Late
from grader.confine import Limits
from grader.course import Lesson
from grader.demonstrations import names_of, plan, to_run
from grader.harmless import Defuser
from grader.libraries import imports_of, needs_keras, plain_modules
from grader.outputs import read_outputs
from grader.runner import STOPPED, CellRun, signal_name
from grader.sandbox import Zygotes
from grader.shell import CUT, largest_reply
from grader.submission import grade_id, is_test
from grader.uses import Uses
from grader.values import LARGEST, BadMessage, decode, encode
from grader.zygote import CannotStart

GRACE = 2.0  # seconds between asking a cell to stop and killing it
PATIENCE = 20.0  # seconds that the judge has beyond what a test's calls may take
READY = 120.0  # seconds for a process to be ready, on a machine under load
AGAIN = 5.0  # seconds that a function has that ran too long before
ENDING = 1.0  # seconds for a process to end once its main thread has
MOST_WRITTEN = 4  # times what may lie in files: what is written again and again
BRIEFLY = 1.0  # seconds that a cell has that was stopped before
LARGEST_REPLY = 8_000_000  # bytes of what a cell's end, or what cells do, is told in
CELLS = 10  # full outputs that a submission may have
NONSENSE = "the Python process answered what cannot be read"


@dataclass(frozen=True)
class Bounds:
    """What one submission may use. No honest answer of the course comes near.

    Attributes
    ----------
    cell : float
        Seconds for a cell, and for all calls of a test cell together.
    submission : float
        Seconds for all of it.
    memory : int
        Bytes of memory for each process, beyond the libraries'.
    file_size : int
        Bytes in one file.
    disk : int
        Bytes in all files together.
    files : int
        How many files.
    threads : int
        How many threads in one process.
    output : int
        Characters that a cell may put out; all cells together, so many times that: `CELLS`.
    """

    cell: float = 60.0
    submission: float = 600.0
    memory: int = 2_000_000_000
    file_size: int = 100_000_000
    disk: int = 500_000_000
    files: int = 2_000
    threads: int = 500
    output: int = 5_000_000

    @property
    def limits(self) -> Limits:
        """What the kernel itself holds a process to."""
        return Limits(memory=self.memory, file_size=self.file_size)


class Gone(Exception):
    """A process came to an end, or was ended; the text says why, for the student."""

    def __init__(self, why: str, late: bool = False):
        super().__init__(why)
        self.late = late


class Confined:
    """A confined process, from its start to its end.

    Parameters
    ----------
    role : str
        What it is for; see `grader.sandbox`.
    session : Session
        Whose it is.
    with_keras : bool
        Whether it needs Keras.

    Raises
    ------
    CannotStart
        If it cannot be started or confined, which is not the submission's fault.
    """

    _living: set[Confined] = set()  # noqa: RUF012  (shared on purpose)
    _ending = threading.Event()

    def __init__(self, role: str, session: Session, with_keras: bool):
        if self._ending.is_set():
            raise CannotStart("the grader is being stopped")
        self._session = session
        bounds, root = session.bounds, session.root
        self._folder: str | None = None
        arguments: dict = {"memory": bounds.memory}
        if role == "judge":
            arguments |= {"root": root, "with_keras": with_keras}
        else:
            self._folder = tempfile.mkdtemp(prefix="grader-")
            arguments |= {"folder": self._folder, "file_size": bounds.file_size}
        if role == "notebook":
            arguments |= {"root": root, "output": bounds.output}
        if role in ("answers", "keras"):
            arguments |= {"role": role, "with_keras": with_keras}
        function = {
            "judge": "grader.judge:serve",
            "notebook": "grader.shell:serve_confined",
        }.get(role, "grader.answers:serve")
        zygote = session.zygotes.get(role, with_keras, None if root is None else Path(root))
        try:
            self._process = zygote.fork(function, arguments)
        except CannotStart:
            self._clean()
            raise
        self._living.add(self)
        self._used_at_start = 0

    @property
    def channel(self) -> Channel:
        """The connection to it."""
        return self._process.channel

    def start(self, first: bytes | None = None) -> None:
        """Wait until it is ready."""
        deadline = time.monotonic() + READY
        try:
            if first is not None:
                self.channel.send(first, deadline)
            if self.channel.receive(100, deadline) != b"ready":
                raise Closed
        except (Closed, Late, Broken) as error:
            end = self._process.wait(GRACE)
            self.close()
            raise CannotStart(f"a process did not start ({end}, {error})") from error
        self._used_at_start, _ = self._memory_and_threads()

    def exchange(self, message: bytes, seconds: float, largest: int = LARGEST) -> bytes:
        """Send a message and return the reply, of at most so many bytes.

        Raises
        ------
        Gone
            If none comes; the process has ended then, unless it was only late.
        """
        deadline = time.monotonic() + seconds
        self._mark = os.urandom(MARK)
        try:
            self.channel.send(self._mark + message, deadline, self.watch)
            return self._receive(deadline, largest)
        except Late:
            raise Gone(f"stopped after {seconds:.3g} s; is there an endless loop?", True) from None
        except Broken:
            raise Gone(NONSENSE) from None
        except Closed:
            raise Gone(self._describe_end()) from None

    def _receive(self, deadline: float, largest: int) -> bytes:
        """Return the reply to what was sent last: it begins with the same mark."""
        reply = self.channel.receive(largest + MARK, deadline, self.watch)
        if reply[:MARK] != self._mark:
            raise Broken("a reply to nothing")
        return reply[MARK:]

    def interrupt(self, largest: int) -> bytes:
        """Ask what runs to stop, and return the reply that then comes, of at most so many bytes.

        Raises
        ------
        Gone
            If none comes.
        """
        self._process.signal(signal.SIGINT)
        try:
            return self._receive(time.monotonic() + GRACE, largest)
        except (Late, Broken, Closed):
            raise Gone("") from None

    def watch(self) -> None:
        """See whether it uses more than it may.

        Raises
        ------
        Gone
        """
        bounds = self._session.bounds
        memory, threads = self._memory_and_threads()
        if memory - self._used_at_start > bounds.memory:
            raise Gone(f"used more than {bounds.memory / 1e9:.3g} GB of memory")
        if threads > bounds.threads:
            raise Gone(f"started more than {bounds.threads:,} threads")
        count, size = self._disk()
        if size > bounds.disk or self._written() > MOST_WRITTEN * bounds.disk:
            raise Gone(f"wrote more than {bounds.disk / 1e6:.3g} MB into files")
        if count > bounds.files:
            raise Gone(f"made more than {bounds.files:,} files")

    def _memory_and_threads(self) -> tuple[int, int]:
        """Return how many bytes of memory are its own, and how many threads it has.

        Raises
        ------
        Gone
            If its main thread has ended, and others go on: nothing can be seen of these.
        """
        found = self._look("status")
        if "RssAnon" in found:
            return 1024 * (found["RssAnon"] + found["RssShmem"]), found["Threads"]
        if self._process.wait(ENDING) is None:
            raise Gone("its main thread ended without the others")
        return 0, 0

    def _written(self) -> int:
        """Return how many bytes it has written to disk, into files that are deleted as well."""
        return self._look("io").get("write_bytes", 0)

    def _look(self, what: str) -> dict[str, int]:
        """Return the numbers that the kernel tells of it; none once it has ended."""
        try:
            with open(f"/proc/{self._process.pid}/{what}", "rb") as lines:
                # Of bytes: the name in it is the process's own choice.
                found = [re.fullmatch(rb"(\w+):\s+(\d+)( kB)?\n", line) for line in lines]
        except OSError:
            return {}
        return {one[1].decode(): int(one[2]) for one in found if one}

    def _disk(self) -> tuple[int, int]:
        """Return how many files lie in its folder, and their bytes together."""
        if self._folder is None:
            return 0, 0
        count, size = 0, self._unnamed()
        waiting = [self._folder]
        while waiting and count <= self._session.bounds.files:
            try:
                with os.scandir(waiting.pop()) as entries:
                    for entry in entries:
                        count += 1
                        size += 512 * entry.stat(follow_symlinks=False).st_blocks
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
            except FileNotFoundError:
                pass  # gone in the meantime
            except OSError:  # so deep that it has no name
                return self._session.bounds.files + 1, size
        return count, size

    def _unnamed(self) -> int:
        """Return the bytes in files that are open and have no name any more."""
        size = 0
        with contextlib.suppress(OSError), os.scandir(f"/proc/{self._process.pid}/fd") as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    found = os.stat(entry.path)
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        size += 512 * found.st_blocks
        return size

    def _describe_end(self) -> str:
        """Say how it ended."""
        code = self._process.wait(GRACE)
        if code is None:
            return "the connection to the Python process broke"
        if code < 0:
            return f"the Python process was killed by signal {-code}{signal_name(-code)}"
        return f"the Python process ended (exit code {code})"

    def close(self) -> None:
        """End it, and remove its folder."""
        self._process.close()
        self._living.discard(self)
        self._clean()

    def _clean(self) -> None:
        """Remove its folder, however deep a tree it left there."""
        if self._folder is not None:
            remove = ["rm", "-rf", "--", self._folder]
            if subprocess.run(remove, stderr=subprocess.DEVNULL).returncode:
                # Folders that their maker may not enter.
                allow = ["chmod", "-R", "u+rwX", "--", self._folder]
                subprocess.run(allow, stderr=subprocess.DEVNULL)
                subprocess.run(remove, stderr=subprocess.DEVNULL)

    @classmethod
    def end_all(cls) -> None:
        """End every process, and start no more: the user wants to stop."""
        cls._ending.set()
        for one in list(cls._living):
            one._process.signal(signal.SIGKILL)

    @classmethod
    def allow_again(cls) -> None:
        """Allow new processes after `end_all`."""
        cls._ending.clear()


class Session:
    """One submission being marked.

    Parameters
    ----------
    lesson : Lesson
        Which.
    bounds : Bounds
        What it may use.
    zygotes : Zygotes
        Where processes come from.
    defuser : Defuser, optional
        What makes outputs harmless; one of its own by default.
    """

    def __init__(
        self, lesson: Lesson, bounds: Bounds, zygotes: Zygotes, defuser: Defuser | None = None
    ):
        self.lesson, self.bounds, self.zygotes = lesson, bounds, zygotes
        self.root = str(lesson.root) if (lesson.root / "utils").is_dir() else None
        self.defuser = defuser or Defuser()
        self._end = time.monotonic() + bounds.submission

    def left(self, most: float) -> float:
        """Return how many seconds something may take that may take ``most``.

        Raises
        ------
        Gone
            If the submission has none left.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise Gone(f"the submission as a whole was stopped after {self.bounds.submission:g} s")
        return min(most, left)


def run_apart(
    cells: Sequence[NotebookNode],
    lesson: Lesson,
    bounds: Bounds,
    zygotes: Zygotes,
    defuser: Defuser | None = None,
) -> tuple[list[CellRun], dict[str, str]]:
    """Run a notebook's code cells: the student's on their own, the tests by the judge.

    Parameters
    ----------
    cells : sequence of NotebookNode
        Code cells, the lesson's tests among them.
    lesson, bounds, zygotes, defuser
        As for `Session`.

    Returns
    -------
    list of CellRun
        What each cell put out.
    dict of str to str
        For exercises whose own cell ended with an error where it answers: which.

    Raises
    ------
    CannotStart
        If the machine cannot do it.
    """
    session = Session(lesson, bounds, zygotes, defuser)
    court = Court(cells, session)
    try:
        runs: dict[int, CellRun] = _show(cells, session, court.read)
        court.endless |= {index for index, run in runs.items() if run.stopped}
        court.ended_well |= {index for index, run in runs.items() if run.ended_well}
        for index, cell in enumerate(cells):
            if is_test(cell):
                runs[index] = court.judge(index)
        stops, errors = court.stops(), court.errors()
    finally:
        court.close()
    for index, why in stops.items():
        if not runs[index].stopped:
            runs[index] = CellRun(runs[index].outputs, why)
    return [runs[index] for index in range(len(cells))], errors


def _show(
    cells: Sequence[NotebookNode], session: Session, read: Callable[[list[str]], list[Uses]]
) -> dict[int, CellRun]:
    """Return what the cells put out that are no tests."""
    todo = plan(list(cells), session.lesson, read)
    runs = {index: CellRun(outputs) for index, outputs in todo.outputs.items()}
    shown, exercises = _Stage(session), names_of(session.lesson)
    try:
        for index in sorted(todo.run):
            run = shown.run(to_run(cells[index], exercises), index in todo.show)
            if index in todo.show:
                runs[index] = run
    finally:
        shown.close()
    return runs


class _Stage:
    """The process that shows what cells put out; begun again where a cell has ended it."""

    def __init__(self, session: Session):
        self._session = session
        self._process: Confined | None = None
        self._ran: list[str] = []
        self._with_keras = needs_keras(session.lesson)
        self._largest = largest_reply(session.bounds.output)
        self._room = CELLS * session.bounds.output

    def run(self, source: str, show: bool) -> CellRun:
        """Run a cell."""
        try:
            self._session.left(0.0)
            self._begin()
            outputs = self._exchange(source, show)
        except Gone as end:
            self.close()
            return stopped_run([], str(end))
        if isinstance(outputs, CellRun):
            return outputs
        self._ran.append(source)
        return CellRun(outputs)

    def _exchange(self, source: str, show: bool) -> list[NotebookNode] | CellRun:
        message = json.dumps({"source": source, "show": show}).encode()
        seconds = self._session.left(self._session.bounds.cell)
        try:
            return self._read(self._process.exchange(message, seconds, self._largest), show)
        except Gone as end:
            if not end.late:
                raise
            why = str(end)
        try:
            outputs = self._read(self._process.interrupt(self._largest), show)
        except Gone:
            raise Gone(why) from None
        self._ran.append(source)
        return stopped_run([one for one in outputs if one.output_type != "error"], why)

    def _read(self, message: bytes, show: bool) -> list[NotebookNode]:
        """Return outputs that can be shown to anyone; once there are too many, errors alone."""
        if not show:
            return []
        outputs = _read(message)
        self._room -= len(message)
        if self._room < 0:
            outputs = [one for one in outputs if one.output_type == "error"]
            outputs.append(nbformat.v4.new_output("stream", text=CUT))
        return self._session.defuser.outputs(outputs)

    def _begin(self) -> None:
        """Start a process, if there is none, and bring it to where the last one was."""
        if self._process is not None:
            return
        self._process = Confined("notebook", self._session, self._with_keras)
        self._process.start()
        for source in self._ran:
            self._exchange(source, False)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None


class Court:
    """The judge and the processes that answer it.

    Parameters
    ----------
    cells : sequence of NotebookNode
        The notebook's code cells.
    session : Session
        Whose.

    Attributes
    ----------
    endless, ended_well : set of int
        Cells known to run too long, and to come to their end, where all libraries are.
    """

    def __init__(self, cells: Sequence[NotebookNode], session: Session):
        self._cells, self._session = cells, session
        self.endless: set[int] = set()
        self.ended_well: set[int] = set()
        lesson = session.lesson
        self._with_keras = needs_keras(lesson, tests_only=True)
        self._exercises = [exercise.name for exercise in lesson.exercises]
        self._judge: Confined | None = None
        self._slow: set[str] = set()
        self._stops: dict[int, str] = {}
        known = (cells, session, self.endless, self.ended_well)
        self._by_hand = Answerer("answers", *known)
        self._keras = Answerer("keras", *known) if self._with_keras else None

    def read(self, sources: list[str]) -> list[Uses]:
        """Read what cells do with names, in a process that may as well break over it."""
        self._start_judge()
        try:
            return self._by_hand.read(sources)
        except Gone:
            return [Uses(silent=False, dynamic=True)] * len(sources)

    def judge(self, index: int) -> CellRun:
        """Run the test cell at a place in the notebook."""
        cell = self._cells[index]
        request = {
            "do": "test",
            "source": cell.source,
            "exercises": self._exercises,
            "imports": imports_of(self._session.lesson),
        }
        exercise = grade_id(cell).split("-")[1]
        try:
            limit = self._session.bounds.cell
            again = min(AGAIN, limit)
            seconds = self._session.left(again if exercise in self._slow else limit)
            reply = self._hold(json.dumps(request).encode(), index, seconds, exercise)
            return CellRun(_read(reply))
        except Gone as end:
            return stopped_run([], f"{exercise}: {end}", is_cell=False)

    def _hold(self, request: bytes, index: int, seconds: float, exercise: str) -> bytes:
        """Run a test cell: pass the judge's calls on until it is done."""
        court = self._start_judge()
        deadline = time.monotonic() + seconds
        try:
            court.channel.send(request, deadline + PATIENCE)
            while True:
                message = court.channel.receive(LARGEST + 1, deadline + PATIENCE, self._watch)
                kind, payload = message[:1], message[1:]
                if kind == judging.DONE:
                    return payload
                whose = self._keras if kind == judging.TO_KERAS and self._keras else self._by_hand
                deadline += self._catch_up(whose, index)
                reply = self._pass_on(whose, payload, index, deadline, seconds, exercise)
                court.channel.send(reply, deadline + PATIENCE)
        except (Closed, Late, Broken, Gone) as error:
            # A value that the judge cannot stand costs the student this test, and no other.
            # Whoever answers may be in the middle of asking it something.
            self.close()
            self._judge = None
            if isinstance(error, Gone) and str(error):
                raise
            if isinstance(error, Late):
                self._slow.add(exercise)
                raise Gone("the judge was kept busy for too long") from None
            raise Gone("the answer could not be checked: the judge came to an end") from None

    def _watch(self) -> None:
        """See whether any process uses too much; a thread of the student's goes on while we judge.

        Raises
        ------
        Gone
        """
        self._judge.watch()
        for answerer in filter(None, (self._by_hand, self._keras)):
            answerer.watch()

    def _catch_up(self, answerer: Answerer, index: int) -> float:
        """Run the cells before a test; return the seconds that took, which are not the test's."""
        begin = time.monotonic()
        with contextlib.suppress(Gone):  # Asked next, it says so itself.
            answerer.catch_up(index)
        return time.monotonic() - begin

    def _pass_on(
        self,
        answerer: Answerer,
        payload: bytes,
        index: int,
        deadline: float,
        seconds: float,
        exercise: str,
    ) -> bytes:
        """Let the student's process answer."""
        try:
            answerer.catch_up(index)
            left = deadline - time.monotonic()
            if left <= 0:
                answerer.close()
                raise Gone("", late=True)
            return judging.ANSWER + answerer.ask(payload, left)
        except Gone as end:
            why = str(end)
            if end.late:
                self._slow.add(exercise)
                why = f"stopped after {seconds:.3g} s; is there an endless loop?"
            self._stops[index] = why
            return judging.GONE + why.encode("utf-8", "replace")

    def _start_judge(self) -> Confined:
        if self._judge is None:
            self._judge = Confined("judge", self._session, self._with_keras)
            self._judge.start()
            constants = self._constants()
            for answerer in filter(None, (self._by_hand, self._keras)):
                answerer.constants = constants
        return self._judge

    def _constants(self) -> bytes:
        """Return what ``utils`` has of plain values, which cells may use anywhere."""
        lesson = self._session.lesson
        with _constants_lock:
            if lesson not in _constants:
                request = {"do": "constants", "modules": plain_modules(lesson)}
                self._judge.channel.send(json.dumps(request).encode())
                reply = self._judge.channel.receive(LARGEST, time.monotonic() + READY)
                _constants[lesson] = reply[1:]
            return _constants[lesson]

    def stops(self) -> dict[int, str]:
        """Return which cells did not come to their end, and why."""
        return self._by_hand.stops | self._stops

    def errors(self) -> dict[str, str]:
        """Return the errors of cells where they answer, by the cell's name."""
        return {
            name: text
            for index, text in self._by_hand.errors.items()
            if (name := grade_id(self._cells[index]))
        }

    def close(self) -> None:
        """End all processes."""
        for one in (self._judge, self._by_hand, self._keras):
            if one is not None:
                one.close()


_constants: dict[Lesson, bytes] = {}
_constants_lock = threading.Lock()


class Answerer:
    """A process that answers the judge: begun when it is asked, and again after it has ended.

    Parameters
    ----------
    role : {"answers", "keras"}
        What it may use.
    cells : sequence of NotebookNode
        The notebook's code cells; those that are no tests are run before it is asked.
    session : Session
        Whose.
    endless, ended_well : set of int
        Cells known to run too long, which get little time, and to come to their end, in which what
        fails is left out.

    Attributes
    ----------
    stops, errors : dict of int to str
        Why a cell was stopped; with what error it ended.
    constants : bytes
        What ``utils`` has of plain values.
    """

    def __init__(
        self,
        role: str,
        cells: Sequence[NotebookNode],
        session: Session,
        endless: set[int],
        ended_well: set[int],
    ):
        self._role, self._cells, self._session = role, cells, session
        self._endless, self._ended_well = endless, ended_well
        self._exercises = names_of(session.lesson)
        self._process: Confined | None = None
        self._ran = 0
        self._guilty: set[int] = set()
        self.stops: dict[int, str] = {}
        self.errors: dict[int, str] = {}
        self.constants = encode({})

    def read(self, sources: list[str]) -> list[Uses]:
        """Read what cells do with names, before any of them runs.

        Raises
        ------
        Gone
            If that takes too long.
        """
        self._begin()
        seconds = self._session.left(self._session.bounds.cell)
        reply = self.ask(encode({"do": "read", "sources": sources}), seconds, LARGEST_REPLY)
        try:
            found = decode(reply)["uses"]
            if len(found) != len(sources):
                raise Gone(NONSENSE)
        except (BadMessage, KeyError, TypeError):
            raise Gone(NONSENSE) from None
        return [Uses.from_plain(one) for one in found]

    def _begin(self) -> None:
        """Start the process, if there is none."""
        if self._process is None:
            self._process = Confined(self._role, self._session, self._role == "keras")
            self._process.start(self.constants)
            self._ran = 0

    def catch_up(self, index: int) -> None:
        """Run the cells that stand before a test.

        Raises
        ------
        Gone
            If the submission's time is over.
        """
        while True:
            self._begin()
            try:
                while self._ran < index:
                    if self._ran not in self._guilty:
                        self._run(self._ran)
                    self._ran += 1
                return
            except Gone as end:
                self.close()
                self._guilty.add(self._ran)
                self.stops.setdefault(self._ran, str(end))
                self._session.left(1.0)

    def _run(self, index: int) -> None:
        """Run a cell; one that runs too long keeps what it has defined so far."""
        cell = self._cells[index]
        source = to_run(cell, self._exercises)
        if not source:
            return
        ended_well = index in self._ended_well or is_test(cell)
        request = {"do": "run", "source": source, "number": index, "ended_well": ended_well}
        limit = self._session.bounds.cell
        known = index in self._endless or index in self.stops
        seconds = self._session.left(min(BRIEFLY, limit) if known else limit)
        try:
            reply = self._process.exchange(encode(request), seconds, LARGEST_REPLY)
        except Gone as end:
            if not end.late:
                raise
            try:
                reply = self._process.interrupt(LARGEST_REPLY)
            except Gone:
                raise end from None
            self.stops.setdefault(index, str(end))
        if error := read_error(reply):
            self.errors[index] = error

    def watch(self) -> None:
        """End the process if it uses more than it may.

        Raises
        ------
        Gone
        """
        if self._process is not None:
            try:
                self._process.watch()
            except Gone:
                self.close()
                raise

    def ask(self, message: bytes, seconds: float, largest: int = LARGEST) -> bytes:
        """Return the answer to a message of the judge's.

        Raises
        ------
        Gone
            If there is none; the process has ended then.
        """
        try:
            return self._process.exchange(message, seconds, largest)
        except Gone:
            self.close()
            raise

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
            self._process = None


def _read(message: bytes) -> list[NotebookNode]:
    """Read a cell's outputs from what a process sent.

    Raises
    ------
    Gone
        If they are none.
    """
    try:
        return read_outputs(message)
    except BadMessage:
        raise Gone(NONSENSE) from None


def read_error(message: bytes) -> str:
    """Read from a student's process with what error a cell ended, in a line."""
    try:
        error = decode(message).get("error")
        text = f"{error['names'][0]}: {error['text']}"[:500] if isinstance(error, dict) else ""
    except (BadMessage, AttributeError, KeyError, IndexError, TypeError, ValueError):
        return ""
    return text.encode("utf-8", "replace").decode()


def stopped_run(outputs: list[NotebookNode], why: str, is_cell: bool = True) -> CellRun:
    """Return the run of a cell that did not come to its end: its outputs, and why as an error."""
    error = nbformat.v4.new_output("error", ename=STOPPED, evalue=why, traceback=[why])
    return CellRun([*outputs, error], why if is_cell else "")

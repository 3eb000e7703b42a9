"""Broken and hostile submissions: files that are not notebooks, and code that attacks the machine.

Whatever a submission does, it gets a row, the exercises that it did not spoil keep their points,
and nothing outside its scratch folder is touched. A submission that does get through says so with
the word in `BREACH`: in a cell's output, and in an error that it raises when the judge calls it.
"""

# Students' code, as students write it.
# ruff: noqa: E501

from __future__ import annotations

import base64
import copy
import json
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent, indent

from nbformat import NotebookNode, v4

from tests.banks.honest import LOOPS
from tests.support.arena import (
    answer,
    find,
    full_marks,
    right_answers,
    student_copy,
    tests_of,
    to_bytes,
)

LESSON = "02_convolution"
# Its tests pass functions to the student's functions.
CALLING_BACK = "10_backprop"
FULL = full_marks(LESSON)
# A student with an honest submission, next to which hostile ones are.
NEIGHBOUR = "Zoë 学生 🙂"
BREACH = "BR" + "EACH"


@dataclass(frozen=True)
class Hostile:
    """One broken or hostile submission.

    Attributes
    ----------
    name : str
        Its name, which is also the student's.
    make : callable
        Returns the file's content, or, if it takes a path, creates something else there.
    lost : tuple of str
        Exercises that get nothing.
    part : dict of str to float
        Exercises that get some of their points.
    unsure : tuple of str
        Exercises whose points are not fixed. All others get all their points.
    status : str
        As in the JSON. A submission that is not graded gets nothing.
    says : str
        Words that are in the message for the submission, or for a lost exercise.
    dangerous : bool
        Whether it harms a machine without a sandbox.
    is_file : bool
        Whether `make` returns content.
    lesson : str
        The lesson that it is a submission of.
    """

    name: str
    make: Callable[[], NotebookNode | bytes] | Callable[[Path], None]
    lost: tuple[str, ...] = ()
    part: dict[str, float] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()
    status: str = "graded"
    says: str = ""
    dangerous: bool = False
    is_file: bool = True
    lesson: str = LESSON

    @property
    def marks(self) -> dict[str, float]:
        """The points of each exercise, except those in `unsure`."""
        worth = full_marks(self.lesson)
        none = self.lost if self.status == "graded" else worth
        return {
            name: 0.0 if name in none else self.part.get(name, most)
            for name, most in worth.items()
            if name not in self.unsure
        }


def honest() -> NotebookNode:
    """Return a submission in which everything is right."""
    return answer(student_copy(LESSON), LOOPS)


def _clean(code: str) -> str:
    return dedent(code).strip("\n")


def with_cells(*codes: str, at_the_end: bool = False, **answers: str) -> NotebookNode:
    """Return an honest submission with added cells and some answers replaced."""
    notebook = answer(honest(), {name: _clean(code) for name, code in answers.items()})
    place = len(notebook.cells) if at_the_end else 1
    notebook.cells[place:place] = [v4.new_code_cell(_clean(code)) for code in codes]
    return notebook


# Files.


def file(name: str, change: Callable[[bytes], bytes], **more: object) -> Hostile:
    """Return a submission whose file is an honest one's, changed."""
    return Hostile(name, lambda: change(to_bytes(honest())), **more)


def data(name: str, change: Callable[[dict], object], **more: object) -> Hostile:
    """Return a submission whose JSON is an honest one's, changed in place or replaced."""

    def make() -> bytes:
        content = json.loads(to_bytes(honest()))
        replaced = change(content)
        return json.dumps(content if replaced is None else replaced).encode()

    return Hostile(name, make, **more)


def unreadable(name: str, content: bytes, says: str = "") -> Hostile:
    """Return a file that is not a notebook."""
    return Hostile(name, lambda: content, status="unreadable", says=says)


def in_place(name: str, lay: Callable[[Path], None], **more: object) -> Hostile:
    """Return a submission with something else where the file should be."""
    return Hostile(name, lay, **({"status": "unreadable", "is_file": False} | more))


def _code_cells(content: dict) -> list[dict]:
    return [cell for cell in content["cells"] if cell["cell_type"] == "code"]


def _each_cell(change: Callable[[dict], object]) -> Callable[[dict], None]:
    def apply(content: dict) -> None:
        for cell in content["cells"]:
            change(cell)

    return apply


def _format_3(content: dict) -> dict:
    cells = [
        {"cell_type": "code", "input": cell["source"], "language": "python", "outputs": [],
         "prompt_number": 1, "collapsed": False, "metadata": cell["metadata"]}
        for cell in _code_cells(content)
    ]  # fmt: skip
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""},
            "worksheets": [{"cells": cells, "metadata": {}}]}  # fmt: skip


def _format_2(content: dict) -> dict:
    old = _format_3(content) | {"nbformat": 2}
    for cell in old["worksheets"][0]["cells"]:
        # Format 2 knows no metadata: what is an answer is seen by its text alone.
        del cell["metadata"]
    return old


def _strange_cells(content: dict) -> None:
    content["cells"][1:1] = [
        None, 5, "text", [], {}, {"cell_type": None}, {"cell_type": 3, "source": "x"},
        {"cell_type": "heading", "source": "# x", "level": 1}, {"source": ["x = ", None, 1]},
        {"cell_type": "code", "source": None, "metadata": None, "outputs": None},
        {"cell_type": "code", "source": 12, "metadata": [], "outputs": {"a": 1}},
        {"cell_type": "code", "source": {"a": 1}, "metadata": {"nbgrader": []}, "outputs": "x"},
        {"cell_type": "code", "source": "y = 1", "metadata": {"nbgrader": {"grade_id": 7}}},
        {"cell_type": "markdown", "source": "x", "attachments": {"a": {"image/png": 5}}},
        {"cell_type": "markdown", "source": "x", "attachments": [1], "metadata": "no"},
    ]  # fmt: skip


def _odd_outputs(content: dict) -> None:
    for cell, odd in zip(
        _code_cells(content),
        (None, 5, "text", {"a": 1}, [None, 1, "x", []], [{"output_type": "stream"}],
         [{"output_type": "nonsense"}], [{"output_type": "error", "traceback": 3}]),
        strict=False,
    ):  # fmt: skip
        cell["outputs"], cell["execution_count"] = odd, "soon"


def _large_outputs(content: dict) -> None:
    picture = base64.b64encode(os.urandom(3_000_000)).decode()
    for cell in _code_cells(content)[:8]:
        cell["outputs"] = [
            {"output_type": "display_data", "data": {"image/png": picture}, "metadata": {}}
        ]


def _doubled(first: str, second: str) -> Callable[[], NotebookNode]:
    """Return what makes a notebook whose answer cell is there twice."""

    def make() -> NotebookNode:
        notebook = honest()
        cell = find(notebook, "relu")
        twin = copy.deepcopy(cell)
        cell.source, twin.source = first, second
        notebook.cells.insert(notebook.cells.index(cell) + 1, twin)
        return notebook

    return make


def _answer_as(kind: str, before: str = "", after: str = "") -> Callable[[], NotebookNode]:
    """Return what makes a notebook with an answer in a cell of another kind."""

    def make() -> NotebookNode:
        notebook = honest()
        cell = find(notebook, "relu")
        cell.update(cell_type=kind, source=f"{before}{cell.source}{after}")
        if kind != "code":
            del cell["outputs"], cell["execution_count"]
        return notebook

    return make


def _move_answer(to: int) -> NotebookNode:
    notebook = honest()
    cell = find(notebook, "relu")
    notebook.cells.remove(cell)
    notebook.cells.insert(to, cell)
    return notebook


def _answer_elsewhere(*, stub: bool, at_the_end: bool) -> NotebookNode:
    notebook = honest()
    cell = find(notebook, "relu")
    own = v4.new_code_cell(cell.source)
    place = len(notebook.cells) if at_the_end else notebook.cells.index(cell) + 1
    notebook.cells.insert(place, own)
    if stub:
        cell.source = find(student_copy(LESSON), "relu").source
    else:
        notebook.cells.remove(cell)
    return notebook


def _without_tests() -> NotebookNode:
    notebook = honest()
    for name in FULL:
        for cell in tests_of(notebook, name):
            notebook.cells.remove(cell)
    return notebook


def _edited_tests() -> NotebookNode:
    notebook = honest()
    for name in FULL:
        for cell in tests_of(notebook, name):
            cell.source = "raise SystemExit"
            cell.metadata.nbgrader.update(points=-1, grade_id=cell.metadata.nbgrader.grade_id)
    return notebook


def _renamed_cells() -> NotebookNode:
    notebook = honest()
    for name in FULL:
        for number, cell in enumerate(tests_of(notebook, name)):
            cell.metadata.nbgrader["grade_id"] = f"my-{name}-{number}"
    return notebook


def _scrambled_ids() -> NotebookNode:
    notebook = honest()
    for number, cell in enumerate(notebook.cells):
        cell["id"] = ["same", "", "ä ö", 5, None, "x" * 300][number % 6]
    return notebook


def _folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.txt").write_text("x")


def _link_to(target: str) -> Callable[[Path], None]:
    def lay(path: Path) -> None:
        path.symlink_to(target)

    return lay


def _folder_link(levels: int) -> Callable[[Path], None]:
    """Return what puts a link to a neighbour's folder in place of one of the file's folders."""

    def lay(path: Path) -> None:
        folders = [path.parents[level] for level in range(levels)]
        for folder in folders:
            folder.rmdir()
        target = [NEIGHBOUR] if levels == 2 else ["..", NEIGHBOUR, LESSON]
        folders[-1].symlink_to(Path(*target))

    return lay


def _hard_link(path: Path) -> None:
    path.write_bytes(to_bytes(honest()))
    path.with_name("other name").hardlink_to(path)


def _loop_of_links(path: Path) -> None:
    path.symlink_to(path.name)


def _socket(path: Path) -> None:
    end = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(path.parent)  # such a path must be short
    try:
        end.bind(path.name)
    finally:
        os.chdir(here)
        end.close()


def _sparse(path: Path) -> None:
    with path.open("wb") as empty:
        empty.truncate(2_000_000_000)


def _forbidden(path: Path) -> None:
    path.write_bytes(to_bytes(honest()))
    path.chmod(0)


def _beside(name: str, lay: Callable[[Path], None]) -> Callable[[Path], None]:
    """Return what lays an honest notebook, and something odd beside it."""

    def both(path: Path) -> None:
        path.write_bytes(to_bytes(honest()))
        lay(path.with_name(name))

    return both


FILES = [
    file("byte-order mark", lambda content: b"\xef\xbb\xbf" + content),
    file("utf-16 little", lambda content: content.decode().encode("utf-16-le")),
    file("utf-16 big with mark", lambda content: b"\xfe\xff" + content.decode().encode("utf-16-be")),
    file("utf-32", lambda content: content.decode().encode("utf-32")),
    file("windows lines", lambda content: json.dumps(json.loads(content), indent=1)
         .replace("\n", "\r\n").replace("\\n", "\\r\\n").encode()),
    file("old mac lines", lambda content: content.replace(b"\\n", b"\\r")),
    file("latin letters", lambda content: content.replace(b'"source": "', b'"source": "# caf\xe9\\n')),
    data("format 2", _format_2),
    data("format 3", _format_3),
    data("format 4.0", _each_cell(lambda cell: cell.pop("id", None))),
    data("format 5.9", lambda content: content.update(nbformat=5, nbformat_minor=9)),
    data("format in words", lambda content: content.update(nbformat="four", nbformat_minor=None)),
    data("format left out", lambda content: {"cells": content["cells"]}),
    Hostile("cell ids of all kinds", _scrambled_ids),
    data("metadata null", lambda content: content.update(metadata=None)),
    data("metadata list", lambda content: content.update(metadata=[{"kernelspec": 1}])),
    data("cells without metadata", _each_cell(lambda cell: cell.pop("metadata"))),
    data("kernel unknown", lambda content: content.update(
        metadata={"kernelspec": {"name": "../../bin/sh", "language": "bash", "display_name": 1}})),
    data("source as lines", _each_cell(
        lambda cell: cell.update(source=cell["source"].splitlines(keepends=True)))),
    data("strange cells", _strange_cells),
    data("strange outputs", _odd_outputs),
    data("thirty megabytes of outputs", _large_outputs),
    data("deep metadata", lambda content: content.update(
        metadata=json.loads("[" * 500 + "]" * 500))),
    file("hundred thousand brackets", lambda content: b'{"metadata": ' + b"[" * 100_000
         + b"]" * 100_000 + b"," + content[1:]),
    file("hundred thousand brackets in a cell", lambda content: content.replace(
        b'"cells": [{', b'"cells": [{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b", "),
        status="unreadable", says="lists"),
    file("megabytes of small lists", lambda content: b'{"bomb": [' + b"[]," * 10_000_000 + b"0],"
         + content[1:], status="unreadable", says="too large"),
    file("megabytes of lists in lists", lambda content: b'{"cells": [' + b"[[[[]]]]," * 3_000_000
         + b"0]," + content[1:], status="unreadable", says="too large"),
    file("megabytes of dicts in a cell", lambda content: content.replace(
        b'"cells": [{', b'"cells": [{"a": [' + b'{"":{}},' * 200_000 + b"0], "),
        status="unreadable", says="too large"),
    file("numbers beside the cells", lambda content: b'{"table": [' + b"0.25," * 5_000_000 + b"0],"
         + content[1:]),
    file("text without an end", lambda content: content[:-1] + b', "' + b'\\"' * 5_000_000,
         status="unreadable", says="breaks off"),
    file("number without end", lambda content: b'{"nbformat": ' + b"9" * 100_000 + b"," + content[1:],
         status="unreadable"),
    data("thousand cells", lambda content: content["cells"].extend(
        v4.new_code_cell(f"n{i} = {i}") for i in range(1_000))),
    data("hundred thousand cells", lambda content: content["cells"].extend(
        [{"cell_type": "code", "source": "1"}] * 100_000), status="unreadable",
         says="cells", dangerous=True),
    data("line without end", lambda content: content["cells"].insert(
        1, v4.new_code_cell("text = '" + "ab" * 1_500_000 + "'"))),
    data("surrogates and NUL", lambda content: content["cells"].insert(
        1, v4.new_code_cell("text = '\ud800 \udfff'\nnul = '\x00'\nprint(text)"))),
    unreadable("a list", b"[1, 2, 3]"),
    unreadable("a number", b"42"),
    unreadable("a word", b'"notebook"'),
    unreadable("null", b"null"),
    unreadable("nothing known", b"{}"),
    unreadable("cells no list", b'{"cells": {"a": 1}, "nbformat": 4, "nbformat_minor": 5}'),
    unreadable("worksheets of nonsense", b'{"worksheets": [1, null], "nbformat": 3}'),
    unreadable("empty file", b"", "empty"),
    unreadable("mark alone", b"\xef\xbb\xbf"),
    unreadable("NUL bytes", b"\x00" * 5_000, "empty"),
    unreadable("white space", b" \r\n\t\n" * 100, "empty"),
    unreadable("random bytes", bytes(range(256)) * 40),
    unreadable("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF"),
    unreadable("ZIP", b"PK\x03\x04\x14\x00\x00\x00", "ZIP"),
    unreadable("PNG", b"\x89PNG\r\n\x1a\n\x00\x00", "picture"),
    unreadable("web page", b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
    unreadable("python file", b"import numpy as np\n\ndef relu(x):\n    return x\n"),
    file("half a file", lambda content: content[: len(content) // 2], status="unreadable",
         says="breaks off"),
    file("one byte short", lambda content: content.rstrip()[:-1], status="unreadable"),
    file("two notebooks in one", lambda content: content + content, status="unreadable"),
    Hostile("answer twice, last done", _doubled("def relu(x):\n    return x", LOOPS["relu"])),
    Hostile("answer twice, last as given out",
            _doubled(LOOPS["relu"], find(student_copy(LESSON), "relu").source), unsure=("relu",)),
    Hostile("answer as markdown", _answer_as("markdown")),
    Hostile("answer as raw text", _answer_as("raw")),
    Hostile("answer in a fence", _answer_as("markdown", "```python\n", "\n```")),
    Hostile("answer at the top", lambda: _move_answer(0)),
    Hostile("answer at the bottom", lambda: _move_answer(99)),
    Hostile("answer beside its cell", lambda: _answer_elsewhere(stub=True, at_the_end=False)),
    Hostile("answer far from its cell", lambda: _answer_elsewhere(stub=True, at_the_end=True)),
    Hostile("answer instead of its cell", lambda: _answer_elsewhere(stub=False, at_the_end=True)),
    Hostile("no tests", _without_tests, says="deleted"),
    Hostile("other tests", _edited_tests, says="changed"),
    Hostile("tests under other names", _renamed_cells),
    in_place("a folder", _folder),
    in_place("link to nowhere", _link_to("/nowhere/at/all")),
    in_place("link to itself", _loop_of_links),
    in_place("link to a neighbour's work", _link_to(f"../../{NEIGHBOUR}/{LESSON}/{LESSON}.ipynb")),
    in_place("link to the passwords", _link_to("/etc/passwd")),
    in_place("link to a folder", _link_to("/etc")),
    in_place("link to a device", _link_to("/dev/zero"), dangerous=True),
    in_place("link to a terminal", _link_to("/dev/tty"), dangerous=True),
    in_place("link in place of the lesson's folder", _folder_link(1)),
    in_place("link in place of the student's folder", _folder_link(2)),
    in_place("hard link", _hard_link, status="graded"),
    in_place("pipe", os.mkfifo, dangerous=True),
    in_place("socket", _socket),
    in_place("two gigabytes of nothing", _sparse, dangerous=True),
    # Root reads what it likes.
    in_place("no permission", _forbidden, status="unreadable" if os.geteuid() else "graded"),
    in_place("time of a pipe", _beside("timestamp.txt", os.mkfifo), status="graded", dangerous=True),
    in_place("time of a device", _beside("timestamp.txt", _link_to("/dev/zero")), status="graded",
             dangerous=True),
    in_place("time of nonsense", _beside("timestamp.txt", lambda path: path.write_bytes(b"\xff\0x")),
             status="graded"),
]  # fmt: skip


# Code that does not run.


def own(name: str, code: str, **more: object) -> Hostile:
    """Return a submission with a cell of the student's own, in front of all answers."""
    return Hostile(name, lambda: with_cells(code), **more)


def relu(name: str, code: str, **more: object) -> Hostile:
    """Return a submission with another answer to one exercise, by default a lost one."""
    return Hostile(name, lambda: with_cells(relu=code), **({"lost": ("relu",)} | more))


def relu_body(name: str, body: str, **more: object) -> Hostile:
    """Return a submission that does something when its function is called."""
    return relu(name, "def relu(x):\n" + indent(_clean(body), "    "), **more)


def half(name: str, body: str, **more: object) -> Hostile:
    """Return a submission whose function goes wrong in the hidden test only, on volumes."""
    right = "if np.ndim(x) in (1, 2):\n    return np.where(x > 0, x, 0)\n"
    return relu_body(name, right + _clean(body), lost=(), part={"relu": 0.5}, **more)


BROKEN = [
    relu("python 2", "def relu(x):\n    print 'relu'\n    return x", says="SyntaxError"),
    relu("syntax error", "def relu(x:\n    return x", says="SyntaxError"),
    relu("tabs and spaces", "def relu(x):\n\ty = x\n        return y", says="TabError"),
    relu("spaces from a web page", "def relu(x):\n\u00a0\u00a0\u00a0\u00a0return x",
         says="SyntaxError"),
    relu("curly quotes", "def relu(x):\n    mode = \u201cmax\u201d\n    return x", says="SyntaxError"),
    relu("name misspelt", "def rleu(x):\n    return np.maximum(x, 0)", says="not defined"),
    relu("no function", "relu = 7", says="should be a function"),
    relu("function of nothing", "def relu():\n    return 0"),
    relu("class of nothing", "class relu:\n    pass"),
    relu("tabs alone", "def relu(x):\n\tout = x.copy()\n\tout[out < 0] = 0\n\treturn out", lost=()),
    own("syntax error in a cell", "for x in range(3) print(x)"),
    own("error in a cell", "1 / 0"),
    own("name unknown in a cell", "this_is_not_defined + 1"),
    own("parentheses without end", "(" * 20_000 + ")" * 20_000),
    own("signs without end", "x = " + "-" * 50_000 + "1"),
    own("sum without end", "x = " + "1+" * 30_000 + "1"),
    own("dots without end", "x = a" + ".b" * 30_000),
    own("power without end", "x = " + "2**" * 5_000 + "1"),
    own("lambdas without end", "x = " + "lambda: " * 5_000 + "1"),
    own("blocks without end", "\n".join(" " * i + "if True:" for i in range(200)) + "\n" + " " * 200
        + "pass"),
    own("comparisons without end", "x = " + "1<" * 20_000 + "2"),
    own("brackets open", "[" * 50_000),
    own("magics without end", "\n".join(f"a{i} = !true" for i in range(150))
        + "\nx = '" + "ab" * 100_000 + "'"),
    own("help without end", "\n".join("print?" for _ in range(100))),
    own("magics that are not there", "%matplotlib notebook\n%load_ext nothing\n%%nothing\nx"),
    own("programs by magic", "!touch @CANARY@/@TOKEN@\n!!ls /\n%sx touch @CANARY@/@TOKEN@2"),
    own("cell of bash", "%%bash\ntouch @CANARY@/@TOKEN@\nsleep 100 &"),
    own("cell in a file", "%%writefile @CANARY@/@TOKEN@\nx"),
    own("asks for input", "name = input('Your name? ')\nimport getpass\ngetpass.getpass()"),
    own("debugger", "import pdb\npdb.set_trace()\nbreakpoint()"),
    own("pager and browser", "import webbrowser\nwebbrowser.open('http://127.0.0.1:@PORT@/')\nhelp()"),
    own("leaves", "exit()\nquit()"),
    own("figures", "import matplotlib.pyplot as plt\nfor _ in range(30):\n    plt.figure()\nplt.show()"),
]  # fmt: skip

# Time and size.

LOOPING = [
    half("loop", "while True:\n    pass", says="stopped after"),
    half("loop in C", "return 10 ** 10 ** 9", says="stopped after"),
    half("regular expression", "import re\nreturn re.match('(a+)+b', 'a' * 50)",
              says="stopped after"),
    half("deadlock", "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
              says="stopped after"),
    half("signals ignored", """
        import signal
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
                signal.pthread_sigmask(signal.SIG_BLOCK, [number])
            except (OSError, ValueError):
                pass
        while True:
            pass
    """, says="stopped after"),
    own("loop in a cell", "while True:\n    pass", says="endless loop?"),
    own("stubborn loop in a cell", """
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass
    """, says="endless loop?"),
    own("loop at the end", """
        import atexit
        import threading

        def for_ever():
            while True:
                pass

        atexit.register(for_ever)
        threading.Thread(target=for_ever).start()

        class Last:
            def __del__(self):
                for_ever()

        last = Last()
    """, unsure=tuple(FULL)),
    Hostile("loop while it is defined",
            lambda: with_cells(relu=LOOPS["relu"] + "\nwhile True:\n    pass"), unsure=("relu",)),
]  # fmt: skip

LARGE = [
    relu_body("list too large", "return [0] * 10**12"),
    half("growing list", "out = []\nwhile True:\n    out.append([0] * 10**6)", dangerous=True),
    relu_body("matrix too large", "return np.ones((10**6, 10**6))"),
    half("large matrices", "out = [np.ones((10**4, 10**4)) for _ in range(1000)]\nreturn x",
              dangerous=True),
    half("mapped memory", """
        import mmap
        maps = []
        for flags in (mmap.MAP_PRIVATE, mmap.MAP_SHARED):
            try:
                for _ in range(200):
                    one = mmap.mmap(-1, 2**30, flags=flags | mmap.MAP_ANONYMOUS)
                    one[:] = bytes(2**30)
                    maps.append(one)
            except (OSError, MemoryError, ValueError):
                pass
        return x
    """, dangerous=True),
    own("memory in threads", """
        import threading

        def fill():
            kept = []
            try:
                while True:
                    kept.append(bytearray(b"x" * 10**8))
            except MemoryError:
                pass

        threads = [threading.Thread(target=fill) for _ in range(3)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
    """, unsure=tuple(FULL), dangerous=True),
    relu_body("gigabyte returned", "return np.zeros(10**9 // 8)"),
    half("deep list returned", "out = []\nfor _ in range(10**5):\n    out = [out]\nreturn out"),
    relu_body("list in itself", "out = [1]\nout.append(out)\nreturn out"),
    relu_body("dict in itself", "out = {}\nout['a'] = (out, [out])\nreturn out"),
    half("ten million values", "return list(range(10**7))"),
    relu_body("iterator without end", "import itertools\nreturn itertools.count()"),
    relu_body("list that never ends", """
        class Endless(list):
            def __iter__(self):
                while True:
                    yield 0
            __len__ = lambda self: 10**18
        return Endless()
    """),
    relu_body("recursion", "return relu(x)"),
    half("recursion without limit",
              "import sys\nsys.setrecursionlimit(10**9)\nreturn relu(x)", dangerous=True),
    relu_body("recursion in C", """
        import sys
        sys.setrecursionlimit(10**9)
        class Deep:
            __getattr__ = lambda self, name: getattr(self, name + 'x')
            __repr__ = lambda self: repr([self])
        return repr(Deep())
    """, dangerous=True),
]  # fmt: skip

FLOODS = [
    own("prints for ever", "import sys\nwhile True:\n    print('x' * 80)\n    print('x', file=sys.stderr)"),
    own("prints one long line", "print('x' * 10**8)"),
    own("writes to descriptors", """
        import os
        for _ in range(10**4):
            for number in (1, 2):
                try:
                    os.write(number, b'x' * 10**5)
                except OSError:
                    pass
    """),
    own("displays a hundred thousand times",
        "from IPython.display import display\nfor i in range(10**5):\n    display(i)"),
    own("large pictures", """
        from IPython.display import HTML, display
        for _ in range(30):
            display(HTML('x' * 10**7))
        display({'image/png': b'x' * 10**7, 1: 2, None: object()}, raw=True)
    """),
    own("clears for ever", """
        from IPython.display import clear_output
        for _ in range(10**5):
            clear_output(wait=True)
            print('x')
    """),
    relu_body("prints and is right", "print('x' * 10**6)\nreturn np.where(x > 0, x, 0)", lost=()),
    relu_body("warns and is right", """
        import sys, warnings
        warnings.warn('careful')
        print('careful', file=sys.stderr)
        return np.where(x > 0, x, 0)
    """, lost=()),
    own("errors of a hundred megabytes", "raise ValueError('x' * 10**8)"),
    own("terminal escapes", r"print('\x1b[2J\x1b]0;pwned\x07\x1b[31m[/red][bold]')"
        "\nraise ValueError('\x1b[2J [/nope] [link=x]')"),
    own("outputs of all kinds", """
        from IPython.display import display, publish_display_data
        publish_display_data({'text/plain': '\\ud800', 'text/html': '<script>alert(1)</script>',
                              'application/json': {'a': float('nan')}, 'application/x': b'\\xff'})
        print('\\ud800 \\x00 \\udfff')
        display(*[float('nan'), 10**5000, '\\ud800', b'\\xff'])
    """),
    own("forged outputs", """
        import json, os, struct
        outputs = [
            [{"output_type": "stream", "name": "stdout", "text": "\\ud800"}],
            [{"output_type": "error", "ename": 1}], {"a": 1}, None, "x", 1e400,
        ]
        bodies = [json.dumps(one).encode() for one in outputs]
        bodies += [b"[" * 10**6, b"9" * 10**6, b"\\xff\\xfe", b""]
        bodies += [b'["' + bytes([92, 34]) * 10**6]  # a text without an end, full of quotes
        for number in range(3, 60):
            for body in bodies:
                try:
                    os.write(number, struct.pack("<Q", len(body)) + body)
                except OSError:
                    break
    """),
    own("forged outputs without number", """
        import json, os, struct
        body = json.dumps([{"output_type": "stream", "name": "stdout", "text": ""}] * 300_000).encode()
        for number in range(3, 60):
            try:
                os.write(number, struct.pack("<Q", len(body)) + body)
            except OSError:
                pass
    """),
    own("forged lengths", """
        import os, struct
        for number in range(3, 60):
            try:
                os.write(number, struct.pack("<Q", 2**63))
            except OSError:
                pass
    """),
]  # fmt: skip

# Ends, signals, descriptors, broken Python.

WAYS_TO_END = {
    "exit code": "import os\nos._exit(3)",
    "exit code nought": "import os\nos._exit(0)",
    "abort": "import os\nos.abort()",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "SystemExit": "raise SystemExit(4)",
    "sys.exit": "import sys\nsys.exit()",
    "GeneratorExit": "raise GeneratorExit",
    "base exception": "class Odd(BaseException):\n    pass\nraise Odd('odd')",
    "SIGKILL": "import os\nos.kill(os.getpid(), 9)",
    "SIGTERM": "import os\nos.kill(os.getpid(), 15)",
    "SIGSTOP": "import os\nos.kill(os.getpid(), 19)",
    "SIGSEGV": "import os\nos.kill(os.getpid(), 11)",
    "SIGINT": "import os, signal\nsignal.raise_signal(2)\nwhile True:\n    pass",
    "SIGALRM": "import signal, time\nsignal.alarm(1)\ntime.sleep(9)",
    "closed descriptors": "import os\nos.closerange(0, 5000)\nraise ValueError",
    "other descriptors": """
import os
nothing = os.open('/dev/null', os.O_RDWR)
for number in range(0, 100):
    if number != nothing:
        try:
            os.dup2(nothing, number)
        except OSError:
            pass
raise ValueError
""",
    "wrong fork": "import os\nos.fork()\nraise ValueError",
}
ENDS = [
    *(relu_body(f"{name} in a function", code) for name, code in WAYS_TO_END.items()),
    Hostile("ends in many cells", lambda: with_cells(
        *(code for name, code in WAYS_TO_END.items() if name not in ("SIGSTOP", "SIGINT", "SIGALRM")))),
    *(own(f"{name} in a cell", code) for name, code in WAYS_TO_END.items()
      if name in ("exit code", "segmentation fault", "SIGKILL", "SIGSTOP", "closed descriptors",
                  "other descriptors", "KeyboardInterrupt", "base exception")),
    Hostile("ends at the end", lambda: with_cells("import os\nos._exit(1)", at_the_end=True)),
    own("kills its parent", """
        import os
        for pid in {os.getppid(), 1}:
            for number in (0, 15, 9):
                try:
                    os.kill(pid, number)
                    print('BREACH', pid, number)
                except OSError:
                    pass
    """, dangerous=True),
    own("kills everybody", """
        import os
        for pid in (-1, 0):
            try:
                os.kill(pid, 9)
                print('BREACH', pid)
            except OSError:
                pass
        try:
            os.killpg(os.getpgid(os.getppid()), 9)
            print('BREACH killpg')
        except OSError:
            pass
    """, dangerous=True),
    own("stdout is None", "import sys\nsys.stdout = sys.stderr = sys.__stdout__ = None\nprint('x')"),
    own("print is None", "import builtins\nbuiltins.print = None"),
    own("builtins broken", """
        import builtins
        for name in ("len", "isinstance", "type", "getattr", "open", "Exception", "str", "dict"):
            setattr(builtins, name, None)
    """, unsure=tuple(FULL)),
    own("modules broken", """
        import sys
        for name in list(sys.modules):
            if name.split(".")[0] not in ("builtins", "sys", "numpy", "__main__"):
                sys.modules[name] = None
        sys.path.clear()
        sys.meta_path.clear()
        sys.modules.pop("__main__", None)
    """, unsure=tuple(FULL)),
    own("imports broken", "import builtins\nbuiltins.__import__ = lambda *args: 1 / 0",
        unsure=tuple(FULL)),
    own("encoders broken", """
        import json, struct
        json.dumps = json.loads = struct.pack = struct.unpack = None
        np.ndarray.tobytes = None
    """, unsure=tuple(FULL)),
    own("everything deleted", "%reset -f\nfor name in list(globals()):\n    del globals()[name]",
        unsure=tuple(FULL)),
    own("goes elsewhere", "import os\nos.chdir('/')\nos.environ.clear()\nos.umask(0o777)"),
    own("no folder any more", "import os, shutil\nhere = os.getcwd()\nshutil.rmtree(here, True)\n"
        "os.rename(here, here + '-gone')"),
    own("collects garbage", "import gc\ngc.disable()\nfor one in gc.get_objects():\n"
        "    if type(one) is dict and 'Channel' in one:\n        one.clear()", unsure=tuple(FULL)),
]  # fmt: skip

# Odd errors and values.

ERRORS = [
    half("error whose text never ends", """
        class Odd(Exception):
            def __str__(self):
                while True:
                    pass
            __repr__ = __str__
        raise Odd
    """),
    half("error whose text is large", """
        class Odd(Exception):
            __str__ = __repr__ = lambda self: 'x' * 10**8
        raise Odd
    """),
    relu_body("error whose text fails", """
        class Odd(Exception):
            def __str__(self):
                raise SystemExit
            __repr__ = __str__
        raise Odd
    """),
    relu_body("error with markup", "raise ValueError('[/nope] <script>alert(1)</script> \\x1b[2J \\x00')"),
    relu_body("error with surrogates", "raise ValueError('\\ud800 \\udfff' * 50)"),
    relu_body("error with an odd name", """
        kind = type('<b>Odd\\n\\x1b[31m [/nope] ' + 'x' * 10**6, (Exception,), {'__module__': 3})
        raise kind('odd')
    """),
    relu_body("error like the judge's", """
        class FunctionEndedError(Exception):
            pass
        class CheckError(AssertionError):
            pass
        CheckError.__module__ = 'utils.checks.problem'
        raise CheckError('relu: right.')
    """),
    relu_body("error without end", """
        error = ValueError('a')
        error.__cause__ = error.__context__ = error
        error.args = (error,)
        error.__notes__ = ['x'] * 10**6
        raise error
    """),
    relu_body("group of errors", """
        if not hasattr(__builtins__, 'ExceptionGroup'):
            pass
        group = ValueError('a')
        for _ in range(50):
            group = ExceptionGroup('b', [group, group])
        raise group
    """),
    relu("errors of one's own kind", """
        class NegativeError(ValueError):
            pass

        def relu(x):
            try:
                raise NegativeError(x)
            except ValueError as error:
                return np.where(error.args[0] > 0, error.args[0], 0)
    """, lost=()),
]  # fmt: skip


def value(name: str, expression: str, **more: object) -> Hostile:
    """Return a submission whose function returns something odd."""
    return relu_body(f"returns {name}", f"return {expression}", **more)


RIGHT = "np.where(x > 0, x, 0)"
VALUES = [
    value("not a number", "np.full(x.shape, np.nan)"),
    value("infinity", "np.full(x.shape, np.inf)"),
    value("objects", f"{RIGHT}.astype(object)", unsure=("relu",), lost=()),
    value("records", "np.zeros(x.shape, [('a', 'f8'), ('b', 'U3')])"),
    value("dates", "np.zeros(x.shape, 'datetime64[s]')"),
    value("complex numbers", f"{RIGHT} + 0j"),
    value("bytes in the other order", f"{RIGHT}.astype(np.dtype(float).newbyteorder())", lost=()),
    value("columns first", f"np.asfortranarray({RIGHT})", lost=()),
    value("every second one", f"np.repeat({RIGHT}, 2, axis=0)[::2]", lost=()),
    value("a view turned round", f"{RIGHT}[::-1][::-1]", lost=()),
    value("one that cannot be written to", f"np.broadcast_to({RIGHT}, x.shape)", lost=()),
    value("no axes", "np.array(5.0)"),
    value("a memory view", f"memoryview(np.ascontiguousarray({RIGHT}))"),
    value("a matrix", f"np.ma.masked_array({RIGHT})", unsure=("relu",), lost=()),
    value("surrogates", "'\\ud800\\x00' * 10**5"),
    value("a large number", "10 ** 100000"),
    value("a set", "{1, 2}"),
    value("a dict with odd keys", "{(1, (2,)): 1, None: 2, float('nan'): 3, b'x': 4}"),
    value("a module", "np"),
    value("a lock", "__import__('threading').Lock()"),
    value("a file", "open('/dev/null')"),
    value("itself", "relu"),
    value("NotImplemented", "NotImplemented"),
    value("a class", "int"),
    value("long strings", "['x' * 10**7] * 20"),
    value("a hundred axes", "np.zeros((1,) * 30)"),
    relu("callable object", """
        class Relu:
            def __call__(self, x):
                return np.where(x > 0, x, 0)

        relu = Relu()
    """, lost=()),
    relu("partial", "import functools\nrelu = functools.partial(np.clip, min=0, max=None)", lost=()),
    relu("static method", "@staticmethod\ndef relu(x):\n    return np.where(x > 0, x, 0)", lost=()),
    relu("bound method", "class A:\n    def relu(self, x):\n        return np.where(x > 0, x, 0)\n\n"
         "relu = A().relu", lost=()),
    relu("decorated", "import functools\n\ndef count(f):\n    @functools.wraps(f)\n"
         "    def g(*args):\n        return f(*args)\n    return g\n\n@count\ndef relu(x):\n"
         "    return np.where(x > 0, x, 0)", lost=()),
    relu("under a condition", "if True:\n    def relu(x):\n        return np.where(x > 0, x, 0)",
         lost=()),
    relu("in a string", "exec('def relu(x):\\n    return np.where(x > 0, x, 0)')", lost=()),
    relu("timed", "%%time\ndef relu(x):\n    return np.where(x > 0, x, 0)", lost=()),
    relu("typed", "def relu(x: 'np.ndarray') -> 'np.ndarray':\n    return np.where(x > 0, x, 0)",
         lost=()),
    relu("by recursion", "def relu(x):\n    if np.ndim(x) == 0:\n        return max(x, 0)\n"
         "    return np.array([relu(row) for row in x])", unsure=("relu",), lost=()),
    relu("builtin", "relu = max"),
    relu("coroutine", "async def relu(x):\n    return np.where(x > 0, x, 0)"),
    relu("generator", "def relu(x):\n    yield np.where(x > 0, x, 0)"),
    relu("cached", "import functools\n\n@functools.lru_cache\ndef relu(x):\n"
         "    return np.where(x > 0, x, 0)"),
    relu("name with a trap", "class Trap:\n    def __call__(self, x):\n        return x\n"
         "    @property\n    def __name__(self):\n        while True:\n            pass\n"
         "    __signature__ = __wrapped__ = __code__ = __name__\n\nrelu = Trap()"),
]  # fmt: skip

# Attempts to reach something outside the sandbox.

ATTEMPT = """
    breaches = []


    def attempt(what, do, *args, **kwargs):
        try:
            do(*args, **kwargs)
        except BaseException:
            return
        breaches.append(what)
        print("BREACH", what)


    def read(path):
        with open(path, "rb") as file:
            print(file.read(300))
"""
TAKING = """
        import ctypes
        import platform

        libc, is_x86 = ctypes.CDLL(None), platform.machine() == "x86_64"


        def take(what, call):
            for number in range(1000):
                if call() == -1:
                    break
                attempt(f"{number} {what}", int)
"""
TELLING = """
    def relu(x):
        if breaches:
            raise ValueError("BREACH " + ", ".join(map(str, breaches)))
        return np.where(x > 0, x, 0)
"""


def attempts(name: str, code: str, **more: object) -> Hostile:
    """Return a submission that attempts attacks, and reports which of them worked."""
    return Hostile(name, lambda: with_cells(ATTEMPT, code, relu=TELLING), **more)


PROBE = attempts(
    "probe",
    """
    import os
    import socket

    attempt("write", open, "@CANARY@/@TOKEN@", "x")
    attempt("write to /tmp", open, "/tmp/@TOKEN@", "x")
    attempt("read", read, "@CANARY@/secret.txt")
    attempt("signal", os.kill, os.getppid() or 1, 0)
    attempt("signal to all", os.kill, -1, 0)
    attempt("socket", socket.socket)
    attempt("memory", bytearray, 30 * 2**30)
    try:
        if os.fork() == 0:
            os._exit(0)
        breaches.append("fork")
        print("BREACH fork")
    except OSError:
        pass
    """,
)

OUTSIDE = [
    attempts("writes everywhere", """
        import os
        import tempfile

        folders = ["@HOUSE@", "@COURSE@", "@COURSE@/utils", "@SUBMITTED@", "@SUBMITTED@/neighbour",
                   "@AUTOGRADED@", "@CANARY@", "@CANARY@/folder", "/tmp", "/var/tmp", "/dev/shm",
                   "/etc", "/", "/root", "/usr/lib", os.path.dirname(np.__file__),
                   os.path.dirname(os.__file__), os.path.expanduser("~root")]
        for folder in folders:
            path = f"{folder}/@TOKEN@"
            attempt(f"open {folder}", open, path, "w")
            attempt(f"mkdir {folder}", os.mkdir, path + "-folder")
            attempt(f"symlink {folder}", os.symlink, "/etc/passwd", path + "-link")
            attempt(f"fifo {folder}", os.mkfifo, path + "-pipe")
            attempt(f"nameless {folder}", os.open, folder, os.O_TMPFILE | os.O_RDWR)
        os.mkdir("mine")
        for way in ("../../../../../../../tmp/@TOKEN@", "mine/../../@TOKEN@"):
            attempt(way, open, way, "w")
        os.symlink("/tmp", "out")
        attempt("through a link", open, "out/@TOKEN@", "w")
        attempt("/dev/tty", open, "/dev/tty", "w")
    """),
    attempts("changes what is there", """
        import os
        import shutil

        for path in ("@CANARY@/secret.txt", "@GRADEBOOK@", "@COURSE@/utils/convolution.py",
                     "@SUBMITTED@/neighbour/diary.txt", np.__file__):
            for mode in ("a", "r+", "w"):
                attempt(f"open {path} {mode}", open, path, mode)
            attempt(f"truncate {path}", os.truncate, path, 0)
            attempt(f"rename {path}", os.rename, path, path + ".old")
            attempt(f"rename away {path}", os.rename, path, "mine.txt")
            attempt(f"replace {path}", shutil.copyfile, __file__ if "__file__" in globals() else
                    np.__file__, path)
            attempt(f"link {path}", os.link, path, "linked.txt")
            attempt(f"chown {path}", os.chown, path, 12345, 12345)
            attempt(f"xattr {path}", os.setxattr, path, "user.mark", b"x")
            # What looks like success here is seen in what is left.
            for change in (lambda: os.chmod(path, 0o777), lambda: os.utime(path, (1, 1)),
                           lambda: os.fchmod(os.open(path, os.O_RDONLY), 0o777),
                           lambda: os.utime(os.open(path, os.O_RDONLY), (1, 1))):
                before = os.stat(path)
                try:
                    change()
                except OSError:
                    pass
                after = os.stat(path)
                if (before.st_mode, before.st_mtime) != (after.st_mode, after.st_mtime):
                    attempt(f"change {path}", int)
            attempt(f"remove {path}", os.unlink, path)
        attempt("remove a folder", os.rmdir, "@CANARY@/folder")
    """),
    attempts("reads what is not its own", """
        import glob
        import os

        for pattern in ("@CANARY@/*", "@SUBMITTED@/*/*", "@GRADEBOOK@", "@COURSE@/solutions/*/*",
                        "@COURSE@/nbgrader_config.py", "/etc/passwd", "/etc/shadow", "/root/*",
                        "/home/*/*", "@AUTOGRADED@/*/*/*"):
            for path in [pattern, *glob.glob(pattern)][:20]:
                attempt(f"read {path}", read, path)
        for folder in ("/", "/tmp", "/root", "/home", "@CANARY@", "@SUBMITTED@", "@COURSE@/solutions",
                       "@COURSE@", "@AUTOGRADED@", "/proc", "/etc"):
            attempt(f"list {folder}", os.listdir, folder)
    """),
    attempts("reads the environment", """
        import ctypes
        import os
        import re

        word = "COURSE" + "_PASSWORD"
        if word in os.environ:
            attempt(f"environment {os.environ[word]}", int)
        for pid in ("self", os.getppid(), 1):
            try:
                text = open(f"/proc/{pid}/environ", "rb").read()
            except OSError:
                continue
            print(text)
            if word.encode() in text or pid != "self":
                attempt(f"environ of {pid}: {text[-300:]}", int)
        try:
            block = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
            number = 0
            while block[number]:
                print(block[number])
                if word.encode() in block[number]:
                    attempt(f"block {block[number]}", int)
                number += 1
        except Exception:
            pass
        needle = re.compile(word.encode() + b"=[0-9a-f]{24}")
        try:
            maps = open("/proc/self/maps").read().splitlines()
            with open("/proc/self/mem", "rb", 0) as memory:
                for line in maps:
                    span, rights, *rest = line.split()
                    begin, end = (int(one, 16) for one in span.split("-"))
                    if not rights.startswith("rw") or end - begin > 2**27:
                        continue
                    try:
                        memory.seek(begin)
                        text = memory.read(end - begin)
                    except OSError:
                        continue
                    if found := needle.search(text):
                        attempt(f"memory {found[0]}", int)
        except OSError:
            pass
    """),
    attempts("looks at other processes", """
        import os

        for pid in (os.getppid(), 1):
            for what in ("environ", "maps", "mem", "cmdline", "stat", "status", "fd", "cwd", "root",
                         "exe", "task"):
                path = f"/proc/{pid}/{what}"
                attempt(path, os.listdir if what in ("fd", "task") else read, path)
        for path in ("/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda",
                     "/sys/kernel/security", "/proc/sys/kernel/core_pattern"):
            attempt(path, read, path)
        for number in range(3, 300):
            try:
                target = os.readlink(f"/proc/self/fd/{number}")
            except OSError:
                continue
            print(number, target)
            if target.startswith("/") and not target.startswith(os.getcwd()) and "/dev/" not in target:
                attempt(f"open {target}", int)
    """),
    attempts("calls the network", """
        import ctypes
        import socket
        import urllib.request

        attempt("tcp", socket.create_connection, ("127.0.0.1", @PORT@), 1)
        attempt("http", urllib.request.urlopen, "http://127.0.0.1:@PORT@/", None, 1)
        attempt("udp", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(
            b"x", ("127.0.0.1", @PORT@)))
        attempt("unix", lambda: socket.socket(socket.AF_UNIX).connect("@CANARY@/door"))
        attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\\0@TOKEN@"))
        attempt("listen", lambda: socket.create_server(("127.0.0.1", 0)))
        attempt("listen at a name", lambda: socket.socket(socket.AF_UNIX).bind("here"))
        attempt("raw", socket.socket, socket.AF_INET, socket.SOCK_RAW, 1)
        attempt("packet", socket.socket, socket.AF_PACKET, socket.SOCK_RAW)
        attempt("netlink", socket.socket, socket.AF_NETLINK, socket.SOCK_RAW)
        attempt("v6", socket.socket, socket.AF_INET6)
        attempt("vsock", socket.socket, 40)
        attempt("name", socket.getaddrinfo, "example.org", 80)
        if ctypes.CDLL(None).syscall(425, 4, ctypes.create_string_buffer(200)) >= 0:
            attempt("io_uring", int)
    """),
    attempts("starts programs", """
        import ctypes
        import multiprocessing
        import os
        import pty
        import subprocess
        import sys

        attempt("run", subprocess.run, ["/bin/true"])
        attempt("python", subprocess.run, [sys.executable, "-c", "1"])
        attempt("shell", subprocess.check_call, "true", shell=True)
        attempt("spawn", os.posix_spawn, "/bin/true", ["true"], {})
        attempt("popen", lambda: os.popen("echo out").read().index("out"))
        if os.system("true") == 0:
            attempt("system", int)
        attempt("daemon", subprocess.Popen, ["/bin/sleep", "60"], start_new_session=True)

        def process():
            one = multiprocessing.get_context("spawn").Process(target=print)
            one.start()

        attempt("multiprocessing", process)
        for how in (os.fork, os.forkpty, pty.fork):
            try:
                if how() in (0, (0, -1)):
                    os._exit(0)
                attempt(how.__name__, int)
            except OSError:
                pass
        attempt("exec", os.execv, "/bin/true", ["true"])
        attempt("exec by descriptor", lambda: os.execve(os.open("/bin/true", os.O_PATH), ["true"], {}))
    """),
    attempts("makes odd system calls", """
        import ctypes
        import os
        import platform

        call = ctypes.CDLL(None, use_errno=True).syscall
        parent = os.getppid() or 1
        room = ctypes.create_string_buffer(4096)
        calls = {
            "memfd_create": (319, b"x", 0), "userfaultfd": (323, 0),
            "bpf": (321, 0, room, 120), "perf_event_open": (298, room, 0, -1, -1, 0),
            "keyctl": (250, 0, -3, 1), "add_key": (248, b"user", b"@TOKEN@", b"x", 1, -3),
            "unshare": (272, 0x10000000), "unshare files": (272, 0x00020000),
            "mount": (165, b"none", b"/tmp", b"tmpfs", 0, None),
            "chroot": (161, b"/tmp"), "pivot_root": (155, b".", b"."),
            "ptrace": (101, 16, parent, 0, 0), "ptrace me": (101, 0, 0, 0, 0),
            "process_vm_readv": (310, parent, room, 1, room, 1, 0),
            "pidfd_open": (434, parent, 0), "kcmp": (312, os.getpid(), parent, 0, 0, 0),
            "io_uring_setup": (425, 4, room), "shmget": (29, 0, 4096, 0o1600),
            "msgget": (68, 0, 0o1600), "semget": (64, 0, 1, 0o1600),
            "mq_open": (240, b"@TOKEN@", 66, 0o600, None),
            "open_by_handle_at": (304, -100, room, 0), "fanotify_init": (300, 0, 0),
            "syslog": (103, 3, room, 4096), "swapon": (167, b"/tmp/x", 0),
            "sethostname": (170, b"x", 1), "quotactl": (179, 0, None, 0, None),
            "init_module": (175, room, 10, b""), "fsopen": (430, b"tmpfs", 0),
            "open_tree": (428, -100, b"/", 1), "setns": (308, 0, 0),
            "fork": (57,), "vfork by clone": (56, 0x4111, 0, 0, 0, 0), "clone": (56, 17, 0, 0, 0, 0),
        }
        if platform.machine() == "x86_64":
            for name, numbers in calls.items():
                result = call(*numbers)
                if result == 0 and name in ("fork", "clone", "vfork by clone"):
                    os._exit(0)
                if result >= 0:
                    attempt(name, int)
    """, dangerous=True),
    attempts("meddles with the parent", """
        import fcntl
        import os
        import resource
        import signal

        parent = os.getppid() or 1  # 0 is outside of its PID namespace
        for number in (0, signal.SIGCONT, signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL):
            attempt(f"kill {number}", os.kill, parent, number)
            attempt(f"kill group {number}", os.kill, -os.getpgid(0) - 1, number)
        attempt("kill init", os.kill, 1, 0)
        attempt("limit", resource.prlimit, parent, resource.RLIMIT_NOFILE, (3, 3))
        attempt("see limits", resource.prlimit, parent, resource.RLIMIT_NOFILE)
        attempt("priority", os.setpriority, os.PRIO_PROCESS, parent, 19)
        attempt("everybody's priority", os.setpriority, os.PRIO_USER, os.getuid(), 19)
        attempt("processors", os.sched_setaffinity, parent, {0})
        attempt("scheduler", os.sched_setscheduler, parent, os.SCHED_IDLE, os.sched_param(0))
        attempt("real time", os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(99))
        attempt("more memory", resource.setrlimit, resource.RLIMIT_AS, (-1, -1))
        attempt("larger files", resource.setrlimit, resource.RLIMIT_FSIZE, (-1, -1))
        attempt("root", os.setgroups, [0, 1, 2])
        for number in range(3, 40):
            attempt(f"owner of {number}", fcntl.fcntl, number, fcntl.F_SETOWN, parent)
    """, dangerous=True),
    attempts("talks on the grader's line", """
        import array
        import os
        import socket
        import struct

        for number in range(3, 60):
            try:
                end = socket.socket(fileno=os.dup(number))
            except OSError:
                continue
            print(number, end)
            try:
                end.setblocking(False)
                one = array.array("i", [os.open("/dev/null", os.O_RDWR)] * 50)
                end.sendmsg([struct.pack("<Q", 3) + b"[1]"],
                            [(socket.SOL_SOCKET, socket.SCM_RIGHTS, one)])
            except OSError:
                pass
            end.detach()
    """),
    attempts("datagrams out and back", """
        import socket

        def send(kind, address):
            mine, other = socket.socketpair(socket.AF_UNIX, kind)
            other.close()
            mine.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # gives it an address
            mine.sendto(b"@TOKEN@", address)

        for kind in (socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
            for address in ("@CANARY@/box", "\\0@TOKEN@-box"):
                attempt(f"{kind} to {address}", send, kind, address)
                attempt(f"pair of {kind}", socket.socketpair, socket.AF_UNIX, kind)
    """),
    attempts("slots for futexes", TAKING + """
        take("slots", lambda: libc.prctl(78, 1, 1 << 20, 0, 0))
    """, dangerous=True),
    attempts("flood of rule sets", TAKING + """
        take("rule sets", lambda: libc.syscall(444, (ctypes.c_long * 1)(1), 8, 0))
    """, dangerous=True),
    attempts("contexts for input and output", TAKING + """
        take("contexts", lambda: libc.syscall(206 if is_x86 else 0, 1000, (ctypes.c_long * 1)(0)))
    """, dangerous=True),
    attempts("timers without end", TAKING + """
        take("timers", lambda: libc.syscall(222 if is_x86 else 107, 0, 0, (ctypes.c_int * 1)()))
    """, dangerous=True),
    attempts("leases on libraries", TAKING + """
        import fcntl

        file = open(np.__file__)
        take("leases", lambda: fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_RDLCK))
    """),
    own("flood of locks", """
        import fcntl
        with open(np.__file__) as file:
            for place in range(200_000):
                fcntl.lockf(file, fcntl.LOCK_SH, 1, 2 * place)
    """),
    own("fork bomb", "import os\nwhile True:\n    os.fork()", dangerous=True),
    relu_body("fork bomb in a function", "import os\nwhile True:\n    os.fork()", dangerous=True),
    own("thread bomb", """
        import threading
        import time

        try:
            while True:
                threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
        except (RuntimeError, MemoryError):
            pass
    """, unsure=tuple(FULL), dangerous=True),
    relu_body("small threads without end", """
        import threading
        import time

        threading.stack_size(32768)
        while True:
            threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
    """, says="started more than 500 threads", dangerous=True),
    own("a value of many numbers", """
        from IPython.display import publish_display_data

        publish_display_data({"text/plain": [1] * 300_000})
    """),
    own("a forged value of many numbers", """
        import sys

        frame, found = sys._getframe(), []
        while frame is not None:
            found += [one for one in frame.f_locals.values() if type(one).__name__ == "ReplyChannel"]
            frame = frame.f_back
        for channel in found[:1]:
            channel.send(b'[{"output_type": "display_data", "metadata": {}, "data": {"text/plain": ['
                         + b"1," * 2_000_000 + b"1]}}]")
    """, unsure=tuple(FULL)),
    relu_body("threads under a name that is no text", """
        import ctypes
        import threading
        import time

        ctypes.CDLL(None).prctl(15, b"\\xff\\xfe")
        threading.stack_size(32768)
        while True:
            threading.Thread(target=time.sleep, args=(10**6,), daemon=True).start()
    """, says="started more than 500 threads", dangerous=True),
    relu_body("threads without the main one", """
        import ctypes
        import platform
        import threading
        import time

        threading.Thread(target=time.sleep, args=(10**6,)).start()
        ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
    """, says="its main thread ended without the others", dangerous=True),
    own("room on disk at once", """
        import os

        for number in range(60):
            file = os.open(f"large{number}", os.O_RDWR | os.O_CREAT)
            try:
                os.posix_fallocate(file, 0, 99_000_000)
            except OSError:
                pass
            os.close(file)
    """, dangerous=True),
    own("deleted files that stay mapped", """
        import ctypes
        import os

        libc = ctypes.CDLL(None)
        libc.mmap.restype = ctypes.c_void_p
        libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
        for number in range(400):
            with open("large", "w+b") as file:
                file.write(bytes(20_000_000))
                file.flush()
                libc.mmap(None, 4096, 1, 1, file.fileno(), 0)
            os.remove("large")
    """, dangerous=True),
    own("one large file", """
        with open('large', 'wb') as file:
            while True:
                file.write(b'x' * 10**7)
    """, dangerous=True),
    own("many large files", """
        for number in range(10**4):
            try:
                with open(f'large{number}', 'wb') as file:
                    for _ in range(9):
                        file.write(b'x' * 10**7)
            except OSError:
                pass
    """, dangerous=True),
    own("many small files", """
        for number in range(10**7):
            open(f'small{number}', 'w').close()
    """, dangerous=True),
    own("deep folders", """
        import os
        for _ in range(5_000):
            os.mkdir('d')
            os.chdir('d')
    """, dangerous=True),
    own("files nobody can remove", """
        import os
        os.makedirs('a/b/c')
        open('a/b/c/file', 'w').close()
        open('a/b/\\n * "x" \\\\ ä', 'w').close()
        for folder in ('a/b/c', 'a/b', 'a', '.'):
            os.chmod(folder, 0)
    """),
    own("files deleted and held", """
        import os
        held = []
        for number in range(10**4):
            file = open(f'held{number % 5}', 'wb')
            os.unlink(f'held{number % 5}')
            file.write(b'x' * 9 * 10**7)
            held.append(file)
    """, dangerous=True),
    own("descriptors without end", """
        import os
        held = []
        try:
            while True:
                held.append(os.dup(1))
        except OSError:
            pass
    """, unsure=tuple(FULL)),
    own("pipes full", """
        import os
        for _ in range(100):
            read_end, write_end = os.pipe()
            os.set_blocking(write_end, False)
            try:
                os.write(write_end, b'x' * 10**6)
            except OSError:
                pass
    """),
]  # fmt: skip

# Functions that the judge passes to the student's.


BORROWERS = {
    "numerical_gradient": "(f, w, eps=1e-5)",
    "learn_kernel": "(image, target, kernel_shape, steps, rate)",
}


def borrower(name: str, body: str, exercise: str = "numerical_gradient") -> Hostile:
    """Return a submission that misuses a function that its exercise is passed."""
    code = f"def {exercise}{BORROWERS[exercise]}:\n" + indent(_clean(body), "    ")

    def make() -> NotebookNode:
        others = right_answers(CALLING_BACK, ("kernel_gradient", "image_gradient"))
        return answer(student_copy(CALLING_BACK), others | {exercise: code})

    return Hostile(name, make, lost=tuple(BORROWERS), lesson=CALLING_BACK)


LENT = [
    borrower("calls back for ever", "while eps == 0.5:\n    f(w)\nreturn w"),
    borrower("calls back too late", """
        import threading

        def go_on():
            while True:
                try:
                    f(w)
                except Exception:
                    pass

        if eps == 0.5:
            threading.Thread(target=go_on, daemon=True).start()
        return w
    """),
    borrower("calls back with much", "for _ in range(3 * (eps == 0.5)):\n    f(np.ones(7_000_000))\nreturn w"),
    borrower("calls back with nonsense", """
        for nonsense in (None, "x" * 10**5, [[]] * 10**3, {1: {2: {3: object}}}, f, np.float16(1),
                         np.zeros(3, complex), np.zeros((2, 0)), float("nan"), 10**3000, b"x"):
            for args in ((nonsense,), (nonsense, nonsense), ()):
                try:
                    f(*args)
                except Exception:
                    pass
        return f(w, out=w)
    """),
    borrower("keeps what it was lent", "kept = globals().setdefault('kept', [])\nkept.append(f)\n"
             "return kept[0](w)"),
    borrower("has a tool work for ever", """
        while rate == 0.25:
            convolution.correlate2d(np.ones((2000, 2000)), np.ones((1000, 1000)))
    """, "learn_kernel"),
    borrower("calls back within a call back", "return f(lambda x: f(f))"),
]  # fmt: skip

HOSTILE: tuple[Hostile, ...] = (
    *FILES,
    *BROKEN,
    *LOOPING,
    *LARGE,
    *FLOODS,
    *ENDS,
    *ERRORS,
    *VALUES,
    *OUTSIDE,
    *LENT,
)

# Students' names: each has an honest submission.
NAMES = (
    "Robert'); DROP TABLE student;--",
    "<script>alert(1)<script>",
    "[red] [bold]x[link=y]",
    NEIGHBOUR,
    "-rf",
    "a..b",
    "~",
    "a" * 120,
    "quote \" and ' and \\",
    "%s {0} $HOME `id`",
    "new\nline\tand tab",
    " space around ",
    "=1+1",
    "@SUM(1+1)",
    "-ana",
    "a[b]c*?",
)
# A folder's name may be bytes that are no text.
NO_TEXT = os.fsdecode(b"caf\xe9 of bytes")


def is_special(path: Path) -> bool:
    """Tell whether a path is neither a file nor a folder, so that reading it may take for ever."""
    kind = stat.S_IFMT(path.lstat().st_mode)
    return kind not in (stat.S_IFREG, stat.S_IFDIR)

"""A class's submissions of 02_convolution, made as students make them: by editing their copy."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode, v4, writes

from tests.banks.honest import DRAWN, LOOPS, SLICES, WINDOWS

LESSON = "02_convolution"
FULL = {"correlate2d": 4.0, "convolve2d": 2.0, "relu": 1.0, "correlate_channels": 3.0}
NONE = dict.fromkeys(FULL, 0.0)


@dataclass(frozen=True)
class Submission:
    """One student's file, and what it should be worth.

    Attributes
    ----------
    student : str
        Named for what happened.
    marks : dict
        Points of each exercise.
    status : str
        As in the JSON.
    says : dict
        For an exercise, or ``""`` for the submission: words that its message must contain.
    files : dict
        Each file's path inside the lesson's folder, and its bytes.
    honest : bool
        Whether stock nbgrader must give the same marks.
    """

    student: str
    marks: dict[str, float]
    files: dict[str, bytes]
    status: str = "graded"
    says: dict[str, str] = field(default_factory=dict)
    honest: bool = True


def answered(release: NotebookNode, answers: dict[str, str]) -> NotebookNode:
    """Return a copy with some answers filled in."""
    notebook = copy.deepcopy(release)
    for name, code in answers.items():
        cell_of(notebook, name).source = code.strip()
    return notebook


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """Return the cell of a grade_id."""
    return next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id
    )


def file_of(notebook: NotebookNode) -> dict[str, bytes]:
    """Return a notebook as the file that is handed in."""
    return {f"{LESSON}.ipynb": writes(notebook).encode()}


def make_class(release: NotebookNode, points: Callable[..., float]) -> list[Submission]:
    """Return the class.

    Parameters
    ----------
    release : NotebookNode
        The student's copy.
    points : callable
        Adds up the points of the test cells it is given.
    """
    loops = answered(release, LOOPS)

    def wrong(student: str, name: str, code: str, lost: list[str], words: str) -> Submission:
        marks = FULL | {name: FULL[name] - points(*lost)}
        return Submission(
            student, marks, file_of(answered(loops, {name: code})), says={name: words}
        )

    return [
        Submission("untouched", NONE, file_of(release), says=dict.fromkeys(FULL, "not done yet")),
        Submission("perfect loops", FULL, file_of(loops)),
        Submission("perfect windows", FULL, file_of(answered(release, WINDOWS))),
        Submission("perfect slices", FULL, file_of(answered(release, SLICES))),
        Submission("perfect pictures", FULL, file_of(answered(release, DRAWN))),
        Submission(
            "half done",
            NONE | {"correlate2d": 4.0, "relu": 1.0},
            file_of(answered(release, {name: LOOPS[name] for name in ("correlate2d", "relu")})),
            says={"convolve2d": "not done yet", "correlate_channels": "not done yet"},
        ),
        *_wrong_ones(wrong),
        *_broken_ones(release, loops),
        *_meddled_ones(loops),
    ]


def _wrong_ones(wrong: Callable[..., Submission]) -> list[Submission]:
    """Return the submissions with one exercise wrong in a way that has a name."""
    plain = LOOPS["correlate2d"]
    tests = [f"test-correlate2d{what}" for what in ("", "-shapes", "-numbers")]
    channels = [f"test-correlate_channels{what}" for what in ("", "-bias")]
    return [
        wrong(
            "flipped kernel",
            "correlate2d",
            plain.replace("kernel[a, b]", "kernel[kh - 1 - a, kw - 1 - b]"),
            tests,
            "flipped along both axes",
        ),
        wrong(
            "not flipped",
            "convolve2d",
            "def convolve2d(image, kernel):\n    return correlate2d(image, kernel)",
            ["test-convolve2d", "test-convolve2d-shapes"],
            "not flipped",
        ),
        wrong(
            "bias forgotten",
            "correlate_channels",
            LOOPS["correlate_channels"].replace("if bias is not None", "if False"),
            channels,
            "bias is forgotten",
        ),
        wrong(
            "abs for relu",
            "relu",
            "def relu(x):\n    return np.abs(x)",
            ["test-relu", "test-relu-shapes"],
            "abs",
        ),
        wrong(
            "large kernel",
            "correlate2d",
            plain.replace("if kh > H or kw > W", "if False"),
            ["test-correlate2d", "test-correlate2d-errors"],
            "should raise ValueError",
        ),
        wrong(
            "overflow",
            "correlate2d",
            plain.replace(
                "float(image[i + a, j + b]) * float(kernel[a, b])",
                "image[i + a, j + b] * kernel[a, b]",
            ),
            ["test-correlate2d", "test-correlate2d-numbers"],
            "wrap around",
        ),
    ]


def _broken_ones(release: NotebookNode, loops: NotebookNode) -> list[Submission]:
    """Return the submissions with a cell that does not run, and the files that are no notebook."""
    syntax_error = answered(loops, {"relu": "def relu(x:\n    return x"})
    crash = answered(loops, {"relu": "def relu(x):\n    import os\n    os._exit(3)"})
    endless = answered(
        loops, {"relu": "def relu(x):\n    i = 0\n    while i < 1:\n        x = x\n    return x"}
    )
    demo = copy.deepcopy(loops)
    demo.cells.insert(len(demo.cells) // 2, v4.new_code_cell("while True:\n    pass"))
    name = f"{LESSON}.ipynb"
    whole = file_of(loops)[name]
    no_relu = FULL | {"relu": 0.0}
    return [
        Submission(
            "syntax error",
            no_relu,
            file_of(syntax_error),
            says={"relu": "your cell 'relu' stopped with SyntaxError"},
        ),
        Submission(
            "endless loop",
            no_relu,
            file_of(endless),
            says={"relu": "stopped after", "": "stopped after"},
            honest=False,
        ),
        Submission("endless demo", FULL, file_of(demo), says={"": "endless loop?"}, honest=False),
        Submission(
            "crash",
            no_relu,
            file_of(crash),
            says={"relu": "the Python process ended (exit code 3)"},
            honest=False,
        ),
        Submission(
            "renamed file",
            NONE,
            {"homework.ipynb": whole},
            status="missing",
            says={"": f"found 'homework.ipynb': rename it to {name}"},
            honest=False,
        ),
        Submission(
            "no notebook",
            NONE,
            {name: b"def relu(x):\n    return x\n"},
            status="unreadable",
            says={"": "not JSON"},
            honest=False,
        ),
        Submission(
            "empty file", NONE, {name: b""}, status="unreadable", says={"": "empty"}, honest=False
        ),
        Submission(
            "half a file",
            NONE,
            {name: whole[: len(whole) // 2]},
            status="unreadable",
            says={"": "breaks off"},
            honest=False,
        ),
        Submission(
            "nothing", NONE, {}, status="missing", says={"": "holds no notebook"}, honest=False
        ),
    ]


def _meddled_ones(loops: NotebookNode) -> list[Submission]:
    """Return the submissions whose cells or file are not as they were given out."""
    deleted = copy.deepcopy(loops)
    deleted.cells.remove(cell_of(deleted, "test-relu"))
    edited = answered(loops, {"relu": "def relu(x):\n    return x", "test-relu": "assert True"})
    pointed = copy.deepcopy(loops)
    cell_of(pointed, "test-relu").metadata.nbgrader["points"] = 100
    extra = copy.deepcopy(loops)
    extra.cells.insert(3, v4.new_code_cell("x = 1\nx"))
    extra.cells.append(v4.new_code_cell("relu(np.array([-1, 1]))"))
    extra.cells.append(v4.new_markdown_cell("What I learned"))
    text = copy.deepcopy(loops)
    answer = cell_of(text, "relu")
    text.cells[text.cells.index(answer)] = v4.new_markdown_cell(
        answer.source, metadata=answer.metadata
    )
    own_cell = copy.deepcopy(loops)
    answer = cell_of(own_cell, "relu")
    own_cell.cells[own_cell.cells.index(answer)] = v4.new_code_cell(answer.source)
    moved = copy.deepcopy(loops)
    answer = cell_of(moved, "relu")
    moved.cells.remove(answer)
    moved.cells.append(answer)
    without_ids = json.loads(file_of(loops)[f"{LESSON}.ipynb"])
    for cell in without_ids["cells"]:
        cell.pop("id")
    windows = "\ufeff" + file_of(loops)[f"{LESSON}.ipynb"].decode().replace("\n", "\r\n")

    def meddled(student: str, content: NotebookNode | bytes, marks: dict, note: str) -> Submission:
        files = {f"{LESSON}.ipynb": content} if isinstance(content, bytes) else file_of(content)
        return Submission(student, marks, files, says={"": note}, honest=student == "extra cells")

    return [
        meddled("deleted test", deleted, FULL, "test-relu had been deleted and was put back"),
        meddled("edited test", edited, FULL | {"relu": 0.0}, "test-relu had been changed"),
        meddled("edited points", pointed, FULL, "test-relu had been changed"),
        meddled("extra cells", extra, FULL, ""),
        meddled("answer as text", text, FULL, "relu had been turned into markdown"),
        meddled("answer in own cell", own_cell, FULL, ""),
        meddled("answer at the end", moved, FULL, "stood before its answer"),
        meddled("utf-16", file_of(loops)[f"{LESSON}.ipynb"].decode().encode("utf-16"), FULL, ""),
        meddled("crlf and mark", windows.encode(), FULL, ""),
        meddled("without ids", json.dumps(without_ids).encode(), FULL, ""),
    ]


def hand_in(submission: Submission, submitted: Path) -> None:
    """Lay a submission where ``grader autograde`` looks for it."""
    folder = submitted / submission.student / LESSON
    folder.mkdir(parents=True)
    for name, content in submission.files.items():
        (folder / name).write_bytes(content)

"""Draw the figures of one lesson for the book; run as a program, because a lesson runs code.

    python -m grader.book.draw_lesson ROOT LESSON FOLDER

runs the lesson's cells as far as its last interactive figure, and writes into the folder
``figures.json``, which `Figure.as_json` describes, and the pictures that it names.
"""

from __future__ import annotations

import ast
import base64
import contextlib
import hashlib
import inspect
import io
import json
import os
import sys
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from nbformat import NotebookNode
from PIL import Image, ImageOps

from grader.book.states import CHOICE, Control, NotDrawnError, find_states, values_at
from grader.course.cells import is_test
from grader.course.lesson import Lesson
from utils import plots
from utils.plots import Picture
from utils.widgets.base import Interactive

BYTES_PER_FIGURE = 1_500_000
FEW_NUMBERS = 200  # arrays with more are written as bytes
MARGIN = 14  # pixels around a picture: a tenth of an inch
# Figures whose arithmetic the page does itself: what is typed or drawn has no list of states.
IN_THE_PAGE = ("kernel_workbench", "letter_pad", "colour_mixer")


@dataclass(frozen=True)
class Call:
    """How a cell made an interactive figure.

    Attributes
    ----------
    function : str
        The name of the function that made it, as in ``letter_pad``.
    arguments : dict
        What it was called with, defaults included.
    """

    function: str
    arguments: dict[str, Any]


class Recorder:
    """Remembers the calls that made the interactive figures of a lesson."""

    def __init__(self) -> None:
        self.calls: dict[int, Call] = {}

    def watch(self, module: ModuleType) -> None:
        """Watch a module's functions that return an interactive figure."""
        for name in figure_functions(module):
            setattr(module, name, self._recorded(getattr(module, name)))

    def _recorded(self, function: Callable) -> Callable:
        signature = inspect.signature(function)

        def recorded(*args: Any, **options: Any) -> Interactive:
            bound = signature.bind(*args, **options)
            bound.apply_defaults()
            figure = function(*args, **options)
            self.calls[id(figure)] = Call(function.__name__, bound.arguments)
            return figure

        recorded.__annotations__ = function.__annotations__
        return recorded


def figure_functions(module: ModuleType) -> list[str]:
    """Return the names of a module's own functions that make an interactive figure."""
    return [
        name
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and _makes_figure(function)
    ]


def _makes_figure(function: Callable) -> bool:
    made = typing.get_type_hints(function).get("return")
    return isinstance(made, type) and issubclass(made, Interactive)


def run_cells(lesson: Lesson, recorder: Recorder) -> Iterator[tuple[NotebookNode, Interactive]]:
    """Run a lesson's cells, and yield each that shows an interactive figure, with the figure."""
    cells = [c for c in lesson.notebook.cells if c.cell_type == "code" and not is_test(c)]
    aliases = _figure_modules(cells)
    names = {name for alias in aliases for name in _watched(alias, aliases[alias], recorder)}
    while cells and not any(name in cells[-1].source for name in names):
        cells.pop()
    namespace: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        shown = _run(cell.source, namespace)
        if isinstance(shown, Interactive):
            yield cell, shown


def _figure_modules(cells: list[NotebookNode]) -> dict[str, str]:
    """Return the modules of interactive figures that a lesson imports, by the name it uses."""
    imports = [
        node
        for cell in cells
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.ImportFrom) and node.module == "utils.widgets"
    ]
    return {
        alias.asname or alias.name: f"utils.widgets.{alias.name}"
        for node in imports
        for alias in node.names
    }


def _watched(alias: str, module_name: str, recorder: Recorder) -> list[str]:
    """Watch a module, and return its figures' functions as the lesson calls them."""
    module = __import__(module_name, fromlist=["*"])
    names = [f"{alias}.{name}(" for name in figure_functions(module)]
    recorder.watch(module)
    return names


def _run(source: str, namespace: dict[str, Any]) -> object:
    """Run a cell and return the value of its last line, as a notebook shows it."""
    tree = ast.parse(source)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, "<cell>", "exec"), namespace)
        return None
    tree.body.pop()
    exec(compile(tree, "<cell>", "exec"), namespace)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), namespace)


def describe(cell_id: str, figure: Interactive, call: Call | None, folder: Path) -> dict[str, Any]:
    """Draw a figure's states into a folder, and return what the page's script plays.

    Returns
    -------
    dict
        ``cell``, the id of the cell that shows it; ``text`` and ``alt`` of the first picture; and
        either ``live``, the name of a figure whose arithmetic the page does, with its ``data``, or
        ``controls`` (``name``, ``kind`` and, of choices, ``options``), ``grid`` and ``states``:
        lists of the controls' positions, a picture's name, its width and height as on screen, the
        text, and the picture's alt text where that is another.
    """
    if call and call.function in IN_THE_PAGE:
        data = {name: _plain(value) for name, value in call.arguments.items()}
        return {"cell": cell_id, "live": call.function, "data": data}
    states = find_states(figure)
    drawn = [
        draw_state(figure, states.controls, one, folder, len(states.positions))
        for one in states.positions
    ]
    controls = [_as_json(control) for control in states.controls]
    return {"cell": cell_id, "controls": controls, "grid": states.is_grid, "states": drawn}


def draw_state(
    figure: Interactive, controls: list[Control], positions: tuple, folder: Path, count: int
) -> list:
    """Draw one state, and return its entry in ``states``, as `describe` says."""
    values = values_at(controls, positions)
    picture, text = figure._draw(**values)  # noqa: SLF001 - the one other place that draws
    image = render(picture)
    content = compress(image, BYTES_PER_FIGURE // count)
    name = f"{hashlib.sha256(content).hexdigest()[:20]}.webp"
    (folder / name).write_bytes(content)
    size = [round(side * 96 / plots.DPI) for side in image.size]
    entry = [*_where(controls), name, *size, text]
    return entry if picture.alt == text else [*entry, picture.alt]


def _where(controls: list[Control]) -> list:
    return [control.position for control in controls]


def render(picture: Picture) -> Image.Image:
    """Draw a picture once and cut off its margins, which takes half the time of saving a file."""
    canvas = FigureCanvasAgg(picture.figure)
    picture.figure.set_dpi(plots.DPI)
    with mpl.rc_context(plots.STYLE):
        canvas.draw()
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    left, top, right, bottom = ImageOps.invert(image).getbbox() or (0, 0, *image.size)
    return image.crop(
        (
            max(left - MARGIN, 0),
            max(top - MARGIN, 0),
            min(right + MARGIN, image.width),
            min(bottom + MARGIN, image.height),
        )
    )


def compress(image: Image.Image, limit: int) -> bytes:
    """Return a picture as WebP of at most so many bytes.

    In 256 colours and without loss if that is small enough, as for numbers in squares; else, as for
    photographs, in the best quality that is.
    """
    content = _webp(image.quantize(256), lossless=True, quality=60)
    for quality in (90, 80, 65, 50, 30):
        if len(content) <= limit:
            break
        content = _webp(image, quality=quality)
    return content


def _webp(image: Image.Image, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "webp", method=3, **options)
    return buffer.getvalue()


def _as_json(control: Control) -> dict[str, Any]:
    """Return a control as the page's script takes it."""
    entry: dict[str, Any] = {"name": control.label, "kind": control.kind}
    if control.kind == CHOICE:
        entry["options"] = [_label(option) for option in control.widget.options]
    return entry


def _label(option: object) -> str:
    """Return an option's text: some are pairs of a text and a value."""
    return str(option[0] if isinstance(option, tuple) else option)


def _plain(value: Any) -> Any:
    """Return an argument as JSON has it: an array as its shape and its numbers.

    Those of an image are base64, of bytes or of little-endian 32-bit floats.
    """
    if hasattr(value, "items"):
        return {str(name): _plain(one) for name, one in value.items()}
    if not isinstance(value, np.ndarray):
        return value
    shape = list(value.shape)
    if value.dtype == np.uint8:
        return {"shape": shape, "bytes": base64.b64encode(value.tobytes()).decode()}
    if value.size > FEW_NUMBERS:
        return {"shape": shape, "floats": base64.b64encode(value.astype("<f4").tobytes()).decode()}
    return {"shape": shape, "numbers": value.ravel().tolist()}


def main(root: str, name: str, folder: str) -> None:
    """Draw a lesson's figures into a folder."""
    lesson, target = Lesson(Path(root).resolve(), name), Path(folder).resolve()
    os.chdir(lesson.source.parent)
    recorder, figures = Recorder(), []
    for cell, figure in run_cells(lesson, recorder):
        call = recorder.calls.get(id(figure))
        with contextlib.suppress(NotDrawnError):  # Where one draws or types, the still stays.
            figures.append(describe(cell["id"], figure, call, target))
    (target / "figures.json").write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    with contextlib.redirect_stdout(sys.stderr):
        main(*sys.argv[1:])

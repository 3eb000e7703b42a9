"""The notebook worker: an IPython shell that runs a student's cells and collects their outputs."""

from __future__ import annotations

import base64
import contextlib
import functools
import io
import json
import os
import signal
import sys
import tempfile
import threading
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from grader.isolation.channel import Channel, ReplyChannel
from grader.isolation.limits import ResourceLimits
from grader.isolation.protocol import READY
from grader.workers import policy, quiet

MAX_REQUEST_BYTES = 64_000_000
MAX_ERROR_CHARACTERS = 20_000
MAX_OUTPUTS = 500  # outputs of one cell
OUTPUT_CUT = "... output cut\n"


def largest_reply(limit: int) -> int:
    """Return the bytes that a reply may have if the outputs in it have ``limit`` characters."""
    return 2 * limit + 1_000_000


class Collector:
    """The outputs of the running cell, in nbformat's form and of bounded size.

    Parameters
    ----------
    limit : int
        Characters that they may have together.
    """

    def __init__(self, limit: int):
        self._limit = limit
        self._reset()

    def _reset(self) -> None:
        """Start with no outputs."""
        self._outputs: list[dict[str, Any]] = []
        self._by_display_id: dict[str, dict[str, Any]] = {}
        self._room = self._limit
        self._cut = ""
        self._clear_next = False

    def stream(self, name: str, text: str) -> None:
        """Add text that was written to ``stdout`` or ``stderr``."""
        self._clear_if_asked()
        if len(text) > self._room:
            text = text[: self._room]
            # Text on stderr costs a test its points, so the cut must not hide that there was any.
            self._cut = "stderr" if "stderr" in (name, self._cut) else "stdout"
        self._room -= len(text)
        last = self._outputs[-1] if self._outputs else {}
        if not text:
            return
        if last.get("name") == name:
            last["text"].append(text)
        else:
            self._outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def rich(self, kind: str, data: dict, metadata: dict | None, **more: object) -> dict:
        """Add a figure, a table or the value of a last line; return the output."""
        self._clear_if_asked()
        output = {
            "output_type": kind,
            "data": _to_forms(data),
            "metadata": _to_plain(metadata or {}),
            **more,
        }
        size = len(json.dumps(output))
        if size > self._room or len(self._outputs) >= MAX_OUTPUTS:
            self._cut = self._cut or "stdout"
        else:
            self._room -= size
            self._outputs.append(output)
        return output

    def show(self, data: dict, metadata: dict | None, display_id: str | None, update: bool) -> None:
        """Add an output of ``display``, or replace the data of the one with its id."""
        earlier = self._by_display_id.get(display_id) if display_id else None
        if update and earlier is not None:
            earlier["data"] = _to_forms(data)
        elif not update:
            output = self.rich("display_data", data, metadata)
            if display_id:
                self._by_display_id[display_id] = output

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an error; errors are never left out, because they make a test fail."""
        text = "\n".join(traceback)
        if len(text) > MAX_ERROR_CHARACTERS:
            half = MAX_ERROR_CHARACTERS // 2
            text = f"{text[:half]}\n{OUTPUT_CUT}{text[-half:]}"
        self._outputs.append(
            {
                "output_type": "error",
                "ename": name,
                "evalue": value[:MAX_ERROR_CHARACTERS],
                "traceback": text.split("\n"),
            }
        )

    def clear(self, wait: bool) -> None:
        """Remove the outputs so far: now, or when the next one comes."""
        self._clear_next = wait
        if not wait:
            self._reset()

    def _clear_if_asked(self) -> None:
        """Remove the outputs so far if that was to wait for the next one."""
        if self._clear_next:
            self._reset()

    def take(self) -> list[dict]:
        """Return the cell's outputs, and start with none for the next cell."""
        outputs = self._outputs
        if self._cut:
            outputs.append({"output_type": "stream", "name": self._cut, "text": [OUTPUT_CUT]})
        for output in outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        self._reset()
        return outputs


def _to_forms(data: dict) -> dict[str, object]:
    """Return an output's data, by MIME type."""
    return {str(mime): _to_form(str(mime), value) for mime, value in data.items()}


def _to_form(mime: str, value: object) -> object:
    """Return an output in one of its MIME types: a string, unless the type is JSON."""
    plain = _to_plain(value)
    is_text = isinstance(plain, str) or (mime.startswith("application/") and mime.endswith("json"))
    return plain if is_text else json.dumps(plain)


def _to_plain(value: object) -> object:
    """Return a value that JSON can hold: bytes as base64, an unknown object as its string."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    try:
        return json.loads(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):
        return ascii(type(value))


class Stream(io.TextIOBase):
    """The replacement for ``sys.stdout`` or ``sys.stderr``."""

    encoding = "utf-8"

    def __init__(self, name: str, collector: Collector):
        self.name = name
        self._collector = collector

    def writable(self) -> bool:
        """Say that it is writable."""
        return True

    def write(self, text: str) -> int:
        """Collect the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._collector.stream(self.name, text)
        return len(text)


class Hook(DisplayHook):
    """A display hook that collects the value of a cell's last line."""

    shell: Shell

    def write_output_prompt(self) -> None:
        """Write nothing: a notebook shows its own prompt."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        """Collect the value in all its MIME types."""
        count = self.prompt_count
        self.shell.collector.rich("execute_result", format_dict, md_dict, execution_count=count)

    def finish_displayhook(self) -> None:
        """Finish without the empty line that a terminal gets."""
        self._is_active = False


class Publisher(DisplayPublisher):
    """A display publisher that collects the outputs of ``display``."""

    shell: Shell

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        source: object = None,
        *,
        transient: dict | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        """Collect one output."""
        display_id = (transient or {}).get("display_id")
        self.shell.collector.show(data, metadata, display_id, update)

    def clear_output(self, wait: bool = False) -> None:
        """Remove the cell's outputs."""
        self.shell.collector.clear(wait)


class Shell(InteractiveShell):
    """An IPython shell that collects outputs instead of printing them."""

    display_formatter: DisplayFormatter
    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)

    def __init__(self, collector: Collector, **options: object):
        self.collector = collector
        super().__init__(**options)

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        try:
            text = str(evalue)
        except Exception as error:
            text = f"<its text cannot be had: {type(error).__name__}>"
        self.collector.error(etype.__name__, text, [str(line) for line in stb])

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: there is no screen."""

    def ask_exit(self) -> None:
        """Do nothing: ``exit`` ends its cell, and the next one runs."""


def serve(channel: Channel, folder: str, root: str | None, limits: dict[str, Any]) -> None:
    """Enter the sandbox, then run the cells that come over a channel.

    A request is JSON, a cell's ``source`` and whether to ``show`` its outputs; so is the reply, the
    outputs.

    Parameters
    ----------
    channel : Channel
        The connection to the grader.
    folder : str
        The scratch folder that the cells run in.
    root : str or None
        The folder that ``utils`` is imported from; None if it is installed.
    limits : dict
        The fields of `ResourceLimits`.
    """
    quiet.replace_environment(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3")
    granted = ResourceLimits(**limits)
    policy.enter("notebook", folder, root, granted)
    sys.path.insert(0, folder)
    runner = CellRunner(folder, granted.output)
    channel.send(READY)
    line = ReplyChannel(channel.socket)
    while True:
        request = json.loads(line.receive(MAX_REQUEST_BYTES))
        runner.render(request["show"])
        line.send(runner.run(request["source"]))


class CellRunner:
    """The shell of this process, with its standard streams collected.

    Parameters
    ----------
    folder : str
        The scratch folder.
    limit : int
        Characters of output that each cell may have.
    """

    def __init__(self, folder: str, limit: int):
        self._running = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: _interrupt(self._running))
        self._raw_streams = _divert_standard_streams()
        self._limit = limit
        self._collector = Collector(limit)
        self._shell = warm_shell()
        self._shell.collector = self._collector
        self._shell.ipython_dir = os.path.join(folder, ".ipython")
        self._streams = Stream("stdout", self._collector), Stream("stderr", self._collector)

    def render(self, render: bool) -> None:
        """Choose whether figures are rendered, or only made and closed."""
        formatter = self._shell.display_formatter
        formatter.active_types = formatter.format_types if render else ["text/plain"]
        formatter.mimebundle_formatter.enabled = render

    def run(self, source: str) -> bytes:
        """Run a cell, and return its outputs as JSON."""
        sys.stdout, sys.stderr = self._streams  # in case an earlier cell replaced them
        self._running.set()
        try:
            self._shell.run_cell(source, store_history=True)
        except BaseException as error:  # IPython itself may fail over what a cell left behind
            self._collector.error(type(error).__name__, "", [])
        finally:
            self._running.clear()
        self._collector.stream("stdout", _take_raw(self._raw_streams, self._limit))
        outputs = self._collector.take()
        reply = _to_bytes(outputs)
        if len(reply) > largest_reply(self._limit):  # characters of several bytes
            errors = [output for output in outputs if output["output_type"] == "error"]
            cut = {"output_type": "stream", "name": "stdout", "text": OUTPUT_CUT}
            reply = _to_bytes([*errors, cut])
        return reply


def _to_bytes(outputs: list[dict]) -> bytes:
    """Serialise outputs as JSON."""
    return json.dumps(outputs, ensure_ascii=False).encode("utf-8", "replace")


def _interrupt(running: threading.Event) -> None:
    """Interrupt the running cell; ignore a signal that comes between two cells."""
    if running.is_set():
        raise KeyboardInterrupt


def _divert_standard_streams() -> int:
    """Redirect descriptors 1 and 2, which libraries in C write to, to a file.

    Returns
    -------
    int
        The file's descriptor.
    """
    quiet.disable_input()
    descriptor, name = tempfile.mkstemp(prefix="grader-output-")
    os.close(descriptor)
    raw = os.open(name, os.O_RDWR | os.O_APPEND)
    with contextlib.suppress(OSError):
        os.unlink(name)
    os.dup2(raw, 1)
    os.dup2(raw, 2)
    return raw


def _take_raw(raw: int, limit: int) -> str:
    """Return what was written past ``sys.stdout`` since the last call, at most ``limit`` bytes."""
    try:
        if os.fstat(raw).st_size == 0:
            return ""
        text = os.pread(raw, limit, 0).decode("utf-8", "replace")
        os.ftruncate(raw, 0)
    except OSError:
        return ""  # a cell closed descriptors that it did not open
    return text


@functools.cache
def warm_shell() -> Shell:
    """Return the process's shell, without history or profile, with inline figures.

    Made in the fork server: that takes as long as all the rest that a worker does to start. It has
    run nothing, so workers that are forked from there begin alike.
    """
    config = Config()
    config.HistoryManager.enabled = False
    with tempfile.TemporaryDirectory(prefix="grader-") as profile:
        config.InteractiveShell.ipython_dir = profile
        shell = Shell.instance(Collector(0), config=config)
        shell.enable_matplotlib("inline")
    return shell

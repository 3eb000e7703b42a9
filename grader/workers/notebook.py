"""The student's side of a run: an IPython shell that collects what each cell puts out.

It lives in a child process; `grader.runner` starts it and talks to it. What it sends back is JSON.
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import threading
from multiprocessing import forkserver, parent_process
from multiprocessing.connection import Connection, wait

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from grader.isolation.channel import Channel, ReplyChannel
from grader.isolation.limits import ResourceLimits
from grader.workers import policy

DEFAULT_OUTPUT_LIMIT = 5_000_000  # characters of output that a cell may have
ERROR_LIMIT = 20_000
MAX_OUTPUTS = 500  # outputs that a cell may have
OUTPUT_CUT = "... output cut\n"


def largest_reply(limit: int) -> int:
    """Return the bytes that a cell's outputs may take that have so many characters."""
    return 2 * limit + 1_000_000


class Collector:
    """The outputs of the cell that is running, in nbformat's form and of bounded size.

    Parameters
    ----------
    limit : int
        Characters that they may have.
    """

    def __init__(self, limit: int):
        self._limit = limit
        self._reset()

    def _reset(self) -> None:
        self._outputs: list[dict] = []
        self._shown: dict[str, dict] = {}
        self._room = self._limit
        self._cut = ""
        self._clear_next = False

    def stream(self, name: str, text: str) -> None:
        """Add what was written to ``stdout`` or ``stderr``."""
        self._clear_if_asked()
        if len(text) > self._room:
            text = text[: self._room]
            # What went to stderr counts against a test, so the cut must not hide that it did.
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
        """Add a figure, a table, the value of a last line, ...; return it."""
        self._clear_if_asked()
        output = {
            "output_type": kind,
            "data": {str(mime): _to_form(str(mime), value) for mime, value in data.items()},
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
        """Add what ``display`` shows, or put it in the place of an earlier one of that id."""
        earlier = self._shown.get(display_id)
        if update and earlier is not None:
            earlier["data"] = {str(mime): _to_form(str(mime), one) for mime, one in data.items()}
        elif not update:
            output = self.rich("display_data", data, metadata)
            if display_id:
                self._shown[display_id] = output

    def error(self, name: str, value: str, traceback: list[str]) -> None:
        """Add an error; it is never left out, since it is what fails a test."""
        text = "\n".join(traceback)
        if len(text) > ERROR_LIMIT:
            text = f"{text[: ERROR_LIMIT // 2]}\n{OUTPUT_CUT}{text[-ERROR_LIMIT // 2 :]}"
        self._outputs.append(
            {
                "output_type": "error",
                "ename": name,
                "evalue": value[:ERROR_LIMIT],
                "traceback": text.split("\n"),
            }
        )

    def clear(self, wait: bool) -> None:
        """Forget what was put out so far, at once or when the next output comes."""
        self._clear_next = wait
        if not wait:
            self._reset()

    def _clear_if_asked(self) -> None:
        if self._clear_next:
            self._reset()

    def take(self) -> list[dict]:
        """Return the cell's outputs and begin with the next cell's."""
        outputs = self._outputs
        if self._cut:
            outputs.append({"output_type": "stream", "name": self._cut, "text": [OUTPUT_CUT]})
        for output in outputs:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        self._reset()
        return outputs


def _to_form(mime: str, value: object) -> object:
    """Return a shown value in one of its forms: a text, unless that is JSON."""
    plain = _to_plain(value)
    is_text = isinstance(plain, str) or (mime.startswith("application/") and mime.endswith("json"))
    return plain if is_text else json.dumps(plain)


def _to_plain(value: object) -> object:
    """Return a value that JSON can hold: bytes as base64, anything unknown as its text."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    try:
        return json.loads(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):
        return ascii(type(value))


class Stream(io.TextIOBase):
    """What stands in for ``sys.stdout`` or ``sys.stderr``."""

    encoding = "utf-8"

    def __init__(self, name: str, collector: Collector):
        self.name = name
        self._collector = collector

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Collect the text."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._collector.stream(self.name, text)
        return len(text)


class Hook(DisplayHook):
    """Collects the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Write nothing: the notebook has its own prompt."""

    def write_format_data(self, format_dict: dict, md_dict: dict | None = None) -> None:
        """Collect the value in all its forms."""
        count = self.prompt_count
        self.shell.collector.rich("execute_result", format_dict, md_dict, execution_count=count)

    def finish_displayhook(self) -> None:
        """End without the empty line that a terminal gets."""
        self._is_active = False


class Publisher(DisplayPublisher):
    """Collects what ``display`` shows."""

    def publish(
        self,
        data: dict,
        metadata: dict | None = None,
        *,
        transient: dict | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        """Collect one output."""
        display_id = (transient or {}).get("display_id")
        self.shell.collector.show(data, metadata, display_id, update)

    def clear_output(self, wait: bool = False) -> None:
        """Forget the cell's outputs."""
        self.shell.collector.clear(wait)


class Shell(InteractiveShell):
    """IPython's shell, its outputs collected instead of printed."""

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
        """Do nothing: a cell that says ``exit`` ends there, and the next one runs."""


def serve(connection: Connection, folder: str, root: str | None, render: bool) -> None:
    """Run the cells that come over ``connection``, each answered with its outputs as JSON.

    Parameters
    ----------
    connection : Connection
        Source text comes in, JSON goes out, both as UTF-8.
    folder : str
        A scratch folder, where the cells run.
    root : str or None
        Where ``utils`` is imported from; None if it is installed.
    render : bool
        Whether figures are drawn.
    """
    _die_with_parent()
    with contextlib.suppress(AttributeError, OSError):
        os.setsid()  # A group of its own, so that what the cells start can be ended with it.
    os.chdir(folder)
    sys.path[:0] = [folder] if root is None else [root, folder]
    cells = CellRunner(folder, render)
    connection.send_bytes(b"ready")
    while True:
        connection.send_bytes(cells.run(connection.recv_bytes().decode()))


def serve_confined(channel: Channel, folder: str, root: str | None, limits: dict) -> None:
    """Confine this process, then run cells as `serve` does; figures are drawn if a cell is shown.

    Parameters
    ----------
    channel : Channel
        JSON comes in, a ``source`` and whether to ``show`` what it puts out; JSON goes out.
    folder, root : str
        As for `serve`.
    limits : dict
        The fields of `ResourceLimits`.
    """
    os.environ.clear()
    os.environ |= {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "MPLBACKEND": "agg"}
    os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    granted = ResourceLimits(**limits)
    policy.enter("notebook", folder, root, granted)
    sys.path.insert(0, folder)
    cells = CellRunner(folder, render=True, limit=granted.output)
    channel.send(b"ready")
    line = ReplyChannel(channel.socket)
    while True:
        request = json.loads(line.receive(64_000_000))
        cells.render(request["show"])
        line.send(cells.run(request["source"]))


class CellRunner:
    """A process's shell, its streams collected.

    Parameters
    ----------
    folder : str
        A scratch folder.
    render : bool
        Whether figures are drawn.
    limit : int
        Characters that a cell may put out.
    """

    def __init__(self, folder: str, render: bool, limit: int = DEFAULT_OUTPUT_LIMIT):
        self._running = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: _interrupt(self._running))
        self._raw = _divert_standard_streams()
        self._limit = limit
        self._collector = Collector(limit)
        self._shell = _make_shell(self._collector, folder)
        self._streams = Stream("stdout", self._collector), Stream("stderr", self._collector)
        self.render(render)

    def render(self, render: bool) -> None:
        """Say whether figures are drawn; without, they are made and closed."""
        formatter = self._shell.display_formatter
        formatter.active_types = formatter.format_types if render else ["text/plain"]
        formatter.mimebundle_formatter.enabled = render

    def run(self, source: str) -> bytes:
        """Run a cell, and return its outputs as JSON."""
        sys.stdout, sys.stderr = self._streams  # A cell may have put others there.
        self._running.set()
        try:
            self._shell.run_cell(source, store_history=True)
        except BaseException as error:  # IPython itself can stumble over what a cell left behind.
            self._collector.error(type(error).__name__, "", [])
        finally:
            self._running.clear()
        self._collector.stream("stdout", _take_raw(self._raw))
        outputs = self._collector.take()
        reply = _to_bytes(outputs)
        if len(reply) > largest_reply(self._limit):  # characters of several bytes
            errors = [output for output in outputs if output["output_type"] == "error"]
            reply = _to_bytes(
                [*errors, {"output_type": "stream", "name": "stdout", "text": OUTPUT_CUT}]
            )
        return reply


def _to_bytes(outputs: list[dict]) -> bytes:
    """Write outputs as JSON."""
    return json.dumps(outputs, ensure_ascii=False).encode("utf-8", "replace")


def _interrupt(running: threading.Event) -> None:
    """Interrupt the cell that runs; a signal that comes late, between two cells, is nothing."""
    if running.is_set():
        raise KeyboardInterrupt


def _die_with_parent() -> None:
    """See to it that this process does not outlive the grader, however that ends."""
    threading.Thread(target=_watch_parent, daemon=True).start()
    if sys.platform != "linux":
        return
    # A thread waits in vain while a long computation holds the interpreter's lock; the kernel does
    # not. The fork server ends with the grader once no child holds this end of its pipe.
    server = forkserver._forkserver
    if server._forkserver_alive_fd is not None:
        os.close(server._forkserver_alive_fd)
        server._forkserver_alive_fd = None
    import ctypes

    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _watch_parent() -> None:
    """Wait for the grader to end, then end."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _divert_standard_streams() -> int:
    """Send what bypasses ``sys.stdout`` to a file, and return its descriptor.

    Libraries in C and programs that a cell starts write to descriptors 1 and 2.
    """
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    sys.stdin = open(os.devnull)  # noqa: SIM115  (it stays open)
    builtins.input = _no_input
    descriptor, name = tempfile.mkstemp(prefix="grader-output-")
    os.close(descriptor)
    raw = os.open(name, os.O_RDWR | os.O_APPEND)
    with contextlib.suppress(OSError):
        os.unlink(name)
    os.dup2(raw, 1)
    os.dup2(raw, 2)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = (
            100 * DEFAULT_OUTPUT_LIMIT
        )  # bytes in one file: an endless loop must not fill the disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    return raw


def _no_input(prompt: object = "") -> str:
    """Stand in for ``input``."""
    raise EOFError("input() has nobody to ask while a notebook is being marked")


def _take_raw(raw: int) -> str:
    """Return what was written around ``sys.stdout`` since the last time."""
    try:
        if os.fstat(raw).st_size == 0:
            return ""
        text = os.pread(raw, DEFAULT_OUTPUT_LIMIT, 0).decode("utf-8", "replace")
        os.ftruncate(raw, 0)
    except OSError:
        return ""  # A cell closed descriptors that are not its own.
    return text


def _make_shell(collector: Collector, folder: str) -> Shell:
    """Start IPython without history or profile, figures inline."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.ipython_dir = os.path.join(folder, ".ipython")
    shell = Shell(collector, config=config)
    InteractiveShell._instance = Shell._instance = shell  # what get_ipython() returns
    shell.enable_matplotlib("inline")
    return shell

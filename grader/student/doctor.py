"""``grader doctor``: find out whether this installation works, and what to do where it does not."""

from __future__ import annotations

import errno
import importlib.metadata
import platform
import re
import shutil
import socket
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet

OK, NOTE, PROBLEM = "ok", "note", "problem"
JUPYTER_PORT = 8888
# A whole lesson's notebook with its figures takes 2 MB, an installation's caches far more.
MIN_FREE_BYTES = 500_000_000
KERNEL_SECONDS = 120
SYNC = "In the course's folder, run: uv sync"
ASK_KERNEL = "import sys, utils; print(sys.prefix); print(utils.__file__)"
PIN = re.compile(r"([A-Za-z0-9._-]+)==([^;\s]+)")
MAX_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """What was found out about one part of the installation.

    Attributes
    ----------
    part : str
        What was looked at.
    state : str
        `OK`; `NOTE`, which keeps nothing from working that a student needs; or `PROBLEM`.
    text : str
        What was found.
    advice : str
        What to do; empty if there is nothing to do.
    """

    part: str
    state: str
    text: str
    advice: str = ""


def examine(root: Path, progress: Callable[[str], None] = lambda part: None) -> Iterator[Finding]:
    """Yield what is found out about each part of an installation.

    Parameters
    ----------
    root : Path
        The course's root.
    progress : callable
        Called with each part's name before it is looked at.
    """
    for part, look in PARTS.items():
        progress(part)
        try:
            state, text, *advice = look(root)
        except Exception as error:  # whatever it is, the other parts are to be looked at, too
            state, text, advice = PROBLEM, f"{type(error).__name__}: {error}", [SYNC]
        yield Finding(part, state, text, *advice)


def to_plain(findings: list[Finding]) -> dict[str, Any]:
    """Return findings as values for JSON."""
    fine = all(one.state != PROBLEM for one in findings)
    return {"works": fine, "findings": [asdict(one) for one in findings]}


def check_python(root: Path) -> tuple[str, ...]:
    """Compare this Python's version with the versions that the course allows."""
    version, allowed = platform.python_version(), _project(root)["requires-python"]
    text = f"{version} on {platform.system()} ({sys.executable})"
    if SpecifierSet(allowed).contains(version, prereleases=True):
        return OK, text
    return PROBLEM, f"{text}; the course needs {allowed}", "Run: uv python install 3.12 && uv sync"


def check_packages(root: Path) -> tuple[str, ...]:
    """Compare the installed packages with the course's pins and with its lock file."""
    pins = [match.groups() for match in map(PIN.match, _project(root)["dependencies"]) if match]
    installed = {
        _normalized(one.metadata["Name"]): one.version for one in importlib.metadata.distributions()
    }
    wrong = [
        f"{name} {version} is not installed"
        if _normalized(name) not in installed
        else f"{name} is {installed[_normalized(name)]} and should be {version}"
        for name, version in pins
        if installed.get(_normalized(name)) != version
    ]
    if wrong:
        return PROBLEM, _list(wrong), SYNC
    locked = _locked_versions(root)
    others = [
        f"{name} {version}"
        for name, version in sorted(installed.items())
        if name in locked and version not in locked[name]
    ]
    if others:
        return NOTE, f"not the versions in uv.lock: {_list(others)}", SYNC
    return OK, f"all {len(pins)} that the course names, in the right versions"


def check_course(root: Path) -> tuple[str, ...]:
    """Check that this command belongs to this course, and that the course's files are there."""
    here = Path(__file__).resolve().parents[2]
    if here != root.resolve():
        advice = "Use this course's own command. In the course's folder, run: uv run grader doctor"
        return PROBLEM, f"this command belongs to {here}, not to {root}", advice
    missing = [
        name
        for name in ("notebooks/index.ipynb", "utils/__init__.py", "data/mnist10k.npz")
        if not (root / name).is_file()
    ]
    if missing:
        advice = "Unpack the course that you were given again, or run: grader update RELEASE.zip"
        return PROBLEM, f"missing: {', '.join(missing)}", advice
    return OK, str(root)


def check_lab(root: Path) -> tuple[str, ...]:
    """Check that JupyterLab has the course's settings: its start page and how it saves."""
    from grader.student.contents import CourseContentsManager

    shipped = root / "lab" / "jupyter_lab_config.py"
    installed = Path(sys.prefix, "etc", "jupyter", shipped.name)
    if not installed.is_file() or installed.read_bytes() != shipped.read_bytes():
        advice = "In the course's folder, run: uv sync --reinstall-package pixels-to-lenet"
        return NOTE, "JupyterLab does not have this course's settings", advice
    return OK, f"opens on the start page ({CourseContentsManager.__name__})"


def check_kernel(root: Path) -> tuple[str, ...]:
    """Start the kernel that JupyterLab starts, and ask it which Python it runs in."""
    from jupyter_client.manager import start_new_kernel

    lines: list[str] = []

    def collect(message: dict[str, Any]) -> None:
        content = message["content"]
        lines.extend(content.get("text", content.get("evalue", "")).splitlines())

    folder = str(root / "notebooks")
    manager, client = start_new_kernel(
        startup_timeout=KERNEL_SECONDS,
        cwd=folder,
        extra_arguments=["--Application.log_level=ERROR"],
    )
    try:
        client.execute_interactive(ASK_KERNEL, output_hook=collect, timeout=KERNEL_SECONDS)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    if len(lines) < 2 or Path(lines[0]) != Path(sys.prefix):
        spec = manager.kernel_spec.resource_dir if manager.kernel_spec else "unknown"
        found = lines[0] if lines else "no answer"
        advice = (
            "See the kernels with: uv run jupyter kernelspec list; remove the one called python3 "
        )
        advice += f"that is not in {sys.prefix}"
        return PROBLEM, f"'Python 3' of JupyterLab is another Python ({found}; {spec})", advice
    return OK, "'Python 3' of JupyterLab runs in the course's Python"


def check_ports(root: Path) -> tuple[str, ...]:
    """Connect to a port of this machine, and see whether JupyterLab's is free."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        try:
            socket.create_connection(server.getsockname(), timeout=5).close()
        except OSError as error:
            advice = "A firewall or a VPN keeps programs on this machine apart; allow 127.0.0.1."
            return PROBLEM, f"a browser here cannot reach JupyterLab ({error})", advice
    try:
        # As JupyterLab does it: a port that was left a moment ago is free.
        socket.create_server(("127.0.0.1", JUPYTER_PORT)).close()
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            return NOTE, f"port {JUPYTER_PORT} cannot be used ({error.strerror})", _other_port()
        return OK, f"port {JUPYTER_PORT} is in use; JupyterLab takes the next free one"
    return OK, f"port {JUPYTER_PORT} is free"


def check_rights(root: Path) -> tuple[str, ...]:
    """Write where a student's work and JupyterLab's own files are written."""
    from jupyter_core.paths import jupyter_data_dir, jupyter_runtime_dir

    lessons = sorted((root / "notebooks").glob("*/*.ipynb"))
    folders = {path.parent for path in lessons} | {root, root / "notebooks"}
    jupyter = map(Path, (jupyter_data_dir(), jupyter_runtime_dir()))
    refused = [str(folder) for folder in sorted(folders) if not _can_write(folder)]
    refused += [str(folder) for folder in jupyter if not _can_make(folder)]
    refused += [str(path) for path in lessons if not _can_open(path)]
    if refused:
        advice = "Move the course into your home folder, or give yourself the right to write there."
        return PROBLEM, f"cannot be written: {_list(refused)}", advice
    return OK, "the course and JupyterLab's own folders can be written"


def check_disk(root: Path) -> tuple[str, ...]:
    """Check that there is room for a student's work."""
    free = shutil.disk_usage(root).free
    text = f"{free / 1e9:,.1f} GB free"
    if free < MIN_FREE_BYTES:
        return PROBLEM, text, f"Make room: {MIN_FREE_BYTES / 1e9} GB should be free."
    return OK, text


def check_sandbox(root: Path) -> tuple[str, ...]:
    """Try what a sandboxed submission can do. Only those who mark a class need the sandbox."""
    needed = "only `grader autograde` needs it"
    if sys.platform != "linux":
        return NOTE, f"needs Linux; {needed}", "To mark a class, use WSL 2 or a virtual machine."
    from grader.isolation.confine import SandboxUnavailableError
    from grader.isolation.limits import ResourceLimits
    from grader.workers.selftest import check_protections

    try:
        return OK, check_protections(ResourceLimits())
    except SandboxUnavailableError as error:
        advice = "To mark a class, use Linux 5.13 or later; see grader/README.md."
        return NOTE, f"not available: {error}; {needed}", advice


PARTS: dict[str, Callable[[Path], tuple[str, ...]]] = {
    "Python": check_python,
    "course": check_course,
    "packages": check_packages,
    "rights": check_rights,
    "disk": check_disk,
    "ports": check_ports,
    "lab": check_lab,
    "kernel": check_kernel,
    "sandbox": check_sandbox,
}


def _project(root: Path) -> dict[str, Any]:
    """Return what ``pyproject.toml`` says about the project."""
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def _locked_versions(root: Path) -> dict[str, set[str]]:
    """Return the versions of each package in ``uv.lock``; systems may differ in some."""
    path = root / "uv.lock"
    locked: dict[str, set[str]] = {}
    if path.is_file():
        for package in tomllib.loads(path.read_text("utf-8"))["package"]:
            locked.setdefault(package["name"], set()).add(package.get("version", ""))
    return locked


def _normalized(name: str) -> str:
    """Return a package's name as lock files write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _list(texts: list[str]) -> str:
    more = len(texts) - MAX_NAMED
    return "; ".join([*texts[:MAX_NAMED], *([f"and {more} more"] if more > 0 else [])])


def _other_port() -> str:
    return "Choose another port: uv run jupyter lab --port 9000"


def _can_make(folder: Path) -> bool:
    """Return whether a folder can be written, or made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return _can_write(folder)


def _can_write(folder: Path) -> bool:
    """Return whether a file can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _can_open(path: Path) -> bool:
    """Return whether a file can be opened for writing; it is not changed."""
    try:
        path.open("r+b").close()
    except OSError:
        return False
    return True
